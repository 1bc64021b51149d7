/* facts_portable.c - what a portable build does without. */
#include "facts.h"

#include <sys/utsname.h>

#define OTHER_BUILD "a build of neap for this system: without NEAP_PORTABLE"

void neap_os_facts_kernel(neap_facts *f)
{
    struct utsname name;

    uname(&name);
    neap_facts_add(f, "kernel", NEAP_FACT_OK, NULL, "%s %s", name.sysname,
                   name.release);
    neap_facts_add(f, "build", NEAP_FACT_DEGRADED, OTHER_BUILD,
                   "portable build: POSIX and libev only; a task is its process group");
}

void neap_os_facts_proc(neap_facts *f)
{
}

void neap_os_facts_trees(neap_facts *f)
{
    neap_facts_add(f, "actuators", NEAP_FACT_DEGRADED, OTHER_BUILD, "stop");
    neap_facts_add(f, "account", NEAP_FACT_DEGRADED, OTHER_BUILD,
                   "clocks: of the leading process; what its children have used is "
                   "known at its end");
}

void neap_os_facts_rank(neap_facts *f)
{
}

void neap_os_facts_limits(neap_facts *f)
{
}
