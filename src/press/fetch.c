#include "press/fetch.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
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

/* The decoder knows bytes, not where they came from nor what a person can do about them. */
static void explain_reply(const struct fp_fetcher *f, int rc, struct fp_error *err)
{
    const char *source = fp_source_describe(f->source);

    if (strstr(err->message, source)) /* a stream that broke has said so itself */
        return;
    if (rc == FP_ELIMIT)
        fp_error_prepend(err, "%s: the reply is larger than we take (a smaller `step` makes smaller replies)", source);
    else if (rc == FP_ESYNTAX || rc == FP_EDATA || rc == FP_ETRUNCATED)
        fp_error_prepend(err, "%s: the reply cannot be used (`run --dry-run` prints the request, to be repeated with curl)",
                         source);
    else
        fp_error_prepend(err, "%s", source);
}

static int attempt(const struct fp_fetcher *f, const struct fp_request *request, const struct fp_job *job,
                   struct fp_reply *ret_reply, struct fp_attempt *attempt, struct fp_error *err)
{
    struct fp_in *in;
    int rc = fp_source_fetch(f->source, request, &in, attempt, err);

    if (rc < 0)
        return rc;
    in = fp_gunzip_open(in, (uint64_t)f->config->max_response, err); /* archives hold gzip'd replies */
    if (!in)
        return err->code;
    rc = fp_reply_read(in, ret_reply, err);
    fp_in_close(in);
    if (rc < 0)
        explain_reply(f, rc, err);
    /* A stream that broke is worth another try where there is a connection to break. */
    attempt->retryable = attempt->http_status && (rc == FP_ENET || rc == FP_ETRUNCATED);
    if (rc == FP_OK) {
        rc = check_root(ret_reply, job, err);
        if (rc < 0)
            fp_reply_release(ret_reply);
    }
    return rc;
}

/* FP_ECANCELLED when the run was told to stop meanwhile. */
static int wait_ms(int64_t ms, const atomic_bool *cancel, struct fp_error *err)
{
    while (ms > 0) {
        int64_t part = ms < 100 ? ms : 100;
        struct timespec pause = { 0, part * 1000000 };

        if (atomic_load(cancel))
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
    uint32_t count;           /* attempts so far */
};

/* After an attempt that failed: waits and returns FP_OK when there is to be another one, else gives the failure. */
static int after_failure(const struct tries *tries, const struct fp_attempt *result, struct fp_error *failure, struct fp_error *err)
{
    const struct fp_fetcher *f = tries->fetcher;
    struct fp_retry_policy policy = fp_retry_policy_of(f->config->retries);
    int64_t delay = FP_RETRY_EXHAUSTED;

    fp_source_mask(f->source, failure); /* a server may echo the token in its DESCRIPTION */
    if (result->retryable && !atomic_load(f->cancel))
        delay = fp_retry_delay(&policy, tries->count, result->retry_after_ms, fp_hash_mix(fp_hash_seed()));
    if (delay < 0) {
        if (result->retryable)
            explain_giving_up(failure, delay, tries->count);
        if (err)
            *err = *failure;
        return failure->code;
    }
    fp_log(f->log, FP_LOG_INFO, "%s %s: attempt %" PRIu32 " failed, next in %" PRId64 " ms: %s", tries->what, tries->about,
           tries->count, delay, failure->message);
    return wait_ms(delay, f->cancel, err);
}

int fp_fetch_chunk(const struct fp_fetcher *fetcher, const struct fp_job *job, const struct fp_chunk *chunk,
                   struct fp_reply *ret_reply, uint32_t *ret_attempts, struct fp_error *err)
{
    const struct fp_service_config *service = job->service;
    const struct fp_request request = {
        .app_service = service->name,
        .language = service->language,
        .event_type = job->event_type,
        .filter = service->filter,
        .start = chunk->start,
        .end = chunk->end,
        .max_kernel_stack_depth = service->max_kernel_stack_depth,
    };
    struct tries tries = { fetcher, service->name, job->event_type, 0 };
    int rc;

    do {
        struct fp_attempt result = { .retry_after_ms = -1 };
        struct fp_error failure = FP_ERROR_INIT;

        *ret_attempts = ++tries.count;
        if (attempt(fetcher, &request, job, ret_reply, &result, &failure) == FP_OK)
            return FP_OK;
        rc = after_failure(&tries, &result, &failure, err);
    } while (rc == FP_OK);
    return rc;
}

int fp_fetch_values(const struct fp_fetcher *fetcher, const struct fp_value_query *query, struct fp_value_list *ret_list,
                    struct fp_error *err)
{
    struct tries tries = { fetcher, query->app_service ? query->app_service : "all services", query->tags[0], 0 };
    int rc;

    do {
        struct fp_attempt result;
        struct fp_error failure = FP_ERROR_INIT;

        tries.count++;
        if (fp_source_values(fetcher->source, query, ret_list, &result, &failure) == FP_OK)
            return FP_OK;
        rc = after_failure(&tries, &result, &failure, err);
    } while (rc == FP_OK);
    return rc;
}

int fp_fetch_services(const struct fp_fetcher *fetcher, int64_t start, int64_t end, struct fp_service_list *ret_list,
                      struct fp_error *err)
{
    struct tries tries = { fetcher, "list of", "services", 0 };
    int rc;

    do {
        struct fp_attempt result;
        struct fp_error failure = FP_ERROR_INIT;

        tries.count++;
        if (fp_source_services(fetcher->source, start, end, ret_list, &result, &failure) == FP_OK)
            return FP_OK;
        rc = after_failure(&tries, &result, &failure, err);
    } while (rc == FP_OK);
    return rc;
}
