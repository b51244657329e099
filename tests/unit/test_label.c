/* flame/label and flame/palette: text that fits whatever it is, and colours one can read. */
#include <math.h>

#include <jansson.h>

#include "base/utf8.h"
#include "flame/label.h"
#include "flame/palette.h"
#include "profile_fixture.h"

static const char *fit(const char *name, size_t cells, size_t *used)
{
    static struct fp_str s;
    static bool made;
    size_t n;

    if (!made)
        fp_str_init(&s, 1 << 20);
    made = true;
    fp_str_clear(&s);
    n = fp_label_fit(fp_slice_of(name), cells, &s);
    if (used)
        *used = n;
    assert_true(fp_str_ok(&s));
    return s.data;
}

static void labels(void **state)
{
    static const struct {
        const char *name;
        size_t cells;
        const char *label;
        size_t used;
    } rows[] = {
        { "main", 10, "main", 4 },   { "main", 4, "main", 4 },   { "main", 3, "ma…", 3 },   { "main", 2, "", 0 },
        { "main", 1, "", 0 },        { "main", 0, "", 0 },       { "ab", 2, "ab", 2 },      { "a", 1, "a", 1 },
        { "", 0, "", 0 },            { "", 5, "", 0 },           { "漢字", 4, "漢字", 4 },    { "漢字", 3, "漢…", 3 },
        { "漢字", 2, "", 0 },         { "漢字漢", 5, "漢字…", 5 }, { "漢字漢", 4, "漢…", 3 },   { "a漢字", 4, "a漢…", 4 },
        { "한국어", 6, "한국어", 6 },   { "ｆｕｌｌ", 5, "ｆｕ…", 5 },
        { "e\u0301\u0301tat", 4, "e\u0301\u0301tat", 4 }, { "e\u0301\u0301tat", 3, "e\u0301\u0301t…", 3 },
        { "xe\u0301tat", 3, "xe\u0301…", 3 }, /* the mark stays with its letter */
        { "a\nb\x01" "c", 5, "a␊b␁c", 5 }, { "\x7F\xC2\x85", 2, "␡\uFFFD", 2 },
        { "a\u202E" "b\u2066c", 5, "a\uFFFD" "b\uFFFDc", 5 }, { "\u202Egnp.exe", 3, "\uFFFDg…", 3 },
        { "soft\u00ADly", 6, "soft\u00ADly", 6 }, { "a\u200Bb", 2, "a\u200Bb", 2 }, { "\u200B\u200D", 0, "\u200B\u200D", 0 },
        { "😀😀", 4, "😀😀", 4 },      { "😀😀", 3, "😀…", 3 },    { "👩\u200D👩\u200D👧", 6, "👩\u200D👩\u200D👧", 6 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t used;
        const char *label = fit(rows[i].name, rows[i].cells, &used);

        if (strcmp(label, rows[i].label) != 0 || used != rows[i].used)
            fail_msg("\"%s\" in %zu cells is \"%s\" (%zu)", rows[i].name, rows[i].cells, label, used);
    }
    assert_int_equal(fp_label_cells(fp_slice_of("漢a"), 100), 3);
    assert_true(fp_label_cells(fp_slice_of("aaaaaaaaaa"), 3) > 3);
}

/* A name of nothing but marks has no width: it must not become a label of its own 64 KiB in every box. */
static void marks_without_end(void **state)
{
    size_t n = 20000;
    char *name = malloc(3 * n + 10);
    size_t used, len = 0;

    (void)state;
    name[len++] = 'a';
    for (size_t i = 0; i < n; i++) {
        memcpy(name + len, "\u20D7", 3);
        len += 3;
    }
    name[len++] = 'b';
    name[len] = '\0';
    assert_true(strlen(fit(name, 5, &used)) < 200);
    assert_int_equal(used, 2);
    assert_non_null(strchr(fit(name, 5, NULL), 'b'));
    assert_true(strlen(fit(name + 1, 5, &used)) < 200);
    free(name);
}

/* Any bytes in any number of cells: valid, no control, no wider than said, and bounded. */
static void hostile_labels(void **state)
{
    uint64_t random = 6;

    (void)state;
    for (int round = 0; round < 30000; round++) {
        char name[60];
        size_t n = below(&random, sizeof name), cells = below(&random, 12), used, len;
        const char *label;

        for (size_t i = 0; i < n; i++)
            name[i] = (char)(1 + below(&random, 255));
        name[n] = '\0';
        if (below(&random, 2)) {
            uint32_t code = 1 + (uint32_t)below(&random, 0x10FFFF);

            n = n < 50 ? n : 50;
            name[n + fp_utf8_encode(code, name + n)] = '\0';
        }
        label = fit(name, cells, &used);
        len = strlen(label);
        assert_true(used <= cells);
        assert_int_equal(fp_utf8_valid_prefix(label, len), len);
        assert_int_equal(fp_label_cells((struct fp_slice){ label, len }, 1000), used);
        for (size_t i = 0; i < len; i++)
            assert_true((unsigned char)label[i] >= 0x20 && label[i] != 0x7F);
        if (fp_label_cells(fp_slice_of(name), 1000) <= cells && !strstr(name, "…"))
            assert_null(strstr(label, "…")); /* nothing is cut that fits */
        struct fp_str s;

        fp_str_init(&s, 10000);
        assert_true(fp_label_fit_name(fp_slice_of(name), cells, &s) <= cells);
        assert_int_equal(s.len ? fp_utf8_valid_prefix(s.data, s.len) : 0, s.len);
        fp_str_release(&s);
    }
}

/* The forms of each name of the table that the page's graph is held to, too: each is the label of a box that is just wide
 * enough for it, and for nothing longer. */
static void names_keep_the_end_that_tells(void **state)
{
    json_t *table = json_load_file(FP_TEST_DATA "/short_names.json", 0, NULL), *forms;
    size_t row, i;

    (void)state;
    assert_true(json_array_size(table) > 30);
    json_array_foreach(table, row, forms) {
        const char *name = json_string_value(json_array_get(forms, 0));

        for (i = 0; i < json_array_size(forms); i++) {
            const char *form = json_string_value(json_array_get(forms, i));
            size_t cells = fp_label_cells(fp_slice_of(form), 1000);
            struct fp_str s;

            fp_str_init(&s, 10000);
            assert_int_equal(fp_label_fit_name(fp_slice_of(name), cells, &s), i == 0 || cells >= 3 ? cells : 0);
            if (i == 0 || cells >= 3)
                assert_string_equal(s.data, form);
            if (i + 1 == json_array_size(forms) && cells > 3) { /* nothing shorter: its beginning */
                fp_str_clear(&s);
                fp_label_fit_name(fp_slice_of(name), cells - 1, &s);
                assert_string_equal(s.data, fit(form, cells - 1, NULL));
            }
            fp_str_release(&s);
        }
    }
    json_decref(table);
}

static double luminance_of(struct fp_rgb c)
{
    /* contrast against black is (L + 0.05) / 0.05 */
    return fp_rgb_contrast(c, (struct fp_rgb){ 0, 0, 0 }) * 0.05 - 0.05;
}

static void every_label_can_be_read(void **state)
{
    const struct fp_rgb white = { 255, 255, 255 };
    uint64_t random = 77;

    (void)state;
    assert_true(fabs(fp_rgb_contrast(white, (struct fp_rgb){ 0, 0, 0 }) - 21) < 1e-9);
    assert_true(fabs(fp_rgb_contrast(white, white) - 1) < 1e-9);
    assert_true(fabs(fp_rgb_contrast(white, (struct fp_rgb){ 0x77, 0x77, 0x77 }) - 4.48) < 0.01); /* known value */
    for (int kind = 0; kind < FP_KIND_COUNT; kind++) {
        double least = 100;

        for (int i = 0; i < 20000; i++) {
            char name[40];
            double contrast;

            snprintf(name, sizeof name, "p%d.q%d.f%d", (int)below(&random, 1000), (int)below(&random, 1000), i);
            contrast = fp_rgb_contrast(fp_palette_frame((enum fp_frame_kind)kind, fp_slice_of(name)), fp_palette_label());
            least = fmin(least, contrast);
        }
        if (least < 4.5)
            fail_msg("%s: contrast %.2f", fp_frame_kind_name((enum fp_frame_kind)kind), least);
    }
}

/* In grey: the kinds that make up most pictures part by lightness. */
static void kinds_part_in_grey(void **state)
{
    static const enum fp_frame_kind main_kinds[] = { FP_KIND_APPLICATION, FP_KIND_LIBRARY, FP_KIND_KERNEL, FP_KIND_UNKNOWN };

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < i; k++) {
            double a = luminance_of(fp_palette_legend(main_kinds[i])), b = luminance_of(fp_palette_legend(main_kinds[k]));

            if (fabs(a - b) < 0.03)
                fail_msg("%s and %s: luminance %.3f and %.3f", fp_frame_kind_name(main_kinds[i]),
                         fp_frame_kind_name(main_kinds[k]), a, b);
        }
}

static const char *hex_of(enum fp_frame_kind kind, const char *name)
{
    static char text[FP_RGB_HEX];

    return fp_rgb_hex(fp_palette_frame(kind, fp_slice_of(name)), text);
}

/* The same function has the same colour in every picture, today and tomorrow: these may not change. */
static void colours_stay(void **state)
{
    (void)state;
    assert_string_equal(hex_of(FP_KIND_APPLICATION, "main"), "#f2905e");
    assert_string_equal(hex_of(FP_KIND_APPLICATION, "java.util.HashMap.get"), "#f5ab68");
    assert_string_equal(hex_of(FP_KIND_KERNEL, "[k] tcp_sendmsg"), "#54a5c3");
    assert_string_equal(hex_of(FP_KIND_UNKNOWN, "[unknown] 0x0000000003932388"), "#c9c9c9");
}

static void shades(void **state)
{
    char one[FP_RGB_HEX], other[FP_RGB_HEX];

    (void)state;
    strcpy(one, hex_of(FP_KIND_KERNEL, "[k] read"));
    assert_string_equal(one, hex_of(FP_KIND_KERNEL, "read")); /* the prefix tells the kind, not the shade */
    strcpy(other, hex_of(FP_KIND_KERNEL, "[k] write"));
    assert_string_not_equal(one, other);
    assert_string_not_equal(one, hex_of(FP_KIND_LIBRARY, "read"));
    hex_of(FP_KIND_APPLICATION, "");
    hex_of(FP_KIND_APPLICATION, "::");
    hex_of(FP_KIND_KERNEL, "[k] ");
    assert_string_equal(fp_rgb_hex((struct fp_rgb){ 0, 0x0a, 0xff }, one), "#000aff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels),
        cmocka_unit_test(names_keep_the_end_that_tells),
        cmocka_unit_test(marks_without_end),
        cmocka_unit_test(hostile_labels),
        cmocka_unit_test(every_label_can_be_read),
        cmocka_unit_test(kinds_part_in_grey),
        cmocka_unit_test(colours_stay),
        cmocka_unit_test(shades),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
