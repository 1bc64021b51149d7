/* system_grp.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_GRP_H
#define NEAP_STUB_SYSTEM_GRP_H

int setgroups(int, const gid_t *);
int getgrouplist(const char *, gid_t, gid_t *, int *);

#endif
