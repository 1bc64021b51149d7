/* plugin.c - policies in shared objects: found, checked, given their verbs.
 *
 * The verbs are handed over in a table and not left to the linker: the program exports
 * nothing, the Lua module is loaded where nobody else sees its symbols, and a host may
 * have another copy of neap in it.
 */
#define NEAP_PLUGIN_HOST
#include "runtime.h"
#include <dlfcn.h>
#include <neap/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const neap_verbs verbs = {
    .timer_set = neap_timer_set,
    .timer_cancel = neap_timer_cancel,
    .resched = neap_resched,
    .count = neap_count,
    .slow = neap_slow,
    .log = neap_log,
    .random = neap_random,
    .on_cpu = neap_on_cpu,
    .fail = neap_fail,
    .give_up = neap_give_up,
    .param_ns = neap_param_ns,
    .param_int = neap_param_int,
    .heap_init = neap_heap_init,
    .heap_push = neap_heap_push,
    .heap_push_front = neap_heap_push_front,
    .heap_remove = neap_heap_remove,
    .heap_rekey = neap_heap_rekey,
    .heap_take = neap_heap_take,
    .heap_before = neap_heap_before,
};

struct neap_policy_file {
    void *object;
    const neap_policy *policy;
};

/* To open a fifo would wait for somebody. */
static int check_file(const char *path)
{
    struct stat s;

    if (stat(path, &s) != 0)
        return neap_error(errno, "cannot read policy file %.300s: %s", path,
                          strerror(errno));
    if (!S_ISREG(s.st_mode))
        return neap_error(NEAP_EINVAL,
                          "cannot read policy file %.300s: not a regular file", path);
    return 0;
}

static int open_object(const char *path, void **object)
{
    const char *why;

    *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (*object)
        return 0;
    why = dlerror();
    return neap_error(NEAP_EPOLICY, "cannot load policy file %.300s: %.600s%s", path,
                      why,
                      strstr(why, ": undefined symbol: neap_")
                          ? " (a plug-in includes <neap/plugin.h>)"
                          : "");
}

/* Two copies of neap in a process: the verbs of one are not for the tasks of the
 * other. */
static int hand_over(const neap_plugin_entry *e, const char *path)
{
    const neap_verbs *none = NULL;

    if (__atomic_compare_exchange_n(e->verbs, &none, &verbs, 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE) ||
        none == &verbs)
        return 0;
    return neap_error(NEAP_ESTATE,
                      "policy file %.300s is in use by another copy of neap in this "
                      "process",
                      path);
}

static int check_entry(const neap_plugin_entry *e, const char *path)
{
    const neap_policy *p;

    if (!e)
        return neap_error(NEAP_EPOLICY,
                          "%.300s is not a policy: it has no symbol neap_plugin "
                          "(NEAP_PLUGIN of <neap/plugin.h>)",
                          path);
    if (e->abi != NEAP_POLICY_ABI)
        return neap_error(NEAP_EPOLICY,
                          "policy file %.300s is made for version %u of the interface, "
                          "this neap has %d: compile it with the headers of neap %s",
                          path, e->abi, NEAP_POLICY_ABI, neap_version());
    p = e->policy;
    if (!p || !p->name || !p->name[0] || !e->verbs)
        return neap_error(NEAP_EPOLICY, "%.300s is not a policy: its table has no name",
                          path);
    if (neap_policy_find(p->name))
        return neap_error(NEAP_EPOLICY,
                          "policy file %.300s: neap has a policy \"%.60s\" of its own: "
                          "choose another name",
                          path, p->name);
    return hand_over(e, path);
}

static int load(neap_policy_file *f, const char *path)
{
    const neap_plugin_entry *e;
    int r = check_file(path);

    if (r == 0)
        r = open_object(path, &f->object);
    if (r < 0)
        return r;
    e = dlsym(f->object, "neap_plugin");
    r = check_entry(e, path);
    if (r == 0)
        f->policy = e->policy;
    else
        dlclose(f->object);
    return r;
}

int neap_policy_file_open(neap_policy_file **out, const char *path)
{
    size_t room = strlen(path) + 3;
    neap_policy_file *f = calloc(1, sizeof *f);
    char *seen = malloc(room);
    int r = f && seen ? 0 : neap_error(NEAP_EMEMORY, NULL);

    if (r == 0) { /* without a / dlopen would look among the system's libraries */
        snprintf(seen, room, "%s%s", strchr(path, '/') ? "" : "./", path);
        r = load(f, seen);
    }
    free(seen);
    if (r == 0)
        *out = f;
    else
        free(f);
    return r;
}

const neap_policy *neap_policy_file_table(const neap_policy_file *file)
{
    return file->policy;
}

void neap_policy_file_close(neap_policy_file *file)
{
    if (!file)
        return;
    dlclose(file->object);
    free(file);
}
