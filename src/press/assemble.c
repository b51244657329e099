#include "press/assemble.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/wait.h"
#include "press/fetch.h"
#include "press/part.h"
#include "press/publishing.h"
#include "publish/lock.h"
#include "publish/manifest.h"
#include "report/entry.h"

#define LOOK_MS 1000 /* between two looks for parts that are awaited */
#define GONE ".gone" /* behind the name of a run whose parts are being removed */
#define ASSEMBLED_DIR ".flamepress/assembled" /* below the output: a file for each run, "whole 0" or "partial 2" (regressions) */
#define WHOLE "whole"

/* ---- are they all there? ---- */

static struct fp_part_place place_of(const struct fp_assembling *how, uint32_t index)
{
    return (struct fp_part_place){ how->run, { index, how->shards } };
}

/* FP_EBUSY names those that are missing, as far as a line goes. */
static int want_all(const struct fp_press *press, const struct fp_assembling *how, struct fp_error *err)
{
    uint32_t missing = 0;
    struct fp_str names;
    int rc = FP_OK;

    fp_str_init(&names, FP_LIMIT_TEXT);
    for (uint32_t i = 0; i < how->shards && rc == FP_OK; i++) {
        struct fp_part_place place = place_of(how, i);
        bool there = false;

        rc = fp_part_look(press->output, &place, &there, err);
        missing += rc == FP_OK && !there;
        if (rc == FP_OK && !there && names.len < FP_LIMIT_LISTING)
            fp_str_printf(&names, "%s%" PRIu32 "/%" PRIu32, names.len ? ", " : "", i, how->shards);
    }
    if (rc == FP_OK)
        rc = fp_str_status(&names, "the names of parts", err);
    if (rc == FP_OK && missing)
        rc = fp_error_set(err, FP_EBUSY,
                          "%" PRIu32 " of %" PRIu32 " parts are not in %s/" FP_PARTS_DIR "/%s: %s%s: wait for them (--wait), or "
                          "press them (run --shard), with the same configuration and windows",
                          missing, how->shards, press->output, how->run, names.data,
                          names.len < FP_LIMIT_LISTING ? "" : ", …");
    fp_str_release(&names);
    return rc;
}

/* Can the part be taken? What is wrong with one that is there is a warning. */
static bool is_of_use(const struct fp_press *press, const struct fp_assembling *how, uint32_t index)
{
    struct fp_part_place place = place_of(how, index);
    struct fp_error damaged = FP_ERROR_INIT;
    struct fp_part part;
    bool there = true;
    int rc;

    if (fp_part_look(press->output, &place, &there, NULL) == FP_OK && !there)
        return false;
    rc = fp_part_open(&part, press->output, &place, &damaged);
    if (rc == FP_OK)
        rc = fp_part_check(&part, how->windows, how->window_count, &damaged);
    fp_part_close(&part);
    if (rc < 0 && rc != FP_ENOMEM)
        fp_log(press->log, FP_LOG_WARNING, "the part of shard %" PRIu32 "/%" PRIu32 " is damaged, so it counts as missing: %s",
               index, how->shards, damaged.message);
    return rc == FP_OK || rc == FP_ENOMEM;
}

/* With the site's lock held: whoever else assembles is not at work, and what is said to fail is published so. What is missing
 * all the same is looked for afterwards. */
static int give_up(const struct fp_press *press, const struct fp_assembling *how, struct fp_error *err)
{
    for (uint32_t i = 0; i < how->shards; i++) {
        struct fp_shard shard = { i, how->shards };

        if (atomic_load(press->cancel))
            return fp_error_set(err, FP_ECANCELLED, "told to stop; nothing was published");
        if (!is_of_use(press, how, i))
            how->give_up(how->ctx, &shard);
    }
    return FP_OK;
}

/* ---- what was done before ---- */

static int note_path(const struct fp_press *press, const char *run, struct fp_str *ret_path, struct fp_error *err)
{
    fp_str_init(ret_path, FP_LIMIT_TEXT);
    fp_str_puts(ret_path, press->output);
    fp_path_join(ret_path, ASSEMBLED_DIR);
    if (run)
        fp_path_join(ret_path, run);
    return fp_str_status(ret_path, "a path", err);
}

/* Without it a process that is started again only finds no parts. */
static void write_note(const struct fp_press *press, const struct fp_assembling *how, const struct fp_press_result *result)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str path, text;
    int rc = note_path(press, NULL, &path, &err);

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_printf(&text, "%s %zu\n", fp_press_is_whole(result) ? WHOLE : "partial", result->regressions);
    if (rc == FP_OK)
        rc = fp_dir_make(path.data, &err);
    fp_path_join(&path, how->run);
    if (rc == FP_OK)
        rc = fp_str_status(&path, "a path", &err);
    if (rc == FP_OK)
        rc = fp_file_write(path.data, text.data, text.len, &err);
    if (rc < 0)
        fp_log_error(press->log, FP_LOG_WARNING, &err, "that this run was put together cannot be noted");
    fp_str_release(&path);
    fp_str_release(&text);
}

/* Is there anything of the run, so that it is to be put together (again)? A shard that is at work counts. */
static bool has_parts(const struct fp_press *press, const struct fp_assembling *how)
{
    char name[sizeof FP_PARTS_DIR + FP_RUN_NAME];
    bool there;

    snprintf(name, sizeof name, FP_PARTS_DIR "/%s", how->run);
    return fp_file_look(press->output, name, &there, NULL) < 0 || there;
}

static bool has_nights(const struct fp_press *press, const struct fp_assembling *how)
{
    bool has = true;

    for (size_t i = 0; i < how->window_count && has; i++) {
        char name[sizeof how->windows->path + sizeof FP_MANIFEST_FILE];

        snprintf(name, sizeof name, "%s/" FP_MANIFEST_FILE, how->windows[i].path);
        has = fp_file_look(press->output, name, &has, NULL) == FP_OK && has;
    }
    return has;
}

/* Was this very run put together before, with nothing of it left to be? `whole`: and as a whole, so that nobody needs to wait
 * for another try of its shards. `ret_result` may be NULL: nothing is said then. */
static bool is_assembled(const struct fp_press *press, const struct fp_assembling *how, bool whole,
                         struct fp_press_result *ret_result)
{
    struct fp_str path, text;
    bool was_whole, is;

    fp_str_init(&text, FP_LIMIT_TEXT);
    is = note_path(press, how->run, &path, NULL) == FP_OK && fp_file_read(path.data, &text, NULL) == FP_OK && text.len > 0;
    was_whole = is && strncmp(text.data, WHOLE " ", strlen(WHOLE " ")) == 0;
    is = is && (was_whole || !whole) && !has_parts(press, how) && has_nights(press, how);
    if (is && ret_result) {
        const char *number = strchr(text.data, ' ');

        *ret_result = (struct fp_press_result){ .already = true,
                                                .nights = how->window_count,
                                                .partial = !was_whole,
                                                .regressions = number ? strtoul(number, NULL, 10) : 0 };
        fp_log(press->log, FP_LOG_INFO, "%s: this run was put together already%s", press->output,
               was_whole ? "" : ", with reports that failed or are partial");
    }
    fp_str_release(&path);
    fp_str_release(&text);
    return is;
}

/* ---- waiting ---- */

static int await_parts(const struct fp_press *press, const struct fp_assembling *how, struct fp_error *err)
{
    const struct fp_fetcher patient = { .cancel = press->cancel };
    int64_t until = fp_clock_ms() + how->wait_ms;
    int rc;

    while ((rc = want_all(press, how, err)) == FP_EBUSY) {
        int64_t left = until - fp_clock_ms();

        if (left <= 0 && !how->give_up && !is_assembled(press, how, false, NULL))
            return rc;
        fp_error_clear(err);
        if (left <= 0) /* what to do is for who holds the lock */
            return FP_OK;
        rc = fp_fetch_pause(left < LOOK_MS ? left : LOOK_MS, &patient, err);
        if (rc < 0)
            return rc;
    }
    return rc;
}

/* ---- putting them together ---- */

/* The order of the run; two of one place come from shards that were not told the same of a pattern. */
static int by_place(const void *pa, const void *pb)
{
    const struct fp_pressed_report *a = pa, *b = pb;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return strcmp(fp_model_get_text(a->entry, "path"), fp_model_get_text(b->entry, "path"));
}

/* Does what an earlier run left of the night stay? A shard has decided that, too, but the site may have changed since. */
static int decide(const struct fp_publishing *site, size_t index, const char *dir, struct fp_error *err)
{
    struct fp_pressed *night = &site->nights[index];
    struct fp_str path;
    int rc = FP_OK;

    fp_str_init(&path, FP_LIMIT_TEXT);
    for (size_t i = 0; i < night->count && rc == FP_OK; i++) {
        struct fp_pressed_report *report = &night->reports[i];

        rc = fp_path_make(&path, dir, fp_model_get_text(report->entry, "path"), err);
        if (rc == FP_OK)
            rc = fp_kept_stays(&site->kept[index], report->entry, path.data, site->press->force, &report->stays, err);
    }
    fp_str_release(&path);
    return rc;
}

static void count_outcomes(const struct fp_pressed *night, struct fp_press_result *result)
{
    for (size_t i = 0; i < night->count; i++) {
        const json_t *entry = night->reports[i].entry;

        result->ok += fp_entry_has_outcome(entry, "ok");
        result->empty += fp_entry_has_outcome(entry, "empty");
        result->partial += fp_entry_has_outcome(entry, "partial");
        result->failed += fp_entry_has_outcome(entry, "failed");
    }
}

static int take_night(struct fp_publishing *site, size_t index, const struct fp_part *parts, uint32_t count,
                      const struct fp_stage *stage, struct fp_error *err)
{
    struct fp_pressed *night = &site->nights[index];
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    rc = fp_path_make(&dir, stage->path, night->window->path, err);
    for (uint32_t i = 0; i < count && rc == FP_OK; i++) {
        rc = fp_part_take(&parts[i], night, dir.data, err);
        if (rc == FP_OK && atomic_load(site->press->cancel))
            rc = fp_error_set(err, FP_ECANCELLED, "told to stop; nothing was published");
    }
    if (rc == FP_OK && night->count)
        qsort(night->reports, night->count, sizeof *night->reports, by_place);
    if (rc == FP_OK)
        rc = decide(site, index, dir.data, err);
    fp_str_release(&dir);
    return rc;
}

/* Opens them all, then takes them night by night. */
static int put_together(const struct fp_press *press, const struct fp_assembling *how, const struct fp_lock *lock,
                        struct fp_publishing *site, struct fp_stage *stage, struct fp_press_result *result,
                        struct fp_error *err)
{
    struct fp_part *parts = calloc((size_t)how->shards + 1, sizeof *parts);
    uint32_t opened = 0;
    int rc = parts ? FP_OK : fp_error_nomem(err);

    while (opened < how->shards && rc == FP_OK) {
        struct fp_part_place place = place_of(how, opened);

        rc = fp_part_open(&parts[opened], press->output, &place, err);
        result->seconds = fmax(result->seconds, fp_model_get_real(parts[opened++].said, "seconds"));
    }
    for (size_t i = 0; i < site->count && rc == FP_OK; i++) {
        rc = take_night(site, i, parts, how->shards, stage, err);
        count_outcomes(&site->nights[i], result);
    }
    if (rc == FP_OK)
        rc = fp_lock_check(lock, press->output, err);
    if (rc == FP_OK)
        rc = fp_publishing_do(site, stage, fp_model_get_text(parts[0].said, "source"), result, err);
    while (opened)
        fp_part_close(&parts[--opened]);
    free(parts);
    return rc;
}

/* ---- afterwards ---- */

static bool is_gone(const char *name)
{
    size_t n = strlen(name);

    return n > strlen(GONE) && strcmp(name + n - strlen(GONE), GONE) == 0;
}

/* What cannot be removed costs space and nothing else. First under another name: killed meanwhile, none of it is there to be
 * put together again. */
static void remove_run(const struct fp_press *press, const char *run)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str path, gone;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_init(&gone, FP_LIMIT_TEXT);
    fp_str_puts(&path, press->output);
    fp_path_join(&path, FP_PARTS_DIR);
    fp_path_join(&path, run);
    fp_str_printf(&gone, "%s%s", path.data, is_gone(run) ? "" : GONE);
    if (fp_str_status(&path, "a path", &err) < 0 || fp_str_status(&gone, "a path", &err) < 0 ||
        fp_dir_remove(rename(path.data, gone.data) == 0 ? gone.data : path.data, &err) < 0)
        fp_log_error(press->log, FP_LOG_WARNING, &err, "parts that are of no use any more");
    fp_str_release(&path);
    fp_str_release(&gone);
}

static bool is_old(const struct stat *info)
{
    return time(NULL) - info->st_mtime > FP_LIMIT_PART_AGE;
}

/* Shards of a run that never was put together, and what an earlier removal left. */
static int remove_forgotten(void *ctx, int dir, const char *name, struct fp_error *err)
{
    struct stat info;

    (void)err;
    if (name[0] != '.' && fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode) &&
        (is_gone(name) || is_old(&info)))
        remove_run(ctx, name);
    return FP_OK;
}

/* Notes of runs that nobody starts again. */
static int remove_note(void *ctx, int dir, const char *name, struct fp_error *err)
{
    struct stat info;

    (void)ctx;
    (void)err;
    if (name[0] != '.' && fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) && is_old(&info))
        unlinkat(dir, name, 0);
    return FP_OK;
}

/* Best effort, as all that is done afterwards. */
static void each_below(const struct fp_press *press, const char *dir, fp_dir_name_fn *each)
{
    struct fp_str path;

    fp_str_init(&path, FP_LIMIT_TEXT);
    if (fp_path_make(&path, press->output, dir, NULL) == FP_OK)
        (void)fp_dir_list(path.data, each, (void *)press, NULL);
    fp_str_release(&path);
}

/* The directory of all parts, when there are none. */
static void remove_empty(const struct fp_press *press)
{
    struct fp_str path;

    fp_str_init(&path, FP_LIMIT_TEXT);
    if (fp_path_make(&path, press->output, FP_PARTS_DIR, NULL) == FP_OK)
        rmdir(path.data);
    fp_str_release(&path);
}

/* With the site's lock held. */
static void tidy(const struct fp_press *press)
{
    each_below(press, FP_PARTS_DIR, remove_forgotten);
    each_below(press, ASSEMBLED_DIR, remove_note);
    remove_empty(press);
}

/* With the site's lock held. */
static int assemble_locked(const struct fp_press *press, const struct fp_assembling *how, const struct fp_lock *lock,
                           struct fp_press_result *result, struct fp_error *err)
{
    int64_t started = fp_clock_ms();
    struct fp_stage stage = { 0 };
    struct fp_publishing site;
    int rc = FP_OK;

    if (is_assembled(press, how, false, result)) /* by another process, maybe just now */
        return FP_OK;
    if (how->give_up)
        rc = give_up(press, how, err);
    if (rc == FP_OK)
        rc = want_all(press, how, err);
    if (rc == FP_OK)
        rc = fp_stage_open(&stage, press->output, err);
    if (rc < 0)
        return rc;
    rc = fp_publishing_open(&site, press, how->windows, how->window_count, err);
    if (rc == FP_OK)
        rc = put_together(press, how, lock, &site, &stage, result, err);
    result->seconds += (double)(fp_clock_ms() - started) / 1e3;
    fp_publishing_write_metrics(&site, rc, result);
    fp_stage_close(&stage);
    if (rc == FP_OK)
        fp_publishing_tell(&site, result);
    fp_publishing_close(&site);
    if (rc == FP_OK) {
        if (result->nights)
            write_note(press, how, result);
        remove_run(press, how->run);
        tidy(press);
    }
    return rc;
}

int fp_assemble(const struct fp_press *press, const struct fp_assembling *how, struct fp_press_result *ret_result,
                struct fp_error *err)
{
    struct fp_lock lock = { -1 };
    struct fp_stage stage;
    int rc;

    *ret_result = (struct fp_press_result){ 0 };
    if (is_assembled(press, how, true, ret_result)) {
        if (fp_lock_take(&lock, press->output, (int64_t)time(NULL), NULL) == FP_OK) {
            if (fp_stage_open(&stage, press->output, NULL) == FP_OK) /* removes what was left of others */
                fp_stage_close(&stage);
            tidy(press);
        }
        fp_lock_drop(&lock);
        return FP_OK;
    }
    rc = await_parts(press, how, err);
    if (rc == FP_OK)
        rc = fp_lock_take(&lock, press->output, (int64_t)time(NULL), err);
    if (rc == FP_OK)
        rc = assemble_locked(press, how, &lock, ret_result, err);
    fp_lock_drop(&lock);
    return rc;
}
