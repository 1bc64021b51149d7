/* sim.h - a small kit for tests in virtual time, so that they read as sentences.
 *
 *     sim s = sim_of("fair", .cpus = 1);
 *     neap_id light = sim_add(&s, .weight = 100);
 *     sim_run(&s, 4 * NEAP_S);
 *     assert_near(sim_ran(&s, light), 2 * NEAP_S, SIM_QUANTUM);
 *     sim_end(&s);
 *
 * A sim is a runtime with virtual tasks that records who got which cpu when, who ended
 * how and what was reported.
 */
#ifndef NEAP_TESTS_SIM_H
#define NEAP_TESTS_SIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <neap/neap.h>

#define SIM_QUANTUM NEAP_QUANTUM_DEFAULT

typedef struct sim_log sim_log;

typedef struct sim {
    neap_runtime *rt;
    sim_log *log;
} sim;

/* One cpu unless said otherwise. */
#define sim_of(name, ...) sim_with(.policy = (name), __VA_ARGS__)
#define sim_of_table(own, ...) sim_with(.table = (own), __VA_ARGS__)
#define sim_with(...)                                                                  \
    sim_new(&(neap_options){                                                           \
        .size = sizeof(neap_options), .clock = NEAP_CLOCK_VIRTUAL, __VA_ARGS__})
sim sim_new(const neap_options *options);
void sim_end(sim *s);

#define sim_add(s, ...)                                                                \
    sim_add_spec((s), &(neap_spec){.size = sizeof(neap_spec), __VA_ARGS__})
neap_id sim_add_spec(sim *s, const neap_spec *spec);
neap_id sim_plain(sim *s);                /* a task with nothing special */
neap_id sim_ranked(sim *s, int priority); /* one of this priority */

void sim_run(sim *s, neap_ns time);
neap_ns sim_ran(const sim *s, neap_id id); /* its CPU time so far; it must be there */
neap_task *sim_task(const sim *s, neap_id id);
neap_state sim_state(const sim *s, neap_id id);
neap_turns turns_of(const neap_task *t);
neap_id sim_on(const sim *s, int cpu); /* who is on `cpu`; 0: nobody */
neap_stats sim_stats(const sim *s);
neap_ns sim_charged(const sim *s); /* to all tasks that are there, together */

/* Who got `cpu`, one after the other: "1 2 3 1"; "-": it became empty. From the
 * beginning or since the last call of it or of sim_forget_turns(). Valid until the next
 * call. */
const char *sim_turns(sim *s, int cpu);
void sim_forget_turns(sim *s);

/* How `id` ended (NEAP_HOWS: it has not), and with which code. */
neap_how sim_how(const sim *s, neap_id id);
int sim_code(const sim *s, neap_id id);

/* What was reported of this kind: how often, and the last of them ("" if none). */
typedef struct sim_report {
    int count;
    char policy[32], hook[32], message[400], trace[400];
    neap_id task;
} sim_report;
const sim_report *sim_told(const sim *s, neap_report_kind kind);

#define assert_near(a, b, by) sim_assert_near((a), (b), (by), #a, __FILE__, __LINE__)
void sim_assert_near(neap_ns a, neap_ns b, neap_ns by, const char *what,
                     const char *file, int line);
#define assert_ns(a, b) assert_near((a), (b), 0)

#endif
