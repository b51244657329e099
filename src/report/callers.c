#include "report/callers.h"

#include "base/limits.h"
#include "profile/calls.h"
#include "profile/totals.h"
#include "profile/transform.h"
#include "report/words.h"

/* ---- summary.json ---- */

static bool is_function(const struct fp_tree *tree, uint32_t name)
{
    enum fp_frame_kind kind = (enum fp_frame_kind)tree->names.kind[name];

    return kind != FP_KIND_THREAD && kind != FP_KIND_PROCESS && kind != FP_KIND_HOST &&
           !(kind == FP_KIND_UNKNOWN && fp_slice_is(fp_names_get(&tree->names, name), FP_TRANSFORM_OTHER));
}

static size_t take_by_self(const struct fp_tree *tree, const struct fp_function_totals *totals,
                           uint32_t top[FP_LIMIT_CALLS])
{
    size_t count = 0;

    for (size_t i = 0; i < totals->count && count < FP_LIMIT_CALLS; i++)
        if (is_function(tree, totals->items[i].name))
            top[count++] = totals->items[i].name;
    return count;
}

/* Of a chain whose functions all have the same total, the last: it is where stacks part. */
static size_t take_by_total(const struct fp_tree *tree, const struct fp_function_totals *totals,
                            uint32_t top[FP_LIMIT_CALLS])
{
    const struct fp_function_total *last = NULL;
    size_t count = 0;

    for (size_t i = 0; i < totals->count; i++) {
        const struct fp_function_total *item = &totals->items[i];
        bool same = last && item->total == last->total;

        if (!is_function(tree, item->name) || (same && item->node < last->node))
            continue;
        if (!same && count == FP_LIMIT_CALLS)
            break;
        count += !same;
        top[count - 1] = item->name;
        last = item;
    }
    return count;
}

static void add(uint32_t name, uint32_t chosen[FP_LIMIT_CALLS], size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (chosen[i] == name)
            return;
    if (*count < FP_LIMIT_CALLS)
        chosen[(*count)++] = name;
}

/* One of the largest selfs, one of the largest totals: what works, and what makes it work. */
static int choose(const struct fp_tree *tree, uint32_t chosen[FP_LIMIT_CALLS], size_t *ret_count, struct fp_error *err)
{
    uint32_t by_self[FP_LIMIT_CALLS], by_total[FP_LIMIT_CALLS];
    struct fp_function_totals totals;
    size_t selfs, alls;
    int rc = fp_totals_by_function(tree, &totals, err);

    if (rc < 0)
        return rc;
    fp_totals_sort(tree, &totals, FP_BY_SELF);
    selfs = take_by_self(tree, &totals, by_self);
    fp_totals_sort(tree, &totals, FP_BY_TOTAL);
    alls = take_by_total(tree, &totals, by_total);
    fp_totals_release(&totals);
    *ret_count = 0;
    for (size_t i = 0; i < selfs || i < alls; i++) {
        if (i < selfs)
            add(by_self[i], chosen, ret_count);
        if (i < alls)
            add(by_total[i], chosen, ret_count);
    }
    return FP_OK;
}

static void put_name(struct fp_model *model, json_t *row, const struct fp_tree *tree, uint32_t name)
{
    fp_model_put(model, row, "name", fp_model_slice(fp_names_get(&tree->names, name)));
    fp_model_put_text(model, row, "kind", fp_frame_kind_name((enum fp_frame_kind)tree->names.kind[name]));
}

static void put_side(struct fp_model *model, json_t *row, const char *key, const char *count_key,
                     const struct fp_tree *tree, const struct fp_call *calls, size_t count)
{
    json_t *list;

    fp_model_put_int(model, row, count_key, (int64_t)count);
    list = fp_model_array(model, row, key);
    for (size_t i = 0; i < count && i < FP_LIMIT_CALLS; i++) {
        json_t *call = fp_model_row(model, list);

        put_name(model, call, tree, calls[i].name);
        fp_model_put_int(model, call, "value", calls[i].value);
    }
}

int fp_callers_put_summary(struct fp_model *model, json_t *root, const struct fp_tree *tree, struct fp_error *err)
{
    json_t *list = fp_model_array(model, root, "calls");
    uint32_t chosen[FP_LIMIT_CALLS];
    size_t count = 0;
    int rc = tree ? choose(tree, chosen, &count, err) : FP_OK;

    for (size_t i = 0; i < count && rc == FP_OK; i++) {
        json_t *row = fp_model_row(model, list);
        struct fp_calls calls;

        rc = fp_calls_of(tree, chosen[i], &calls, err);
        if (rc < 0)
            break;
        put_name(model, row, tree, chosen[i]);
        fp_model_put_int(model, row, "self", calls.self);
        fp_model_put_int(model, row, "total", calls.total);
        put_side(model, row, "callers", "callers_count", tree, calls.callers, calls.caller_count);
        put_side(model, row, "callees", "callees_count", tree, calls.callees, calls.callee_count);
        fp_calls_release(&calls);
    }
    return rc;
}

/* ---- the page ---- */

/* What a list adds up to, and what is still to be accounted for. */
struct side {
    const struct fp_tables *tables;
    json_t *rows;
    int64_t total, rest;
};

static json_t *push_row(struct side *side, int64_t value)
{
    struct fp_model *model = side->tables->model;
    json_t *row = fp_model_row(model, side->rows);

    fp_words_put_value(model, row, "value", "exact", value, side->tables->unit);
    fp_model_put_int(model, row, "order", value);
    fp_words_put_share(model, row, "share", value, side->total);
    fp_words_put_bar(model, row, "bar", value, side->total);
    fp_model_put(model, row, "second", json_null());
    fp_model_put(model, row, "change", json_null());
    fp_model_put(model, row, "plain", json_null());
    side->rest -= value;
    return row;
}

static void push_calls(struct side *side, const json_t *calls, int64_t count)
{
    struct fp_model *model = side->tables->model;
    char text[FP_UNIT_TEXT];

    for (size_t i = 0; i < json_array_size(calls); i++) {
        const json_t *call = json_array_get(calls, i);

        fp_tables_put_name(model, push_row(side, fp_model_get_int(call, "value")), call);
    }
    count -= (int64_t)json_array_size(calls);
    if (count > 0)
        fp_model_say_count(model, push_row(side, side->rest), "plain", count, "calls_more",
                           fp_count_format(text, count), NULL);
}

static struct side open_side(const struct fp_tables *tables, json_t *row, const char *key, const char *caption,
                             int64_t total)
{
    json_t *table = fp_model_object(tables->model, row, key);

    fp_model_put_word(tables->model, table, "caption", caption);
    return (struct side){ tables, fp_model_array(tables->model, table, "rows"), total, total };
}

void fp_callers_put_view(const struct fp_tables *tables, json_t *to)
{
    const json_t *calls = json_object_get(tables->summary, "calls");
    struct fp_model *model = tables->model;
    json_t *list = fp_model_array(model, to, "calls");
    char self[FP_UNIT_TEXT], total[FP_UNIT_TEXT];

    for (size_t i = 0; i < json_array_size(calls); i++) {
        const json_t *function = json_array_get(calls, i);
        int64_t own = fp_model_get_int(function, "self"), all = fp_model_get_int(function, "total");
        json_t *row = fp_model_row(model, list);
        struct side side;

        fp_words_put_name(model, row, "pieces", "cut",
                          fp_frame_bare_name(fp_frame_kind_named(fp_model_get_text(function, "kind")),
                                             fp_model_get_slice(function, "name")));
        fp_model_say(model, row, "label", "calls_label", fp_words_share(self, own, tables->total),
                     fp_words_share(total, all, tables->total), NULL);
        side = open_side(tables, row, "callers", "called_by", all);
        push_calls(&side, json_object_get(function, "callers"), fp_model_get_int(function, "callers_count"));
        side = open_side(tables, row, "callees", "calls", all);
        if (own > 0)
            fp_model_put_word(model, push_row(&side, own), "plain", "itself");
        push_calls(&side, json_object_get(function, "callees"), fp_model_get_int(function, "callees_count"));
    }
}
