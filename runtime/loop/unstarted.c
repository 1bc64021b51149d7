/* unstarted.c - why a process that the guard was to start never became its program.
 *
 * What a job names was there when it was queued; it may be gone when its turn comes. An
 * errno alone does not say which of it that was.
 */
#include "limits.h"
#include "runtime.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void tell(neap_runtime *rt, const process *p, const char *text)
{
    neap_loop_tell(
        rt,
        &(neap_report){.kind = NEAP_REPORT_TASK, .message = text, .task = p->task->id});
}

static void tell_directory(neap_runtime *rt, const process *p, int error)
{
    char text[512];

    snprintf(text, sizeof text, "%.100s: cannot enter its directory \"%.200s\": %s%s",
             p->task->about->name, p->cwd ? p->cwd : "?", strerror(error),
             error == ENOENT ? " (it went after the job was queued: make it again, or "
                               "let its job end later than this one)"
                             : "");
    tell(rt, p, text);
}

/* Seen from where the child would have been. */
static bool is_there(const process *p)
{
    char path[4400];

    if (p->program[0] == '/' || !p->cwd)
        return access(p->program, F_OK) == 0;
    snprintf(path, sizeof path, "%s/%s", p->cwd, p->program);
    return access(path, F_OK) == 0;
}

static void tell_program(neap_runtime *rt, const process *p)
{
    char text[512];

    if (is_there(p))
        snprintf(text, sizeof text,
                 "%.100s: cannot run \"%.200s\": what it is to be run by is not there "
                 "(the interpreter in its first line, or its loader)",
                 p->task->about->name, p->program);
    else
        snprintf(text, sizeof text,
                 "%.100s: cannot run \"%.200s\": it went after the job was queued",
                 p->task->about->name, p->program);
    tell(rt, p, text);
}

void neap_unstarted_tell(neap_runtime *rt, const process *p, const neap_guard_event *e)
{
    if (e->code == NEAP_WIRE_DIRECTORY)
        tell_directory(rt, p, e->error);
    else if (e->code != NEAP_WIRE_NO_LIMIT)
        neap_limits_tell_failed(rt, p, e);
    else if (e->error == ENOENT && p->program)
        tell_program(rt, p);
}
