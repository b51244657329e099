/*
 * What is shown of a profile: the transforms that are asked for, applied to it, and what is known of it before.
 *
 * The profile as it came stays as it is: shares are of it, profile.pb.gz and profile.folded.gz hold it, and missing
 * symbols are looked for in it. Pictures, tables and the functions of summary.json are of what is shown. When no
 * transform changes anything the two are one tree, and nothing is copied.
 *
 * The page's own graph has switches for some transforms (report/profile_script.h): it gets the profile before these,
 * with nothing gathered, and which of them are on.
 *
 *     rc = fp_shape_make(&shape, &tree, &service->transforms, &err);
 *     if (rc == FP_OK) {
 *         fp_shape_show(&shape, &tree, &facts);
 *         … fp_draw_report …
 *     }
 *     fp_shape_release(&shape);    // also after a failure; the facts end with it
 *
 * Thread-safe: patterns are compiled for each call.
 */
#ifndef FP_PRESS_SHAPE_H
#define FP_PRESS_SHAPE_H

#include "base/error.h"
#include "base/log.h"
#include "config/config.h"
#include "profile/symbols.h"
#include "profile/transform.h"
#include "profile/tree.h"
#include "report/report.h"

struct fp_shape {
    struct fp_tree made;       /* count 0: nothing was changed */
    struct fp_tree switchable; /* before the page's own transforms; count 0: `made`, or the one that came */
    unsigned switches;         /* which of these were asked for: enum fp_script_switch */
    bool from_recorded;        /* switchable is the one that came */
    struct fp_transform_log log;
    struct fp_symbols symbols;
};

/* FP_EINVAL for a pattern that does not compile: a checked configuration has none. `tree` must outlive the shape. */
int fp_shape_make(struct fp_shape *ret_shape, const struct fp_tree *tree, const struct fp_transform_config *config,
                  struct fp_error *err);
void fp_shape_release(struct fp_shape *shape);

/* Sets what the facts say of the profile. */
void fp_shape_show(const struct fp_shape *shape, const struct fp_tree *tree, struct fp_report_facts *facts);

/* A warning for each transform with a pattern that ran away; `about` names the report. */
void fp_shape_warn(const struct fp_shape *shape, const char *about, struct fp_log *log);

#endif
