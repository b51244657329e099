#include "press/attached.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"

/* In the order of the page. */
static const struct {
    const char *name, *label, *about;
    bool holds_profile;
} all[] = {
    { FP_BUNDLE_ZIP, "dl_ticket_name", "dl_ticket", true },
    { FP_BUNDLE_PAGE, "dl_single_name", "dl_single", true },
    { FP_BUNDLE_PDF, "dl_pdf_name", "dl_pdf", false },
    { FP_BUNDLE_NOTE, "dl_note_name", "dl_note", false },
};

#define ALL (sizeof all / sizeof *all)

bool fp_attached_holds_profile(const char *name)
{
    for (size_t i = 0; i < ALL; i++)
        if (strcmp(name, all[i].name) == 0)
            return all[i].holds_profile;
    return false;
}

static int drop_all(const char *dir, struct fp_error *err)
{
    struct fp_str path;
    int rc = FP_OK;

    fp_str_init(&path, FP_LIMIT_TEXT);
    for (size_t i = 0; i < ALL && rc == FP_OK; i++) {
        rc = fp_path_make(&path, dir, all[i].name, err);
        if (rc == FP_OK && unlink(path.data) < 0 && errno != ENOENT)
            rc = fp_error_errno(err, FP_EIO, errno, "cannot remove %s", path.data);
    }
    fp_str_release(&path);
    return rc;
}

int fp_attached_write(const struct fp_bundle *bundle, const struct fp_report_facts *facts, const char *dir,
                      const struct fp_draw_options *options, json_t *summary, struct fp_error *err)
{
    struct fp_error why = FP_ERROR_INIT;
    int rc = fp_bundle_write(bundle, facts, dir, options, summary, &why);

    if (rc == FP_EIO || rc == FP_ENOMEM) {
        *err = why;
        return rc;
    }
    if (rc == FP_OK)
        return rc;
    fp_error_prepend(&why, "%s %s: no files for a ticket", facts->title, facts->event_type);
    fp_log_error(bundle->log, FP_LOG_WARNING, &why, NULL);
    return drop_all(dir, err);
}

int fp_attached_page(const char *dir, const struct fp_attached_in *in, const struct fp_pages *pages, json_t *summary,
                     const struct fp_page_place *place, struct fp_error *err)
{
    struct fp_page_ticket tickets[ALL];
    struct fp_page_place here = *place;
    struct fp_str path;
    int rc = FP_OK;

    here.tickets = tickets;
    fp_str_init(&path, FP_LIMIT_TEXT);
    for (size_t i = 0; i < ALL && rc == FP_OK; i++) {
        struct stat st;

        rc = fp_path_make(&path, in->dir, all[i].name, err);
        if (rc == FP_OK && stat(path.data, &st) == 0 && !(in->without_profiles && all[i].holds_profile))
            tickets[here.ticket_count++] = (struct fp_page_ticket){ all[i].name, all[i].label, all[i].about, st.st_size };
    }
    fp_str_release(&path);
    if (rc < 0)
        return rc;
    return fp_draw_page(dir, FP_DRAW_PAGE_FILE, fp_pages_report, pages, summary, &here, err);
}
