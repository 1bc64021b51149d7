/* trace.c - events to bytes and back. */
#include "trace.h"
#include <string.h>

enum { NUMBER_MAX = 10 }; /* bytes */

static const struct {
    const char *word, *fields;
} kinds[] = {
#define NEAP_EVENT_ROW(name, word, fields) {word, fields},
    NEAP_EVENTS(NEAP_EVENT_ROW)
#undef NEAP_EVENT_ROW
};

const char *neap_event_word(neap_event_kind kind)
{
    return kinds[kind].word;
}

const char *neap_event_fields(neap_event_kind kind)
{
    return kinds[kind].fields;
}

/* Fowler, Noll & Vo, FNV-1a, 1991. */
#define SUM_SEED UINT32_C(2166136261)
#define SUM_PRIME UINT32_C(16777619)

void neap_trace_begin(neap_trace_at *at)
{
    *at = (neap_trace_at){.sum = SUM_SEED};
}

void neap_trace_sum(neap_trace_at *at, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at->sum = (at->sum ^ bytes[i]) * SUM_PRIME;
}

bool neap_trace_is_checked(const neap_trace_at *at)
{
    return at->sum == SUM_SEED;
}

/* Writing. */

static uint8_t *put_number(uint8_t *to, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        *to++ = (uint8_t)(n | 0x80);
    *to++ = (uint8_t)n;
    return to;
}

static uint64_t zigzag(int64_t n)
{
    return (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0);
}

size_t neap_trace_bound(const neap_event *e)
{
    return 1 + strlen(kinds[e->kind].fields) * NUMBER_MAX + e->size;
}

size_t neap_trace_put(neap_trace_at *at, const neap_event *e, uint8_t *to)
{
    uint8_t *end = to;
    int number = 0;

    *end++ = (uint8_t)(e->kind + 1);
    for (const char *field = kinds[e->kind].fields; *field; field++) {
        switch (*field) {
        case '@':
            end = put_number(end,
                             zigzag((int64_t)((uint64_t)e->now - (uint64_t)at->now)));
            at->now = e->now;
            break;
        case '#':
            end = put_number(end, e->call - at->call);
            at->call = e->call;
            break;
        case 't':
            end = put_number(end, e->task);
            break;
        case 'i':
            end = put_number(end, zigzag(e->n[number++]));
            break;
        default:
            end = put_number(end, e->size);
            if (e->size)
                memcpy(end, e->text, e->size);
            end += e->size;
        }
    }
    neap_trace_sum(at, to, (size_t)(end - to));
    return (size_t)(end - to);
}

size_t neap_trace_put_check(neap_trace_at *at, uint8_t *to)
{
    to[0] = NEAP_TRACE_CHECK;
    for (int i = 0; i < 4; i++)
        to[i + 1] = (uint8_t)(at->sum >> 8 * i);
    at->sum = SUM_SEED;
    return NEAP_TRACE_CHECK_SIZE;
}

/* Reading. */

typedef struct source {
    const uint8_t *at, *end;
    neap_trace_found found;
} source;

static uint64_t get_number(source *s)
{
    uint64_t n = 0;

    for (int shift = 0; shift < 64; shift += 7) {
        if (s->at == s->end) {
            s->found = NEAP_TRACE_SHORT;
            return 0;
        }
        n |= (uint64_t)(*s->at & 0x7f) << shift;
        if (!(*s->at++ & 0x80))
            return n;
    }
    s->found = NEAP_TRACE_BAD;
    return 0;
}

static int64_t unzigzag(uint64_t n)
{
    return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

static void get_text(source *s, neap_event *e)
{
    uint64_t size = get_number(s);

    if (s->found != NEAP_TRACE_OK)
        return;
    if (size > NEAP_TRACE_TEXT_MAX) {
        s->found = NEAP_TRACE_BAD;
    } else if (size > (uint64_t)(s->end - s->at)) {
        s->found = NEAP_TRACE_SHORT;
    } else {
        e->text = (const char *)s->at;
        e->size = (size_t)size;
        s->at += size;
    }
}

static void get_fields(source *s, const neap_trace_at *at, neap_event *e)
{
    int number = 0;

    for (const char *field = kinds[e->kind].fields; *field && s->found == NEAP_TRACE_OK;
         field++) {
        switch (*field) {
        case '@': /* it may go round, but not over */
            e->now = (neap_ns)((uint64_t)at->now + (uint64_t)unzigzag(get_number(s)));
            break;
        case '#':
            e->call = at->call + get_number(s);
            break;
        case 't':
            e->task = get_number(s);
            break;
        case 'i':
            e->n[number++] = unzigzag(get_number(s));
            break;
        default:
            get_text(s, e);
        }
    }
}

/* Takes the checks at `s`. */
static void get_checks(source *s, neap_trace_at *at)
{
    while (s->at < s->end && *s->at == NEAP_TRACE_CHECK) {
        uint32_t sum = 0;

        if (s->end - s->at < NEAP_TRACE_CHECK_SIZE) {
            s->found = NEAP_TRACE_SHORT;
            return;
        }
        for (int i = 0; i < 4; i++)
            sum |= (uint32_t)s->at[i + 1] << 8 * i;
        if (sum != at->sum) {
            s->found = NEAP_TRACE_SUM;
            return;
        }
        at->sum = SUM_SEED;
        s->at += NEAP_TRACE_CHECK_SIZE;
    }
}

/* Passes over a record of a kind that a later neap has added: it says its size. */
static void skip(source *s, neap_trace_at *at)
{
    const uint8_t *record = s->at++;
    neap_event e;

    get_text(s, &e);
    if (s->found == NEAP_TRACE_OK)
        neap_trace_sum(at, record, (size_t)(s->at - record));
}

/* Takes the checks at `s`, and what is not known. */
static void get_to_record(source *s, neap_trace_at *at, size_t *used,
                          const uint8_t *from)
{
    do {
        get_checks(s, at);
        *used = (size_t)(s->at - from);
        if (s->found != NEAP_TRACE_OK || s->at == s->end || *s->at <= NEAP_EVENT_KINDS)
            return;
        skip(s, at);
    } while (s->found == NEAP_TRACE_OK);
}

neap_trace_found neap_trace_get(neap_trace_at *at, const uint8_t *from, size_t size,
                                neap_event *e, size_t *used)
{
    source s = {.at = from, .end = from + size};
    const uint8_t *record;

    get_to_record(&s, at, used, from);
    if (s.found != NEAP_TRACE_OK)
        return s.found;
    if (s.at == s.end)
        return NEAP_TRACE_SHORT;
    record = s.at++;
    if (*record == 0)
        return NEAP_TRACE_BAD;
    *e = (neap_event){.kind = (neap_event_kind)(*record - 1), .now = at->now};
    get_fields(&s, at, e);
    if (s.found != NEAP_TRACE_OK)
        return s.found;
    at->now = e->now;
    if (strchr(kinds[e->kind].fields, '#'))
        at->call = e->call;
    neap_trace_sum(at, record, (size_t)(s.at - record));
    *used = (size_t)(s.at - from);
    return NEAP_TRACE_OK;
}
