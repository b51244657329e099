/*
 * codec/json_reader: values and errors, each with every way of cutting the input into reads.
 * How it fares against another parser and at the edges of its window is in test_json_edges.c.
 */
#include <inttypes.h>

#include "codec/json_reader.h"
#include "profile_fixture.h"

static const size_t chunks[] = { 1, 2, 3, 7, 0 };

#define FOR_EACH_CHUNK(c) for (size_t at_##c = 0, c; at_##c < 5 && (c = chunks[at_##c], 1); at_##c++)

/* A reader over bytes that arrive in pieces. */
struct rig {
    struct chopped source;
    struct fp_json json;
    struct fp_error err;
};

static void rig_up(struct rig *r, const char *bytes, size_t n, size_t chunk)
{
    r->source = chop(bytes, n, chunk);
    fp_error_clear(&r->err);
    assert_int_equal(fp_json_init(&r->json, &r->source.in, &r->err), 0);
}

/* Skips the one value in `text` and looks for its end. */
static int skip_status(const char *text, size_t n, size_t chunk, struct fp_error *err)
{
    struct rig r;
    int rc;

    rig_up(&r, text, n, chunk);
    rc = fp_json_skip(&r.json, &r.err);
    if (rc == FP_OK)
        rc = fp_json_finish(&r.json, &r.err);
    assert_int_equal(rc, r.err.code);
    if (rc < 0)
        assert_true(r.err.offset >= 0 && (uint64_t)r.err.offset <= n);
    fp_json_release(&r.json);
    if (err)
        *err = r.err;
    return rc;
}

static void expect_skip(const char *text, size_t n, int want)
{
    FOR_EACH_CHUNK(chunk) {
        int got = skip_status(text, n, chunk, NULL);

        if (got != want)
            fail_msg("%.*s in pieces of %zu: %d, not %d", (int)n, text, chunk, got, want);
    }
}

static void documents_that_are_json(void **state)
{
    static const char *const texts[] = {
        "null ", " true", "false\n", "\t\"\"", "[]", "{}", "[ ]", "{ }", "[[],[[]],{}]", "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
        "[0,-0,1,-1,0.5,-0.5e10,1E+2,1e-2,0e0]", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83D\\uDE00\"]",
        "{\"\":0,\"\":1}", "[1 , 2 ,\r\n3]", "{\"a\" : 1 , \"b\":2}", "[123456789012345678901234567890]", "[1.5]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_skip(texts[i], strlen(texts[i]), FP_OK);
}

static void documents_that_are_not(void **state)
{
    static const char *const texts[] = {
        "[1,]", "{\"a\":1,}", "[,1]", "{,}", "[1 2]", "{\"a\" 1}", "{\"a\":}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "[1,,2]",
        "[01]", "[-01]", "[00]", "[1.]", "[.5]", "[1.e5]", "[1e]", "[1e+]", "[+1]", "[-]", "[--1]", "[0x10]", "[1a]", "[NaN]",
        "[Infinity]", "[nul]", "[nullx]", "[True]", "[truefalse]", "['a']", "[\"\\x41\"]", "[\"\\u12G4\"]", "[\"\\u+123\"]", "[\"\\'\"]",
        "[\"a\nb\"]", "[\"a\tb\"]", "[\"\x01\"]", "[1}", "{\"a\":1]", "]", "}", ",", ":", "[1]]", "{}{}", "[] x", "[]]", "[1] //", "\xEF\xBB\xBF[]",
        "\xFF", "[\"a\"\"b\"]", "[1:2]", "{\"a\":1:2}", "{\"a\",1}", "{\"a\"}", "[\\u0031]", "[- 1]", "[1. 5]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_skip(texts[i], strlen(texts[i]), FP_ESYNTAX);
    expect_skip("[1\0]", 4, FP_ESYNTAX);
    expect_skip("\0[1]", 4, FP_ESYNTAX);
    expect_skip("[1]\0", 4, FP_ESYNTAX);
    expect_skip("[\"a\0b\"]", 7, FP_ESYNTAX);
    expect_skip("[tr\0e]", 6, FP_ESYNTAX);
}

static void documents_cut_at_every_byte(void **state)
{
    static const char text[] = "{\"a\\u00e9\\uD83D\\uDE00\": [1, -20, 3.5e-7, true, false, null, \"x\\n\", {\"b\" :[ ] }] , \"c\":-0}";

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++)
        expect_skip(text, n, FP_ETRUNCATED);
    expect_skip(text, sizeof text - 1, FP_OK);
    expect_skip("  \n ", 4, FP_ETRUNCATED);
}

static void the_nesting_limit(void **state)
{
    char text[3 * FP_LIMIT_JSON_NESTING + 10];
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    for (size_t depth = 1; depth <= FP_LIMIT_JSON_NESTING + 1; depth++) {
        size_t n = 0;

        for (size_t i = 0; i < depth; i++)
            text[n++] = '[';
        for (size_t i = 0; i < depth; i++)
            text[n++] = ']';
        expect_skip(text, n, depth <= FP_LIMIT_JSON_NESTING ? FP_OK : FP_ELIMIT);
    }
    memset(text, '[', sizeof text);
    assert_int_equal(skip_status(text, sizeof text, 1, &err), FP_ELIMIT);
    assert_int_equal(err.offset, FP_LIMIT_JSON_NESTING);
}

static int read_number(const char *text, size_t chunk, int64_t *value, struct fp_error *err)
{
    struct rig r;
    int rc;

    rig_up(&r, text, strlen(text), chunk);
    rc = fp_json_i64(&r.json, value, &r.err);
    if (err)
        *err = r.err;
    fp_json_release(&r.json);
    return rc;
}

static void numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        { "0 ", 0 }, { "-0,", 0 }, { "7]", 7 }, { "  -12}", -12 }, { "9223372036854775807,", INT64_MAX },
        { "-9223372036854775808,", INT64_MIN }, { "-9223372036854775807,", -INT64_MAX },
        { "1000000000000000000,", INT64_C(1000000000000000000) },
    };
    static const char *const bad[] = {
        "9223372036854775808,", "-9223372036854775809,", "18446744073709551616,", "99999999999999999999999,", "01,", "-00,", "00,",
        "1.0,", "1e3,", "1E3,", "0.1,", "-,", "+1,", "\"1\",", "null,", "true,", "[1],", "x", "-a", "0000000000000000000000000000000001,",
        "123456789012345678901234567890123456789012345678901234567890,",
    };

    (void)state;
    FOR_EACH_CHUNK(chunk) {
        struct fp_error err;
        int64_t value = 0;

        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
            assert_int_equal(read_number(good[i].text, chunk, &value, NULL), 0);
            assert_int_equal(value, good[i].value);
        }
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            value = 4711;
            if (read_number(bad[i], chunk, &value, &err) != FP_ESYNTAX)
                fail_msg("%s in pieces of %zu: %d", bad[i], chunk, err.code);
            assert_int_equal(value, 4711); /* written only on success */
        }
        /* a number ends where something else begins: until then it may go on */
        value = 4711;
        assert_int_equal(read_number("", chunk, &value, NULL), FP_ETRUNCATED);
        assert_int_equal(read_number("-", chunk, &value, NULL), FP_ETRUNCATED);
        assert_int_equal(read_number("12", chunk, &value, NULL), FP_ETRUNCATED);
        assert_int_equal(read_number("-9223372036854775808", chunk, &value, NULL), FP_ETRUNCATED);
        assert_int_equal(value, 4711);
    }
}

static void huge_digit_strings_end_quickly(void **state)
{
    size_t n = 300000;
    char *text = malloc(n + 2);
    int64_t value;

    (void)state;
    memset(text, '7', n);
    text[n] = ']';
    text[n + 1] = '\0';
    assert_int_equal(read_number(text, 0, &value, NULL), FP_ESYNTAX);
    text[0] = '[';
    expect_skip(text, n + 1, FP_OK); /* what is skipped may be of any size */
    memset(text + 1, '0', n - 1);
    assert_int_equal(read_number(text + 1, 0, &value, NULL), FP_ESYNTAX);
    free(text);
}

/* One string; "" in `want` with want_n 0 is the empty string. */
static void check_string(const char *text, size_t n, const char *want, size_t want_n, uint64_t mended)
{
    FOR_EACH_CHUNK(chunk) {
        struct fp_slice got = { NULL, 99 };
        struct rig r;

        rig_up(&r, text, n, chunk);
        if (fp_json_string(&r.json, &got, &r.err) < 0)
            fail_msg("%.*s: %s", (int)n, text, r.err.message);
        assert_int_equal(got.len, want_n);
        assert_memory_equal(got.data, want, want_n);
        assert_int_equal(r.json.mended, mended);
        fp_json_release(&r.json);
    }
}

#define CHECK_STRING(text, want, mended) check_string(text, sizeof text - 1, want, sizeof want - 1, mended)

static void strings(void **state)
{
    (void)state;
    CHECK_STRING("\"\"", "", 0);
    CHECK_STRING(" \"abc\"", "abc", 0);
    CHECK_STRING("\"\\u0000\"", "\0", 0);
    CHECK_STRING("\"a\\u0000b\"", "a\0b", 0);
    CHECK_STRING("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 0);
    CHECK_STRING("\"\\u0041\\u00e4\\u6F22\\u2028\"", "Aä漢\u2028", 0);
    CHECK_STRING("\"\\ud83d\\ude00\\uD83D\\uDE00\"", "😀😀", 0);
    CHECK_STRING("\"\\uDBFF\\uDFFF\\uD800\\uDC00\"", "\U0010FFFF\U00010000", 0);
    CHECK_STRING("\"\\uFFFF\\uFFFD\"", "\uFFFF\uFFFD", 0); /* a real U+FFFD is not a mending */
    CHECK_STRING("\"漢字😀\x7F\"", "漢字😀\x7F", 0);
}

static void mended_strings(void **state)
{
    (void)state;
    CHECK_STRING("\"\\ud83d\"", "\uFFFD", 1);
    CHECK_STRING("\"\\ude00\"", "\uFFFD", 1);
    CHECK_STRING("\"\\ude00\\ud83d\"", "\uFFFD\uFFFD", 1); /* a string counts once */
    CHECK_STRING("\"\\ud83dx\"", "\uFFFDx", 1);
    CHECK_STRING("\"\\ud83d\\n\"", "\uFFFD\n", 1);
    CHECK_STRING("\"\\ud83d\\\\u\"", "\uFFFD\\u", 1);
    CHECK_STRING("\"\\ud83d\\u0041\"", "\uFFFD" "A", 1);
    CHECK_STRING("\"\\ud83d\\ud83d\\ude00\"", "\uFFFD😀", 1);
    CHECK_STRING("\"a\xFF\"", "a\uFFFD", 1);
    CHECK_STRING("\"\xC0\xAF\xED\xA0\x80\"", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD", 1);
    CHECK_STRING("\"\xE6\xBC\"", "\uFFFD", 1); /* the quote is not swallowed */
    CHECK_STRING("\"\xF0\x9F\\n\"", "\uFFFD\n", 1);
    CHECK_STRING("\"\xE6\\u00bc\xA2\"", "\uFFFD\xC2\xBC\uFFFD", 1);
}

/* A lone surrogate after a good pair, and a good pair after a lone one, in one string. */
static void a_mending_is_remembered(void **state)
{
    (void)state;
    CHECK_STRING("\"\\ud83d \\ud83d\\ude00\"", "\uFFFD 😀", 1);
    CHECK_STRING("\"\\ude00\\ud83d\\ude00\"", "\uFFFD😀", 1);
}

static void string_errors(void **state)
{
    static const struct {
        const char *text;
        int code;
        int64_t offset;
    } rows[] = {
        { "\"a\nb\"", FP_ESYNTAX, 2 },     { "\"\\q\"", FP_ESYNTAX, 2 },     { "\"\\u12x4\"", FP_ESYNTAX, 3 },
        { "\"\\ud83d\\u12\"", FP_ESYNTAX, 7 }, { "17", FP_ESYNTAX, 0 },      { "\"abc", FP_ETRUNCATED, 4 },
        { "\"ab\\", FP_ETRUNCATED, 4 },    { "\"\\u00", FP_ETRUNCATED, 5 },  { "\"\\ud83d", FP_ETRUNCATED, 7 },
        { "\"\\ud83d\\", FP_ETRUNCATED, 8 }, { "\"\\ud83d\\ude0", FP_ETRUNCATED, 12 }, { "\"\xE6\xBC", FP_ETRUNCATED, 3 },
    };

    (void)state;
    FOR_EACH_CHUNK(chunk)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct fp_slice got = { NULL, 0 };
            struct rig r;

            rig_up(&r, rows[i].text, strlen(rows[i].text), chunk);
            assert_int_equal(fp_json_string(&r.json, &got, &r.err), rows[i].code);
            assert_int_equal(r.err.offset, rows[i].offset);
            assert_null(got.data);
            fp_json_release(&r.json);
        }
}

static void rows_of_numbers(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } rows[] = {
        { "[1,-2,3]", 0 }, { "[ 1 , -2 , 3 ]", 0 }, { "[1,-2,3 ]", 0 }, { "[1,-2]", FP_ESYNTAX }, { "[1,-2,3,4]", FP_ESYNTAX },
        { "[1,-2,03]", FP_ESYNTAX }, { "[1,-2,3.0]", FP_ESYNTAX }, { "[1,-2,]", FP_ESYNTAX }, { "[1,-2,null]", FP_ESYNTAX }, { "[]", FP_ESYNTAX },
        { "{}", FP_ESYNTAX }, { "[1,-2,3", FP_ETRUNCATED }, { "[1,-", FP_ETRUNCATED }, { "[", FP_ETRUNCATED }, { "", FP_ETRUNCATED },
        { "[1,-2,--3]", FP_ESYNTAX }, { "[1,-2,\"3\"]", FP_ESYNTAX },
    };
    static char padding[200];

    (void)state;
    memset(padding, ' ', sizeof padding);
    for (int padded = 0; padded < 2; padded++) /* the fast way needs bytes behind the row */
        FOR_EACH_CHUNK(chunk)
            for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                int64_t row[3] = { 0, 0, 0 };
                struct fp_str text;
                struct rig r;

                fp_str_init(&text, 1000);
                fp_str_puts(&text, rows[i].text);
                if (padded && rows[i].rc != FP_ETRUNCATED)
                    fp_str_append(&text, padding, sizeof padding);
                rig_up(&r, text.data, text.len, chunk);
                if (fp_json_i64_row(&r.json, row, 3, &r.err) != rows[i].rc)
                    fail_msg("%s in pieces of %zu: %d", rows[i].text, chunk, r.err.code);
                if (rows[i].rc == 0) {
                    assert_true(row[0] == 1 && row[1] == -2 && row[2] == 3);
                    assert_int_equal(fp_json_finish(&r.json, &r.err), 0);
                }
                fp_json_release(&r.json);
                fp_str_release(&text);
            }
}

/* The fast way and the slow way read the same numbers. */
static void rows_at_random(void **state)
{
    uint64_t random = 17;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        int64_t want[8], got[8];
        size_t n = 1 + below(&random, 8);
        struct fp_str text;
        struct rig r;

        fp_str_init(&text, 2000);
        for (size_t i = 0; i < n; i++) {
            want[i] = (int64_t)(rnd(&random) >> below(&random, 64));
            want[i] = below(&random, 2) ? want[i] : -(want[i] & INT64_MAX);
            fp_str_printf(&text, "%c%s%" PRId64, i ? ',' : '[', below(&random, 9) ? "" : " ", want[i]);
        }
        fp_str_printf(&text, "]%*s", (int)below(&random, 300), "");
        rig_up(&r, text.data, text.len, below(&random, 3));
        assert_int_equal(fp_json_i64_row(&r.json, got, n, &r.err), 0);
        assert_memory_equal(got, want, n * sizeof *got);
        fp_json_release(&r.json);
        fp_str_release(&text);
    }
}

static void keys_survive_until_the_next_call(void **state)
{
    static const char text[] = "{\"plain\":1,\"sp\" :2,\"es\\u0063\"\n:\n3,\"\":4,\"bad\xFF\" : 5}";
    static const char *const keys[] = { "plain", "sp", "esc", "", "bad\uFFFD" };

    (void)state;
    FOR_EACH_CHUNK(chunk) {
        struct fp_slice key;
        struct rig r;

        rig_up(&r, text, sizeof text - 1, chunk);
        assert_int_equal(fp_json_enter(&r.json, '{', &r.err), 0);
        for (size_t i = 0; i < 5; i++) {
            int64_t value;

            assert_int_equal(fp_json_key(&r.json, &key, &r.err), 1);
            assert_true(fp_slice_is(key, keys[i]));
            assert_int_equal(fp_json_i64(&r.json, &value, &r.err), 0);
            assert_int_equal(value, i + 1);
        }
        assert_int_equal(fp_json_key(&r.json, &key, &r.err), 0);
        assert_int_equal(fp_json_finish(&r.json, &r.err), 0);
        assert_int_equal(r.json.mended, 1);
        fp_json_release(&r.json);
    }
}

static void the_sources_own_error_comes_through(void **state)
{
    static const char text[] = "{\"a\": [1, 22, \"abc\\u0041\", true], \"b\": null}";

    (void)state;
    FOR_EACH_CHUNK(chunk)
        for (size_t at = 0; at < sizeof text - 1; at++) {
            struct rig r;

            rig_up(&r, text, sizeof text - 1, chunk);
            r.source.fail_at = at;
            assert_int_equal(fp_json_skip(&r.json, &r.err), FP_ENET);
            assert_string_equal(r.err.message, "the connection broke");
            fp_json_release(&r.json);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_that_are_json),
        cmocka_unit_test(documents_that_are_not),
        cmocka_unit_test(documents_cut_at_every_byte),
        cmocka_unit_test(the_nesting_limit),
        cmocka_unit_test(numbers),
        cmocka_unit_test(huge_digit_strings_end_quickly),
        cmocka_unit_test(strings),
        cmocka_unit_test(mended_strings),
        cmocka_unit_test(a_mending_is_remembered),
        cmocka_unit_test(string_errors),
        cmocka_unit_test(rows_of_numbers),
        cmocka_unit_test(rows_at_random),
        cmocka_unit_test(keys_survive_until_the_next_call),
        cmocka_unit_test(the_sources_own_error_comes_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
