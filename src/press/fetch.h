/*
 * Requests of a run: sent, and sent again where that may help (source/retry.h).
 *
 * A chunk of a job counts once: what a failed attempt had decoded is thrown away. The wait
 * between attempts ends early when the run is cancelled. Errors hold no secret. Thread-safe.
 */
#ifndef FP_PRESS_FETCH_H
#define FP_PRESS_FETCH_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "codec/reply.h"
#include "config/config.h"
#include "plan/plan.h"
#include "source/source.h"

struct fp_fetcher {
    struct fp_source *source;
    const struct fp_source_config *config;
    struct fp_log *log;
    const atomic_bool *cancel;
    int64_t ends_ms; /* by fp_clock_ms: from then on nothing is sent, not even once more; 0 = never */
};

/* The same, with at most `retries` further attempts. It borrows `config`, which is filled here. */
struct fp_fetcher fp_fetcher_hasty(const struct fp_fetcher *fetcher, int64_t retries, struct fp_source_config *config);

/* ret_attempts is set in every case: requests sent. ret_reply only on success. */
int fp_fetch_chunk(const struct fp_fetcher *fetcher, const struct fp_job *job, const struct fp_chunk *chunk,
                   struct fp_reply *ret_reply, uint32_t *ret_attempts, struct fp_error *err);

/* How many rows the profile of the chunk is made from, for all that the server knows by now. *ret_attempts as above. */
int fp_fetch_count(const struct fp_fetcher *fetcher, const struct fp_job *job, const struct fp_chunk *chunk,
                   int64_t *ret_rows, uint32_t *ret_attempts, struct fp_error *err);

/* Which values tags have, and which services there are; source/source.h says of what. *ret_attempts as above. */
int fp_fetch_values(const struct fp_fetcher *fetcher, const struct fp_value_query *query, struct fp_value_list *ret_list,
                    uint32_t *ret_attempts, struct fp_error *err);
int fp_fetch_services(const struct fp_fetcher *fetcher, int64_t start, int64_t end, struct fp_service_list *ret_list,
                      uint32_t *ret_attempts, struct fp_error *err);

#endif
