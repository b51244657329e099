/*
 * "What changed", the first thing a night's page says: report/leads as a page model.
 *
 *     fp_changed_put(&model, view, night, "2026/11/20/");
 *
 * Puts changes_text ("2 changes", "No changes", "Nothing to compare with"; null = nothing is known, as of older
 * nights), compared_text (null = nothing to name), has_changed, and
 *   changed       {calm (one sentence where no service changed; null), rule, too_few (how many reports
 *                were not judged, for want of samples or of a baseline; null = none), host, lists}
 *   lists         [{head (null = the first), caption, note, fold (what it is folded behind; null = not), rows, more}]
 *   rows          [{sense ("more", "less"), mark, direction, pieces, cut, href, title_pieces, event, before, after, points, amount, unit}]
 * Links begin with `prefix`, a URL, and lead to the place `changes` of a report.
 */
#ifndef FP_REPORT_CHANGED_H
#define FP_REPORT_CHANGED_H

#include <jansson.h>

#include "report/model.h"

void fp_changed_put(struct fp_model *model, json_t *view, const json_t *night, const char *prefix);

#endif
