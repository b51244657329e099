#include "press/draw_script.h"

#include "base/limits.h"
#include "base/out.h"
#include "press/draw.h"

static int use_fitting(const struct fp_profile_script *script, fp_draw_script_user *use, void *ctx, struct fp_error *err)
{
    const struct fp_tree *tree = script->pair ? &script->pair->tree : script->tree;

    return tree->count > FP_LIMIT_SCRIPT_NODES ? FP_OK : use(ctx, script, err);
}

/* The pair of what the page can switch; often what was compared already. */
static int use_compared(const struct fp_comparison_facts *comparison, struct fp_profile_script *script,
                        fp_draw_script_user *use, void *ctx, struct fp_error *err)
{
    struct fp_pair pair;
    int rc;

    script->before_whole = comparison->total;
    script->after = script->tree;
    script->before = comparison->switchable;
    script->pair = comparison->pair;
    if (script->after == comparison->after && script->before == comparison->before)
        return use_fitting(script, use, ctx, err);
    rc = fp_pair_make(&pair, script->before, script->after, err);
    if (rc < 0)
        return rc;
    script->pair = &pair;
    rc = use_fitting(script, use, ctx, err);
    script->pair = NULL;
    fp_pair_release(&pair);
    return rc;
}

int fp_draw_script_make(const struct fp_report_facts *facts, const struct fp_picture_config *picture,
                        fp_draw_script_user *use, void *ctx, struct fp_error *err)
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
        return use_compared(facts->comparison, &script, use, ctx, err);
    return use_fitting(&script, use, ctx, err);
}

struct file {
    struct fp_report_facts *facts;
    const char *dir;
    const struct fp_profile_script *script;
};

static int write_script(void *ctx, struct fp_out *out, struct fp_error *err)
{
    const struct file *file = ctx;

    return fp_profile_script_write(file->script, out, err);
}

static int write_file(void *ctx, const struct fp_profile_script *script, struct fp_error *err)
{
    struct file *file = ctx;
    int rc;

    file->script = script;
    rc = fp_draw_file(file->dir, FP_DRAW_SCRIPT_FILE, write_script, file, err);
    if (rc == FP_OK)
        file->facts->script = FP_DRAW_SCRIPT_FILE;
    return rc;
}

int fp_draw_script(struct fp_report_facts *facts, const struct fp_picture_config *picture, const char *dir,
                   struct fp_error *err)
{
    return fp_draw_script_make(facts, picture, write_file, &(struct file){ .facts = facts, .dir = dir }, err);
}
