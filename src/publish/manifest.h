/*
 * run.json: what a run did for one night, each file with its size and SHA-256.
 *
 * Written last into the staged night, so a night with a run.json is a whole night. Deterministic: files
 * sorted by path (bytewise), jobs in the order given, and the run id is a UUIDv5 (libuuid, namespace OID) of
 * the rest of the manifest, that is of the file without its "run" line: same content, same id.
 *
 *   {"schema": 1, "version": "…", "run": "uuid", "window": {start,end,timezone,label},
 *    "generated": unix seconds, "jobs": [{"service","event","path","outcome"[,"failure"]}],
 *    "files": [{"path","size","sha256"}]}
 *
 *     struct fp_manifest manifest = { .version = "0.1.0", … };
 *     if (fp_manifest_write("DIR/.flamepress/stage-x/2026/11/20", &manifest, &err) < 0) …
 *
 * Everything in `struct fp_manifest` is borrowed. Thread-safe: no state.
 */
#ifndef FP_PUBLISH_MANIFEST_H
#define FP_PUBLISH_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fp_manifest_job {
    const char *service, *event, *path; /* path of the report below the night */
    const char *outcome;                /* "ok" … */
    const char *failure;                /* NULL = none */
};

/* Texts are not NULL (but for `failure`); bytes in them that are not UTF-8 become U+FFFD. */
struct fp_manifest {
    const char *version;
    int64_t start, end, generated;
    const char *timezone, *label;
    const struct fp_manifest_job *jobs;
    size_t job_count;
};

/*
 * Walks `night_dir`, hashes every regular file below it (its own run.json left out) and writes
 * night_dir/run.json. FP_EINVAL for anything in it that is neither a directory nor a regular file (links,
 * FIFOs) or whose name is not UTF-8; FP_ENOTFOUND when there is no such directory. On failure run.json is as
 * it was.
 */
int fp_manifest_write(const char *night_dir, const struct fp_manifest *manifest, struct fp_error *err);

#endif
