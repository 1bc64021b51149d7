/* helper_bsd.c - nothing: a kqueue watches for us, and needs no thread of ours. */
#include "helper.h"
