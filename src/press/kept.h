/*
 * Reports of an earlier run of a night, on their way into the new one.
 *
 * Reads the published night's summary.json. A report is taken over by hard links (copies where
 * links cannot be made): published files are never written to again, so sharing them is safe.
 */
#ifndef FP_PRESS_KEPT_H
#define FP_PRESS_KEPT_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"

struct fp_kept {
    struct fp_str night; /* directory of the published night */
    json_t *entries;     /* of its reports that did not fail; empty when there is no such night */
};

int fp_kept_open(struct fp_kept *kept, const char *output, const char *night_path, struct fp_error *err);
void fp_kept_close(struct fp_kept *kept);

bool fp_kept_has(const struct fp_kept *kept, const char *report_path);
/* This run has a report of its own. */
void fp_kept_forget(struct fp_kept *kept, const char *report_path);
/* Puts the report into `dir` (the staged night) in place of what is there. The caller owns *ret_entry. */
int fp_kept_take(struct fp_kept *kept, const char *report_path, const char *dir, json_t **ret_entry,
                 struct fp_error *err);
/* Takes all that was neither taken nor forgotten; appends the entries. */
int fp_kept_take_rest(struct fp_kept *kept, const char *dir, json_t *entries, struct fp_error *err);

#endif
