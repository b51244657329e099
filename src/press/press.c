#include "press/press.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/unit.h"
#include "base/wait.h"
#include "press/before.h"
#include "press/job.h"
#include "press/metrics.h"
#include "press/night.h"
#include "press/regressions.h"
#include "publish/lock.h"
#include "publish/stage.h"

/* What the threads share. */
struct pool {
    const struct fp_press *press;
    struct fp_job_context context;
    struct fp_job_run *runs; /* one for each job of the plan, references too */
    struct fp_kept *kept;    /* one for each window */
    size_t kept_count;       /* that were opened */
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
    struct fp_str nights;    /* paths of those that were published, spaces between */
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

/* The order of time: a night's page shows the nights before it. */
static int by_start(const void *pa, const void *pb)
{
    const struct fp_window *a = *(const struct fp_window *const *)pa, *b = *(const struct fp_window *const *)pb;

    return a->start < b->start ? -1 : a->start > b->start ? 1 : (a->end > b->end) - (a->end < b->end);
}

/* The nights of a run in the order of time. */
struct nights {
    const struct fp_window **windows; /* all of them */
    const char **pressed;             /* paths of those that were published, as many as the result says */
    bool *published;                  /* for each of `windows` */
};

static int init_nights(struct nights *nights, const struct fp_plan *plan, struct fp_error *err)
{
    size_t count = plan->window_count;

    nights->windows = calloc(count + 1, sizeof *nights->windows);
    nights->pressed = calloc(count + 1, sizeof *nights->pressed);
    nights->published = calloc(count + 1, sizeof *nights->published);
    if (!nights->windows || !nights->pressed || !nights->published)
        return fp_error_nomem(err);
    for (size_t w = 0; w < count; w++)
        nights->windows[w] = &plan->windows[w];
    qsort(nights->windows, count, sizeof *nights->windows, by_start);
    return FP_OK;
}

static void release_nights(struct nights *nights)
{
    free(nights->windows);
    free(nights->pressed);
    free(nights->published);
}

/* Where a run of several nights ends early, the person must know which of them are new. */
static void log_nights(const struct fp_press *press, const struct nights *nights)
{
    static const char *const what[] = { "not published", "published" };

    for (int is = 1; is >= 0; is--) {
        struct fp_str paths;

        fp_str_init(&paths, FP_LIMIT_TEXT);
        for (size_t w = 0; w < press->plan->window_count; w++)
            if (nights->published[w] == is)
                fp_str_printf(&paths, "%s%s", paths.len ? ", " : "", nights->windows[w]->path);
        if (paths.len)
            fp_log(press->log, FP_LOG_WARNING, "%s: %s", what[is], paths.data);
        fp_str_release(&paths);
    }
}

/* Each night in turn, up to the first that cannot be. */
static int publish_nights(struct pool *pool, struct fp_stage *stage, struct nights *nights, struct fp_error *err)
{
    const struct fp_press *press = pool->press;
    const struct fp_plan *plan = press->plan;
    const struct fp_night_run night = { .stage = stage,
                                        .context = &pool->context,
                                        .runs = pool->runs,
                                        .run_count = plan->job_count,
                                        .discoveries = press->discoveries,
                                        .site_url = press->config->site_url,
                                        .log = press->log };
    int rc = FP_OK;

    for (size_t w = 0; w < plan->window_count && rc == FP_OK; w++) {
        const struct fp_window *window = nights->windows[w];
        struct fp_night_result result = { .published = false };

        if (atomic_load(press->cancel))
            return fp_error_set(err, FP_ECANCELLED, "told to stop%s",
                                pool->result.nights ? "" : "; nothing was published");
        rc = fp_night_publish(&night, (size_t)(window - plan->windows), &result, err);
        pool->result.damaged += result.mended;
        pool->result.kept += result.kept;
        if (!result.published)
            continue;
        nights->published[w] = true;
        nights->pressed[pool->result.nights++] = window->path;
    }
    return rc;
}

/* What is published the index shows, whatever became of the rest. */
static int publish(struct pool *pool, struct fp_stage *stage, struct fp_error *err)
{
    const struct fp_press *press = pool->press;
    struct nights nights = { NULL, NULL, NULL };
    struct fp_error failure = FP_ERROR_INIT;
    size_t damaged = 0;
    int rc = init_nights(&nights, press->plan, err), index = FP_OK;

    if (rc == FP_OK)
        rc = publish_nights(pool, stage, &nights, err);
    if (pool->result.nights)
        index = fp_index_publish(&(struct fp_index_run){ stage, press->pages, press->log, press->config->title,
                                                         press->config->site_url, nights.pressed, pool->result.nights },
                                 &damaged, &failure);
    pool->result.damaged += damaged;
    if (rc < 0 && nights.windows && nights.published && press->plan->window_count > 1)
        log_nights(press, &nights);
    for (size_t i = 0; i < pool->result.nights; i++)
        fp_str_printf(&pool->nights, "%s%s", i ? " " : "", nights.pressed[i]);
    release_nights(&nights);
    if (index < 0 && rc < 0)
        fp_log_error(press->log, FP_LOG_ERROR, &failure, NULL);
    else if (index < 0 && err)
        *err = failure;
    return rc < 0 ? rc : index;
}

/* Metrics are no part of the site: what is wrong with them is said, and no reason to give up what was published. */
static void write_metrics(struct pool *pool, int rc)
{
    const struct fp_press *press = pool->press;
    struct fp_error err = FP_ERROR_INIT;

    pool->result.seconds = seconds_since(&pool->started);
    if (!press->config->metrics_file || rc == FP_ECANCELLED)
        return;
    pool->result.no_metrics = fp_press_write_metrics(press, &pool->result, rc == FP_OK && fp_press_is_whole(&pool->result), &err) < 0;
    if (pool->result.no_metrics)
        fp_log_error(press->log, FP_LOG_ERROR, &err, NULL);
}

/* What earlier runs left of the nights, before anything is pressed. */
static int open_kept(struct pool *pool, struct fp_error *err)
{
    const struct fp_plan *plan = pool->press->plan;
    int rc = FP_OK;

    pool->kept = calloc(plan->window_count + 1, sizeof *pool->kept);
    if (!pool->kept)
        return fp_error_nomem(err);
    while (pool->kept_count < plan->window_count && rc == FP_OK) {
        const char *night = plan->windows[pool->kept_count].path;

        rc = fp_kept_open(&pool->kept[pool->kept_count++], pool->press->output, night, err);
        if (rc < 0)
            fp_error_prepend(err, "night %s", night);
    }
    return rc;
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

/* With the lock held. */
static int run_locked(const struct fp_press *press, const struct fp_lock *lock, struct fp_press_result *ret_result,
                      struct fp_error *err)
{
    /* A page in DIR/YYYY/MM/DD/SERVICE/EVENT/. Assets stand in the night, so that it is whole in itself and
     * reachable through `latest` too. */
    static const struct fp_page_place place = { .assets = "../../assets/", .night = "../../index.html",
                                                .site = "../../../../../" };
    struct pool pool = { .press = press, .err = FP_ERROR_INIT };
    struct fp_stage stage = { 0 };
    size_t made = 0;
    int rc = fp_stage_open(&stage, press->output, err);

    fp_str_init(&pool.nights, FP_LIMIT_TEXT);
    pthread_mutex_init(&pool.lock, NULL);
    fp_wait_init(&pool.over);
    clock_gettime(CLOCK_MONOTONIC, &pool.started);
    if (rc == FP_OK)
        rc = init_runs(&pool, &made, err);
    if (rc == FP_OK)
        rc = open_kept(&pool, err);
    pool.context = (struct fp_job_context){
        .plan = press->plan,
        .zone = press->zone,
        .fetcher = { press->source, &press->config->source, press->log, press->cancel, press->ends_ms },
        .draw = { &press->config->picture, press->pages, &place, FP_DRAW_ALL, press->config->svg.interactive, NULL, NULL },
        .stage = stage.path,
        .output = press->output,
        .generated = press->generated,
        .runs = pool.runs,
        .kept = pool.kept,
        .force = press->force,
        .stopped = &pool.stopped,
    };
    if (rc == FP_OK)
        rc = find_before(&pool, err);
    if (rc == FP_OK)
        rc = run_jobs(&pool, err);
    if (rc == FP_OK)
        rc = fp_lock_check(lock, press->output, err);
    if (rc == FP_OK)
        rc = publish(&pool, &stage, err);
    if (rc == FP_OK)
        pool.result.regressions =
            press->say_regressions ? fp_regressions_log(&pool.context) : fp_regressions_count(&pool.context);
    write_metrics(&pool, rc);
    for (size_t i = 0; i < made; i++)
        fp_job_run_release(&pool.runs[i]);
    free(pool.runs);
    while (pool.kept_count)
        fp_kept_close(&pool.kept[--pool.kept_count]);
    free(pool.kept);
    for (size_t i = 0; pool.before && i < press->plan->window_count; i++)
        fp_before_release(&pool.before[i]);
    free(pool.before);
    fp_stage_close(&stage);
    if (rc == FP_OK && pool.result.nights && press->after)
        press->after(press->after_ctx, &pool.result, pool.nights.data);
    fp_str_release(&pool.nights);
    pthread_cond_destroy(&pool.over);
    pthread_mutex_destroy(&pool.lock);
    *ret_result = pool.result;
    return rc;
}

int fp_press_run(const struct fp_press *press, struct fp_press_result *ret_result, struct fp_error *err)
{
    struct fp_lock lock = { -1 };
    int rc = fp_lock_take(&lock, press->output, (int64_t)time(NULL), err);

    *ret_result = (struct fp_press_result){ 0 };
    if (rc == FP_OK)
        rc = run_locked(press, &lock, ret_result, err);
    fp_lock_drop(&lock);
    return rc;
}
