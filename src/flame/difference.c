#include "flame/difference.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "flame/palette.h"

/* int64 × int64 without a thought; ISO C has no name for it. */
__extension__ typedef unsigned __int128 fp_u128;

#define SCALE 10000 /* of the bounds: hundredths of a point */

/* Fixed, not of the largest change in the picture: a colour means the same every night. */
static const struct {
    unsigned from; /* of a step, in 1/SCALE of the whole */
    const char *label;
} steps[FP_CHANGE_STEPS + 1] = {
    { 0, "" }, { 0, "< 0.1" }, { 10, "0.1–0.5" }, { 50, "0.5–2" }, { 200, "2–10" }, { 1000, "≥ 10" },
};

/* after ÷ after_whole - before ÷ before_whole = ± num ÷ den; returns the sign */
static int subtract(const struct fp_difference *d, fp_u128 *ret_num, fp_u128 *ret_den)
{
    bool has_before = d->before_whole > 0, has_after = d->after_whole > 0;
    uint64_t before_whole = has_before ? (uint64_t)d->before_whole : 1,
             after_whole = has_after ? (uint64_t)d->after_whole : 1;
    fp_u128 before = has_before ? (fp_u128)(uint64_t)d->before * after_whole : 0,
            after = has_after ? (fp_u128)(uint64_t)d->after * before_whole : 0;

    *ret_num = after > before ? after - before : before - after;
    *ret_den = (fp_u128)before_whole * after_whole;
    return (after > before) - (after < before);
}

/* num/den >= part/SCALE; den × part may not fit, so it is divided in two parts, and the second rounded up. */
static bool is_at_least(fp_u128 num, fp_u128 den, unsigned part)
{
    return num >= den / SCALE * part + (den % SCALE * part + SCALE - 1) / SCALE;
}

int fp_difference_step(const struct fp_difference *d)
{
    fp_u128 num, den;
    int sign = subtract(d, &num, &den), step = FP_CHANGE_STEPS;

    while (step > 1 && !is_at_least(num, den, steps[step].from))
        step--;
    return sign * step;
}

const char *fp_difference_step_label(int step)
{
    return steps[step < 0 ? -step : step].label;
}

/* Puts the "+" of what grew before its number: "+5.80", "< +0.01". */
static void put_plus(char to[FP_UNIT_TEXT])
{
    size_t at = strcspn(to, "0123456789"), len = strlen(to);

    if (at == len || len + 2 > FP_UNIT_TEXT)
        return;
    memmove(to + at + 1, to + at, len - at + 1);
    to[at] = '+';
}

void fp_difference_points(const struct fp_difference *d, const struct fp_lang *lang, struct fp_str *to)
{
    char number[FP_UNIT_TEXT];
    fp_u128 num, den;
    int sign = subtract(d, &num, &den);
    /* long double: rounding happens when the number is printed, not before */
    double points = (double)((long double)num / (long double)den * 100);

    if (!sign) {
        fp_str_puts(to, fp_lang_word(lang, "pic_unchanged"));
        return;
    }
    fp_fixed_format(number, sign * points, points < 9.995 ? 2 : points < 99.95);
    if (sign > 0)
        put_plus(number);
    fp_lang_say(lang, to, "pic_points", number, NULL);
}

void fp_difference_describe(const struct fp_difference *d, enum fp_unit unit, const struct fp_lang *lang, struct fp_str *to)
{
    int64_t change = d->after - d->before;
    char value[FP_UNIT_TEXT], share[FP_UNIT_TEXT];
    const char *relative = fp_share_format(share, change, d->before);
    struct fp_str points;

    fp_lang_value(lang, value, change, unit);
    if (change > 0) {
        put_plus(value);
        put_plus(share);
    }
    if (!d->before)
        relative = change ? fp_lang_word(lang, "pic_is_new") : "0 %";
    else if (change && !d->after)
        relative = fp_lang_word(lang, "pic_is_gone");
    fp_str_init(&points, FP_UNIT_TEXT * 2);
    fp_difference_points(d, lang, &points);
    fp_lang_say(lang, to, "pic_changed", value, relative, points.data, NULL);
    if (!fp_str_ok(&points))
        to->failed = points.failed;
    fp_str_release(&points);
}
