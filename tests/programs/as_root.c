/* as_root.c - set-uid root, it becomes root for good: nobody else may signal it then.
 *
 *   as_root PROG [ARG]...
 */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2 || setgid(0) != 0 || setuid(0) != 0) {
        fprintf(stderr, "as_root: it is not set-uid root\n");
        return 77;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
