#include "press/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/wait.h"
#include "press/baseline.h"
#include "press/before.h"
#include "press/bundle.h"
#include "press/listed.h"
#include "press/proof.h"
#include "press/shape.h"
#include "publish/sitepath.h"
#include "report/night.h"

void fp_job_report_path(const struct fp_job *job, struct fp_str *path)
{
    fp_sitepath_component(path, fp_slice_of(job->service->id));
    fp_str_putc(path, '/');
    fp_sitepath_component(path, fp_slice_of(job->event_type));
}

int fp_job_run_init(struct fp_job_run *run, const struct fp_job *job, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    *run = (struct fp_job_run){ .job = job, .chunks_left = job->chunk_count, .broken = FP_ERROR_INIT };
    pthread_mutex_init(&run->lock, NULL);
    fp_wait_init(&run->finished);
    fp_builder_init(&run->merged);
    fp_arena_init(&run->texts);
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_job_report_path(job, &path);
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK && !(run->path = fp_str_detach(&path)))
        rc = fp_error_nomem(err);
    fp_str_release(&path);
    return rc;
}

void fp_job_run_release(struct fp_job_run *run)
{
    fp_builder_release(&run->merged);
    fp_arena_release(&run->texts);
    free(run->failed);
    free(run->failure);
    free(run->path);
    json_decref(run->entry);
    pthread_cond_destroy(&run->finished);
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

/* `why` NULL: as the server refused the first chunk. */
static int add_failed_part(struct fp_job_run *run, const struct fp_chunk *span, const struct fp_error *why,
                           struct fp_error *err)
{
    int rc = fp_array_reserve(&run->failed, &run->failed_cap, run->failed_count + 1, sizeof *run->failed,
                              FP_LIMIT_CHUNKS, "failed parts", err);
    const char *text = run->refused;

    if (rc == FP_OK && why) {
        char formatted[FP_ERROR_TEXT];

        text = fp_arena_strdup(&run->texts, fp_error_text(formatted, why));
        rc = text ? FP_OK : fp_error_nomem(err);
    }
    if (rc < 0)
        return rc;
    run->failed[run->failed_count++] = (struct fp_failed_part){ span->start, span->end, text };
    return FP_OK;
}

/* What is known of a part when its reply is taken over. */
struct evidence {
    bool proved;
    int64_t rows; /* -1 = not counted */
};

static void add_reply(struct fp_job_run *run, const struct fp_chunk *chunk, struct fp_reply *reply,
                      const struct evidence *evidence)
{
    const struct fp_job *job = run->job;
    struct fp_slice name = fp_slice_of(job->service->name);
    int rc = FP_OK;

    run->replies++;
    run->mended_names += reply->mended_names;
    run->balance.nodes += reply->balance.nodes;
    if (__builtin_add_overflow(run->balance.value, reply->balance.value, &run->balance.value))
        run->balance.value = INT64_MAX;
    if (reply->form != FP_FORM_NONE)
        run->form = reply->form;
    run->unproved_s += evidence->proved ? 0 : chunk->end - chunk->start;
    run->counted += evidence->rows >= 0;
    if (evidence->rows > run->most_rows)
        run->most_rows = evidence->rows;
    if (reply->row_limit && (!run->row_limit || reply->row_limit < run->row_limit))
        run->row_limit = reply->row_limit;
    if (!reply->builder.count || run->broken.code != FP_OK)
        return;
    if (!run->merged.count)
        rc = fp_builder_root(&run->merged, name, fp_root_kind(name), &run->broken);
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
    const struct fp_window *window = &context->plan->windows[job->window];

    *facts = (struct fp_report_facts){
        .service = job->service->name,
        .id = job->service->id,
        .title = job->service->title,
        .event_type = job->event_type,
        .event = job->event,
        .language = job->service->language,
        .filter = job->service->filter,
        .window = window,
        .zone = context->zone,
        .source = fp_source_describe(context->fetcher.source),
        .outcome = run->outcome,
        .completeness = run->failed_count ? FP_COMPLETE_PARTIAL
                        : run->unproved_s ? FP_COMPLETE_UNPROVED
                                          : FP_COMPLETE_PROVED,
        .unproved = (double)run->unproved_s / (double)(window->end - window->start),
        .form = fp_form_name(run->form),
        .requests = run->requests,
        .replies = run->replies,
        .counted = run->counted,
        .most_rows = run->most_rows,
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

int fp_job_report_dir(const struct fp_job_run *run, const struct fp_job_context *context, struct fp_str *ret_dir,
                      struct fp_error *err)
{
    fp_str_init(ret_dir, FP_LIMIT_TEXT);
    fp_str_puts(ret_dir, context->stage);
    if (fp_job_is_reference(run->job))
        fp_path_join(ret_dir, FP_BASELINE_STAGE);
    fp_path_join(ret_dir, context->plan->windows[run->job->window].path);
    fp_path_join(ret_dir, run->path);
    return fp_str_status(ret_dir, "a path", err);
}

/* Applies what the service wants shown, and warns of what went wrong with that. */
static int shape(const struct fp_job_run *run, const struct fp_job_context *context, const struct fp_tree *tree,
                 struct fp_shape *ret_shape, struct fp_error *err)
{
    struct fp_str about;
    int rc = fp_shape_make(ret_shape, tree, &run->job->service->transforms, err);

    fp_str_init(&about, FP_LIMIT_TEXT);
    fp_str_printf(&about, "%s %s, %s", run->job->service->title, run->job->event_type,
                  context->plan->windows[run->job->window].label);
    if (rc == FP_OK)
        fp_shape_warn(ret_shape, about.data, context->fetcher.log);
    fp_str_release(&about);
    return rc;
}

/* What changed since the baseline. */
static int compare(const struct fp_job_run *run, const struct fp_job_context *context, struct fp_baseline *baseline,
                   struct fp_compared *compared, struct fp_report_facts *facts, struct fp_error *err)
{
    const struct fp_compare_how how = { &run->job->service->transforms, &run->job->service->compare };
    int rc = fp_baseline_find(baseline, run, context, err);

    if (rc == FP_OK)
        rc = fp_compare_make(compared, baseline, &how, facts, err);
    if (rc == FP_OK) {
        facts->comparison = &compared->facts;
        facts->requests += compared->facts.requests;
    }
    return rc;
}

/* All that a report takes, for as long as it is drawn. */
struct drawing {
    struct fp_report_facts facts;
    struct fp_tree tree;
    struct fp_shape shaped;
    struct fp_listed listed;
    struct fp_baseline baseline;
    struct fp_compared compared;
};

static int prepare(struct drawing *d, struct fp_job_run *run, const struct fp_job_context *context,
                   struct fp_error *err)
{
    int rc = FP_OK;

    fill_facts(run, context, &d->facts);
    if (run->outcome != FP_OUTCOME_FAILED && run->merged.count) {
        rc = fp_tree_freeze(&d->tree, &run->merged, run->job->event->objects, err);
        d->facts.tree = &d->tree;
    }
    if (fp_job_is_reference(run->job))
        return rc;
    if (rc == FP_OK && d->tree.count) {
        rc = shape(run, context, &d->tree, &d->shaped, err);
        fp_shape_show(&d->shaped, &d->tree, &d->facts);
        if (rc == FP_OK && fp_service_is_host(run->job->service) &&
            fp_listed_ask(&d->listed, &context->fetcher, run->job->service, d->facts.window))
            d->facts.services = &d->listed.names;
        d->facts.requests = run->requests += d->listed.requests;
    }
    if (rc == FP_OK && fp_baseline_wanted(run, context))
        rc = compare(run, context, &d->baseline, &d->compared, &d->facts, err);
    return rc;
}

/* The page with its links to where its night stands among others. */
static void set_place(const struct fp_job_run *run, const struct fp_job_context *context,
                      struct fp_draw_options *options, struct fp_page_place *place, struct fp_str *before)
{
    *place = *options->place;
    fp_before_place(&context->before[run->job->window], context->plan->windows[run->job->window].path, run->path, place,
                    before);
    options->place = place;
}

/* Freezes (unless failed) and draws once. Of a reference only the profile is kept, and a failed one leaves nothing. */
static int draw(struct fp_job_run *run, const struct fp_job_context *context, const char *dir, struct fp_error *err)
{
    bool reference = fp_job_is_reference(run->job);
    struct fp_draw_options options = context->draw;
    struct fp_str before;
    struct fp_page_place place;
    struct drawing d = { .tree = { .count = 0 } };
    struct fp_str published;
    json_t *summary = NULL;
    int rc;

    fp_str_init(&published, FP_LIMIT_TEXT);
    fp_baseline_init(&d.baseline);
    fp_str_init(&before, FP_LIMIT_TEXT);
    if (reference) {
        options.formats = FP_DRAW_PPROF;
        options.bundle = NULL;
    } else if (context->before) {
        set_place(run, context, &options, &place, &before);
    }
    if (options.bundle && options.bundle->of_site && !run->job->service->ticket)
        options.bundle = NULL;
    rc = fp_str_status(&before, "a path", err);
    if (rc == FP_OK)
        rc = prepare(&d, run, context, err);
    if (rc == FP_OK && !reference && context->kept) {
        const struct fp_kept *kept = &context->kept[run->job->window];

        rc = fp_path_make(&published, kept->night.data, run->path, err);
        options.published = published.data;
    }
    if (rc == FP_OK && !(reference && run->outcome == FP_OUTCOME_FAILED))
        rc = fp_draw_report(&d.facts, dir, &options, &summary, err);
    if (rc == FP_OK && !reference)
        rc = fp_night_entry(summary, run->path, &run->entry, err);
    json_decref(summary);
    fp_str_release(&before);
    fp_str_release(&published);
    fp_compared_release(&d.compared);
    fp_baseline_release(&d.baseline);
    fp_listed_release(&d.listed);
    fp_shape_release(&d.shaped);
    fp_tree_release(&d.tree);
    return rc;
}

/* The report as it should be, or, when that cannot be, the page that says why. */
static int press(struct fp_job_run *run, const struct fp_job_context *context, struct fp_error *err)
{
    struct fp_error failure = FP_ERROR_INIT;
    struct fp_str dir;
    int rc = fp_job_report_dir(run, context, &dir, err);

    if (rc < 0)
        goto done;
    decide(run);
    if (run->broken.code != FP_OK)
        run->failure = error_text(&run->broken);
    else if (run->failed_count)
        run->failure = strdup(run->failed[0].why);
    rc = draw(run, context, dir.data, &failure);
    if (rc == FP_EIO || rc == FP_ENOMEM || rc == FP_ECANCELLED) {
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
    /* before anybody compares with it: what will not be published is nothing to compare with */
    if (rc == FP_OK && context->kept && !fp_job_is_reference(run->job))
        rc = fp_kept_stays(&context->kept[run->job->window], run->entry, dir.data, context->force, &run->stays, err);
done:
    fp_str_release(&dir);
    return rc;
}

/* ---- one chunk ---- */

/* A part of a chunk that waits to be asked for. */
struct span {
    struct fp_chunk chunk;
    int64_t around;    /* rows counted in the part that this is a half of; 0 = they were not counted */
    int64_t row_limit; /* that was in force there */
};

/* Halving a window of int64 seconds again and again leaves at most one half a level waiting. */
#define SPANS_MAX 64

struct asking {
    struct fp_job_run *run;
    const struct fp_job_context *context;
    struct span waiting[SPANS_MAX];
    size_t count;
    bool cannot_count; /* as the server said, or since nobody is there to ask */
    bool first;        /* of the job's chunks: what is refused here is refused to all */
};

static void note_requests(struct fp_job_run *run, uint32_t attempts)
{
    pthread_mutex_lock(&run->lock);
    run->requests += attempts;
    pthread_mutex_unlock(&run->lock);
}

/* *ret_rows is -1 where they cannot be counted: no failure of the job, only less to prove. */
static int count_rows(struct asking *a, const struct fp_chunk *chunk, int64_t *ret_rows, struct fp_error *err)
{
    const struct fp_fetcher *fetcher = &a->context->fetcher;
    struct fp_error failure = FP_ERROR_INIT;
    uint32_t attempts;
    int rc;

    *ret_rows = -1;
    if (a->cannot_count)
        return FP_OK;
    rc = fp_fetch_count(fetcher, a->run->job, chunk, ret_rows, &attempts, &failure);
    note_requests(a->run, attempts);
    if (rc == FP_ECANCELLED) {
        *err = failure;
        return rc;
    }
    if (rc < 0) {
        a->cannot_count = true;
        fp_log(fetcher->log, FP_LOG_INFO, "%s %s: rows cannot be counted: %s", a->run->job->service->title,
               a->run->job->event_type, failure.message);
    }
    return FP_OK;
}

static void halve(struct asking *a, const struct span *span, int64_t rows, int64_t row_limit)
{
    int64_t start = span->chunk.start, end = span->chunk.end, middle = start + (end - start) / 2;
    int64_t around = rows > 0 ? rows : 0;

    a->waiting[a->count++] = (struct span){ { middle, end }, around, row_limit };
    a->waiting[a->count++] = (struct span){ { start, middle }, around, row_limit };
}

/* Each stack with a value was a row: fewer rows than that were counted of something else. */
static bool is_believable(int64_t rows, const struct fp_builder *builder)
{
    int64_t stacks = 0;

    for (uint32_t node = 0; node < builder->count; node++)
        stacks += builder->self[node] > 0;
    return rows >= stacks;
}

/* Does the reply prove itself, or do the rows that the server counts? Asked after the reply: rows that came in meanwhile
 * are counted then, though they may not be in the reply. */
static int examine(struct asking *a, const struct span *span, const struct fp_reply *reply,
                   const struct fp_proof_terms *terms, struct evidence *ret, struct fp_error *err)
{
    int rc;

    *ret = (struct evidence){ .proved = true, .rows = -1 };
    if (fp_proof_by_bound(terms, reply->builder.total))
        return FP_OK;
    rc = count_rows(a, &span->chunk, &ret->rows, err);
    if (ret->rows >= 0 && !is_believable(ret->rows, &reply->builder)) {
        fp_log(a->context->fetcher.log, FP_LOG_INFO, "%s %s: the server counts fewer rows than its reply has stacks",
               a->run->job->service->title, a->run->job->event_type);
        a->cannot_count = true;
        ret->rows = -1;
    }
    ret->proved = ret->rows >= 0 && ret->rows < terms->row_limit;
    return rc;
}

/* Takes the outcome of one part over; of the reply, what is left can be released. Without both reply and failure, the
 * part was not asked for: the job is refused. */
static int take(struct asking *a, const struct span *span, struct fp_reply *reply,
                const struct evidence *evidence, const struct fp_error *failure, struct fp_error *err)
{
    struct fp_job_run *run = a->run;
    int rc = FP_OK;

    pthread_mutex_lock(&run->lock);
    if (reply)
        add_reply(run, &span->chunk, reply, evidence);
    else
        rc = add_failed_part(run, &span->chunk, failure, err);
    if (rc == FP_OK && a->first && failure && failure->code == FP_EREFUSED)
        run->refused = run->failed[run->failed_count - 1].why;
    pthread_mutex_unlock(&run->lock);
    return rc;
}

static int ask_for(struct asking *a, const struct span *span, bool divides, struct fp_error *err)
{
    struct fp_error failure = FP_ERROR_INIT;
    struct fp_proof_terms terms;
    struct evidence evidence;
    struct fp_reply reply;
    uint32_t attempts;
    int rc = fp_fetch_chunk(&a->context->fetcher, a->run->job, &span->chunk, &reply, &attempts, &failure);

    note_requests(a->run, attempts);
    if (rc == FP_ECANCELLED) {
        *err = failure;
        return rc;
    }
    if (rc < 0)
        return take(a, span, NULL, NULL, &failure, err);
    terms = fp_proof_terms_of(a->run->job, reply.row_limit);
    rc = examine(a, span, &reply, &terms, &evidence, err);
    if (rc == FP_OK && !evidence.proved && divides &&
        (evidence.rows >= 0 || fp_proof_halves_may(&terms, reply.builder.total)))
        halve(a, span, evidence.rows, terms.row_limit);
    else if (rc == FP_OK)
        rc = take(a, span, &reply, &evidence, NULL, err);
    fp_reply_release(&reply);
    return rc;
}

static bool is_refused(struct fp_job_run *run)
{
    bool refused;

    pthread_mutex_lock(&run->lock);
    refused = run->refused != NULL;
    pthread_mutex_unlock(&run->lock);
    return refused;
}

static int ask_span(struct asking *a, const struct span *span, struct fp_error *err)
{
    /* Only a live source can be asked in other parts than those planned. */
    bool divides = !fp_source_is_recorded(a->context->fetcher.source) && fp_proof_divides(a->run->job, &span->chunk);
    int64_t rows = -1;
    int rc = FP_OK;

    if (is_refused(a->run))
        return take(a, span, NULL, NULL, NULL, err);
    /* Half of the rows around it are too many for one reply already: ask how many before asking for them. */
    if (divides && span->around && span->around / 2 >= span->row_limit)
        rc = count_rows(a, &span->chunk, &rows, err);
    if (rc < 0)
        return rc;
    if (rows >= 0 && rows >= span->row_limit) {
        halve(a, span, rows, span->row_limit);
        return FP_OK;
    }
    return ask_for(a, span, divides, err);
}

static int fetch_chunk(struct fp_job_run *run, const struct fp_job_context *context, uint32_t index,
                       struct fp_error *err)
{
    struct asking a = { .run = run,
                        .context = context,
                        .waiting = { { .chunk = context->plan->chunks[run->job->first_chunk + index] } },
                        .count = 1,
                        .first = index == 0,
                        .cannot_count = fp_source_is_recorded(context->fetcher.source) };
    const char *why = run->job->service->failure ? run->job->service->failure : context->given_up;
    int rc = FP_OK;

    if (why) {
        struct fp_error failure = FP_ERROR_INIT;

        fp_error_set(&failure, FP_ESERVER, "%s", why);
        return take(&a, &a.waiting[0], NULL, NULL, &failure, err);
    }
    while (a.count && rc == FP_OK) {
        struct span span = a.waiting[--a.count];

        rc = ask_span(&a, &span, err);
    }
    return rc;
}

int fp_job_run_chunk(struct fp_job_run *run, const struct fp_job_context *context, uint32_t index, bool *ret_done,
                     struct fp_error *err)
{
    int rc = fetch_chunk(run, context, index, err);

    if (rc < 0)
        return rc;
    pthread_mutex_lock(&run->lock);
    *ret_done = --run->chunks_left == 0;
    pthread_mutex_unlock(&run->lock);
    if (!*ret_done)
        return FP_OK;
    rc = press(run, context, err);
    pthread_mutex_lock(&run->lock);
    run->done = rc == FP_OK;
    pthread_cond_broadcast(&run->finished);
    pthread_mutex_unlock(&run->lock);
    return rc;
}
