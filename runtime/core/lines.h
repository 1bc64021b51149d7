/* lines.h - memory that begins with a cache line.
 *
 * Windows frees what is aligned in another way than the rest: runtime/windows/lines.c.
 */
#ifndef NEAP_CORE_LINES_H
#define NEAP_CORE_LINES_H

#include <stddef.h>

enum { LINE = 64 };

void *neap_lines_new(size_t size); /* NULL: no memory */
void neap_lines_free(void *lines); /* NULL is fine */

#endif
