/* record.h - the runtime's side of the record (../guard/book.h).
 *
 * What is to be stopped is put first, so that after the death of both the runtime and
 * its guard the record names everything that may be held. Nothing here blocks, and but
 * for the opening and growing nothing is more than a write to memory.
 */
#ifndef NEAP_RECORD_H
#define NEAP_RECORD_H

#include "os.h"

typedef struct neap_record neap_record;

/* Where it is. HIDDEN: no directory could be made, or is safely ours: it has no name,
 * so the guard knows it but no later rescue. */
typedef enum { NEAP_RECORD_FILE, NEAP_RECORD_HIDDEN } neap_record_place;

/* Makes one in the first of these directories that can be ours alone (made 0700):
 * $XDG_RUNTIME_DIR/neap, /run/user/UID/neap, /tmp/neap-UID. `end`: what is to become of
 * the tasks: 1 end, 0 continue. */
int neap_record_open(neap_record **out, int end, neap_ns grace);
void neap_record_close(neap_record *r); /* and takes the file away. NULL is fine */
/* Lets go without taking it away: for the child of a fork. */
void neap_record_abandon(neap_record *r);

neap_record_place neap_record_where(const neap_record *r);
const char *neap_record_path(const neap_record *r); /* NULL: hidden */
int neap_record_fd(const neap_record *r);           /* close-on-exec */

void neap_record_set_guard(neap_record *r, pid_t guard);
/* The directory of the tasks' cgroups. -ENAMETOOLONG. */
int neap_record_set_cgroups(neap_record *r, const char *directory);

/* Below the guard; or one that we did not start: whatever happens, it is continued. */
typedef enum { NEAP_RECORD_OURS, NEAP_RECORD_ATTACHED } neap_record_whose;

/* Something that may be stopped: a group of `tag`'s tree, or (group 0) its cgroup, or
 * (group 0, ATTACHED) the one process. */
typedef struct neap_record_entry {
    uint64_t tag;
    neap_record_whose whose;
    pid_t pid;      /* of one of them; 0: unknown */
    uint64_t start; /* of that; 0: it is read */
    pid_t group, session;
    const char *cgroup; /* below the directory, at most 31 characters; NULL: none */
} neap_record_entry;

/* Its index, or -ENOSPC, -ENAMETOOLONG, -EFBIG. */
int neap_record_put(neap_record *r, const neap_record_entry *entry);
void neap_record_drop(neap_record *r, int index);    /* negative: nothing */
void neap_record_hold(neap_record *r, int index);    /* before it is stopped */
void neap_record_release(neap_record *r, int index); /* after it was continued */
bool neap_record_has_held(const neap_record *r);

/* We live. Returns how long ago it was said last. */
neap_ns neap_record_beat(neap_record *r, neap_ns now);

/* The directory number `i` of those above in which there may be records, NULL past the
 * last. */
const char *neap_record_directory(int i, char *out, size_t room);
/* One of them as a descriptor, if it is ours alone: nothing is followed that another
 * user may have put there. */
int neap_record_open_directory(const char *path);
/* record_linux.c: a file that has no name, close-on-exec. */
int neap_record_hide(void);
/* Makes the file `size` bytes long, and has the disk keep room for them: a write to a
 * mapping that finds it full would end us. 0 or a negative errno. */
int neap_record_take_blocks(int fd, size_t size);
void neap_record_read_boot(char *out, size_t room); /* which boot is this? */
/* Whose pids are these? Another pid namespace may share our directories. 0: unknown. */
uint64_t neap_record_world(void);

#endif
