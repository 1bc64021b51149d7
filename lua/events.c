/* events.c - what the runtime tells a script: exits, switches, reports, signals.
 *
 * Handlers are kept in lists in the anchor. A list is never changed, only replaced, so
 * that a handler may add and remove handlers. An error in a handler stops the run; the
 * first one is kept and raised when the runtime's functions have returned
 * (neap_script_raise).
 */
#include "budget.h"
#include "host.h"
#include "neap_lua.h"
#include "queue.h"
#include <stdio.h>
#include <string.h>

const char *const neap_event_names[] = {"exit", "switch", "error", NULL};

#define ERROR_HANDLER "error" /* the hook in a report that no such handler gets */

struct event {
    struct neap_script *script;
    const neap_task *task, *from;
    const neap_report *report;
    neap_how how;
    int code; /* or cpu, or the signal */
};

int neap_events_traceback(lua_State *L)
{
    const char *message = lua_tostring(L, 1);

    if (message) /* other values are the raiser's business */
        luaL_traceback(L, L, message, 1);
    return 1;
}

/* The host runs the loop, and no function of the script's is there to raise it. */
static bool tell_host(struct neap_script *s)
{
    neap_report report = {.kind = NEAP_REPORT_SCRIPT};

    if (!s->guest || s->loops || !s->rt)
        return false;
    report.message = lua_tostring(s->L, -1);
    if (!report.message)
        report.message = "an error object was raised";
    report.hook = s->tells ? ERROR_HANDLER : NULL;
    neap_tell(s->rt, &report);
    return true;
}

static void keep_error(struct neap_script *s)
{
    if (tell_host(s)) {
        lua_pop(s->L, 1);
        return;
    }
    lua_xmove(s->L, s->keep, 1);
    if (s->failed)
        lua_pop(s->keep, 1);
    else
        lua_replace(s->keep, NEAP_KEEP_ERROR);
    s->failed = true;
    if (s->rt)
        neap_stop(s->rt);
}

void neap_events_protect(struct neap_script *s, lua_CFunction body, void *data)
{
    lua_State *L = s->L;
    int floor = lua_gettop(L);

    if (!lua_checkstack(L, LUA_MINSTACK))
        return; /* a callback lost for want of memory */
    lua_pushcfunction(L, neap_events_traceback);
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, data);
    s->calls++;
    if (lua_pcall(L, 1, 0, floor + 1) != LUA_OK)
        keep_error(s);
    s->calls--;
    lua_settop(L, floor);
}

/* Calls every handler of `event` with the `n` arguments on top. */
static int tell(lua_State *L, struct neap_script *s, enum neap_event event, int n)
{
    int first = lua_gettop(L) - n + 1, list;

    neap_script_anchor(L, s);
    lua_getfield(L, -1, neap_event_names[event]);
    list = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, list, i) == LUA_TFUNCTION; i++) {
        luaL_checkstack(L, n, NULL);
        for (int a = 0; a < n; a++)
            lua_pushvalue(L, first + a);
        lua_call(L, n, 0);
    }
    return 0;
}

static bool is_heard(const struct neap_script *s, enum neap_event event)
{
    return s->heard >> event & 1;
}

static int exit_body(lua_State *L)
{
    const struct event *e = lua_touserdata(L, 1);
    struct neap_handle *h;

    neap_handle_push(L, e->script, e->task);
    h = neap_handle_test(L, -1);
    h->how = e->how;
    h->code = e->code;
    lua_pushstring(L, neap_how_name(e->how));
    lua_pushinteger(L, e->code);
    return tell(L, e->script, NEAP_EVENT_EXIT, 3);
}

static void on_exit(void *user, neap_runtime *rt, neap_task *t, neap_how how, int code)
{
    struct event e = {.script = user, .task = t, .how = how, .code = code};
    struct neap_handle *h = neap_handle_of(e.script, t);

    if (!h && !e.script->guest) /* there was no memory for it */
        return;
    if (h) {
        h->how = how;
        h->code = code;
    }
    if (is_heard(e.script, NEAP_EVENT_EXIT))
        neap_events_protect(e.script, exit_body, &e);
    if (h)
        neap_go_task_ended(h);
}

static void push_task_or_nil(lua_State *L, struct neap_script *s, const neap_task *t)
{
    if (t)
        neap_handle_push(L, s, t);
    else
        lua_pushnil(L);
}

static int switch_body(lua_State *L)
{
    const struct event *e = lua_touserdata(L, 1);

    lua_pushinteger(L, e->code);
    push_task_or_nil(L, e->script, e->from);
    push_task_or_nil(L, e->script, e->task);
    return tell(L, e->script, NEAP_EVENT_SWITCH, 3);
}

void neap_events_switch(void *user, neap_runtime *rt, int cpu, neap_task *from,
                        neap_task *to)
{
    struct event e = {.script = user, .task = to, .from = from, .code = cpu};

    if (is_heard(e.script, NEAP_EVENT_SWITCH))
        neap_events_protect(e.script, switch_body, &e);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text); /* NULL is nil */
    lua_setfield(L, -2, name);
}

void neap_events_push_report(lua_State *L, const neap_report *r)
{
    static const char *const kinds[] = {"log",   "failure", "ejected", "task",
                                        "guard", "output",  "record",  "script"};

    lua_createtable(L, 0, 6);
    set_text(L, "kind", kinds[r->kind]);
    set_text(L, "policy", r->policy);
    set_text(L, "hook", r->hook);
    set_text(L, "message", r->message);
    set_text(L, "trace", r->trace);
    if (r->task) {
        lua_pushinteger(L, (lua_Integer)r->task);
        lua_setfield(L, -2, "task");
    }
}

static int report_body(lua_State *L)
{
    const struct event *e = lua_touserdata(L, 1);

    neap_events_push_report(L, e->report);
    return tell(L, e->script, NEAP_EVENT_ERROR, 1);
}

/* A message may hold what a terminal would obey. */
static void print_plain(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        fputc((c < ' ' && c != '\n' && c != '\t') || c == 127 ? '?' : c, stderr);
    }
}

static void print_report(const neap_report *r)
{
    fputs("neap: ", stderr);
    if (r->policy)
        fprintf(stderr, "policy %s: ", r->policy);
    if (r->hook)
        fprintf(stderr, "%s: ", r->hook);
    if (r->kind == NEAP_REPORT_EJECTED)
        fputs("ejected: ", stderr);
    if (r->task && !r->policy)
        fprintf(stderr, "task %llu: ", (unsigned long long)r->task);
    print_plain(r->message ? r->message : "failed");
    fputc('\n', stderr);
    if (r->trace && r->trace[0]) {
        print_plain(r->trace);
        fputc('\n', stderr);
    }
}

static void on_report(void *user, neap_runtime *rt, const neap_report *report)
{
    struct event e = {.script = user, .report = report};

    if (is_heard(e.script, NEAP_EVENT_ERROR))
        neap_events_protect(e.script, report_body, &e);
    else if (report->kind != NEAP_REPORT_LOG)
        print_report(report);
}

void neap_events_tell_script(struct neap_script *s, const neap_report *report)
{
    if (s->guest)
        neap_tell(s->rt, report);
    else
        on_report(s, s->rt, report);
}

/* What no handler hears is the host's to tell. */
static void on_guest_report(void *user, neap_runtime *rt, const neap_report *report)
{
    struct event e = {.script = user, .report = report};
    struct neap_script *s = user;
    bool own = report->kind == NEAP_REPORT_SCRIPT && report->hook &&
               strcmp(report->hook, ERROR_HANDLER) == 0;

    if (own || !is_heard(s, NEAP_EVENT_ERROR))
        return;
    s->tells = true;
    neap_events_protect(s, report_body, &e);
    s->tells = false;
}

static void on_turn(void *user, neap_runtime *rt)
{
    const struct neap_script *s = user;
    const struct neap_host *h = neap_policy_host(s);

    if (h && h->own)
        neap_budget_collect(h->own);
}

static void on_forget(void *user, neap_runtime *rt, neap_task *t)
{
    struct neap_script *s = user;
    struct neap_handle *h = neap_handle_of(s, t);

    if (!h)
        return;
    neap_queue_leave(h);
    h->task = NULL;
    if (s->guest)
        neap_guest_forget(s, h);
    luaL_unref(s->keep, NEAP_KEEP_ANCHOR, h->ref);
    h->ref = LUA_NOREF;
}

void neap_events_install(neap_options *o)
{
    o->on_exit = on_exit;
    o->on_switch = neap_events_switch;
    o->on_report = on_report;
    o->on_forget = on_forget;
    o->on_turn = on_turn;
}

void neap_events_listen(neap_listener *l)
{
    l->on_exit = on_exit;
    l->on_switch = neap_events_switch;
    l->on_report = on_guest_report;
    l->on_forget = on_forget;
    l->on_turn = on_turn;
}

/* Setting handlers. */

/* Pushes the anchor, the old list (or nil) and a new, empty one. */
static void push_lists(lua_State *L, struct neap_script *s, int event)
{
    neap_script_anchor(L, s);
    lua_getfield(L, -1, neap_event_names[event]);
    lua_newtable(L);
}

/* Puts the new list in place of the old one. */
static void replace_list(lua_State *L, struct neap_script *s, int event)
{
    unsigned bit = 1u << event;

    s->heard = lua_rawlen(L, -1) ? s->heard | bit : s->heard & ~bit;
    lua_setfield(L, -3, neap_event_names[event]);
}

int neap_events_on(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int event = neap_option_enum(L, 2, "event", neap_event_names);
    lua_Integer n = 0;

    luaL_checktype(L, 3, LUA_TFUNCTION);
    push_lists(L, s, event);
    if (lua_istable(L, -2)) {
        for (; lua_rawgeti(L, -2, n + 1) != LUA_TNIL; n++)
            lua_rawseti(L, -2, n + 1);
        lua_pop(L, 1);
    }
    lua_pushvalue(L, 3);
    lua_rawseti(L, -2, n + 1);
    replace_list(L, s, event);
    lua_settop(L, 3);
    return 1;
}

int neap_events_off(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int event = neap_option_enum(L, 2, "event", neap_event_names);
    lua_Integer left = 0;
    bool found = false;

    luaL_checktype(L, 3, LUA_TFUNCTION);
    push_lists(L, s, event);
    for (lua_Integer i = 1; lua_istable(L, -2); i++) {
        if (lua_rawgeti(L, -2, i) == LUA_TNIL) {
            lua_pop(L, 1);
            break;
        }
        if (!found && lua_rawequal(L, -1, 3)) {
            found = true;
            lua_pop(L, 1);
        } else {
            lua_rawseti(L, -2, ++left);
        }
    }
    replace_list(L, s, event);
    lua_pushboolean(L, found);
    return 1;
}

/* Signals of this process. */

static int signal_body(lua_State *L)
{
    const struct event *e = lua_touserdata(L, 1);

    neap_script_anchor(L, e->script);
    lua_getfield(L, -1, "signals");
    if (lua_rawgeti(L, -1, e->code) != LUA_TFUNCTION)
        return 0;
    lua_pushstring(L, neap_option_signal_name(e->code));
    lua_pushinteger(L, e->code);
    lua_call(L, 2, 0);
    return 0;
}

static void on_signal(void *user, neap_runtime *rt, int signo)
{
    struct event e = {.script = user, .code = signo};

    neap_events_protect(e.script, signal_body, &e);
}

int neap_events_on_signal(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int signo = neap_option_signal(L, 2), rc;
    bool set = !lua_isnil(L, 3);

    if (set)
        luaL_checktype(L, 3, LUA_TFUNCTION);
    rc = neap_on_signal(s->rt, signo, set ? on_signal : NULL, s);
    if (rc == 0) {
        neap_script_anchor(L, s);
        lua_getfield(L, -1, "signals");
        lua_pushvalue(L, 3);
        lua_rawseti(L, -2, signo);
    }
    return neap_script_settle(L, s, rc, NEAP_MISUSE_RAISES);
}
