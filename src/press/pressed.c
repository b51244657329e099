#include "press/pressed.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "report/model.h"

int fp_pressed_init(struct fp_pressed *pressed, const struct fp_window *window, struct fp_error *err)
{
    *pressed = (struct fp_pressed){ .window = window, .not_pressed = json_array(), .unsettled = json_array() };
    return pressed->not_pressed && pressed->unsettled ? FP_OK : fp_error_nomem(err);
}

void fp_pressed_release(struct fp_pressed *pressed)
{
    for (size_t i = 0; i < pressed->count; i++)
        json_decref(pressed->reports[i].entry);
    free(pressed->reports);
    json_decref(pressed->not_pressed);
    json_decref(pressed->unsettled);
    *pressed = (struct fp_pressed){ .window = NULL };
}

int fp_pressed_discovered(struct fp_pressed *pressed, const struct fp_discovery *discovery, struct fp_error *err)
{
    int rc = FP_OK;

    if (!discovery)
        return FP_OK;
    pressed->asked = discovery->requests;
    for (size_t i = 0; i < discovery->entry_count && rc == FP_OK; i++)
        if (!fp_discovery_settles(discovery, i) &&
            json_array_append_new(pressed->unsettled, json_integer((json_int_t)i)) < 0)
            rc = fp_error_nomem(err);
    for (size_t i = 0; i < discovery->not_pressed_count && rc == FP_OK; i++)
        rc = fp_night_add_not_pressed(pressed->not_pressed, &discovery->not_pressed[i], err);
    return rc;
}

int fp_pressed_add(struct fp_pressed *pressed, json_t *entry, uint32_t place, const char *stays, struct fp_error *err)
{
    int rc = fp_array_reserve(&pressed->reports, &pressed->cap, pressed->count + 1, sizeof *pressed->reports, FP_LIMIT_JOBS,
                              "reports in one night", err);

    if (rc == FP_OK)
        pressed->reports[pressed->count++] = (struct fp_pressed_report){ json_incref(entry), place, stays };
    return rc;
}

const struct fp_pressed_report *fp_pressed_find(const struct fp_pressed *pressed, const char *path)
{
    for (size_t i = 0; i < pressed->count; i++)
        if (strcmp(fp_model_get_text(pressed->reports[i].entry, "path"), path) == 0)
            return &pressed->reports[i];
    return NULL;
}

bool fp_pressed_settles(const struct fp_pressed *pressed, size_t entry)
{
    for (size_t i = 0; i < json_array_size(pressed->unsettled); i++)
        if (json_integer_value(json_array_get(pressed->unsettled, i)) == (json_int_t)entry)
            return false;
    return true;
}
