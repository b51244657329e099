/* The steps that look at kinds, shape and value, and the table of all steps. */
#include <stdlib.h>

#include "base/out.h"
#include "base/unit.h"
#include "profile/transform_plan.h"

/* ---- levels ---- */

static int fold_level(const struct fp_transform_input *input, enum fp_frame_kind level,
                      struct fp_transform_plan *plan, struct fp_error *err)
{
    const struct fp_tree *tree = input->tree;
    bool *top =
        calloc(tree->count, sizeof *top); /* a thread or process below nothing but threads and processes */

    if (!top)
        return fp_error_nomem(err);
    top[0] = true;
    for (uint32_t i = 1; i < tree->count; i++) {
        enum fp_frame_kind kind = fp_tree_kind(tree, i);

        top[i] = top[tree->parent[i]] && (kind == FP_KIND_THREAD || kind == FP_KIND_PROCESS);
        if (top[i] && kind == level)
            plan->action[i] = FP_NODE_JOIN;
    }
    free(top);
    return FP_OK;
}

static int plan_fold_processes(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                               struct fp_error *err)
{
    return fold_level(input, FP_KIND_PROCESS, plan, err);
}

static int plan_fold_threads(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                             struct fp_error *err)
{
    return fold_level(input, FP_KIND_THREAD, plan, err);
}

/* ---- kinds ---- */

static int plan_max_kernel_depth(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                                 struct fp_error *err)
{
    const struct fp_tree *tree = input->tree;
    uint32_t *run = calloc(tree->count, sizeof *run); /* frames of the node's kind in a row, down to it */

    if (!run)
        return fp_error_nomem(err);
    for (uint32_t i = 1; i < tree->count; i++) {
        enum fp_frame_kind kind = fp_tree_kind(tree, i);

        if (kind != FP_KIND_KERNEL && kind != FP_KIND_CUDA)
            continue;
        run[i] = fp_tree_kind(tree, tree->parent[i]) == kind ? run[tree->parent[i]] + 1 : 1;
        if (run[i] > input->options->max_kernel_depth)
            plan->action[i] = FP_NODE_JOIN;
    }
    free(run);
    return FP_OK;
}

static int hide_kind(const struct fp_transform_input *input, enum fp_frame_kind kind,
                     struct fp_transform_plan *plan)
{
    for (uint32_t i = 1; i < input->tree->count; i++)
        if (fp_tree_kind(input->tree, i) == kind)
            plan->action[i] = FP_NODE_JOIN;
    return FP_OK;
}

static int plan_hide_kernel(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                            struct fp_error *err)
{
    (void)err;
    return hide_kind(input, FP_KIND_KERNEL, plan);
}

static int plan_hide_libraries(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                               struct fp_error *err)
{
    (void)err;
    return hide_kind(input, FP_KIND_LIBRARY, plan);
}

/* ---- shape ---- */

static int plan_merge_recursion(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                                struct fp_error *err)
{
    const struct fp_tree *tree = input->tree;

    (void)err;
    /* a frame that joins its parent has the parent's name, so comparing with the parent compares with what
     * stays */
    for (uint32_t i = 1; i < tree->count; i++)
        if (tree->parent[i] != 0 && tree->name[i] == tree->name[tree->parent[i]])
            plan->action[i] = FP_NODE_JOIN;
    return FP_OK;
}

static bool may_be_wrapper(const struct fp_tree *tree, uint32_t node)
{
    enum fp_frame_kind kind = fp_tree_kind(tree, node);

    return node != 0 && kind != FP_KIND_THREAD && kind != FP_KIND_PROCESS && kind != FP_KIND_HOST;
}

/* More than 99 % of the first frame's total. What is missing is compared, so that nothing can overflow. */
static bool nearly_all(const struct fp_tree *tree, uint32_t node, uint32_t first)
{
    return tree->total[first] > 0 && tree->total[first] - tree->total[node] <= (tree->total[first] - 1) / 100;
}

static int plan_collapse_wrappers(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                                  struct fp_error *err)
{
    const struct fp_tree *tree = input->tree;
    uint32_t *first = malloc(tree->count * sizeof *first); /* of the chain that the node is in */

    if (!first)
        return fp_error_nomem(err);
    first[0] = 0;
    for (uint32_t i = 1; i < tree->count; i++) {
        uint32_t parent = tree->parent[i];
        bool only_child = tree->end[i] == tree->end[parent] && i == parent + 1;

        first[i] = i;
        if (!only_child || !may_be_wrapper(tree, parent) || !may_be_wrapper(tree, i) ||
            !nearly_all(tree, i, first[parent]))
            continue;
        first[i] = first[parent];
        if (first[parent] != parent)
            plan->action[parent] = FP_NODE_JOIN; /* neither the first frame nor, now, the last */
    }
    free(first);
    return FP_OK;
}

/* What an earlier min_share has gathered: it is not gathered again. */
static bool is_other(const struct fp_tree *tree, uint32_t node)
{
    return tree->end[node] == node + 1 && fp_tree_kind(tree, node) == FP_KIND_UNKNOWN &&
           fp_slice_is(fp_tree_name(tree, node), FP_TRANSFORM_OTHER);
}

static int plan_min_share(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                          struct fp_error *err)
{
    const struct fp_tree *tree = input->tree;

    (void)err;
    if (!input->total)
        return FP_OK;
    for (uint32_t i = 1; i < tree->count;) {
        /* divided as a reader would: 7 of 100 is not below 0.07, which 0.07 × 100 in doubles would make of it
         */
        if ((double)tree->total[i] / (double)input->total >= input->options->min_share || is_other(tree, i)) {
            i++;
            continue;
        }
        plan->action[i] = FP_NODE_OTHER;
        for (uint32_t below = i + 1; below < tree->end[i]; below++)
            plan->action[below] = FP_NODE_JOIN;
        i = tree->end[i];
    }
    return FP_OK;
}

/* ---- what was asked for, in words ---- */

static void put_quoted(struct fp_str *out, const char *before, struct fp_slice text)
{
    fp_str_puts(out, before);
    fp_str_putc(out, '"');
    fp_str_append(out, text.data, text.len);
    fp_str_putc(out, '"');
}

static void describe_patterns(const struct fp_pattern_list *list, struct fp_str *out)
{
    for (size_t i = 0; i < list->count; i++) {
        struct fp_slice text = fp_pattern_text(list->items[i]);

        put_quoted(out, i ? ", " : "", text);
        if (fp_pattern_replacement(list->items[i], &text))
            put_quoted(out, " \u2192 ", text);
    }
}

static void describe_rename(const struct fp_transform_options *options, struct fp_str *out)
{
    describe_patterns(&options->rename, out);
}

static void describe_focus(const struct fp_transform_options *options, struct fp_str *out)
{
    describe_patterns(&options->focus, out);
}

static void describe_hide(const struct fp_transform_options *options, struct fp_str *out)
{
    describe_patterns(&options->hide, out);
}

static void describe_max_kernel_depth(const struct fp_transform_options *options, struct fp_str *out)
{
    fp_str_printf(out, "at most %lld kernel frame%s in a row", (long long)options->max_kernel_depth,
                  fp_plural((uint64_t)options->max_kernel_depth));
}

static void describe_min_share(const struct fp_transform_options *options, struct fp_str *out)
{
    struct fp_out number;

    fp_str_puts(out, "below ");
    fp_out_to_str(&number, out);
    fp_out_decimal(&number, 100 * options->min_share, 6); /* not printf: the locale may write a comma */
    (void)fp_out_finish(&number, NULL);
    fp_str_puts(out, " % of the total");
}

/* ---- the table ---- */

static bool wants_strip_rust_hash(const struct fp_transform_options *o)
{
    return o->strip_rust_hash;
}
static bool wants_rename(const struct fp_transform_options *o)
{
    return o->rename.count > 0;
}
static bool wants_focus(const struct fp_transform_options *o)
{
    return o->focus.count > 0;
}
static bool wants_fold_processes(const struct fp_transform_options *o)
{
    return o->fold_processes;
}
static bool wants_fold_threads(const struct fp_transform_options *o)
{
    return o->fold_threads;
}
static bool wants_max_kernel_depth(const struct fp_transform_options *o)
{
    return o->max_kernel_depth >= 0;
}
static bool wants_hide_kernel(const struct fp_transform_options *o)
{
    return o->hide_kernel;
}
static bool wants_hide_libraries(const struct fp_transform_options *o)
{
    return o->hide_libraries;
}
static bool wants_hide(const struct fp_transform_options *o)
{
    return o->hide.count > 0;
}
static bool wants_merge_recursion(const struct fp_transform_options *o)
{
    return o->merge_recursion;
}
static bool wants_collapse_wrappers(const struct fp_transform_options *o)
{
    return o->collapse_wrappers;
}
static bool wants_min_share(const struct fp_transform_options *o)
{
    return o->min_share > 0;
}

const struct fp_transform_rule fp_transform_rules[FP_TRANSFORM_COUNT] = {
    [FP_TRANSFORM_STRIP_RUST_HASH] = { "strip_rust_hash", wants_strip_rust_hash,
                                       fp_transform_plan_strip_rust_hash, NULL },
    [FP_TRANSFORM_RENAME] = { "rename", wants_rename, fp_transform_plan_rename, describe_rename },
    [FP_TRANSFORM_FOCUS] = { "focus", wants_focus, fp_transform_plan_focus, describe_focus },
    [FP_TRANSFORM_FOLD_PROCESSES] = { "fold_processes", wants_fold_processes, plan_fold_processes, NULL },
    [FP_TRANSFORM_FOLD_THREADS] = { "fold_threads", wants_fold_threads, plan_fold_threads, NULL },
    [FP_TRANSFORM_MAX_KERNEL_DEPTH] = { "max_kernel_depth", wants_max_kernel_depth, plan_max_kernel_depth,
                                        describe_max_kernel_depth },
    [FP_TRANSFORM_HIDE_KERNEL] = { "hide_kernel", wants_hide_kernel, plan_hide_kernel, NULL },
    [FP_TRANSFORM_HIDE_LIBRARIES] = { "hide_libraries", wants_hide_libraries, plan_hide_libraries, NULL },
    [FP_TRANSFORM_HIDE] = { "hide", wants_hide, fp_transform_plan_hide, describe_hide },
    [FP_TRANSFORM_MERGE_RECURSION] = { "merge_recursion", wants_merge_recursion, plan_merge_recursion, NULL },
    [FP_TRANSFORM_COLLAPSE_WRAPPERS] = { "collapse_wrappers", wants_collapse_wrappers, plan_collapse_wrappers,
                                         NULL },
    [FP_TRANSFORM_MIN_SHARE] = { "min_share", wants_min_share, plan_min_share, describe_min_share },
};
