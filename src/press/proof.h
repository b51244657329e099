/*
 * What proves that the server cut nothing from a reply, and when asking in halves can. Pure.
 *
 * Source: "What the server does not tell" of DeepFlow's profile API. A query reads at most row_limit rows and does not
 * say when it stops there. A row is worth at least one sample. So nothing was cut
 * - by the bound: where the total is below row_limit × sample;
 * - by a count: where the server, asked after the reply, counts fewer rows than row_limit. Rows may still come in while
 *   we ask (a window that ends now): they make the later number larger, so it covers the earlier reply. Gauges are read
 *   in groups of rows, of which there are no more than rows.
 *
 * What neither proves is asked for in halves, down to min_step. Where rows were counted there is no doubt that the
 * halves are needed. Where they cannot be counted the bound alone must prove the halves:
 * - a known sample's worth: halved as long as there is something to halve, for halves lose less even unproved;
 * - an assumed one (events of which a row may be worth a single microsecond, byte, …, and no `sample` is configured):
 *   only while FP_PROOF_ASSUMED_PARTS equal parts could all be below the bound. Beyond that a night would cost
 *   thousands of requests and prove nothing: the part stays unproved.
 */
#ifndef FP_PRESS_PROOF_H
#define FP_PRESS_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

#define FP_PROOF_ASSUMED_PARTS 4

struct fp_proof_terms {
    int64_t row_limit; /* rows the server reads at most */
    int64_t sample;    /* what a row is worth at least … */
    bool assumed;      /* … for all we know: 1 unit, but nobody said so */
};

/* `row_limit`: what the reply says; 0 = nothing, then that of the configuration holds. */
struct fp_proof_terms fp_proof_terms_of(const struct fp_job *job, int64_t row_limit);

bool fp_proof_by_bound(const struct fp_proof_terms *terms, int64_t total);

/* Can this part be asked for in halves at all? */
bool fp_proof_divides(const struct fp_job *job, const struct fp_chunk *chunk);

/* May halves be proved by the bound alone, where the whole has this total? */
bool fp_proof_halves_may(const struct fp_proof_terms *terms, int64_t total);

#endif
