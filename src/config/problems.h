/*
 * Problems with a known place: what config.h leaves to the loader.
 */
#ifndef FP_CONFIG_PROBLEMS_H
#define FP_CONFIG_PROBLEMS_H

#include <stdarg.h>
#include <stdint.h>

#include "config/config.h"

/* Problems that are kept; further ones are counted. */
#define FP_PROBLEMS_MAX 100

/* An error of syntax: the place is line and column, there is no key path. */
void fp_problems_add_at(struct fp_problems *problems, const char *file, uint32_t line, uint32_t column,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));

/* By place, as a person goes through the file; those without a place come first. Keeps the order of equals.
 */
void fp_problems_sort(struct fp_problems *problems);

#endif
