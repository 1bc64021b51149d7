/* place_linux.c - which CPUs there are, how busy they are, and who may use them. */
#include "guard/proc.h"
#include "os.h"
#include "tree.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(neap_os_cpuset) == sizeof(cpu_set_t), "one format");

enum { ENOUGH = 256, PASSES = 8 };

int neap_os_cpus_allowed(neap_os_cpuset *out)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return -errno;
    memcpy(out, &set, sizeof *out);
    return 0;
}

/* "cpu3 user nice system idle iowait irq softirq steal guest guest_nice"; guests are in
 * user. */
int neap_os_load_read(neap_os_load *out)
{
    FILE *file = fopen("/proc/stat", "re");
    char line[256];

    if (!file)
        return -errno;
    memset(out, 0, sizeof *out);
    while (fgets(line, sizeof line, file) && strncmp(line, "cpu", 3) == 0) {
        unsigned long long user, nice, system, idle, iowait, irq = 0, softirq = 0,
                                                             steal = 0;
        unsigned cpu;

        if (sscanf(line, "cpu%u %llu %llu %llu %llu %llu %llu %llu %llu", &cpu, &user,
                   &nice, &system, &idle, &iowait, &irq, &softirq, &steal) >= 6 &&
            cpu < NEAP_OS_CPUS_MAX)
            out->busy_ticks[cpu] =
                (uint32_t)(user + nice + system + irq + softirq + steal);
    }
    fclose(file);
    return 0;
}

static int place(pid_t thread, const neap_os_cpuset *set)
{
    cpu_set_t cpus;

    memcpy(&cpus, set, sizeof cpus);
    return sched_setaffinity(thread, sizeof cpus, &cpus) == 0 ? 0 : -errno;
}

int neap_os_thread_place(const neap_os_cpuset *set)
{
    return place(0, set);
}

/* One pass over a tree. Who was there shows in `sum`: two passes with the same one
 * agree. */
struct pass {
    const neap_os_cpuset *set;
    uint64_t sum;
    int error; /* the first that matters */
};

static void place_one(void *user, pid_t thread)
{
    struct pass *p = user;
    int error = place(thread, p->set);

    if (error == -ESRCH)
        return;
    p->sum += (uint64_t)1 << 32 | (uint32_t)thread * 0x9e3779b9u;
    if (error && !p->error)
        p->error = error;
}

int neap_os_tree_place(pid_t root, const neap_os_cpuset *set)
{
    uint64_t before = 0;

    for (int i = 0; i < PASSES; i++) {
        pid_t first[ENOUGH], *pids;
        struct pass p = {set, 0, 0};
        int count = neap_os_tree_pids(root, first, ENOUGH, &pids);

        if (count < 0)
            return count;
        for (int at = 0; at < count; at++)
            neap_proc_threads(pids[at], place_one, &p);
        neap_os_tree_pids_free(first, pids);
        if (p.error)
            return p.error;
        if (p.sum == before && i > 0)
            return 0;
        before = p.sum;
    }
    return 0;
}
