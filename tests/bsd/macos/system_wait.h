/* system_wait.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_WAIT_H
#define NEAP_STUB_SYSTEM_WAIT_H

typedef enum { P_ALL, P_PID, P_PGID } idtype_t;

#endif
