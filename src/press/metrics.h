/*
 * The metrics file of a run (`metrics_file`): report/metrics.h into a file, by rename.
 *
 * Written at the end of each run that pressed, whatever came of it. What the file says of the last success is kept where
 * this run was none; the file of another program is written over.
 */
#ifndef FP_PRESS_METRICS_H
#define FP_PRESS_METRICS_H

#include "base/error.h"
#include "press/press.h"

/* `success`: the run has published all that it was asked for. */
int fp_press_write_metrics(const struct fp_press *press, const struct fp_press_result *result, bool success,
                           struct fp_error *err);

#endif
