/*
 * What the tests of the pprof codec share: trees in, bytes between, trees out.
 */
#ifndef PPROF_FIXTURE_H
#define PPROF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "codec/gunzip.h"
#include "opened.h"
#include "codec/pprof.h"

#define UNUSED __attribute__((unused))

static UNUSED uint32_t child(struct fp_builder *b, uint32_t parent, struct fp_slice name,
                             enum fp_frame_kind kind)
{
    uint32_t id, node;

    assert_int_equal(fp_names_intern(&b->names, name, kind, &id, NULL), 0);
    assert_int_equal(fp_builder_child(b, parent, id, &node, NULL), 0);
    return node;
}

/* A frame with the kind of its name's shape. */
static UNUSED uint32_t frame(struct fp_builder *b, uint32_t parent, const char *name)
{
    return child(b, parent, fp_slice_of(name), fp_frame_kind_of_name(fp_slice_of(name)));
}

static UNUSED void start(struct fp_builder *b, const char *root, enum fp_frame_kind kind)
{
    fp_builder_init(b);
    assert_int_equal(fp_builder_root(b, fp_slice_of(root), kind, NULL), 0);
}

static UNUSED void freeze(struct fp_tree *tree, struct fp_builder *b)
{
    struct fp_error err = FP_ERROR_INIT;

    assert_int_equal(fp_tree_freeze(tree, b, false, &err), 0);
}

static UNUSED void assert_same_tree(const struct fp_tree *a, const struct fp_tree *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        struct fp_slice x = fp_tree_name(a, i), y = fp_tree_name(b, i);

        if (!fp_slice_equal(x, y))
            fail_msg("node %u is \"%.*s\" against \"%.*s\"", i, (int)x.len, x.data, (int)y.len, y.data);
        if (fp_tree_kind(a, i) != fp_tree_kind(b, i))
            fail_msg("\"%.*s\" is %s against %s", (int)x.len, x.data, fp_frame_kind_name(fp_tree_kind(a, i)),
                     fp_frame_kind_name(fp_tree_kind(b, i)));
        assert_int_equal(a->parent[i], b->parent[i]);
        assert_int_equal(a->end[i], b->end[i]);
        assert_int_equal(a->self[i], b->self[i]);
        assert_int_equal(a->total[i], b->total[i]);
    }
}

/* Unwraps a file from gzip. Release with fp_str_release. */
static UNUSED struct fp_str unwrapped(const char *path)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str bytes;
    struct fp_in *in;

    fp_str_init(&bytes, (size_t)1 << 30);
    assert_int_equal(fp_gunzip_open(opened(path), FP_LIMIT_RESPONSE_DEFAULT, &in, &err), 0);
    assert_int_equal(fp_in_read_all(in, &bytes, path, &err), 0);
    fp_in_close(in);
    return bytes;
}

static UNUSED int read_bytes(const void *bytes, size_t n, struct fp_builder *builder,
                             struct fp_pprof_meta *meta, struct fp_error *err)
{
    /* a copy of its own: reading one byte too far is seen */
    char *copy = malloc(n ? n : 1);
    struct fp_in *in;
    int rc;

    if (n)
        memcpy(copy, bytes, n);
    assert_int_equal(fp_in_open_memory(copy, n, &in, err), 0);
    fp_builder_init(builder);
    rc = fp_pprof_read(in, fp_slice_of("root"), builder, meta, err);
    fp_in_close(in);
    free(copy);
    return rc;
}

static UNUSED void assert_invariants(const struct fp_tree *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        int64_t sum = t->self[i];

        assert_true(t->self[i] >= 0);
        assert_true(i == 0 || t->parent[i] < i);
        for (uint32_t c = i + 1; c < t->end[i]; c = t->end[c])
            sum += t->total[c];
        assert_int_equal(sum, t->total[i]);
        assert_int_equal(fp_utf8_valid_prefix(fp_tree_name(t, i).data, fp_tree_name(t, i).len),
                         fp_tree_name(t, i).len);
    }
}

/* Hostile bytes: refused with a reason, or taken with nothing wrong about the tree. */
static UNUSED bool survives(const void *bytes, size_t n)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_pprof_meta meta;
    struct fp_builder builder;
    struct fp_tree tree;
    int rc = read_bytes(bytes, n, &builder, &meta, &err);

    if (rc < 0) {
        assert_int_equal(rc, err.code);
        assert_true(err.message[0] != '\0');
        fp_builder_release(&builder);
        return false;
    }
    assert_int_equal(err.code, FP_OK);
    freeze(&tree, &builder);
    assert_invariants(&tree);
    fp_tree_release(&tree);
    fp_pprof_meta_release(&meta);
    return true;
}

#endif
