/* limits_linux.c - which limits the kernel would refuse to a child of ours, and why. */
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEADLINE = 6, REALTIME_IO = 1 };

static const int resource[NEAP_WIRE_RLIMITS] = {
    [NEAP_WIRE_DATA] = RLIMIT_DATA,    [NEAP_WIRE_SPACE] = RLIMIT_AS,
    [NEAP_WIRE_CPU] = RLIMIT_CPU,      [NEAP_WIRE_FSIZE] = RLIMIT_FSIZE,
    [NEAP_WIRE_FILES] = RLIMIT_NOFILE, [NEAP_WIRE_PROCESSES] = RLIMIT_NPROC,
    [NEAP_WIRE_CORE] = RLIMIT_CORE,    [NEAP_WIRE_STACK] = RLIMIT_STACK};

/* Have we this capability, and in the first user namespace? Root of another is nobody
 * to the kernel where limits are concerned. */
static bool may(int capability)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    char map[64] = "";
    unsigned from, to, count = 0;
    int fd;

    if (syscall(SYS_capget, &head, data) != 0 ||
        !(data[capability / 32].effective >> (capability % 32) & 1))
        return false;
    fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true;
    if (read(fd, map, sizeof map - 1) < 0)
        map[0] = '\0';
    close(fd);
    if (sscanf(map, "%u %u %u", &from, &to, &count) != 3)
        return true;
    return from == 0 && to == 0 && count == UINT32_MAX;
}

static unsigned long long number_in(const char *path, unsigned long long otherwise)
{
    FILE *file = fopen(path, "re");
    unsigned long long number;

    if (!file)
        return otherwise;
    if (fscanf(file, "%llu", &number) != 1)
        number = otherwise;
    fclose(file);
    return number;
}

static void number_text(uint64_t n, char *out, size_t room)
{
    if (n == NEAP_WIRE_INFINITE)
        snprintf(out, room, "unlimited");
    else
        snprintf(out, room, "%llu", (unsigned long long)n);
}

static uint64_t limit_of(int number, bool hard)
{
    struct rlimit r;

    if (getrlimit((__rlimit_resource_t)number, &r) != 0)
        return NEAP_WIRE_INFINITE;
    return hard ? r.rlim_max : r.rlim_cur;
}

uint64_t neap_os_limits_hard(enum neap_wire_limit which)
{
    return limit_of(resource[which], true);
}

struct check {
    const neap_os_limits *l;
    char *why;
    size_t room;
};

__attribute__((format(printf, 4, 5))) static int
refuse(const struct check *c, int which, int error, const char *format, ...)
{
    char what[96];
    va_list args;
    int n;

    neap_os_limits_describe(c->l, which, what, sizeof what);
    n = snprintf(c->why, c->room, "cannot set %s: ", what);
    va_start(args, format);
    if (n > 0 && (size_t)n < c->room)
        vsnprintf(c->why + n, c->room - (size_t)n, format, args);
    va_end(args);
    return -error;
}

static int check_resource(const struct check *c, int which)
{
    uint64_t hard = limit_of(resource[which], true);
    uint64_t soft = c->l->rlimit[which].soft, most = NEAP_WIRE_INFINITE;
    char text[24];

    if (which == NEAP_WIRE_FILES)
        most = number_in("/proc/sys/fs/nr_open", most);
    if (soft > most)
        return refuse(c, which, EPERM,
                      "nobody may have more than %llu here "
                      "(/proc/sys/fs/nr_open)",
                      (unsigned long long)most);
    if (soft <= hard || may(CAP_SYS_RESOURCE))
        return 0;
    number_text(hard, text, sizeof text);
    return refuse(c, which, EPERM,
                  "the hard limit of this process is %s, and only root may raise it",
                  text);
}

/* Root is not held to RLIMIT_NPROC. */
static int check_processes(const struct check *c)
{
    bool changes = c->l->given >> NEAP_WIRE_USER & 1;
    uid_t uid = changes ? c->l->uid : getuid();

    if (uid != 0 && (changes || !(may(CAP_SYS_RESOURCE) || may(CAP_SYS_ADMIN))))
        return 0;
    return refuse(c, NEAP_WIRE_PROCESSES, ENOTSUP,
                  "root has no such limit, and there is no cgroup with the pids "
                  "controller (name another user, too)");
}

static int check_nice(const struct check *c)
{
    int now = getpriority(PRIO_PROCESS, 0);
    uint64_t limit = limit_of(RLIMIT_NICE, false);
    int least = limit > 40 ? -20 : 20 - (int)limit;

    least = now < least ? now : least;
    if (c->l->nice >= least || may(CAP_SYS_NICE))
        return 0;
    return refuse(c, NEAP_WIRE_NICE, EPERM,
                  "no lower than %d without CAP_SYS_NICE or a higher RLIMIT_NICE",
                  least);
}

static int check_io(const struct check *c)
{
    if (c->l->io_class != REALTIME_IO || may(CAP_SYS_NICE) || may(CAP_SYS_ADMIN))
        return 0;
    return refuse(c, NEAP_WIRE_IONICE, EPERM,
                  "realtime needs CAP_SYS_NICE (try best-effort:0)");
}

static int check_period(const struct check *c)
{
    unsigned long long least =
        number_in("/proc/sys/kernel/sched_deadline_period_min_us", 100);
    unsigned long long most =
        number_in("/proc/sys/kernel/sched_deadline_period_max_us", 1 << 22);
    unsigned long long period = c->l->period / 1000;

    if (period >= least && period <= most)
        return 0;
    return refuse(c, NEAP_WIRE_SCHED, ENOTSUP,
                  "the kernel takes periods from %llu to %llu us "
                  "(/proc/sys/kernel/sched_deadline_period_*)",
                  least, most);
}

static int check_class(const struct check *c)
{
    uint64_t most = limit_of(RLIMIT_RTPRIO, false);
    bool realtime = c->l->policy == SCHED_FIFO || c->l->policy == SCHED_RR;

    if (c->l->policy == DEADLINE && !may(CAP_SYS_NICE))
        return refuse(c, NEAP_WIRE_SCHED, EPERM, "it needs CAP_SYS_NICE");
    if (c->l->policy == DEADLINE)
        return check_period(c);
    if (!realtime || c->l->priority <= most || may(CAP_SYS_NICE))
        return 0;
    return refuse(c, NEAP_WIRE_SCHED, EPERM,
                  "RLIMIT_RTPRIO is %llu here: raise it, or use CAP_SYS_NICE",
                  (unsigned long long)most);
}

static int check_user(const struct check *c)
{
    if (may(CAP_SETUID) && may(CAP_SETGID))
        return 0;
    return refuse(c, NEAP_WIRE_USER, EPERM,
                  "only root may run a task as another user (neap runs as user %u)",
                  (unsigned)geteuid());
}

int neap_os_limits_check(const neap_os_limits *l, char *why, size_t room)
{
    const struct check c = {l, why, room};
    int r = 0;

    for (int which = NEAP_WIRE_DATA; r == 0 && which < NEAP_WIRE_RLIMITS; which++) {
        if (l->given >> which & 1)
            r = check_resource(&c, which);
    }
    if (r == 0 && (l->given >> NEAP_WIRE_PROCESSES & 1))
        r = check_processes(&c);
    if (r == 0 && (l->given >> NEAP_WIRE_NICE & 1))
        r = check_nice(&c);
    if (r == 0 && (l->given >> NEAP_WIRE_IONICE & 1))
        r = check_io(&c);
    if (r == 0 && (l->given >> NEAP_WIRE_SCHED & 1))
        r = check_class(&c);
    if (r == 0 && (l->given >> NEAP_WIRE_USER & 1))
        r = check_user(&c);
    return r;
}
