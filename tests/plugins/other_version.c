/* other_version.c - a policy for another version of the interface. */
#include <neap/plugin.h>

extern NEAP_API const unsigned neap_plugin[];
const unsigned neap_plugin[] = {NEAP_POLICY_ABI + 6};
