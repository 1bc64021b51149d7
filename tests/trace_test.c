/* trace_test.c - the format of recorded runs: there and back, cut, damaged, told. */
#include "trace/trace.h"
#include <neap/trace.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t extreme[] = {0,         1,         -1,   63,        -64,      64,
                                  INT32_MAX, INT32_MIN, 1e15, INT64_MAX, INT64_MIN};
enum { EXTREMES = sizeof extreme / sizeof extreme[0] };

static char longest[NEAP_TRACE_TEXT_MAX];

/* An event of this kind with the `v`th extreme value in each of its fields. */
static neap_event extreme_event(neap_event_kind kind, int v, uint64_t call)
{
    neap_event e = {.kind = kind, .call = call};
    int number = 0;

    for (const char *f = neap_event_fields(kind); *f; f++) {
        if (*f == '@')
            e.now = extreme[v];
        else if (*f == 't')
            e.task = (uint64_t)extreme[v];
        else if (*f == 's' && v % 3)
            e.size = v % 3 == 1 ? 5 : sizeof longest;
        else if (*f == 'i') {
            e.n[number] = extreme[(v + number) % EXTREMES];
            number++;
        }
    }
    e.text = longest;
    return e;
}

static void assert_same(const neap_event *is, const neap_event *was)
{
    const char *fields = neap_event_fields(was->kind);

    assert_int_equal(is->kind, was->kind);
    if (strchr(fields, '@'))
        assert_int_equal(is->now, was->now);
    if (strchr(fields, '#'))
        assert_int_equal(is->call, was->call);
    assert_int_equal(is->task, was->task);
    assert_memory_equal(is->n, was->n, sizeof is->n);
    assert_int_equal(is->size, was->size);
    if (was->size)
        assert_memory_equal(is->text, was->text, was->size);
}

static void every_kind_comes_back_with_extreme_values(void **state)
{
    uint8_t *bytes = malloc(NEAP_TRACE_RECORD_MAX);
    neap_trace_at put, get;
    uint64_t call = 0;

    memset(longest, 0xff, sizeof longest);
    neap_trace_begin(&put);
    neap_trace_begin(&get);
    for (int kind = 0; kind < NEAP_EVENT_KINDS; kind++) {
        for (int v = 0; v < EXTREMES; v++) {
            neap_event was = extreme_event((neap_event_kind)kind, v, call), is;
            size_t size, used;

            call += v == 3 ? UINT64_MAX / 2 : 1;
            assert_true(neap_trace_bound(&was) <= NEAP_TRACE_RECORD_MAX);
            size = neap_trace_put(&put, &was, bytes);
            assert_true(size <= neap_trace_bound(&was));
            assert_int_equal(neap_trace_get(&get, bytes, size, &is, &used),
                             NEAP_TRACE_OK);
            assert_int_equal(used, size);
            assert_same(&is, &was);
            assert_int_equal(get.sum, put.sum);
        }
    }
    free(bytes);
}

/* A small run, as a file: the one of docs/TRACE.md. */

static char path[] = "/tmp/neap_trace_test.XXXXXX";

static size_t record_mill(uint8_t *to, size_t room)
{
    const neap_options o = {.size = sizeof o,
                            .clock = NEAP_CLOCK_VIRTUAL,
                            .cpus = 1,
                            .policy = "rr",
                            .record = path};
    const neap_spec spec = {.size = sizeof spec, .name = "mill"};
    neap_runtime *rt;
    neap_stats stats;
    neap_id mill;
    FILE *file;
    size_t size;

    assert_int_equal(neap_new(&rt, &o), 0);
    assert_int_equal(neap_add(rt, &spec, &mill), 0);
    assert_int_equal(neap_run_for(rt, 25 * NEAP_MS), 0);
    assert_int_equal(neap_task_finish(rt, mill, 3), 0);
    assert_int_equal(neap_run_for(rt, NEAP_MS), 0);
    neap_get_stats(rt, &stats);
    neap_free(rt);
    file = fopen(path, "rb");
    assert_non_null(file);
    size = fread(to, 1, room, file);
    fclose(file);
    assert_true(size < room);
    return size;
}

/* How a file was read. */
typedef struct reading {
    int records;
    neap_trace_found end;
    size_t left; /* bytes that are no record, or none yet */
    bool is_checked;
} reading;

static reading read_all(const uint8_t *bytes, size_t size)
{
    /* exactly as large as it may be read: ASan watches its end */
    uint8_t *copy = malloc(size ? size : 1);
    size_t from = 0, used = 0;
    reading r = {0};
    neap_trace_at at;
    neap_event e;

    memcpy(copy, bytes, size);
    neap_trace_begin(&at);
    do {
        r.end = neap_trace_get(&at, copy + from, size - from, &e, &used);
        r.records += r.end == NEAP_TRACE_OK;
        from += used;
        assert_true(from <= size);
    } while (r.end == NEAP_TRACE_OK);
    r.left = size - from;
    r.is_checked = neap_trace_is_checked(&at);
    free(copy);
    return r;
}

enum { LINE = sizeof NEAP_TRACE_MAGIC - 1, MILL_RECORDS = 10 };

static void what_is_cut_reads_to_its_last_whole_record(void **state)
{
    uint8_t bytes[200];
    size_t size = record_mill(bytes, sizeof bytes);
    int before = 0;

    for (size_t cut = 0; cut <= size - LINE; cut++) {
        reading r = read_all(bytes + LINE, cut);

        assert_int_equal(r.end, NEAP_TRACE_SHORT);
        assert_true(r.records == before || (r.records == before + 1 && r.left == 0));
        before = r.records;
    }
    assert_int_equal(before, MILL_RECORDS);
}

static void every_changed_byte_is_found(void **state)
{
    uint8_t bytes[200];
    size_t size = record_mill(bytes, sizeof bytes);

    for (size_t at = LINE; at < size; at++) {
        for (int change = 1; change < 256; change++) {
            reading r;

            bytes[at] = (uint8_t)(bytes[at] ^ change);
            r = read_all(bytes + LINE, size - LINE);
            assert_false(r.end == NEAP_TRACE_SHORT && r.left == 0 && r.is_checked);
            bytes[at] = (uint8_t)(bytes[at] ^ change);
        }
    }
}

static void kinds_of_a_later_neap_are_passed_over(void **state)
{
    const uint8_t later[] = {NEAP_EVENT_KINDS + 1, 3, 1, 2, 3, 254, 0};
    const neap_event decide = {.kind = NEAP_EV_DECIDE, .now = 7};
    uint8_t bytes[sizeof later + 20];
    neap_trace_at at;
    neap_event e;
    size_t size = sizeof later, used;

    memcpy(bytes, later, size);
    neap_trace_begin(&at);
    neap_trace_sum(&at, bytes, size);
    size += neap_trace_put(&at, &decide, bytes + size);
    size += neap_trace_put_check(&at, bytes + size);
    neap_trace_begin(&at);
    assert_int_equal(neap_trace_get(&at, bytes, size, &e, &used), NEAP_TRACE_OK);
    assert_same(&e, &decide);
    assert_int_equal(neap_trace_get(&at, bytes + used, size - used, &e, &used),
                     NEAP_TRACE_SHORT);
    assert_int_equal(used, NEAP_TRACE_CHECK_SIZE);
}

static void zeros_are_no_records(void **state)
{
    const uint8_t zeros[100] = {0};
    reading r = read_all(zeros, sizeof zeros);

    assert_int_equal(r.records, 0);
    assert_int_equal(r.end, NEAP_TRACE_BAD);
}

/* The page. */

static FILE *open_page(void)
{
    FILE *page = fopen("docs/TRACE.md", "r");

    assert_non_null(page);
    return page;
}

static void the_page_has_every_kind_and_no_other(void **state)
{
    FILE *page = open_page();
    char line[400], word[40], fields[40];
    int kind, found = 0;

    while (fgets(line, sizeof line, page)) {
        if (sscanf(line, "| %d | %39[^|] | `%39[^`]`", &kind, word, fields) != 3)
            continue;
        assert_int_equal(kind, ++found);
        assert_true(found <= NEAP_EVENT_KINDS);
        word[strlen(word) - 1] = '\0'; /* the blank before the bar */
        assert_string_equal(word, neap_event_word((neap_event_kind)(kind - 1)));
        assert_string_equal(fields, neap_event_fields((neap_event_kind)(kind - 1)));
    }
    fclose(page);
    assert_int_equal(found, NEAP_EVENT_KINDS);
}

/* The bytes of a line that begins with hex; 0: it does not. */
static size_t read_hex(const char *line, uint8_t *to)
{
    size_t size = 0;
    unsigned byte;
    int used;

    for (; sscanf(line, "%2x%n", &byte, &used) == 1 && used == 2; line += 3) {
        to[size++] = (uint8_t)byte;
        if (line[2] != ' ' || line[3] == ' ')
            break;
    }
    return size;
}

static void the_example_of_the_page_is_what_is_written(void **state)
{
    uint8_t said[400], written[200];
    size_t size = 0, real = record_mill(written, sizeof written);
    FILE *page = open_page();
    char line[400] = "";

    while (strcmp(line, "## An example\n") != 0)
        assert_non_null(fgets(line, sizeof line, page));
    while (strcmp(line, "```text\n") != 0)
        assert_non_null(fgets(line, sizeof line, page));
    while (fgets(line, sizeof line, page) && strcmp(line, "```\n") != 0)
        size += read_hex(line, said + size);
    fclose(page);
    assert_int_equal(size, real);
    assert_memory_equal(said, written, real);
}

static int make_path(void **state)
{
    int fd = mkstemp(path);

    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_with_extreme_values),
        cmocka_unit_test(what_is_cut_reads_to_its_last_whole_record),
        cmocka_unit_test(every_changed_byte_is_found),
        cmocka_unit_test(kinds_of_a_later_neap_are_passed_over),
        cmocka_unit_test(zeros_are_no_records),
        cmocka_unit_test(the_page_has_every_kind_and_no_other),
        cmocka_unit_test(the_example_of_the_page_is_what_is_written),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path);
}
