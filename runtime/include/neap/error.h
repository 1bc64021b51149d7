/* error.h - every error that neap itself gives: its name, its errno and its sentence.
 *
 * A function that can fail returns 0 or a negative errno, ours or the system's. What
 * exactly went wrong, with the value and the remedy, is in neap_last_error().
 */
#ifndef NEAP_ERROR_H
#define NEAP_ERROR_H

#include <errno.h>

/* Marks what the library exports; all else is hidden. */
#define NEAP_API __attribute__((visibility("default")))

/* X(name, errno, sentence) */
#define NEAP_ERRORS(X)                                                                 \
    X(NEAP_ENOTASK, ESRCH, "no such task, or it has ended")                            \
    X(NEAP_ENOTFOUND, ENOENT, "not found")                                             \
    X(NEAP_ERANGE, ERANGE, "out of range")                                             \
    X(NEAP_EINVAL, EINVAL, "not valid")                                                \
    X(NEAP_EMEMORY, ENOMEM, "out of memory")                                           \
    X(NEAP_EINHOOK, EDEADLK, "not inside a policy hook")                               \
    X(NEAP_ESTATE, EBUSY, "not possible in this state")                                \
    X(NEAP_EPOLICY, EPROTO, "the policy refused")                                      \
    X(NEAP_EGUARD, ENOTCONN, "there is no guard")                                      \
    X(NEAP_EENDLESS, ELOOP, "would never end")                                         \
    X(NEAP_EUNSUPPORTED, ENOTSUP, "not supported here")

#define NEAP_ERROR_VALUE_(name, number, sentence) name = number,
enum neap_error { NEAP_ERRORS(NEAP_ERROR_VALUE_) };
#undef NEAP_ERROR_VALUE_

#endif
