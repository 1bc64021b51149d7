/* tasks.c - the tasks of a runtime: made, found, ended, forgotten.
 *
 * The table is an array in order of id, with holes where tasks were forgotten; it is
 * packed when it is full and more than half of it is holes. Ids only grow, so adding is
 * an append, finding a search in a sorted array, and walking in order of id needs
 * nothing else.
 */
#include "internal.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = 64 };

static int grow(void *array, size_t room, size_t size)
{
    void *larger = realloc(*(void **)array, room * size);

    if (!larger)
        return -NEAP_EMEMORY;
    *(void **)array = larger;
    return 0;
}

/* An eighth more: a table that has just grown is nearly full. */
static size_t more_than(size_t room)
{
    return room + room / 8 + 16;
}

/* Room for `room` tasks in everything that must not allocate later. */
static int reserve(neap_core *c, size_t room)
{
    size_t arrived = more_than(0) + room / 8;

    if (grow(&c->tasks, room, sizeof *c->tasks) < 0 ||
        grow(&c->arrived, arrived, sizeof(neap_task *)) < 0 ||
        (c->opt.max_alive && neap_heap_reserve(&c->outside, room) < 0) ||
        neap_seat_reserve(c, room) < 0)
        return neap_error(NEAP_EMEMORY, NULL);
    c->room = room;
    c->arrived_room = arrived;
    return 0;
}

static int reserve_processes(neap_core *c, size_t room)
{
    if (grow(&c->touched, room, sizeof(neap_task *)) < 0 ||
        grow(&c->orders, room + (size_t)c->cpu_room, sizeof *c->orders) < 0)
        return neap_error(NEAP_EMEMORY, NULL);
    c->process_room = room;
    return 0;
}

static void pack(neap_core *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->used; i++) {
        if (task_at(c, i))
            c->tasks[n++] = c->tasks[i];
    }
    c->used = n;
    c->holes = 0;
}

static int make_room(neap_core *c, neap_kind kind)
{
    int r = 0;

    if (kind != NEAP_VIRTUAL && c->processes == c->process_room)
        r = reserve_processes(c, more_than(c->process_room));
    if (r < 0 || c->used < c->room)
        return r;
    if (c->holes > c->used / 2) {
        pack(c);
        return 0;
    }
    return reserve(c, more_than(c->room));
}

static neap_id id_at(const neap_core *c, size_t i)
{
    return c->tasks[i] & 1 ? c->tasks[i] >> 1 : task_at(c, i)->id;
}

/* The first place whose id is at least `id`. Ids grow by 1 at least from place to
 * place: so it is not far from where it would be if nothing had been packed. */
static size_t place(const neap_core *c, neap_id id)
{
    size_t low = 0, high = c->used;

    if (!high || id > id_at(c, high - 1))
        return high;
    if (id <= id_at(c, 0))
        return 0;
    if (id_at(c, high - 1) - id < high - 1)
        low = high - 1 - (size_t)(id_at(c, high - 1) - id);
    if (id - id_at(c, 0) < high)
        high = (size_t)(id - id_at(c, 0));
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (id_at(c, middle) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

neap_task *neap_core_find(const neap_core *c, neap_id id)
{
    size_t i = place(c, id);

    return i < c->used && id_at(c, i) == id ? task_at(c, i) : NULL;
}

neap_task *neap_core_after(const neap_core *c, neap_id id)
{
    for (size_t i = place(c, id + 1); i < c->used; i++) {
        if (task_at(c, i))
            return task_at(c, i);
    }
    return NULL;
}

static void record_free(neap_core *c, neap_task *t)
{
    neap_about_free(t);
    neap_pool_put(c, t);
}

static int describe(neap_task *t, const neap_spec *spec, neap_kind kind)
{
    neap_about *a;

    t->about = &neap_about_nothing;
    if (spec->name && neap_about_rename(t, spec->name) < 0)
        return -NEAP_EMEMORY;
    if (kind == NEAP_VIRTUAL && !spec->estimate && !spec->deadline && !spec->period &&
        !spec->group)
        return 0;
    a = neap_about_own(t);
    if (!a)
        return -NEAP_EMEMORY;
    a->estimate = spec->estimate;
    a->deadline = spec->deadline;
    a->period = spec->period;
    a->group = spec->group;
    return 0;
}

static neap_task *record_new(neap_core *c, const neap_spec *spec, neap_kind kind)
{
    int priority = spec->has_priority ? spec->priority : NEAP_PRIORITY_DEFAULT;
    neap_task *t = neap_pool_take(c);

    if (!t)
        return NULL;
    if (describe(t, spec, kind) < 0) {
        record_free(c, t);
        return NULL;
    }
    t->priority = (uint8_t)priority;
    t->weight =
        (uint16_t)(spec->weight ? spec->weight : neap_priority_weight(priority));
    t->user = spec->user;
    t->cpu = NEAP_NO_CPU;
    t->flags = kind == NEAP_VIRTUAL    ? 0
               : kind == NEAP_ATTACHED ? F_PROCESS | F_STARTED
                                       : F_PROCESS;
    t->since = rest_of(t)->born = c->ctx.now;
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
    c->tap(c->tap_user, &(neap_event){.kind = NEAP_EV_ADD,
                                      .now = c->ctx.now,
                                      .task = t->id,
                                      .n = {(int64_t)kind, t->priority, t->weight,
                                            t->about->estimate, t->about->deadline,
                                            t->about->period, (int64_t)t->about->group},
                                      .text = t->about->name,
                                      .size = strlen(t->about->name)});
}

int neap_core_add(neap_core *c, neap_ns now, const neap_spec *spec, neap_kind kind,
                  neap_task **out)
{
    neap_task *t;
    int r;

    at(c, now);
    r = make_room(c, kind);
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
        record_free(c, t);
        return r;
    }
    c->last_id++;
    c->tasks[c->used++] = (uint64_t)(uintptr_t)t;
    c->alive++;
    c->processes += kind != NEAP_VIRTUAL;
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
    note(c, NEAP_EV_STARTED, t, t->about->pid);
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
    neap_turn_leave_queue(c, t, NEAP_ENDED);
    if (t->cpu != NEAP_NO_CPU)
        neap_turn_give_up(c, t, EV_END, NEAP_ENDED);
    else
        neap_state_move(c, t, EV_END);
    neap_seat_leave(c, t, how, code);
    keep_slice(t, 0);
    rest_of(t)->end.how = how;
    rest_of(t)->end.code = code;
    c->alive--;
}

neap_how neap_core_how(const neap_task *t)
{
    return rest_of(t)->end.how;
}

int neap_core_code(const neap_task *t)
{
    return rest_of(t)->end.code;
}

static bool drop(neap_task **list, size_t *n, size_t from, const neap_task *t)
{
    for (size_t i = *n; i-- > from;) {
        if (list[i] == t) {
            list[i] = list[--*n];
            return true;
        }
    }
    return false;
}

/* Rare, and mostly one of the last: no search through thousands for it. */
static void drop_arrived(neap_core *c, const neap_task *t)
{
    size_t from = c->n_arrived > LOOKED_AT ? c->n_arrived - LOOKED_AT : 0;

    if (drop(c->arrived, &c->n_arrived, from, t))
        return;
    c->n_arrived = 0;
    c->more_arrived = true;
}

void neap_core_forget(neap_core *c, neap_task *t)
{
    if (c->tap)
        c->tap(c->tap_user, &(neap_event){.kind = NEAP_EV_FORGET,
                                          .task = t->id,
                                          .n = {(int64_t)t->about->source,
                                                t->about->escaped, t->about->pid}});
    if (t->flags & F_ARRIVED)
        drop_arrived(c, t);
    if (t->flags & F_TOUCHED)
        drop(c->touched, &c->n_touched, 0, t);
    for (int i = 0; i < c->cpus; i++) {
        if (c->cpu[i].shown == t)
            c->cpu[i].shown = NULL;
        if (c->cpu[i].lost == t)
            c->cpu[i].lost = NULL;
    }
    c->tasks[place(c, t->id)] = t->id << 1 | 1;
    c->holes++;
    c->processes -= neap_core_is_process(t);
    record_free(c, t);
}
