/*
 * Units of profile values, and how a person reads them.
 *
 * Exact values are int64 in the unit; the readable form of a time or a size has
 * three significant digits (half rounds up; none after the point in the unit the
 * value is counted in) and its unit beside it: "19.0 s", "1.25 GiB", "512 B". The unit is
 * the one in which the rounded value stays below the next: 999.9 ms is "1.00 s".
 * Counts are never rounded: "5,214 samples". Percentages likewise: "32.9 %",
 * "0.05 %", "< 0.01 %". No locale is involved; all of int64 is fine everywhere,
 * a negative value has a "-" in front. Pure functions.
 */
#ifndef FP_BASE_UNIT_H
#define FP_BASE_UNIT_H

#include <stddef.h>
#include <stdint.h>

enum fp_unit {
    FP_UNIT_MICROSECONDS,
    FP_UNIT_NANOSECONDS,
    FP_UNIT_BYTES,
    FP_UNIT_OBJECTS,
    FP_UNIT_SAMPLES,
    FP_UNIT_GOROUTINES,
    FP_UNIT_UNITS, /* of an event type we do not know */
    FP_UNIT_COUNT
};

#define FP_UNIT_TEXT 48 /* large enough for every text below */

/* "microseconds", "bytes" …: as in summary.json. */
const char *fp_unit_name(enum fp_unit unit);

/* "19.0 s", "3.20 h", "1.25 GiB", "5,214 samples". Times step through ns, µs, ms, s, min, h, d, bytes through
 * KiB … EiB at 1,000 (1,000 KiB is "0.977 MiB"). Returns `to`, as all of these do. */
char *fp_unit_format(char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit);
/* The exact value: "19,037,052 µs". */
char *fp_unit_format_exact(char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit);
/* "5,214" */
char *fp_count_format(char to[FP_UNIT_TEXT], int64_t count);
/* "" for one, "s" for any other number: "%s frame%s". */
const char *fp_plural(uint64_t count);
/* part/whole as a percentage, three significant digits but at most two decimals: "32.9 %". Honest at the
 * ends: "0 %" only for nothing, else at least "< 0.01 %"; "100 %" for less than all never, but at most
 * "> 99.99 %". Negative: "-3.2 %", "> -0.01 %", "< -99.99 %". A "–" when whole is 0. */
char *fp_share_format(char to[FP_UNIT_TEXT], int64_t part, int64_t whole);
/* At most three significant digits and six decimals: "0.22", "12.3", "1,230", "< 0.000001". Beyond ±1e18 only
 * the bound is said; "–" when not finite. */
char *fp_number_format(char to[FP_UNIT_TEXT], double value);
/* With so many decimals, zeros at the end included, so that a column of such numbers lines up: "0.220",
 * "12.345". What is not nothing never reads "0": "< 0.001". */
char *fp_fixed_format(char to[FP_UNIT_TEXT], double value, int decimals);
/* The decimals of a column whose largest number this is: three significant digits of it, 2 at least, 6 at
 * most. */
int fp_fixed_decimals(double largest);

/* A difference as pages have it, in place: "+" before what is above nothing (a bound, "< 0.01", has none), and U+2212 for
 * the "-" that files and messages have. */
char *fp_signed(char to[FP_UNIT_TEXT], double value);

#endif
