/* never.c - what only a live runtime asks for. There is none: neap_new() refuses it, so
 * none of these is ever called, and they are here to be linked. */
#include "loop/attach.h"
#include "loop/limits.h"
#include "loop/runtime.h"
#include <assert.h>

static void never(void)
{
    assert(0 && "there is no live runtime");
}

/* Being live. */

int neap_limits_open(neap_runtime *rt)
{
    never();
    return 0;
}

int neap_cgroups_open(neap_runtime *rt)
{
    never();
    return 0;
}

int neap_live_open(neap_runtime *rt)
{
    never();
    return 0;
}

void neap_rank_open(neap_runtime *rt)
{
    never();
}

void neap_live_wait(neap_runtime *rt, neap_ns until)
{
    never();
}

void neap_live_rouse(neap_runtime *rt)
{
    never();
}

void neap_live_settle_down(neap_runtime *rt)
{
    never();
}

void neap_live_forget_guard(neap_runtime *rt)
{
    never();
}

void neap_forked_let_go(neap_runtime *rt)
{
    never();
}

int neap_place_change(neap_runtime *rt, int cpus)
{
    never();
    return 0;
}

/* In its turns. */

void neap_guard_gather(neap_guard *g)
{
    never();
}

int neap_guard_flush(neap_guard *g)
{
    never();
    return 0;
}

pid_t neap_guard_worker(const neap_guard *g)
{
    never();
    return 0;
}

void neap_spawn_listen(neap_runtime *rt)
{
    never();
}

void neap_output_listen(neap_runtime *rt)
{
    never();
}

void neap_orphans_look_if_due(neap_runtime *rt)
{
    never();
}

void neap_sleep_check(neap_runtime *rt, neap_ns now)
{
    never();
}

neap_ns neap_sleep_due(const neap_runtime *rt)
{
    never();
    return NEAP_FOREVER;
}

void neap_watch_beat(neap_runtime *rt, neap_ns now)
{
    never();
}

neap_ns neap_watch_due(const neap_runtime *rt)
{
    never();
    return NEAP_FOREVER;
}

void neap_account_correct(neap_runtime *rt, neap_ns now)
{
    never();
}

neap_ns neap_account_due(const neap_runtime *rt)
{
    never();
    return NEAP_FOREVER;
}

/* Of its processes. */

int neap_process_new(neap_runtime *rt, const neap_job *job, process **out)
{
    never();
    return -NEAP_EUNSUPPORTED;
}

void neap_spawn_start(neap_runtime *rt, process *p)
{
    never();
}

void neap_process_hold(neap_runtime *rt, process *p, neap_ns now)
{
    never();
}

void neap_process_release(neap_runtime *rt, process *p)
{
    never();
}

void neap_process_signal(neap_runtime *rt, process *p, int signo)
{
    never();
}

void neap_process_kill(neap_runtime *rt, process *p, neap_kill_mode mode)
{
    never();
}

void neap_place_turn(neap_runtime *rt, process *p, int cpu)
{
    never();
}

void neap_account_measure(neap_runtime *rt, process *p, neap_ns now)
{
    never();
}

int neap_overtime_watch(neap_runtime *rt, process *p)
{
    never();
    return 0;
}

void neap_attach_let_go(neap_runtime *rt, process *p)
{
    never();
}

/* Clocks. */

neap_ns neap_os_time_of_day(void)
{
    never();
    return 0;
}

neap_ns neap_os_thread_cpu(void)
{
    never();
    return 0;
}

int neap_os_process_cpu(pid_t pid, neap_ns *used)
{
    never();
    return -NEAP_EUNSUPPORTED;
}
