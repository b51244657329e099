/*
 * A run.json, read: what was published (publish/manifest.h says how it is written).
 *
 * Strict, for what it says may decide what is kept and what is removed: the id of the run must be that of the other
 * bytes, so any change of the file shows; a path is one below the directory of the file (fp_sitepath_is_below); paths of
 * files rise strictly, so that none is there twice. Keys that are not known are passed over.
 *
 *     struct fp_record record;
 *     if (fp_record_load("/var/lib/flamepress/site/2026/11/20", &record, &err) == FP_OK) …
 *     fp_record_release(&record);
 *
 * Ownership: all texts live and die with the record. Memory goes with the size of the file, which is at most
 * FP_LIMIT_PAGE. Thread-safe: no state.
 */
#ifndef FP_PUBLISH_RECORD_H
#define FP_PUBLISH_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "publish/manifest.h"

struct fp_record {
    bool is_site;       /* of a site, else of a night (or a copy of one in kept/) */
    bool pending;       /* of a site: `before` is there, a run was at work or died */
    const char *version;
    int64_t start, end, generated;     /* of a night, as are */
    const char *timezone, *label;
    struct fp_manifest_job *jobs;      /* heap */
    size_t job_count, job_cap;
    const char **nights;               /* heap; of a site */
    size_t night_count, night_cap;
    const char **kept;                 /* heap; of a site: labels */
    size_t kept_count, kept_cap;
    const char *latest;                /* of a site; NULL = it does not say */
    struct fp_manifest_file *files;    /* heap; sorted by path */
    size_t file_count, file_cap;
    struct fp_manifest_file *before;   /* heap; sorted by path */
    size_t before_count, before_cap;
    struct fp_arena arena;
};

/* FP_ENOTFOUND when `dir` has none. FP_ESYNTAX, FP_EDATA or FP_ELIMIT mean that it is damaged, also one that is a link or
 * a FIFO: it is not followed, nor waited for. */
int fp_record_load(const char *dir, struct fp_record *ret_record, struct fp_error *err);
/* Fine on a zeroed struct. */
void fp_record_release(struct fp_record *record);

/* The file of that path; NULL = it is not among them. For `files` and `before`. */
const struct fp_manifest_file *fp_record_find(const struct fp_manifest_file *files, size_t count, const char *path);

#endif
