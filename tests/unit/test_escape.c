/* base/escape: total, injective where it must be, and never a live byte of markup. */
#include "base/escape.h"
#include "base/out.h"
#include "base/utf8.h"
#include "profile_fixture.h"

typedef void escaper(struct fp_out *, const char *, size_t);

static const char *escape_bytes(escaper *how, struct fp_str *s, const char *bytes, size_t n)
{
    static struct fp_out out;

    fp_str_clear(s);
    fp_out_to_str(&out, s);
    how(&out, bytes, n);
    assert_int_equal(fp_out_finish(&out, NULL), 0);
    return s->data;
}

static const char *escape_text(escaper *how, struct fp_str *s, const char *text)
{
    return escape_bytes(how, s, text, strlen(text));
}

static void examples(void **state)
{
    static const char *const turning[] = { "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067",
                                           "\u2068", "\u2069", "\u200E", "\u200F", "\u061C" };
    struct fp_str s;

    (void)state;
    fp_str_init(&s, 10000);
    assert_string_equal(escape_text(fp_escape_xml, &s, ""), "");
    assert_string_equal(escape_bytes(fp_escape_xml, &s, NULL, 0), "");
    assert_string_equal(escape_text(fp_escape_xml, &s, "</title><script>"), "&lt;/title&gt;&lt;script&gt;");
    assert_string_equal(escape_text(fp_escape_xml, &s, "a&b\"c'd"), "a&amp;b&quot;c&#39;d");
    assert_string_equal(escape_text(fp_escape_xml, &s, "]]>"), "]]&gt;");
    assert_string_equal(escape_text(fp_escape_xml, &s, "a\tb\nc\rd\x7f"), "a␉b␊c␍d␡");
    assert_string_equal(escape_text(fp_escape_xml_text, &s, "a\tb\nc\x01"), "a\tb\nc␁");
    assert_string_equal(escape_bytes(fp_escape_xml, &s, "\0", 1), "␀");
    assert_string_equal(escape_text(fp_escape_xml, &s, "漢字😀"), "漢字😀");
    assert_string_equal(escape_text(fp_escape_xml, &s, "\xC2\x80\xEF\xBF\xBE\xEF\xB7\x90\xF0\x9F\xBF\xBE"),
                        "\uFFFD\uFFFD\uFFFD\uFFFD");
    assert_string_equal(escape_text(fp_escape_xml, &s, "a\xFFz\xE6\xBC"), "a\uFFFDz\uFFFD");
    for (size_t i = 0; i < sizeof turning / sizeof *turning; i++) {
        assert_string_equal(escape_text(fp_escape_xml, &s, turning[i]), "\uFFFD");
        assert_string_equal(escape_text(fp_escape_xml_text, &s, turning[i]), "\uFFFD");
    }
    assert_string_equal(escape_text(fp_escape_xml, &s, "\u200D\u202F\u2065\u206A"), "\u200D\u202F\u2065\u206A");
    assert_string_equal(escape_text(fp_escape_url, &s, "a/b c~%\xC3\xA4'"), "a%2Fb%20c~%25%C3%A4%27");
    assert_string_equal(escape_text(fp_escape_url_path, &s, "a/b?c#d"), "a/b%3Fc%23d");
    fp_str_release(&s);
}

/* XML 1.0's Char, without the markup bytes; entities are one of five. */
static void assert_xml_safe(const char *text, size_t n)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

    assert_int_equal(fp_utf8_valid_prefix(text, n), n);
    for (size_t i = 0; i < n;) {
        uint32_t code;
        bool known = false;

        if (text[i] == '&') {
            for (size_t e = 0; e < 5; e++)
                known |= strncmp(text + i, entities[e], strlen(entities[e])) == 0;
            assert_true(known);
        }
        assert_null(memchr("<>\"'", text[i], 4));
        i += fp_utf8_decode(text + i, n - i, &code);
        assert_true(code >= 0x20 && code != 0x7F && !(code >= 0x80 && code < 0xA0) && (code & 0xFFFE) != 0xFFFE);
    }
}

static void hostile_bytes(void **state)
{
    uint64_t random = 8;
    struct fp_str s;

    (void)state;
    fp_str_init(&s, 10000);
    for (int round = 0; round < 30000; round++) {
        static const char spice[] = "<>&\"']]>-\x80\xC2\xED\xF4\xEF\xBF\xBE\n\0";
        char bytes[50];
        size_t n = below(&random, sizeof bytes);

        for (size_t i = 0; i < n; i++)
            bytes[i] = below(&random, 2) ? spice[below(&random, sizeof spice)] : (char)rnd(&random);
        escape_bytes(fp_escape_xml, &s, bytes, n);
        assert_xml_safe(s.data, s.len);
        escape_bytes(fp_escape_url, &s, bytes, n);
        for (size_t i = 0; i < s.len; i++)
            assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%", s.data[i]));
    }
    fp_str_release(&s);
}

static void url_is_reversible(void **state)
{
    struct fp_str s;

    (void)state;
    fp_str_init(&s, 100);
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;

        escape_bytes(fp_escape_url, &s, &byte, 1);
        if (s.len == 1)
            assert_int_equal(s.data[0], byte);
        else
            assert_true(s.data[0] == '%' && strtol(s.data + 1, NULL, 16) == c && s.len == 3);
    }
    fp_str_release(&s);
}

static void markdown_code_spans(void **state)
{
    struct fp_str s;

    (void)state;
    fp_str_init(&s, 10000);
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, ""), "");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, "a|<b>@c\\"), "`a|<b>@c\\`");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, "a`b"), "``a`b``");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, "a``b`c"), "```a``b`c```");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, "`"), "`` ` ``");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, "``a"), "``` ``a ```");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, " a "), "`  a  `");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, " a"), "` a`");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, "a\n# b\r\t"), "`a␊# b␍␉`");
    assert_string_equal(escape_text(fp_escape_markdown_code, &s, "\u202ea\u2028b\u2066"), "`�a�b�`");
    assert_string_equal(escape_bytes(fp_escape_markdown_code, &s, "a\xff\0", 3), "`a�␀`");
    fp_str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(markdown_code_spans),
        cmocka_unit_test(hostile_bytes),
        cmocka_unit_test(url_is_reversible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
