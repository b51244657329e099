#include "report/function_change.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "profile/changes.h"
#include "profile/ident.h"
#include "report/words.h"

int fp_function_changes_init(struct fp_function_changes *changes, const struct fp_comparison_facts *comparison,
                             struct fp_error *err)
{
    int rc = FP_OK;

    *changes = (struct fp_function_changes){ .changes = comparison ? comparison->changes : NULL };
    fp_names_init(&changes->names);
    fp_str_init(&changes->ident, FP_LIMIT_NAME);
    for (size_t i = 0; changes->changes && i < changes->changes->count && rc == FP_OK; i++) {
        const struct fp_names *names = &comparison->pair->tree.names;
        uint32_t name = changes->changes->items[i].name, id;

        rc = fp_names_intern(&changes->names, fp_names_get(names, name), (enum fp_frame_kind)names->kind[name], &id, err);
    }
    return rc;
}

/* The change of this function; NULL when it was not compared, or not as it is in the table. */
static int find(struct fp_function_changes *changes, const json_t *row, const struct fp_change **ret_change,
                struct fp_error *err)
{
    struct fp_slice name = fp_model_get_slice(row, "name");
    const struct fp_change *change;
    uint32_t id;
    int rc;

    if (fp_ident_of_name(&changes->ident, name))
        name = fp_str_slice(&changes->ident);
    rc = fp_str_status(&changes->ident, "the identity of a name", err);
    if (rc == FP_OK)
        rc = fp_names_intern(&changes->names, name, fp_frame_kind_named(fp_model_get_text(row, "kind")), &id, err);
    if (rc < 0)
        return rc;
    *ret_change = NULL;
    if (id >= changes->changes->count)
        return FP_OK;
    change = &changes->changes->items[id];
    if (change->after_self == fp_model_get_int(row, "self") && change->after_total == fp_model_get_int(row, "total"))
        *ret_change = change;
    return FP_OK;
}

int fp_function_changes_put(struct fp_function_changes *changes, struct fp_model *model, json_t *row, struct fp_error *err)
{
    const struct fp_change *change;
    int rc;

    if (!changes->changes)
        return FP_OK;
    rc = find(changes, row, &change, err);
    if (rc < 0 || !change)
        return rc;
    fp_model_put_int(model, row, "before_self", change->before_self);
    fp_model_put_int(model, row, "before_total", change->before_total);
    fp_model_put_text(model, row, "verdict", fp_verdict_name(change->verdict));
    return FP_OK;
}

void fp_function_changes_release(struct fp_function_changes *changes)
{
    fp_names_release(&changes->names);
    fp_str_release(&changes->ident);
}

/* ---- the page ---- */

static void put_points(struct fp_model *model, json_t *change, double points)
{
    char text[FP_UNIT_TEXT];

    fp_model_put(model, change, "text", fp_model_text(fp_signed(fp_fixed_format(text, points, 2), points)));
}

void fp_function_change_put_view(const struct fp_tables *tables, json_t *row, const json_t *function, bool by_self)
{
    const json_t *baseline = json_object_get(tables->summary, "baseline");
    const char *verdict = fp_model_get_text(function, "verdict");
    int64_t before = fp_model_get_int(function, by_self ? "before_self" : "before_total");
    int64_t after = fp_model_get_int(function, by_self ? "self" : "total"), whole = fp_model_get_int(baseline, "total");
    double points = 100 * (fp_changes_share(after, tables->total) - fp_changes_share(before, whole));
    struct fp_model *model = tables->model;
    json_t *change = fp_model_object(model, row, "change");
    char was[FP_UNIT_TEXT], is[FP_UNIT_TEXT];
    bool judged = *verdict && strcmp(verdict, "too_few") != 0;

    fp_model_put(model, change, "quiet", json_boolean(!strcmp(verdict, "noise") || !judged));
    fp_model_put(model, change, "order", judged ? json_real(points) : json_null());
    if (!*verdict) {
        fp_model_put(model, change, "text", fp_model_text("\u2013"));
        fp_model_put_word(model, change, "exact", "versus_nothing_with");
        return;
    }
    if (!judged)
        fp_model_put_word(model, change, "text", "versus_too_few");
    else if (fp_model_get_int(function, "before_total") == 0)
        fp_model_put_word(model, change, "text", "verdict_new");
    else
        put_points(model, change, points);
    fp_model_say(model, change, "exact", !strcmp(verdict, "noise") ? "change_exact_noise" : "change_exact",
                 fp_words_share(was, before, whole), fp_words_share(is, after, tables->total), NULL);
}
