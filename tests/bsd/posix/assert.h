/* assert.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_ASSERT_H
#define NEAP_STUB_ASSERT_H

_Noreturn void stub_assert(const char *);
#define assert(what) ((what) ? (void)0 : stub_assert(#what))
#ifndef static_assert
#define static_assert _Static_assert
#endif

#endif
