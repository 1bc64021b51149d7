/* grp.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_GRP_H
#define NEAP_STUB_GRP_H

#include <sys/types.h>
#include <system_grp.h>

struct group {
    char *gr_name, *gr_passwd;
    gid_t gr_gid;
    char **gr_mem;
};

int getgrnam_r(const char *, struct group *, char *, size_t, struct group **);
int getgrgid_r(gid_t, struct group *, char *, size_t, struct group **);

#endif
