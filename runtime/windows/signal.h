/* signal.h - Windows' own, and the signals that it has none of, by Linux' numbers.
 *
 * A virtual task is told of a signal by its number: a record says the same everywhere.
 */
#pragma GCC system_header
#include_next <signal.h>

#define SIGHUP 1
#define SIGQUIT 3
#define SIGKILL 9
