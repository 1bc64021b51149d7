/* record.c - the runtime's side of the record that outlives it. */
#include "record.h"

#include "guard/book.h"
#include "guard/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_ROOM = 448, NAMES = 1000, NONE = -1 };

struct neap_record {
    neap_book *book;
    int fd;
    int first_free; /* of the dropped entries, each of which has the next in `pid` */
    uint32_t used;  /* entries that were ever used */
    char path[512]; /* "": hidden */
};

const char *neap_record_directory(int i, char *out, size_t room)
{
    const char *dir = getenv("XDG_RUNTIME_DIR");
    unsigned uid = (unsigned)geteuid();
    int n;

    if (i == 0)
        n = dir && *dir == '/' ? snprintf(out, room, "%s/neap", dir) : 0;
    else if (i == 1)
        n = snprintf(out, room, "/run/user/%u/neap", uid);
    else if (i == 2)
        n = snprintf(out, room, "/tmp/neap-%u", uid);
    else
        return NULL;
    if (n <= 0 || (size_t)n >= room)
        *out = '\0';
    return out;
}

static bool is_ours(const struct stat *s)
{
    return S_ISDIR(s->st_mode) && s->st_uid == geteuid() && (s->st_mode & 077) == 0;
}

int neap_record_open_directory(const char *path)
{
    struct stat s;
    int fd;

    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &s) == 0 && is_ours(&s))
        return fd;
    close(fd);
    return -EACCES;
}

static int make_file(neap_record *r, const char *directory)
{
    char name[32];
    int dir;

    if (!*directory || (mkdir(directory, 0700) != 0 && errno != EEXIST))
        return -ENOENT;
    dir = neap_record_open_directory(directory);
    if (dir < 0)
        return dir;
    errno = 0;
    for (int i = 0; i < NAMES && r->fd < 0 && (i == 0 || errno == EEXIST); i++) {
        snprintf(name, sizeof name, "%d.%d", (int)getpid(), i);
        r->fd =
            openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    close(dir);
    if (r->fd < 0)
        return -errno;
    snprintf(r->path, sizeof r->path, "%s/%s", directory, name);
    return 0;
}

static int make_any_file(neap_record *r)
{
    char directory[480];

    for (int i = 0; neap_record_directory(i, directory, sizeof directory); i++)
        if (make_file(r, directory) == 0)
            return 0;
    r->fd = neap_record_hide();
    return r->fd < 0 ? r->fd : 0;
}

static int make_room(neap_record *r, uint32_t entries)
{
    size_t size = NEAP_BOOK_HEAD + (size_t)entries * sizeof(neap_book_entry);
    struct rlimit limit;
    int error;

    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > (uint64_t)limit.rlim_cur)
        return -EFBIG;
    error = neap_record_take_blocks(r->fd, size);
    if (error == 0 && r->book)
        atomic_store(&r->book->head.room, entries);
    return error;
}

static neap_book_who who_is(pid_t pid)
{
    neap_proc p;

    return (neap_book_who){.pid = pid,
                           .start = neap_proc_read(pid, &p) == 0 ? p.start : 0};
}

static int begin(neap_record *r, int end, neap_ns grace)
{
    int error = make_any_file(r);
    neap_book_head *head;

    if (!error)
        error = make_room(r, FIRST_ROOM);
    if (error)
        return error;
    r->book = mmap(NULL, NEAP_BOOK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
    if (r->book == MAP_FAILED) {
        r->book = NULL;
        return -errno;
    }
    head = &r->book->head;
    head->version = NEAP_BOOK_VERSION;
    head->entry_size = sizeof(neap_book_entry);
    neap_record_read_boot(head->boot, sizeof head->boot);
    head->world = neap_record_world();
    head->runtime = who_is(getpid());
    head->on_death = end != 0;
    head->grace = grace;
    atomic_store(&head->room, FIRST_ROOM);
    atomic_store(&head->beat, neap_os_now());
    memcpy(head->magic, NEAP_BOOK_MAGIC, sizeof head->magic);
    return 0;
}

int neap_record_open(neap_record **out, int end, neap_ns grace)
{
    neap_record *r = calloc(1, sizeof *r);
    int error;

    if (!r)
        return -ENOMEM;
    r->fd = r->first_free = NONE;
    error = begin(r, end, grace);
    if (error) {
        neap_record_close(r);
        return error;
    }
    *out = r;
    return 0;
}

void neap_record_abandon(neap_record *r)
{
    if (!r)
        return;
    if (r->book)
        munmap(r->book, NEAP_BOOK_SIZE);
    if (r->fd >= 0)
        close(r->fd);
    free(r);
}

void neap_record_close(neap_record *r)
{
    if (r && *r->path)
        unlink(r->path);
    neap_record_abandon(r);
}

neap_record_place neap_record_where(const neap_record *r)
{
    return *r->path ? NEAP_RECORD_FILE : NEAP_RECORD_HIDDEN;
}

const char *neap_record_path(const neap_record *r)
{
    return *r->path ? r->path : NULL;
}

int neap_record_fd(const neap_record *r)
{
    return r->fd;
}

void neap_record_set_guard(neap_record *r, pid_t guard)
{
    r->book->head.guard = who_is(guard);
}

int neap_record_set_cgroups(neap_record *r, const char *directory)
{
    if (strlen(directory) >= sizeof r->book->head.cgroups)
        return -ENAMETOOLONG;
    strcpy(r->book->head.cgroups, directory);
    return 0;
}

/* Entries. */

static int take_free(neap_record *r)
{
    uint32_t room = atomic_load(&r->book->head.room);
    int index = r->first_free, error;

    if (index != NONE) {
        r->first_free = r->book->entries[index].pid;
        return index;
    }
    if (r->used == NEAP_BOOK_ENTRIES)
        return -ENOSPC;
    if (r->used == room) {
        room = room > NEAP_BOOK_ENTRIES / 2 ? NEAP_BOOK_ENTRIES : 2 * room;
        error = make_room(r, room);
        if (error)
            return error;
    }
    return (int)r->used++;
}

int neap_record_put(neap_record *r, const neap_record_entry *entry)
{
    neap_book_entry *e;
    int index;

    if (entry->cgroup && strlen(entry->cgroup) >= sizeof e->cgroup)
        return -ENAMETOOLONG;
    index = take_free(r);
    if (index < 0)
        return index;
    e = &r->book->entries[index];
    e->tag = entry->tag;
    e->pid = entry->pid;
    e->start = entry->start     ? entry->start
               : entry->pid > 0 ? who_is(entry->pid).start
                                : 0;
    e->group = entry->group;
    e->session = entry->session;
    strcpy(e->cgroup, entry->cgroup ? entry->cgroup : "");
    atomic_store(&e->flags, entry->whose == NEAP_RECORD_ATTACHED
                                ? NEAP_BOOK_USED | NEAP_BOOK_ATTACHED
                                : NEAP_BOOK_USED);
    return index;
}

void neap_record_drop(neap_record *r, int index)
{
    neap_book_entry *e;

    if (index < 0)
        return;
    neap_record_release(r, index);
    e = &r->book->entries[index];
    atomic_store(&e->flags, 0);
    e->pid = r->first_free;
    r->first_free = index;
}

void neap_record_hold(neap_record *r, int index)
{
    if (index >= 0 &&
        !(atomic_fetch_or(&r->book->entries[index].flags, NEAP_BOOK_HELD) &
          NEAP_BOOK_HELD))
        atomic_fetch_add(&r->book->head.held, 1);
}

void neap_record_release(neap_record *r, int index)
{
    if (index >= 0 &&
        atomic_fetch_and(&r->book->entries[index].flags, ~(uint32_t)NEAP_BOOK_HELD) &
            NEAP_BOOK_HELD)
        atomic_fetch_sub(&r->book->head.held, 1);
}

bool neap_record_has_held(const neap_record *r)
{
    return atomic_load(&r->book->head.held) > 0;
}

neap_ns neap_record_beat(neap_record *r, neap_ns now)
{
    return now - atomic_exchange(&r->book->head.beat, now);
}
