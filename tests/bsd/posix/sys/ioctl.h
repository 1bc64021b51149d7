/* sys/ioctl.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_IOCTL_H
#define NEAP_STUB_SYS_IOCTL_H

#define FIONREAD 0x4004667f

int ioctl(int, unsigned long, ...);

#endif
