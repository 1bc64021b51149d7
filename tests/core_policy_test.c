/* core_policy_test.c - what the core promises a policy: hooks, verbs, changes of
 * policy. */
#include "diary.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The order of hooks. */

static void hooks_come_in_pairs_and_in_order(void **state)
{
    neap_policy table = diary;
    sim s;

    table.tick = NULL; /* it is in the next test */
    s = with_diary(&table);

    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 0);
    assert_string_equal(since_last(), "init_task 1, enqueue 1 new, init_task 2, "
                                      "enqueue 2 new, slice 1, running 1, preempt 2, ");
    sim_run(&s, 10 * NEAP_MS);
    assert_string_equal(since_last(),
                        "stopping 1 expired, enqueue 1 expired, slice 2, running 2, ");
    neap_set_weight(s.rt, 1, 50);
    assert_string_equal(since_last(),
                        "dequeue 1 changed, update 1, enqueue 1 changed, ");
    neap_set_weight(s.rt, 2, 50);
    assert_string_equal(since_last(), "stopping 2 changed, update 2, running 2, ");
    neap_task_pause(s.rt, 1);
    assert_string_equal(since_last(), "dequeue 1 paused, ");
    neap_task_yield(s.rt, 2);
    assert_string_equal(since_last(), "stopping 2 yielded, enqueue 2 yielded, ");
    sim_run(&s, 0);
    neap_task_block(s.rt, 2);
    neap_task_wake(s.rt, 2);
    neap_task_resume(s.rt, 1);
    since_last();
    neap_task_signal(s.rt, 1, 10);
    neap_task_finish(s.rt, 1, 3);
    assert_string_equal(since_last(), "signal 1, dequeue 1 ended, exit_task 1 exit, ");
    sim_end(&s);
    assert_int_equal(plan.reason, NEAP_CLOSED);
    assert_int_equal(plan.joined, plan.left);
}

static void a_tick_comes_each_quantum_while_another_waits(void **state)
{
    sim s = with_diary(&diary);

    plan.slice = 35 * NEAP_MS;
    sim_plain(&s);
    sim_run(&s, 20 * NEAP_MS);
    since_last();
    sim_run(&s, 10 * NEAP_MS);
    assert_string_equal(since_last(), ""); /* nobody waits */
    neap_yield(s.rt, 0);
    sim_plain(&s);
    sim_run(&s, 0);
    since_last();
    for (int i = 0; i < 3; i++) {
        sim_run(&s, 9 * NEAP_MS);
        assert_string_equal(since_last(), "");
        sim_run(&s, NEAP_MS);
        assert_string_equal(since_last(), "tick 1, ");
    }
    sim_run(&s, 5 * NEAP_MS);
    assert_string_equal(since_last(),
                        "stopping 1 expired, enqueue 1 expired, slice 2, running 2, ");
    sim_end(&s);
}

static void a_change_of_policy_takes_leave_of_every_task(void **state)
{
    sim s = with_diary(&diary);

    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 5 * NEAP_MS);
    since_last();
    assert_int_equal(neap_set_policy(s.rt, "fair", NULL, NULL), 0);
    assert_string_equal(since_last(), "stopping 1 changed, exit_task 1 goes, "
                                      "dequeue 2 changed, exit_task 2 goes, ");
    assert_int_equal(plan.reason, NEAP_REPLACED);
    assert_int_equal(neap_set_policy(s.rt, NULL, &diary, NULL), 0);
    assert_string_equal(since_last(),
                        "init_task 1, init_task 2, running 1, enqueue 2 changed, ");
    sim_end(&s);
}

/* Tables. */

static void a_table_with_only_a_name_serves_who_comes_first(void **state)
{
    static const neap_policy bare = {.name = "bare"};
    sim s = sim_of_table(&bare, .cpus = 1);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    sim_run(&s, 45 * NEAP_MS);
    assert_string_equal(sim_turns(&s, 0), "1 2 3 1 2");
    assert_string_equal(sim_stats(&s).policy, "bare");
    sim_end(&s);
}

static void enqueue_dequeue_and_pick_come_together(void **state)
{
    for (int given = 1; given < 7; given++) {
        neap_policy p = {.name = "part",
                         .enqueue = given & 1 ? diary.enqueue : NULL,
                         .dequeue = given & 2 ? diary.dequeue : NULL,
                         .pick = given & 4 ? diary.pick : NULL};
        neap_options o = {.size = sizeof o, .table = &p, .clock = NEAP_CLOCK_VIRTUAL};
        neap_runtime *rt;

        assert_int_equal(neap_new(&rt, &o), -NEAP_EPOLICY);
        assert_non_null(strstr(neap_last_error(), "all or none"));
    }
}

static void a_table_without_a_name_is_refused(void **state)
{
    static const neap_policy nameless = {.alias = "x"};
    sim s = sim_of("rr", .cpus = 1);

    assert_int_equal(neap_set_policy(s.rt, NULL, &nameless, NULL), -NEAP_EPOLICY);
    assert_int_equal(neap_set_policy(s.rt, "rond_robin", NULL, NULL), -NEAP_ENOTFOUND);
    assert_non_null(strstr(neap_last_error(), "round_robin"));
    assert_string_equal(sim_stats(&s).policy, "round_robin");
    sim_end(&s);
}

/* Refusals. */

static void a_task_that_is_refused_does_not_exist(void **state)
{
    sim s = with_diary(&diary);
    neap_spec spec = {.size = sizeof spec};
    neap_id id = 99;

    sim_plain(&s);
    plan.refuse_task = 1;
    assert_int_equal(neap_add(s.rt, &spec, &id), -EPERM);
    assert_non_null(strstr(neap_last_error(), "not this one"));
    assert_int_equal(id, 99);
    assert_int_equal(sim_stats(&s).active, 1);
    assert_int_equal(sim_stats(&s).failures, 0); /* to refuse is no failure */
    sim_run(&s, 50 * NEAP_MS);
    sim_end(&s);
    assert_int_equal(plan.joined, plan.left);
}

static void a_policy_that_refuses_leaves_everything_as_it_was(void **state)
{
    sim s = sim_of("fair", .cpus = 1), twin = sim_of("fair", .cpus = 1);
    const char *wanted;
    static char before[4096];

    diary_fresh(s.rt);
    for (int i = 0; i < 5; i++) {
        sim_add(&s, .weight = 50 + 70 * i);
        sim_add(&twin, .weight = 50 + 70 * i);
    }
    for (int round = 0; round < 40; round++) {
        sim_run(&s, 7 * NEAP_MS);
        sim_run(&twin, 7 * NEAP_MS);
        plan.fails = round % 2 ? "init" : NULL;
        plan.refuse_task = 1 + round % 5;
        assert_int_equal(neap_set_policy(s.rt, NULL, &diary, NULL),
                         round % 2 ? -NEAP_EPOLICY : -EPERM);
        assert_non_null(
            strstr(neap_last_error(), round % 2 ? "not today" : "not this"));
        assert_int_equal(plan.joined, plan.left);
    }
    for (neap_id id = 1; id <= 5; id++) {
        assert_ns(sim_ran(&s, id), sim_ran(&twin, id));
        assert_ns(sim_task(&s, id)->vruntime, sim_task(&twin, id)->vruntime);
    }
    wanted = sim_turns(&twin, 0);
    snprintf(before, sizeof before, "%s", wanted);
    assert_string_equal(sim_turns(&s, 0), before);
    assert_string_equal(sim_stats(&s).policy, "fair");
    sim_end(&s);
    sim_end(&twin);
}

/* Verbs of the context. */

static void a_timer_of_a_policy_comes_in_time(void **state)
{
    sim s;
    const char *name;
    uint64_t value;

    s = with_diary(&diary);
    assert_int_equal(neap_timer_set(plan.c, 7, 50 * NEAP_MS), 0);
    assert_int_equal(neap_timer_set(plan.c, 9, 20 * NEAP_MS), 0);
    neap_timer_cancel(plan.c, 9);
    sim_run(&s, 30 * NEAP_MS);
    assert_false(neap_counter(s.rt, 0, &name, &value));
    assert_int_equal(neap_timer_set(plan.c, 7, 40 * NEAP_MS), 0); /* moves it */
    sim_run(&s, 10 * NEAP_MS);
    assert_true(neap_counter(s.rt, 0, &name, &value));
    assert_string_equal(name, "seven");
    assert_int_equal(value, 1);
    sim_run(&s, NEAP_S);
    neap_counter(s.rt, 0, &name, &value);
    assert_int_equal(value, 1);
    for (uint64_t i = 0; i < 64; i++)
        assert_int_equal(neap_timer_set(plan.c, 100 + i, 2 * NEAP_S), 0);
    assert_int_equal(neap_timer_set(plan.c, 99, 2 * NEAP_S), -ERANGE);
    assert_int_equal(neap_timer_set(plan.c, 100, 3 * NEAP_S), 0);
    sim_run(&s, 3 * NEAP_S);
    assert_true(neap_counter(s.rt, 1, &name, &value));
    assert_int_equal(value, 64);
    sim_end(&s);
}

static void a_timer_outlives_a_pause_of_the_scheduler(void **state)
{
    const char *name;
    uint64_t value;
    sim s;

    s = with_diary(&diary);
    neap_timer_set(plan.c, 7, 50 * NEAP_MS);
    sim_run(&s, 10 * NEAP_MS);
    neap_pause(s.rt);
    sim_run(&s, NEAP_S);
    neap_resume(s.rt);
    sim_run(&s, 10 * NEAP_MS);
    assert_true(neap_counter(s.rt, 0, &name, &value));
    assert_int_equal(value, 1);
    sim_end(&s);
}

static void resched_ends_a_slice_in_this_decision(void **state)
{
    sim s;

    s = with_diary(&diary);
    sim_plain(&s);
    sim_plain(&s);
    neap_timer_set(plan.c, 8, 4 * NEAP_MS);
    sim_run(&s, 4 * NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 2);
    assert_ns(sim_ran(&s, 1), 4 * NEAP_MS);
    sim_run(&s, NEAP_MS);
    plan.resched = true; /* from a hook that comes after the picks */
    sim_plain(&s);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 1);
    sim_end(&s);
}

static void chance_is_the_same_for_the_same_seed(void **state)
{
    uint64_t first[8], other = 0;

    for (uint64_t seed = 0; seed < 3; seed++) { /* 0: the default, which is 1 */
        sim s = sim_of_table(&diary, .seed = seed);

        for (int i = 0; i < 8; i++) {
            uint64_t n = neap_random(plan.c);

            first[i] = seed ? first[i] : n;
            assert_int_equal(seed == 1 && n != first[i], 0);
            other += seed == 2 && n != first[i];
        }
        sim_end(&s);
    }
    assert_int_equal(other, 8);
}

static void the_api_answers_not_inside_a_hook(void **state)
{
    sim s = with_diary(&diary);

    plan.asks_api = true;
    plan.api_answer = 0;
    sim_plain(&s);
    sim_run(&s, 50 * NEAP_MS);
    assert_int_equal(plan.api_answer, -NEAP_EINHOOK);
    assert_ns(sim_stats(&s).quantum, SIM_QUANTUM);
    sim_end(&s);
}

/* Changes of policy while tasks wait and run. */

static void five_wait_and_one_runs_through_three_policies(void **state)
{
    static const char *const policies[] = {"prio", "fair", "rr", "fair", "prio", "rr"};
    sim s = sim_of("rr", .cpus = 1);
    neap_ns at_change;

    for (int i = 0; i < 6; i++)
        sim_plain(&s);
    sim_run(&s, 33 * NEAP_MS);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(neap_set_policy(s.rt, policies[i], NULL, NULL), 0);
        at_change = neap_now(s.rt);
        sim_run(&s, 47 * NEAP_MS);
        assert_ns(sim_charged(&s), neap_now(s.rt));
        assert_ns(neap_now(s.rt) - at_change, 47 * NEAP_MS);
    }
    sim_run(&s, 120 * NEAP_MS);
    assert_int_equal(sim_stats(&s).active, 6);
    for (neap_id id = 1; id <= 6; id++)
        assert_true(sim_task(&s, id)->longest_wait_ns <= 2 * 6 * SIM_QUANTUM);
    assert_int_equal(sim_stats(&s).failures, 0);
    sim_end(&s);
}

static void a_policy_begins_without_a_past(void **state)
{
    sim s = sim_of("fair", .cpus = 1);

    sim_plain(&s);
    sim_run(&s, 10 * NEAP_S);
    neap_trigger(s.rt); /* so that all of it is on fair's books */
    sim_run(&s, 0);
    neap_set_policy(s.rt, "rr", NULL, NULL);
    sim_plain(&s);
    sim_run(&s, 0);
    neap_set_policy(s.rt, "fair", NULL, NULL);
    sim_run(&s, NEAP_S);
    assert_near(sim_ran(&s, 2), NEAP_S / 2, SIM_QUANTUM);
    sim_end(&s);

    s = sim_of("rr", .cpus = 1); /* what ran before is on the old one's books */
    sim_plain(&s);
    sim_run(&s, 7 * NEAP_MS);
    neap_set_policy(s.rt, "fair", NULL, NULL);
    sim_run(&s, 3 * NEAP_MS);
    neap_trigger(s.rt);
    assert_ns(sim_task(&s, 1)->vruntime, 3 * NEAP_MS);
    assert_ns(sim_ran(&s, 1), 10 * NEAP_MS);
    sim_end(&s);
}

/* Who was asked about, in order; each is to come one after the other. */
static neap_id asked_last;
static int asked;

static int asks_in_order(neap_ctx *c, neap_task *t)
{
    asked += t->id > asked_last;
    asked_last = t->id;
    return NEAP_NO_CPU;
}

static void all_that_arrive_at_once_are_asked_about(void **state)
{
    neap_policy table = *neap_policy_find("rr");
    sim s;

    table.preempt = asks_in_order;
    s = sim_of_table(&table, .cpus = 1);
    asked = 0, asked_last = 0;
    sim_plain(&s);
    sim_run(&s, 0);
    for (int i = 0; i < 300; i++)
        sim_plain(&s);
    sim_run(&s, 0);
    assert_int_equal(asked, 300);
    sim_run(&s, SIM_QUANTUM); /* and once only */
    assert_int_equal(asked, 300);
    sim_end(&s);
}

/* Through a change too, those are first who have waited longest, equals by id. */
static void a_change_of_policy_keeps_the_order_of_waiting(void **state)
{
    char expected[400] = "";
    sim s = sim_of("rr", .cpus = 1);

    for (int i = 0; i < 37; i++)
        sim_plain(&s);
    sim_run(&s, 20 * SIM_QUANTUM);
    sim_forget_turns(&s);
    assert_int_equal(neap_set_policy(s.rt, "priority", NULL, NULL), 0);
    sim_run(&s, 37 * SIM_QUANTUM);
    for (int i = 0; i < 37; i++)
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected),
                 "%s%d", i ? " " : "", (i + 21) % 37 + 1);
    assert_string_equal(sim_turns(&s, 0), expected);
    sim_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_come_in_pairs_and_in_order),
        cmocka_unit_test(a_tick_comes_each_quantum_while_another_waits),
        cmocka_unit_test(a_change_of_policy_takes_leave_of_every_task),
        cmocka_unit_test(a_table_with_only_a_name_serves_who_comes_first),
        cmocka_unit_test(enqueue_dequeue_and_pick_come_together),
        cmocka_unit_test(a_table_without_a_name_is_refused),
        cmocka_unit_test(a_task_that_is_refused_does_not_exist),
        cmocka_unit_test(a_policy_that_refuses_leaves_everything_as_it_was),
        cmocka_unit_test(a_timer_of_a_policy_comes_in_time),
        cmocka_unit_test(a_timer_outlives_a_pause_of_the_scheduler),
        cmocka_unit_test(resched_ends_a_slice_in_this_decision),
        cmocka_unit_test(chance_is_the_same_for_the_same_seed),
        cmocka_unit_test(the_api_answers_not_inside_a_hook),
        cmocka_unit_test(five_wait_and_one_runs_through_three_policies),
        cmocka_unit_test(a_policy_begins_without_a_past),
        cmocka_unit_test(all_that_arrive_at_once_are_asked_about),
        cmocka_unit_test(a_change_of_policy_keeps_the_order_of_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
