/* plan/shard: the same on every machine, even, and every job once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan.h"
#include "plan/shard.h"

#define SERVICES 1000u
#define WINDOWS 2u
#define SHARDS 7u

/* Processes of two releases must not take these for others': a change here is a change of what parts mean. */
static void pinned(void **state)
{
    static const struct {
        const char *id, *event;
        uint32_t of_7, of_10000;
    } known[] = {
        { "", "", 2, 9955 },
        { "checkout-api", "on-cpu", 2, 2318 },
        { "checkout-api", "off-cpu", 5, 7074 },
        { "order-service.jar", "on-cpu", 5, 5281 },
        { "订单", "mem-alloc", 2, 7269 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(fp_shard_of(known[i].id, known[i].event, 1), 0);
        assert_int_equal(fp_shard_of(known[i].id, known[i].event, 7), known[i].of_7);
        assert_int_equal(fp_shard_of(known[i].id, known[i].event, 10000), known[i].of_10000);
    }
}

/* Names of one cluster, which differ in few bytes: no shard has more than half as much again as its due. */
static void even(void **state)
{
    static const uint32_t counts[] = { 2, 3, 7, 8, 16, 50, 64 };

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        uint32_t had[64] = { 0 }, due = 10000 / counts[c];

        for (uint32_t i = 0; i < 10000; i++) {
            char id[32];

            snprintf(id, sizeof id, "svc-%u", i);
            had[fp_shard_of(id, "on-cpu", counts[c])]++;
        }
        for (uint32_t i = 0; i < counts[c]; i++)
            assert_in_range(had[i], due / 2, due + due / 2);
    }
}

/* ---- plans ---- */

static const char *events[] = { "on-cpu", "mem-inuse" };
static char names[SERVICES][16];
static struct fp_service_config services[SERVICES];
static const struct fp_config config = { .services = services, .service_count = SERVICES };
static struct fp_window windows[WINDOWS] = { { .start = 86400, .end = 2 * 86400 }, { .start = 0, .end = 86400 } };

static int make_services(void **state)
{
    (void)state;
    for (size_t i = 0; i < SERVICES; i++) {
        snprintf(names[i], sizeof names[i], "service-%zu", i);
        services[i] = (struct fp_service_config){
            .entry = i, .name = names[i], .id = names[i], .step_s = 86400, .events = { events, 2 },
        };
    }
    services[SERVICES - 1].failure = "nobody could be asked";
    return 0;
}

static struct fp_plan plan_of(uint32_t index, uint32_t count)
{
    const struct fp_plan_options options = { .windows = windows, .window_count = WINDOWS, .shard = { index, count } };
    struct fp_plan plan;

    assert_int_equal(fp_plan_make(&plan, &config, &options, NULL), FP_OK);
    return plan;
}

/* Together the shards have every job once, at its place; what stands for a whole entry each of them has. */
static void every_job_once(void **state)
{
    struct fp_plan whole = plan_of(0, 0);
    uint32_t *had = calloc(whole.job_count, sizeof *had);

    (void)state;
    assert_non_null(had);
    assert_int_equal(whole.job_count, 2 * WINDOWS * SERVICES);
    assert_int_equal(whole.whole_count, whole.job_count);
    for (uint32_t s = 0; s < SHARDS; s++) {
        struct fp_plan plan = plan_of(s, SHARDS);

        assert_int_equal(plan.whole_count, whole.job_count);
        for (size_t i = 0; i < plan.job_count; i++) {
            const struct fp_job *job = &plan.jobs[i], *same = &whole.jobs[job->place];

            assert_ptr_equal(job->service, same->service);
            assert_ptr_equal(job->event_type, same->event_type);
            assert_int_equal(job->window, same->window);
            assert_true(i == 0 || job->place > job[-1].place);
            had[job->place]++;
        }
        fp_plan_release(&plan);
    }
    for (size_t i = 0; i < whole.job_count; i++)
        assert_int_equal(had[i], whole.jobs[i].service->failure ? SHARDS : 1);
    free(had);
    fp_plan_release(&whole);
}

/* All windows of a report are one shard's: what it is compared with is there. */
static void windows_together(void **state)
{
    struct fp_plan plan = plan_of(3, SHARDS);

    (void)state;
    assert_int_equal(plan.job_count % WINDOWS, 0);
    for (size_t i = 0; i < plan.job_count / WINDOWS; i++)
        assert_string_equal(plan.jobs[i].service->id, plan.jobs[i + plan.job_count / WINDOWS].service->id);
    fp_plan_release(&plan);
}

/* More shards than jobs: some have nothing to do, which is no mistake. */
static void nothing_to_do(void **state)
{
    const struct fp_config small = { .services = services, .service_count = 1 };
    size_t jobs = 0;

    (void)state;
    for (uint32_t s = 0; s < 50; s++) {
        const struct fp_plan_options options = { .windows = windows, .window_count = 1, .shard = { s, 50 } };
        struct fp_plan plan;

        assert_int_equal(fp_plan_make(&plan, &small, &options, NULL), FP_OK);
        jobs += plan.job_count;
        fp_plan_release(&plan);
    }
    assert_int_equal(jobs, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pinned),           cmocka_unit_test(even),          cmocka_unit_test(every_job_once),
        cmocka_unit_test(windows_together), cmocka_unit_test(nothing_to_do),
    };

    return cmocka_run_group_tests(tests, make_services, NULL);
}
