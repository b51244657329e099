#include "profile/totals.h"

#include <stdlib.h>

/*
 * In preorder an ancestor's subtree [i, end) is open while we are inside it. For each name the end of the outermost open subtree of that
 * name is kept: a node before that end has an ancestor of its own name and does not add to the total.
 */
static int sum_by_name(const struct fp_tree *tree, int only_kind, struct fp_function_totals *ret, struct fp_error *err)
{
    size_t names = tree->names.count;
    uint32_t *open_until = calloc(names + 1, sizeof *open_until);
    uint32_t *index = calloc(names + 1, sizeof *index); /* into items, + 1 */
    struct fp_function_total *items = calloc(names + 1, sizeof *items);
    size_t count = 0;

    if (!open_until || !index || !items) {
        free(open_until);
        free(index);
        free(items);
        return fp_error_nomem(err);
    }
    for (uint32_t i = 1; i < tree->count; i++) {
        uint32_t name = tree->name[i];
        struct fp_function_total *item;

        if (only_kind >= 0 && tree->names.kind[name] != only_kind)
            continue;
        if (!index[name]) {
            items[count] = (struct fp_function_total){ .name = name, .node = i };
            index[name] = (uint32_t)++count;
        }
        item = &items[index[name] - 1];
        item->self += tree->self[i];
        if (i >= open_until[name]) {
            item->total += tree->total[i];
            open_until[name] = tree->end[i];
            if (tree->total[i] > tree->total[item->node])
                item->node = i;
        }
    }
    free(open_until);
    free(index);
    ret->items = items;
    ret->count = count;
    return FP_OK;
}

int fp_totals_by_function(const struct fp_tree *tree, struct fp_function_totals *ret_totals, struct fp_error *err)
{
    return sum_by_name(tree, -1, ret_totals, err);
}

struct order {
    const struct fp_tree *tree;
    bool by_total;
};

static int compare_values(int64_t a, int64_t b)
{
    return a > b ? -1 : a < b;
}

static int compare(const void *pa, const void *pb, void *ctx)
{
    const struct fp_function_total *a = pa, *b = pb;
    const struct order *order = ctx;
    const struct fp_names *names = &order->tree->names;
    int by_self = compare_values(a->self, b->self), by_total = compare_values(a->total, b->total);
    int result = order->by_total ? by_total : by_self;

    if (!result)
        result = order->by_total ? by_self : by_total;
    if (!result)
        result = fp_slice_compare(fp_names_get(names, a->name), fp_names_get(names, b->name));
    return result ? result : (int)names->kind[a->name] - (int)names->kind[b->name];
}

void fp_totals_sort(const struct fp_tree *tree, struct fp_function_totals *totals, enum fp_totals_order order)
{
    struct order how = { tree, order == FP_BY_TOTAL };

    qsort_r(totals->items, totals->count, sizeof *totals->items, compare, &how);
}

void fp_totals_release(struct fp_function_totals *totals)
{
    free(totals->items);
    *totals = (struct fp_function_totals){ 0 };
}

void fp_totals_by_kind(const struct fp_tree *tree, int64_t self[FP_KIND_COUNT])
{
    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        self[kind] = 0;
    for (uint32_t i = 0; i < tree->count; i++)
        self[fp_tree_kind(tree, i)] += tree->self[i];
}

int fp_totals_of_kind(const struct fp_tree *tree, enum fp_frame_kind kind, struct fp_function_totals *ret_totals,
                      struct fp_error *err)
{
    int rc = sum_by_name(tree, (int)kind, ret_totals, err);

    if (rc == FP_OK)
        fp_totals_sort(tree, ret_totals, FP_BY_TOTAL);
    return rc;
}
