/* stdlib.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_STDLIB_H
#define NEAP_STUB_STDLIB_H

#include <sys/types.h>

#define EXIT_FAILURE 1
#define EXIT_SUCCESS 0

void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void free(void *);
_Noreturn void exit(int);
_Noreturn void abort(void);
int atexit(void (*)(void));
char *getenv(const char *);
int setenv(const char *, const char *, int);
int unsetenv(const char *);
int atoi(const char *);
long strtol(const char *, char **, int);
long long strtoll(const char *, char **, int);
unsigned long strtoul(const char *, char **, int);
unsigned long long strtoull(const char *, char **, int);
double strtod(const char *, char **);
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
void *bsearch(const void *, const void *, size_t, size_t,
              int (*)(const void *, const void *));
int mkstemp(char *);
char *realpath(const char *, char *);
int abs(int);
long long llabs(long long);

#endif
