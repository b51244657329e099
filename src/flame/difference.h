/*
 * How much a frame's share of its profile changed, exactly.
 *
 * A share is value ÷ whole, of each side its own. Which step of the colours a change has (flame/palette.h) is decided
 * by cross-multiplication in 128 bits: no change is exactly none, a change by a bound exactly is the step above the
 * bound, whatever the size of the numbers. Texts are rounded when they are made. Of an empty profile every share is 0.
 *
 *     const struct fp_difference d = { .before = 3, .after = 6, .before_whole = 100, .after_whole = 100 };
 *     fp_difference_step(&d);                                      // 4: 2 to 10 points
 *     fp_difference_describe(&d, FP_UNIT_SAMPLES, NULL, &str);           // "+3 samples, +100 %; share +3.00 points"
 *
 * Pure functions. Values and wholes are never negative.
 */
#ifndef FP_FLAME_DIFFERENCE_H
#define FP_FLAME_DIFFERENCE_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "base/unit.h"

struct fp_difference {
    int64_t before, after;
    int64_t before_whole, after_whole; /* what the shares are of */
};

/* -FP_CHANGE_STEPS to FP_CHANGE_STEPS; 0 only when the shares are equal. */
int fp_difference_step(const struct fp_difference *d);
/* What a step is, for legends: "2–10", in points. A step and its opposite have the same; 0 has none. */
const char *fp_difference_step_label(int step);
/* After's share less before's, in share points (hundredths of the whole): "+5.80 points", "> -0.01 points",
 * "unchanged". */
void fp_difference_points(const struct fp_difference *d, const struct fp_lang *lang, struct fp_str *to);
/* The change in values, relative to before (a doubling is +100 %; "new" and "gone" are words), and in share. */
void fp_difference_describe(const struct fp_difference *d, enum fp_unit unit, const struct fp_lang *lang, struct fp_str *to);

#endif
