/* fail_linux.c - makes the n-th call of a class fail in one program of a run: by
 * LD_PRELOAD.
 *
 *   NEAP_FAIL=CLASS:N:once|always   from the N-th call on, or that one only
 *   NEAP_FAIL_IN=PROGRAM[,PROGRAM]  base names of programs; inert in all others
 *   NEAP_FAIL_ERRNO=NUMBER          instead of the one that is usual for the class
 *   NEAP_FAIL_COUNT=FILE            gets the count of such calls, as one 64-bit number
 *
 * Classes: memory, write, spawn, signal, open, read. The count lives in the mapped
 * file, so it is there however the program ends, and goes on in the next guard of the
 * same run; what a program forks counts with it until its exec.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum class { NONE, MEMORY, WRITE, SPAWN, SIGNAL, OPEN, READ, CLASSES };

static const char *const names[CLASSES] = {"",       "memory", "write", "spawn",
                                           "signal", "open",   "read"};
static int errors[CLASSES] = {0, ENOMEM, ENOSPC, EAGAIN, EPERM, EMFILE, EIO};

static enum class chosen;
static uint64_t nth;
static bool always;
static _Atomic uint64_t *count;

#define PUBLIC __attribute__((visibility("default")))

/* glibc's own, under names that nobody interposes. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static bool fails(enum class c)
{
    uint64_t n;

    if (c != chosen)
        return false;
    n = atomic_fetch_add(count, 1) + 1;
    if (always ? n < nth : n != nth)
        return false;
    errno = errors[c];
    return true;
}

static bool is_among(const char *name, const char *list)
{
    size_t length = strlen(name);

    for (; *list; list += strcspn(list, ","), list += *list == ',') {
        if (strncmp(list, name, length) == 0 && strchr(",", list[length]))
            return true;
    }
    return false;
}

static bool is_the_program(void)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    const char *wanted = getenv("NEAP_FAIL_IN"), *base;

    if (n <= 0 || !wanted)
        return false;
    path[n] = '\0';
    base = strrchr(path, '/');
    return base && is_among(base + 1, wanted);
}

static void *map_count(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    void *map = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof *count) == 0)
        map = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return map;
}

static enum class class_of(const char *name) {
    for (int c = MEMORY; c < CLASSES;
         c++) if (strcmp(names[c], name) == 0) return (enum class)c;
    return NONE;
}

__attribute__((constructor)) static void begin(void)
{
    const char *what = getenv("NEAP_FAIL"), *path = getenv("NEAP_FAIL_COUNT");
    const char *error = getenv("NEAP_FAIL_ERRNO");
    char name[16], how[16];
    unsigned long long n;
    enum class c;
    void *map;

    if (!what || !path || !is_the_program() ||
        sscanf(what, "%15[a-z]:%llu:%15[a-z]", name, &n, how) != 3)
        return;
    c = class_of(name);
    map = map_count(path);
    if (c == NONE || map == MAP_FAILED) {
        dprintf(2, "fail: cannot do \"%s\"\n", what);
        _exit(99);
    }
    count = map;
    if (error)
        errors[c] = (int)strtol(error, NULL, 10);
    nth = n;
    always = strcmp(how, "always") == 0;
    chosen = c;
}

/* Memory. */

PUBLIC void *malloc(size_t size)
{
    return fails(MEMORY) ? NULL : __libc_malloc(size);
}

PUBLIC void *calloc(size_t n, size_t size)
{
    return fails(MEMORY) ? NULL : __libc_calloc(n, size);
}

PUBLIC void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(MEMORY) ? NULL : __libc_memalign(alignment, size);
}

PUBLIC void *realloc(void *old, size_t size)
{
    return size && fails(MEMORY) ? NULL : __libc_realloc(old, size);
}

PUBLIC int posix_memalign(void **out, size_t alignment, size_t size)
{
    if (fails(MEMORY))
        return ENOMEM;
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}

/* The rest: the next definition of the same name is called. */

#define REAL(name) ((__typeof__(&name))real(&real_##name, #name))

typedef void function(void);

static function *real(_Atomic(void *) *at, const char *name)
{
    union {
        void *object;
        function *code;
    } u = {.object = atomic_load(at)};

    if (!u.object) {
        u.object = dlsym(RTLD_NEXT, name);
        atomic_store(at, u.object);
    }
    return u.code;
}

#define FAILING(class, type, name, parameters, arguments)                              \
    static _Atomic(void *) real_##name;                                                \
    PUBLIC type name parameters                                                        \
    {                                                                                  \
        return fails(class) ? (type)-1 : REAL(name) arguments;                         \
    }

FAILING(WRITE, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
FAILING(WRITE, ssize_t, send, (int fd, const void *p, size_t n, int f), (fd, p, n, f))
FAILING(WRITE, ssize_t, sendmsg, (int fd, const struct msghdr *m, int f), (fd, m, f))
FAILING(WRITE, ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
FAILING(WRITE, ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at),
        (fd, p, n, at))

FAILING(READ, ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
FAILING(READ, ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
FAILING(READ, ssize_t, recv, (int fd, void *p, size_t n, int f), (fd, p, n, f))
FAILING(READ, ssize_t, recvmsg, (int fd, struct msghdr *m, int f), (fd, m, f))

FAILING(SIGNAL, int, kill, (pid_t pid, int signo), (pid, signo))
FAILING(SIGNAL, int, killpg, (pid_t group, int signo), (group, signo))
FAILING(SIGNAL, int, sigqueue, (pid_t pid, int signo, const union sigval v),
        (pid, signo, v))

FAILING(SPAWN, pid_t, fork, (void), ())
FAILING(SPAWN, int, execve, (const char *path, char *const *argv, char *const *env),
        (path, argv, env))
FAILING(SPAWN, int, execveat,
        (int dir, const char *path, char *const *argv, char *const *env, int f),
        (dir, path, argv, env, f))

FAILING(OPEN, int, socket, (int d, int t, int p), (d, t, p))
FAILING(OPEN, int, socketpair, (int d, int t, int p, int pair[2]), (d, t, p, pair))
FAILING(OPEN, int, pipe, (int pair[2]), (pair))
FAILING(OPEN, int, pipe2, (int pair[2], int f), (pair, f))
FAILING(OPEN, int, dup, (int fd), (fd))
FAILING(OPEN, int, dup2, (int fd, int to), (fd, to))
FAILING(OPEN, int, dup3, (int fd, int to, int f), (fd, to, f))
FAILING(OPEN, int, timerfd_create, (int clock, int f), (clock, f))
FAILING(OPEN, int, epoll_create1, (int f), (f))
FAILING(OPEN, int, epoll_create, (int n), (n))
FAILING(OPEN, int, eventfd, (unsigned n, int f), (n, f))
FAILING(OPEN, int, signalfd, (int fd, const sigset_t *set, int f), (fd, set, f))
FAILING(OPEN, int, memfd_create, (const char *name, unsigned f), (name, f))
FAILING(OPEN, int, mkstemp, (char *name), (name))

/* Those with a last argument that may not be there, or that answer otherwise. */

static _Atomic(void *) real_open, real_openat, real_fopen, real_fopen64, real_opendir,
    real_syscall, real_posix_spawn;

static mode_t mode_of(int flags, va_list more)
{
    return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(more, int) : 0;
}

PUBLIC int open(const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = mode_of(flags, more);
    va_end(more);
    return fails(OPEN) ? -1 : REAL(open)(path, flags, mode);
}

PUBLIC int openat(int dir, const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = mode_of(flags, more);
    va_end(more);
    return fails(OPEN) ? -1 : REAL(openat)(dir, path, flags, mode);
}

PUBLIC FILE *fopen(const char *path, const char *mode)
{
    return fails(OPEN) ? NULL : REAL(fopen)(path, mode);
}

PUBLIC FILE *fopen64(const char *path, const char *mode)
{
    return fails(OPEN) ? NULL : REAL(fopen64)(path, mode);
}

PUBLIC DIR *opendir(const char *path)
{
    return fails(OPEN) ? NULL : REAL(opendir)(path);
}

PUBLIC int posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const *argv,
                       char *const *env)
{
    if (fails(SPAWN))
        return errors[SPAWN];
    return REAL(posix_spawn)(pid, path, actions, attributes, argv, env);
}

static enum class class_of_call(long number) {
    switch (number){
        case SYS_clone : case SYS_clone3 : case SYS_pidfd_open : return SPAWN;
        case SYS_pidfd_send_signal : case SYS_tgkill : return SIGNAL;
        case SYS_perf_event_open : return OPEN;
        default : return NONE;
    }
}

PUBLIC long syscall(long number, ...)
{
    enum class c = class_of_call(number);
    long a[6];
    va_list more;

    va_start(more, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(more, long);
    va_end(more);
    if (c != NONE && fails(c))
        return -1;
    return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
