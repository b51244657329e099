#include "press/press.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/unit.h"
#include "press/job.h"
#include "press/night.h"
#include "press/regressions.h"
#include "publish/lock.h"
#include "publish/stage.h"

/* What the threads share. */
struct pool {
    const struct fp_press *press;
    struct fp_job_context context;
    struct fp_job_run *runs; /* one for each job of the plan, references too */
    struct timespec started;
    atomic_bool stopped;     /* an error has ended the run */

    pthread_mutex_t lock;    /* guards what follows */
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
    double seconds = seconds_since(&pool->started);
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
    fp_log_progress(pool->press->log, "%zu/%zu jobs, %zu/%zu requests, %.1f/s, %zu failed", pool->jobs_done,
                    pool->press->plan->job_count, pool->chunks_done, pool->press->plan->chunk_count,
                    seconds > 0 ? (double)pool->chunks_done / seconds : 0, pool->result.failed);
    pthread_mutex_unlock(&pool->lock);
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
    return NULL;
}

/* All jobs, by as many threads as requests may be in flight. */
static int run_jobs(struct pool *pool, struct fp_error *err)
{
    size_t wanted = (size_t)pool->press->config->source.in_flight, started = 0;
    pthread_t *threads;

    if (wanted > pool->press->plan->chunk_count)
        wanted = pool->press->plan->chunk_count;
    threads = calloc(wanted + 1, sizeof *threads);
    if (!threads)
        return fp_error_nomem(err);
    while (started < wanted && pthread_create(&threads[started], NULL, work, pool) == 0)
        started++;
    if (!started) /* no thread to be had: then alone */
        work(pool);
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

static int publish(struct pool *pool, struct fp_stage *stage, struct fp_error *err)
{
    const struct fp_press *press = pool->press;
    struct fp_night_run night = { stage, &pool->context, pool->runs, press->plan->job_count,
                                  press->discoveries, press->log };
    size_t damaged = 0;
    int rc = FP_OK;

    for (size_t w = 0; w < press->plan->window_count && rc == FP_OK; w++) {
        struct fp_night_result result = { false, false };

        if (atomic_load(press->cancel))
            return fp_error_set(err, FP_ECANCELLED, "told to stop");
        rc = fp_night_publish(&night, w, &result, err);
        pool->result.nights += result.published;
        pool->result.damaged += result.mended;
    }
    if (rc == FP_OK && pool->result.nights)
        rc = fp_index_publish(&(struct fp_index_run){ stage, press->pages, press->log }, &damaged, err);
    pool->result.damaged += damaged;
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
static int run_locked(const struct fp_press *press, struct fp_press_result *ret_result, struct fp_error *err)
{
    /* A page in DIR/YYYY/MM/DD/SERVICE/EVENT/. Assets stand in the night, so that it is whole in itself and
     * reachable through `latest` too. */
    static const struct fp_page_place place = { "../../assets/", "../../index.html", "../../../../../index.html" };
    struct pool pool = { .press = press, .err = FP_ERROR_INIT };
    struct fp_stage stage = { 0 };
    size_t made = 0;
    int rc = fp_stage_open(&stage, press->output, err);

    pthread_mutex_init(&pool.lock, NULL);
    clock_gettime(CLOCK_MONOTONIC, &pool.started);
    if (rc == FP_OK)
        rc = init_runs(&pool, &made, err);
    pool.context = (struct fp_job_context){
        .plan = press->plan,
        .zone = press->zone,
        .fetcher = { press->source, &press->config->source, press->log, press->cancel },
        .draw = { &press->config->picture, press->pages, &place, FP_DRAW_ALL },
        .stage = stage.path,
        .output = press->output,
        .generated = press->generated,
        .runs = pool.runs,
        .stopped = &pool.stopped,
    };
    if (rc == FP_OK)
        rc = run_jobs(&pool, err);
    if (rc == FP_OK)
        rc = publish(&pool, &stage, err);
    if (rc == FP_OK)
        pool.result.regressions =
            press->say_regressions ? fp_regressions_log(&pool.context) : fp_regressions_count(&pool.context);
    for (size_t i = 0; i < made; i++)
        fp_job_run_release(&pool.runs[i]);
    free(pool.runs);
    fp_stage_close(&stage);
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
        rc = run_locked(press, ret_result, err);
    fp_lock_drop(&lock);
    return rc;
}
