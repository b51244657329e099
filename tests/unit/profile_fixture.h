/*
 * What the tests of base/, codec/, profile/ and flame/ share: a repeatable random source, byte sources that give
 * their bytes in pieces, profiles made from text or at random, and the promises of tree.h as one check.
 * Everything is static inline: a program takes what it needs.
 */
#ifndef FP_TEST_PROFILE_FIXTURE_H
#define FP_TEST_PROFILE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/in.h"
#include "base/limits.h"
#include "base/str.h"
#include "codec/codec.h"
#include "codec/folded.h"
#include "codec/gunzip.h"
#include "profile/totals.h"
#include "profile/tree.h"

/* splitmix64: the same numbers on every machine. */
static inline uint64_t rnd(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline size_t below(uint64_t *state, size_t n)
{
    return (size_t)(rnd(state) % n);
}

/* A source in memory that gives `chunk` bytes at a time (0 = random sizes) and may fail at a byte. */
struct chopped {
    struct fp_in in;
    const char *bytes;
    size_t pos, len, chunk;
    size_t fail_at; /* SIZE_MAX = never */
    uint64_t random;
};

static inline ssize_t chopped_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct chopped *c = (struct chopped *)in;
    size_t n = c->chunk ? c->chunk : 1 + below(&c->random, 1 + below(&c->random, 70000));

    assert_true(cap > 0); /* nobody may ask for nothing: the answer would look like the end */
    if (c->pos >= c->fail_at)
        return fp_error_set(err, FP_ENET, "the connection broke");
    if (n > c->len - c->pos)
        n = c->len - c->pos;
    if (n > c->fail_at - c->pos)
        n = c->fail_at - c->pos;
    if (n > cap)
        n = cap;
    memcpy(buf, c->bytes + c->pos, n);
    c->pos += n;
    return (ssize_t)n;
}

static inline void chopped_close(struct fp_in *in)
{
    (void)in; /* lives on the stack */
}

static const struct fp_in_ops chopped_ops = { chopped_read, chopped_close };

static inline struct chopped chop(const void *bytes, size_t n, size_t chunk)
{
    return (struct chopped){ { &chopped_ops }, bytes, 0, n, chunk, SIZE_MAX, n + 17 * chunk };
}

/* The reply in `text`, arriving in pieces. */
static inline int decode_bytes(const char *text, size_t n, size_t chunk, struct fp_reply *reply, struct fp_error *err)
{
    struct chopped source = chop(text, n, chunk);

    return fp_reply_read(&source.in, reply, err);
}

static inline int decode_text(const char *text, struct fp_reply *reply, struct fp_error *err)
{
    return decode_bytes(text, strlen(text), 0, reply, err);
}

/* A whole file, unzipped; heap. */
static inline void load_unzipped(const char *path, struct fp_str *to)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_in *in;

    if (fp_in_open_file(path, &in, &err) < 0 || fp_gunzip_open(in, FP_LIMIT_RESPONSE_DEFAULT, &in, &err) < 0)
        fail_msg("%s: %s", path, err.message);
    fp_str_init(to, (size_t)1 << 30);
    assert_int_equal(fp_in_read_all(in, to, path, &err), 0);
    fp_in_close(in);
}

/* A builder from folded stacks below the root "app". */
static inline void build_folded(const char *text, struct fp_builder *builder)
{
    struct fp_error err = FP_ERROR_INIT;
    struct chopped source = chop(text, strlen(text), 0);
    struct fp_folded_notes notes;

    fp_builder_init(builder);
    assert_int_equal(fp_builder_root(builder, fp_slice_of("app"), FP_KIND_PROCESS, &err), 0);
    if (fp_folded_read(&source.in, builder, &notes, &err) < 0)
        fail_msg("%s", err.message);
}

static inline void tree_of(const char *folded, struct fp_tree *tree)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder builder;

    build_folded(folded, &builder);
    assert_int_equal(fp_tree_freeze(tree, &builder, false, &err), 0);
}

/* Adds one random stack: few names, so that prefixes meet, recursion happens, and kinds mix. */
static inline void add_random_stack(struct fp_builder *builder, uint64_t *random, size_t names, size_t depth)
{
    struct fp_error err = FP_ERROR_INIT;
    size_t frames = below(random, depth + 1);
    uint32_t node = 0, name;
    char text[32];

    for (size_t i = 0; i < frames; i++) {
        size_t pick = below(random, names);

        snprintf(text, sizeof text, "%sf%zu", pick % 5 == 1 ? "[k] " : "", pick);
        assert_int_equal(fp_names_intern(&builder->names, fp_slice_of(text), fp_frame_kind_of_name(fp_slice_of(text)),
                                         &name, &err), 0);
        assert_int_equal(fp_builder_child(builder, node, name, &node, &err), 0);
    }
    assert_int_equal(fp_builder_add(builder, node, (int64_t)below(random, 1000), &err), 0);
}

static inline void random_builder(struct fp_builder *builder, uint64_t seed, size_t stacks, size_t names, size_t depth)
{
    struct fp_error err = FP_ERROR_INIT;

    fp_builder_init(builder);
    assert_int_equal(fp_builder_root(builder, fp_slice_of("app"), FP_KIND_PROCESS, &err), 0);
    for (size_t i = 0; i < stacks; i++)
        add_random_stack(builder, &seed, names, depth);
}

static inline void random_tree(struct fp_tree *tree, uint64_t seed, size_t stacks, size_t names, size_t depth)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder builder;

    random_builder(&builder, seed, stacks, names, depth);
    assert_int_equal(fp_tree_freeze(tree, &builder, false, &err), 0);
}

static inline int compare_frames(const struct fp_tree *t, uint32_t a, uint32_t b)
{
    int order = fp_slice_compare(fp_tree_name(t, a), fp_tree_name(t, b));

    return order ? order : (int)fp_tree_kind(t, a) - (int)fp_tree_kind(t, b);
}

/* Every promise of tree.h. */
static inline void assert_tree_invariants(const struct fp_tree *t)
{
    uint32_t deepest = 0;
    int64_t self = 0;

    assert_true(t->count > 0);
    assert_int_equal(t->parent[0], FP_NO_NODE);
    assert_int_equal(t->depth[0], 0);
    assert_int_equal(t->end[0], t->count);
    for (uint32_t i = 0; i < t->count; i++) {
        int64_t sum = t->self[i];
        uint32_t previous = FP_NO_NODE, c;

        assert_true(i == 0 || t->parent[i] < i);
        assert_true(t->end[i] > i && t->end[i] <= t->count);
        assert_true(t->self[i] >= 0 && t->name[i] < t->names.count);
        for (c = i + 1; c < t->end[i]; c = t->end[c]) {
            assert_int_equal(t->parent[c], i);
            assert_int_equal(t->depth[c], t->depth[i] + 1);
            assert_true(previous == FP_NO_NODE || compare_frames(t, previous, c) < 0);
            previous = c;
            sum += t->total[c];
        }
        assert_int_equal(c, t->end[i]);
        assert_int_equal(sum, t->total[i]);
        self += t->self[i];
        deepest = t->depth[i] > deepest ? t->depth[i] : deepest;
    }
    assert_int_equal(self, t->total[0]);
    assert_int_equal(deepest, t->max_depth);
}

/* Equal column by column; names by their bytes and kinds, not by their ids. */
static inline void assert_trees_equal(const struct fp_tree *a, const struct fp_tree *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->max_depth, b->max_depth);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_int_equal(a->parent[i], b->parent[i]);
        assert_int_equal(a->depth[i], b->depth[i]);
        assert_int_equal(a->end[i], b->end[i]);
        assert_int_equal(a->self[i], b->self[i]);
        assert_int_equal(a->total[i], b->total[i]);
        assert_true(fp_slice_equal(fp_tree_name(a, i), fp_tree_name(b, i)));
        assert_int_equal(fp_tree_kind(a, i), fp_tree_kind(b, i));
    }
}

/* The node at a path of names below the root ("a/b"), or FP_NO_NODE. */
static inline uint32_t find_node(const struct fp_tree *t, const char *path)
{
    uint32_t node = 0;

    while (*path && node != FP_NO_NODE) {
        size_t n = strcspn(path, "/");
        uint32_t c = node + 1;

        while (c < t->end[node] && !fp_slice_equal(fp_tree_name(t, c), (struct fp_slice){ path, n }))
            c = t->end[c];
        node = c < t->end[node] ? c : FP_NO_NODE;
        path += n + (path[n] == '/');
    }
    return node;
}

#endif
