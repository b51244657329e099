#include "press/metrics.h"

#include "base/fs.h"
#include "base/limits.h"
#include "press/kept.h"
#include "publish/nights.h"
#include "report/metrics.h"

/* What an earlier run's file says; one that cannot be read says nothing. */
static int64_t read_last_success(const char *path)
{
    int64_t time = 0;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_PAGE);
    if (fp_file_read(path, &text, NULL) == FP_OK)
        time = fp_metrics_last_success(text.data);
    fp_str_release(&text);
    return time;
}

/* The newest night of the site that can be read; NULL = there is none. Not that of the run: who presses an old night again
 * must not turn the clock back for those who look at the figures. */
static int load_newest(const char *output, json_t **ret_night, struct fp_error *err)
{
    struct fp_nights nights = { 0 };
    int rc = fp_nights_list(output, &nights, NULL);

    *ret_night = NULL;
    for (size_t i = 0; i < nights.count && rc != FP_ENOMEM && !*ret_night; i++)
        rc = fp_kept_load(output, nights.items[i].path, ret_night, NULL);
    fp_nights_release(&nights);
    return rc == FP_ENOMEM ? fp_error_nomem(err) : FP_OK;
}

static int write_file(const char *path, const struct fp_metrics *metrics, struct fp_error *err)
{
    struct fp_str text;
    struct fp_out out;
    int rc;

    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &text);
    rc = fp_metrics_write(metrics, &out, err);
    if (rc == FP_OK)
        rc = fp_out_finish(&out, err);
    if (rc == FP_OK)
        rc = fp_file_write(path, text.data, text.len, err);
    fp_str_release(&text);
    return rc;
}

int fp_press_write_metrics(const struct fp_press *press, const struct fp_press_result *result, bool success,
                           struct fp_error *err)
{
    const char *path = press->config->metrics_file;
    struct fp_metrics metrics = {
        .last_run = press->generated,
        .duration = result->seconds,
        .ok = result->ok,
        .partial = result->partial,
        .empty = result->empty,
        .failed = result->failed,
    };
    json_t *night = NULL;
    int rc = load_newest(press->output, &night, err);

    metrics.last_success = success ? press->generated : read_last_success(path);
    metrics.night = night;
    if (rc == FP_OK)
        rc = write_file(path, &metrics, err);
    if (rc < 0)
        fp_error_prepend(err, "metrics_file");
    json_decref(night);
    return rc;
}
