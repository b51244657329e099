#include "publish/site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/fs.h"
#include "base/limits.h"
#include "publish/labels.h"

struct fp_site_file {
    struct fp_manifest_file is, was; /* paths in the arena; was.size -1: it was not there */
};

static bool is_same(const struct fp_site_file *file)
{
    return file->is.size == file->was.size && strcmp(file->is.sha256, file->was.sha256) == 0;
}

/* Size and hash of dir/path as it is; size -1 where there is no plain file. */
static int look(const char *dir, struct fp_manifest_file *file, struct fp_error *err)
{
    struct fp_str path;
    struct stat st;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, file->path, err);
    file->size = -1;
    if (rc == FP_OK && lstat(path.data, &st) < 0)
        rc = errno == ENOENT || errno == ENOTDIR ? FP_OK : fp_error_errno(err, FP_EIO, errno, "cannot look at %s", path.data);
    else if (rc == FP_OK && S_ISREG(st.st_mode))
        rc = fp_sha256_file(path.data, file->sha256, &file->size, err);
    fp_str_release(&path);
    return rc;
}

int fp_site_init(struct fp_site *site, struct fp_stage *stage, struct fp_error *err)
{
    int rc;

    *site = (struct fp_site){ .stage = stage };
    fp_arena_init(&site->arena);
    rc = fp_record_load(stage->output, &site->earlier, NULL);
    site->has_earlier = rc == FP_OK;
    return rc == FP_ENOMEM ? fp_error_nomem(err) : FP_OK;
}

void fp_site_release(struct fp_site *site)
{
    free(site->items);
    fp_record_release(&site->earlier);
    fp_arena_release(&site->arena);
    *site = (struct fp_site){ .stage = NULL };
}

bool fp_site_names(const struct fp_site *site, const char *path)
{
    const struct fp_record *earlier = &site->earlier;

    return fp_record_find(earlier->files, earlier->file_count, path) ||
           fp_record_find(earlier->before, earlier->before_count, path);
}

/* With the same bytes nothing would be lost. */
static int guard(const struct fp_site *site, const struct fp_site_file *file, struct fp_error *err)
{
    struct fp_str path;
    struct stat st;
    int rc;

    if (!site->has_earlier || is_same(file) || fp_site_names(site, file->is.path))
        return FP_OK;
    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, site->stage->output, file->is.path, err);
    if (rc == FP_OK && lstat(path.data, &st) == 0)
        rc = fp_error_set(err, FP_EINVAL, "%s is in the way, and in no manifest: move it away", path.data);
    fp_str_release(&path);
    return rc;
}

static int add(struct fp_site *site, const struct fp_site_file *file, struct fp_error *err)
{
    int rc = fp_array_reserve(&site->items, &site->cap, site->count + 1, sizeof *site->items, FP_LIMIT_FILES,
                              "files in one site", err);

    if (rc == FP_OK)
        site->items[site->count++] = *file;
    return rc;
}

int fp_site_add(struct fp_site *site, const char *path, struct fp_error *err)
{
    struct fp_site_file file = { .is = { .size = -1 } };
    int rc;

    file.is.path = file.was.path = fp_arena_strdup(&site->arena, path);
    if (!file.is.path)
        return fp_error_nomem(err);
    rc = look(site->stage->path, &file.is, err);
    if (rc == FP_OK)
        rc = look(site->stage->output, &file.was, err);
    if (rc == FP_OK && file.is.size < 0)
        return fp_error_set(err, FP_ENOTFOUND, "%s was not built in %s", path, site->stage->path);
    if (rc == FP_OK)
        rc = guard(site, &file, err);
    return rc < 0 ? rc : add(site, &file, err);
}

/* ---- files of earlier runs ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct fp_site_file *)a)->is.path, ((const struct fp_site_file *)b)->is.path);
}

/* Adds those behind the ones of this run. A manifest that is damaged is made anew, and they are no longer known. */
static int add_earlier(struct fp_site *site, struct fp_labels *ret_labels, struct fp_error *err)
{
    size_t ours = site->count;
    struct fp_site_file *sorted = calloc(ours + 1, sizeof *sorted);
    const struct fp_record *record = &site->earlier;
    int rc = sorted ? FP_OK : fp_error_nomem(err);

    if (rc == FP_OK)
        rc = fp_labels_find(ret_labels, site->stage->output, record, err);
    for (size_t i = 0; sorted && i < ours; i++)
        sorted[i] = site->items[i];
    if (sorted && ours)
        qsort(sorted, ours, sizeof *sorted, by_path);
    for (size_t i = 0; i < record->file_count && rc == FP_OK; i++) {
        const struct fp_manifest_file *known = &record->files[i];
        struct fp_site_file file = { .is = *known };

        if (ours && bsearch(&file, sorted, ours, sizeof *sorted, by_path))
            continue;
        file.is.path = fp_arena_strdup(&site->arena, known->path);
        if (!file.is.path) {
            rc = fp_error_nomem(err);
            break;
        }
        file.was = file.is;
        rc = look(site->stage->output, &file.was, err);
        if (rc < 0 || file.was.size < 0)
            continue;
        /* a run that died before it switched this one left what was there before */
        if (fp_record_find(record->before, record->before_count, known->path))
            file.is = file.was;
        file.was = file.is; /* nothing to switch */
        rc = add(site, &file, err);
    }
    free(sorted);
    return rc;
}

/* ---- the manifest ---- */

/* What is put in place as DIR/run.json, unless that is there. */
static int put_manifest(struct fp_stage *stage, const struct fp_manifest_site *manifest, struct fp_error *err)
{
    struct fp_str text, path, there;
    int rc;

    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_str_init(&there, FP_LIMIT_PAGE);
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_manifest_format_site(manifest, &text);
    rc = fp_str_status(&text, FP_MANIFEST_FILE, err);
    if (rc == FP_OK)
        rc = fp_path_make(&path, stage->output, FP_MANIFEST_FILE, err);
    if (rc == FP_OK && fp_file_read(path.data, &there, NULL) == FP_OK && there.len == text.len &&
        memcmp(there.data, text.data, text.len) == 0)
        goto done;
    if (rc == FP_OK)
        rc = fp_path_make(&path, stage->path, FP_MANIFEST_FILE, err);
    if (rc == FP_OK)
        rc = fp_file_write(path.data, text.data, text.len, err);
    if (rc == FP_OK)
        rc = fp_stage_file(stage, FP_MANIFEST_FILE, err);
done:
    fp_str_release(&text);
    fp_str_release(&there);
    fp_str_release(&path);
    return rc;
}

/* Where nothing but the directory of runs is left, this file tells a site that is gone from one that never was. */
static int put_mark(const struct fp_stage *stage, struct fp_error *err)
{
    struct fp_str path;
    struct stat st;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, stage->output, FP_SITE_MARK, err);
    if (rc == FP_OK && (lstat(path.data, &st) < 0 || !S_ISREG(st.st_mode)))
        rc = fp_file_write(path.data, "", 0, err);
    fp_str_release(&path);
    return rc;
}

/* Was anything published here, as far as can be seen without the manifest? */
static int look_for_earlier(const char *output, bool *ret_found, struct fp_error *err)
{
    struct fp_nights nights = { NULL, 0, 0 };
    struct fp_str path;
    struct stat st;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, output, FP_SITE_MARK, err);
    if (rc == FP_OK)
        rc = fp_nights_list(output, &nights, err);
    if (rc == FP_OK)
        *ret_found = nights.count || lstat(path.data, &st) == 0;
    fp_nights_release(&nights);
    fp_str_release(&path);
    return rc;
}

int fp_site_begin(struct fp_stage *stage, struct fp_error *err)
{
    static const struct fp_manifest_file none[1];
    const struct fp_manifest_site manifest = { .version = FP_VERSION, .files = none, .before = none };
    struct fp_str path;
    struct stat st;
    bool earlier = true;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, stage->output, FP_MANIFEST_FILE, err);
    if (rc == FP_OK && lstat(path.data, &st) < 0 && errno == ENOENT)
        rc = look_for_earlier(stage->output, &earlier, err);
    if (rc == FP_OK && !earlier) /* one that names nothing would make what was published somebody else's */
        rc = put_manifest(stage, &manifest, err);
    if (rc == FP_OK) /* after it: killed in between, nothing is said to be gone */
        rc = put_mark(stage, err);
    fp_str_release(&path);
    return rc;
}

/* The manifest that is there, but for what `manifest` sets: the nights, or the labels. */
static int put_again(struct fp_stage *stage, const struct fp_record *record, struct fp_manifest_site *manifest,
                     struct fp_error *err)
{
    manifest->version = record->version;
    manifest->latest = record->latest;
    manifest->files = record->files;
    manifest->file_count = record->file_count;
    return put_manifest(stage, manifest, err);
}

int fp_site_each_gone(const char *output, void (*found)(void *ctx, const char *night), void *ctx, struct fp_error *err)
{
    struct fp_record record = { .is_site = false };
    int rc = fp_record_load(output, &record, NULL) == FP_ENOMEM ? fp_error_nomem(err) : FP_OK;
    struct fp_str path;
    struct stat st;

    for (size_t i = 0; i < record.night_count && rc == FP_OK; i++) {
        fp_str_init(&path, FP_LIMIT_TEXT);
        if (fp_path_make(&path, output, record.nights[i], NULL) == FP_OK && lstat(path.data, &st) < 0 &&
            (errno == ENOENT || errno == ENOTDIR))
            found(ctx, record.nights[i]);
        fp_str_release(&path);
    }
    fp_record_release(&record);
    return rc;
}

int fp_site_announce(struct fp_stage *stage, const struct fp_nights *left, struct fp_error *err)
{
    static const struct fp_manifest_file none[1];
    struct fp_record record = { .is_site = true };
    const char **paths = calloc(left->count + 1, sizeof *paths);
    int rc = paths ? fp_record_load(stage->output, &record, NULL) : FP_ENOMEM;

    for (size_t i = 0; paths && i < left->count; i++)
        paths[i] = left->items[i].path;
    if (rc == FP_ENOMEM)
        fp_error_nomem(err);
    else if (rc < 0) /* there is no list of nights to be right or wrong */
        rc = FP_OK;
    else
        rc = put_again(stage, &record,
                       &(struct fp_manifest_site){ .nights = paths,
                                                   .night_count = left->count,
                                                   .kept = record.kept,
                                                   .kept_count = record.kept_count,
                                                   .before = record.before ? record.before : none,
                                                   .before_count = record.before_count },
                       err);
    fp_record_release(&record);
    free(paths);
    return rc;
}

/* ---- labels ---- */

int fp_site_list_kept(struct fp_stage *stage, const char *label, bool is_kept, struct fp_error *err)
{
    static const struct fp_manifest_file none[1];
    struct fp_record record = { .is_site = true };
    struct fp_labels labels = { .items = NULL };
    int rc = fp_record_load(stage->output, &record, NULL);

    if (rc < 0) /* the next run makes it, and finds what is kept */
        return rc == FP_ENOMEM ? fp_error_nomem(err) : FP_OK;
    rc = fp_labels_find(&labels, stage->output, &record, err);
    for (size_t i = 0; i < labels.count && !is_kept; i++)
        if (strcmp(labels.items[i], label) == 0) {
            memmove(&labels.items[i], &labels.items[i + 1], (labels.count - i - 1) * sizeof *labels.items);
            labels.count--;
        }
    if (rc == FP_OK && record.is_site)
        rc = put_again(stage, &record,
                       &(struct fp_manifest_site){ .nights = record.nights,
                                                   .night_count = record.night_count,
                                                   .kept = labels.items,
                                                   .kept_count = labels.count,
                                                   .before = record.before || !record.pending ? record.before : none,
                                                   .before_count = record.before_count },
                       err);
    fp_labels_release(&labels);
    fp_record_release(&record);
    return rc;
}

/* ---- all of them ---- */

struct switching {
    struct fp_site *site;
    const char **nights;                   /* paths */
    struct fp_manifest_file *files, *before;
    size_t before_count;
};

static int init_switching(struct switching *s, const struct fp_nights *nights, struct fp_error *err)
{
    size_t count = s->site->count;
    struct fp_site_file *sorted = calloc(count + 1, sizeof *sorted);

    s->nights = calloc(nights->count + 1, sizeof *s->nights);
    s->files = calloc(count + 1, sizeof *s->files);
    s->before = calloc(count + 1, sizeof *s->before);
    if (!sorted || !s->nights || !s->files || !s->before) {
        free(sorted);
        return fp_error_nomem(err);
    }
    for (size_t i = 0; i < nights->count; i++)
        s->nights[i] = nights->items[i].path;
    for (size_t i = 0; i < count; i++)
        sorted[i] = s->site->items[i];
    if (count)
        qsort(sorted, count, sizeof *sorted, by_path);
    for (size_t i = 0; i < count; i++) {
        s->files[i] = sorted[i].is;
        if (!is_same(&sorted[i]))
            s->before[s->before_count++] = sorted[i].was;
    }
    free(sorted);
    return FP_OK;
}

static int switch_files(const struct switching *s, const struct fp_nights *nights, const struct fp_labels *labels,
                        const char *latest, struct fp_error *err)
{
    struct fp_manifest_site manifest = { .version = FP_VERSION,
                                         .nights = s->nights,
                                         .night_count = nights->count,
                                         .latest = latest,
                                         .kept = labels->items,
                                         .kept_count = labels->count,
                                         .files = s->files,
                                         .file_count = s->site->count,
                                         .before = s->before,
                                         .before_count = s->before_count };
    struct fp_stage *stage = s->site->stage;
    int rc = s->before_count ? put_manifest(stage, &manifest, err) : FP_OK;

    for (size_t i = 0; i < s->site->count && rc == FP_OK; i++)
        if (!is_same(&s->site->items[i]))
            rc = fp_stage_file(stage, s->site->items[i].is.path, err);
    if (rc == FP_OK && latest)
        rc = fp_stage_latest(stage, latest, err);
    manifest.before = NULL;
    return rc == FP_OK ? put_manifest(stage, &manifest, err) : rc;
}

int fp_site_publish(struct fp_site *site, const struct fp_nights *nights, const char *latest, struct fp_error *err)
{
    struct switching s = { .site = site };
    struct fp_labels labels = { .items = NULL };
    int rc = add_earlier(site, &labels, err);

    if (rc == FP_OK)
        rc = init_switching(&s, nights, err);
    if (rc == FP_OK)
        rc = switch_files(&s, nights, &labels, latest, err);
    fp_labels_release(&labels);
    free(s.nights);
    free(s.files);
    free(s.before);
    return rc;
}
