/* facts_tree_linux.c - how whole trees can be held and accounted for here. */
#include "cgroup.h"
#include "facts.h"
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOUNT                                                                          \
    "mount -t cgroup2 none /sys/fs/cgroup, as root; a container: one that is writable"
#define DELEGATE "systemd-run --user --scope -p Delegate=yes neap ..."

static void text_of(unsigned set, char *out, size_t room)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{NEAP_OS_CGROUP_CPU, " cpu"},
                 {NEAP_OS_CGROUP_MEMORY, " memory"},
                 {NEAP_OS_CGROUP_PIDS, " pids"},
                 {NEAP_OS_CGROUP_IO, " io"},
                 {NEAP_OS_CGROUP_CPUSET, " cpuset"}};
    size_t at = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int n = set & names[i].bit
                    ? snprintf(out + at, room - at, "%s", names[i].name + (at == 0))
                    : 0;

        at += n > 0 ? (size_t)n : 0;
    }
}

/* A child that ends at once, made inside. With no signal at its end: our host need not
 * hear of it, and his waitpid(-1) does not find it. */
static int try_clone(neap_os_cgroup *c)
{
    char path[PATH_MAX];
    int fd = -1, r = neap_os_cgroup_path(c, path, sizeof path);
    struct clone_args args = {.flags = CLONE_INTO_CGROUP};
    pid_t pid;

    if (r == 0)
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    args.cgroup = (unsigned)fd;
    pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        syscall(SYS_exit_group, 0);
    r = pid < 0 ? -errno : 0;
    close(fd);
    while (pid > 0 && waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
    return r;
}

static void controllers(neap_facts *f, unsigned set)
{
    char text[64];

    text_of(set, text, sizeof text);
    if (set & NEAP_OS_CGROUP_MEMORY && set & NEAP_OS_CGROUP_PIDS)
        neap_facts_add(f, "controllers", NEAP_FACT_OK, NULL, "%s", text);
    else
        neap_facts_add(f, "controllers", NEAP_FACT_DEGRADED,
                       "delegate memory and pids to the cgroup that neap runs in",
                       "%s: limits hold for each process, not for its tree",
                       set ? text : "none");
}

static void cgroup(neap_facts *f)
{
    neap_os_cgroups *all = NULL;
    neap_os_cgroup *c = NULL;
    char why[PATH_MAX + 128] = "out of memory", own[PATH_MAX], none[128];
    int r = neap_os_cgroup_open(&all, why, sizeof why);

    if (r == 0)
        r = neap_os_cgroup_take(all, &c);
    if (r == 0)
        r = try_clone(c);
    if (r < 0 && all)
        snprintf(why, sizeof why, "cannot start a process in %s: %s",
                 neap_os_cgroup_base(all), strerror(-r));
    if (r == -ENOSYS || r == 0) {
        neap_os_cgroup_find(own, sizeof own, none, sizeof none);
        neap_facts_add(f, "cgroup", NEAP_FACT_OK, NULL, "v2, writable: %s", own);
        controllers(f, neap_os_cgroup_controllers(all));
    } else {
        bool seen = neap_os_cgroup_find(own, sizeof own, none, sizeof none) == 0;

        neap_facts_add(f, "cgroup", NEAP_FACT_MISSING, seen ? DELEGATE : MOUNT, "%s",
                       why);
    }
    if (c)
        neap_os_cgroup_give_back(c);
    neap_os_cgroup_close(all);
}

static void perf(neap_facts *f)
{
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
    int level = -9, counter = neap_os_tree_counter(getpid());

    if (!file || fscanf(file, "%d", &level) != 1)
        level = -9;
    if (file)
        fclose(file);
    if (counter >= 0)
        neap_facts_add(f, "perf", NEAP_FACT_OK, NULL,
                       "counters are allowed (perf_event_paranoid %d)", level);
    else if (level > 2)
        neap_facts_add(f, "perf", NEAP_FACT_MISSING,
                       "sysctl kernel.perf_event_paranoid=2, as root",
                       "perf_event_paranoid is %d: %s", level, strerror(-counter));
    else
        neap_facts_add(f, "perf", NEAP_FACT_MISSING,
                       "a kernel and a seccomp filter that allow perf_event_open", "%s",
                       strerror(-counter));
    if (counter >= 0)
        close(counter);
}

static void uses(neap_facts *f)
{
    bool cgroups = neap_facts_state(f, "cgroup") == NEAP_FACT_OK;

    if (cgroups)
        neap_facts_add(f, "actuators", NEAP_FACT_OK, NULL, "stop, freeze");
    else
        neap_facts_add(f, "actuators", NEAP_FACT_DEGRADED, "see cgroup", "stop");
    if (cgroups)
        neap_facts_add(f, "account", NEAP_FACT_OK, NULL, "cgroup: the whole tree");
    else if (neap_facts_state(f, "perf") == NEAP_FACT_OK)
        neap_facts_add(f, "account", NEAP_FACT_OK, NULL, "perf: the whole tree");
    else
        neap_facts_add(f, "account", NEAP_FACT_DEGRADED, "see cgroup or perf",
                       "clocks: who lives between two looks is counted late or not");
}

void neap_os_facts_trees(neap_facts *f)
{
    cgroup(f);
    perf(f);
    uses(f);
}
