/* proc_bsd.c - who descends from whom, by the kernel's table of processes.
 *
 * There are no lists of children: each question is one glance at the whole table. Where
 * there is no memory for that, nobody is found; who must be sure looks again.
 */
#include "proc.h"
#include "table.h"

bool neap_proc_sees_all(void)
{
    return true;
}

int neap_proc_read(pid_t pid, neap_proc *out)
{
    return neap_table_read(pid, out);
}

bool neap_proc_lives(const neap_proc *p)
{
    return p->state != 'Z';
}

void neap_proc_children(pid_t pid, neap_proc_fn *fn, void *user)
{
    neap_table t;

    if (!neap_table_open(&t))
        return;
    for (size_t i = 0; i < t.count; i++)
        if (neap_table_parent(&t, i) == pid)
            fn(user, neap_table_pid(&t, i));
    neap_table_close(&t);
}

void neap_proc_children_of(const neap_proc *p, neap_proc_fn *fn, void *user)
{
    neap_proc_children(p->pid, fn, user);
}

/* A process stands for all its threads: neap_table_read() has looked at them. */
char neap_proc_thread_state(pid_t pid, pid_t thread)
{
    neap_proc p;

    return neap_proc_read(pid, &p) == 0 ? p.state : (char)0;
}

void neap_proc_threads(pid_t pid, neap_proc_fn *fn, void *user)
{
    neap_proc p;

    if (neap_proc_read(pid, &p) == 0)
        fn(user, pid);
}

void neap_proc_all(neap_proc_fn *fn, void *user)
{
    neap_table t;

    if (!neap_table_open(&t))
        return;
    for (size_t i = 0; i < t.count; i++)
        if (neap_table_pid(&t, i) > 0)
            fn(user, neap_table_pid(&t, i));
    neap_table_close(&t);
}

bool neap_proc_is_alone(pid_t pid)
{
    return false;
}

/* The kernel's own, number 0, is its own parent. */
static size_t add_children(const neap_table *t, pid_t parent, pid_t *pids, size_t count,
                           size_t room)
{
    for (size_t i = 0; i < t->count && count < room; i++)
        if (neap_table_parent(t, i) == parent && neap_table_pid(t, i) != parent)
            pids[count++] = neap_table_pid(t, i);
    return count;
}

size_t neap_proc_tree(pid_t root, pid_t *pids, size_t room)
{
    size_t count = 1;
    neap_table t;

    pids[0] = root;
    if (!neap_table_open(&t))
        return count;
    for (size_t i = 0; i < count; i++)
        count = add_children(&t, pids[i], pids, count, room);
    neap_table_close(&t);
    return count;
}

void neap_proc_close_from(int from)
{
    neap_table_close_from(from);
}
