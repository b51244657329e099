/*
 * Node identity: what v6.5.9 called its nodes, from the trees of both releases, and libuuid as a second
 * opinion. Folders: the bundled cases (always there) and those of FP_SHARED when it is set.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <uuid/uuid.h>

#include "base/limits.h"
#include "base/str.h"
#include "codec/codec.h"
#include "codec/gunzip.h"
#include "opened.h"
#include "profile/node_id.h"

/* ---- trees ---- */

static uint32_t child(struct fp_builder *b, uint32_t parent, struct fp_slice name, enum fp_frame_kind kind)
{
    uint32_t id, node;

    assert_int_equal(fp_names_intern(&b->names, name, kind, &id, NULL), 0);
    assert_int_equal(fp_builder_child(b, parent, id, &node, NULL), 0);
    return node;
}

static void start(struct fp_builder *b)
{
    fp_builder_init(b);
    assert_int_equal(fp_builder_root(b, fp_slice_of("service"), FP_KIND_PROCESS, NULL), 0);
}

/* The path as DeepFlow joins it, and its UUID by libuuid. */
static void expect_uuid(const struct fp_tree *tree, uint32_t node, unsigned char ret[16])
{
    uint32_t *path = malloc((tree->depth[node] + 1) * sizeof *path), n = 0;
    struct fp_str joined;

    fp_str_init(&joined, (size_t)256 << 20);
    for (uint32_t at = node; at != 0; at = tree->parent[at])
        path[n++] = at;
    while (n-- > 0) {
        struct fp_slice name = fp_tree_name(tree, path[n]);

        fp_str_append(&joined, name.data, name.len);
        if (n)
            fp_str_putc(&joined, ';');
    }
    assert_true(fp_str_ok(&joined));
    uuid_generate_sha1(ret, *uuid_get_template("oid"), joined.data, joined.len);
    fp_str_release(&joined);
    free(path);
}

struct check {
    const struct fp_tree *tree;
    uint32_t last;
    size_t count;
};

static int check_node(void *ctx, uint32_t node, const unsigned char uuid[16])
{
    struct check *check = ctx;
    unsigned char want[16], single[16];

    assert_int_equal(node, check->last + 1);
    check->last = node;
    check->count++;
    expect_uuid(check->tree, node, want);
    assert_memory_equal(uuid, want, 16);
    if (check->count % 7 == 1) {
        assert_int_equal(fp_node_id_of(check->tree, node, single, NULL), 0);
        assert_memory_equal(single, want, 16);
    }
    return FP_NODE_IDS_NEXT;
}

static void check_against_libuuid(const struct fp_tree *tree)
{
    struct check check = { .tree = tree };

    assert_int_equal(fp_node_ids_each(tree, check_node, &check, NULL), 0);
    assert_int_equal(check.count, tree->count - 1);
}

/* ---- recordings ---- */

struct line { /* one node: what it is called and what it is worth */
    char id[FP_NODE_ID_TEXT];
    json_int_t self, total;
};

struct lines {
    struct line *items;
    size_t count;
};

static int compare_lines(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->id, ((const struct line *)b)->id);
}

static void add_line(struct lines *lines, const char *id, json_int_t self, json_int_t total)
{
    struct line *line = &lines->items[lines->count++];

    snprintf(line->id, sizeof line->id, "%s", id);
    line->self = self;
    line->total = total;
}

static int collect(void *ctx, uint32_t node, const unsigned char uuid[16])
{
    void **both = ctx;
    const struct fp_tree *tree = both[0];
    char id[FP_NODE_ID_TEXT];

    add_line(both[1], fp_node_id_format(id, uuid), tree->self[node], tree->total[node]);
    return FP_NODE_IDS_NEXT;
}

static struct lines lines_of_tree(const struct fp_tree *tree)
{
    struct lines lines = { calloc(tree->count, sizeof *lines.items), 0 };
    void *both[2] = { (void *)(uintptr_t)tree, &lines };

    add_line(&lines, "", tree->self[0], tree->total[0]);
    assert_int_equal(fp_node_ids_each(tree, collect, both, NULL), 0);
    qsort(lines.items, lines.count, sizeof *lines.items, compare_lines);
    return lines;
}

/* Straight from the JSON, without our decoder. */
static struct lines lines_of_reply(const char *path)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_in *in;
    struct lines lines = { NULL, 0 };
    struct fp_str text;
    json_t *reply, *result;

    assert_int_equal(fp_gunzip_open(opened(path), FP_LIMIT_RESPONSE_DEFAULT, &in, &err), 0);
    fp_str_init(&text, (size_t)64 << 20);
    assert_int_equal(fp_in_read_all(in, &text, path, &err), 0);
    fp_in_close(in);
    reply = json_loadb(text.data, text.len, 0, NULL);
    fp_str_release(&text);
    assert_non_null(reply);
    result = json_object_get(reply, "result");
    if (json_is_array(result)) {
        lines.items = calloc(json_array_size(result) + 1, sizeof *lines.items);
        for (size_t i = 0; i < json_array_size(result); i++) {
            json_t *node = json_array_get(result, i);

            add_line(&lines, json_string_value(json_object_get(node, "node_id")),
                     json_integer_value(json_object_get(node, "self_value")),
                     json_integer_value(json_object_get(node, "total_value")));
        }
        qsort(lines.items, lines.count, sizeof *lines.items, compare_lines);
    }
    json_decref(reply);
    return lines;
}

static void assert_same_lines(const struct lines *a, const struct lines *b, const char *what)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->items[i].id, b->items[i].id) != 0)
            fail_msg("%s: \"%s\" against \"%s\"", what, a->items[i].id, b->items[i].id);
        assert_int_equal(a->items[i].self, b->items[i].self);
        assert_int_equal(a->items[i].total, b->items[i].total);
    }
}

static bool find_reply(const char *folder, const char *version, char path[2048])
{
    char pattern[2048];
    glob_t found;
    bool there;

    snprintf(pattern, sizeof pattern, "%s/reply.%s.json*", folder, version);
    there = glob(pattern, 0, NULL, &found) == 0;
    if (there)
        snprintf(path, 2048, "%s", found.gl_pathv[0]);
    globfree(&found);
    return there;
}

static bool tree_of_reply(const char *path, struct fp_tree *tree)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply;

    if (fp_codec_read(opened(path), fp_slice_of("root"), FP_LIMIT_RESPONSE_DEFAULT, &reply,
                      &err) < 0)
        return false; /* the recorded errors */
    if (!reply.builder.count) {
        fp_reply_release(&reply);
        return false;
    }
    assert_int_equal(fp_tree_freeze(tree, &reply.builder, false, &err), 0);
    fp_reply_release(&reply);
    return true;
}

/* Where the two releases differ in what they answer, not in how. */
static bool versions_agree(const char *name)
{
    return !strstr(name, "gauge-") && !strstr(name, "empty-service-") && !strstr(name, "filter-or-bare");
}

/* Nodes compared, of the old reply's own tree and of the new one's. */
static void check_case(const char *folder, size_t nodes[2])
{
    const char *name = strrchr(folder, '/') + 1;
    char old_path[2048], new_path[2048];
    struct lines said, made;
    struct fp_tree tree;

    if (!find_reply(folder, "v6.5.9", old_path) || !tree_of_reply(old_path, &tree))
        return;
    said = lines_of_reply(old_path);
    made = lines_of_tree(&tree);
    assert_same_lines(&said, &made, name);
    check_against_libuuid(&tree);
    nodes[0] += made.count;
    fp_tree_release(&tree);
    free(made.items);
    if (versions_agree(name)) {
        assert_true(find_reply(folder, "v7.1.8", new_path));
        assert_true(tree_of_reply(new_path, &tree));
        made = lines_of_tree(&tree);
        assert_same_lines(&said, &made, name);
        nodes[1] += made.count;
        fp_tree_release(&tree);
        free(made.items);
    }
    free(said.items);
}

static void check_cases(const char *root, size_t nodes[2])
{
    char pattern[1024];
    glob_t found;

    nodes[0] = nodes[1] = 0;
    snprintf(pattern, sizeof pattern, "%s/*", root);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_case(found.gl_pathv[i], nodes);
    globfree(&found);
}

static void bundled_cases(void **state)
{
    size_t nodes[2];

    (void)state;
    check_cases(FP_TEST_DATA "/cases", nodes);
    assert_true(nodes[0] > 1000 && nodes[1] > 1000);
}

static void all_recorded_cases(void **state)
{
    const char *shared = getenv("FP_SHARED");
    char path[1024];
    size_t nodes[2];

    (void)state;
    if (!shared || !*shared) {
        print_message("FP_SHARED is not set: only the bundled cases were checked\n");
        skip();
    }
    snprintf(path, sizeof path, "%s/golden/cases", shared);
    check_cases(path, nodes);
    assert_true(nodes[0] >= 26887 && nodes[1] >= 22760);
}

/* ---- made by hand ---- */

static void known_ids(void **state)
{
    unsigned char uuid[16], again[16];
    char text[FP_NODE_ID_TEXT];
    struct fp_builder b;
    struct fp_tree tree;
    uint32_t a;

    (void)state;
    start(&b);
    a = child(&b, 0, fp_slice_of("a"), FP_KIND_APPLICATION);
    child(&b, a, fp_slice_of("b"), FP_KIND_APPLICATION);
    child(&b, 0, fp_slice_of("a;b"), FP_KIND_APPLICATION);
    assert_int_equal(fp_tree_freeze(&tree, &b, false, NULL), 0);
    /* in preorder: the root, a, a → b, a;b */
    assert_int_equal(fp_node_id_of(&tree, 0, uuid, NULL), 0);
    assert_string_equal(fp_node_id_format(text, uuid), "");
    /* python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_OID, "a"), uuid.uuid5(uuid.NAMESPACE_OID,
     * "a;b"))' */
    assert_int_equal(fp_node_id_of(&tree, 1, uuid, NULL), 0);
    assert_string_equal(fp_node_id_format(text, uuid), "d720e32d-4765-5177-b65b-42dd7f6e6445");
    assert_int_equal(fp_node_id_of(&tree, 2, uuid, NULL), 0);
    assert_string_equal(fp_node_id_format(text, uuid), "173d2f5e-6211-56ac-9950-74738cd81bfa");
    assert_int_equal(fp_node_id_of(&tree, 3, again, NULL), 0);
    assert_memory_equal(uuid, again, 16);
    fp_tree_release(&tree);
}

/* Names of all sorts and lengths: SHA-1 works in blocks of 64 bytes. */
static void random_tree(struct fp_builder *b, unsigned seed)
{
    static const char *const odd[] = { "",     ";",   ";;",        "a;b",         "注文::処理",
                                       "[t] ", "x y", "</script>", "\xef\xbf\xbd" };
    uint32_t nodes[400] = { 0 };

    srand(seed);
    start(b);
    for (size_t i = 1; i < 400; i++) {
        char name[300];
        size_t n = (size_t)rand() % sizeof name;
        uint32_t parent = nodes[rand() % 3 ? i - 1 : (size_t)rand() % i];

        memset(name, 'a' + rand() % 3, sizeof name);
        nodes[i] = child(b, parent, rand() % 2 ? fp_slice_of(odd[rand() % 9]) : (struct fp_slice){ name, n },
                         (enum fp_frame_kind)(rand() % FP_KIND_COUNT));
    }
}

static void random_trees(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 20; seed++) {
        struct fp_builder b;
        struct fp_tree tree;
        struct fp_node_ids ids;

        random_tree(&b, seed);
        assert_int_equal(fp_tree_freeze(&tree, &b, false, NULL), 0);
        check_against_libuuid(&tree);
        fp_node_ids_init(&ids, &tree); /* any order, the same ids */
        for (int i = 0; i < 500; i++) {
            uint32_t node = 1 + (uint32_t)rand() % (tree.count - 1);
            unsigned char uuid[16], want[16];

            assert_int_equal(fp_node_ids_get(&ids, node, uuid, NULL), 0);
            expect_uuid(&tree, node, want);
            assert_memory_equal(uuid, want, 16);
        }
        fp_node_ids_release(&ids);
        fp_tree_release(&tree);
    }
}

static int prune(void *ctx, uint32_t node, const unsigned char uuid[16])
{
    struct check *check = ctx;
    unsigned char want[16];

    check->count++;
    expect_uuid(check->tree, node, want);
    assert_memory_equal(uuid, want, 16);
    assert_true(node > check->last);
    assert_true(check->tree->depth[node] <= 2);
    check->last = node;
    return check->tree->depth[node] == 2 ? FP_NODE_IDS_SKIP : FP_NODE_IDS_NEXT;
}

static int stop_at_three(void *ctx, uint32_t node, const unsigned char uuid[16])
{
    (void)node;
    (void)uuid;
    return ++*(size_t *)ctx == 3 ? FP_NODE_IDS_STOP : FP_NODE_IDS_NEXT;
}

static int fail_at_three(void *ctx, uint32_t node, const unsigned char uuid[16])
{
    (void)node;
    (void)uuid;
    return ++*(size_t *)ctx == 3 ? FP_ELIMIT : FP_NODE_IDS_NEXT;
}

static void pruning_and_stopping(void **state)
{
    struct check check = { 0 };
    size_t shallow = 0, calls = 0;
    struct fp_builder b;
    struct fp_tree tree;

    (void)state;
    random_tree(&b, 99);
    assert_int_equal(fp_tree_freeze(&tree, &b, false, NULL), 0);
    for (uint32_t i = 1; i < tree.count; i++)
        shallow += tree.depth[i] <= 2;
    check.tree = &tree;
    assert_int_equal(fp_node_ids_each(&tree, prune, &check, NULL), 0);
    assert_int_equal(check.count, shallow);
    assert_true(shallow < tree.count - 1);
    assert_int_equal(fp_node_ids_each(&tree, stop_at_three, &calls, NULL), 0);
    assert_int_equal(calls, 3);
    calls = 0;
    assert_int_equal(fp_node_ids_each(&tree, fail_at_three, &calls, NULL), FP_ELIMIT);
    assert_int_equal(calls, 3);
    fp_tree_release(&tree);
}

static void lonely_root(void **state)
{
    size_t calls = 0;
    struct fp_builder b;
    struct fp_tree tree;

    (void)state;
    start(&b);
    assert_int_equal(fp_tree_freeze(&tree, &b, false, NULL), 0);
    assert_int_equal(fp_node_ids_each(&tree, stop_at_three, &calls, NULL), 0);
    assert_int_equal(calls, 0);
    fp_tree_release(&tree);
}

struct deep {
    const struct fp_tree *tree;
    size_t count;
};

static int check_some(void *ctx, uint32_t node, const unsigned char uuid[16])
{
    struct deep *deep = ctx;
    unsigned char want[16];

    deep->count++;
    if (node % 10000 == 1 || node == deep->tree->count - 1) {
        expect_uuid(deep->tree, node, want);
        assert_memory_equal(uuid, want, 16);
    }
    return FP_NODE_IDS_NEXT;
}

/* One pass over all names: with the path hashed anew for each node this would take hours. */
static void deep_chain(void **state)
{
    struct fp_builder b;
    struct fp_tree tree;
    struct deep deep = { &tree, 0 };
    uint32_t node = 0;

    (void)state;
    start(&b);
    for (int i = 0; i < 300000; i++)
        node = child(&b, node, fp_slice_of(i % 2 ? "parse" : "visit"), FP_KIND_APPLICATION);
    assert_int_equal(fp_tree_freeze(&tree, &b, false, NULL), 0);
    assert_int_equal(fp_node_ids_each(&tree, check_some, &deep, NULL), 0);
    assert_int_equal(deep.count, 300000);
    fp_tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundled_cases),
        cmocka_unit_test(all_recorded_cases),
        cmocka_unit_test(known_ids),
        cmocka_unit_test(random_trees),
        cmocka_unit_test(pruning_and_stopping),
        cmocka_unit_test(lonely_root),
        cmocka_unit_test(deep_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
