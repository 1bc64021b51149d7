/* sys/param.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_PARAM_H
#define NEAP_STUB_SYS_PARAM_H

#include <sys/types.h>

#endif
