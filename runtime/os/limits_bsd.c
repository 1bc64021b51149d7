/* limits_bsd.c - which limits the BSDs and macOS have, and which would be refused. */
#include "limits.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static const int resource[NEAP_WIRE_RLIMITS] = {
    [NEAP_WIRE_DATA] = RLIMIT_DATA,    [NEAP_WIRE_SPACE] = RLIMIT_AS,
    [NEAP_WIRE_CPU] = RLIMIT_CPU,      [NEAP_WIRE_FSIZE] = RLIMIT_FSIZE,
    [NEAP_WIRE_FILES] = RLIMIT_NOFILE, [NEAP_WIRE_PROCESSES] = RLIMIT_NPROC,
    [NEAP_WIRE_CORE] = RLIMIT_CORE,    [NEAP_WIRE_STACK] = RLIMIT_STACK};

uint64_t neap_os_limits_hard(enum neap_wire_limit which)
{
    struct rlimit r;

    if (getrlimit(resource[which], &r) != 0)
        return NEAP_WIRE_INFINITE;
    return r.rlim_max == RLIM_INFINITY ? NEAP_WIRE_INFINITE : (uint64_t)r.rlim_max;
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
    uint64_t hard = neap_os_limits_hard((enum neap_wire_limit)which);

    if (c->l->rlimit[which].soft <= hard || geteuid() == 0)
        return 0;
    return refuse(c, which, EPERM,
                  "the hard limit of this process is %llu, and only root may raise it",
                  (unsigned long long)hard);
}

static int check_nice(const struct check *c)
{
    int now = getpriority(PRIO_PROCESS, 0);

    if (c->l->nice >= now || geteuid() == 0)
        return 0;
    return refuse(c, NEAP_WIRE_NICE, EPERM, "no lower than %d, but by root", now);
}

static int check(const struct check *c, int which)
{
    switch (which) {
    case NEAP_WIRE_NICE:
        return check_nice(c);
    case NEAP_WIRE_UMASK:
        return 0;
    case NEAP_WIRE_SCHED:
    case NEAP_WIRE_IONICE:
    case NEAP_WIRE_AFFINITY:
    case NEAP_WIRE_GROUPS:
    case NEAP_WIRE_USER:
    case NEAP_WIRE_NO_NEW_PRIVS:
        return refuse(c, which, ENOTSUP, "neap can do that on Linux only");
    default:
        return check_resource(c, which);
    }
}

int neap_os_limits_check(const neap_os_limits *l, char *why, size_t room)
{
    const struct check c = {l, why, room};
    int r = 0;

    for (int which = NEAP_WIRE_DATA; r == 0 && which < NEAP_WIRE_LIMITS; which++)
        if (l->given >> which & 1)
            r = check(&c, which);
    return r;
}
