/* without_linux.c - runs a program that the kernel refuses some system calls, as an old
 * kernel or a container does.
 *
 *   without CALL,... PROG [ARG]...
 *
 * They fail with ENOSYS (perf_event_open: EACCES, as seccomp profiles do) in it and in
 * all that it starts.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct call {
    const char *name;
    unsigned number;
    int error;
} calls[] = {
    {"clone3", SYS_clone3, ENOSYS},
    {"pidfd_open", SYS_pidfd_open, ENOSYS},
    {"pidfd_send_signal", SYS_pidfd_send_signal, ENOSYS},
    {"perf_event_open", SYS_perf_event_open, EACCES},
    {"close_range", SYS_close_range, ENOSYS},
    {"sched_setattr", SYS_sched_setattr, ENOSYS},
};

enum { CALLS = sizeof calls / sizeof *calls };

static int refuse(const struct call *c)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c->number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)c->error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof code / sizeof *code, code};

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

static const struct call *find(const char *name)
{
    for (int i = 0; i < CALLS; i++)
        if (strcmp(calls[i].name, name) == 0)
            return &calls[i];
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: without CALL,... PROG [ARG]...\n");
        return 2;
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (char *name = strtok(argv[1], ","); name; name = strtok(NULL, ",")) {
        const struct call *c = find(name);

        if (!c || refuse(c) != 0) {
            fprintf(stderr, "without: cannot refuse \"%s\"\n", name);
            return 77;
        }
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
