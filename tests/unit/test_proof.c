/* press/proof: what a total proves, and when halves can prove what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "press/proof.h"

static struct fp_job job_of(const struct fp_service_config *service, const char *event)
{
    return (struct fp_job){ .service = service, .event_type = event, .event = fp_event_find(event) };
}

static void terms(void **state)
{
    struct fp_service_config service = { .row_limit = 1000, .min_step_s = 60 };
    struct fp_job job = job_of(&service, "on-cpu");
    struct fp_proof_terms t = fp_proof_terms_of(&job, 0);

    (void)state;
    assert_int_equal(t.row_limit, 1000);
    assert_int_equal(t.sample, 10101);
    assert_false(t.assumed);
    t = fp_proof_terms_of(&job, 20); /* what the server says goes before what is configured */
    assert_int_equal(t.row_limit, 20);
    job = job_of(&service, "off-cpu");
    t = fp_proof_terms_of(&job, 0);
    assert_int_equal(t.sample, 1);
    assert_true(t.assumed);
    job = job_of(&service, "nobody-knows");
    assert_true(fp_proof_terms_of(&job, 0).assumed);
    job = job_of(&service, "wall"); /* a count of samples */
    assert_false(fp_proof_terms_of(&job, 0).assumed);
    service.sample = 1; /* somebody said so */
    job = job_of(&service, "off-cpu");
    assert_false(fp_proof_terms_of(&job, 0).assumed);
    service.sample = 50;
    assert_int_equal(fp_proof_terms_of(&job, 0).sample, 50);
}

static void bound(void **state)
{
    const struct fp_proof_terms t = { 1000, 10101, false }, huge = { INT64_MAX / 2, 3, true };

    (void)state;
    assert_true(fp_proof_by_bound(&t, 0));
    assert_true(fp_proof_by_bound(&t, 10100999));
    assert_false(fp_proof_by_bound(&t, 10101000)); /* 1000 rows of one sample: the last may be the first that was cut */
    assert_true(fp_proof_by_bound(&huge, INT64_MAX));
}

static void halves(void **state)
{
    const struct fp_proof_terms known = { 1000, 10101, false }, assumed = { 1000, 1, true },
                                huge = { INT64_MAX / 2, 1, true };

    (void)state;
    assert_true(fp_proof_halves_may(&known, INT64_MAX));
    assert_true(fp_proof_halves_may(&assumed, 1000 * FP_PROOF_ASSUMED_PARTS - 1));
    assert_false(fp_proof_halves_may(&assumed, 1000 * FP_PROOF_ASSUMED_PARTS));
    assert_true(fp_proof_halves_may(&huge, INT64_MAX));
}

static void divides(void **state)
{
    struct fp_service_config service = { .min_step_s = 60 };
    struct fp_job job = job_of(&service, "on-cpu"), gauge = job_of(&service, "mem-inuse");

    (void)state;
    assert_true(fp_proof_divides(&job, &(struct fp_chunk){ 1000, 1061 }));
    assert_false(fp_proof_divides(&job, &(struct fp_chunk){ 1000, 1060 }));
    assert_false(fp_proof_divides(&gauge, &(struct fp_chunk){ 0, 86400 }));
    service.min_step_s = 1;
    assert_true(fp_proof_divides(&job, &(struct fp_chunk){ 1000, 1002 }));
    assert_false(fp_proof_divides(&job, &(struct fp_chunk){ 1000, 1001 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(terms), cmocka_unit_test(bound), cmocka_unit_test(halves),
                                        cmocka_unit_test(divides) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
