/* mach-o/dyld.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_MACH_O_DYLD_H
#define NEAP_STUB_MACH_O_DYLD_H

#include <stdint.h>

int _NSGetExecutablePath(char *, uint32_t *);

#endif
