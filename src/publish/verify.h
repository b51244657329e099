/*
 * Is what was published still what its manifests say?
 *
 * A site: DIR/run.json and the files it names, each night and each copy in kept/ by a run.json of its own, and where
 * `latest` leads. Or one night, or one copy, by itself. Named are
 *
 *   missing   in a manifest, and not there
 *   changed   there with other bytes, or no plain file
 *   foreign   there, and in no manifest
 *             (what a night that was removed left behind, too)
 *   damaged   a manifest that is missing or cannot be trusted, or is that of another night, a directory or file that cannot be read. Of what it should
 *             name only what no run makes is found then: links and the like, a file where none ever stands (foreign)
 *
 * While a run is at work, or where one died, the files outside nights may be what they were or what they are to be
 * (publish/site.h); nothing of that is an error. .flamepress, where runs work, is looked at for one thing: whether anything
 * was published (FP_SITE_MARK) where nothing else is left.
 *
 * The tree is walked, and what the walk finds is looked for in the manifests: no path of a manifest is ever opened, and no
 * symbolic link followed (but `dir` itself may be one). Bytes are hashed as they are read; memory is that of one manifest
 * beside the site's, and a directory's names. Nothing is written.
 */
#ifndef FP_PUBLISH_VERIFY_H
#define FP_PUBLISH_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum fp_finding { FP_FINDING_MISSING, FP_FINDING_CHANGED, FP_FINDING_FOREIGN, FP_FINDING_DAMAGED };

struct fp_verify {
    const char *dir;
    /* `path` is below dir, any bytes; `why` may be empty. Both end with the call. */
    void (*found)(void *ctx, enum fp_finding what, const char *path, const char *why);
    void *ctx;
};

struct fp_verify_result {
    size_t findings;
    size_t nights; /* copies in kept/ too */
    size_t files;  /* that were read */
    bool pending;  /* a run was at work, or died, while it put the files outside nights in place */
};

/* "missing" … */
const char *fp_finding_name(enum fp_finding finding);

/* FP_ENOTFOUND when `dir` is no directory, or holds neither a site nor a night; others when it could not be walked. What is
 * wrong with the site is no failure. */
int fp_verify(const struct fp_verify *verify, struct fp_verify_result *ret_result, struct fp_error *err);

#endif
