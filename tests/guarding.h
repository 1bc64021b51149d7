/* guarding.h - what the tests of the guard share: one guard per test, its events one by
 * one.
 *
 * What does not come as it is expected, within some seconds, fails the test.
 */
#ifndef NEAP_TESTS_GUARDING_H
#define NEAP_TESTS_GUARDING_H

#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <os/guard.h>

#define GUARDING_GRACE (300 * NEAP_MS)

extern neap_guard *guard; /* of the test that runs */
extern char **environ;

const char *guard_program(void); /* by NEAP_GUARD, else beside the test */
int guard_set_up(void **state);
int guard_tear_down(void **state);
#define guard_test(f) cmocka_unit_test_setup_teardown(f, guard_set_up, guard_tear_down)

neap_guard_event guard_event(void); /* the next one */
neap_guard_event expect(neap_guard_kind kind, uint64_t tag);

void spawn_in(uint64_t tag, const char *cwd, const char *const *argv);
#define SPAWN(tag, ...) spawn_in(tag, NULL, (const char *const[]){__VA_ARGS__, NULL})
#define SHELL(tag, script) SPAWN(tag, "/bin/sh", "-c", script)

/* The next event is FORKED; and with its go given, STARTED; FAILED; EXITED; with its
 * reap asked, REAPED. */
pid_t forked(uint64_t tag);
pid_t started(uint64_t tag);
void failed(uint64_t tag, int error);
void exited(uint64_t tag, int code, bool signalled);
void reaped(uint64_t tag, bool left);

#endif
