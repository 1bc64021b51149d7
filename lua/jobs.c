/* jobs.c - rt:spawn{}, rt:attach() and rt:task{}: tables become tasks.
 *
 * What the C structs point to lives in Lua values on the stack until the runtime has
 * copied it.
 */
#include "neap_lua.h"
#include <limits.h>
#include <neap/limits.h>
#include <stdio.h>
#include <string.h>

extern char **environ;

#define SPEC_KEYS                                                                      \
    "name", "priority", "weight", "estimate", "deadline", "period", "group", "data"

static const char *const task_keys[] = {SPEC_KEYS, NULL};
#define LIMIT_KEY(NAME, name) #name,
static const char *const job_keys[] = {
    SPEC_KEYS,    "cwd",     "env",         "clean_env",
    "stdin",      "stdout",  "stderr",      "output",
    "output_dir", "timeout", "may_be_late", NEAP_LIMITS(LIMIT_KEY) NULL,
};

static neap_ns time_of(lua_State *L, const char *name)
{
    return neap_option_get(L, 2, name) ? neap_option_duration(L, -1, name) : 0;
}

static lua_Integer number_of(lua_State *L, const char *name, lua_Integer least,
                             lua_Integer most, lua_Integer otherwise)
{
    return neap_option_get(L, 2, name) ? neap_option_integer(L, -1, name, least, most)
                                       : otherwise;
}

static const char *text_of(lua_State *L, const char *name)
{
    return neap_option_get(L, 2, name) ? neap_option_text(L, -1, name) : NULL;
}

static void read_spec(lua_State *L, neap_spec *spec)
{
    lua_Integer priority =
        number_of(L, "priority", NEAP_PRIORITY_MIN, NEAP_PRIORITY_MAX, -1);

    spec->size = sizeof *spec;
    spec->name = text_of(L, "name");
    spec->has_priority = priority >= 0;
    spec->priority = priority >= 0 ? (int)priority : 0;
    spec->weight = (int)number_of(L, "weight", NEAP_WEIGHT_MIN, NEAP_WEIGHT_MAX, 0);
    spec->estimate = time_of(L, "estimate");
    spec->deadline = time_of(L, "deadline");
    spec->period = time_of(L, "period");
    spec->group = (uint64_t)number_of(L, "group", 0, LUA_MAXINTEGER, 0);
}

static const char *const *read_argv(lua_State *L)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, 2);
    const char **argv;

    if (n == 0)
        luaL_error(L, "a job needs a program: { \"prog\", \"arg\", ... }");
    argv = lua_newuserdatauv(L, ((size_t)n + 1) * sizeof *argv, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 2, i);
        argv[i - 1] = neap_option_text(L, -1, i == 1 ? "program" : "argument");
        lua_pop(L, 1); /* the job's table keeps it */
    }
    argv[n] = NULL;
    return argv;
}

/* Is the variable that `entry` ("NAME=value") sets among those of the table at
 * `index`? */
static bool is_set_anew(lua_State *L, int index, const char *entry)
{
    const char *end = strchr(entry, '=');
    bool found;

    lua_pushlstring(L, entry, end ? (size_t)(end - entry) : strlen(entry));
    found = lua_rawget(L, index) != LUA_TNIL;
    lua_pop(L, 1);
    return found;
}

/* Appends "NAME=value" for the pair on top; the string stays in the table at
 * `strings`. */
static const char *env_entry(lua_State *L, int strings)
{
    const char *name, *value, *entry;

    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "env: a name must be a string, got a %s", luaL_typename(L, -2));
    name = neap_option_text(L, -2, "env");
    if (!name[0] || strchr(name, '='))
        luaL_error(L, "env: \"%s\" cannot be the name of a variable", name);
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "env: %s: expected a string, got a %s", name,
                   luaL_typename(L, -1));
    value = neap_option_text(L, -1, name);
    entry = lua_pushfstring(L, "%s=%s", name, value);
    lua_rawseti(L, strings, (lua_Integer)lua_rawlen(L, strings) + 1);
    return entry;
}

/* The environment that the job's variables are set in. */
static char **outer_env(lua_State *L, bool clean)
{
    static char *nothing[] = {NULL};

    if (neap_option_get(L, 2, "clean_env"))
        clean = neap_option_boolean(L, -1, "clean_env");
    return clean || !environ ? nothing : environ;
}

/* The outer environment with the job's variables set in it; NULL: the runtime's, as it
 * is. */
static const char *const *read_env(lua_State *L, bool clean)
{
    size_t n = 1;
    char **outer = outer_env(L, clean);
    const char **env;
    int table, strings;

    if (!neap_option_get(L, 2, "env")) {
        if (outer == environ)
            return NULL;
        lua_newtable(L);
    }
    table = lua_gettop(L);
    if (!lua_istable(L, table))
        luaL_error(L, "env: expected a table, got a %s", luaL_typename(L, table));
    for (char **e = outer; *e; e++)
        n++;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
        n++;
    env = lua_newuserdatauv(L, n * sizeof *env, 0);
    lua_newtable(L);
    strings = lua_gettop(L);
    n = 0;
    for (char **e = outer; *e; e++) {
        if (!is_set_anew(L, table, *e))
            env[n++] = *e;
    }
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
        env[n++] = env_entry(L, strings);
    env[n] = NULL;
    return env;
}

/* The descriptor that is on top: a number, or a file of the io library. */
static int descriptor(lua_State *L, const char *name)
{
    luaL_Stream *file = luaL_testudata(L, -1, LUA_FILEHANDLE);

    if (!file)
        return (int)neap_option_integer(L, -1, name, 0, INT_MAX);
    if (!file->closef)
        luaL_error(L, "%s: the file is closed", name);
    fflush(file->f); /* what was written before comes before */
    return fileno(file->f);
}

/* stdin, stdout, stderr, output and output_dir. */
static void read_streams(lua_State *L, neap_job *job, int fds[3])
{
    static const char *const streams[] = {"stdin", "stdout", "stderr"};
    static const char *const inputs[] = {"null", "inherit", NULL};
    static const char *const outputs[] = {"inherit", "null",  "tag",
                                          "group",   "files", NULL};

    for (int i = 0; i < 3; i++) {
        fds[i] = -1;
        if (!neap_option_get(L, 2, streams[i]))
            continue;
        if (i == 0 && lua_type(L, -1) == LUA_TSTRING)
            job->input = (neap_stdin)neap_option_enum(L, -1, "stdin", inputs);
        else
            fds[i] = descriptor(L, streams[i]);
    }
    job->descriptors = fds;
    if (neap_option_get(L, 2, "output"))
        job->output = (neap_output)neap_option_enum(L, -1, "output", outputs);
    job->output_dir = text_of(L, "output_dir");
}

/* Pushes a handle that the runtime keeps, with the data of the table at 2. */
static struct neap_handle *prepare(lua_State *L, struct neap_script *s)
{
    struct neap_handle *h = neap_handle_new(L, s);

    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 2);
    if (neap_option_get(L, 2, "data"))
        lua_setiuservalue(L, -2, 1);
    neap_script_anchor(L, s);
    lua_pushvalue(L, -2);
    h->ref = luaL_ref(L, -2);
    lua_pop(L, 1);
    return h;
}

/* What is to be the task's `user`. */
static void *user_of(struct neap_script *s, struct neap_handle *h)
{
    s->coming = s->guest ? h : NULL;
    return s->guest ? NULL : h;
}

/* Leaves the handle, which is on top, or nil, message, errno. */
static int finish(lua_State *L, struct neap_script *s, struct neap_handle *h, int rc,
                  neap_id id, enum neap_strictness how)
{
    neap_task *t = rc == 0 ? neap_find(s->rt, id) : NULL;

    if (s->guest && t && s->coming) { /* nobody has asked for it yet */
        neap_handle_push(L, s, t);
        lua_pop(L, 1);
    }
    s->coming = NULL;
    if (rc == 0) {
        h->id = id;
        h->task = t; /* NULL: it has ended already */
        neap_script_raise(L, s);
        return 1;
    }
    h->task = NULL;
    if (s->guest)
        neap_guest_forget(s, h);
    luaL_unref(s->keep, NEAP_KEEP_ANCHOR, h->ref);
    h->ref = LUA_NOREF;
    return neap_script_settle(L, s, rc, how);
}

static struct neap_script *check(lua_State *L, const char *what,
                                 const char *const *keys, enum neap_option_list list)
{
    struct neap_script *s = neap_script_open(L, 1);

    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    luaL_checkstack(L, 2 * LUA_MINSTACK, NULL); /* the values stay on the stack */
    neap_option_keys(L, 2, what, keys, list);
    return s;
}

int neap_jobs_task(lua_State *L)
{
    struct neap_script *s = check(L, "task key", task_keys, NEAP_NO_LIST);
    neap_spec spec = {.size = sizeof spec};
    struct neap_handle *h;
    neap_id id = 0;
    int rc;

    read_spec(L, &spec);
    h = prepare(L, s);
    spec.user = user_of(s, h);
    rc = neap_add(s->rt, &spec, &id);
    return finish(L, s, h, rc, id, NEAP_MISUSE_RAISES);
}

int neap_jobs_spawn(lua_State *L)
{
    struct neap_script *s = check(L, "job key", job_keys, NEAP_WITH_LIST);
    neap_job job = {.size = sizeof job};
    neap_limits limits = {.size = sizeof limits};
    int fds[3];
    struct neap_handle *h;
    neap_id id = 0;
    int rc;

    read_spec(L, &job.spec);
    job.argv = read_argv(L);
    job.env = read_env(L, s->clean_env);
    job.cwd = text_of(L, "cwd");
    read_streams(L, &job, fds);
    job.timeout = time_of(L, "timeout");
    job.may_be_late = neap_option_get(L, 2, "may_be_late") &&
                      neap_option_boolean(L, -1, "may_be_late");
    neap_option_limits(L, 2, &limits);
    job.limits = &limits;
    h = prepare(L, s);
    job.spec.user = user_of(s, h);
    rc = neap_spawn(s->rt, &job, &id);
    return finish(L, s, h, rc, id, NEAP_MISUSE_RAISES);
}

/* rt:attach(pid [, spec]). Which processes may be attached depends on the machine: so
 * no refusal raises. */
int neap_jobs_attach(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int pid = (int)neap_option_integer(L, 2, "pid", INT_MIN, INT_MAX);
    neap_spec spec = {.size = sizeof spec};
    struct neap_handle *h;
    neap_id id = 0;
    int rc;

    if (lua_isnoneornil(L, 3)) {
        lua_settop(L, 2);
        lua_newtable(L);
    }
    lua_remove(L, 2);
    check(L, "task key", task_keys, NEAP_NO_LIST);
    read_spec(L, &spec);
    h = prepare(L, s);
    spec.user = user_of(s, h);
    rc = neap_attach(s->rt, pid, &spec, &id);
    return finish(L, s, h, rc, id, NEAP_NONE_RAISES);
}
