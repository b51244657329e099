/*
 * Trends from the published nights: for a night's page, and which other nights' pages show it.
 *
 * A night whose summary.json cannot be read is a gap here; that it is damaged is said where the index is made.
 */
#ifndef FP_PRESS_TRENDS_H
#define FP_PRESS_TRENDS_H

#include <jansson.h>

#include "base/error.h"
#include "report/history.h"

/* Gives the entries of `night` their `trend` (fp_history_annotate), from it and the published nights before it. */
int fp_trends_add(const char *output, json_t *night, struct fp_error *err);

#endif
