/* attach_linux.c - a process that we did not start: may it be scheduled, and when has
 * it ended? */
#include "attach.h"
#include "member.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* linux/pidfd.h, younger than Debian's */
struct info {
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ids[8];
    int32_t exit_code;
};
#define GET_INFO _IOWR(0xFF, 11, struct info)
#define INFO_EXIT ((uint64_t)1 << 3)

enum { KERNEL_THREADS = 2, GENERATIONS = 4096 };

struct refusal {
    char *why;
    size_t room;
};

__attribute__((format(printf, 3, 4))) static int
refuse(const struct refusal *r, int error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(r->why, r->room, format, args);
    va_end(args);
    return -error;
}

/* Does `pid` descend from `ancestor`, or is it that? */
static bool descends(pid_t pid, pid_t ancestor)
{
    neap_proc p;

    for (int i = 0; i < GENERATIONS && pid > 1; i++) {
        if (pid == ancestor)
            return true;
        if (neap_proc_read(pid, &p) != 0)
            return false;
        pid = p.parent;
    }
    return pid == ancestor;
}

/* /proc shows threads under their own numbers, too. */
static bool is_process(pid_t pid)
{
    char path[64], line[256];
    int of = pid;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Tgid: %d", &of) == 1)
            break;
    if (file)
        fclose(file);
    return of == pid;
}

static int check_who(const struct refusal *r, pid_t pid, pid_t guard, neap_proc *who)
{
    if (pid <= 1)
        return refuse(r, EINVAL, "process %d cannot be held: it is %s", (int)pid,
                      pid == 1 ? "the first of the system" : "no process");
    if (pid == getpid())
        return refuse(r, EINVAL, "process %d is neap itself", (int)pid);
    if (neap_proc_read(pid, who) != 0 || !neap_proc_lives(who))
        return refuse(r, ESRCH, "there is no process %d, or it has ended", (int)pid);
    if (pid == KERNEL_THREADS || who->parent == KERNEL_THREADS)
        return refuse(r, EINVAL, "process %d is the kernel's: it takes no signal",
                      (int)pid);
    if (!is_process(pid))
        return refuse(r, EINVAL, "%d is a thread of another process: give that one's",
                      (int)pid);
    if (descends(getpid(), pid))
        return refuse(r, EINVAL,
                      "process %d is an ancestor of neap: holding it may hold neap, "
                      "too (start neap elsewhere)",
                      (int)pid);
    if (guard > 0 && pid == guard)
        return refuse(r, EINVAL, "process %d is the guard of this run", (int)pid);
    if (guard > 0 && descends(pid, guard))
        return refuse(r, EBUSY, "process %d belongs to a task of this run already",
                      (int)pid);
    return 0;
}

static int check_rights(const struct refusal *r, pid_t pid)
{
    pid_t tracer = neap_os_member_tracer(pid);

    if (kill(pid, 0) != 0 && errno == EPERM)
        return refuse(r, EPERM,
                      "process %d is another user's: neap may not signal it (run neap "
                      "as that user, or as root)",
                      (int)pid);
    if (tracer > 0)
        return refuse(r, EBUSY,
                      "process %d is traced by process %d, which would see each stop: "
                      "detach that first",
                      (int)pid, (int)tracer);
    return 0;
}

struct search {
    pid_t root, group;
    bool stranger;
};

static void look(void *user, pid_t pid)
{
    struct search *s = user;
    neap_proc p;

    if (!s->stranger && neap_proc_read(pid, &p) == 0 && p.group == s->group &&
        neap_proc_lives(&p) && !descends(pid, s->root))
        s->stranger = true;
}

/* A pipeline of a shell is one group, led by its first process; the others are no
 * descendants of that. */
bool neap_os_attach_owns(pid_t root, pid_t group)
{
    struct search s = {root, group, false};

    neap_proc_all(look, &s);
    return !s.stranger;
}

int neap_os_attach_check(pid_t pid, pid_t guard, neap_os_attached *out, char *why,
                         size_t room)
{
    const struct refusal refusal = {why, room};
    int r = check_who(&refusal, pid, guard, &out->who);

    if (r == 0)
        r = check_rights(&refusal, pid);
    if (r < 0)
        return r;
    out->owns_group = out->who.group == pid && neap_os_attach_owns(pid, pid);
    out->parent_notices = out->who.parent != getpid() && out->who.parent != 1;
    neap_os_member_name(pid, out->name, sizeof out->name);
    neap_os_member_name(out->who.parent, out->parent, sizeof out->parent);
    return 0;
}

int neap_os_attach_open(const neap_proc *who)
{
    int fd = (int)syscall(SYS_pidfd_open, who->pid, 0);
    neap_proc now;

    if (fd < 0)
        return errno == EPERM ? -ENOSYS : -errno;
    if (neap_proc_read(who->pid, &now) == 0 && now.start == who->start)
        return fd;
    close(fd);
    return -ESRCH;
}

static int explain(int status, int *code, bool *signalled)
{
    *signalled = WIFSIGNALED(status);
    *code = *signalled ? WTERMSIG(status) : WEXITSTATUS(status);
    return 0;
}

static bool is_there(const neap_proc *who)
{
    neap_proc now;

    return neap_proc_read(who->pid, &now) == 0 && now.start == who->start;
}

/* What is kept secret from us says so here; of a zombie there is nothing to see. */
static bool may_look_into(const neap_proc *who)
{
    char path[64], byte;

    snprintf(path, sizeof path, "/proc/%d/exe", (int)who->pid);
    return (readlink(path, &byte, 1) >= 0 || errno == ENOENT) && is_there(who);
}

/* Field 52 of a zombie's stat: 0 for whom it is kept secret from, too. */
static int status_of_zombie(const neap_proc *who)
{
    char path[64], text[1024];
    const char *at;
    unsigned field = 2;
    int status = 0;
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)who->pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof text - 1);
        close(fd);
    }
    text[n > 0 ? n : 0] = '\0';
    at = strrchr(text, ')');
    while (at && field < 52) {
        at = strchr(at + 1, ' ');
        field++;
    }
    return at && sscanf(at, "%d", &status) == 1 ? status : 0;
}

int neap_os_attach_code(int descriptor, const neap_proc *who, int *code,
                        bool *signalled)
{
    struct info info = {.mask = INFO_EXIT};
    struct pollfd ended = {.fd = descriptor, .events = POLLIN};
    neap_proc now;
    bool there = neap_proc_read(who->pid, &now) == 0 && now.start == who->start;
    int status;

    if (there && neap_proc_lives(&now))
        return -EAGAIN;
    if (!there && descriptor >= 0 && poll(&ended, 1, 0) == 0)
        return -EAGAIN; /* we cannot see it, but it lives */
    status = there ? status_of_zombie(who) : 0;
    if (status || (there && may_look_into(who)))
        return explain(status, code, signalled);
    if (descriptor >= 0 && ioctl(descriptor, GET_INFO, &info) == 0 &&
        (info.mask & INFO_EXIT))
        return explain(info.exit_code, code, signalled);
    return there ? -EAGAIN : -ENOENT;
}
