/* talk.c - the guard's side of the socket: requests in, events out.
 *
 * Each event has its place in the record of its task, so that telling never allocates,
 * however long the runtime does not listen. A frame that is not as wire.h says, or an
 * error of the socket, is taken for the runtime's death.
 */
#include "guard.h"
#include "line.h"
#include "proc.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOGETHER = 16 }; /* notes in one call */

static void queue(struct guard *g, struct note *n)
{
    n->next = NULL;
    *g->note_end = n;
    g->note_end = &n->next;
}

void talk_hello(struct guard *g)
{
    neap_wire_frame hello = {
        {NEAP_WIRE_HELLO, sizeof(neap_wire_event), NEAP_WIRE_GREETING},
        {.pid = getpid()},
    };

    g->note_end = &g->first_note;
    g->hello.frame = hello;
    queue(g, &g->hello);
}

void talk_tell(struct guard *g, struct record *r, enum neap_wire_kind kind,
               neap_wire_event event)
{
    struct note *n = &r->notes[r->noted++];

    n->of = r;
    n->frame.head = (neap_wire_head){kind, sizeof event, r->tag};
    n->frame.event = event;
    r->unsent++;
    queue(g, n);
}

/* Tells that `tag` could not even become a record. */
static void refuse(struct guard *g, uint64_t tag, int error)
{
    g->refusal.frame = (neap_wire_frame){
        {NEAP_WIRE_FAILED, sizeof(neap_wire_event), tag},
        {.error = error},
    };
    g->refusing = true;
    queue(g, &g->refusal);
}

/* One at a time: the runtime has not read the last, so it was not back. */
void talk_stuck(struct guard *g, int64_t time)
{
    struct note *n = &g->stuck;

    if (n->frame.head.kind != 0)
        return;
    n->frame.head = (neap_wire_head){NEAP_WIRE_STUCK, sizeof(neap_wire_event), 0};
    n->frame.event = (neap_wire_event){.time = time};
    queue(g, n);
}

static bool is_orphans(const struct guard *g, const struct note *n)
{
    return n >= g->orphans && n < g->orphans + ORPHANS;
}

static void queue_orphan(struct guard *g, struct note *n, pid_t pid, uint64_t tag,
                         int64_t cpu)
{
    n->frame.head = (neap_wire_head){NEAP_WIRE_ORPHAN, sizeof(neap_wire_event), tag};
    n->frame.event = (neap_wire_event){.pid = pid, .time = cpu};
    queue(g, n);
}

/* Is there one of the same task on its way, of which nothing has been sent? */
static struct note *unsent_orphan(struct guard *g, uint64_t tag)
{
    for (struct note *n = g->orphans; n < g->orphans + ORPHANS; n++)
        if (n->frame.head.tag == tag && n != g->first_note)
            return n;
    return NULL;
}

/* There is no note left. */
static void add_orphan(struct guard *g, uint64_t tag, int64_t cpu)
{
    struct note *n = unsent_orphan(g, tag);

    if (!n) {
        g->orphans_cpu += cpu;
        return;
    }
    n->frame.event.pid = 0;
    n->frame.event.time += cpu;
}

void talk_orphan(struct guard *g, pid_t pid, uint64_t tag, int64_t cpu)
{
    if (!g->tells_orphans)
        return;
    for (struct note *n = g->orphans; n < g->orphans + ORPHANS; n++) {
        if (n->frame.head.kind != 0)
            continue;
        queue_orphan(g, n, pid, tag, cpu);
        return;
    }
    add_orphan(g, tag, cpu);
}

static void orphan_told(struct guard *g, struct note *n)
{
    n->frame.head.kind = 0;
    if (g->orphans_cpu > 0)
        queue_orphan(g, n, 0, 0, g->orphans_cpu);
    g->orphans_cpu = 0;
}

static void note_done(struct guard *g, struct note *n)
{
    struct record *r = n->of;
    bool forked = n->frame.head.kind == NEAP_WIRE_FORKED;

    g->first_note = n->next;
    if (!n->next)
        g->note_end = &g->first_note;
    if (n == &g->refusal)
        g->refusing = false;
    if (n == &g->stuck)
        n->frame.head.kind = 0;
    if (is_orphans(g, n))
        orphan_told(g, n);
    if (r && forked && r->goes && !r->dropped)
        spawn_go(g, r);
    if (r && --r->unsent == 0 && r->dropped)
        free(r);
}

/* Sends what there is of the queue, with one call. */
static ssize_t send_notes(const struct guard *g)
{
    struct iovec parts[TOGETHER];
    struct msghdr message = {.msg_iov = parts};

    for (struct note *n = g->first_note; n && message.msg_iovlen < TOGETHER;
         n = n->next)
        parts[message.msg_iovlen++] = (struct iovec){&n->frame, sizeof n->frame};
    parts[0].iov_base = (char *)parts[0].iov_base + g->note_sent;
    parts[0].iov_len -= g->note_sent;
    return sendmsg(g->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void talk_write(struct guard *g)
{
    while (g->first_note) {
        ssize_t sent = send_notes(g);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0) {
            if (errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM)
                g->fate = RUNTIME_DEAD;
            return;
        }
        g->note_sent += (size_t)sent;
        while (g->note_sent >= sizeof g->first_note->frame) {
            g->note_sent -= sizeof g->first_note->frame;
            note_done(g, g->first_note);
        }
    }
}

static void take_spawn(struct guard *g, uint64_t tag, unsigned char *body, size_t size)
{
    size_t count = neap_wire_spawn_slots(body, size);
    bool all_came = count && neap_wire_spawn_fds(body) == g->input.n_fds;
    char **slots = all_came ? malloc(count * sizeof *slots) : NULL;
    struct record *r = slots ? record_new(g, tag) : NULL;

    if (!r) {
        if (count) /* what there is no room for does not come */
            refuse(g, tag, all_came ? ENOMEM : EMFILE);
        else
            g->fate = RUNTIME_DEAD;
        free(slots);
        free(body);
        return;
    }
    r->body = body;
    r->slots = slots;
    neap_wire_spawn_unpack(body, slots, g->input.fds, &r->job);
    r->goes = r->job.goes;
    g->input.n_fds = 0;
    spawn_begin(g, r);
}

/* Of a leader that is reaped: as long as others are in its group, its number stays
 * theirs. */
static bool group_lives(pid_t group)
{
    return kill(-group, 0) == 0 || errno == EPERM;
}

/* Takes it away. What it and all that it had waited for have used. */
static int64_t reap_one(pid_t pid)
{
    struct rusage before, after;

    getrusage(RUSAGE_CHILDREN, &before);
    waitpid(pid, NULL, WNOHANG);
    getrusage(RUSAGE_CHILDREN, &after);
    return reap_cpu(&after) - reap_cpu(&before);
}

static void take_reap(struct guard *g, struct record *r)
{
    neap_wire_event event = {.pid = r->pid};

    if (r->stage == OTHERS) {
        record_drop(g, r);
        return;
    }
    if (r->stage != EXITED)
        return;
    event.time = reap_one(r->pid);
    event.code = group_lives(r->pid);
    talk_tell(g, r, NEAP_WIRE_REAPED, event);
    if (event.code && !neap_proc_sees_all())
        r->stage = OTHERS;
    else
        record_drop(g, r);
    reap_uncovered(g);
}

static void take_adopt(struct guard *g, uint64_t tag, const struct record *r,
                       unsigned char *body)
{
    neap_wire_adopt adopt;

    if (!body || r) {
        g->fate = RUNTIME_DEAD;
    } else {
        memcpy(&adopt, body, sizeof adopt);
        keep_adopt(g, tag, &adopt);
    }
    free(body);
}

static void take_signal(struct guard *g, unsigned char *body)
{
    neap_wire_signal s;

    if (body) {
        memcpy(&s, body, sizeof s);
        signal_send(g, &s);
    }
    free(body);
}

/* A whole frame is there. A tag that is unknown here, or past the stage, is no mistake
 * of the runtime's: its request and our event have crossed. */
static void take(struct guard *g)
{
    const neap_wire_head head = g->input.head;
    unsigned char *body = g->input.body;
    struct record *r = record_of_tag(g, head.tag);

    if (head.kind == NEAP_WIRE_CLOSE)
        g->fate = head.tag == NEAP_WIRE_CLOSE_LEAVE ? LEFT : CLOSED;
    else if (head.kind == NEAP_WIRE_WATCH)
        heart_watch(g);
    else if (head.kind == NEAP_WIRE_PAUSE)
        heart_pause(g);
    else if (head.kind == NEAP_WIRE_ORPHANS)
        g->tells_orphans = true;
    else if (head.kind == NEAP_WIRE_GO && r)
        spawn_go(g, r);
    else if (head.kind == NEAP_WIRE_REAP && r)
        take_reap(g, r);
    else if (head.kind == NEAP_WIRE_SPAWN && r)
        g->fate = RUNTIME_DEAD;
    else if (head.kind == NEAP_WIRE_SPAWN && body)
        take_spawn(g, head.tag, body, head.size);
    else if (head.kind == NEAP_WIRE_SPAWN)
        refuse(g, head.tag, ENOMEM);
    else if (head.kind == NEAP_WIRE_ADOPT)
        take_adopt(g, head.tag, r, body);
    else if (head.kind == NEAP_WIRE_TAKE)
        keep_take(g);
    else if (head.kind == NEAP_WIRE_SIGNAL)
        take_signal(g, body);
    pass_drop(&g->input);
    g->input = (struct input){.have = 0};
}

/* The head is there: make room for the body. */
static void begin_body(struct guard *g)
{
    if (!neap_wire_is_request(&g->input.head))
        g->fate = RUNTIME_DEAD;
    else if (g->input.head.size > 0)
        g->input.body = malloc(g->input.head.size);
}

/* Where the next bytes go: into the head, the body, or nowhere when the body has no
 * memory. */
static ssize_t receive(struct guard *g)
{
    struct input *in = &g->input;
    unsigned char nowhere[4096];
    size_t have = in->have - sizeof in->head, left;

    if (in->have < sizeof in->head)
        return pass_receive(g->socket, in, (char *)&in->head + in->have,
                            sizeof in->head - in->have);
    left = in->head.size - have;
    if (in->body)
        return recv(g->socket, in->body + have, left, MSG_DONTWAIT);
    return recv(g->socket, nowhere, left < sizeof nowhere ? left : sizeof nowhere,
                MSG_DONTWAIT);
}

void talk_read(struct guard *g)
{
    while (g->fate == GOES_ON && !g->refusing) {
        ssize_t n = receive(g);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == ENOMEM))
            return;
        if (n <= 0) {
            g->fate = RUNTIME_DEAD;
            return;
        }
        g->input.have += (size_t)n;
        if (g->input.have == sizeof g->input.head)
            begin_body(g);
        if (g->fate == GOES_ON && g->input.have >= sizeof g->input.head &&
            g->input.have == sizeof g->input.head + g->input.head.size)
            take(g);
    }
}
