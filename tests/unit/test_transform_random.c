/*
 * Every transform against a naive one, over random trees and over the recordings. The naive ones work on
 * stacks as lists of frames, or recurse over the tree; they share nothing with the real ones but the trees'
 * builder.
 */
#include "tree_fixture.h"

#include "profile/transform.h"

#define TREES 3000
#define FRAMES 64

struct frame {
    struct fp_slice name;
    enum fp_frame_kind kind;
};

struct stack {
    struct frame frames[FRAMES];
    size_t count;
};

static bool same_frame(struct frame a, struct frame b)
{
    return a.kind == b.kind && fp_slice_equal(a.name, b.name);
}

static bool contains(struct fp_slice name, const char *text)
{
    return memmem(name.data, name.len, text, strlen(text)) != NULL;
}

static void keep_if(struct stack *stack, const bool *keep)
{
    size_t kept = 0;

    for (size_t i = 0; i < stack->count; i++)
        if (keep[i])
            stack->frames[kept++] = stack->frames[i];
    stack->count = kept;
}

/* ---- what each does to one stack; false: the stack is removed ---- */

static bool ends_in_hash(struct fp_slice name)
{
    if (name.len <= 19 || memcmp(name.data + name.len - 19, "::h", 3) != 0)
        return false;
    for (size_t i = name.len - 16; i < name.len; i++)
        if (!memchr("0123456789abcdef", name.data[i], 16))
            return false;
    return true;
}

static bool naive_strip(struct stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        while (ends_in_hash(stack->frames[i].name))
            stack->frames[i].name.len -= 19;
    return true;
}

/* "re:^\[([kl])\] " → "$1/" */
static bool naive_rename(struct stack *stack)
{
    static const struct {
        const char *from, *to;
    } table[] = { { "[k] x", "k/x" }, { "[k] y", "k/y" },
                  { "[k] z", "k/z" }, { "[l] m", "l/m" },
                  { "[l] n", "l/n" }, { "[k] x::h0123456789abcdef", "k/x::h0123456789abcdef" } };

    for (size_t i = 0; i < stack->count; i++)
        for (size_t t = 0; t < sizeof table / sizeof *table; t++)
            if (fp_slice_is(stack->frames[i].name, table[t].from)) {
                stack->frames[i].name = fp_slice_of(table[t].to);
                break;
            }
    return true;
}

static bool naive_focus(struct stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (contains(stack->frames[i].name, "b") || fp_slice_is(stack->frames[i].name, "[t] t1"))
            return true;
    return false;
}

static bool fold(struct stack *stack, enum fp_frame_kind kind)
{
    bool keep[FRAMES], top = true;

    for (size_t i = 0; i < stack->count; i++) {
        enum fp_frame_kind now = stack->frames[i].kind;

        top = top && (now == FP_KIND_THREAD || now == FP_KIND_PROCESS);
        keep[i] = !(top && now == kind);
    }
    keep_if(stack, keep);
    return true;
}

static bool naive_fold_processes(struct stack *stack)
{
    return fold(stack, FP_KIND_PROCESS);
}

static bool naive_fold_threads(struct stack *stack)
{
    return fold(stack, FP_KIND_THREAD);
}

static bool cut_kernel(struct stack *stack, size_t most)
{
    bool keep[FRAMES];
    size_t run = 0;

    for (size_t i = 0; i < stack->count; i++) {
        enum fp_frame_kind kind = stack->frames[i].kind;

        run = i && stack->frames[i - 1].kind == kind ? run + 1 : 1;
        keep[i] = (kind != FP_KIND_KERNEL && kind != FP_KIND_CUDA) || run <= most;
    }
    keep_if(stack, keep);
    return true;
}

static bool naive_kernel_0(struct stack *stack)
{
    return cut_kernel(stack, 0);
}

static bool naive_kernel_1(struct stack *stack)
{
    return cut_kernel(stack, 1);
}

static bool naive_kernel_2(struct stack *stack)
{
    return cut_kernel(stack, 2);
}

static bool hide_kind(struct stack *stack, enum fp_frame_kind kind)
{
    bool keep[FRAMES];

    for (size_t i = 0; i < stack->count; i++)
        keep[i] = stack->frames[i].kind != kind;
    keep_if(stack, keep);
    return true;
}

static bool naive_hide_kernel(struct stack *stack)
{
    return hide_kind(stack, FP_KIND_KERNEL);
}

static bool naive_hide_libraries(struct stack *stack)
{
    return hide_kind(stack, FP_KIND_LIBRARY);
}

static bool naive_hide(struct stack *stack)
{
    bool keep[FRAMES];

    for (size_t i = 0; i < stack->count; i++)
        keep[i] = !contains(stack->frames[i].name, "b") && !fp_slice_is(stack->frames[i].name, "[t] t1");
    keep_if(stack, keep);
    return true;
}

static bool naive_merge(struct stack *stack)
{
    size_t kept = 0;

    for (size_t i = 0; i < stack->count; i++)
        if (!kept || !same_frame(stack->frames[kept - 1], stack->frames[i]))
            stack->frames[kept++] = stack->frames[i];
    stack->count = kept;
    return true;
}

/* ---- by stacks ---- */

static void add_stack(struct fp_builder *builder, const struct stack *stack, int64_t value)
{
    uint32_t node = 0;

    for (size_t i = 0; i < stack->count; i++)
        node = fixture_child(builder, node, stack->frames[i].name, stack->frames[i].kind);
    assert_int_equal(fp_builder_add(builder, node, value, NULL), 0);
}

static void start_like(struct fp_builder *builder, const struct fp_tree *tree)
{
    fp_builder_init(builder);
    assert_int_equal(fp_builder_root(builder, fp_tree_name(tree, 0), fp_tree_kind(tree, 0), NULL), 0);
}

/* Every node is the end of a stack, if only of value 0. */
static void by_stacks(const struct fp_tree *tree, bool (*change)(struct stack *), struct fp_tree *ret_tree)
{
    struct fp_builder builder;

    start_like(&builder, tree);
    for (uint32_t i = 0; i < tree->count; i++) {
        struct stack stack = { .count = tree->depth[i] };

        assert_true(tree->depth[i] <= FRAMES);
        for (uint32_t node = i; node; node = tree->parent[node])
            stack.frames[tree->depth[node] - 1] =
                (struct frame){ fp_tree_name(tree, node), fp_tree_kind(tree, node) };
        if (change(&stack))
            add_stack(&builder, &stack, tree->self[i]);
    }
    fixture_freeze(&builder, ret_tree);
}

/* ---- by recursion ---- */

static uint32_t first_of_chain(const struct fp_tree *tree, uint32_t node)
{
    uint32_t parent = tree->parent[node], first, children = 0;
    enum fp_frame_kind kinds[2];

    if (!node || !parent)
        return node;
    for (uint32_t i = 1; i < tree->count; i++)
        children += tree->parent[i] == parent;
    kinds[0] = fp_tree_kind(tree, parent);
    kinds[1] = fp_tree_kind(tree, node);
    for (int k = 0; k < 2; k++)
        if (kinds[k] == FP_KIND_THREAD || kinds[k] == FP_KIND_PROCESS)
            return node;
    first = first_of_chain(tree, parent);
    return children == 1 && 100 * tree->total[node] > 99 * tree->total[first] ? first : node;
}

static void collapse_below(const struct fp_tree *tree, uint32_t node, struct fp_builder *to, uint32_t at)
{
    bool inner = false;

    for (uint32_t c = node + 1; c < tree->end[node]; c = tree->end[c])
        inner = inner ||
                (first_of_chain(tree, c) == first_of_chain(tree, node) && first_of_chain(tree, node) != node);
    if (node && !inner)
        at = fixture_child(to, at, fp_tree_name(tree, node), fp_tree_kind(tree, node));
    assert_int_equal(fp_builder_add(to, at, tree->self[node], NULL), 0);
    for (uint32_t c = node + 1; c < tree->end[node]; c = tree->end[c])
        collapse_below(tree, c, to, at);
}

static void gather_below(const struct fp_tree *tree, uint32_t node, struct fp_builder *to, uint32_t at)
{
    assert_int_equal(fp_builder_add(to, at, tree->self[node], NULL), 0);
    for (uint32_t c = node + 1; c < tree->end[node]; c = tree->end[c])
        if (20 * tree->total[c] < tree->total[0]) /* 5 % */
            assert_int_equal(fp_builder_add(to,
                                            fixture_child(to, at, fp_slice_of("[other]"), FP_KIND_UNKNOWN),
                                            tree->total[c], NULL),
                             0);
        else
            gather_below(tree, c, to, fixture_child(to, at, fp_tree_name(tree, c), fp_tree_kind(tree, c)));
}

static void naive_collapse(const struct fp_tree *tree, struct fp_tree *ret_tree)
{
    struct fp_builder builder;

    start_like(&builder, tree);
    collapse_below(tree, 0, &builder, 0);
    fixture_freeze(&builder, ret_tree);
}

static void naive_gather(const struct fp_tree *tree, struct fp_tree *ret_tree)
{
    struct fp_builder builder;

    start_like(&builder, tree);
    gather_below(tree, 0, &builder, 0);
    fixture_freeze(&builder, ret_tree);
}

/* ---- the comparison ---- */

struct fixture {
    struct fp_pattern *patterns[3]; /* rename; "b"; a thread */
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    assert_int_equal(
        fp_pattern_new_rename(&f->patterns[0], fp_slice_of("re:^\\[([kl])\\] "), fp_slice_of("$1/"), NULL),
        0);
    assert_int_equal(fp_pattern_new(&f->patterns[1], fp_slice_of("b"), NULL), 0);
    assert_int_equal(fp_pattern_new(&f->patterns[2], fp_slice_of("re:^\\[t\\] t1$"), NULL), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++)
        fp_pattern_free(f->patterns[i]);
    free(f);
    return 0;
}

struct naive {
    enum fp_transform_step step;
    int64_t kernel_depth;
    bool (*stack)(struct stack *);                             /* either … */
    void (*tree)(const struct fp_tree *, struct fp_tree *ret); /* … or */
    bool idempotent;
};

static const struct naive naives[] = {
    { FP_TRANSFORM_STRIP_RUST_HASH, 0, naive_strip, NULL, true },
    { FP_TRANSFORM_RENAME, 0, naive_rename, NULL, false },
    { FP_TRANSFORM_FOCUS, 0, naive_focus, NULL, true },
    { FP_TRANSFORM_FOLD_PROCESSES, 0, naive_fold_processes, NULL, true },
    { FP_TRANSFORM_FOLD_THREADS, 0, naive_fold_threads, NULL, true },
    { FP_TRANSFORM_MAX_KERNEL_DEPTH, 0, naive_kernel_0, NULL, true },
    { FP_TRANSFORM_MAX_KERNEL_DEPTH, 1, naive_kernel_1, NULL, true },
    { FP_TRANSFORM_MAX_KERNEL_DEPTH, 2, naive_kernel_2, NULL, true },
    { FP_TRANSFORM_HIDE_KERNEL, 0, naive_hide_kernel, NULL, true },
    { FP_TRANSFORM_HIDE_LIBRARIES, 0, naive_hide_libraries, NULL, true },
    { FP_TRANSFORM_HIDE, 0, naive_hide, NULL, true },
    { FP_TRANSFORM_MERGE_RECURSION, 0, naive_merge, NULL, true },
    { FP_TRANSFORM_COLLAPSE_WRAPPERS, 0, NULL, naive_collapse, true },
    { FP_TRANSFORM_MIN_SHARE, 0, NULL, naive_gather, true },
};
#define NAIVES (sizeof naives / sizeof *naives)

/* Turns one step on. */
static void turn_on(struct fp_transform_options *o, enum fp_transform_step step, int64_t depth,
                    const struct fixture *f)
{
    const struct fp_pattern *const *patterns = (const struct fp_pattern *const *)f->patterns;

    o->strip_rust_hash |= step == FP_TRANSFORM_STRIP_RUST_HASH;
    if (step == FP_TRANSFORM_RENAME)
        o->rename = (struct fp_pattern_list){ patterns, 1 };
    if (step == FP_TRANSFORM_FOCUS)
        o->focus = (struct fp_pattern_list){ patterns + 1, 2 };
    if (step == FP_TRANSFORM_HIDE)
        o->hide = (struct fp_pattern_list){ patterns + 1, 2 };
    o->fold_processes |= step == FP_TRANSFORM_FOLD_PROCESSES;
    o->fold_threads |= step == FP_TRANSFORM_FOLD_THREADS;
    if (step == FP_TRANSFORM_MAX_KERNEL_DEPTH)
        o->max_kernel_depth = depth;
    o->hide_kernel |= step == FP_TRANSFORM_HIDE_KERNEL;
    o->hide_libraries |= step == FP_TRANSFORM_HIDE_LIBRARIES;
    o->merge_recursion |= step == FP_TRANSFORM_MERGE_RECURSION;
    o->collapse_wrappers |= step == FP_TRANSFORM_COLLAPSE_WRAPPERS;
    if (step == FP_TRANSFORM_MIN_SHARE)
        o->min_share = 0.05;
}

static const struct fp_transform_options nothing = { .max_kernel_depth = -1 };

static struct fp_tree apply(const struct fp_tree *tree, const struct fp_transform_options *options,
                            struct fp_transform_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_tree out = { 0 };

    if (fp_transform_apply(tree, options, &out, log, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(out.count > 0, log->changed);
    if (!log->changed)
        out = fixture_copy(tree);
    fixture_assert_invariants(&out);
    assert_int_equal(out.total[0] + log->removed, tree->total[0]);
    assert_int_equal(log->total, tree->total[0]);
    assert_int_equal(log->changed, !fixture_same(&out, tree));
    return out;
}

/* What the one record says against what can be counted. */
static void check_record(const struct naive *naive, const struct fp_tree *in, const struct fp_tree *out,
                         const struct fp_transform_log *log)
{
    const struct fp_transform_record *r = &log->items[0];

    assert_int_equal(log->count, 1);
    assert_int_equal(r->step, naive->step);
    assert_int_equal(r->nodes_before, in->count);
    assert_int_equal(r->nodes_after, out->count);
    assert_int_equal(r->value_removed, log->removed);
    if (naive->step != FP_TRANSFORM_FOCUS)
        assert_int_equal(r->value_removed, 0);
    assert_true(r->value_moved >= 0 && r->value_moved <= r->value_touched);
    assert_true(r->value_touched <= in->total[0] - in->self[0] + r->value_removed);
    if (naive->step <= FP_TRANSFORM_FOCUS)
        assert_int_equal(r->value_moved, 0);
    else if (naive->step != FP_TRANSFORM_MIN_SHARE) /* merging may make fewer still */
        assert_true(r->nodes_after <= r->nodes_before - r->frames);
    assert_int_equal(r->frames > 0 || r->value_removed > 0, log->changed);
    assert_int_equal(r->patterns_stopped + r->patterns_ignored, 0);
}

static void compare(const struct fp_tree *tree, const struct naive *naive, const struct fixture *f)
{
    struct fp_transform_options options = nothing;
    struct fp_tree is, again, should_be;
    struct fp_transform_log log;

    turn_on(&options, naive->step, naive->kernel_depth, f);
    is = apply(tree, &options, &log);
    check_record(naive, tree, &is, &log);
    if (naive->stack)
        by_stacks(tree, naive->stack, &should_be);
    else
        naive->tree(tree, &should_be);
    if (!fixture_same(&is, &should_be) && tree->count < 200) {
        print_message("%s of:\n", fp_transform_step_name(naive->step));
        fixture_print(tree);
    }
    fixture_assert_same(&is, &should_be, fp_transform_step_name(naive->step));
    fp_tree_release(&should_be);
    if (naive->idempotent) {
        again = apply(&is, &options, &log);
        fixture_assert_same(&again, &is, fp_transform_step_name(naive->step));
        assert_false(log.changed);
        fp_tree_release(&again);
    }
    fp_tree_release(&is);
}

static void test_each_equals_the_naive_one(void **state)
{
    for (uint64_t number = 1; number <= TREES; number++) {
        struct fp_tree tree = fixture_random_tree(number);

        for (size_t n = 0; n < NAIVES; n++)
            compare(&tree, &naives[n], *state);
        fp_tree_release(&tree);
    }
}

/* Several at once are the same as one after the other in the documented order, but for the denominator of
 * min_share. */
static void test_pipeline_is_its_steps_in_order(void **state)
{
    uint64_t random = 1;

    for (uint64_t number = 1; number <= TREES; number++) {
        struct fp_transform_options all = nothing;
        struct fp_tree tree = fixture_random_tree(number), whole, part = fixture_random_tree(number);
        struct fp_transform_log log, step_log;
        uint32_t mask = fixture_random(&random, 1u << FP_TRANSFORM_COUNT);
        size_t on = 0;

        mask &= ~(mask & 1u << FP_TRANSFORM_FOCUS ? 1u << FP_TRANSFORM_MIN_SHARE : 0);
        for (int step = 0; step < FP_TRANSFORM_COUNT; step++) {
            struct fp_transform_options one = nothing;
            struct fp_tree next;

            if (!(mask >> step & 1))
                continue;
            turn_on(&one, (enum fp_transform_step)step, 1, *state);
            turn_on(&all, (enum fp_transform_step)step, 1, *state);
            next = apply(&part, &one, &step_log);
            fp_tree_release(&part);
            part = next;
            on++;
        }
        whole = apply(&tree, &all, &log);
        assert_int_equal(log.count, on);
        for (size_t i = 1; i < log.count; i++)
            assert_true(log.items[i - 1].step < log.items[i].step &&
                        log.items[i - 1].nodes_after == log.items[i].nodes_before);
        fixture_assert_same(&whole, &part, "all at once");
        fp_tree_release(&whole);
        fp_tree_release(&part);
        fp_tree_release(&tree);
    }
}

static size_t compare_folder(const char *root, const struct fixture *f)
{
    DIR *dir = opendir(root);
    struct dirent *entry;
    size_t seen = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char folder[1024];
        struct fp_tree tree;

        snprintf(folder, sizeof folder, "%s/%s", root, entry->d_name);
        if (entry->d_name[0] == '.' || !fixture_recorded(folder, "v7.1.8", &tree))
            continue;
        seen++;
        for (size_t n = 0; n < NAIVES; n++)
            if (naives[n].stack != naive_rename && tree.max_depth <= FRAMES && !strstr(folder, "hour"))
                compare(&tree, &naives[n], f);
        fp_tree_release(&tree);
    }
    closedir(dir);
    return seen;
}

static void test_recordings(void **state)
{
    const char *shared = getenv("FP_SHARED");
    char all[1024];

    assert_true(compare_folder(FP_TEST_DATA "/cases", *state) >= 4);
    if (!shared)
        return;
    snprintf(all, sizeof all, "%s/golden/cases", shared);
    assert_true(compare_folder(all, *state) > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_equals_the_naive_one),
        cmocka_unit_test(test_pipeline_is_its_steps_in_order),
        cmocka_unit_test(test_recordings),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
