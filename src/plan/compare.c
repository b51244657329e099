#include "plan/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_WINDOW UINT32_MAX

struct comparing {
    struct fp_plan *plan;
    const struct fp_plan_comparing *how;
    uint32_t *window_of; /* of each window: its baseline's index in plan->windows; NO_WINDOW = not one to be
                            fetched */
    uint32_t *sorted;    /* jobs by report */
    struct fp_plan references; /* jobs and chunks to be appended; borrows the windows */
};

/* ---- baselines of windows ---- */

static void find_kept(const struct fp_plan_comparing *how, const char *name, struct fp_plan_baseline *ret)
{
    ret->known = how->is_kept(how->ctx, name);
    snprintf(ret->label, sizeof ret->label, "%s", name);
    snprintf(ret->night, sizeof ret->night, FP_PLAN_KEPT "/%s", name);
    if (!ret->known)
        fp_baseline_lack_put(&ret->lack, "lacks_kept", name);
}

static void find_baseline(const struct fp_plan_comparing *how, const struct fp_baseline_spec *spec,
                          const struct fp_window *window, struct fp_plan_baseline *ret)
{
    *ret = (struct fp_plan_baseline){ .asked = spec->kind != FP_BASELINE_NONE };
    if (!ret->asked) {
        fp_baseline_lack_put(&ret->lack, "lacks_none_asked", "");
    } else if (spec->kind == FP_BASELINE_LABEL) {
        find_kept(how, spec->text, ret);
    } else if (fp_baseline_window(spec, window, how->zone, &ret->window, &ret->lack) == FP_OK) {
        ret->known = ret->has_window = true;
        snprintf(ret->label, sizeof ret->label, "%s", ret->window.label);
        snprintf(ret->night, sizeof ret->night, "%s", ret->window.path);
    }
}

/* Would the baseline of `window` be compared, sooner or later, with `window` itself? Chains that are there
 * have ends. */
static bool is_circle(const struct comparing *c, uint32_t window)
{
    uint32_t at = c->window_of[window];

    while (at < c->plan->window_count && at != window && c->window_of[at] != NO_WINDOW)
        at = c->window_of[at];
    return at == window;
}

/* Index of a window among those to press and those appended so far. */
static uint32_t find_window(const struct fp_plan *plan, size_t count, const struct fp_window *window)
{
    for (uint32_t i = 0; i < count; i++)
        if (plan->windows[i].start == window->start && plan->windows[i].end == window->end)
            return i;
    return NO_WINDOW;
}

static int find_baselines(struct comparing *c, struct fp_error *err)
{
    struct fp_plan *plan = c->plan;
    struct fp_window *windows = realloc(plan->windows, 2 * plan->window_count * sizeof *windows);
    size_t count = plan->window_count;

    if (windows)
        plan->windows = windows;
    plan->baselines = calloc(plan->window_count, sizeof *plan->baselines);
    c->window_of = malloc(2 * plan->window_count * sizeof *c->window_of);
    if (!windows || !plan->baselines || !c->window_of)
        return fp_error_nomem(err);
    memset(c->window_of, 0xFF, 2 * plan->window_count * sizeof *c->window_of); /* NO_WINDOW */
    for (size_t i = 0; i < plan->window_count; i++) {
        struct fp_plan_baseline *baseline = &plan->baselines[i];

        find_baseline(c->how, &c->how->specs[i], &plan->windows[i], baseline);
        if (!baseline->has_window)
            continue;
        c->window_of[i] = find_window(plan, count, &baseline->window);
        if (c->window_of[i] == NO_WINDOW) {
            plan->windows[count] = baseline->window;
            c->window_of[i] = (uint32_t)count++;
        } else if (is_circle(c, (uint32_t)i)) {
            c->window_of[i] = NO_WINDOW;
            baseline->known = baseline->has_window = false;
            fp_baseline_lack_put(&baseline->lack, "lacks_circle", baseline->label);
        }
    }
    return FP_OK;
}

/* ---- baselines of jobs ---- */

static int compare_reports(const struct fp_job *a, const struct fp_job *b)
{
    int by_id = strcmp(a->service->id, b->service->id);

    return by_id ? by_id : strcmp(a->event_type, b->event_type);
}

static int by_report(const void *pa, const void *pb, void *ctx)
{
    const struct fp_job *jobs = ctx, *a = &jobs[*(const uint32_t *)pa], *b = &jobs[*(const uint32_t *)pb];

    if (a->window != b->window)
        return a->window < b->window ? -1 : 1;
    return compare_reports(a, b);
}

static int sort_jobs(struct comparing *c, struct fp_error *err)
{
    struct fp_plan *plan = c->plan;

    c->sorted = malloc((plan->job_count + 1) * sizeof *c->sorted);
    if (!c->sorted)
        return fp_error_nomem(err);
    for (uint32_t i = 0; i < plan->job_count; i++)
        c->sorted[i] = i;
    qsort_r(c->sorted, plan->job_count, sizeof *c->sorted, by_report, plan->jobs);
    return FP_OK;
}

/* The job of the same report in another window; FP_NO_JOB. */
static uint32_t find_job(const struct comparing *c, const struct fp_job *job, uint32_t window)
{
    const struct fp_job *jobs = c->plan->jobs;
    size_t low = 0, high = c->plan->job_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct fp_job *here = &jobs[c->sorted[middle]];
        int order = here->window != window ? (here->window < window ? -1 : 1) : compare_reports(here, job);

        if (order == 0)
            return c->sorted[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return FP_NO_JOB;
}

/* Jobs that need a reference, by what it is about; those of one reference stand together, the first job
 * first. */
static int by_need(const void *pa, const void *pb, void *ctx)
{
    const struct comparing *c = ctx;
    uint32_t ia = *(const uint32_t *)pa, ib = *(const uint32_t *)pb;
    const struct fp_job *a = &c->plan->jobs[ia], *b = &c->plan->jobs[ib];
    uint32_t wa = c->window_of[a->window], wb = c->window_of[b->window];
    int order = wa != wb ? (wa < wb ? -1 : 1) : compare_reports(a, b);

    return order ? order : ia < ib ? -1 : ia > ib;
}

/* One reference for each group of jobs that share one; writes where there are arrays, else only counts. */
static int add_references(struct comparing *c, const uint32_t *need, size_t count, struct fp_error *err)
{
    struct fp_job *jobs = c->plan->jobs;
    int rc = FP_OK;

    c->references.job_count = c->references.chunk_count = 0;
    for (size_t i = 0; i < count && rc == FP_OK; i++) {
        struct fp_job *job = &jobs[need[i]], *before = i ? &jobs[need[i - 1]] : NULL;
        uint32_t window = c->window_of[job->window];

        if (!before || c->window_of[before->window] != window || compare_reports(before, job) != 0) {
            rc = fp_plan_add_job(&c->references, job->service, job->event_type, window, err);
            if (rc == FP_OK && c->references.jobs)
                c->references.jobs[c->references.job_count - 1].asked_by = need[i];
        }
        if (rc == FP_OK && c->references.jobs)
            job->baseline = (uint32_t)(c->plan->job_count + c->references.job_count - 1);
    }
    return rc;
}

static int append_references(struct comparing *c, struct fp_error *err)
{
    struct fp_plan *plan = c->plan, *r = &c->references;
    struct fp_job *jobs = realloc(plan->jobs, (plan->job_count + r->job_count + 1) * sizeof *jobs);
    struct fp_chunk *chunks;

    if (!jobs)
        return fp_error_nomem(err);
    plan->jobs = jobs;
    chunks = realloc(plan->chunks, (plan->chunk_count + r->chunk_count + 1) * sizeof *chunks);
    if (!chunks)
        return fp_error_nomem(err);
    plan->chunks = chunks;
    for (size_t i = 0; i < r->job_count; i++) {
        jobs[plan->job_count + i] = r->jobs[i];
        jobs[plan->job_count + i].first_chunk += (uint32_t)plan->chunk_count;
    }
    if (r->chunk_count)
        memcpy(chunks + plan->chunk_count, r->chunks, r->chunk_count * sizeof *chunks);
    plan->reference_count = r->job_count;
    plan->chunk_count += r->chunk_count;
    return FP_OK;
}

static int make_references(struct comparing *c, uint32_t *need, size_t count, struct fp_error *err)
{
    struct fp_plan *r = &c->references;
    int rc;

    qsort_r(need, count, sizeof *need, by_need, c);
    rc = add_references(c, need, count, err);
    if (rc < 0)
        return rc;
    r->jobs = calloc(r->job_count + 1, sizeof *r->jobs);
    r->chunks = calloc(r->chunk_count + 1, sizeof *r->chunks);
    rc = r->jobs && r->chunks ? add_references(c, need, count, err) : fp_error_nomem(err);
    if (rc == FP_OK)
        rc = append_references(c, err);
    free(r->jobs);
    free(r->chunks);
    return rc;
}

static int find_jobs(struct comparing *c, struct fp_error *err)
{
    struct fp_plan *plan = c->plan;
    uint32_t *need = malloc((plan->job_count + 1) * sizeof *need);
    size_t count = 0;
    int rc = need ? FP_OK : fp_error_nomem(err);

    for (uint32_t i = 0; i < plan->job_count && rc == FP_OK; i++) {
        struct fp_job *job = &plan->jobs[i];
        uint32_t window = c->window_of[job->window];

        if (window == NO_WINDOW)
            continue;
        job->baseline = find_job(c, job, window);
        if (job->baseline == FP_NO_JOB &&
            !c->how->is_published(c->how->ctx, job, plan->baselines[job->window].night))
            need[count++] = i;
    }
    c->references.windows = plan->windows;
    if (rc == FP_OK)
        rc = make_references(c, need, count, err);
    free(need);
    return rc;
}

/* ---- the order ---- */

struct place {
    uint32_t depth, job; /* how many windows must be done before */
};

static int by_depth(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;

    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    return a->job < b->job ? -1 : a->job > b->job;
}

/* Chains of baselines end: find_baselines made no circle. */
static uint32_t depth_of(const struct comparing *c, uint32_t window)
{
    uint32_t depth = 0;

    for (; window < c->plan->window_count && c->window_of[window] != NO_WINDOW; window = c->window_of[window])
        depth++;
    return depth;
}

static int make_order(struct comparing *c, struct fp_error *err)
{
    struct fp_plan *plan = c->plan;
    size_t all = fp_plan_all_jobs(plan);
    struct place *places = malloc((all + 1) * sizeof *places);
    uint32_t *depths = malloc((plan->window_count + 1) * sizeof *depths);
    int rc = FP_OK;

    plan->order = malloc((all + 1) * sizeof *plan->order);
    if (places && depths && plan->order) {
        for (uint32_t w = 0; w < plan->window_count; w++)
            depths[w] = depth_of(c, w);
        for (uint32_t i = 0; i < all; i++)
            places[i] = (struct place){ i < plan->job_count ? depths[plan->jobs[i].window] : 0, i };
        qsort(places, all, sizeof *places, by_depth);
        for (size_t i = 0; i < all; i++)
            plan->order[i] = places[i].job;
    } else {
        rc = fp_error_nomem(err);
    }
    free(places);
    free(depths);
    return rc;
}

static void forget(struct fp_plan *plan)
{
    free(plan->baselines);
    free(plan->order);
    plan->baselines = NULL;
    plan->order = NULL;
    plan->reference_count = 0;
    for (size_t i = 0; i < plan->job_count; i++)
        plan->jobs[i].baseline = FP_NO_JOB;
}

int fp_plan_compare(struct fp_plan *plan, const struct fp_plan_comparing *how, struct fp_error *err)
{
    struct comparing c = { .plan = plan, .how = how };
    bool asked = false;
    int rc;

    for (size_t i = 0; i < plan->window_count; i++)
        asked |= how->specs[i].kind != FP_BASELINE_NONE;
    if (!asked)
        return FP_OK;
    rc = find_baselines(&c, err);
    if (rc == FP_OK)
        rc = sort_jobs(&c, err);
    if (rc == FP_OK)
        rc = find_jobs(&c, err);
    if (rc == FP_OK)
        rc = make_order(&c, err);
    if (rc < 0)
        forget(plan);
    free(c.window_of);
    free(c.sorted);
    return rc;
}
