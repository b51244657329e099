/*
 * Between transform.c, which rebuilds trees, and the steps, which say what becomes of each node.
 *
 * A step never builds: it fills a plan over its input tree (an action a node, a new text a name) and
 * transform.c carries it out and measures it. So no step can lose value, and each is a loop over columns.
 */
#ifndef FP_PROFILE_TRANSFORM_PLAN_H
#define FP_PROFILE_TRANSFORM_PLAN_H

#include "profile/transform.h"

struct fp_str;

enum fp_node_action {
    FP_NODE_KEEP,
    FP_NODE_JOIN,  /* left out: value and children go to the nearest ancestor that stays */
    FP_NODE_OTHER, /* becomes the "[other]" child of its parent; its descendants are to JOIN */
    FP_NODE_PATH,  /* kept without its self value, which is removed */
    FP_NODE_DROP   /* removed; all its descendants must be DROP too */
};

struct fp_transform_plan {
    uint8_t *action; /* of each node; all FP_NODE_KEEP at first; that of the root stays KEEP or PATH */
    uint32_t
        *new_name; /* NULL = no name changes; else of each name: an id in `names`, or FP_NO_NODE = as it is */
    struct fp_names names; /* the new texts, with the kinds of the old */
    uint32_t patterns_stopped, patterns_ignored;
    const struct fp_pattern *stopped; /* the first of them; NULL = none was */
};

struct fp_transform_input {
    const struct fp_tree *tree; /* what the steps before have left */
    const struct fp_transform_options *options;
    int64_t total; /* untransformed */
};

/* One row a step, at its number. */
struct fp_transform_rule {
    const char *name;
    bool (*wanted)(const struct fp_transform_options *options);
    int (*plan)(const struct fp_transform_input *input, struct fp_transform_plan *plan, struct fp_error *err);
    void (*describe)(const struct fp_transform_options *options,
                     struct fp_str *out); /* NULL = nothing to say */
};

extern const struct fp_transform_rule fp_transform_rules[FP_TRANSFORM_COUNT];

/* Steps that look at names: transform_names.c. */
int fp_transform_plan_strip_rust_hash(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                                      struct fp_error *err);
int fp_transform_plan_rename(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                             struct fp_error *err);
int fp_transform_plan_focus(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                            struct fp_error *err);
int fp_transform_plan_hide(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                           struct fp_error *err);

#endif
