/*
 * Durations and sizes as a person writes them: "500ms", "60s", "5m", "1h", "1d";
 * "512MiB", "1GiB", "10MB", "100B". A whole number and a unit, nothing between
 * them. One table of units for each; KiB is 1024 bytes, kB (or KB) is 1000.
 *
 * Pure; no locale.
 */
#ifndef FP_CONFIG_MEASURE_H
#define FP_CONFIG_MEASURE_H

#include <stdint.h>

enum fp_measure {
    FP_MEASURE_DURATION, /* in milliseconds */
    FP_MEASURE_SIZE      /* in bytes */
};

/* 0 with the value; FP_ESYNTAX when the text is none; FP_ELIMIT when it does not fit into 63 bits. */
int fp_measure_parse(enum fp_measure measure, const char *text, int64_t *ret_value);

#define FP_MEASURE_TEXT 32
/* With the largest unit that leaves a whole number: "90s", "1h", "1GiB", "4294967295B". Returns `to`. */
char *fp_measure_format(char to[FP_MEASURE_TEXT], enum fp_measure measure, int64_t value);

/* The units as a regular expression's alternatives: "ms|s|m|h|d". */
const char *fp_measure_units(enum fp_measure measure);

#endif
