/* process.c - what orders and users do to the process of a task. */
#include "attach.h"
#include "limits.h"
#include "runtime.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Copies a list of strings into one block: the pointers, then the text. */
static char **copy_list(const char *const *list)
{
    size_t n = 0, size = 0;
    char **copy, *text;

    for (; list[n]; n++)
        size += strlen(list[n]) + 1;
    copy = malloc((n + 1) * sizeof *copy + size);
    if (!copy)
        return NULL;
    text = (char *)(copy + n + 1);
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(list[i]) + 1;

        copy[i] = memcpy(text, list[i], length);
        text += length;
    }
    copy[n] = NULL;
    return copy;
}

static const char *path_of(const neap_job *job)
{
    for (size_t i = 0; job->env && job->env[i]; i++) {
        if (strncmp(job->env[i], "PATH=", 5) == 0)
            return job->env[i] + 5;
    }
    return job->env ? NULL : getenv("PATH");
}

/* For what is sought in our own directory, in vain. */
static const char *if_nowhere(const char *path)
{
    char here[4096];

    return *path != '/' && !getcwd(here, sizeof here) && errno == ENOENT
               ? " (the current directory is removed: change to one that is there)"
               : "";
}

static int refuse_directory(const char *path, int error)
{
    return neap_error(error, "cannot enter the directory \"%.200s\": %s%s", path,
                      strerror(error), if_nowhere(path));
}

/* The program and its directory are there, or the caller hears it before a task
 * exists. */
static int check_job(const neap_job *job, char *program, size_t room)
{
    bool here;
    int r;

    if (!job || job->size < sizeof *job)
        return neap_error(NEAP_EINVAL, "a job without its size");
    if (!job->argv || !job->argv[0] || !*job->argv[0])
        return neap_error(NEAP_EINVAL, "a job without a program");
    if (job->cwd && access(job->cwd, X_OK) < 0)
        return refuse_directory(job->cwd, errno);
    here = !job->cwd && strchr(job->argv[0], '/');
    r = neap_os_program_find(job->argv[0], path_of(job), job->cwd, program, room);
    if (r < 0)
        return neap_error(-r, "cannot run \"%.200s\": %s%s", job->argv[0],
                          neap_strerror(r), here ? if_nowhere(job->argv[0]) : "");
    return 0;
}

static const char *name_of(const neap_job *job, const char *program)
{
    const char *slash = strrchr(program, '/');

    return job->spec.name ? job->spec.name : slash ? slash + 1 : program;
}

int neap_process_new(neap_runtime *rt, const neap_job *job, process **out)
{
    char program[4096];
    process *p;
    int r = check_job(job, program, sizeof program);

    if (r < 0)
        return r;
    p = calloc(1, sizeof *p);
    if (!p)
        return neap_error(NEAP_EMEMORY, NULL);
    p->program = strdup(program);
    p->argv = copy_list(job->argv);
    p->env = job->env ? copy_list(job->env) : NULL;
    p->cwd = job->cwd ? strdup(job->cwd) : NULL;
    p->input = job->input;
    p->timeout = job->timeout;
    p->may_be_late = job->may_be_late;
    p->kill_at = p->hold_at = NEAP_FOREVER;
    p->counter = p->own.descriptor = p->own.entry = -1;
    r = neap_output_prepare(rt, p, job, name_of(job, program));
    if (r < 0) {
        neap_process_free(rt, p);
        return r;
    }
    if (!p->program || !p->argv || (job->env && !p->env) || (job->cwd && !p->cwd)) {
        neap_process_free(rt, p);
        return neap_error(NEAP_EMEMORY, NULL);
    }
    r = neap_limits_take(rt, job->limits, p);
    if (r < 0) {
        neap_process_free(rt, p);
        return r;
    }
    *out = p;
    return 0;
}

void neap_process_forget_job(process *p)
{
    neap_output_forget(p);
    free(p->program);
    free(p->argv);
    free(p->env);
    free(p->cwd);
    free(p->limits);
    p->program = p->cwd = NULL;
    p->limits = NULL;
    p->argv = p->env = NULL;
}

void neap_process_free(neap_runtime *rt, process *p)
{
    if (!p)
        return;
    neap_process_forget_job(p);
    neap_account_close(p);
    neap_cgroup_give_back(p);
    neap_sleep_forget(rt, p);
    neap_tree_free(rt, p);
    neap_attach_forget(rt, p);
    free(p->bound);
    free(p);
}

void neap_process_went_on(process *p, neap_ns now)
{
    p->released_at = now;
    p->released_cpu = p->leader_cpu;
}

void neap_process_hold(neap_runtime *rt, process *p, neap_ns now)
{
    if (p->phase != P_LIVE || p->ending || p->held)
        return;
    if (neap_sleep_defer_hold(rt, p, now))
        return;
    neap_sleep_forget(rt, p);
    neap_tree_hold(rt, p);
    p->ran += now - p->released_at;
    neap_account_correct_later(rt, p, now);
}

static void let_go(neap_runtime *rt, process *p)
{
    neap_ns now = neap_loop_now(rt);
    bool asleep = p->next_asleep != NULL;

    neap_sleep_forget(rt, p);
    if (p->held)
        neap_process_went_on(p, now);
    neap_tree_release(rt, p);
    neap_sleep_begin(rt, p, now);
    if (asleep)
        neap_sleep_look_soon(p, now);
}

void neap_process_release(neap_runtime *rt, process *p)
{
    p->hold_at = NEAP_FOREVER;
    if (p->phase == P_LIVE)
        let_go(rt, p);
}

static bool asks_to_end(int signo)
{
    return signo == SIGTERM || signo == SIGINT || signo == SIGQUIT || signo == SIGHUP;
}

/* What is due for this process by its own clock: KILL after the grace time, or a hold
 * that was lifted so that it could act on a signal. */
static void on_time(void *user, neap_runtime *rt, neap_timer id)
{
    neap_task *t = neap_core_find(rt->core, (neap_id)(uintptr_t)user);
    neap_ns now = neap_loop_now(rt);
    process *p = t ? t->about->process : NULL;

    if (!p)
        return;
    if (p->kill_at <= now) {
        p->kill_at = NEAP_FOREVER;
        neap_process_kill(rt, p, NEAP_KILL_NOW);
    }
    if (p->hold_at <= now) {
        p->hold_at = NEAP_FOREVER;
        if (neap_core_is_held(t))
            neap_process_hold(rt, p, now);
    }
}

static void call_at(neap_runtime *rt, process *p, neap_ns when)
{
    neap_timers_add(rt, when, 0, on_time, (void *)(uintptr_t)p->task->id, NULL, true,
                    NULL);
}

static void cancel(neap_runtime *rt, process *p)
{
    neap_spawn_end(rt, p->task, NEAP_HOW_CANCELLED, 0);
}

void neap_process_signal(neap_runtime *rt, process *p, int signo)
{
    switch (p->phase) {
    case P_QUEUED:
        if (asks_to_end(signo) || signo == SIGKILL)
            cancel(rt, p);
        break;
    case P_ASKED:
    case P_FORKED:
        p->signals_later |= UINT64_C(1) << (signo - 1);
        break;
    case P_LIVE:
        neap_tree_signal(rt, p, signo);
        if (p->held && asks_to_end(signo)) {
            let_go(rt, p);
            p->hold_at = neap_loop_now(rt) + rt->opt.grace;
            call_at(rt, p, p->hold_at);
        }
        break;
    case P_ENDED:
    case P_GONE:
        break;
    }
}

void neap_process_kill(neap_runtime *rt, process *p, neap_kill_mode mode)
{
    if (p->phase == P_QUEUED) {
        cancel(rt, p);
        return;
    }
    if (p->phase == P_ASKED || p->phase == P_FORKED) {
        p->signals_later |= UINT64_C(1)
                            << ((mode == NEAP_KILL_NOW ? SIGKILL : SIGTERM) - 1);
        p->ending = true;
        return;
    }
    if (p->phase == P_GONE || (p->ending && mode == NEAP_KILL_GRACE))
        return;
    p->ending = true;
    if (p->phase == P_ENDED) {
        neap_tree_end_rest(rt, p, mode);
        return;
    }
    neap_tree_signal(rt, p, mode == NEAP_KILL_NOW ? SIGKILL : SIGTERM);
    let_go(rt, p);
    if (mode == NEAP_KILL_GRACE) {
        p->kill_at = neap_loop_now(rt) + rt->opt.grace;
        call_at(rt, p, p->kill_at);
    }
}
