/*
 * Waiting on a condition for a limited time, by a clock that nobody sets: a wait must not grow, nor end at once, when
 * somebody sets the time of day.
 *
 *     fp_wait_init(&cond);
 *     …
 *     struct timespec until = fp_wait_until(100000000);
 *     pthread_cond_timedwait(&cond, &lock, &until);
 */
#ifndef FP_BASE_WAIT_H
#define FP_BASE_WAIT_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* A condition whose timed waits go by fp_wait_until. */
static inline void fp_wait_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Milliseconds by the same clock. */
static inline int64_t fp_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* So many nanoseconds from now, up to a second. */
static inline struct timespec fp_wait_until(long ns)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ns;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

#endif
