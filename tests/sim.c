/* sim.c - runtimes in virtual time that record what happens. */
#include "sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 1 << 16, IDS = 4096, CPUS = 8 };

struct sim_log {
    char turns[CPUS][LONGEST];
    size_t used[CPUS];
    char answer[LONGEST];
    neap_how how[IDS];
    int code[IDS];
    sim_report told[NEAP_REPORT_GUARD + 1];
};

static void on_switch(void *user, neap_runtime *rt, int cpu, neap_task *from,
                      neap_task *to)
{
    sim_log *log = user;
    char word[24];
    int n = to ? snprintf(word, sizeof word, "%llu ", (unsigned long long)to->id)
               : snprintf(word, sizeof word, "- ");

    assert_ptr_not_equal(from, to);
    if (cpu >= CPUS || log->used[cpu] + (size_t)n >= LONGEST)
        return;
    memcpy(log->turns[cpu] + log->used[cpu], word, (size_t)n);
    log->used[cpu] += (size_t)n;
}

static void on_exit_of(void *user, neap_runtime *rt, neap_task *t, neap_how how,
                       int code)
{
    sim_log *log = user;

    assert_true(t->id < IDS);
    assert_int_equal(log->how[t->id], NEAP_HOWS); /* told once */
    assert_int_equal(t->state, NEAP_STATE_ENDED);
    log->how[t->id] = how;
    log->code[t->id] = code;
}

static void copy(char *to, size_t room, const char *text)
{
    snprintf(to, room, "%s", text ? text : "");
}

static void on_report(void *user, neap_runtime *rt, const neap_report *r)
{
    sim_report *told = &((sim_log *)user)->told[r->kind];

    told->count++;
    copy(told->policy, sizeof told->policy, r->policy);
    copy(told->hook, sizeof told->hook, r->hook);
    copy(told->message, sizeof told->message, r->message);
    copy(told->trace, sizeof told->trace, r->trace);
    told->task = r->task;
}

sim sim_new(const neap_options *options)
{
    neap_options o = *options;
    sim s = {.log = calloc(1, sizeof *s.log)};

    assert_non_null(s.log);
    for (size_t i = 0; i < IDS; i++)
        s.log->how[i] = NEAP_HOWS;
    o.cpus = o.cpus ? o.cpus : 1;
    o.user = s.log;
    o.on_switch = on_switch;
    o.on_exit = on_exit_of;
    o.on_report = on_report;
    if (neap_new(&s.rt, &o) < 0)
        fail_msg("no runtime: %s", neap_last_error());
    return s;
}

void sim_end(sim *s)
{
    neap_free(s->rt);
    free(s->log);
    *s = (sim){NULL, NULL};
}

neap_id sim_add_spec(sim *s, const neap_spec *spec)
{
    neap_id id = 0;

    if (neap_add(s->rt, spec, &id) < 0)
        fail_msg("no task: %s", neap_last_error());
    return id;
}

neap_id sim_plain(sim *s)
{
    return sim_add(s, .weight = 0);
}

neap_id sim_ranked(sim *s, int priority)
{
    return sim_add(s, .priority = priority, .has_priority = true);
}

void sim_run(sim *s, neap_ns time)
{
    assert_int_equal(neap_run_for(s->rt, time), 0);
}

neap_task *sim_task(const sim *s, neap_id id)
{
    neap_task *t = neap_find(s->rt, id);

    assert_non_null(t);
    return t;
}

neap_turns turns_of(const neap_task *t)
{
    neap_turns turns;

    neap_task_turns(t, &turns);
    return turns;
}

neap_ns sim_ran(const sim *s, neap_id id)
{
    return sim_task(s, id)->cpu_ns;
}

neap_state sim_state(const sim *s, neap_id id)
{
    return (neap_state)sim_task(s, id)->state;
}

neap_id sim_on(const sim *s, int cpu)
{
    const neap_task *t = neap_current(s->rt, cpu);

    return t ? t->id : 0;
}

neap_stats sim_stats(const sim *s)
{
    neap_stats stats;

    neap_get_stats(s->rt, &stats);
    return stats;
}

neap_ns sim_charged(const sim *s)
{
    neap_ns sum = 0;

    for (neap_task *t = neap_next(s->rt, 0); t; t = neap_next(s->rt, t->id))
        sum += t->cpu_ns;
    return sum;
}

const char *sim_turns(sim *s, int cpu)
{
    sim_log *log = s->log;
    size_t n = log->used[cpu];

    memcpy(log->answer, log->turns[cpu], n);
    log->answer[n ? n - 1 : 0] = '\0';
    log->used[cpu] = 0;
    return log->answer;
}

void sim_forget_turns(sim *s)
{
    memset(s->log->used, 0, sizeof s->log->used);
}

neap_how sim_how(const sim *s, neap_id id)
{
    return s->log->how[id];
}

int sim_code(const sim *s, neap_id id)
{
    return s->log->code[id];
}

const sim_report *sim_told(const sim *s, neap_report_kind kind)
{
    return &s->log->told[kind];
}

void sim_assert_near(neap_ns a, neap_ns b, neap_ns by, const char *what,
                     const char *file, int line)
{
    if (a - b <= by && b - a <= by)
        return;
    print_error("%s is %lld ns, expected %lld +- %lld\n", what, (long long)a,
                (long long)b, (long long)by);
    _fail(file, line);
}
