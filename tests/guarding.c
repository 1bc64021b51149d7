/* guarding.c - what the tests of the guard share. */
#include "guarding.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define WAIT_MS 10000
neap_guard *guard;

const char *guard_program(void)
{
    static char path[PATH_MAX];
    const char *given = getenv("NEAP_GUARD");

    if (given)
        return given;
    assert_int_equal(neap_os_self_dir(path, sizeof path - 16), 0);
    return strcat(path, "/neap-guard");
}

/* What a dead guard leaves comes to us: not every machine's process 1 takes orphans
 * away. */
int guard_set_up(void **state)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return neap_guard_open(
        &guard, guard_program(),
        &(neap_guard_options){.on_death = NEAP_GUARD_END, .grace = GUARDING_GRACE});
}

int guard_tear_down(void **state)
{
    neap_guard_close(guard);
    guard = NULL;
    process_clean(state);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return 0;
}

/* The next event, which must come. */
neap_guard_event guard_event(void)
{
    neap_guard_event e;
    neap_ns until = neap_os_now() + WAIT_MS * NEAP_MS;

    while (!neap_guard_next(guard, &e)) {
        struct pollfd p = {.fd = neap_guard_fd(guard), .events = POLLIN};

        if (neap_guard_wants_write(guard))
            p.events |= POLLOUT;
        poll(&p, 1, WAIT_MS);
        neap_guard_flush(guard);
        assert_true(neap_os_now() < until);
    }
    return e;
}

neap_guard_event expect(neap_guard_kind kind, uint64_t tag)
{
    neap_guard_event e = guard_event();

    assert_int_equal(e.kind, kind);
    assert_int_equal(e.tag, tag);
    return e;
}

void spawn_in(uint64_t tag, const char *cwd, const char *const *argv)
{
    neap_guard_job job = {.program = argv[0],
                          .argv = argv,
                          .env = (const char *const *)environ,
                          .cwd = cwd};

    assert_int_equal(neap_guard_spawn(guard, tag, &job), 0);
}

pid_t forked(uint64_t tag)
{
    pid_t pid = expect(NEAP_GUARD_FORKED, tag).pid;

    assert_true(pid > 1);
    return pid;
}

pid_t started(uint64_t tag)
{
    pid_t pid = forked(tag);

    assert_int_equal(neap_guard_go(guard, tag), 0);
    assert_int_equal(expect(NEAP_GUARD_STARTED, tag).pid, pid);
    return pid;
}

void failed(uint64_t tag, int error)
{
    assert_int_equal(expect(NEAP_GUARD_FAILED, tag).error, error);
}

void exited(uint64_t tag, int code, bool signalled)
{
    neap_guard_event e = expect(NEAP_GUARD_EXITED, tag);

    assert_int_equal(e.code, code);
    assert_int_equal(e.signalled, signalled);
}

void reaped(uint64_t tag, bool left)
{
    assert_int_equal(neap_guard_reap(guard, tag), 0);
    assert_int_equal(expect(NEAP_GUARD_REAPED, tag).left, left);
}
