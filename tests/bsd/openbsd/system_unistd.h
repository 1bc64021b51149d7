/* system_unistd.h - declared as OpenBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_UNISTD_H
#define NEAP_STUB_SYSTEM_UNISTD_H

#define _SC_NPROCESSORS_ONLN 503
#define _SC_CLK_TCK 3
#define _SC_OPEN_MAX 5
#define _SC_PAGESIZE 28

int closefrom(int);
int pipe2(int[2], int);
int setresgid(gid_t, gid_t, gid_t);
int setresuid(uid_t, uid_t, uid_t);

#endif
