#include "publish/verify.h"

#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "plan/window.h"
#include "publish/nights.h"
#include "publish/record.h"
#include "publish/site.h"

#define STATE_DIR ".flamepress"
#define KEPT "kept/"
#define LATEST "latest"

/* One directory with a manifest. */
struct part {
    const struct fp_verify *verify;
    struct fp_verify_result *result;
    const char *dir;    /* as it is opened */
    const char *prefix; /* of what is found in it: "" or "2026/11/20/" */
    bool site;          /* nights and copies below it are parts of their own */
    bool known;         /* there is a record to judge by */
    struct fp_record record;
    bool *seen;         /* one for each file of the record */
};

const char *fp_finding_name(enum fp_finding finding)
{
    static const char *const names[] = { "missing", "changed", "foreign", "damaged" };

    return names[finding];
}

static void tell(const struct part *part, enum fp_finding what, const char *path, const char *why)
{
    struct fp_str whole;

    part->result->findings++;
    fp_str_init(&whole, FP_LIMIT_TEXT);
    fp_str_puts(&whole, part->prefix);
    fp_str_puts(&whole, path);
    part->verify->found(part->verify->ctx, what, whole.data, why);
    fp_str_release(&whole);
}

/* ---- files ---- */

/* Of a file that is there with this size and hash: is it what the record says? */
static bool fits(const struct fp_manifest_file *known, const struct fp_manifest_file *is)
{
    return known && known->size == is->size && strcmp(known->sha256, is->sha256) == 0;
}

static void judge_bytes(const struct part *part, const struct fp_manifest_file *known, const FTSENT *entry)
{
    const struct fp_record *record = &part->record;
    struct fp_manifest_file is = { .path = known->path };
    struct fp_error failure = FP_ERROR_INIT;
    char why[96] = "";

    if (fp_sha256_file(entry->fts_path, is.sha256, &is.size, &failure) < 0) {
        tell(part, FP_FINDING_DAMAGED, known->path, failure.message);
        return;
    }
    part->result->files++;
    if (fits(known, &is) || fits(fp_record_find(record->before, record->before_count, known->path), &is))
        return;
    if (is.size != known->size)
        snprintf(why, sizeof why, "%" PRId64 " bytes, and %" PRId64 " were published", is.size, known->size);
    tell(part, FP_FINDING_CHANGED, known->path, why);
}

static const char *link_fault(const struct part *part, const char *target)
{
    struct fp_str path;
    struct stat st;
    bool whole;

    if (!fp_night_is_path(target))
        return "leads to what is no night of the site";
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_printf(&path, "%s/%s/" FP_MANIFEST_FILE, part->dir, target);
    whole = fp_str_ok(&path) && lstat(path.data, &st) == 0 && S_ISREG(st.st_mode);
    fp_str_release(&path);
    return whole ? NULL : "leads to a night that is not there";
}

/* While a run is at work, or where one died, it may lead to where it did or to where it will. */
static void judge_latest(const struct part *part, const FTSENT *entry)
{
    const char *known = part->record.latest, *fault;
    char target[64], why[128];
    ssize_t n = readlink(entry->fts_path, target, sizeof target - 1);

    target[n > 0 ? n : 0] = '\0';
    fault = n < 0 ? "cannot be read" : link_fault(part, target);
    if (!fault && known && !part->record.pending && strcmp(target, known) != 0) {
        snprintf(why, sizeof why, "leads to %.48s, and led to %.48s", target, known);
        fault = why;
    }
    if (fault)
        tell(part, FP_FINDING_CHANGED, LATEST, fault);
}

/* Could a file of a night stand there, by how deep it is? Assets, and reports below SERVICE/EVENT. */
static bool has_place(const char *path)
{
    static const char *const own[] = { "index.html", "summary.json", "summary.md" };
    const char *slash = strchr(path, '/');

    for (size_t i = 0; !slash && i < sizeof own / sizeof *own; i++)
        if (strcmp(path, own[i]) == 0)
            return true;
    if (!slash)
        return false;
    if (!strchr(slash + 1, '/'))
        return strncmp(path, "assets/", strlen("assets/")) == 0;
    return !strchr(strchr(slash + 1, '/') + 1, '/');
}

/* Without a manifest to judge by: what no run ever makes is named all the same. */
static void judge_blind(const struct part *part, const FTSENT *entry, const char *path)
{
    if (entry->fts_info != FTS_F)
        tell(part, FP_FINDING_FOREIGN, path, "it is no plain file");
    else if (!part->site && !has_place(path))
        tell(part, FP_FINDING_FOREIGN, path, "no night has a file there");
}

/* Anything but a directory. */
static void judge(struct part *part, const FTSENT *entry, const char *path)
{
    const struct fp_record *record = &part->record;
    const struct fp_manifest_file *known = fp_record_find(record->files, record->file_count, path);
    bool plain = entry->fts_info == FTS_F;

    if (strcmp(path, FP_MANIFEST_FILE) == 0)
        return;
    if (part->site && entry->fts_info != FTS_F && strcmp(path, LATEST) == 0) {
        judge_latest(part, entry);
        return;
    }
    if (!part->known) {
        judge_blind(part, entry, path);
        return;
    }
    if (!known) {
        tell(part, FP_FINDING_FOREIGN, path, "");
        return;
    }
    part->seen[known - record->files] = true;
    if (plain)
        judge_bytes(part, known, entry);
    else
        tell(part, FP_FINDING_CHANGED, path, "it was a plain file");
}

static void name_missing(const struct part *part)
{
    const struct fp_record *record = &part->record;

    for (size_t i = 0; i < record->file_count; i++) {
        const char *path = record->files[i].path;
        const struct fp_manifest_file *before = fp_record_find(record->before, record->before_count, path);

        if (!part->seen[i] && !(before && before->size < 0))
            tell(part, FP_FINDING_MISSING, path, "");
    }
}

/* ---- directories ---- */

static int verify_part(const struct part *above, const char *dir, const char *below, struct fp_error *err);

/* A directory that has a manifest of its own? */
static bool is_part(const struct part *part, const FTSENT *entry, const char *path)
{
    if (!part->site)
        return false;
    return fp_night_is_path(path) || (entry->fts_level == 2 && strncmp(path, KEPT, strlen(KEPT)) == 0);
}

/* The directory of a night that was removed, with what in it was not the night's? Then all of it is foreign. */
static bool is_left_over(const struct part *part, const FTSENT *entry, const char *path)
{
    struct fp_str file;
    struct stat st;
    bool is;

    if (!part->known || !fp_night_is_path(path))
        return false;
    for (size_t i = 0; i < part->record.night_count; i++)
        if (strcmp(part->record.nights[i], path) == 0)
            return false;
    fp_str_init(&file, FP_LIMIT_TEXT);
    is = fp_path_make(&file, entry->fts_path, FP_MANIFEST_FILE, NULL) == FP_OK && lstat(file.data, &st) < 0 && errno == ENOENT;
    fp_str_release(&file);
    return is;
}

struct prefix {
    const char *path;
    size_t len;
};

static int by_prefix(const void *key, const void *file)
{
    const struct prefix *prefix = key;
    const char *path = ((const struct fp_manifest_file *)file)->path;
    int order = strncmp(prefix->path, path, prefix->len);

    return order ? order : '/' - (int)(unsigned char)path[prefix->len];
}

/* A directory that a run makes before what goes into it: where a run died it may be empty. */
static bool is_made_first(const struct part *part, const char *path)
{
    const struct fp_record *record = &part->record;
    const struct prefix prefix = { path, strlen(path) };
    char day[16];

    if (part->site && (prefix.len == 4 || prefix.len == 7)) {
        snprintf(day, sizeof day, "%s%s", path, prefix.len == 4 ? "/01/01" : "/01");
        if (fp_night_is_path(day))
            return true;
    }
    if (part->site && strcmp(path, "kept") == 0)
        return true;
    return record->file_count && bsearch(&prefix, record->files, record->file_count, sizeof *record->files, by_prefix);
}

/* fts_number: how many entries a directory has. */
static void leave(const struct part *part, const FTSENT *entry, const char *path)
{
    if (!entry->fts_number && (part->known || !part->site) && !is_made_first(part, path))
        tell(part, FP_FINDING_FOREIGN, path, "an empty directory");
}

static void skip(FTS *fts, FTSENT *entry)
{
    fts_set(fts, entry, FTS_SKIP);
    entry->fts_number++;
}

static int visit(struct part *part, FTS *fts, FTSENT *entry, struct fp_error *err)
{
    const char *path = entry->fts_path + strlen(part->dir) + 1;

    if (entry->fts_level == 0)
        return entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS
                   ? fp_error_errno(err, FP_EIO, entry->fts_errno, "cannot read %s", part->dir)
                   : FP_OK;
    if (entry->fts_info != FTS_DP)
        entry->fts_parent->fts_number++;
    switch (entry->fts_info) {
    case FTS_D:
        if (part->site && strcmp(path, STATE_DIR) == 0)
            skip(fts, entry);
        if (!is_part(part, entry, path) || is_left_over(part, entry, path))
            return FP_OK;
        skip(fts, entry);
        return verify_part(part, entry->fts_path, path, err);
    case FTS_DP:
        leave(part, entry, path);
        return FP_OK;
    case FTS_DC:
        return FP_OK;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        tell(part, FP_FINDING_DAMAGED, path, strerror(entry->fts_errno));
        return FP_OK;
    default:
        judge(part, entry, path);
        return FP_OK;
    }
}

/* Findings in the same order every time. */
static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int walk(struct part *part, struct fp_error *err)
{
    char *root = strdup(part->dir), *roots[] = { root, NULL };
    FTS *fts = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;
    FTSENT *entry;
    int rc = FP_OK;

    if (!fts) {
        rc = root ? fp_error_errno(err, FP_EIO, errno, "cannot walk %s", part->dir) : fp_error_nomem(err);
        free(root);
        return rc;
    }
    for (errno = 0; rc == FP_OK && (entry = fts_read(fts)) != NULL; errno = 0)
        rc = visit(part, fts, entry, err);
    if (rc == FP_OK && errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot walk %s", part->dir);
    fts_close(fts);
    free(root);
    return rc;
}

/* With part->record loaded, or not `known`. */
static int check(struct part *part, struct fp_error *err)
{
    int rc;

    part->seen = calloc(part->record.file_count + 1, sizeof *part->seen);
    rc = part->seen ? walk(part, err) : fp_error_nomem(err);
    if (rc == FP_OK && part->known)
        name_missing(part);
    free(part->seen);
    return rc;
}

/* A night has the name of its window, so one that was copied to another date shows. Where the zone is not known here, a whole
 * day cannot be told; FP_ENOMEM only. */
static int judge_place(const struct part *above, const struct fp_record *record, const char *below, struct fp_error *err)
{
    struct fp_error failure = FP_ERROR_INIT;
    struct fp_zone *zone = fp_zone_new(record->timezone, &failure);
    struct fp_window window;
    char why[96];
    int rc = zone ? fp_window_make(record->start, record->end, zone, &window, &failure) : failure.code;

    if (rc == FP_OK && strcmp(window.path, below) != 0) {
        snprintf(why, sizeof why, "its " FP_MANIFEST_FILE " is that of the night %s", window.path);
        tell(above, FP_FINDING_DAMAGED, below, why);
    } else if (rc < 0 && rc != FP_ENOMEM && zone) {
        tell(above, FP_FINDING_DAMAGED, below, failure.message);
    }
    fp_zone_free(zone);
    return rc == FP_ENOMEM ? fp_error_nomem(err) : FP_OK;
}

/* A night, or a copy in kept/. `below`: its path below the site. */
static int verify_part(const struct part *above, const char *dir, const char *below, struct fp_error *err)
{
    struct fp_error failure = FP_ERROR_INIT;
    struct part part = { .verify = above->verify, .result = above->result, .dir = dir };
    struct fp_str prefix;
    int rc = fp_record_load(dir, &part.record, &failure);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    if (rc == FP_OK && part.record.is_site)
        rc = fp_error_set(&failure, FP_EDATA, FP_MANIFEST_FILE " is that of a site");
    above->result->nights++;
    fp_str_init(&prefix, FP_LIMIT_TEXT);
    fp_str_printf(&prefix, "%s/", below);
    part.prefix = prefix.data;
    part.known = rc == FP_OK;
    if (rc < 0)
        tell(above, FP_FINDING_DAMAGED, below, rc == FP_ENOTFOUND ? "there is no " FP_MANIFEST_FILE : failure.message);
    rc = part.known && fp_night_is_path(below) ? judge_place(above, &part.record, below, err) : FP_OK;
    if (rc == FP_OK)
        rc = check(&part, err);
    fp_str_release(&prefix);
    fp_record_release(&part.record);
    return rc;
}

/* ---- the site ---- */

static bool is_there(const struct part *part, const char *name, bool dir)
{
    struct fp_str path;
    struct stat st;
    bool is;

    fp_str_init(&path, FP_LIMIT_TEXT);
    is = fp_path_make(&path, part->dir, name, NULL) == FP_OK && lstat(path.data, &st) == 0 &&
         (!dir || S_ISDIR(st.st_mode));
    fp_str_release(&path);
    return is;
}

static void judge_nights(const struct part *part)
{
    const struct fp_record *record = &part->record;

    for (size_t i = 0; i < record->night_count; i++)
        if (!is_there(part, record->nights[i], true))
            tell(part, FP_FINDING_MISSING, record->nights[i], "the whole night");
    for (size_t i = 0; i < record->kept_count; i++) {
        char path[96]; /* labels are short */

        snprintf(path, sizeof path, KEPT "%s", record->kept[i]);
        if (!is_there(part, path, true))
            tell(part, FP_FINDING_MISSING, path, "the whole copy");
    }
    if (record->night_count && !record->pending && !is_there(part, LATEST, false))
        tell(part, FP_FINDING_MISSING, LATEST, "");
}

static bool has_nights(const struct part *part)
{
    struct fp_nights nights = { NULL, 0, 0 };
    bool has = fp_nights_list(part->dir, &nights, NULL) < 0 || nights.count > 0;

    fp_nights_release(&nights);
    return has;
}

/* Nothing but STATE_DIR? A run makes the manifest before the first night is in place. */
static bool is_empty_site(const struct part *part)
{
    struct dirent *entry;
    DIR *dir = opendir(part->dir);
    bool empty = true;

    while (dir && empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                strcmp(entry->d_name, STATE_DIR) == 0;
    if (dir)
        closedir(dir);
    return empty;
}

/* `why`: the manifest is not to be had; empty = it is not there. */
static int verify_site(struct part *part, const char *why, struct fp_error *err)
{
    int rc;

    part->site = true;
    if (!part->known && !*why && is_empty_site(part)) {
        if (is_there(part, FP_SITE_MARK, false))
            tell(part, FP_FINDING_MISSING, FP_MANIFEST_FILE,
                 "and everything else that was published here: remove " STATE_DIR ", too, if that is as it should be");
    } else if (!part->known)
        tell(part, FP_FINDING_DAMAGED, FP_MANIFEST_FILE,
             *why ? why : "there is none, so nothing outside the nights can be judged: the next run writes it");
    rc = check(part, err);
    if (rc == FP_OK && part->known)
        judge_nights(part);
    part->result->pending = part->known && part->record.pending;
    return rc;
}

/* `dir` without links in it. */
static int resolve(const char *dir, char **ret_path, struct fp_error *err)
{
    char *path = realpath(dir, NULL);
    struct stat st;

    if (!path)
        return fp_error_errno(err, errno == ENOENT || errno == ENOTDIR ? FP_ENOTFOUND : FP_EIO, errno, "cannot look at %s",
                              dir);
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode) || strcmp(path, "/") == 0) {
        free(path);
        return fp_error_set(err, FP_ENOTFOUND, "%s is not the directory of a site or of a night", dir);
    }
    *ret_path = path;
    return FP_OK;
}

int fp_verify(const struct fp_verify *verify, struct fp_verify_result *ret_result, struct fp_error *err)
{
    struct fp_verify_result result = { 0 };
    struct fp_error failure = FP_ERROR_INIT;
    struct part part = { .verify = verify, .result = &result, .prefix = "" };
    char *dir = NULL;
    int rc = resolve(verify->dir, &dir, err);

    if (rc < 0)
        return rc;
    part.dir = dir;
    rc = fp_record_load(dir, &part.record, &failure);
    part.known = rc == FP_OK;
    if (rc == FP_ENOMEM) {
        fp_error_nomem(err);
    } else if (part.known && !part.record.is_site) {
        result.nights = 1;
        rc = check(&part, err);
    } else if (part.known || is_there(&part, STATE_DIR, true) || has_nights(&part)) {
        rc = verify_site(&part, rc == FP_ENOTFOUND ? "" : failure.message, err);
    } else if (rc == FP_ENOTFOUND) {
        fp_error_set(err, rc, "%s holds neither a site nor a night: there is no " FP_MANIFEST_FILE " in it", verify->dir);
    } else {
        tell(&part, FP_FINDING_DAMAGED, FP_MANIFEST_FILE, failure.message);
        rc = FP_OK;
    }
    if (rc == FP_OK)
        *ret_result = result;
    fp_record_release(&part.record);
    free(dir);
    return rc;
}
