/* member_linux.c - one process of a tree, by /proc and pidfd. */
#include "member.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TO_GROUP = 4 }; /* PIDFD_SIGNAL_PROCESS_GROUP, since Linux 6.9 */

static bool is_awake(char state)
{
    return state == 'R' || state == 'D';
}

struct look {
    pid_t pid;
    bool awake;
};

static void look_at(void *user, pid_t thread)
{
    struct look *l = user;

    if (!l->awake)
        l->awake = is_awake(neap_proc_thread_state(l->pid, thread));
}

bool neap_os_member_is_awake(const neap_proc *p)
{
    struct look l = {p->pid, is_awake(p->state)};

    if (!l.awake && p->threads > 1 && p->state != 'T' && p->state != 't')
        neap_proc_threads(p->pid, look_at, &l);
    return l.awake;
}

pid_t neap_os_member_tracer(pid_t pid)
{
    char path[64], text[2048];
    const char *line;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    line = strstr(text, "\nTracerPid:");
    return line ? (pid_t)strtol(line + sizeof "\nTracerPid:" - 1, NULL, 10) : 0;
}

void neap_os_member_name(pid_t pid, char *out, size_t room)
{
    char path[64];
    FILE *file;

    snprintf(out, room, "?");
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    file = fopen(path, "re");
    if (file && fscanf(file, "%15[^\n]", out) != 1)
        snprintf(out, room, "?");
    if (file)
        fclose(file);
}

static neap_ns of_ticks(uint64_t ticks)
{
    long hz = sysconf(_SC_CLK_TCK);

    return (neap_ns)ticks * (NEAP_S / (hz > 0 ? hz : 100));
}

neap_ns neap_os_member_age(const neap_proc *p)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (neap_ns)now.tv_sec * NEAP_S + now.tv_nsec - of_ticks(p->start);
}

neap_ns neap_os_member_waited(const neap_proc *p)
{
    return of_ticks(p->waited);
}

int neap_os_member_cpu(const neap_proc *p, neap_ns *used)
{
    neap_ns own;

    if (neap_os_process_cpu(p->pid, &own) < 0)
        return -ESRCH;
    *used = own + of_ticks(p->waited);
    return 0;
}

static bool is_same(pid_t pid, uint64_t start)
{
    neap_proc p;

    return neap_proc_read(pid, &p) == 0 && p.start == start;
}

/* The number is looked at after the descriptor is open: so both mean one process. */
static int open_member(pid_t pid, uint64_t start)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (fd < 0)
        return errno == ENOSYS || errno == EPERM ? -ENOSYS : -errno;
    if (is_same(pid, start))
        return fd;
    close(fd);
    return -ESRCH;
}

/* An old kernel, or no descriptor left: a moment remains for a reuse. */
static int signal_number(pid_t pid, uint64_t start, int signo)
{
    if (!is_same(pid, start))
        return -ESRCH;
    return kill(pid, signo) == 0 ? 0 : -errno;
}

int neap_os_member_signal(pid_t pid, uint64_t start, int signo)
{
    int fd = open_member(pid, start), r;

    if (fd == -ESRCH)
        return fd;
    if (fd < 0)
        return signal_number(pid, start, signo);
    r = syscall(SYS_pidfd_send_signal, fd, signo, NULL, 0) == 0 ? 0 : -errno;
    close(fd);
    return r == -ENOSYS ? signal_number(pid, start, signo) : r;
}

int neap_os_group_open(pid_t leader, uint64_t start)
{
    int fd = open_member(leader, start);

    if (fd < 0)
        return fd;
    if (syscall(SYS_pidfd_send_signal, fd, 0, NULL, TO_GROUP) == 0 || errno == EPERM ||
        errno == ESRCH)
        return fd;
    close(fd);
    return -ENOSYS;
}

int neap_os_group_signal_by(int descriptor, int signo)
{
    return syscall(SYS_pidfd_send_signal, descriptor, signo, NULL, TO_GROUP) == 0
               ? 0
               : -errno;
}
