/*
 * The recorded cases: each reply of both releases is decoded, and both must give the same profile.
 * Folders: the bundled ones (always there) and those of FP_SHARED when it is set.
 */
#include <dirent.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "codec/codec.h"
#include "codec/folded.h"
#include "opened.h"
#include "profile/totals.h"

static int read_reply(const char *path, struct fp_reply *reply, struct fp_error *err)
{
    return fp_codec_read(opened(path), fp_slice_of("root"), FP_LIMIT_RESPONSE_DEFAULT, reply, err);
}

static void assert_same_tree(const struct fp_tree *a, const struct fp_tree *b, const char *what)
{
    if (a->count != b->count)
        fail_msg("%s: %u nodes against %u", what, a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        if (!fp_slice_equal(fp_tree_name(a, i), fp_tree_name(b, i)))
            fail_msg("%s: node %u is \"%.*s\" against \"%.*s\"", what, i, (int)fp_tree_name(a, i).len,
                     fp_tree_name(a, i).data, (int)fp_tree_name(b, i).len, fp_tree_name(b, i).data);
        if (fp_tree_kind(a, i) != fp_tree_kind(b, i))
            fail_msg("%s: kinds of \"%.*s\" differ", what, (int)fp_tree_name(a, i).len, fp_tree_name(a, i).data);
        assert_int_equal(a->parent[i], b->parent[i]);
        assert_int_equal(a->end[i], b->end[i]);
        assert_int_equal(a->depth[i], b->depth[i]);
        assert_int_equal(a->self[i], b->self[i]);
        assert_int_equal(a->total[i], b->total[i]);
    }
}

/* What tree.h promises. */
static void assert_invariants(const struct fp_tree *t, const char *what)
{
    struct fp_function_totals totals;
    struct fp_error err = FP_ERROR_INIT;
    int64_t by_kind[FP_KIND_COUNT], self = 0, kinds = 0;

    for (uint32_t i = 0; i < t->count; i++) {
        int64_t sum = t->self[i];
        uint32_t previous = FP_NO_NODE;

        assert_true(i == 0 ? t->parent[0] == FP_NO_NODE : t->parent[i] < i);
        assert_true(t->end[i] > i && t->end[i] <= t->count);
        for (uint32_t c = i + 1; c < t->end[i]; c = t->end[c]) {
            assert_int_equal(t->parent[c], i);
            assert_int_equal(t->depth[c], t->depth[i] + 1);
            if (previous != FP_NO_NODE)
                assert_true(fp_slice_compare(fp_tree_name(t, previous), fp_tree_name(t, c)) < 0 ||
                            fp_tree_kind(t, previous) < fp_tree_kind(t, c));
            previous = c;
            sum += t->total[c];
        }
        assert_int_equal(sum, t->total[i]);
        self += t->self[i];
    }
    assert_int_equal(self, t->total[0]);
    fp_totals_by_kind(t, by_kind);
    for (int k = 0; k < FP_KIND_COUNT; k++)
        kinds += by_kind[k];
    assert_int_equal(kinds, t->total[0]);
    assert_int_equal(fp_totals_by_function(t, &totals, &err), 0);
    for (size_t i = 0; i < totals.count; i++)
        if (totals.items[i].total > t->total[0] || totals.items[i].self > totals.items[i].total)
            fail_msg("%s: a function's total is more than the whole or less than its self", what);
    fp_totals_release(&totals);
}

/* One of the two replies of a case; NULL when the recording is an error. */
static bool decode(const char *folder, const char *version, struct fp_tree *tree, enum fp_form *form)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply;
    char pattern[1024];
    glob_t found;
    bool has_data;

    snprintf(pattern, sizeof pattern, "%s/reply.%s.json*", folder, version);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    if (read_reply(found.gl_pathv[0], &reply, &err) < 0) {
        /* the recorded errors all carry the server's own words */
        assert_int_equal(err.code, FP_ESERVER);
        assert_true(strlen(err.message) > strlen("the server answered FAIL: "));
        globfree(&found);
        *form = FP_FORM_NONE;
        return false;
    }
    globfree(&found);
    assert_int_equal(reply.balance.nodes, 0);
    assert_int_equal(reply.mended_names, 0);
    *form = reply.form;
    has_data = reply.builder.count > 0;
    if (has_data) {
        assert_int_equal(fp_tree_freeze(tree, &reply.builder, strstr(folder, "mem-inuse") != NULL, &err), 0);
        assert_invariants(tree, folder);
    }
    fp_reply_release(&reply);
    return has_data;
}

/* Where the two releases differ in what they answer, not in how. */
static bool versions_agree(const char *name)
{
    return !strstr(name, "gauge-") && !strstr(name, "empty-service-") && !strstr(name, "filter-or-bare");
}

static size_t check_folder(const char *folder)
{
    const char *name = strrchr(folder, '/') + 1;
    struct fp_tree old_tree, new_tree;
    enum fp_form old_form, new_form;
    bool had_old = decode(folder, "v6.5.9", &old_tree, &old_form);
    bool had_new = decode(folder, "v7.1.8", &new_tree, &new_form);

    if (had_old)
        assert_int_equal(old_form, FP_FORM_NODE_LIST);
    if (had_new)
        assert_int_equal(new_form, FP_FORM_TYPED_COLUMNS);
    if (versions_agree(name)) {
        assert_int_equal(had_old, had_new);
        if (had_old)
            assert_same_tree(&old_tree, &new_tree, name);
    }
    if (had_old)
        fp_tree_release(&old_tree);
    if (had_new)
        fp_tree_release(&new_tree);
    return 1;
}

static size_t check_cases(const char *root)
{
    char pattern[1024];
    glob_t found;
    size_t count = 0;

    snprintf(pattern, sizeof pattern, "%s/*", root);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        count += check_folder(found.gl_pathv[i]);
    globfree(&found);
    return count;
}

static void bundled_cases(void **state)
{
    (void)state;
    assert_true(check_cases(FP_TEST_DATA "/cases") >= 8);
}

static const char *shared_cases(char path[1024])
{
    const char *shared = getenv("FP_SHARED");

    if (!shared || !*shared) {
        print_message("FP_SHARED is not set: only the bundled cases were checked\n");
        skip();
    }
    snprintf(path, 1024, "%s/golden/cases", shared);
    return path;
}

static void all_recorded_cases(void **state)
{
    char path[1024];

    (void)state;
    assert_true(check_cases(shared_cases(path)) >= 50);
}

/* 24 replies of an hour each, merged, against the reply over the whole day. */
static void hours_add_up_to_the_day(void **state)
{
    static const char *const versions[] = { "v6.5.9", "v7.1.8" };
    char root[1024], folder[2048], pattern[2200];
    struct fp_tree day, merged;
    enum fp_form form;

    (void)state;
    shared_cases(root);
    for (size_t v = 0; v < 2; v++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_builder sum;

        fp_builder_init(&sum);
        assert_int_equal(fp_builder_root(&sum, fp_slice_of("order-service.jar"), FP_KIND_PROCESS, &err), 0);
        for (int hour = 23; hour >= 0; hour--) { /* the order must not matter */
            struct fp_reply reply;
            glob_t found;

            snprintf(pattern, sizeof pattern, "%s/order-service.jar-day2-hour%02d/reply.%s.json*", root, hour, versions[v]);
            assert_int_equal(glob(pattern, 0, NULL, &found), 0);
            assert_int_equal(read_reply(found.gl_pathv[0], &reply, &err), 0);
            globfree(&found);
            assert_int_equal(fp_builder_merge(&sum, &reply.builder, &err), 0);
            fp_reply_release(&reply);
        }
        assert_int_equal(fp_tree_freeze(&merged, &sum, false, &err), 0);
        snprintf(folder, sizeof folder, "%s/order-service.jar-day2", root);
        assert_true(decode(folder, versions[1 - v], &day, &form));
        assert_int_equal(merged.total[0], 54434289);
        assert_same_tree(&merged, &day, "24 hours");
        fp_tree_release(&merged);
        fp_tree_release(&day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundled_cases),
        cmocka_unit_test(all_recorded_cases),
        cmocka_unit_test(hours_add_up_to_the_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
