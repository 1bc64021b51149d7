/* process.h - what the tests of real processes share. Every wait has its own
 * deadline. */
#ifndef NEAP_TESTS_PROCESS_H
#define NEAP_TESTS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Starts `sh -c script` in a group of its own, as a child of ours. Ends the test on
 * failure. */
pid_t process_sh(const char *script);

/* The same in a group that is there: in getpgrp() a stop to the whole would hit us. */
pid_t process_sh_in(pid_t group, const char *script);

/* A fork; the child ends with the test, and after 40 s. */
pid_t process_fork(void);

/* Kills a child of ours with all its descendants and takes it away. */
void process_end(pid_t pid);

/* Waits for a child of ours that ends by itself. */
void process_take_away(pid_t pid);

/* A test's teardown: ends what it started and, failing, did not end. */
int process_clean(void **state);
#define process_test(f) cmocka_unit_test_teardown(f, process_clean)

bool process_lives(pid_t pid);
char process_state(pid_t pid); /* '-': there is none */
int process_children(pid_t pid);

/* Asks `question(pid)` for up to 5 s until it says yes. Returns whether it did. */
bool process_await(bool (*question)(pid_t pid), pid_t pid);
bool process_is_gone(pid_t pid); /* not there, or a zombie */
bool process_is_stopped(pid_t pid);
bool process_is_running(pid_t pid);
bool process_has_child(pid_t pid);
bool process_sleeps(pid_t pid);

/* The line of /proc/PID/status that begins with `key`, without key and blanks. */
void process_status(pid_t pid, const char *key, char *out, size_t room);

#endif
