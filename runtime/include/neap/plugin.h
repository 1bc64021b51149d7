/* plugin.h - a policy of one's own in a shared object: `neap run -p ./mine.so`.
 *
 * Include this in place of <neap/policy.h>, write the policy as it says there, and put
 * NEAP_PLUGIN(name) behind NEAP_POLICY(name), in one file of the object. Then
 *
 *   cc -shared -fPIC -o mine.so mine.c $(pkg-config --cflags neap)
 *
 * It links nothing of neap: the verbs of the context are handed over by whoever loads
 * it (the program, the Lua module or a host in C, neap_policy_file_open()), which is
 * why they are names of macros here. So the same file serves all of them, as long as
 * NEAP_POLICY_ABI is theirs: that is compared before anything else is read.
 *
 * A plug-in is trusted, as all C is. What it keeps outside c->state is one for all
 * runtimes of the process.
 */
#ifndef NEAP_PLUGIN_H
#define NEAP_PLUGIN_H

#include <neap/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The functions of policy.h, in its order and by its contracts. */
typedef struct neap_verbs {
    int (*timer_set)(neap_ctx *c, uint64_t id, neap_ns at);
    void (*timer_cancel)(neap_ctx *c, uint64_t id);
    void (*resched)(neap_ctx *c, int cpu);
    void (*count)(neap_ctx *c, const char *name);
    void (*slow)(neap_ctx *c, const char *text);
    void (*log)(neap_ctx *c, const char *text);
    uint64_t (*random)(neap_ctx *c);
    neap_task *(*on_cpu)(neap_ctx *c, int cpu);
    void (*fail)(neap_ctx *c, const char *message, const char *trace);
    void (*give_up)(neap_ctx *c, const char *message, const char *trace);
    int (*param_ns)(neap_ctx *c, const neap_params *p, const char *name,
                    neap_ns *value);
    int (*param_int)(neap_ctx *c, const neap_params *p, const char *name,
                     int64_t *value);
    int (*heap_init)(neap_ctx *c, neap_heap *h);
    void (*heap_push)(neap_heap *h, neap_task *t, int64_t key);
    void (*heap_push_front)(neap_heap *h, neap_task *t, int64_t key);
    void (*heap_remove)(neap_heap *h, neap_task *t);
    void (*heap_rekey)(neap_heap *h, neap_task *t, int64_t key);
    neap_task *(*heap_take)(neap_heap *h, int cpu);
    size_t (*heap_before)(const neap_heap *h, const neap_task *t);
} neap_verbs;

/* What the symbol neap_plugin names: the door of the object. */
typedef struct neap_plugin_entry {
    unsigned abi;              /* NEAP_POLICY_ABI, first and for ever */
    const neap_policy *policy; /* with a name that no policy of neap has */
    const neap_verbs **verbs;  /* where the loader writes, before any hook is called */
} neap_plugin_entry;

#ifndef NEAP_PLUGIN_HOST /* who loads plug-ins has the functions themselves */

/* Where the macros below look; NEAP_PLUGIN defines it. */
__attribute__((visibility("hidden"))) extern const neap_verbs *neap_plugin_verbs;

#define NEAP_PLUGIN(name)                                                              \
    const neap_verbs *neap_plugin_verbs;                                               \
    extern NEAP_API const neap_plugin_entry neap_plugin;                               \
    const neap_plugin_entry neap_plugin = {NEAP_POLICY_ABI, &neap_policy_##name,       \
                                           &neap_plugin_verbs}

#define neap_timer_set neap_plugin_verbs->timer_set
#define neap_timer_cancel neap_plugin_verbs->timer_cancel
#define neap_resched neap_plugin_verbs->resched
#define neap_count neap_plugin_verbs->count
#define neap_slow neap_plugin_verbs->slow
#define neap_log neap_plugin_verbs->log
#define neap_random neap_plugin_verbs->random
#define neap_on_cpu neap_plugin_verbs->on_cpu
#define neap_fail neap_plugin_verbs->fail
#define neap_give_up neap_plugin_verbs->give_up
#define neap_param_ns neap_plugin_verbs->param_ns
#define neap_param_int neap_plugin_verbs->param_int
#define neap_heap_init neap_plugin_verbs->heap_init
#define neap_heap_push neap_plugin_verbs->heap_push
#define neap_heap_push_front neap_plugin_verbs->heap_push_front
#define neap_heap_remove neap_plugin_verbs->heap_remove
#define neap_heap_rekey neap_plugin_verbs->heap_rekey
#define neap_heap_take neap_plugin_verbs->heap_take
#define neap_heap_before neap_plugin_verbs->heap_before

#endif

#ifdef __cplusplus
}
#endif

#endif
