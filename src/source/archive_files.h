/*
 * The files of an archive, wherever they are: a directory, or a table in the program. Internal to source/.
 *
 * `paths` are "NAME/FILE" with FILE = request.json or reply[.VERSION].json[.gz], in byte order, so the
 * files of one NAME stand together. Nothing else is listed, nothing deeper is looked at.
 *
 *     fp_archive_files_directory(&files, "recordings", &err);
 *     for (i = 0; i < files.count; i++) rc = fp_archive_files_open(&files, files.paths[i], &in, &err);
 *     fp_archive_files_release(&files);
 *
 * Read-only after it is filled: fp_archive_files_open may be called by many threads.
 */
#ifndef FP_SOURCE_ARCHIVE_FILES_H
#define FP_SOURCE_ARCHIVE_FILES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/in.h"
#include "source/archive.h"

struct fp_archive_files {
    char *place;                         /* the directory, or the label */
    const struct fp_archive_file *table; /* NULL: a directory */
    size_t table_count;
    char **paths;
    size_t count, cap;
};

/* Both leave something to release only on success. */
int fp_archive_files_directory(struct fp_archive_files *files, const char *directory, struct fp_error *err);
int fp_archive_files_table(struct fp_archive_files *files, const struct fp_archive_file *table, size_t count,
                           const char *label, struct fp_error *err);
void fp_archive_files_release(struct fp_archive_files *files);

int fp_archive_files_open(const struct fp_archive_files *files, const char *path, struct fp_in **ret_in,
                          struct fp_error *err);

/* The part of a listed path behind its slash is the request. */
bool fp_archive_is_request(const char *path);
/* Bytes of NAME. */
size_t fp_archive_name_length(const char *path);

#endif
