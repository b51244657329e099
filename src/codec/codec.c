#include "codec/codec.h"

#include <stdlib.h>
#include <string.h>

#include "codec/folded.h"
#include "codec/gunzip.h"
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

/* The first byte that is not white space; 0 when there is none. */
static int first_byte(const struct looked_at *l)
{
    for (size_t i = 0; i < l->used; i++)
        if (!strchr(" \t\r\n", l->bytes[i]))
            return (unsigned char)l->bytes[i];
    return 0;
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
    int rc;

    fp_builder_init(&reply.builder);
    rc = fp_builder_root(&reply.builder, root, fp_root_kind(root), err);
    if (rc == FP_OK)
        rc = fp_folded_read(in, &reply.builder, &reply.mended_names, err);
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

int fp_codec_read(struct fp_in *in, struct fp_slice root, uint64_t limit, struct fp_reply *ret_reply,
                  struct fp_error *err)
{
    struct looked_at looked = { .in.ops = &looked_at_ops };
    int rc = fp_gunzip_open(in, limit, &looked.from, err);

    if (rc < 0)
        return rc;
    rc = look(&looked, err);
    if (rc < 0)
        ;
    else if (looked.used < sizeof looked.bytes && !first_byte(&looked)) /* DeepFlow says `null` of an empty window */
        rc = fp_error_set(err, FP_ETRUNCATED, "there is nothing in it, so it is no profile: was it ever written?");
    else if (fp_pprof_looks(looked.bytes, looked.used))
        rc = read_pprof(&looked.in, root, ret_reply, err);
    else if (first_byte(&looked) == '{')
        rc = fp_reply_read(&looked.in, ret_reply, err);
    else
        rc = read_folded(&looked.in, root, ret_reply, err);
    fp_in_close(looked.from);
    return rc;
}
