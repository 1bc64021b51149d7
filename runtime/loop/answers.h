/* answers.h - a policy that answers what was recorded. */
#ifndef NEAP_LOOP_ANSWERS_H
#define NEAP_LOOP_ANSWERS_H

#include "core/core.h"
#include "tape.h"

typedef struct answers {
    neap_policy table; /* of the policy that takes them */
    tape *tape;
    uint64_t count; /* taken */
    /* Called with what was found instead of what the call could have answered. */
    void (*differ)(void *user, const neap_event *found);
    void (*taken)(void *user, const neap_event *e); /* one that was */
    void *user;
    char name[128];
} answers;

/* Makes `a` the policy that SET_POLICY tells of. `tape`, `differ` and `user` are the
 * caller's to set. */
void neap_answers_init(answers *a, const neap_event *policy);

#endif
