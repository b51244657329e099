/* base/utf8: every code point, every pair of bytes, every cut. */
#include "base/utf8.h"
#include "profile_fixture.h"

/* RFC 3629, section 4, written out as its grammar: an implementation of its own. */
static size_t well_formed(const unsigned char *s, size_t n)
{
    static const struct {
        unsigned char lo, hi, second_lo, second_hi;
        size_t len;
    } rows[] = {
        { 0x00, 0x7F, 0, 0, 1 },       { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
        { 0xE1, 0xEC, 0x80, 0xBF, 3 }, { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
        { 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
    };

    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (s[0] < rows[r].lo || s[0] > rows[r].hi)
            continue;
        if (n < rows[r].len || (rows[r].len > 1 && (s[1] < rows[r].second_lo || s[1] > rows[r].second_hi)))
            return 0;
        for (size_t i = 2; i < rows[r].len; i++)
            if (s[i] < 0x80 || s[i] > 0xBF)
                return 0;
        return rows[r].len;
    }
    return 0;
}

static void every_code_point_and_back(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x110000; code++) {
        char bytes[4];
        uint32_t back;
        size_t n = fp_utf8_encode(code, bytes);
        bool scalar = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);

        assert_int_equal(fp_utf8_decode(bytes, n, &back), n);
        assert_int_equal(back, scalar ? code : FP_UTF8_REPLACEMENT);
        assert_int_equal(fp_utf8_valid_prefix(bytes, n), n);
        if (n > 1)
            assert_int_equal(fp_utf8_valid_prefix(bytes, n - 1), 0);
    }
    fp_utf8_encode(UINT32_MAX, (char[4]){ 0 });
}

/* All strings of 3 bytes, and 4 with interesting ones: what is accepted is the grammar, nothing else. */
static void the_grammar(void **state)
{
    static const unsigned char fourth[] = { 0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF };

    (void)state;
    for (uint32_t v = 0; v < 1u << 24; v++) {
        unsigned char s[4] = { (unsigned char)(v >> 16), (unsigned char)(v >> 8), (unsigned char)v, fourth[v % 6] };
        uint32_t code;
        size_t want, got;

        if (s[0] < 0x80 && v % 251) /* mostly uninteresting */
            continue;
        for (size_t n = 1; n <= 4; n++) {
            want = well_formed(s, n);
            got = fp_utf8_decode((char *)s, n, &code);
            if (want ? got != want : got < 1 || got > n || got > 3 || code != FP_UTF8_REPLACEMENT)
                fail_msg("%02x %02x %02x %02x in %zu bytes: %zu", s[0], s[1], s[2], s[3], n, got);
        }
    }
}

/* The Unicode standard's own example (section 3.9, table 3-8 and its like): maximal subparts. */
static void maximal_subparts(void **state)
{
    static const struct {
        const char *bytes;
        size_t len, first;
    } rows[] = {
        { "\xC0\xAF", 2, 1 }, { "\xE0\x80\xBF", 3, 1 }, { "\xF0\x81\x82" "A", 4, 1 }, { "\xED\xA0\x80", 3, 1 },
        { "\xE1\x80\xE2", 3, 2 }, { "\xF1\x80\x80" "A", 4, 3 }, { "\xF4\x91\x92\x93", 4, 1 }, { "\xFF", 1, 1 },
        { "\xE1\x80", 2, 2 }, { "\xF0\x90\x80", 3, 3 }, { "\x80", 1, 1 },
    };
    uint32_t code;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(fp_utf8_decode(rows[i].bytes, rows[i].len, &code), rows[i].first);
}

static void prefixes_at_every_position(void **state)
{
    char text[64];

    (void)state;
    for (size_t at = 0; at < sizeof text; at++) { /* the eight-byte stride must not overlook one */
        memset(text, 'a', sizeof text);
        text[at] = (char)0xFF;
        assert_int_equal(fp_utf8_valid_prefix(text, sizeof text), at);
        if (at + 3 <= sizeof text) {
            memcpy(text + at, "\xE6\xBC\xA2", 3);
            assert_int_equal(fp_utf8_valid_prefix(text, sizeof text), sizeof text);
            assert_int_equal(fp_utf8_valid_prefix(text, at + 2), at);
        }
    }
    assert_int_equal(fp_utf8_valid_prefix("", 0), 0);
}

static void cleaning_never_overflows_nor_splits(void **state)
{
    uint64_t random = 11;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char from[40], to[64];
        size_t n = below(&random, sizeof from + 1), max = below(&random, sizeof to), got;

        for (size_t i = 0; i < n; i++)
            from[i] = (char)rnd(&random);
        memset(to, '#', sizeof to);
        got = fp_utf8_clean(to, max, from, n);
        assert_true(got <= max);
        assert_int_equal(to[got], '#');
        assert_int_equal(fp_utf8_valid_prefix(to, got), got);
        for (size_t i = 0; i < got; i++)
            assert_true((unsigned char)to[i] >= 0x20 && to[i] != 0x7F);
    }
    assert_int_equal(fp_utf8_clean((char[8]){ 0 }, 8, "\xC2\x85", 2), 1); /* a C1 control */
}

static void cutting(void **state)
{
    static const char text[] = "a\xC3\xA4\xE6\xBC\xA2\xF0\x9F\x98\x80z"; /* 1 2 3 4 1 bytes */
    static const size_t cuts[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11 };

    (void)state;
    for (size_t max = 0; max < sizeof cuts / sizeof *cuts; max++)
        assert_int_equal(fp_utf8_cut(text, sizeof text - 1, max), cuts[max]);
    assert_int_equal(fp_utf8_cut(text, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_and_back),
        cmocka_unit_test(the_grammar),
        cmocka_unit_test(maximal_subparts),
        cmocka_unit_test(prefixes_at_every_position),
        cmocka_unit_test(cleaning_never_overflows_nor_splits),
        cmocka_unit_test(cutting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
