/* process.c - what the tests of real processes share. */
#include "process.h"

#include <guard/proc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TREE_MAX = 1024, ATTEMPTS = 2500, STARTED_MAX = 16 };

static pid_t started[STARTED_MAX];

static void remember(pid_t old, pid_t new)
{
    for (int i = 0; i < STARTED_MAX; i++)
        if (started[i] == old) {
            started[i] = new;
            return;
        }
}

pid_t process_sh_in(pid_t group, const char *script)
{
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, group);
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(127);
    }
    if (pid < 0)
        abort();
    setpgid(pid, group ? group : pid);
    remember(0, pid);
    return pid;
}

pid_t process_sh(const char *script)
{
    return process_sh_in(0, script);
}

pid_t process_fork(void)
{
    pid_t pid = fork();

    if (pid < 0)
        abort();
    if (pid == 0)
        alarm(40);
    else
        remember(0, pid);
    return pid;
}

void process_end(pid_t pid)
{
    pid_t pids[TREE_MAX];
    size_t count = neap_proc_tree(pid, pids, TREE_MAX);

    for (size_t i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    waitpid(pid, NULL, 0);
    remember(pid, 0);
}

int process_clean(void **state)
{
    for (int i = 0; i < STARTED_MAX; i++)
        if (started[i] > 0)
            process_end(started[i]);
    return 0;
}

void process_take_away(pid_t pid)
{
    waitpid(pid, NULL, 0);
    remember(pid, 0);
}

char process_state(pid_t pid)
{
    neap_proc p;

    return neap_proc_read(pid, &p) == 0 ? p.state : '-';
}

bool process_lives(pid_t pid)
{
    neap_proc p;

    return neap_proc_read(pid, &p) == 0 && neap_proc_lives(&p);
}

static void count_one(void *user, pid_t pid)
{
    ++*(int *)user;
}

int process_children(pid_t pid)
{
    int count = 0;

    neap_proc_children(pid, count_one, &count);
    return count;
}

bool process_await(bool (*question)(pid_t pid), pid_t pid)
{
    const struct timespec nap = {.tv_nsec = 2000000};

    for (int i = 0; i < ATTEMPTS; i++) {
        if (question(pid))
            return true;
        nanosleep(&nap, NULL);
    }
    return false;
}

bool process_is_gone(pid_t pid)
{
    return !process_lives(pid);
}

bool process_is_stopped(pid_t pid)
{
    return process_state(pid) == 'T';
}

bool process_has_child(pid_t pid)
{
    return process_children(pid) > 0;
}

bool process_is_running(pid_t pid)
{
    return process_state(pid) == 'R';
}

bool process_sleeps(pid_t pid)
{
    return process_state(pid) == 'S';
}

void process_status(pid_t pid, const char *key, char *out, size_t room)
{
    char path[64], line[256];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    snprintf(out, room, "?");
    file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(out, room, "%s",
                 line + strlen(key) + strspn(line + strlen(key), ": \t"));
        break;
    }
    if (file)
        fclose(file);
}
