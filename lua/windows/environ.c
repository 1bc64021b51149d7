/* environ.c - the environment that no process is started with. */
extern char **environ;

char **environ = (void *)0;
