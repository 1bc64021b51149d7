/* lines.c - memory that begins with a cache line. */
#include "lines.h"
#include <stdlib.h>

void *neap_lines_new(size_t size)
{
    return aligned_alloc(LINE, (size + LINE - 1) / LINE * LINE);
}

void neap_lines_free(void *lines)
{
    free(lines);
}
