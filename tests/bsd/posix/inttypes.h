/* inttypes.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_INTTYPES_H
#define NEAP_STUB_INTTYPES_H

#include <stdint.h>

#define PRId64 "lld"
#define PRIu64 "llu"
#define PRIx64 "llx"
#define PRIu32 "u"
#define SCNu64 "llu"
#define SCNd64 "lld"
#define SCNxPTR "lx"

#endif
