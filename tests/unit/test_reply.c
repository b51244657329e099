/*
 * codec/reply, columns, node_list, nodes: what the case folders cannot hold: every order of the members, stacks of 100,000
 * frames, a million nodes, recorded replies cut anywhere. (tests/cases/reply has the small replies.)
 */
#include <glob.h>
#include <inttypes.h>
#include <sys/resource.h>
#include <time.h>

#include "profile_fixture.h"

static struct fp_tree decoded(const struct fp_str *text)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply;
    struct fp_tree tree;

    assert_true(fp_str_ok(text));
    if (decode_bytes(text->data, text->len, 0, &reply, &err) != FP_OK)
        fail_msg("%s at %" PRId64, err.message, err.offset);
    assert_int_equal(reply.balance.nodes, 0);
    assert_int_equal(fp_tree_freeze(&tree, &reply.builder, false, &err), 0);
    return tree;
}

/* The k-th of n! orders. */
static void nth_order(size_t k, size_t n, size_t *order)
{
    size_t left[8];

    for (size_t i = 0; i < n; i++)
        left[i] = i;
    for (size_t i = 0; i < n; i++) {
        size_t at = k % (n - i);

        k /= n - i;
        order[i] = left[at];
        memmove(left + at, left + at + 1, (n - i - at - 1) * sizeof *left);
    }
}

static void put_members(struct fp_str *to, const char *const *members, size_t n, size_t k)
{
    size_t order[8];

    nth_order(k, n, order);
    fp_str_putc(to, '{');
    for (size_t i = 0; i < n; i++)
        fp_str_printf(to, "%s%s", i ? "," : "", members[order[i]]);
    fp_str_putc(to, '}');
}

#define ENVELOPE "\"OPT_STATUS\":\"SUCCESS\"", "\"DESCRIPTION\":null", "\"debug\":{\"a\":[1,{\"b\":null}]}"

/* Random nodes of few names, in random order: siblings of one name become one, and so do their children, cousins until then. */
static void siblings_of_one_name_are_one(void **state)
{
    enum { NODES = 60 };

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct fp_error err = FP_ERROR_INIT;
        size_t parent[NODES], name[NODES], order[NODES], place[NODES];
        uint32_t made[NODES], ids[4];
        struct fp_tree got, want;
        struct fp_builder b;
        uint64_t random = seed;
        struct fp_str text;

        build_folded("", &b);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(fp_names_intern(&b.names, (struct fp_slice){ &"abcd"[i], 1 }, FP_KIND_APPLICATION, &ids[i], &err), 0);
        made[0] = 0;
        order[0] = 0;
        for (size_t i = 1; i < NODES; i++) {
            parent[i] = below(&random, i);
            name[i] = below(&random, seed % 2 ? 4 : 2);
            assert_int_equal(fp_builder_child(&b, made[parent[i]], ids[name[i]], &made[i], &err), 0);
            assert_int_equal(fp_builder_add(&b, made[i], (int64_t)i, &err), 0);
            order[i] = i;
        }
        for (size_t i = NODES - 1; i > 0; i--) {
            size_t at = below(&random, i + 1), was = order[i];

            order[i] = order[at];
            order[at] = was;
        }
        for (size_t i = 0; i < NODES; i++)
            place[order[i]] = i;
        fp_str_init(&text, 100000);
        fp_str_puts(&text, "{\"OPT_STATUS\":\"SUCCESS\",\"result\":{\"functions\":[\"a\",\"b\",\"c\",\"d\",\"app\"],"
                           "\"node_values\":{\"columns\":[\"function_id\",\"parent_node_id\",\"self_value\"],\"values\":[");
        for (size_t i = 0; i < NODES; i++)
            fp_str_printf(&text, "%s[%zu,%d,%zu]", i ? "," : "", order[i] ? name[order[i]] : 4,
                          order[i] ? (int)place[parent[order[i]]] : -1, order[i]);
        fp_str_puts(&text, "]}}}");
        got = decoded(&text);
        assert_int_equal(fp_tree_freeze(&want, &b, false, &err), 0);
        assert_tree_invariants(&got);
        assert_trees_equal(&want, &got);
        fp_tree_release(&got);
        fp_tree_release(&want);
        fp_str_release(&text);
    }
}

/* Members of the reply, of `result` and of node_values, each in every order (4!, 5!, 3!; every seventh combination). */
static void members_of_columns_in_every_order(void **state)
{
    static const char *const values[] = {
        "\"columns\":[\"self_value\",\"function_id\",\"x\",\"total_value\",\"parent_node_id\"]",
        "\"values\":[[3,1,0,3,1],[2,2,0,5,2],[0,0,0,5,-1]]", "\"more\":[[null]]",
    };
    struct fp_str node_values, result, text;
    struct fp_tree first = { 0 };

    (void)state;
    fp_str_init(&node_values, 10000);
    fp_str_init(&result, 10000);
    fp_str_init(&text, 10000);
    for (size_t k = 0; k < 24 * 120 * 6; k += 7) {
        const char *members[] = { "\"functions\":[\"app\",\"[k] b\",\"a\"]", "\"function_types\":[\"P\",\"K\",\"A\"]",
                                  "\"function_values\":{\"columns\":[\"a\"],\"values\":[[1]]}", "\"later\":false", NULL };
        const char *envelope[] = { ENVELOPE, NULL };
        struct fp_tree tree;

        fp_str_clear(&node_values);
        fp_str_puts(&node_values, "\"node_values\":");
        put_members(&node_values, values, 3, k % 6);
        members[4] = node_values.data;
        fp_str_clear(&result);
        fp_str_puts(&result, "\"result\":");
        put_members(&result, members, 5, k / 6 % 120);
        envelope[3] = result.data;
        fp_str_clear(&text);
        put_members(&text, envelope, 4, k / 720);
        tree = decoded(&text);
        if (k == 0) {
            first = tree;
            assert_int_equal(tree.count, 3);
            assert_int_equal(tree.total[0], 5);
            assert_int_equal(find_node(&tree, "a/[k] b"), 2);
            continue;
        }
        assert_trees_equal(&first, &tree);
        fp_tree_release(&tree);
    }
    fp_tree_release(&first);
    fp_str_release(&node_values);
    fp_str_release(&result);
    fp_str_release(&text);
}

static void members_of_list_nodes_in_every_order(void **state)
{
    static const char *const a[] = { "\"profile_location_str\":\"a\"", "\"node_id\":\"1\"", "\"parent_node_id\":\"\"",
                                     "\"self_value\":2", "\"total_value\":5" };
    static const char *const b[] = { "\"profile_location_str\":\"b\"", "\"node_id\":\"2\"", "\"parent_node_id\":\"1\"",
                                     "\"self_value\":3", "\"total_value\":3" };
    static const char *const root[] = { "\"profile_location_str\":\"app\"", "\"node_id\":\"\"", "\"parent_node_id\":\"-1\"",
                                        "\"self_value\":0", "\"total_value\":5" };
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 10000);
    for (size_t k = 0; k < 120 * 6; k++) {
        const char *const *nodes[] = { a, b, root };
        struct fp_tree tree;
        size_t order[3];

        nth_order(k / 120, 3, order);
        fp_str_clear(&text);
        fp_str_puts(&text, "{\"result\":[");
        for (size_t i = 0; i < 3; i++) {
            fp_str_puts(&text, i ? "," : "");
            put_members(&text, nodes[order[i]], 5, k % 120);
        }
        fp_str_puts(&text, "]}");
        tree = decoded(&text);
        assert_int_equal(tree.count, 3);
        assert_int_equal(tree.total[0], 5);
        assert_int_equal(find_node(&tree, "a/b"), 2);
        fp_tree_release(&tree);
    }
    fp_str_release(&text);
}

enum order { FORWARD, BACKWARD, SHUFFLED };

/* positions[i]: where node i of the chain stands in the reply. */
static uint32_t *positions(size_t n, enum order order)
{
    uint32_t *at = malloc(n * sizeof *at);
    uint64_t random = 4;

    for (size_t i = 0; i < n; i++)
        at[i] = (uint32_t)(order == BACKWARD ? n - 1 - i : i);
    for (size_t i = n - 1; order == SHUFFLED && i > 0; i--) {
        size_t j = below(&random, i + 1);
        uint32_t swap = at[i];

        at[i] = at[j];
        at[j] = swap;
    }
    return at;
}

/* A chain of `depth` frames below the root, the value at its end. */
static void put_chain(struct fp_str *text, size_t depth, enum order order, bool columns)
{
    uint32_t *at = positions(depth + 1, order), *node = malloc((depth + 1) * sizeof *node);

    for (size_t i = 0; i <= depth; i++)
        node[at[i]] = (uint32_t)i;
    fp_str_puts(text, columns ? "{\"result\":{\"functions\":[\"app\",\"f\",\"g\"],\"node_values\":{\"columns\":[\"function_id\","
                                "\"parent_node_id\",\"self_value\",\"total_value\"],\"values\":["
                              : "{\"result\":[");
    for (size_t k = 0; k <= depth; k++) {
        uint32_t i = node[k];
        int self = i == depth ? 7 : 0;

        fp_str_puts(text, k ? "," : "");
        if (columns)
            fp_str_printf(text, "[%d,%" PRId64 ",%d,7]", i ? 1 + (int)(i % 2) : 0, i ? (int64_t)at[i - 1] : -1, self);
        else if (i == 0)
            fp_str_puts(text, "{\"node_id\":\"\",\"parent_node_id\":\"-1\",\"profile_location_str\":\"app\",\"self_value\":0,\"total_value\":7}");
        else
            fp_str_printf(text, "{\"node_id\":\"%" PRIu32 "\",\"parent_node_id\":\"%.*" PRIu32 "\",\"profile_location_str\":\"%s\",\"self_value\":%d,\"total_value\":7}",
                          i, i > 1, i - 1, i % 2 ? "g" : "f", self);
    }
    fp_str_puts(text, columns ? "]}}}" : "]}");
    free(at);
    free(node);
}

static void deep_chains(void **state)
{
    struct fp_str text;

    (void)state;
    fp_str_init(&text, (size_t)1 << 28);
    for (int columns = 0; columns < 2; columns++)
        for (enum order order = FORWARD; order <= SHUFFLED; order++) {
            struct fp_tree tree;

            fp_str_clear(&text);
            put_chain(&text, 100000, order, columns);
            tree = decoded(&text);
            assert_int_equal(tree.count, 100001);
            assert_int_equal(tree.max_depth, 100000);
            assert_int_equal(tree.total[0], 7);
            assert_int_equal(tree.self[100000], 7);
            assert_tree_invariants(&tree);
            fp_tree_release(&tree);
        }
    fp_str_release(&text);
}

static void stacks_at_and_beyond_the_limit(void **state)
{
    struct fp_str text;

    (void)state;
    fp_str_init(&text, (size_t)1 << 28);
    for (enum order order = FORWARD; order <= SHUFFLED; order++)
        for (size_t more = order == BACKWARD ? 0 : 1; more < 2; more++) { /* a million frames take their time */
            struct fp_error err = FP_ERROR_INIT;
            struct fp_reply reply;
            int rc;

            fp_str_clear(&text);
            put_chain(&text, FP_LIMIT_DEPTH + more, order, true);
            assert_true(fp_str_ok(&text));
            rc = decode_bytes(text.data, text.len, (size_t)1 << 18, &reply, &err);
            assert_int_equal(rc, more ? FP_ELIMIT : FP_OK);
            if (more) {
                assert_non_null(strstr(err.message, "1000000"));
                assert_true(err.offset > 0);
            } else {
                fp_reply_release(&reply);
            }
        }
    fp_str_release(&text);
}

/* The form's own worst case: parents anywhere, names all different. */
static void a_million_nodes(void **state)
{
    enum { NODES = 1000000, NAMES = 100000 };
    struct rusage before, after;
    struct timespec start, end;
    struct fp_str text;
    struct fp_tree tree;
    uint64_t random = 2;

    (void)state;
    fp_str_init(&text, (size_t)1 << 28);
    fp_str_puts(&text, "{\"result\":{\"functions\":[\"app\"");
    for (int i = 1; i < NAMES; i++)
        fp_str_printf(&text, ",\"com.example.shop.Service$%d.handle\"", i);
    fp_str_puts(&text, "],\"node_values\":{\"columns\":[\"function_id\",\"parent_node_id\",\"self_value\"],\"values\":[[0,-1,0]");
    for (size_t i = 1; i < NODES; i++) /* all parents stand after their children, but for the last, below the root */
        fp_str_printf(&text, ",[%zu,%zu,1]", 1 + i % (NAMES - 1),
                      i > NODES - 10 ? 0 : i + 1 + below(&random, NODES - i - 1));
    fp_str_puts(&text, "]}}}");
    getrusage(RUSAGE_SELF, &before);
    clock_gettime(CLOCK_MONOTONIC, &start);
    tree = decoded(&text);
    clock_gettime(CLOCK_MONOTONIC, &end);
    getrusage(RUSAGE_SELF, &after);
    print_message("1,000,000 nodes, %zu MB of JSON: %.2f s, peak of the process raised by %ld MB\n", text.len >> 20,
                  (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
                  (after.ru_maxrss - before.ru_maxrss) / 1024);
    assert_true(tree.count > NODES * 9 / 10); /* a few are the same stack */
    assert_int_equal(tree.total[0], NODES - 1);
#ifndef __SANITIZE_ADDRESS__
    assert_true(after.ru_maxrss - before.ru_maxrss < 400 * 1024);
#endif
    fp_tree_release(&tree);
    fp_str_release(&text);
}

/* Whatever is left of a recorded reply, it is never taken for a whole one. */
static void recorded_replies_cut_anywhere(void **state)
{
    glob_t found;
    size_t tried = 0;

    (void)state;
    assert_int_equal(glob(FP_TEST_DATA "/cases/*/reply.*.json*", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct fp_str text;
        size_t step;

        load_unzipped(found.gl_pathv[i], &text);
        while (text.len && strchr(" \n", text.data[text.len - 1]))
            fp_str_truncate(&text, text.len - 1);
        step = text.len > 100000 ? 97 * 101 : 97; /* a prefix costs its length: large ones less often */
        for (size_t n = text.len % 97; n < text.len; n += step) {
            struct fp_error err = FP_ERROR_INIT;
            struct fp_reply reply;
            int rc = decode_bytes(text.data, n, (size_t)1 << 18, &reply, &err);

            if (rc != FP_ETRUNCATED)
                fail_msg("%s cut at byte %zu: %d %s", found.gl_pathv[i], n, rc, err.message);
            tried++;
        }
        fp_str_release(&text);
    }
    globfree(&found);
    assert_true(tried > 500);
}

/* Bytes of a recorded reply changed at random: any answer but a crash or a tree that breaks its promises. */
static void recorded_replies_damaged(void **state)
{
    static const char *const paths[] = { FP_TEST_DATA "/cases/cut-at-1000-rows/reply.v6.5.9.json.gz",
                                         FP_TEST_DATA "/cases/cut-at-1000-rows/reply.v7.1.8.json.gz" };
    uint64_t random = 31;
    size_t taken = 0;

    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct fp_str text;

        load_unzipped(paths[p], &text);
        for (int round = 0; round < 300; round++) {
            struct fp_error err = FP_ERROR_INIT;
            struct fp_reply reply;
            size_t at[3];
            char old[3];

            for (size_t i = 0; i < 3; i++) {
                at[i] = below(&random, text.len);
                old[i] = text.data[at[i]];
                text.data[at[i]] = below(&random, 2) ? "0123456789,:[]{}\"-"[below(&random, 18)] : (char)rnd(&random);
            }
            if (decode_bytes(text.data, text.len, 0, &reply, &err) == FP_OK) {
                struct fp_tree tree;

                if (reply.builder.count) {
                    assert_int_equal(fp_tree_freeze(&tree, &reply.builder, false, &err), 0);
                    assert_tree_invariants(&tree);
                    fp_tree_release(&tree);
                }
                fp_reply_release(&reply);
                taken++;
            } else {
                assert_true(err.code < 0 && err.message[0]);
            }
            for (size_t i = 3; i-- > 0;)
                text.data[at[i]] = old[i];
        }
        fp_str_release(&text);
    }
    assert_true(taken > 10);
}

/* Every status is 0 or negative with a message: a positive one would pass for success. */
static void nulls_in_the_envelope(void **state)
{
    static const char *const texts[] = {
        "{\"OPT_STATUS\":\"SUCCESS\",\"DESCRIPTION\":null,\"result\":null}",
        "{\"OPT_STATUS\":\"SUCCESS\",\"DESCRIPTION\":null,\"result\":[]}",
        "{\"OPT_STATUS\":null,\"result\":null}", "{\"OPT_STATUS\":null}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_reply reply;
        int rc = decode_text(texts[i], &reply, &err);

        assert_int_equal(rc, err.code);
        assert_int_equal(rc, i < 2 ? FP_OK : FP_ESERVER);
        if (rc == FP_OK)
            fp_reply_release(&reply);
    }
}

static void the_codec_tells_formats_apart(void **state)
{
    static const struct {
        const char *text;
        int rc;
        enum fp_form form;
        int64_t total;
    } rows[] = {
        { "\n {\"result\":null}", FP_ESYNTAX, FP_FORM_NONE, 0 }, /* nobody says that there is nothing */
        { "\n {\"result\":null,\"OPT_STATUS\":\"SUCCESS\"}", FP_OK, FP_FORM_NONE, 0 },
        { "a;b 3\n", FP_OK, FP_FORM_FOLDED, 3 },
        { "# nothing\n", FP_OK, FP_FORM_NONE, 0 },
        { "", FP_ETRUNCATED, FP_FORM_NONE, 0 }, /* nor here */
        { " \n\t\r\n", FP_ETRUNCATED, FP_FORM_NONE, 0 },
        { "<html>\n", FP_ESYNTAX, FP_FORM_NONE, 0 },
        { "[1]", FP_ESYNTAX, FP_FORM_NONE, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t chunk = 0; chunk < 3; chunk++) {
            struct chopped source = chop(rows[i].text, strlen(rows[i].text), chunk);
            struct fp_error err = FP_ERROR_INIT;
            struct fp_reply reply;
            int rc = fp_codec_read(&source.in, fp_slice_of("r"), 1000, &reply, &err);

            assert_int_equal(rc, rows[i].rc);
            if (rc < 0)
                continue;
            assert_int_equal(reply.form, rows[i].form);
            assert_int_equal(reply.builder.total, rows[i].total);
            fp_reply_release(&reply);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_columns_in_every_order),
        cmocka_unit_test(members_of_list_nodes_in_every_order),
        cmocka_unit_test(siblings_of_one_name_are_one),
        cmocka_unit_test(deep_chains),
        cmocka_unit_test(stacks_at_and_beyond_the_limit),
        cmocka_unit_test(a_million_nodes),
        cmocka_unit_test(recorded_replies_cut_anywhere),
        cmocka_unit_test(recorded_replies_damaged),
        cmocka_unit_test(nulls_in_the_envelope),
        cmocka_unit_test(the_codec_tells_formats_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
