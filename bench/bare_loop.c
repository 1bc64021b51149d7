/* bare_loop.c - the least that time-slicing with signals can cost: the peer of neap's
 * own CPU time.
 *
 *   bare_loop TASKS QUANTUM_MS SECONDS
 *
 * A timerfd, read, STOP, CONT, and one clock read a quantum, over busy processes in
 * turn, all on one CPU, the loop itself too (from another CPU the signals cost five
 * times as much). No event loop, no policy, no accounts, no guard. The start and the
 * end of the processes count, as they do for neap, and they run the same loop in sh.
 * Prints the CPU time of the loop and the quanta it served as one line: `NS QUANTA`.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TASKS_MAX = 1000 };

static long long clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* On the last CPU that we may use, where least else runs as a rule. */
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

static pid_t busy_process(pid_t parent)
{
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        setpgid(0, 0);
        sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
        execl("/bin/sh", "sh", "-c", "while :; do :; done", (char *)NULL);
        _exit(127);
    }
    setpgid(pid, pid);
    kill(-pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    return pid;
}

static int tick_every(long long ns)
{
    struct itimerspec every = {.it_interval = {ns / 1000000000, ns % 1000000000}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    every.it_value = every.it_interval;
    timerfd_settime(fd, 0, &every, NULL);
    return fd;
}

static long long serve(const pid_t *pid, const clockid_t *clock, int tasks, int tick,
                       long long end)
{
    long long quanta = 0, used = 0;
    int current = 0;
    uint64_t expired;

    kill(-pid[0], SIGCONT);
    while (clock_ns(CLOCK_MONOTONIC) < end) {
        if (read(tick, &expired, sizeof expired) < 0)
            continue;
        kill(-pid[current], SIGSTOP);
        used += clock_ns(clock[current]);
        current = (current + 1) % tasks;
        kill(-pid[current], SIGCONT);
        quanta++;
    }
    return used ? quanta : 0;
}

int main(int argc, char **argv)
{
    static pid_t pid[TASKS_MAX];
    static clockid_t clock[TASKS_MAX];
    int tasks = argc == 4 ? atoi(argv[1]) : 0;
    long long before, quanta, used;

    if (tasks < 1 || tasks > TASKS_MAX) {
        fprintf(stderr, "usage: bare_loop TASKS QUANTUM_MS SECONDS\n");
        return 2;
    }
    before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    stay_on_one_cpu();
    for (int i = 0; i < tasks; i++) {
        pid[i] = busy_process(getpid());
        clock_getcpuclockid(pid[i], &clock[i]);
    }
    quanta = serve(pid, clock, tasks, tick_every(atoll(argv[2]) * 1000000),
                   clock_ns(CLOCK_MONOTONIC) + (long long)(atof(argv[3]) * 1e9));
    for (int i = 0; i < tasks; i++) {
        kill(-pid[i], SIGKILL);
        waitpid(pid[i], NULL, 0);
    }
    used = clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
    printf("%lld %lld\n", used, quanta);
    return 0;
}
