/*
 * Saved requests and replies instead of a server: `"source": {"archive": "DIR"}`.
 *
 * An archive is a directory (or a table of files built into the program) of
 *
 *     NAME/request.json            the body that was sent: app_service, profile_language_type,
 * profile_event_type, tag_filter, time_start, time_end (inclusive), max_kernel_stack_depth, debug
 *     NAME/reply.json[.gz]         the body that came; several servers may have answered:
 *     NAME/reply.VERSION.json[.gz] the last of them in byte order is used
 *
 * NAME means nothing; other files and deeper directories are ignored. Opening reads every request, so a
 * damaged one is found at once; replies are opened when they are fetched.
 *
 * A request finds its recording when all fields are equal. Outer parentheses of the filter do not count, an
 * absent filter is "", an absent depth is -1. Of several that differ only in what does not count, the one
 * that was sent as this program sends (in parentheses, without `debug`) is preferred; two that do not differ
 * even there are an error when the archive is opened. A request without a recording fails with FP_ENOTFOUND.
 *
 * The stream is the file's bytes as they are: it may be gzip'd, whatever its name says, and the codec
 * unwraps it (by its magic bytes). fp_source_config.max_response does not apply: the codec caps what it
 * decompresses.
 *
 * Thread-safe as every source: the index is only read once it is open.
 */
#ifndef FP_SOURCE_ARCHIVE_H
#define FP_SOURCE_ARCHIVE_H

#include <stddef.h>

#include "base/error.h"

struct fp_source;

int fp_archive_open(struct fp_source **ret_source, const char *directory, struct fp_error *err);

/* A file built into the program; `path` is "NAME/request.json" or "NAME/reply….json[.gz]". */
struct fp_archive_file {
    const char *path;
    const void *bytes;
    size_t len;
};

/* An archive in memory. `files` (in any order) must outlive the source; `label` is its description and what
 * messages call it, e.g. "the bundled recordings". */
int fp_source_open_memory(struct fp_source **ret_source, const struct fp_archive_file *files, size_t count,
                          const char *label, struct fp_error *err);

struct fp_slice;

/* `filter` without white space and matching parentheses around it; quotes ('…', "…", `…`) count:
 * "((a OR b))" is "a OR b", "(a) OR (b)" stays. Borrows. */
struct fp_slice fp_archive_bare_filter(const char *filter);

#endif
