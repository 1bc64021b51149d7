/* forker.c - forks for ever, one child at a time, and waits for each; with MIB of its
 * memory written, so that a fork takes some time.
 *
 *   forker MIB
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    size_t size = (size_t)(argc > 1 ? atoi(argv[1]) : 1) << 20;
    char *memory = malloc(size);

    if (!memory)
        return 1;
    memset(memory, 1, size);
    puts("up");
    fflush(stdout);
    for (;;) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(0);
        if (pid < 0 || waitpid(pid, NULL, 0) != pid)
            return 1;
    }
}
