/* signals.c - signals by name, as scripts say them: "INT", "SIGINT" or a number. */
#include "neap_lua.h"
#include <signal.h>
#include <string.h>

static const struct {
    const char *name;
    int number;
} signals[] = {
    {"HUP", SIGHUP},     {"INT", SIGINT},       {"QUIT", SIGQUIT}, {"ILL", SIGILL},
    {"TRAP", SIGTRAP},   {"ABRT", SIGABRT},     {"BUS", SIGBUS},   {"FPE", SIGFPE},
    {"KILL", SIGKILL},   {"USR1", SIGUSR1},     {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},
    {"PIPE", SIGPIPE},   {"ALRM", SIGALRM},     {"TERM", SIGTERM}, {"CHLD", SIGCHLD},
    {"CONT", SIGCONT},   {"STOP", SIGSTOP},     {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU},   {"URG", SIGURG},       {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},
    {"PROF", SIGPROF},   {"VTALRM", SIGVTALRM}, {"SYS", SIGSYS},
#ifdef SIGWINCH
    {"WINCH", SIGWINCH},
#endif
};
enum { SIGNALS = sizeof signals / sizeof signals[0], HIGHEST = 64 };

const char *neap_option_signal_name(int signo)
{
    for (int i = 0; i < SIGNALS; i++) {
        if (signals[i].number == signo)
            return signals[i].name;
    }
    return NULL;
}

int neap_option_signal(lua_State *L, int index)
{
    const char *names[SIGNALS + 1], *word;

    if (lua_type(L, index) == LUA_TNUMBER)
        return (int)neap_option_integer(L, index, "signal", 1, HIGHEST);
    word = neap_option_text(L, index, "signal");
    if (strncmp(word, "SIG", 3) == 0)
        word += 3;
    for (int i = 0; i < SIGNALS; i++) {
        if (strcmp(word, signals[i].name) == 0)
            return signals[i].number;
        names[i] = signals[i].name;
    }
    names[SIGNALS] = NULL;
    return luaL_error(L, "unknown signal \"%s\"%s", word,
                      neap_option_hint(L, word, names));
}
