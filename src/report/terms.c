#include "report/terms.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
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
        { is_proved, "complete_proved", "term_proved_text" },
        { is_unproved, "complete_unproved",
          "term_unproved_text" },
        { is_partial, "complete_partial", "term_partial_text" },
        { is_empty, "outcome_empty", "term_empty_text" },
        { is_failed, "outcome_failed", "term_failed_text" },
        { is_kept, "complete_kept", "term_kept_text" },
        { has_cores, "col_cores", "term_cores_text" },
        { fp_entry_has_value, "col_no_symbol",
          "term_no_symbol_text" },
        { is_gauge, "last_value", "term_last_value_text" },
        { is_of_unknown_event, "term_units",
          "term_units_text" },
        { lacks_a_number, "term_dash", "term_dash_text" },
    };
    json_t *list = fp_model_array(model, view, "terms");

    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        json_t *row;

        if (!count_those(services, terms[i].occurs))
            continue;
        row = fp_model_row(model, list);
        fp_model_put(model, row, "term", fp_model_word(model, terms[i].term));
        fp_model_put(model, row, "text", fp_model_word(model, terms[i].text));
    }
    fp_model_put(model, view, "has_terms", json_boolean(json_array_size(list) > 0));
}

/* Can the numbers be trusted? The line under the counts; null when there are none. */
static void put_trust(struct fp_model *model, json_t *view, const json_t *services)
{
    size_t proved = count_those(services, is_proved), unproved = count_those(services, is_unproved);
    size_t all = count_those(services, fp_entry_has_value);
    char some[FP_UNIT_TEXT], total[FP_UNIT_TEXT];
    struct fp_str text;

    fp_count_format(total, (int64_t)all);
    if (!all || proved == all) {
        fp_model_put_word(model, view, "trust_text", all ? "trust_all" : NULL);
        return;
    }
    fp_str_init(&text, FP_LIMIT_TEXT);
    if (proved)
        fp_lang_say_count(model->lang, &text, (int64_t)proved, "trust_some", fp_count_format(some, (int64_t)proved), total,
                          NULL);
    else
        fp_lang_say_count(model->lang, &text, (int64_t)all, "trust_none", total, NULL);
    if (unproved)
        fp_lang_say_count(model->lang, &text, (int64_t)unproved, "trust_unproved", fp_lang_number(unproved).text, NULL);
    fp_model_put(model, view, "trust_text", fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
    fp_str_release(&text);
}

void fp_terms_put(struct fp_model *model, json_t *view, const json_t *services)
{
    put_terms(model, view, services);
    put_trust(model, view, services);
}
