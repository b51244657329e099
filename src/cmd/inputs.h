/*
 * The files that `render` is given, as one profile.
 *
 * What is measured, when and under which filter is what the files say: pprof profiles do; replies and folded
 * stacks do not, for them it is `event`, or what their form makes likely. Values of different events or units do
 * not add up: a file that measures, or seems to, another one than the files before it is refused, and so is one that
 * says something else than `event`.
 *
 * Services do add up: the root, and the report, are then called after the first of them. How complete the whole is is
 * what its least complete file is: profiles of ours say it, the others cannot.
 *
 *     fp_inputs_init(&in, service, event);
 *     for (…)
 *         if (fp_inputs_add(&in, path, &err) < 0) …
 *     if (fp_inputs_finish(&in, &err) < 0) …
 *     fp_inputs_release(&in);
 *
 * Belongs to one thread; must not be moved between init and finish.
 */
#ifndef FP_CMD_INPUTS_H
#define FP_CMD_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/str.h"
#include "base/unit.h"
#include "codec/reply.h"
#include "profile/tree.h"
#include "report/report.h"

struct fp_inputs {
    const char *service, *given_event; /* what the command line says; borrowed, NULL = nothing */
    struct fp_builder builder;         /* no nodes while there is no data */
    struct fp_names services;          /* of those with data, each once; a file that names none: its own name */
    enum fp_frame_kind root_kind;
    struct fp_str files;               /* "a.json, b.json and 3 more": for the page */
    struct fp_listing listing;         /* into `files` */
    unsigned forms;                    /* 1 << enum fp_form of those with data */
    uint32_t replies;
    enum fp_completeness completeness; /* of the least complete, … */
    enum fp_evidence evidence;         /* … and what says so; none while there is no data */
    uint64_t mended_names, skipped_lines;
    struct fp_balance balance;
    /* what is measured: empty until a file has values or says so */
    struct fp_str event;
    enum fp_unit unit;
    bool stated;                       /* by that file */
    const char *first;                 /* its path; borrowed */
    /* what all files agree on */
    int64_t start, end;                /* both 0: not known, or the windows of the files do not touch */
    struct fp_str zone, filter;
    int64_t sample;
    int64_t missing;                   /* seconds of their windows, in sum */
    /* of fp_inputs_finish */
    struct fp_str root;                /* name of the root; empty where there is no data */
    struct fp_str form;                /* of all of them; "" = no data */
};

void fp_inputs_init(struct fp_inputs *in, const char *service, const char *given_event);
void fp_inputs_release(struct fp_inputs *in);

/* Reads one file ("-": standard input) and adds it. `path` must outlive the struct. FP_EDATA for what does not
 * add up with the files before it: both are named. On failure of one the profile lacks it. */
int fp_inputs_add(struct fp_inputs *in, const char *path, struct fp_error *err);

/* When all files were added: the names of the whole. */
int fp_inputs_finish(struct fp_inputs *in, struct fp_error *err);

#endif
