#include "source/retry.h"

/* min(cap, base * 2^(failed-1)) without overflow. */
static int64_t back_off(const struct fp_retry_policy *policy, int64_t failed)
{
    int64_t limit = policy->base_ms > 0 ? policy->base_ms : 1;

    while (--failed > 0 && limit < policy->cap_ms)
        limit = limit > policy->cap_ms / 2 ? policy->cap_ms : 2 * limit;
    if (limit > policy->cap_ms)
        limit = policy->cap_ms;
    return limit > 0 ? limit : 0;
}

int64_t fp_retry_delay(const struct fp_retry_policy *policy, int64_t failed, int64_t retry_after_ms,
                       uint64_t random)
{
    int64_t jitter;

    if (failed > policy->retries)
        return FP_RETRY_EXHAUSTED;
    if (retry_after_ms > FP_RETRY_AFTER_MAX_MS)
        return FP_RETRY_TOO_LONG;
    /* The bias of a 64-bit remainder over so small a range is far below a millisecond. */
    jitter = (int64_t)(random % ((uint64_t)back_off(policy, failed) + 1));
    return retry_after_ms > 0 ? retry_after_ms + jitter : jitter;
}

const char *fp_retry_reason(int64_t delay)
{
    if (delay == FP_RETRY_TOO_LONG)
        return "gave up: the server asks for a pause of more than five minutes (Retry-After)";
    return "gave up after the last retry (source.retries)";
}
