/* system_wait.h - declared as OpenBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_WAIT_H
#define NEAP_STUB_SYSTEM_WAIT_H

typedef enum { P_ALL, P_PGID, P_PID } idtype_t;

#endif
