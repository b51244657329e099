#include "press/fetch.h"

#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

#include "base/hash.h"
#include "base/wait.h"
#include "codec/gunzip.h"
#include "source/retry.h"

/* The root is named after what was asked for; v6.4 calls every root "root". Another name is another service's reply. */
static int check_root(const struct fp_reply *reply, const struct fp_job *job, struct fp_error *err)
{
    struct fp_slice name;

    if (!reply->builder.count)
        return FP_OK;
    name = fp_names_get(&reply->builder.names, reply->builder.name[0]);
    if (fp_slice_is(name, job->service->name) || fp_slice_is(name, "root"))
        return FP_OK;
    return fp_error_set(err, FP_EDATA, "the reply is about \"%.*s\", not about \"%s\": is something between us and the "
                        "server mixing up replies?", (int)(name.len < 100 ? name.len : 100), name.data,
                        job->service->name);
}

/* A stream between source and decoder that remembers whether it was the source that failed: its errors say where and what
 * to do; the decoder's know bytes, not where they came from. */
struct watched {
    struct fp_in in;
    struct fp_in *from;
    bool *failed; /* outlives the stream */
};

static ssize_t watched_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct watched *watched = (struct watched *)in;
    ssize_t n = fp_in_read(watched->from, buf, cap, err);

    if (n < 0)
        *watched->failed = true;
    return n;
}

static void watched_close(struct fp_in *in)
{
    fp_in_close(((struct watched *)in)->from);
}

static const struct fp_in_ops watched_ops = { watched_read, watched_close };

/* What a person can do about a limit that a reply reaches. */
static const char *const beyond_advice[] = {
    [FP_BEYOND_SIZE] = "the reply is larger than we take (a smaller `step`, or a `filter`, makes smaller replies)",
    [FP_BEYOND_BYTES] = "the reply is larger than we take (source.max_response sets how much that is)",
    [FP_BEYOND_DEPTH] = "a stack in the reply is deeper than we take (a `filter` can leave out the process that has it)",
    [FP_BEYOND_SHAPE] = "the reply is not like a profile (is source.url a deepflow-server?)",
};

static void explain_reply(const struct fp_fetcher *f, int rc, struct fp_error *err)
{
    const char *source = fp_source_describe(f->source);

    if (rc == FP_ELIMIT)
        fp_error_prepend(err, "%s: %s", source, beyond_advice[err->beyond]);
    else if (rc == FP_ESYNTAX || rc == FP_EDATA || rc == FP_ETRUNCATED)
        fp_error_prepend(err, "%s: the reply cannot be used (`run --dry-run` prints the request, to be repeated with curl)",
                         source);
    else
        fp_error_prepend(err, "%s", source);
}

static int read_reply(const struct fp_fetcher *f, struct fp_in *from, struct fp_reply *ret_reply, struct fp_error *err)
{
    bool failed = false;
    struct watched watched = { { &watched_ops }, from, &failed };
    struct fp_in *in;
    /* archives hold gzip'd replies */
    int rc = fp_gunzip_open(&watched.in, (uint64_t)f->config->max_response, &in, err);

    if (rc < 0)
        return rc;
    rc = fp_reply_read(in, ret_reply, err);
    fp_in_close(in);
    if (rc < 0 && !failed)
        explain_reply(f, rc, err);
    return rc;
}

/* ---- one attempt of each kind of request ---- */

struct profile_request {
    const struct fp_request *request;
    const struct fp_job *job;
    struct fp_reply *reply;
};

static int try_profile(const struct fp_fetcher *f, void *ctx, struct fp_attempt *attempt, struct fp_error *err)
{
    const struct profile_request *r = ctx;
    struct fp_in *in;
    int rc = fp_source_fetch(f->source, r->request, &in, attempt, err);

    if (rc < 0)
        return rc;
    rc = read_reply(f, in, r->reply, err);
    /* A stream that broke is worth another try where there is a connection to break. */
    attempt->retryable = attempt->http_status && (rc == FP_ENET || rc == FP_ETRUNCATED);
    if (rc == FP_OK) {
        rc = check_root(r->reply, r->job, err);
        if (rc < 0)
            fp_reply_release(r->reply);
    }
    return rc;
}

struct count_request {
    const struct fp_request *request;
    int64_t *rows;
};

static int try_count(const struct fp_fetcher *f, void *ctx, struct fp_attempt *attempt, struct fp_error *err)
{
    const struct count_request *r = ctx;

    return fp_source_count(f->source, r->request, r->rows, attempt, err);
}

struct values_request {
    const struct fp_value_query *query;
    struct fp_value_list *list;
};

static int try_values(const struct fp_fetcher *f, void *ctx, struct fp_attempt *attempt, struct fp_error *err)
{
    const struct values_request *r = ctx;

    return fp_source_values(f->source, r->query, r->list, attempt, err);
}

struct services_request {
    int64_t start, end;
    struct fp_service_list *list;
};

static int try_services(const struct fp_fetcher *f, void *ctx, struct fp_attempt *attempt, struct fp_error *err)
{
    const struct services_request *r = ctx;

    return fp_source_services(f->source, r->start, r->end, r->list, attempt, err);
}

/* ---- and again ---- */

static bool is_over(const struct fp_fetcher *fetcher)
{
    return fetcher->ends_ms && fp_clock_ms() >= fetcher->ends_ms;
}

/* FP_ECANCELLED when the run was told to stop meanwhile. */
static int wait_ms(int64_t ms, const struct fp_fetcher *f, struct fp_error *err)
{
    while (ms > 0 && !is_over(f)) {
        int64_t part = ms < 100 ? ms : 100;
        struct timespec pause = { 0, part * 1000000 };

        if (atomic_load(f->cancel))
            return fp_error_set(err, FP_ECANCELLED, "told to stop");
        nanosleep(&pause, NULL);
        ms -= part;
    }
    return FP_OK;
}

static void explain_giving_up(struct fp_error *failure, int64_t reason, uint32_t attempts)
{
    if (reason == FP_RETRY_TOO_LONG || attempts == 1)
        fp_error_prepend(failure, "%s", reason == FP_RETRY_TOO_LONG ? fp_retry_reason(reason) : "no retries (source.retries)");
    else
        fp_error_prepend(failure, "%s, %" PRIu32 " attempts", fp_retry_reason(reason), attempts);
}

/* One request, however often it is sent. */
struct tries {
    const struct fp_fetcher *fetcher;
    const char *what, *about; /* for the log: "order-service.jar", "on-cpu" */
    int (*once)(const struct fp_fetcher *fetcher, void *ctx, struct fp_attempt *attempt, struct fp_error *err);
    void *ctx;
};

/* After an attempt that failed, the `count`th: waits and returns FP_OK when there is to be another one, else gives the
 * failure. */
static int after_failure(const struct tries *tries, uint32_t count, const struct fp_attempt *result,
                         struct fp_error *failure, struct fp_error *err)
{
    const struct fp_fetcher *f = tries->fetcher;
    struct fp_retry_policy policy = fp_retry_policy_of(f->config->retries);
    int64_t delay = FP_RETRY_EXHAUSTED;

    fp_source_mask(f->source, failure); /* a server may echo the token in its DESCRIPTION */
    if (result->retryable && !atomic_load(f->cancel))
        delay = fp_retry_delay(&policy, count, result->retry_after_ms, fp_hash_mix(fp_hash_seed()));
    if (delay < 0) {
        if (result->retryable)
            explain_giving_up(failure, delay, count);
        if (err)
            *err = *failure;
        return failure->code;
    }
    fp_log(f->log, FP_LOG_INFO, "%s %s: attempt %" PRIu32 " failed, next in %" PRId64 " ms: %s", tries->what, tries->about,
           count, delay, failure->message);
    return wait_ms(delay, f, err);
}

/* *ret_attempts is set in every case. */
static int keep_trying(const struct tries *tries, uint32_t *ret_attempts, struct fp_error *err)
{
    int rc;

    *ret_attempts = 0;
    do {
        struct fp_attempt result = { .retry_after_ms = -1 };
        struct fp_error failure = FP_ERROR_INIT;

        if (is_over(tries->fetcher))
            return fp_error_set(err, FP_ENET, "not asked for%s: the `deadline` of the run is over (raise it, or press fewer "
                                "reports in one run; run --catch-up takes up what is missing)", *ret_attempts ? " again" : "");
        ++*ret_attempts;
        if (tries->once(tries->fetcher, tries->ctx, &result, &failure) == FP_OK)
            return FP_OK;
        rc = after_failure(tries, *ret_attempts, &result, &failure, err);
    } while (rc == FP_OK);
    return rc;
}

/* ---- the requests ---- */

struct fp_fetcher fp_fetcher_hasty(const struct fp_fetcher *fetcher, int64_t retries, struct fp_source_config *config)
{
    struct fp_fetcher hasty = *fetcher;

    *config = *fetcher->config;
    if (config->retries > retries)
        config->retries = retries;
    hasty.config = config;
    return hasty;
}

static struct fp_request request_of(const struct fp_job *job, const struct fp_chunk *chunk)
{
    const struct fp_service_config *service = job->service;

    return (struct fp_request){
        .app_service = service->name,
        .language = service->language,
        .event_type = job->event_type,
        .filter = service->filter,
        .start = chunk->start,
        .end = chunk->end,
        .max_kernel_stack_depth = service->max_kernel_stack_depth,
    };
}

int fp_fetch_chunk(const struct fp_fetcher *fetcher, const struct fp_job *job, const struct fp_chunk *chunk,
                   struct fp_reply *ret_reply, uint32_t *ret_attempts, struct fp_error *err)
{
    const struct fp_request request = request_of(job, chunk);
    struct profile_request profile = { &request, job, ret_reply };
    const struct tries tries = { fetcher, job->service->name, job->event_type, try_profile, &profile };

    return keep_trying(&tries, ret_attempts, err);
}

int fp_fetch_count(const struct fp_fetcher *fetcher, const struct fp_job *job, const struct fp_chunk *chunk,
                   int64_t *ret_rows, uint32_t *ret_attempts, struct fp_error *err)
{
    const struct fp_request request = request_of(job, chunk);
    struct count_request count = { &request, ret_rows };
    const struct tries tries = { fetcher, job->service->name, job->event_type, try_count, &count };

    return keep_trying(&tries, ret_attempts, err);
}

int fp_fetch_values(const struct fp_fetcher *fetcher, const struct fp_value_query *query, struct fp_value_list *ret_list,
                    uint32_t *ret_attempts, struct fp_error *err)
{
    struct values_request values = { query, ret_list };
    const struct tries tries = { fetcher, query->app_service ? query->app_service : "all services", query->tags[0],
                                 try_values, &values };

    return keep_trying(&tries, ret_attempts, err);
}

int fp_fetch_services(const struct fp_fetcher *fetcher, int64_t start, int64_t end, struct fp_service_list *ret_list,
                      uint32_t *ret_attempts, struct fp_error *err)
{
    struct services_request services = { start, end, ret_list };
    const struct tries tries = { fetcher, "list of", "services", try_services, &services };

    return keep_trying(&tries, ret_attempts, err);
}
