#include "press/publishing.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/str.h"
#include "press/metrics.h"
#include "press/night.h"
#include "press/prune.h"
#include "press/regressions.h"

int fp_publishing_open(struct fp_publishing *p, const struct fp_press *press, const struct fp_window *windows,
                       size_t count, struct fp_error *err)
{
    int rc = FP_OK;

    *p = (struct fp_publishing){ press, calloc(count + 1, sizeof *p->nights), calloc(count + 1, sizeof *p->kept), 0,
                                { 0 } };
    fp_str_init(&p->published, FP_LIMIT_TEXT);
    if (!p->nights || !p->kept)
        return fp_error_nomem(err);
    while (p->count < count && rc == FP_OK) {
        const struct fp_window *window = &windows[p->count];
        int other = fp_pressed_init(&p->nights[p->count], window, err);

        rc = fp_kept_open(&p->kept[p->count++], press->output, window->path, err);
        if (rc < 0)
            fp_error_prepend(err, "night %s", window->path);
        else
            rc = other;
    }
    return rc;
}

void fp_publishing_close(struct fp_publishing *p)
{
    for (size_t i = 0; i < p->count; i++) {
        fp_pressed_release(&p->nights[i]);
        fp_kept_close(&p->kept[i]);
    }
    free(p->nights);
    free(p->kept);
    fp_str_release(&p->published);
    *p = (struct fp_publishing){ .press = NULL };
}

/* The order of time: a night's page shows the nights before it. */
static int by_start(const void *pa, const void *pb, void *ctx)
{
    const struct fp_publishing *p = ctx;
    const struct fp_window *a = p->nights[*(const size_t *)pa].window, *b = p->nights[*(const size_t *)pb].window;

    return a->start < b->start ? -1 : a->start > b->start ? 1 : (a->end > b->end) - (a->end < b->end);
}

/* The nights of a run in the order of time. */
struct order {
    size_t *nights;       /* all of them */
    const char **pressed; /* paths of those that were published, as many as the result says */
    bool *mixed;          /* for each of those: fp_night_result has it */
    bool *published;      /* for each of `nights` */
};

static int init_order(struct order *order, struct fp_publishing *p, struct fp_error *err)
{
    size_t count = p->count;

    order->nights = calloc(count + 1, sizeof *order->nights);
    order->pressed = calloc(count + 1, sizeof *order->pressed);
    order->mixed = calloc(count + 1, sizeof *order->mixed);
    order->published = calloc(count + 1, sizeof *order->published);
    if (!order->nights || !order->pressed || !order->mixed || !order->published)
        return fp_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        order->nights[i] = i;
    qsort_r(order->nights, count, sizeof *order->nights, by_start, p);
    return FP_OK;
}

static void release_order(struct order *order)
{
    free(order->nights);
    free(order->pressed);
    free(order->mixed);
    free(order->published);
}

/* Where a run of several nights ends early, the person must know which of them are new. */
static void log_nights(const struct fp_publishing *p, const struct order *order)
{
    static const char *const what[] = { "not published", "published" };

    for (int is = 1; is >= 0; is--) {
        struct fp_str paths;

        fp_str_init(&paths, FP_LIMIT_TEXT);
        for (size_t i = 0; i < p->count; i++)
            if (order->published[i] == is)
                fp_str_printf(&paths, "%s%s", paths.len ? ", " : "", p->nights[order->nights[i]].window->path);
        if (paths.len)
            fp_log(p->press->log, FP_LOG_WARNING, "%s: %s", what[is], paths.data);
        fp_str_release(&paths);
    }
}

/* Each night in turn, up to the first that cannot be. */
static int publish_nights(struct fp_publishing *p, const struct fp_night_run *run, struct order *order,
                          struct fp_press_result *result, struct fp_error *err)
{
    int rc = FP_OK;

    for (size_t i = 0; i < p->count && rc == FP_OK; i++) {
        const struct fp_pressed *pressed = &p->nights[order->nights[i]];
        struct fp_night_result night = { .published = false };

        if (atomic_load(p->press->cancel))
            return fp_error_set(err, FP_ECANCELLED, "told to stop%s", result->nights ? "" : "; nothing was published");
        rc = fp_night_publish(run, pressed, &p->kept[order->nights[i]], &night, err);
        result->damaged += night.mended;
        result->kept += night.kept;
        if (!night.published)
            continue;
        order->published[i] = true;
        order->mixed[result->nights] = night.mixed;
        order->pressed[result->nights++] = pressed->window->path;
    }
    return rc;
}

/* What is too old by now goes. What is wrong with that is said, and no reason to give up what was published: FP_ECANCELLED only. */
static int prune(const struct fp_press *press, struct fp_stage *stage, struct fp_press_result *result, struct fp_error *ret_err)
{
    const struct fp_prune how = { press->config, press->output, press->pages, press->log, press->cancel };
    struct fp_prune_plan plan;
    struct fp_error err = FP_ERROR_INIT;
    int rc;

    if (!fp_retention_is_set(&press->config->retention))
        return FP_OK;
    rc = fp_prune_plan_make(&plan, &how, &err);
    if (rc == FP_OK)
        rc = fp_prune_nights(&plan, &how, stage, &err);
    result->not_pruned = rc < 0 || plan.refused;
    if (rc == FP_ECANCELLED && ret_err)
        *ret_err = err;
    else if (rc < 0)
        fp_log_error(press->log, FP_LOG_ERROR, &err, "retention");
    fp_prune_plan_release(&plan);
    return rc == FP_ECANCELLED ? rc : FP_OK;
}

/* What is published the index shows, whatever became of the rest. */
int fp_publishing_do(struct fp_publishing *p, struct fp_stage *stage, const char *source, struct fp_press_result *result,
                     struct fp_error *err)
{
    const struct fp_press *press = p->press;
    const struct fp_night_run run = { .stage = stage,
                                      .pages = press->pages,
                                      .zone = press->zone,
                                      .source = source,
                                      .generated = press->generated,
                                      .log = press->log,
                                      .site_url = press->config->site_url };
    struct order order = { NULL, NULL, NULL, NULL };
    struct fp_error failure = FP_ERROR_INIT;
    size_t damaged = 0;
    int rc = init_order(&order, p, err), index = FP_OK;

    if (rc == FP_OK)
        rc = publish_nights(p, &run, &order, result, err);
    if (rc == FP_OK && result->nights)
        rc = prune(press, stage, result, err);
    if (result->nights)
        index = fp_index_publish(&(struct fp_index_run){ stage, press->pages, press->log, press->config->title,
                                                         press->config->site_url, order.pressed, result->nights, order.mixed },
                                 &damaged, &failure);
    result->damaged += damaged;
    if (rc < 0 && order.nights && order.published && p->count > 1)
        log_nights(p, &order);
    for (size_t i = 0; i < result->nights; i++)
        fp_str_printf(&p->published, "%s%s", i ? " " : "", order.pressed[i]);
    release_order(&order);
    if (index < 0 && rc < 0)
        fp_log_error(press->log, FP_LOG_ERROR, &failure, NULL);
    else if (index < 0 && err)
        *err = failure;
    if (rc == FP_OK && index == FP_OK)
        result->regressions = press->say_regressions
                                  ? fp_regressions_log(p->nights, p->count, press->output, press->log)
                                  : fp_regressions_count(p->nights, p->count);
    return rc < 0 ? rc : index;
}

void fp_publishing_tell(const struct fp_publishing *p, const struct fp_press_result *result)
{
    if (p->published.len && p->press->after)
        p->press->after(p->press->after_ctx, result, p->published.data);
}

void fp_publishing_write_metrics(const struct fp_publishing *p, int rc, struct fp_press_result *result)
{
    const struct fp_press *press = p->press;
    struct fp_error err = FP_ERROR_INIT;

    if (!press->config->metrics_file || rc == FP_ECANCELLED)
        return;
    result->no_metrics = fp_press_write_metrics(press, result, rc == FP_OK && fp_press_is_whole(result), &err) < 0;
    if (result->no_metrics)
        fp_log_error(press->log, FP_LOG_ERROR, &err, NULL);
}
