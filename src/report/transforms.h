/*
 * What transforms did, for summary.json, for the page and for one line below a picture.
 *
 * In summary.json, `transforms` is a list in the order of application, one row for each step that was asked for:
 *
 *   name              the key of the configuration: "strip_rust_hash", "fold_threads", "hide" …
 *   detail            what was asked for, in English: patterns, a limit; "" where there is nothing to say
 *   frames            nodes renamed, left out, gathered or removed; 0: found nothing to do
 *   touched           total of the stacks with such a frame, each counted once
 *   moved             self value that is now counted at another frame (or at "[other]")
 *   removed           value that is not shown any more
 *   nodes_before, nodes_after
 *   patterns_stopped  names on which a pattern ran away and was stopped: it does not match there
 *   patterns_ignored  patterns that were stopped so often that they were set aside
 *   stopped           the first such pattern; null
 *
 * The page tells them in sentences, but for strip_rust_hash (which is on by default) where it found nothing.
 *
 * Pure.
 */
#ifndef FP_REPORT_TRANSFORMS_H
#define FP_REPORT_TRANSFORMS_H

#include <jansson.h>

#include "base/str.h"
#include "report/model.h"
#include "report/report.h"
#include "report/tables.h"

/* Puts `transforms` and `removed`. */
void fp_transforms_put_summary(struct fp_model *model, json_t *root, const struct fp_report_facts *facts);

/* Puts `has_transforms`, `transforms_line` (or null), `transforms_text` and `transform_rows` (facts). */
void fp_transforms_put_view(const struct fp_tables *tables, json_t *to);

/* "Shown with threads folded, only stacks in focus (12.3 % of the total)."; "" when nothing was changed. */
void fp_transforms_line(const struct fp_lang *lang, const struct fp_transform_log *log, struct fp_str *to);

/* "hide: the pattern … ran away on 3 names …": one sentence for a log; "" when none did. */
void fp_transforms_stopped(const struct fp_transform_record *record, struct fp_str *to);

#endif
