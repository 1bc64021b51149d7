/* user.c - a program outside neap: runs one task and says how it ended: user [GUARD] */
#include <neap/facts.h>
#include <neap/limits.h>
#include <neap/meter.h>
#include <neap/neap.h>
#include <neap/sim.h>
#include <neap/trace.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    const char *const words[] = {"sh", "-c", "exit 7", NULL};
    neap_options options = {.size = sizeof options};
    neap_job job = {.size = sizeof job, .argv = words};
    neap_runtime *rt = NULL;
    neap_how how = NEAP_HOW_LOST;
    neap_id id;
    int code = -1, r;

    options.guard = argc > 1 ? argv[1] : NULL;
    r = neap_new(&rt, &options);
    if (r == 0)
        r = neap_spawn(rt, &job, &id);
    if (r == 0)
        r = neap_wait(rt, id, &how, &code);
    if (r < 0)
        fprintf(stderr, "user: %s\n", neap_last_error());
    else
        printf("neap %s: %s %d\n", neap_version(), neap_how_name(how), code);
    neap_free(rt);
    return r < 0;
}
