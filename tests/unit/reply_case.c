/*
 * reply_case DIR: decodes DIR/input.json and compares what came of it with DIR/expected.txt: form, what was mended and
 * what does not balance, then one node a line (depth, kind, self, total, name); or the error with its byte offset.
 *
 * The reply is read twice, whole and byte by byte: both must give the same. With FP_UPDATE set the expectation is
 * written instead: look at the difference.
 */
#include <inttypes.h>

#include "base/fs.h"
#include "profile_fixture.h"

/* A name on one line, whatever is in it. */
static void print_name(struct fp_str *to, struct fp_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];

        if (c < 0x20 || c == 0x7F || c == '\\')
            fp_str_printf(to, "\\x%02x", c);
        else
            fp_str_putc(to, (char)c);
    }
    fp_str_putc(to, '\n');
}

static void print_tree(struct fp_str *to, struct fp_reply *reply)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_tree tree;

    fp_str_printf(to, "form: %s\nmended: %" PRIu64 "\nunbalanced: %" PRIu64 " nodes, %" PRId64 "\n",
                  reply->form == FP_FORM_NONE ? "no data" : fp_form_name(reply->form), reply->mended_names,
                  reply->balance.nodes, reply->balance.value);
    if (!reply->builder.count)
        return;
    assert_int_equal(fp_tree_freeze(&tree, &reply->builder, false, &err), 0);
    assert_tree_invariants(&tree);
    for (uint32_t i = 0; i < tree.count; i++) {
        fp_str_printf(to, "%" PRIu32 " %c %" PRId64 " %" PRId64 " ", tree.depth[i],
                      fp_frame_kind_letter(fp_tree_kind(&tree, i)), tree.self[i], tree.total[i]);
        print_name(to, fp_tree_name(&tree, i));
    }
    fp_tree_release(&tree);
}

static void print_decoded(const struct fp_str *input, size_t chunk, struct fp_str *to)
{
    static const char *const codes[] = { "ok", "no memory", "limit", "invalid", "syntax", "truncated", "data", "i/o", "not found",
                                         "network", "server", "refused", "busy", "cancelled" };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply;

    if (decode_bytes(input->data, input->len, chunk, &reply, &err) == FP_OK) {
        print_tree(to, &reply);
        fp_reply_release(&reply);
    } else {
        fp_str_printf(to, "error (%s): ", codes[-err.code]);
        fp_error_format(&err, to);
        fp_str_putc(to, '\n');
    }
}

static bool same_as_file(const char *path, const struct fp_str *got)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str want;
    bool same;

    fp_str_init(&want, (size_t)1 << 24);
    same = fp_file_read(path, &want, &err) >= 0 && fp_slice_equal(fp_str_slice(&want), fp_str_slice(got));
    if (!same)
        printf("--- %s\n%s+++ found\n%s%s\n", path, want.data, got->data, err.message);
    fp_str_release(&want);
    return same;
}

static bool update(const char *path, const struct fp_str *got)
{
    FILE *file = fopen(path, "w");
    bool good = file && fwrite(got->data, 1, got->len, file) == got->len;

    return file && fclose(file) == 0 && good;
}

/* Up to what an error shows of the input: how much there is of it depends on the reads. */
static struct fp_slice comparable(const struct fp_str *s)
{
    const char *shown = strstr(s->data, "it begins with");

    return (struct fp_slice){ s->data, shown ? (size_t)(shown - s->data) : s->len };
}

int main(int argc, char **argv)
{
    struct fp_str input, whole, bytewise;
    char path[4096];
    bool good;

    if (argc != 2) {
        fprintf(stderr, "usage: reply_case DIR\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/input.json", argv[1]);
    load_unzipped(path, &input);
    fp_str_init(&whole, (size_t)1 << 24);
    fp_str_init(&bytewise, (size_t)1 << 24);
    print_decoded(&input, (size_t)1 << 20, &whole);
    print_decoded(&input, 1, &bytewise);
    snprintf(path, sizeof path, "%s/expected.txt", argv[1]);
    good = getenv("FP_UPDATE") ? update(path, &whole) : same_as_file(path, &whole);
    if (!fp_slice_equal(comparable(&whole), comparable(&bytewise))) {
        printf("byte by byte it is another:\n%s", bytewise.data);
        good = false;
    }
    fp_str_release(&input);
    fp_str_release(&whole);
    fp_str_release(&bytewise);
    return good ? 0 : 1;
}
