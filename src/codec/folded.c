#include "codec/folded.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/str.h"
#include "base/utf8.h"
#include "codec/gzip_out.h"

#define BLOCK ((size_t)256 << 10)

struct folded_reader {
    struct fp_builder *builder;
    uint64_t line;
    uint64_t mended;
    struct fp_str mend;
};

static int fail(const struct folded_reader *r, struct fp_error *err, enum fp_status code, const char *why)
{
    fp_error_set(err, code, "%s", why);
    fp_error_at(err, NULL, r->line > UINT32_MAX ? UINT32_MAX : (uint32_t)r->line, 0, -1);
    return code;
}

static int intern(struct folded_reader *r, struct fp_slice name, uint32_t *ret, struct fp_error *err)
{
    size_t good = fp_utf8_valid_prefix(name.data, name.len);

    if (good < name.len) {
        r->mended++;
        fp_str_clear(&r->mend);
        fp_str_append(&r->mend, name.data, good);
        while (good < name.len) {
            char bytes[4];
            uint32_t code;

            good += fp_utf8_decode(name.data + good, name.len - good, &code);
            fp_str_append(&r->mend, bytes, fp_utf8_encode(code, bytes));
        }
        if (!fp_str_ok(&r->mend))
            return fp_str_status(&r->mend, "a frame name", err);
        name = fp_str_slice(&r->mend);
    }
    return fp_names_intern(&r->builder->names, name, fp_frame_kind_of_name(name), ret, err);
}

static int parse_value(struct folded_reader *r, struct fp_slice text, int64_t *ret, struct fp_error *err)
{
    int64_t value = 0;

    if (!text.len)
        return fail(r, err, FP_ESYNTAX, "no value at the end of the line (expected \"frame;frame 123\")");
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return fail(r, err, FP_ESYNTAX, "the value at the end of the line is not a whole number");
        if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_add_overflow(value, (int64_t)(text.data[i] - '0'), &value))
            return fail(r, err, FP_EDATA, "the value at the end of the line does not fit 64 bits");
    }
    *ret = value;
    return FP_OK;
}

static int add_stack(struct folded_reader *r, struct fp_slice stack, int64_t value, struct fp_error *err)
{
    uint32_t node = 0, name;
    size_t start = 0;
    int rc = FP_OK;

    /* "a;;b" has three frames, one without a name: dropping it would be another stack */
    while (stack.len && start <= stack.len && rc == FP_OK) {
        const char *semicolon = start < stack.len ? memchr(stack.data + start, ';', stack.len - start) : NULL;
        size_t end = semicolon ? (size_t)(semicolon - stack.data) : stack.len;

        rc = intern(r, (struct fp_slice){ stack.data + start, end - start }, &name, err);
        if (rc == FP_OK)
            rc = fp_builder_child(r->builder, node, name, &node, err);
        start = end + 1;
    }
    return rc == FP_OK ? fp_builder_add(r->builder, node, value, err) : rc;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static int read_line(struct folded_reader *r, struct fp_slice line, struct fp_error *err)
{
    size_t cut;
    int64_t value = 0;
    int rc;

    while (line.len && is_blank(line.data[line.len - 1]))
        line.len--;
    if (!line.len || line.data[0] == '#')
        return FP_OK;
    for (cut = line.len; cut > 0 && !is_blank(line.data[cut - 1]); cut--)
        ;
    if (cut == 0)
        return fail(r, err, FP_ESYNTAX, "not a folded stack: expected \"frame;frame 123\"");
    rc = parse_value(r, (struct fp_slice){ line.data + cut, line.len - cut }, &value, err);
    while (cut && is_blank(line.data[cut - 1]))
        cut--;
    if (rc == FP_OK)
        rc = add_stack(r, (struct fp_slice){ line.data, cut }, value, err);
    if (rc < 0)
        fp_error_at(err, NULL, (uint32_t)r->line, 0, -1);
    return rc;
}

/* All whole lines of buf[0, *used); the rest moves to the front. buf[0, seen) was searched before: a long line that
 * comes in many pieces is searched once. */
static int read_lines(struct folded_reader *r, char *buf, size_t seen, size_t *used, bool last, struct fp_error *err)
{
    size_t start = 0;
    int rc = FP_OK;

    while (start < *used && rc == FP_OK) {
        const char *newline = memchr(buf + seen, '\n', *used - seen);
        size_t end = newline ? (size_t)(newline - buf) : *used;

        if (!newline && !last)
            break;
        r->line++;
        rc = read_line(r, (struct fp_slice){ buf + start, end - start }, err);
        seen = start = newline ? end + 1 : end;
    }
    if (start)
        memmove(buf, buf + start, *used - start);
    *used -= start;
    return rc;
}

int fp_folded_read(struct fp_in *in, struct fp_builder *builder, uint64_t *ret_mended, struct fp_error *err)
{
    struct folded_reader r = { .builder = builder };
    size_t cap = 0, used = 0, seen;
    char *buf = NULL;
    ssize_t n = 1;
    int rc = FP_OK;

    fp_str_init(&r.mend, FP_LIMIT_NAME);
    while (n > 0 && rc == FP_OK) {
        rc = fp_array_reserve(&buf, &cap, used + BLOCK, 1, (size_t)FP_LIMIT_RESPONSE_DEFAULT, "bytes in one line", err);
        if (rc < 0)
            break;
        seen = used;
        n = fp_in_read(in, buf + used, BLOCK, err);
        if (n < 0)
            rc = (int)n;
        else
            used += (size_t)n;
        if (rc == FP_OK)
            rc = read_lines(&r, buf, seen, &used, n == 0, err);
    }
    free(buf);
    fp_str_release(&r.mend);
    if (rc == FP_OK)
        *ret_mended = r.mended;
    return rc;
}

/* A frame as the format can hold it; true when the name had to be changed. */
static bool put_frame(struct fp_out *out, struct fp_slice name)
{
    bool changed = false;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];

        if (c == ';' || (unsigned char)c < 0x20) {
            changed = true;
            c = c == ';' ? ':' : ' ';
        }
        fp_out_putc(out, c);
    }
    return changed;
}

static void write_stacks(const struct fp_tree *tree, uint32_t *path, struct fp_out *out, uint64_t *changed)
{
    for (uint32_t i = 0; i < tree->count && out->err.code == FP_OK; i++) {
        uint32_t depth = tree->depth[i];

        path[depth] = i;
        if (!tree->self[i] || depth == 0)
            continue; /* a self value of the root has no frames: the format cannot hold it */
        /* a single stack can be longer than any limit: deep, and of long names */
        for (uint32_t d = 1; d <= depth && out->written <= FP_LIMIT_FOLDED; d++) {
            if (d > 1)
                fp_out_putc(out, ';');
            *changed += put_frame(out, fp_tree_name(tree, path[d]));
        }
        fp_out_putc(out, ' ');
        fp_out_i64(out, tree->self[i]);
        fp_out_putc(out, '\n');
        if (out->written > FP_LIMIT_FOLDED)
            fp_out_fail(out, FP_ELIMIT, "the folded stacks would be longer than the limit");
    }
}

int fp_folded_write_gz(const struct fp_tree *tree, const char *path, uint64_t *ret_changed_names, struct fp_error *err)
{
    uint32_t *stack = malloc(((size_t)tree->max_depth + 1) * sizeof *stack);
    struct fp_gzip_out gzip;
    uint64_t changed = 0;
    int rc = stack ? fp_gzip_out_open(&gzip, path, err) : fp_error_nomem(err);

    if (rc == FP_OK) {
        write_stacks(tree, stack, &gzip.out, &changed);
        rc = fp_gzip_out_close(&gzip, err);
    }
    free(stack);
    if (rc == FP_OK)
        *ret_changed_names = changed;
    return rc;
}
