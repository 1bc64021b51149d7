/* rescue.c - what dead runtimes left behind: the public face, and the start's. */
#include "os/rescue.h"
#include "runtime.h"
#include <stdio.h>

#define HEAL_GRACE (200 * NEAP_MS) /* a start does not wait for long */

struct telling {
    neap_left_fn *fn;
    void *user;
};

static void tell(void *user, const neap_os_left *left)
{
    const struct telling *t = user;
    neap_left one = {.pid = left->pid,
                     .runtime = left->runtime,
                     .task = left->task,
                     .stopped = left->stopped,
                     .command = left->command};

    if (t->fn)
        t->fn(t->user, &one);
}

int neap_rescue(neap_rescue_mode mode, neap_ns grace, neap_left_fn *fn, void *user)
{
    static const neap_os_rescue_mode modes[] = {
        NEAP_OS_RESCUE_BY_RECORD, NEAP_OS_RESCUE_LIST, NEAP_OS_RESCUE_CONTINUE,
        NEAP_OS_RESCUE_END};
    struct telling t = {fn, user};

    if ((unsigned)mode >= sizeof modes / sizeof *modes)
        return neap_error(NEAP_EINVAL, "no way %d to rescue", (int)mode);
    if (grace < 0)
        return neap_error(NEAP_ERANGE, "a grace time of %lld ns is negative",
                          (long long)grace);
    return neap_os_rescue(modes[mode], grace ? grace : NEAP_GRACE_DEFAULT, tell, &t);
}

void neap_rescue_at_start(neap_runtime *rt)
{
    int count = neap_os_rescue(NEAP_OS_RESCUE_BY_RECORD, HEAL_GRACE, NULL, NULL);
    neap_report report = {.kind = NEAP_REPORT_GUARD};
    char text[128];

    if (count <= 0)
        return;
    snprintf(
        text, sizeof text,
        "%d process%s of a neap that was killed with its guard: ended, or continued",
        count, count == 1 ? "" : "es");
    report.message = text;
    neap_loop_tell(rt, &report);
}
