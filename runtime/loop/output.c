/* output.c - where what tasks write goes: descriptors at a start, and the collector.
 *
 * This process neither reads nor writes what tasks write. For tag and group the
 * collector does, which has the read ends of their pipes; we have the write ends from
 * just before a task is spawned until the guard has copies.
 */
#include "runtime.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLLECTOR_TIME (10 * NEAP_S) /* to take the pipes of a task */
#define LAST_TIME NEAP_S             /* for the readers when all has been killed */

enum { NAME_ROOM = 200 }; /* of a file: a number and .out come behind it */

static int find_collector(const neap_runtime *rt, char *out, size_t room)
{
    int r = neap_spawn_find_guard(rt, out, room);
    char *slash;

    if (r < 0)
        return r;
    slash = strrchr(out, '/');
    snprintf(slash ? slash + 1 : out, room - (slash ? (size_t)(slash + 1 - out) : 0),
             "neap-output");
    if (access(out, X_OK) == 0)
        return 0;
    snprintf(out, room, "%s/neap-output", NEAP_LIBEXECDIR);
    if (access(out, X_OK) == 0)
        return 0;
    return neap_error(NEAP_EGUARD,
                      "cannot find the program neap-output, which must be beside "
                      "neap-guard");
}

/* Starts one if there is none. */
static int need_collector(neap_runtime *rt)
{
    char path[4400];
    int r;

    if (rt->output.collector)
        return 0;
    r = find_collector(rt, path, sizeof path);
    if (r < 0)
        return r;
    neap_rank_lower(rt);
    r = neap_collector_open(&rt->output.collector, path);
    neap_rank_raise(rt);
    if (r < 0)
        return neap_error(NEAP_EGUARD, "cannot start \"%s\": %s", path,
                          r == -EPROTO ? "it is not of this version"
                                       : neap_strerror(r));
    rt->output.number++;
    return 0;
}

/* What a job says. */

static int copy_descriptors(process *p, const int *fds)
{
    if (!fds)
        return 0;
    p->output.fds = malloc(3 * sizeof *p->output.fds);
    if (!p->output.fds)
        return neap_error(NEAP_EMEMORY, NULL);
    for (int i = 0; i < 3; i++)
        p->output.fds[i] = -1;
    for (int i = 0; i < 3; i++) {
        if (fds[i] < 0)
            continue;
        p->output.fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
        if (p->output.fds[i] < 0)
            return neap_error(errno, "cannot use descriptor %d as %d of a task: %s",
                              fds[i], i, neap_strerror(errno));
    }
    return 0;
}

/* A name that is one file's, whatever the task is called. */
static void make_file_name(const char *name, char out[NAME_ROOM])
{
    size_t n = 0;

    for (; name[n] && n < NAME_ROOM - 1; n++) {
        unsigned char byte = (unsigned char)name[n];

        out[n] = byte < ' ' || byte == 127 || byte == '/' ? '_' : name[n];
    }
    while (name[n] && n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80)
        n--; /* not within a character */
    out[n] = '\0';
}

static int choose_files(neap_runtime *rt, process *p, const char *dir, const char *name)
{
    char base[NAME_ROOM], file[NAME_ROOM + 24];
    struct stat st;
    size_t size;

    if (!dir || !*dir)
        return neap_error(NEAP_EINVAL, "output to files needs a directory");
    if (stat(dir, &st) != 0)
        return neap_error(errno, "cannot use the directory \"%.200s\": %s", dir,
                          strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return neap_error(ENOTDIR, "\"%.200s\" is not a directory", dir);
    if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) != 0)
        return neap_error(errno, "cannot write to the directory \"%.200s\": %s", dir,
                          strerror(errno));
    make_file_name(name, base);
    if (neap_names_take(&rt->output, st.st_dev, st.st_ino, base, file, sizeof file) < 0)
        return neap_error(NEAP_EMEMORY, NULL);
    size = strlen(dir) + strlen(file) + 2;
    p->output.path = malloc(size);
    if (!p->output.path)
        return neap_error(NEAP_EMEMORY, NULL);
    snprintf(p->output.path, size, "%s/%s", dir, file);
    return 0;
}

int neap_output_prepare(neap_runtime *rt, process *p, const neap_job *job,
                        const char *name)
{
    int r = copy_descriptors(p, job->descriptors);

    if (r < 0)
        return r;
    p->output.mode = job->output;
    switch (job->output) {
    case NEAP_OUTPUT_INHERIT:
    case NEAP_OUTPUT_NULL:
        return 0;
    case NEAP_OUTPUT_TAG:
    case NEAP_OUTPUT_GROUP:
        return need_collector(rt);
    case NEAP_OUTPUT_FILES:
        return choose_files(rt, p, job->output_dir, name);
    }
    return neap_error(NEAP_EINVAL, "there is no output mode %d", (int)job->output);
}

static void report(neap_runtime *rt, neap_report_kind kind, neap_id task,
                   const char *text, int error)
{
    const neap_task *t = neap_core_find(rt->core, task);
    char message[512], who[200] = "";

    if (t)
        snprintf(who, sizeof who, "task %llu (%.150s): ", (unsigned long long)task,
                 t->about->name);
    snprintf(message, sizeof message, "%s%.280s%s%s", who, text, error ? ": " : "",
             error ? neap_strerror(error) : "");
    neap_loop_tell(rt, &(neap_report){.kind = kind, .message = message, .task = task});
}

static void close_fds(int *fds)
{
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

void neap_output_forget(process *p)
{
    if (p->output.fds)
        close_fds(p->output.fds);
    free(p->output.fds);
    free(p->output.path);
    p->output.fds = NULL;
    p->output.path = NULL;
}

/* At its start. */

static bool is_brought(const process *p, int i)
{
    return p->output.fds && p->output.fds[i] >= 0;
}

/* A file that is a fifo without a reader is an error, and not a reason to wait. */
static int open_file(const char *path)
{
    int fd = open(path,
                  O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NONBLOCK |
                      O_NOCTTY,
                  0666);

    if (fd < 0)
        return -errno;
    fcntl(fd, F_SETFL, O_APPEND);
    return fd;
}

static int open_files(neap_runtime *rt, process *p, int fds[3])
{
    static const char *const endings[] = {"", ".out", ".err"};
    char path[4400];

    for (int i = 1; i < 3; i++) {
        if (is_brought(p, i))
            continue;
        snprintf(path, sizeof path, "%s%s", p->output.path, endings[i]);
        fds[i] = open_file(path);
        if (fds[i] >= 0)
            continue;
        report(rt, NEAP_REPORT_TASK, p->task->id, path, fds[i]);
        return fds[i];
    }
    return 0;
}

static int hand_over(neap_runtime *rt, process *p, int fds[3])
{
    neap_ns now = neap_loop_now(rt);
    int r = is_brought(p, 1) && is_brought(p, 2) ? 1 : need_collector(rt);

    if (r != 0)
        return r < 0 ? r : 0;
    neap_output_ended(rt, p); /* what a guard that died was given for it */
    p->output.collector = 0;
    for (int i = 1; i < 3; i++)
        fds[i] = is_brought(p, i) ? -1 : 0;
    r = neap_collector_task(rt->output.collector, p->task->id, p->task->about->name,
                            p->output.mode == NEAP_OUTPUT_TAG ? NEAP_COLLECT_LINES
                                                              : NEAP_COLLECT_TASKS,
                            fds);
    if (r == -EPIPE) { /* it died: what follows goes to the next one */
        rt->output.speaks = true;
        r = -EAGAIN;
    }
    p->output.asked_at = p->output.asked_at ? p->output.asked_at : now;
    if (r == -EAGAIN && now - p->output.asked_at > COLLECTOR_TIME)
        return -ETIMEDOUT;
    if (r < 0)
        return r;
    p->output.collector = rt->output.number;
    p->output.asked_at = 0;
    rt->output.open++;
    return 0;
}

int neap_output_begin(neap_runtime *rt, process *p, int fds[3])
{
    int r = 0;

    fds[0] = fds[1] = fds[2] = -1;
    if (p->output.mode == NEAP_OUTPUT_FILES)
        r = open_files(rt, p, fds);
    else if (p->output.mode == NEAP_OUTPUT_TAG || p->output.mode == NEAP_OUTPUT_GROUP)
        r = hand_over(rt, p, fds);
    if (r < 0) {
        close_fds(fds);
        return r;
    }
    for (int i = 0; i < 3; i++) {
        if (is_brought(p, i))
            fds[i] = p->output.fds[i];
    }
    return 0;
}

/* What it brought is kept until it has started: this guard may die before that. */
void neap_output_sent(const process *p, int fds[3])
{
    for (int i = 0; i < 3; i++) {
        if (is_brought(p, i))
            fds[i] = -1;
    }
    close_fds(fds);
}

/* With the collector. */

void neap_output_ended(neap_runtime *rt, process *p)
{
    if (rt->output.collector && p->output.collector == rt->output.number)
        neap_collector_ended(rt->output.collector, p->task->id);
}

static void let_go(neap_runtime *rt)
{
    rt->output.cpu = neap_output_cpu(rt);
    neap_live_forget_collector(rt);
    neap_collector_close(rt->output.collector);
    rt->output.collector = NULL;
    rt->output.open = 0;
}

static void on_event(neap_runtime *rt, const neap_collector_event *e)
{
    switch (e->kind) {
    case NEAP_COLLECTED_DONE:
        rt->output.open -= rt->output.open > 0;
        break;
    case NEAP_COLLECTED_BROKEN:
        report(rt, NEAP_REPORT_OUTPUT, 0,
               e->number == STDOUT_FILENO
                   ? "the tasks' output is lost: cannot write to stdout"
                   : "the tasks' errors are lost: cannot write to stderr",
               e->error);
        break;
    case NEAP_COLLECTED_UNSPOOLED:
        report(rt, NEAP_REPORT_TASK, e->id,
               "its output cannot be kept in TMPDIR until it ends, and comes as it is "
               "written",
               e->error);
        break;
    case NEAP_COLLECTED_LOST:
        report(rt, NEAP_REPORT_OUTPUT, e->id, "some of its output is lost", e->error);
        break;
    case NEAP_COLLECTED_DEAD:
        report(rt, NEAP_REPORT_OUTPUT, 0,
               "the collector of the tasks' output died: what running tasks write is "
               "lost",
               0);
        let_go(rt);
        break;
    }
}

void neap_output_listen(neap_runtime *rt)
{
    neap_collector_event e;

    if (!rt->output.speaks)
        return;
    rt->output.speaks = false;
    while (rt->output.collector && neap_collector_next(rt->output.collector, &e))
        on_event(rt, &e);
}

bool neap_output_is_done(const neap_runtime *rt)
{
    return rt->output.open == 0;
}

static void on_last_time(void *user, neap_runtime *rt, neap_timer id)
{
    neap_stats s;

    neap_core_stats(rt->core, &s);
    if (rt->output.open == 0 || s.active > 0) /* others have come since */
        return;
    report(rt, NEAP_REPORT_OUTPUT, 0,
           "killed: what nobody has read of the tasks' output is lost", 0);
    neap_collector_stop(rt->output.collector);
    let_go(rt);
}

void neap_output_abandon(neap_runtime *rt)
{
    if (rt->output.open > 0)
        neap_timers_add(rt, neap_loop_now(rt) + LAST_TIME, 0, on_last_time, NULL, NULL,
                        true, NULL);
}

void neap_output_close(neap_runtime *rt)
{
    if (rt->output.collector)
        let_go(rt);
    neap_names_free(&rt->output);
}

neap_ns neap_output_cpu(const neap_runtime *rt)
{
    neap_ns used = 0;

    if (rt->output.collector)
        neap_os_process_cpu(neap_collector_pid(rt->output.collector), &used);
    return rt->output.cpu + used;
}
