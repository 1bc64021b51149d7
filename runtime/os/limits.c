/* limits.c - limits in words, and our own limit of descriptors. */
#include "limits.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

enum { DEADLINE = 6, IDLE_IO = 3 };

static const char *const resource[NEAP_WIRE_RLIMITS] = {
    [NEAP_WIRE_DATA] = "RLIMIT_DATA",    [NEAP_WIRE_SPACE] = "RLIMIT_AS",
    [NEAP_WIRE_CPU] = "RLIMIT_CPU",      [NEAP_WIRE_FSIZE] = "RLIMIT_FSIZE",
    [NEAP_WIRE_FILES] = "RLIMIT_NOFILE", [NEAP_WIRE_PROCESSES] = "RLIMIT_NPROC",
    [NEAP_WIRE_CORE] = "RLIMIT_CORE",    [NEAP_WIRE_STACK] = "RLIMIT_STACK"};

static void number_text(uint64_t n, char *out, size_t room)
{
    if (n == NEAP_WIRE_INFINITE)
        snprintf(out, room, "unlimited");
    else
        snprintf(out, room, "%llu", (unsigned long long)n);
}

static void describe_class(const neap_os_limits *l, char *out, size_t room)
{
    static const char *const name[] = {"OTHER", "FIFO", "RR",      "BATCH",
                                       "?",     "IDLE", "DEADLINE"};

    if (l->policy == DEADLINE)
        snprintf(out, room, "SCHED_DEADLINE %llu/%llu/%llu ns",
                 (unsigned long long)l->runtime, (unsigned long long)l->deadline,
                 (unsigned long long)l->period);
    else if (l->priority)
        snprintf(out, room, "SCHED_%s %u", name[l->policy], l->priority);
    else
        snprintf(out, room, "SCHED_%s", name[l->policy]);
}

static void describe_io(const neap_os_limits *l, char *out, size_t room)
{
    static const char *const name[] = {"none", "realtime", "best-effort", "idle"};

    if (l->io_class == IDLE_IO)
        snprintf(out, room, "ionice idle");
    else
        snprintf(out, room, "ionice %s:%u", name[l->io_class & 3], l->io_level);
}

void neap_os_limits_describe(const neap_os_limits *l, int which, char *out, size_t room)
{
    char number[24];

    switch (which) {
    case NEAP_WIRE_NICE:
        snprintf(out, room, "nice %d", l->nice);
        break;
    case NEAP_WIRE_IONICE:
        describe_io(l, out, room);
        break;
    case NEAP_WIRE_AFFINITY:
        snprintf(out, room, "its CPUs");
        break;
    case NEAP_WIRE_SCHED:
        describe_class(l, out, room);
        break;
    case NEAP_WIRE_GROUPS:
        snprintf(out, room, "group %u and %u others", l->gid, l->n_groups);
        break;
    case NEAP_WIRE_USER:
        snprintf(out, room, "user %u", l->uid);
        break;
    case NEAP_WIRE_NO_NEW_PRIVS:
        snprintf(out, room, "no_new_privs");
        break;
    case NEAP_WIRE_UMASK:
        snprintf(out, room, "umask %03o", l->umask);
        break;
    default:
        if (which <= NEAP_WIRE_NO_LIMIT || which >= NEAP_WIRE_RLIMITS) {
            snprintf(out, room, "a limit");
            break;
        }
        number_text(l->rlimit[which].soft, number, sizeof number);
        snprintf(out, room, "%s %s", resource[which], number);
    }
}

int neap_os_files_raise(uint64_t *before)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return -errno;
    *before = (uint64_t)files.rlim_cur;
    files.rlim_cur = files.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &files) == 0 ? 0 : -errno;
}

void neap_os_files_restore(uint64_t before)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = (rlim_t)before;
    setrlimit(RLIMIT_NOFILE, &files);
}
