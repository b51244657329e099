#include "publish/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "plan/baseline.h"
#include "plan/compare.h"
#include "publish/belongings.h"
#include "publish/lock.h"
#include "publish/nights.h"
#include "publish/record.h"
#include "publish/site.h"
#include "publish/stage.h"

#define PROFILE_FILE "profile.pb.gz"
#define SUMMARY_FILE "summary.json"

/* Paths; each is valid while no failure shows in it. */
struct paths {
    struct fp_str night, staged, kept, target;
};

static void put_path(struct fp_str *to, const char *top, const char *a, const char *b)
{
    fp_str_init(to, FP_LIMIT_TEXT);
    fp_str_puts(to, top);
    fp_path_join(to, a);
    if (b)
        fp_path_join(to, b);
}

static int paths_init(struct paths *p, const struct fp_keep *keep, const char *stage, struct fp_error *err)
{
    put_path(&p->night, keep->site, keep->night, NULL);
    put_path(&p->staged, stage, FP_PLAN_KEPT, keep->label);
    put_path(&p->kept, keep->site, FP_PLAN_KEPT, NULL);
    put_path(&p->target, keep->site, FP_PLAN_KEPT, keep->label);
    if (!fp_str_ok(&p->night) || !fp_str_ok(&p->staged) || !fp_str_ok(&p->kept))
        return fp_error_set(err, FP_ELIMIT, "the path %.200s is too long", keep->site);
    return fp_str_status(&p->target, "a path", err);
}

static void paths_release(struct paths *p)
{
    fp_str_release(&p->night);
    fp_str_release(&p->staged);
    fp_str_release(&p->kept);
    fp_str_release(&p->target);
}

/* ---- the copies ---- */

static int copy_file(const char *from, const char *to, struct fp_error *err)
{
    struct fp_str bytes;
    int rc;

    fp_str_init(&bytes, FP_LIMIT_RESPONSE_MAX);
    rc = fp_file_read(from, &bytes, err);
    if (rc == FP_OK)
        rc = fp_file_write(to, bytes.data, bytes.len, err);
    fp_str_release(&bytes);
    return rc;
}

/* `below`: the path of the file below the night, "/SERVICE/EVENT/profile.pb.gz". */
static int keep_file(const struct paths *p, const char *path, const char *below, struct fp_error *err)
{
    struct fp_str to;
    int rc;

    put_path(&to, p->staged.data, below + 1, NULL);
    rc = fp_str_status(&to, "a path", err);
    if (rc == FP_OK) {
        char *slash = strrchr(to.data, '/');

        *slash = '\0';
        rc = fp_dir_make(to.data, err);
        *slash = '/';
    }
    if (rc == FP_OK)
        rc = copy_file(path, to.data, err);
    fp_str_release(&to);
    return rc;
}

/* A summary of the night itself, or both files of a report: so deep they stand. */
static bool is_wanted(const FTSENT *entry)
{
    bool profile = strcmp(entry->fts_name, PROFILE_FILE) == 0,
         summary = strcmp(entry->fts_name, SUMMARY_FILE) == 0;

    return (entry->fts_level == 1 && summary) || (entry->fts_level == 3 && (summary || profile));
}

static int in_the_way(const struct paths *p, const char *path, struct fp_error *err)
{
    return fp_error_set(err, FP_EINVAL, "%s/%s is in the way, and in no manifest: move it away", p->target.data, path);
}

static int guard_by_place(const struct paths *p, struct fp_error *err)
{
    char *const roots[] = { p->target.data, NULL };
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;
    int rc = FP_OK;

    if (!fts)
        return fp_error_errno(err, FP_EIO, errno, "cannot walk %s", p->target.data);
    while (rc == FP_OK && (entry = fts_read(fts)) != NULL) {
        bool manifest = entry->fts_level == 1 && strcmp(entry->fts_name, FP_MANIFEST_FILE) == 0;

        if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP &&
            (entry->fts_info != FTS_F || !(manifest || is_wanted(entry))))
            rc = in_the_way(p, entry->fts_level > 0 ? entry->fts_path + p->target.len + 1 : "", err);
    }
    fts_close(fts);
    return rc;
}

static int copy_night(const struct paths *p, size_t *ret_reports, struct fp_error *err)
{
    char *const roots[] = { p->night.data, NULL };
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;
    int rc = FP_OK;

    if (!fts)
        return fp_error_errno(err, FP_EIO, errno, "cannot walk %s", p->night.data);
    *ret_reports = 0;
    for (errno = 0; rc == FP_OK && (entry = fts_read(fts)) != NULL; errno = 0) {
        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
            rc = fp_error_errno(err, FP_EIO, entry->fts_errno, "cannot read %s", entry->fts_path);
        else if (entry->fts_info == FTS_D && entry->fts_level > 2)
            fts_set(fts, entry, FTS_SKIP);
        else if (entry->fts_info == FTS_F && is_wanted(entry)) {
            rc = keep_file(p, entry->fts_path, entry->fts_path + p->night.len, err);
            *ret_reports += strcmp(entry->fts_name, PROFILE_FILE) == 0;
        }
    }
    if (rc == FP_OK && errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot walk %s", p->night.data);
    fts_close(fts);
    return rc;
}

/* ---- in place ---- */

/* Where two directories cannot be exchanged the old one waits beside, under a name that is no label. */
static int replace(const struct paths *p, const struct fp_keep *keep, struct fp_error *err)
{
    char name[128];
    struct fp_str aside;
    int rc;

    if (renameat2(AT_FDCWD, p->staged.data, AT_FDCWD, p->target.data, RENAME_EXCHANGE) == 0)
        return FP_OK;
    snprintf(name, sizeof name, ".%s.old", keep->label);
    put_path(&aside, p->kept.data, name, NULL);
    rc = fp_str_status(&aside, "a path", err);
    if (rc == FP_OK)
        rc = fp_dir_remove(aside.data, err);
    if (rc == FP_OK && rename(p->target.data, aside.data) < 0)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot move %s aside", p->target.data);
    if (rc == FP_OK && rename(p->staged.data, p->target.data) < 0) {
        rc = fp_error_errno(err, FP_EIO, errno, "cannot put %s in place", p->target.data);
        if (rename(aside.data, p->target.data) < 0)
            fp_error_prepend(err, "what was kept is now in %s", aside.data);
    }
    if (rc == FP_OK)
        rc = fp_dir_remove(aside.data, err);
    fp_str_release(&aside);
    return rc;
}

static int put_in_place(const struct paths *p, const struct fp_keep *keep, struct fp_error *err)
{
    int rc = fp_dir_make(p->kept.data, err);

    if (rc < 0)
        return rc;
    if (fp_file_exists(p->target.data))
        rc = replace(p, keep, err);
    else if (rename(p->staged.data, p->target.data) < 0)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot put %s in place", p->target.data);
    return rc == FP_OK ? fp_dir_sync(p->kept.data, err) : rc;
}

/* What the manifest of the night says of it, and the files that were copied. */
static int write_manifest(const struct paths *p, struct fp_error *err)
{
    struct fp_record record = { .is_site = false };
    int rc = fp_record_load(p->night.data, &record, err);

    if (rc == FP_OK && record.is_site)
        rc = fp_error_set(err, FP_EDATA, FP_MANIFEST_FILE " is that of a site, of no night");
    else if (rc == FP_OK)
        rc = fp_manifest_write(p->staged.data,
                               &(struct fp_manifest){ .version = record.version,
                                                      .start = record.start,
                                                      .end = record.end,
                                                      .generated = record.generated,
                                                      .timezone = record.timezone,
                                                      .label = record.label,
                                                      .jobs = record.jobs,
                                                      .job_count = record.job_count },
                               err);
    else
        fp_error_prepend(err, "%s", p->night.data);
    fp_record_release(&record);
    return rc;
}

/* What is kept already goes, and with it nothing of somebody else's. Where its manifest cannot say what is its own, the files
 * that a copy has are. */
static int guard_target(const struct paths *p, struct fp_error *err)
{
    struct fp_record record = { .is_site = false };
    struct fp_foreign foreign;
    int rc;

    if (!fp_file_exists(p->target.data))
        return FP_OK;
    if (fp_record_load(p->target.data, &record, NULL) < 0)
        return guard_by_place(p, err);
    rc = fp_belongings_look(p->target.data, &record, &foreign, err);
    if (rc == FP_OK && foreign.count)
        rc = in_the_way(p, foreign.first.data, err);
    fp_foreign_release(&foreign);
    fp_record_release(&record);
    return rc;
}

static int keep_locked(const struct fp_keep *keep, size_t *ret_reports, struct fp_error *err)
{
    struct fp_stage stage;
    struct paths p;
    int rc = fp_stage_open(&stage, keep->site, err);

    if (rc < 0)
        return rc;
    rc = paths_init(&p, keep, stage.path, err);
    if (rc == FP_OK && !fp_file_exists(p.night.data))
        rc = fp_error_set(err, FP_ENOTFOUND, "%s has no night %s: press it first", keep->site, keep->night);
    if (rc == FP_OK && !keep->force && fp_file_exists(p.target.data))
        rc = fp_error_set(err, FP_EINVAL,
                          "a night is kept as %s already (%s): choose another label, or replace it "
                          "with --force",
                          keep->label, p.target.data);
    if (rc == FP_OK)
        rc = guard_target(&p, err);
    if (rc == FP_OK)
        rc = copy_night(&p, ret_reports, err);
    if (rc == FP_OK) /* of a night with no file worth a copy, too */
        rc = fp_dir_make(p.staged.data, err);
    if (rc == FP_OK)
        rc = write_manifest(&p, err);
    if (rc == FP_OK)
        rc = put_in_place(&p, keep, err);
    if (rc == FP_OK)
        rc = fp_site_list_kept(&stage, keep->label, true, err);
    paths_release(&p);
    fp_stage_close(&stage);
    return rc;
}

static int check_label(const char *label, struct fp_error *err)
{
    if (fp_baseline_is_label(label))
        return FP_OK;
    return fp_error_set(
        err, FP_EINVAL,
        "\"%.80s\" is no label: up to 64 letters, digits and . _ - that do not begin with a dot and "
        "mean nothing else, as a date or `previous` does",
        label);
}

int fp_keep_night(const struct fp_keep *keep, size_t *ret_reports, struct fp_error *err)
{
    struct fp_lock lock = { -1 };
    int rc = check_label(keep->label, err);

    if (rc < 0)
        return rc;
    if (!fp_night_is_path(keep->night))
        return fp_error_set(err, FP_EINVAL,
                            "\"%.80s\" is no night: give a date, 2026-11-20, or the path of one below "
                            "the site",
                            keep->night);
    rc = fp_lock_take(&lock, keep->site, keep->now, err);
    if (rc == FP_OK)
        rc = keep_locked(keep, ret_reports, err);
    fp_lock_drop(&lock);
    return rc;
}

/* ---- letting go ---- */

static bool is_listed(const struct fp_record *site, const char *label)
{
    for (size_t i = 0; i < site->kept_count; i++)
        if (strcmp(site->kept[i], label) == 0)
            return true;
    return false;
}

/* The label goes off the list before the copy, and the copy by one rename, into the stage, and with that. */
static int let_go(struct fp_stage *stage, const char *copy, const char *label, struct fp_error *err)
{
    struct fp_str gone;
    int rc;

    fp_str_init(&gone, FP_LIMIT_TEXT);
    rc = fp_path_make(&gone, stage->path, "released", err);
    if (rc == FP_OK)
        rc = fp_site_list_kept(stage, label, false, err);
    if (rc == FP_OK && rename(copy, gone.data) < 0 && errno != ENOENT)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot remove %s", copy);
    fp_str_release(&gone);
    return rc;
}

static int release_locked(const char *site, const char *label, struct fp_error *err)
{
    struct fp_record record = { .is_site = true };
    struct fp_stage stage;
    struct fp_str copy;
    int rc = fp_stage_open(&stage, site, err);

    if (rc < 0)
        return rc;
    put_path(&copy, site, FP_PLAN_KEPT, label);
    rc = fp_str_status(&copy, "a path", err);
    if (rc == FP_OK && fp_record_load(site, &record, NULL) == FP_ENOMEM)
        rc = fp_error_nomem(err);
    if (rc == FP_OK && !fp_file_exists(copy.data) && !is_listed(&record, label))
        rc = fp_error_set(err, FP_ENOTFOUND, "no night is kept as %s: %s/" FP_PLAN_KEPT " holds those that are", label, site);
    if (rc == FP_OK)
        rc = let_go(&stage, copy.data, label, err);
    fp_record_release(&record);
    fp_str_release(&copy);
    fp_stage_close(&stage);
    return rc;
}

int fp_keep_release(const char *site, const char *label, int64_t now, struct fp_error *err)
{
    struct fp_lock lock = { -1 };
    int rc = check_label(label, err);

    if (rc == FP_OK)
        rc = fp_lock_take(&lock, site, now, err);
    if (rc == FP_OK)
        rc = release_locked(site, label, err);
    fp_lock_drop(&lock);
    return rc;
}

int fp_keep_find(const char *site, int64_t at, struct fp_str *ret_night, struct fp_error *err)
{
    struct fp_nights nights = { NULL, 0, 0 };
    int rc = fp_nights_list(site, &nights, err);

    for (size_t i = 0; i < nights.count && rc == FP_OK && !ret_night->len; i++) {
        struct fp_record record = { .is_site = false };
        struct fp_str dir;

        fp_str_init(&dir, FP_LIMIT_TEXT);
        rc = fp_path_make(&dir, site, nights.items[i].path, err);
        if (rc == FP_OK && fp_record_load(dir.data, &record, NULL) == FP_OK && !record.is_site && record.start <= at &&
            at < record.end)
            fp_str_puts(ret_night, nights.items[i].path);
        fp_record_release(&record);
        fp_str_release(&dir);
    }
    fp_nights_release(&nights);
    if (rc == FP_OK && fp_str_ok(ret_night) && !ret_night->len)
        rc = fp_error_set(err, FP_ENOTFOUND, "%s has no night with that time in it: press it, then: flamepress keep", site);
    return rc == FP_OK ? fp_str_status(ret_night, "a path", err) : rc;
}
