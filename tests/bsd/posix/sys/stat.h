/* sys/stat.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_STAT_H
#define NEAP_STUB_SYS_STAT_H

#include <sys/types.h>

#define S_IFMT 0170000
#define S_ISDIR(m) (((m)&0170000) == 0040000)
#define S_ISREG(m) (((m)&0170000) == 0100000)
#define S_ISCHR(m) (((m)&0170000) == 0020000)
#define S_ISFIFO(m) (((m)&0170000) == 0010000)
#define S_ISSOCK(m) (((m)&0170000) == 0140000)
#define S_IXUSR 0000100

struct stat {
    dev_t st_dev;
    ino_t st_ino;
    nlink_t st_nlink;
    mode_t st_mode;
    uid_t st_uid;
    gid_t st_gid;
    dev_t st_rdev;
    off_t st_size;
    int64_t st_blocks;
};

int chmod(const char *, mode_t);
int fchmod(int, mode_t);
int fstat(int, struct stat *);
int fstatat(int, const char *, struct stat *, int);
int lstat(const char *, struct stat *);
int mkdir(const char *, mode_t);
int stat(const char *, struct stat *);
mode_t umask(mode_t);

#endif
