/* For the tests of pictures: is the SVG well-formed, what colour is a pixel of the PNG, profiles with hostile names. */
#ifndef FP_TEST_PICTURE_FIXTURE_H
#define FP_TEST_PICTURE_FIXTURE_H

#include <sys/wait.h>

#include <cairo.h>

#include "base/utf8.h"
#include "flame/png.h"
#include "flame/svg.h"
#include "profile_fixture.h"

/* ---- a small check of well-formedness: tags nest, attributes are quoted, entities are known, characters allowed ---- */

static inline size_t check_text(const char *s, size_t n, size_t i, char stop)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

    while (i < n && s[i] != stop) {
        uint32_t code;
        bool known = s[i] != '&';

        for (size_t e = 0; e < 5 && !known; e++)
            known = strncmp(s + i, entities[e], strlen(entities[e])) == 0;
        assert_true(known && s[i] != (stop == '<' ? '>' : '<'));
        i += fp_utf8_decode(s + i, n - i, &code);
        assert_true(code == '\n' || (code >= 0x20 && code != 0xFFFE && code != 0xFFFF));
    }
    return i;
}

static inline size_t check_attributes(const char *s, size_t n, size_t i)
{
    while (i < n && s[i] == ' ') {
        size_t name = ++i;

        i += strspn(s + i, "abcdefghijklmnopqrstuvwxyzBU:-");
        assert_true(i > name && s[i] == '=' && s[i + 1] == '"');
        assert_true(strncmp(s + name, "on", 2) != 0 && strncmp(s + name, "style", 5) != 0);
        i = check_text(s, n, i + 2, '"') + 1;
    }
    return i;
}

static inline void assert_well_formed(const struct fp_str *svg)
{
    const char *s = svg->data;
    size_t n = svg->len, i, depth = 0;
    char open[16][16];

    assert_int_equal(fp_utf8_valid_prefix(s, n), n);
    assert_int_equal(strlen(s), n);
    assert_int_equal(strncmp(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg ", 44), 0);
    for (i = strcspn(s, "\n") + 1; i < n;) {
        size_t name, len;

        if (s[i] != '<') {
            i = check_text(s, n, i, '<');
            continue;
        }
        if (s[i + 1] == '/') {
            assert_true(depth > 0);
            depth--;
            len = strlen(open[depth]);
            assert_int_equal(strncmp(s + i + 2, open[depth], len), 0);
            assert_int_equal(s[i + 2 + len], '>');
            i += len + 3;
            continue;
        }
        name = ++i;
        len = strspn(s + i, "abcdefghijklmnopqrstuvwxyz");
        assert_true(len > 0 && len < 16 && depth < 16);
        memcpy(open[depth], s + name, len);
        open[depth][len] = '\0';
        assert_true(strcmp(open[depth], "script") != 0 && strcmp(open[depth], "style") != 0);
        assert_true(strcmp(open[depth], "foreignObject") != 0 && strcmp(open[depth], "image") != 0);
        i = check_attributes(s, n, i + len);
        if (s[i] == '/')
            i++;
        else
            depth++;
        assert_int_equal(s[i++], '>');
    }
    assert_int_equal(depth, 0);
}

/* A second opinion, where xmllint is installed. */
static inline void ask_xmllint(const struct fp_str *svg)
{
    char path[] = "/tmp/fp_svg_XXXXXX", command[100];
    int fd = mkstemp(path), status;

    assert_int_equal(write(fd, svg->data, svg->len), (ssize_t)svg->len);
    close(fd);
    snprintf(command, sizeof command, "xmllint --huge --noout %s", path);
    status = system("command -v xmllint >/dev/null");
    if (status == 0)
        assert_int_equal(system(command), 0);
    else
        print_message("xmllint is not installed: only our own check was made\n");
    unlink(path);
}

static inline size_t count_of(const char *text, const char *what)
{
    size_t count = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        count++;
    return count;
}

static inline void names_of_all_sorts(struct fp_tree *t, uint64_t seed, size_t stacks)
{
    static const char *const spice[] = { "</title><script>alert(1)</script>", "<style>", "]]>", "<!--", "&amp;", "\"'", "<?x?>", "&#0;", "url(#x)",
                                         "std::vector<int, std::allocator<int> >::push_back(int&&)", "漢字", "\uFFFE", "\x01\x02\x7F", "\xC2\x85",
                                         "\u202Egnp", "😀", "e\u0301", "[unknown] 0x1", "[k] x<y", "[/lib/x.so]", "\xF0\x90\x80\x80", "\uFDD0" };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;

    build_folded("", &b);
    for (size_t i = 0; i < stacks; i++) {
        uint32_t node = 0, name;

        for (size_t d = below(&seed, 8); d > 0; d--) {
            struct fp_str text;

            fp_str_init(&text, 1000);
            for (size_t k = below(&seed, 3); k > 0; k--)
                fp_str_puts(&text, spice[below(&seed, sizeof spice / sizeof *spice)]);
            fp_str_printf(&text, "%d", (int)below(&seed, 3));
            assert_int_equal(fp_names_intern(&b.names, fp_str_slice(&text), fp_frame_kind_of_name(fp_str_slice(&text)), &name, &err), 0);
            assert_int_equal(fp_builder_child(&b, node, name, &node, &err), 0);
            fp_str_release(&text);
        }
        assert_int_equal(fp_builder_add(&b, node, (int64_t)below(&seed, 1000), &err), 0);
    }
    assert_int_equal(fp_tree_freeze(t, &b, false, &err), 0);
}

/* ---- pixels ---- */

static inline cairo_surface_t *painted(const struct fp_picture *p, int scale)
{
    char path[] = "/tmp/fp_png_XXXXXX";
    struct fp_error err = FP_ERROR_INIT;
    cairo_surface_t *image;

    close(mkstemp(path));
    if (fp_png_write(p, scale, path, &err) < 0)
        fail_msg("%s", err.message);
    image = cairo_image_surface_create_from_png(path);
    unlink(path);
    assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
    return image;
}

static inline struct fp_rgb pixel(cairo_surface_t *image, double x, double y)
{
    const unsigned char *row = cairo_image_surface_get_data(image) + (int)y * cairo_image_surface_get_stride(image);
    uint32_t argb;

    memcpy(&argb, row + 4 * (int)x, sizeof argb);
    return (struct fp_rgb){ (uint8_t)(argb >> 16), (uint8_t)(argb >> 8), (uint8_t)argb };
}

static inline void assert_colour(struct fp_rgb got, struct fp_rgb want)
{
    if (abs(got.r - want.r) > 1 || abs(got.g - want.g) > 1 || abs(got.b - want.b) > 1)
        fail_msg("#%02x%02x%02x, not #%02x%02x%02x", got.r, got.g, got.b, want.r, want.g, want.b);
}

#endif
