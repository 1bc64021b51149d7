/* pattern.h - what a search by one of Lua's patterns costs, found out by making it.
 *
 * The stock functions look for a match in one call that nothing can stop, and some
 * patterns take longer than there is time. So the very same search is made before, step
 * by step, and each is paid for with neap_budget_spend(): for itself, and for the stock
 * one that follows.
 */
#ifndef NEAP_PATTERN_H
#define NEAP_PATTERN_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#define NEAP_PATTERN_CAPTURES 32 /* as many as stock Lua takes */

struct neap_pattern {
    lua_State *L;
    const char *text, *text_end;
    const char *pattern, *pattern_end;
    lua_Integer steps; /* not paid yet */
    int depth, level;
    bool is_anchored;
    bool is_broken; /* the stock search ends here with an error */
    struct {
        const char *from;
        ptrdiff_t size;
    } capture[NEAP_PATTERN_CAPTURES];
};

enum neap_pattern_anchor {
    NEAP_ANCHOR, /* ^ at the beginning is one */
    NEAP_NO_ANCHOR
};

/* Both strings are at these indices, or upvalues, and stay there. */
void neap_pattern_open(struct neap_pattern *s, lua_State *L, int text, int pattern,
                       enum neap_pattern_anchor anchor);
/* The end of the match that begins at `at`, or NULL. Raises when the budget is over. */
const char *neap_pattern_match(struct neap_pattern *s, const char *at);
/* The first at `*at` or behind, where it then is; an anchored one only there. */
const char *neap_pattern_find(struct neap_pattern *s, const char **at);
/* Pays for what is left. Raises likewise. */
void neap_pattern_pay(struct neap_pattern *s);

#endif
