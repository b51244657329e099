/*
 * A night becomes public: its page, its manifest, one switch; then the index.
 *
 * A report of an earlier run of the same night that this run did not press (--only), or failed to
 * press, is kept: it is taken over into the new night before the switch. Nothing that was there is lost.
 */
#ifndef FP_PRESS_NIGHT_H
#define FP_PRESS_NIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "press/discover.h"
#include "press/job.h"
#include "publish/stage.h"

struct fp_night_run {
    struct fp_stage *stage;
    const struct fp_job_context *context;
    struct fp_job_run *runs; /* of the whole plan; those of the window are looked for */
    size_t run_count;
    const struct fp_discovery *discoveries; /* one for each window; NULL = there was nothing to find out */
    struct fp_log *log;
};

/* Publishes one window. *ret_published is false when every report failed: there is nothing to publish then, and an
 * earlier night stays as it is. */
int fp_night_publish(const struct fp_night_run *night, size_t window, bool *ret_published, struct fp_error *err);

/* Writes DIR/assets and DIR/index.html over all nights, then points `latest` to the newest one. */
int fp_index_publish(struct fp_stage *stage, const struct fp_pages *pages, struct fp_error *err);

#endif
