/*
 * A zip archive of files that are there, through libzip.
 *
 * Entries stand in the order given, with one date for all (`date`, in UTC; the format begins in 1980 and counts in
 * steps of two seconds), so the same files give the same bytes. What is compressed already is stored.
 *
 *     static const char *const names[] = { "summary.md", "report.html" };
 *     rc = fp_zip_write("out/ticket.zip", "out", names, 2, generated, FP_ZIP_SMALL, &err);
 *
 * Neither atomic nor durable beyond what libzip does: it is meant for a staging directory.
 */
#ifndef FP_PUBLISH_ZIP_H
#define FP_PUBLISH_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* How well it is compressed: a fifth larger, and in a third of the time, or not. */
enum fp_zip_effort { FP_ZIP_FAST = 1, FP_ZIP_SMALL = 9 };

/* Replaces `path`. Files are dir/names[i], and are called names[i] within. */
int fp_zip_write(const char *path, const char *dir, const char *const *names, size_t count, int64_t date,
                 enum fp_zip_effort effort, struct fp_error *err);

#endif
