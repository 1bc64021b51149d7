/* ignored.c - the module "neap.ignored": the signals that whoever started us had
 * ignored, as a mask. Signal 1 is the lowest bit.
 */
#include "neap_lua.h"
#include <signal.h>

enum { LAST = 64 };

int neap_ignored_lua(lua_State *L)
{
    lua_Unsigned mask = 0;
    struct sigaction now;

    for (int signo = 1; signo <= LAST; signo++)
        if (sigaction(signo, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
            mask |= (lua_Unsigned)1 << (signo - 1);
    lua_pushinteger(L, (lua_Integer)mask);
    return 1;
}
