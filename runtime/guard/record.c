/* record.c - the guard's records of tasks, found by tag and by pid.
 *
 * Hash tables of a fixed size with the links in the records: nothing to allocate,
 * nothing to grow at a bad moment.
 */
#include "guard.h"

#include <stdlib.h>
#include <unistd.h>

static struct record **tag_bucket(struct guard *g, uint64_t tag)
{
    return &g->by_tag[tag % BUCKETS];
}

static struct record **pid_bucket(struct guard *g, pid_t pid)
{
    return &g->by_pid[(unsigned)pid % BUCKETS];
}

struct record *record_of_tag(const struct guard *g, uint64_t tag)
{
    struct record *r = g->by_tag[tag % BUCKETS];

    while (r && r->tag != tag)
        r = r->next_by_tag;
    return r;
}

struct record *record_of_pid(const struct guard *g, pid_t pid)
{
    struct record *r = g->by_pid[(unsigned)pid % BUCKETS];

    while (r && r->pid != pid)
        r = r->next_by_pid;
    return r;
}

struct record *record_new(struct guard *g, uint64_t tag)
{
    struct record *r = calloc(1, sizeof *r), **at = &g->starting;

    if (!r)
        return NULL;
    r->tag = tag;
    r->fd = -1;
    r->stage = QUEUED;
    r->next_by_tag = *tag_bucket(g, tag);
    *tag_bucket(g, tag) = r;
    while (*at)
        at = &(*at)->next_starting;
    *at = r;
    return r;
}

void record_set_pid(struct guard *g, struct record *r, pid_t pid)
{
    r->pid = pid;
    r->next_by_pid = *pid_bucket(g, pid);
    *pid_bucket(g, pid) = r;
}

void record_close(struct guard *g, struct record *r)
{
    if (r->fd < 0)
        return;
    close(r->fd);
    r->fd = -1;
    g->starts--;
}

void record_started(struct guard *g, struct record *r)
{
    struct record **at = &g->starting;

    record_close(g, r);
    while (*at && *at != r)
        at = &(*at)->next_starting;
    if (*at)
        *at = r->next_starting;
}

void record_free_job(struct record *r)
{
    for (int i = 0; r->body && i < NEAP_WIRE_FDS; i++)
        if (r->job.fds[i] >= 0)
            close(r->job.fds[i]);
    free(r->body);
    free(r->slots);
    r->body = NULL;
    r->slots = NULL;
}

void record_drop(struct guard *g, struct record *r)
{
    struct record **at;

    record_started(g, r);
    record_free_job(r);
    for (at = tag_bucket(g, r->tag); *at != r;)
        at = &(*at)->next_by_tag;
    *at = r->next_by_tag;
    if (r->pid > 0) {
        for (at = pid_bucket(g, r->pid); *at != r;)
            at = &(*at)->next_by_pid;
        *at = r->next_by_pid;
    }
    r->dropped = true;
    if (r->unsent == 0)
        free(r);
}
