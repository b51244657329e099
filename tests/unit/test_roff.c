#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/out.h"
#include "base/roff.h"
#include "base/str.h"

static void expect_text(const char *markdown, const char *expected)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out out;
    struct fp_str text;

    fp_str_init(&text, 1000);
    fp_out_to_str(&out, &text);
    fp_roff_text(&out, markdown);
    assert_int_equal(fp_out_finish(&out, &err), FP_OK);
    assert_string_equal(text.data, expected);
    fp_str_release(&text);
}

static void test_prints_as_it_stands(void **state)
{
    (void)state;
    expect_text("", "\n");
    expect_text("a-b c~d e^f g'h i\\d+ …", "a\\-b c\\(tid e\\(haf g\\(aqh i\\ed+ …\n");
    expect_text("`-o` goes before .it", "\\fB\\-o\\fR goes before .it\n");
    expect_text("an `open end", "an \\fBopen end\\fR\n");
}

/* Wherever a line begins: what would be a request there, and blanks that would break the paragraph. */
static void test_lines(void **state)
{
    (void)state;
    expect_text(".SH is text", "\\&.SH is text\n");
    expect_text("one\n.two\n'three\n   .four", "one\n\\&.two\n\\(aqthree\n\\&.four\n");
    expect_text("`.git`", "\\fB.git\\fR\n");
}

static void test_word(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out out;
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 1000);
    fp_out_to_str(&out, &text);
    fp_roff_word(&out, "--`x`rest", 5);
    assert_int_equal(fp_out_finish(&out, &err), FP_OK);
    assert_string_equal(text.data, "\\-\\-\\(gax\\(ga");
    fp_str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_as_it_stands),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
