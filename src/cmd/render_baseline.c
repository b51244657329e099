#include "cmd/render_baseline.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "plan/event.h"
#include "press/draw.h"

#define NOTES 3

static int take(struct fp_baseline *baseline, struct fp_inputs *old, struct fp_error *err)
{
    struct fp_str texts[NOTES];
    const char *notes[NOTES];
    struct fp_pprof_meta meta = {
        .unit = old->unit,
        .start = old->start,
        .end = old->end,
        .sample = old->sample,
        .filter = old->filter.data,
        .notes = notes,
        .note_count = NOTES,
        .ours = true,
    };
    int rc = FP_OK;

    for (size_t i = 0; i < NOTES; i++)
        fp_str_init(&texts[i], FP_LIMIT_TEXT);
    fp_str_printf(&texts[0], FP_DRAW_NOTE_COMPLETENESS "%s",
                  old->evidence == FP_EVIDENCE_PROFILE ? fp_completeness_name(old->completeness) : "");
    fp_str_printf(&texts[1], FP_DRAW_NOTE_MISSING "%" PRId64, old->missing);
    fp_str_printf(&texts[2], old->zone.len ? FP_DRAW_NOTE_ZONE "%s" : "%s", old->zone.data);
    for (size_t i = 0; i < NOTES; i++) {
        notes[i] = texts[i].data;
        if (rc == FP_OK)
            rc = fp_str_status(&texts[i], "a note", err);
    }
    fp_str_puts(&baseline->label, old->files.data);
    if (rc == FP_OK)
        rc = fp_baseline_take(baseline, &old->builder, &meta, fp_event_find(old->event.data)->objects, err);
    for (size_t i = 0; i < NOTES; i++)
        fp_str_release(&texts[i]);
    return rc;
}

/* Files that do not say what they measure are taken to be like the newer ones; those that do must agree. */
static int agree(struct fp_inputs *old, const struct fp_inputs *newer, struct fp_error *err)
{
    if (!newer->event.len || newer->given_event)
        return FP_OK;
    if (!old->stated) {
        fp_str_clear(&old->event);
        fp_str_puts(&old->event, newer->event.data);
        old->unit = newer->unit;
        return fp_str_status(&old->event, "an event type", err);
    }
    if (newer->stated && strcmp(old->event.data, newer->event.data) != 0)
        return fp_error_set(err, FP_EDATA,
                            "%s measures %s, not %s as %s does: compare like with like, or say with "
                            "--event what both are",
                            old->first, old->event.data, newer->event.data, newer->first);
    return FP_OK;
}

int fp_render_baseline(struct fp_baseline *baseline, const char *const *files, size_t count,
                       const struct fp_inputs *newer, struct fp_error *err)
{
    struct fp_inputs old;
    int rc = FP_OK;

    fp_inputs_init(&old, newer->root.len ? newer->root.data : newer->service, newer->given_event);
    for (size_t i = 0; i < count && rc == FP_OK; i++)
        rc = fp_inputs_add(&old, files[i], err);
    if (rc == FP_OK)
        rc = fp_inputs_finish(&old, err);
    if (rc == FP_OK)
        rc = agree(&old, newer, err);
    if (rc == FP_OK)
        rc = take(baseline, &old, err);
    else
        fp_error_prepend(err, "the baseline");
    fp_inputs_release(&old);
    return rc;
}
