/* For the tests of transforms: applying, comparing, making patterns. */
#ifndef FP_TEST_TRANSFORM_FIXTURE_H
#define FP_TEST_TRANSFORM_FIXTURE_H

#include "tree_fixture.h"

#include "profile/transform.h"

static const struct fp_transform_options nothing = { .max_kernel_depth = -1 };

static inline struct fp_tree apply(const struct fp_tree *tree, const struct fp_transform_options *options,
                            struct fp_transform_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_tree out = { 0 };

    if (fp_transform_apply(tree, options, &out, log, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(out.count > 0, log->changed);
    if (!log->changed)
        out = fixture_copy(tree);
    assert_int_equal(out.total[0] + log->removed, tree->total[0]);
    return out;
}

/* Applies, compares, releases both trees; the log is the caller's to look at. */
static inline void expect(struct fp_tree in, const struct fp_transform_options *options, struct fp_tree expected,
                   struct fp_transform_log *log)
{
    struct fp_tree out = apply(&in, options, log);

    fixture_assert_invariants(&out);
    fixture_assert_same(&out, &expected, "by hand");
    fp_tree_release(&in);
    fp_tree_release(&out);
    fp_tree_release(&expected);
}

static inline void assert_record(const struct fp_transform_record *r, uint32_t frames, int64_t touched,
                          int64_t moved)
{
    assert_int_equal(r->frames, frames);
    assert_int_equal(r->value_touched, touched);
    assert_int_equal(r->value_moved, moved);
}

#define PATTERNS 3

struct patterns {
    struct fp_pattern *made[PATTERNS];
    struct fp_pattern_list list;
};

static inline struct patterns *patterns_of(const char *const *specs, const char *const *replacements, size_t count)
{
    struct patterns *p = calloc(1, sizeof *p);
    struct fp_error err = FP_ERROR_INIT;

    assert_non_null(p);
    for (size_t i = 0; i < count; i++) {
        int rc = replacements ? fp_pattern_new_rename(&p->made[i], fp_slice_of(specs[i]),
                                                      fp_slice_of(replacements[i]), &err)
                              : fp_pattern_new(&p->made[i], fp_slice_of(specs[i]), &err);

        if (rc < 0)
            fail_msg("%s", err.message);
    }
    p->list = (struct fp_pattern_list){ (const struct fp_pattern *const *)p->made, count };
    return p;
}

static inline void patterns_free(struct patterns *p)
{
    for (size_t i = 0; i < PATTERNS; i++)
        fp_pattern_free(p->made[i]);
    free(p);
}

#endif
