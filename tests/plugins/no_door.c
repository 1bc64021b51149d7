/* no_door.c - a shared object with a policy in it, and no symbol neap_plugin. */
#include <neap/plugin.h>

NEAP_POLICY(no_door) = {.name = "no_door"};
