/* rescue_portable.c - what a runtime left behind that died together with its guard.
 *
 * The kernel has continued the tasks' own groups then. A number in a record may be
 * another's by now, and nothing here tells: so what is named is continued, which does
 * no harm to a stranger, and never ended.
 */
#include "rescue.h"

#include "guard/book.h"
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct rescue {
    neap_os_rescue_mode mode;
    neap_os_rescue_fn *fn;
    void *user;
    int count;
};

static bool lives(pid_t pid)
{
    return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

static bool is_left(const neap_book_entry *e)
{
    return (atomic_load(&e->flags) & NEAP_BOOK_USED) && e->group > 1 &&
           kill(-e->group, 0) == 0 && e->session > 1 &&
           (getsid(e->group) == e->session || errno == ESRCH);
}

static void see_to(struct rescue *r, const neap_book *book, const neap_book_entry *e)
{
    const neap_os_left left = {.task = e->tag,
                               .pid = e->pid > 0 ? e->pid : e->group,
                               .runtime = book->head.runtime.pid,
                               .command = "?"};

    r->count++;
    if (r->fn)
        r->fn(r->user, &left);
    if (r->mode != NEAP_OS_RESCUE_LIST)
        kill(-e->group, SIGCONT);
}

static bool is_abandoned(const neap_book_head *head)
{
    return memcmp(head->magic, NEAP_BOOK_MAGIC, sizeof head->magic) == 0 &&
           head->version == NEAP_BOOK_VERSION &&
           head->entry_size == sizeof(neap_book_entry) && !lives(head->runtime.pid) &&
           !lives(head->guard.pid);
}

static void read_record(struct rescue *r, int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const neap_book *book;
    size_t room;
    struct stat s;
    void *map = MAP_FAILED;

    if (fd < 0)
        return;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid() &&
        s.st_size >= (off_t)sizeof(neap_book))
        map = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return;
    book = map;
    room = ((size_t)s.st_size - NEAP_BOOK_HEAD) / sizeof(neap_book_entry);
    if (is_abandoned(&book->head)) {
        for (size_t i = 0; i < room; i++)
            if (is_left(&book->entries[i]))
                see_to(r, book, &book->entries[i]);
        if (r->mode != NEAP_OS_RESCUE_LIST)
            unlinkat(dir, name, 0);
    }
    munmap(map, (size_t)s.st_size);
}

static void read_directory(struct rescue *r, const char *path)
{
    int fd = neap_record_open_directory(path);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (!dir)
        return;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            read_record(r, fd, entry->d_name);
    closedir(dir);
}

int neap_os_rescue(neap_os_rescue_mode mode, neap_ns grace, neap_os_rescue_fn *fn,
                   void *user)
{
    struct rescue r = {.mode = mode, .fn = fn, .user = user};
    char path[480];

    for (int i = 0; neap_record_directory(i, path, sizeof path); i++)
        if (*path)
            read_directory(&r, path);
    return r.count;
}
