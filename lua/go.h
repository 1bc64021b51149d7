/* go.h - a coroutine of rt:go(), as the two files of them see it: go.c has its life,
 * go_handle.c what scripts do with it.
 */
#ifndef NEAP_GO_H
#define NEAP_GO_H

#include "neap_lua.h"

enum { NEAP_GO_MAGIC = 0x6e676f21 };

/* User values. */
enum { NEAP_GO_RUNTIME = 1, NEAP_GO_THREAD, NEAP_GO_RESULTS, NEAP_GO_MESSAGE };

enum neap_go_state {
    NEAP_GO_ASLEEP, /* a timer resumes it */
    NEAP_GO_WAITING,
    NEAP_GO_RUNNING,
    NEAP_GO_ENDING, /* its to-be-closed variables are closed */
    NEAP_GO_DONE
};

struct neap_go {
    uint32_t magic;
    enum neap_go_state state;
    struct neap_script *script; /* NULL: done */
    lua_State *co;
    neap_timer timer;       /* 0: none */
    lua_CFunction then;     /* goes on where it waits */
    struct neap_go **queue; /* of those that wait for the same, or NULL */
    struct neap_go *behind; /* the next in it */
    struct neap_go *waiters;
    struct neap_go *older, *younger;
};

/* go.c. Ends it with this message, where it sleeps or waits. */
void neap_go_end(lua_State *L, struct neap_go *g, const char *reason);
/* Lets it stand in the queue. */
void neap_go_stand_in(struct neap_go *g, struct neap_go **queue);
/* A timer's function: resumes its user. */
void neap_go_on_timer(void *user, neap_runtime *rt, neap_timer id);

/* go_handle.c */
void neap_go_push_metatable(lua_State *L);

#endif
