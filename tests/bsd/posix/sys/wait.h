/* sys/wait.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_WAIT_H
#define NEAP_STUB_SYS_WAIT_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#define WNOHANG 1
#define WUNTRACED 2
#define WEXITED 0x04
#define WSTOPPED 0x08
#define WCONTINUED 0x10
#define WNOWAIT 0x20
#define WIFEXITED(s) (((s)&0177) == 0)
#define WEXITSTATUS(s) ((s) >> 8 & 0xff)
#define WIFSIGNALED(s) (((s)&0177) != 0177 && ((s)&0177) != 0)
#define WTERMSIG(s) ((s)&0177)
#define WIFSTOPPED(s) (((s)&0377) == 0177)
#define WSTOPSIG(s) ((s) >> 8 & 0xff)

#include <system_wait.h>

pid_t wait(int *);
pid_t waitpid(pid_t, int *, int);
int waitid(idtype_t, id_t, siginfo_t *, int);

#endif
