/* text.h - the last error, and words for people. */
#ifndef NEAP_CORE_TEXT_H
#define NEAP_CORE_TEXT_H

/* Remembers the message for neap_last_error() and returns -code: `return
 * neap_error(...)`. A NULL format takes the code's own sentence. */
__attribute__((format(printf, 2, 3))) int neap_error(int code, const char *format, ...);

#endif
