#include "press/regressions.h"

#include "base/limits.h"
#include "base/unit.h"
#include "report/comparison.h"
#include "report/entry.h"
#include "report/leads.h"

void fp_regressions_log_report(const json_t *leads, size_t count, const char *what, const char *page,
                               struct fp_log *log)
{
    size_t said = 0;

    for (size_t i = 0; i < json_array_size(leads); i++) {
        const json_t *lead = json_array_get(leads, i);
        struct fp_str line;

        if (!json_is_true(json_object_get(lead, "regression")))
            continue;
        fp_str_init(&line, FP_LIMIT_TEXT);
        fp_comparison_say_regression(lead, &line);
        fp_log(log, FP_LOG_ERROR, "%s: regression: %s: %s", what, line.data, page);
        fp_str_release(&line);
        said++;
    }
    if (count > said)
        fp_log(log, FP_LOG_ERROR, "%s: %zu more regression%s: %s", what, count - said,
               fp_plural(count - said), page);
}

/* Of a report that is published. Those of one that stays from an earlier run were said by that run. */
static size_t count_of(const struct fp_pressed_report *report)
{
    return report->stays ? 0 : (size_t)fp_model_get_int(report->entry, "regressions");
}

size_t fp_regressions_count(const struct fp_pressed *nights, size_t count)
{
    size_t regressions = 0;

    for (size_t n = 0; n < count; n++)
        for (size_t i = 0; i < nights[n].count; i++)
            regressions += count_of(&nights[n].reports[i]);
    return regressions;
}

/* ---- reports that no alarm can come from ---- */

/* Of those that were published with numbers, in windows that are to be compared. */
struct judged {
    size_t all, without, too_few;
    const json_t *first; /* without */
};

static void judge(struct judged *judged, const struct fp_pressed_report *report)
{
    if (report->stays || !fp_entry_has_value(report->entry))
        return;
    judged->all++;
    if (fp_leads_is_judged(report->entry))
        return;
    if (json_is_true(json_object_get(report->entry, "too_few")))
        judged->too_few++;
    else if (!judged->without++)
        judged->first = report->entry;
}

/* Small services have too few samples every night: that is worth a line where nothing at all could be judged. */
static void log_unjudged(const struct fp_pressed *nights, size_t count, struct fp_log *log)
{
    struct judged judged = { 0 };
    bool compared = false;
    struct fp_str why;

    for (size_t n = 0; n < count; n++) {
        compared |= nights[n].compared;
        for (size_t i = 0; i < nights[n].count && nights[n].compared; i++)
            judge(&judged, &nights[n].reports[i]);
    }
    if (!compared) {
        fp_log(log, FP_LOG_WARNING, "--fail-on-regression: nothing is compared, since `baseline` is none");
        return;
    }
    if (!judged.without && (!judged.too_few || judged.too_few < judged.all))
        return;
    fp_str_init(&why, FP_LIMIT_TEXT);
    fp_str_printf(&why, "of %zu report%s", judged.all, fp_plural(judged.all));
    if (judged.without)
        fp_str_printf(&why, ", %zu had nothing to be compared with (the first: %s %s: %s)", judged.without,
                      fp_model_get_text(judged.first, "title"), fp_model_get_text(judged.first, "event"),
                      fp_model_get_text(judged.first, "no_baseline"));
    if (judged.too_few)
        fp_str_printf(&why, ", %zu had too few samples to judge", judged.too_few);
    fp_log(log, FP_LOG_WARNING, "--fail-on-regression: %s", why.data);
    fp_str_release(&why);
}

static void log_report(const struct fp_pressed *night, const struct fp_pressed_report *report, const char *output,
                       struct fp_log *log)
{
    struct fp_str what, page;

    fp_str_init(&what, FP_LIMIT_TEXT);
    fp_str_init(&page, FP_LIMIT_TEXT);
    fp_str_printf(&what, "%s %s", fp_model_get_text(report->entry, "title"), fp_model_get_text(report->entry, "event"));
    fp_str_printf(&page, "%s/%s/%s/index.html#changes", output, night->window->path,
                  fp_model_get_text(report->entry, "path"));
    fp_regressions_log_report(json_object_get(report->entry, "leads"), count_of(report), what.data, page.data, log);
    fp_str_release(&what);
    fp_str_release(&page);
}

size_t fp_regressions_log(const struct fp_pressed *nights, size_t count, const char *output, struct fp_log *log)
{
    for (size_t n = 0; n < count; n++)
        for (size_t i = 0; i < nights[n].count; i++)
            if (count_of(&nights[n].reports[i]))
                log_report(&nights[n], &nights[n].reports[i], output, log);
    log_unjudged(nights, count, log);
    return fp_regressions_count(nights, count);
}
