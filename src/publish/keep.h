/*
 * Nights that were kept under a name.
 *
 * DIR/.flamepress/kept/NAME is a file of one line: the path of the night below the site, "2026/11/20". Names are those
 * of plan/baseline.h: one safe path component each.
 *
 *     if (fp_keep_find(output, "release-4.2", &night, &err) == 0) … night.data …
 */
#ifndef FP_PUBLISH_KEEP_H
#define FP_PUBLISH_KEEP_H

#include "base/error.h"
#include "base/str.h"

/* Appends the path to `ret_night`. FP_ENOTFOUND when nothing is kept under that name, FP_EDATA when the file does not
 * name a night. */
int fp_keep_find(const char *site, const char *name, struct fp_str *ret_night, struct fp_error *err);

#endif
