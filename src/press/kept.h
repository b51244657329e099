/*
 * What is published already: summaries of nights, and reports of an earlier run of a night on their way into the
 * new one.
 *
 * A report is taken over by hard links (copies where links cannot be made): published files are never written to
 * again, so sharing them is safe. Where a night's summary.json is damaged, its reports are found by their own.
 *
 * Of a job that was pressed now, fp_kept_stays is the one place that decides which of the two reports is published.
 * Numbers of another question (another service, source, language, filter or window, as after a change of the
 * configuration) are not compared with those of the old one: they replace them, whatever they are worth. But nothing that
 * is empty or failed takes the place of numbers, and a failure is no result that could be forced.
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

/* A model that is the published summary.json in `dir` but for `generated` is given that, too: what is pressed again from the
 * same data is the same bytes. FP_ENOMEM only. */
int fp_kept_time(const char *dir, json_t *model, struct fp_error *err);

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
/* *ret_why: what this run did so that the earlier report stays (press/worth.h); NULL = `pressed`, the entry of the report
 * in the directory `dir`, takes its place, or there is none. `force`: all but a failed report does. FP_ENOMEM only. Reads
 * `kept`, so that threads may share it. */
int fp_kept_stays(const struct fp_kept *kept, const json_t *pressed, const char *dir, bool force, const char **ret_why,
                  struct fp_error *err);
/* Puts the report of an entry into `dir` (the staged night) in place of what is there. */
int fp_kept_take(const struct fp_kept *kept, const json_t *entry, const char *dir, struct fp_error *err);

#endif
