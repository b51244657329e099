/*
 * pprof profiles that are wrong: made so by hand, cut short anywhere, changed at random, or no profiles at
 * all.
 */
#include "pprof_by_hand.h"

static void refused_samples(void **state)
{
    static const struct {
        struct sample sample;
        enum fp_status code;
        const char *words;
    } bad[] = {
        { { .locations = { 4 }, .depth = 1, .values = { 1 }, .count = 1 },
          FP_EDATA,
          "location 4 is not in the file" },
        { { .locations = { 0 }, .depth = 1, .values = { 1 }, .count = 1 },
          FP_EDATA,
          "location 0 is not in the file" },
        { { .locations = { 1 }, .depth = 1 }, FP_EDATA, "a sample with 0 values, and 1 sample type" },
        { { .locations = { 1 }, .depth = 1, .values = { 1, 1 }, .count = 2 },
          FP_EDATA,
          "a sample with 2 values" },
        { { .locations = { 1 }, .depth = 1, .values = { UINT64_MAX }, .count = 1 },
          FP_EDATA,
          "give the two profiles" },
        { { .locations = { 1 }, .depth = 1, .values = { 1 }, .count = 1, .key = S_THREAD, .str = 99 },
          FP_EDATA,
          "string 99 is wanted, but there are 12" },
        { { .locations = { 1 }, .depth = 1, .values = { 1 }, .count = 1, .key = 99 }, FP_EDATA, "string 99" },
        { { .locations = { 1 }, .depth = 1, .values = { INT64_MAX }, .count = 1 },
          FP_EDATA,
          "add up to more than" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct message m;

        begin(&m);
        put_sample(&m, true, &plain);
        put_sample(&m, true, &bad[i].sample);
        refuse(&m, bad[i].code, bad[i].words);
    }
}

static void refused_tables(void **state)
{
    struct message m;

    (void)state;
    begin(&m);
    put_location(&m, 2, 0, 0, NULL);
    refuse(&m, FP_EDATA, "two locations are one: id 2 comes twice");
    begin(&m);
    put_function(&m, 3, 1, 0);
    refuse(&m, FP_EDATA, "two functions are one");
    begin(&m);
    put_mapping(&m, 5, 1);
    put_mapping(&m, 5, 1);
    refuse(&m, FP_EDATA, "two mappings are one");
    begin(&m);
    put_function(&m, 0, 1, 0);
    refuse(&m, FP_EDATA, "a function without an id");
    begin(&m);
    put_location(&m, 4, 0, 0, (const uint64_t[]){ 44, 0 });
    refuse(&m, FP_EDATA, "function 44 is not in the file");
    begin(&m);
    put_function(&m, 4, 99, 0);
    put_location(&m, 4, 0, 0, (const uint64_t[]){ 4, 0 });
    refuse(&m, FP_EDATA, "string 99");
    begin(&m);
    put_mapping(&m, 4, UINT64_MAX);
    refuse(&m, FP_EDATA, "string 18446744073709551615");
    begin(&m);
    fp_pb_put_u64(&m.out, FP_PPROF_COMMENT, 99);
    refuse(&m, FP_EDATA, "string 99");
    begin(&m);
    fp_pb_put_u64(&m.out, FP_PPROF_DEFAULT_SAMPLE_TYPE, 98);
    refuse(&m, FP_EDATA, "string 98");
    open_message(&m);
    put_string(&m, "first");
    refuse(&m, FP_EDATA, "the first string is not empty");
    open_message(&m);
    refuse(&m, FP_ESYNTAX, "without a table of strings");
    open_message(&m);
    put_strings(&m);
    put_three(&m);
    put_sample(&m, true, &plain);
    refuse(&m, FP_EDATA, "no sample type");
    open_message(&m); /* seconds that do not fit in microseconds */
    put_type(&m, S_CPU, S_NEXT);
    put_strings(&m);
    put_string(&m, "seconds");
    put_sample(&m, true, &(struct sample){ .values = { INT64_MAX / 1000 }, .count = 1 });
    refuse(&m, FP_EDATA, "does not fit 64 bits");
}

static void refused_wire(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum fp_status code;
        const char *words;
    } bad[] = {
        { "\x0b", 1, FP_ESYNTAX, "wire type 3" },
        { "\x0c", 1, FP_ESYNTAX, "wire type 4" },
        { "\x0e", 1, FP_ESYNTAX, "wire type 6" },
        { "\x02\x00", 2, FP_ESYNTAX, "0 is no field number" },
        { "\x80\x80\x80\x80\x10\x00", 6, FP_ESYNTAX, "is no field number" },
        { "\x80", 1, FP_ETRUNCATED, "ends in the middle" },
        { "\x0a\x05"
          "a",
          3, FP_ETRUNCATED, "ends in the middle" },
        { "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, FP_ETRUNCATED, "ends in the middle" },
        { "\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, FP_ESYNTAX, "more than 64 bits" },
        { "\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, FP_ESYNTAX, "more than 64 bits" },
        { "\x0a\x02\x08\x80", 4, FP_ESYNTAX, "longer than the message around it" },
        { "\x0a\x02\x0a\x00", 4, FP_ESYNTAX, "field 1 has wire type 2, not 0" },
        { "\x08\x02", 2, FP_ESYNTAX, "field 1 has wire type 0, not 2" },
        { "\x10\x02", 2, FP_ESYNTAX, "field 2 has wire type 0, not 2" },
        { "\x69"
          "12345678",
          9, FP_ESYNTAX, "field 13 has wire type 1, not 0" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct message m;

        open_message(&m);
        put_strings(&m);
        fp_out_write(&m.out, bad[i].bytes, bad[i].n);
        refuse(&m, bad[i].code, bad[i].words);
    }
}

/* A few bytes that ask for much: each sample unfolds to 1,000 frames, each below a root frame of its own. */
static void work_stays_in_proportion(void **state)
{
    struct message m;
    uint64_t many[1001];

    (void)state;
    begin(&m);
    for (size_t i = 0; i < 1000; i++)
        many[i] = 1 + i % 3;
    many[1000] = 0;
    put_location(&m, 4, 0, 0, many);
    for (uint64_t id = 5; id < 1000; id++) {
        put_location(&m, id, 0, id, NULL);
        put_sample(&m, true,
                   &(struct sample){ .locations = { 4, id }, .depth = 2, .values = { 1 }, .count = 1 });
    }
    refuse(&m, FP_ELIMIT, "more than 4 frames for each byte");
}

static void a_stack_beyond_the_limit(void **state)
{
    struct message m, inner;

    (void)state;
    begin(&m);
    open_message(&inner);
    for (unsigned i = 0; i < FP_LIMIT_DEPTH + 1; i++)
        fp_pb_put_varint(&inner.out, 1);
    {
        struct message sample;

        open_message(&sample);
        nest(&sample, FP_PPROF_SAMPLE_LOCATION, &inner);
        put_numbers(&sample, FP_PPROF_SAMPLE_VALUE, true, plain.values, 1);
        nest(&m, FP_PPROF_SAMPLE, &sample);
    }
    refuse(&m, FP_ELIMIT, "more than 1000000 frames in one stack");
}

/* One node, whose name is cut, and counted as mended. */
static void expect_cut(struct message *m, const char *start)
{
    struct fp_pprof_meta meta;
    struct fp_slice name;
    struct fp_error err;
    struct fp_tree tree;

    if (parse(m, &tree, &meta, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(tree.count, 2);
    assert_int_equal(meta.mended_names, 1);
    name = fp_tree_name(&tree, 1);
    assert_int_equal(name.len, FP_LIMIT_NAME);
    assert_memory_equal(name.data, start, strlen(start));
    assert_memory_equal(name.data + name.len - 26, "\u2026sha256:", 10);
    fp_tree_release(&tree);
    fp_pprof_meta_release(&meta);
}

static void a_name_beyond_the_limit(void **state)
{
    struct message m;
    char *name = malloc(FP_LIMIT_NAME + 1);

    (void)state;
    memset(name, 'x', FP_LIMIT_NAME + 1);
    begin(&m);
    fp_pb_put_bytes(&m.out, FP_PPROF_STRING_TABLE, name, FP_LIMIT_NAME + 1);
    put_function(&m, 4, S_NEXT, 0);
    put_location(&m, 4, 0, 0, (const uint64_t[]){ 4, 0 });
    put_sample(&m, true, &(struct sample){ .locations = { 4 }, .depth = 1, .values = { 1 }, .count = 1 });
    expect_cut(&m, "x");
    begin(&m); /* with its prefix */
    fp_pb_put_bytes(&m.out, FP_PPROF_STRING_TABLE, name, FP_LIMIT_NAME);
    put_sample(&m, true, &(struct sample){ .values = { 1 }, .count = 1, .key = S_THREAD, .str = S_NEXT });
    expect_cut(&m, "[t] x");
    begin(&m); /* many functions of one name: not hashed for each of them */
    fp_pb_put_bytes(&m.out, FP_PPROF_STRING_TABLE, name, FP_LIMIT_NAME + 1);
    for (uint64_t id = 4; id < 1000; id++) {
        put_function(&m, id, S_NEXT, 0);
        put_location(&m, id, 0, 0, (const uint64_t[]){ id, 0 });
    }
    refuse(&m, FP_ELIMIT, "over and over");
    free(name);
}

/* ---- cut and changed ---- */

#ifndef ROUNDS
#define ROUNDS 5000
#endif

/* A small profile of ours with a little of everything. */
static struct fp_str small_profile(void)
{
    static const char *const notes[] = { "a note" };
    struct fp_pprof_meta meta = { .event = "on-cpu",
                                  .start = 1795132800,
                                  .end = 1795136400,
                                  .sample = 10101,
                                  .notes = notes,
                                  .note_count = 1 };
    char path[] = "/tmp/fp-pprof-XXXXXX";
    int fd = mkstemp(path);
    struct fp_builder b;
    struct fp_tree tree;
    struct fp_str bytes;
    uint32_t thread;

    close(fd);
    start(&b, "svc", FP_KIND_PROCESS);
    thread = frame(&b, 0, "[t] main");
    fp_builder_add(&b, frame(&b, frame(&b, thread, "main"), "[k] read"), 20202, NULL);
    fp_builder_add(&b, frame(&b, thread, "[l] free"), 10101, NULL);
    fp_builder_add(&b, frame(&b, 0, "注文"), 10101, NULL);
    freeze(&tree, &b);
    assert_int_equal(fp_pprof_write_gz(&tree, &meta, path, NULL), 0);
    bytes = unwrapped(path);
    fp_tree_release(&tree);
    unlink(path);
    return bytes;
}

static void every_truncation_is_seen(void **state)
{
    struct fp_str bytes = small_profile();

    (void)state;
    assert_true(survives(bytes.data, bytes.len));
    for (size_t n = 0; n < bytes.len; n++)
        if (survives(bytes.data, n))
            fail_msg("%zu of %zu bytes were taken for a profile", n, bytes.len);
    fp_str_release(&bytes);
}

static void fuzz(const struct fp_str *bytes, unsigned rounds, unsigned seed)
{
    unsigned char *changed = malloc(bytes->len + 16);
    unsigned taken = 0;

    srand(seed);
    for (unsigned round = 0; round < rounds; round++) {
        size_t n = bytes->len;

        memcpy(changed, bytes->data, n);
        for (int k = rand() % 8; k >= 0; k--) {
            size_t at = (size_t)rand() % n, other = (size_t)rand() % n;
            size_t most = n - (at > other ? at : other), len = most > 32 ? 32 : most;

            switch (rand() % 5) {
            case 0: changed[at] = (unsigned char)rand(); break;
            case 1: changed[at] ^= (unsigned char)(1 << rand() % 8); break;
            case 2: memmove(changed + at, changed + other, len); break;
            case 3: changed[at] = (unsigned char)(rand() % 2 ? 0xff : 0x80); break;
            default: n -= n > 64 ? (size_t)rand() % 16 : 0; break;
            }
        }
        taken += survives(changed, n);
        (void)fp_pprof_looks(changed, n);
    }
    assert_true(taken > 0 && taken < rounds);
    free(changed);
}

static void random_changes(void **state)
{
    static const char *const made[] = { FP_TEST_DATA "/pprof/go-cpu.pb.gz",
                                        FP_TEST_DATA "/pprof/go-heap.pb.gz" };
    struct fp_str bytes = small_profile();

    (void)state;
    fuzz(&bytes, ROUNDS, 1);
    fp_str_release(&bytes);
    for (size_t i = 0; i < 2; i++) {
        bytes = unwrapped(made[i]);
        fuzz(&bytes, ROUNDS / 10, 2 + (unsigned)i);
        fp_str_release(&bytes);
    }
}

/* ---- telling it from text ---- */

static void what_looks_like_it(void **state)
{
    static const char *const texts[] = {
        "main;foo 1\n",
        "\nmain;foo 1\n",
        "\n\n\n",
        "{\"OPT_STATUS\": \"SUCCESS\"}",
        "",
        "2foo;bar 12\n",
        "b 1\n",
        "\n\n# x\n",
        "\n\x04ma\x01n 1\n",
        "2foo;b\x01r 1\n",
        "\x01\x02\x03",
        "JFR\x00",
        "\x1f\x8b\x08",
    };
    struct fp_str bytes = small_profile();
    struct message m;
    char *text = malloc(4096);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (fp_pprof_looks(texts[i], strlen(texts[i])))
            fail_msg("text %zu was taken for pprof", i);
    assert_false(fp_pprof_looks("JFR\0\0\2", 6));
    /* it walks as two strings, but it is text */
    assert_false(fp_pprof_looks("2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 68));
    assert_true(fp_pprof_looks("\x32\0\x32 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 36));
    /* a sample type, but for what is in it */
    assert_false(fp_pprof_looks("\x0a\x02"
                                "ab\x32\0",
                                6));
    assert_true(fp_pprof_looks("\x0a\x02\x08\x01\x32\0", 6));
    for (int first = 1; first < 128; first++) { /* 4 KiB of folded text with a control character in a name */
        memset(text, 'a', 4096);
        text[0] = (char)first;
        text[1000] = '\x01';
        assert_false(fp_pprof_looks(text, 4096));
    }
    for (size_t n = 8; n <= bytes.len; n++)
        assert_true(fp_pprof_looks(bytes.data, n));
    fp_str_release(&bytes);
    open_message(&m); /* tables first, none of it whole within what is looked at */
    put_string(&m, "");
    memset(text, 'x', 4096);
    fp_pb_put_bytes(&m.out, FP_PPROF_STRING_TABLE, text, 4096);
    fp_pb_put_bytes(&m.out, FP_PPROF_STRING_TABLE, text, 4096);
    assert_int_equal(fp_out_finish(&m.out, NULL), 0);
    assert_true(fp_pprof_looks(m.bytes.data, 4096));
    fp_str_release(&m.bytes);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_samples),
        cmocka_unit_test(refused_tables),
        cmocka_unit_test(refused_wire),
        cmocka_unit_test(work_stays_in_proportion),
        cmocka_unit_test(a_stack_beyond_the_limit),
        cmocka_unit_test(a_name_beyond_the_limit),
        cmocka_unit_test(every_truncation_is_seen),
        cmocka_unit_test(random_changes),
        cmocka_unit_test(what_looks_like_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
