/* facts_kernel_linux.c - which calls this kernel has and lets us use, and what of /proc
 * we see. */
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FILTERED "a newer kernel, or a seccomp filter that lets it pass"

static void kernel(neap_facts *f)
{
    struct utsname name;
    int major = 0, minor = 0;

    uname(&name);
    sscanf(name.release, "%d.%d", &major, &minor);
    if (major > 5 || (major == 5 && minor >= 10))
        neap_facts_add(f, "kernel", NEAP_FACT_OK, NULL, "Linux %s", name.release);
    else
        neap_facts_add(f, "kernel", NEAP_FACT_DEGRADED,
                       "neap is made for Linux 5.10 and newer", "Linux %s",
                       name.release);
}

static void pidfd(neap_facts *f)
{
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

    if (fd >= 0 && syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0)
        neap_facts_add(f, "pidfd", NEAP_FACT_OK, NULL, "deaths are seen at once");
    else
        neap_facts_add(f, "pidfd", NEAP_FACT_DEGRADED, FILTERED,
                       "%s: the guard looks once a second whether the runtime lives",
                       strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* A size of 0 is refused by a kernel that has the call. */
static void clone3(neap_facts *f)
{
    syscall(SYS_clone3, NULL, (size_t)0);
    if (errno == EINVAL)
        neap_facts_add(f, "clone3", NEAP_FACT_OK, NULL,
                       "processes are made in their cgroup");
    else
        neap_facts_add(f, "clone3", NEAP_FACT_DEGRADED, FILTERED,
                       "%s: processes move to their cgroup before exec",
                       strerror(errno));
}

static void close_range_(neap_facts *f)
{
    if (syscall(SYS_close_range, ~0u, ~0u, 0) == 0)
        neap_facts_add(f, "close_range", NEAP_FACT_OK, NULL, "yes");
    else
        neap_facts_add(f, "close_range", NEAP_FACT_DEGRADED, FILTERED,
                       "%s: descriptors are closed one by one", strerror(errno));
}

static void subreaper(neap_facts *f)
{
    int is_one = 0;

    if (prctl(PR_GET_CHILD_SUBREAPER, &is_one, 0, 0, 0) == 0)
        neap_facts_add(f, "subreaper", NEAP_FACT_OK, NULL,
                       "orphans of tasks come to the guard");
    else
        neap_facts_add(f, "subreaper", NEAP_FACT_MISSING, FILTERED,
                       "%s: daemons of tasks escape", strerror(errno));
}

void neap_os_facts_kernel(neap_facts *f)
{
    kernel(f);
    pidfd(f);
    clone3(f);
    close_range_(f);
    subreaper(f);
}

/* The options of the mount at /proc, or "". */
static void proc_options(char *out, size_t room)
{
    FILE *file = fopen("/proc/self/mounts", "re");
    char line[512], kind[32], options[256];

    snprintf(out, room, "%s", "");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "%*s /proc %31s %255s", kind, options) == 2 &&
            strcmp(kind, "proc") == 0)
            snprintf(out, room, "%s", options);
    if (file)
        fclose(file);
}

/* One of another pid namespace tells of other people's processes under our numbers. */
static bool is_our_proc(void)
{
    char text[32] = "";

    return readlink("/proc/self", text, sizeof text - 1) > 0 && atoi(text) == getpid();
}

static void proc(neap_facts *f)
{
    char options[256];
    const char *hide;

    if (!is_our_proc()) {
        neap_facts_add(f, "proc", NEAP_FACT_MISSING, "mount -t proc proc /proc",
                       access("/proc/stat", F_OK) == 0
                           ? "/proc is that of another pid namespace"
                           : "/proc is not mounted");
        neap_facts_need(f);
        return;
    }
    proc_options(options, sizeof options);
    hide = strstr(options, "hidepid=");
    if (!hide || strncmp(hide, "hidepid=0", 9) == 0 ||
        strncmp(hide, "hidepid=off", 11) == 0)
        neap_facts_add(f, "proc", NEAP_FACT_OK, NULL, "every process is seen");
    else
        neap_facts_add(f, "proc", NEAP_FACT_DEGRADED,
                       "mount -o remount,hidepid=0 /proc, as root",
                       "%.*s: members of a task that are another user's are not seen",
                       (int)strcspn(hide, ","), hide);
    neap_facts_need(f);
}

static void child_lists(neap_facts *f)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/self/task/%d/children",
             (int)syscall(SYS_gettid));
    if (access(path, R_OK) == 0)
        neap_facts_add(f, "child_lists", NEAP_FACT_OK, NULL,
                       "/proc/PID/task/TID/children");
    else
        neap_facts_add(f, "child_lists", NEAP_FACT_DEGRADED,
                       "a kernel with CONFIG_PROC_CHILDREN",
                       "none: each look at a tree goes over all of /proc");
}

/* Tasks are descendants, and nobody is traced: the scope does not matter. Said, since
 * people ask. */
static void ptrace_scope(neap_facts *f)
{
    FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
    int scope = 0;

    if (file && fscanf(file, "%d", &scope) == 1)
        neap_facts_add(f, "ptrace", NEAP_FACT_OK, NULL, "not needed (yama scope %d)",
                       scope);
    else
        neap_facts_add(f, "ptrace", NEAP_FACT_OK, NULL, "not needed");
    if (file)
        fclose(file);
}

void neap_os_facts_proc(neap_facts *f)
{
    proc(f);
    child_lists(f);
    ptrace_scope(f);
}
