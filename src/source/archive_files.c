#include "source/archive_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/str.h"

#define ARCHIVE_FILES_MAX (4 * (size_t)FP_LIMIT_CHUNKS)

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

/* reply.json, reply.v6.5.9.json, each also with .gz. */
static bool is_reply(const char *file)
{
    return strncmp(file, "reply.", 6) == 0 && (ends_with(file, ".json") || ends_with(file, ".json.gz"));
}

size_t fp_archive_name_length(const char *path)
{
    return strcspn(path, "/");
}

bool fp_archive_is_request(const char *path)
{
    return strcmp(path + fp_archive_name_length(path), "/request.json") == 0;
}

static int add_path(struct fp_archive_files *files, const char *path, struct fp_error *err)
{
    int rc = fp_array_reserve(&files->paths, &files->cap, files->count + 1, sizeof *files->paths,
                              ARCHIVE_FILES_MAX, "files in the archive", err);

    if (rc < 0)
        return rc;
    files->paths[files->count] = strdup(path);
    if (!files->paths[files->count])
        return fp_error_nomem(err);
    files->count++;
    return 0;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int finish(struct fp_archive_files *files, int rc, struct fp_error *err)
{
    if (rc == 0 && !files->place)
        rc = fp_error_nomem(err);
    if (rc < 0)
        fp_archive_files_release(files);
    else if (files->count)
        qsort(files->paths, files->count, sizeof *files->paths, compare_paths);
    return rc;
}

/* ---- a directory ---- */

/* Adds the files of DIR/NAME. A NAME that is no directory is none of ours. */
static int scan_one(struct fp_archive_files *files, const char *directory, const char *name,
                    struct fp_error *err)
{
    const struct dirent *entry;
    struct fp_str path;
    struct stat st;
    size_t root, len;
    DIR *dir;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_printf(&path, "%s/", directory);
    root = path.len;
    fp_str_puts(&path, name);
    len = path.len;
    rc = fp_str_status(&path, "a path in the archive", err);
    dir = rc == 0 ? opendir(path.data) : NULL;
    /* A file beside the recordings, or a directory that was removed meanwhile. */
    if (rc == 0 && !dir && errno != ENOTDIR && errno != ENOENT)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot read the directory %s", path.data);
    for (errno = 0; rc == 0 && dir && (entry = readdir(dir)) != NULL; errno = 0) {
        if (!is_reply(entry->d_name) && strcmp(entry->d_name, "request.json") != 0)
            continue;
        fp_str_truncate(&path, len);
        fp_str_printf(&path, "/%s", entry->d_name);
        rc = fp_str_status(&path, "a path in the archive", err);
        /* A pipe or a device would block whoever opens it. */
        if (rc == 0 && stat(path.data, &st) == 0 && S_ISREG(st.st_mode))
            rc = add_path(files, path.data + root, err);
    }
    if (rc == 0 && dir && errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot read the directory %s", path.data);
    if (dir)
        closedir(dir);
    fp_str_release(&path);
    return rc;
}

int fp_archive_files_directory(struct fp_archive_files *files, const char *directory, struct fp_error *err)
{
    const struct dirent *entry;
    DIR *dir = opendir(directory);
    int rc = 0;

    if (!dir)
        return fp_error_errno(err, errno == ENOENT ? FP_ENOTFOUND : FP_EIO, errno,
                              "cannot open the archive %s (source.archive)", directory);
    *files = (struct fp_archive_files){ .place = strdup(directory) };
    for (errno = 0; rc == 0 && (entry = readdir(dir)) != NULL; errno = 0)
        if (entry->d_name[0] != '.')
            rc = scan_one(files, directory, entry->d_name, err);
    if (rc == 0 && errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot read the archive %s", directory);
    closedir(dir);
    return finish(files, rc, err);
}

/* ---- a table ---- */

int fp_archive_files_table(struct fp_archive_files *files, const struct fp_archive_file *table, size_t count,
                           const char *label, struct fp_error *err)
{
    int rc = 0;

    *files = (struct fp_archive_files){ .place = strdup(label), .table = table, .table_count = count };
    for (size_t i = 0; rc == 0 && i < count; i++) {
        size_t n = fp_archive_name_length(table[i].path);
        const char *file = table[i].path + n + (table[i].path[n] == '/');

        if (n && (is_reply(file) || strcmp(file, "request.json") == 0) && !strchr(file, '/'))
            rc = add_path(files, table[i].path, err);
    }
    return finish(files, rc, err);
}

/* ---- both ---- */

int fp_archive_files_open(const struct fp_archive_files *files, const char *path, struct fp_in **ret_in,
                          struct fp_error *err)
{
    struct fp_str full;
    int rc;

    if (files->table) {
        for (size_t i = 0; i < files->table_count; i++)
            if (strcmp(files->table[i].path, path) == 0)
                return fp_in_open_memory(files->table[i].bytes, files->table[i].len, ret_in, err);
        return fp_error_set(err, FP_ENOTFOUND, "%s has no file %s", files->place, path);
    }
    fp_str_init(&full, FP_LIMIT_TEXT);
    fp_str_printf(&full, "%s/%s", files->place, path);
    rc = fp_str_status(&full, "a path in the archive", err);
    if (rc == FP_OK)
        rc = fp_in_open_file(full.data, ret_in, err);
    fp_str_release(&full);
    return rc;
}

void fp_archive_files_release(struct fp_archive_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    free(files->place);
    *files = (struct fp_archive_files){ 0 };
}
