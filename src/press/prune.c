#include "press/prune.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/unit.h"
#include "plan/compare.h"
#include "press/before.h"
#include "press/kept.h"
#include "press/night.h"
#include "press/rebuild.h"
#include "publish/belongings.h"
#include "publish/lock.h"
#include "publish/record.h"
#include "publish/site.h"
#include "report/model.h"
#include "report/night.h"

struct fp_prune_night {
    int64_t start, end;
    const char *label; /* of its window; in the arena */
    const char *kept;  /* the name it is kept under; in the arena, NULL = none */
    size_t foreign;    /* things in its directory that are not its own */
};

static int night_dir(const struct fp_prune *prune, const char *night, struct fp_str *ret_dir, struct fp_error *err)
{
    fp_str_init(ret_dir, FP_LIMIT_TEXT);
    return fp_path_make(ret_dir, prune->output, night, err);
}

static int load_record(const struct fp_prune *prune, const char *night, struct fp_record *ret_record, struct fp_error *err)
{
    struct fp_str dir;
    int rc = night_dir(prune, night, &dir, err);

    if (rc == FP_OK)
        rc = fp_record_load(dir.data, ret_record, err);
    if (rc == FP_OK && ret_record->is_site) {
        fp_record_release(ret_record);
        rc = fp_error_set(err, FP_EDATA, FP_MANIFEST_FILE " is that of a site");
    }
    fp_str_release(&dir);
    return rc;
}

/* ---- the facts ---- */

static int64_t add(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void count_up(const struct fp_record *record, struct fp_retention_night *fact)
{
    for (size_t i = 0; i < record->file_count; i++) {
        fact->bytes = add(fact->bytes, record->files[i].size);
        if (fp_rebuild_is_profile(record->files[i].path))
            fact->profiles = add(fact->profiles, record->files[i].size);
    }
    for (size_t i = 0; i < record->job_count; i++)
        if (strcmp(record->jobs[i].outcome, "ok") == 0 || strcmp(record->jobs[i].outcome, "partial") == 0)
            fact->has_data = true;
}

/* A night that cannot be judged stays. */
static int read_night(struct fp_prune_plan *plan, const struct fp_prune *prune, size_t i, struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    const char *path = plan->list.items[i].path;
    struct fp_record record;
    int rc = load_record(prune, path, &record, &damaged);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    if (rc < 0) {
        fp_log(prune->log, FP_LOG_WARNING, "night %s: %s: it is not removed: press it again, or move it out of the site", path,
               damaged.message);
        plan->facts[i].bound = true;
        return FP_OK;
    }
    plan->facts[i].end = record.end;
    plan->nights[i] = (struct fp_prune_night){ record.start, record.end, fp_arena_strdup(&plan->arena, record.label), NULL, 0 };
    count_up(&record, &plan->facts[i]);
    fp_record_release(&record);
    return plan->nights[i].label ? FP_OK : fp_error_nomem(err);
}

static int read_nights(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_error *err)
{
    size_t n = plan->list.count;
    int rc = FP_OK;

    plan->nights = calloc(n + 1, sizeof *plan->nights);
    plan->facts = calloc(n + 1, sizeof *plan->facts);
    plan->verdicts = calloc(n + 1, sizeof *plan->verdicts);
    if (!plan->nights || !plan->facts || !plan->verdicts)
        return fp_error_nomem(err);
    for (size_t i = 0; i < n && rc == FP_OK; i++)
        rc = read_night(plan, prune, i, err);
    return rc;
}

/* As the index finds it (fp_index_newest), summary by summary. */
static int find_newest(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_error *err)
{
    bool found = false;

    plan->newest = plan->list.count;
    for (size_t i = 0; i < plan->list.count && !found; i++) {
        struct fp_error damaged = FP_ERROR_INIT;
        json_t *night = NULL;
        int rc = fp_kept_load(prune->output, plan->list.items[i].path, &night, &damaged);

        found = rc == FP_OK && fp_night_has_data(night);
        json_decref(night);
        if (rc == FP_ENOMEM)
            return fp_error_nomem(err);
        if (rc == FP_OK && (found || plan->newest == plan->list.count))
            plan->newest = i;
    }
    if (plan->newest < plan->list.count)
        plan->facts[plan->newest].bound = true;
    return FP_OK;
}

/* ---- what is kept under a name ---- */

static int bind_kept(struct fp_prune_plan *plan, const struct fp_record *copy, const char *name, struct fp_error *err)
{
    for (size_t i = 0; i < plan->list.count; i++) {
        struct fp_prune_night *night = &plan->nights[i];

        if (!night->label || night->start != copy->start || night->end != copy->end)
            continue;
        plan->facts[i].bound = true;
        if (!night->kept)
            night->kept = fp_arena_strdup(&plan->arena, name);
        if (!night->kept)
            return fp_error_nomem(err);
    }
    return FP_OK;
}

/* A name that begins with a dot is that of a copy on its way (publish/keep.c): if it can be read, it counts. */
static int read_copy(struct fp_prune_plan *plan, const char *dir, const char *name, struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    struct fp_record record = { .is_site = false };
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, name, err);
    if (rc == FP_OK) {
        rc = fp_record_load(path.data, &record, &damaged);
        if (rc == FP_OK)
            rc = bind_kept(plan, &record, name, err);
        else if (rc == FP_ENOMEM)
            fp_error_nomem(err);
        else
            rc = name[0] == '.' ? FP_OK
                                : fp_error_set(err, FP_EDATA,
                                               "%s: %s: which night it keeps is not known, so nothing is removed: keep the "
                                               "night again (--force), or move the copy out of the site",
                                               path.data, damaged.message);
    }
    fp_record_release(&record);
    fp_str_release(&path);
    return rc;
}

static int read_copies(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_error *err)
{
    struct dirent *entry;
    struct fp_str path;
    DIR *dir = NULL;
    int fd, rc = night_dir(prune, FP_PLAN_KEPT, &path, err);

    fd = rc == FP_OK ? fp_fd_open(AT_FDCWD, path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (rc == FP_OK && fd < 0 && errno != ENOENT)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot list %s (it must be a readable directory, no link)", path.data);
    if (fd >= 0 && !(dir = fdopendir(fd))) {
        rc = fp_error_errno(err, FP_EIO, errno, "cannot list %s", path.data);
        close(fd);
    }
    for (errno = 0; dir && rc == FP_OK && (entry = readdir(dir)) != NULL; errno = 0) {
        struct stat st;

        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
            fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
            rc = read_copy(plan, path.data, entry->d_name, err);
    }
    if (dir && rc == FP_OK && errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot list %s", path.data);
    if (dir)
        closedir(dir);
    fp_str_release(&path);
    return rc;
}

/* Of a copy that is gone nobody knows which night it kept. */
static int miss_copies(const struct fp_prune *prune, struct fp_error *err)
{
    struct fp_record site = { .is_site = true };
    int rc = fp_record_load(prune->output, &site, NULL);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    rc = FP_OK;
    for (size_t i = 0; i < site.kept_count && rc == FP_OK; i++) {
        struct fp_str path;
        struct stat st;

        fp_str_init(&path, FP_LIMIT_TEXT);
        fp_str_printf(&path, "%s/" FP_PLAN_KEPT "/%s", prune->output, site.kept[i]);
        rc = fp_str_status(&path, "a path", err);
        if (rc == FP_OK && (lstat(path.data, &st) < 0 || !S_ISDIR(st.st_mode)))
            rc = fp_error_set(err, FP_EDATA,
                              "%s is gone: which night it keeps is not known, so nothing is removed: bring the copy back, keep "
                              "the night again (flamepress keep NIGHT --as %s), or let it go (flamepress keep --release %s)",
                              path.data, site.kept[i], site.kept[i]);
        fp_str_release(&path);
    }
    fp_record_release(&site);
    return rc;
}

/* ---- what is not ours ---- */

/* *ret_foreign: how many things in the directory are not the night's own; `what` = why that matters, for the warning. */
static int count_foreign(const struct fp_prune *prune, const char *night, const char *what, size_t *ret_foreign,
                         struct fp_error *err)
{
    struct fp_foreign foreign = { 0 };
    struct fp_record record = { .is_site = false };
    struct fp_str dir;
    int rc = night_dir(prune, night, &dir, err);

    fp_str_init(&foreign.first, FP_LIMIT_TEXT);
    if (rc == FP_OK)
        rc = load_record(prune, night, &record, err);
    if (rc == FP_OK)
        rc = fp_belongings_look(dir.data, &record, &foreign, err);
    if (rc == FP_OK && foreign.count)
        fp_log(prune->log, FP_LOG_WARNING, "night %s: %s%s is in no manifest: %s: move it away", night, foreign.first.data,
               foreign.count > 1 ? ", and more," : "", what);
    *ret_foreign = foreign.count;
    fp_foreign_release(&foreign);
    fp_record_release(&record);
    fp_str_release(&dir);
    return rc;
}

static int settle(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_error *err)
{
    int rc = FP_OK;

    for (size_t i = 0; i < plan->list.count && rc == FP_OK; i++) {
        struct fp_retention_verdict *verdict = &plan->verdicts[i];
        size_t *foreign = &plan->nights[i].foreign;

        if (!verdict->night && !verdict->profiles)
            continue;
        rc = count_foreign(prune, plan->list.items[i].path,
                           verdict->night ? "the directory stays with that alone" : "its profiles stay for that", foreign, err);
        plan->refused += *foreign > 0;
        if (*foreign && !verdict->night)
            verdict->profiles = FP_RETENTION_STAYS;
        plan->going += verdict->night != FP_RETENTION_STAYS;
        plan->thinned += verdict->profiles != FP_RETENTION_STAYS;
        plan->bytes = add(plan->bytes, verdict->night ? plan->facts[i].bytes : verdict->profiles ? plan->facts[i].profiles : 0);
    }
    return rc;
}

/* ---- the plan ---- */

int fp_prune_plan_make(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_error *err)
{
    int rc;

    *plan = (struct fp_prune_plan){ .newest = 0 };
    fp_arena_init(&plan->arena);
    rc = fp_nights_list(prune->output, &plan->list, err);
    if (rc == FP_OK)
        rc = read_nights(plan, prune, err);
    if (rc == FP_OK)
        rc = find_newest(plan, prune, err);
    if (rc == FP_OK)
        rc = read_copies(plan, prune, err);
    if (rc == FP_OK)
        rc = miss_copies(prune, err);
    if (rc == FP_OK)
        rc = fp_retention_judge(&prune->config->retention, plan->facts, plan->list.count, plan->verdicts, err);
    if (rc == FP_OK)
        rc = settle(plan, prune, err);
    return rc;
}

void fp_prune_plan_release(struct fp_prune_plan *plan)
{
    free(plan->nights);
    free(plan->facts);
    free(plan->verdicts);
    fp_nights_release(&plan->list);
    fp_arena_release(&plan->arena);
    *plan = (struct fp_prune_plan){ .newest = 0 };
}

void fp_prune_plan_say(const struct fp_prune_plan *plan, void (*say)(void *ctx, const char *line), void *ctx)
{
    for (size_t i = 0; i < plan->list.count; i++) {
        const struct fp_retention_verdict *verdict = &plan->verdicts[i];
        struct fp_str line;

        fp_str_init(&line, FP_LIMIT_TEXT);
        if (verdict->night)
            fp_str_printf(&line, "%s  removed, %" PRId64 " bytes: %s", plan->list.items[i].path, plan->facts[i].bytes,
                          fp_retention_name(verdict->night));
        else if (verdict->profiles)
            fp_str_printf(&line, "%s  profiles removed, %" PRId64 " bytes: profiles.%s", plan->list.items[i].path,
                          plan->facts[i].profiles, fp_retention_name(verdict->profiles));
        else if (plan->nights[i].kept)
            fp_str_printf(&line, "%s  stays: kept as %s", plan->list.items[i].path, plan->nights[i].kept);
        if (line.len)
            say(ctx, line.data);
        fp_str_release(&line);
    }
}

/* ---- doing it ---- */

struct pruning {
    struct fp_prune_plan *plan;
    const struct fp_prune *prune;
    struct fp_stage *stage;
    struct fp_nights left; /* paths are those of the list */
};

static bool goes(const struct pruning *p, size_t i)
{
    return p->plan->verdicts[i].night != FP_RETENTION_STAYS;
}

/* Does the head line of the night's pages lead to one that goes? */
static int has_lost_before(const struct pruning *p, size_t i, bool *ret_lost, struct fp_error *err)
{
    const struct fp_nights *list = &p->plan->list;
    const char *path = list->items[i].path;
    struct fp_before before = { 0 };
    bool any = false;
    int rc = FP_OK;

    for (size_t k = i + 1; k < list->count && !any; k++)
        any = goes(p, k) && fp_night_is_alike(path, list->items[k].path);
    if (any)
        rc = fp_before_among(&before, p->prune->output, path, list, err);
    if (rc == FP_OK)
        *ret_lost = before.path && !fp_rebuild_leads_to(before.path, &p->left);
    fp_before_release(&before);
    return rc;
}

/* May a report of it have been compared with a night that goes, and lead there? By the name of its window: the summaries of the
 * reports themselves know, but are too many to read. */
static bool is_compared_with_gone(const struct pruning *p, const json_t *night)
{
    const json_t *entry;
    size_t e;

    json_array_foreach(json_object_get(night, "services"), e, entry) {
        const char *label = fp_model_get_text(json_object_get(entry, "baseline"), "label");

        for (size_t i = 0; *label && i < p->plan->list.count; i++)
            if (goes(p, i) && p->plan->nights[i].label && strcmp(p->plan->nights[i].label, label) == 0)
                return true;
    }
    return false;
}

static int rebuild(struct pruning *p, size_t i, json_t *night, struct fp_error *err)
{
    const struct fp_night_site site = { p->stage, p->prune->pages, p->prune->config->site_url, &p->left };
    const char *path = p->plan->list.items[i].path;
    bool without = p->plan->verdicts[i].profiles != FP_RETENTION_STAYS;
    struct fp_record record = { .is_site = false };
    size_t foreign = 0;
    int rc = FP_OK;

    if (!without)
        rc = count_foreign(p->prune, path, "its pages are not drawn again for that, and lead to nights that are gone", &foreign,
                           err);
    p->plan->refused += foreign > 0;
    if (rc == FP_OK && !foreign)
        rc = load_record(p->prune, path, &record, err);
    if (rc == FP_OK && !foreign)
        rc = fp_night_rebuild(&site, &record, night, without, err);
    fp_record_release(&record);
    return rc;
}

static int see_to_night(struct pruning *p, size_t i, struct fp_error *err)
{
    const char *path = p->plan->list.items[i].path;
    bool wanted = p->plan->verdicts[i].profiles != FP_RETENTION_STAYS;
    struct fp_error damaged = FP_ERROR_INIT;
    json_t *night = NULL;
    int rc = fp_kept_load(p->prune->output, path, &night, &damaged);

    if (rc == FP_OK && !wanted && p->plan->going)
        rc = has_lost_before(p, i, &wanted, &damaged);
    if (rc == FP_OK && !wanted && p->plan->going)
        wanted = is_compared_with_gone(p, night);
    if (rc == FP_OK && wanted)
        rc = rebuild(p, i, night, &damaged);
    json_decref(night);
    if (rc == FP_OK)
        return FP_OK;
    if (!fp_rebuild_is_damage(rc)) {
        *err = damaged;
        fp_error_prepend(err, "night %s", path);
        return rc;
    }
    /* what is damaged as a whole, the index says; and its pages are left as they are */
    fp_log(p->prune->log, FP_LOG_WARNING, "night %s: %s: it is left as it is: press it again, or move it out of the site", path,
           damaged.message);
    p->plan->refused++;
    return FP_OK;
}

static int remove_night(struct pruning *p, size_t i, struct fp_error *err)
{
    const char *path = p->plan->list.items[i].path;
    struct fp_record record = { .is_site = false };
    int rc;

    if (!p->plan->nights[i].foreign)
        return fp_belongings_take_out(p->stage, path, err);
    rc = load_record(p->prune, path, &record, err);
    if (rc == FP_OK)
        rc = fp_belongings_remove(p->prune->output, path, &record, err);
    fp_record_release(&record);
    if (rc < 0)
        fp_error_prepend(err, "night %s", path);
    return rc;
}

static int remove_nights(struct pruning *p, struct fp_error *err)
{
    const struct fp_prune_plan *plan = p->plan;
    int rc = plan->going ? fp_index_say_gone(p->stage->output, p->prune->log, err) : FP_OK;

    if (rc == FP_OK && plan->going)
        rc = fp_site_announce(p->stage, &p->left, err);
    /* it may lead to a night that goes */
    if (rc == FP_OK && plan->going && plan->newest < plan->list.count)
        rc = fp_stage_latest(p->stage, plan->list.items[plan->newest].path, err);
    for (size_t i = plan->list.count; i-- > 0 && rc == FP_OK;)
        if (goes(p, i))
            rc = remove_night(p, i, err);
    return rc;
}

static void log_line(void *ctx, const char *line)
{
    fp_log(ctx, FP_LOG_INFO, "%s", line);
}

int fp_prune_nights(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_stage *stage, struct fp_error *err)
{
    struct pruning p = { plan, prune, stage, { calloc(plan->list.count + 1, sizeof *p.left.items), 0, 0 } };
    int rc = p.left.items ? FP_OK : fp_error_nomem(err);

    fp_prune_plan_say(plan, log_line, prune->log);
    for (size_t i = 0; i < plan->list.count && rc == FP_OK; i++)
        if (!goes(&p, i))
            p.left.items[p.left.count++] = plan->list.items[i];
    for (size_t i = 0; i < plan->list.count && rc == FP_OK && (plan->going || plan->thinned); i++) {
        if (atomic_load(prune->cancel))
            rc = fp_error_set(err, FP_ECANCELLED, "told to stop: the nights that were to go are still there");
        else if (!goes(&p, i))
            rc = see_to_night(&p, i, err);
    }
    if (rc == FP_OK)
        rc = remove_nights(&p, err);
    free(p.left.items);
    return rc;
}

/* ---- by itself ---- */

/* A run that died while it put the index in place, or a prune. */
static bool is_pending(const char *output)
{
    struct fp_record record = { .is_site = false };
    bool pending = fp_record_load(output, &record, NULL) == FP_OK && record.pending;

    fp_record_release(&record);
    return pending;
}

static int prune_staged(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_stage *stage, struct fp_error *err)
{
    const struct fp_config *config = prune->config;
    const struct fp_index_run run = { stage, prune->pages, prune->log, config->title, config->site_url, NULL, 0, NULL };
    size_t damaged;
    int rc = fp_prune_plan_make(plan, prune, err), index = FP_OK;
    bool anew = is_pending(prune->output);

    if (rc < 0)
        return rc;
    rc = fp_prune_nights(plan, prune, stage, err);
    if (anew || plan->going || plan->thinned)
        index = fp_index_publish(&run, &damaged, rc == FP_OK ? err : NULL);
    return rc < 0 ? rc : index;
}

int fp_prune_site(const struct fp_prune *prune, int64_t now, size_t *ret_refused, struct fp_error *err)
{
    struct fp_lock lock = { -1 };
    struct fp_stage stage = { 0 };
    struct fp_prune_plan plan = { .newest = 0 };
    int rc = fp_lock_take(&lock, prune->output, now, err);

    if (rc == FP_OK)
        rc = fp_stage_open(&stage, prune->output, err);
    if (rc == FP_OK) {
        rc = prune_staged(&plan, prune, &stage, err);
        *ret_refused = plan.refused;
        fp_prune_plan_release(&plan);
    }
    fp_stage_close(&stage);
    fp_lock_drop(&lock);
    return rc;
}
