/* codec/folded and codec/gunzip: lines however they arrive, what the format cannot hold, streams that end
 * or never do. */
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/utf8.h"
#include "profile_fixture.h"
#include "opened.h"

static int read_text(const char *text, size_t n, size_t chunk, struct fp_builder *b, struct fp_folded_notes *notes,
                     struct fp_error *err)
{
    struct chopped source = chop(text, n, chunk);

    fp_builder_init(b);
    assert_int_equal(fp_builder_root(b, fp_slice_of("app"), FP_KIND_PROCESS, err), 0);
    return fp_folded_read(&source.in, b, notes, err);
}

static void lines(void **state)
{
    static const char text[] = "\xEF\xBB\xBF# a comment\n#\n\na;b c;d 3\r\n  \t\na;;b c 4\n;a 5\nx 1\n 7\na\xFF;[k] y\t2\n#a;b 8\n# took 6\n  10\nz \t 11\nlast;a;b 9";
    size_t chunks[] = { 0, 1, 2, 5 };

    (void)state;
    for (size_t c = 0; c < 4; c++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_builder b;
        struct fp_tree t;
        struct fp_folded_notes notes = { 99, 99 };

        assert_int_equal(read_text(text, sizeof text - 1, chunks[c], &b, &notes, &err), 0);
        assert_int_equal(notes.mended, 1);
        assert_int_equal(notes.skipped, 2);
        assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
        assert_tree_invariants(&t);
        assert_int_equal(t.total[0], 66);
        assert_int_equal(t.self[find_node(&t, "#a/b")], 8);
        assert_int_equal(t.self[find_node(&t, "# took")], 6);
        assert_int_equal(t.self[find_node(&t, " ")], 10);
        assert_int_equal(t.self[find_node(&t, "z \t")], 11);
        assert_int_equal(t.self[0], 7);
        assert_int_equal(t.self[find_node(&t, "a/b c/d")], 3);
        assert_int_equal(t.self[find_node(&t, "a//b c")], 4);
        assert_int_equal(t.self[find_node(&t, "/a")], 5);
        assert_int_equal(t.self[find_node(&t, "a\uFFFD/[k] y")], 2);
        assert_int_equal(t.self[find_node(&t, "last/a/b")], 9);
        fp_tree_release(&t);
    }
}

/* A stack is taken up where it leaves the one before it: what looks alike is not always the same frame. */
static void stacks_that_begin_alike(void **state)
{
    static const char text[] = "a;b 1\na;bc 2\na;b;c 3\na;b 4\na 5\na;b;c 6\na;b;;c 7\na;b; 8\n 9\na;b;c 10\n"
                               "a;\xFF;x 11\na;\xFF;y 12\na;\xFF;y 13\nab;b 14";
    static const struct {
        const char *path;
        int64_t self;
    } rows[] = { { "a", 5 }, { "a/b", 5 }, { "a/bc", 2 }, { "a/b/c", 19 }, { "a/b//c", 7 },
                 { "a/\uFFFD/x", 11 }, { "a/\uFFFD/y", 25 }, { "ab/b", 14 } };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_tree t;
    struct fp_folded_notes notes;

    (void)state;
    assert_int_equal(read_text(text, sizeof text - 1, 0, &b, &notes, &err), 0);
    assert_int_equal(notes.mended, 3); /* each time it comes */
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
    assert_tree_invariants(&t);
    assert_int_equal(t.count, 12);
    assert_int_equal(t.self[0], 9);
    assert_int_equal(t.total[find_node(&t, "a/b")], 39); /* with the 8 of the frame without a name */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(t.self[find_node(&t, rows[i].path)], rows[i].self);
    fp_tree_release(&t);
}

static void lines_that_are_refused(void **state)
{
    static const struct {
        const char *line;
        int code;
    } rows[] = {
        { "a;b", FP_ESYNTAX }, { "a;b 1.5", FP_ESYNTAX }, { "a;b -1", FP_ESYNTAX }, { "a;b +1", FP_ESYNTAX }, { "a;b 0x1", FP_ESYNTAX },
        { "a;b 9223372036854775808", FP_EDATA }, { "a 9223372036854775807", FP_EDATA }, { "12", FP_ESYNTAX }, { "a 1\v", FP_ESYNTAX }, { "#a 9223372036854775808", FP_EDATA },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_builder b;
        struct fp_folded_notes notes = { 99, 99 };
        struct fp_str text;

        fp_str_init(&text, 1000);
        fp_str_printf(&text, "ok 1\n\n%s\nok 2\n", rows[i].line);
        assert_int_equal(read_text(text.data, text.len, 0, &b, &notes, &err), rows[i].code);
        assert_int_equal(err.line, 3);
        assert_int_equal(notes.mended, 99);
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
    struct fp_folded_notes notes;
    struct fp_builder b;

    (void)state;
    for (size_t i = 0; i < n; i++)
        text[i] = i % 60000 == 59999 ? ';' : 'x';
    assert_int_equal(read_text(text, n, 4096, &b, &notes, &err), FP_ESYNTAX);
    assert_int_equal(err.line, 1);
    fp_builder_release(&b);
    free(text);
}

/* What is shown of a name that is too long: its beginning, and the hash of all of it, known from
 * sha256sum. */
static void a_name_beyond_the_limit(void **state)
{
    static const char *const hashes[] = { NULL, "1abe08ebecf1c18c", "5fc98ec12e1d8119" };
    size_t n = FP_LIMIT_NAME;
    char *text = malloc(n + 4);

    (void)state;
    for (int how = 0; how < 3; how++) { /* just fits; one too long; too long once mended */
        struct fp_error err = FP_ERROR_INIT;
        size_t len = n + (how == 1);
        struct fp_folded_notes notes;
        struct fp_builder b;
        struct fp_slice name;

        memset(text, 'x', len);
        if (how == 2)
            text[5] = (char)0xFF;
        memcpy(text + len, " 1\n", 3);
        assert_int_equal(read_text(text, len + 3, 0, &b, &notes, &err), 0);
        assert_int_equal(notes.mended, how > 0);
        name = fp_names_get(&b.names, b.name[1]);
        assert_true(name.len <= n && name.len > n - 4);
        if (how) {
            assert_memory_equal(name.data + name.len - 26, "\u2026sha256:", 10);
            assert_memory_equal(name.data + name.len - 16, hashes[how], 16);
        }
        fp_builder_release(&b);
    }
    free(text);
}

/* Names that differ beyond the limit only stay apart, equal ones are one, and characters stay whole. */
static void long_names_stay_apart(void **state)
{
    size_t n = 3 * (FP_LIMIT_NAME / 2);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_folded_notes notes;
    struct fp_builder b;
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 10 * n);
    for (int line = 0; line < 3; line++) {
        fp_str_puts(&text, line < 2 ? "" : "y"); /* another place to cut at */
        for (size_t i = 0; i < n / 3; i++)
            fp_str_puts(&text, "\u6f22");
        fp_str_puts(&text, line == 1 ? "a 1\n" : "b 1\n");
    }
    fp_str_append(&text, text.data, n + 4); /* the first line again */
    assert_int_equal(read_text(text.data, text.len, 0, &b, &notes, &err), 0);
    assert_int_equal(notes.mended, 4);
    assert_int_equal(b.count, 4);
    assert_int_equal(b.self[1], 2);
    for (uint32_t node = 1; node < 4; node++) {
        struct fp_slice name = fp_names_get(&b.names, b.name[node]);

        assert_true(name.len <= FP_LIMIT_NAME && name.len > FP_LIMIT_NAME - 4);
        assert_int_equal(fp_utf8_valid_prefix(name.data, name.len), name.len);
        assert_null(memmem(name.data, name.len, "\uFFFD", 3));
    }
    fp_builder_release(&b);
    fp_str_release(&text);
}

/* The tree without nodes that have no value: what the format can hold. */
static struct fp_tree without_zeros(const struct fp_tree *t)
{
    struct fp_error err = FP_ERROR_INIT;
    uint32_t *map = calloc(t->count, sizeof *map), name;
    struct fp_builder b;
    struct fp_tree result;

    build_folded("", &b);
    assert_int_equal(fp_builder_add(&b, 0, t->self[0], &err), 0);
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

/* A tree of one level: these names, each with the value 1 more than the one before, the root 1. */
static void flat_tree(struct fp_tree *t, const char *const *names, size_t count)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    uint32_t name, node;

    build_folded("", &b);
    assert_int_equal(fp_builder_add(&b, 0, 1, &err), 0);
    for (size_t i = 0; i < count; i++) {
        struct fp_slice text = fp_slice_of(names[i]);

        assert_int_equal(fp_names_intern(&b.names, text, fp_frame_kind_of_name(text), &name, &err), 0);
        assert_int_equal(fp_builder_child(&b, 0, name, &node, &err), 0);
        assert_int_equal(fp_builder_add(&b, node, 2 + (int64_t)i, &err), 0);
    }
    assert_int_equal(fp_tree_freeze(t, &b, false, &err), 0);
}

/* Names that look like something else to a reader: alone in a file, so that each is its first, and all
 * together. */
static void names_that_mislead(void **state)
{
    static const char *const names[] = { "#name", "#", "# a 5", "{closure}", "{\"a\":1}", "{}", "{ \"a\": [", "[p] x", "[1,2]", " a", "a ", " ",
                                         "\t", "a\tb\t", "5", "a 5", "\xEF\xBB\xBF", "\xEF\xBB\xBF{", "\x12\x01" "a\x12\x7F", "\x1B[31m",
                                         "\x1F\xC2\x8B", "a:b", "\x0B", "\u2028" };
    enum { COUNT = sizeof names / sizeof *names };

    (void)state;
    for (size_t i = 0; i <= COUNT; i++) {
        char path[] = "/tmp/fp_folded_XXXXXX";
        struct fp_error err = FP_ERROR_INIT;
        struct fp_reply reply;
        struct fp_tree t, back;
        struct fp_in *in;
        uint64_t changed = 99;

        flat_tree(&t, i < COUNT ? names + i : names, i < COUNT ? 1 : COUNT);
        t.total[0] -= i < COUNT;
        t.self[0] -= i < COUNT; /* else the root's line is the first */
        close(mkstemp(path));
        assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), 0);
        assert_int_equal(changed, 0);
        assert_int_equal(fp_in_open_file(path, &in, &err), 0);
        if (fp_codec_read(in, fp_slice_of("app"), 1 << 24, &reply, &err) < 0)
            fail_msg("name %zu: %s", i, err.message);
        assert_int_equal(reply.form, FP_FORM_FOLDED);
        assert_int_equal(reply.skipped_lines + reply.mended_names, 0);
        assert_int_equal(fp_tree_freeze(&back, &reply.builder, false, &err), 0);
        assert_trees_equal(&t, &back);
        fp_tree_release(&t);
        fp_tree_release(&back);
        unlink(path);
    }
}

/* Told apart by their first bytes. */
static void what_it_is(void **state)
{
    static const struct {
        const char *text;
        int want; /* a form, or what is wrong with it */
    } rows[] = {
        { "{closure};a 5\n", FP_FORM_FOLDED },
        { "\n {closure};a 5", FP_FORM_FOLDED },
        { "[p] x;y 5\n", FP_FORM_FOLDED },
        { "[1] 5\n", FP_FORM_FOLDED },
        { "{\"a\": 1};x 5\n", FP_FORM_FOLDED },
        { "\xEF\xBB\xBF{closure};a 5\n", FP_FORM_FOLDED },
        { "\xEF\xBB\xBF" "a;b 5\n", FP_FORM_FOLDED },
        { "{\"OPT_STATUS\":\"SUCCESS\",\"result\":null}", FP_FORM_NONE },
        { "\xEF\xBB\xBF\n{\"OPT_STATUS\":\"SUCCESS\",\"result\":null}", FP_FORM_NONE },
        { "{ \"x\": 5\n, \"OPT_STATUS\":\"SUCCESS\",\"result\":null}", FP_FORM_NONE },
        { "{\"OPT_STATUS\":\"SUCCESS\",\"result\":null", FP_ETRUNCATED },
        { "{\"OPT_STATUS\": \"SUCCESS\", \"result\": [{\"self_value\": 5", FP_ETRUNCATED },
        { "{\"OPT_STATUS\":\"SUCCESS\",\"result\":nil}", FP_ESYNTAX },
        { "{", FP_ETRUNCATED },
        { "", FP_ETRUNCATED },
        { "\xEF\xBB\xBF \n", FP_ETRUNCATED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chopped source = chop(rows[i].text, strlen(rows[i].text), 1);
        struct fp_error err = FP_ERROR_INIT;
        struct fp_reply reply = { 0 };
        int rc = fp_codec_read(&source.in, fp_slice_of("app"), 1 << 24, &reply, &err);

        if (rc != (rows[i].want < 0 ? rows[i].want : FP_OK) || (rc == FP_OK && (int)reply.form != rows[i].want))
            fail_msg("%s: %d, form %d: %s", rows[i].text, rc, (int)reply.form, err.message);
        if (rc < 0 && strchr(rows[i].text, '{'))
            assert_true(err.offset >= 0); /* as a reply, not as a line of a file */
        fp_reply_release(&reply);
    }
}

static void names_the_format_cannot_hold(void **state)
{
    static const char *const names[] = { "a;b\nc", "plain", "" };
    char path[] = "/tmp/fp_folded_XXXXXX", first[200], second[200];
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    struct fp_tree t;
    uint64_t changed;
    ssize_t n;
    int fd;

    (void)state;
    flat_tree(&t, names, 3);
    close(mkstemp(path));
    assert_int_equal(fp_folded_write_gz(&t, path, &changed, &err), 0);
    assert_int_equal(changed, 2);
    load_unzipped(path, &text);
    assert_string_equal(text.data, " 1\n  4\na:b c 2\nplain 3\n");
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
            assert_int_equal(err.offset, whole ? -1 : (int64_t)cut);
        }
    }
    for (size_t at = 0; at < n; at++) { /* one bit: never the same bytes with an OK, but where gzip has no check */
        struct fp_error err = FP_ERROR_INIT;
        int rc;

        packed[at] ^= 0x10;
        rc = unzip(packed, n, 0, 5000, 9000, &out, &err);
        if (rc == FP_OK && at > 9 && at < first)
            fail_msg("a damaged byte %zu was not noticed", at);
        if (rc == FP_ESYNTAX)
            assert_in_range(err.offset, 0, n);
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
        cmocka_unit_test(stacks_that_begin_alike),
        cmocka_unit_test(lines_that_are_refused),
        cmocka_unit_test(one_very_long_line),
        cmocka_unit_test(a_name_beyond_the_limit),
        cmocka_unit_test(long_names_stay_apart),
        cmocka_unit_test(written_and_read_again),
        cmocka_unit_test(names_that_mislead),
        cmocka_unit_test(what_it_is),
        cmocka_unit_test(names_the_format_cannot_hold),
        cmocka_unit_test(a_stack_longer_than_the_limit),
        cmocka_unit_test(writing_where_nothing_can_be_written),
        cmocka_unit_test(gzip_streams),
        cmocka_unit_test(plain_streams_pass_through),
        cmocka_unit_test(a_bomb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
