/*
 * Keeps a slip of the finger (`-o ~`) from mixing a site with other files.
 */
#ifndef FP_CMD_SITE_GUARD_H
#define FP_CMD_SITE_GUARD_H

#include <stdbool.h>

#include "base/error.h"

/* Fine: a directory that is not there, is empty, or holds a site (.flamepress). FP_EINVAL for anything else. */
int fp_site_guard(const char *output, struct fp_error *err);

/* Does the directory hold a site? */
bool fp_site_is_one(const char *output);

#endif
