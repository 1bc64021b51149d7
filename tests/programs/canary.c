/* canary.c - counts in the ledger every signal that it gets, and does nothing else.
 *
 *   canary LEDGER
 */
#include "ledger.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static ledger_entry *mine;

static void hear(int signo)
{
    atomic_fetch_add(&mine->count, 1);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = hear, .sa_flags = SA_RESTART};

    if (argc != 2) {
        fprintf(stderr, "usage: canary LEDGER\n");
        return 2;
    }
    setsid();
    ledger_open(argv[1]);
    mine = ledger_join("canary");
    for (int signo = 1; signo <= 64; signo++)
        sigaction(signo, &action, NULL);
    for (;;)
        pause();
}
