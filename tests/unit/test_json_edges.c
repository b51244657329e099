/*
 * codec/json_reader against jansson on random and damaged documents, and at the edges of its window of 256
 * KiB. The expected differences: jansson refuses what we mend (broken UTF-8, lone surrogates), refuses
 * numbers beyond its range; nesting is kept below both limits.
 */
#include <jansson.h>

#include "base/utf8.h"
#include "codec/json_reader.h"
#include "profile_fixture.h"

#define WINDOW ((size_t)256 << 10)

static void random_string(struct fp_str *to, uint64_t *random)
{
    static const char *const parts[] = { "a", "name", "\\n", "\\\"", "\\\\", "\\u00e9", "\\uD83D\\uDE00", "漢", "😀", " ", "/", "\\/", "[", "}", ",", ":" };

    fp_str_putc(to, '"');
    for (size_t n = below(random, 6); n > 0; n--)
        fp_str_puts(to, parts[below(random, sizeof parts / sizeof *parts)]);
    fp_str_putc(to, '"');
}

static void random_scalar(struct fp_str *to, uint64_t *random)
{
    static const char *const words[] = { "true", "false", "null", "0", "-0", "1.5", "-2e3", "1E-2", "0.0", "12345678901" };

    if (below(random, 3) == 0)
        random_string(to, random);
    else if (below(random, 2))
        fp_str_puts(to, words[below(random, sizeof words / sizeof *words)]);
    else
        fp_str_printf(to, "%d", (int)below(random, 2000000) - 1000000);
}

static void random_space(struct fp_str *to, uint64_t *random)
{
    while (below(random, 4) == 0)
        fp_str_putc(to, " \n\t\r"[below(random, 4)]);
}

/* A document of nested containers, made with a stack of what is open. */
static void random_document(struct fp_str *to, uint64_t *random)
{
    char open[12];
    size_t depth = 0, left = 1 + below(random, 30);
    bool first = true;

    open[depth++] = below(random, 2) ? '{' : '[';
    fp_str_putc(to, open[0]);
    while (depth > 0) {
        random_space(to, random);
        if (left == 0 || below(random, 4) == 0) {
            fp_str_putc(to, open[--depth] == '{' ? '}' : ']');
            first = false;
            continue;
        }
        left--;
        if (!first)
            fp_str_putc(to, ',');
        random_space(to, random);
        if (open[depth - 1] == '{') {
            random_string(to, random);
            random_space(to, random);
            fp_str_putc(to, ':');
            random_space(to, random);
        }
        first = false;
        if (depth < sizeof open && below(random, 3) == 0) {
            open[depth] = below(random, 2) ? '{' : '[';
            fp_str_putc(to, open[depth++]);
            first = true;
        } else {
            random_scalar(to, random);
        }
    }
    random_space(to, random);
}

static int ours(const struct fp_str *text, size_t chunk)
{
    struct chopped source = chop(text->data, text->len, chunk);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_json json;
    int rc;

    assert_int_equal(fp_json_init(&json, &source.in, &err), 0);
    rc = fp_json_skip(&json, &err);
    if (rc == FP_OK)
        rc = fp_json_finish(&json, &err);
    fp_json_release(&json);
    return rc;
}

static bool mentions_range(const json_error_t *why)
{
    return strstr(why->text, "too big") || strstr(why->text, "too large") || strstr(why->text, "overflow");
}

static void compare_with_jansson(struct fp_str *text, uint64_t *random)
{
    fp_str_putc(text, ' '); /* for us a number needs something behind it: what ends with one may have been cut */
    json_error_t why = { .text = "" };
    json_t *theirs = json_loadb(text->data, text->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    int rc = ours(text, below(random, 4));
    bool lenient = rc == FP_OK && (strstr(why.text, "decode byte") || strstr(why.text, "UTF-8") || strstr(why.text, "Unicode") || mentions_range(&why));

    if ((rc == FP_OK) != (theirs != NULL) && !lenient)
        fail_msg("%.*s: %d, jansson: %s", (int)text->len, text->data, rc, theirs ? "well" : why.text);
    json_decref(theirs);
}

static void the_same_verdict_as_jansson(void **state)
{
    uint64_t random = 99;
    struct fp_str text;
    size_t good = 0;

    (void)state;
    fp_str_init(&text, 100000);
    for (int round = 0; round < 6000; round++) {
        fp_str_clear(&text);
        random_document(&text, &random);
        assert_int_equal(ours(&text, below(&random, 4)), FP_OK);
        compare_with_jansson(&text, &random);
        fp_str_truncate(&text, text.len - 1);
        for (int damage = 0; damage < 3; damage++) { /* one byte dropped, changed or doubled */
            static const char bytes[] = "{}[]\",:\\u0019-+.eEtfn \n\x01\x80\xC3";
            size_t at = below(&random, text.len);

            if (damage == 0)
                text.data[at] = bytes[below(&random, sizeof bytes - 1)];
            else if (damage == 1)
                memmove(text.data + at, text.data + at + 1, text.len - at - 1), fp_str_truncate(&text, text.len - 1);
            else
                text.data[at] = text.data[at ? at - 1 : 0];
            if (text.len == 0)
                break;
            compare_with_jansson(&text, &random);
            good += ours(&text, 0) == FP_OK;
            fp_str_truncate(&text, text.len - 1);
        }
    }
    assert_true(good > 1500); /* else the damage would only ever test refusal */
    fp_str_release(&text);
}

/* `what` placed so that it begins `before` bytes before the end of the first window, after a long enough
 * skip. */
static void at_the_edge(const char *what, size_t n, size_t before, struct fp_str *text)
{
    size_t pad = WINDOW - before;

    fp_str_clear(text);
    fp_str_puts(text, "[");
    while (text->len < pad - 70000) { /* strings of their own, so that the window moves on */
        static char filler[60000];

        memset(filler, 'f', sizeof filler);
        fp_str_putc(text, '"');
        fp_str_append(text, filler, sizeof filler);
        fp_str_puts(text, "\",");
    }
    while (text->len < pad)
        fp_str_putc(text, ' ');
    fp_str_append(text, what, n);
    fp_str_puts(text, ", 4711]");
}

/* Reads the array of at_the_edge: long strings, then `what`, then 4711. */
static void read_edge(const struct fp_str *text, size_t chunk, const char *want, size_t want_n)
{
    struct chopped source = chop(text->data, text->len, chunk);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_slice got;
    struct fp_json json;
    int64_t value;

    assert_int_equal(fp_json_init(&json, &source.in, &err), 0);
    assert_int_equal(fp_json_enter(&json, '[', &err), 0);
    do {
        assert_int_equal(fp_json_item(&json, &err), 1);
        if (fp_json_string(&json, &got, &err) < 0)
            fail_msg("%s", err.message);
    } while (got.len == 60000 && got.data[0] == 'f');
    assert_int_equal(got.len, want_n);
    assert_memory_equal(got.data, want, want_n);
    assert_int_equal(fp_json_item(&json, &err), 1);
    assert_int_equal(fp_json_i64(&json, &value, &err), 0);
    assert_int_equal(value, 4711);
    assert_int_equal(fp_json_item(&json, &err), 0);
    assert_int_equal(fp_json_finish(&json, &err), 0);
    assert_int_equal(fp_json_offset(&json), text->len);
    fp_json_release(&json);
}

static void strings_across_the_edge(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "\"abcdefghij\"", "abcdefghij" }, { "\"a\\uD83D\\uDE00b\"", "a😀b" }, { "\"漢字😀漢字\"", "漢字😀漢字" },
        { "\"\\\\\\\"\\n\\u0041\"", "\\\"\nA" }, { "\"x\\uD83Dy\xF0\x9Fz\"", "x\uFFFDy\uFFFDz" },
    };
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 4 * WINDOW);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t before = 0; before < 24; before++) {
            at_the_edge(rows[i].text, strlen(rows[i].text), before, &text);
            read_edge(&text, WINDOW, rows[i].want, strlen(rows[i].want));
            read_edge(&text, 0, rows[i].want, strlen(rows[i].want));
            read_edge(&text, 65536, rows[i].want, strlen(rows[i].want));
        }
    fp_str_release(&text);
}

/* Rows of numbers and keys, so many that every alignment of the window's edge occurs. */
static void rows_and_keys_across_many_edges(void **state)
{
    static const size_t chunk_of[] = { 0, 1000, WINDOW, 3 * WINDOW };
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 20 * WINDOW);
    fp_str_putc(&text, '[');
    for (int i = 0; i < 60000; i++)
        fp_str_printf(&text, "%s{\"k%d\":[%d,-1,%d,%s0]}", i ? "," : "", i, i, 7 * i, i % 3 ? "" : " ");
    fp_str_putc(&text, ']');
    for (size_t c = 0; c < 4; c++) {
        struct chopped source = chop(text.data, text.len, chunk_of[c]);
        struct fp_error err = FP_ERROR_INIT;
        struct fp_slice key;
        struct fp_json json;
        int64_t row[4], i = 0;
        char want[32];

        assert_int_equal(fp_json_init(&json, &source.in, &err), 0);
        assert_int_equal(fp_json_enter(&json, '[', &err), 0);
        for (; fp_json_item(&json, &err) == 1; i++) {
            assert_int_equal(fp_json_enter(&json, '{', &err), 0);
            assert_int_equal(fp_json_key(&json, &key, &err), 1);
            snprintf(want, sizeof want, "k%d", (int)i);
            assert_true(fp_slice_is(key, want));
            assert_int_equal(fp_json_i64_row(&json, row, 4, &err), 0);
            assert_true(row[0] == i && row[1] == -1 && row[2] == 7 * i && row[3] == 0);
            assert_int_equal(fp_json_key(&json, &key, &err), 0);
        }
        assert_int_equal(err.code, FP_OK);
        assert_int_equal(i, 60000);
        assert_int_equal(fp_json_finish(&json, &err), 0);
        fp_json_release(&json);
    }
    fp_str_release(&text);
}

/* Strings of exactly the limit, plain, escaped and mended, and one more: that is cut, and stays within the
 * limit. */
static void the_longest_string(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++)
        for (int how = 0; how < 3; how++) {
            size_t n = FP_LIMIT_NAME + (size_t)more;
            struct chopped source;
            struct fp_error err = FP_ERROR_INIT;
            struct fp_slice got = { NULL, 0 };
            struct fp_json json;
            struct fp_str text;
            int rc;

            fp_str_init(&text, 4 * WINDOW);
            fp_str_putc(&text, '"');
            if (how == 1)
                fp_str_puts(&text, "\\n");
            if (how == 2)
                fp_str_putc(&text, (char)0xFF); /* becomes three bytes */
            for (size_t used = how == 2 ? 3 : (size_t)how; used < n; used++)
                fp_str_putc(&text, 'a');
            fp_str_puts(&text, "\" ");
            source = chop(text.data, text.len, 0);
            assert_int_equal(fp_json_init(&json, &source.in, &err), 0);
            rc = fp_json_string(&json, &got, &err);
            assert_int_equal(rc, FP_OK);
            assert_int_equal(got.len, FP_LIMIT_NAME);
            assert_int_equal(memcmp(got.data + got.len - 26, "\u2026sha256:", 10) == 0, more);
            assert_int_equal(json.mended, more || how == 2);
            fp_json_release(&json);
            source = chop(text.data, text.len, 0); /* skipped it may have any length */
            assert_int_equal(ours(&text, 0), FP_OK);
            fp_str_release(&text);
        }
}

/* A source of one endless string: 200 MB, made as they are asked for. */
static ssize_t endless_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct chopped *c = (struct chopped *)in;
    size_t n = c->len - c->pos < cap ? c->len - c->pos : cap;

    (void)err;
    memset(buf, 'a', n);
    if (n && c->pos == 0)
        *(char *)buf = '"';
    if (n > 1 && c->pos + n == c->len)
        memcpy((char *)buf + n - 2, "\" ", 2);
    c->pos += n;
    return (ssize_t)n;
}

/* However long a string, memory is that of the limit; its end counts all the same. */
static void a_string_without_end(void **state)
{
    static const struct fp_in_ops ops = { endless_read, chopped_close };
    struct chopped source = { { &ops }, NULL, 0, 200000000, 0, SIZE_MAX, 0 };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_slice got;
    struct fp_json json;

    (void)state;
    assert_int_equal(fp_json_init(&json, &source.in, &err), 0);
    assert_int_equal(fp_json_string(&json, &got, &err), FP_OK);
    assert_int_equal(got.len, FP_LIMIT_NAME);
    assert_memory_equal(got.data + got.len - 16, "da29133c7fecc9e2", 16);
    assert_true(json.scratch.text.cap + json.scratch.mended.cap < 4 * FP_LIMIT_NAME);
    assert_int_equal(fp_json_finish(&json, &err), FP_OK);
    fp_json_release(&json);
}

/* Recorded replies cut at every 97th byte, skipped as a whole: too short is always said to be so. */
static void a_real_document_cut_anywhere(void **state)
{
    struct fp_str text;

    (void)state;
    load_unzipped(FP_TEST_DATA "/cases/cut-at-1000-rows/reply.v7.1.8.json.gz", &text);
    assert_true(text.len > 1000);
    for (size_t n = 0; n + 1 < text.len; n += n < 1000 || n + 1000 > text.len ? 1 : 97) {
        struct fp_str part = { .data = text.data, .len = n };
        int rc = ours(&part, n % 2 ? 0 : 4096);

        if (rc != FP_ETRUNCATED && n < text.len - 2) /* a new line may follow the last brace */
            fail_msg("cut at %zu of %zu: %d", n, text.len, rc);
    }
    fp_str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_verdict_as_jansson),
        cmocka_unit_test(strings_across_the_edge),
        cmocka_unit_test(rows_and_keys_across_many_edges),
        cmocka_unit_test(the_longest_string),
        cmocka_unit_test(a_string_without_end),
        cmocka_unit_test(a_real_document_cut_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
