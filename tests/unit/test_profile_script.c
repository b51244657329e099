/*
 * report/profile_script: read back here as its header says, byte by byte, and compared with the tree it was made of.
 */
#include "tree_fixture.h"

#include <zlib.h>

#include "flame/palette.h"
#include "profile/ident.h"
#include "report/profile_script.h"

#define ROOM ((size_t)4 << 20)

struct reading {
    unsigned char *bytes;
    size_t size, at;
};

static struct fp_str written(const struct fp_profile_script *script)
{
    static struct fp_out out;
    struct fp_str text;

    fp_str_init(&text, ROOM);
    fp_out_to_str(&out, &text);
    assert_int_equal(fp_profile_script_write(script, &out, NULL), 0);
    assert_int_equal(fp_out_finish(&out, NULL), 0);
    return text;
}

static unsigned digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = memchr(digits, c, 64);

    assert_non_null(at);
    return (unsigned)(at - digits);
}

/* The script's string, unpacked; with all that a script may hold around it. */
static struct reading unpacked(const struct fp_str *text)
{
    static const char head[] = "flamepress.profile(\"", tail[] = "\");\n";
    struct reading r = { .bytes = malloc(ROOM) };
    unsigned char *packed = malloc(text->len);
    size_t n = text->len - (sizeof head - 1) - (sizeof tail - 1), count = 0;
    const char *at = text->data + sizeof head - 1;
    uLongf size = ROOM;

    assert_memory_equal(text->data, head, sizeof head - 1);
    assert_memory_equal(text->data + text->len - (sizeof tail - 1), tail, sizeof tail - 1);
    assert_int_equal(n % 4, 0);
    for (size_t i = 0; i < n; i += 4) {
        unsigned pad = i + 4 == n ? (unsigned)(at[i + 2] == '=') + (at[i + 3] == '=') : 0;
        unsigned bits = digit_of(at[i]) << 18 | digit_of(at[i + 1]) << 12 |
                        (pad < 2 ? digit_of(at[i + 2]) << 6 : 0) | (pad < 1 ? digit_of(at[i + 3]) : 0);

        for (unsigned k = 0; k < 3 - pad; k++)
            packed[count++] = (unsigned char)(bits >> (16 - 8 * k));
    }
    assert_int_equal(uncompress(r.bytes, &size, packed, count), Z_OK);
    r.size = size;
    free(packed);
    return r;
}

static const unsigned char *take(struct reading *r, size_t n)
{
    assert_true(n <= r->size - r->at);
    r->at += n;
    return r->bytes + r->at - n;
}

static uint64_t varint(struct reading *r)
{
    uint64_t value = 0;
    unsigned char byte;
    int shift = 0;

    do {
        byte = *take(r, 1);
        value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    return value;
}

static uint64_t *varints(struct reading *r, size_t n)
{
    uint64_t *column = calloc(n + 1, sizeof *column);

    for (size_t i = 0; i < n; i++)
        column[i] = varint(r);
    return column;
}

struct read_names {
    size_t count;
    struct fp_str *text;
    const unsigned char *kind;
};

static void expect_colour(const unsigned char *rgb, struct fp_rgb wanted)
{
    assert_true(rgb[0] == wanted.r && rgb[1] == wanted.g && rgb[2] == wanted.b);
}

static void read_colours(struct reading *r)
{
    expect_colour(take(r, 3), fp_palette_label());
    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        expect_colour(take(r, 3), fp_palette_legend((enum fp_frame_kind)kind));
    for (int palette = 0; palette < FP_CHANGE_PALETTE_COUNT; palette++)
        for (int step = -FP_CHANGE_STEPS; step <= FP_CHANGE_STEPS; step++)
            expect_colour(take(r, 3), fp_palette_change((enum fp_change_palette)palette, step));
}

static struct read_names read_names(struct reading *r, size_t count)
{
    uint64_t *shared = varints(r, count), *more = varints(r, count);
    struct read_names names = { count, calloc(count, sizeof *names.text), NULL };
    const unsigned char *rgb;
    struct fp_str ident;

    for (size_t i = 0; i < count; i++) {
        fp_str_init(&names.text[i], FP_LIMIT_NAME);
        if (shared[i])
            fp_str_append(&names.text[i], names.text[i - 1].data, shared[i]);
        fp_str_append(&names.text[i], take(r, more[i]), more[i]);
    }
    names.kind = take(r, count);
    rgb = take(r, 3 * count);
    fp_str_init(&ident, FP_LIMIT_NAME);
    for (size_t i = 0; i < count; i++) {
        struct fp_slice name = fp_str_slice(&names.text[i]);

        if (fp_ident_of_name(&ident, name))
            name = fp_str_slice(&ident);
        expect_colour((unsigned char[]){ rgb[i], rgb[count + i], rgb[2 * count + i] },
                      fp_palette_frame((enum fp_frame_kind)names.kind[i], name));
        if (i) /* in order, none twice */
            assert_true(fp_slice_compare(fp_str_slice(&names.text[i - 1]), fp_str_slice(&names.text[i])) < 0 ||
                        names.kind[i - 1] < names.kind[i]);
    }
    fp_str_release(&ident);
    free(shared);
    free(more);
    return names;
}

static void release_names(struct read_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        fp_str_release(&names->text[i]);
    free(names->text);
}

static void expect_name(const struct read_names *names, uint64_t at, struct fp_slice text, enum fp_frame_kind kind)
{
    assert_true(at < names->count);
    assert_true(fp_slice_equal(fp_str_slice(&names->text[at]), text));
    assert_int_equal(names->kind[at], kind);
}

static void expect_nodes(struct reading *r, const struct read_names *names, const struct fp_tree *tree,
                         const int64_t *before, uint64_t factor)
{
    uint64_t *name = calloc(tree->count, sizeof *name);

    for (uint32_t i = 1; i < tree->count; i++)
        assert_int_equal(tree->depth[i - 1] + 1 - varint(r), tree->depth[i]);
    for (unsigned shift = 0; shift == 0 || (names->count - 1) >> shift; shift += 8)
        for (uint32_t i = 0; i < tree->count; i++)
            name[i] |= (uint64_t)*take(r, 1) << shift;
    for (uint32_t i = 0; i < tree->count; i++)
        expect_name(names, name[i], fp_tree_name(tree, i), fp_tree_kind(tree, i));
    for (uint32_t i = 0; i < tree->count; i++)
        assert_int_equal(varint(r) * factor, tree->self[i]);
    for (uint32_t i = 0; before && i < tree->count; i++)
        assert_int_equal(varint(r) * factor, before[i]);
    free(name);
}

/* Reads all of it but for the raw names, of which it says how many there are. */
static size_t expect(struct reading *r, struct read_names *names, const struct fp_profile_script *script, unsigned flags)
{
    const struct fp_tree *tree = script->pair ? &script->pair->tree : script->tree;
    uint64_t factor, name_count, raw;

    assert_memory_equal(take(r, 4), "fpp1", 4);
    assert_int_equal(varint(r), script->unit);
    assert_int_equal(varint(r), script->on);
    assert_int_equal(varint(r), script->fixed);
    assert_int_equal(varint(r), flags);
    assert_int_equal(varint(r), script->whole);
    assert_int_equal(varint(r), script->before_whole);
    factor = varint(r);
    assert_true(factor > 0);
    name_count = varint(r);
    assert_int_equal(varint(r), tree->count);
    raw = varint(r);
    read_colours(r);
    *names = read_names(r, name_count);
    expect_nodes(r, names, tree, script->pair ? script->pair->before_self : NULL, factor);
    return raw;
}

static void check(const struct fp_profile_script *script, unsigned flags)
{
    struct fp_str text = written(script), again = written(script);
    struct reading r = unpacked(&text);
    struct read_names names;

    assert_int_equal(expect(&r, &names, script, flags), 0);
    assert_int_equal(r.at, r.size);
    assert_true(fp_slice_equal(fp_str_slice(&text), fp_str_slice(&again)));
    release_names(&names);
    free(r.bytes);
    fp_str_release(&text);
    fp_str_release(&again);
}

static void random_trees(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 40; number++) {
        struct fp_tree tree = fixture_random_tree(number);

        check(&(struct fp_profile_script){ .tree = &tree, .whole = tree.total[0] + 7, .unit = FP_UNIT_BYTES, .on = 5,
                                           .icicle = true }, FP_SCRIPT_ICICLE);
        fp_tree_release(&tree);
    }
}

static void values_have_a_factor(void **state)
{
    struct fp_tree tree = FIXTURE_TREE({ "a;b", 20202 }, { "c", 30303 }, { "d", 0 });
    struct fp_tree huge = FIXTURE_TREE({ "a", INT64_MAX - 1 }, { "b", 1 });
    struct fp_tree nothing = FIXTURE_TREE({ "a", 0 });
    const struct fp_profile_script script = { .tree = &tree, .by_value = true, .orange_blue = true };
    struct fp_str text = written(&script);
    struct reading r = unpacked(&text);

    (void)state;
    check(&script, FP_SCRIPT_BY_VALUE | FP_SCRIPT_ORANGE_BLUE);
    take(&r, 10);
    assert_int_equal(varint(&r), 10101);
    check(&(struct fp_profile_script){ .tree = &huge, .whole = INT64_MAX }, 0);
    check(&(struct fp_profile_script){ .tree = &nothing }, 0);
    free(r.bytes);
    fp_str_release(&text);
    fp_tree_release(&tree);
    fp_tree_release(&huge);
    fp_tree_release(&nothing);
}

static void many_names_and_a_deep_stack(void **state)
{
    struct fp_builder builder;
    struct fp_tree tree;
    uint32_t node = 0;
    char name[32];

    (void)state;
    fixture_start(&builder);
    for (int i = 0; i < 70000; i++) {
        snprintf(name, sizeof name, "name %d", i);
        node = fixture_child(&builder, i % 3 ? node : 0, fp_slice_of(name), FP_KIND_APPLICATION);
    }
    for (int i = 0; i < 30000; i++)
        node = fixture_child(&builder, node, fp_slice_of("\xFF</script>"), FP_KIND_KERNEL);
    assert_int_equal(fp_builder_add(&builder, node, 1, NULL), 0);
    fixture_freeze(&builder, &tree);
    check(&(struct fp_profile_script){ .tree = &tree, .whole = 1 }, 0);
    fp_tree_release(&tree);
}

static void pairs_have_both_columns_and_recorded_names(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "[unknown] 0x1111;leaf", 3 }, { "gone;[unknown] 0x3333", 4 });
    struct fp_tree after = FIXTURE_TREE({ "[unknown] 0x2222;leaf", 5 }, { "new", 6 });
    struct fp_pair pair;
    struct fp_profile_script script = { .pair = &pair, .after = &after, .before = &before, .whole = 11, .before_whole = 7 };
    static const char *const raw_names[] = { "[unknown] 0x2222", "[unknown] 0x3333" }; /* the newer, where there is one */
    struct read_names names;
    struct fp_str text;
    struct reading r;
    uint64_t node[2];

    (void)state;
    assert_int_equal(fp_pair_make(&pair, &before, &after, NULL), 0);
    text = written(&script);
    r = unpacked(&text);
    assert_int_equal(expect(&r, &names, &script, FP_SCRIPT_BEFORE), 2);
    node[0] = varint(&r);
    node[1] = node[0] + varint(&r);
    for (size_t i = 0; i < 2; i++) {
        assert_true(fp_slice_is(fp_tree_name(&pair.tree, (uint32_t)node[i]), "[unknown]"));
        expect_name(&names, varint(&r), fp_slice_of(raw_names[i]), FP_KIND_UNKNOWN);
    }
    assert_int_equal(r.at, r.size);
    release_names(&names);
    free(r.bytes);
    fp_str_release(&text);
    fp_pair_release(&pair);
    fp_tree_release(&before);
    fp_tree_release(&after);
}

static void a_full_disk_is_found(void **state)
{
    struct fp_tree tree = FIXTURE_TREE({ "a;b", 3 });
    struct fp_profile_script script = { .tree = &tree };
    static struct fp_out out;
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 50);
    fp_out_to_str(&out, &text);
    (void)fp_profile_script_write(&script, &out, NULL);
    assert_int_equal(fp_out_finish(&out, NULL), FP_ELIMIT);
    fp_str_release(&text);
    fp_tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_trees),
        cmocka_unit_test(values_have_a_factor),
        cmocka_unit_test(many_names_and_a_deep_stack),
        cmocka_unit_test(pairs_have_both_columns_and_recorded_names),
        cmocka_unit_test(a_full_disk_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
