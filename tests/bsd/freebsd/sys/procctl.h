/* sys/procctl.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_PROCCTL_H
#define NEAP_STUB_SYS_PROCCTL_H

#include <visible.h>

#include <sys/types.h>
#include <sys/wait.h>

#define PROC_REAP_ACQUIRE 2
#define PROC_REAP_RELEASE 3
#define PROC_REAP_STATUS 4
#define PROC_NO_NEW_PRIVS_CTL 19
#define PROC_NO_NEW_PRIVS_ENABLE 1

int procctl(idtype_t, id_t, int, void *);

#endif
