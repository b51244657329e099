/*
 * `render --baseline`: the older profile, out of files.
 *
 *     fp_baseline_init(&baseline);
 *     if (fp_render_baseline(&baseline, files, count, &in, &err) < 0) …     // err names the file
 */
#ifndef FP_CMD_RENDER_BASELINE_H
#define FP_CMD_RENDER_BASELINE_H

#include <stddef.h>

#include "cmd/inputs.h"
#include "press/compare.h"

/* Reads the files as one profile; where they do not say what they measure, it is what the newer one, `newer`, does. */
int fp_render_baseline(struct fp_baseline *baseline, const char *const *files, size_t count,
                       const struct fp_inputs *newer, struct fp_error *err);

#endif
