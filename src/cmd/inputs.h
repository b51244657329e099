/*
 * The files that `render` is given, as one profile.
 *
 * What is measured, when and under which filter is what the files say: pprof profiles do; replies and folded
 * stacks do not, for them it is `event`, or what their form makes likely. Values of different events or units do
 * not add up: a file that says another one than the files before it is refused.
 *
 *     fp_inputs_init(&in, service, event);
 *     for (…)
 *         if (fp_inputs_add(&in, path, &err) < 0) …
 *     fp_inputs_release(&in);
 *
 * Belongs to one thread.
 */
#ifndef FP_CMD_INPUTS_H
#define FP_CMD_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/unit.h"
#include "codec/reply.h"
#include "profile/tree.h"

struct fp_inputs {
    const char *service, *given_event; /* what the command line says; borrowed, NULL = nothing */
    struct fp_builder builder;         /* no nodes while there is no data */
    struct fp_str root;                /* name of the root; empty until one is known */
    struct fp_str files;               /* "a.json, b.json": for the page */
    enum fp_form form;                 /* of the last one with data */
    uint32_t replies;
    uint64_t mended_names, skipped_lines;
    struct fp_balance balance;
    /* what is measured: empty until a file has values or says so */
    struct fp_str event;
    enum fp_unit unit;
    bool stated;                       /* by a file */
    const char *first;                 /* that file; borrowed */
    /* what all files agree on */
    int64_t start, end;                /* both 0: not known, or the windows of the files do not touch */
    struct fp_str zone, filter, completeness;
    int64_t sample;
    int64_t missing;                   /* seconds of their windows, in sum */
};

void fp_inputs_init(struct fp_inputs *in, const char *service, const char *given_event);
void fp_inputs_release(struct fp_inputs *in);

/* Reads one file ("-": standard input) and adds it. `path` must outlive the struct. FP_EDATA for what does not
 * add up with the files before it: both are named. On failure of one the profile lacks it. */
int fp_inputs_add(struct fp_inputs *in, const char *path, struct fp_error *err);

#endif
