/* signal.c - the runtime may not send a signal, and asks us to. */
#include "guard.h"

#include <signal.h>
#include <unistd.h>

void signal_send(const struct guard *g, const neap_wire_signal *s)
{
    pid_t id = s->target < 0 ? -s->target : s->target;

    if (id > 1 && id != getpid() && id != getppid() && id != getpgrp() &&
        id != g->parent)
        kill(s->target, s->signo);
}
