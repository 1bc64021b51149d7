/* ledger.h - a mapped file: the members of a tree write who they are and how far they
 * got.
 *
 * So a test can tell from outside, whatever their group, session, parent or environment
 * are by then: who lives (by pid and start time), who computes, who stands still.
 */
#ifndef NEAP_TESTS_LEDGER_H
#define NEAP_TESTS_LEDGER_H

#include <stdatomic.h>
#include <stdint.h>

enum { LEDGER_ENTRIES = 1024, LEDGER_ROLE = 16 };

#define LEDGER_FOREVER INT64_MAX

/* tests/lua/ledger.lua reads it too. */
typedef struct ledger_entry {
    _Atomic int32_t pid; /* 0: free */
    int32_t unused;
    uint64_t started;       /* as in /proc/PID/stat */
    _Atomic uint64_t count; /* of work done; goes on when an entry is taken again */
    char role[LEDGER_ROLE];
} ledger_entry;

void ledger_open(const char *path);

/* An entry for the calling thread; a process that was forked needs one of its own. */
ledger_entry *ledger_join(const char *role);
void ledger_leave(ledger_entry *e); /* it ends by itself: nobody shall look for it */

/* Counts for `ns` of the thread's CPU time. Makes no call but clock_gettime(). */
void ledger_work(ledger_entry *e, int64_t ns);
_Noreturn void ledger_work_as(const char *role); /* for ever */

#endif
