/*
 * One report as an entry of a night's summary (report/night.h): what everybody asks of it.
 *
 * Total: an entry with members missing has no value, no host and no baseline. Pure.
 */
#ifndef FP_REPORT_ENTRY_H
#define FP_REPORT_ENTRY_H

#include <stdbool.h>
#include <string.h>

#include <jansson.h>

#include "profile/frame_kind.h"
#include "report/model.h"

static inline bool fp_entry_has_outcome(const json_t *entry, const char *outcome)
{
    return strcmp(fp_model_get_text(entry, "outcome"), outcome) == 0;
}

/* Does it have numbers? An empty or failed report has none, which is not the same as zeros. */
static inline bool fp_entry_has_value(const json_t *entry)
{
    return fp_entry_has_outcome(entry, "ok") || fp_entry_has_outcome(entry, "partial");
}

static inline bool fp_entry_is_host(const json_t *entry)
{
    return fp_root_kind(fp_model_get_slice(entry, "service")) == FP_KIND_HOST;
}

/* Was there something to compare it with? Entries of older nights do not even say. */
static inline bool fp_entry_has_baseline(const json_t *entry)
{
    return json_is_object(json_object_get(entry, "baseline"));
}

#endif
