/* taken_name.c - a plug-in that has the name of a policy of neap's. */
#include <neap/plugin.h>

NEAP_POLICY(taken) = {.name = "fair"};
NEAP_PLUGIN(taken);
