/* fetch_bsd.c - what a sysctl gives, in memory of its own. */
#include "fetch.h"

#include <sys/types.h>

#include <errno.h>
#include <sys/mman.h>
#include <sys/sysctl.h>

enum { TRIES = 8, SPARE = 16 * 1024 };

/* 0, or the errno of the sysctl. */
static int fetch_into(int *mib, unsigned depth, neap_fetched *out)
{
    out->size = out->room;
    return sysctl(mib, depth, out->memory, &out->size, NULL, 0) == 0 ? 0 : errno;
}

bool neap_fetch(int *mib, unsigned depth, neap_fetched *out)
{
    int error = ENOMEM;

    for (int i = 0; i < TRIES && error == ENOMEM; i++) {
        size_t wanted = 0;

        if (sysctl(mib, depth, NULL, &wanted, NULL, 0) != 0)
            return false;
        out->room = wanted + wanted / 4 + SPARE;
        out->memory = mmap(NULL, out->room, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANON, -1, 0);
        if (out->memory == MAP_FAILED)
            return false;
        error = fetch_into(mib, depth, out);
        if (error)
            neap_fetched_free(out);
    }
    return error == 0;
}

void neap_fetched_free(const neap_fetched *fetched)
{
    munmap(fetched->memory, fetched->room);
}
