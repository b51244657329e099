/* report/template: what the specification leaves open, errors and their places, limits. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "template_shelf.h"

static json_t *parse(const char *json)
{
    json_error_t why;
    json_t *data = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);

    if (!data)
        fail_msg("%s in %s", why.text, json);
    return data;
}

static void check_with(const char *source, const char *json, const char *const (*texts)[2],
                       const char *expected)
{
    struct shelf shelf = { .texts = texts };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    json_t *data = parse(json);

    if (render(fp_slice_of(source), data, &shelf, &text, &err) < 0)
        fail_msg("%s:%u:%u: %s", err.source, err.line, err.column, err.message);
    assert_string_equal(text.data, expected);
    fp_str_release(&text);
    shelf_release(&shelf);
    json_decref(data);
}

static void check(const char *source, const char *json, const char *expected)
{
    check_with(source, json, NULL, expected);
}

static void check_error_with(const char *source, const char *json, const char *const (*texts)[2],
                             enum fp_status code, const char *expected)
{
    struct shelf shelf = { .texts = texts };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text, message;
    json_t *data = parse(json);

    assert_int_equal(render(fp_slice_of(source), data, &shelf, &text, &err), code);
    fp_str_init(&message, FP_LIMIT_TEXT);
    fp_error_format(&err, &message);
    if (!strstr(message.data, expected))
        fail_msg("\"%s\" is not in \"%s\"", expected, message.data);
    fp_str_release(&message);
    fp_str_release(&text);
    shelf_release(&shelf);
    json_decref(data);
}

static void check_error(const char *source, enum fp_status code, const char *expected)
{
    check_error_with(source, "{}", NULL, code, expected);
}

/* `head`, `n` times `middle`, `tail`; free() it */
static char *repeat(const char *head, const char *middle, size_t n, const char *tail)
{
    struct fp_str s;

    fp_str_init(&s, FP_LIMIT_PAGE);
    fp_str_puts(&s, head);
    while (n--)
        fp_str_puts(&s, middle);
    fp_str_puts(&s, tail);
    assert_true(fp_str_ok(&s));
    return fp_str_detach(&s);
}

/* Values */

static void numbers(void **state)
{
    static const char *const pairs[][2] = {
        { "0", "0" },
        { "-1", "-1" },
        { "9223372036854775807", "9223372036854775807" },
        { "-9223372036854775808", "-9223372036854775808" },
        { "0.0", "0" },
        { "-0.0", "0" },
        { "3.0", "3" },
        { "1.21", "1.21" },
        { "0.1", "0.1" },
        { "-2.5", "-2.5" },
        { "0.30000000000000004", "0.3" }, /* as many digits as files have */
        { "1e3", "1000" },
        { "1e21", "1000000000000000000000" },
        { "123456789.125", "123456789.125" },
        { "0.001", "0.001" },
        { "1e-7", "0.0000001" },
        { "1e-8", "1e-8" },
        { "-1.5e-9", "-1.5e-9" },
        { "2.2250738585072014e-308", "2.2250738585072e-308" },
        { "0.99999999999999989", "1" },
    };
    char json[64];

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        snprintf(json, sizeof json, "[%s]", pairs[i][0]);
        check("{{#.}}{{.}}{{/.}}", json, pairs[i][1]);
        check("{{#.}}{{{.}}}{{/.}}", json, pairs[i][1]);
    }
}

static void numbers_in_another_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        skip();
    check("{{a}}", "{\"a\":1.25}", "1.25");
    setlocale(LC_NUMERIC, "C");
}

static void truth(void **state)
{
    static const char *const false_values[] = { "false", "null", "[]" };
    static const char *const true_values[] = { "true", "0", "0.0", "\"\"", "{}", "[0]", "\"x\"", "-1" };
    char json[64];

    (void)state;
    check("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{}", "no");
    check("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "3", "no");
    for (size_t i = 0; i < sizeof false_values / sizeof *false_values; i++) {
        snprintf(json, sizeof json, "{\"a\":%s}", false_values[i]);
        check("{{#a}}yes{{/a}}{{^a}}no{{/a}}", json, "no");
    }
    for (size_t i = 0; i < sizeof true_values / sizeof *true_values; i++) {
        snprintf(json, sizeof json, "{\"a\":%s}", true_values[i]);
        check("{{#a}}yes{{/a}}{{^a}}no{{/a}}", json, "yes");
    }
}

static void texts(void **state)
{
    (void)state;
    check("{{a}}", "{\"a\":true}", "true");
    check("{{a}}", "{\"a\":false}", "false");
    check("[{{a}}]", "{\"a\":null}", "[]");
    check("", "{}", "");
    check("{{a}}", "{\"a\":\"<a href='x' title=\\\"&\\\">\"}",
          "&lt;a href=&#39;x&#39; title=&quot;&amp;&quot;&gt;");
    check("{{{a}}}{{&a}}", "{\"a\":\"<&'>\"}", "<&'><&'>");
    check("{{a}}", "{\"a\":\"\\u0001\\u0000\\u007f\"}", "\xE2\x90\x81\xE2\x90\x80\xE2\x90\xA1");
    check("{{a}}", "{\"a\":\"1\\n\\t2\"}", "1\n\t2");
    check("{{名前}}", "{\"名前\":\"値\"}", "値");
    check("{{#a}}{{b}}{{/a}}", "{\"a\":[{\"b\":1},{}],\"b\":2}", "12");
    check("{{#a}}{{#b}}{{c}}{{/b}}{{/a}}", "{\"a\":{\"b\":{},\"c\":1}}", "1");
}

/* A raw NUL in a raw insertion must not cut the text. */
static void raw_keeps_nul(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    json_t *data = parse("{\"a\":\"x\\u0000y\"}");

    (void)state;
    assert_int_equal(render(fp_slice_of("{{{a}}}"), data, NULL, &text, &err), FP_OK);
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.data, "x\0y", 3);
    fp_str_release(&text);
    json_decref(data);
}

static void null_data(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;

    (void)state;
    assert_int_equal(render(fp_slice_of("[{{a}}{{.}}{{#.}}x{{/.}}]"), NULL, NULL, &text, &err), FP_OK);
    assert_string_equal(text.data, "[]");
    fp_str_release(&text);
}

static void blanks_in_tags(void **state)
{
    (void)state;
    check("{{ # a }}{{\t&b\n}}{{ / a }}", "{\"a\":true,\"b\":\"&\"}", "&");
    check("{{a}}}", "{\"a\":1}", "1}");
    check("a } } {b", "{}", "a } } {b");
    check("<!--{{=<!-- -->=}}--><!--a--><!--{a}-->", "{\"a\":\"<\"}", "<!---->&lt;<");
}

/* Standalone tags and partials */

static void lines(void **state)
{
    (void)state;
    check("  {{#a}}  \n x\n\t{{/a}}\t", "{\"a\":true}", " x\n");
    check("{{#a}} {{/a}}\n", "{\"a\":true}", " \n");
    check("{{!x}}{{!y}}\n", "{}", "\n");
    check("{{!x}}\r", "{}", "\r");
    check("{{!x\n}} y\n{{!x\n}}\nz", "{}", " y\nz");
    check("\n{{!x}}\n\n", "{}", "\n\n");
}

static void indentation(void **state)
{
    static const char *const partials[][2] = {
        { "two", "1\n2\n" },
        { "in", "[\n  {{>two}}\n]\n" },
        { "tags", "{{a}}\n{{#l}}\n{{.}}\n{{/l}}\n{{#l}}{{.}}{{/l}}\n" },
        { "blank", "\n\nx" },
        { "comment", "{{! a\nb }} c\n{{! d }}{{a}}\n" },
        { NULL, NULL },
    };

    (void)state;
    check_with(" {{>in}}\n", "{}", partials, " [\n   1\n   2\n ]\n");
    check_with(" {{>two}}.\n", "{}", partials, " 1\n2\n.\n");
    check_with("\t{{>tags}}\n", "{\"a\":\"A\\nB\",\"l\":[1,2]}", partials, "\tA\nB\n\t1\n\t2\n\t12\n");
    check_with(" {{>blank}}\n.", "{}", partials, " \n \n x.");
    check_with(" {{>comment}}\n", "{\"a\":1}", partials, "  c\n 1\n");
    check_with("{{#l}}\n {{>two}}\n{{/l}}\n{{>two}}\n", "{\"l\":[1,2]}", partials, " 1\n 2\n 1\n 2\n1\n2\n");
}

static void partials(void **state)
{
    static const char *const texts_[][2] = {
        { "node", "{{name}}{{#kids}}({{>node}}){{/kids}}" },
        { "loop", "{{>loop}}" },
        { "bad", "ok\n {{#x}}" },
        { "a/b.c", "dots" },
        { "object", "\n{{o}}" },
        { NULL, NULL },
    };

    (void)state;
    check_with(
        "{{>node}}",
        "{\"name\":1,\"kids\":[{\"name\":2,\"kids\":[{\"name\":3,\"kids\":[]}]},{\"name\":4,\"kids\":null}]}",
        texts_, "1(2(3))(4)");
    check_with("{{>a/b.c}}", "{}", texts_, "dots");
    check_error_with("x\n {{>none}}", "{}", texts_, FP_ENOTFOUND, "t:2:2: there is no partial \"none\"");
    check_error_with("{{>loop}}", "{}", texts_, FP_ELIMIT, "loop:1:1: more than 64 sections and partials");
    check_error_with("{{>bad}}", "{}", texts_, FP_ESYNTAX, "bad:2:2: the section \"x\" is never closed");
    check_error_with("{{>object}}", "{\"o\":{}}", texts_, FP_EDATA, "object:2:1: the value is an object");
    check_error_with("{{#o}}{{>object}}{{/o}}", "{\"o\":[[]]}", texts_, FP_EDATA,
                     "object:2:1: the value is an array");
}

static void no_partials(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;

    (void)state;
    assert_int_equal(render(fp_slice_of("{{>a}}"), NULL, NULL, &text, &err), FP_ENOTFOUND);
    fp_str_release(&text);
    assert_int_equal(render(fp_slice_of("{{>a}}"), NULL, NULL, &text, NULL), FP_ENOTFOUND);
    fp_str_release(&text);
}

/* Errors */

static void syntax_errors(void **state)
{
    static const struct {
        const char *source, *message;
    } cases[] = {
        { "a\nbc {{x", "t:2:4: a tag that is never closed: add \"}}\"" },
        { "{{", "t:1:1: a tag that is never closed" },
        { "{{!", "t:1:1: a tag that is never closed" },
        { "{{{x}}", "t:1:1: a tag that is never closed: add \"}}}\"" },
        { "{{{x}} {{{y}}}", "t:1:1: \"{{{\" is closed by \"}}\": write \"}}}\"" },
        { "{{=<% %>}}", "add \"=}}\"" },
        { "{{=<%=}}", "does not set delimiters" },
        { "{{=a b c=}}", "does not set delimiters" },
        { "{{=a= b=}}", "does not set delimiters" },
        { "{{==}}", "does not set delimiters" },
        { "{{=12345678901234567 b=}}", "does not set delimiters" },
        { "{{=<% %>=}}<%x}}", "add \"%>\"" },
        { "{{}}", "a tag without a name" },
        { "{{ \n }}", "a tag without a name" },
        { "{{#}}{{/}}", "a tag without a name" },
        { "{{>}}", "a tag without a name" },
        { "{{a b}}", "contains a blank" },
        { "{{a\x01}}", "contains a blank or a control character" },
        { "{{.a}}", "has an empty part" },
        { "{{a.}}", "has an empty part" },
        { "{{a..b}}", "has an empty part" },
        { "{{..}}", "has an empty part" },
        { "{{<a}}{{/a}}", "begins with '<'" },
        { "{{$a}}{{/a}}", "begins with '$'" },
        { "{{>*a}}", "begins with '*'" },
        { "{{##a}}{{/#a}}", "begins with '#'" },
        { "x\n{{#a}}\n{{#b}}{{/b}}", "t:2:1: the section \"a\" is never closed: add {{/a}}" },
        { "{{^a}}", "the section \"a\" is never closed" },
        { "{{/a}}", "t:1:1: the end of \"a\" closes nothing" },
        { "{{#a}}{{/a}}{{/a}}", "t:1:13: the end of \"a\" closes nothing" },
        { "{{#a}}{{#b}}{{/a}}{{/b}}", "t:1:13: the end of \"a\" stands inside the section \"b\"" },
        { "{{#a.b}}{{/a}}", "the end of \"a\" stands inside the section \"a.b\"" },
        { "ab\n\xFF", "t:2:1: this byte is not UTF-8" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_error(cases[i].source, FP_ESYNTAX, cases[i].message);
}

static void sink_errors(void **state)
{
    struct fp_template *tmpl = NULL;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out *out = malloc(sizeof *out);
    struct fp_str text;
    json_t *data = parse("{\"l\":[1,2,3]}");
    char *source = repeat("{{#l}}", "0123456789", 10000, "{{/l}}");

    (void)state;
    assert_non_null(out);
    assert_int_equal(fp_template_new(&tmpl, "t", fp_slice_of(source), &err), FP_OK);
    fp_str_init(&text, 1000);
    fp_out_to_str(out, &text);
    assert_int_equal(fp_template_render(tmpl, data, NULL, out, &err), FP_ELIMIT);
    assert_true(out->written < 150000); /* stopped at once, not after three rounds */
    assert_non_null(strstr(err.message, "1000 bytes"));
    fp_str_release(&text);
    fp_template_free(tmpl);
    json_decref(data);
    free(source);
    free(out);
}

/* Limits */

static void name_limit(void **state)
{
    char *good = repeat("{{", "a", 255, "}}"), *bad = repeat("{{", "a", 256, "}}");
    char *dots = repeat("{{a", ".a", 127, "}}");

    (void)state;
    check(good, "{}", "");
    check(dots, "{\"a\":{\"a\":1}}", "");
    check_error(bad, FP_ELIMIT, "longer than 255 bytes");
    free(good);
    free(bad);
    free(dots);
}

static void nesting_limit(void **state)
{
    char *opened = repeat("", "{{#.}}", 64, "x"), *good = repeat(opened, "{{/.}}", 64, "");
    char *more = repeat("", "{{#.}}", 65, "x"), *bad = repeat(more, "{{/.}}", 65, "");

    (void)state;
    check(good, "true", "x");
    check_error_with(bad, "true", NULL, FP_ELIMIT, "t:1:385: more than 64 sections");
    free(opened);
    free(good);
    free(more);
    free(bad);
}

/* Two rounds in each of 60 sections are 2^60 rounds: refused, not waited for. */
static void step_limit(void **state)
{
    char *opened = repeat("", "{{#l}}", 60, ""), *source = repeat(opened, "{{/l}}", 60, "");

    (void)state;
    check_error_with(source, "{\"l\":[1,2]}", NULL, FP_ELIMIT, "more than 20000000 steps");
    free(opened);
    free(source);
}

static int discard(void *ctx, const char *bytes, size_t n, struct fp_error *err)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    (void)err;
    return FP_OK;
}

/* 100,000 lines with 100,000 blanks before each: within one instruction, and the last one of all, and into a
 * sink that would take it. */
static void page_limit(void **state)
{
    char *lines_ = repeat("", "\n", 100000, ""), *source = repeat("", " ", 100000, "{{>lines}}\n");
    const char *const texts_[][2] = { { "lines", lines_ }, { NULL, NULL } };
    struct shelf shelf = { .texts = texts_ };
    struct fp_partials partials_ = { shelf_find, &shelf, false };
    struct fp_template *tmpl = NULL;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out *out = malloc(sizeof *out);

    (void)state;
    assert_non_null(out);
    fp_out_to(out, discard, NULL);
    assert_int_equal(fp_template_new(&tmpl, "t", fp_slice_of(source), &err), FP_OK);
    assert_int_equal(fp_template_render(tmpl, NULL, &partials_, out, &err), FP_ELIMIT);
    assert_non_null(strstr(err.message, "the page has more than"));
    assert_string_equal(err.source, "lines");
    assert_true(out->written < FP_LIMIT_PAGE + 200000);
    fp_template_free(tmpl);
    shelf_release(&shelf);
    free(lines_);
    free(source);
    free(out);
}

static void size_limit(void **state)
{
    struct fp_template *tmpl = NULL;
    struct fp_error err = FP_ERROR_INIT;
    char *text = calloc(1, FP_LIMIT_ASSET + 1);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', FP_LIMIT_ASSET + 1);
    assert_int_equal(fp_template_new(&tmpl, "t", (struct fp_slice){ text, FP_LIMIT_ASSET + 1 }, &err),
                     FP_ELIMIT);
    assert_null(tmpl);
    fp_error_clear(&err);
    assert_int_equal(fp_template_new(&tmpl, "t", (struct fp_slice){ text, FP_LIMIT_ASSET }, &err), FP_OK);
    fp_template_free(tmpl);
    fp_template_free(NULL);
    free(text);
}

static void many_rows(void **state)
{
    char *all = repeat("[{\"name\":\"f<x>\",\"self\":12}", ",{\"name\":\"f<x>\",\"self\":12}", 9999, "]");
    char *expected = repeat("<table>\n", "  <tr><td>f&lt;x&gt;<td>12<td>us\n", 10000, "</table>\n");
    struct fp_str json;

    (void)state;
    fp_str_init(&json, FP_LIMIT_PAGE);
    fp_str_printf(&json, "{\"unit\":\"us\",\"rows\":%s}", all);
    check("<table>\n{{#rows}}\n  <tr><td>{{name}}<td>{{self}}<td>{{unit}}\n{{/rows}}\n</table>\n", json.data,
          expected);
    fp_str_release(&json);
    free(all);
    free(expected);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),        cmocka_unit_test(numbers_in_another_locale),
        cmocka_unit_test(truth),          cmocka_unit_test(texts),
        cmocka_unit_test(raw_keeps_nul),  cmocka_unit_test(null_data),
        cmocka_unit_test(blanks_in_tags), cmocka_unit_test(lines),
        cmocka_unit_test(indentation),    cmocka_unit_test(partials),
        cmocka_unit_test(no_partials),    cmocka_unit_test(syntax_errors),
        cmocka_unit_test(sink_errors),    cmocka_unit_test(name_limit),
        cmocka_unit_test(nesting_limit),  cmocka_unit_test(step_limit),
        cmocka_unit_test(page_limit),     cmocka_unit_test(size_limit),
        cmocka_unit_test(many_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
