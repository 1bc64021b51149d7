/* libproc.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_LIBPROC_H
#define NEAP_STUB_LIBPROC_H

#include <sys/proc_info.h>
#include <sys/resource.h>
#include <sys/types.h>

int proc_listpids(uint32_t, uint32_t, void *, int);
int proc_pidinfo(int, int, uint64_t, void *, int);
int proc_pidpath(int, void *, uint32_t);
int proc_pid_rusage(int, int, rusage_info_t *);

#endif
