/* wire.c - the message format between the runtime and its guard. */
#include "wire.h"

#include <string.h>

bool neap_wire_is_event(const neap_wire_head *head)
{
    return head->kind >= NEAP_WIRE_HELLO && head->kind <= NEAP_WIRE_STUCK &&
           head->size == sizeof(neap_wire_event);
}

bool neap_wire_is_request(const neap_wire_head *head)
{
    if (head->kind == NEAP_WIRE_SPAWN)
        return head->size > sizeof(neap_wire_spawn) && head->size <= NEAP_WIRE_BODY_MAX;
    if (head->kind == NEAP_WIRE_ADOPT)
        return head->size == sizeof(neap_wire_adopt);
    if (head->kind == NEAP_WIRE_SIGNAL)
        return head->size == sizeof(neap_wire_signal);
    return head->kind > NEAP_WIRE_SPAWN && head->kind <= NEAP_WIRE_CLOSE &&
           head->size == 0;
}

static size_t list_size(char *const *list, uint32_t *count)
{
    size_t size = 0;

    for (*count = 0; list[*count]; (*count)++)
        size += strlen(list[*count]) + 1;
    return size;
}

static bool is_mark(const char *variable)
{
    return strncmp(variable, NEAP_WIRE_MARK, sizeof NEAP_WIRE_MARK - 1) == 0;
}

/* The same of the environment as it is to be. */
static size_t env_size(const neap_wire_job *job, uint32_t *count)
{
    size_t size = strlen(job->mark) + 1;

    *count = 1;
    for (char *const *at = job->env; *at; at++) {
        if (is_mark(*at))
            continue;
        size += strlen(*at) + 1;
        ++*count;
    }
    return size;
}

size_t neap_wire_spawn_size(const neap_wire_job *job)
{
    uint32_t count;

    return sizeof(neap_wire_spawn) + strlen(job->program) + 1 +
           (job->cwd ? strlen(job->cwd) : 0) + 1 +
           (job->cgroup ? strlen(job->cgroup) : 0) + 1 + list_size(job->argv, &count) +
           env_size(job, &count);
}

static unsigned char *put(unsigned char *at, const char *text)
{
    size_t size = strlen(text) + 1;

    memcpy(at, text, size);
    return at + size;
}

static uint32_t flags_of(const neap_wire_job *job)
{
    uint32_t flags = 0;

    flags |= job->inherit_stdin ? NEAP_WIRE_INHERIT_STDIN : 0;
    flags |= job->null_output ? NEAP_WIRE_NULL_OUTPUT : 0;
    flags |= job->goes ? NEAP_WIRE_GOES : 0;
    flags |= job->cpus ? NEAP_WIRE_HAS_CPUS : 0;
    for (int i = 0; i < NEAP_WIRE_FDS; i++)
        flags |= job->fds[i] >= 0 ? (uint32_t)NEAP_WIRE_HAS_FD << i : 0;
    return flags;
}

void neap_wire_spawn_pack(const neap_wire_job *job, unsigned char *body)
{
    neap_wire_spawn fixed = {.flags = flags_of(job)};
    unsigned char *at = body + sizeof fixed;

    list_size(job->argv, &fixed.argc);
    env_size(job, &fixed.envc);
    if (job->cpus)
        memcpy(fixed.cpus, job->cpus, sizeof fixed.cpus);
    if (job->limits) {
        fixed.flags |= NEAP_WIRE_HAS_LIMITS;
        fixed.limits = *job->limits;
    }
    memcpy(body, &fixed, sizeof fixed);
    at = put(at, job->program);
    at = put(at, job->cwd ? job->cwd : "");
    at = put(at, job->cgroup ? job->cgroup : "");
    for (uint32_t i = 0; i < fixed.argc; i++)
        at = put(at, job->argv[i]);
    at = put(at, job->mark);
    for (char *const *env = job->env; *env; env++)
        if (!is_mark(*env))
            at = put(at, *env);
}

size_t neap_wire_spawn_slots(const unsigned char *body, size_t size)
{
    neap_wire_spawn fixed;
    size_t strings = 0, wanted;

    memcpy(&fixed, body, sizeof fixed);
    wanted = (size_t)fixed.argc + fixed.envc + 3;
    if (fixed.argc == 0 || fixed.zero != 0 ||
        fixed.limits.n_groups > NEAP_WIRE_GROUPS_MAX || body[size - 1] != '\0')
        return 0;
    for (size_t i = sizeof fixed; i < size; i++)
        strings += body[i] == '\0';
    return strings == wanted ? wanted + 1 : 0;
}

/* Points `list` at `count` strings, ends it with NULL and returns what follows the
 * last. */
static char *point_at(char *at, char **list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        list[i] = at;
        at += strlen(at) + 1;
    }
    list[count] = NULL;
    return at;
}

/* The string at `*at`, NULL if it is empty; `*at` goes to what follows. */
static const char *take_string(char **at)
{
    const char *text = **at ? *at : NULL;

    *at += strlen(*at) + 1;
    return text;
}

int neap_wire_spawn_fds(const unsigned char *body)
{
    const neap_wire_spawn *fixed = (const neap_wire_spawn *)(const void *)body;
    int count = 0;

    for (int i = 0; i < NEAP_WIRE_FDS; i++)
        count += (fixed->flags >> i & NEAP_WIRE_HAS_FD) != 0;
    return count;
}

void neap_wire_spawn_unpack(unsigned char *body, char **slots, const int *fds,
                            neap_wire_job *job)
{
    const neap_wire_spawn *fixed = (const neap_wire_spawn *)(void *)body;
    char **argv = slots + 1, **env = argv + fixed->argc + 1;
    char *at = (char *)body + sizeof *fixed;

    job->program = at;
    take_string(&at);
    job->cwd = take_string(&at);
    job->cgroup = take_string(&at);
    at = point_at(at, argv, fixed->argc);
    point_at(at, env, fixed->envc);
    job->argv = argv;
    job->env = env;
    for (int i = 0; i < NEAP_WIRE_FDS; i++)
        job->fds[i] = fixed->flags >> i & NEAP_WIRE_HAS_FD ? *fds++ : -1;
    job->cpus = fixed->flags & NEAP_WIRE_HAS_CPUS ? fixed->cpus : NULL;
    job->limits = fixed->flags & NEAP_WIRE_HAS_LIMITS ? &fixed->limits : NULL;
    job->inherit_stdin = fixed->flags & NEAP_WIRE_INHERIT_STDIN;
    job->null_output = fixed->flags & NEAP_WIRE_NULL_OUTPUT;
    job->goes = fixed->flags & NEAP_WIRE_GOES;
}
