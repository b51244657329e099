/*
 * The last part of a run: what was pressed becomes the site, night by night, then the index, then `latest`.
 *
 * The same whether this process pressed it (press/press.h) or the shards of a run did (press/assemble.h). All calls need
 * the lock on the output directory.
 *
 *     struct fp_publishing p;
 *     rc = fp_publishing_open(&p, press, windows, count, &err);
 *     … fp_pressed_add(&p.nights[w], …); the reports are built in the stage …
 *     rc = fp_publishing_do(&p, &stage, source, &result, &err);
 *     fp_publishing_write_metrics(&p, rc, &result);
 *     fp_publishing_tell(&p, &result);
 *     fp_publishing_close(&p);
 */
#ifndef FP_PRESS_PUBLISHING_H
#define FP_PRESS_PUBLISHING_H

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "press/kept.h"
#include "press/press.h"
#include "press/pressed.h"
#include "publish/stage.h"

struct fp_publishing {
    const struct fp_press *press;
    struct fp_pressed *nights; /* one for each window */
    struct fp_kept *kept;      /* what earlier runs left of each */
    size_t count;
    struct fp_str published;   /* paths of nights, spaces between; zeroed = none yet */
};

/* One empty night for each window; `press` and `windows` are borrowed. To be closed in every case. */
int fp_publishing_open(struct fp_publishing *p, const struct fp_press *press, const struct fp_window *windows,
                       size_t count, struct fp_error *err);
void fp_publishing_close(struct fp_publishing *p);

/* Puts all of them in place, and logs or counts the regressions. `source`: where the profiles came from. Outcomes are
 * counted elsewhere; what else there is to count is added to *result, also before a failure. */
int fp_publishing_do(struct fp_publishing *p, struct fp_stage *stage, const char *source, struct fp_press_result *result,
                     struct fp_error *err);

/* Calls press->after where there is anything that it is to be told. The stage must be closed. */
void fp_publishing_tell(const struct fp_publishing *p, const struct fp_press_result *result);

/* The metrics file (press/metrics.h), where there is one: `rc` is what the run came to, all of *result is filled but
 * no_metrics. Metrics are no part of the site: what is wrong with them is said, and no reason to give up what was published. */
void fp_publishing_write_metrics(const struct fp_publishing *p, int rc, struct fp_press_result *result);

#endif
