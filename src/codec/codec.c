#include "codec/codec.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "codec/folded.h"
#include "codec/gunzip.h"
#include "codec/json_reader.h"
#include "codec/pprof.h"
#include "codec/reply_forms.h"

/* A source whose first bytes were looked at: they are given again. */
struct looked_at {
    struct fp_in in;
    struct fp_in *from; /* borrowed */
    size_t pos, used;
    char bytes[4096];
};

static ssize_t looked_at_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct looked_at *l = (struct looked_at *)in;
    size_t n = l->used - l->pos < cap ? l->used - l->pos : cap;

    if (!n)
        return fp_in_read(l->from, buf, cap, err);
    memcpy(buf, l->bytes + l->pos, n);
    l->pos += n;
    return (ssize_t)n;
}

static void looked_at_close(struct fp_in *in)
{
    (void)in; /* on the stack, and `from` is another's */
}

static const struct fp_in_ops looked_at_ops = { looked_at_read, looked_at_close };

/* What can be looked at: the first 4 KiB, or all there is. */
static int look(struct looked_at *l, struct fp_error *err)
{
    ssize_t n = 1;

    while (n > 0 && l->used < sizeof l->bytes) {
        n = fp_in_read(l->from, l->bytes + l->used, sizeof l->bytes - l->used, err);
        if (n > 0)
            l->used += (size_t)n;
    }
    return n < 0 ? (int)n : FP_OK;
}

/* From `at` on, the first byte that is not white space, or the end of what is there. */
static size_t skip_space(const struct looked_at *l, size_t at)
{
    while (at < l->used && l->bytes[at] && strchr(" \t\r\n", l->bytes[at]))
        at++;
    return at;
}

/* Whether the line of that byte is text and a stack with a count; a line that does not end in these bytes
 * is not. */
static bool begins_with_stack(const struct looked_at *l, size_t marked, size_t first)
{
    const char *newline = memchr(l->bytes + first, '\n', l->used - first);
    size_t start = first, end = newline ? (size_t)(newline - l->bytes) : l->used;

    if (!newline && l->used == sizeof l->bytes)
        return false;
    while (start > marked && l->bytes[start - 1] != '\n')
        start--;
    return fp_utf8_valid_prefix(l->bytes + start, end - start) == end - start &&
           fp_folded_is_stack((struct fp_slice){ l->bytes + start, end - start });
}

/* These bytes read as JSON: FP_OK, or what the reader finds wrong. */
static int try_json(const struct looked_at *l)
{
    struct fp_in *in;
    struct fp_json json;
    int rc = fp_in_open_memory(l->bytes, l->used, &in, NULL);

    if (rc < 0)
        return rc;
    rc = fp_json_init(&json, in, NULL);
    if (rc == FP_OK)
        rc = fp_json_skip_mark(&json, NULL);
    if (rc == FP_OK)
        rc = fp_json_skip(&json, NULL);
    if (rc == FP_OK)
        rc = fp_json_finish(&json, NULL);
    fp_json_release(&json);
    fp_in_close(in);
    return rc;
}

/* Whether to take what begins with a brace at `first` for a reply, 0 or 1. */
static int is_reply(const struct looked_at *l, size_t first, bool stack, struct fp_error *err)
{
    size_t second = skip_space(l, first + 1);
    int rc = try_json(l);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    /* a reply that came to harm is a reply still: its decoder says where */
    if (rc == FP_ESYNTAX)
        return !stack && (second == l->used || l->bytes[second] == '"');
    /* a name like `{ "a": [`: stacks end with their line, what was cut short does not */
    if (rc == FP_ETRUNCATED && stack && l->used < sizeof l->bytes)
        return l->bytes[l->used - 1] != '\n';
    return 1;
}

/* ---- what people save by mistake ---- */

static bool begins_with(const struct looked_at *l, size_t first, const char *word)
{
    return l->used - first >= strlen(word) && strncasecmp(l->bytes + first, word, strlen(word)) == 0;
}

/* JSON that is no object, as far as can be seen. */
static const char *other_json(const struct looked_at *l, size_t first)
{
    int rc = first < l->used ? try_json(l) : FP_ESYNTAX;

    if (rc != FP_OK && (rc != FP_ETRUNCATED || l->used < sizeof l->bytes))
        return NULL;
    switch (l->bytes[first]) {
    case 'n': return "a lone `null`";
    case '[': return "a list";
    case '"': return "a text";
    default: return rc == FP_OK ? "a single value" : NULL;
    }
}

/* Neither a reply, nor pprof, and no stack at its beginning: what is known for what it is need not be taken for
 * folded stacks with a mistake in them. FP_OK when it is not known. */
static int refuse_others(const struct looked_at *l, size_t first, struct fp_error *err)
{
    static const struct {
        const char *begins, *message;
    } others[] = {
#define HTML "an HTML page, perhaps of a proxy or a login, and no profile: look at it in a browser, then save what the " \
             "profile API itself answers"
        { "<!doctype html", HTML },
        { "<html", HTML },
        { "<head", HTML },
        { "<body", HTML },
#undef HTML
        { "<?xml", "an XML document, and no profile: save what the profile API itself answers" },
        { "HTTP/1.", "HTTP headers before the reply: save the body alone (curl without -i)" },
        { "HTTP/2 ", "HTTP headers before the reply: save the body alone (curl without -i)" },
    };
    const char *json;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (begins_with(l, first, others[i].begins))
            return fp_error_set(err, FP_ESYNTAX, "%s", others[i].message);
    json = other_json(l, first);
    if (json)
        return fp_error_set(err, FP_ESYNTAX, "JSON, but not a reply of DeepFlow's profile API: %s, not an object with a "
                            "`result`: save the reply as it came, and all of it", json);
    return FP_OK;
}

static int read_pprof(struct fp_in *in, struct fp_slice root, struct fp_reply *ret_reply, struct fp_error *err)
{
    struct fp_reply reply = { .form = FP_FORM_PPROF };
    int rc;

    fp_builder_init(&reply.builder);
    rc = fp_pprof_read(in, root, &reply.builder, &reply.meta, err);
    if (rc < 0) {
        fp_reply_release(&reply);
        return rc;
    }
    reply.mended_names = reply.meta.mended_names;
    if (reply.builder.total == 0) { /* no samples: no data */
        fp_builder_release(&reply.builder);
        reply.form = FP_FORM_NONE;
    }
    *ret_reply = reply;
    return FP_OK;
}

static int read_folded(struct fp_in *in, struct fp_slice root, struct fp_reply *ret_reply, struct fp_error *err)
{
    struct fp_reply reply = { .form = FP_FORM_FOLDED };
    struct fp_folded_notes notes = { 0 };
    int rc;

    fp_builder_init(&reply.builder);
    rc = fp_builder_root(&reply.builder, root, fp_root_kind(root), err);
    if (rc == FP_OK)
        rc = fp_folded_read(in, &reply.builder, &notes, err);
    reply.mended_names = notes.mended;
    reply.skipped_lines = notes.skipped;
    if (rc == FP_OK && reply.builder.total == 0) {
        fp_builder_release(&reply.builder); /* nothing but comments and zeros: no data */
        reply.form = FP_FORM_NONE;
    }
    if (rc == FP_OK)
        *ret_reply = reply;
    else
        fp_reply_release(&reply);
    return rc;
}

static int read_reply(struct fp_in *in, struct fp_slice root, struct fp_reply *ret_reply,
                      struct fp_error *err)
{
    (void)root; /* a reply names its own */
    return fp_reply_read(in, ret_reply, err);
}

typedef int reader(struct fp_in *in, struct fp_slice root, struct fp_reply *ret_reply, struct fp_error *err);

/* What the first bytes are, by what they can be: `{closure};main 5` begins like JSON, and a name may begin
 * like pprof. */
static int sniff(const struct looked_at *l, reader **ret_read, struct fp_error *err)
{
    size_t marked = l->used >= 3 && memcmp(l->bytes, FP_UTF8_MARK, 3) == 0 ? 3 : 0,
           first = skip_space(l, marked);
    bool stack = begins_with_stack(l, marked, first);
    int reply = first < l->used && l->bytes[first] == '{' ? is_reply(l, first, stack, err) : 0;

    if (first == l->used && l->used < sizeof l->bytes) /* DeepFlow says `null` of an empty window */
        return fp_error_set(err, FP_ETRUNCATED, "there is nothing in it, so it is no profile: was it ever written?");
    if (reply < 0)
        return reply;
    if (reply)
        *ret_read = read_reply;
    else if (!stack && fp_pprof_looks(l->bytes, l->used))
        *ret_read = read_pprof;
    else
        *ret_read = read_folded;
    return *ret_read == read_folded && !stack ? refuse_others(l, first, err) : FP_OK;
}

int fp_codec_read(struct fp_in *in, struct fp_slice root, uint64_t limit, struct fp_reply *ret_reply,
                  struct fp_error *err)
{
    struct looked_at looked = { .in.ops = &looked_at_ops };
    reader *read = NULL;
    int rc = fp_gunzip_open(in, limit, &looked.from, err);

    if (rc < 0)
        return rc;
    rc = look(&looked, err);
    if (rc == FP_OK)
        rc = sniff(&looked, &read, err);
    if (rc == FP_OK)
        rc = read(&looked.in, root, ret_reply, err);
    fp_in_close(looked.from);
    return rc;
}
