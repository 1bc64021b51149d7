/* facts_limits_linux.c - how much there is of what tasks need. */
#include "facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FEW_FILES = 1024, FEW_PIDS = 4096, FEW_PROCESSES = 1024, KEPT = 2 };

static void number(rlim_t n, rlim_t unit, char *out, size_t room)
{
    if (n == RLIM_INFINITY)
        snprintf(out, room, "unlimited");
    else
        snprintf(out, room, "%llu", (unsigned long long)(n / unit));
}

/* Half of them may be kept for the tasks' accounts; the others are opened each time. */
static void descriptors(neap_facts *f)
{
    struct rlimit limit = {0, 0};
    char soft[32], hard[32], tasks[32];

    getrlimit(RLIMIT_NOFILE, &limit);
    number(limit.rlim_cur, 1, soft, sizeof soft);
    number(limit.rlim_max, 1, hard, sizeof hard);
    number(limit.rlim_max, 2 * KEPT, tasks, sizeof tasks);
    neap_facts_add(f, "descriptors",
                   limit.rlim_max < FEW_FILES ? NEAP_FACT_DEGRADED : NEAP_FACT_OK,
                   limit.rlim_max < FEW_FILES
                       ? "\"USER - nofile 65536\" in /etc/security/limits.conf"
                       : NULL,
                   "%s, at most %s: the accounts of %s tasks stay open", soft, hard,
                   tasks);
}

static void pids(neap_facts *f)
{
    FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
    int most = 0;

    if (!file || fscanf(file, "%d", &most) != 1)
        neap_facts_add(f, "pid_max", NEAP_FACT_DEGRADED, "see proc", "not to be read");
    else
        neap_facts_add(f, "pid_max",
                       most < FEW_PIDS ? NEAP_FACT_DEGRADED : NEAP_FACT_OK,
                       most < FEW_PIDS ? "sysctl kernel.pid_max=32768, as root" : NULL,
                       "%d", most);
    if (file)
        fclose(file);
}

static void processes(neap_facts *f)
{
    struct rlimit limit = {0, 0};
    char most[32];

    getrlimit(RLIMIT_NPROC, &limit);
    number(limit.rlim_cur, 1, most, sizeof most);
    neap_facts_add(f, "processes",
                   limit.rlim_cur < FEW_PROCESSES && geteuid() != 0 ? NEAP_FACT_DEGRADED
                                                                    : NEAP_FACT_OK,
                   limit.rlim_cur < FEW_PROCESSES && geteuid() != 0
                       ? "ulimit -u, or \"USER - nproc 8192\" in limits.conf"
                       : NULL,
                   "%s of this user, threads included%s", most,
                   geteuid() == 0 ? " (not for root)" : "");
}

/* A page of our own: to unlock one of the host's would be felt. The system call itself,
 * since sanitizers take mlock() for their own. */
static void memory_lock(neap_facts *f)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct rlimit limit = {0, 0};
    char most[32];
    int error = page == MAP_FAILED || syscall(SYS_mlock, page, size) != 0 ? errno : 0;

    if (page != MAP_FAILED)
        munmap(page, size);
    getrlimit(RLIMIT_MEMLOCK, &limit);
    number(limit.rlim_cur, 1024, most, sizeof most);
    if (!error)
        neap_facts_add(f, "memory_lock", NEAP_FACT_OK, NULL, "%s%s", most,
                       limit.rlim_cur == RLIM_INFINITY ? "" : " KiB");
    else
        neap_facts_add(f, "memory_lock", NEAP_FACT_DEGRADED,
                       "ulimit -l, or \"USER - memlock 8192\" in limits.conf",
                       "%s: the guard may be paged out", strerror(error));
}

void neap_os_facts_limits(neap_facts *f)
{
    descriptors(f);
    pids(f);
    processes(f);
    memory_lock(f);
}
