/* terminal.c - what scripts ask about a descriptor that they write text to.
 *
 * Lua can neither see the width of a terminal nor whether a write would wait. Programs
 * that must not wait (the scheduler's own) ask before they write.
 */
#include "neap_lua.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int fd_arg(lua_State *L)
{
    return (int)neap_option_integer(L, 1, "descriptor", 0, INT32_MAX);
}

/* neap.terminal(fd): its columns (0: it does not know), and whether this process is in
 * its foreground; nil when it is no terminal. A terminal that is not the one we belong
 * to has no foreground of ours: it counts as ours. */
int neap_terminal_lua(lua_State *L)
{
    int fd = fd_arg(L);
    struct winsize size = {.ws_col = 0};
    pid_t foreground;

    if (!isatty(fd)) {
        lua_pushnil(L);
        return 1;
    }
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        size.ws_col = 0;
    foreground = tcgetpgrp(fd);
    lua_pushinteger(L, size.ws_col);
    lua_pushboolean(L, foreground < 0 || foreground == getpgrp());
    return 2;
}

/* neap.writable(fd [, time]): would a line go out without waiting, now or within
 * `time`? True where the write would fail at once, too: the error is the writer's to
 * see. */
int neap_writable_lua(lua_State *L)
{
    struct pollfd p = {.fd = fd_arg(L), .events = POLLOUT};
    neap_ns time = lua_isnoneornil(L, 2) ? 0 : neap_option_duration(L, 2, "time");
    neap_ns most = 3600 * NEAP_S;
    int ms = (int)((time < most ? time : most) / NEAP_MS);

    lua_pushboolean(L, poll(&p, 1, ms) != 0);
    return 1;
}
