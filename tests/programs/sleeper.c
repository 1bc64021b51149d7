/* sleeper.c - sleeps and wakes on a grid, works a little, and says how late it woke.
 *
 *   sleeper PERIOD_US WORK_US TIMES
 *
 * Prints a line for each time that it slept: from the instant that it wanted to wake at
 * until it ran, in ns. Work that is late is done at once, without sleep.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void work(int64_t ns)
{
    int64_t until = clock_ns(CLOCK_PROCESS_CPUTIME_ID) + ns;

    while (clock_ns(CLOCK_PROCESS_CPUTIME_ID) < until)
        ;
}

static void sleep_until(int64_t ns)
{
    struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

int main(int argc, char **argv)
{
    int64_t due = clock_ns(CLOCK_MONOTONIC);

    if (argc != 4) {
        fprintf(stderr, "usage: sleeper PERIOD_US WORK_US TIMES\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < atoi(argv[3]); i++) {
        bool slept;

        due += atoll(argv[1]) * 1000;
        slept = clock_ns(CLOCK_MONOTONIC) < due;
        sleep_until(due);
        if (slept)
            printf("%lld\n", (long long)(clock_ns(CLOCK_MONOTONIC) - due));
        work(atoll(argv[2]) * 1000);
    }
    return 0;
}
