/*
 * The section "What changed" of a report's page; its members stand in report/comparison.h.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "plan/event.h"
#include "report/comparison.h"
#include "report/leads.h"
#include "report/words.h"

#define ROOT_OF_SITE "../../../../../" /* from DIR/YYYY/MM/DD/SERVICE/EVENT/ */
#define PARTS_SHOWN 20u                /* of one change */

struct section {
    const struct fp_tables *tables;
    struct fp_model *model;
    json_t *root;
    const json_t *summary, *baseline, *comparison, *changes;
    int64_t before, after; /* the totals that shares are of */
    int decimals;          /* of cores */
    const char *amount_head;
    double then_seconds, now_seconds; /* that the totals are of; 0 = not known */
    bool rates;                       /* they differ: sums of the two cannot be compared */
    const char *svg;                  /* of the difference; "" = none */
};

static void put_word(struct section *s, const char *key, const char *word)
{
    fp_model_put_word(s->model, s->root, key, word);
}

static void put_text(struct section *s, const char *key, const char *text)
{
    fp_model_put(s->model, s->root, key, fp_model_text_or_null(text));
}

/* ---- one change ---- */

static bool is_verdict(const json_t *change, const char *verdict)
{
    return strcmp(fp_model_get_text(change, "verdict"), verdict) == 0;
}

static int64_t value_of(const json_t *change, bool newer)
{
    bool by_self = json_is_true(json_object_get(change, "by_self"));

    if (by_self)
        return fp_model_get_int(change, newer ? "after_self" : "before_self");
    return fp_model_get_int(change, newer ? "after_total" : "before_total");
}

/* What became of it in one word: "new", "gone", or the relative change; a doubling is +100 %. */
static void put_relative(struct section *s, json_t *row, const json_t *change)
{
    double before = fp_model_get_real(change, "before_share"), relative;
    char text[FP_UNIT_TEXT];

    fp_model_put(s->model, row, "word_order", json_null());
    if (is_verdict(change, "new") || is_verdict(change, "gone")) {
        fp_model_put_word(s->model, row, "word", is_verdict(change, "new") ? "verdict_new" : "verdict_gone");
    } else if (before <= 0 || fp_model_get_real(change, "after_share") <= 0) {
        fp_model_put_word(s->model, row, "word", before <= 0 ? "none_before" : "none_after");
    } else {
        relative = 100 * fp_model_get_real(change, "effect") / before;
        if (fabs(relative) < 1000)
            fp_fixed_format(text, relative, 1);
        else
            fp_number_format(text, round(relative));
        strcat(text, " %");
        fp_model_put(s->model, row, "word_order", json_real(relative));
        fp_model_put(s->model, row, "word", fp_model_text(fp_signed(text, relative)));
    }
}

/* A value as it is compared in words: itself, or what it comes to in an hour. */
static int64_t rated(const struct section *s, int64_t value, bool newer)
{
    double seconds = newer ? s->now_seconds : s->then_seconds;

    return s->rates ? (int64_t)((double)value / seconds * 3600) : value;
}

/* How much more or less, in cores where there are some, else in the unit of the profile. */
static void put_amount(struct section *s, json_t *row, const json_t *change)
{
    int64_t before = value_of(change, false), after = value_of(change, true);
    int64_t more = rated(s, after, true) - rated(s, before, false);
    const json_t *cores = json_object_get(change, "cores");
    double in_cores = json_number_value(cores);
    char text[FP_UNIT_TEXT], exact[FP_UNIT_TEXT];

    if (json_is_number(cores))
        fp_model_put(s->model, row, "amount",
                     fp_model_text(fp_signed(fp_fixed_format(text, in_cores, s->decimals), in_cores)));
    else
        fp_model_put(s->model, row, "amount",
                     fp_model_text(fp_signed(fp_lang_value(s->model->lang, text, more, s->tables->unit), (double)more)));
    fp_model_put(s->model, row, "amount_order", json_is_number(cores) ? json_real(in_cores) : json_integer(more));
    fp_model_say(s->model, row, "exact",
                 json_is_true(json_object_get(change, "by_self")) ? "before_after_self" : "before_after",
                 fp_lang_exact(s->model->lang, text, before, s->tables->unit),
                 fp_lang_exact(s->model->lang, exact, after, s->tables->unit), NULL);
}

static void put_side(struct section *s, json_t *row, const char *key, int64_t value, int64_t whole)
{
    if (value > 0)
        fp_words_put_share(s->model, row, key, value, whole);
    else
        fp_model_put(s->model, row, key, fp_model_text("\u2013"));
}

/* A place of its own, whose name is what the page's graph takes for this frame in the difference: a link to it is good with
 * and without script. The row itself leads to the picture, and to the graph where that runs. */
static void put_place(struct section *s, json_t *row, const char *node)
{
    const json_t *files = json_object_get(s->summary, "files");
    bool has_graph = *fp_model_get_text(files, "script"), has_png = *fp_model_get_text(files, "diff_png");

    fp_model_put(s->model, row, "place", json_null());
    fp_model_put(s->model, row, "href", json_null());
    fp_model_put(s->model, row, "node", json_null());
    if (!*node)
        return;
    fp_model_printf(s->model, row, "place", FP_LEADS_DIFFERENCE "%s", node);
    if (*s->svg)
        fp_model_printf(s->model, row, "href", "%s#node=%s", s->svg, node); /* our own name, and hex digits */
    else if (has_png || has_graph)
        fp_model_put(s->model, row, "href", fp_model_text(has_png ? "#difference" : "#graph"));
    if (has_graph)
        fp_model_put(s->model, row, "node", fp_model_text(node));
}

static json_t *push_change(struct section *s, json_t *list, const json_t *change)
{
    json_t *row = fp_model_row(s->model, list);
    double points = 100 * fp_model_get_real(change, "effect");
    char text[FP_UNIT_TEXT];
    bool has_raw = json_is_string(json_object_get(change, "raw"));

    fp_words_put_name(s->model, row, "pieces", "cut",
                      fp_frame_bare_name(fp_frame_kind_named(fp_model_get_text(change, "kind")),
                                         fp_model_get_slice(change, "name")));
    fp_model_put(s->model, row, "raw",
                 has_raw ? fp_model_slice(fp_model_get_slice(change, "raw")) : json_null());
    put_place(s, row, fp_model_get_text(change, "node"));
    fp_model_put(s->model, row, "self", json_boolean(json_is_true(json_object_get(change, "by_self"))));
    put_side(s, row, "before", value_of(change, false), s->before);
    put_side(s, row, "after", value_of(change, true), s->after);
    fp_model_put(s->model, row, "points", fp_model_text(fp_signed(fp_fixed_format(text, points, 2), points)));
    fp_model_put(s->model, row, "before_order", fp_model_number(json_object_get(change, "before_share")));
    fp_model_put(s->model, row, "after_order", fp_model_number(json_object_get(change, "after_share")));
    fp_model_put(s->model, row, "points_order", json_real(points));
    put_relative(s, row, change);
    put_amount(s, row, change);
    return row;
}

/* ---- changes and what is part of them ---- */

static bool leads(const json_t *changes, size_t index)
{
    const json_t *lead = json_object_get(json_array_get(changes, index), "lead");

    return json_is_integer(lead) && json_integer_value(lead) == (json_int_t)index;
}

/* Those that a lead explains, folded away. */
static void put_parts(struct section *s, json_t *row, size_t lead)
{
    size_t count = 0;
    json_t *parts = json_object(), *rows = fp_model_array(s->model, parts, "rows");

    for (size_t i = 0; i < json_array_size(s->changes); i++) {
        const json_t *change = json_array_get(s->changes, i), *of = json_object_get(change, "lead");

        if (i == lead || !json_is_integer(of) || json_integer_value(of) != (json_int_t)lead)
            continue;
        if (count++ < PARTS_SHOWN)
            push_change(s, rows, change);
    }
    fp_model_say_count(s->model, parts, "label", (int64_t)count, "parts_label", fp_lang_number(count).text, NULL);
    if (count > PARTS_SHOWN)
        fp_model_say(s->model, parts, "beyond", "more_in_summary", fp_lang_number(count - PARTS_SHOWN).text, NULL);
    else
        fp_model_put(s->model, parts, "beyond", json_null());
    fp_model_put(s->model, row, "parts", count ? json_incref(parts) : json_null());
    json_decref(parts);
}

/* The leads of one direction. */
static void put_direction(struct section *s, const char *key, const char *caption, double direction)
{
    json_t *table = json_object(), *rows = fp_model_array(s->model, table, "rows");
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(s->changes); i++) {
        const json_t *change = json_array_get(s->changes, i);

        if (!leads(s->changes, i) || fp_model_get_real(change, "effect") * direction <= 0)
            continue;
        if (count++ < FP_TABLES_SHOWN)
            put_parts(s, push_change(s, rows, change), i);
    }
    fp_model_put_word(s->model, table, "caption", caption);
    fp_model_put(s->model, table, "quiet", json_false());
    fp_model_put(s->model, table, "amount_head", fp_model_word(s->model, s->amount_head));
    if (count > FP_TABLES_SHOWN)
        fp_model_say(s->model, table, "beyond", "more_in_summary", fp_lang_number(count - FP_TABLES_SHOWN).text, NULL);
    else
        fp_model_put(s->model, table, "beyond", json_null());
    fp_model_put(s->model, s->root, key, count ? json_incref(table) : json_null());
    json_decref(table);
}

static void put_moved(struct section *s)
{
    json_t *moved = json_object(), *rows = fp_model_array(s->model, moved, "rows");
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(s->changes); i++) {
        const json_t *change = json_array_get(s->changes, i);

        if (is_verdict(change, "moved") && count++ < FP_LIMIT_TOP_FUNCTIONS)
            push_change(s, rows, change);
    }
    fp_model_say_count(s->model, moved, "label", (int64_t)count, "moved_label", fp_lang_number(count).text, NULL);
    fp_model_put_word(s->model, moved, "text", "moved_text");
    fp_model_put(s->model, moved, "caption", fp_model_word(s->model, "moved"));
    fp_model_put(s->model, moved, "quiet", json_true());
    fp_model_put(s->model, moved, "amount_head", fp_model_word(s->model, s->amount_head));
    if (count > FP_LIMIT_TOP_FUNCTIONS)
        fp_model_say(s->model, moved, "beyond", "more_in_summary", fp_lang_number(count - FP_LIMIT_TOP_FUNCTIONS).text, NULL);
    else
        fp_model_put(s->model, moved, "beyond", json_null());
    fp_model_put(s->model, s->root, "moved", count ? json_incref(moved) : json_null());
    json_decref(moved);
}

/* ---- the few that lead, above the graph ---- */

#define BRIEF_ROWS 5u

/* The lead of the largest effect that is not taken; the number of all when there is none. */
static size_t next_lead(const struct section *s, const size_t *taken, size_t count)
{
    size_t best = json_array_size(s->changes);
    double most = 0;

    for (size_t i = 0; i < json_array_size(s->changes); i++) {
        double effect = fabs(fp_model_get_real(json_array_get(s->changes, i), "effect"));
        bool is_taken = false;

        for (size_t k = 0; k < count; k++)
            is_taken |= taken[k] == i;
        if (!is_taken && effect > most && leads(s->changes, i)) {
            best = i;
            most = effect;
        }
    }
    return best;
}

/* What a reader in a hurry needs: the verdict and the largest changes. The tables are below the graph. */
static void put_brief(struct section *s)
{
    json_t *brief = fp_model_object(s->model, s->root, "changes_brief"), *rows = fp_model_array(s->model, brief, "rows");
    size_t taken[BRIEF_ROWS], count = 0;

    for (size_t i; count < BRIEF_ROWS && (i = next_lead(s, taken, count)) < json_array_size(s->changes); count++) {
        const json_t *change = json_array_get(s->changes, i);
        bool less = fp_model_get_real(change, "effect") < 0;
        json_t *row = push_change(s, rows, change);

        fp_model_put(s->model, row, "mark", fp_model_text(less ? "\u25bc" : "\u25b2"));
        fp_model_put(s->model, row, "sense", fp_model_text(less ? "less" : "more"));
        fp_model_put_word(s->model, row, "direction", less ? "less_hidden" : "more_hidden");
        taken[count] = i;
    }
    fp_model_put(s->model, brief, "has_rows", json_boolean(count > 0));
    fp_model_put(s->model, brief, "verdict", json_incref(json_object_get(s->root, "changes_verdict")));
    fp_model_put(s->model, brief, "baseline", json_incref(json_object_get(s->root, "changes_head")));
}

/* ---- sentences ---- */

/* A total in words: "18.3 s"; where the windows differ in length "0.21 cores", or "1.20 GiB an hour". */
static void write_total(const struct section *s, bool newer, char to[2 * FP_UNIT_TEXT])
{
    double cores =
        newer ? (double)s->after / s->tables->core : json_number_value(json_object_get(s->baseline, "cores"));
    char text[FP_UNIT_TEXT];

    if (!s->rates)
        fp_lang_value(s->model->lang, to, newer ? s->after : s->before, s->tables->unit);
    else if (s->tables->core > 0)
        snprintf(to, 2 * FP_UNIT_TEXT, "%.40s %s", fp_fixed_format(text, cores, fp_fixed_decimals(cores)),
                 fp_lang_word(s->model->lang, "unit_cores"));
    else
        snprintf(to, 2 * FP_UNIT_TEXT, "%.40s %s",
                 fp_lang_value(s->model->lang, text, rated(s, newer ? s->after : s->before, newer), s->tables->unit),
                 fp_lang_word(s->model->lang, "an_hour"));
}

/* "18.3 s then, 19.0 s now (+3.8 %)." */
static void put_totals(struct section *s, json_t *head)
{
    double before = (double)s->before / (s->rates ? s->then_seconds : 1);
    double more = s->before > 0 ? 100 * ((double)s->after / (s->rates ? s->now_seconds : 1) / before - 1) : 0;
    char then[2 * FP_UNIT_TEXT], now[2 * FP_UNIT_TEXT], relative[FP_UNIT_TEXT] = "";

    write_total(s, false, then);
    if (s->after <= 0) { /* an empty window is not a zero */
        fp_model_say(s->model, head, "after", "then_unknown", then, NULL);
        return;
    }
    write_total(s, true, now);
    if (s->before > 0) {
        more = fabs(more) < 0.05 ? 0 : more;
        fp_signed(fabs(more) < 1000 ? fp_fixed_format(relative, more, 1) : fp_number_format(relative, more), more);
    }
    fp_model_say(s->model, head, "after", *relative ? "then_now_relative" : "then_now", then, now, relative, NULL);
}

static void put_head(struct section *s)
{
    json_t *head = fp_model_object(s->model, s->root, "changes_head");
    const json_t *window = json_object_get(s->baseline, "window");
    char date[FP_WORDS_LABEL_MAX], other[FP_WORDS_LABEL_MAX];
    const char *label = fp_words_label(s->model->lang, date, fp_model_get_text(s->baseline, "label"));
    const char *known = fp_words_label(s->model->lang, other, fp_model_get_text(window, "label"));

    fp_model_put(s->model, head, "label", fp_model_text(label));
    fp_model_put(s->model, head, "of", fp_model_text_or_null(*known && strcmp(known, label) ? known : NULL));
    if (json_is_string(json_object_get(s->baseline, "path")))
        fp_words_put_href(s->model, head, "href", ROOT_OF_SITE, fp_model_get_slice(s->baseline, "path"),
                          "/index.html");
    else
        fp_model_put(s->model, head, "href", json_null());
    put_totals(s, head);
}

/* What the tables list, and the night's page counts: a change and all functions that it is seen in are one. */
static size_t count_leads(const struct section *s)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(s->changes); i++)
        count += leads(s->changes, i) && fp_model_get_real(json_array_get(s->changes, i), "effect") != 0;
    return count;
}

/* As of a host. */
static bool all_processes(const struct section *s)
{
    size_t i;
    const json_t *change;

    json_array_foreach(s->changes, i, change)
        if (strcmp(fp_model_get_text(change, "kind"), "process") != 0)
            return false;
    return json_array_size(s->changes) > 0;
}

static void put_verdict(struct section *s)
{
    size_t lead_count = count_leads(s);
    int64_t changed = fp_model_get_int(s->comparison, "changed");
    bool sampled = json_is_true(json_object_get(s->comparison, "sampled"));
    char before[FP_UNIT_TEXT], after[FP_UNIT_TEXT], least[FP_UNIT_TEXT];

    if (!json_is_object(s->comparison))
        put_word(s, "changes_verdict", "verdict_nothing");
    else if (json_is_true(json_object_get(s->comparison, "too_few")) && sampled)
        fp_model_say(s->model, s->root, "changes_verdict", "verdict_too_few", fp_count_format(before, fp_model_get_int(s->comparison, "before_samples")), fp_count_format(after, fp_model_get_int(s->comparison, "after_samples")), fp_count_format(least, fp_model_get_int(s->comparison, "min_samples")), NULL);
    else if (json_is_true(json_object_get(s->comparison, "too_few")))
        put_word(s, "changes_verdict", "verdict_one_side");
    else if (sampled && lead_count && (int64_t)lead_count < changed)
        fp_model_say_count(s->model, s->root, "changes_verdict", (int64_t)lead_count, "verdict_changes",
                           fp_lang_number(lead_count).text, fp_count_format(before, changed), NULL);
    else if (sampled && changed)
        fp_model_say_count(s->model, s->root, "changes_verdict", changed, all_processes(s) ? "verdict_changed_processes" : "verdict_changed", fp_count_format(before, changed), NULL);
    else if (sampled)
        put_word(s, "changes_verdict", "verdict_unchanged");
    else if (changed)
        fp_model_say_count(s->model, s->root, "changes_verdict", changed, "verdict_differ", fp_count_format(before, changed),
                           fp_number_format(after, 100 * fp_model_get_real(s->comparison, "min_effect")), NULL);
    else
        fp_model_say(s->model, s->root, "changes_verdict", "verdict_differ_none",
                     fp_number_format(after, 100 * fp_model_get_real(s->comparison, "min_effect")), NULL);
}

static void put_rule(struct section *s)
{
    const json_t *c = s->comparison;
    char effect[FP_UNIT_TEXT], q[FP_UNIT_TEXT], tested[FP_UNIT_TEXT], least[FP_UNIT_TEXT];
    char before[FP_UNIT_TEXT], after[FP_UNIT_TEXT];

    if (!json_is_object(c)) {
        put_text(s, "changes_rule", NULL);
        return;
    }
    fp_number_format(effect, 100 * fp_model_get_real(c, "min_effect"));
    fp_count_format(tested, fp_model_get_int(c, "tested"));
    if (json_is_true(json_object_get(c, "sampled")))
        fp_model_say(s->model, s->root, "changes_rule", "rule_sampled", effect, tested, fp_count_format(before, fp_model_get_int(c, "before_samples")), fp_count_format(after, fp_model_get_int(c, "after_samples")), fp_count_format(least, fp_model_get_int(c, "min_samples")), fp_number_format(q, 100 * fp_model_get_real(c, "q")), NULL);
    else
        fp_model_say(s->model, s->root, "changes_rule", "rule_size", effect, tested, NULL);
}

static void push_note(struct section *s, json_t *list, bool says, const char *text)
{
    if (says)
        fp_model_push(s->model, list, fp_model_word(s->model, text));
}

static void put_notes(struct section *s)
{
    json_t *list = fp_model_array(s->model, s->root, "changes_notes"), *note = json_object();
    const json_t *covered = json_object_get(s->baseline, "covered");
    char share[FP_UNIT_TEXT];

    push_note(s, list,
              json_is_object(s->comparison) && !json_is_true(json_object_get(s->comparison, "sampled")),
              "note_no_samples");
    if (json_is_number(covered) && json_number_value(covered) < 1) {
        fp_model_say(s->model, note, "text", "note_partial", fp_share_format(share, (int64_t)(json_number_value(covered) * 1e9), 1000000000), NULL);
        fp_model_push(s->model, list, json_incref(json_object_get(note, "text")));
    }
    push_note(s, list, json_is_string(json_object_get(s->baseline, "filter")),
              "note_filter");
    push_note(s, list, strcmp(fp_model_get_text(s->baseline, "completeness"), "unproved") == 0,
              "note_unproved");
    push_note(
        s, list, s->rates,
        "note_rates");
    push_note(s, list, fp_model_get_int(s->summary, "removed") > 0,
              "note_focus");
    json_decref(note);
}

/* ---- all of it ---- */

/* Seconds that a profile is of. */
static double seconds_of(const json_t *profile)
{
    const json_t *window = json_object_get(profile, "window"), *covered = json_object_get(profile, "covered");

    return (double)(fp_model_get_int(window, "end") - fp_model_get_int(window, "start")) *
           (json_is_number(covered) ? json_number_value(covered) : 1);
}

static void measure(struct section *s)
{
    bool gauge = fp_event_find(fp_model_get_text(s->summary, "event"))->gauge;
    double most = 0;

    s->then_seconds = seconds_of(s->baseline);
    s->now_seconds = seconds_of(s->summary);
    s->rates =
        !gauge && s->then_seconds > 0 && s->now_seconds > 0 && fabs(s->then_seconds - s->now_seconds) >= 1;
    for (size_t i = 0; i < json_array_size(s->changes); i++)
        if (leads(s->changes, i))
            most = fmax(most, fabs(fp_model_get_real(json_array_get(s->changes, i), "cores")));
    s->decimals = fp_fixed_decimals(most);
    s->amount_head = json_is_number(json_object_get(s->baseline, "cores")) ? "col_cores"
                     : s->rates                                            ? "col_amount_hour"
                                                                           : "col_amount";
}

/* ---- the picture ---- */

static void put_difference(struct section *s)
{
    const json_t *files = json_object_get(s->summary, "files"),
                 *picture = json_object_get(s->summary, "diff_picture");
    const char *png = fp_model_get_text(files, "diff_png");
    char date[FP_WORDS_LABEL_MAX];
    bool old = strcmp(fp_model_get_text(picture, "shape"), "old") == 0;

    fp_model_put(s->model, s->root, "has_difference", json_boolean(*s->svg || *png));
    put_text(s, "diff_svg", *s->svg ? s->svg : NULL);
    put_text(s, "diff_png", *png ? png : NULL);
    fp_model_put(s->model, s->root, "diff_width", json_integer(fp_model_get_int(picture, "width")));
    fp_model_put(s->model, s->root, "diff_height", json_integer(fp_model_get_int(picture, "height")));
    fp_model_say(s->model, s->root, "diff_label", "diff_label", fp_model_get_text(s->summary, "title"), fp_model_get_text(s->summary, "event"), fp_words_label(s->model->lang, date, fp_model_get_text(s->baseline, "label")), NULL);
    fp_model_say(s->model, s->root, "diff_reading", old ? "diff_reading_old" : "diff_reading_new",
                 fp_lang_word(s->model->lang, json_is_true(json_object_get(s->comparison, "sampled")) ? "diff_tables_say"
                                                                                                      : "diff_nothing_tells"),
                 NULL);
}

void fp_comparison_put_view(const struct fp_tables *tables, json_t *to)
{
    const json_t *summary = tables->summary, *baseline = json_object_get(summary, "baseline");
    const char *missing = fp_model_get_text(summary, "no_baseline");
    struct section s = { .tables = tables,
                         .model = tables->model,
                         .root = to,
                         .summary = summary,
                         .baseline = baseline,
                         .comparison = json_object_get(summary, "comparison"),
                         .changes = json_object_get(summary, "changes"),
                         .before = fp_model_get_int(baseline, "total"),
                         .after = tables->total };

    s.svg = fp_model_get_text(json_object_get(summary, "files"), "diff_svg");
    fp_model_put(s.model, to, "has_changes", json_boolean(*missing || json_is_object(baseline)));
    fp_words_put_lacks(s.model, to, "no_baseline", summary);
    measure(&s);
    if (json_is_object(baseline))
        put_head(&s);
    else
        put_text(&s, "changes_head", NULL);
    put_verdict(&s);
    put_notes(&s);
    if (*missing || json_is_object(baseline))
        put_brief(&s);
    else
        put_text(&s, "changes_brief", NULL);
    put_rule(&s);
    put_direction(&s, "changes_up", "larger_than_before", 1);
    put_direction(&s, "changes_down", "smaller_than_before", -1);
    put_moved(&s);
    put_difference(&s);
}
