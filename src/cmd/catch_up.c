#include "cmd/catch_up.h"

#include <stdlib.h>

#include "base/limits.h"
#include "cmd/cmd.h"

static bool is_known(const struct fp_catch_up *c, const struct fp_window *window)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->windows[i].start == window->start && c->windows[i].end == window->end)
            return true;
    return false;
}

/* Keeps those of the windows of one kind in which something is to be done. */
static int add_windows(struct fp_catch_up *c, const struct fp_catch_up_options *o, const struct fp_window *windows,
                       size_t count, const char *baseline, struct fp_error *err)
{
    int rc = FP_OK;

    for (size_t i = 0; i < count && rc == FP_OK; i++) {
        struct fp_unfinished *unfinished = &c->unfinished[c->count];

        if (is_known(c, &windows[i]))
            continue;
        rc = fp_unfinished_open(unfinished, o->output, windows[i].path, err);
        if (rc < 0)
            break;
        if (!fp_unfinished_any(unfinished, o->config, &o->only)) {
            fp_unfinished_close(unfinished);
            continue;
        }
        c->windows[c->count] = windows[i];
        c->windows[c->count++].baseline = baseline;
    }
    return rc;
}

/* One kind of windows. One of the configuration that has no earlier ones must not keep the others from being caught up. */
static int add_kind(struct fp_catch_up *c, const struct fp_catch_up_options *o, size_t index, int64_t now,
                    struct fp_window *room, struct fp_log *log)
{
    const struct fp_config *config = o->config;
    const char *given = o->window->window;
    struct fp_error err = FP_ERROR_INIT;
    size_t count;
    int rc = fp_window_last(given ? given : config->windows[index].window, o->zone, now, o->last, room, &count, &err);

    if (rc == FP_OK) {
        rc = add_windows(c, o, room, count, given ? NULL : config->windows[index].baseline, &err);
        return rc < 0 ? fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING) : FP_EXIT_OK;
    }
    if (given)
        return fp_cmd_fail(log, &err, "--catch-up", FP_EXIT_USAGE);
    fp_error_prepend(&err, "windows[%zu]", index);
    fp_config_place(config, &err);
    fp_log_error(log, FP_LOG_WARNING, &err, "--catch-up leaves it out");
    return FP_EXIT_OK;
}

int fp_catch_up_find(struct fp_catch_up *ret, const struct fp_catch_up_options *o, struct fp_log *log)
{
    size_t kinds = o->window->window ? 1 : o->config->window_count;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window *room;
    int64_t now;
    int result = fp_cmd_now(&now, o->window, o->zone, log);

    *ret = (struct fp_catch_up){ NULL, NULL, 0 };
    if (result != FP_EXIT_OK)
        return result;
    if (o->last > FP_LIMIT_WINDOWS / kinds) {
        fp_log(log, FP_LOG_ERROR, "--catch-up: %zu of each of %zu kinds are more windows than one run takes (%u): give %zu "
               "at most", o->last, kinds, FP_LIMIT_WINDOWS, FP_LIMIT_WINDOWS / kinds);
        return FP_EXIT_USAGE;
    }
    room = calloc(o->last, sizeof *room);
    ret->windows = calloc(kinds * o->last, sizeof *ret->windows);
    ret->unfinished = calloc(kinds * o->last, sizeof *ret->unfinished);
    if (!room || !ret->windows || !ret->unfinished) {
        fp_error_nomem(&err);
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    for (size_t i = 0; i < kinds && result == FP_EXIT_OK; i++)
        result = add_kind(ret, o, i, now, room, log);
    free(room);
    return result;
}

void fp_catch_up_release(struct fp_catch_up *catch_up)
{
    for (size_t i = 0; i < catch_up->count && catch_up->unfinished; i++)
        fp_unfinished_close(&catch_up->unfinished[i]);
    free(catch_up->unfinished);
    free(catch_up->windows);
    *catch_up = (struct fp_catch_up){ NULL, NULL, 0 };
}

bool fp_catch_up_wants(const void *ctx, size_t window, const struct fp_service_config *service, const char *event)
{
    const struct fp_catch_up *catch_up = ctx;

    return fp_unfinished_is(&catch_up->unfinished[window], service, event);
}
