/*
 * One night: the reports of one window, as JSON and as a page model.
 *
 * The night's summary.json is a public interface like that of a report, schema 1,
 * additions only:
 *
 *   schema        1
 *   window        {start, end (half-open), timezone, label}
 *   path          of the night below the site: "2026/11/20"
 *   outcome       "failed": nothing could be had; "partial": some reports failed or are partial;
 *                 "empty": every report is empty, or there is none; else "ok"
 *   counts        {ok, empty, partial, failed}: reports by outcome
 *   requests      sent for all of them, and by the run that made this page to find out what patterns and
 *                 groupings stand for, retries included
 *   source        where the profiles came from
 *   generated, generator
 *   not_pressed   [{title, rows (null: not known), why, entry (of `services`)}]: services and values of tags that a pattern or
 *                 a grouping of the configuration found, and that have no report for the reason given
 *   services      one for each report, in the order of the configuration:
 *                 {service, title, event, language, path (of the report's directory below the night),
 *                 outcome, completeness, covered, unproved, total, unit, cores (null where that makes no
 *                 sense), unknown_share (of the value in frames without a symbol; null when there is no value),
 *                 requests, failed_parts (how many), failure (why it failed, or why the
 *                 first missing part is missing, and what to do; null), kept, baseline, rule, changed, too_few,
 *                 leads (what changed: see report/comparison.h),
 *                 diff (name of the picture of the difference beside the report's page; null: there is none)}
 *   kept          null, or of a later run of the night whose report was worth less, so that this one stayed:
 *                 {generated, outcome, completeness, covered, total, why (what that run did: "found nothing: …"),
 *                 failure (as above)}
 *
 * A run keeps one small entry a report, not whole summaries:
 *
 *     json_t *entries = json_array();
 *     fp_night_entry(summary, "checkout-api/on-cpu", &entry, &err);
 *     json_array_append_new(entries, entry);
 *     fp_night_make(&(struct fp_night_facts){ window, zone, source, now, entries }, &night, &err);
 *
 * Pure but for the time zone database. Everything is borrowed for the time of the call.
 */
#ifndef FP_REPORT_NIGHT_H
#define FP_REPORT_NIGHT_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "plan/window.h"

/* A service that the configuration means and that has no report all the same. */
struct fp_not_pressed {
    const char *title;
    int64_t rows;    /* that the source has of it; -1 = not known */
    const char *why; /* "beyond max_services (200) of services[1]" */
    size_t entry;    /* of the configuration, that found it */
};

struct fp_night_facts {
    const struct fp_window *window;
    const struct fp_zone *zone; /* NULL = UTC */
    const char *source;
    int64_t generated;          /* unix seconds, from the injected clock */
    json_t *entries;            /* an array; becomes part of the result (a reference is added) */
    json_t *not_pressed;        /* likewise, rows of fp_night_add_not_pressed or of an earlier summary; NULL = none */
    int64_t asked;              /* requests sent to find out what patterns and groupings stand for */
};

/* `path` is a directory name made by publish/sitepath, not a URL. The caller owns *ret_entry and *ret_night.
 * FP_ENOMEM only. */
int fp_night_entry(const json_t *summary, const char *path, json_t **ret_entry, struct fp_error *err);
/* Sets `kept` of an entry: `pressed`, the entry of a run at `generated`, did not take its place. */
int fp_night_entry_keep(json_t *entry, const json_t *pressed, const char *why, int64_t generated, struct fp_error *err);
/* Appends a row of `not_pressed`. */
int fp_night_add_not_pressed(json_t *rows, const struct fp_not_pressed *service, struct fp_error *err);
/* Has any of its reports data: is one ok, or partial? */
bool fp_night_has_data(const json_t *night);
int fp_night_make(const struct fp_night_facts *facts, json_t **ret_night, struct fp_error *err);

/*
 * The page model: label, counts_lead, counts [{outcome, mark, number, zero, why}], trouble_head and trouble
 * (failed reports first, then partial ones: {outcome, mark, href, title_pieces, event, why}), again,
 * trouble_leads (it stands before what changed, where nothing could be had), kept
 * [{outcome, mark, href, title_pieces, event, why}],
 * services_table and host_table ({services_caption, rows}), not_pressed [{why, names
 * [{title_pieces, comma}], names_more}], terms
 * [{term, text}] (each word that occurs in the tables, explained), trust_text, about (facts), generator,
 * generated, night_href; and has_X for each X that may be missing.
 * Before them stands what changed (report/changed.h). The tables' rows have, besides: versus and versus_title (the total
 * against its baseline's), spark (report/chart.h; from `trend`, which fp_history_annotate puts there) and service_href.
 * Links begin with `prefix`, a URL: "" on the night's own page, "2026/11/20/" on the index. `services_prefix`: likewise
 * of the services' pages, "../../../services/" and "services/"; NULL = there are none.
 */
int fp_night_view(const json_t *night, const struct fp_lang *lang, const char *prefix, const char *services_prefix,
                  json_t **ret_view, struct fp_error *err);

#endif
