/* system_unistd.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_UNISTD_H
#define NEAP_STUB_SYSTEM_UNISTD_H

#define _SC_NPROCESSORS_ONLN 58
#define _SC_CLK_TCK 3
#define _SC_OPEN_MAX 5
#define _SC_PAGESIZE 29

#endif
