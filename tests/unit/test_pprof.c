/*
 * pprof: what goes out comes back the same. What other people's tools make of it is in test_pprof_go.c,
 * profiles of other people's making in test_pprof_read.c, wrong ones in test_pprof_hostile.c.
 */
#include "pprof_trip.h"

#include <glob.h>

#include "codec/codec.h"
#include "opened.h"

/* Everything that has a meaning of its own somewhere. */
static const char *const odd_names[] = {
    "",
    " ",
    ";",
    "a;b;c",
    "注文::処理",
    "[t] worker",
    "[t] ",
    "[t] [t] x",
    "[p] nginx",
    "[p] ",
    "[k] do_syscall_64",
    "[l] memcpy",
    "[c] cuLaunchKernel",
    "[unknown] 0x0000000003932388",
    "[/lib/ld-musl-x86_64.so.1]",
    "thread",
    "process",
    "[kernel]",
    "</script>",
    "line\nbreak",
    "tab\there",
    "\xef\xbf\xbd",
    "root: P x",
    FP_PPROF_MARK,
    "std::vector<int, A&>",
};
#define ODD (sizeof odd_names / sizeof odd_names[0])

static void random_tree(struct fp_tree *tree, unsigned seed)
{
    uint32_t nodes[300] = { 0 };
    struct fp_builder b;
    bool shaped;

    srand(seed);
    shaped = rand() % 2;
    start(&b, odd_names[(size_t)rand() % ODD], (enum fp_frame_kind)(rand() % FP_KIND_COUNT));
    for (size_t i = 1; i < 300; i++) {
        uint32_t parent = nodes[rand() % 3 ? i - 1 : (size_t)rand() % i];
        struct fp_slice name = fp_slice_of(odd_names[(size_t)rand() % ODD]);
        enum fp_frame_kind kind = (enum fp_frame_kind)(rand() % FP_KIND_COUNT);

        if (shaped || kind == FP_KIND_OBJECT) /* objects are made by freezing */
            kind = fp_frame_kind_of_name(name);
        nodes[i] = child(&b, parent, name, kind);
        if (rand() % 3 == 0)
            assert_int_equal(fp_builder_add(&b, nodes[i], rand() % 5 ? rand() : 0, NULL), 0);
    }
    if (rand() % 2)
        assert_int_equal(fp_builder_add(&b, 0, 77, NULL), 0);
    freeze(tree, &b);
}

static void random_trees(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++) {
        struct fp_tree tree;

        random_tree(&tree, seed);
        assert_survives_the_trip(&tree);
        fp_tree_release(&tree);
    }
}

static void recorded_replies(void **state)
{
    static const char *const patterns[] = { FP_TEST_DATA "/cases/*/reply.*", "%s/golden/cases/*/reply.*" };
    const char *shared = getenv("FP_SHARED");
    size_t trees = 0;

    (void)state;
    for (size_t p = 0; p < 2; p++) {
        char pattern[1024];
        glob_t found;

        if (p == 1 && (!shared || !*shared))
            break;
        snprintf(pattern, sizeof pattern, p ? "%s/golden/cases/*/reply.*" : "%s", p ? shared : patterns[0]);
        assert_int_equal(glob(pattern, 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct fp_error err = FP_ERROR_INIT;
            struct fp_reply reply;
            struct fp_tree tree;

            if (fp_codec_read(opened(found.gl_pathv[i]), fp_slice_of("root"),
                              FP_LIMIT_RESPONSE_DEFAULT, &reply, &err) < 0)
                continue; /* recorded errors */
            if (reply.builder.count) {
                assert_int_equal(
                    fp_tree_freeze(&tree, &reply.builder, strstr(found.gl_pathv[i], "mem-") != NULL, &err),
                    0);
                assert_survives_the_trip(&tree);
                fp_tree_release(&tree);
                trees++;
            }
            fp_reply_release(&reply);
        }
        globfree(&found);
    }
    assert_true(trees >= 10);
}

static void memory_profiles_keep_their_objects(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_tree tree;
    uint32_t a;

    (void)state;
    start(&b, "ledger", FP_KIND_PROCESS);
    a = frame(&b, frame(&b, 0, "[t] main"), "book");
    assert_int_equal(fp_builder_add(&b, frame(&b, a, "byte[]"), 4096, NULL), 0);
    assert_int_equal(fp_builder_add(&b, frame(&b, frame(&b, a, "book"), "Entry"), 100, NULL), 0);
    assert_int_equal(fp_tree_freeze(&tree, &b, true, &err), 0);
    assert_survives_the_trip(&tree);
    fp_tree_release(&tree);
}

static void lonely_roots(void **state)
{
    (void)state;
    for (int value = 0; value < 2; value++) {
        struct fp_builder b;
        struct fp_tree tree;

        start(&b, "redis-server", FP_KIND_PROCESS);
        assert_int_equal(fp_builder_add(&b, 0, value, NULL), 0);
        freeze(&tree, &b);
        assert_survives_the_trip(&tree);
        fp_tree_release(&tree);
    }
}

static void the_largest_values(void **state)
{
    struct fp_builder b;
    struct fp_tree tree;

    (void)state;
    start(&b, "big", FP_KIND_PROCESS);
    assert_int_equal(fp_builder_add(&b, frame(&b, 0, "a"), INT64_MAX - 1, NULL), 0);
    assert_int_equal(fp_builder_add(&b, frame(&b, 0, "b"), 1, NULL), 0);
    freeze(&tree, &b);
    assert_survives_the_trip(&tree);
    fp_tree_release(&tree);
}

static void a_stack_of_a_hundred_thousand(void **state)
{
    struct fp_builder b;
    struct fp_tree tree;
    uint32_t node = 0;

    (void)state;
    start(&b, "deep", FP_KIND_PROCESS);
    for (int i = 0; i < 100000; i++)
        node = frame(&b, node, i % 3 ? "parse" : "visit");
    assert_int_equal(fp_builder_add(&b, node, 10101, NULL), 0);
    freeze(&tree, &b);
    assert_survives_the_trip(&tree);
    fp_tree_release(&tree);
}

/* Each of the 100,000 frames is a sample with all frames above it: 5 billion ids. */
static void stacks_beyond_the_limit(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_tree tree;
    uint32_t node = 0;

    (void)state;
    start(&b, "deep", FP_KIND_PROCESS);
    for (int i = 0; i < 100000; i++) {
        node = frame(&b, node, "parse");
        assert_int_equal(fp_builder_add(&b, node, 1, NULL), 0);
    }
    freeze(&tree, &b);
    assert_int_equal(fp_pprof_write_gz(&tree, &on_cpu, path_of("long.pb.gz"), &err), FP_ELIMIT);
    assert_non_null(strstr(err.message, "limit of 536870912 bytes"));
    assert_false(fp_file_exists(path_of("long.pb.gz")));
    fp_tree_release(&tree);
}

static void same_tree_same_bytes(void **state)
{
    static const char *const stacks[][3] = { { "[t] a", "x", "y" },
                                             { "[t] b", "y", "x" },
                                             { "z", "x", "[k] k" } };
    struct fp_str bytes[2];

    (void)state;
    for (int order = 0; order < 2; order++) {
        struct fp_builder b;
        struct fp_tree tree;

        start(&b, "s", FP_KIND_PROCESS);
        for (int i = 0; i < 3; i++) {
            const char *const *stack = stacks[order ? 2 - i : i];
            uint32_t node = frame(&b, frame(&b, frame(&b, 0, stack[0]), stack[1]), stack[2]);

            assert_int_equal(fp_builder_add(&b, node, 5, NULL), 0);
        }
        freeze(&tree, &b);
        write_tree(&tree, &on_cpu, "same.pb.gz");
        fp_tree_release(&tree);
        fp_str_init(&bytes[order], FP_LIMIT_TEXT);
        assert_int_equal(fp_file_read(path_of("same.pb.gz"), &bytes[order], NULL), 0);
    }
    assert_int_equal(bytes[0].len, bytes[1].len);
    assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].len);
    assert_memory_equal(bytes[0].data + 4, "\0\0\0\0", 4); /* gzip's time stamp */
    fp_str_release(&bytes[0]);
    fp_str_release(&bytes[1]);
}

static void what_it_says_about_itself(void **state)
{
    static const char *const notes[] = { "threads folded: 3", "event: not one",
                                         "partial: 09:00 to 10:00 failed" };
    const struct fp_pprof_meta meta = { .event = "alloc_objects",
                                        .unit = FP_UNIT_OBJECTS,
                                        .start = 100,
                                        .end = 4000,
                                        .sample = 512,
                                        .filter = "pod_ns='a' AND pod='b'",
                                        .generator = "flamepress 0.1.0",
                                        .notes = notes,
                                        .note_count = 3 };
    static const struct fp_pprof_meta bare = { .unit = FP_UNIT_UNITS,
                                               .start = INT64_MAX / 2,
                                               .end = INT64_MAX };
    struct fp_pprof_meta back;
    struct fp_tree tree, again;

    (void)state;
    random_tree(&tree, 5);
    there_and_back(&tree, &meta, &again, &back);
    assert_string_equal(back.event, "alloc_objects");
    assert_int_equal(back.unit, FP_UNIT_OBJECTS);
    assert_int_equal(back.start, 100);
    assert_int_equal(back.end, 4000);
    assert_int_equal(back.sample, 512);
    assert_string_equal(back.filter, meta.filter);
    assert_string_equal(back.generator, meta.generator);
    assert_int_equal(back.note_count, 3);
    assert_int_equal(back.more_notes, 0);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(back.notes[i], notes[i]);
    fp_pprof_meta_release(&back);
    fp_tree_release(&again);
    there_and_back(&tree, &on_cpu, &again, &back); /* "cpu" for pprof, but not for us */
    assert_string_equal(back.event, "on-cpu");
    assert_int_equal(back.unit, FP_UNIT_MICROSECONDS);
    assert_int_equal(back.end - back.start, 86400);
    fp_pprof_meta_release(&back);
    fp_tree_release(&again);
    there_and_back(&tree, &bare, &again, &back);
    assert_string_equal(back.event, "");
    assert_int_equal(back.unit, FP_UNIT_UNITS);
    assert_int_equal(back.start, 0); /* no such time in 64 bits of nanoseconds */
    assert_int_equal(back.end, 0);
    assert_null(back.filter);
    fp_pprof_meta_release(&back);
    fp_tree_release(&again);
    fp_tree_release(&tree);
}

static void a_directory_that_is_not_there(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_tree tree;

    (void)state;
    random_tree(&tree, 1);
    assert_int_equal(fp_pprof_write_gz(&tree, &on_cpu, "/nonexistent/profile.pb.gz", &err), FP_EIO);
    assert_non_null(strstr(err.message, "/nonexistent/profile.pb.gz"));
    fp_tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_trees),
        cmocka_unit_test(recorded_replies),
        cmocka_unit_test(memory_profiles_keep_their_objects),
        cmocka_unit_test(lonely_roots),
        cmocka_unit_test(the_largest_values),
        cmocka_unit_test(a_stack_of_a_hundred_thousand),
        cmocka_unit_test(stacks_beyond_the_limit),
        cmocka_unit_test(same_tree_same_bytes),
        cmocka_unit_test(what_it_says_about_itself),
        cmocka_unit_test(a_directory_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, make_temp, remove_temp);
}
