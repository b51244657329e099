#include "press/draw_script.h"

#include "base/limits.h"
#include "base/out.h"
#include "report/profile_script.h"

static int write_script(void *ctx, struct fp_out *out, struct fp_error *err)
{
    return fp_profile_script_write(ctx, out, err);
}

int fp_draw_script(struct fp_report_facts *facts, const struct fp_picture_config *picture, const char *path,
                   struct fp_error *err)
{
    struct fp_profile_script script = {
        .tree = facts->switchable ? facts->switchable : facts->tree,
        .whole = fp_report_total(facts),
        .unit = facts->event->unit,
        .on = facts->switches,
        .icicle = picture->icicle,
        .by_value = picture->sort_by_value,
    };
    int rc;

    if (script.tree->count > FP_LIMIT_SCRIPT_NODES)
        return FP_OK;
    rc = fp_out_file(path, FP_OUT_REPLACE, write_script, &script, err);
    if (rc == FP_OK)
        facts->script = FP_DRAW_SCRIPT_FILE;
    return rc;
}
