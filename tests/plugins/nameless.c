/* nameless.c - a plug-in whose table has no name. */
#include <neap/plugin.h>

NEAP_POLICY(nameless) = {.summary = "who?"};
NEAP_PLUGIN(nameless);
