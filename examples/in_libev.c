/* in_libev.c - three tasks under `fair` in libev's default loop, beside its own work.
 *
 *   cc in_libev.c $(pkg-config --cflags --libs neap) -lev
 *
 * The own work is a timer and a child. The runtime keeps the loop going until its tasks
 * have ended, and not longer: ev_run() returns by itself.
 */
#include <ev.h>
#include <neap/neap.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int ticks, status = -1;

static void on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
    ticks++;
}

static void on_child(struct ev_loop *loop, ev_child *w, int events)
{
    status = w->rstatus;
    ev_child_stop(loop, w);
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

/* libev's own children need its default loop, which takes all children of this process
 * away: the tasks are none. */
static void start_child(struct ev_loop *loop, ev_child *w)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(7);
    ev_child_init(w, on_child, pid, 0);
    ev_child_start(loop, w);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    neap_options options = {.size = sizeof options,
                            .policy = "fair",
                            .cpus = 1,
                            .on_exit = say_exit,
                            .loop = loop};
    neap_runtime *rt = NULL;
    ev_timer timer;
    ev_child child;
    int r = neap_new(&rt, &options);

    if (r == 0)
        r = start(rt, "small", "20000");
    if (r == 0)
        r = start(rt, "medium", "40000");
    if (r == 0)
        r = start(rt, "large", "60000");
    if (r < 0) {
        fprintf(stderr, "in_libev: %s\n", neap_last_error());
        neap_free(rt);
        return 1;
    }
    start_child(loop, &child);
    ev_timer_init(&timer, on_timer, 0.02, 0.02);
    ev_timer_start(loop, &timer);
    ev_unref(loop); /* it alone keeps nothing going */
    ev_run(loop, 0);
    printf("my own timer came %s, my own child ended with %d\n",
           ticks > 2 ? "in between" : "too seldom", WEXITSTATUS(status));
    neap_free(rt);
    return ticks <= 2 || WEXITSTATUS(status) != 7;
}
