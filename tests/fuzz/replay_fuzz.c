/* replay_fuzz.c - recorded runs that nobody recorded: no file may crash, hang or fill
 * us.
 *
 * The input is a file's content. Its checksums are set right first, or nothing behind a
 * changed byte would ever be read; one input in eight stays as it is. Then it is done
 * again twice: with the recorded answers, and with policies in C that are asked.
 */
#define _GNU_SOURCE
#include "trace/trace.h"
#include <neap/trace.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the checksums that the records of `bytes` have. */
static void mend(uint8_t *bytes, size_t size)
{
    size_t at = strlen(NEAP_TRACE_MAGIC), used = 0;
    neap_trace_at from;
    neap_event e;

    neap_trace_begin(&from);
    while (at < size) {
        switch (neap_trace_get(&from, bytes + at, size - at, &e, &used)) {
        case NEAP_TRACE_OK:
            at += used;
            break;
        case NEAP_TRACE_SUM:
            at += used;
            for (size_t i = 0; i < 4; i++)
                bytes[at + 1 + i] = (uint8_t)(from.sum >> 8 * i);
            break;
        default:
            return;
        }
    }
}

static void replay(const char *path, neap_replay_mode mode)
{
    const neap_replay how = {.size = sizeof how, .mode = mode};
    const neap_options none = {.size = sizeof none};
    neap_replay_state state;
    neap_runtime *rt;
    neap_stats stats;

    if (neap_replay_new(&rt, path, &none, &how) < 0)
        return;
    neap_run(rt);
    neap_replay_get(rt, &state);
    neap_get_stats(rt, &stats);
    neap_free(rt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    char path[64];
    int fd = memfd_create("record", MFD_CLOEXEC);

    if (!bytes || fd < 0)
        abort();
    memcpy(bytes, data, size);
    if (size % 8)
        mend(bytes, size);
    if (write(fd, bytes, size) != (ssize_t)size)
        abort();
    free(bytes);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    replay(path, NEAP_REPLAY_TAKE);
    replay(path, NEAP_REPLAY_ASK);
    close(fd);
    return 0;
}
