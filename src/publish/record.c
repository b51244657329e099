#include "publish/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/fs.h"
#include "base/in.h"
#include "base/limits.h"
#include "codec/json_reader.h"
#include "plan/baseline.h"
#include "publish/nights.h"
#include "publish/sitepath.h"

/* ---- values ---- */

/* A text without a NUL in it, in the arena. */
static int read_text(struct fp_json *json, struct fp_record *record, const char **ret_text, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_string(json, &text, err);

    if (rc < 0)
        return rc;
    if (memchr(text.data, '\0', text.len))
        return fp_json_fail(json, err, FP_EDATA, "a text has a NUL in it");
    *ret_text = fp_arena_strndup(&record->arena, text.data, text.len);
    return *ret_text ? FP_OK : fp_error_nomem(err);
}

static int read_path(struct fp_json *json, struct fp_record *record, const char **ret_path, struct fp_error *err)
{
    int rc = read_text(json, record, ret_path, err);

    if (rc == FP_OK && !fp_sitepath_is_below(*ret_path))
        return fp_json_fail(json, err, FP_EDATA, "\"%.200s\" is no path below it", *ret_path);
    return rc;
}

static int read_sha256(struct fp_json *json, char sha256[FP_SHA256_HEX], struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_string(json, &text, err);

    if (rc < 0)
        return rc;
    if (text.len != FP_SHA256_HEX - 1)
        return fp_json_fail(json, err, FP_EDATA, "a SHA-256 has 64 digits");
    memcpy(sha256, text.data, text.len);
    sha256[text.len] = '\0';
    if (strspn(sha256, "0123456789abcdef") != text.len)
        return fp_json_fail(json, err, FP_EDATA, "a SHA-256 is written in 0-9 and a-f");
    return FP_OK;
}

/* ---- files ---- */

static int read_file(struct fp_json *json, struct fp_record *record, struct fp_manifest_file *ret_file,
                     struct fp_error *err)
{
    struct fp_manifest_file file = { NULL, -1, "" };
    struct fp_slice key;
    int rc = fp_json_enter(json, '{', err);

    while (rc >= 0 && (rc = fp_json_key(json, &key, err)) > 0) {
        if (fp_slice_is(key, "path"))
            rc = read_path(json, record, &file.path, err);
        else if (fp_slice_is(key, "size"))
            rc = fp_json_i64(json, &file.size, err);
        else if (fp_slice_is(key, "sha256"))
            rc = read_sha256(json, file.sha256, err);
        else
            rc = fp_json_skip(json, err);
    }
    if (rc < 0)
        return rc;
    if (!file.path || file.size < -1 || (file.size >= 0) != (file.sha256[0] != '\0'))
        return fp_json_fail(json, err, FP_EDATA, "a file needs `path`, `size` and `sha256`");
    *ret_file = file;
    return FP_OK;
}

/* `absent`: may say of a file that it was not there? */
static int read_files(struct fp_json *json, struct fp_record *record, struct fp_manifest_file **files, size_t *count,
                      size_t *cap, bool absent, struct fp_error *err)
{
    int rc = fp_json_enter(json, '[', err);

    if (rc == FP_OK && *count)
        return fp_json_fail(json, err, FP_EDATA, "a list of files is there twice");
    while (rc >= 0 && (rc = fp_json_item(json, err)) > 0) {
        struct fp_manifest_file *file;

        rc = fp_array_reserve(files, cap, *count + 1, sizeof **files, FP_LIMIT_FILES, "files in one manifest", err);
        if (rc < 0)
            break;
        file = &(*files)[*count];
        rc = read_file(json, record, file, err);
        if (rc == FP_OK && file->size < 0 && !absent)
            rc = fp_json_fail(json, err, FP_EDATA, "a file needs `path`, `size` and `sha256`");
        if (rc == FP_OK && *count && strcmp(file[-1].path, file->path) >= 0)
            rc = fp_json_fail(json, err, FP_EDATA, "\"%.200s\" is out of order", file->path);
        *count += rc == FP_OK;
    }
    return rc;
}

/* ---- jobs, nights, window ---- */

static int read_job(struct fp_json *json, struct fp_record *record, struct fp_manifest_job *job, struct fp_error *err)
{
    struct fp_slice key;
    int rc = fp_json_enter(json, '{', err);

    *job = (struct fp_manifest_job){ NULL, NULL, NULL, NULL, NULL };
    while (rc >= 0 && (rc = fp_json_key(json, &key, err)) > 0) {
        if (fp_slice_is(key, "service"))
            rc = read_text(json, record, &job->service, err);
        else if (fp_slice_is(key, "event"))
            rc = read_text(json, record, &job->event, err);
        else if (fp_slice_is(key, "path"))
            rc = read_path(json, record, &job->path, err);
        else if (fp_slice_is(key, "outcome"))
            rc = read_text(json, record, &job->outcome, err);
        else if (fp_slice_is(key, "failure"))
            rc = read_text(json, record, &job->failure, err);
        else
            rc = fp_json_skip(json, err);
    }
    if (rc == FP_OK && (!job->service || !job->event || !job->path || !job->outcome))
        rc = fp_json_fail(json, err, FP_EDATA, "a job needs `service`, `event`, `path` and `outcome`");
    return rc;
}

static int read_jobs(struct fp_json *json, struct fp_record *record, struct fp_error *err)
{
    int rc = fp_json_enter(json, '[', err);

    while (rc >= 0 && (rc = fp_json_item(json, err)) > 0) {
        rc = fp_array_reserve(&record->jobs, &record->job_cap, record->job_count + 1, sizeof *record->jobs, FP_LIMIT_FILES,
                              "jobs in one manifest", err);
        if (rc == FP_OK)
            rc = read_job(json, record, &record->jobs[record->job_count], err);
        record->job_count += rc == FP_OK;
    }
    return rc;
}

static int read_night(struct fp_json *json, struct fp_record *record, const char **ret_night, struct fp_error *err)
{
    int rc = read_text(json, record, ret_night, err);

    if (rc == FP_OK && !fp_night_is_path(*ret_night))
        return fp_json_fail(json, err, FP_EDATA, "\"%.60s\" is not the path of a night", *ret_night);
    return rc;
}

static int read_nights(struct fp_json *json, struct fp_record *record, struct fp_error *err)
{
    int rc = fp_json_enter(json, '[', err);

    record->is_site = true;
    while (rc >= 0 && (rc = fp_json_item(json, err)) > 0) {
        const char *night = NULL;

        rc = fp_array_reserve(&record->nights, &record->night_cap, record->night_count + 1, sizeof *record->nights,
                              FP_LIMIT_NIGHTS, "nights in one site", err);
        if (rc == FP_OK)
            rc = read_night(json, record, &night, err);
        if (rc == FP_OK)
            record->nights[record->night_count++] = night;
    }
    return rc;
}

static int read_kept(struct fp_json *json, struct fp_record *record, struct fp_error *err)
{
    int rc = fp_json_enter(json, '[', err);

    while (rc >= 0 && (rc = fp_json_item(json, err)) > 0) {
        const char *label = NULL;

        rc = fp_array_reserve(&record->kept, &record->kept_cap, record->kept_count + 1, sizeof *record->kept,
                              FP_LIMIT_NIGHTS, "kept nights in one site", err);
        if (rc == FP_OK)
            rc = read_text(json, record, &label, err);
        if (rc == FP_OK && !fp_baseline_is_label(label))
            rc = fp_json_fail(json, err, FP_EDATA, "\"%.60s\" is no label of a kept night", label);
        if (rc == FP_OK)
            record->kept[record->kept_count++] = label;
    }
    return rc;
}

static int read_window(struct fp_json *json, struct fp_record *record, struct fp_error *err)
{
    struct fp_slice key;
    int rc = fp_json_enter(json, '{', err);

    while (rc >= 0 && (rc = fp_json_key(json, &key, err)) > 0) {
        if (fp_slice_is(key, "start"))
            rc = fp_json_i64(json, &record->start, err);
        else if (fp_slice_is(key, "end"))
            rc = fp_json_i64(json, &record->end, err);
        else if (fp_slice_is(key, "timezone"))
            rc = read_text(json, record, &record->timezone, err);
        else if (fp_slice_is(key, "label"))
            rc = read_text(json, record, &record->label, err);
        else
            rc = fp_json_skip(json, err);
    }
    return rc;
}

/* ---- the whole ---- */

static int read_schema(struct fp_json *json, int64_t *ret_schema, struct fp_error *err)
{
    int rc = fp_json_i64(json, ret_schema, err);

    if (rc == FP_OK && *ret_schema != 1)
        return fp_json_fail(json, err, FP_EDATA, "its schema is %lld, and 1 is known here: was it made by a later version?",
                            (long long)*ret_schema);
    return rc;
}

static int read_member(struct fp_json *json, struct fp_record *record, struct fp_slice key, int64_t *schema,
                       struct fp_error *err)
{
    if (fp_slice_is(key, "schema"))
        return read_schema(json, schema, err);
    if (fp_slice_is(key, "version"))
        return read_text(json, record, &record->version, err);
    if (fp_slice_is(key, "window"))
        return read_window(json, record, err);
    if (fp_slice_is(key, "generated"))
        return fp_json_i64(json, &record->generated, err);
    if (fp_slice_is(key, "jobs"))
        return read_jobs(json, record, err);
    if (fp_slice_is(key, "nights"))
        return read_nights(json, record, err);
    if (fp_slice_is(key, "kept"))
        return read_kept(json, record, err);
    if (fp_slice_is(key, "latest"))
        return read_night(json, record, &record->latest, err);
    if (fp_slice_is(key, "files"))
        return read_files(json, record, &record->files, &record->file_count, &record->file_cap, false, err);
    if (fp_slice_is(key, "before")) {
        record->pending = true;
        return read_files(json, record, &record->before, &record->before_count, &record->before_cap, true, err);
    }
    return fp_json_skip(json, err);
}

static int read_record(struct fp_json *json, struct fp_record *record, struct fp_error *err)
{
    struct fp_slice key;
    int64_t schema = 0;
    int rc = fp_json_enter(json, '{', err);

    while (rc >= 0 && (rc = fp_json_key(json, &key, err)) > 0)
        rc = read_member(json, record, key, &schema, err);
    if (rc == FP_OK)
        rc = fp_json_finish(json, err);
    if (rc < 0)
        return rc;
    if (json->mended)
        return fp_error_set(err, FP_EDATA, "it is not UTF-8");
    if (!schema || !record->version || (!record->is_site && (!record->timezone || !record->label)))
        return fp_error_set(err, FP_EDATA, "`schema`, `version`, and either `nights` or `window` are needed");
    return FP_OK;
}

static int parse(const struct fp_str *text, struct fp_record *record, struct fp_error *err)
{
    struct fp_json json;
    struct fp_in *in;
    int rc = fp_manifest_check_id(text->data, text->len, err);

    if (rc < 0)
        return rc;
    rc = fp_in_open_memory(text->data, text->len, &in, err);
    if (rc < 0)
        return rc;
    rc = fp_json_init(&json, in, err);
    if (rc == FP_OK) {
        rc = read_record(&json, record, err);
        fp_json_release(&json);
    }
    fp_in_close(in);
    return rc;
}

int fp_record_load(const char *dir, struct fp_record *ret_record, struct fp_error *err)
{
    struct fp_record record = { .is_site = false };
    struct fp_error failure = FP_ERROR_INIT;
    struct fp_str path, text;
    struct stat st;
    int rc;

    fp_arena_init(&record.arena);
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_init(&text, FP_LIMIT_PAGE);
    rc = fp_path_make(&path, dir, FP_MANIFEST_FILE, &failure);
    if (rc == FP_OK && lstat(path.data, &st) < 0)
        rc = fp_error_errno(&failure, errno == ENOENT ? FP_ENOTFOUND : FP_EIO, errno, "cannot read it");
    else if (rc == FP_OK && !S_ISREG(st.st_mode))
        rc = fp_error_set(&failure, FP_EDATA, "it is not a plain file");
    if (rc == FP_OK)
        rc = fp_file_read(path.data, &text, &failure);
    if (rc == FP_OK)
        rc = parse(&text, &record, &failure);
    if (rc < 0) {
        if (err && err->code == FP_OK)
            *err = failure;
        fp_error_prepend(err, FP_MANIFEST_FILE);
        fp_record_release(&record);
    } else {
        *ret_record = record;
    }
    fp_str_release(&path);
    fp_str_release(&text);
    return rc;
}

void fp_record_release(struct fp_record *record)
{
    free(record->jobs);
    free(record->nights);
    free(record->kept);
    free(record->files);
    free(record->before);
    fp_arena_release(&record->arena);
    *record = (struct fp_record){ .is_site = false };
}

static int by_path(const void *path, const void *file)
{
    return strcmp(path, ((const struct fp_manifest_file *)file)->path);
}

const struct fp_manifest_file *fp_record_find(const struct fp_manifest_file *files, size_t count, const char *path)
{
    return count ? bsearch(path, files, count, sizeof *files, by_path) : NULL;
}
