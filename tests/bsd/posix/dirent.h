/* dirent.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_DIRENT_H
#define NEAP_STUB_DIRENT_H

#include <sys/types.h>

struct dirent {
    uint64_t d_ino;
    unsigned char d_type;
    char d_name[1024];
};
typedef struct stub_dir DIR;
#define DT_DIR 4
#define DT_REG 8

DIR *opendir(const char *);
DIR *fdopendir(int);
struct dirent *readdir(DIR *);
int closedir(DIR *);
int dirfd(DIR *);

#endif
