/* hear.h - a replay as its files share it, and what it hears of the policies. */
#ifndef NEAP_LOOP_HEAR_H
#define NEAP_LOOP_HEAR_H

#include "answers.h"
#include "coming.h"
#include "likely.h"
#include "replay.h"
#include "tape.h"

/* A policy of the run whose answers are taken. */
typedef struct seat {
    answers answers;
    struct seat *next;
} seat;

struct replay {
    tape *tape;
    neap_replay opt;
    coming coming;
    likely likely;
    neap_event head, first_policy; /* to be told when the run begins */
    seat *seats;
    neap_replay_state state;
    neap_stats told; /* by the last STATS */
    bool failed;     /* there is no going on */
    char difference[400];
};

/* Tells the user of a recorded event. */
void neap_hear_tell(void *user, const neap_event *e);

/* The tap of the core: what the policy in charge answers is compared, unless its
 * answers are taken. */
void neap_hear(void *user, const neap_event *e);

/* The event before has been done again: what was recorded of its answers must have been
 * heard. */
void neap_hear_rest(neap_runtime *rt);

/* An answer that is taken cannot be given. */
void neap_hear_unfit(void *user, const neap_event *recorded);

#endif
