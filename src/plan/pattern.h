/*
 * Shell patterns for names of services: `--only`, `match`, `except`.
 *
 * As fnmatch(3) without flags: `*`, `?`, `[…]`, and `\` before a character that stands for itself.
 * A name always matches itself, whatever is in it.
 */
#ifndef FP_PLAN_PATTERN_H
#define FP_PLAN_PATTERN_H

#include <stdbool.h>

bool fp_pattern_matches(const char *pattern, const char *name);

#endif
