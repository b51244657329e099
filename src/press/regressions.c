#include "press/regressions.h"

#include "base/limits.h"
#include "base/unit.h"
#include "report/comparison.h"
#include "report/model.h"

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
    return fp_regressions_count(context);
}
