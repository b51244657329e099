/*
 * profile.js beside a report's page: the whole profile, for the page's own graph (report/profile_script.h).
 *
 * It holds the profile before the transforms that the page has switches for, so that they can be switched off there.
 * What no browser could hold is left to the picture: then there is no such file, and that is no failure.
 */
#ifndef FP_PRESS_DRAW_SCRIPT_H
#define FP_PRESS_DRAW_SCRIPT_H

#include "base/error.h"
#include "config/config.h"
#include "report/profile_script.h"
#include "report/report.h"

#define FP_DRAW_SCRIPT_FILE "profile.js"

/* Is given the profile as it is to be written; it lives until that returns. */
typedef int fp_draw_script_user(void *ctx, const struct fp_profile_script *script, struct fp_error *err);

/* Calls `use`, but not for what no browser could hold. */
int fp_draw_script_make(const struct fp_report_facts *facts, const struct fp_picture_config *picture,
                        fp_draw_script_user *use, void *ctx, struct fp_error *err);

/* Writes the file into `dir`, as fp_draw_file does, and names it in the facts. */
int fp_draw_script(struct fp_report_facts *facts, const struct fp_picture_config *picture, const char *dir,
                   struct fp_error *err);

#endif
