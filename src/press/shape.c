#include "press/shape.h"

#include <stdlib.h>

#include "base/limits.h"
#include "report/profile_script.h"
#include "report/transforms.h"

/* ---- patterns ---- */

/* Those of one list, owned; the transforms only read them. */
struct compiled {
    struct fp_pattern **items;
    size_t count;
};

static int make_room(struct compiled *compiled, size_t count, struct fp_error *err)
{
    compiled->items = calloc(count + 1, sizeof *compiled->items);
    compiled->count = compiled->items ? count : 0;
    return compiled->items ? FP_OK : fp_error_nomem(err);
}

static struct fp_pattern_list list_of(const struct compiled *compiled)
{
    return (struct fp_pattern_list){ (const struct fp_pattern *const *)compiled->items, compiled->count };
}

static void release(struct compiled *compiled)
{
    for (size_t i = 0; i < compiled->count; i++)
        fp_pattern_free(compiled->items[i]);
    free(compiled->items);
}

/* In every case it is to be released. */
static int compile_list(struct compiled *compiled, const struct fp_strings *texts, struct fp_error *err)
{
    int rc = make_room(compiled, texts->count, err);

    for (size_t i = 0; i < texts->count && rc == FP_OK; i++)
        rc = fp_pattern_new(&compiled->items[i], fp_slice_of(texts->items[i]), err);
    return rc;
}

static int compile_renames(struct compiled *compiled, const struct fp_transform_config *config, struct fp_error *err)
{
    int rc = make_room(compiled, config->rename_count, err);

    for (size_t i = 0; i < config->rename_count && rc == FP_OK; i++)
        rc = fp_pattern_new_rename(&compiled->items[i], fp_slice_of(config->rename[i].pattern),
                                   fp_slice_of(config->rename[i].to), err);
    return rc;
}

/* ---- the shape ---- */

static unsigned switches_of(const struct fp_transform_config *config)
{
    return (config->fold_processes ? FP_SCRIPT_FOLD_PROCESSES : 0u) |
           (config->fold_threads ? FP_SCRIPT_FOLD_THREADS : 0u) |
           (config->hide_kernel ? FP_SCRIPT_HIDE_KERNEL : 0u) |
           (config->hide_libraries ? FP_SCRIPT_HIDE_LIBRARIES : 0u) |
           (config->merge_recursion ? FP_SCRIPT_MERGE_RECURSION : 0u) |
           (config->collapse_wrappers ? FP_SCRIPT_COLLAPSE_WRAPPERS : 0u);
}

/* The page takes the last steps itself. */
static int make_switchable(struct fp_shape *shape, const struct fp_tree *tree, struct fp_transform_options options,
                           struct fp_error *err)
{
    struct fp_transform_log log;
    int rc;

    if (!shape->log.changed || (!shape->switches && options.min_share <= 0))
        return FP_OK;
    options.fold_processes = options.fold_threads = options.hide_kernel = options.hide_libraries = false;
    options.merge_recursion = options.collapse_wrappers = false;
    options.min_share = 0;
    rc = fp_transform_apply(tree, &options, &shape->switchable, &log, err);
    shape->from_recorded = rc == FP_OK && !log.changed;
    return rc;
}

int fp_shape_make(struct fp_shape *ret_shape, const struct fp_tree *tree, const struct fp_transform_config *config,
                  struct fp_error *err)
{
    struct fp_transform_options options = {
        .strip_rust_hash = config->strip_rust_hash,
        .fold_processes = config->fold_processes,
        .fold_threads = config->fold_threads,
        .max_kernel_depth = config->max_kernel_depth,
        .hide_kernel = config->hide_kernel,
        .hide_libraries = config->hide_libraries,
        .merge_recursion = config->merge_recursion,
        .collapse_wrappers = config->collapse_wrappers,
        .min_share = config->min_share,
    };
    struct compiled rename = { 0 }, focus = { 0 }, hide = { 0 };
    int rc = compile_renames(&rename, config, err);

    *ret_shape = (struct fp_shape){ 0 };
    if (rc == FP_OK)
        rc = compile_list(&focus, &config->focus, err);
    if (rc == FP_OK)
        rc = compile_list(&hide, &config->hide, err);
    options.rename = list_of(&rename);
    options.focus = list_of(&focus);
    options.hide = list_of(&hide);
    if (rc == FP_OK)
        rc = fp_transform_apply(tree, &options, &ret_shape->made, &ret_shape->log, err);
    ret_shape->switches = switches_of(config);
    if (rc == FP_OK)
        rc = make_switchable(ret_shape, tree, options, err);
    if (rc == FP_OK)
        rc = fp_symbols_missing(tree, &ret_shape->symbols, err);
    release(&rename);
    release(&focus);
    release(&hide);
    return rc;
}

void fp_shape_release(struct fp_shape *shape)
{
    fp_tree_release(&shape->made);
    fp_tree_release(&shape->switchable);
    fp_symbols_release(&shape->symbols);
}

void fp_shape_show(const struct fp_shape *shape, const struct fp_tree *tree, struct fp_report_facts *facts)
{
    facts->recorded = tree;
    facts->tree = shape->log.changed ? &shape->made : tree;
    facts->switchable = shape->from_recorded ? tree : shape->switchable.count ? &shape->switchable : facts->tree;
    facts->switches = shape->switches;
    facts->transforms = &shape->log;
    facts->symbols = &shape->symbols;
}

void fp_shape_warn(const struct fp_shape *shape, const char *about, struct fp_log *log)
{
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    for (size_t i = 0; i < shape->log.count; i++) {
        fp_transforms_stopped(&shape->log.items[i], &text);
        if (text.len)
            fp_log(log, FP_LOG_WARNING, "%s: %s", about, text.data);
    }
    fp_str_release(&text);
}
