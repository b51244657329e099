#include "cmd/inputs.h"

#include <string.h>

#include "base/in.h"
#include "base/limits.h"
#include "codec/codec.h"
#include "plan/event.h"
#include "press/draw.h"

void fp_inputs_init(struct fp_inputs *in, const char *service, const char *given_event)
{
    *in = (struct fp_inputs){ .service = service, .given_event = given_event, .form = FP_FORM_NONE };
    fp_builder_init(&in->builder);
    fp_str_init(&in->root, FP_LIMIT_NAME);
    fp_str_init(&in->files, FP_LIMIT_TEXT);
    fp_str_init(&in->event, FP_LIMIT_TEXT);
    fp_str_init(&in->zone, FP_LIMIT_TEXT);
    fp_str_init(&in->filter, FP_LIMIT_TEXT);
    fp_str_init(&in->completeness, FP_LIMIT_TEXT);
}

void fp_inputs_release(struct fp_inputs *in)
{
    fp_builder_release(&in->builder);
    fp_str_release(&in->root);
    fp_str_release(&in->files);
    fp_str_release(&in->event);
    fp_str_release(&in->zone);
    fp_str_release(&in->filter);
    fp_str_release(&in->completeness);
}

/* The last component of a path. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

static const char *shown_name(const char *path)
{
    return strcmp(path, "-") ? base_name(path) : "standard input";
}

/* ---- what the files say of themselves ---- */

/* What is measured must be one thing. Files that do not say are taken at the word of the command line, or of the
 * first file. */
static int agree_on_event(struct fp_inputs *in, const struct fp_reply *reply, const char *path, struct fp_error *err)
{
    const struct fp_pprof_meta *meta = &reply->meta;
    bool stated = meta->event && *meta->event;
    const char *event = in->given_event                                                  ? in->given_event
                        : stated                                                         ? meta->event
                        : reply->form == FP_FORM_FOLDED || reply->form == FP_FORM_PPROF ? "cpu"
                                                                                         : "on-cpu";
    enum fp_unit unit = fp_event_find(event)->unit;

    if (reply->form == FP_FORM_NONE && !stated)
        return FP_OK; /* nothing, of whatever kind */
    /* a unit that the file names for certain is right whatever the event is called */
    if (stated && (meta->unit != FP_UNIT_UNITS || !in->given_event))
        unit = meta->unit;
    if (!in->event.len) {
        fp_str_puts(&in->event, event);
        in->unit = unit;
        in->stated = stated;
        in->first = path;
        return fp_str_status(&in->event, "an event type", err);
    }
    if ((stated || in->stated) && (unit != in->unit || strcmp(event, in->event.data) != 0))
        return fp_error_set(err, FP_EDATA,
                            "%s in %s does not add up with the %s in %s of %s: render the files apart%s", event,
                            fp_unit_name(unit), in->event.data, fp_unit_name(in->unit), in->first,
                            unit == in->unit ? ", or say with --event what they are" : "");
    in->stated |= stated;
    return FP_OK;
}

/* Keeps the text that all files have. */
static void agree_on_text(const struct fp_inputs *in, struct fp_str *kept, const char *text)
{
    if (in->replies == 1)
        fp_str_puts(kept, text ? text : "");
    else if (!fp_slice_is(fp_str_slice(kept), text ? text : ""))
        fp_str_clear(kept);
}

/* One window for all, where theirs overlap or touch: one with a hole would claim what nobody measured. */
static void agree_on_window(struct fp_inputs *in, const struct fp_pprof_meta *meta)
{
    bool known = meta->start < meta->end;

    if (in->replies == 1 && known) {
        in->start = meta->start;
        in->end = meta->end;
    } else if (known && in->start < in->end && meta->start <= in->end && in->start <= meta->end) {
        in->start = meta->start < in->start ? meta->start : in->start;
        in->end = meta->end > in->end ? meta->end : in->end;
    } else {
        in->start = in->end = 0;
    }
}

static void agree_on_rest(struct fp_inputs *in, const struct fp_pprof_meta *meta)
{
    agree_on_window(in, meta);
    agree_on_text(in, &in->zone, fp_draw_note(meta, FP_DRAW_NOTE_ZONE));
    agree_on_text(in, &in->filter, meta->filter);
    agree_on_text(in, &in->completeness, fp_draw_note(meta, FP_DRAW_NOTE_COMPLETENESS));
    in->missing += fp_draw_missing(meta);
    in->sample = in->replies == 1 || in->sample == meta->sample ? meta->sample : 0;
}

/* ---- the stacks ---- */

static int add_reply(struct fp_inputs *in, struct fp_reply *reply, struct fp_error *err)
{
    enum fp_frame_kind kind;
    struct fp_slice name;
    int rc;

    in->replies++;
    agree_on_rest(in, &reply->meta);
    in->mended_names += reply->mended_names;
    in->skipped_lines += reply->skipped_lines;
    in->balance.nodes += reply->balance.nodes;
    if (__builtin_add_overflow(in->balance.value, reply->balance.value, &in->balance.value))
        in->balance.value = INT64_MAX;
    if (reply->form != FP_FORM_NONE)
        in->form = reply->form;
    if (!reply->builder.count)
        return FP_OK;
    if (!in->builder.count) {
        name = in->service ? fp_slice_of(in->service)
                           : fp_names_get(&reply->builder.names, reply->builder.name[0]);
        kind = (enum fp_frame_kind)reply->builder.names.kind[reply->builder.name[0]];
        if (in->service)
            kind = fp_root_kind(name);
        fp_str_append(&in->root, name.data, name.len);
        rc = fp_builder_root(&in->builder, name, kind, err);
        if (rc < 0)
            return rc;
    }
    return fp_builder_merge(&in->builder, &reply->builder, err);
}

int fp_inputs_add(struct fp_inputs *in, const char *path, struct fp_error *err)
{
    const char *root = in->service ? in->service : base_name(path);
    struct fp_reply reply;
    struct fp_in *from;
    int rc = fp_in_open_file(path, &from, err);

    if (rc < 0)
        return rc;
    /* folded stacks, and pprof of others, have no root of their own: it is called after the file */
    rc = fp_codec_read(from, fp_slice_of(root), FP_LIMIT_RESPONSE_MAX, &reply, err);
    if (rc == FP_OK) {
        rc = agree_on_event(in, &reply, path, err);
        if (rc == FP_OK)
            rc = add_reply(in, &reply, err);
        fp_reply_release(&reply);
    }
    if (rc < 0 && rc != FP_EIO) /* what could not be read has named the file */
        fp_error_at(err, strcmp(path, "-") ? path : "standard input", 0, 0, -1);
    if (in->files.len < 300) {
        if (in->files.len)
            fp_str_puts(&in->files, ", ");
        fp_str_puts(&in->files, shown_name(path));
    }
    return rc;
}
