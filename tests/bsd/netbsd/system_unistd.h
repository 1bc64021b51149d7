/* system_unistd.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_UNISTD_H
#define NEAP_STUB_SYSTEM_UNISTD_H

#define _SC_NPROCESSORS_ONLN 1002
#define _SC_CLK_TCK 39
#define _SC_OPEN_MAX 5
#define _SC_PAGESIZE 28

int closefrom(int);
int pipe2(int[2], int);

#endif
