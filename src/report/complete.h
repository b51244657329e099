/*
 * What proves that the numbers of a report are complete, or what is in doubt: the words of its page.
 *
 * Out of `completeness`, `covered`, `unproved`, `total` and `requests` of a summary (report/summary.h) whose outcome is
 * ok or partial. Pure.
 */
#ifndef FP_REPORT_COMPLETE_H
#define FP_REPORT_COMPLETE_H

#include <jansson.h>

#include "base/lang.h"
#include "base/str.h"
#include "base/unit.h"
#include "plan/event.h"

/* ": the server counted 12,345 rows, its limit is 1,000,000." goes behind "Proved complete", "Unproved" or "Partial". */
void fp_complete_words(struct fp_str *out, const struct fp_lang *lang, const json_t *summary,
                       const struct fp_event *event, enum fp_unit unit);

#endif
