#include "plan/plan.h"

#include <ctype.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* Chunks of all jobs together, 16 bytes each: FP_LIMIT_CHUNKS bounds those of one job only. */
#define CHUNKS_MAX ((size_t)10000000)

/* ---- --only ---- */

/* A name with [ or * in it still matches itself. */
static bool matches(const char *pattern, const char *text)
{
    return strcmp(pattern, text) == 0 || fnmatch(pattern, text, 0) == 0;
}

static bool service_matches(const struct fp_service_config *service, const char *pattern)
{
    return matches(pattern, service->name) || matches(pattern, service->id);
}

static bool wanted(const struct fp_service_config *service, const struct fp_plan_options *options)
{
    for (size_t i = 0; i < options->only_count; i++)
        if (service_matches(service, options->only[i]))
            return true;
    return options->only_count == 0;
}

#define NEAR_BYTES 64u /* of a name that are compared */

/* Edit distance of the first NEAR_BYTES bytes, case ignored. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NEAR_BYTES + 1];
    size_t n = strnlen(a, NEAR_BYTES), m = strnlen(b, NEAR_BYTES);

    for (size_t k = 0; k <= m; k++)
        row[k] = k;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= m; k++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[k - 1]);
            size_t best = diagonal + !same;

            diagonal = row[k];
            if (row[k] + 1 < best)
                best = row[k] + 1;
            if (row[k - 1] + 1 < best)
                best = row[k - 1] + 1;
            row[k] = best;
        }
    }
    return row[m];
}

/* A typing error or two, or a part of the name. */
static bool is_near(const char *pattern, const char *name)
{
    size_t n = strnlen(pattern, NEAR_BYTES);

    return (n >= 3 && strcasestr(name, pattern)) || distance(pattern, name) <= 1 + n / 4;
}

/* "; near: a, b" or, when nothing is near, "; configured: a, b, c, …" */
static int nothing_matches(const struct fp_config *config, const char *pattern, struct fp_error *err)
{
    char list[400] = "";
    size_t len = 0, shown = 0;
    bool near = false, more = false;

    for (size_t i = 0; i < config->service_count && !near; i++)
        near = is_near(pattern, config->services[i].name) || is_near(pattern, config->services[i].id);
    for (size_t i = 0; i < config->service_count; i++) {
        const struct fp_service_config *service = &config->services[i];
        size_t n = strnlen(service->name, NEAR_BYTES);

        if (near && !is_near(pattern, service->name) && !is_near(pattern, service->id))
            continue;
        more = shown == 5;
        if (more)
            break;
        if (shown++) {
            memcpy(list + len, ", ", 2);
            len += 2;
        }
        memcpy(list + len, service->name, n);
        len += n;
    }
    list[len] = '\0';
    return fp_error_set(err, FP_EINVAL, "--only %.100s matches no service of %.100s; %s: %s%s", pattern,
                        config->file ? config->file : "the configuration", near ? "did you mean" : "it has",
                        list, more ? ", …" : "");
}

static int check_only(const struct fp_config *config, const struct fp_plan_options *options,
                      struct fp_error *err)
{
    for (size_t i = 0; i < options->only_count; i++) {
        size_t hits = 0;

        for (size_t k = 0; k < config->service_count; k++)
            hits += service_matches(&config->services[k], options->only[i]);
        if (!hits)
            return nothing_matches(config, options->only[i], err);
    }
    return FP_OK;
}

/* ---- windows ---- */

static int copy_windows(struct fp_plan *plan, const struct fp_plan_options *options, struct fp_error *err)
{
    if (options->window_count == 0)
        return fp_error_set(err, FP_EINVAL, "no window to press: name one in `windows` or with --window");
    if (options->window_count > FP_LIMIT_WINDOWS)
        return fp_error_set(err, FP_ELIMIT, "%zu windows are more than the limit of %u: press them in parts",
                            options->window_count, FP_LIMIT_WINDOWS);
    plan->windows = calloc(options->window_count, sizeof *plan->windows);
    if (!plan->windows)
        return fp_error_nomem(err);
    for (size_t i = 0; i < options->window_count; i++) {
        const struct fp_window *window = &options->windows[i];
        bool twice = false;

        for (size_t k = 0; k < plan->window_count && !twice; k++)
            twice = plan->windows[k].start == window->start && plan->windows[k].end == window->end;
        if (!twice)
            plan->windows[plan->window_count++] = *window;
    }
    return FP_OK;
}

/* ---- jobs ---- */

/* The same event type twice would be the same report twice. */
static bool listed_before(const struct fp_strings *events, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(events->items[i], events->items[index]) == 0)
            return true;
    return false;
}

/* How many chunks; 0 = more than a job may have. */
static uint32_t count_chunks(const struct fp_window *window, const struct fp_event *event, int64_t step)
{
    int64_t length = window->end - window->start;
    int64_t count = length / step + (length % step != 0);

    if (event->gauge)
        return 1;
    return count > (int64_t)FP_LIMIT_CHUNKS ? 0 : (uint32_t)count;
}

/* Writes the job and its chunks where there is an array for them, else only counts. */
static int add_job(struct fp_plan *plan, const struct fp_service_config *service, const char *event_type,
                   uint32_t index, struct fp_error *err)
{
    const struct fp_event *event = fp_event_find(event_type);
    const struct fp_window *window = &plan->windows[index];
    uint32_t count = count_chunks(window, event, service->step_s);

    if (!count)
        return fp_error_set(err, FP_ELIMIT,
                            "%.100s, %.60s, %s: more than %u requests of %" PRId64 " s: raise `step` or "
                            "shorten the window",
                            service->name, event_type, window->label, FP_LIMIT_CHUNKS, service->step_s);
    if (plan->job_count == FP_LIMIT_JOBS)
        return fp_error_set(err, FP_ELIMIT,
                            "more than %u reports in one run: press fewer windows or use --only",
                            FP_LIMIT_JOBS);
    if (count > CHUNKS_MAX - plan->chunk_count)
        return fp_error_set(err, FP_ELIMIT,
                            "more than %zu requests in one run: raise `step`, press fewer windows or use "
                            "--only",
                            CHUNKS_MAX);
    if (plan->jobs) {
        int64_t start = window->start;

        plan->jobs[plan->job_count] = (struct fp_job){
            service, event_type, event, index, (uint32_t)plan->chunk_count, count,
        };
        for (uint32_t i = 0; i < count; i++) {
            bool last = i + 1 == count; /* whatever is left, so that nothing overflows or is lost */
            int64_t end = last ? window->end : start + service->step_s;

            plan->chunks[plan->chunk_count + i] = (struct fp_chunk){ start, end };
            start = end;
        }
    }
    plan->job_count++;
    plan->chunk_count += count;
    return FP_OK;
}

/* Once to count, once to write: the arrays have exactly their size, and a limit is met before memory is. */
static int add_jobs(struct fp_plan *plan, const struct fp_config *config,
                    const struct fp_plan_options *options, struct fp_error *err)
{
    plan->job_count = 0;
    plan->chunk_count = 0;
    for (uint32_t w = 0; w < plan->window_count; w++) {
        for (size_t s = 0; s < config->service_count; s++) {
            const struct fp_service_config *service = &config->services[s];

            if (!wanted(service, options))
                continue;
            if (service->step_s < 1)
                return fp_error_set(err, FP_EINVAL, "service %.100s: `step` must be at least 1 s",
                                    service->name);
            for (size_t e = 0; e < service->events.count; e++) {
                int status = FP_OK;

                if (!listed_before(&service->events, e))
                    status = add_job(plan, service, service->events.items[e], w, err);
                if (status < 0)
                    return status;
            }
        }
    }
    if (plan->job_count == 0)
        return fp_error_set(err, FP_EINVAL, "nothing to press: %s has no services with events",
                            config->file ? config->file : "the configuration");
    return FP_OK;
}

int fp_plan_make(struct fp_plan *ret_plan, const struct fp_config *config,
                 const struct fp_plan_options *options, struct fp_error *err)
{
    struct fp_plan plan = { 0 };
    int status;

    status = check_only(config, options, err);
    if (status == FP_OK)
        status = copy_windows(&plan, options, err);
    if (status == FP_OK)
        status = add_jobs(&plan, config, options, err);
    if (status < 0)
        goto done;
    plan.jobs = calloc(plan.job_count, sizeof *plan.jobs);
    plan.chunks = calloc(plan.chunk_count, sizeof *plan.chunks);
    status = plan.jobs && plan.chunks ? add_jobs(&plan, config, options, err) : fp_error_nomem(err);
done:
    if (status < 0)
        fp_plan_release(&plan);
    else
        *ret_plan = plan;
    return status;
}

void fp_plan_release(struct fp_plan *plan)
{
    free(plan->windows);
    free(plan->jobs);
    free(plan->chunks);
    *plan = (struct fp_plan){ 0 };
}
