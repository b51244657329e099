/*
 * What is published already: summaries of nights, and reports of an earlier run of a night on their way into the
 * new one.
 *
 * A report is taken over by hard links (copies where links cannot be made): published files are never written to
 * again, so sharing them is safe. Where a night's summary.json is damaged, its reports are found by their own.
 */
#ifndef FP_PRESS_KEPT_H
#define FP_PRESS_KEPT_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"

/* The summary.json of the night at DIR/`night_path`. FP_ENOTFOUND when there is none; any other failure but FP_ENOMEM
 * means that it is damaged: not to be read, not JSON, or not what fp_night_make makes. */
int fp_kept_load(const char *output, const char *night_path, json_t **ret_night, struct fp_error *err);

/* The summary.json of the report in this directory; errors as above. */
int fp_kept_load_report(const char *dir, json_t **ret_summary, struct fp_error *err);

struct fp_kept {
    struct fp_str night;     /* directory of the published night */
    json_t *entries;         /* of its reports, in their order; empty when there is no such night */
    json_t *not_pressed;     /* rows of its summary; empty when there is none */
    struct fp_error damaged; /* code FP_OK: it is not. Else why, and the entries are in the order of their paths */
};

int fp_kept_open(struct fp_kept *kept, const char *output, const char *night_path, struct fp_error *err);
void fp_kept_close(struct fp_kept *kept);

/* The entry of a report by its path below the night, borrowed; NULL when there was none. */
json_t *fp_kept_find(const struct fp_kept *kept, const char *report_path);
/* Is it an answer to the same question as the one of that path in `dir` (the staged night): of the same service, source,
 * language, filter and window? No, where either cannot be read. FP_ENOMEM only. */
int fp_kept_is_alike(const struct fp_kept *kept, const json_t *entry, const char *dir, bool *ret_alike,
                     struct fp_error *err);
/* Puts the report of an entry into `dir` (the staged night) in place of what is there. */
int fp_kept_take(const struct fp_kept *kept, const json_t *entry, const char *dir, struct fp_error *err);

#endif
