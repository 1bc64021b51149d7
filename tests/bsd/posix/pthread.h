/* pthread.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_PTHREAD_H
#define NEAP_STUB_PTHREAD_H

#include <sys/types.h>

typedef struct stub_thread *pthread_t;
typedef struct {
    long words[8];
} pthread_attr_t, pthread_mutex_t, pthread_cond_t, pthread_once_t;
typedef struct stub_attribute pthread_mutexattr_t, pthread_condattr_t;
#define PTHREAD_MUTEX_INITIALIZER                                                      \
    {                                                                                  \
        {                                                                              \
            0                                                                          \
        }                                                                              \
    }
#define PTHREAD_COND_INITIALIZER                                                       \
    {                                                                                  \
        {                                                                              \
            0                                                                          \
        }                                                                              \
    }

int pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int pthread_join(pthread_t, void **);
int pthread_detach(pthread_t);
pthread_t pthread_self(void);
int pthread_equal(pthread_t, pthread_t);
int pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *);
int pthread_mutex_destroy(pthread_mutex_t *);
int pthread_mutex_lock(pthread_mutex_t *);
int pthread_mutex_unlock(pthread_mutex_t *);
int pthread_cond_init(pthread_cond_t *, const pthread_condattr_t *);
int pthread_cond_destroy(pthread_cond_t *);
int pthread_cond_signal(pthread_cond_t *);
int pthread_cond_broadcast(pthread_cond_t *);
int pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *);
int pthread_cond_timedwait(pthread_cond_t *, pthread_mutex_t *,
                           const struct timespec *);
int pthread_atfork(void (*)(void), void (*)(void), void (*)(void));

#endif
