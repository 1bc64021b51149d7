/* sys/file.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_FILE_H
#define NEAP_STUB_SYS_FILE_H

#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8

int flock(int, int);

#endif
