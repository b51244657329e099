#include "reply_check.h"

#include "base/limits.h"
#include "codec/reply.h"
#include "fuzz.h"
#include "reference.h"
#include "trees.h"

/* What came of a reply. */
struct outcome {
    int rc;
    struct fp_error err;
    struct fp_reply reply;
    struct fp_tree tree;
    bool has_tree;
};

static void decode(const uint8_t *data, size_t size, size_t most, uint64_t seed, struct outcome *ret)
{
    struct fuzz_pieces source = fuzz_pieces(data, size, most, seed);

    *ret = (struct outcome){ .err = FP_ERROR_INIT };
    ret->rc = fp_reply_read(&source.in, &ret->reply, &ret->err);
    if (ret->rc < 0) {
        fuzz_check_error(ret->rc, &ret->err);
        return;
    }
    FUZZ_CHECK((ret->reply.form == FP_FORM_NONE) == (ret->reply.builder.count == 0));
    ret->has_tree = ret->reply.builder.count > 0;
    if (ret->has_tree)
        FUZZ_CHECK(fp_tree_freeze(&ret->tree, &ret->reply.builder, false, &ret->err) == FP_OK);
    if (ret->has_tree)
        fuzz_check_tree(&ret->tree);
}

static void release(struct outcome *outcome)
{
    if (outcome->has_tree)
        fp_tree_release(&outcome->tree);
    if (outcome->rc == FP_OK)
        fp_reply_release(&outcome->reply);
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
    FUZZ_CHECK(a->rc == b->rc);
    FUZZ_CHECK(a->err.offset == b->err.offset);
    FUZZ_CHECK(a->rc == FP_OK || strcmp(a->err.message, b->err.message) == 0 ||
               strstr(a->err.message, "it begins with")); /* shows what came with the first read */
    if (a->rc < 0)
        return;
    FUZZ_CHECK(a->reply.form == b->reply.form && a->reply.mended_names == b->reply.mended_names);
    FUZZ_CHECK(a->reply.balance.nodes == b->reply.balance.nodes && a->reply.balance.value == b->reply.balance.value);
    FUZZ_CHECK(a->reply.row_limit == b->reply.row_limit && a->has_tree == b->has_tree);
    if (a->has_tree)
        fuzz_check_trees_equal(&a->tree, &b->tree);
}

/* Each node of the tree is one of the reference's, with the same values, and there are as many. */
static void check_tree_is(const struct fp_tree *tree, const struct reference *ref)
{
    size_t *match = calloc(tree->count, sizeof *match);

    FUZZ_CHECK(match && tree->count == ref->count);
    for (uint32_t i = 0; i < tree->count; i++) {
        struct fp_slice name = fp_tree_name(tree, i);
        size_t parent = i ? match[tree->parent[i]] : SIZE_MAX, k = 0;

        while (k < ref->count &&
               !(ref->node[k].parent == parent && ref->node[k].kind == fp_tree_kind(tree, i) &&
                 fp_slice_equal(name, (struct fp_slice){ ref->node[k].name, ref->node[k].name_len })))
            k++;
        FUZZ_CHECK(k < ref->count);
        FUZZ_CHECK(ref->node[k].self == tree->self[i]);
        match[i] = k;
    }
    free(match);
}

/* A limit is no excuse for what is far below it. */
static bool may_be_beyond(const uint8_t *data, size_t size)
{
    size_t opened = 0, commas = 0;

    for (size_t i = 0; i < size; i++) {
        opened += data[i] == '[' || data[i] == '{';
        commas += data[i] == ',';
    }
    return opened > FP_LIMIT_JSON_NESTING || commas >= 16;
}

static void check_reference(const uint8_t *data, size_t size, const struct outcome *whole)
{
    struct reference ref;
    enum reference_verdict verdict = reference_read(data, size, &ref);

    if (whole->rc == FP_ELIMIT) {
        FUZZ_CHECK(may_be_beyond(data, size));
    } else if (verdict != REFERENCE_UNSURE) {
        FUZZ_CHECK((whole->rc == FP_OK) == (verdict == REFERENCE_TAKES));
        if (whole->rc == FP_OK) {
            FUZZ_CHECK(whole->reply.form == ref.form && whole->has_tree == (ref.count > 0));
            FUZZ_CHECK(whole->reply.balance.nodes == ref.balance.nodes &&
                       whole->reply.balance.value == ref.balance.value);
            FUZZ_CHECK(ref.mended || (whole->reply.row_limit == ref.row_limit && whole->reply.mended_names == 0));
        }
        if (whole->has_tree)
            check_tree_is(&whole->tree, &ref);
    }
    reference_release(&ref);
}

void fuzz_check_reply(const uint8_t *data, size_t size)
{
    struct outcome whole, single, pieces;

    if (size > FUZZ_REPLY_MOST)
        return;
    decode(data, size, FUZZ_REPLY_MOST, 0, &whole);
    decode(data, size, 1, 0, &single);
    decode(data, size, 700, size + 1, &pieces);
    check_same(&whole, &single);
    check_same(&whole, &pieces);
    check_reference(data, size, &whole);
    release(&whole);
    release(&single);
    release(&pieces);
}
