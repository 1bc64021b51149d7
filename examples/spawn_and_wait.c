/* spawn_and_wait.c - starts two programs, waits for both, says how they ended.
 *
 *   cc spawn_and_wait.c $(pkg-config --cflags --libs neap)
 */
#include <neap/neap.h>
#include <stdio.h>

static int start(neap_runtime *rt, const char *name, const char *line, neap_id *id)
{
    const char *argv[] = {"sh", "-c", line, NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .spec = {.name = name}};

    return neap_spawn(rt, &job, id);
}

static int wait_for(neap_runtime *rt, const char *name, neap_id id)
{
    neap_how how;
    int code, r = neap_wait(rt, id, &how, &code);

    if (r == 0)
        printf("%s: %s %d\n", name, neap_how_name(how), code);
    return r;
}

int main(void)
{
    neap_options options = {.size = sizeof options, .policy = "fair"};
    neap_runtime *rt = NULL;
    neap_id slow, quick;
    int r = neap_new(&rt, &options);

    if (r == 0)
        r = start(rt, "slow", "sleep 0.2; exit 3", &slow);
    if (r == 0)
        r = start(rt, "quick", "echo hello from a task", &quick);
    if (r == 0)
        r = wait_for(rt, "slow", slow); /* the other one runs meanwhile */
    if (r == 0 && neap_find(rt, quick))
        r = wait_for(rt, "quick", quick);
    if (r < 0)
        fprintf(stderr, "spawn_and_wait: %s\n", neap_last_error());
    neap_free(rt);
    return r < 0;
}
