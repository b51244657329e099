#include "press/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/fs.h"
#include "base/limits.h"
#include "press/listed.h"
#include "publish/sitepath.h"
#include "report/night.h"

int fp_job_run_init(struct fp_job_run *run, const struct fp_job *job, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    *run = (struct fp_job_run){ .job = job, .chunks_left = job->chunk_count, .broken = FP_ERROR_INIT };
    pthread_mutex_init(&run->lock, NULL);
    fp_builder_init(&run->merged);
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_sitepath_component(&path, fp_slice_of(job->service->id));
    fp_str_putc(&path, '/');
    fp_sitepath_component(&path, fp_slice_of(job->event_type));
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK && !(run->path = fp_str_detach(&path)))
        rc = fp_error_nomem(err);
    fp_str_release(&path);
    return rc;
}

void fp_job_run_release(struct fp_job_run *run)
{
    fp_builder_release(&run->merged);
    for (size_t i = 0; i < run->failed_count; i++)
        free((char *)(uintptr_t)run->failed[i].why);
    free(run->failed);
    free(run->failure);
    free(run->path);
    json_decref(run->entry);
    pthread_mutex_destroy(&run->lock);
}

static char *error_text(const struct fp_error *err)
{
    struct fp_str text;
    char *result;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_error_format(err, &text);
    result = fp_str_detach(&text);
    fp_str_release(&text);
    return result;
}

static int add_failed_part(struct fp_job_run *run, const struct fp_chunk *span, const struct fp_error *why,
                           struct fp_error *err)
{
    char *text = error_text(why);
    int rc = text ? fp_array_reserve(&run->failed, &run->failed_cap, run->failed_count + 1, sizeof *run->failed,
                                     FP_LIMIT_CHUNKS, "failed parts", err)
                  : fp_error_nomem(err);

    if (rc < 0) {
        free(text);
        return rc;
    }
    run->failed[run->failed_count++] = (struct fp_failed_part){ span->start, span->end, text };
    return FP_OK;
}

/* A row is worth at least one sample: a total below what the limit's rows are worth cannot have been cut. */
static bool is_proved(const struct fp_job *job, const struct fp_reply *reply)
{
    int64_t rows = reply->row_limit ? reply->row_limit : job->service->row_limit;
    int64_t sample = job->service->sample ? job->service->sample : job->event->sample, bound;

    return __builtin_mul_overflow(rows, sample, &bound) || reply->builder.total < bound;
}

/* DeepFlow's name for the whole host. */
static bool is_host(const struct fp_job *job)
{
    return strcmp(job->service->name, "Total") == 0;
}

static void add_reply(struct fp_job_run *run, const struct fp_reply *reply)
{
    const struct fp_job *job = run->job;
    int rc = FP_OK;

    run->replies++;
    run->mended_names += reply->mended_names;
    run->balance.nodes += reply->balance.nodes;
    if (__builtin_add_overflow(run->balance.value, reply->balance.value, &run->balance.value))
        run->balance.value = INT64_MAX;
    if (reply->form != FP_FORM_NONE)
        run->form = reply->form;
    run->unproved |= !is_proved(job, reply);
    if (reply->row_limit && (!run->row_limit || reply->row_limit < run->row_limit))
        run->row_limit = reply->row_limit;
    if (!reply->builder.count || run->broken.code != FP_OK)
        return;
    if (!run->merged.count)
        rc = fp_builder_root(&run->merged, fp_slice_of(job->service->name),
                             is_host(job) ? FP_KIND_HOST : FP_KIND_PROCESS, &run->broken);
    if (rc == FP_OK)
        fp_builder_merge(&run->merged, &reply->builder, &run->broken);
}

static int by_start(const void *pa, const void *pb)
{
    const struct fp_failed_part *a = pa, *b = pb;

    return a->start < b->start ? -1 : a->start > b->start;
}

static void decide(struct fp_job_run *run)
{
    bool has_value = run->merged.count && run->merged.total > 0;

    if (run->broken.code != FP_OK || (run->failed_count && !run->replies))
        run->outcome = FP_OUTCOME_FAILED;
    else if (run->failed_count)
        run->outcome = FP_OUTCOME_PARTIAL;
    else
        run->outcome = has_value ? FP_OUTCOME_OK : FP_OUTCOME_EMPTY;
    if (run->failed_count)
        qsort(run->failed, run->failed_count, sizeof *run->failed, by_start);
}

static void fill_facts(const struct fp_job_run *run, const struct fp_job_context *context,
                       struct fp_report_facts *facts)
{
    const struct fp_job *job = run->job;

    *facts = (struct fp_report_facts){
        .service = job->service->name,
        .title = job->service->title,
        .event_type = job->event_type,
        .event = job->event,
        .language = job->service->language,
        .filter = job->service->filter,
        .window = &context->plan->windows[job->window],
        .zone = context->zone,
        .source = fp_source_describe(context->fetcher.source),
        .outcome = run->outcome,
        .completeness = run->failed_count ? FP_COMPLETE_PARTIAL
                        : run->unproved   ? FP_COMPLETE_UNPROVED
                                          : FP_COMPLETE_PROVED,
        .form = fp_form_name(run->form),
        .requests = run->requests,
        .replies = run->replies,
        .failed = run->failed,
        .failed_count = run->failed_count,
        .failure = run->outcome == FP_OUTCOME_FAILED ? run->failure : NULL,
        .row_limit = run->row_limit ? run->row_limit : job->service->row_limit,
        .sample = job->service->sample ? job->service->sample : job->event->sample,
        .mended_names = run->mended_names,
        .unbalanced_nodes = run->balance.nodes,
        .unbalanced_value = run->balance.value,
        .generated = context->generated,
    };
}

/* The directory of the report in the stage; the caller releases it. */
static int report_dir(const struct fp_job_run *run, const struct fp_job_context *context, struct fp_str *dir,
                      struct fp_error *err)
{
    fp_str_init(dir, FP_LIMIT_TEXT);
    fp_str_puts(dir, context->stage);
    fp_path_join(dir, context->plan->windows[run->job->window].path);
    fp_path_join(dir, run->path);
    return fp_str_status(dir, "a path", err);
}

/* Freezes (unless failed) and draws once. */
static int draw(struct fp_job_run *run, const struct fp_job_context *context, const char *dir, struct fp_error *err)
{
    struct fp_report_facts facts;
    struct fp_tree tree = { 0 };
    struct fp_listed listed = { 0 };
    json_t *summary = NULL;
    int rc = FP_OK;

    fill_facts(run, context, &facts);
    if (run->outcome != FP_OUTCOME_FAILED && run->merged.count) {
        rc = fp_tree_freeze(&tree, &run->merged, run->job->event->objects, err);
        facts.tree = &tree;
        if (is_host(run->job) && fp_listed_ask(&listed, &context->fetcher, run->job->service, facts.window))
            facts.services = &listed.names;
    }
    if (rc == FP_OK)
        rc = fp_draw_report(&facts, dir, &context->draw, &summary, err);
    if (rc == FP_OK)
        rc = fp_night_entry(summary, run->path, &run->entry, err);
    json_decref(summary);
    fp_listed_release(&listed);
    fp_tree_release(&tree);
    return rc;
}

/* The report as it should be, or, when that cannot be, the page that says why. */
static int press(struct fp_job_run *run, const struct fp_job_context *context, struct fp_error *err)
{
    struct fp_error failure = FP_ERROR_INIT;
    struct fp_str dir;
    int rc = report_dir(run, context, &dir, err);

    if (rc < 0)
        goto done;
    decide(run);
    if (run->broken.code != FP_OK)
        run->failure = error_text(&run->broken);
    else if (run->failed_count)
        run->failure = strdup(run->failed[0].why);
    rc = draw(run, context, dir.data, &failure);
    if (rc == FP_EIO || rc == FP_ENOMEM) {
        *err = failure; /* a full disk is no fault of the service: the run ends, and the site stays as it is */
    } else if (rc < 0) {
        run->outcome = FP_OUTCOME_FAILED;
        free(run->failure);
        run->failure = error_text(&failure);
        fp_builder_release(&run->merged);
        rc = fp_dir_remove(dir.data, err);
        if (rc == FP_OK)
            rc = draw(run, context, dir.data, err);
    }
done:
    fp_str_release(&dir);
    return rc;
}

/* May this reply have been cut, and can smaller parts be asked for? */
static bool must_split(const struct fp_job_run *run, const struct fp_source *source, const struct fp_chunk *span,
                       const struct fp_reply *reply)
{
    int64_t length = span->end - span->start;

    return !is_proved(run->job, reply) && !fp_source_is_recorded(source) && !run->job->event->gauge && length > run->job->service->min_step_s && length > 1;
}

/* Takes the outcome of one request over. */
static int take(struct fp_job_run *run, const struct fp_chunk *span, struct fp_reply *reply, uint32_t attempts, int fetched,
                const struct fp_error *failure, struct fp_error *err)
{
    int rc = FP_OK;

    pthread_mutex_lock(&run->lock);
    run->requests += attempts;
    if (fetched != FP_OK)
        rc = add_failed_part(run, span, failure, err);
    else if (reply)
        add_reply(run, reply);
    pthread_mutex_unlock(&run->lock);
    return rc;
}

/* Halving a window of int64 seconds again and again leaves at most one half a level waiting. */
#define SPANS_MAX 64

/* One chunk, in halves of halves where a reply may have been cut: such a reply is thrown away, its halves count. */
static int fetch_spans(struct fp_job_run *run, const struct fp_job_context *context, struct fp_chunk chunk,
                       struct fp_error *err)
{
    struct fp_chunk waiting[SPANS_MAX] = { chunk };
    size_t count = 1;
    int rc = FP_OK;

    while (count && rc == FP_OK) {
        struct fp_chunk span = waiting[--count];
        struct fp_error failure = FP_ERROR_INIT;
        struct fp_reply reply;
        uint32_t attempts;
        int fetched = fp_fetch_chunk(&context->fetcher, run->job, &span, &reply, &attempts, &failure);

        if (fetched == FP_ECANCELLED) {
            *err = failure;
            return fetched;
        }
        if (fetched == FP_OK && must_split(run, context->fetcher.source, &span, &reply)) {
            int64_t middle = span.start + (span.end - span.start) / 2;

            waiting[count++] = (struct fp_chunk){ middle, span.end };
            waiting[count++] = (struct fp_chunk){ span.start, middle };
            rc = take(run, &span, NULL, attempts, FP_OK, NULL, err);
        } else {
            rc = take(run, &span, &reply, attempts, fetched, &failure, err);
        }
        if (fetched == FP_OK)
            fp_reply_release(&reply);
    }
    return rc;
}

int fp_job_run_chunk(struct fp_job_run *run, const struct fp_job_context *context, uint32_t index, bool *ret_done,
                     struct fp_error *err)
{
    int rc = fetch_spans(run, context, context->plan->chunks[run->job->first_chunk + index], err);

    if (rc < 0)
        return rc;
    pthread_mutex_lock(&run->lock);
    *ret_done = --run->chunks_left == 0;
    pthread_mutex_unlock(&run->lock);
    return *ret_done ? press(run, context, err) : FP_OK;
}
