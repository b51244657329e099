#include "press/proof.h"

struct fp_proof_terms fp_proof_terms_of(const struct fp_job *job, int64_t row_limit)
{
    const struct fp_service_config *service = job->service;

    return (struct fp_proof_terms){
        .row_limit = row_limit ? row_limit : service->row_limit,
        .sample = service->sample ? service->sample : job->event->sample,
        .assumed = !service->sample && !fp_event_sample_is_known(job->event),
    };
}

/* Is the value below what the rows of `parts` full replies are worth at least? */
static bool is_below(const struct fp_proof_terms *terms, int64_t parts, int64_t value)
{
    int64_t bound;

    return __builtin_mul_overflow(terms->row_limit, terms->sample, &bound) ||
           __builtin_mul_overflow(bound, parts, &bound) || value < bound;
}

bool fp_proof_by_bound(const struct fp_proof_terms *terms, int64_t total)
{
    return is_below(terms, 1, total);
}

bool fp_proof_divides(const struct fp_job *job, const struct fp_chunk *chunk)
{
    int64_t length = chunk->end - chunk->start;

    return !job->event->gauge && length > job->service->min_step_s && length > 1;
}

bool fp_proof_halves_may(const struct fp_proof_terms *terms, int64_t total)
{
    return !terms->assumed || is_below(terms, FP_PROOF_ASSUMED_PARTS, total);
}
