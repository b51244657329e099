/* codec/folded and codec/gunzip: lines however they arrive, what the format cannot hold, streams that end or never do. */
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "profile_fixture.h"
#include "opened.h"

static int read_text(const char *text, size_t n, size_t chunk, struct fp_builder *b, uint64_t *mended, struct fp_error *err)
{
    struct chopped source = chop(text, n, chunk);

    fp_builder_init(b);
    assert_int_equal(fp_builder_root(b, fp_slice_of("app"), FP_KIND_PROCESS, err), 0);
    return fp_folded_read(&source.in, b, mended, err);
}

static void lines(void **state)
{
    static const char text[] = "# a comment\n\na;b c;d 3\r\n  \t\na;;b c 4\n;a 5\nx 1\n 7\na\xFF;[k] y\t2\nlast;a;b 9";
    size_t chunks[] = { 0, 1, 2, 5 };

    (void)state;
    for (size_t c = 0; c < 4; c++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_builder b;
        struct fp_tree t;
        uint64_t mended = 99;

        assert_int_equal(read_text(text, sizeof text - 1, chunks[c], &b, &mended, &err), 0);
        assert_int_equal(mended, 1);
        assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
        assert_tree_invariants(&t);
        assert_int_equal(t.total[0], 31);
        assert_int_equal(t.self[0], 7);
        assert_int_equal(t.self[find_node(&t, "a/b c/d")], 3);
        assert_int_equal(t.self[find_node(&t, "a//b c")], 4);
        assert_int_equal(t.self[find_node(&t, "/a")], 5);
        assert_int_equal(t.self[find_node(&t, "a\uFFFD/[k] y")], 2);
        assert_int_equal(t.self[find_node(&t, "last/a/b")], 9);
        fp_tree_release(&t);
    }
}

static void lines_that_are_refused(void **state)
{
    static const struct {
        const char *line;
        int code;
    } rows[] = {
        { "a;b", FP_ESYNTAX }, { "a;b 1.5", FP_ESYNTAX }, { "a;b -1", FP_ESYNTAX }, { "a;b +1", FP_ESYNTAX }, { "a;b 0x1", FP_ESYNTAX },
        { "a;b 9223372036854775808", FP_EDATA }, { "a 9223372036854775807", FP_EDATA }, { "12", FP_ESYNTAX }, { "a 1\v", FP_ESYNTAX },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_builder b;
        struct fp_str text;
        uint64_t mended = 99;

        fp_str_init(&text, 1000);
        fp_str_printf(&text, "ok 1\n\n%s\nok 2\n", rows[i].line);
        assert_int_equal(read_text(text.data, text.len, 0, &b, &mended, &err), rows[i].code);
        assert_int_equal(err.line, 3);
        assert_int_equal(mended, 99);
        fp_builder_release(&b);
        fp_str_release(&text);
    }
}

/* A line of many megabytes in small pieces must not be searched from its start each time. */
static void one_very_long_line(void **state)
{
    size_t n = (size_t)24 << 20;
    char *text = malloc(n);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    uint64_t mended;

    (void)state;
    for (size_t i = 0; i < n; i++)
        text[i] = i % 60000 == 59999 ? ';' : 'x';
    assert_int_equal(read_text(text, n, 4096, &b, &mended, &err), FP_ESYNTAX);
    assert_int_equal(err.line, 1);
    fp_builder_release(&b);
    free(text);
}

static void a_name_beyond_the_limit(void **state)
{
    size_t n = FP_LIMIT_NAME;
    char *text = malloc(n + 4);

    (void)state;
    for (int how = 0; how < 3; how++) { /* just fits; one too long; too long once mended */
        struct fp_error err = FP_ERROR_INIT;
        size_t len = n + (how == 1);
        struct fp_builder b;
        uint64_t mended;

        memset(text, 'x', len);
        if (how == 2)
            text[5] = (char)0xFF;
        memcpy(text + len, " 1\n", 3);
        assert_int_equal(read_text(text, len + 3, 0, &b, &mended, &err), how ? FP_ELIMIT : FP_OK);
        if (how)
            assert_int_equal(err.line, 1);
        fp_builder_release(&b);
    }
    free(text);
}

/* The tree without nodes that have no value, and without the root's own: what the format can hold. */
static struct fp_tree without_zeros(const struct fp_tree *t)
{
    struct fp_error err = FP_ERROR_INIT;
    uint32_t *map = calloc(t->count, sizeof *map), name;
    struct fp_builder b;
    struct fp_tree result;

    build_folded("", &b);
    for (uint32_t i = 1; i < t->count; i++) {
        if (!t->total[i])
            continue;
        assert_int_equal(fp_names_intern(&b.names, fp_tree_name(t, i), fp_tree_kind(t, i), &name, &err), 0);
        assert_int_equal(fp_builder_child(&b, map[t->parent[i]], name, &map[i], &err), 0);
        assert_int_equal(fp_builder_add(&b, map[i], t->self[i], &err), 0);
    }
    assert_int_equal(fp_tree_freeze(&result, &b, false, &err), 0);
    free(map);
    return result;
}

/* What was written reads as the same tree, but for what the format cannot hold. */
static void written_and_read_again(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        char path[] = "/tmp/fp_folded_XXXXXX";
        struct fp_error err = FP_ERROR_INIT;
        struct fp_reply reply;
        struct fp_tree t, want, back;
        uint64_t changed = 99;

        random_tree(&t, seed, 200, 30, 10);
        close(mkstemp(path));
        assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), 0);
        assert_int_equal(changed, 0);
        assert_int_equal(fp_codec_read(opened(path), fp_slice_of("app"), 1 << 24, &reply, &err), 0);
        assert_int_equal(reply.form, FP_FORM_FOLDED);
        assert_int_equal(fp_tree_freeze(&back, &reply.builder, false, &err), 0);
        want = without_zeros(&t);
        assert_trees_equal(&want, &back);
        fp_tree_release(&want);
        fp_tree_release(&t);
        fp_tree_release(&back);
        unlink(path);
    }
}

static void names_the_format_cannot_hold(void **state)
{
    char path[] = "/tmp/fp_folded_XXXXXX", first[200], second[200];
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_str text;
    struct fp_tree t;
    uint64_t changed;
    uint32_t name, node;
    ssize_t n;
    int fd;

    (void)state;
    build_folded("plain 1\n", &b);
    assert_int_equal(fp_names_intern(&b.names, fp_slice_of("a;b\nc"), FP_KIND_APPLICATION, &name, &err), 0);
    assert_int_equal(fp_builder_child(&b, 0, name, &node, &err), 0);
    assert_int_equal(fp_builder_add(&b, node, 2, &err), 0);
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
    close(mkstemp(path));
    assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), 0);
    assert_int_equal(changed, 1);
    load_unzipped(path, &text);
    assert_string_equal(text.data, "a:b c 2\nplain 1\n");
    fp_str_release(&text);
    fd = open(path, O_RDONLY);
    n = read(fd, first, sizeof first);
    close(fd);
    sleep(1); /* another second, the same bytes */
    assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), 0);
    fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, second, sizeof second), n);
    assert_memory_equal(first, second, (size_t)n);
    close(fd);
    unlink(path);
    fp_tree_release(&t);
}

/* A single stack of 6 GB: refused at the limit, not after all of it was compressed; the file goes. */
static void a_stack_longer_than_the_limit(void **state)
{
    static char huge[FP_LIMIT_NAME];
    char path[] = "/tmp/fp_folded_XXXXXX";
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_tree t;
    uint64_t changed = 99;
    uint32_t name, node = 0;

    (void)state;
    build_folded("", &b);
    memset(huge, 'h', sizeof huge);
    assert_int_equal(fp_names_intern(&b.names, (struct fp_slice){ huge, sizeof huge }, FP_KIND_APPLICATION, &name, &err), 0);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(fp_builder_child(&b, node, name, &node, &err), 0);
    assert_int_equal(fp_builder_add(&b, node, 1, &err), 0);
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
    close(mkstemp(path));
    assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), FP_ELIMIT);
    assert_int_equal(changed, 99);
    assert_int_equal(access(path, F_OK), -1);
    fp_tree_release(&t);
}

static void writing_where_nothing_can_be_written(void **state)
{
    char dir[] = "/tmp/fp_folded_XXXXXX", path[64];
    struct fp_error err = FP_ERROR_INIT;
    struct fp_tree t;
    uint64_t changed;

    (void)state;
    assert_non_null(mkdtemp(dir));
    random_tree(&t, 1, 50, 10, 5);
    snprintf(path, sizeof path, "%s/no/such", dir);
    assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), FP_EIO);
    snprintf(path, sizeof path, "%s/full", dir);
    assert_int_equal(symlink("/dev/full", path), 0); /* a link: the clean-up removes what it was given */
    fp_error_clear(&err);
    assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), FP_EIO);
    assert_true(err.message[0]);
    assert_int_equal(access("/dev/full", F_OK), 0);
    unlink(path);
    rmdir(dir);
    fp_tree_release(&t);
}

static size_t zip(const void *bytes, size_t n, unsigned char *to, size_t cap)
{
    z_stream z = { 0 };

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)n;
    z.next_out = to;
    z.avail_out = (uInt)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return cap - z.avail_out;
}

/* Everything that comes out, in reads of `cap`; the status that ended it. */
static int unzip(const void *bytes, size_t n, size_t chunk, size_t cap, uint64_t limit, struct fp_str *to, struct fp_error *err)
{
    struct chopped source = chop(bytes, n, chunk);
    struct fp_in *in;
    char block[5000];
    ssize_t got;
    int rc = fp_gunzip_open(&source.in, limit, &in, err);

    fp_str_clear(to);
    if (rc < 0)
        return rc;
    while ((got = fp_in_read(in, block, cap, err)) > 0)
        fp_str_append(to, block, (size_t)got);
    fp_in_close(in);
    return (int)got;
}

static void gzip_streams(void **state)
{
    unsigned char packed[20000];
    char plain[9000];
    size_t n = 0, first, chunks[] = { 0, 1, 3, 4096 };
    struct fp_str out;

    (void)state;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (char)('a' + i * i % 17);
    fp_str_init(&out, 100000);
    n = first = zip(plain, 4000, packed, sizeof packed);
    n += zip("", 0, packed + n, sizeof packed - n); /* an empty member between two */
    n += zip(plain + 4000, 5000, packed + n, sizeof packed - n);
    for (size_t c = 0; c < 4; c++) {
        struct fp_error err = FP_ERROR_INIT;

        assert_int_equal(unzip(packed, n, chunks[c], 1 + c * 1000, 9000, &out, &err), 0);
        assert_int_equal(out.len, sizeof plain);
        assert_memory_equal(out.data, plain, sizeof plain);
        assert_int_equal(unzip(packed, n, chunks[c], 1 + c * 1000, 8999, &out, &err), FP_ELIMIT);
        assert_non_null(strstr(err.message, "8999"));
        for (size_t cut = 2; cut < n; cut++) {
            bool whole = cut == first || cut == first + 20; /* an empty member takes 20 bytes */

            fp_error_clear(&err);
            assert_int_equal(unzip(packed, cut, chunks[c], 5000, 9000, &out, &err), whole ? FP_OK : FP_ETRUNCATED);
        }
    }
    for (size_t at = 0; at < n; at++) { /* one bit: never the same bytes with an OK, but where gzip has no check */
        struct fp_error err = FP_ERROR_INIT;
        int rc;

        packed[at] ^= 0x10;
        rc = unzip(packed, n, 0, 5000, 9000, &out, &err);
        if (rc == FP_OK && at > 9 && at < first)
            fail_msg("a damaged byte %zu was not noticed", at);
        packed[at] ^= 0x10;
    }
    fp_str_release(&out);
}

static void plain_streams_pass_through(void **state)
{
    static const char *const texts[] = { "", "\x1f", "x", "\x1fx", "hello, world", "\x8b\x1f" };
    struct fp_str out;

    (void)state;
    fp_str_init(&out, 1000);
    for (size_t i = 0; i < 6; i++)
        for (size_t chunk = 0; chunk < 3; chunk++) {
            struct fp_error err = FP_ERROR_INIT;
            size_t n = strlen(texts[i]);

            assert_int_equal(unzip(texts[i], n, chunk, 1 + i, n, &out, &err), 0);
            assert_string_equal(out.data, texts[i]);
            if (n)
                assert_int_equal(unzip(texts[i], n, chunk, 1 + i, n - 1, &out, &err), FP_ELIMIT);
        }
    fp_str_release(&out);
}

/* 100 MB of zeros in 100 KB, stopped at a megabyte without having been unpacked. */
static void a_bomb(void **state)
{
    static unsigned char packed[300000];
    size_t n = (size_t)100 << 20;
    char *zeros = calloc(1, n);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str out;

    (void)state;
    n = zip(zeros, n, packed, sizeof packed);
    free(zeros);
    fp_str_init(&out, (size_t)2 << 20);
    assert_int_equal(unzip(packed, n, 0, 5000, 1 << 20, &out, &err), FP_ELIMIT);
    assert_true(out.len <= 1 << 20);
    fp_str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(lines_that_are_refused),
        cmocka_unit_test(one_very_long_line),
        cmocka_unit_test(a_name_beyond_the_limit),
        cmocka_unit_test(written_and_read_again),
        cmocka_unit_test(names_the_format_cannot_hold),
        cmocka_unit_test(a_stack_longer_than_the_limit),
        cmocka_unit_test(writing_where_nothing_can_be_written),
        cmocka_unit_test(gzip_streams),
        cmocka_unit_test(plain_streams_pass_through),
        cmocka_unit_test(a_bomb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
