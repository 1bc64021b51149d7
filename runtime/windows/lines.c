/* lines.c - memory that begins with a cache line, on Windows. */
#include "core/lines.h"
#include <malloc.h>

void *neap_lines_new(size_t size)
{
    return _aligned_malloc(size, LINE);
}

void neap_lines_free(void *lines)
{
    _aligned_free(lines);
}
