/* embedded.h - the Lua sources inside the binaries; the build generates the table.
 *
 * Modules go by the name that require() knows ("neap", "neap.cli"), policies by their
 * path without the suffix ("policies/lottery").
 */
#ifndef NEAP_EMBEDDED_H
#define NEAP_EMBEDDED_H

#include <stddef.h>

struct neap_embedded {
    const char *name;
    const char *text;
    size_t size;
};

/* Sorted by name; a NULL name ends it. */
extern const struct neap_embedded neap_embedded[];

#endif
