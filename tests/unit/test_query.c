/* source/query: counts. What a count asks, and which replies are one. (Lists of values: test_deepflow.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/str.h"
#include "source/query.h"

static void asks_under_the_conditions_of_the_profile(void **state)
{
    struct fp_request request = { "a b", "eBPF", "off-cpu", "x='1' OR y=2", 100, 200, 7 };
    struct fp_str sql;

    (void)state;
    fp_str_init(&sql, FP_LIMIT_TEXT);
    assert_int_equal(fp_query_count_sql(&request, &sql, NULL), FP_OK);
    assert_string_equal(sql.data,
                        "SELECT Count(row) AS rows FROM in_process WHERE time>=100 AND time<=199 AND app_service='a b' AND "
                        "profile_language_type='eBPF' AND profile_event_type='off-cpu' AND (x='1' OR y=2)");
    request.filter = " ";
    fp_str_clear(&sql);
    assert_int_equal(fp_query_count_sql(&request, &sql, NULL), FP_OK);
    assert_string_equal(sql.data + sql.len - strlen("'off-cpu'"), "'off-cpu'");
    fp_str_release(&sql);
}

static void quotes_are_not_asked_for(void **state)
{
    static const struct fp_request requests[] = {
        { "o'brien", "eBPF", "on-cpu", "", 1, 2, -1 },
        { "a", "e\\", "on-cpu", "", 1, 2, -1 },
        { "a", "eBPF", "on-cpu' OR '1'='1", "", 1, 2, -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct fp_str sql;

        fp_str_init(&sql, FP_LIMIT_TEXT);
        assert_int_equal(fp_query_count_sql(&requests[i], &sql, NULL), FP_EINVAL);
        fp_str_release(&sql);
    }
}

static void reads_one_number(void **state)
{
    static const struct {
        const char *result;
        int status;
        int64_t rows;
    } cases[] = {
        { "{\"columns\":[\"rows\"],\"values\":[[12345]]}", FP_OK, 12345 },
        { "{\"columns\":[\"more\",\"rows\"],\"values\":[[1,\"2000000000000\"]]}", FP_OK, INT64_C(2000000000000) },
        { "{\"columns\":[\"rows\"],\"values\":[[7.0]]}", FP_OK, 7 },
        { "{\"columns\":[\"rows\"],\"values\":[[0]]}", FP_OK, 0 },
        { "{\"columns\":[\"rows\"],\"values\":null}", FP_OK, 0 },
        { "{\"columns\":[\"rows\"],\"values\":[]}", FP_OK, 0 },
        { "{\"columns\":[\"rows\"],\"values\":[[null]]}", FP_EDATA, 0 },
        { "{\"columns\":[\"rows\"],\"values\":[[-1]]}", FP_EDATA, 0 },
        { "{\"columns\":[\"rows\"],\"values\":[[\"many\"]]}", FP_EDATA, 0 },
        { "{\"columns\":[\"rows\"],\"values\":[[]]}", FP_EDATA, 0 },
        { "{\"columns\":[\"rows\"],\"values\":[5]}", FP_EDATA, 0 },
        { "{\"columns\":[\"rows\"],\"values\":[[5],[6]]}", FP_EDATA, 0 },
        { "{\"columns\":[\"total\"],\"values\":[[5]]}", FP_EDATA, 0 },
        { "{\"columns\":null,\"values\":null}", FP_EDATA, 0 },
        { "null", FP_EDATA, 0 },
        { "[[5]]", FP_EDATA, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *result = json_loads(cases[i].result, JSON_DECODE_ANY, NULL);
        struct fp_error err = FP_ERROR_INIT;
        int64_t rows = -7;

        if (fp_query_count_read(result, &rows, &err) != cases[i].status)
            fail_msg("%s: %s", cases[i].result, err.message);
        assert_int_equal(rows, cases[i].status == FP_OK ? cases[i].rows : -7);
        json_decref(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_under_the_conditions_of_the_profile),
        cmocka_unit_test(quotes_are_not_asked_for),
        cmocka_unit_test(reads_one_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
