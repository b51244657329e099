#include "profile/transform.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "profile/transform_plan.h"

const char *fp_transform_step_name(enum fp_transform_step step)
{
    return fp_transform_rules[step].name;
}

bool fp_transform_has_other(const struct fp_tree *tree)
{
    for (uint32_t id = 0; id < tree->names.count; id++)
        if (tree->names.kind[id] == FP_KIND_UNKNOWN &&
            fp_slice_is(fp_names_get(&tree->names, id), FP_TRANSFORM_OTHER))
            return true;
    return false;
}

/* ---- carrying out a plan ---- */

static bool is_renamed(const struct fp_tree *tree, const struct fp_transform_plan *plan, uint32_t node)
{
    return plan->new_name && plan->new_name[tree->name[node]] != FP_NO_NODE;
}

/* What the plan does, before it is done: false when it does nothing. */
static bool measure(const struct fp_tree *tree, const struct fp_transform_plan *plan,
                    struct fp_transform_record *record)
{
    uint32_t touched_until =
        0; /* the end of the outermost touched subtree: within it, stacks are counted already */
    bool any = plan->action[0] != FP_NODE_KEEP;

    if (any)
        record->value_removed = tree->self[0];
    for (uint32_t i = 1; i < tree->count; i++) {
        enum fp_node_action action = (enum fp_node_action)plan->action[i];

        if (action == FP_NODE_PATH || action == FP_NODE_DROP)
            record->value_removed += tree->self[i];
        if (action == FP_NODE_JOIN || action == FP_NODE_OTHER)
            record->value_moved += tree->self[i];
        if (action == FP_NODE_PATH)
            any = true;
        if ((action == FP_NODE_KEEP || action == FP_NODE_PATH) && !is_renamed(tree, plan, i))
            continue;
        any = true;
        record->frames++;
        if (i >= touched_until) {
            record->value_touched += tree->total[i];
            touched_until = tree->end[i];
        }
    }
    /* a stack that is removed is touched, whether it loses frames that others have or not */
    if (record->value_removed)
        record->value_touched = record->value_removed;
    return any;
}

struct rebuilding {
    const struct fp_tree *from;
    const struct fp_transform_plan *plan;
    struct fp_builder builder;
    uint32_t *name; /* of each name of `from`: its id in the builder; FP_NO_NODE = not needed yet */
    uint32_t *node; /* of each node: where its value went */
    uint32_t other; /* id of "[other]" in the builder; FP_NO_NODE = not needed yet */
};

static int name_for(struct rebuilding *r, uint32_t id, uint32_t *ret_id, struct fp_error *err)
{
    const struct fp_names *names = &r->from->names;
    uint32_t new_id = r->plan->new_name ? r->plan->new_name[id] : FP_NO_NODE;
    struct fp_slice text =
        new_id == FP_NO_NODE ? fp_names_get(names, id) : fp_names_get(&r->plan->names, new_id);
    int rc = FP_OK;

    if (r->name[id] == FP_NO_NODE)
        rc = fp_names_intern(&r->builder.names, text, (enum fp_frame_kind)names->kind[id], &r->name[id], err);
    if (rc == FP_OK)
        *ret_id = r->name[id];
    return rc;
}

static int rebuild_node(struct rebuilding *r, uint32_t i, struct fp_error *err)
{
    enum fp_node_action action = (enum fp_node_action)r->plan->action[i];
    uint32_t parent, name;
    int rc = FP_OK;

    if (action == FP_NODE_DROP)
        return FP_OK;
    parent = r->node[r->from->parent[i]]; /* never of a node that is dropped */
    r->node[i] = parent;
    if (action == FP_NODE_KEEP || action == FP_NODE_PATH) {
        rc = name_for(r, r->from->name[i], &name, err);
        if (rc == FP_OK)
            rc = fp_builder_child(&r->builder, parent, name, &r->node[i], err);
    } else if (action == FP_NODE_OTHER) {
        if (r->other == FP_NO_NODE)
            rc = fp_names_intern(&r->builder.names, fp_slice_of(FP_TRANSFORM_OTHER), FP_KIND_UNKNOWN,
                                 &r->other, err);
        if (rc == FP_OK)
            rc = fp_builder_child(&r->builder, parent, r->other, &r->node[i], err);
    }
    if (rc == FP_OK && action != FP_NODE_PATH)
        rc = fp_builder_add(&r->builder, r->node[i], r->from->self[i], err);
    return rc;
}

static int rebuild(const struct fp_tree *from, const struct fp_transform_plan *plan, struct fp_tree *ret_tree,
                   struct fp_error *err)
{
    struct rebuilding r = { .from = from, .plan = plan, .other = FP_NO_NODE };
    int rc;

    fp_builder_init(&r.builder);
    r.name = malloc((from->names.count + 1) * sizeof *r.name);
    r.node = malloc(from->count * sizeof *r.node);
    if (!r.name || !r.node) {
        rc = fp_error_nomem(err);
        goto done;
    }
    memset(r.name, 0xFF, (from->names.count + 1) * sizeof *r.name); /* FP_NO_NODE */
    r.node[0] = 0;
    rc = fp_builder_reserve(&r.builder, from->count, err);
    if (rc == FP_OK)
        rc = fp_builder_root(&r.builder, fp_tree_name(from, 0), fp_tree_kind(from, 0), err);
    if (rc == FP_OK && plan->action[0] == FP_NODE_KEEP)
        rc = fp_builder_add(&r.builder, 0, from->self[0], err);
    for (uint32_t i = 1; i < from->count && rc == FP_OK; i++)
        rc = rebuild_node(&r, i, err);
    free(r.name);
    free(r.node);
    r.name = r.node = NULL; /* freezing needs the room */
    if (rc == FP_OK)        /* objects are names of their own kind by now: none are to be made again */
        rc = fp_tree_freeze(ret_tree, &r.builder, false, err);
done:
    free(r.name);
    free(r.node);
    fp_builder_release(&r.builder);
    return rc;
}

/* ---- the pipeline ---- */

static int check_options(const struct fp_tree *in, const struct fp_transform_options *options,
                         struct fp_error *err)
{
    if (!in->count)
        return fp_error_set(err, FP_EINVAL, "a profile without a root cannot be transformed");
    if (options->max_kernel_depth < -1)
        return fp_error_set(err, FP_EINVAL, "max_kernel_depth is a number of frames, or -1 for all");
    if (!(options->min_share >= 0 && options->min_share <= 1)) /* written so that NaN fails */
        return fp_error_set(err, FP_EINVAL, "min_share is a share of the total: from 0 (off) to 1");
    return FP_OK;
}

static void clip(char to[FP_TRANSFORM_DETAIL_MAX], struct fp_slice text)
{
    static const char more[] = "\u2026";
    size_t room = FP_TRANSFORM_DETAIL_MAX - sizeof more, n = fp_utf8_clean(to, room, text.data, text.len);

    strcpy(to + n, text.len > room ? more : "");
}

static int describe(const struct fp_transform_rule *rule, const struct fp_transform_options *options,
                    struct fp_transform_record *record, struct fp_error *err)
{
    struct fp_str text;
    int rc;

    if (!rule->describe)
        return FP_OK;
    fp_str_init(&text, FP_LIMIT_TEXT);
    rule->describe(options, &text);
    rc = fp_str_status(&text, "what was asked for", err);
    if (rc == FP_OK)
        clip(record->detail, fp_str_slice(&text));
    fp_str_release(&text);
    return rc;
}

/* Runs one step; *ret_changed says whether there is a new tree. */
static int run_step(enum fp_transform_step step, const struct fp_transform_input *input,
                    struct fp_tree *ret_tree, bool *ret_changed, struct fp_transform_record *record,
                    struct fp_error *err)
{
    const struct fp_transform_rule *rule = &fp_transform_rules[step];
    struct fp_transform_plan plan = { .action = calloc(input->tree->count, 1) };
    bool changed = false;
    int rc;

    fp_names_init(&plan.names);
    *record = (struct fp_transform_record){ .step = step, .nodes_before = input->tree->count };
    record->nodes_after = input->tree->count;
    rc = plan.action ? rule->plan(input, &plan, err) : fp_error_nomem(err);
    if (rc == FP_OK)
        rc = describe(rule, input->options, record, err);
    if (rc < 0)
        goto done;
    record->patterns_stopped = plan.patterns_stopped;
    record->patterns_ignored = plan.patterns_ignored;
    if (plan.stopped)
        clip(record->stopped, fp_pattern_text(plan.stopped));
    changed = measure(input->tree, &plan, record);
    if (changed) {
        rc = rebuild(input->tree, &plan, ret_tree, err);
        if (rc == FP_OK)
            record->nodes_after = ret_tree->count;
    }
    if (rc == FP_OK)
        *ret_changed = changed;
done:
    fp_names_release(&plan.names);
    free(plan.new_name);
    free(plan.action);
    if (rc < 0)
        fp_error_prepend(err, "transform %s", rule->name);
    return rc;
}

int fp_transform_apply(const struct fp_tree *in, const struct fp_transform_options *options,
                       struct fp_tree *ret_out, struct fp_transform_log *ret_log, struct fp_error *err)
{
    struct fp_transform_log log = { .count = 0 };
    struct fp_tree made = { 0 }; /* what the last step that changed something has left; count 0 = none did */
    int rc = check_options(in, options, err);

    if (rc < 0)
        return rc;
    log.total = in->total[0];
    for (int step = 0; step < FP_TRANSFORM_COUNT && rc == FP_OK; step++) {
        struct fp_transform_input input = { made.count ? &made : in, options, log.total };
        struct fp_tree next = { 0 };
        bool changed = false;

        if (!fp_transform_rules[step].wanted(options))
            continue;
        rc = run_step((enum fp_transform_step)step, &input, &next, &changed, &log.items[log.count], err);
        if (rc < 0)
            break;
        log.removed += log.items[log.count++].value_removed;
        if (changed) {
            fp_tree_release(&made);
            made = next;
            log.changed = true;
        }
    }
    if (rc < 0) {
        fp_tree_release(&made);
        return rc;
    }
    if (log.changed)
        *ret_out = made;
    *ret_log = log;
    return FP_OK;
}
