/*
 * The functions that led a service over the last windows, with their share in each of them.
 *
 * From the summaries of its reports (report/summary.h), window by window. A function is known by its identity
 * (profile/ident.h), which outlives a restart; shares are of self. One that a summary does not list had no share at all
 * there, unless the list was cut: then nobody knows, and its share is null, as in a window without a summary.
 *
 *     struct fp_leading leading;
 *     if (fp_leading_init(&leading, 14, &err) == 0)
 *         fp_leading_set(&leading, 3, summary, &err);
 *     fp_leading_make(&leading, &functions, &err);
 *     fp_leading_release(&leading);
 *
 * Keeps names and numbers only, so that one summary at a time is in memory. Pure.
 */
#ifndef FP_REPORT_LEADING_H
#define FP_REPORT_LEADING_H

#include <stddef.h>

#include <jansson.h>

#include "base/error.h"

struct fp_leading {
    json_t **windows; /* heap: identity → share of self; NULL = nothing is known of that window */
    json_t *tops;     /* identity → largest share in any window where it was among the first */
    size_t count;
};

int fp_leading_init(struct fp_leading *leading, size_t windows, struct fp_error *err);
void fp_leading_release(struct fp_leading *leading);

/* What the summary of a window says. FP_ENOMEM only: a summary that makes no sense says nothing. */
int fp_leading_set(struct fp_leading *leading, size_t window, const json_t *summary, struct fp_error *err);

/* [{name, shares [one for each window; null = not known]}]: those that were among the first three in any window, the
 * largest share first, at most `most`. The caller owns it. */
int fp_leading_make(const struct fp_leading *leading, size_t most, json_t **ret_functions, struct fp_error *err);

#endif
