/* wire.c - the message format between the runtime and its guard. */
#include "wire.h"

#include <string.h>

bool neap_wire_is_event(const neap_wire_head *head)
{
    return head->kind >= NEAP_WIRE_HELLO && head->kind <= NEAP_WIRE_REAPED &&
           head->size == sizeof(neap_wire_event);
}

bool neap_wire_is_request(const neap_wire_head *head)
{
    if (head->kind == NEAP_WIRE_SPAWN)
        return head->size > sizeof(neap_wire_spawn) && head->size <= NEAP_WIRE_BODY_MAX;
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

size_t neap_wire_spawn_size(const neap_wire_job *job)
{
    uint32_t count;

    return sizeof(neap_wire_spawn) + strlen(job->program) + 1 +
           (job->cwd ? strlen(job->cwd) : 0) + 1 + list_size(job->argv, &count) +
           list_size(job->env, &count);
}

static unsigned char *put(unsigned char *at, const char *text)
{
    size_t size = strlen(text) + 1;

    memcpy(at, text, size);
    return at + size;
}

void neap_wire_spawn_pack(const neap_wire_job *job, unsigned char *body)
{
    neap_wire_spawn fixed = {0};
    unsigned char *at = body + sizeof fixed;

    list_size(job->argv, &fixed.argc);
    list_size(job->env, &fixed.envc);
    if (job->inherit_stdin)
        fixed.flags |= NEAP_WIRE_INHERIT_STDIN;
    if (job->cpus) {
        fixed.flags |= NEAP_WIRE_HAS_CPUS;
        memcpy(fixed.cpus, job->cpus, sizeof fixed.cpus);
    }
    memcpy(body, &fixed, sizeof fixed);
    at = put(at, job->program);
    at = put(at, job->cwd ? job->cwd : "");
    for (uint32_t i = 0; i < fixed.argc; i++)
        at = put(at, job->argv[i]);
    for (uint32_t i = 0; i < fixed.envc; i++)
        at = put(at, job->env[i]);
}

size_t neap_wire_spawn_slots(const unsigned char *body, size_t size)
{
    neap_wire_spawn fixed;
    size_t strings = 0, wanted;

    memcpy(&fixed, body, sizeof fixed);
    wanted = (size_t)fixed.argc + fixed.envc + 2;
    if (fixed.argc == 0 || fixed.zero != 0 || body[size - 1] != '\0')
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

void neap_wire_spawn_unpack(unsigned char *body, char **slots, neap_wire_job *job)
{
    const neap_wire_spawn *fixed = (const neap_wire_spawn *)(void *)body;
    char **argv = slots + 1, **env = argv + fixed->argc + 1;
    char *at = (char *)body + sizeof *fixed;
    size_t program = strlen(at) + 1;

    job->program = at;
    job->cwd = at[program] ? at + program : NULL;
    at += program + strlen(at + program) + 1;
    at = point_at(at, argv, fixed->argc);
    point_at(at, env, fixed->envc);
    job->argv = argv;
    job->env = env;
    job->cpus = fixed->flags & NEAP_WIRE_HAS_CPUS ? fixed->cpus : NULL;
    job->inherit_stdin = fixed->flags & NEAP_WIRE_INHERIT_STDIN;
}
