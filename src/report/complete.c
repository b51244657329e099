#include "report/complete.h"

#include <string.h>

#include "report/model.h"
#include "report/words.h"

struct figures {
    const struct fp_lang *lang;
    const struct fp_event *event;
    enum fp_unit unit;
    int64_t total;
    int64_t replies, counted; /* replies, and of how many the server counted the rows */
    int64_t most;             /* rows of one of those */
    int64_t row_limit, sample;
};

/* By its totals alone. */
static void put_bound(struct fp_str *out, const struct figures *f)
{
    char total[FP_UNIT_TEXT], rows[FP_UNIT_TEXT], room[FP_UNIT_TEXT];
    int64_t capacity;

    fp_count_format(rows, f->row_limit);
    if (f->replies > 1)
        fp_lang_say(f->lang, out, "bound_replies", fp_count_format(total, f->replies), NULL);
    else
        fp_lang_say(f->lang, out, f->event->cores ? "bound_cpu" : "bound", fp_words_value(f->lang, total, f->total, f->unit), NULL);
    if (!__builtin_mul_overflow(f->row_limit, f->sample, &capacity))
        fp_lang_say_count(f->lang, out, f->row_limit, "bound_below_room", rows, fp_words_value(f->lang, room, capacity, f->unit),
                          NULL);
    else
        fp_lang_say_count(f->lang, out, f->row_limit, "bound_below", rows, NULL);
}

static void put_counted(struct fp_str *out, const struct figures *f)
{
    char rows[FP_UNIT_TEXT], limit[FP_UNIT_TEXT], counted[FP_UNIT_TEXT], replies[FP_UNIT_TEXT];

    fp_count_format(rows, f->most);
    fp_count_format(limit, f->row_limit);
    fp_count_format(counted, f->counted);
    fp_count_format(replies, f->replies);
    if (f->replies <= 1)
        fp_lang_say_count(f->lang, out, f->most, "counted", rows, limit, NULL);
    else if (f->counted == f->replies)
        fp_lang_say(f->lang, out, "counted_all", replies, rows, limit, NULL);
    else
        fp_lang_say_count(f->lang, out, f->row_limit, "counted_some", replies, counted, rows, limit, NULL);
}

/* What the reader can do about it. */
static const char *advice_of(const struct figures *f, bool too_many)
{
    if (f->event->gauge)
        return "unproved_gauge";
    return too_many || f->sample > 1 || fp_event_sample_is_known(f->event) ? "unproved_min_step" : "unproved_sample";
}

/* Why it may have been cut. */
static void put_unproved(struct fp_str *out, const struct figures *f)
{
    char rows[FP_UNIT_TEXT], limit[FP_UNIT_TEXT];
    bool too_many = f->counted && f->most >= f->row_limit;

    fp_count_format(limit, f->row_limit);
    if (too_many)
        fp_lang_say_count(f->lang, out, f->most, "unproved_counted", fp_count_format(rows, f->most), limit, NULL);
    else
        fp_lang_say_count(f->lang, out, f->row_limit, "unproved_filled", limit, NULL);
    fp_lang_say(f->lang, out, "unproved_true_total", fp_lang_word(f->lang, advice_of(f, too_many)), NULL);
}

/* What is missing says nothing of what is there: that may be cut as well. */
static void put_partial(struct fp_str *out, const json_t *summary, const struct figures *f)
{
    double unproved = fp_model_get_real(summary, "unproved");
    char share[FP_UNIT_TEXT];

    fp_lang_say(f->lang, out, "partial_covered",
                fp_words_share(share, (int64_t)(fp_model_get_real(summary, "covered") * 1e9), 1000000000), NULL);
    if (unproved <= 0)
        return;
    fp_lang_say(f->lang, out, "partial_unproved", fp_words_share(share, (int64_t)(unproved * 1e9 + 0.5), 1000000000), NULL);
    put_unproved(out, f);
}

/* Of files: no server was asked. */
static const char *words_of_files(const char *completeness, const char *evidence)
{
    static const struct {
        const char *completeness, *evidence, *words;
    } all[] = {
        { "proved", "profile", "files_proved" },
        { "unproved", "profile", "files_unproved" },
        { "partial", "profile",
          "files_partial" },
        { "unproved", "pprof",
          "files_pprof" },
        { "unproved", "folded",
          "files_folded" },
        { "proved", "", "files_all" },
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].completeness, completeness) == 0 && strcmp(all[i].evidence, evidence) == 0)
            return all[i].words;
    return "files_reply";
}

void fp_complete_words(struct fp_str *out, const struct fp_lang *lang, const json_t *summary,
                       const struct fp_event *event, enum fp_unit unit)
{
    const json_t *requests = json_object_get(summary, "requests");
    const struct figures f = {
        .lang = lang,
        .event = event,
        .unit = unit,
        .total = fp_model_get_int(summary, "total"),
        .replies = fp_model_get_int(requests, "replies"),
        .counted = fp_model_get_int(requests, "counted"),
        .most = fp_model_get_int(requests, "rows"),
        .row_limit = fp_model_get_int(requests, "row_limit"),
        .sample = fp_model_get_int(requests, "sample"),
    };
    const char *completeness = fp_model_get_text(summary, "completeness");
    const char *evidence = fp_model_get_text(requests, "evidence");
    bool proved = strcmp(completeness, "proved") == 0;

    if (*evidence)
        fp_str_puts(out, fp_lang_word(lang, words_of_files(completeness, evidence)));
    else if (strcmp(completeness, "partial") == 0)
        put_partial(out, summary, &f);
    else if (f.row_limit <= 0)
        fp_str_puts(out, fp_lang_word(lang, words_of_files(completeness, evidence)));
    else if (!proved)
        put_unproved(out, &f);
    else if (f.counted > 0)
        put_counted(out, &f);
    else
        put_bound(out, &f);
}
