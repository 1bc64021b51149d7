/* limits_text.c - limits by their names, from texts. */
#include "limits.h"
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define NAME(NAME, name) #name,
    NEAP_LIMITS(NAME)
#undef NAME
        NULL};

const char *neap_limits_name(size_t i)
{
    return i < NEAP_LIMIT_COUNT ? names[i] : NULL;
}

static int bad(const char *name, const char *value, const char *wanted)
{
    return neap_error(NEAP_EINVAL, "%s: \"%.40s\" is not %s", name, value, wanted);
}

/* A whole number; false: it is none, or does not fit. */
static bool whole(const char *text, int base, long long *out)
{
    size_t sign = *text == '-';
    char *end;

    errno = 0;
    *out = strtoll(text, &end, base);
    return text[sign] >= '0' && text[sign] <= '9' && *end == '\0' && errno == 0;
}

static int take_size(const char *name, const char *value, uint64_t *out)
{
    if (strcmp(value, "unlimited") == 0) {
        *out = NEAP_UNLIMITED;
        return 0;
    }
    if (neap_parse_size(value, out) == 0)
        return 0;
    return bad(name, value, "a size such as 512M or 2G, or unlimited");
}

static int take_count(const char *name, const char *value, uint64_t *out)
{
    long long n;

    if (strcmp(value, "unlimited") == 0) {
        *out = NEAP_UNLIMITED;
        return 0;
    }
    if (!whole(value, 10, &n) || n < 0)
        return bad(name, value, "a whole number, or unlimited");
    *out = (uint64_t)n;
    return 0;
}

static int take_int(const char *name, const char *value, int *out)
{
    long long n;

    if (!whole(value, 10, &n) || n < INT32_MIN || n > INT32_MAX)
        return bad(name, value, "a whole number");
    *out = (int)n;
    return 0;
}

static int take_positive(const char *name, const char *value, unsigned *out)
{
    int n, r = take_int(name, value, &n);

    *out = r == 0 && n > 0 ? (unsigned)n : 0;
    return r;
}

static int take_time(const char *name, const char *value, neap_ns *out)
{
    *out = NEAP_FOREVER;
    if (strcmp(value, "unlimited") == 0 || neap_parse_ns(value, out) == 0)
        return 0;
    return bad(name, value, "a duration such as 90s or 10ms");
}

/* Which of `among` begins `value`, up to its end or a ':'? `*rest` is what follows
 * that, or NULL. -1: none. */
static int word_of(const char *value, const char *const *among, const char **rest)
{
    size_t length = strcspn(value, ":");

    *rest = value[length] ? value + length + 1 : NULL;
    for (int i = 0; among[i]; i++) {
        if (strlen(among[i]) == length && strncmp(among[i], value, length) == 0)
            return i;
    }
    return -1;
}

static int take_ionice(neap_limits *l, const char *name, const char *value)
{
    static const char *const classes[] = {"realtime", "best-effort", "idle", NULL};
    const char *level;
    int word = word_of(value, classes, &level);
    long long n = 4;

    if (word < 0 || (level && (word == 2 || !whole(level, 10, &n) || n < 0 || n > 7)))
        return bad(name, value, "realtime:LEVEL, best-effort:LEVEL (0..7) or idle");
    l->io_class = (neap_io_class)(word + NEAP_IO_REALTIME);
    l->io_level = (int)n;
    return 0;
}

/* "2ms/10ms/10ms"; a deadline or a period left out is as long as what comes before
 * it. */
static bool take_periods(neap_limits *l, const char *text)
{
    neap_ns *const out[] = {&l->sched_runtime, &l->sched_deadline, &l->sched_period};
    char part[32];

    for (int i = 0; i < 3; i++) {
        size_t length = strcspn(text, "/");

        if (length >= sizeof part)
            return false;
        memcpy(part, text, length);
        part[length] = '\0';
        if (neap_parse_ns(part, out[i]) < 0)
            return false;
        text += length + (i < 2 && text[length] == '/');
    }
    return *text == '\0';
}

static int take_sched(neap_limits *l, const char *name, const char *value)
{
    static const char *const words[] = {"batch", "other",    "idle", "fifo",
                                        "rr",    "deadline", NULL};
    const char *rest;
    int word = word_of(value, words, &rest);
    bool realtime = word == NEAP_SCHED_FIFO || word == NEAP_SCHED_RR;
    bool good = word >= 0;
    long long n = 0;

    if (realtime)
        good = rest && whole(rest, 10, &n) && n >= -1 && n <= 1000;
    else if (word == NEAP_SCHED_DEADLINE)
        good = rest && take_periods(l, rest);
    else if (rest)
        good = false;
    if (!good)
        return bad(name, value,
                   "batch, other, idle, fifo:PRIORITY, rr:PRIORITY or "
                   "deadline:RUNTIME/DEADLINE/PERIOD");
    l->sched = (neap_sched)word;
    l->sched_priority = (int)n;
    return 0;
}

/* One of "3", "0-3"; what follows it, or NULL. */
static const char *take_cpus(neap_limits *l, const char *text)
{
    char *end;
    unsigned long from, to;

    if (*text < '0' || *text > '9')
        return NULL;
    from = to = strtoul(text, &end, 10);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        to = strtoul(end + 1, &end, 10);
    if (from > to || to >= NEAP_CPUS_MAX)
        return NULL;
    for (unsigned long cpu = from; cpu <= to; cpu++)
        l->cpus[cpu / 64] |= (uint64_t)1 << (cpu % 64);
    return end;
}

static int take_bind(neap_limits *l, const char *name, const char *value)
{
    const char *at = value;

    memset(l->cpus, 0, sizeof l->cpus);
    l->pin = strcmp(value, "pin") == 0;
    while (!l->pin) {
        at = take_cpus(l, at);
        if (!at || (*at && *at != ','))
            return bad(name, value, "a list of CPUs such as 0-3,8, or pin");
        if (*at++ == '\0')
            break;
    }
    return 0;
}

static int take_umask(neap_limits *l, const char *name, const char *value)
{
    long long n;

    if (!whole(value, 8, &n) || n < 0 || n > 0777)
        return bad(name, value, "an octal number from 000 to 777");
    l->umask = (unsigned)n;
    return 0;
}

static int take_flag(const char *name, const char *value, bool *out)
{
    *out = strcmp(value, "true") == 0;
    return *out || strcmp(value, "false") == 0 ? 0 : bad(name, value, "true or false");
}

/* "1.5": CPUs, in thousandths. */
static int take_cpu_max(neap_limits *l, const char *name, const char *value)
{
    double cpus;
    char *end;

    cpus = strtod(value, &end);
    if (*value < '0' || *value > '9' || *end || !(cpus <= 1024))
        return bad(name, value, "a number of CPUs such as 0.5 or 2");
    l->cpu_max = (unsigned)(cpus * 1000 + 0.5);
    return 0;
}

static int take(neap_limits *l, unsigned bit, const char *name, const char *value)
{
    switch (bit) {
    case NEAP_LIMIT_MEMORY:
        return take_size(name, value, &l->memory);
    case NEAP_LIMIT_ADDRESS_SPACE:
        return take_size(name, value, &l->address_space);
    case NEAP_LIMIT_CPU_TIME:
        return take_time(name, value, &l->cpu_time);
    case NEAP_LIMIT_FILE_SIZE:
        return take_size(name, value, &l->file_size);
    case NEAP_LIMIT_FILES:
        return take_count(name, value, &l->files);
    case NEAP_LIMIT_PROCESSES:
        return take_count(name, value, &l->processes);
    case NEAP_LIMIT_CORE:
        return take_size(name, value, &l->core);
    case NEAP_LIMIT_STACK:
        return take_size(name, value, &l->stack);
    case NEAP_LIMIT_NICE:
        return take_int(name, value, &l->nice);
    case NEAP_LIMIT_IONICE:
        return take_ionice(l, name, value);
    case NEAP_LIMIT_SCHED:
        return take_sched(l, name, value);
    case NEAP_LIMIT_BIND:
        return take_bind(l, name, value);
    case NEAP_LIMIT_UMASK:
        return take_umask(l, name, value);
    case NEAP_LIMIT_USER:
        l->user = value;
        return *value ? 0 : bad(name, value, "user, user:group or :group");
    case NEAP_LIMIT_NO_NEW_PRIVS:
        return take_flag(name, value, &l->no_new_privs);
    case NEAP_LIMIT_CPU_MAX:
        return take_cpu_max(l, name, value);
    case NEAP_LIMIT_CPU_WEIGHT:
        return take_positive(name, value, &l->cpu_weight);
    default:
        return take_positive(name, value, &l->io_weight);
    }
}

static int no_limit(const char *name)
{
    const char *near = neap_suggest(name, names);

    return neap_error(NEAP_ENOTFOUND, "unknown limit \"%.40s\"%s%s%s", name,
                      near ? " (did you mean \"" : "", near ? near : "",
                      near ? "\"?)" : "");
}

int neap_limits_set(neap_limits *l, const char *name, const char *value)
{
    neap_limits changed = *l;
    unsigned bit = 1;
    int r;

    for (size_t i = 0; names[i] && strcmp(names[i], name) != 0; i++)
        bit <<= 1;
    if (bit >> NEAP_LIMIT_COUNT)
        return no_limit(name);
    r = take(&changed, bit, name, value);
    changed.given = bit;
    if (r == 0)
        r = neap_limits_ranges(&changed);
    if (r < 0)
        return r;
    changed.given = l->given | bit;
    *l = changed;
    return 0;
}

void neap_limits_fill(neap_limits *l, const neap_limits *from)
{
    unsigned take = from->given & ~l->given;

#define TAKE(NAME, field)                                                              \
    if (take & NEAP_LIMIT_##NAME)                                                      \
    l->field = from->field
    TAKE(MEMORY, memory);
    TAKE(ADDRESS_SPACE, address_space);
    TAKE(CPU_TIME, cpu_time);
    TAKE(FILE_SIZE, file_size);
    TAKE(FILES, files);
    TAKE(PROCESSES, processes);
    TAKE(CORE, core);
    TAKE(STACK, stack);
    TAKE(NICE, nice);
    TAKE(IONICE, io_class);
    TAKE(IONICE, io_level);
    TAKE(SCHED, sched);
    TAKE(SCHED, sched_priority);
    TAKE(SCHED, sched_runtime);
    TAKE(SCHED, sched_deadline);
    TAKE(SCHED, sched_period);
    TAKE(BIND, pin);
    TAKE(UMASK, umask);
    TAKE(USER, user);
    TAKE(NO_NEW_PRIVS, no_new_privs);
    TAKE(CPU_MAX, cpu_max);
    TAKE(CPU_WEIGHT, cpu_weight);
    TAKE(IO_WEIGHT, io_weight);
#undef TAKE
    if (take & NEAP_LIMIT_BIND)
        memcpy(l->cpus, from->cpus, sizeof l->cpus);
    l->given |= take;
}
