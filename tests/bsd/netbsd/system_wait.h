/* system_wait.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_WAIT_H
#define NEAP_STUB_SYSTEM_WAIT_H

typedef enum idtype { P_ALL, P_PID, P_PGID = 4 } idtype_t;

#endif
