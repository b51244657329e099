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
#include "codec/raw_name.h"

#define BLOCK ((size_t)256 << 10)

#define SHARED 32768 /* bytes of a stack that are compared with the next one's */

/* The stack that was added last: most begin like the one before them, and then so do their nodes. */
struct last_stack {
    size_t len, frames;
    struct {
        uint32_t end, node; /* of each frame that ends within `text`: where, and the node it leads to */
    } frame[SHARED];
    char text[SHARED];
};

struct folded_reader {
    struct fp_builder *builder;
    struct last_stack *last;
    uint64_t line;
    struct fp_folded_notes notes;
    struct fp_raw_name scratch;
};

static int fail(const struct folded_reader *r, struct fp_error *err, enum fp_status code, const char *why)
{
    fp_error_set(err, code, "%s", why);
    fp_error_at(err, NULL, r->line > UINT32_MAX ? UINT32_MAX : (uint32_t)r->line, 0, -1);
    return code;
}

static int intern(struct folded_reader *r, struct fp_slice name, uint32_t *ret, struct fp_error *err)
{
    bool mended = false;
    int rc = fp_raw_name_of(&r->scratch, name, &name, &mended, err);

    r->notes.mended += mended;
    return rc == FP_OK ? fp_names_intern(&r->builder->names, name, fp_frame_kind_of_name(name), ret, err)
                       : rc;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct fp_slice trim_end(struct fp_slice line)
{
    while (line.len && is_blank(line.data[line.len - 1]))
        line.len--;
    return line;
}

/*
 * "stack count" → both; the line has no blanks at its end. One blank parts them: further ones belong to the
 * last name, as in flamegraph.pl. A status, and why, when the line is none.
 */
static int split(struct fp_slice line, struct fp_slice *stack, int64_t *count, const char **why)
{
    size_t cut = line.len;
    int64_t value = 0;

    while (cut > 0 && line.data[cut - 1] != ' ' && line.data[cut - 1] != '\t')
        cut--;
    *why = "not a folded stack: expected \"frame;frame 123\"";
    if (cut == 0)
        return FP_ESYNTAX;
    for (size_t i = cut; i < line.len; i++) {
        *why = "the value at the end of the line is not a whole number";
        if (line.data[i] < '0' || line.data[i] > '9')
            return FP_ESYNTAX;
    }
    for (size_t i = cut; i < line.len; i++) {
        *why = "the value at the end of the line does not fit 64 bits";
        if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_add_overflow(value, (int64_t)(line.data[i] - '0'), &value))
            return FP_EDATA;
    }
    *stack = (struct fp_slice){ line.data, cut - 1 };
    *count = value;
    return FP_OK;
}

bool fp_folded_is_stack(struct fp_slice line)
{
    struct fp_slice stack;
    const char *why;
    int64_t count;

    return split(trim_end(line), &stack, &count, &why) == FP_OK;
}

/* The first byte in which they differ. */
static size_t common_prefix(const char *a, const char *b, size_t n)
{
    size_t i = 0;

    while (n - i >= 8 && memcmp(a + i, b + i, 8) == 0)
        i += 8;
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

/* Forgets what the stack does not share with the last one; what is left is in last->frames. Its other bytes follow. */
static void keep_shared(struct last_stack *last, struct fp_slice stack)
{
    size_t len = stack.len < SHARED ? stack.len : SHARED;
    size_t same = common_prefix(last->text, stack.data, len < last->len ? len : last->len);

    while (last->frames) {
        size_t end = last->frame[last->frames - 1].end;

        if (end <= same && (end == stack.len || stack.data[end] == ';'))
            break;
        last->frames--;
    }
    memcpy(last->text + same, stack.data + same, len - same);
    last->len = len;
}

static int add_stack(struct folded_reader *r, struct fp_slice stack, int64_t value, struct fp_error *err)
{
    struct last_stack *last = r->last;
    uint64_t mended = r->notes.mended;
    uint32_t node = 0, name;
    size_t start = 0;
    int rc = FP_OK;

    if (stack.len)
        keep_shared(last, stack);
    if (stack.len && last->frames) {
        node = last->frame[last->frames - 1].node;
        start = (size_t)last->frame[last->frames - 1].end + 1;
    }
    /* "a;;b" has three frames, one without a name: dropping it would be another stack */
    while (stack.len && start <= stack.len && rc == FP_OK) {
        const char *semicolon = start < stack.len ? memchr(stack.data + start, ';', stack.len - start) : NULL;
        size_t end = semicolon ? (size_t)(semicolon - stack.data) : stack.len;

        rc = intern(r, (struct fp_slice){ stack.data + start, end - start }, &name, err);
        if (rc == FP_OK)
            rc = fp_builder_child(r->builder, node, name, &node, err);
        if (end < SHARED && r->notes.mended == mended) { /* each frame that is mended counts */
            last->frame[last->frames].end = (uint32_t)end;
            last->frame[last->frames++].node = node;
        }
        start = end + 1;
    }
    return rc == FP_OK ? fp_builder_add(r->builder, node, value, err) : rc;
}

static int read_line(struct folded_reader *r, struct fp_slice line, struct fp_error *err)
{
    struct fp_slice stack;
    const char *why;
    int64_t count;
    int rc;

    if (r->line == 1 && fp_slice_starts(line, FP_UTF8_MARK))
        line = (struct fp_slice){ line.data + strlen(FP_UTF8_MARK), line.len - strlen(FP_UTF8_MARK) };
    line = trim_end(line);
    if (!line.len)
        return FP_OK;
    rc = split(line, &stack, &count, &why);
    if (rc == FP_ESYNTAX && line.data[0] == '#') {
        r->notes.skipped++;
        return FP_OK;
    }
    if (rc < 0)
        return fail(r, err, (enum fp_status)rc, why);
    rc = add_stack(r, stack, count, err);
    if (rc < 0)
        fp_error_at(err, NULL, (uint32_t)r->line, 0, -1);
    return rc;
}

/* All whole lines of buf[0, *used); the rest moves to the front. buf[0, seen) was searched before: a long
 * line that comes in many pieces is searched once. */
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

int fp_folded_read(struct fp_in *in, struct fp_builder *builder, struct fp_folded_notes *ret_notes,
                   struct fp_error *err)
{
    struct folded_reader r = { .builder = builder };
    size_t cap = 0, used = 0, seen;
    char *buf = NULL;
    ssize_t n = 1;
    int rc = FP_OK;

    fp_raw_name_init(&r.scratch);
    r.last = malloc(sizeof *r.last);
    if (!r.last)
        return fp_error_nomem(err); /* nothing else is held yet */
    r.last->len = r.last->frames = 0;
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
    free(r.last);
    fp_raw_name_release(&r.scratch);
    if (rc == FP_OK)
        *ret_notes = r.notes;
    return rc;
}

struct folded_writer {
    const struct fp_tree *tree;
    struct fp_out *out;
    uint32_t *path;  /* by depth: the node, and … */
    uint64_t *bytes; /* … how long the stack is down to it */
    bool *changed;   /* by name: it holds what the format cannot */
    uint64_t changes;
};

static bool breaks(char c)
{
    return c == ';' || c == '\n' || c == '\r';
}

static void find_changed(struct folded_writer *w)
{
    for (uint32_t id = 0; id < w->tree->names.count; id++) {
        struct fp_slice name = fp_names_get(&w->tree->names, id);

        for (size_t i = 0; i < name.len && !w->changed[id]; i++)
            w->changed[id] = breaks(name.data[i]);
    }
}

/* Before a byte is written: a few long names in a deep tree make more text than anybody wants. */
static bool is_too_long(const struct folded_writer *w)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < w->tree->count && sum <= FP_LIMIT_FOLDED; i++) {
        uint32_t depth = w->tree->depth[i];

        w->bytes[depth] = depth ? w->bytes[depth - 1] + fp_tree_name(w->tree, i).len + 1 : 0;
        if (w->tree->self[i])
            sum += w->bytes[depth] + strlen(" 1\n");
        for (int64_t value = w->tree->self[i]; value >= 10; value /= 10)
            sum++;
    }
    return sum > FP_LIMIT_FOLDED;
}

/* A frame as the format can hold it. */
static void put_frame(struct folded_writer *w, uint32_t node, bool alone)
{
    struct fp_slice name = fp_tree_name(w->tree, node);

    if (!w->changed[w->tree->name[node]]) {
        fp_out_write(w->out, name.data, name.len);
        if (name.len || !alone)
            return;
        fp_out_putc(w->out, ' '); /* nothing at all would be the root */
    }
    for (size_t i = 0; i < name.len; i++)
        fp_out_putc(w->out, !breaks(name.data[i]) ? name.data[i] : name.data[i] == ';' ? ':' : ' ');
    w->changes++;
}

static void put_stack(struct folded_writer *w, uint32_t depth, int64_t value)
{
    /* a first name that begins like a byte order mark would lose its beginning: it is the second one then */
    if (!w->out->written && depth && fp_slice_starts(fp_tree_name(w->tree, w->path[1]), FP_UTF8_MARK))
        fp_out_puts(w->out, FP_UTF8_MARK);
    for (uint32_t d = 1; d <= depth; d++) {
        if (d > 1)
            fp_out_putc(w->out, ';');
        put_frame(w, w->path[d], depth == 1);
    }
    fp_out_putc(w->out, ' ');
    fp_out_i64(w->out, value);
    fp_out_putc(w->out, '\n');
}

static void write_stacks(struct folded_writer *w)
{
    const struct fp_tree *tree = w->tree;

    if (is_too_long(w)) {
        fp_out_fail(w->out, FP_ELIMIT, "the folded stacks would be longer than the limit");
        return;
    }
    find_changed(w);
    for (uint32_t i = 0; i < tree->count && w->out->err.code == FP_OK; i++) {
        w->path[tree->depth[i]] = i;
        if (tree->self[i])
            put_stack(w, tree->depth[i], tree->self[i]);
    }
}

int fp_folded_write_gz(const struct fp_tree *tree, const char *path, uint64_t *ret_changed,
                       struct fp_error *err)
{
    size_t depths = (size_t)tree->max_depth + 1;
    struct fp_gzip_out gzip;
    struct folded_writer w = { .tree = tree,
                               .out = &gzip.out,
                               .path = calloc(depths, sizeof *w.path),
                               .bytes = calloc(depths, sizeof *w.bytes),
                               .changed = calloc(tree->names.count + 1, sizeof *w.changed) };
    int rc = w.path && w.bytes && w.changed ? fp_gzip_out_open(&gzip, path, err) : fp_error_nomem(err);

    if (rc == FP_OK) {
        write_stacks(&w);
        rc = fp_gzip_out_close(&gzip, err);
    }
    free(w.path);
    free(w.bytes);
    free(w.changed);
    if (rc == FP_OK)
        *ret_changed = w.changes;
    return rc;
}
