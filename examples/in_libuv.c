/* in_libuv.c - three tasks under `fair` in libuv's loop, beside its own work.
 *
 *   cc in_libuv.c $(pkg-config --cflags --libs neap libuv)
 *
 * The runtime is one poll handle. The own work is a timer and a child of libuv's.
 */
#include <neap/neap.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

static int ticks;
static int64_t status = -1;

static void on_timer(uv_timer_t *timer)
{
    ticks++;
}

static void on_exit(uv_process_t *process, int64_t code, int signo)
{
    status = code;
    uv_close((uv_handle_t *)process, NULL);
}

static void say_exit(void *user, neap_runtime *rt, neap_task *t, neap_how how, int code)
{
    printf("%s: %s %d, %.2f s of CPU time\n", t->about->name, neap_how_name(how), code,
           (double)t->cpu_ns / NEAP_S);
}

static int start(neap_runtime *rt, const char *name, const char *loops)
{
    const char *argv[] = {"sh", "-c", "i=0; while [ $i -lt $0 ]; do i=$((i + 1)); done",
                          loops, NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .spec = {.name = name}};

    return neap_spawn(rt, &job, NULL);
}

/* Stopping the handle lets uv_run() return. One that makes tasks later starts it
 * again. */
static void on_readable(uv_poll_t *poll, int error, int events)
{
    if (neap_run_once(poll->data) <= 0)
        uv_poll_stop(poll);
}

static int start_child(uv_loop_t *loop, uv_process_t *process)
{
    char *argv[] = {"sh", "-c", "exit 7", NULL};
    uv_process_options_t o;

    memset(&o, 0, sizeof o);
    o.file = "sh";
    o.args = argv;
    o.exit_cb = on_exit;
    return uv_spawn(loop, process, &o);
}

static void run(uv_loop_t *loop, neap_runtime *rt)
{
    uv_process_t child;
    uv_timer_t timer;
    uv_poll_t poll;

    uv_poll_init(loop, &poll, neap_fd(rt));
    poll.data = rt;
    uv_poll_start(&poll, UV_READABLE, on_readable);
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, on_timer, 20, 20);
    uv_unref((uv_handle_t *)&timer); /* it alone keeps nothing going */
    start_child(loop, &child);
    uv_run(loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&poll, NULL);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    uv_loop_close(loop);
}

int main(void)
{
    neap_options options = {
        .size = sizeof options, .policy = "fair", .cpus = 1, .on_exit = say_exit};
    neap_runtime *rt = NULL;
    int r = neap_new(&rt, &options);

    if (r == 0)
        r = start(rt, "small", "20000");
    if (r == 0)
        r = start(rt, "medium", "40000");
    if (r == 0)
        r = start(rt, "large", "60000");
    if (r == 0 && neap_fd(rt) >= 0)
        run(uv_default_loop(), rt);
    else
        fprintf(stderr, "in_libuv: %s\n", neap_last_error());
    printf("my own timer came %s, my own child ended with %d\n",
           ticks > 2 ? "in between" : "too seldom", (int)status);
    neap_free(rt);
    return ticks <= 2 || status != 7;
}
