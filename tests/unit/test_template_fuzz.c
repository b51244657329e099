/*
 * Random templates, half of them broken, over random data: any outcome is fine except a crash, a hang, or an
 * error without message and place. The numbers are the same each time; FP_FUZZ_ROUNDS makes more of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "template_shelf.h"

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static const char *const pieces[] = {
    "x",         "\n",       " ",          "\r\n",   "{{a}}",
    "{{.}}",     "{{a.b}}",  "{{{b}}}",    "{{&b}}", "{{! c\nd }}",
    "  {{!}}\n", "{{>p}}",   "  {{>q}}\n", "{{#l}}", "{{^l}}",
    "{{#a}}",    "{{^b}}\n", "{{#.}}",     "é",      "{{=| |=}}|b||={{ }}=|",
};

static const char *const breakers[] = {
    "{{", "}}", "{{{", "}}}",       "#",         "^",      "/",    ">",
    "!",  "=",  "&",   "{{=| |=}}", "|={{ }}=|", "{{/l}}", "\x01", "\xFF",
};

/* Well-formed, then one time in two broken. */
static void fuzz_text(struct fp_str *text, uint32_t *seed)
{
    const char *open[40];
    unsigned depth = 0;

    fp_str_clear(text);
    for (uint32_t n = next_random(seed) % 40; n; n--) {
        const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof *pieces)];

        fp_str_puts(text, piece);
        if (piece[0] == '{' && (piece[2] == '#' || piece[2] == '^'))
            open[depth++] = piece + 3;
        if (depth && next_random(seed) % 3 == 0)
            fp_str_printf(text, "{{/%.1s}}", open[--depth]);
    }
    while (depth)
        fp_str_printf(text, "{{/%.1s}}\n", open[--depth]);
    if (next_random(seed) % 2)
        return;
    for (uint32_t n = next_random(seed) % 3; n && text->len; n--)
        text->data[next_random(seed) % text->len] = (char)next_random(seed);
    fp_str_puts(text, breakers[next_random(seed) % (sizeof breakers / sizeof *breakers)]);
}

static json_t *any_data(uint32_t *seed)
{
    static const char *const datas[] = {
        "{\"a\":{\"b\":1},\"l\":[1,{\"a\":\"<\"},[2,3],null],\"b\":\"x\\ny\"}",
        "{\"l\":[[[[1,2],3],4],5],\"a\":[],\"b\":false}",
        "[]",
        "3",
        "\"s\"",
        "null",
    };
    json_t *data =
        json_loads(datas[next_random(seed) % (sizeof datas / sizeof *datas)], JSON_DECODE_ANY, NULL);

    assert_non_null(data);
    return data;
}

/* True when it was rendered. */
static bool try_one(struct fp_slice source, const char *const texts[][2], uint32_t *seed)
{
    struct shelf shelf = { .texts = texts };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    json_t *data = any_data(seed);
    int status = render(source, data, &shelf, &text, &err);

    if (status < 0)
        assert_true(err.code == (enum fp_status)status && err.message[0] && err.source[0] && err.line &&
                    err.column);
    fp_str_release(&text);
    shelf_release(&shelf);
    json_decref(data);
    return status == FP_OK;
}

static void mutations(void **state)
{
    const char *rounds = getenv("FP_FUZZ_ROUNDS");
    unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 4000, good = 0;
    uint32_t seed = 20261123;
    struct fp_str source, p, q;

    (void)state;
    fp_str_init(&source, FP_LIMIT_TEXT);
    fp_str_init(&p, FP_LIMIT_TEXT);
    fp_str_init(&q, FP_LIMIT_TEXT);
    for (unsigned long i = 0; i < n; i++) {
        fuzz_text(&source, &seed);
        if (i % 8 == 0)
            fuzz_text(&p, &seed);
        if (i % 8 == 4)
            fuzz_text(&q, &seed);
        good += try_one(fp_str_slice(&source),
                        (const char *const[][2]){ { "p", p.data }, { "q", q.data }, { NULL, NULL } }, &seed);
    }
    fp_str_release(&source);
    fp_str_release(&p);
    fp_str_release(&q);
    print_message("%lu rendered, %lu refused\n", good, n - good);
    assert_in_range(good, n / 10, n - n / 10); /* else this shows nothing */
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(mutations) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
