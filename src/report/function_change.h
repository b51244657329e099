/*
 * What became of each function in the tables of a page since the baseline.
 *
 * In summary.json, rows of `functions` that have a node (the first 100 by self and by total) have as well, where there is a
 * baseline and the function is one that was compared,
 *
 *   before_self, before_total   of the baseline, of the same function (profile/ident.h)
 *   verdict                     as in `changes`
 *
 * A function that was compared together with others of its identity, or in another shape, has none of these: its number
 * alone would compare with nothing.
 *
 *     fp_function_changes_init(&changes, facts->comparison, &err);
 *     fp_function_changes_put(&changes, &model, row, &err);      // row: {name, kind, self, total}
 *     fp_function_changes_release(&changes);
 */
#ifndef FP_REPORT_FUNCTION_CHANGE_H
#define FP_REPORT_FUNCTION_CHANGE_H

#include <jansson.h>

#include "base/str.h"
#include "profile/names.h"
#include "report/model.h"
#include "report/report.h"
#include "report/tables.h"

struct fp_function_changes {
    const struct fp_changes *changes; /* NULL = nothing was compared */
    struct fp_names names;            /* of change i: name i */
    struct fp_str ident;
};

/* `comparison` may be NULL, and must outlive `changes`. Release it after a failure, too. */
int fp_function_changes_init(struct fp_function_changes *changes, const struct fp_comparison_facts *comparison,
                             struct fp_error *err);
int fp_function_changes_put(struct fp_function_changes *changes, struct fp_model *model, json_t *row, struct fp_error *err);
void fp_function_changes_release(struct fp_function_changes *changes);

/* Puts, into a row of a page's table, `change`: {text, order (null: nothing to sort by), exact, quiet (it is within noise)};
 * the whole of it null in a table without that column. By self, or by total. */
void fp_function_change_put_view(const struct fp_tables *tables, json_t *row, const json_t *function, bool by_self);

#endif
