#include "cmd/transforms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "cmd/cmd.h"

enum { FP_TRANSFORM_OPTION_NAMES };

void fp_transform_args_init(struct fp_transform_args *args)
{
    memset(args, 0, sizeof *args);
    fp_arena_init(&args->arena);
    args->config.strip_rust_hash = true;
    args->config.max_kernel_depth = -1;
    args->config.focus.items = args->focus;
    args->config.hide.items = args->hide;
    args->config.rename = args->rename;
}

void fp_transform_args_release(struct fp_transform_args *args)
{
    fp_arena_release(&args->arena);
}

/* ---- patterns ---- */

static int too_many(const struct fp_options *found, const char *name)
{
    return fp_options_wrong(found, "--%s may be given %u times", name, FP_LIMIT_PATTERNS);
}

static int take_pattern(const struct fp_options *found, const char *name, struct fp_strings *list)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_pattern *pattern = NULL;

    if (list->count == FP_LIMIT_PATTERNS)
        return too_many(found, name);
    if (fp_pattern_new(&pattern, fp_slice_of(found->value), &why) < 0)
        return fp_options_wrong(found, "--%s: %s", name, why.message);
    fp_pattern_free(pattern);
    list->items[list->count++] = found->value;
    return FP_EXIT_OK;
}

/* "/PATTERN/TO/" or "/PATTERN/TO": false when it is neither. */
static bool split(struct fp_transform_args *args, const char *text, struct fp_rename *ret_rename)
{
    char separator = text[0], *pattern, *to, *end;

    if (!separator || !(pattern = fp_arena_strdup(&args->arena, text + 1)))
        return false;
    to = strchr(pattern, separator);
    if (!to)
        return false;
    *to++ = '\0';
    end = strchr(to, separator);
    if (end && end[1])
        return false;
    if (end)
        *end = '\0';
    *ret_rename = (struct fp_rename){ pattern, to };
    return true;
}

static int take_rename(struct fp_transform_args *args, const struct fp_options *found)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_pattern *pattern = NULL;
    struct fp_rename rename;

    if (args->config.rename_count == FP_LIMIT_PATTERNS)
        return too_many(found, "rename");
    if (!split(args, found->value, &rename))
        return fp_options_wrong(found,
                                "--rename is /PATTERN/TO/, not \"%s\": the first character separates, and may be any that "
                                "neither holds",
                                found->value);
    if (fp_pattern_new_rename(&pattern, fp_slice_of(rename.pattern), fp_slice_of(rename.to), &why) < 0)
        return fp_options_wrong(found, "--rename: %s", why.message);
    fp_pattern_free(pattern);
    args->rename[args->config.rename_count++] = rename;
    return FP_EXIT_OK;
}

/* ---- numbers ---- */

static int take_depth(struct fp_transform_args *args, const struct fp_options *found)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(found->value, &end, 10);
    if (end == found->value || *end || errno || value < 0 || value > (long)FP_LIMIT_DEPTH)
        return fp_options_wrong(found, "--max-kernel-depth is a number of frames from 0 to %u, not \"%s\"",
                                FP_LIMIT_DEPTH, found->value);
    args->config.max_kernel_depth = value;
    return FP_EXIT_OK;
}

static int take_share(struct fp_transform_args *args, const struct fp_options *found)
{
    char *end;
    double value;

    errno = 0;
    value = strtod(found->value, &end); /* main() never leaves the "C" locale */
    if (end == found->value || *end || errno || !(value >= 0 && value <= 1))
        return fp_options_wrong(found, "--min-share is a share of the total from 0 to 1, not \"%s\"", found->value);
    args->config.min_share = value;
    return FP_EXIT_OK;
}

int fp_transform_args_take(struct fp_transform_args *args, const struct fp_options *found, int which)
{
    struct fp_transform_config *config = &args->config;

    switch (which) {
    case OPT_FOCUS: return take_pattern(found, "focus", &config->focus);
    case OPT_HIDE: return take_pattern(found, "hide", &config->hide);
    case OPT_RENAME: return take_rename(args, found);
    case OPT_FOLD_PROCESSES: config->fold_processes = true; break;
    case OPT_FOLD_THREADS: config->fold_threads = true; break;
    case OPT_HIDE_KERNEL: config->hide_kernel = true; break;
    case OPT_HIDE_LIBRARIES: config->hide_libraries = true; break;
    case OPT_MERGE_RECURSION: config->merge_recursion = true; break;
    case OPT_COLLAPSE_WRAPPERS: config->collapse_wrappers = true; break;
    case OPT_NO_STRIP_RUST_HASH: config->strip_rust_hash = false; break;
    case OPT_MAX_KERNEL_DEPTH: return take_depth(args, found);
    default: return take_share(args, found);
    }
    return FP_EXIT_OK;
}
