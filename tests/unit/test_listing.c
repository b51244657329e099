/* base/listing: names in one line, cut between names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/listing.h"

static void expect(size_t max, const char *const *names, const char *text)
{
    struct fp_str out;
    struct fp_listing list = { .to = &out, .max = max };

    fp_str_init(&out, FP_LIMIT_TEXT);
    for (size_t i = 0; names[i]; i++)
        fp_listing_add(&list, fp_slice_of(names[i]));
    fp_listing_end(&list);
    assert_string_equal(out.data, text);
    fp_str_release(&out);
}

#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }

static void cut_between_names(void **state)
{
    (void)state;
    expect(10, NAMES(NULL), "");
    expect(10, NAMES("a"), "a");
    expect(10, NAMES("aaaa", "bbbb"), "aaaa, bbbb");
    expect(9, NAMES("aaaa", "bbbb"), "aaaa and 1 more");
    expect(9, NAMES("aaaa", "bbbb", "c"), "aaaa and 2 more"); /* c would fit, but is not the next */
    expect(0, NAMES("", "b"), " and 1 more");
}

static void a_long_first_name(void **state)
{
    (void)state;
    expect(4, NAMES("abcdef"), "abcd\xE2\x80\xA6");
    expect(4, NAMES("abc\xC3\xA4x", "b"), "abc\xE2\x80\xA6 and 1 more"); /* no half character */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cut_between_names), cmocka_unit_test(a_long_first_name) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
