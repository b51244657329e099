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
#include "report/report.h"

#define FP_DRAW_SCRIPT_FILE "profile.js"

/* Writes the file into `dir`, as fp_draw_file does, and names it in the facts. */
int fp_draw_script(struct fp_report_facts *facts, const struct fp_picture_config *picture, const char *dir,
                   struct fp_error *err);

#endif
