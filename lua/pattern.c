/* pattern.c - a matcher of Lua's patterns that counts its steps.
 *
 * It goes the way of the stock one (lstrlib.c of Lua 5.4) exactly: the same order of
 * trials, the same depth. It finds no captures for anybody, and of a malformed pattern
 * it says nothing: there it stops, for the stock one to raise the error.
 */
#include "pattern.h"
#include "budget.h"
#include <ctype.h>
#include <string.h>

enum {
    STEPS_EACH = 2,     /* as long as an instruction, here and in the stock function */
    PAID_AT = 1000,     /* steps */
    SCANNED_EACH = 4,   /* characters of a pattern or a text that are walked over */
    COMPARED_EACH = 64, /* the same, compared as blocks */
    DEPTH_MAX = 200,    /* of the stock matcher, which then raises */
    OPEN = -1,          /* sizes of captures */
    POSITION = -2
};

void neap_pattern_open(struct neap_pattern *s, lua_State *L, int text, int pattern,
                       enum neap_pattern_anchor anchor)
{
    size_t size;

    s->L = L;
    s->text = lua_tolstring(L, text, &size);
    s->text_end = s->text + size;
    s->pattern = lua_tolstring(L, pattern, &size);
    s->pattern_end = s->pattern + size;
    s->steps = 0;
    s->is_broken = false;
    s->is_anchored = anchor == NEAP_ANCHOR && *s->pattern == '^';
    s->pattern += s->is_anchored;
}

void neap_pattern_pay(struct neap_pattern *s)
{
    lua_Integer steps = s->steps;

    s->steps = 0;
    neap_budget_spend(s->L, steps / STEPS_EACH + 1);
}

static void count(struct neap_pattern *s, ptrdiff_t steps)
{
    s->steps += steps;
    if (s->steps >= PAID_AT)
        neap_pattern_pay(s);
}

static const char *broken(struct neap_pattern *s)
{
    s->is_broken = true;
    return NULL;
}

/* The place behind the class or character at `p`; NULL: it has no end. */
static const char *behind_class(struct neap_pattern *s, const char *p)
{
    const char *from = p;

    if (*p == '%')
        return p + 1 < s->pattern_end ? p + 2 : broken(s);
    if (*p++ != '[')
        return p;
    if (*p == '^')
        p++;
    do {
        if (p >= s->pattern_end)
            return broken(s);
        if (*p++ == '%' && p < s->pattern_end)
            p++;
    } while (*p != ']');
    count(s, (p - from) / SCANNED_EACH);
    return p + 1;
}

static bool is_in_class(int c, int class)
{
    bool is;

    switch (tolower(class)) {
    case 'a':
        is = isalpha(c);
        break;
    case 'c':
        is = iscntrl(c);
        break;
    case 'd':
        is = isdigit(c);
        break;
    case 'g':
        is = isgraph(c);
        break;
    case 'l':
        is = islower(c);
        break;
    case 'p':
        is = ispunct(c);
        break;
    case 's':
        is = isspace(c);
        break;
    case 'u':
        is = isupper(c);
        break;
    case 'w':
        is = isalnum(c);
        break;
    case 'x':
        is = isxdigit(c);
        break;
    default:
        return class == c;
    }
    return isupper(class) ? !is : is;
}

static int byte(const char *at)
{
    return (unsigned char)*at;
}

/* Is `c` in the set from its `[` to its `]`? */
static bool is_in_set(struct neap_pattern *s, int c, const char *p, const char *end)
{
    const char *from = p;
    bool inside = false, negated = p[1] == '^';

    p += negated;
    while (!inside && ++p < end) {
        if (*p == '%') {
            p++;
            inside = is_in_class(c, byte(p));
        } else if (p[1] == '-' && p + 2 < end) {
            p += 2;
            inside = byte(p - 2) <= c && c <= byte(p);
        } else {
            inside = byte(p) == c;
        }
    }
    count(s, p - from);
    return inside != negated;
}

/* Does the character at `at` match the class from `p` to `end`? */
static bool fits(struct neap_pattern *s, const char *at, const char *p, const char *end)
{
    count(s, 1);
    if (at >= s->text_end)
        return false;
    switch (*p) {
    case '.':
        return true;
    case '%':
        return is_in_class(byte(at), byte(p + 1));
    case '[':
        return is_in_set(s, byte(at), p, end - 1);
    default:
        return *p == *at;
    }
}

static const char *match(struct neap_pattern *s, const char *at, const char *p);

static const char *most_first(struct neap_pattern *s, const char *at, const char *p,
                              const char *end)
{
    const char *found = NULL;
    ptrdiff_t n = 0;

    while (fits(s, at + n, p, end))
        n++;
    for (; n >= 0 && !found && !s->is_broken; n--)
        found = match(s, at + n, end + 1);
    return found;
}

static const char *least_first(struct neap_pattern *s, const char *at, const char *p,
                               const char *end)
{
    for (;;) {
        const char *found = match(s, at, end + 1);

        if (found || s->is_broken || !fits(s, at, p, end))
            return found;
        at++;
    }
}

/* %bxy, `p` at the x. */
static const char *balanced(struct neap_pattern *s, const char *at, const char *p)
{
    const char *from = at;
    int open = 1;

    if (p + 1 >= s->pattern_end)
        return broken(s);
    if (at >= s->text_end || *at != *p)
        return NULL;
    while (open > 0 && ++at < s->text_end) {
        if (*at == p[1])
            open--;
        else if (*at == p[0])
            open++;
    }
    count(s, (at - from) / SCANNED_EACH);
    return open == 0 ? at + 1 : NULL;
}

/* %1: what was captured, once more. */
static const char *captured(struct neap_pattern *s, const char *at, char digit)
{
    int i = digit - '1';
    ptrdiff_t size;

    if (i < 0 || i >= s->level || s->capture[i].size == OPEN)
        return broken(s);
    size = s->capture[i].size;
    if (size == POSITION || s->text_end - at < size)
        return NULL;
    count(s, size / COMPARED_EACH);
    return memcmp(s->capture[i].from, at, (size_t)size) == 0 ? at + size : NULL;
}

static const char *begin_capture(struct neap_pattern *s, const char *at, const char *p,
                                 ptrdiff_t size)
{
    const char *found;

    if (s->level >= NEAP_PATTERN_CAPTURES)
        return broken(s);
    s->capture[s->level].from = at;
    s->capture[s->level++].size = size;
    found = match(s, at, p);
    if (!found)
        s->level--;
    return found;
}

static const char *end_capture(struct neap_pattern *s, const char *at, const char *p)
{
    int i = s->level - 1;
    const char *found;

    while (i >= 0 && s->capture[i].size != OPEN)
        i--;
    if (i < 0)
        return broken(s);
    s->capture[i].size = at - s->capture[i].from;
    found = match(s, at, p);
    if (!found)
        s->capture[i].size = OPEN;
    return found;
}

/* %f[set], `p` at the set: the place behind it, where the text goes over into it. */
static const char *frontier(struct neap_pattern *s, const char *at, const char *p)
{
    int before = at == s->text ? 0 : byte(at - 1);
    const char *end;

    if (p >= s->pattern_end || *p != '[')
        return broken(s);
    end = behind_class(s, p);
    if (!end || is_in_set(s, before, p, end - 1) ||
        !is_in_set(s, at < s->text_end ? byte(at) : 0, p, end - 1))
        return NULL;
    return end;
}

/* One element of the pattern at *p, and all that stands behind it. Returns true when
 * *at and *p have moved on and what is there is next; else *at is the answer. */
static bool match_class(struct neap_pattern *s, const char **at, const char **p)
{
    const char *end = behind_class(s, *p), *element = *p, *from = *at;
    char how = end && end < s->pattern_end ? *end : '\0';
    bool does_fit = end && fits(s, from, element, end), may_lack;

    *at = NULL;
    if (!end)
        return false;
    *p = end + 1;
    if (!does_fit) {
        may_lack = how == '*' || how == '?' || how == '-';
        *at = may_lack ? from : NULL;
        return may_lack;
    }
    switch (how) {
    case '*':
    case '+':
        *at = most_first(s, from + (how == '+'), element, end);
        return false;
    case '-':
        *at = least_first(s, from, element, end);
        return false;
    case '?':
        *at = match(s, from + 1, end + 1);
        if (*at || s->is_broken)
            return false;
        *at = from;
        return true;
    default:
        *at = from + 1;
        *p = end;
        return true;
    }
}

/* An element that begins with %, b, f or a digit behind it. */
static bool match_special(struct neap_pattern *s, const char **at, const char **p)
{
    const char *element = *p + 2;

    switch ((*p)[1]) {
    case 'b':
        *at = balanced(s, *at, element);
        *p += 4;
        break;
    case 'f':
        element = frontier(s, *at, element);
        *at = element ? *at : NULL;
        *p = element;
        break;
    default:
        *at = captured(s, *at, (*p)[1]);
        *p += 2;
    }
    return *at != NULL;
}

static bool is_special(const struct neap_pattern *s, const char *p)
{
    char next = p + 1 < s->pattern_end ? p[1] : '\0';

    return *p == '%' && (next == 'b' || next == 'f' || (next >= '0' && next <= '9'));
}

static const char *walk(struct neap_pattern *s, const char *at, const char *p)
{
    bool goes_on = true;

    while (goes_on && p < s->pattern_end) {
        count(s, 1);
        if (*p == '(' && p + 1 < s->pattern_end && p[1] == ')')
            return begin_capture(s, at, p + 2, POSITION);
        if (*p == '(')
            return begin_capture(s, at, p + 1, OPEN);
        if (*p == ')')
            return end_capture(s, at, p + 1);
        if (*p == '$' && p + 1 == s->pattern_end)
            return at == s->text_end ? at : NULL;
        if (is_special(s, p))
            goes_on = match_special(s, &at, &p);
        else
            goes_on = match_class(s, &at, &p);
    }
    return at;
}

static const char *match(struct neap_pattern *s, const char *at, const char *p)
{
    const char *found;

    if (s->depth == 0 || s->is_broken)
        return broken(s);
    s->depth--;
    count(s, 1);
    found = walk(s, at, p);
    s->depth++;
    return found;
}

const char *neap_pattern_match(struct neap_pattern *s, const char *at)
{
    s->depth = DEPTH_MAX;
    s->level = 0;
    return match(s, at, s->pattern);
}

const char *neap_pattern_find(struct neap_pattern *s, const char **at)
{
    for (;; ++*at) {
        const char *end = neap_pattern_match(s, *at);

        if (end || s->is_anchored || s->is_broken || *at == s->text_end)
            return end;
    }
}
