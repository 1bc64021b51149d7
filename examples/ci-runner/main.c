/* main.c - a small CI runner: untrusted commands, by project, within limits.
 *
 *   cc main.c shares.c $(pkg-config --cflags --libs neap) -o ci-runner
 *   ci-runner JOBS [SECONDS [MEBIBYTES [PERCENT]]]
 *
 * Each line of JOBS is a project and a command of the shell. Projects get equal shares
 * and at most PERCENT of a CPU each (shares.c); a job ends after so many SECONDS of
 * running, and gets so many MEBIBYTES. Every line of output has its job's name before
 * it. Ctrl-C ends them all, a second one at once.
 */
#include "shares.h"
#include <neap/limits.h>
#include <neap/neap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct runner {
    neap_limits limits;
    neap_ns timeout;
    int jobs, failed, signo;
};

static int complain(const char *what)
{
    fprintf(stderr, "ci-runner: %s: %s\n", what, neap_last_error());
    return -1;
}

static void on_exit_of_job(void *user, neap_runtime *rt, neap_task *t, neap_how how,
                           int code)
{
    struct runner *r = user;

    r->failed += how != NEAP_HOW_EXIT || code != 0;
    fprintf(stderr, "ci-runner: %s: %s %d, %.2f s of CPU time\n", t->about->name,
            neap_how_name(how), code, (double)t->cpu_ns / NEAP_S);
}

static void on_report(void *user, neap_runtime *rt, const neap_report *report)
{
    if (report->kind != NEAP_REPORT_LOG)
        fprintf(stderr, "ci-runner: %s\n", report->message);
}

static void on_signal(void *user, neap_runtime *rt, int signo)
{
    struct runner *r = user;

    neap_end(rt, r->signo ? NEAP_KILL_NOW : NEAP_KILL_GRACE);
    r->signo = signo;
}

static uint64_t number_of(const char *project)
{
    uint64_t hash = 5381;

    while (*project)
        hash = hash * 33 + (unsigned char)*project++;
    return hash;
}

/* Its own environment, no input, and no more than it is given. */
static int start(neap_runtime *rt, struct runner *r, const char *project,
                 const char *command)
{
    const char *argv[] = {"sh", "-c", command, NULL};
    const char *env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "CI=true", NULL};
    char name[64];
    neap_job job = {.size = sizeof job,
                    .argv = argv,
                    .env = env,
                    .spec = {.name = name, .group = number_of(project)},
                    .output = NEAP_OUTPUT_TAG,
                    .limits = &r->limits,
                    .timeout = r->timeout};

    snprintf(name, sizeof name, "%.40s.%d", project, ++r->jobs);
    return neap_spawn(rt, &job, NULL) == 0 ? 0 : complain(name);
}

static int start_all(neap_runtime *rt, struct runner *r, const char *path)
{
    char line[4096];
    FILE *in = fopen(path, "re");
    int result = 0;

    if (!in) {
        perror(path);
        return -1;
    }
    while (result == 0 && fgets(line, sizeof line, in)) {
        char *project = strtok(line, " \t\n"), *command = strtok(NULL, "\n");

        if (project && *project != '#' && command)
            result = start(rt, r, project, command);
    }
    fclose(in);
    return result;
}

static int run(neap_runtime *rt, struct runner *r, const char *path)
{
    if (neap_on_signal(rt, SIGINT, on_signal, r) < 0 ||
        neap_on_signal(rt, SIGTERM, on_signal, r) < 0)
        return complain("signals");
    if (start_all(rt, r, path) < 0)
        return -1;
    return neap_run(rt) == 0 ? 0 : complain(path);
}

static int argument(int argc, char **argv, int i, int otherwise)
{
    return argc > i && atoi(argv[i]) > 0 ? atoi(argv[i]) : otherwise;
}

int main(int argc, char **argv)
{
    struct runner r = {.limits = {.size = sizeof r.limits}};
    neap_options o = {.size = sizeof o,
                      .table = &neap_policy_shares,
                      .max_alive = 64,
                      .on_death = NEAP_DEATH_END,
                      .user = &r,
                      .on_exit = on_exit_of_job,
                      .on_report = on_report};
    neap_runtime *rt = NULL;
    int result = -1;

    if (argc < 2)
        return fprintf(stderr, "usage: ci-runner JOBS [SECONDS [MIB [PERCENT]]]\n"), 2;
    r.timeout = argument(argc, argv, 2, 600) * NEAP_S;
    r.limits.given = NEAP_LIMIT_MEMORY | NEAP_LIMIT_CORE | NEAP_LIMIT_NO_NEW_PRIVS;
    r.limits.memory = (uint64_t)argument(argc, argv, 3, 1024) << 20;
    r.limits.no_new_privs = true;
    shares_cap_percent = argument(argc, argv, 4, 100);
    if (neap_new(&rt, &o) == 0)
        result = run(rt, &r, argv[1]);
    else
        complain("cannot begin");
    neap_free(rt);
    return result < 0 ? 125 : r.signo ? 128 + r.signo : r.failed > 0;
}
