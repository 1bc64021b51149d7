/* members.c - which process belongs to which task: all that were ever seen, by pid.
 *
 * What a task has started stays its own when the process between has ended and the
 * kernel has given it another parent. A hash table with the links in its entries; the
 * leader of each task is the first in that task's list.
 */
#include "runtime.h"
#include <stdlib.h>

enum { ROOM_AT_FIRST = 64 };

static member **bucket(const members *all, pid_t pid)
{
    return &all->bucket[(size_t)pid & (all->room - 1)];
}

member *neap_member_find(const neap_runtime *rt, pid_t pid)
{
    member *m = rt->members.room ? *bucket(&rt->members, pid) : NULL;

    while (m && m->who.pid != pid)
        m = m->next_in_bucket;
    return m;
}

static bool grow(members *all)
{
    size_t room = all->room ? 2 * all->room : ROOM_AT_FIRST;
    members larger = {calloc(room, sizeof *larger.bucket), room, all->count};

    if (!larger.bucket)
        return all->room > 0; /* fuller lists are only slower */
    for (size_t i = 0; i < all->room; i++) {
        for (member *m = all->bucket[i], *next; m; m = next) {
            next = m->next_in_bucket;
            m->next_in_bucket = *bucket(&larger, m->who.pid);
            *bucket(&larger, m->who.pid) = m;
        }
    }
    free(all->bucket);
    *all = larger;
    return true;
}

member *neap_member_add(neap_runtime *rt, process *p, member **at, neap_proc who)
{
    members *all = &rt->members;
    member *m = all->count < all->room || grow(all) ? calloc(1, sizeof *m) : NULL;

    if (!m)
        return NULL;
    m->who = who;
    m->of = p;
    m->entry = -1;
    m->next = *at;
    *at = m;
    m->next_in_bucket = *bucket(all, who.pid);
    *bucket(all, who.pid) = m;
    all->count++;
    if (p)
        p->n_members++;
    return m;
}

void neap_member_drop(neap_runtime *rt, member **at)
{
    member *m = *at, **chain = bucket(&rt->members, m->who.pid);

    *at = m->next;
    while (*chain != m)
        chain = &(*chain)->next_in_bucket;
    *chain = m->next_in_bucket;
    rt->members.count--;
    if (m->of)
        m->of->n_members--;
    neap_watch_drop_member(rt, m);
    free(m);
}

/* A leader's start is read with its first look: most of those that end soon need
 * none. */
bool neap_member_renew(member *m)
{
    neap_proc now;

    if (neap_proc_read(m->who.pid, &now) != 0 ||
        (m->who.start && now.start != m->who.start)) {
        m->who.state = 'X';
        m->who.threads = 0;
        return false;
    }
    m->moved |= now.group != m->who.group;
    m->who = now;
    return neap_proc_lives(&now);
}
