#include "press/part.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "press/baseline.h"
#include "press/kept.h"
#include "report/entry.h"
#include "report/history.h"

#define PART_DIR "part"
#define PART_FILE "part.json"
#define PART_SCHEMA 1

/* ---- names ---- */

static void add_line(struct fp_sha256 *sha, const char *key, const char *value)
{
    fp_sha256_add(sha, key, strlen(key) + 1);
    fp_sha256_add(sha, value, strlen(value) + 1); /* with its NUL: no two lists look alike */
}

static void add_number(struct fp_sha256 *sha, const char *key, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    add_line(sha, key, text);
}

void fp_part_name_run(const struct fp_part_run *run, char name[FP_RUN_NAME])
{
    char config[FP_SHA256_HEX], digest[FP_SHA256_HEX];
    struct fp_sha256 sha;

    fp_sha256_bytes(run->config->text, run->config->text_len, config);
    fp_sha256_init(&sha);
    add_line(&sha, "version", FP_VERSION);
    add_line(&sha, "config", config);
    add_line(&sha, "zone", run->zone);
    add_number(&sha, "shards", run->shards);
    add_number(&sha, "force", run->force);
    for (size_t i = 0; i < run->only.count; i++)
        add_line(&sha, "only", run->only.texts[i]);
    for (size_t i = 0; i < run->window_count; i++) {
        add_number(&sha, "start", run->windows[i].start);
        add_number(&sha, "end", run->windows[i].end);
    }
    fp_sha256_hex(&sha, digest);
    snprintf(name, FP_RUN_NAME, "%s-%.16s", run->window_count ? run->windows[0].path : "none", digest);
    for (char *c = name; *c; c++)
        if (*c == '/')
            *c = '-';
}

int fp_part_dir(const struct fp_part_place *place, const char *output, struct fp_str *path, struct fp_error *err)
{
    fp_str_clear(path);
    fp_str_puts(path, output);
    fp_path_join(path, FP_PARTS_DIR);
    fp_path_join(path, place->run);
    fp_str_printf(path, "/%" PRIu32 "-of-%" PRIu32, place->shard.index, place->shard.count);
    return fp_str_status(path, "a path", err);
}

/* ---- writing ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds what is known of one file of a report. */
static int add_file(json_t *files, const char *dir, const char *name, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    char sha256[FP_SHA256_HEX];
    struct fp_str path;
    int64_t size;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, name, err);
    if (rc == FP_OK)
        rc = fp_sha256_file(path.data, sha256, &size, err);
    if (rc == FP_OK) {
        json_t *file = fp_model_row(&model, files);

        fp_model_put_text(&model, file, "name", name);
        fp_model_put_int(&model, file, "size", size);
        fp_model_put_text(&model, file, "sha256", sha256);
        rc = model.failed ? fp_error_nomem(err) : FP_OK;
    }
    fp_str_release(&path);
    return rc;
}

/* The files of a report in the order of their names. */
static int add_files(json_t *files, const char *dir, struct fp_error *err)
{
    struct dirent **entries = NULL;
    const char **names = NULL;
    int found = scandir(dir, &entries, NULL, NULL), rc = FP_OK;
    size_t count = 0;

    if (found < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot list %s", dir);
    names = calloc((size_t)found + 1, sizeof *names);
    if (!names)
        rc = fp_error_nomem(err);
    for (int i = 0; i < found && names; i++)
        if (entries[i]->d_name[0] != '.')
            names[count++] = entries[i]->d_name;
    if (count)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count && rc == FP_OK; i++)
        rc = add_file(files, dir, names[i], err);
    for (int i = 0; i < found; i++)
        free(entries[i]);
    free(entries);
    free(names);
    return rc;
}

static int add_report(struct fp_model *model, json_t *reports, const struct fp_pressed_report *report, const char *night,
                      struct fp_error *err)
{
    json_t *row = fp_model_row(model, reports);
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_model_put_int(model, row, "place", report->place);
    fp_model_put(model, row, "entry", json_incref(report->entry));
    rc = fp_path_make(&dir, night, fp_model_get_text(report->entry, "path"), err);
    if (rc == FP_OK)
        rc = add_files(fp_model_array(model, row, "files"), dir.data, err);
    fp_str_release(&dir);
    return rc;
}

static int add_night(struct fp_model *model, json_t *nights, const struct fp_pressed *night, const char *stage,
                     struct fp_error *err)
{
    json_t *row = fp_model_row(model, nights), *reports;
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    rc = fp_path_make(&dir, stage, night->window->path, err);
    fp_model_put_text(model, row, "path", night->window->path);
    fp_model_put(model, row, "compared", json_boolean(night->compared));
    fp_model_put_int(model, row, "asked", night->asked);
    fp_model_put(model, row, "unsettled", json_incref(night->unsettled));
    fp_model_put(model, row, "not_pressed", json_incref(night->not_pressed));
    reports = fp_model_array(model, row, "reports");
    for (size_t i = 0; i < night->count && rc == FP_OK; i++)
        rc = add_report(model, reports, &night->reports[i], dir.data, err);
    fp_str_release(&dir);
    return rc;
}

/* All digits of every number: what is read again must be what was pressed (a page's model is rounded). */
static int write_said(const json_t *said, const char *dir, struct fp_error *err)
{
    char *text = json_dumps(said, JSON_INDENT(1));
    struct fp_str path;
    int rc = text ? FP_OK : fp_error_nomem(err);

    fp_str_init(&path, FP_LIMIT_TEXT);
    if (rc == FP_OK)
        rc = fp_path_make(&path, dir, PART_FILE, err);
    if (rc == FP_OK)
        rc = fp_file_write(path.data, text, strlen(text), err);
    fp_str_release(&path);
    free(text);
    return rc;
}

/* References were only there to be compared with. */
static int drop_references(const struct fp_stage *stage, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, stage->path, FP_BASELINE_STAGE, err);
    if (rc == FP_OK)
        rc = fp_dir_remove(path.data, err);
    fp_str_release(&path);
    return rc;
}

int fp_part_write(const struct fp_part_place *place, struct fp_stage *stage, const struct fp_pressed *nights, size_t count,
                  const char *source, double seconds, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *root = json_object(), *said = NULL, *rows;
    int rc = drop_references(stage, err);

    fp_model_put_int(&model, root, "schema", PART_SCHEMA);
    fp_model_put_text(&model, root, "run", place->run);
    fp_model_put_int(&model, root, "shard", place->shard.index);
    fp_model_put_int(&model, root, "shards", place->shard.count);
    fp_model_put_text(&model, root, "source", source);
    fp_model_put(&model, root, "seconds", json_real(seconds));
    rows = fp_model_array(&model, root, "nights");
    for (size_t i = 0; i < count && rc == FP_OK; i++)
        rc = add_night(&model, rows, &nights[i], stage->path, err);
    if (rc == FP_OK)
        rc = fp_model_finish(&model, root, &said, err);
    else
        json_decref(root);
    if (rc == FP_OK)
        rc = write_said(said, stage->path, err);
    if (rc == FP_OK)
        rc = fp_stage_become(stage, PART_DIR, err);
    json_decref(said);
    return rc;
}

/* ---- reading ---- */

int fp_part_look(const char *output, const struct fp_part_place *place, bool *ret_there, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_part_dir(place, output, &path, err);
    if (rc == FP_OK)
        rc = fp_file_look(path.data, PART_DIR "/" PART_FILE, ret_there, err);
    fp_str_release(&path);
    return rc;
}

int fp_part_open(struct fp_part *part, const char *output, const struct fp_part_place *place, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    part->said = NULL;
    fp_str_init(&part->dir, FP_LIMIT_TEXT);
    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_part_dir(place, output, &part->dir, err);
    fp_path_join(&part->dir, PART_DIR);
    if (rc == FP_OK)
        rc = fp_str_status(&part->dir, "a path", err);
    if (rc == FP_OK)
        rc = fp_path_make(&path, part->dir.data, PART_FILE, err);
    if (rc == FP_OK)
        rc = fp_kept_load_object(path.data, &part->said, err);
    if (rc == FP_OK &&
        (fp_model_get_int(part->said, "schema") != PART_SCHEMA ||
         strcmp(fp_model_get_text(part->said, "run"), place->run) != 0 ||
         fp_model_get_int(part->said, "shard") != place->shard.index ||
         fp_model_get_int(part->said, "shards") != place->shard.count))
        rc = fp_error_set(err, FP_EDATA, "%s is not about the part it is in: remove that and press it again", path.data);
    fp_str_release(&path);
    return rc;
}

void fp_part_close(struct fp_part *part)
{
    fp_str_release(&part->dir);
    json_decref(part->said);
    part->said = NULL;
}

size_t fp_part_count(const struct fp_part *part, const char *outcome)
{
    const json_t *night, *report;
    size_t n, i, count = 0;

    json_array_foreach(json_object_get(part->said, "nights"), n, night)
        json_array_foreach(json_object_get(night, "reports"), i, report)
            count += fp_entry_has_outcome(json_object_get(report, "entry"), outcome);
    return count;
}

/* ---- taking ---- */

/* Is the file what was pressed? `ret_path`: initialised; where it is. */
static int check_file(const json_t *file, const char *dir, struct fp_str *ret_path, struct fp_error *err)
{
    const char *name = fp_model_get_text(file, "name");
    char sha256[FP_SHA256_HEX];
    int64_t size;
    int rc;

    if (!name[0] || name[0] == '.' || strchr(name, '/'))
        return fp_error_set(err, FP_EDATA, "\"%s\" is no name of a file", name);
    rc = fp_path_make(ret_path, dir, name, err);
    if (rc == FP_OK)
        rc = fp_sha256_file(ret_path->data, sha256, &size, err);
    if (rc == FP_OK &&
        (size != fp_model_get_int(file, "size") || strcmp(sha256, fp_model_get_text(file, "sha256")) != 0))
        rc = fp_error_set(err, FP_EDATA, "%s is not what was pressed", ret_path->data);
    return rc;
}

static int take_file(const json_t *file, const char *from_dir, const char *to_dir, struct fp_error *err)
{
    struct fp_str from, to;
    int rc;

    fp_str_init(&from, FP_LIMIT_TEXT);
    fp_str_init(&to, FP_LIMIT_TEXT);
    rc = check_file(file, from_dir, &from, err);
    if (rc == FP_OK)
        rc = fp_path_make(&to, to_dir, fp_model_get_text(file, "name"), err);
    if (rc == FP_OK)
        rc = fp_file_share(from.data, to.data, err);
    fp_str_release(&from);
    fp_str_release(&to);
    return rc;
}

/* Where a report of the part is: `ret_dir` is initialised. */
static int report_dir(const struct fp_part *part, const char *night, const json_t *report, struct fp_str *ret_dir,
                      struct fp_error *err)
{
    const char *path = fp_model_get_text(json_object_get(report, "entry"), "path");

    if (!fp_history_is_report_path(path))
        return fp_error_set(err, FP_EDATA, "\"%s\" is no path of a report", path);
    fp_str_puts(ret_dir, part->dir.data);
    fp_path_join(ret_dir, night);
    fp_path_join(ret_dir, path);
    return fp_str_status(ret_dir, "a path", err);
}

static int check_report(const struct fp_part *part, const char *night, const json_t *report, struct fp_error *err)
{
    const json_t *files = json_object_get(report, "files");
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    rc = report_dir(part, night, report, &dir, err);
    for (size_t i = 0; i < json_array_size(files) && rc == FP_OK; i++) {
        struct fp_str path;

        fp_str_init(&path, FP_LIMIT_TEXT);
        rc = check_file(json_array_get(files, i), dir.data, &path, err);
        fp_str_release(&path);
    }
    fp_str_release(&dir);
    return rc;
}

int fp_part_check(const struct fp_part *part, const struct fp_window *windows, size_t count, struct fp_error *err)
{
    const json_t *nights = json_object_get(part->said, "nights");
    int rc = json_array_size(nights) == count ? FP_OK : fp_error_set(err, FP_EDATA, "it has other nights");

    for (size_t n = 0; n < count && rc == FP_OK; n++) {
        const json_t *night = json_array_get(nights, n), *reports = json_object_get(night, "reports");

        if (strcmp(fp_model_get_text(night, "path"), windows[n].path) != 0)
            rc = fp_error_set(err, FP_EDATA, "it has no night %s", windows[n].path);
        for (size_t i = 0; i < json_array_size(reports) && rc == FP_OK; i++)
            rc = check_report(part, windows[n].path, json_array_get(reports, i), err);
    }
    return rc;
}

static int take_report(const struct fp_part *part, const json_t *report, struct fp_pressed *night, const char *to_night,
                       struct fp_error *err)
{
    json_t *entry = json_object_get(report, "entry");
    const char *path = fp_model_get_text(entry, "path");
    const json_t *files = json_object_get(report, "files");
    struct fp_str from, to;
    int rc;

    if (fp_entry_has_outcome(entry, "failed") && fp_pressed_find(night, path))
        return FP_OK;
    fp_str_init(&from, FP_LIMIT_TEXT);
    fp_str_init(&to, FP_LIMIT_TEXT);
    rc = report_dir(part, night->window->path, report, &from, err);
    if (rc == FP_OK)
        rc = fp_path_make(&to, to_night, path, err);
    if (rc == FP_OK)
        rc = fp_dir_make(to.data, err);
    for (size_t i = 0; i < json_array_size(files) && rc == FP_OK; i++)
        rc = take_file(json_array_get(files, i), from.data, to.data, err);
    if (rc == FP_OK)
        rc = fp_pressed_add(night, entry, (uint32_t)fp_model_get_int(report, "place"), NULL, err);
    fp_str_release(&from);
    fp_str_release(&to);
    return rc;
}

/* What finding out came to is the same for all parts, but for what could not be had: the first says it. */
static int take_found(const json_t *row, struct fp_pressed *night, bool first, struct fp_error *err)
{
    json_t *unsettled = json_object_get(row, "unsettled"), *not_pressed = json_object_get(row, "not_pressed");

    if (json_is_array(unsettled) && json_array_extend(night->unsettled, unsettled) < 0)
        return fp_error_nomem(err);
    if (!first)
        return FP_OK;
    night->asked = fp_model_get_int(row, "asked");
    night->compared = json_is_true(json_object_get(row, "compared"));
    return json_is_array(not_pressed) && json_array_extend(night->not_pressed, not_pressed) < 0 ? fp_error_nomem(err) : FP_OK;
}

int fp_part_take(const struct fp_part *part, struct fp_pressed *night, const char *dir, struct fp_error *err)
{
    bool first = fp_model_get_int(part->said, "shard") == 0;
    const json_t *row = NULL, *at;
    size_t i;
    int rc;

    json_array_foreach(json_object_get(part->said, "nights"), i, at)
        if (strcmp(fp_model_get_text(at, "path"), night->window->path) == 0)
            row = at;
    rc = row ? take_found(row, night, first, err) : fp_error_set(err, FP_EDATA, "it has no night %s", night->window->path);
    for (i = 0; i < json_array_size(json_object_get(row, "reports")) && rc == FP_OK; i++)
        rc = take_report(part, json_array_get(json_object_get(row, "reports"), i), night, dir, err);
    if (rc == FP_EDATA || rc == FP_ENOTFOUND)
        fp_error_prepend(err, "the part in %s is damaged; remove it and press it again", part->dir.data);
    return rc;
}
