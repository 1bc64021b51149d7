/* sys/utsname.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_UTSNAME_H
#define NEAP_STUB_SYS_UTSNAME_H

struct utsname {
    char sysname[256], nodename[256], release[256], version[256], machine[256];
};

int uname(struct utsname *);

#endif
