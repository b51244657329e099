#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/lang.h"
#include "report/words.h"

static void test_tables(void **state)
{
    (void)state;
    assert_string_equal(fp_langs[0].tag, "en");
    assert_ptr_equal(fp_lang_find("en"), &fp_langs[0]);
    assert_null(fp_lang_find("de"));
    for (size_t i = 0; i < fp_lang_count; i++) {
        assert_int_equal(fp_langs[i].count, fp_langs[0].count);
        for (size_t k = 0; k < fp_langs[i].count; k++)
            assert_ptr_equal(fp_lang_look_up(&fp_langs[i], fp_langs[0].words[k].key), fp_langs[i].words[k].text);
    }
    assert_null(fp_lang_look_up(NULL, "no_such_key"));
    assert_string_equal(fp_lang_word(NULL, "no_such_key"), "no_such_key");
}

static void test_say(void **state)
{
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 1000);
    fp_lang_say(NULL, &text, "month_year", "May", "2026", NULL);
    fp_lang_say(fp_lang_find("zh"), &text, "month_year", "5 \u6708", "2026", NULL);
    assert_string_equal(text.data, "May 20262026 \u5e74 5 \u6708");
    fp_str_clear(&text);
    fp_lang_say_count(NULL, &text, 1, "rows_a_reply", "1", NULL);
    fp_lang_say_count(NULL, &text, 0, "rows_a_reply", "{0} {1}", NULL); /* what is put in is not read again */
    assert_string_equal(text.data, "1 row a reply{0} {1} rows a reply");
    fp_str_clear(&text);
    fp_lang_say(NULL, &text, "month_year", "May", NULL); /* one too few */
    assert_string_equal(text.data, "May ");
    fp_str_release(&text);
}

static void test_composed(void **state)
{
    (void)state;
    assert_string_equal(fp_lang_word_of(NULL, "event", "CPU samples (itimer)", "?"), "CPU samples (itimer)");
    assert_string_equal(fp_lang_word_of(fp_lang_find("zh"), "kind", "kernel", "?"), "\u5185\u6838");
    assert_string_equal(fp_lang_word_of(NULL, "kind", "", "none"), "none");
    char name[5000];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_string_equal(fp_lang_word_of(NULL, "kind", name, "none"), "none");
}

static void test_labels(void **state)
{
    const struct fp_lang *zh = fp_lang_find("zh");
    char to[FP_WORDS_LABEL_MAX], name[1000];

    (void)state;
    assert_string_equal(fp_words_label(NULL, to, "Fri 20 Nov 2026"), "Fri 20 Nov 2026");
    assert_string_equal(fp_words_label(zh, to, "Fri 20 Nov 2026"), "2026\u5e7411\u670820\u65e5\uff08\u5468\u4e94\uff09");
    assert_string_equal(fp_words_label(zh, to, "Fri 6 Nov 2026, 00:00 to 06:00"),
                        "2026\u5e7411\u67086\u65e5\uff08\u5468\u4e94\uff09, 00:00 \u81f3 06:00");
    static const char *const same[] = { "", "release-4.2", "Fry 20 Nov 2026", "riS 20 Nov 2026", "Fri 0 Nov 2026",
                                        "Fri 20 Nov 20", "from a to b" };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_ptr_equal(fp_words_label(zh, to, same[i]), same[i]);
    memset(name, 'x', sizeof name);
    memcpy(name, "Fri 20 Nov 2026", 15);
    name[sizeof name - 1] = '\0';
    assert_ptr_equal(fp_words_label(zh, to, name), name); /* no room */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_say),
        cmocka_unit_test(test_composed),
        cmocka_unit_test(test_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
