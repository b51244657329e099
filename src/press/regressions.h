/*
 * The regressions that a run found, one line each: those of the reports that it published. Where the report of an earlier
 * run stays, neither what this run made of it counts, which nobody can look at, nor what stays, which that run has said.
 *
 *     size_t count = fp_regressions_log(nights, night_count, output, log);    // after the nights were published
 */
#ifndef FP_PRESS_REGRESSIONS_H
#define FP_PRESS_REGRESSIONS_H

#include <stddef.h>

#include "base/log.h"
#include "press/pressed.h"

/* Logs "checkout-api on-cpu: regression: auditLine: nothing → 32.9 % (+0.07 cores): PAGE" for each, in the order of the
 * pages, as errors; and in one warning that reports had nothing to be compared with, or that none had enough samples.
 * Returns how many there are. */
size_t fp_regressions_log(const struct fp_pressed *nights, size_t count, const char *output, struct fp_log *log);

/* How many there are. */
size_t fp_regressions_count(const struct fp_pressed *nights, size_t count);

/* The lines of one report: `leads` are its rows, of which those that are regressions are logged; `count`: how many it has
 * in all. `what`: "checkout-api on-cpu"; `page`: where to look. */
void fp_regressions_log_report(const json_t *leads, size_t count, const char *what, const char *page, struct fp_log *log);

#endif
