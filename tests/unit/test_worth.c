/* press/worth: one total order of reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "press/worth.h"

/* The worst first; the covered share is as it comes out of a file, and out of a division. */
static const char *const entries[] = {
    "{\"outcome\": \"failed\", \"completeness\": \"proved\", \"covered\": 0.0, \"total\": 0}",
    "{\"outcome\": \"partial\", \"completeness\": \"partial\", \"covered\": 0.9, \"total\": 0}",
    "{\"outcome\": \"empty\", \"completeness\": \"proved\", \"covered\": 1.0, \"total\": 0}",
    "{\"outcome\": \"partial\", \"completeness\": \"partial\", \"covered\": 0.5, \"total\": 900}",
    "{\"outcome\": \"partial\", \"completeness\": \"partial\", \"covered\": 0.833333333333333, \"total\": 1}",
    "{\"outcome\": \"partial\", \"completeness\": \"partial\", \"covered\": 0.83333333333333337, \"total\": 2}",
    "{\"outcome\": \"ok\", \"completeness\": \"unproved\", \"covered\": 1.0, \"total\": 1}",
    "{\"outcome\": \"ok\", \"completeness\": \"unproved\", \"covered\": 1.0, \"total\": 900}",
    "{\"outcome\": \"ok\", \"completeness\": \"proved\", \"covered\": 1.0, \"total\": 1}",
    "{\"outcome\": \"ok\", \"completeness\": \"proved\", \"covered\": 1.0, \"total\": 2}",
};
enum { COUNT = sizeof entries / sizeof *entries };

static const char *less(const char *pressed, const char *earlier)
{
    json_t *a = json_loads(pressed, 0, NULL), *b = json_loads(earlier, 0, NULL);
    const char *why;

    assert_non_null(a);
    assert_non_null(b);
    why = fp_worth_less(a, b);
    json_decref(a);
    json_decref(b);
    return why;
}

static void each_is_worth_less_than_all_after_it(void **state)
{
    (void)state;
    for (int pressed = 0; pressed < COUNT; pressed++)
        for (int earlier = 0; earlier < COUNT; earlier++) {
            const char *why = less(entries[pressed], entries[earlier]);

            if ((why != NULL) != (pressed < earlier))
                fail_msg("%s over %s: %s", entries[pressed], entries[earlier], why ? why : "(taken)");
            if (why)
                assert_true(*why != '\0');
        }
}

static void it_says_why(void **state)
{
    (void)state;
    assert_string_equal(less(entries[0], entries[9]), "failed");
    assert_non_null(strstr(less(entries[2], entries[9]), "found nothing"));
    assert_non_null(strstr(less(entries[3], entries[4]), "less of the window"));
    assert_non_null(strstr(less(entries[7], entries[8]), "could not prove"));
    assert_non_null(strstr(less(entries[8], entries[9]), "found less"));
}

static void an_entry_that_is_none_is_worth_nothing(void **state)
{
    (void)state;
    assert_null(less(entries[2], "{}"));
    assert_null(less(entries[0], "{\"outcome\": \"ok\", \"completeness\": 7, \"total\": \"many\"}"));
    assert_non_null(less("{}", entries[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_is_worth_less_than_all_after_it),
                                        cmocka_unit_test(it_says_why),
                                        cmocka_unit_test(an_entry_that_is_none_is_worth_nothing) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
