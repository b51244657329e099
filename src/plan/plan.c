#include "plan/plan.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "plan/compare.h"

/* Chunks of all jobs together, 16 bytes each: FP_LIMIT_CHUNKS bounds those of one job only. */
#define CHUNKS_MAX ((size_t)10000000)

/* A configuration with what was asked of it. */
struct planning {
    const struct fp_config *config;
    const struct fp_plan_options *options;
};

/* The services of the window with this index in the options. */
static struct fp_plan_services services_of(const struct planning *planning, size_t window)
{
    if (planning->options->services)
        return planning->options->services[window];
    return (struct fp_plan_services){ planning->config->services, planning->config->service_count };
}

/* How many lists of services there are to look through. */
static size_t list_count(const struct planning *planning)
{
    return planning->options->services ? planning->options->window_count : 1;
}

/* ---- --only ---- */

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

/* A list of names for a message: "a, b, c, …". */
struct shown {
    char text[400];
    size_t len, count;
    bool more;
};

static void show(struct shown *shown, const char *name)
{
    size_t n = strnlen(name, NEAR_BYTES);

    shown->more |= shown->count == 5;
    if (shown->more)
        return;
    if (shown->count++) {
        memcpy(shown->text + shown->len, ", ", 2);
        shown->len += 2;
    }
    memcpy(shown->text + shown->len, name, n);
    shown->len += n;
    shown->text[shown->len] = '\0';
}

static bool is_near_service(const char *pattern, const struct fp_service_config *service)
{
    return is_near(pattern, service->name) || is_near(pattern, service->id);
}

/* "did you mean: a, b" or, when nothing is near, "it has: a, b, c, …" */
static int nothing_matches(const struct planning *planning, const char *pattern, struct fp_error *err)
{
    struct shown near = { .text = "" }, all = { .text = "" };
    const struct shown *shown;

    for (size_t w = 0; w < list_count(planning); w++) {
        struct fp_plan_services services = services_of(planning, w);

        for (size_t i = 0; i < services.count && !near.more; i++) {
            show(&all, services.items[i].name);
            if (is_near_service(pattern, &services.items[i]))
                show(&near, services.items[i].name);
        }
    }
    for (size_t i = 0; i < planning->config->service_count && !near.more; i++) {
        const char *match = planning->config->services[i].match;

        if (match)
            show(&all, match);
        if (match && is_near(pattern, match))
            show(&near, match);
    }
    shown = near.count ? &near : &all;
    return fp_error_set(err, FP_EINVAL, "--only %.100s matches no service of %.100s; %s: %s%s", pattern,
                        planning->config->file ? planning->config->file : "the configuration",
                        near.count ? "did you mean" : "it has", shown->text, shown->more ? ", …" : "");
}

static int check_only(const struct planning *planning, struct fp_error *err)
{
    for (size_t i = 0; i < planning->options->only.count; i++) {
        const char *text = planning->options->only.texts[i];
        bool found = false;

        for (size_t w = 0; w < list_count(planning) && !found; w++) {
            struct fp_plan_services services = services_of(planning, w);

            found = fp_only_mark(text, &services, NULL) > 0;
        }
        if (!found)
            return nothing_matches(planning, text, err);
    }
    return FP_OK;
}

static int check_fixed(const struct planning *planning, struct fp_error *err)
{
    for (size_t w = 0; w < list_count(planning); w++) {
        struct fp_plan_services services = services_of(planning, w);

        for (size_t i = 0; i < services.count; i++)
            if (!fp_service_is_fixed(&services.items[i]))
                return fp_error_set(err, FP_EINVAL, "services[%zu] has `match` or `group_by`: a source must be asked what it is",
                                    i);
    }
    return FP_OK;
}

/* ---- windows ---- */

/* *ret_from: for each window of the plan, its index in the options; the caller frees it. */
static int copy_windows(struct fp_plan *plan, const struct fp_plan_options *options, size_t **ret_from,
                        struct fp_error *err)
{
    if (options->window_count == 0)
        return fp_error_set(err, FP_EINVAL, "no window to press: name one in `windows` or with --window");
    if (options->window_count > FP_LIMIT_WINDOWS)
        return fp_error_set(err, FP_ELIMIT, "%zu windows are more than the limit of %u: press them in parts",
                            options->window_count, FP_LIMIT_WINDOWS);
    plan->windows = calloc(options->window_count, sizeof *plan->windows);
    *ret_from = calloc(options->window_count, sizeof **ret_from);
    if (!plan->windows || !*ret_from)
        return fp_error_nomem(err);
    for (size_t i = 0; i < options->window_count; i++) {
        const struct fp_window *window = &options->windows[i];
        bool twice = false;

        for (size_t k = 0; k < plan->window_count && !twice; k++)
            twice = plan->windows[k].start == window->start && plan->windows[k].end == window->end;
        if (twice)
            continue;
        (*ret_from)[plan->window_count] = i;
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

int fp_plan_add_job(struct fp_plan *plan, const struct fp_service_config *service, const char *event_type,
                    uint32_t index, struct fp_error *err)
{
    const struct fp_event *event = fp_event_find(event_type);
    const struct fp_window *window = &plan->windows[index];
    uint32_t count = count_chunks(window, event, service->step_s);

    if (!count)
        return fp_error_set(err, FP_ELIMIT,
                            "services[%zu]: %.100s, %.60s, %s: more than %u requests of %" PRId64 " s: raise `step` or "
                            "shorten the window",
                            service->entry, service->name, event_type, window->label, FP_LIMIT_CHUNKS, service->step_s);
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
            service, event_type, event, index, (uint32_t)plan->chunk_count, count, FP_NO_JOB, FP_NO_JOB,
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

/* `from`: index of the window in the options. */
static int add_service(struct fp_plan *plan, const struct planning *planning, const struct fp_service_config *service,
                       uint32_t window, size_t from, struct fp_error *err)
{
    const struct fp_plan_options *options = planning->options;
    int status = FP_OK;

    if (service->step_s < 1)
        return fp_error_set(err, FP_EINVAL, "services[%zu]: `step` must be at least 1 s", service->entry);
    for (size_t e = 0; e < service->events.count && status == FP_OK; e++)
        if (!listed_before(&service->events, e) &&
            (!options->wanted || options->wanted(options->wanted_ctx, from, service, service->events.items[e])))
            status = fp_plan_add_job(plan, service, service->events.items[e], window, err);
    return status;
}

static int add_window(struct fp_plan *plan, const struct planning *planning, uint32_t window, size_t from,
                      struct fp_error *err)
{
    const struct fp_plan_services found = services_of(planning, from), *services = &found;
    const struct fp_only *only = &planning->options->only;
    bool *wanted = calloc(services->count + 1, sizeof *wanted);
    int status = wanted ? FP_OK : fp_error_nomem(err);

    for (size_t i = 0; i < only->count && status == FP_OK; i++)
        fp_only_mark(only->texts[i], services, wanted);
    for (size_t s = 0; s < services->count && status == FP_OK; s++)
        if (!only->count || wanted[s])
            status = add_service(plan, planning, &services->items[s], window, from, err);
    free(wanted);
    return status;
}

/* Once to count, once to write: the arrays have exactly their size, and a limit is met before memory is. */
static int add_jobs(struct fp_plan *plan, const struct planning *planning, const size_t *from, struct fp_error *err)
{
    const char *file = planning->config->file;

    plan->job_count = 0;
    plan->chunk_count = 0;
    for (uint32_t w = 0; w < plan->window_count; w++) {
        int status = add_window(plan, planning, w, from[w], err);

        if (status < 0)
            return status;
    }
    if (plan->job_count == 0 && !planning->options->wanted)
        return fp_error_set(err, FP_EINVAL, "nothing to press: %s has no services with events",
                            file ? file : "the configuration");
    return FP_OK;
}

int fp_plan_make(struct fp_plan *ret_plan, const struct fp_config *config,
                 const struct fp_plan_options *options, struct fp_error *err)
{
    const struct planning planning = { config, options };
    struct fp_plan plan = { 0 };
    size_t *from = NULL;
    int status;

    status = check_fixed(&planning, err);
    if (status == FP_OK)
        status = check_only(&planning, err);
    if (status == FP_OK)
        status = copy_windows(&plan, options, &from, err);
    if (status == FP_OK)
        status = add_jobs(&plan, &planning, from, err);
    if (status < 0)
        goto done;
    plan.jobs = calloc(plan.job_count + 1, sizeof *plan.jobs);
    plan.chunks = calloc(plan.chunk_count + 1, sizeof *plan.chunks);
    status = plan.jobs && plan.chunks ? add_jobs(&plan, &planning, from, err) : fp_error_nomem(err);
done:
    free(from);
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
    free(plan->baselines);
    free(plan->order);
    *plan = (struct fp_plan){ 0 };
}
