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
 * The site has one of its own, for all that is in no night (index.html, services/…, assets/…), made by publish/site.h:
 *
 *   {"schema": 1, "version": "…", "run": "uuid", "nights": ["2026/11/20" …][, "kept": ["release-4.2" …]],
 *    "files": [{"path","size","sha256"}][, "before": [{"path"[,"size","sha256"]}]]}
 *
 * `kept`: the labels whose copies are in kept/ (publish/keep.h), so that one that is lost is missed.
 * With `before` it is being switched: each of these files may still be what it was, which is not there where there is no
 * size. publish/record.h reads both.
 *
 * Everything in these structs is borrowed. Thread-safe: no state.
 */
#ifndef FP_PUBLISH_MANIFEST_H
#define FP_PUBLISH_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/sha256.h"
#include "base/str.h"

#define FP_MANIFEST_FILE "run.json"

struct fp_manifest_file {
    const char *path; /* below the directory of the manifest */
    int64_t size;     /* in `before`: -1 = there was no such file */
    char sha256[FP_SHA256_HEX];
};

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

struct fp_manifest_site {
    const char *version;
    const char *const *nights;
    size_t night_count;
    const struct fp_manifest_file *files, *before; /* sorted by path; before NULL = nothing is being switched */
    size_t file_count, before_count;
    const char *latest; /* the night that the link of that name leads to; NULL = not said */
    const char *const *kept; /* labels */
    size_t kept_count;
};

/* The text of the site's. Appends to `text`, whose sticky failure is the only error. */
void fp_manifest_format_site(const struct fp_manifest_site *site, struct fp_str *text);

/* FP_EDATA when the text does not carry the id that its bytes give. */
int fp_manifest_check_id(const char *text, size_t n, struct fp_error *err);

#endif
