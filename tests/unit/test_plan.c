/* plan/plan: jobs in a stable order, chunks that share no second and lose none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "plan/plan.h"

#define DAY INT64_C(86400)
#define HOUR INT64_C(3600)

static const char *events_cpu[] = { "on-cpu", "off-cpu", "on-cpu" }; /* the third is a repetition */
static const char *events_heap[] = { "mem-inuse", "mystery" };

static struct fp_service_config services[] = {
    { .name = "order-service.jar", .id = "orders", .step_s = HOUR, .events = { events_cpu, 3 } },
    { .entry = 1, .name = "checkout-api", .id = "checkout-api", .step_s = 7 * HOUR, .events = { events_heap, 2 } },
    { .entry = 2, .name = "a[b]*", .id = "odd", .step_s = 2 * DAY, .events = { events_cpu, 1 } },
    { .entry = 3, .name = "checkout-api", .id = "checkout-2", .step_s = DAY, .events = { events_cpu, 1 } },
};
static const struct fp_config config = { .file = "flamepress.json",
                                         .services = services,
                                         .service_count = 4 };

static struct fp_window window(int64_t start, int64_t end)
{
    struct fp_window result = { .start = start, .end = end };

    snprintf(result.label, sizeof result.label, "the window");
    return result;
}

static void check_chunks(const struct fp_plan *plan, const struct fp_job *job, int64_t step)
{
    const struct fp_window *whole = &plan->windows[job->window];
    int64_t at = whole->start;

    assert_true(job->chunk_count >= 1);
    for (uint32_t i = 0; i < job->chunk_count; i++) {
        const struct fp_chunk *chunk = &plan->chunks[job->first_chunk + i];

        assert_int_equal(chunk->start, at);
        assert_true(chunk->end > chunk->start);
        if (!job->event->gauge && i + 1 < job->chunk_count)
            assert_int_equal(chunk->end - chunk->start, step);
        if (!job->event->gauge)
            assert_true(chunk->end - chunk->start <= step);
        at = chunk->end;
    }
    assert_int_equal(at, whole->end);
}

static void everything(void **state)
{
    /* not aligned to anything; the third equals the first, whatever its label */
    const struct fp_window windows[] = { window(1000, 1000 + DAY), window(5, 6), window(1000, 1000 + DAY) };
    const struct fp_plan_options options = { .windows = windows, .window_count = 3 };
    static const struct {
        int service;
        const char *event;
        uint32_t chunks[2]; /* of either window */
    } expected[] = {
        { 0, "on-cpu", { 24, 1 } }, { 0, "off-cpu", { 24, 1 } }, { 1, "mem-inuse", { 1, 1 } },
        { 1, "mystery", { 4, 1 } }, { 2, "on-cpu", { 1, 1 } },   { 3, "on-cpu", { 1, 1 } },
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_plan plan;
    uint32_t next = 0;

    (void)state;
    assert_int_equal(fp_plan_make(&plan, &config, &options, &err), FP_OK);
    assert_int_equal(plan.window_count, 2);
    assert_memory_equal(&plan.windows[0], &windows[0], sizeof windows[0]);
    assert_int_equal(plan.job_count, 12);
    for (uint32_t i = 0; i < 12; i++) {
        const struct fp_job *job = &plan.jobs[i];

        assert_ptr_equal(job->service, &services[expected[i % 6].service]);
        assert_string_equal(job->event_type, expected[i % 6].event);
        assert_ptr_equal(job->event, fp_event_find(job->event_type));
        assert_int_equal(job->window, i / 6);
        assert_int_equal(job->first_chunk, next);
        assert_int_equal(job->chunk_count, expected[i % 6].chunks[i / 6]);
        check_chunks(&plan, job, job->service->step_s);
        next += job->chunk_count;
    }
    assert_int_equal(plan.chunk_count, next);
    assert_int_equal(plan.jobs[3].event->known, false);
    fp_plan_release(&plan);
    fp_plan_release(&plan); /* an empty one is fine */
}

static void steps(void **state)
{
    static const int64_t lengths[] = { 1, 2, 59, 60, 61, 3599, 3600, 3601, 82800, 90000, 88200 };
    static const int64_t wide[] = { 1, 7, 60, 3600, 86400, INT64_MAX };

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (size_t k = 0; k < sizeof wide / sizeof *wide; k++) {
            struct fp_window only = window(INT64_C(253370764799) - lengths[i], INT64_C(253370764799));
            const struct fp_plan_options options = { .windows = &only, .window_count = 1 };
            struct fp_service_config service = {
                .name = "s", .id = "s", .step_s = wide[k], .events = { events_cpu, 1 }
            };
            const struct fp_config one = { .services = &service, .service_count = 1 };
            struct fp_plan plan;

            assert_int_equal(fp_plan_make(&plan, &one, &options, NULL), FP_OK);
            assert_int_equal(plan.chunk_count, lengths[i] / wide[k] + (lengths[i] % wide[k] != 0));
            check_chunks(&plan, plan.jobs, wide[k]);
            fp_plan_release(&plan);
        }
    }
}

static size_t jobs_of(const char *const *only, size_t count)
{
    const struct fp_window whole = window(0, DAY);
    const struct fp_plan_options options = { .windows = &whole, .window_count = 1, .only = { only, count } };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_plan plan;
    size_t jobs;

    if (fp_plan_make(&plan, &config, &options, &err) < 0)
        fail_msg("%s", err.message);
    jobs = plan.job_count;
    fp_plan_release(&plan);
    return jobs;
}

static void only(void **state)
{
    static const char *const by_name[] = { "order-service.jar" }, *const by_id[] = { "orders" },
                             *const pattern[] = { "checkout-*" }, *const literal[] = { "a[b]*" },
                             *const all[] = { "*" }, *const both[] = { "odd", "orders" },
                             *const twice[] = { "orders", "order-*" }, *const second[] = { "checkout-?" },
                             *const id_first[] = { "checkout-api" }, *const place[] = { "services[3]" };

    (void)state;
    assert_int_equal(jobs_of(by_name, 1), 2);
    assert_int_equal(jobs_of(by_id, 1), 2);
    assert_int_equal(jobs_of(pattern, 1), 3);
    assert_int_equal(jobs_of(literal, 1), 1);
    assert_int_equal(jobs_of(all, 1), 6);
    assert_int_equal(jobs_of(both, 2), 3);
    assert_int_equal(jobs_of(twice, 2), 2);
    assert_int_equal(jobs_of(second, 1), 1);
    assert_int_equal(jobs_of(id_first, 1), 2); /* it is the name of another entry, too */
    assert_int_equal(jobs_of(place, 1), 1);
}

static void only_nothing(void **state)
{
    static const struct {
        const char *only, *says, *not ;
    } cases[] = {
        { "chekout-api", "did you mean: checkout-api", "order-service.jar" },
        { "ORDERS", "did you mean: order-service.jar", "checkout-api" },
        { "service", "did you mean: order-service.jar", "checkout-api" },
        { "zzz-nothing-like-it", "it has: order-service.jar, checkout-api, a[b]*, checkout-api", "mean" },
        { "", "it has: order-service.jar", "mean" },
    };
    const struct fp_window whole = window(0, DAY);
    char *huge = malloc(100001);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const list[] = { "orders", cases[i].only };
        const struct fp_plan_options options = { .windows = &whole, .window_count = 1, .only = { list, 2 } };
        struct fp_error err = FP_ERROR_INIT;
        struct fp_plan plan;

        assert_int_equal(fp_plan_make(&plan, &config, &options, &err), FP_EINVAL);
        if (!strstr(err.message, cases[i].says) || strstr(err.message, cases[i].not ))
            fail_msg("%s", err.message);
        assert_non_null(strstr(err.message, "matches no service of flamepress.json"));
    }
    memset(huge, 'x', 100000);
    huge[100000] = '\0';
    const char *const list[] = { huge };
    const struct fp_plan_options options = { .windows = &whole, .window_count = 1, .only = { list, 1 } };
    struct fp_plan plan;
    assert_int_equal(fp_plan_make(&plan, &config, &options, NULL), FP_EINVAL);
    free(huge);
}

/* Many services with long names: the message stays whole. */
static void only_nothing_of_many(void **state)
{
    enum { MANY = 10000 };
    struct fp_service_config *many = calloc(MANY, sizeof *many);
    const struct fp_config crowd = { .services = many, .service_count = MANY };
    const struct fp_window whole = window(0, DAY);
    const char *const list[] = { "@" };
    const struct fp_plan_options options = { .windows = &whole, .window_count = 1, .only = { list, 1 } };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_plan plan;
    char name[301];

    (void)state;
    memset(name, 'n', 300);
    name[300] = '\0';
    for (size_t i = 0; i < MANY; i++)
        many[i] =
            (struct fp_service_config){ .name = name, .id = name, .step_s = 1, .events = { events_cpu, 1 } };
    assert_int_equal(fp_plan_make(&plan, &crowd, &options, &err), FP_EINVAL);
    assert_string_equal(err.message + strlen(err.message) - 6, "n, …");
    free(many);
}

static int status_of(struct fp_service_config *list, size_t count, const struct fp_window *windows, size_t n,
                     struct fp_error *err)
{
    const struct fp_config some = { .services = list, .service_count = count };
    const struct fp_plan_options options = { .windows = windows, .window_count = n };
    struct fp_plan plan;
    int status = fp_plan_make(&plan, &some, &options, err);

    if (status == FP_OK)
        fp_plan_release(&plan);
    return status;
}

static void limits(void **state)
{
    struct fp_service_config service = { .name = "s", .id = "s", .step_s = 1, .events = { events_cpu, 1 } };
    const struct fp_window fits = window(0, FP_LIMIT_CHUNKS),
                           beyond = window(0, (int64_t)FP_LIMIT_CHUNKS + 1);
    struct fp_service_config *many = calloc(FP_LIMIT_JOBS + 1, sizeof *many);
    struct fp_window *windows = calloc(FP_LIMIT_WINDOWS + 1, sizeof *windows);
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    assert_int_equal(status_of(&service, 1, &fits, 1, &err), FP_OK);
    assert_int_equal(status_of(&service, 1, &beyond, 1, &err), FP_ELIMIT);
    assert_non_null(strstr(err.message, "raise `step`"));
    assert_int_equal(status_of(&service, 1, &(struct fp_window){ .end = INT64_MAX }, 1, NULL), FP_ELIMIT);
    service.events = (struct fp_strings){ events_heap, 1 }; /* a gauge is one chunk, however long */
    assert_int_equal(status_of(&service, 1, &beyond, 1, NULL), FP_OK);
    service.step_s = 0;
    fp_error_clear(&err);
    assert_int_equal(status_of(&service, 1, &fits, 1, &err), FP_EINVAL);
    service.step_s = -1;
    assert_int_equal(status_of(&service, 1, &fits, 1, NULL), FP_EINVAL);

    for (size_t i = 0; i <= FP_LIMIT_JOBS; i++)
        many[i] =
            (struct fp_service_config){ .name = "s", .id = "s", .step_s = DAY, .events = { events_cpu, 1 } };
    assert_int_equal(status_of(many, FP_LIMIT_JOBS, &fits, 1, NULL), FP_OK);
    fp_error_clear(&err);
    assert_int_equal(status_of(many, FP_LIMIT_JOBS + 1, &fits, 1, &err), FP_ELIMIT);
    assert_non_null(strstr(err.message, "reports in one run"));
    for (size_t i = 0; i <= FP_LIMIT_JOBS; i++)
        many[i].step_s = 1;
    fp_error_clear(&err);
    assert_int_equal(status_of(many, FP_LIMIT_JOBS, &fits, 1, &err), FP_ELIMIT); /* 10^10 chunks */
    assert_non_null(strstr(err.message, "requests in one run"));

    for (size_t i = 0; i <= FP_LIMIT_WINDOWS; i++)
        windows[i] = window((int64_t)i, (int64_t)i + 1);
    service.step_s = 1;
    assert_int_equal(status_of(&service, 1, windows, FP_LIMIT_WINDOWS, NULL), FP_OK);
    assert_int_equal(status_of(&service, 1, windows, FP_LIMIT_WINDOWS + 1, NULL), FP_ELIMIT);
    free(windows);
    free(many);
}

static void nothing(void **state)
{
    struct fp_service_config silent = { .name = "s", .id = "s", .step_s = 1 };
    const struct fp_window whole = window(0, DAY);
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    assert_int_equal(status_of(services, 4, NULL, 0, &err), FP_EINVAL);
    assert_non_null(strstr(err.message, "no window"));
    fp_error_clear(&err);
    assert_int_equal(status_of(NULL, 0, &whole, 1, &err), FP_EINVAL);
    assert_non_null(strstr(err.message, "no services"));
    assert_int_equal(status_of(&silent, 1, &whole, 1, NULL), FP_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything),           cmocka_unit_test(steps),  cmocka_unit_test(only),
        cmocka_unit_test(only_nothing),         cmocka_unit_test(limits), cmocka_unit_test(nothing),
        cmocka_unit_test(only_nothing_of_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
