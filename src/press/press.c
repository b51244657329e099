#include "press/press.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/unit.h"
#include "base/wait.h"
#include "plan/compare.h"
#include "press/before.h"
#include "press/bundle.h"
#include "press/job.h"
#include "press/part.h"
#include "press/publishing.h"
#include "publish/lock.h"
#include "publish/stage.h"

/* What the threads share. */
struct pool {
    const struct fp_press *press;
    struct fp_job_context context;
    struct fp_job_run *runs; /* one for each job of the plan, references too */
    struct fp_publishing site; /* what comes of them */
    struct fp_before *before; /* one for each window */
    struct timespec started;
    atomic_bool stopped;     /* an error has ended the run */

    pthread_mutex_t lock;    /* guards what follows */
    pthread_cond_t over;     /* `workers` is 0 */
    size_t workers;          /* threads that are not done */
    size_t next_job;         /* in the order of the plan */
    uint32_t next_chunk;     /* of next_job */
    size_t jobs_done, chunks_done;
    struct fp_press_result result;
    struct fp_error err;     /* the first error that ends the run */
};

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* The next chunk to fetch; false when there is none or the run is over. */
static bool take_chunk(struct pool *pool, struct fp_job_run **ret_run, uint32_t *ret_chunk)
{
    const struct fp_plan *plan = pool->press->plan;
    bool taken = false;

    pthread_mutex_lock(&pool->lock);
    if (pool->err.code == FP_OK && pool->next_job < fp_plan_all_jobs(plan) && !atomic_load(pool->press->cancel)) {
        size_t job = plan->order ? plan->order[pool->next_job] : pool->next_job;

        *ret_run = &pool->runs[job];
        *ret_chunk = pool->next_chunk++;
        if (pool->next_chunk == plan->jobs[job].chunk_count) {
            pool->next_job++;
            pool->next_chunk = 0;
        }
        taken = true;
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

/* One line for a job that is not as it should be. */
static void log_outcome(const struct pool *pool, const struct fp_job_run *run)
{
    const struct fp_job *job = run->job;
    const char *label = pool->press->plan->windows[job->window].label;

    if (run->outcome == FP_OUTCOME_FAILED)
        fp_log(pool->press->log, FP_LOG_ERROR, "%s %s, %s: failed: %s", job->service->title, job->event_type, label,
               run->failure ? run->failure : "(no reason known)");
    else if (run->outcome == FP_OUTCOME_PARTIAL)
        fp_log(pool->press->log, FP_LOG_ERROR, "%s %s, %s: partial: %zu part%s of the window could not be had; the first: %s",
               job->service->title, job->event_type, label, run->failed_count, fp_plural(run->failed_count),
               run->failure);
    else
        fp_log(pool->press->log, FP_LOG_INFO, "%s %s, %s: %s", job->service->title, job->event_type, label,
               fp_outcome_name(run->outcome));
}

/* A reference that could not be had costs a comparison, no report: whoever wanted to compare with it warns. */
static void log_reference(const struct pool *pool, const struct fp_job_run *run)
{
    const struct fp_job *job = run->job;

    fp_log(pool->press->log, FP_LOG_INFO, "%s %s, %s, to compare with: %s%s%s",
           job->service->title, job->event_type, pool->press->plan->windows[job->window].label,
           fp_outcome_name(run->outcome), run->failure ? ": " : "", run->failure ? run->failure : "");
}

static void count_outcome(struct fp_press_result *result, enum fp_outcome outcome)
{
    switch (outcome) {
    case FP_OUTCOME_OK: result->ok++; break;
    case FP_OUTCOME_EMPTY: result->empty++; break;
    case FP_OUTCOME_PARTIAL: result->partial++; break;
    default: result->failed++; break;
    }
}

static void note_progress(struct pool *pool, const struct fp_job_run *run, bool done)
{
    bool reference = fp_job_is_reference(run->job);

    if (done && reference)
        log_reference(pool, run);
    else if (done)
        log_outcome(pool, run);
    pthread_mutex_lock(&pool->lock);
    pool->chunks_done++;
    if (done && !reference) {
        pool->jobs_done++;
        count_outcome(&pool->result, run->outcome);
    }
    pthread_mutex_unlock(&pool->lock);
}

static void show_progress(struct pool *pool, const struct fp_press_result *result, size_t jobs, size_t chunks)
{
    const struct fp_plan *plan = pool->press->plan;
    double seconds = seconds_since(&pool->started);

    fp_log_progress(pool->press->log, "%zu/%zu jobs, %zu/%zu requests, %.1f/s, %zu failed, %zu partial", jobs,
                    plan->job_count, chunks, plan->chunk_count, seconds > 0 ? (double)chunks / seconds : 0,
                    result->failed, result->partial);
}

#define PROGRESS_NS 100000000 /* between two looks at how far the workers are */

/* Until all workers are done. A terminal is slower than they are: it is shown what has changed ten times a second, and
 * how it ended. */
static void watch(struct pool *pool)
{
    size_t shown = SIZE_MAX, workers;

    do {
        struct fp_press_result result;
        struct timespec until = fp_wait_until(PROGRESS_NS);
        size_t jobs, chunks;

        pthread_mutex_lock(&pool->lock);
        while (pool->workers && pthread_cond_timedwait(&pool->over, &pool->lock, &until) == 0)
            ;
        workers = pool->workers;
        result = pool->result;
        jobs = pool->jobs_done;
        chunks = pool->chunks_done;
        pthread_mutex_unlock(&pool->lock);
        if (chunks != shown)
            show_progress(pool, &result, jobs, chunks);
        shown = chunks;
    } while (workers);
}

static void *work(void *ctx)
{
    struct pool *pool = ctx;
    struct fp_job_run *run;
    uint32_t chunk;

    while (take_chunk(pool, &run, &chunk)) {
        struct fp_error err = FP_ERROR_INIT;
        bool done = false;

        if (fp_job_run_chunk(run, &pool->context, chunk, &done, &err) < 0) {
            pthread_mutex_lock(&pool->lock);
            if (pool->err.code == FP_OK)
                pool->err = err;
            pthread_mutex_unlock(&pool->lock);
            atomic_store(&pool->stopped, true);
            break;
        }
        note_progress(pool, run, done);
    }
    pthread_mutex_lock(&pool->lock);
    if (--pool->workers == 0)
        pthread_cond_signal(&pool->over);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Starts as many as asked for, or as many as can be had; returns how many. */
static size_t start_workers(struct pool *pool, pthread_t *threads, size_t wanted)
{
    size_t started = 0;

    pthread_mutex_lock(&pool->lock); /* nobody is done before all are counted */
    while (started < wanted && pthread_create(&threads[started], NULL, work, pool) == 0)
        started++;
    pool->workers = started ? started : 1;
    pthread_mutex_unlock(&pool->lock);
    return started;
}

/* All jobs, by as many threads as requests may be in flight. */
static int run_jobs(struct pool *pool, struct fp_error *err)
{
    size_t wanted = (size_t)pool->press->config->source.in_flight, started;
    pthread_t *threads;

    if (wanted > pool->press->plan->chunk_count)
        wanted = pool->press->plan->chunk_count;
    threads = calloc(wanted + 1, sizeof *threads);
    if (!threads)
        return fp_error_nomem(err);
    started = start_workers(pool, threads, wanted);
    if (!started) /* no thread to be had: then alone */
        work(pool);
    watch(pool);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    fp_log_progress_end(pool->press->log);
    if (atomic_load(pool->press->cancel))
        return fp_error_set(err, FP_ECANCELLED, "told to stop; nothing was published");
    if (pool->err.code != FP_OK && err)
        *err = pool->err;
    return pool->err.code;
}

/* Which night is before each: pages say so, and are drawn before any is published. */
static int find_before(struct pool *pool, struct fp_error *err)
{
    const struct fp_plan *plan = pool->press->plan;
    int rc = FP_OK;

    pool->before = calloc(plan->window_count + 1, sizeof *pool->before);
    if (!pool->before)
        return fp_error_nomem(err);
    for (size_t i = 0; i < plan->window_count && rc == FP_OK; i++)
        rc = fp_before_find(&pool->before[i], pool->press->output, plan->windows[i].path, &pool->context, err);
    pool->context.before = pool->before;
    return rc;
}

static int init_runs(struct pool *pool, size_t *ret_made, struct fp_error *err)
{
    const struct fp_plan *plan = pool->press->plan;
    int rc = FP_OK;

    pool->runs = calloc(fp_plan_all_jobs(plan) + 1, sizeof *pool->runs);
    if (!pool->runs)
        return fp_error_nomem(err);
    for (*ret_made = 0; *ret_made < fp_plan_all_jobs(plan) && rc == FP_OK; ++*ret_made)
        rc = fp_job_run_init(&pool->runs[*ret_made], &plan->jobs[*ret_made], err);
    return rc;
}

/* What the jobs came to, night by night. */
static int collect(struct pool *pool, struct fp_error *err)
{
    const struct fp_press *press = pool->press;
    const struct fp_plan *plan = press->plan;
    int rc = FP_OK;

    for (size_t w = 0; w < pool->site.count && rc == FP_OK; w++) {
        pool->site.nights[w].compared = plan->baselines && plan->baselines[w].asked;
        rc = fp_pressed_discovered(&pool->site.nights[w], press->discoveries ? &press->discoveries[w] : NULL, err);
    }
    for (size_t i = 0; i < plan->job_count && rc == FP_OK; i++)
        rc = fp_pressed_add(&pool->site.nights[plan->jobs[i].window], pool->runs[i].entry, plan->jobs[i].place,
                            pool->runs[i].stays, err);
    return rc;
}

static size_t nights_of_part(const struct fp_press *press, const struct fp_press_result *result)
{
    return result->failed && !result->ok && !result->empty && !result->partial ? 0 : press->plan->window_count;
}

/* The site, or the part of it. */
static int finish(struct pool *pool, struct fp_stage *stage, struct fp_error *err)
{
    const struct fp_press *press = pool->press;
    const char *source = fp_source_describe(press->source);
    int rc = collect(pool, err);

    if (rc < 0)
        return rc;
    if (!press->part)
        return fp_publishing_do(&pool->site, stage, source, &pool->result, err);
    rc = fp_part_write(press->part, stage, pool->site.nights, pool->site.count, source, seconds_since(&pool->started), err);
    if (rc == FP_OK)
        pool->result.nights = nights_of_part(press, &pool->result);
    return rc;
}

/* With the lock held on `dir`, where the stage is: the output, or the part's directory. */
static int run_locked(const struct fp_press *press, const char *dir, const struct fp_lock *lock,
                      struct fp_press_result *ret_result, struct fp_error *err)
{
    struct pool pool = { .press = press, .site = { .press = press }, .err = FP_ERROR_INIT };
    struct fp_stage stage = { 0 };
    struct fp_bundle tickets;
    size_t made = 0;
    int rc = fp_stage_open(&stage, dir, err);

    fp_bundle_init(&tickets, press->log);
    tickets.of_site = true;
    pthread_mutex_init(&pool.lock, NULL);
    fp_wait_init(&pool.over);
    clock_gettime(CLOCK_MONOTONIC, &pool.started);
    if (rc == FP_OK)
        rc = fp_publishing_open(&pool.site, press, press->plan->windows, press->plan->window_count, err);
    if (rc == FP_OK)
        rc = init_runs(&pool, &made, err);
    pool.context = (struct fp_job_context){
        .plan = press->plan,
        .zone = press->zone,
        .fetcher = { press->source, &press->config->source, press->log, press->cancel, press->ends_ms },
        .draw = { &press->config->picture, press->pages, &fp_draw_place, FP_DRAW_ALL, press->config->svg.interactive, &tickets, NULL },
        .stage = stage.path,
        .output = press->output,
        .generated = press->generated,
        .runs = pool.runs,
        .kept = pool.site.kept,
        .force = press->force,
        .given_up = press->given_up,
        .stopped = &pool.stopped,
    };
    if (rc == FP_OK)
        rc = find_before(&pool, err);
    if (rc == FP_OK)
        rc = run_jobs(&pool, err);
    if (rc == FP_OK)
        rc = fp_lock_check(lock, dir, err);
    if (rc == FP_OK)
        rc = finish(&pool, &stage, err);
    pool.result.seconds = seconds_since(&pool.started);
    if (!press->part)
        fp_publishing_write_metrics(&pool.site, rc, &pool.result);
    for (size_t i = 0; i < made; i++)
        fp_job_run_release(&pool.runs[i]);
    free(pool.runs);
    for (size_t i = 0; pool.before && i < press->plan->window_count; i++)
        fp_before_release(&pool.before[i]);
    free(pool.before);
    fp_stage_close(&stage);
    if (rc == FP_OK)
        fp_publishing_tell(&pool.site, &pool.result);
    fp_publishing_close(&pool.site);
    pthread_cond_destroy(&pool.over);
    pthread_mutex_destroy(&pool.lock);
    *ret_result = pool.result;
    return rc;
}

/* Is the part there, with anything in it that another try could not do better? A failure may pass. */
static int is_done(const struct fp_press *press, struct fp_press_result *ret_result, bool *ret_done, struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    struct fp_part part;
    bool there;
    int rc = fp_part_open(&part, press->output, press->part, &damaged);

    *ret_done = false;
    if (rc == FP_OK)
        rc = fp_part_check(&part, press->plan->windows, press->plan->window_count, &damaged);
    if (rc == FP_OK) {
        ret_result->ok = fp_part_count(&part, "ok");
        ret_result->empty = fp_part_count(&part, "empty");
        ret_result->partial = fp_part_count(&part, "partial");
        ret_result->failed = fp_part_count(&part, "failed");
        ret_result->nights = nights_of_part(press, ret_result);
        *ret_done = ret_result->nights > 0;
    } else if (rc == FP_ENOMEM) {
        rc = fp_error_nomem(err);
    } else { /* none, or a damaged one: it is pressed */
        if (!press->given_up && fp_part_look(press->output, press->part, &there, NULL) == FP_OK && there)
            fp_log(press->log, FP_LOG_WARNING, "the part that is there is damaged, so it is made anew: %s", damaged.message);
        rc = FP_OK;
    }
    fp_part_close(&part);
    return rc;
}

static int run_shard(const struct fp_press *press, const char *dir, const struct fp_lock *lock,
                     struct fp_press_result *ret_result, struct fp_error *err)
{
    bool done;
    int rc = is_done(press, ret_result, &done, err);

    if (rc == FP_OK && done)
        fp_log(press->log, FP_LOG_INFO, "%s is there already", dir);
    else if (rc == FP_OK)
        rc = run_locked(press, dir, lock, ret_result, err);
    return rc;
}

int fp_press_run(const struct fp_press *press, struct fp_press_result *ret_result, struct fp_error *err)
{
    struct fp_lock lock = { -1 };
    struct fp_str dir;
    int rc = FP_OK;

    *ret_result = (struct fp_press_result){ 0 };
    fp_str_init(&dir, FP_LIMIT_TEXT);
    if (press->part)
        rc = fp_part_dir(press->part, press->output, &dir, err);
    if (rc == FP_OK)
        rc = fp_lock_take(&lock, press->part ? dir.data : press->output, (int64_t)time(NULL), err);
    if (rc == FP_OK)
        rc = press->part ? run_shard(press, dir.data, &lock, ret_result, err)
                         : run_locked(press, press->output, &lock, ret_result, err);
    fp_lock_drop(&lock);
    fp_str_release(&dir);
    return rc;
}
