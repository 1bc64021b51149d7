/* seat.c - putting a policy in charge, and taking it out, without losing a task.
 *
 * A change of policy is made in two steps: the new policy is opened and asked about
 * every task while the old one still holds them all, so any refusal leaves everything
 * as it was; then the old one hands over, in the order in which tasks have waited, and
 * the new one begins.
 */
#include "event.h"
#include "internal.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const neap_policy first_come = {.name = "first_come"};

static int refuse(const char *name, const char *why)
{
    return neap_error(NEAP_EPOLICY, "policy %s: %s", name, why);
}

static bool knows(const neap_policy *p, const char *param)
{
    for (const char *const *name = p->params; name && *name; name++) {
        if (strcmp(*name, param) == 0)
            return true;
    }
    return false;
}

/* What can be said against a table before any of its hooks has run. */
static int check(const neap_policy *p, const neap_params *params)
{
    char why[200];

    if (!p->name || !*p->name)
        return refuse("?", "has no name");
    if (!!p->enqueue != !!p->pick || !!p->dequeue != !!p->pick)
        return refuse(p->name, "enqueue, dequeue and pick come together: all or none");
    for (size_t i = 0; params && i < params->count; i++) {
        if (!knows(p, params->list[i].name)) {
            const char *near =
                p->params ? neap_suggest(params->list[i].name, p->params) : NULL;

            snprintf(why, sizeof why, "has no parameter \"%.60s\"%s%s%s",
                     params->list[i].name, near ? " (did you mean \"" : "",
                     near ? near : "", near ? "\"?)" : "");
            return refuse(p->name, why);
        }
    }
    return 0;
}

/* Makes `p` the seat's policy and calls its init. The seat's old content is
 * overwritten: the caller keeps it. */
int neap_seat_open(neap_core *c, const neap_policy *p, const neap_params *params)
{
    seat *s = &c->seat;
    int r = check(p, params);

    if (r < 0)
        return r;
    memset(s, 0, sizeof *s);
    s->table = *p;
    neap_seat_fill_defaults(&s->table);
    for (int i = 0; i < STRIKES; i++)
        s->strike[i] = INT64_MIN / 2;
    s->state = calloc(1, p->state_size ? p->state_size : 1);
    if (!s->state)
        return neap_error(NEAP_EMEMORY, NULL);
    c->ctx.state = s->state;
    c->ctx.policy = &s->table;
    c->fifo = (neap_fifo){NULL, NULL};
    r = neap_hook_init(c, params ? params : &(neap_params){NULL, 0});
    if (r == 0)
        return 0;
    refuse(p->name, c->failure.set ? c->failure.message : "init failed");
    c->failure.set = false;
    for (neap_heap *h = s->heaps; h; h = h->sister)
        free(h->entry);
    free(s->state);
    return r;
}

void neap_seat_close(neap_core *c, neap_reason reason)
{
    neap_heap *next;

    neap_hook_exit(c, reason);
    for (neap_heap *h = c->seat.heaps; h; h = next) {
        next = h->sister;
        free(h->entry);
    }
    free(c->seat.state);
    c->seat.state = NULL;
    c->seat.heaps = NULL;
}

int neap_seat_reserve(neap_core *c, size_t room)
{
    int r = 0;

    for (neap_heap *h = c->seat.heaps; h && r == 0; h = h->sister)
        r = neap_heap_reserve(h, room);
    return r;
}

static int own_new(neap_core *c, neap_task *t)
{
    void *bytes;

    t->arrival &= ~NEAP_TASK_APART;
    memset(&t->own, 0, sizeof t->own);
    if (c->seat.table.task_size <= sizeof t->own)
        return 0;
    bytes = calloc(1, c->seat.table.task_size);
    if (!bytes)
        return -NEAP_EMEMORY;
    t->own.elsewhere = bytes;
    t->arrival |= NEAP_TASK_APART;
    return 0;
}

static void own_free(neap_task *t)
{
    if (t->arrival & NEAP_TASK_APART)
        free(t->own.elsewhere);
    t->arrival &= ~NEAP_TASK_APART;
}

int neap_seat_join(neap_core *c, neap_task *t)
{
    int r = own_new(c, t);

    if (r < 0)
        return r;
    t->vruntime = 0;
    r = neap_hook_init_task(c, t);
    if (r < 0) {
        own_free(t);
        return r;
    }
    t->flags |= F_JOINED;
    return 0;
}

void neap_seat_leave(neap_core *c, neap_task *t, neap_how how, int code)
{
    neap_hook_exit_task(c, t, how, code);
    own_free(t);
    t->flags &= (uint16_t)~F_JOINED;
}

/* What of a task belongs to its policy, kept aside while another one is asked. */
typedef struct aside {
    uint64_t own[2];
    neap_ns vruntime;
    uint64_t apart; /* NEAP_TASK_APART or 0 */
} aside;

static aside put_aside(const neap_task *t)
{
    aside a = {.vruntime = t->vruntime, .apart = t->arrival & NEAP_TASK_APART};

    memcpy(a.own, &t->own, sizeof a.own);
    return a;
}

static void take_aside(neap_task *t, const aside *a)
{
    memcpy(&t->own, a->own, sizeof a->own);
    t->vruntime = a->vruntime;
    t->arrival = (t->arrival & ~NEAP_TASK_APART) | a->apart;
}

static bool joined(const neap_core *c, size_t i)
{
    return task_at(c, i) && task_at(c, i)->flags & F_JOINED;
}

/* Is it the policy's to queue? Beyond max_alive it is in no policy's queue yet. */
static bool waits(const neap_task *t)
{
    return t->state == NEAP_STATE_READY && !(t->flags & F_OUTSIDE);
}

/* The old policy lets go of everything. What waited is now in c->waiting. */
static void hand_over(neap_core *c)
{
    for (size_t i = 0; i < c->used; i++) {
        neap_task *t = task_at(c, i);

        if (!joined(c, i))
            continue;
        if (t->flags & F_HELD)
            neap_hook_dequeue(c, t, NEAP_CHANGED);
        if (t->flags & F_RUNNING)
            neap_turn_tell_stopping(c, t, NEAP_CHANGED);
        neap_hook_exit_task(c, t, NEAP_HOWS, 0);
        own_free(t);
        if (waits(t))
            neap_fifo_push(&c->waiting, t);
    }
}

/* An ejected policy is not asked any more: its queues are forgotten, only exit()
 * runs. */
static void take_over(neap_core *c)
{
    for (size_t i = 0; i < c->used; i++) {
        neap_task *t = task_at(c, i);

        if (!joined(c, i))
            continue;
        t->flags &= (uint16_t) ~(F_HELD | F_STRAY);
        own_free(t);
        if (t->flags & F_OUTSIDE)
            continue;
        t->next = t->prev = NULL;
        t->at = 0;
        if (waits(t))
            neap_fifo_push(&c->waiting, t);
    }
    c->ctx.ready = 0;
    c->strays = (neap_fifo){NULL, NULL};
}

/* The old policy's word about slices is void, also to a task that is still STARTING. */
static void shorten_slice(neap_core *c, struct cpu *p)
{
    neap_ns quantum_end = later(slice_clock(c), c->ctx.quantum);

    p->slice = p->slice < c->ctx.quantum ? p->slice : c->ctx.quantum;
    if (!p->task || p->task->state != NEAP_STATE_RUNNING)
        return;
    p->tick = neap_seat_has_tick(c) ? quantum_end : NEAP_FOREVER;
    p->end = p->end < quantum_end ? p->end : quantum_end;
}

/* Two lists in order of waiting as one; of equals, those of `a` first. */
static neap_task *merged(neap_task *a, neap_task *b)
{
    neap_task *first = NULL, **end = &first;

    while (a && b) {
        neap_task **least = b->since < a->since ? &b : &a;

        *end = *least;
        end = &(*least)->next;
        *least = *end;
    }
    *end = a ? a : b;
    return first;
}

/* Longest wait first, equals by id: a merge sort through the links, which needs no
 * memory, for an ejection may find none. run[i] holds 2^i tasks, or none. */
static neap_task *sorted(neap_task *list)
{
    neap_task *run[64] = {NULL}, *all = NULL;

    while (list) {
        neap_task *t = list;
        int i = 0;

        list = t->next;
        t->next = NULL;
        for (; run[i]; run[i++] = NULL)
            t = merged(run[i], t);
        run[i] = t;
    }
    for (int i = 0; i < 64; i++)
        all = merged(run[i], all);
    return all;
}

static void begin(neap_core *c)
{
    neap_task *t, *next;

    begin_watch(c); /* another policy made them wait until now */
    for (int i = 0; i < c->cpus; i++) {
        if (takes_turns(c))
            shorten_slice(c, &c->cpu[i]);
        t = c->cpu[i].task;
        if (t && t->state == NEAP_STATE_RUNNING)
            neap_turn_tell_running(c, t);
    }
    for (t = sorted(c->waiting.first); t; t = next) {
        next = t->next;
        t->next = t->prev = NULL;
        keep_slice(t, 0);
        neap_hook_enqueue(c, t, NEAP_CHANGED);
    }
    c->waiting = (neap_fifo){NULL, NULL};
    c->dirty = true;
}

/* Every task that has joined the old policy is asked of the new one, in `c->seat` now.
 * What the new one made of them is left in `made`. */
static int ask_all(neap_core *c, aside *old, aside *made)
{
    size_t i;
    int r = 0;

    for (i = 0; i < c->used && r == 0; i++) {
        neap_task *t = task_at(c, i);

        if (!joined(c, i))
            continue;
        old[i] = put_aside(t);
        r = neap_seat_join(c, t);
        if (r == 0)
            made[i] = put_aside(t);
        take_aside(t, &old[i]);
        t->flags |= F_JOINED;
    }
    if (r == 0)
        return 0;
    for (i--; i-- > 0;) {
        neap_task *t = task_at(c, i);

        if (joined(c, i)) {
            take_aside(t, &made[i]);
            neap_hook_exit_task(c, t, NEAP_HOWS, 0);
            own_free(t);
            take_aside(t, &old[i]);
        }
    }
    return r;
}

/* Swaps what `c` thinks is in charge. Heaps registered by a policy stay with its
 * seat. */
static void swap_seats(neap_core *c, seat *other, neap_fifo *fifo)
{
    seat s = c->seat;
    neap_fifo f = c->fifo;

    c->seat = *other;
    *other = s;
    c->fifo = *fifo;
    *fifo = f;
    c->ctx.state = c->seat.state;
    c->ctx.policy = &c->seat.table;
}

int neap_core_set_policy(neap_core *c, neap_ns now, const neap_policy *p,
                         const neap_params *params)
{
    size_t n = c->used ? c->used : 1;
    aside *old = calloc(n, sizeof *old), *made = calloc(n, sizeof *made);
    seat *other = malloc(sizeof *other);
    neap_fifo fifo = c->fifo;
    int r = -NEAP_EMEMORY;

    neap_core_settle(c, now); /* what was used until now is the old one's */
    if (!old || !made || !other)
        goto fail;
    *other = c->seat;
    if (c->tap)
        c->tap(c->tap_user, &(neap_event){.kind = NEAP_EV_SET_POLICY,
                                          .now = c->ctx.now,
                                          .policy = p,
                                          .params = params});
    r = neap_seat_open(c, p, params);
    if (r == 0) {
        r = ask_all(c, old, made);
        if (r < 0)
            neap_seat_close(c, NEAP_REPLACED);
    }
    swap_seats(c, other, &fifo); /* the old one once more: to go on, or to hand over */
    if (r < 0)
        goto fail;
    hand_over(c);
    neap_seat_close(c, NEAP_REPLACED);
    swap_seats(c, other, &fifo);
    for (size_t i = 0; i < c->used; i++) {
        if (joined(c, i))
            take_aside(task_at(c, i), &made[i]);
    }
    c->opt.policy = p;
    begin(c);
fail:
    free(other);
    free(made);
    free(old);
    return r;
}

void neap_seat_condemn(neap_core *c, const char *reason)
{
    seat *s = &c->seat;

    if (s->ejected || c->opt.fallback == c->opt.policy ||
        s->table.flags & NEAP_EVENT_IS_FALLBACK)
        return;
    s->ejected = true;
    snprintf(s->reason, sizeof s->reason, "%s", reason);
    c->dirty = true;
}

/* A line a task, at most as many as fit: who waited, for how long. */
static void describe_queue(const neap_core *c, char *out, size_t room)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < c->used && used + 120 < room; i++) {
        const neap_task *t = task_at(c, i);

        if (!t || !(t->flags & F_JOINED))
            continue;
        used += (size_t)snprintf(
            out + used, room - used,
            "task %llu (%.40s): %s, priority %d, weight %d, cpu %.3f s\n",
            (unsigned long long)t->id, t->about->name,
            neap_state_name((neap_state)t->state), t->priority, t->weight,
            (double)t->cpu_ns / NEAP_S);
    }
}

void neap_seat_eject(neap_core *c)
{
    char queue[2048];

    describe_queue(c, queue, sizeof queue);
    c->count.ejections++;
    neap_core_report(c, NEAP_REPORT_EJECTED, NULL, c->seat.reason, queue, 0);
    for (int i = 0; i < c->cpus; i++) {
        neap_task *t = c->cpu[i].task;

        if (t && t->flags & F_RUNNING) {
            neap_turn_charge(c, t);
            t->flags &= (uint16_t)~F_RUNNING;
        }
    }
    take_over(c);
    neap_seat_close(c, NEAP_EJECTED);
    if (neap_seat_open(c, c->opt.fallback, NULL) < 0)
        neap_seat_open(c, &first_come, NULL); /* needs nothing but 1 byte */
    c->opt.policy = c->opt.fallback;
    for (size_t i = 0; i < c->used; i++) {
        if (joined(c, i) && task_at(c, i)->state != NEAP_STATE_ENDED)
            neap_seat_join(c, task_at(c, i));
    }
    begin(c);
}
