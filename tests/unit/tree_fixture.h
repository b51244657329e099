/* For the tests of what is made from trees: building small ones by hand or at random, and comparing. */
#ifndef FP_TEST_TREE_FIXTURE_H
#define FP_TEST_TREE_FIXTURE_H

#include <dirent.h>
#include <glob.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "codec/codec.h"
#include "opened.h"
#include "profile/tree.h"

static inline uint32_t fixture_child(struct fp_builder *builder, uint32_t parent, struct fp_slice name,
                                     enum fp_frame_kind kind)
{
    uint32_t id, node;

    assert_int_equal(fp_names_intern(&builder->names, name, kind, &id, NULL), 0);
    assert_int_equal(fp_builder_child(builder, parent, id, &node, NULL), 0);
    return node;
}

static inline void fixture_start(struct fp_builder *builder)
{
    fp_builder_init(builder);
    assert_int_equal(fp_builder_root(builder, fp_slice_of("service"), FP_KIND_PROCESS, NULL), 0);
}

/* "a;b;c", kinds by the shape of the names; "" is the root alone. */
static inline void fixture_stack(struct fp_builder *builder, const char *stack, int64_t value)
{
    uint32_t node = 0;

    while (*stack) {
        size_t n = strcspn(stack, ";");
        struct fp_slice name = { stack, n };

        node = fixture_child(builder, node, name, fp_frame_kind_of_name(name));
        stack += n + (stack[n] == ';');
    }
    assert_int_equal(fp_builder_add(builder, node, value, NULL), 0);
}

static inline void fixture_freeze(struct fp_builder *builder, struct fp_tree *tree)
{
    assert_int_equal(fp_tree_freeze(tree, builder, false, NULL), 0);
}

/* The same stacks in another tree. */
static inline struct fp_tree fixture_copy(const struct fp_tree *from)
{
    uint32_t *node = calloc(from->count, sizeof *node);
    struct fp_builder builder;
    struct fp_tree tree;

    assert_non_null(node);
    fp_builder_init(&builder);
    assert_int_equal(fp_builder_root(&builder, fp_tree_name(from, 0), fp_tree_kind(from, 0), NULL), 0);
    for (uint32_t i = 0; i < from->count; i++) {
        if (i)
            node[i] = fixture_child(&builder, node[from->parent[i]], fp_tree_name(from, i), fp_tree_kind(from, i));
        assert_int_equal(fp_builder_add(&builder, node[i], from->self[i], NULL), 0);
    }
    fixture_freeze(&builder, &tree);
    free(node);
    return tree;
}

struct fixture_line {
    const char *stack;
    int64_t value;
};

static inline struct fp_tree fixture_tree(const struct fixture_line *lines, size_t count)
{
    struct fp_builder builder;
    struct fp_tree tree;

    fixture_start(&builder);
    for (size_t i = 0; i < count; i++)
        fixture_stack(&builder, lines[i].stack, lines[i].value);
    fixture_freeze(&builder, &tree);
    return tree;
}

#define FIXTURE_TREE(...)                                                                                    \
    fixture_tree((const struct fixture_line[]){ __VA_ARGS__ },                                               \
                 sizeof((const struct fixture_line[]){ __VA_ARGS__ }) / sizeof(struct fixture_line))

static inline void fixture_print(const struct fp_tree *tree)
{
    for (uint32_t i = 0; i < tree->count; i++)
        print_message("%*s%.*s (%c) self %" PRId64 " total %" PRId64 "\n", (int)(2 * tree->depth[i]), "",
                      (int)fp_tree_name(tree, i).len, fp_tree_name(tree, i).data,
                      fp_frame_kind_letter(fp_tree_kind(tree, i)), tree->self[i], tree->total[i]);
}

static inline bool fixture_same(const struct fp_tree *a, const struct fp_tree *b)
{
    if (a->count != b->count || a->max_depth != b->max_depth)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!fp_slice_equal(fp_tree_name(a, i), fp_tree_name(b, i)) ||
            fp_tree_kind(a, i) != fp_tree_kind(b, i) || a->parent[i] != b->parent[i] ||
            a->end[i] != b->end[i] || a->depth[i] != b->depth[i] || a->self[i] != b->self[i] ||
            a->total[i] != b->total[i])
            return false;
    return true;
}

static inline void fixture_assert_same(const struct fp_tree *a, const struct fp_tree *expected,
                                       const char *what)
{
    if (fixture_same(a, expected))
        return;
    if (a->count < 200 && expected->count < 200) {
        print_message("is:\n");
        fixture_print(a);
        print_message("should be:\n");
        fixture_print(expected);
    }
    fail_msg("%s: the trees differ (%u nodes against %u)", what, a->count, expected->count);
}

/* What tree.h promises. */
static inline void fixture_assert_invariants(const struct fp_tree *t)
{
    uint32_t deepest = 0;

    for (uint32_t i = 0; i < t->count; i++) {
        int64_t sum = t->self[i];
        uint32_t previous = FP_NO_NODE;

        assert_true(i == 0 ? t->parent[0] == FP_NO_NODE && t->end[0] == t->count : t->parent[i] < i);
        assert_true(t->end[i] > i && t->end[i] <= t->count && t->self[i] >= 0);
        deepest = t->depth[i] > deepest ? t->depth[i] : deepest;
        for (uint32_t c = i + 1; c < t->end[i]; c = t->end[c]) {
            assert_int_equal(t->parent[c], i);
            assert_int_equal(t->depth[c], t->depth[i] + 1);
            if (previous != FP_NO_NODE) {
                int order = fp_slice_compare(fp_tree_name(t, previous), fp_tree_name(t, c));

                assert_true(order < 0 || (order == 0 && fp_tree_kind(t, previous) < fp_tree_kind(t, c)));
            }
            previous = c;
            sum += t->total[c];
        }
        assert_int_equal(sum, t->total[i]);
    }
    assert_int_equal(deepest, t->max_depth);
}

/* xorshift: the same trees on every run, told apart by their number. */
static inline uint32_t fixture_random(uint64_t *state, uint32_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)((*state >> 33) % below);
}

/* Threads on top as a rule, with names that every transform has something to do with. */
static inline struct fp_tree fixture_random_tree(uint64_t number)
{
    static const char *const names[] = {
        "a",
        "a",
        "b",
        "b",
        "main",
        "[k] x",
        "[k] y",
        "[k] z",
        "[l] m",
        "[l] n",
        "[c] q",
        "[t] t1",
        "[t] t2",
        "[p] p1",
        "[p] p2",
        "[unknown] 0x1",
        "[/lib/x.so.1]",
        "f::h0123456789abcdef",
        "f::habcdef0123456789",
        "f",
        "[other]",
        "[k] x::h0123456789abcdef",
        "\xe4\xb8\xad\xe6\x96\x87",
    };
    uint64_t state = number * UINT64_C(0x9E3779B97F4A7C15) + 1;
    uint32_t stacks = 1 + fixture_random(&state, 14), stay = fixture_random(&state, 5);
    struct fp_builder builder;
    struct fp_tree tree;

    fixture_start(&builder);
    for (uint32_t s = 0; s < stacks; s++) {
        uint32_t node = 0, depth = fixture_random(&state, 11), pick = 0;

        for (uint32_t d = 0; d < depth; d++) {
            struct fp_slice name;

            if (d == 0 && fixture_random(&state, 2))
                pick = 11 + fixture_random(&state, 4);
            else if (!d || fixture_random(&state, 5) >= stay) /* else the same again: recursion */
                pick = fixture_random(&state, sizeof names / sizeof *names);
            name = fp_slice_of(names[pick]);
            node = fixture_child(&builder, node, name,
                                 pick == 20 ? FP_KIND_UNKNOWN : fp_frame_kind_of_name(name));
        }
        /* nothing, little, or nearly all: thresholds must have something on both sides */
        assert_int_equal(
            fp_builder_add(&builder, node,
                           (const int64_t[]){ 0, 1, 7, 100, 9900, 100000 }[fixture_random(&state, 6)], NULL),
            0);
    }
    fixture_freeze(&builder, &tree);
    return tree;
}

/* A recorded reply; false when there is none or it holds no profile. */
static inline bool fixture_recorded(const char *folder, const char *version, struct fp_tree *tree)
{
    char pattern[2048];
    struct fp_reply reply;
    glob_t found;
    bool has_data = false;

    snprintf(pattern, sizeof pattern, "%s/reply.%s.json*", folder, version);
    if (glob(pattern, 0, NULL, &found) != 0)
        return false;
    if (fp_codec_read(opened(found.gl_pathv[0]), fp_slice_of("root"),
                      FP_LIMIT_RESPONSE_DEFAULT, &reply, NULL) == 0) {
        has_data = reply.builder.count > 0;
        if (has_data)
            fixture_freeze(&reply.builder, tree);
        fp_reply_release(&reply);
    }
    globfree(&found);
    return has_data;
}

/* Where the full set of recordings is; NULL = not given. */
static inline const char *fixture_golden(char *to, size_t size, const char *name)
{
    const char *shared = getenv("FP_SHARED");

    if (!shared)
        return NULL;
    snprintf(to, size, "%s/golden/cases/%s", shared, name);
    return to;
}

#endif
