/* facts.h - what this machine and this user allow: asked of the kernel, not guessed.
 *
 * What is looked at is tried: a counter is opened, a cgroup made and removed, a thread
 * of our own raised, a task started. Nothing of it stays. Takes some 200 ms, and needs
 * no runtime.
 */
#ifndef NEAP_FACTS_H
#define NEAP_FACTS_H

#include <neap/error.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    NEAP_FACT_OK,
    NEAP_FACT_DEGRADED, /* neap does with less, or in another way */
    NEAP_FACT_MISSING
} neap_fact_state;

typedef struct neap_fact {
    const char *name; /* a word of its own, which stays: "cgroup" */
    neap_fact_state state;
    bool needed; /* while it is missing, no process task can run here */
    const char *value;
    const char *remedy; /* what would make it better, or NULL */
} neap_fact;

typedef struct neap_facts neap_facts;

/* `guard`: the path of the guard program, as in neap_options; NULL: found as always.
 * -NEAP_EMEMORY. */
NEAP_API int neap_facts_new(neap_facts **out, const char *guard);

/* The i-th fact, or NULL past the last. Valid until neap_facts_free(). */
NEAP_API const neap_fact *neap_facts_at(const neap_facts *facts, size_t i);

/* Can neap run here at all? */
NEAP_API bool neap_facts_usable(const neap_facts *facts);

NEAP_API void neap_facts_free(neap_facts *facts); /* NULL is fine */

/* "ok", "degraded", "missing". Valid for ever. */
NEAP_API const char *neap_fact_state_name(neap_fact_state state);

#ifdef __cplusplus
}
#endif

#endif
