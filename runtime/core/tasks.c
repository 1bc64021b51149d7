/* tasks.c - the tasks of a runtime: made, found, ended, forgotten.
 *
 * The table is an array in order of id, with holes where tasks were forgotten; it is
 * packed when more than half of it is holes. Ids only grow, so adding is an append,
 * finding a binary search, and walking in order of id needs nothing else.
 */
#include "internal.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

static int grow(void *array, size_t room, size_t size)
{
    void *larger = realloc(*(void **)array, room * size);

    if (!larger)
        return -NEAP_EMEMORY;
    *(void **)array = larger;
    return 0;
}

/* Room for `room` tasks in everything that must not allocate later. */
static int reserve(neap_core *c, size_t room)
{
    size_t orders = room + (size_t)c->cpu_room;

    if (grow(&c->tasks, room, sizeof *c->tasks) < 0 ||
        grow(&c->arrived, room, sizeof(neap_task *)) < 0 ||
        grow(&c->touched, room, sizeof(neap_task *)) < 0 ||
        grow(&c->orders, orders, sizeof *c->orders) < 0 ||
        neap_heap_reserve(&c->outside, room) < 0 ||
        neap_heap_reserve(&c->sorter, room) < 0 || neap_seat_reserve(c, room) < 0)
        return neap_error(NEAP_EMEMORY, NULL);
    c->room = room;
    return 0;
}

static void pack(neap_core *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->used; i++) {
        if (c->tasks[i].task) {
            c->tasks[i].task->slot = (uint32_t)n;
            c->tasks[n++] = c->tasks[i];
        }
    }
    c->used = n;
    c->holes = 0;
}

static int make_room(neap_core *c)
{
    if (c->used < c->room)
        return 0;
    if (c->holes > c->used / 2) {
        pack(c);
        return 0;
    }
    return reserve(c, c->room ? c->room * 2 : 16);
}

/* The first place whose id is at least `id`. */
static size_t place(const neap_core *c, neap_id id)
{
    size_t low = 0, high = c->used;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (c->tasks[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

neap_task *neap_core_find(const neap_core *c, neap_id id)
{
    size_t i = place(c, id);

    return i < c->used && c->tasks[i].id == id ? c->tasks[i].task : NULL;
}

neap_task *neap_core_after(const neap_core *c, neap_id id)
{
    for (size_t i = place(c, id + 1); i < c->used; i++) {
        if (c->tasks[i].task)
            return c->tasks[i].task;
    }
    return NULL;
}

static void record_free(neap_task *t)
{
    record *r = record_of(t);

    free(r->name);
    free(r->mask);
    free(r);
}

static neap_task *record_new(neap_core *c, const neap_spec *spec, neap_kind kind)
{
    record *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->name = strdup(spec->name ? spec->name : "task");
    if (!r->name) {
        free(r);
        return NULL;
    }

    neap_task *t = &r->task;
    int priority = spec->has_priority ? spec->priority : NEAP_PRIORITY_DEFAULT;

    t->name = r->name;
    t->priority = (uint8_t)priority;
    t->weight =
        (uint16_t)(spec->weight ? spec->weight : neap_priority_weight(priority));
    t->estimate = spec->estimate;
    t->deadline = spec->deadline;
    t->period = spec->period;
    t->group = spec->group;
    t->user = spec->user;
    t->cpu = NEAP_NO_CPU;
    t->flags = kind == NEAP_VIRTUAL    ? 0
               : kind == NEAP_ATTACHED ? F_PROCESS | F_STARTED
                                       : F_PROCESS;
    t->since = c->ctx.now;
    return t;
}

void neap_task_enter(neap_core *c, neap_task *t)
{
    if (c->opt.max_alive && c->admitted >= c->opt.max_alive &&
        !(t->flags & F_STARTED)) {
        t->flags |= F_OUTSIDE;
        c->ready_weight -= t->weight;
        neap_heap_push(&c->outside, t, -(int64_t)t->priority);
        return;
    }
    t->flags |= F_ADMITTED;
    c->admitted++;
    neap_turn_arrive(c, t, NEAP_NEW);
}

void neap_task_leave_outside(neap_core *c, neap_task *t)
{
    if (!(t->flags & F_OUTSIDE))
        return;
    neap_heap_remove(&c->outside, t);
    t->flags &= (uint16_t)~F_OUTSIDE;
    c->ready_weight += t->weight;
}

static void note_add(neap_core *c, const neap_task *t, neap_kind kind)
{
    c->tap(c->tap_user,
           &(neap_event){.kind = NEAP_EV_ADD,
                         .now = c->ctx.now,
                         .task = t->id,
                         .n = {(int64_t)kind, t->priority, t->weight, t->estimate,
                               t->deadline, t->period, (int64_t)t->group},
                         .text = t->name,
                         .size = strlen(t->name)});
}

int neap_core_add(neap_core *c, neap_ns now, const neap_spec *spec, neap_kind kind,
                  neap_task **out)
{
    neap_task *t;
    int r;

    at(c, now);
    r = make_room(c);
    if (r < 0)
        return r;
    t = record_new(c, spec, kind);
    if (!t)
        return neap_error(NEAP_EMEMORY, NULL);
    t->id = c->last_id + 1;
    if (c->tap)
        note_add(c, t, kind);
    r = neap_seat_join(c, t);
    if (r < 0) {
        record_free(t);
        return r;
    }
    c->last_id++;
    t->slot = (uint32_t)c->used;
    c->tasks[c->used++] = (entry){t->id, t};
    c->alive++;
    neap_state_move(c, t, EV_ADMIT);
    neap_task_enter(c, t);
    *out = t;
    return 0;
}

void neap_core_started(neap_core *c, neap_ns now, neap_task *t)
{
    unsigned later_on = t->flags & F_LATER;

    at(c, now);
    if (t->state != NEAP_STATE_STARTING)
        return;
    note(c, NEAP_EV_STARTED, t, t->pid);
    t->flags &= (uint16_t)~F_LATER;
    neap_state_move(c, t, EV_STARTED); /* books the time until now as start */
    t->flags |= F_STARTED;
    neap_turn_begin_slice(c, t, slice_clock(c));
    if (later_on & F_PAUSE_LATER)
        neap_task_pause_now(c, t);
    else if (later_on & F_EXPIRE_LATER)
        neap_turn_lose(c, t->cpu, NEAP_EXPIRED);
    else if (later_on & F_LOSE_LATER)
        neap_turn_lose(c, t->cpu, NEAP_PREEMPTED);
}

static void note_end(neap_core *c, const neap_task *t, neap_how how, int code)
{
    c->tap(c->tap_user, &(neap_event){.kind = NEAP_EV_ENDED,
                                      .now = c->ctx.now,
                                      .task = t->id,
                                      .n = {(int64_t)how, code}});
}

void neap_core_ended(neap_core *c, neap_ns now, neap_task *t, neap_how how, int code)
{
    at(c, now);
    if (t->state == NEAP_STATE_ENDED)
        return;
    if (c->tap)
        note_end(c, t, how, code);
    neap_task_leave_outside(c, t);
    if (t->flags & F_ADMITTED)
        c->admitted--;
    t->how = how;
    t->code = code;
    neap_turn_leave_queue(c, t, NEAP_ENDED);
    if (t->cpu != NEAP_NO_CPU)
        neap_turn_give_up(c, t, EV_END, NEAP_ENDED);
    else
        neap_state_move(c, t, EV_END);
    neap_seat_leave(c, t, how, code);
    c->alive--;
}

static void drop(neap_task **list, size_t *n, const neap_task *t)
{
    for (size_t i = 0; i < *n; i++) {
        if (list[i] == t) {
            list[i] = list[--*n];
            return;
        }
    }
}

void neap_core_forget(neap_core *c, neap_task *t)
{
    if (c->tap)
        c->tap(c->tap_user,
               &(neap_event){.kind = NEAP_EV_FORGET,
                             .task = t->id,
                             .n = {(int64_t)t->source, t->escaped, t->pid}});
    if (t->flags & F_ARRIVED)
        drop(c->arrived, &c->n_arrived, t);
    if (t->flags & F_TOUCHED)
        drop(c->touched, &c->n_touched, t);
    for (int i = 0; i < c->cpus; i++) {
        if (c->cpu[i].shown == t)
            c->cpu[i].shown = NULL;
        if (c->cpu[i].lost == t)
            c->cpu[i].lost = NULL;
    }
    c->tasks[t->slot].task = NULL;
    c->holes++;
    record_free(t);
}
