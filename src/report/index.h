/*
 * The index of nights as a page model: the newest night, and a calendar of all.
 *
 * Nights are night summaries (report/night.h). Of the newest the whole is
 * shown; of all others only `path`, `window`, `outcome` and `changes` (how many; not in summary.json) are read, so a caller with
 * many nights may keep just these. The day of a night in the calendar comes from
 * its path, which begins with YYYY/MM/DD; a path that does not is left out.
 *
 * A night whose outcome is FP_NIGHT_DAMAGED has only `path` and `window.label`: it is in the calendar and in a list
 * of its own, and never the newest.
 *
 * A day without a night between the first and the last is marked as missing where nights are daily,
 * that is where at least half of the days have one: weekly windows miss nothing.
 *
 * Model: has_nights, newest (fp_night_view), newest_lead, has_damaged, damaged [{href, label}], calendar_text,
 * months and earlier [{month_label, weeks: [{days: [{day, state, missing,
 * nights: [{href, label, outcome, mark, word, changes (null = none)}]}]}]}], has_earlier, earlier_label.
 */
#ifndef FP_REPORT_INDEX_H
#define FP_REPORT_INDEX_H

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"

#define FP_NIGHT_DAMAGED "damaged"

/* Which of them counts as the newest, here and for `latest`: the newest that has data; where none has any, the newest that can
 * be read; their number when there is none. So a run with a wrong clock, which finds nothing, hides no night. */
size_t fp_index_newest(const json_t *nights);

/* `nights`: an array, newest first; may be empty. The caller owns *ret_view. */
int fp_index_view(const json_t *nights, const struct fp_lang *lang, json_t **ret_view, struct fp_error *err);

#endif
