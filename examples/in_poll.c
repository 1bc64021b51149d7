/* in_poll.c - three tasks under `fair` in a plain poll() loop, beside its own work.
 *
 *   cc in_poll.c $(pkg-config --cflags --libs neap)
 *
 * The own work is a pipe into which a child of ours writes a line now and then.
 */
#include <neap/neap.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* A child of our own, whose lines are to be read. Its end is ours to hear of. */
static pid_t start_child(int *in)
{
    int pipes[2];
    pid_t pid;

    if (pipe(pipes) != 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        dup2(pipes[1], 1);
        execlp("sh", "sh", "-c", "for i in 1 2 3 4 5; do echo $i; sleep 0.02; done",
               (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    *in = pipes[0];
    return pid;
}

/* In milliseconds, as poll() wants it; the descriptor is more exact. */
static int patience(neap_ns time)
{
    return time > 1000 * NEAP_S ? -1 : (int)((time + NEAP_MS - 1) / NEAP_MS);
}

/* Until there is nothing left of either. How many bytes the child wrote, or an
 * error. */
static int run(neap_runtime *rt, int in)
{
    struct pollfd fds[2] = {{.fd = in, .events = POLLIN}, {.events = POLLIN}};
    int bytes = 0, left = 1;

    fds[1].fd = neap_fd(rt);
    if (fds[1].fd < 0)
        return fds[1].fd;
    while (left > 0 || fds[0].fd >= 0) {
        char text[64];
        ssize_t n;

        poll(fds, 2, patience(neap_timeout(rt)));
        left = neap_run_once(rt);
        if (left < 0)
            return left;
        if (fds[0].fd >= 0 && fds[0].revents) {
            n = read(in, text, sizeof text);
            bytes += n > 0 ? (int)n : 0;
            fds[0].fd = n > 0 ? in : -1; /* poll() leaves out what is negative */
        }
    }
    return bytes;
}

int main(void)
{
    neap_options options = {
        .size = sizeof options, .policy = "fair", .cpus = 1, .on_exit = say_exit};
    neap_runtime *rt = NULL;
    int r = neap_new(&rt, &options), in = -1, status = -1;
    pid_t child = -1;

    if (r == 0)
        r = start(rt, "small", "20000");
    if (r == 0)
        r = start(rt, "medium", "40000");
    if (r == 0)
        r = start(rt, "large", "60000");
    if (r == 0)
        child = start_child(&in);
    if (r == 0)
        r = run(rt, in);
    if (r < 0)
        fprintf(stderr, "in_poll: %s\n", neap_last_error());
    if (child > 0 && waitpid(child, &status, 0) == child)
        printf("my own child wrote %d bytes and ended with %d\n", r,
               WEXITSTATUS(status));
    neap_free(rt);
    return r != 10 || status != 0;
}
