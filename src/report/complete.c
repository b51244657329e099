#include "report/complete.h"

#include <string.h>

#include "report/model.h"
#include "report/words.h"

struct figures {
    const struct fp_event *event;
    enum fp_unit unit;
    int64_t total;
    int64_t replies, counted; /* replies, and of how many the server counted the rows */
    int64_t most;             /* rows of one of those */
    int64_t row_limit, sample;
};

#define ROWS_TEXT (FP_UNIT_TEXT + 5)
#define HOLDS_TEXT (ROWS_TEXT + 6)

/* "12,345 rows" */
static const char *rows_text(char to[ROWS_TEXT], int64_t rows)
{
    fp_count_format(to, rows);
    strcat(to, rows == 1 ? " row" : " rows");
    return to;
}

/* "1,000,000 rows hold" */
static const char *holds_text(char to[HOLDS_TEXT], int64_t rows)
{
    rows_text(to, rows);
    strcat(to, rows == 1 ? " holds" : " hold");
    return to;
}

/* By its totals alone. */
static void put_bound(struct fp_str *out, const struct figures *f)
{
    char total[FP_UNIT_TEXT], rows[HOLDS_TEXT], room[FP_UNIT_TEXT];
    int64_t capacity;

    if (f->replies > 1)
        fp_str_printf(out, ": each of the %s replies", fp_count_format(total, f->replies));
    else
        fp_str_printf(out, ": %s%s", fp_words_value(total, f->total, f->unit), f->event->cores ? " of CPU" : "");
    fp_str_printf(out, " is below what %s at the least", holds_text(rows, f->row_limit));
    if (!__builtin_mul_overflow(f->row_limit, f->sample, &capacity))
        fp_str_printf(out, " (%s)", fp_words_value(room, capacity, f->unit));
    fp_str_puts(out, ", so the server cut nothing.");
}

static void put_counted(struct fp_str *out, const struct figures *f)
{
    char rows[ROWS_TEXT], limit[FP_UNIT_TEXT], holds[HOLDS_TEXT], counted[FP_UNIT_TEXT], replies[FP_UNIT_TEXT];

    fp_count_format(limit, f->row_limit);
    fp_count_format(counted, f->counted);
    fp_count_format(replies, f->replies);
    if (f->replies <= 1)
        fp_str_printf(out, ": the server counted %s, its limit is %s.", rows_text(rows, f->most), limit);
    else if (f->counted == f->replies)
        fp_str_printf(out, ": the server counted the rows of each of the %s replies, %s at most; its limit is %s.", replies,
                      fp_count_format(rows, f->most), limit);
    else
        fp_str_printf(out, ": of %s replies the server counted the rows of %s, %s at most; its limit is %s. The total of "
                      "each of the others is below what %s at the least.", replies, counted,
                      fp_count_format(rows, f->most), limit, holds_text(holds, f->row_limit));
}

/* What the reader can do about it. */
static const char *advice_of(const struct figures *f, bool too_many)
{
    if (f->event->gauge)
        return "A gauge cannot be asked for in parts: narrow it with a filter.";
    if (too_many || f->sample > 1 || fp_event_sample_is_known(f->event))
        return "A smaller \"min_step\" in the configuration would ask in smaller parts.";
    return "The server did not count its rows, and what one of them is worth at least is not known here: \"sample\" in "
           "the configuration can say so.";
}

/* Why it may have been cut. */
static void put_unproved(struct fp_str *out, const struct figures *f)
{
    char rows[ROWS_TEXT], limit[ROWS_TEXT];
    bool too_many = f->counted && f->most >= f->row_limit;

    if (too_many)
        fp_str_printf(out, ": the server counted %s for one reply and reads %s at most.", rows_text(rows, f->most),
                      fp_count_format(limit, f->row_limit));
    else
        fp_str_printf(out, ": a reply is large enough to have filled %s, and the server does not say when it cuts "
                      "there.", rows_text(limit, f->row_limit));
    fp_str_printf(out, " The true total is at least this; shares may be off. %s", advice_of(f, too_many));
}

/* What is missing says nothing of what is there: that may be cut as well. */
static void put_partial(struct fp_str *out, const json_t *summary, const struct figures *f)
{
    double unproved = fp_model_get_real(summary, "unproved");
    char share[FP_UNIT_TEXT];

    fp_str_printf(out, ": the numbers cover %s of the window's time. What is missing is listed below.",
                  fp_words_share(share, (int64_t)(fp_model_get_real(summary, "covered") * 1e9), 1000000000));
    if (unproved <= 0)
        return;
    fp_str_printf(out, " What is covered is unproved, too, in %s of the window's time",
                  fp_words_share(share, (int64_t)(unproved * 1e9 + 0.5), 1000000000));
    put_unproved(out, f);
}

/* Of files: no server was asked. */
static const char *words_of_files(const char *completeness, const char *evidence)
{
    static const struct {
        const char *completeness, *evidence, *words;
    } all[] = {
        { "proved", "profile", ": the profile says that it was, when it was fetched." },
        { "unproved", "profile", ": the profile says that it was not proved complete when it was fetched." },
        { "partial", "profile",
          ": the profile says that parts of its window are missing. Its own report lists them; shares are of the rest." },
        { "unproved", "pprof",
          ": a pprof profile does not say whether all that was measured is in it, and flamepress cannot know." },
        { "unproved", "folded",
          ": folded stacks do not say whether all that was measured is in them, and flamepress cannot know." },
        { "proved", "", ": everything in the input is counted." },
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].completeness, completeness) == 0 && strcmp(all[i].evidence, evidence) == 0)
            return all[i].words;
    return ": a saved reply does not say with which row limit the server made it, so it may have been cut.";
}

void fp_complete_words(struct fp_str *out, const json_t *summary, const struct fp_event *event, enum fp_unit unit)
{
    const json_t *requests = json_object_get(summary, "requests");
    const struct figures f = {
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
        fp_str_puts(out, words_of_files(completeness, evidence));
    else if (strcmp(completeness, "partial") == 0)
        put_partial(out, summary, &f);
    else if (f.row_limit <= 0)
        fp_str_puts(out, words_of_files(completeness, evidence));
    else if (!proved)
        put_unproved(out, &f);
    else if (f.counted > 0)
        put_counted(out, &f);
    else
        put_bound(out, &f);
}
