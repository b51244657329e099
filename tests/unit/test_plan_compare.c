/* plan/compare: each job behind what it is compared with, references once, and no circle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "plan/compare.h"

static const char *events[] = { "on-cpu", "off-cpu" };
static struct fp_service_config services[] = {
    { .name = "b", .id = "b", .title = "b", .step_s = 3600, .events = { events, 2 } },
    { .name = "a", .id = "a", .title = "a", .step_s = 86400, .events = { events, 1 } },
};
static const struct fp_config config = { .file = "f", .services = services, .service_count = 2 };

/* What the site has, as lines of "NIGHT ID EVENT" and "kept LABEL". */
struct site {
    const char *const *lines;
    size_t count, asked;
};

static bool is_published(void *ctx, const struct fp_job *job, const char *night)
{
    struct site *site = ctx;
    char line[256];

    site->asked++;
    snprintf(line, sizeof line, "%s %s %s", night, job->service->id, job->event_type);
    for (size_t i = 0; i < site->count; i++)
        if (!strcmp(site->lines[i], line))
            return true;
    return false;
}

static bool is_kept(void *ctx, const char *label)
{
    struct site *site = ctx;
    char line[256];

    snprintf(line, sizeof line, "kept %s", label);
    for (size_t i = 0; i < site->count; i++)
        if (!strcmp(site->lines[i], line))
            return true;
    return false;
}

struct made {
    struct fp_plan plan;
    struct fp_zone *zone;
    struct fp_baseline_spec specs[4];
    struct site site;
};

/* A plan for days, each compared as `baselines` says. */
static void make(struct made *m, const char *const *days, const char *const *baselines, size_t count)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window windows[4];

    m->zone = fp_zone_new("UTC", NULL);
    assert_non_null(m->zone);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fp_window_parse(days[i], m->zone, INT64_C(1795177800), &windows[i], NULL), FP_OK);
        assert_int_equal(fp_baseline_parse(baselines[i], &m->specs[i], NULL), FP_OK);
    }
    if (fp_plan_make(&m->plan, &config,
                     &(struct fp_plan_options){ .windows = windows, .window_count = count }, &err) < 0)
        fail_msg("%s", err.message);
    if (fp_plan_compare(&m->plan,
                        &(struct fp_plan_comparing){ m->specs, m->zone, is_kept, is_published, &m->site },
                        &err) < 0)
        fail_msg("%s", err.message);
}

static void release(struct made *m)
{
    fp_plan_release(&m->plan);
    fp_zone_free(m->zone);
}

/* Every job once, none before its baseline; chunks cover their windows; references are behind the rest. */
static void check(const struct fp_plan *plan)
{
    size_t all = fp_plan_all_jobs(plan), chunks = 0;
    bool *seen = calloc(all + 1, sizeof *seen);

    assert_non_null(seen);
    for (size_t i = 0; i < all; i++) {
        const struct fp_job *job = &plan->jobs[plan->order[i]];

        assert_false(seen[plan->order[i]]);
        assert_true(job->baseline == FP_NO_JOB || seen[job->baseline]);
        assert_int_equal(job->asked_by == FP_NO_JOB, plan->order[i] < plan->job_count);
        seen[plan->order[i]] = true;
    }
    for (size_t i = 0; i < all; i++) {
        const struct fp_job *job = &plan->jobs[i];
        const struct fp_window *window = &plan->windows[job->window];

        chunks += job->chunk_count;
        assert_int_equal(plan->chunks[job->first_chunk].start, window->start);
        assert_int_equal(plan->chunks[job->first_chunk + job->chunk_count - 1].end, window->end);
        if (job->asked_by != FP_NO_JOB) {
            assert_int_equal(plan->jobs[job->asked_by].baseline, i);
            assert_ptr_equal(plan->jobs[job->asked_by].event_type, job->event_type);
            assert_int_equal(job->baseline, FP_NO_JOB);
        }
    }
    assert_int_equal(chunks, plan->chunk_count);
    free(seen);
}

static void what_the_site_lacks(void **state)
{
    static const char *const days[] = { "2026-11-20" }, *const baselines[] = { "previous" };
    static const char *const published[] = { "2026/11/19 b on-cpu" };
    struct made m = { .site = { published, 1, 0 } };

    (void)state;
    make(&m, days, baselines, 1);
    check(&m.plan);
    assert_int_equal(m.plan.job_count, 3);
    assert_int_equal(m.plan.reference_count, 2); /* a on-cpu, b off-cpu */
    assert_int_equal(m.plan.jobs[0].baseline, FP_NO_JOB);
    assert_int_equal(m.plan.jobs[1].baseline, 4);
    assert_int_equal(m.plan.jobs[2].baseline, 3);
    assert_string_equal(m.plan.windows[m.plan.jobs[3].window].path, "2026/11/19");
    assert_int_equal(m.plan.window_count, 1); /* that of the references is not pressed */
    assert_true(m.plan.baselines[0].known && m.plan.baselines[0].has_window);
    assert_string_equal(m.plan.baselines[0].night, "2026/11/19");
    assert_int_equal(m.plan.chunk_count, 24 + 24 + 1 + 1 + 24);
    release(&m);
}

static void what_is_pressed_besides(void **state)
{
    static const char *const days[] = { "2026-11-20", "2026-11-18", "2026-11-19" };
    static const char *const baselines[] = { "previous", "previous", "previous" };
    struct made m = { .site = { NULL, 0, 0 } };

    (void)state;
    make(&m, days, baselines, 3);
    check(&m.plan);
    assert_int_equal(m.plan.reference_count, 3); /* of the 17th */
    assert_int_equal(m.site.asked, 3);           /* nobody asks the site for what is pressed */
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(m.plan.jobs[i].baseline, 6 + i);
        assert_int_equal(m.plan.jobs[6 + i].baseline, 3 + i);
    }
    release(&m);
}

static void two_windows_share_a_reference(void **state)
{
    static const char *const days[] = { "2026-11-20", "2026-11-19" }, *const baselines[] = { "2026-11-01",
                                                                                             "2026-11-01" };
    struct made m = { .site = { NULL, 0, 0 } };

    (void)state;
    make(&m, days, baselines, 2);
    check(&m.plan);
    assert_int_equal(m.plan.reference_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(m.plan.jobs[i].baseline, m.plan.jobs[i + 3].baseline);
    release(&m);
}

static void no_circles(void **state)
{
    static const char *const days[] = { "2026-11-18", "2026-11-19", "2026-11-20" };
    static const char *const baselines[] = { "2026-11-20", "previous", "previous" };
    struct made m = { .site = { NULL, 0, 0 } };

    (void)state;
    make(&m, days, baselines, 3);
    check(&m.plan);
    assert_true(m.plan.baselines[0].known && m.plan.baselines[1].known);
    assert_false(m.plan.baselines[2].known);
    assert_non_null(strstr(m.plan.baselines[2].lack.text, "itself compared with this window"));
    assert_int_equal(m.plan.reference_count, 0);
    release(&m);
}

static void kept_nights(void **state)
{
    static const char *const days[] = { "2026-11-20", "2026-11-19" }, *const baselines[] = { "release-1",
                                                                                             "release-2" };
    static const char *const lines[] = { "kept release-1" };
    struct made m = { .site = { lines, 1, 0 } };

    (void)state;
    make(&m, days, baselines, 2);
    check(&m.plan);
    assert_int_equal(m.plan.reference_count, 0); /* a server cannot be asked for a name */
    assert_true(m.plan.baselines[0].known && !m.plan.baselines[0].has_window);
    assert_string_equal(m.plan.baselines[0].night, "kept/release-1");
    assert_string_equal(m.plan.baselines[0].label, "release-1");
    assert_false(m.plan.baselines[1].known);
    assert_string_equal(m.plan.baselines[1].lack.text, "no night is kept under the name release-2");
    release(&m);
}

static void none(void **state)
{
    static const char *const days[] = { "2026-11-20", "2026-11-19" };
    static const char *const all_none[] = { "none", "none" }, *const one_none[] = { "none", "previous" };
    struct made m = { .site = { NULL, 0, 0 } };

    (void)state;
    make(&m, days, all_none, 2);
    assert_null(m.plan.baselines);
    assert_null(m.plan.order);
    release(&m);
    m = (struct made){ .site = { NULL, 0, 0 } };
    make(&m, days, one_none, 2);
    check(&m.plan);
    assert_false(m.plan.baselines[0].asked);
    assert_true(m.plan.baselines[1].asked);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(m.plan.jobs[i].baseline, FP_NO_JOB);
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_site_lacks),
        cmocka_unit_test(what_is_pressed_besides),
        cmocka_unit_test(two_windows_share_a_reference),
        cmocka_unit_test(no_circles),
        cmocka_unit_test(kept_nights),
        cmocka_unit_test(none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
