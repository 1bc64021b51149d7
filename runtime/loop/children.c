/* children.c - the ends of the host's own children, told to who asked for them.
 *
 * Each by a descriptor of its own, so no SIGCHLD is heard and no other child is waited
 * for. Where the system has no such, each is asked every 10 ms.
 */
#include "os/children.h"
#include "live.h"
#include "os/attach.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define ASK_EVERY (10 * NEAP_MS)

typedef struct child_watch {
    watch watch;      /* first */
    bool is_asked;    /* it has no descriptor, */
    neap_timer timer; /* ... but this timer */
    neap_proc who;
    neap_child_fn *fn;
    void *user;
    struct child_watch *next;
} child_watch;

static child_watch **find(neap_runtime *rt, pid_t pid)
{
    child_watch **at = &rt->children;

    while (*at && (*at)->who.pid != pid)
        at = &(*at)->next;
    return at;
}

static void forget(neap_runtime *rt, child_watch **at)
{
    child_watch *c = *at;
    int fd = c->watch.io.fd;

    if (!c->is_asked) {
        neap_watch_stop(rt, &c->watch);
        close(fd);
    }
    *at = c->next;
    free(c);
}

/* It is taken away, unless somebody has done that; then the kernel may know how. */
static neap_how read_end(const child_watch *c, int *code)
{
    bool signalled;
    neap_os_end end;

    if (neap_os_child_ended(c->who.pid, &end) == 1) {
        neap_os_child_take(c->who.pid);
        *code = end.code;
        return end.signalled ? NEAP_HOW_SIGNAL : NEAP_HOW_EXIT;
    }
    if (neap_os_attach_code(c->watch.io.fd, &c->who, code, &signalled) == 0)
        return signalled ? NEAP_HOW_SIGNAL : NEAP_HOW_EXIT;
    *code = 0;
    return NEAP_HOW_LOST;
}

static void tell(neap_runtime *rt, const child_watch *watched)
{
    child_watch c = *watched;
    int code;
    neap_how how = read_end(&c, &code);

    forget(rt, find(rt, c.who.pid));
    c.fn(c.user, rt, (int)c.who.pid, how, code);
}

static void on_end(struct ev_loop *loop, ev_io *w, int events)
{
    neap_runtime *rt = w->data;

    rt->watchers->heard = true;
    tell(rt, (child_watch *)w);
}

static int ask_later(neap_runtime *rt, child_watch *c);

static void ask(void *user, neap_runtime *rt, neap_timer id)
{
    child_watch *c = *find(rt, (pid_t)(intptr_t)user);
    neap_os_end end;

    if (!c || !c->is_asked || c->timer != id)
        return;
    if (neap_os_child_ended(c->who.pid, &end) != 0 || ask_later(rt, c) < 0)
        tell(rt, c);
}

static int ask_later(neap_runtime *rt, child_watch *c)
{
    return neap_timers_add(rt, neap_loop_now(rt) + ASK_EVERY, 0, ask,
                           (void *)(intptr_t)c->who.pid, NULL, true, &c->timer);
}

/* Where nobody tells who its parent is, we are if we may wait for it. */
static bool is_ours(const neap_proc *who)
{
    neap_os_end end;

    if (neap_proc_sees_all())
        return who->parent == getpid();
    return neap_os_child_ended(who->pid, &end) >= 0;
}

static int check(neap_runtime *rt, int pid, neap_proc *who)
{
    if (!rt->live)
        return neap_error(NEAP_EUNSUPPORTED, "a virtual clock has no children");
    if (pid <= 1 || neap_proc_read(pid, who) != 0 || !is_ours(who))
        return neap_error(NEAP_EINVAL,
                          "process %d is no child of this process, or was waited for",
                          pid);
    return 0;
}

static int watch_end(neap_runtime *rt, const neap_proc *who, neap_child_fn *fn,
                     void *user)
{
    child_watch *c = calloc(1, sizeof *c);
    int fd = c ? neap_os_attach_open(who) : -NEAP_EMEMORY;

    if (fd < 0 && fd != -ENOSYS) {
        free(c);
        return neap_error(-fd, "cannot watch process %d: %s", (int)who->pid,
                          neap_strerror(fd));
    }
    c->is_asked = fd < 0;
    c->who = *who;
    c->fn = fn;
    c->user = user;
    c->next = rt->children;
    rt->children = c;
    if (c->is_asked)
        return ask_later(rt, c);
    neap_watch_init(rt, &c->watch, on_end, fd);
    neap_watch_start(rt, &c->watch);
    return 0;
}

int neap_on_child(neap_runtime *rt, int pid, neap_child_fn *fn, void *user)
{
    child_watch **at;
    neap_proc who;
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    at = find(rt, pid);
    if (*at)
        forget(rt, at);
    if (!fn)
        return 0;
    r = check(rt, pid, &who);
    return r < 0 ? r : watch_end(rt, &who, fn, user);
}

void neap_children_close(neap_runtime *rt)
{
    while (rt->children)
        forget(rt, &rt->children);
}
