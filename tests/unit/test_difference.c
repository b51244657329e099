/* flame/difference and the colours of change: exact to the last unit, the words, colours that everybody tells apart. */
#include <math.h>

#include "flame/difference.h"
#include "flame/palette.h"
#include "profile_fixture.h"

__extension__ typedef unsigned __int128 fp_u128;

static int step(int64_t before, int64_t before_whole, int64_t after, int64_t after_whole)
{
    return fp_difference_step(&(struct fp_difference){ before, after, before_whole, after_whole });
}

/* ---- exactness ---- */

static void equal_shares_are_no_change(void **state)
{
    uint64_t seed = 7;

    (void)state;
    assert_int_equal(step(1, 3, 1, 3), 0);
    assert_int_equal(step(1, 3, INT64_MAX / 3, INT64_MAX / 3 * 3), 0);
    assert_int_equal(step(INT64_MAX, INT64_MAX, 1, 1), 0);
    assert_int_equal(step(0, INT64_MAX, 0, 1), 0);
    for (int i = 0; i < 10000; i++) {
        int64_t whole = 1 + (int64_t)below(&seed, 1u << 30), part = (int64_t)below(&seed, (size_t)whole + 1),
                times = 1 + (int64_t)below(&seed, 1u << 30);

        assert_int_equal(step(part, whole, part * times, whole * times), 0);
        if (part < whole && whole * times > 10000) /* by one unit of up to 2^60: no double knows */
            assert_int_equal(step(part, whole, part * times + 1, whole * times), 1);
    }
}

/* One unit in INT64_MAX, of shares that are the same double. */
static void the_smallest_change_has_a_direction(void **state)
{
    int64_t half = INT64_MAX / 2;

    (void)state;
    assert_true((double)half / (double)INT64_MAX <= (double)(half + 1) / (double)INT64_MAX &&
                (double)half / (double)INT64_MAX >= (double)(half + 1) / (double)INT64_MAX);
    assert_int_equal(step(half, INT64_MAX, half + 1, INT64_MAX), 1);
    assert_int_equal(step(half + 1, INT64_MAX, half, INT64_MAX), -1);
    assert_int_equal(step(half, INT64_MAX, half, INT64_MAX - 1), 1);
    assert_int_equal(step(INT64_MAX, INT64_MAX, INT64_MAX - 1, INT64_MAX), -1);
    assert_int_equal(step(INT64_MAX, INT64_MAX, 0, INT64_MAX), -FP_CHANGE_STEPS);
    assert_int_equal(step(0, INT64_MAX, INT64_MAX, INT64_MAX), FP_CHANGE_STEPS);
}

/* A change by a bound exactly has reached it, one unit less has not; 0.3 - 0.2 is less than 0.1 in doubles. */
static void bounds_are_exact(void **state)
{
    static const struct {
        int64_t part; /* of 10,000 */
        int step;
    } bounds[] = { { 10, 2 }, { 50, 3 }, { 200, 4 }, { 1000, 5 } };
    static const int64_t times[] = { 1000, 12345, INT64_MAX / 10000 };

    (void)state;
    assert_int_equal(step(2, 10, 3, 10), 5);
    assert_int_equal(step(3, 10, 2, 10), -5);
    for (size_t b = 0; b < 4; b++)
        for (size_t t = 0; t < 3; t++) {
            int64_t whole = 10000 * times[t], at = bounds[b].part * times[t], base = 3000 * times[t];

            assert_int_equal(step(0, 17, at, whole), bounds[b].step);
            assert_int_equal(step(0, 17, at - 1, whole), bounds[b].step - 1);
            assert_int_equal(step(at, whole, 0, 17), -bounds[b].step);
            assert_int_equal(step(at - 1, whole, 0, 17), 1 - bounds[b].step);
            assert_int_equal(step(3, 10, base + at, whole), bounds[b].step);
            assert_int_equal(step(3, 10, base + at - 1, whole), bounds[b].step - 1);
            assert_int_equal(step(base + at, whole, 3, 10), -bounds[b].step);
        }
}

static void against_the_definition(void **state)
{
    static const unsigned from[] = { 10, 50, 200, 1000 };
    uint64_t seed = 3;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t bw = 1 + below(&seed, 1u << 20), aw = 1 + below(&seed, 1u << 20), b = below(&seed, bw + 1),
                 a = below(&seed, aw + 1);
        fp_u128 left = (fp_u128)a * bw, right = (fp_u128)b * aw, num = left > right ? left - right : right - left;
        int want = num > 0;

        if (i % 2) { /* small changes, too */
            a = b * aw / bw;
            left = (fp_u128)a * bw;
            num = left > right ? left - right : right - left;
            want = num > 0;
        }
        for (int s = 0; s < 4; s++)
            want += num * 10000 >= (fp_u128)from[s] * bw * aw;
        assert_int_equal(step((int64_t)b, (int64_t)bw, (int64_t)a, (int64_t)aw), left < right ? -want : want);
    }
}

static void of_nothing(void **state)
{
    (void)state;
    assert_int_equal(step(0, 0, 0, 0), 0);
    assert_int_equal(step(0, 0, 5, 5), FP_CHANGE_STEPS);
    assert_int_equal(step(5, 5, 0, 0), -FP_CHANGE_STEPS);
    assert_int_equal(step(0, 0, 0, 5), 0);
}

/* ---- words ---- */

static void assert_described(int64_t before, int64_t before_whole, int64_t after, int64_t after_whole,
                             const char *want)
{
    const struct fp_difference d = { before, after, before_whole, after_whole };
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_difference_describe(&d, FP_UNIT_MICROSECONDS, NULL, &text);
    assert_string_equal(text.data, want);
    fp_str_release(&text);
}

static void changes_in_words(void **state)
{
    (void)state;
    assert_described(1000000, 10000000, 2000000, 10000000, "+1.00 s, +100 %; share +10.0 points");
    assert_described(2000000, 10000000, 1000000, 10000000, "-1.00 s, -50.0 %; share -10.0 points");
    assert_described(0, 10000000, 580000, 10000000, "+580 ms, new; share +5.80 points");
    assert_described(580000, 10000000, 0, 10000000, "-580 ms, gone; share -5.80 points");
    assert_described(7, 100, 7, 100, "0 s, 0 %; share unchanged");
    assert_described(7, 100, 14, 200, "+7 µs, +100 %; share unchanged"); /* a busier day */
    assert_described(7, 100, 7, 200, "0 s, 0 %; share -3.50 points");
    assert_described(100000, 1000000, 100001, 1000000, "+1 µs, < +0.01 %; share < +0.01 points");
    assert_described(100001, 1000000, 100000, 1000000, "-1 µs, > -0.01 %; share > -0.01 points");
    assert_described(1, 1000000000, 1000000, 1000000000, "+1.00 s, +100,000,000 %; share +0.10 points");
    assert_described(0, 0, 5, 5, "+5 µs, new; share +100 points");
    assert_described(5, 5, 0, 0, "-5 µs, gone; share -100 points");
    assert_described(0, 5, 0, 5, "0 s, 0 %; share unchanged");
    assert_described(1, INT64_MAX, INT64_MAX, INT64_MAX,
                     "+107,000,000 d, +922,000,000,000,000,000,000 %; share +100 points");
}

/* ---- colours ---- */

static void labels_can_be_read(void **state)
{
    (void)state;
    for (int palette = 0; palette < FP_CHANGE_PALETTE_COUNT; palette++)
        for (int s = -FP_CHANGE_STEPS; s <= FP_CHANGE_STEPS; s++) {
            double contrast = fp_rgb_contrast(fp_palette_change((enum fp_change_palette)palette, s),
                                              fp_palette_label());

            if (contrast < 4.5)
                fail_msg("palette %d, step %d: contrast %.2f", palette, s, contrast);
        }
}

static void no_change_is_grey(void **state)
{
    (void)state;
    for (int palette = 0; palette < FP_CHANGE_PALETTE_COUNT; palette++) {
        struct fp_rgb c = fp_palette_change((enum fp_change_palette)palette, 0);

        assert_true(c.r == c.g && c.g == c.b);
    }
}

enum sight { NORMAL, PROTANOPIA, DEUTERANOPIA, TRITANOPIA, SIGHTS };

/* Machado, Oliveira, Fernandes: "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009. */
static const double seen[SIGHTS][3][3] = {
    { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
    { { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 }, { -0.003882, -0.048116, 1.051998 } },
    { { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 }, { -0.011820, 0.042940, 0.968881 } },
    { { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 }, { 0.004733, 0.691367, 0.303900 } },
};

static double linear(uint8_t channel)
{
    double c = channel / 255.0;

    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double lab_curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE L*a*b* of what such an eye sees. */
static void look(enum sight sight, struct fp_rgb colour, double lab[3])
{
    const double rgb[3] = { linear(colour.r), linear(colour.g), linear(colour.b) };
    double c[3], x, y, z;

    for (int i = 0; i < 3; i++)
        c[i] = fmin(1, fmax(0, seen[sight][i][0] * rgb[0] + seen[sight][i][1] * rgb[1] + seen[sight][i][2] * rgb[2]));
    x = lab_curve((0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047);
    y = lab_curve(0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2]);
    z = lab_curve((0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883);
    lab[0] = 116 * y - 16;
    lab[1] = 500 * (x - y);
    lab[2] = 200 * (y - z);
}

static double distance(enum sight sight, struct fp_rgb a, struct fp_rgb b)
{
    double p[3], q[3];

    look(sight, a, p);
    look(sight, b, q);
    return sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) + (p[2] - q[2]) * (p[2] - q[2]));
}

/* However little it is, more is not less, and neither is no change. 2.3 is what one can just tell. */
static void directions_part(enum fp_change_palette palette, enum sight sight, double least)
{
    for (int more = 0; more <= FP_CHANGE_STEPS; more++)
        for (int less = more > 0 ? 0 : 1; less <= FP_CHANGE_STEPS; less++) {
            double apart = distance(sight, fp_palette_change(palette, more), fp_palette_change(palette, -less));

            if (apart < (more && less ? least : least / 2))
                fail_msg("palette %d, sight %d: %d and -%d are %.1f apart", palette, sight, more, less, apart);
        }
}

static void everybody_tells_the_directions_apart(void **state)
{
    const struct fp_rgb red = { 0xd0, 0x60, 0x50 }, green = { 0x80, 0x80, 0x50 };

    (void)state;
    for (int sight = 0; sight < SIGHTS; sight++)
        directions_part(FP_CHANGE_ORANGE_BLUE, (enum sight)sight, 18);
    directions_part(FP_CHANGE_RED_BLUE, NORMAL, 18);
    /* the measure sees what such an eye does not */
    assert_true(distance(NORMAL, red, green) > 45 && distance(DEUTERANOPIA, red, green) < 20);
}

static void steps_grow(void **state)
{
    (void)state;
    for (int palette = 0; palette < FP_CHANGE_PALETTE_COUNT; palette++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (int s = 1; s < FP_CHANGE_STEPS; s++) {
                struct fp_rgb light = fp_palette_change((enum fp_change_palette)palette, sign * s),
                              dark = fp_palette_change((enum fp_change_palette)palette, sign * (s + 1));

                assert_true(fp_rgb_contrast(light, fp_palette_label()) > fp_rgb_contrast(dark, fp_palette_label()));
                assert_true(distance(NORMAL, light, dark) > 5);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_shares_are_no_change),
        cmocka_unit_test(the_smallest_change_has_a_direction),
        cmocka_unit_test(bounds_are_exact),
        cmocka_unit_test(against_the_definition),
        cmocka_unit_test(of_nothing),
        cmocka_unit_test(changes_in_words),
        cmocka_unit_test(labels_can_be_read),
        cmocka_unit_test(no_change_is_grey),
        cmocka_unit_test(everybody_tells_the_directions_apart),
        cmocka_unit_test(steps_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
