/* text.c - the last error, and words for people: names, suggestions, durations. */
#include "text.h"
#include <ctype.h>
#include <neap/neap.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_error[1280];

int neap_error(int code, const char *format, ...)
{
    va_list args;

    if (!format) {
        snprintf(last_error, sizeof last_error, "%s", neap_strerror(code));
        return -code;
    }
    va_start(args, format);
    vsnprintf(last_error, sizeof last_error, format, args);
    va_end(args);
    return -code;
}

const char *neap_last_error(void)
{
    return last_error;
}

const char *neap_strerror(int error)
{
    switch (error < 0 ? -error : error) {
    case 0:
        return "no error";
#define SENTENCE(name, number, sentence)                                               \
    case name:                                                                         \
        return sentence;
        NEAP_ERRORS(SENTENCE)
#undef SENTENCE
    case EMFILE:
        return "too many open files (allow more: ulimit -n)";
    default:
        return strerror(error < 0 ? -error : error);
    }
}

const char *neap_version(void)
{
    return NEAP_VERSION;
}

const char *neap_state_name(neap_state state)
{
    static const char *const name[] = {"new",     "ready",  "starting", "running",
                                       "blocked", "paused", "ended"};

    return (unsigned)state < NEAP_STATES ? name[state] : "?";
}

const char *neap_how_name(neap_how how)
{
    static const char *const name[] = {"exit",  "signal",    "error", "timeout",
                                       "ended", "cancelled", "lost"};

    return (unsigned)how < NEAP_HOWS ? name[how] : "?";
}

const char *neap_why_name(neap_why why)
{
    static const char *const name[] = {"new",     "expired", "preempted", "woken",
                                       "yielded", "resumed", "changed",   "paused",
                                       "blocked", "ended",   "forced"};

    return (unsigned)why < NEAP_WHYS ? name[why] : "?";
}

const char *neap_source_name(neap_source source)
{
    static const char *const name[] = {"none", "cgroup", "perf", "clocks"};

    return (unsigned)source < NEAP_SOURCES ? name[source] : "?";
}

int neap_priority_weight(int priority)
{
    /* round(100 * 1.25^(priority - 5)) */
    static const short weight[] = {33, 41, 51, 64, 80, 100, 125, 156, 195, 244, 305};

    if (priority < NEAP_PRIORITY_MIN || priority > NEAP_PRIORITY_MAX)
        return 0;
    return weight[priority];
}

/* How many letters have to be added, dropped, changed or swapped with a neighbour to
 * make `a` into `b` (Damerau 1964, the restricted form). Words of 31 letters at most;
 * longer are far. */
static int distance(const char *a, const char *b)
{
    enum { LONGEST = 31 };
    int d[LONGEST + 1][LONGEST + 1];
    int n = (int)strlen(a), m = (int)strlen(b);

    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (int i = 0; i <= n; i++) {
        for (int j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            int best = d[i - 1][j - 1] + (tolower((unsigned char)a[i - 1]) !=
                                          tolower((unsigned char)b[j - 1]));

            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *neap_suggest(const char *word, const char *const *among)
{
    const char *nearest = NULL;
    int least = (int)strlen(word) / 3 + 2; /* one slip a short word, more a long one */

    for (; *among; among++) {
        int d = distance(word, *among);

        if (d < least) {
            least = d;
            nearest = *among;
        }
    }
    return nearest;
}

/* Reads digits and a fraction into units of `scale` ns, exactly to the nanosecond. */
static int scaled(const char *text, const char *end, neap_ns scale, neap_ns *out)
{
    neap_ns whole = 0, part = 0, unit = scale;

    for (; text < end && *text != '.'; text++) {
        if (whole > (INT64_MAX / scale - 9) / 10)
            return -NEAP_ERANGE;
        whole = whole * 10 + (*text - '0');
    }
    for (text++; text < end; text++) {
        part += unit * (*text - '0') / 10;
        unit /= 10;
    }
    *out = whole * scale + part;
    return 0;
}

int neap_parse_ns(const char *text, neap_ns *out)
{
    static const struct {
        const char *name;
        neap_ns scale;
    } unit[] = {
        {"", 1},       {"ns", 1},          {"us", NEAP_US},      {"ms", NEAP_MS},
        {"s", NEAP_S}, {"m", 60 * NEAP_S}, {"h", 3600 * NEAP_S}, {NULL, 0}};
    size_t digits = strspn(text, "0123456789");
    const char *end = text + digits;

    if (*end == '.' && digits && isdigit((unsigned char)end[1]))
        end += 1 + strspn(end + 1, "0123456789");
    if (digits) {
        for (int i = 0; unit[i].name; i++) {
            if (strcmp(end, unit[i].name) == 0) {
                if (scaled(text, end, unit[i].scale, out) == 0)
                    return 0;
                return neap_error(NEAP_ERANGE, "\"%.40s\" is longer than 292 years",
                                  text);
            }
        }
    }
    return neap_error(
        NEAP_EINVAL, "\"%.40s\" is not a duration: a number with ns, us, ms, s, m or h",
        text);
}
