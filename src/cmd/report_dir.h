/*
 * The directory that `render` writes a report into: whose files are in it, and how new ones get there.
 *
 * A report is built in a stage beside it, DIR/.flamepress-render-PID, and moved into place file by file at the end:
 * nobody ever sees half a file.
 *
 *     if (!force && fp_report_dir_guard(dir, false, &err) < 0) …
 *     fp_report_dir_stage(dir, &stage, &err);
 *     … fp_draw_report(…, stage.data, …) …
 *     fp_report_dir_publish(dir, stage.data, &err);
 *     fp_dir_remove(stage.data, NULL);
 */
#ifndef FP_CMD_REPORT_DIR_H
#define FP_CMD_REPORT_DIR_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

/* Fine when no file of a name that fp_report_dir_publish replaces or removes is there, or when an earlier report had it; without
 * `ticket` pictures and profiles pass, for a report may be nothing else. FP_EINVAL for a published site, a night or a report of
 * it, and for files of others. */
int fp_report_dir_guard(const char *dir, bool ticket, struct fp_error *err);

/* Appends the path of this process's stage, which is not made. Stages that killed processes left in `dir` are removed:
 * those alone that hold nothing but what a report does. */
int fp_report_dir_stage(const char *dir, struct fp_str *stage, struct fp_error *err);

/* Moves what is in the stage in place of an earlier report. What that one had and this one has not goes, too: it would
 * tell of other data. */
int fp_report_dir_publish(const char *dir, const char *stage, struct fp_error *err);

#endif
