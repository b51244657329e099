#include "report/terms.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "plan/event.h"
#include "report/entry.h"

/* ---- what a row of the tables may be ---- */

static bool is_complete_as(const json_t *entry, const char *completeness)
{
    return fp_entry_has_value(entry) && !strcmp(fp_model_get_text(entry, "completeness"), completeness);
}

static bool is_proved(const json_t *entry)
{
    return is_complete_as(entry, "proved");
}

static bool is_unproved(const json_t *entry)
{
    return is_complete_as(entry, "unproved") || (fp_entry_has_value(entry) && fp_model_get_real(entry, "unproved") > 0);
}

static bool is_partial(const json_t *entry)
{
    return fp_entry_has_outcome(entry, "partial") || is_complete_as(entry, "partial");
}

static bool is_empty(const json_t *entry)
{
    return fp_entry_has_outcome(entry, "empty");
}

static bool is_failed(const json_t *entry)
{
    return fp_entry_has_outcome(entry, "failed");
}

static bool is_gauge(const json_t *entry)
{
    return fp_entry_has_value(entry) && fp_event_find(fp_model_get_text(entry, "event"))->gauge;
}

static bool is_of_unknown_event(const json_t *entry)
{
    return fp_entry_has_value(entry) && !fp_event_find(fp_model_get_text(entry, "event"))->known;
}

static bool is_kept(const json_t *entry)
{
    return json_is_object(json_object_get(entry, "kept"));
}

static bool has_cores(const json_t *entry)
{
    return json_is_number(json_object_get(entry, "cores"));
}

static bool lacks_a_number(const json_t *entry)
{
    return !fp_entry_has_value(entry) || !has_cores(entry);
}

static size_t count_those(const json_t *services, bool (*is)(const json_t *entry))
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(services); i++)
        count += is(json_array_get(services, i));
    return count;
}

/* ---- what is said of them ---- */

/* Each word that occurs in the tables, explained once. */
static void put_terms(struct fp_model *model, json_t *view, const json_t *services)
{
    static const struct {
        bool (*occurs)(const json_t *entry);
        const char *term, *text;
    } terms[] = {
        { is_proved, "proved", "the server cannot have cut the reply: nothing is missing" },
        { is_unproved, "unproved",
          "the server may have cut the reply, and does not say so: the true total is at "
          "least the one shown" },
        { is_partial, "partial", "some requests failed: the numbers are of the rest of the window" },
        { is_empty, "empty", "the server answered and had no sample, which is not a zero that was measured" },
        { is_failed, "failed", "nothing could be had; the report says why, and what to do" },
        { is_kept, "kept", "the report of an earlier run: a later one had less, as said above" },
        { has_cores, "cores", "CPU time divided by the time of the window" },
        { fp_entry_has_value, "no symbol",
          "share of the total that was measured in frames whose function has no name" },
        { is_gauge, "last value", "the total of a gauge is its last value in the window, not a sum over it" },
        { is_of_unknown_event, "units",
          "the event type is not in flamepress\u2019s table: plain units that add up" },
        { lacks_a_number, "\u2013", "not known, or without a meaning for the event; never zero" },
    };
    json_t *list = fp_model_array(model, view, "terms");

    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        json_t *row;

        if (!count_those(services, terms[i].occurs))
            continue;
        row = fp_model_row(model, list);
        fp_model_put(model, row, "term", fp_model_text(terms[i].term));
        fp_model_put(model, row, "text", fp_model_text(terms[i].text));
    }
    fp_model_put(model, view, "has_terms", json_boolean(json_array_size(list) > 0));
}

/* Can the numbers be trusted? The line under the counts; null when there are none. */
static void put_trust(struct fp_model *model, json_t *view, const json_t *services)
{
    size_t proved = count_those(services, is_proved), unproved = count_those(services, is_unproved);
    size_t all = count_those(services, fp_entry_has_value);
    char some[FP_UNIT_TEXT], total[FP_UNIT_TEXT], more[160] = "";

    fp_count_format(total, (int64_t)all);
    if (!all) {
        fp_model_put(model, view, "trust_text", json_null());
        return;
    }
    if (proved == all) {
        fp_model_printf(model, view, "trust_text", "All profiles with data are proved complete.");
        return;
    }
    if (unproved)
        snprintf(more, sizeof more,
                 " %zu %s unproved: the server may have cut %s, so the true total is at least the one shown.",
                 unproved, unproved == 1 ? "is" : "are", unproved == 1 ? "it" : "them");
    fp_model_printf(model, view, "trust_text", "%s of %s %s proved complete.%s",
                    proved ? fp_count_format(some, (int64_t)proved) : "None", total,
                    all == 1      ? "profile is"
                    : proved == 1 ? "profiles is"
                                  : "profiles are",
                    more);
}

void fp_terms_put(struct fp_model *model, json_t *view, const json_t *services)
{
    put_terms(model, view, services);
    put_trust(model, view, services);
}
