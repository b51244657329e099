/*
 * Whether to try again, and when: a pure policy, no clock and no I/O.
 *
 * Exponential back-off with full jitter: after the n-th failed attempt the wait
 * is uniform in [0, min(cap, base * 2^(n-1))], so that many workers that failed
 * together do not come back together. What the server asked for (Retry-After) is
 * the least that is waited; the jitter comes on top of it.
 *
 *     delay = fp_retry_delay(&policy, failed, attempt.retry_after_ms, random);
 *     if (delay < 0)
 *         fp_error_prepend(&err, "%s", fp_retry_reason(delay)); // and give up
 *     sleep for delay milliseconds …
 *
 * Only an attempt that says `retryable` is worth asking about. All functions may
 * be called from any thread.
 */
#ifndef FP_SOURCE_RETRY_H
#define FP_SOURCE_RETRY_H

#include <stdint.h>

#define FP_RETRY_BASE_MS 500
#define FP_RETRY_CAP_MS 30000
#define FP_RETRY_AFTER_MAX_MS (5 * 60 * 1000) /* a server that wants more of a pause is left alone */

/* What fp_retry_delay answers instead of a delay; both are negative. */
#define FP_RETRY_EXHAUSTED (-1)
#define FP_RETRY_TOO_LONG (-2)

struct fp_retry_policy {
    int64_t retries; /* further attempts after the first */
    int64_t base_ms; /* at least 1 */
    int64_t cap_ms;  /* of the back-off, jitter included; not of Retry-After */
};

/* The policy of the program: only the number of retries is configured (source.retries). */
static inline struct fp_retry_policy fp_retry_policy_of(int64_t retries)
{
    return (struct fp_retry_policy){ retries, FP_RETRY_BASE_MS, FP_RETRY_CAP_MS };
}

/* Milliseconds to wait before the next attempt, or a negative FP_RETRY_* for "give up". `failed` is the
 * number of attempts that failed so far (1 after the first), `retry_after_ms` what the server asked for (-1:
 * nothing), `random` 64 random bits. */
int64_t fp_retry_delay(const struct fp_retry_policy *policy, int64_t failed, int64_t retry_after_ms,
                       uint64_t random);

/* Why a negative delay was answered, for a message: "gave up after the last retry (source.retries)" … */
const char *fp_retry_reason(int64_t delay);

#endif
