#include "press/regressions.h"

#include "base/limits.h"
#include "base/unit.h"
#include "press/baseline.h"
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
static size_t count_of(const struct fp_job_run *run)
{
    return run->stays ? 0 : (size_t)fp_model_get_int(run->entry, "regressions");
}

size_t fp_regressions_count(const struct fp_job_context *context)
{
    size_t count = 0;

    for (size_t i = 0; i < context->plan->job_count; i++)
        count += count_of(&context->runs[i]);
    return count;
}

/* ---- reports that no alarm can come from ---- */

/* Of those that were published with numbers, in windows that are to be compared. */
struct judged {
    size_t all, without, too_few;
    const struct fp_job_run *first; /* without */
};

static struct judged count_judged(const struct fp_job_context *context)
{
    struct judged judged = { 0 };

    for (size_t i = 0; i < context->plan->job_count; i++) {
        const struct fp_job_run *run = &context->runs[i];

        if (run->stays || !fp_entry_has_value(run->entry) || !fp_baseline_wanted(run, context))
            continue;
        judged.all++;
        if (fp_leads_is_judged(run->entry))
            continue;
        if (json_is_true(json_object_get(run->entry, "too_few")))
            judged.too_few++;
        else if (!judged.without++)
            judged.first = run;
    }
    return judged;
}

/* Small services have too few samples every night: that is worth a line where nothing at all could be judged. */
static void log_unjudged(const struct fp_job_context *context)
{
    const struct judged judged = count_judged(context);
    struct fp_log *log = context->fetcher.log;
    struct fp_str why;

    if (!context->plan->baselines) {
        fp_log(log, FP_LOG_WARNING, "--fail-on-regression: nothing is compared, since `baseline` is none");
        return;
    }
    if (!judged.without && (!judged.too_few || judged.too_few < judged.all))
        return;
    fp_str_init(&why, FP_LIMIT_TEXT);
    fp_str_printf(&why, "of %zu report%s", judged.all, fp_plural(judged.all));
    if (judged.without)
        fp_str_printf(&why, ", %zu had nothing to be compared with (the first: %s %s: %s)", judged.without,
                      judged.first->job->service->title, judged.first->job->event_type,
                      fp_model_get_text(judged.first->entry, "no_baseline"));
    if (judged.too_few)
        fp_str_printf(&why, ", %zu had too few samples to judge", judged.too_few);
    fp_log(log, FP_LOG_WARNING, "--fail-on-regression: %s", why.data);
    fp_str_release(&why);
}

size_t fp_regressions_log(const struct fp_job_context *context)
{
    for (size_t i = 0; i < context->plan->job_count; i++) {
        const struct fp_job_run *run = &context->runs[i];
        struct fp_str what, page;

        if (!count_of(run))
            continue;
        fp_str_init(&what, FP_LIMIT_TEXT);
        fp_str_init(&page, FP_LIMIT_TEXT);
        fp_str_printf(&what, "%s %s", run->job->service->title, run->job->event_type);
        fp_str_printf(&page, "%s/%s/%s/index.html#changes", context->output,
                      context->plan->windows[run->job->window].path, run->path);
        fp_regressions_log_report(json_object_get(run->entry, "leads"), count_of(run), what.data, page.data,
                                  context->fetcher.log);
        fp_str_release(&what);
        fp_str_release(&page);
    }
    log_unjudged(context);
    return fp_regressions_count(context);
}
