/* waiter_linux.c - waits as event loops do, and tells how often that was interrupted.
 *
 *   waiter SECONDS
 *
 * epoll_wait() returns EINTR after a stop and a continue, with no handler installed:
 * many programs take that for an error.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

int main(int argc, char **argv)
{
    double until = argc == 2 ? (double)time(NULL) + atof(argv[1]) : 0;
    int interrupted = 0, fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event;

    while ((double)time(NULL) < until) {
        if (epoll_wait(fd, &event, 1, 200) < 0 && errno == EINTR)
            interrupted++;
    }
    printf("interrupted %d\n", interrupted);
    return 0;
}
