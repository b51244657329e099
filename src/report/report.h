/*
 * What is known of one report, before it becomes JSON and pages.
 *
 * press/ fills the facts; report/summary turns them into the JSON model that is
 * published as summary.json; report/view adds the readable texts; report/page
 * renders templates with it. Everything here is borrowed for the time of the call.
 */
#ifndef FP_REPORT_REPORT_H
#define FP_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "flame/picture.h"
#include "plan/event.h"
#include "plan/window.h"
#include "profile/changes.h"
#include "profile/symbols.h"
#include "profile/transform.h"
#include "profile/tree.h"

/* Four outcomes, four words, everywhere the same. */
enum fp_outcome { FP_OUTCOME_OK, FP_OUTCOME_EMPTY, FP_OUTCOME_PARTIAL, FP_OUTCOME_FAILED };
enum fp_completeness { FP_COMPLETE_PROVED, FP_COMPLETE_UNPROVED, FP_COMPLETE_PARTIAL };

/* What the completeness of a report pressed from files rests on, the weakest of several last. */
enum fp_evidence {
    FP_EVIDENCE_NONE,   /* no files: what the server was asked and said */
    FP_EVIDENCE_FOLDED, /* folded stacks, which do not say … */
    FP_EVIDENCE_PPROF,  /* … and pprof profiles of others, which do not either */
    FP_EVIDENCE_REPLY,  /* a saved reply, which does not say with which row limit it was made */
    FP_EVIDENCE_PROFILE /* a profile of ours, which says how complete it is */
};

const char *fp_outcome_name(enum fp_outcome outcome);
const char *fp_completeness_name(enum fp_completeness completeness);
/* -1 for a word that is none. */
int fp_completeness_of(const char *name);
/* NULL for none. */
const char *fp_evidence_name(enum fp_evidence evidence);

/* A part of the window that could not be had. */
struct fp_failed_part {
    int64_t start, end;
    const char *why; /* one line, says what to do */
};

/* What the pictures do not show, in boxes and value. */
struct fp_picture_facts {
    uint32_t boxes;            /* drawn */
    uint32_t narrow_nodes;     /* hidden by the minimum width … */
    int64_t narrow_value;      /* … and the self values hidden with them */
    uint32_t deep_nodes;       /* below the last row that is drawn */
    int64_t deep_value;
    uint32_t rows;             /* drawn */
    uint32_t width, height;    /* CSS pixels */
    double min_width;          /* px */
};

#define FP_COMPARISON_LACKS_ARGS 3

/* What the profile is compared with, and what came of it. Values and shares are of the profiles as they came. */
struct fp_comparison_facts {
    const char *missing;            /* why there is no baseline: one line; NULL = there is one */
    const char *lacks;              /* that as a key of the words (base/lang.h), with its arguments; NULL as above */
    const char *lacks_args[FP_COMPARISON_LACKS_ARGS];
    /* the baseline */
    const char *label;              /* "Thu 19 Nov 2026", a name, files */
    const struct fp_window *window; /* NULL = not known */
    const struct fp_zone *zone;     /* NULL = UTC */
    int64_t total;
    double covered;                 /* share of its window; 1 = all */
    const char *completeness;       /* as its file says; NULL = it does not */
    const char *filter;             /* it was asked for under this one, which is not the report's; NULL = the same */
    const char *path;               /* of its report below the site; NULL = it has none */
    const char *source;             /* "site", "server", "file" */
    uint32_t requests;              /* sent for it, among the report's */
    /* what came of it; all NULL when there was nothing to compare it with */
    const struct fp_tree *before, *after; /* as they were compared */
    const struct fp_tree *switchable; /* the older one before the transforms that the page has switches for */
    const struct fp_pair *pair;
    const struct fp_changes *changes;
    const struct fp_changes_rule *rule;
    const struct fp_compare_config *limits; /* of a regression */
    struct fp_picture_anchor *anchors; /* of the changes that are worth a link, by node of the pair; later those
                                        * that the picture shows */
    size_t anchor_count;
    /* files beside the page; NULL = not written */
    const char *svg, *png;
    bool old_shape;
    uint32_t width, height;
};

struct fp_report_facts {
    /* what was asked */
    const char *service;       /* app_service; for files: a name */
    const char *id;            /* of the entry, that --only knows it by; NULL = none did ask (files) */
    const char *title;
    const char *event_type;
    const struct fp_event *event;
    const char *language;
    const char *filter;        /* "" = none */
    const struct fp_window *window; /* NULL when not known (files) */
    const struct fp_zone *zone;     /* NULL = UTC */
    const char *source;        /* fp_source_describe, or the names of the files */
    /* what came */
    enum fp_outcome outcome;
    enum fp_completeness completeness;
    double unproved;           /* share of the window's time in replies that may have been cut; 0 of a report that is
                                * FP_COMPLETE_UNPROVED: not known in which part, so all of it */
    enum fp_evidence evidence;    /* of files only */
    const struct fp_names *merged; /* the services in it where there may be several; NULL = `service` alone */
    const struct fp_tree *tree;   /* as it is shown: after the transforms; NULL when failed; a root alone when empty */
    const struct fp_tree *recorded; /* as it came: what all shares are of; NULL = the same as `tree` */
    const struct fp_tree *switchable; /* before the transforms that the page has switches for; NULL = `tree` */
    unsigned switches;                /* which of them are on: enum fp_script_switch */
    const struct fp_transform_log *transforms; /* from the one to the other; NULL = none was asked for */
    const struct fp_symbols *symbols;          /* of `recorded`; NULL = not looked for */
    const char *form;          /* "columns with types", "node list", "folded" …; "" = nothing came */
    uint32_t requests;         /* sent, retries included */
    uint32_t replies;          /* decoded */
    uint32_t counted;          /* replies whose rows the server counted, and … */
    int64_t most_rows;         /* … the most of them in one */
    const struct fp_failed_part *failed;
    size_t failed_count;
    const char *failure;       /* outcome failed: one line, says what to do; else NULL */
    int64_t row_limit;         /* of the server, in rows; 0 = not applicable */
    int64_t sample;            /* what a row is worth at least; 0 = as known of the event */
    /* what was found wrong in it */
    uint64_t mended_names;     /* names with invalid UTF-8 that was replaced, or cut for their length */
    uint64_t skipped_lines;    /* of folded stacks: taken for comments */
    uint64_t unbalanced_nodes; /* total ≠ self + Σ children, and … */
    int64_t unbalanced_value;  /* … Σ |total − (self + Σ children)| */
    /* what was drawn: valid when has_pictures */
    bool has_pictures;
    struct fp_picture_facts picture;
    /* files beside the page, names relative to it; NULL = not written */
    const char *svg, *png, *png2x, *folded, *pprof, *json, *script;
    const char *png_note;      /* why there is no PNG for dense screens; NULL */
    const char *folded_note;   /* what the folded file lacks, or why there is none; NULL */
    int64_t folded_root;       /* what the folded file has without frames, as `folded_note` says; 0 */
    uint64_t folded_frames;    /* frames that are changed in it */
    const char *pprof_note;    /* why there is no pprof file; NULL */
    /* of the host (`Total`): names of all services that the source has profiles of in the window, sorted by strcmp;
     * NULL = not known, or not the host */
    const struct fp_strings *services;
    struct fp_comparison_facts *comparison; /* NULL = none was asked for */
    /* when and by whom */
    int64_t generated;         /* unix seconds, from the injected clock */
};

/* The profile as it came; NULL when there is none. */
static inline const struct fp_tree *fp_report_recorded(const struct fp_report_facts *facts)
{
    return facts->recorded ? facts->recorded : facts->tree;
}

/* What every share of the report is of. */
static inline int64_t fp_report_total(const struct fp_report_facts *facts)
{
    return facts->tree ? fp_report_recorded(facts)->total[0] : 0;
}

#endif
