/*
 * One report and its baseline: what changed.
 *
 * A baseline is an older profile with what is known of it, wherever it comes from, or the reason why there is none.
 * Both sides pass through the same transforms before they are compared, but for those that go by values, not by names
 * (collapse_wrappers, min_share): they would make a function vanish that is there. Shares stay shares of the whole
 * profiles, also of what is not in focus.
 *
 *     struct fp_baseline baseline;
 *     fp_baseline_init(&baseline);
 *     … fp_baseline_take(&baseline, &builder, &meta, objects, &err), or fp_baseline_lacks(&baseline, "lacks_data", label, NULL) …
 *     rc = fp_compare_make(&compared, &baseline, &how, &facts, &err);
 *     if (rc == FP_OK) facts.comparison = &compared.facts;
 *     … fp_draw_report …
 *     fp_compared_release(&compared);    // also after a failure; the facts end with it
 *     fp_baseline_release(&baseline);
 *
 * Thread-safe: one struct belongs to one thread.
 */
#ifndef FP_PRESS_COMPARE_H
#define FP_PRESS_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "codec/pprof.h"
#include "config/config.h"
#include "press/shape.h"
#include "profile/changes.h"
#include "report/report.h"

struct fp_baseline {
    struct fp_str missing;   /* why there is none, in English; empty = there is one … */
    const char *lacks;       /* … its key in the catalogue of words (base/lang.h), with its arguments */
    struct fp_str lacks_args[FP_COMPARISON_LACKS_ARGS];
    struct fp_tree tree;     /* as it came */
    struct fp_str label, path, filter, completeness;
    const char *source;      /* "site", "server", "file" */
    struct fp_window window;
    bool has_window;
    struct fp_zone *zone;    /* owned; NULL = UTC */
    enum fp_unit unit;
    int64_t sample;          /* what one sample is worth; 0 = not known */
    double covered;          /* share of the window */
    uint32_t requests;
};

void fp_baseline_init(struct fp_baseline *baseline);
void fp_baseline_release(struct fp_baseline *baseline);
/* As fp_lang_say: a key, and its arguments, FP_COMPARISON_LACKS_ARGS at most. */
void fp_baseline_lacks(struct fp_baseline *baseline, const char *key, ...) __attribute__((sentinel));

/* Takes a profile over: its stacks (consumed in every case; without any there is no baseline) and what `meta` says of
 * window, sample, filter and completeness. A label is taken from the window when there is none yet. */
int fp_baseline_take(struct fp_baseline *baseline, struct fp_builder *builder, const struct fp_pprof_meta *meta,
                     bool objects, struct fp_error *err);

struct fp_compare_how {
    const struct fp_transform_config *transforms;
    const struct fp_compare_config *rule;
};

struct fp_compared {
    struct fp_shape before, after;
    struct fp_pair pair;
    struct fp_changes changes;
    struct fp_changes_rule rule;
    struct fp_picture_anchor anchors[FP_LIMIT_TOP_FUNCTIONS];
    struct fp_comparison_facts facts;
};

/* `facts` are the report's, shaped (press/shape.h). A pair that goes beyond a limit is no failure: then there is no
 * baseline, with the reason. FP_ENOMEM only. */
int fp_compare_make(struct fp_compared *ret_compared, struct fp_baseline *baseline, const struct fp_compare_how *how,
                    const struct fp_report_facts *facts, struct fp_error *err);
void fp_compared_release(struct fp_compared *compared);

/* What one sample is worth in a comparison; 0 where values of this event are no counts of samples, but times of waiting,
 * bytes, or the last value of a window. `stated`: what the configuration or a file says; 0 = nothing. */
int64_t fp_compare_sample(const struct fp_event *event, int64_t stated);

#endif
