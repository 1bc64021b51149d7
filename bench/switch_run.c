/* switch_run.c - how long nobody runs while one is stopped and the next goes on.
 *
 *   switch_run watch FILE                      notes when it stood still
 *   switch_run pair MS SECONDS FILE FILE       two of these take turns of MS each, by
 *                                              the least that there can be: kill, kill
 *
 * A watcher reads the clock all the time. A gap of more than GAP ns goes into FILE as
 * two numbers of 64 bits: when it last ran before, when it first ran again.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GAP = 3000000, GAPS_MAX = 8192 };

struct gap {
    int64_t last, first;
};

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The file is mapped: what was noted is there however this ends. */
static int watch(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), n = 0;
    size_t size = GAPS_MAX * sizeof(struct gap);
    struct gap *gap;
    int64_t last;

    if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
        return 1;
    gap = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (gap == MAP_FAILED)
        return 1;
    for (last = now(); n < GAPS_MAX;) {
        int64_t here = now();

        if (here - last > GAP)
            gap[n++] = (struct gap){last, here};
        last = here;
    }
    return 0;
}

/* On the last CPU that we may use. */
static void stay_on_one_cpu(void)
{
    cpu_set_t allowed, one;
    size_t cpu = CPU_SETSIZE - 1;

    sched_getaffinity(0, sizeof allowed, &allowed);
    while (!CPU_ISSET(cpu, &allowed))
        cpu--;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

static pid_t watcher(const char *path)
{
    pid_t parent = getpid(), pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
        _exit(watch(path));
    }
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    return pid;
}

static void take_turns(const pid_t *pid, long ms, int64_t end)
{
    struct itimerspec every = {.it_interval = {ms / 1000, ms % 1000 * 1000000}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), current = 0;
    uint64_t expired;

    every.it_value = every.it_interval;
    timerfd_settime(fd, 0, &every, NULL);
    kill(pid[0], SIGCONT);
    while (now() < end && read(fd, &expired, sizeof expired) > 0) {
        kill(pid[current], SIGSTOP);
        current = !current;
        kill(pid[current], SIGCONT);
    }
}

int main(int argc, char **argv)
{
    pid_t pid[2];

    if (argc == 3 && strcmp(argv[1], "watch") == 0)
        return watch(argv[2]);
    if (argc != 6 || strcmp(argv[1], "pair") != 0) {
        fprintf(stderr, "usage: switch_run watch FILE\n"
                        "       switch_run pair MS SECONDS FILE FILE\n");
        return 2;
    }
    stay_on_one_cpu();
    for (int i = 0; i < 2; i++)
        pid[i] = watcher(argv[4 + i]);
    take_turns(pid, atol(argv[2]), now() + (int64_t)(atof(argv[3]) * 1e9));
    for (int i = 0; i < 2; i++) {
        kill(pid[i], SIGKILL);
        waitpid(pid[i], NULL, 0);
    }
    return 0;
}
