/*
 * Transforms on the command line: the keys of the configuration as options.
 *
 * A command has FP_TRANSFORM_OPTIONS in its table, where its enum has FP_TRANSFORM_OPTION_NAMES, and gives what it finds
 * among them to fp_transform_args_take. What is wrong is reported as any mistake in a command line.
 *
 *     fp_transform_args_init(&args);
 *     … if (found >= OPT_FOCUS && found <= OPT_MIN_SHARE)
 *           wrong = fp_transform_args_take(&args, &o, found - OPT_FOCUS); …
 *     … fp_shape_make(&shape, &tree, &args.config, &err) …
 *     fp_transform_args_release(&args);
 *
 * Texts are borrowed from argv.
 */
#ifndef FP_CMD_TRANSFORMS_H
#define FP_CMD_TRANSFORMS_H

#include "base/arena.h"
#include "base/limits.h"
#include "cmd/options.h"
#include "config/config.h"

#define FP_TRANSFORM_OPTION_NAMES                                                                                       \
    OPT_FOCUS, OPT_HIDE, OPT_RENAME, OPT_FOLD_PROCESSES, OPT_FOLD_THREADS, OPT_HIDE_KERNEL, OPT_HIDE_LIBRARIES,         \
        OPT_MERGE_RECURSION, OPT_COLLAPSE_WRAPPERS, OPT_NO_STRIP_RUST_HASH, OPT_MAX_KERNEL_DEPTH, OPT_MIN_SHARE

/* clang-format off */
#define FP_TRANSFORM_OPTIONS                                                                                            \
    { "focus", '\0', "PATTERN", "show only stacks with a matching frame: a text, or re:EXPRESSION. This and\n"          \
                                "the next two may be given more than once" },                                           \
    { "hide", '\0', "PATTERN", "leave out matching frames" },                                                           \
    { "rename", '\0', "/PATTERN/TO/", "replace what matches in names; the first character separates" },                 \
    { "fold-processes", '\0', NULL, "drop the level of processes" },                                                    \
    { "fold-threads", '\0', NULL, "drop the level of threads" },                                                        \
    { "hide-kernel", '\0', NULL, "leave out kernel frames" },                                                           \
    { "hide-libraries", '\0', NULL, "leave out frames of shared libraries" },                                           \
    { "merge-recursion", '\0', NULL, "a;a;a becomes a" },                                                               \
    { "collapse-wrappers", '\0', NULL, "a chain of only children keeps its first and its last frame" },                 \
    { "no-strip-rust-hash", '\0', NULL, "keep ::h and 16 digits at the end of names" },                                 \
    { "max-kernel-depth", '\0', "N", "at most N kernel frames in a row" },                                              \
    { "min-share", '\0', "SHARE", "gather frames below this share of the total, such as 0.001" }
/* clang-format on */

struct fp_transform_args {
    struct fp_transform_config config;
    const char *focus[FP_LIMIT_PATTERNS], *hide[FP_LIMIT_PATTERNS];
    struct fp_rename rename[FP_LIMIT_PATTERNS];
    struct fp_arena arena;
};

void fp_transform_args_init(struct fp_transform_args *args);
void fp_transform_args_release(struct fp_transform_args *args);

/* `which`: place among FP_TRANSFORM_OPTIONS of the option that was found. 0, or an exit code after reporting. */
int fp_transform_args_take(struct fp_transform_args *args, const struct fp_options *found, int which);

#endif
