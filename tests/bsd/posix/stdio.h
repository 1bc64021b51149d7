/* stdio.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_STDIO_H
#define NEAP_STUB_STDIO_H

#include <stdarg.h>
#include <sys/types.h>

typedef struct stub_file FILE;
extern FILE *stub_stdin, *stub_stdout, *stub_stderr;
#define stdin stub_stdin
#define stdout stub_stdout
#define stderr stub_stderr
#define EOF (-1)
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

int printf(const char *, ...);
int fprintf(FILE *, const char *, ...);
int snprintf(char *, size_t, const char *, ...);
int vsnprintf(char *, size_t, const char *, va_list);
int vfprintf(FILE *, const char *, va_list);
int dprintf(int, const char *, ...);
int sscanf(const char *, const char *, ...);
int fscanf(FILE *, const char *, ...);
int fputs(const char *, FILE *);
int fputc(int, FILE *);
int puts(const char *);
int getc(FILE *);
char *fgets(char *, int, FILE *);
FILE *fopen(const char *, const char *);
FILE *fdopen(int, const char *);
int fclose(FILE *);
int fflush(FILE *);
int ferror(FILE *);
int fileno(FILE *);
int fseek(FILE *, long, int);
long ftell(FILE *);
int fseeko(FILE *, off_t, int);
size_t fread(void *, size_t, size_t, FILE *);
size_t fwrite(const void *, size_t, size_t, FILE *);
int remove(const char *);
int rename(const char *, const char *);
int setvbuf(FILE *, char *, int, size_t);
ssize_t getline(char **, size_t *, FILE *);

#endif
