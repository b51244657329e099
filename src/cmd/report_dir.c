#include "cmd/report_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/in.h"
#include "base/limits.h"
#include "press/baseline.h"
#include "press/bundle.h"
#include "press/draw.h"
#include "report/summary.h"

/* ---- whose files ---- */

#define SIGN_PAGE "<meta name=\"generator\" content=\"flamepress "
#define SIGN_SUMMARY "{\n  \"schema\": 1,\n  \"service\": \""

/* Does the file have `sign` near its beginning? Then it is one of ours. */
static bool has_sign(const char *dir, const char *name, const char *sign)
{
    char head[4096];
    size_t used = 0;
    ssize_t n = 1;
    struct fp_str path;
    struct fp_in *in = NULL;

    fp_str_init(&path, FP_LIMIT_TEXT);
    if (fp_path_make(&path, dir, name, NULL) == FP_OK && fp_in_open_file(path.data, &in, NULL) == FP_OK)
        while (n > 0 && used < sizeof head) {
            n = fp_in_read(in, head + used, sizeof head - used, NULL);
            used += n > 0 ? (size_t)n : 0;
        }
    fp_in_close(in);
    fp_str_release(&path);
    return memmem(head, used, sign, strlen(sign)) != NULL;
}

/* For the ticket's note, PDF and zip: is there a ticket of ours, which has all of them? */
static bool has_ticket(const char *dir)
{
    return has_sign(dir, FP_SUMMARY_FILE, SIGN_SUMMARY) && has_sign(dir, FP_BUNDLE_PAGE, SIGN_PAGE);
}

/* Does the file bear a sign of ours, or stand beside those that do? */
static bool is_ours(const char *dir, const char *name, bool ticket)
{
    static const struct {
        const char *name, *sign;
    } signs[] = {
        { FP_DRAW_PAGE_FILE, SIGN_PAGE },
        { FP_BUNDLE_PAGE, SIGN_PAGE },
        { "flamegraph.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" role=\"img\" width=\"" },
        { FP_SUMMARY_FILE, SIGN_SUMMARY },
    };
    static const char *const of_tickets[] = { FP_BUNDLE_PDF, FP_BUNDLE_NOTE, FP_BUNDLE_ZIP };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(name, signs[i].name) == 0)
            return has_sign(dir, name, signs[i].sign);
    for (size_t i = 0; i < sizeof of_tickets / sizeof *of_tickets; i++)
        if (strcmp(name, of_tickets[i]) == 0)
            return has_ticket(dir);
    /* pictures and profiles have no room for a sign; `render --formats` may write them alone, a ticket never does */
    return !ticket || has_sign(dir, FP_SUMMARY_FILE, SIGN_SUMMARY);
}

/* A site, or a report in one: of a service, or of a kept night. */
static int is_of_site(const char *dir, bool *ret_is, struct fp_error *err)
{
    bool state = false, summary = false, night = false, report = false;
    int rc = fp_file_look(dir, ".flamepress", &state, err);

    if (rc == FP_OK)
        rc = fp_file_look(dir, FP_SUMMARY_FILE, &summary, err);
    if (rc == FP_OK)
        rc = fp_file_look(dir, "run.json", &night, err);
    if (rc == FP_OK && summary && !night)
        rc = fp_file_look(dir, "../../run.json", &report, err);
    *ret_is = state || (summary && (night || report));
    return rc;
}

int fp_report_dir_guard(const char *dir, bool ticket, struct fp_error *err)
{
    bool is = false;
    int rc = is_of_site(dir, &is, err);

    if (rc == FP_OK && is)
        return fp_error_set(err, FP_EINVAL, "%s belongs to a published site: give another directory, or --force", dir);
    for (size_t i = 0; fp_draw_names[i] && rc == FP_OK; i++) {
        rc = fp_file_look(dir, fp_draw_names[i], &is, err);
        if (rc == FP_OK && is && !is_ours(dir, fp_draw_names[i], ticket))
            return fp_error_set(err, FP_EINVAL,
                                "%s holds a file %s that no earlier report here had: give another directory, or --force to "
                                "replace it", dir, fp_draw_names[i]);
    }
    return rc;
}

/* ---- stages ---- */

#define STAGE_PREFIX ".flamepress-render-"

/* The process that made a stage of this name; 0 for any other name. */
static pid_t stage_owner(const char *name)
{
    size_t n = strlen(STAGE_PREFIX), digits;

    if (strncmp(name, STAGE_PREFIX, n) != 0)
        return 0;
    digits = strspn(name + n, "0123456789");
    return digits && digits < 10 && !name[n + digits] ? (pid_t)strtol(name + n, NULL, 10) : 0;
}

/* `incident` has nights in its stage: the years of them, and what is only compared with. */
static bool is_night(const char *name)
{
    return (strspn(name, "0123456789") == 4 && !name[4]) || strcmp(name, FP_BASELINE_STAGE) == 0;
}

static int want_of_stage(void *ctx, int dir, const char *name, struct fp_error *err)
{
    size_t i = 0;

    (void)dir;
    while (fp_draw_names[i] && strcmp(name, fp_draw_names[i]) != 0)
        i++;
    if (fp_draw_names[i] || is_night(name))
        return FP_OK;
    return fp_error_set(err, FP_EINVAL, "%s is no part of the stage %s", name, (const char *)ctx);
}

/* Removes the stages that killed renderings into this directory left behind: made by a process that is no more, and holding
 * nothing but what a stage does. Best effort: what stays is in nobody's way. */
static int remove_leftover(void *ctx, int dir, const char *name, struct fp_error *err)
{
    pid_t owner = stage_owner(name);
    struct fp_str path;
    struct stat st;

    (void)err;
    if (!owner || (owner != getpid() && (kill(owner, 0) == 0 || errno != ESRCH)) ||
        fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
        return FP_OK;
    fp_str_init(&path, FP_LIMIT_TEXT);
    if (fp_path_make(&path, ctx, name, NULL) == FP_OK && fp_dir_list(path.data, want_of_stage, path.data, NULL) == FP_OK)
        fp_dir_remove(path.data, NULL);
    fp_str_release(&path);
    return FP_OK;
}

int fp_report_dir_stage(const char *dir, struct fp_str *stage, struct fp_error *err)
{
    (void)fp_dir_list(dir, remove_leftover, (void *)dir, NULL);
    fp_str_puts(stage, dir);
    fp_str_printf(stage, "/" STAGE_PREFIX "%ld", (long)getpid());
    return fp_str_status(stage, "a path", err);
}

/* ---- in place ---- */

int fp_report_dir_publish(const char *dir, const char *stage, struct fp_error *err)
{
    struct fp_str a, b;
    int rc = FP_OK;

    fp_str_init(&a, FP_LIMIT_TEXT);
    fp_str_init(&b, FP_LIMIT_TEXT);
    for (size_t i = 0; fp_draw_names[i] && rc == FP_OK; i++) {
        rc = fp_path_make(&a, stage, fp_draw_names[i], err);
        if (rc == FP_OK)
            rc = fp_path_make(&b, dir, fp_draw_names[i], err);
        if (rc < 0)
            break;
        if (fp_file_exists(a.data) ? rename(a.data, b.data) < 0 : unlink(b.data) < 0 && errno != ENOENT)
            rc = fp_error_errno(err, FP_EIO, errno, "cannot replace %s", b.data);
    }
    fp_str_release(&a);
    fp_str_release(&b);
    return rc;
}
