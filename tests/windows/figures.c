/* figures.c - simulates, records and replays, and writes down all that comes of it.
 *
 *   figures simulate FIGURES RECORD   three policies; the last run is recorded
 *   figures replay EVENTS RECORD      what is in a record, done again
 *   figures refuse ERRORS             what is said of processes
 *
 * It uses the installed headers only. What it writes must be the same, byte for byte,
 * from every build: so no text mode, and doubles with all their bits.
 */
#include <inttypes.h>
#include <neap/limits.h>
#include <neap/sim.h>
#include <neap/trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 7, SEGMENTS = 400 };

/* Some that compute, some that sleep, some that come again, a child; tens of copies. */
static const neap_ns hog[] = {400 * NEAP_MS};
static const neap_ns talker[] = {3 * NEAP_MS, 17 * NEAP_MS, 5 * NEAP_MS, 11 * NEAP_MS};
static const neap_ns short_job[] = {7 * NEAP_MS + 7};
static const neap_ns control[] = {2 * NEAP_MS};

static const neap_sim_task tasks[TASKS] = {
    {.spec = {.size = sizeof(neap_spec), .name = "hog", .weight = 300},
     .work = hog,
     .phases = 1},
    {.spec = {.size = sizeof(neap_spec), .name = "light", .weight = 37},
     .work = hog,
     .phases = 1,
     .arrival = 13 * NEAP_MS},
    {.spec = {.size = sizeof(neap_spec), .name = "talker", .weight = 100},
     .work = talker,
     .phases = 4,
     .times = 20,
     .arrival = NEAP_MS},
    {.spec = {.size = sizeof(neap_spec), .name = "many", .weight = 111},
     .work = short_job,
     .phases = 1,
     .count = 60,
     .every = 9 * NEAP_MS + 1},
    {.spec = {.size = sizeof(neap_spec),
              .name = "control",
              .has_priority = true,
              .priority = 9,
              .period = 25 * NEAP_MS,
              .deadline = 4 * NEAP_MS},
     .work = control,
     .phases = 1,
     .times = 30},
    {.spec = {.size = sizeof(neap_spec),
              .name = "child",
              .has_priority = true,
              .priority = 2},
     .work = short_job,
     .phases = 1,
     .times = 3,
     .parent = 3,
     .after = 5},
    {.spec = {.size = sizeof(neap_spec), .name = "endless"}, .arrival = 50 * NEAP_MS},
};

static void fail(const char *what)
{
    fprintf(stderr, "figures: %s: %s\n", what, neap_last_error());
    exit(1);
}

static void write_double(FILE *out, const char *name, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    fprintf(out, "%s %.17g %016" PRIx64 "\n", name, value, bits);
}

static void write_values(FILE *out, const char *name, const neap_meter_values *v)
{
    fprintf(out,
            "%s %" PRIu64 " mean %" PRId64 " p50 %" PRId64 " p95 %" PRId64
            " p99 %" PRId64 " max %" PRId64 " %d\n",
            name, v->count, v->mean, v->p50, v->p95, v->p99, v->max, v->exact);
}

static void write_timeline(FILE *out, const neap_meter_report *m)
{
    for (size_t i = 0; i < m->segments; i++) {
        const neap_meter_segment *s = &m->timeline[i];

        fprintf(out, "%" PRIu64 " %" PRId64 " %" PRId64 " on %d\n", s->task, s->from,
                s->to, s->cpu);
    }
}

static void write_report(FILE *out, const neap_sim_report *r)
{
    const neap_meter_report *m = &r->meter;

    fprintf(out, "%s until %" PRId64 " limited %d refused %" PRIu64 "\n", r->policy,
            r->end, r->limited, r->refused);
    fprintf(out, "tasks %" PRIu64 " ended %" PRIu64 " busy %" PRId64 " cpus %d\n",
            m->tasks, m->ended, m->busy, m->cpus);
    write_values(out, "turnaround", &m->turnaround);
    write_values(out, "slowdown", &m->slowdown);
    write_values(out, "response", &m->response);
    write_values(out, "wait", &m->wait);
    write_values(out, "stretch", &m->stretch);
    fprintf(out, "missed %" PRIu64 " of %" PRIu64 ", by %" PRId64 " at most\n",
            m->missed, m->deadlines, m->latest);
    fprintf(out, "switches %" PRIu64 " preemptions %" PRIu64 " starved %" PRIu64 "\n",
            m->context_switches, m->preemptions, m->starved);
    fprintf(out, "lag %" PRId64 " of %" PRIu64 " cycles %" PRIu64 "\n", m->lag,
            m->lagging, m->cycles);
    write_double(out, "jain", m->jain);
    write_double(out, "rms_error", m->rms_error);
    write_timeline(out, m);
}

static void on_task(void *user, const neap_sim_done *done)
{
    const neap_meter_task *f = done->figures;

    fprintf(user,
            "task %" PRIu64 " is %s %" PRIu32 ": %" PRId64 " to %" PRId64
            " cpu %" PRId64 " wait %" PRId64 " longest %" PRId64 "\n",
            f->id, tasks[done->index].spec.name, done->copy, f->arrival, f->end, f->cpu,
            f->wait, f->longest_wait);
}

static void simulate(FILE *out, const char *policy, int cpus, const char *record)
{
    char problem[200] = "";
    neap_sim *sim;
    neap_sim_options o = {.size = sizeof o,
                          .runtime = {.size = sizeof o.runtime,
                                      .policy = policy,
                                      .cpus = cpus,
                                      .max_hold = 200 * NEAP_MS,
                                      .record = record},
                          .tasks = tasks,
                          .n_tasks = TASKS,
                          .task_size = sizeof *tasks,
                          .limit = 2 * NEAP_S,
                          .timeline = SEGMENTS,
                          .problem = problem,
                          .problem_room = sizeof problem,
                          .user = out,
                          .on_task = on_task};

    if (neap_simulate(&sim, &o) < 0)
        fail(problem);
    write_report(out, neap_sim_result(sim));
    neap_sim_free(sim);
}

static void on_event(void *user, neap_runtime *rt, const neap_recorded_event *e)
{
    fprintf(user, "%s %" PRId64 " %" PRIu64, e->kind, e->now, e->task);
    for (size_t i = 0; i < e->numbers; i++)
        fprintf(user, " %" PRId64, e->number[i]);
    fprintf(user, " %.*s\n", (int)e->text_size, e->text ? e->text : "");
}

static void replay(FILE *out, const char *record)
{
    neap_runtime *rt;
    neap_replay_state s;
    neap_options o = {.size = sizeof o, .user = out};

    if (neap_replay_new(
            &rt, record, &o,
            &(neap_replay){.size = sizeof(neap_replay), .on_event = on_event}) < 0)
        fail(record);
    if (neap_run(rt) < 0)
        fail("replay");
    neap_replay_get(rt, &s);
    fprintf(out, "records %" PRIu64 " bytes %" PRIu64 " answers %" PRIu64 " over %d\n",
            s.records, s.bytes, s.answers, s.over);
    fprintf(out, "difference %s\n", s.difference ? s.difference : "none");
    neap_free(rt);
}

static void refused(FILE *out, const char *what, int result)
{
    fprintf(out, "%s: %s\n", what, result < 0 ? neap_last_error() : "done");
}

static void refuse(FILE *out)
{
    static const char *const argv[] = {"true", NULL};
    neap_options o = {.size = sizeof o};
    neap_runtime *rt;
    neap_id id;

    refused(out, "live", neap_new(&rt, &o));
    o.clock = NEAP_CLOCK_VIRTUAL;
    if (neap_new(&rt, &o) < 0)
        fail("a virtual runtime");
    refused(out, "spawn",
            neap_spawn(rt, &(neap_job){.size = sizeof(neap_job), .argv = argv}, &id));
    refused(out, "attach", neap_attach(rt, 1, NULL, &id));
    refused(out, "plug-in", neap_policy_file_open(&(neap_policy_file *){NULL}, "x"));
    refused(out, "add", neap_add(rt, NULL, &id));
    refused(out, "signal", neap_task_signal(rt, id, 9));
    refused(out, "run", neap_run(rt));
    neap_free(rt);
}

int main(int argc, char **argv)
{
    FILE *out = argc > 2 ? fopen(argv[2], "wb") : NULL;

    if (!out) {
        fprintf(stderr, "usage: figures simulate|replay|refuse FILE [RECORD]\n");
        return 2;
    }
    if (strcmp(argv[1], "simulate") == 0 && argc == 4) {
        simulate(out, "round_robin", 1, NULL);
        simulate(out, "priority", 2, NULL);
        simulate(out, "fair", 3, argv[3]);
    } else if (strcmp(argv[1], "replay") == 0 && argc == 4) {
        replay(out, argv[3]);
    } else if (strcmp(argv[1], "refuse") == 0) {
        refuse(out);
    }
    return fclose(out) == 0 ? 0 : 1;
}
