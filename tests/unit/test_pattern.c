#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/pattern.h"

static struct fp_pattern *made(const char *spec, const char *replacement)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_pattern *pattern = NULL;
    int rc = replacement ? fp_pattern_new_rename(&pattern, fp_slice_of(spec), fp_slice_of(replacement), &err)
                         : fp_pattern_new(&pattern, fp_slice_of(spec), &err);

    if (rc < 0)
        fail_msg("\"%s\": %s", spec, err.message);
    return pattern;
}

static bool matches_bytes(const char *spec, const char *name, size_t n)
{
    struct fp_pattern *pattern = made(spec, NULL);
    bool matches = false;

    assert_int_equal(fp_pattern_match(pattern, (struct fp_slice){ name, n }, &matches, NULL), 0);
    assert_true(fp_slice_is(fp_pattern_text(pattern), spec));
    fp_pattern_free(pattern);
    return matches;
}

static bool matches(const char *spec, const char *name)
{
    return matches_bytes(spec, name, strlen(name));
}

static void test_literal(void **state)
{
    (void)state;
    assert_true(matches("[k] entry", "[k] entry_SYSCALL_64"));
    assert_true(matches("a.b", "xa.by"));
    assert_false(matches("a.b", "axb"));
    assert_true(matches("$1", "Foo$1"));
    assert_false(matches("Foo", "foo"));
    assert_false(matches("abc", ""));
    assert_false(matches_bytes("abc", NULL, 0));
    assert_true(matches_bytes("bc", "a\0bc", 4));
    assert_true(matches("中", "a中文"));
    assert_true(matches("re", "re:")); /* only "re:" marks an expression */
    assert_true(matches("/usr/lib/", "[/usr/lib/x.so]"));
}

static void test_expression(void **state)
{
    (void)state;
    assert_true(matches("re:^a.c$", "abc"));
    assert_false(matches("re:^a.c$", "abcd"));
    assert_true(matches("re:^a.c$", "a中c"));
    assert_true(matches("re:^a.c$", "a\nc"));
    assert_false(matches("re:c$", "abc\n"));
    assert_true(matches("re:(?i)JAVA", "java.util"));
    assert_true(matches("re:\\[k\\] ", "[k] x"));
    assert_true(matches("re:^$", ""));
    assert_true(matches_bytes("re:^$", NULL, 0));
    assert_true(matches_bytes("re:a\\x00b", "a\0b", 3));
}

/* Names are valid UTF-8 by the time they are here; if one were not, nothing may break. */
static void test_broken_utf8_matches_no_expression(void **state)
{
    (void)state;
    assert_false(matches_bytes("re:a", "a\xff", 2));
    assert_false(matches_bytes("re:.", "\xe4\xb8", 2));
    assert_false(matches_bytes("re:.", "\xed\xa0\x80", 3));
}

static void assert_refused(const char *spec, const char *replacement, const char *says)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_pattern *pattern = (void *)&err;
    int rc = replacement ? fp_pattern_new_rename(&pattern, fp_slice_of(spec), fp_slice_of(replacement), &err)
                         : fp_pattern_new(&pattern, fp_slice_of(spec), &err);

    assert_int_equal(rc, FP_EINVAL);
    assert_ptr_equal(pattern, &err);
    if (!strstr(err.message, says))
        fail_msg("\"%s\": says \"%s\", not \"%s\"", spec, err.message, says);
}

static void test_refused(void **state)
{
    char *long_spec = malloc(FP_LIMIT_PATTERN + 2);

    (void)state;
    assert_refused("", NULL, "1 to 4096 bytes");
    assert_refused("re:", NULL, "empty pattern");
    assert_refused("re:a(b", NULL, "at byte 6");
    assert_refused("re:a(b", NULL, "parenthesis");
    assert_refused("re:[z-a]", NULL, "\"re:[z-a]\"");
    assert_refused("re:a\\Cb", NULL, "\\C");
    assert_refused("a\xff", NULL, "UTF-8");
    assert_refused("a\nb", NULL, "control");
    assert_refused("re:((a{1000}){1000}){1000}", NULL, "too large");
    assert_refused("re:(?(R)a+|(?1))(", NULL, "re:");
    assert_refused("re:a", "x\x1b[31m", "control");
    assert_refused("re:a", "x\xc0\x80", "UTF-8");
    memset(long_spec, 'a', FP_LIMIT_PATTERN + 1);
    long_spec[FP_LIMIT_PATTERN + 1] = '\0';
    assert_refused(long_spec, NULL, "4096");
    assert_refused("a", long_spec, "4096");
    long_spec[FP_LIMIT_PATTERN] = '\0';
    fp_pattern_free(made(long_spec, long_spec));
    free(long_spec);
    fp_pattern_free(NULL);
}

static void test_bad_references(void **state)
{
    static const char *const bad[] = {
        "$1",  "$",    "a$",    "$x",    "${", "${}", "${1", "${nope}", "${99999999999}",
        "$9x", "$${$", "${-1}", "${0x1}"
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused("re:a", bad[i], "write $$ for a dollar");
    assert_refused("re:(a)(?<b>b)", "$3", "$3");
    assert_refused("re:(a)", "$10", "$10");
}

static void assert_replaced(const char *spec, const char *replacement, const char *name, const char *expected)
{
    struct fp_pattern *pattern = made(spec, replacement);
    struct fp_error err = FP_ERROR_INIT;
    bool any = false;
    struct fp_str out;

    fp_str_init(&out, FP_LIMIT_NAME);
    fp_str_puts(&out, "left from before");
    if (fp_pattern_replace(pattern, fp_slice_of(name), &out, &any, &err) < 0)
        fail_msg("%s", err.message);
    if (strcmp(out.data, expected ? expected : name) != 0)
        fail_msg("\"%s\" by \"%s\" in \"%s\": \"%s\"", spec, replacement, name, out.data);
    assert_int_equal(any, expected != NULL);
    fp_str_release(&out);
    fp_pattern_free(pattern);
}

static void test_replace(void **state)
{
    (void)state;
    assert_replaced("::", ".", "a::b::c", "a.b.c");
    assert_replaced("a", "", "banana", "bnn");
    assert_replaced("aa", "a", "aaaa", "aa");
    assert_replaced("x", "y", "abc", NULL);
    assert_replaced("a", "$0$1${x}$$", "a", "$0$1${x}$$"); /* a literal knows no dollars */
    assert_replaced("re:worker-(\\d+)", "worker", "[t] worker-17", "[t] worker");
    assert_replaced("re:(a)(b)?", "<$1|$2>", "ab a", "<a|b> <a|>");
    assert_replaced("re:(?<x>.)(?<y>.)", "${y}${x}", "ab中文", "ba文中");
    assert_replaced("re:(.)", "$1$1$0$$", "ab", "aaa$bbb$");
    assert_replaced("re:(.)", "${1}0", "ab", "a0b0");
    assert_replaced("re:^", "> ", "abc", "> abc");
    assert_replaced("re:$", "!", "abc", "abc!");
    assert_replaced("re:x*", "-", "axb", "-a--b-");
    assert_replaced("re:x*", "-", "", "-");
}

static void test_replace_more(void **state)
{
    (void)state;
    assert_replaced("re:x*", "-", "中文", "-中-文-");
    assert_replaced("re:^a|b$", "-", "aabb", "-ab-"); /* ^ is the start of the name, not of the rest */
    assert_replaced("re:(?<=a)b", "-", "abab", "a-a-");
    assert_replaced("re:a\\Kb", "-", "abab", "a-a-");
    assert_replaced("re:a", "b", "", NULL);
    assert_replaced("re:(((((((((((a)))))))))))", "$11", "a", "a");
}

/* What the pattern refuses it refuses in bounded time, and says so. */
static void test_runaway_is_stopped(void **state)
{
    static const char *const specs[] = { "re:^(a+)+$", "re:^(a|aa)+$", "re:^(a*)*(a*)*(a*)*b",
                                         "re:^(?:(?:a?){50}){50}b", "re:^(a*)*\\1b" };
    char name[4096];
    struct fp_str out;

    (void)state;
    memset(name, 'a', sizeof name);
    name[sizeof name - 2] = '!';
    name[sizeof name - 1] = 'b'; /* or PCRE2 sees at once that the letter is missing */
    fp_str_init(&out, FP_LIMIT_NAME);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct fp_pattern *pattern = made(specs[i], "x");
        struct fp_error err = FP_ERROR_INIT;
        bool any = true;

        if (fp_pattern_match(pattern, (struct fp_slice){ name, sizeof name }, &any, &err) != FP_ELIMIT)
            fail_msg("\"%s\" was not stopped", specs[i]);
        assert_non_null(strstr(err.message, "ran away"));
        assert_true(any);
        assert_int_equal(
            fp_pattern_replace(pattern, (struct fp_slice){ name, sizeof name }, &out, &any, NULL), FP_ELIMIT);
        assert_true(any);
        fp_pattern_free(pattern);
    }
    fp_str_release(&out);
}

/* A plain expression on the longest name there can be is not a runaway. */
static void test_longest_name(void **state)
{
    char *name = malloc(FP_LIMIT_NAME);
    struct fp_pattern *pattern = made("re:a.*b$", "x");
    bool any = false;
    struct fp_str out;

    (void)state;
    memset(name, 'a', FP_LIMIT_NAME);
    name[FP_LIMIT_NAME - 1] = 'b';
    assert_int_equal(fp_pattern_match(pattern, (struct fp_slice){ name, FP_LIMIT_NAME }, &any, NULL), 0);
    assert_true(any);
    fp_pattern_free(pattern);
    pattern = made("a", "aa");
    fp_str_init(&out, FP_LIMIT_NAME);
    any = false;
    assert_int_equal(fp_pattern_replace(pattern, (struct fp_slice){ name, FP_LIMIT_NAME }, &out, &any, NULL),
                     FP_ELIMIT);
    assert_false(any);
    assert_int_equal(
        fp_pattern_replace(pattern, (struct fp_slice){ name, FP_LIMIT_NAME / 2 }, &out, &any, NULL), 0);
    assert_int_equal(out.len, FP_LIMIT_NAME);
    fp_pattern_free(pattern);
    pattern = made("re:a", "b");
    assert_int_equal(
        fp_pattern_replace(pattern, (struct fp_slice){ name, FP_LIMIT_PATTERN_REPLACED }, &out, &any, NULL),
        0);
    assert_int_equal(fp_pattern_replace(pattern, (struct fp_slice){ name, FP_LIMIT_PATTERN_REPLACED + 1 },
                                        &out, &any, NULL),
                     FP_ELIMIT);
    fp_pattern_free(pattern);
    fp_str_release(&out);
    free(name);
}

static void test_match_only_pattern_replaces_nothing(void **state)
{
    struct fp_pattern *pattern = made("a", NULL);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str out;
    bool any;

    (void)state;
    fp_str_init(&out, 10);
    assert_int_equal(fp_pattern_replace(pattern, fp_slice_of("a"), &out, &any, &err), FP_EINVAL);
    fp_pattern_free(pattern);
}

static void *use_pattern(void *shared)
{
    const struct fp_pattern *pattern = shared;
    struct fp_str out;
    size_t wrong = 0;

    fp_str_init(&out, FP_LIMIT_NAME);
    for (int i = 0; i < 2000; i++) {
        bool any = false;

        wrong += fp_pattern_match(pattern, fp_slice_of("java.util.Map"), &any, NULL) != 0 || !any;
        wrong += fp_pattern_replace(pattern, fp_slice_of("java.util.Map"), &out, &any, NULL) != 0 ||
                 strcmp(out.data, "j.u.Map") != 0;
    }
    fp_str_release(&out);
    return (void *)wrong;
}

static void test_shared_by_threads(void **state)
{
    struct fp_pattern *pattern = made("re:([a-z])[a-z]*\\.", "$1.");
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_pattern, pattern), 0);
    for (size_t i = 0; i < 4; i++) {
        void *wrong;

        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    fp_pattern_free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literal),
        cmocka_unit_test(test_expression),
        cmocka_unit_test(test_broken_utf8_matches_no_expression),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad_references),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_replace_more),
        cmocka_unit_test(test_runaway_is_stopped),
        cmocka_unit_test(test_longest_name),
        cmocka_unit_test(test_match_only_pattern_replaces_nothing),
        cmocka_unit_test(test_shared_by_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
