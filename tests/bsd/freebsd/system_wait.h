/* system_wait.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_WAIT_H
#define NEAP_STUB_SYSTEM_WAIT_H

typedef enum idtype {
    P_PID,
    P_PPID,
    P_PGID,
    P_SID,
    P_CID,
    P_UID,
    P_GID,
    P_ALL
} idtype_t;

#endif
