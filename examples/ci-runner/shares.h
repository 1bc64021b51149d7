/* shares.h - the runner's policy. */
#include <neap/policy.h>

extern const neap_policy neap_policy_shares;
extern int shares_cap_percent; /* of a CPU, for each group; before it takes over */
