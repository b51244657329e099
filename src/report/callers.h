/*
 * Callers and callees of the leading functions, for summary.json and for the page.
 *
 * In summary.json:
 *
 *   calls   [{name, kind, self, total, callers_count, callers [{name, kind, value}], callees_count, callees (the same)}]:
 *           the FP_LIMIT_CALLS functions that lead by self or by total, in turn (of those with
 *           the same total, the last of the stack). Of each the largest FP_LIMIT_CALLS
 *           callers and callees. profile/calls.h says what they add up to.
 */
#ifndef FP_REPORT_CALLERS_H
#define FP_REPORT_CALLERS_H

#include <jansson.h>

#include "profile/tree.h"
#include "report/model.h"
#include "report/tables.h"

/* `tree`: as it is shown; NULL = none. */
int fp_callers_put_summary(struct fp_model *model, json_t *root, const struct fp_tree *tree, struct fp_error *err);

/* Puts, for the page, `calls`: [{pieces, cut, label, callers {caption, rows}, callees}]. A row is one of a ranking, or has
 * `plain`, words in place of a name: the function itself, and what is not listed. */
void fp_callers_put_view(const struct fp_tables *tables, json_t *to);

#endif
