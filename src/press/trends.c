#include "press/trends.h"

#include <string.h>

#include "base/limits.h"
#include "press/kept.h"
#include "publish/nights.h"
#include "report/model.h"

static int64_t start_of(const json_t *night)
{
    return fp_model_get_int(json_object_get(night, "window"), "start");
}

static int add_earlier(struct fp_history *history, const char *output, const char *path, const json_t *night,
                       struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    json_t *earlier = NULL;
    int rc = fp_kept_load(output, path, &earlier, &damaged);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    if (rc < 0)
        return FP_OK;
    if (start_of(earlier) < start_of(night))
        rc = fp_history_add(history, earlier, err);
    json_decref(earlier);
    return rc;
}

/* As many windows like the night's as a sparkline shows? */
static bool is_enough(const struct fp_history *history)
{
    size_t alike = 0;

    for (size_t i = 0; i < history->night_count; i++)
        alike += fp_history_is_alike(history, 0, (uint32_t)i);
    return alike >= FP_HISTORY_SPARK;
}

int fp_trends_add(const char *output, json_t *night, struct fp_error *err)
{
    const char *path = fp_model_get_text(night, "path");
    struct fp_nights list = { 0 };
    struct fp_history history;
    int rc = fp_nights_list(output, &list, err);

    fp_history_init(&history);
    if (rc == FP_OK)
        rc = fp_history_add(&history, night, err);
    for (size_t i = 0; i < list.count && rc == FP_OK && !history.full && !is_enough(&history); i++)
        if (strcmp(list.items[i].path, path) != 0)
            rc = add_earlier(&history, output, list.items[i].path, night, err);
    if (rc == FP_OK)
        rc = fp_history_annotate(&history, night, err);
    fp_history_release(&history);
    fp_nights_release(&list);
    return rc;
}
