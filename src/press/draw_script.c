#include "press/draw_script.h"

#include "base/limits.h"
#include "base/out.h"
#include "press/draw.h"
#include "report/profile_script.h"

static int write_script(void *ctx, struct fp_out *out, struct fp_error *err)
{
    return fp_profile_script_write(ctx, out, err);
}

static int write_file(struct fp_report_facts *facts, struct fp_profile_script *script, const char *dir,
                      struct fp_error *err)
{
    const struct fp_tree *tree = script->pair ? &script->pair->tree : script->tree;
    int rc;

    if (tree->count > FP_LIMIT_SCRIPT_NODES)
        return FP_OK;
    rc = fp_draw_file(dir, FP_DRAW_SCRIPT_FILE, write_script, script, err);
    if (rc == FP_OK)
        facts->script = FP_DRAW_SCRIPT_FILE;
    return rc;
}

/* The pair of what the page can switch; often what was compared already. */
static int write_compared(struct fp_report_facts *facts, struct fp_profile_script *script, const char *dir,
                          struct fp_error *err)
{
    const struct fp_comparison_facts *comparison = facts->comparison;
    struct fp_pair pair;
    int rc;

    script->before_whole = comparison->total;
    script->after = script->tree;
    script->before = comparison->switchable;
    script->pair = comparison->pair;
    if (script->after == comparison->after && script->before == comparison->before)
        return write_file(facts, script, dir, err);
    rc = fp_pair_make(&pair, script->before, script->after, err);
    if (rc < 0)
        return rc;
    script->pair = &pair;
    rc = write_file(facts, script, dir, err);
    fp_pair_release(&pair);
    return rc;
}

int fp_draw_script(struct fp_report_facts *facts, const struct fp_picture_config *picture, const char *dir,
                   struct fp_error *err)
{
    struct fp_profile_script script = {
        .tree = facts->switchable ? facts->switchable : facts->tree,
        .whole = fp_report_total(facts),
        .unit = facts->event->unit,
        .on = facts->switches,
        .icicle = picture->icicle,
        .by_value = picture->sort_by_value,
        .orange_blue = picture->diff_orange,
    };

    if (facts->comparison && facts->comparison->pair)
        return write_compared(facts, &script, dir, err);
    return write_file(facts, &script, dir, err);
}
