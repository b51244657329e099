/*
 * Which window a window is compared with: pure functions of (spec, window, zone).
 *
 *   previous         the window before, of the same length in the calendar: the day before a day (also before one
 *                    that is not over), the seven days before a week, the month before a month; the six hours before
 *                    six hours
 *   previous_week    the same seven days earlier, on the same weekday and by the same clock
 *   2026-11-20       that day, for windows that are days
 *   release-4.2      a night that was kept under this name (publish/keep.h); which window that is, only the site knows
 *   none             nothing is compared
 *
 *     struct fp_baseline_spec spec;
 *     fp_baseline_parse("previous", &spec, &err);
 *     if (fp_baseline_window(&spec, &window, zone, &before, &lack) == FP_ENOTFOUND) … lack.text says why not
 */
#ifndef FP_PLAN_BASELINE_H
#define FP_PLAN_BASELINE_H

#include <stdint.h>

#include "base/error.h"
#include "plan/window.h"

enum fp_baseline_kind {
    FP_BASELINE_NONE,
    FP_BASELINE_PREVIOUS,
    FP_BASELINE_PREVIOUS_WEEK,
    FP_BASELINE_DAY,
    FP_BASELINE_LABEL
};

struct fp_baseline_spec {
    enum fp_baseline_kind kind;
    int64_t day;      /* FP_BASELINE_DAY: days since 1970-01-01 */
    const char *text; /* as given; borrowed: the name of FP_BASELINE_LABEL */
};

/* FP_EINVAL for what is neither of them: a name is up to 64 letters, digits and . _ - and does not begin with a dot. */
int fp_baseline_parse(const char *text, struct fp_baseline_spec *ret_spec, struct fp_error *err);

/* May a night be kept under this name? Not under what means something else: a date, `previous` … */
bool fp_baseline_is_label(const char *text);

/* Why there is no baseline: for messages, and for pages in any language. */
struct fp_baseline_lack {
    const char *key; /* of the catalogues (base/lang.h) */
    char of[96];     /* its argument: the label of a window, the name of a night, a date */
    char text[200];  /* in English */
};
void fp_baseline_lack_put(struct fp_baseline_lack *lack, const char *key, const char *of);

/* FP_ENOTFOUND, with the reason in *lack, when there is no such window; always for `none` and for a name. */
int fp_baseline_window(const struct fp_baseline_spec *spec, const struct fp_window *window, const struct fp_zone *zone,
                       struct fp_window *ret_window, struct fp_baseline_lack *lack);

#endif
