/* signals.h - signals of this process, heard through a descriptor.
 *
 * A signal belongs to the process, so who hears it is the one global of this layer. Its
 * handler writes to a pipe; what was done with the signal before comes back when it is
 * given back. In the child of a fork the handler does nothing.
 */
#ifndef NEAP_OS_SIGNALS_H
#define NEAP_OS_SIGNALS_H

#include <stdbool.h>

typedef struct neap_os_signals neap_os_signals;

int neap_os_signals_open(neap_os_signals **out);
/* Gives back all that it hears. NULL is fine */
void neap_os_signals_close(neap_os_signals *s);

int neap_os_signals_fd(const neap_os_signals *s); /* readable: ask for the next */

/* -EBUSY: another has it; -EINVAL: it cannot be caught. */
int neap_os_signals_hear(neap_os_signals *s, int signo);
/* False: it is not among those heard. */
bool neap_os_signals_give_back(neap_os_signals *s, int signo);

/* One that came, each told once however often it came; 0: no more. Does not wait. */
int neap_os_signals_next(neap_os_signals *s);

#endif
