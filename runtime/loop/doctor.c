/* doctor.c - facts about this machine and user, the last one a task that is run. */
#include "os/facts.h"
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TRIAL (5 * NEAP_S)

static void guard(neap_facts *f, const neap_runtime *rt)
{
    char path[4096];

    if (neap_spawn_find_guard(rt, path, sizeof path) == 0)
        neap_facts_add(f, "guard", NEAP_FACT_OK, NULL, "%s", path);
    else
        neap_facts_add(f, "guard", NEAP_FACT_MISSING,
                       "NEAP_GUARD=PATH, or put neap-guard beside neap", "%s",
                       neap_last_error());
    neap_facts_need(f);
}

struct trial {
    bool done;
    neap_how how;
    int code;
};

static void on_exit_of_trial(void *user, neap_runtime *rt, neap_task *task,
                             neap_how how, int code)
{
    *(struct trial *)user = (struct trial){true, how, code};
}

/* The whole way: guard, fork, exec, exit. */
static void run_one(neap_facts *f, neap_runtime *rt, const struct trial *t)
{
    const char *const argv[] = {"sh", "-c", ":", NULL};
    neap_job job = {.size = sizeof job, .argv = argv};
    neap_ns before = neap_os_now();
    neap_id id;

    if (neap_spawn(rt, &job, &id) < 0 || neap_run_for(rt, TRIAL) < 0)
        neap_facts_add(f, "run", NEAP_FACT_MISSING, "see guard, processes, descriptors",
                       "%s", neap_last_error());
    else if (t->done && t->how == NEAP_HOW_EXIT && t->code == 0)
        neap_facts_add(f, "run", NEAP_FACT_OK, NULL,
                       "a first task has run and ended in %.1f ms",
                       (double)(neap_os_now() - before) / NEAP_MS);
    else if (t->done)
        neap_facts_add(f, "run", NEAP_FACT_MISSING, "see processes, descriptors",
                       "a task that runs sh: %s %d (%s)", neap_how_name(t->how),
                       t->code,
                       t->how == NEAP_HOW_ERROR ? neap_strerror(t->code) : "?");
    else
        neap_facts_add(f, "run", NEAP_FACT_MISSING, "less load on this machine",
                       "a task that runs sh has not ended within 5 s");
}

static void run(neap_facts *f, const char *path)
{
    struct trial trial = {false, NEAP_HOW_EXIT, 0};
    const neap_options o = {.size = sizeof o,
                            .guard = path,
                            .unconfined = true,
                            .on_death = NEAP_DEATH_END,
                            .user = &trial,
                            .on_exit = on_exit_of_trial};
    neap_runtime *rt;

    if (neap_new(&rt, &o) < 0) {
        neap_facts_add(f, "run", NEAP_FACT_MISSING, "see descriptors", "%s",
                       neap_last_error());
        neap_facts_need(f);
        return;
    }
    guard(f, rt);
    if (neap_facts_state(f, "proc") == NEAP_FACT_MISSING && neap_proc_sees_all())
        neap_facts_add(f, "run", NEAP_FACT_MISSING, "see proc", "not tried");
    else
        run_one(f, rt, &trial);
    neap_facts_need(f);
    neap_free(rt);
}

static bool is_usable(const char *path)
{
    return *path && access(path, W_OK | X_OK) == 0;
}

/* Where the record of what is held is kept: below the first of these. */
static void runtime_directory(neap_facts *f)
{
    const char *said = getenv("XDG_RUNTIME_DIR");
    char own[64];

    snprintf(own, sizeof own, "/run/user/%lu", (unsigned long)geteuid());
    if (said && is_usable(said))
        neap_facts_add(f, "runtime_dir", NEAP_FACT_OK, NULL, "%s/neap", said);
    else if (is_usable(own))
        neap_facts_add(f, "runtime_dir", NEAP_FACT_OK, NULL, "%s/neap", own);
    else if (is_usable("/tmp"))
        neap_facts_add(f, "runtime_dir", NEAP_FACT_OK, NULL, "/tmp/neap-%lu",
                       (unsigned long)geteuid());
    else
        neap_facts_add(f, "runtime_dir", NEAP_FACT_DEGRADED,
                       "XDG_RUNTIME_DIR=DIR, a directory that is yours",
                       "/tmp: %s: no record for `neap rescue`", strerror(errno));
}

static void terminal(neap_facts *f)
{
    struct winsize size = {.ws_col = 0};

    if (!isatty(STDERR_FILENO))
        neap_facts_add(f, "terminal", NEAP_FACT_OK, NULL, "none: no progress line");
    else if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        neap_facts_add(f, "terminal", NEAP_FACT_OK, NULL, "%d columns", size.ws_col);
    else
        neap_facts_add(f, "terminal", NEAP_FACT_OK, NULL, "yes");
}

int neap_facts_new(neap_facts **out, const char *path)
{
    neap_facts *f = calloc(1, sizeof *f);

    if (!f)
        return neap_error(NEAP_EMEMORY, NULL);
    neap_os_facts_kernel(f);
    neap_os_facts_proc(f);
    neap_os_facts_trees(f);
    neap_os_facts_rank(f);
    neap_os_facts_limits(f);
    runtime_directory(f);
    terminal(f);
    run(f, path);
    if (f->error) {
        neap_facts_free(f);
        return neap_error(NEAP_EMEMORY, NULL);
    }
    *out = f;
    return 0;
}

const neap_fact *neap_facts_at(const neap_facts *f, size_t i)
{
    return i < f->count ? &f->list[i] : NULL;
}

bool neap_facts_usable(const neap_facts *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].needed && f->list[i].state == NEAP_FACT_MISSING)
            return false;
    return true;
}

void neap_facts_free(neap_facts *f)
{
    if (f)
        neap_facts_fini(f);
    free(f);
}

const char *neap_fact_state_name(neap_fact_state state)
{
    static const char *const names[] = {"ok", "degraded", "missing"};

    return (unsigned)state < 3 ? names[state] : "?";
}
