/* outbox.c - what is not sent yet: bytes, and descriptors that go with some of them. */
#include "outbox.h"

#include "guard/line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 4096 };

/* Descriptors, and where in the stream they go. */
typedef struct neap_outbox_parcel {
    struct neap_outbox_parcel *next;
    uint64_t position;
    int fds[NEAP_OUTBOX_FDS];
    size_t count;
} parcel;

int neap_outbox_init(neap_outbox *box)
{
    *box = (neap_outbox){.socket = -1, .bytes = malloc(ROOM), .room = ROOM};
    box->last = &box->first;
    return box->bytes ? 0 : -ENOMEM;
}

static void parcel_free(parcel *p)
{
    while (p->count > 0)
        close(p->fds[--p->count]);
    free(p);
}

static void drop_first(neap_outbox *box)
{
    parcel *p = box->first;

    box->first = p->next;
    if (!box->first)
        box->last = &box->first;
    parcel_free(p);
}

void neap_outbox_fini(neap_outbox *box)
{
    while (box->first)
        drop_first(box);
    free(box->bytes);
    box->bytes = NULL;
}

void neap_outbox_turn(neap_outbox *box, int socket)
{
    while (box->first)
        drop_first(box);
    box->at = box->end = 0;
    box->broken = false;
    box->socket = socket;
}

unsigned char *neap_outbox_room(neap_outbox *box, size_t size)
{
    size_t used = box->end - box->at, room = box->room;
    unsigned char *larger;

    if (box->at > 0)
        memmove(box->bytes, box->bytes + box->at, used);
    box->at = 0;
    box->end = used;
    while (room - used < size)
        room *= 2;
    if (room > box->room) {
        larger = realloc(box->bytes, room);
        if (!larger)
            return NULL;
        box->bytes = larger;
        box->room = room;
    }
    return box->bytes + used;
}

int neap_outbox_attach(neap_outbox *box, const int *fds, size_t count)
{
    parcel *p = calloc(1, sizeof *p);

    if (!p)
        return -ENOMEM;
    p->position = box->sent + (box->end - box->at);
    for (size_t i = 0; i < count; i++) {
        int copy = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        int error = errno;

        if (copy >= 0)
            p->fds[p->count++] = copy;
        else if (fds[i] >= 0) {
            parcel_free(p);
            return -error;
        }
    }
    if (p->count == 0) {
        parcel_free(p);
        return 0;
    }
    *box->last = p;
    box->last = &p->next;
    return 0;
}

bool neap_outbox_is_full(const neap_outbox *box)
{
    return !box->broken && box->at < box->end;
}

static ssize_t send_some(const neap_outbox *box, size_t size, const parcel *with)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(NEAP_OUTBOX_FDS * sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {box->bytes + box->at, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (with) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(with->count * sizeof(int));
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(with->count * sizeof(int));
        memcpy(CMSG_DATA(&control.head), with->fds, with->count * sizeof(int));
    }
    return sendmsg(box->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* TOOMANYREFS: too many descriptors are under way, until the other side has read
 * some. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == ENOBUFS || error == ENOMEM ||
           error == ETOOMANYREFS;
}

/* One send: up to the next parcel, with the one that goes with its first byte. */
static ssize_t send_next(neap_outbox *box)
{
    const parcel *p = box->first;
    const parcel *with = p && p->position == box->sent ? p : NULL;
    const parcel *then = with ? with->next : p;
    size_t size = box->end - box->at;
    ssize_t n;

    if (then && then->position - box->sent < size)
        size = (size_t)(then->position - box->sent);
    n = send_some(box, size, with);
    if (n <= 0)
        return n;
    box->at += (size_t)n;
    box->sent += (uint64_t)n;
    if (with)
        drop_first(box);
    return n;
}

static int send_all(neap_outbox *box)
{
    while (neap_outbox_is_full(box)) {
        if (send_next(box) >= 0 || errno == EINTR)
            continue;
        if (is_passing(errno))
            return 0;
        box->broken = true;
    }
    return box->broken ? -EPIPE : 0;
}

/* Gives back what a large request took. */
static void shrink(neap_outbox *box)
{
    unsigned char *small;

    if (box->at < box->end)
        return;
    box->at = box->end = 0;
    if (box->room <= ROOM)
        return;
    small = realloc(box->bytes, ROOM);
    if (small) {
        box->bytes = small;
        box->room = ROOM;
    }
}

int neap_outbox_flush(neap_outbox *box)
{
    int error = send_all(box);

    box->gathers = false;
    shrink(box);
    return error;
}

int neap_outbox_put(neap_outbox *box, size_t size)
{
    box->end += size;
    if (box->gathers)
        return box->broken ? -EPIPE : 0;
    return neap_outbox_flush(box);
}

void neap_outbox_gather(neap_outbox *box)
{
    box->gathers = true;
}
