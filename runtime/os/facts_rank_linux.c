/* facts_rank_linux.c - which classes and ranks we may have, and how late a timer is.
 *
 * A rank sticks to its thread: a thread of our own tries, and ends.
 */
#include "facts.h"
#include "os.h"
#include "rank.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TICKS = 20 };
#define EVERY (5 * NEAP_MS)
#define LATE (500 * NEAP_US) /* a timer whose p50 this is serves no quantum of 1 ms */

struct tries {
    int batch, slice, nice, realtime;
    neap_ns late[TICKS];
};

static void measure_ticks(neap_ns late[TICKS])
{
    int fd = neap_os_tick_new();
    neap_ns next = neap_os_now() + EVERY;

    for (int i = 0; i < TICKS; i++, next += EVERY) {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        late[i] = NEAP_S;
        if (fd < 0 || neap_os_tick_arm(fd, next, 0) < 0)
            continue;
        if (poll(&p, 1, 1000) == 1)
            late[i] = neap_os_now() - next;
        neap_os_tick_read(fd);
    }
    if (fd >= 0)
        neap_os_tick_close(fd);
}

/* The lateness first: it is that of an ordinary thread. */
static void *try_all(void *user)
{
    struct tries *t = user;
    struct sched_param none = {0};

    measure_ticks(t->late);
    t->slice = neap_os_rank_slice(NEAP_MS / 10);
    t->nice = neap_os_rank_nice(-5);
    t->batch = sched_setscheduler(0, SCHED_BATCH, &none) == 0 ? 0 : -errno;
    t->realtime = neap_os_rank_realtime();
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    const neap_ns *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static void timer(neap_facts *f, neap_ns late[TICKS])
{
    neap_ns p50;

    qsort(late, TICKS, sizeof *late, by_size);
    p50 = late[TICKS / 2];
    neap_facts_add(f, "timer", p50 < LATE ? NEAP_FACT_OK : NEAP_FACT_DEGRADED,
                   p50 < LATE ? NULL : "less load, or --rt; quanta of 10 ms and more",
                   "%lld us late (p50), at most %lld, of %d ticks",
                   (long long)(p50 / NEAP_US), (long long)(late[TICKS - 1] / NEAP_US),
                   TICKS);
}

static void classes(neap_facts *f, const struct tries *t)
{
    struct rlimit limit = {0, 0};

    if (t->batch == 0)
        neap_facts_add(f, "batch", NEAP_FACT_OK, NULL, "tasks run as SCHED_BATCH");
    else
        neap_facts_add(f, "batch", NEAP_FACT_DEGRADED,
                       "a seccomp filter that lets sched_setscheduler pass",
                       "%s: releasing a large group takes longer", strerror(-t->batch));
    if (t->slice == 0)
        neap_facts_add(f, "slice_hint", NEAP_FACT_OK, NULL, "0.1 ms is granted");
    else
        neap_facts_add(f, "slice_hint", NEAP_FACT_DEGRADED, "Linux 6.12 and newer",
                       "none: ticks come later under load");
    getrlimit(RLIMIT_NICE, &limit);
    if (t->nice == 0)
        neap_facts_add(f, "nice", NEAP_FACT_OK, NULL, "may go below 0");
    else
        neap_facts_add(f, "nice", NEAP_FACT_DEGRADED,
                       "\"USER - nice -10\" in /etc/security/limits.conf",
                       "RLIMIT_NICE is %llu: neap has the rank of its tasks",
                       (unsigned long long)limit.rlim_cur);
    getrlimit(RLIMIT_RTPRIO, &limit);
    if (t->realtime == 0)
        neap_facts_add(f, "realtime", NEAP_FACT_OK, NULL, "--rt is granted");
    else
        neap_facts_add(f, "realtime", NEAP_FACT_DEGRADED,
                       "\"USER - rtprio 1\" in /etc/security/limits.conf",
                       "no --rt: SCHED_FIFO: %s (RLIMIT_RTPRIO is %llu)",
                       strerror(-t->realtime), (unsigned long long)limit.rlim_cur);
}

/* Each session gets one turn among all, and shares it: what else runs in our terminal
 * delays us whatever our nice is. Measured: 0.0 % of the ticks of 10 ms missed beside
 * four busy loops of another session, 2.6 % beside four of our own; FIFO: none. */
static void autogroup(neap_facts *f)
{
    FILE *file = fopen("/proc/sys/kernel/sched_autogroup_enabled", "re");
    int on = 0;

    if (!file || fscanf(file, "%d", &on) != 1 || !on)
        neap_facts_add(f, "autogroup", NEAP_FACT_OK, NULL, "off");
    else
        neap_facts_add(f, "autogroup", NEAP_FACT_DEGRADED,
                       "--rt; or sysctl kernel.sched_autogroup_enabled=0, as root",
                       "on: busy programs of this terminal make ticks late");
    if (file)
        fclose(file);
}

void neap_os_facts_rank(neap_facts *f)
{
    struct tries t = {.batch = 0};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, try_all, &t);

    if (error) {
        neap_facts_add(f, "threads", NEAP_FACT_DEGRADED, "see processes",
                       "no thread to try with: %s", strerror(error));
        return;
    }
    pthread_join(thread, NULL);
    timer(f, t.late);
    classes(f, &t);
    autogroup(f);
}
