/* place_portable.c - how many CPUs there are. POSIX binds nobody to any of them. */
#include "os.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Their numbers are only ours: the first so many. */
int neap_os_cpus_allowed(neap_os_cpuset *out)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    memset(out, 0, sizeof *out);
    for (int cpu = 0; cpu == 0 || (cpu < n && cpu < NEAP_OS_CPUS_MAX); cpu++)
        out->word[cpu / 64] |= (uint64_t)1 << (cpu % 64);
    return 0;
}

int neap_os_load_read(neap_os_load *out)
{
    return -ENOTSUP;
}

int neap_os_thread_place(const neap_os_cpuset *set)
{
    return -ENOTSUP;
}

int neap_os_tree_place(pid_t root, const neap_os_cpuset *set)
{
    return -ENOTSUP;
}
