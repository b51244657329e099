/* source/retry: bounds, growth and spread of the waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "source/retry.h"

static const struct fp_retry_policy policy = { .retries = 8, .base_ms = 500, .cap_ms = 30000 };

static int64_t limit_of(int64_t failed)
{
    int64_t limit = policy.base_ms << (failed - 1);

    return limit < policy.cap_ms ? limit : policy.cap_ms;
}

static void test_policy_of(void **state)
{
    struct fp_retry_policy made = fp_retry_policy_of(3);

    (void)state;
    assert_int_equal(made.retries, 3);
    assert_int_equal(made.base_ms, 500);
    assert_int_equal(made.cap_ms, 30000);
}

static void test_gives_up(void **state)
{
    struct fp_retry_policy none = fp_retry_policy_of(0);

    (void)state;
    assert_true(fp_retry_delay(&policy, 8, -1, 1) >= 0);
    assert_int_equal(fp_retry_delay(&policy, 9, -1, 1), FP_RETRY_EXHAUSTED);
    assert_int_equal(fp_retry_delay(&none, 1, -1, 1), FP_RETRY_EXHAUSTED);
    assert_int_equal(fp_retry_delay(&none, 1, 10, 1), FP_RETRY_EXHAUSTED);
    assert_non_null(strstr(fp_retry_reason(FP_RETRY_EXHAUSTED), "source.retries"));
    assert_non_null(strstr(fp_retry_reason(FP_RETRY_TOO_LONG), "Retry-After"));
}

/* Each wait lies in [0, min(cap, base * 2^(n-1))], both ends are met, and it is spread evenly. */
static void test_full_jitter(void **state)
{
    enum { DRAWS = 20000, BINS = 10 };

    (void)state;
    for (int64_t failed = 1; failed <= policy.retries; failed++) {
        int64_t limit = limit_of(failed), bins[BINS] = { 0 };

        for (uint64_t i = 0; i < DRAWS; i++) {
            int64_t delay = fp_retry_delay(&policy, failed, -1, fp_hash_mix(i + 1));

            assert_in_range(delay, 0, limit);
            bins[delay * BINS / (limit + 1)]++;
        }
        for (int i = 0; i < BINS; i++)
            assert_in_range(bins[i], DRAWS / BINS * 8 / 10, DRAWS / BINS * 12 / 10);
        assert_int_equal(fp_retry_delay(&policy, failed, -1, 0), 0);
        assert_int_equal(fp_retry_delay(&policy, failed, -1, (uint64_t)limit), limit);
        assert_int_equal(fp_retry_delay(&policy, failed, -1, (uint64_t)limit + 1), 0);
    }
}

static void test_no_overflow(void **state)
{
    struct fp_retry_policy huge = { INT64_MAX, INT64_MAX / 2 + 1, INT64_MAX };
    struct fp_retry_policy odd = { INT64_MAX, 0, 0 };
    struct fp_retry_policy long_run = { INT64_MAX, 500, 30000 };

    (void)state;
    assert_true(fp_retry_delay(&huge, 1000, -1, UINT64_MAX) >= 0);
    assert_int_equal(fp_retry_delay(&odd, 1000000, -1, UINT64_MAX), 0);
    assert_int_equal(fp_retry_delay(&long_run, INT64_MAX, -1, 30000), 30000);
    assert_in_range(fp_retry_delay(&long_run, INT64_MAX, -1, UINT64_MAX), 0, 30000);
}

static void test_retry_after_is_the_least(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        assert_in_range(fp_retry_delay(&policy, 1, 7000, fp_hash_mix(i)), 7000, 7500);
    assert_int_equal(fp_retry_delay(&policy, 1, 0, 0), 0);
    assert_int_equal(fp_retry_delay(&policy, 1, FP_RETRY_AFTER_MAX_MS, 0), FP_RETRY_AFTER_MAX_MS);
    assert_int_equal(fp_retry_delay(&policy, 1, FP_RETRY_AFTER_MAX_MS + 1, 0), FP_RETRY_TOO_LONG);
    assert_int_equal(fp_retry_delay(&policy, 1, INT64_MAX, 0), FP_RETRY_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_of),
        cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_full_jitter),
        cmocka_unit_test(test_no_overflow),
        cmocka_unit_test(test_retry_after_is_the_least),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
