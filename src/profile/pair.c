#include "profile/pair.h"

#include <stdlib.h>

#include "base/limits.h"
#include "profile/ident.h"

/* One side's nodes and names, in the terms of the builder. */
struct side {
    const struct fp_tree *from;
    uint32_t *name; /* of each name of `from`: its identity in the builder */
    uint32_t *node; /* of each node of `from`: its node there */
};

static void side_release(struct side *side)
{
    free(side->name);
    free(side->node);
}

static int map_names(struct side *side, struct fp_builder *builder, struct fp_error *err)
{
    const struct fp_names *names = &side->from->names;
    struct fp_str ident;
    int rc = FP_OK;

    fp_str_init(&ident, FP_LIMIT_TEXT);
    for (uint32_t id = 0; id < names->count && rc == FP_OK; id++) {
        struct fp_slice name = fp_names_get(names, id);

        if (fp_ident_of_name(&ident, name))
            name = fp_str_slice(&ident);
        rc = fp_str_status(&ident, "the identity of a name", err);
        if (rc == FP_OK)
            rc = fp_names_intern(&builder->names, name, (enum fp_frame_kind)names->kind[id], &side->name[id], err);
    }
    fp_str_release(&ident);
    return rc;
}

static int add_side(struct side *side, struct fp_builder *builder, struct fp_error *err)
{
    const struct fp_tree *from = side->from;
    int rc;

    side->name = malloc((from->names.count + 1) * sizeof *side->name);
    side->node = malloc(from->count * sizeof *side->node);
    if (!side->name || !side->node)
        return fp_error_nomem(err);
    rc = map_names(side, builder, err);
    side->node[0] = 0;
    for (uint32_t i = 1; i < from->count && rc == FP_OK; i++)
        rc = fp_builder_child(builder, side->node[from->parent[i]], side->name[from->name[i]], &side->node[i], err);
    return rc;
}

/* Columns of one side, in the places that the merged tree gave its nodes. */
static void lay_out(const struct side *side, const struct fp_tree *tree, const uint32_t *place, int64_t *self,
                    int64_t *total, uint32_t *node)
{
    const struct fp_tree *from = side->from;

    for (uint32_t i = 0; i < tree->count; i++) {
        self[i] = 0;
        node[i] = FP_NO_NODE;
    }
    for (uint32_t i = 0; i < from->count; i++) {
        uint32_t at = place[side->node[i]];

        self[at] += from->self[i]; /* cannot overflow: all of them together do not */
        if (node[at] == FP_NO_NODE)
            node[at] = i;
    }
    for (uint32_t i = 0; i < tree->count; i++)
        total[i] = self[i];
    for (uint32_t i = tree->count - 1; i > 0; i--)
        total[tree->parent[i]] += total[i];
}

static int make(struct fp_pair *pair, struct side *before, struct side *after, struct fp_error *err)
{
    struct fp_builder builder;
    uint32_t *place = NULL;
    size_t count;
    int rc;

    fp_builder_init(&builder);
    rc = fp_builder_root(&builder, fp_tree_name(after->from, 0), fp_tree_kind(after->from, 0), err);
    if (rc == FP_OK)
        rc = add_side(after, &builder, err);
    if (rc == FP_OK)
        rc = add_side(before, &builder, err);
    if (rc < 0) {
        fp_builder_release(&builder);
        return rc;
    }
    rc = fp_tree_freeze_placed(&pair->tree, &builder, false, &place, err);
    if (rc < 0)
        return rc;
    count = pair->tree.count;
    pair->before_self = malloc(count * sizeof *pair->before_self);
    pair->before_total = malloc(count * sizeof *pair->before_total);
    pair->before_node = malloc(count * sizeof *pair->before_node);
    pair->after_node = malloc(count * sizeof *pair->after_node);
    if (pair->before_self && pair->before_total && pair->before_node && pair->after_node) {
        lay_out(before, &pair->tree, place, pair->before_self, pair->before_total, pair->before_node);
        lay_out(after, &pair->tree, place, pair->tree.self, pair->tree.total, pair->after_node);
    } else {
        rc = fp_error_nomem(err);
    }
    free(place);
    return rc;
}

int fp_pair_make(struct fp_pair *ret_pair, const struct fp_tree *before, const struct fp_tree *after,
                 struct fp_error *err)
{
    struct side sides[2] = { { .from = before }, { .from = after } };
    struct fp_pair pair = { .before_self = NULL };
    int rc = make(&pair, &sides[0], &sides[1], err);

    side_release(&sides[0]);
    side_release(&sides[1]);
    if (rc < 0)
        fp_pair_release(&pair);
    else
        *ret_pair = pair;
    return rc;
}

void fp_pair_release(struct fp_pair *pair)
{
    fp_tree_release(&pair->tree);
    free(pair->before_self);
    free(pair->before_total);
    free(pair->before_node);
    free(pair->after_node);
    *pair = (struct fp_pair){ .before_self = NULL };
}
