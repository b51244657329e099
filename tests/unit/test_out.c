/* base/out: numbers, the buffer's edges, errors that stick. */
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>

#include "base/out.h"
#include "profile_fixture.h"

static const char *decimal(struct fp_str *s, double value, int places)
{
    static struct fp_out out;

    fp_str_clear(s);
    fp_out_to_str(&out, s);
    fp_out_decimal(&out, value, places);
    assert_int_equal(fp_out_finish(&out, NULL), 0);
    return s->data;
}

static void decimals(void **state)
{
    struct fp_str s;

    (void)state;
    fp_str_init(&s, 100);
    assert_string_equal(decimal(&s, 0, 2), "0");
    assert_string_equal(decimal(&s, -0.0, 2), "0");
    assert_string_equal(decimal(&s, -0.001, 2), "0"); /* never "-0" */
    assert_string_equal(decimal(&s, 12.5, 2), "12.5");
    assert_string_equal(decimal(&s, 12.05, 2), "12.05");
    assert_string_equal(decimal(&s, 0.999, 2), "1");
    assert_string_equal(decimal(&s, -3, 6), "-3");
    assert_string_equal(decimal(&s, 0.000001, 6), "0.000001");
    assert_string_equal(decimal(&s, 0.1 + 0.2, 6), "0.3");
    assert_string_equal(decimal(&s, 2.5, 0), "3");
    assert_string_equal(decimal(&s, 99.5, 0), "100");
    assert_string_equal(decimal(&s, NAN, 2), "0");
    assert_string_equal(decimal(&s, INFINITY, 2), "0");
    assert_string_equal(decimal(&s, -INFINITY, 2), "0");
    assert_string_equal(decimal(&s, DBL_MIN, 6), "0");
    fp_str_release(&s);
}

/* Against the C library in the C locale, where both round the same way. */
static void decimals_at_random(void **state)
{
    uint64_t random = 21;
    struct fp_str s;

    (void)state;
    fp_str_init(&s, 100);
    for (int i = 0; i < 50000; i++) {
        double value = (double)(int64_t)(rnd(&random) >> (4 + below(&random, 50))) / 64;
        int places = (int)below(&random, 7);

        if (value > 1e11)
            continue;
        if (i & 1)
            value = -value;
        decimal(&s, value, places);
        if (fabs(strtod(s.data, NULL) - value) > 0.5000001 / pow(10, places) + fabs(value) * 1e-15)
            fail_msg("%.17g to %d places is not %s", value, places, s.data);
        assert_true(!strchr(s.data, '.') || s.data[s.len - 1] != '0');
    }
    fp_str_release(&s);
}

static void whole_numbers(void **state)
{
    static const int64_t values[] = { 0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, INT64_MIN + 1 };
    static struct fp_out out;
    struct fp_str s;
    char want[32];

    (void)state;
    fp_str_init(&s, 100);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        fp_str_clear(&s);
        fp_out_to_str(&out, &s);
        fp_out_i64(&out, values[i]);
        fp_out_finish(&out, NULL);
        snprintf(want, sizeof want, "%" PRId64, values[i]);
        assert_string_equal(s.data, want);
    }
    fp_str_clear(&s);
    fp_out_to_str(&out, &s);
    fp_out_u64(&out, UINT64_MAX);
    fp_out_finish(&out, NULL);
    assert_string_equal(s.data, "18446744073709551615");
    fp_str_release(&s);
}

static void writes_around_the_buffer(void **state)
{
    static struct fp_out out;
    static char bytes[3 * FP_OUT_BUFFER];
    struct fp_str s;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    fp_str_init(&s, 10 * FP_OUT_BUFFER);
    for (size_t first = FP_OUT_BUFFER - 3; first <= FP_OUT_BUFFER + 3; first++)
        for (size_t second = 0; second < 5; second++) {
            fp_str_clear(&s);
            fp_out_to_str(&out, &s);
            fp_out_write(&out, bytes, first);
            fp_out_write(&out, bytes + first, second);
            fp_out_write(&out, bytes + first + second, sizeof bytes - first - second);
            assert_int_equal(out.written, sizeof bytes);
            assert_int_equal(fp_out_finish(&out, NULL), 0);
            assert_int_equal(s.len, sizeof bytes);
            assert_memory_equal(s.data, bytes, sizeof bytes);
        }
    fp_str_release(&s);
}

static void errors_stick(void **state)
{
    static struct fp_out out;
    static char bytes[2 * FP_OUT_BUFFER];
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str s;
    int fd = open("/dev/full", O_WRONLY);

    (void)state;
    fp_out_to_fd(&out, fd, "the disk");
    fp_out_puts(&out, "x");
    assert_int_equal(out.err.code, FP_OK); /* not known yet */
    assert_int_equal(fp_out_finish(&out, &err), FP_EIO);
    assert_non_null(strstr(err.message, "the disk"));
    assert_non_null(strstr(err.message, strerror(ENOSPC)));
    close(fd);
    fp_out_to_fd(&out, -1, "nothing");
    fp_out_write(&out, bytes, sizeof bytes);
    fp_out_fail(&out, FP_EDATA, "later");
    fp_error_clear(&err);
    assert_int_equal(fp_out_finish(&out, &err), FP_EIO);
    assert_int_equal(fp_out_finish(&out, NULL), FP_EIO);

    fp_str_init(&s, 10);
    fp_out_to_str(&out, &s);
    fp_out_puts(&out, "more than ten bytes");
    assert_int_equal(fp_out_finish(&out, NULL), FP_ELIMIT);
    fp_str_release(&s);

    fp_str_init(&s, 10);
    fp_out_to_str(&out, &s);
    fp_out_fail(&out, FP_EDATA, "no 100% %s");
    fp_out_puts(&out, "x");
    fp_error_clear(&err);
    assert_int_equal(fp_out_finish(&out, &err), FP_EDATA);
    assert_string_equal(err.message, "no 100% %s");
    assert_int_equal(s.len, 0);
    fp_out_to_str(&out, &s);
    fp_out_printf(&out, "%2000s", "");
    assert_int_equal(fp_out_finish(&out, NULL), FP_ELIMIT);
    fp_str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals),
        cmocka_unit_test(decimals_at_random),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(writes_around_the_buffer),
        cmocka_unit_test(errors_stick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
