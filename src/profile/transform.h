/*
 * Transforms: a profile made easier to read, with an account of what was done to it.
 *
 * A frozen tree goes in, a new frozen tree comes out, or none when nothing changes. The steps run in a fixed order, whatever the order in
 * which they were asked for, each on the result of the one before.
 *
 * Names first, so that every pattern further down sees a name as the page shows it:
 *
 *     strip_rust_hash     "::h553351a860254660" at the end of a name is dropped
 *     rename              what a pattern matches in a name becomes its replacement
 *
 * then the choice of stacks, while every recorded frame is still there (one may focus on a thread and fold
 * threads all the same):
 *
 *     focus               only stacks with a frame that a pattern matches
 *
 * then frames, outermost level first; kernel frames are counted before any is taken from between them:
 *
 *     fold_processes      the "[p] …" level is dropped, equal stacks become one
 *     fold_threads        the "[t] …" level likewise
 *     max_kernel_depth    at most N kernel frames in a row
 *     hide_kernel         kernel frames left out
 *     hide_libraries      shared libraries' frames left out
 *     hide                frames that a pattern matches left out
 *
 * and shape last: leaving out what stood between may make frames directly recursive or only children, and
 * what is small shows only when all that is equal has been merged:
 *
 *     merge_recursion     a;a;a becomes a
 *     collapse_wrappers   a chain of only children keeps its first and its last frame
 *     min_share           children of less than a share of the total become one "[other]"
 *
 * Frames that are left out hand their value and their children to the nearest ancestor that stays. The root
 * is the service: no step touches it. Names keep their kind. Threads and processes are the frames of these
 * kinds that stand at the top, below nothing but threads and processes. Kernel frames beyond the limit are
 * cut kind by kind ("[k]", and "[c]" of CUDA); an application's frame below them, which honest stacks do not
 * have, stays. (The server's own max_kernel_stack_depth N also takes the last kernel frame of a stack that
 * has 1 to N of them; this does not, so the two are equal for N = 0 only.) merge_recursion is about direct
 * recursion only: a;b;a says that b calls back, and stays. A wrapper is an only child with more than 99 % of
 * the total of the first frame of its chain; chains do not run through the root, threads and processes. No
 * name is made up for a chain: its first frame says how it is entered, its last what it leads to.
 *
 * Value is conserved: out->total[0] + log->removed == in->total[0], and only focus removes. Shares on a page
 * keep the untransformed denominator, log->total. Every step but rename changes nothing when it is applied
 * to its own result.
 *
 * Linear in the nodes besides the freezing after each step that changed something; nothing recurses. `in`,
 * options and patterns are only read: different threads may share them.
 *
 *     struct fp_transform_options options = FP_TRANSFORM_OPTIONS_INIT;
 *     options.fold_threads = true;
 *     struct fp_tree made = { 0 };
 *     rc = fp_transform_apply(&tree, &options, &made, &log, &err);
 *     … log.changed ? &made : &tree …
 *     fp_tree_release(&made);
 */
#ifndef FP_PROFILE_TRANSFORM_H
#define FP_PROFILE_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pattern.h"
#include "profile/tree.h"

/* In the order of application. */
enum fp_transform_step {
    FP_TRANSFORM_STRIP_RUST_HASH,
    FP_TRANSFORM_RENAME,
    FP_TRANSFORM_FOCUS,
    FP_TRANSFORM_FOLD_PROCESSES,
    FP_TRANSFORM_FOLD_THREADS,
    FP_TRANSFORM_MAX_KERNEL_DEPTH,
    FP_TRANSFORM_HIDE_KERNEL,
    FP_TRANSFORM_HIDE_LIBRARIES,
    FP_TRANSFORM_HIDE,
    FP_TRANSFORM_MERGE_RECURSION,
    FP_TRANSFORM_COLLAPSE_WRAPPERS,
    FP_TRANSFORM_MIN_SHARE,
    FP_TRANSFORM_COUNT
};

/* A list of patterns, all borrowed. A frame matches a list when any of its patterns matches. */
struct fp_pattern_list {
    const struct fp_pattern *const *items;
    size_t count;
};

struct fp_transform_options {
    bool strip_rust_hash;
    struct fp_pattern_list rename; /* made with replacements; applied one after the other to each name */
    struct fp_pattern_list focus;
    bool fold_processes, fold_threads;
    int64_t max_kernel_depth; /* -1 = all */
    bool hide_kernel, hide_libraries;
    struct fp_pattern_list hide;
    bool merge_recursion, collapse_wrappers;
    double min_share; /* 0 = off; of the untransformed total, at most 1 */
};

/* Everything off but strip_rust_hash. */
#define FP_TRANSFORM_OPTIONS_INIT                                                                            \
    {                                                                                                        \
        .strip_rust_hash = true, .max_kernel_depth = -1                                                      \
    }

/* The name that min_share gives to what it gathers; of kind unknown. */
#define FP_TRANSFORM_OTHER "[other]"

/* Is there such a frame? Then not all of kind unknown is without a symbol. */
bool fp_transform_has_other(const struct fp_tree *tree);

#define FP_TRANSFORM_DETAIL_MAX 1024

/* What one step did. Nodes and frames are counted in the step's own input. */
struct fp_transform_record {
    enum fp_transform_step step;
    char detail[FP_TRANSFORM_DETAIL_MAX]; /* what was asked for, in English: patterns, limit; valid UTF-8;
                                             what is too long ends in "…" */
    uint32_t nodes_before, nodes_after;
    uint32_t frames;           /* nodes renamed, left out, gathered or removed */
    int64_t value_touched;     /* total of the stacks with such a frame, each counted once */
    int64_t value_moved;       /* self value now counted at another frame (or at "[other]") */
    int64_t value_removed;     /* no longer in the tree: focus only */
    uint32_t patterns_stopped; /* names on which a pattern ran away and was stopped: no match there */
    uint32_t patterns_ignored; /* patterns set aside, see FP_LIMIT_PATTERN_STOPS */
    char stopped[FP_TRANSFORM_DETAIL_MAX]; /* the first pattern that was stopped, or "" */
};

/* One record for each step that was asked for, in the order of application, also if it found nothing. */
struct fp_transform_log {
    struct fp_transform_record items[FP_TRANSFORM_COUNT];
    size_t count;
    int64_t total;   /* of the untransformed tree: the denominator */
    int64_t removed; /* Σ value_removed */
    bool changed;    /* false: no tree came out, the one that went in is as it was asked for */
};

/* "fold_threads" …: the key of the configuration and of summary.json. */
const char *fp_transform_step_name(enum fp_transform_step step);

/* FP_EINVAL for options that make no sense. Without a change no tree is made: ret_out is written only when
 * ret_log->changed. It shares nothing with `in`, and is the caller's. */
int fp_transform_apply(const struct fp_tree *in, const struct fp_transform_options *options,
                       struct fp_tree *ret_out, struct fp_transform_log *ret_log, struct fp_error *err);

#endif
