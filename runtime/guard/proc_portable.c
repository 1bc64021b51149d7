/* proc_portable.c - what POSIX tells of a process: that it is there, its group and its
 * session.
 *
 * No parents, no states, no times: who descends from whom is not known, so a task is
 * its process group. What cannot be told is 0, and whoever is there lives, and may
 * run. */
#include "proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TOGETHER = 512 }; /* descriptors that are asked for at a time */

bool neap_proc_sees_all(void)
{
    return false;
}

bool neap_proc_lives(const neap_proc *p)
{
    return p->threads > 0;
}

int neap_proc_read(pid_t pid, neap_proc *out)
{
    pid_t group = pid > 0 ? getpgid(pid) : -1, session;

    if (group < 0 && (pid <= 0 || errno == ESRCH))
        return -ESRCH;
    session = getsid(pid); /* of another session it may be refused */
    *out = (neap_proc){.pid = pid,
                       .group = group > 0 ? group : 0,
                       .session = session > 0 ? session : 0,
                       .threads = 1,
                       .state = 'R'};
    return 0;
}

void neap_proc_children(pid_t pid, neap_proc_fn *fn, void *user)
{
}

void neap_proc_children_of(const neap_proc *p, neap_proc_fn *fn, void *user)
{
}

char neap_proc_thread_state(pid_t pid, pid_t thread)
{
    return 0;
}

void neap_proc_threads(pid_t pid, neap_proc_fn *fn, void *user)
{
    fn(user, pid);
}

void neap_proc_all(neap_proc_fn *fn, void *user)
{
}

bool neap_proc_is_alone(pid_t pid)
{
    return false;
}

size_t neap_proc_tree(pid_t root, pid_t *pids, size_t room)
{
    pids[0] = root;
    return 1;
}

/* poll() says of each number whether it is open: much cheaper than to close them
 * all. */
static void close_some(int from, int end)
{
    struct pollfd polls[TOGETHER];
    nfds_t n = 0;

    for (int fd = from; fd < end; fd++)
        polls[n++] = (struct pollfd){.fd = fd};
    if (poll(polls, n, 0) < 0) /* more than we may have open */
        for (nfds_t i = 0; i < n; i++)
            close(polls[i].fd);
    for (nfds_t i = 0; i < n; i++)
        if (!(polls[i].revents & POLLNVAL))
            close(polls[i].fd);
}

void neap_proc_close_from(int from)
{
    struct rlimit files = {.rlim_cur = 1024};
    int end;

    getrlimit(RLIMIT_NOFILE, &files);
    end = files.rlim_cur > INT32_MAX / 2 ? INT32_MAX / 2 : (int)files.rlim_cur;
    for (int fd = from; fd < end; fd += TOGETHER)
        close_some(fd, end - fd < TOGETHER ? end : fd + TOGETHER);
}
