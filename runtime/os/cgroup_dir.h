/* cgroup_dir.h - what the files about cgroups share: the records, and small files. */
#ifndef NEAP_OS_CGROUP_DIR_H
#define NEAP_OS_CGROUP_DIR_H

#include "cgroup.h"

struct neap_os_cgroups {
    int dir; /* the base */
    char *path;
    const char *name;       /* the end of `path` */
    unsigned available, on; /* controllers */
    int last;               /* the number that was given last */
    neap_os_cgroup *newest; /* of all handles */
    neap_os_cgroup *pool;   /* empty, to be used again */
    size_t pooled;
    neap_os_cgroup *bare;                /* handles without a directory */
    neap_os_cgroup *aside, **last_aside; /* given back with somebody in them */
};

struct neap_os_cgroup {
    neap_os_cgroups *of;
    neap_os_cgroup *older; /* in the list of all */
    neap_os_cgroup *next;  /* in pool, bare or aside */
    int number;
    int stat, freeze, events; /* descriptors that are kept; negative: none */
    bool limited;             /* so not for the next one */
    bool frozen;              /* by us */
    neap_ns before;           /* what its account said when it was taken */
};

/* Reads `file` below `dir` into `out` as text. Returns its length. */
int neap_cgroup_read(int dir, const char *file, char *out, size_t room);
int neap_cgroup_write(int dir, const char *file, const char *value);

/* "t12/cgroup.procs" for the file `name` of `c`, from the base on. */
typedef struct neap_cgroup_name {
    char text[64];
} neap_cgroup_name;
neap_cgroup_name neap_cgroup_file(const neap_os_cgroup *c, const char *name);

/* Calls `fn` with each directory below `dir`, the deepest first: `parent` is the open
 * directory that holds `name`. Stops at the first that fails. */
typedef int neap_cgroup_fn(void *user, int parent, const char *name);
int neap_cgroup_walk(int dir, neap_cgroup_fn *fn, void *user);
void neap_cgroup_remove_empty(int dir); /* all that nobody is in, below `dir` */

/* The directories of runtimes (cgroup_base_linux.c), below our own cgroup. */

bool neap_cgroup_is_base(const char *name); /* "neap-12-1" */

/* Whoever moves or makes a process here must be allowed to write the list of the cgroup
 * that both sides have in common: our own. 0, or why not. */
int neap_cgroup_may_move(const char *own);

/* Makes one and returns it open; its path in `path`. While it is open, nobody sweeps
 * it. */
int neap_cgroup_make_base(const char *own, char *path, size_t room);

/* Removes what runtimes that are gone have left empty. */
void neap_cgroup_sweep(const char *own);

#endif
