#include "cmd/inputs.h"

#include <string.h>

#include "base/in.h"
#include "base/limits.h"
#include "codec/codec.h"
#include "plan/event.h"
#include "press/draw.h"

void fp_inputs_init(struct fp_inputs *in, const char *service, const char *given_event)
{
    *in = (struct fp_inputs){ .service = service,
                              .given_event = given_event,
                              .completeness = FP_COMPLETE_UNPROVED,
                              .listing = { .to = &in->files, .max = FP_LIMIT_LISTING } };
    fp_builder_init(&in->builder);
    fp_names_init(&in->services);
    fp_str_init(&in->root, FP_LIMIT_NAME);
    fp_str_init(&in->form, FP_LIMIT_TEXT);
    fp_str_init(&in->files, FP_LIMIT_TEXT);
    fp_str_init(&in->event, FP_LIMIT_TEXT);
    fp_str_init(&in->zone, FP_LIMIT_TEXT);
    fp_str_init(&in->filter, FP_LIMIT_TEXT);
}

void fp_inputs_release(struct fp_inputs *in)
{
    fp_builder_release(&in->builder);
    fp_names_release(&in->services);
    fp_str_release(&in->root);
    fp_str_release(&in->form);
    fp_str_release(&in->files);
    fp_str_release(&in->event);
    fp_str_release(&in->zone);
    fp_str_release(&in->filter);
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

/* ---- what the files measure ---- */

static bool is_time(enum fp_unit unit)
{
    return unit == FP_UNIT_MICROSECONDS || unit == FP_UNIT_NANOSECONDS;
}

/* Time on a CPU, which others than DeepFlow, and we in pprof profiles, call "cpu". */
static bool is_cpu_time(const char *event, enum fp_unit unit)
{
    return is_time(unit) && (strcmp(event, "on-cpu") == 0 || strcmp(event, "cpu") == 0);
}

/* May what says that it is `meta->event` be called `given`? A name that nobody here knows may be given another; its unit
 * must be right in every case. */
static bool may_be_called(const struct fp_pprof_meta *meta, const char *given)
{
    const struct fp_event *event = fp_event_find(given);

    if (strcmp(meta->event, given) == 0 || (is_cpu_time(meta->event, meta->unit) && is_cpu_time(given, meta->unit)))
        return true;
    if (meta->ours || fp_event_find(meta->event)->known)
        return false;
    return !event->known || meta->unit == FP_UNIT_UNITS || meta->unit == event->unit ||
           (is_time(meta->unit) && is_time(event->unit));
}

/* What one file measures: as it says, or as the command line, or its form, has it. */
struct measured {
    const char *event;
    enum fp_unit unit;
    bool stated; /* by the file */
};

static struct measured measured_by(const struct fp_inputs *in, const struct fp_reply *reply)
{
    const struct fp_pprof_meta *meta = &reply->meta;
    bool counts = reply->form == FP_FORM_FOLDED || reply->form == FP_FORM_PPROF;
    struct measured m = { .stated = meta->event && *meta->event };

    m.event = in->given_event ? in->given_event : m.stated ? meta->event : counts ? "cpu" : "on-cpu";
    m.unit = fp_event_find(m.event)->unit;
    /* a unit that the file names for certain is right whatever the event is called */
    if (m.stated && (meta->unit != FP_UNIT_UNITS || !in->given_event))
        m.unit = meta->unit;
    return m;
}

/* What was there at the end of one window and what was there at the end of another are not a sum of anything. */
static int agree_on_gauge(const struct fp_inputs *in, const struct fp_pprof_meta *meta, struct fp_error *err)
{
    bool known = in->start < in->end && meta->start < meta->end;

    if (!fp_event_find(in->event.data)->gauge || !known || (in->start == meta->start && in->end == meta->end))
        return FP_OK;
    return fp_error_set(err, FP_EDATA, "it is of another window than %s, and %s is the last value in a window: such "
                        "values do not add up over time; render the files apart", in->first, in->event.data);
}

/* What is measured must be one thing. */
static int agree_on_event(struct fp_inputs *in, const struct fp_reply *reply, const char *path, struct fp_error *err)
{
    struct measured m = measured_by(in, reply);
    const char *assumed = in->given_event ? "" : " (taken for that: it does not say)";

    if (reply->form == FP_FORM_NONE && !m.stated)
        return FP_OK; /* nothing, of whatever kind */
    if (m.stated && in->given_event && !may_be_called(&reply->meta, in->given_event))
        return fp_error_set(err, FP_EDATA,
                            "it says that it measures %s in %s, which is not \"--event %s\": leave --event out, or give "
                            "another file", reply->meta.event, fp_unit_name(reply->meta.unit), in->given_event);
    if (!in->event.len) {
        fp_str_puts(&in->event, m.event);
        in->unit = m.unit;
        in->stated = m.stated;
        in->first = strcmp(path, "-") ? path : "standard input";
        return fp_str_status(&in->event, "an event type", err);
    }
    if (m.unit == in->unit && strcmp(m.event, in->event.data) == 0)
        return agree_on_gauge(in, &reply->meta, err);
    return fp_error_set(err, FP_EDATA, "%s in %s%s does not add up with the %s in %s%s of %s: render the files apart%s",
                        m.event, fp_unit_name(m.unit), m.stated ? "" : assumed, in->event.data, fp_unit_name(in->unit),
                        in->stated ? "" : assumed, in->first,
                        m.stated && in->stated ? "" : ", or say with --event what they are");
}

/* ---- what else they say of themselves ---- */

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
    in->missing += fp_draw_missing(meta);
    in->sample = in->replies == 1 || in->sample == meta->sample ? meta->sample : 0;
}

/* The least complete of them all, and why. */
static void agree_on_completeness(struct fp_inputs *in, const struct fp_reply *reply)
{
    const char *note = fp_draw_note(&reply->meta, FP_DRAW_NOTE_COMPLETENESS);
    int said = note ? fp_completeness_of(note) : -1;
    enum fp_completeness completeness = said < 0 ? FP_COMPLETE_UNPROVED : (enum fp_completeness)said;
    enum fp_evidence evidence = said >= 0                       ? FP_EVIDENCE_PROFILE
                                : reply->form == FP_FORM_PPROF  ? FP_EVIDENCE_PPROF
                                : reply->form == FP_FORM_FOLDED ? FP_EVIDENCE_FOLDED
                                                                : FP_EVIDENCE_REPLY;

    if (reply->form == FP_FORM_NONE && said < 0)
        return; /* of nothing, nothing was cut */
    if (!in->evidence || completeness > in->completeness) {
        in->completeness = completeness;
        in->evidence = evidence;
    } else if (completeness == in->completeness && evidence > in->evidence) {
        in->evidence = evidence;
    }
}

/* ---- the stacks ---- */

/* A root that names a service which is not known yet adds to the list. */
static int note_service(struct fp_inputs *in, const struct fp_builder *from, struct fp_error *err)
{
    struct fp_slice name = fp_names_get(&from->names, from->name[0]);
    enum fp_frame_kind kind = (enum fp_frame_kind)from->names.kind[from->name[0]];
    uint32_t id;

    in->root_kind = in->services.count && in->root_kind != kind ? FP_KIND_PROCESS : kind;
    return fp_names_intern(&in->services, name, FP_KIND_PROCESS, &id, err);
}

static int add_reply(struct fp_inputs *in, struct fp_reply *reply, struct fp_error *err)
{
    int rc;

    in->replies++;
    agree_on_completeness(in, reply);
    agree_on_rest(in, &reply->meta);
    in->mended_names += reply->mended_names;
    in->skipped_lines += reply->skipped_lines;
    in->balance.nodes += reply->balance.nodes;
    if (__builtin_add_overflow(in->balance.value, reply->balance.value, &in->balance.value))
        in->balance.value = INT64_MAX;
    if (reply->form != FP_FORM_NONE)
        in->forms |= 1u << reply->form;
    if (!reply->builder.count)
        return FP_OK;
    rc = note_service(in, &reply->builder, err);
    if (rc == FP_OK && !in->builder.count) /* what it is called is known when all have been read */
        rc = fp_builder_root(&in->builder, fp_slice_of(""), in->root_kind, err);
    return rc == FP_OK ? fp_builder_merge(&in->builder, &reply->builder, err) : rc;
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
    fp_listing_add(&in->listing, fp_slice_of(shown_name(path)));
    return rc;
}

/* One service is called as it is, of several the first ones are named. */
static void name_root(struct fp_inputs *in)
{
    struct fp_listing names = { .to = &in->root, .max = FP_LIMIT_LISTING_TITLE };

    if (in->service) {
        fp_str_puts(&in->root, in->service);
        in->root_kind = fp_root_kind(fp_slice_of(in->service));
        return;
    }
    if (in->services.count == 1)
        names.max = FP_LIMIT_NAME;
    for (uint32_t id = 0; id < in->services.count; id++)
        fp_listing_add(&names, fp_names_get(&in->services, id));
    fp_listing_end(&names);
}

int fp_inputs_finish(struct fp_inputs *in, struct fp_error *err)
{
    struct fp_listing forms = { .to = &in->form, .max = FP_LIMIT_TEXT };
    int rc;

    fp_listing_end(&in->listing);
    for (int form = 0; form <= FP_FORM_PPROF; form++)
        if (in->forms & 1u << form)
            fp_listing_add(&forms, fp_slice_of(fp_form_name((enum fp_form)form)));
    rc = fp_str_status(&in->files, "the names of the files", err);
    if (rc == FP_OK)
        rc = fp_str_status(&in->form, "the forms of the files", err);
    if (rc < 0 || !in->builder.count)
        return rc;
    name_root(in);
    fp_str_replace_nul(&in->root); /* it is the title, too */
    rc = fp_str_status(&in->root, "the name of the root", err);
    if (rc == FP_OK)
        rc = fp_names_intern(&in->builder.names, fp_str_slice(&in->root), in->root_kind, &in->builder.name[0], err);
    return rc;
}
