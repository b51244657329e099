#include "press/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/jansson_load.h"
#include "base/limits.h"
#include "base/out.h"
#include "press/worth.h"
#include "report/entry.h"
#include "report/model.h"
#include "report/night.h"
#include "report/summary.h"

/* The path of a report is two components made by publish/sitepath; anything else in a summary.json was not written by us. */
static bool is_report_path(const char *path)
{
    const char *slash = strchr(path, '/');

    return slash && slash != path && slash[1] && !strchr(slash + 1, '/') && path[0] != '.' && slash[1] != '.' &&
           strlen(path) < 2 * (FP_LIMIT_PATH_COMPONENT + 20);
}

int fp_kept_load_object(const char *path, json_t **ret_object, struct fp_error *err)
{
    json_error_t why;
    struct fp_str text;
    json_t *object = NULL;
    bool starved;
    int rc;

    fp_str_init(&text, FP_LIMIT_PAGE);
    rc = fp_file_read(path, &text, err);
    if (rc == FP_OK) {
        object = fp_jansson_load(text.data, text.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why, &starved);
        if (!object && starved)
            rc = fp_error_nomem(err);
        else if (!object)
            rc = fp_error_set(err, FP_ESYNTAX, "%s is damaged (line %d: %s)", path, why.line, why.text);
        else if (!json_is_object(object))
            rc = fp_error_set(err, FP_EDATA, "%s is damaged (it is no object)", path);
    }
    fp_str_release(&text);
    if (rc == FP_OK)
        *ret_object = object;
    else
        json_decref(object);
    return rc;
}

int fp_kept_load(const char *output, const char *night_path, json_t **ret_night, struct fp_error *err)
{
    struct fp_str path;
    json_t *night = NULL;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, output);
    fp_path_join(&path, night_path);
    fp_path_join(&path, FP_SUMMARY_FILE);
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_kept_load_object(path.data, &night, err);
    if (rc == FP_OK && (strcmp(fp_model_get_text(night, "path"), night_path) != 0 ||
                        !json_is_array(json_object_get(night, "services"))))
        rc = fp_error_set(err, FP_EDATA, "%s is damaged (it is not about the night %s)", path.data, night_path);
    fp_str_release(&path);
    if (rc == FP_OK)
        *ret_night = night;
    else
        json_decref(night);
    return rc;
}

int fp_kept_load_report(const char *dir, json_t **ret_summary, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, dir);
    fp_path_join(&path, FP_SUMMARY_FILE);
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_kept_load_object(path.data, ret_summary, err);
    fp_str_release(&path);
    return rc;
}

/* Is it, written out, what the file holds? */
static int is_file(const json_t *model, const char *path, bool *ret_is, struct fp_error *err)
{
    struct fp_str text, there;
    struct fp_out out;
    int rc;

    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_str_init(&there, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &text);
    rc = fp_model_write(model, &out, err);
    if (rc == FP_OK)
        rc = fp_out_finish(&out, err);
    *ret_is = rc == FP_OK && fp_file_read(path, &there, NULL) == FP_OK && there.len == text.len &&
              memcmp(there.data, text.data, text.len) == 0;
    fp_str_release(&text);
    fp_str_release(&there);
    return rc;
}

int fp_kept_time(const char *dir, json_t *model, struct fp_error *err)
{
    int64_t ours = fp_model_get_int(model, "generated");
    json_t *published = NULL;
    struct fp_str path;
    bool same = false;
    int rc = fp_kept_load_report(dir, &published, NULL);

    if (rc < 0)
        return rc == FP_ENOMEM ? fp_error_nomem(err) : FP_OK;
    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, FP_SUMMARY_FILE, err);
    if (rc == FP_OK && json_object_set_new(model, "generated", json_integer(fp_model_get_int(published, "generated"))) < 0)
        rc = fp_error_nomem(err);
    if (rc == FP_OK)
        rc = is_file(model, path.data, &same, err);
    if (rc == FP_OK && !same && json_object_set_new(model, "generated", json_integer(ours)) < 0)
        rc = fp_error_nomem(err);
    fp_str_release(&path);
    json_decref(published);
    return rc;
}

/* ---- a night whose summary is damaged ---- */

static int by_path(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The entry of one report by its own summary.json. One that is damaged, too, has no entry: it is as good as lost. */
static int add_found(struct fp_kept *kept, const char *file, const char *report_path, struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    json_t *summary = NULL, *entry = NULL;
    int rc = fp_kept_load_object(file, &summary, &damaged);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    if (rc < 0)
        return FP_OK;
    rc = fp_night_entry(summary, report_path, &entry, err);
    json_decref(summary);
    if (rc == FP_OK && json_array_append_new(kept->entries, entry) < 0)
        rc = fp_error_nomem(err);
    return rc;
}

/* Reports are NIGHT/SERVICE/EVENT/summary.json. */
static int find_entries(struct fp_kept *kept, struct fp_error *err)
{
    char *roots[] = { kept->night.data, NULL };
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_path);
    FTSENT *entry = NULL;
    int rc = FP_OK;

    if (!fts)
        return fp_error_errno(err, FP_EIO, errno, "cannot walk %s", kept->night.data);
    for (errno = 0; rc == FP_OK && (entry = fts_read(fts)) != NULL; errno = 0) {
        struct fp_str path;

        if (entry->fts_level > 3)
            fts_set(fts, entry, FTS_SKIP);
        if (entry->fts_level != 3 || entry->fts_info != FTS_F || strcmp(entry->fts_name, FP_SUMMARY_FILE) != 0)
            continue;
        fp_str_init(&path, FP_LIMIT_TEXT);
        fp_str_append(&path, entry->fts_path + kept->night.len + 1,
                      entry->fts_pathlen - kept->night.len - 1 - sizeof FP_SUMMARY_FILE);
        rc = fp_str_status(&path, "a path", err);
        if (rc == FP_OK && is_report_path(path.data))
            rc = add_found(kept, entry->fts_path, path.data, err);
        fp_str_release(&path);
    }
    if (rc == FP_OK && errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot walk %s", kept->night.data);
    fts_close(fts);
    return rc;
}

static int load_entries(struct fp_kept *kept, const char *output, const char *night_path, struct fp_error *err)
{
    json_t *night = NULL, *entry;
    bool there = true;
    size_t i;
    int rc = fp_kept_load(output, night_path, &night, &kept->damaged);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    if (rc < 0) {
        int looked = fp_file_look(output, night_path, &there, err);

        if (looked < 0)
            return looked;
    }
    if (rc < 0 && !there) {
        fp_error_clear(&kept->damaged);
        return FP_OK;
    }
    if (rc < 0)
        return find_entries(kept, err);
    rc = FP_OK;
    json_array_foreach(json_object_get(night, "services"), i, entry)
        if (is_report_path(fp_model_get_text(entry, "path")) && json_array_append(kept->entries, entry) < 0)
            rc = fp_error_nomem(err);
    json_array_foreach(json_object_get(night, "not_pressed"), i, entry)
        if (json_is_object(entry) && json_array_append(kept->not_pressed, entry) < 0)
            rc = fp_error_nomem(err);
    json_decref(night);
    return rc;
}

int fp_kept_open(struct fp_kept *kept, const char *output, const char *night_path, struct fp_error *err)
{
    int rc;

    kept->entries = json_array();
    kept->not_pressed = json_array();
    fp_error_clear(&kept->damaged);
    fp_str_init(&kept->night, FP_LIMIT_TEXT);
    fp_str_puts(&kept->night, output);
    fp_path_join(&kept->night, night_path);
    rc = kept->entries && kept->not_pressed ? fp_str_status(&kept->night, "a path", err) : fp_error_nomem(err);
    return rc == FP_OK ? load_entries(kept, output, night_path, err) : rc;
}

void fp_kept_close(struct fp_kept *kept)
{
    json_decref(kept->entries);
    json_decref(kept->not_pressed);
    fp_str_release(&kept->night);
}

json_t *fp_kept_find(const struct fp_kept *kept, const char *report_path)
{
    json_t *entry;
    size_t i;

    json_array_foreach(kept->entries, i, entry)
        if (strcmp(fp_model_get_text(entry, "path"), report_path) == 0)
            return entry;
    return NULL;
}

/* ---- the same question? ---- */

static bool has_same_question(const json_t *a, const json_t *b)
{
    static const struct {
        const char *object, *key; /* object NULL = of the summary itself */
    } members[] = {
        { NULL, "service" },      { NULL, "event" },      { NULL, "language" }, { "window", "start" },
        { "window", "end" },      { "requests", "filter" }, { "requests", "source" },
    };

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const json_t *in_a = members[i].object ? json_object_get(a, members[i].object) : a;
        const json_t *in_b = members[i].object ? json_object_get(b, members[i].object) : b;

        if (!json_equal(json_object_get(in_a, members[i].key), json_object_get(in_b, members[i].key)))
            return false;
    }
    return true;
}

/* Is the report in `dir` an answer to the same question as the earlier one of that path? No, where either cannot be read. */
static int is_alike(const struct fp_kept *kept, const char *path, const char *dir, bool *ret_alike, struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    json_t *earlier = NULL, *pressed = NULL;
    struct fp_str earlier_dir;
    int rc;

    fp_str_init(&earlier_dir, FP_LIMIT_TEXT);
    fp_str_append(&earlier_dir, kept->night.data, kept->night.len);
    fp_path_join(&earlier_dir, path);
    rc = fp_str_status(&earlier_dir, "a path", &damaged);
    if (rc == FP_OK)
        rc = fp_kept_load_report(earlier_dir.data, &earlier, &damaged);
    if (rc == FP_OK)
        rc = fp_kept_load_report(dir, &pressed, &damaged);
    *ret_alike = rc == FP_OK && has_same_question(earlier, pressed);
    fp_str_release(&earlier_dir);
    json_decref(earlier);
    json_decref(pressed);
    return rc == FP_ENOMEM ? fp_error_nomem(err) : FP_OK;
}

int fp_kept_stays(const struct fp_kept *kept, const json_t *pressed, const char *dir, bool force, const char **ret_why,
                  struct fp_error *err)
{
    const char *path = fp_model_get_text(pressed, "path");
    const json_t *earlier = fp_kept_find(kept, path);
    const char *why = earlier ? fp_worth_less(pressed, earlier) : NULL;
    bool alike = true;
    int rc = FP_OK;

    if (force && !fp_entry_has_outcome(pressed, "failed"))
        why = NULL;
    if (why && fp_worth_has_numbers(pressed))
        rc = is_alike(kept, path, dir, &alike, err);
    if (rc == FP_OK)
        *ret_why = alike ? why : NULL;
    return rc;
}

/* ---- taking over ---- */

struct copying {
    const char *from, *to;
    struct fp_str old_path, new_path;
};

static int copy_file(void *ctx, int dir, const char *name, struct fp_error *err)
{
    struct copying *c = ctx;
    struct stat info;
    int rc;

    if (name[0] == '.')
        return FP_OK;
    if (fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot look at %s/%s", c->from, name);
    if (!S_ISREG(info.st_mode))
        return FP_OK;
    rc = fp_path_make(&c->old_path, c->from, name, err);
    if (rc == FP_OK)
        rc = fp_path_make(&c->new_path, c->to, name, err);
    return rc == FP_OK ? fp_file_share(c->old_path.data, c->new_path.data, err) : rc;
}

/* All regular files of one directory; reports have no directories in them. */
static int copy_report(const char *from, const char *to, struct fp_error *err)
{
    struct copying c = { .from = from, .to = to };
    struct stat info;
    int rc;

    if (stat(from, &info) < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot read %s", from);
    fp_str_init(&c.old_path, FP_LIMIT_TEXT);
    fp_str_init(&c.new_path, FP_LIMIT_TEXT);
    rc = fp_dir_remove(to, err);
    if (rc == FP_OK)
        rc = fp_dir_make(to, err);
    if (rc == FP_OK)
        rc = fp_dir_list(from, copy_file, &c, err);
    fp_str_release(&c.old_path);
    fp_str_release(&c.new_path);
    return rc;
}

int fp_kept_take(const struct fp_kept *kept, const json_t *entry, const char *dir, struct fp_error *err)
{
    const char *report_path = fp_model_get_text(entry, "path");
    struct fp_str from, to;
    int rc;

    fp_str_init(&from, FP_LIMIT_TEXT);
    fp_str_init(&to, FP_LIMIT_TEXT);
    fp_str_append(&from, kept->night.data, kept->night.len);
    fp_path_join(&from, report_path);
    fp_str_puts(&to, dir);
    fp_path_join(&to, report_path);
    rc = fp_str_status(&from, "a path", err);
    if (rc == FP_OK)
        rc = fp_str_status(&to, "a path", err);
    if (rc == FP_OK)
        rc = copy_report(from.data, to.data, err);
    fp_str_release(&from);
    fp_str_release(&to);
    return rc;
}
