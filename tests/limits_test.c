/* limits_test.c - what a task is held to: it has it, or is told why not.
 * ctest labels: process */
#include "process.h"

#include <errno.h>
#include <neap/limits.h>
#include <neap/neap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534, RTPRIO = 14 }; /* RLIMIT_RTPRIO, unknown to POSIX */

static neap_runtime *rt;
static char said[1024]; /* the last report */

static void on_report(void *user, neap_runtime *runtime, const neap_report *r)
{
    snprintf(said, sizeof said, "%s", r->message);
}

static int open_with(const neap_limits *defaults, bool adopt)
{
    neap_options o = {.size = sizeof o,
                      .limits = defaults,
                      .adopt = adopt,
                      .on_death = NEAP_DEATH_END,
                      .on_report = on_report};

    said[0] = '\0';
    return neap_new(&rt, &o);
}

static int set_up(void **state)
{
    return open_with(NULL, false);
}

static int tear_down(void **state)
{
    neap_free(rt);
    rt = NULL;
    return 0;
}

static neap_limits limits_of(const char *name, const char *value)
{
    neap_limits l = {.size = sizeof l};

    assert_int_equal(neap_limits_set(&l, name, value), 0);
    return l;
}

static neap_how how;
static int code;

/* Runs the script with `l`, its words as $1 and on; its end is in `how` and `code`. */
static int run(const neap_limits *l, const char *script, const char *word)
{
    const char *argv[] = {"/bin/sh", "-c", script, "sh", word, NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .limits = l};
    neap_id id;
    int r = neap_spawn(rt, &job, &id);

    return r < 0 ? r : neap_wait(rt, id, &how, &code);
}

static void passes(const neap_limits *l, const char *script, const char *word)
{
    assert_int_equal(run(l, script, word), 0);
    assert_int_equal(how, NEAP_HOW_EXIT);
    assert_int_equal(code, 0);
}

static void refused(const neap_limits *l, int error, const char *part)
{
    assert_int_equal(run(l, "exit 0", NULL), -error);
    if (!strstr(neap_last_error(), part))
        fail_msg("\"%s\" lacks \"%s\"", neap_last_error(), part);
}

/* Each limit alone. */

static void a_task_has_the_resources_that_it_was_given(void **state)
{
    static const struct {
        const char *name, *value, *line; /* a pattern for /proc/self/limits */
    } all[] = {
        {"memory", "1G", "^Max data size  *1073741824  *1073741824 "},
        {"address_space", "3G", "^Max address space  *3221225472  *3221225472 "},
        {"cpu_time", "90s", "^Max cpu time  *90  *91 "},
        {"cpu_time", "1ms", "^Max cpu time  *1  *2 "},
        {"file_size", "64K", "^Max file size  *65536  *65536 "},
        {"files", "100", "^Max open files  *100  *100 "},
        {"core", "0", "^Max core file size  *0  *0 "},
        {"stack", "1M", "^Max stack size  *1048576  *1048576 "},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        neap_limits l = limits_of(all[i].name, all[i].value);

        passes(&l, "grep -q \"$1\" /proc/self/limits", all[i].line);
    }
}

static void a_task_has_its_nice_value(void **state)
{
    neap_limits l = limits_of("nice", "7");

    passes(&l, "test $(nice) = 7", NULL);
}

/* Field 41 of stat is the policy, field 40 the priority. */
static void a_task_runs_in_its_class(void **state)
{
    static const struct {
        const char *value, *policy;
    } all[] = {{"batch", "3"}, {"other", "0"}, {"idle", "5"}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        neap_limits l = limits_of("sched", all[i].value);

        passes(&l, "set -- $1 $(cat /proc/$$/stat); test ${42} = $1", all[i].policy);
    }
    passes(NULL, "set -- $(cat /proc/$$/stat); test ${41} = 3", NULL);
}

static void root_may_use_the_realtime_classes(void **state)
{
    neap_limits fifo = limits_of("sched", "fifo:10");
    neap_limits rr = limits_of("sched", "rr:5");
    neap_limits deadline = limits_of("sched", "deadline:2ms/10ms/10ms");

    if (geteuid() != 0)
        skip();
    passes(&fifo, "set -- $(cat /proc/$$/stat); test ${40}:${41} = 10:1", NULL);
    passes(&rr, "set -- $(cat /proc/$$/stat); test ${40}:${41} = 5:2", NULL);
    passes(&deadline, "set -- $(cat /proc/$$/stat); test ${41} = 6 && /bin/true", NULL);
}

static void a_task_has_its_io_class(void **state)
{
    neap_limits idle = limits_of("ionice", "idle");
    neap_limits last = limits_of("ionice", "best-effort:7");

    passes(&idle, "test \"$(ionice -p $$)\" = idle", NULL);
    passes(&last, "test \"$(ionice -p $$)\" = 'best-effort: prio 7'", NULL);
}

static void a_task_has_its_umask_and_no_new_privileges(void **state)
{
    neap_limits l = limits_of("umask", "027");

    assert_int_equal(neap_limits_set(&l, "no_new_privs", "true"), 0);
    passes(&l, "test $(umask) = 0027 && grep -q 'NoNewPrivs:.1' /proc/self/status",
           NULL);
}

static void a_task_stays_on_the_cpus_that_it_is_bound_to(void **state)
{
    neap_limits l = limits_of("bind", "0");
    neap_limits pin = limits_of("bind", "pin");

    passes(&l, "grep -q '^Cpus_allowed_list:.0$' /proc/self/status", NULL);
    passes(&pin, "grep -q '^Cpus_allowed_list:.[0-9]*$' /proc/self/status", NULL);
}

static void root_may_run_a_task_as_another_user(void **state)
{
    neap_limits l = limits_of("user", "nobody");
    neap_limits both = limits_of("user", "65534:0");

    if (geteuid() != 0)
        skip();
    passes(&l, "test $(id -u):$(id -g):\"$(id -G)\" = 65534:65534:65534", NULL);
    passes(&l, "grep -q 'CapEff:.0*$' /proc/self/status", NULL);
    passes(&both, "test $(id -u):$(id -g) = 65534:0", NULL);
}

/* The directory is entered as the user, so one that he may not enter fails. */
static void the_directory_is_entered_as_the_user(void **state)
{
    char path[] = "/tmp/neap-limits-XXXXXX";
    const char *argv[] = {"/bin/true", NULL};
    neap_limits l = limits_of("user", "nobody");
    neap_job job = {.size = sizeof job, .argv = argv, .limits = &l, .cwd = path};
    neap_id id;

    if (geteuid() != 0)
        skip();
    assert_non_null(mkdtemp(path)); /* 0700 */
    assert_int_equal(neap_spawn(rt, &job, &id), 0);
    assert_int_equal(neap_wait(rt, id, &how, &code), 0);
    rmdir(path);
    assert_int_equal(how, NEAP_HOW_ERROR);
    assert_int_equal(code, EACCES);
}

static void a_limit_on_data_is_felt(void **state)
{
    neap_limits l = limits_of("memory", "16M");

    assert_int_equal(
        run(&l, "exec 2>&-; x=$(head -c 64000000 /dev/zero | tr '\\0' x)", NULL), 0);
    assert_true(how != NEAP_HOW_EXIT || code != 0);
    assert_non_null(strstr(said, "no cgroup with the memory controller"));
}

static void a_limit_of_cpu_time_ends_the_task(void **state)
{
    neap_limits l = limits_of("cpu_time", "1ms"); /* a second */

    assert_int_equal(run(&l, "while :; do :; done", NULL), 0);
    assert_int_equal(how, NEAP_HOW_SIGNAL);
    assert_int_equal(code, SIGXCPU);
}

static void a_limit_of_processes_holds_for_a_user(void **state)
{
    neap_limits l = limits_of("processes", "1");

    if (geteuid() != 0)
        skip();
    assert_int_equal(neap_limits_set(&l, "user", "12345:12345"), 0);
    assert_int_equal(run(&l, "exec 2>&-; /bin/true; exit 0", NULL), 0);
    assert_int_equal(how, NEAP_HOW_EXIT);
    assert_true(code != 0);
}

/* Refusals. */

static void a_value_out_of_range_is_refused(void **state)
{
    static const struct {
        const char *name, *value, *part;
        int error;
    } all[] = {
        {"nice", "20", "nice: 20 is out of range -20..19", NEAP_ERANGE},
        {"nice", "low", "nice: \"low\" is not a whole number", NEAP_EINVAL},
        {"memory", "1K", "memory: 1024 is out of range, at least 1048576", NEAP_ERANGE},
        {"memory", "lots", "is not a size such as 512M", NEAP_EINVAL},
        {"files", "-1", "is not a whole number, or unlimited", NEAP_EINVAL},
        {"files", "3", "files: 3 is out of range", NEAP_ERANGE},
        {"sched", "fifo:0", "sched: priority: 0 is out of range 1..99", NEAP_ERANGE},
        {"sched", "fifo", "is not batch, other, idle, fifo:PRIORITY", NEAP_EINVAL},
        {"sched", "deadline:9ms/8ms/10ms", "runtime <= deadline <= period",
         NEAP_EINVAL},
        {"ionice", "best-effort:8", "(0..7)", NEAP_EINVAL},
        {"umask", "888", "octal", NEAP_EINVAL},
        {"bind", "", "list of CPUs", NEAP_EINVAL},
        {"bind", "3-1", "list of CPUs", NEAP_EINVAL},
        {"user", "", "user:group", NEAP_EINVAL},
        {"no_new_privs", "yes", "true or false", NEAP_EINVAL},
        {"cpu_weight", "0", "out of range 1..10000", NEAP_ERANGE},
        {"cpu_max", "0", "out of range", NEAP_ERANGE},
        {"niec", "1", "did you mean \"nice\"?", NEAP_ENOTFOUND},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        neap_limits l = {.size = sizeof l};

        assert_int_equal(neap_limits_set(&l, all[i].name, all[i].value), -all[i].error);
        assert_int_equal(l.given, 0);
        if (!strstr(neap_last_error(), all[i].part))
            fail_msg("\"%s\" lacks \"%s\"", neap_last_error(), all[i].part);
    }
}

static void what_cannot_be_here_is_refused_before_the_spawn(void **state)
{
    static const struct {
        const char *name, *value, *part;
        int error;
    } all[] = {
        {"user", "no-such-user", "there is no user \"no-such-user\"", ENOENT},
        {"user", "nobody:no-such-group", "there is no group \"no-such-group\"", ENOENT},
        {"user", "54321", "has no entry: name a group, too", ENOENT},
        {"bind", "1000", "CPU 1000 is not there", ENOTSUP},
        {"files", "unlimited", "/proc/sys/fs/nr_open", EPERM},
        {"cpu_max", "0.5", "no cgroup v2 with the cpu controller", ENOTSUP},
        {"cpu_weight", "50", "no cgroup v2 with the cpu controller", ENOTSUP},
        {"io_weight", "50", "no cgroup v2 with the io controller", ENOTSUP},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        neap_limits l = limits_of(all[i].name, all[i].value);

        refused(&l, all[i].error, all[i].part);
    }
}

static void a_deadline_task_needs_every_cpu(void **state)
{
    neap_limits l = limits_of("sched", "deadline:2ms/10ms/10ms");

    assert_int_equal(neap_limits_set(&l, "bind", "0"), 0);
    refused(&l, ENOTSUP, "it needs every CPU of the machine");
}

static void root_is_not_held_to_a_number_of_processes(void **state)
{
    neap_limits l = limits_of("processes", "5");

    if (geteuid() != 0)
        skip();
    refused(&l, ENOTSUP, "root has no such limit");
}

/* What a plain user may not have, asked as one: in a child, which answers by its exit
 * status how many of these went wrong. */
static int ask_as_nobody(void)
{
    static const struct {
        const char *name, *value, *part;
    } all[] = {
        {"user", "root", "only root may run a task as another user"},
        {"nice", "-5", "no lower than "},
        {"sched", "fifo:10", "RLIMIT_RTPRIO is 0 here"},
        {"sched", "rr:10", "RLIMIT_RTPRIO is 0 here"},
        {"sched", "deadline:2ms/10ms/10ms", "it needs CAP_SYS_NICE"},
        {"ionice", "realtime:0", "realtime needs CAP_SYS_NICE"},
        {"files", "64", "the hard limit of this process is 50"},
        {"core", "unlimited", "the hard limit of this process is 0"},
    };
    struct rlimit files = {50, 50}, none = {0, 0};
    int wrong = 0;

    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RTPRIO, &none);
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return 100;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        neap_limits l = {.size = sizeof l};
        int r = neap_limits_set(&l, all[i].name, all[i].value);

        r = r < 0 ? r : neap_limits_check(&l);
        if (r == -EPERM && strstr(neap_last_error(), all[i].part))
            continue;
        fprintf(stderr, "%s=%s: %d %s\n", all[i].name, all[i].value, r,
                neap_last_error());
        wrong++;
    }
    return wrong;
}

static void a_plain_user_is_told_what_he_may_not_have(void **state)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(ask_as_nobody());
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* The kernel admits no more deadline tasks than there is time: one that wants a whole
 * CPU for each CPU passes the check, and the last fails in its child. */
static void a_limit_that_fails_in_the_child_is_named(void **state)
{
    neap_limits l = limits_of("sched", "deadline:10ms/10ms/10ms");
    const char *argv[] = {"/bin/sleep", "100", NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .limits = &l};
    neap_ns until = neap_now(rt) + 5 * NEAP_S;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (geteuid() != 0)
        skip();
    for (long i = 0; i < cpus; i++)
        assert_int_equal(neap_spawn(rt, &job, NULL), 0);
    while (!said[0] && neap_now(rt) < until)
        assert_int_equal(neap_run_for(rt, 10 * NEAP_MS), 0);
    assert_non_null(strstr(said, "sleep: cannot set SCHED_DEADLINE 10000000/"));
    assert_non_null(strstr(said, strerror(EBUSY)));
    assert_int_equal(neap_end(rt, NEAP_KILL_NOW), 0);
}

/* Defaults of the run. */

static void a_job_takes_from_the_run_what_it_does_not_say(void **state)
{
    neap_limits defaults = limits_of("nice", "5"), own = limits_of("nice", "9");

    tear_down(state);
    assert_int_equal(neap_limits_set(&defaults, "umask", "077"), 0);
    assert_int_equal(open_with(&defaults, false), 0);
    passes(NULL, "test $(nice):$(umask) = 5:0077", NULL);
    passes(&own, "test $(nice):$(umask) = 9:0077", NULL);
}

static void a_default_that_cannot_be_makes_no_runtime(void **state)
{
    neap_limits defaults = limits_of("bind", "1000");

    tear_down(state);
    assert_int_equal(open_with(&defaults, false), -ENOTSUP);
    assert_null(rt);
}

/* Descriptors. */

static void a_task_has_the_descriptor_limit_that_its_run_was_started_with(void **state)
{
    struct rlimit old, few, now;

    tear_down(state);
    getrlimit(RLIMIT_NOFILE, &old);
    few = old;
    few.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &few);
    assert_int_equal(open_with(NULL, true), 0);
    getrlimit(RLIMIT_NOFILE, &now);
    assert_int_equal(now.rlim_cur, old.rlim_max);
    passes(NULL, "test $(ulimit -Sn) = 200", NULL);
    tear_down(state);
    getrlimit(RLIMIT_NOFILE, &now);
    assert_int_equal(now.rlim_cur, 200);
    assert_int_equal(open_with(NULL, false), 0);
    passes(NULL, "test $(ulimit -Sn) = 200", NULL);
    setrlimit(RLIMIT_NOFILE, &old);
}

/* Sizes. */

static void sizes_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"4096", 4096},
                {"1K", 1024},
                {"64KiB", 65536},
                {"1.5G", (uint64_t)3 << 29},
                {"2T", (uint64_t)2 << 40},
                {"10mB", (uint64_t)10 << 20}};
    static const char *const bad[] = {"",     "G",   "1X",  "-1",  "1 K",
                                      "0x10", "1.K", "1.5", "1Ki", "1e3"};
    uint64_t bytes;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(neap_parse_size(good[i].text, &bytes), 0);
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (neap_parse_size(bad[i], &bytes) != -NEAP_EINVAL)
            fail_msg("\"%s\" was taken", bad[i]);
    assert_int_equal(neap_parse_size("17000000T", &bytes), -NEAP_ERANGE);
    assert_int_equal(neap_parse_size("99999999999999999999", &bytes), -NEAP_ERANGE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_task_has_the_resources_that_it_was_given),
        T(a_task_has_its_nice_value),
        T(a_task_runs_in_its_class),
        T(root_may_use_the_realtime_classes),
        T(a_task_has_its_io_class),
        T(a_task_has_its_umask_and_no_new_privileges),
        T(a_task_stays_on_the_cpus_that_it_is_bound_to),
        T(root_may_run_a_task_as_another_user),
        T(the_directory_is_entered_as_the_user),
        T(a_limit_on_data_is_felt),
        T(a_limit_of_cpu_time_ends_the_task),
        T(a_limit_of_processes_holds_for_a_user),
        T(a_value_out_of_range_is_refused),
        T(what_cannot_be_here_is_refused_before_the_spawn),
        T(a_deadline_task_needs_every_cpu),
        T(root_is_not_held_to_a_number_of_processes),
        T(a_plain_user_is_told_what_he_may_not_have),
        T(a_limit_that_fails_in_the_child_is_named),
        T(a_job_takes_from_the_run_what_it_does_not_say),
        T(a_default_that_cannot_be_makes_no_runtime),
        T(a_task_has_the_descriptor_limit_that_its_run_was_started_with),
        cmocka_unit_test(sizes_are_read_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
