/*
 * flame/svg with a script: one and the same script, and what it needs to know in the right places; without one, nothing
 * of it. Given a file, the program draws a difference of two profiles there, for the browser tests.
 */
#include "base/fs.h"
#include "picture_fixture.h"
#include "profile/node_id.h"
#include "report/assets.h"

static const struct fp_picture_options interactive = {
    .width = FP_PICTURE_WIDTH,
    .min_width = FP_PICTURE_MIN_WIDTH,
    .title = "title",
    .subtitle = "subtitle",
    .unit = FP_UNIT_MICROSECONDS,
    .script = "if (1 < 2 && 'a') alert(\"'\");\n",
};

static void to_svg(struct fp_picture *picture, struct fp_str *to)
{
    static struct fp_out out;
    struct fp_error err = FP_ERROR_INIT;

    fp_str_init(to, (size_t)1 << 28);
    fp_out_to_str(&out, to);
    if (fp_svg_write(picture, &out, &err) < 0 || fp_out_finish(&out, &err) < 0)
        fail_msg("%s", err.message);
    fp_picture_release(picture);
}

static void draw(const struct fp_tree *tree, const struct fp_picture_options *options, struct fp_str *to)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture picture;

    if (fp_picture_make(&picture, tree, options, &err) < 0)
        fail_msg("%s", err.message);
    to_svg(&picture, to);
}

struct compared {
    struct fp_tree before, after;
    struct fp_pair pair;
};

static void draw_difference(struct compared *c, struct fp_picture_options options, struct fp_str *to)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture picture;

    tree_of("main;[unknown] 0x0000000000000007 30\nmain;kept 500\nmain;old;kept 70\nmain;old;[k] deep 30\n", &c->before);
    tree_of("main;[unknown] 0x0000000000000009 200\nmain;kept 300\nmain;young 500\n", &c->after);
    options.before = &c->before;
    options.after = &c->after;
    if (fp_pair_make(&c->pair, &c->before, &c->after, &err) < 0 ||
        fp_picture_make_difference(&picture, &c->pair, &options, &err) < 0)
        fail_msg("%s", err.message);
    to_svg(&picture, to);
}

static void release(struct compared *c)
{
    fp_pair_release(&c->pair);
    fp_tree_release(&c->after);
    fp_tree_release(&c->before);
}

static void assert_has(const struct fp_str *svg, const char *part)
{
    if (count_of(svg->data, part) != 1)
        fail_msg("%zu times %s", count_of(svg->data, part), part);
}

/* The box of a frame, as often as said: the id that the frame has in its own profile, offset, value, name. */
static void assert_frame(const struct fp_str *svg, const struct fp_tree *tree, const char *path, const char *place,
                         const char *name, size_t times)
{
    unsigned char uuid[FP_NODE_ID_BYTES];
    char id[FP_NODE_ID_TEXT], want[256];

    assert_int_equal(fp_node_id_of(tree, find_node(tree, path), uuid, NULL), FP_OK);
    snprintf(want, sizeof want, "<g data-frame=\"%s %s\"><title>%s\n", fp_node_id_format(id, uuid), place, name);
    if (count_of(svg->data, want) != times)
        fail_msg("%zu times %s", count_of(svg->data, want), want);
}

static void what_the_script_knows(void **state)
{
    struct fp_picture_options options = interactive;
    struct fp_str svg;
    struct fp_tree tree;

    (void)state;
    tree_of("main;a 59\nmain;a;c 1\nmain;b;c 40\n", &tree);
    options.whole = 200;
    options.min_width = 20; /* the c below a is 11.8 px */
    draw(&tree, &options, &svg);
    assert_has(&svg, "<script><![CDATA[if (1 < 2 && 'a') alert(\"'\");\n]]></script>\n</svg>\n");
    assert_has(&svg, "<g data-whole=\"200\" data-hidden=\"1\">\n<g data-frame=\" 0 100\"><title>");
    assert_has(&svg, " data-details=\"\">subtitle</text>");
    assert_frame(&svg, &tree, "main", "0 100", "main", 1);
    assert_frame(&svg, &tree, "main/a", "0 60", "a", 1);
    assert_frame(&svg, &tree, "main/b", "60 40", "b", 1);
    assert_frame(&svg, &tree, "main/b/c", "60 40", "c", 1);
    assert_int_equal(count_of(svg.data, "data-frame"), 5);
    fp_str_release(&svg);

    options.by_value = true;
    options.icicle = true;
    draw(&tree, &options, &svg);
    assert_frame(&svg, &tree, "main/b/c", "60 40", "c", 1);
    fp_str_release(&svg);
    fp_tree_release(&tree);
}

/* Each side has its own names and ids: those that its own pages have. */
static void a_difference(void **state)
{
    struct compared c;
    struct fp_str svg;

    (void)state;
    draw_difference(&c, interactive, &svg);
    assert_has(&svg, "<g data-whole=\"1000\" data-hidden=\"0\">\n<g data-frame=\" 0 1000\"><title>");
    assert_has(&svg, "<g data-whole=\"630\" data-hidden=\"0\">\n<g data-frame=\" 0 100\"><title>");
    assert_frame(&svg, &c.after, "main", "0 1000", "main", 1);
    assert_frame(&svg, &c.after, "main", "0 100", "main", 1); /* above what is gone from it */
    assert_frame(&svg, &c.after, "main/[unknown] 0x0000000000000009", "0 200", "[unknown] 0x0000000000000009", 1);
    assert_frame(&svg, &c.before, "main/[unknown] 0x0000000000000007", "0 200", "[unknown] 0x0000000000000009", 0);
    assert_frame(&svg, &c.after, "main/young", "500 500", "young", 1);
    assert_frame(&svg, &c.before, "main/old", "0 100", "old", 1);
    assert_frame(&svg, &c.before, "main/old/[k] deep", "0 30", "[k] deep", 1);
    assert_int_equal(count_of(svg.data, "<script>"), 1);
    fp_str_release(&svg);
    release(&c);
}

/* What is left of a picture without its script and data is the picture without. */
static void without_a_script(void **state)
{
    struct fp_picture_options options = interactive;
    struct fp_str with, without;
    struct fp_tree tree;
    size_t i = 0;

    (void)state;
    names_of_all_sorts(&tree, 7, 300);
    draw(&tree, &options, &with);
    options.script = NULL;
    draw(&tree, &options, &without);
    assert_well_formed(&without);
    assert_int_equal(count_of(without.data, " data-"), 0);
    for (const char *s = with.data; *s && i < without.len;) {
        if (strncmp(s, " data-frame=\"", 13) == 0 || strncmp(s, " data-whole=\"", 13) == 0 ||
            strncmp(s, " data-hidden=\"", 14) == 0 || strncmp(s, " data-details=\"", 15) == 0 ||
            strncmp(s, " data-words=\"", 13) == 0)
            s = strchr(strchr(s, '"') + 1, '"') + 1;
        else if (strncmp(s, "<script>", 8) == 0)
            s = strstr(s, "</script>\n") + 10;
        else if (*s++ != without.data[i++])
            fail_msg("differs at %zu: %.60s", i, s - 1);
    }
    assert_int_equal(i, without.len);
    fp_str_release(&with);
    fp_str_release(&without);
    fp_tree_release(&tree);
}

/* It stands in a CDATA section, in files of every encoding, twelve kilobytes in each of them at the most. */
static void the_script_itself(void **state)
{
    const struct fp_asset *script = fp_asset_find("assets/flame_svg.js");

    (void)state;
    assert_non_null(script);
    assert_true(script->size < 12288);
    assert_null(strstr((const char *)script->bytes, "]]>"));
    for (size_t i = 0; i < script->size; i++)
        assert_true(script->bytes[i] == '\n' || (script->bytes[i] >= ' ' && script->bytes[i] <= '~'));
}

static int write_difference(const char *path)
{
    struct fp_picture_options options = interactive;
    struct fp_error err = FP_ERROR_INIT;
    struct compared c;
    struct fp_str svg;
    int rc;

    options.script = (const char *)fp_asset_find("assets/flame_svg.js")->bytes;
    draw_difference(&c, options, &svg);
    rc = fp_file_write(path, svg.data, svg.len, &err);
    fp_str_release(&svg);
    release(&c);
    return rc == FP_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_script_knows),
        cmocka_unit_test(a_difference),
        cmocka_unit_test(without_a_script),
        cmocka_unit_test(the_script_itself),
    };

    if (argc == 2)
        return write_difference(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
