/*
 * pprof profiles made by hand: every liberty that the format gives its writers.
 */
#include "pprof_by_hand.h"

static void packed_or_not(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        struct message m;

        begin(&m);
        put_sample(&m, packed, &plain);
        put_sample(&m, packed,
                   &(struct sample){ .locations = { 2, 1 }, .depth = 2, .values = { 7 }, .count = 1 });
        put_sample(&m, !packed, &plain);
        expect(&m, "main A0\n work A7\n  leaf A1000\n");
    }
}

static void samples_before_and_after_the_tables(void **state)
{
    struct message m;

    (void)state;
    open_message(&m);
    put_sample(&m, true, &plain);
    put_three(&m);
    put_sample(&m, true, &plain);
    put_strings(&m);
    put_type(&m, S_CPU, S_US);
    expect(&m, "main A0\n work A0\n  leaf A1000\n");
}

static void unknown_fields_are_skipped(void **state)
{
    struct message m, inner;

    (void)state;
    begin(&m);
    fp_pb_put_u64(&m.out, 99, 12345);
    fp_pb_put_bytes(&m.out, 536870911, "whatever", 8); /* the largest number there is */
    fp_out_write(&m.out,
                 "\x79"
                 "12345678",
                 9); /* field 15, eight bytes */
    fp_out_write(&m.out,
                 "\x7d"
                 "1234",
                 5); /* field 15, four bytes */
    open_message(&inner);
    put_numbers(&inner, FP_PPROF_SAMPLE_LOCATION, true, plain.locations, 3);
    fp_pb_put_bytes(&inner.out, 4, "breakdown", 9);
    put_numbers(&inner, FP_PPROF_SAMPLE_VALUE, true, plain.values, 1);
    nest(&m, FP_PPROF_SAMPLE, &inner);
    expect(&m, "main A0\n work A0\n  leaf A500\n");
}

static void a_thread_is_a_level(void **state)
{
    struct sample sample = plain;
    struct message m;

    (void)state;
    begin(&m);
    sample.key = S_THREAD;
    sample.str = S_T1;
    put_sample(&m, true, &sample);
    sample.str = S_EMPTY; /* no thread */
    put_sample(&m, true, &sample);
    sample.key = S_SAMPLES; /* some other label */
    sample.str = S_T1;
    put_sample(&m, true, &sample);
    put_sample(&m, true, &(struct sample){ .values = { 9 }, .count = 1, .key = S_THREAD, .str = S_T1 });
    expect(&m, "[t] t1 T9\n main A0\n  work A0\n   leaf A500\nmain A0\n work A0\n  leaf A1000\n");
}

static void several_sample_types(void **state)
{
    static const struct sample two = { .locations = { 2, 1 }, .depth = 2, .values = { 3, 3000 }, .count = 2 };
    static const struct sample none = { .locations = { 3, 1 }, .depth = 2, .values = { 3, 0 }, .count = 2 };

    (void)state;
    for (int by_default = 0; by_default < 2; by_default++) {
        struct message m;

        open_message(&m);
        put_type(&m, S_SAMPLES, S_COUNT);
        put_type(&m, S_CPU, S_US);
        if (by_default)
            fp_pb_put_u64(&m.out, FP_PPROF_DEFAULT_SAMPLE_TYPE, S_SAMPLES);
        put_strings(&m);
        put_three(&m);
        put_sample(&m, true, &two);
        put_sample(&m, true, &none);
        if (by_default)
            expect_with(&m, "main A0\n leaf A3\n work A3\n", "samples", FP_UNIT_SAMPLES, 0, 0, 0);
        else
            expect(&m, "main A0\n work A3000\n"); /* the last; "leaf" is there for the other type only */
    }
}

static void inlined_calls_unfold(void **state)
{
    struct message m;

    (void)state;
    begin(&m);
    put_location(&m, 0xffffffffff600000, 0, 1, (const uint64_t[]){ 3, 2, 0 }); /* leaf inlined into work */
    put_sample(
        &m, true,
        &(struct sample){ .locations = { 0xffffffffff600000, 1 }, .depth = 2, .values = { 5 }, .count = 1 });
    expect(&m, "main A0\n work A0\n  leaf A5\n");
}

static void frames_without_a_function(void **state)
{
    struct message m;

    (void)state;
    begin(&m);
    put_mapping(&m, 7, S_LIB);
    put_mapping(&m, 9, S_KERNEL);
    put_function(&m, 10, S_EMPTY, S_WORK);
    put_function(&m, 11, S_EMPTY, S_EMPTY);
    put_location(&m, 20, 7, 0xabc, NULL);
    put_location(&m, 21, 0, 0xabc, NULL);
    put_location(&m, 22, 9, 0xffff, NULL);
    put_location(&m, 23, 9, 1, (const uint64_t[]){ 3, 0 });
    put_location(&m, 24, 0, 1, (const uint64_t[]){ 10, 0 });
    put_location(&m, 25, 7, 2, (const uint64_t[]){ 11, 0 });
    put_location(&m, 26, 555, 1, (const uint64_t[]){ 1, 0 }); /* a mapping that is not there */
    for (uint64_t id = 20; id <= 26; id++)
        put_sample(&m, true,
                   &(struct sample){ .locations = { id }, .depth = 1, .values = { id }, .count = 1 });
    expect(&m, "[/lib/libz.so.1] ?45\n[unknown] 0x0000000000000abc ?21\n[unknown] 0x000000000000ffff ?22\n"
               "leaf K23\nmain A26\nwork A24\n");
}

static void ids_of_any_kind(void **state)
{
    struct message m;
    char want[4096], *at = want;

    (void)state;
    open_message(&m);
    put_type(&m, S_CPU, S_US);
    put_strings(&m);
    for (uint64_t i = 0; i < 100; i++) {
        uint64_t id = (i * UINT64_C(0x9e3779b97f4a7c15)) | 1;
        char name[16];

        snprintf(name, sizeof name, "f%02d", (int)i);
        put_string(&m, name);
        put_function(&m, id, S_NEXT + i, 0);
        put_location(&m, i == 50 ? 3 : ~id, 0, 0,
                     (const uint64_t[]){ id, 0 }); /* 3: later the position of another one */
        put_sample(&m, true,
                   &(struct sample){
                       .locations = { i == 50 ? 3 : ~id }, .depth = 1, .values = { i + 1 }, .count = 1 });
        at += sprintf(at, "%s A%d\n", name, (int)i + 1);
    }
    expect(&m, want);
}

static void times_and_units(void **state)
{
    static const struct {
        const char *unit;
        enum fp_unit ours;
        int64_t factor;
    } units[] = {
        { "nanoseconds", FP_UNIT_NANOSECONDS, 1 },
        { "milliseconds", FP_UNIT_MICROSECONDS, 1000 },
        { "seconds", FP_UNIT_MICROSECONDS, 1000000 },
        { "bytes", FP_UNIT_BYTES, 1 },
        { "widgets", FP_UNIT_UNITS, 1 },
        { "count", FP_UNIT_SAMPLES, 1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct message m, period;
        char want[128];

        open_message(&m);
        put_type(&m, S_CPU, S_NEXT);
        put_strings(&m);
        put_string(&m, units[i].unit);
        put_three(&m);
        put_sample(&m, true, &plain);
        fp_pb_put_u64(&m.out, FP_PPROF_TIME_NANOS, 1700000000999999999u);
        fp_pb_put_u64(&m.out, FP_PPROF_DURATION_NANOS, 2);
        open_message(&period);
        fp_pb_put_u64(&period.out, FP_PPROF_VALUE_TYPE, S_CPU);
        fp_pb_put_u64(&period.out, FP_PPROF_VALUE_UNIT, S_NEXT);
        nest(&m, FP_PPROF_PERIOD_TYPE, &period);
        fp_pb_put_u64(&m.out, FP_PPROF_PERIOD, 10);
        snprintf(want, sizeof want, "main A0\n work A0\n  leaf A%lld\n", (long long)(500 * units[i].factor));
        expect_with(&m, want, "cpu", units[i].ours, 1700000000, 1700000002, 10 * units[i].factor);
    }
}

static void names_are_mended(void **state)
{
    struct message m;
    struct fp_pprof_meta meta;
    struct fp_error err;
    struct fp_tree tree;

    (void)state;
    begin(&m);
    put_string(&m, "caf\xe9;\xff");
    put_function(&m, 4, S_NEXT, 0);
    put_location(&m, 4, 0, 0, (const uint64_t[]){ 4, 0 });
    put_sample(&m, true, &(struct sample){ .locations = { 4, 4 }, .depth = 2, .values = { 1 }, .count = 1 });
    assert_int_equal(parse(&m, &tree, &meta, &err), 0);
    assert_true(fp_slice_is(fp_tree_name(&tree, 2), "caf\xef\xbf\xbd;\xef\xbf\xbd"));
    assert_int_equal(meta.mended_names, 1);
    fp_tree_release(&tree);
    fp_pprof_meta_release(&meta);
}

static void other_peoples_comments(void **state)
{
    struct message m;
    struct fp_pprof_meta meta;
    struct fp_error err;
    struct fp_tree tree;

    (void)state;
    begin(&m);
    put_string(&m, "root: P evil");
    put_string(&m, "two\nlines \xff");
    put_numbers(&m, FP_PPROF_COMMENT, true, (const uint64_t[]){ S_NEXT, S_NEXT + 1 }, 2);
    assert_int_equal(parse(&m, &tree, &meta, &err), 0);
    assert_int_equal(tree.count, 1);
    assert_true(fp_slice_is(fp_tree_name(&tree, 0), "root")); /* what they say is not about our tree */
    assert_int_equal(meta.note_count, 2);
    assert_string_equal(meta.notes[0], "root: P evil");
    assert_string_equal(meta.notes[1], "two?lines \xef\xbf\xbd");
    assert_null(meta.filter);
    fp_tree_release(&tree);
    fp_pprof_meta_release(&meta);
    begin(&m);
    for (unsigned i = 0; i < FP_PPROF_NOTES + 5; i++)
        fp_pb_put_u64(&m.out, FP_PPROF_COMMENT, S_MAIN);
    assert_int_equal(parse(&m, &tree, &meta, &err), 0);
    assert_int_equal(meta.note_count, FP_PPROF_NOTES);
    assert_int_equal(meta.more_notes, 5);
    fp_tree_release(&tree);
    fp_pprof_meta_release(&meta);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_or_not),
        cmocka_unit_test(samples_before_and_after_the_tables),
        cmocka_unit_test(unknown_fields_are_skipped),
        cmocka_unit_test(a_thread_is_a_level),
        cmocka_unit_test(several_sample_types),
        cmocka_unit_test(inlined_calls_unfold),
        cmocka_unit_test(frames_without_a_function),
        cmocka_unit_test(ids_of_any_kind),
        cmocka_unit_test(times_and_units),
        cmocka_unit_test(names_are_mended),
        cmocka_unit_test(other_peoples_comments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
