#include "press/rebuild.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "press/attached.h"
#include "press/before.h"
#include "press/draw.h"
#include "press/draw_script.h"
#include "press/kept.h"
#include "publish/belongings.h"
#include "report/model.h"
#include "report/summary.h"

/* The name of a file of a report, "profile.js" of "SERVICE/EVENT/profile.js"; NULL = it is of none. */
static const char *name_in_report(const char *path)
{
    const char *event = strchr(path, '/'), *name = event ? strchr(event + 1, '/') : NULL;

    return name && !strchr(name + 1, '/') ? name + 1 : NULL;
}

bool fp_rebuild_is_profile(const char *path)
{
    static const char *const names[] = { FP_DRAW_SCRIPT_FILE, FP_DRAW_PPROF_FILE, FP_DRAW_FOLDED_FILE };
    const char *name = name_in_report(path);

    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return name && fp_attached_holds_profile(name);
}

bool fp_rebuild_leads_to(const char *report, const struct fp_nights *nights)
{
    for (size_t i = 0; i < nights->count; i++) {
        size_t n = strlen(nights->items[i].path);

        if (strncmp(report, nights->items[i].path, n) == 0 && (report[n] == '/' || !report[n]))
            return true;
    }
    return false;
}

struct rebuilding {
    const struct fp_night_site *site;
    const char *night; /* its path */
    bool without_profiles;
    struct fp_before before;
    struct fp_str published, staged; /* its directories */
};

/* What fp_night_write makes, and the assets of pages that are drawn now, are not taken over. */
static bool is_made_anew(const char *path)
{
    return !strchr(path, '/') || strncmp(path, "assets/", strlen("assets/")) == 0;
}

/* `from` must be what the manifest says. */
static int check(const struct fp_manifest_file *file, const char *from, struct fp_error *err)
{
    char sha256[FP_SHA256_HEX];
    struct stat st;
    int64_t size;
    int rc;

    if (lstat(from, &st) < 0)
        return errno == ENOENT || errno == ENOTDIR ? fp_error_set(err, FP_EDATA, "%s is missing", file->path)
                                                   : fp_error_errno(err, FP_EDATA, errno, "cannot look at %s", file->path);
    if (!S_ISREG(st.st_mode))
        return fp_error_set(err, FP_EDATA, "%s is no plain file", file->path);
    rc = fp_sha256_file(from, sha256, &size, err);
    if (rc == FP_OK && (size != file->size || strcmp(sha256, file->sha256) != 0))
        rc = fp_error_set(err, FP_EDATA, "%s is not as it was published", file->path);
    return rc;
}

/* ---- a report ---- */

static int change(const struct rebuilding *r, json_t *summary, struct fp_error *err)
{
    static const char *const files[] = { "folded", "pprof", "script" }, *const notes[] = { "folded_note", "folded_lost", "pprof_note" };
    json_t *names = json_object_get(summary, "files"), *baseline = json_object_get(summary, "baseline");
    const char *path = fp_model_get_text(baseline, "path");
    bool removed = false;
    int rc = 0;

    for (size_t i = 0; r->without_profiles && i < sizeof files / sizeof *files; i++)
        if (json_is_string(json_object_get(names, files[i]))) {
            rc |= json_object_set_new(names, files[i], json_null());
            removed = true;
        }
    for (size_t i = 0; removed && i < sizeof notes / sizeof *notes; i++)
        rc |= json_object_set_new(summary, notes[i], json_null());
    if (removed)
        rc |= json_object_set_new(summary, "profiles_removed", json_true());
    if (*path && !fp_rebuild_leads_to(path, r->site->left))
        rc |= json_object_set_new(baseline, "path", json_null());
    return rc ? fp_error_nomem(err) : FP_OK;
}

/* `report`: its path below the night. */
static int draw_page(const struct rebuilding *r, json_t *summary, const char *report, const char *dir, struct fp_error *err)
{
    struct fp_attached_in in = { .without_profiles = r->without_profiles };
    struct fp_page_place place = fp_draw_place;
    struct fp_str before, published;
    int rc;

    fp_str_init(&published, FP_LIMIT_TEXT);
    rc = fp_path_make(&published, r->published.data, report, err);
    in.dir = published.data;
    fp_str_init(&before, FP_LIMIT_TEXT);
    fp_before_place(&r->before, r->night, report, &place, &before);
    if (rc == FP_OK)
        rc = fp_str_status(&before, "a path", err);
    if (rc == FP_OK)
        rc = fp_attached_page(dir, &in, r->site->pages, summary, &place, err);
    fp_str_release(&before);
    fp_str_release(&published);
    return rc;
}

/* `to` is the staged summary.json. */
static int rebuild_report(const struct rebuilding *r, const char *from, char *to, struct fp_error *err)
{
    json_t *summary = NULL;
    int rc = fp_kept_load_object(from, &summary, err);

    *strrchr(to, '/') = '\0';
    if (rc == FP_OK)
        rc = change(r, summary, err);
    if (rc == FP_OK)
        rc = fp_draw_model(to, FP_SUMMARY_FILE, summary, err);
    if (rc == FP_OK)
        rc = draw_page(r, summary, to + r->staged.len + 1, to, err);
    json_decref(summary);
    return rc;
}

/* ---- the night ---- */

static int make_parent(char *path, struct fp_error *err)
{
    char *slash = strrchr(path, '/');
    int rc;

    *slash = '\0';
    rc = fp_dir_make(path, err);
    *slash = '/';
    return rc;
}

static int take(const struct rebuilding *r, const struct fp_manifest_file *file, struct fp_error *err)
{
    const char *name = name_in_report(file->path);
    struct fp_str from, to;
    int rc;

    if (is_made_anew(file->path) || (r->without_profiles && fp_rebuild_is_profile(file->path)) ||
        (name && strcmp(name, FP_DRAW_PAGE_FILE) == 0)) /* drawn with its summary.json */
        return FP_OK;
    fp_str_init(&from, FP_LIMIT_TEXT);
    fp_str_init(&to, FP_LIMIT_TEXT);
    rc = fp_path_make(&from, r->published.data, file->path, err);
    if (rc == FP_OK)
        rc = fp_path_make(&to, r->staged.data, file->path, err);
    if (rc == FP_OK)
        rc = check(file, from.data, err);
    if (rc == FP_OK)
        rc = make_parent(to.data, err);
    if (rc == FP_OK)
        rc = name && strcmp(name, FP_SUMMARY_FILE) == 0 ? rebuild_report(r, from.data, to.data, err)
                                                        : fp_file_share(from.data, to.data, err);
    fp_str_release(&from);
    fp_str_release(&to);
    return rc;
}

int fp_night_rebuild(const struct fp_night_site *site, const struct fp_record *record, json_t *night, bool without_profiles,
                     struct fp_error *err)
{
    struct rebuilding r = { .site = site, .night = fp_model_get_text(night, "path"), .without_profiles = without_profiles };
    int rc;

    fp_str_init(&r.published, FP_LIMIT_TEXT);
    fp_str_init(&r.staged, FP_LIMIT_TEXT);
    rc = fp_path_make(&r.published, site->stage->output, r.night, err);
    if (rc == FP_OK)
        rc = fp_path_make(&r.staged, site->stage->path, r.night, err);
    if (rc == FP_OK)
        rc = fp_dir_make(r.staged.data, err);
    if (rc == FP_OK)
        rc = fp_before_among(&r.before, site->stage->output, r.night, site->left, err);
    for (size_t i = 0; i < record->file_count && rc == FP_OK; i++)
        rc = take(&r, &record->files[i], err);
    if (rc == FP_OK)
        rc = fp_night_write(site, night, r.staged.data, err);
    if (rc == FP_OK)
        rc = fp_stage_switch(site->stage, r.night, err);
    else if (r.staged.len) /* its place in the stage may be wanted again */
        fp_dir_remove(r.staged.data, NULL);
    fp_before_release(&r.before);
    fp_str_release(&r.published);
    fp_str_release(&r.staged);
    return rc;
}

bool fp_rebuild_is_damage(int rc)
{
    return rc == FP_EDATA || rc == FP_ESYNTAX || rc == FP_ENOTFOUND || rc == FP_ELIMIT || rc == FP_EINVAL;
}

int fp_night_relink(const struct fp_night_site *site, json_t *night, struct fp_error *err)
{
    struct fp_record record = { .is_site = false };
    struct fp_foreign foreign = { 0 };
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_init(&foreign.first, FP_LIMIT_TEXT);
    rc = fp_path_make(&dir, site->stage->output, fp_model_get_text(night, "path"), err);
    if (rc == FP_OK)
        rc = fp_record_load(dir.data, &record, err);
    if (rc == FP_OK)
        rc = fp_belongings_look(dir.data, &record, &foreign, err);
    if (rc == FP_OK && foreign.count)
        rc = fp_error_set(err, FP_EINVAL, "%s is in no manifest", foreign.first.data);
    if (rc == FP_OK)
        rc = fp_night_rebuild(site, &record, night, false, err);
    fp_foreign_release(&foreign);
    fp_record_release(&record);
    fp_str_release(&dir);
    return rc;
}
