/*
 * Frames without a symbol, for summary.json and for the page.
 *
 * In summary.json, `missing_symbols` is about the profile as it came, whatever transforms show of it:
 *
 *   self, self_share, total, total_share, names
 *                  what was measured in frames without a symbol; the stacks with at least one, each counted once;
 *                  different names of such frames
 *   code           the same five, without the entry functions of threads: nearly every stack may begin with one
 *   causes         [{cause, title, meaning, advice, self … names}] of those that occur: "jit_map",
 *                  "stripped_library", "stripped_executable", "unknown_address", "thread_entry". The texts are
 *                  English and may be worded better in later versions
 *   modules_count  different files, and one each for addresses and for thread entries
 *   modules        [{cause, path, self … names}], largest self first, at most 10,000; `path` is "" where there
 *                  is no file
 *
 * It is null when it was not looked for or there is no profile. See profile/symbols.h for what counts.
 *
 * Pure.
 */
#ifndef FP_REPORT_MISSING_H
#define FP_REPORT_MISSING_H

#include <jansson.h>

#include "report/model.h"
#include "report/report.h"
#include "report/tables.h"

/* Puts `missing_symbols`. */
void fp_missing_put_summary(struct fp_model *model, json_t *root, const struct fp_report_facts *facts);

/* Puts `has_missing`, `missing_text`, `missing` [{title, numbers, meaning, advice, modules (a ranking or null)}] and
 * `nothing_missing` (a line, or null). */
void fp_missing_put_view(const struct fp_tables *tables, json_t *to);

#endif
