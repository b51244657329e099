#include "press/bundle_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/unit.h"
#include "config/measure.h"
#include "flame/pdf.h"
#include "flame/png.h"
#include "publish/zip.h"
#include "report/summary.h"
#include "report/ticket.h"

static const struct {
    const char *name;
    const char *max;
} parts[FP_BUNDLE_PARTS] = {
    [FP_BUNDLE_PART_HTML] = { "html", "5MB" },
    [FP_BUNDLE_PART_PNG] = { "png", "1MB" },
    [FP_BUNDLE_PART_PDF] = { "pdf", "2MB" },
    [FP_BUNDLE_PART_ZIP] = { "zip", "10MB" },
};

void fp_bundle_init(struct fp_bundle *bundle, struct fp_log *log)
{
    *bundle = (struct fp_bundle){ .log = log };
    for (int part = 0; part < FP_BUNDLE_PARTS; part++) {
        bundle->max_text[part] = parts[part].max;
        (void)fp_measure_parse(FP_MEASURE_SIZE, parts[part].max, &bundle->max[part]);
    }
}

bool fp_bundle_limit(struct fp_bundle *bundle, const char *text)
{
    size_t n = strcspn(text, "=");
    int64_t max;

    if (!text[n] || fp_measure_parse(FP_MEASURE_SIZE, text + n + 1, &max) < 0 || max <= 0)
        return false;
    for (int part = 0; part < FP_BUNDLE_PARTS; part++)
        if (strlen(parts[part].name) == n && strncmp(parts[part].name, text, n) == 0) {
            bundle->max[part] = max;
            bundle->max_text[part] = text + n + 1;
            return true;
        }
    return false;
}

/* ---- what is lost ---- */

void fp_bundle_blame_budget(const struct fp_bundle *bundle, enum fp_bundle_part part, struct fp_bundle_loss *loss)
{
    loss->why = bundle->of_site ? "lost_site_budget" : "lost_budget";
    loss->limits[0] = bundle->max_text[part];
    loss->limits[1] = parts[part].name;
}

void fp_bundle_put_loss(const struct fp_lang *lang, const struct fp_bundle_loss *loss, struct fp_str *to)
{
    struct fp_str what;

    fp_str_init(&what, FP_LIMIT_TEXT);
    fp_lang_say(lang, &what, loss->word, loss->args[0], loss->args[1], NULL);
    if (to->len)
        fp_str_putc(to, ' ');
    fp_lang_say(lang, to, loss->why, what.data, loss->limits[0], loss->limits[1], NULL);
    fp_str_release(&what);
}

void fp_bundle_say_lost(struct fp_bundle_work *w, const struct fp_bundle_loss *loss)
{
    struct fp_str logged;

    fp_str_init(&logged, FP_LIMIT_TEXT);
    fp_bundle_put_loss(NULL, loss, &logged);
    fp_log(w->bundle->log, w->bundle->of_site ? FP_LOG_INFO : FP_LOG_WARNING, "%s: %s", w->facts->title, logged.data);
    fp_str_release(&logged);
    fp_bundle_put_loss(NULL, loss, &w->left_out_english);
    fp_bundle_put_loss(fp_pages_lang(w->options->pages), loss, &w->left_out);
}

/* Because of the budget of a part. */
static void lose(struct fp_bundle_work *w, enum fp_bundle_part part, const char *word, const char *first, const char *second)
{
    struct fp_bundle_loss loss = { .word = word, .args = { first, second } };

    fp_bundle_blame_budget(w->bundle, part, &loss);
    fp_bundle_say_lost(w, &loss);
}

static void lose_boxes(struct fp_bundle_work *w, enum fp_bundle_part part, const char *file, double min_width)
{
    char width[FP_UNIT_TEXT];

    lose(w, part, "lost_boxes", file, fp_number_format(width, min_width));
}

/* ---- pictures ---- */

static const char *const png_names[FP_BUNDLE_PNGS] = { "flamegraph.png", "diff.png" };

int fp_bundle_draw(const struct fp_bundle_work *w, bool difference, const struct fp_lang *lang, int64_t width,
                   double min_width, struct fp_picture *ret_picture, struct fp_error *err)
{
    struct fp_picture_config config = *w->options->picture;
    struct fp_draw_options options = *w->options;

    config.width = width;
    if (config.min_width < min_width)
        config.min_width = min_width;
    options.picture = &config;
    return (difference ? fp_draw_make_difference : fp_draw_make_picture)(w->facts, &options, lang, ret_picture, err);
}

int fp_bundle_size(const struct fp_bundle_work *w, const char *name, int64_t *ret_size, struct fp_error *err)
{
    struct fp_str path;
    struct stat st;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, w->dir, name, err);
    if (rc == FP_OK && stat(path.data, &st) < 0)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot look at %s", path.data);
    else if (rc == FP_OK)
        *ret_size = st.st_size;
    fp_str_release(&path);
    return rc;
}

int fp_bundle_read(const struct fp_bundle_work *w, const char *name, struct fp_str *to, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, w->dir, name, err);
    if (rc == FP_OK)
        rc = fp_file_read(path.data, to, err);
    fp_str_release(&path);
    return rc;
}

static int drop(const char *dir, const char *name, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, name, err);
    if (rc == FP_OK && unlink(path.data) < 0 && errno != ENOENT)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot remove %s", path.data);
    fp_str_release(&path);
    return rc;
}

static int write_png(const struct fp_bundle_work *w, bool difference, double min_width, const char *name, struct fp_error *err)
{
    struct fp_picture picture;
    struct fp_str path;
    int rc = fp_bundle_draw(w, difference, fp_pages_drawn_lang(w->options->pages), w->options->picture->width, min_width,
                          &picture, err);

    if (rc < 0)
        return rc;
    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, w->dir, name, err);
    if (rc == FP_OK)
        rc = fp_png_write(&picture, 1, path.data, err);
    fp_str_release(&path);
    fp_picture_release(&picture);
    return rc;
}

static int put_png(struct fp_bundle_work *w, bool difference, const char *name, struct fp_error *err)
{
    int64_t size = 0;
    int rc = FP_OK;

    for (size_t i = 0; i < FP_BUNDLE_WIDTHS && rc == FP_OK; i++) {
        rc = write_png(w, difference, fp_bundle_widths[i], name, err);
        if (rc == FP_OK)
            rc = fp_bundle_size(w, name, &size, err);
        if (rc == FP_OK && size <= w->bundle->max[FP_BUNDLE_PART_PNG]) {
            if (i)
                lose_boxes(w, FP_BUNDLE_PART_PNG, name, fp_bundle_widths[i]);
            return FP_OK;
        }
    }
    if (rc == FP_OK)
        rc = drop(w->dir, name, err);
    if (rc == FP_OK)
        lose(w, FP_BUNDLE_PART_PNG, "lost_file", name, NULL);
    return rc;
}

/* Those of the site are too large, or as they should be. */
static int weigh_png(struct fp_bundle_work *w, bool difference, const char *name, struct fp_error *err)
{
    int64_t size = 0;
    int rc = fp_bundle_size(w, name, &size, err);

    w->heavy[difference] = rc == FP_OK && size > w->bundle->max[FP_BUNDLE_PART_PNG];
    if (w->heavy[difference])
        lose(w, FP_BUNDLE_PART_PNG, "lost_archived", name, FP_BUNDLE_ZIP);
    return rc;
}

static int put_pngs(struct fp_bundle_work *w, struct fp_error *err)
{
    const bool wanted[FP_BUNDLE_PNGS] = { w->has_picture, w->has_difference };
    int rc = FP_OK;

    for (int i = 0; i < FP_BUNDLE_PNGS && rc == FP_OK; i++)
        if (wanted[i])
            rc = (w->bundle->of_site ? weigh_png : put_png)(w, i, png_names[i], err);
    return rc;
}

/* ---- PDF and summary.md ---- */

#define PDF_WIDTH 1200 /* px: on A4 its text is of 7.6 points … */
#define PDF_WIDEST 3000
#define PDF_MIN_WIDTH 0.3 /* less than a printer shows */

/* … and smaller where the graph is so tall that it is the height which decides: then it may as well be wider. */
static int make_paper_picture(const struct fp_bundle_work *w, double min_width, struct fp_picture *ret_picture, struct fp_error *err)
{
    const struct fp_lang *lang = fp_pages_drawn_lang(w->options->pages);
    int rc = fp_bundle_draw(w, false, lang, PDF_WIDTH, min_width, ret_picture, err);
    double width;

    if (rc < 0)
        return rc;
    width = (double)ret_picture->height * FP_PDF_ASPECT;
    if (width <= PDF_WIDTH)
        return FP_OK;
    fp_picture_release(ret_picture);
    return fp_bundle_draw(w, false, lang, width < PDF_WIDEST ? (int64_t)width : PDF_WIDEST, min_width, ret_picture, err);
}

static int write_pdf(const struct fp_bundle_work *w, const struct fp_ticket *ticket, double min_width, struct fp_error *err)
{
    struct fp_pdf pdf = { .lang = fp_pages_drawn_lang(w->options->pages),
                          .title = w->facts->title,
                          .creator = fp_generator(),
                          .created = w->facts->generated,
                          .lines = ticket->lines,
                          .line_count = ticket->line_count };
    struct fp_picture picture;
    struct fp_str path;
    int rc = FP_OK;

    if (w->has_picture && min_width >= 0)
        rc = make_paper_picture(w, min_width, &picture, err);
    if (rc < 0)
        return rc;
    if (w->has_picture && min_width >= 0)
        pdf.picture = &picture;
    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, w->dir, FP_BUNDLE_PDF, err);
    if (rc == FP_OK)
        rc = fp_pdf_write(&pdf, path.data, err);
    fp_str_release(&path);
    if (pdf.picture)
        fp_picture_release(&picture);
    return rc;
}

/* With boxes as narrow as paper shows, then wider ones, then without the graph; then not at all. */
static int put_pdf(struct fp_bundle_work *w, struct fp_error *err)
{
    static const double tries[] = { PDF_MIN_WIDTH, 1, 3, 10, FP_BUNDLE_WIDEST, -1 };
    const struct fp_lang *lang = fp_pages_drawn_lang(w->options->pages);
    const struct fp_str *left_out = lang == fp_pages_lang(w->options->pages) ? &w->left_out : &w->left_out_english;
    struct fp_ticket ticket;
    int64_t size = 0;
    int rc = fp_ticket_make(&ticket, w->summary, lang, left_out->data, err);
    size_t i;

    for (i = 0; i < sizeof tries / sizeof *tries && rc == FP_OK; i++) {
        rc = write_pdf(w, &ticket, tries[i], err);
        if (rc == FP_OK)
            rc = fp_bundle_size(w, FP_BUNDLE_PDF, &size, err);
        if (rc == FP_OK && size <= w->bundle->max[FP_BUNDLE_PART_PDF])
            break;
    }
    fp_ticket_release(&ticket);
    if (rc < 0)
        return rc;
    if (i == sizeof tries / sizeof *tries) {
        lose(w, FP_BUNDLE_PART_PDF, "lost_file", FP_BUNDLE_PDF, NULL);
        return drop(w->dir, FP_BUNDLE_PDF, err);
    }
    if (i && tries[i] < 0)
        lose(w, FP_BUNDLE_PART_PDF, "lost_flame", FP_BUNDLE_PDF, NULL);
    else if (i)
        lose_boxes(w, FP_BUNDLE_PART_PDF, FP_BUNDLE_PDF, tries[i]);
    return FP_OK;
}

static int write_note(void *ctx, struct fp_out *out, struct fp_error *err)
{
    const struct fp_ticket *ticket = ctx;

    (void)err; /* the sink has the verdict */
    fp_ticket_markdown(ticket, out);
    return FP_OK;
}

static int put_note(struct fp_bundle_work *w, struct fp_error *err)
{
    struct fp_ticket ticket;
    int rc = fp_ticket_make(&ticket, w->summary, fp_pages_lang(w->options->pages), w->left_out.data, err);

    if (rc == FP_OK)
        rc = fp_draw_file(w->dir, FP_BUNDLE_NOTE, write_note, &ticket, err);
    fp_ticket_release(&ticket);
    return rc;
}

/* ---- the archive ---- */

/* In the order of the archive. What it has no room for is left out from the end on. */
static const char *const archived[] = { FP_BUNDLE_NOTE,  FP_BUNDLE_PAGE,     FP_BUNDLE_PDF,
                                        "flamegraph.png", "diff.png",        FP_DRAW_PPROF_FILE,
                                        FP_SUMMARY_FILE, "flamegraph.svg",   "diff.svg" };

#define ARCHIVED (sizeof archived / sizeof *archived)

static bool is_heavy(const struct fp_bundle_work *w, const char *name)
{
    for (size_t i = 0; i < FP_BUNDLE_PNGS; i++)
        if (w->heavy[i] && strcmp(name, png_names[i]) == 0)
            return true;
    return false;
}

static size_t list_files(const struct fp_bundle_work *w, const char *names[ARCHIVED])
{
    struct fp_str path;
    size_t count = 0;

    fp_str_init(&path, FP_LIMIT_TEXT);
    for (size_t i = 0; i < ARCHIVED; i++)
        if (fp_path_make(&path, w->dir, archived[i], NULL) == FP_OK && fp_file_exists(path.data) && !is_heavy(w, archived[i]))
            names[count++] = archived[i];
    fp_str_release(&path);
    return count;
}

static int put_archive(struct fp_bundle_work *w, struct fp_error *err)
{
    const char *names[ARCHIVED];
    size_t count = list_files(w, names);
    struct fp_str path;
    int64_t size = 0;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, w->dir, FP_BUNDLE_ZIP, err);
    while (rc == FP_OK) {
        rc = fp_zip_write(path.data, w->dir, names, count, w->facts->generated,
                          w->bundle->of_site ? FP_ZIP_FAST : FP_ZIP_SMALL, err);
        if (rc == FP_OK)
            rc = fp_bundle_size(w, FP_BUNDLE_ZIP, &size, err);
        if (rc < 0 || size <= w->bundle->max[FP_BUNDLE_PART_ZIP])
            break;
        if (--count == 0) {
            lose(w, FP_BUNDLE_PART_ZIP, "lost_file", FP_BUNDLE_ZIP, NULL);
            rc = drop(w->dir, FP_BUNDLE_ZIP, err);
            if (rc == FP_OK)
                rc = put_note(w, err);
            break;
        }
        lose(w, FP_BUNDLE_PART_ZIP, "lost_archived", names[count], FP_BUNDLE_ZIP);
        rc = put_note(w, err); /* which is in it, and says so */
    }
    fp_str_release(&path);
    return rc;
}

int fp_bundle_write(const struct fp_bundle *bundle, const struct fp_report_facts *facts, const char *dir,
                    const struct fp_draw_options *options, json_t *summary, struct fp_error *err)
{
    struct fp_bundle_work w = { .bundle = bundle,
                      .facts = facts,
                      .options = options,
                      .dir = dir,
                      .summary = summary,
                      .has_picture = fp_report_total(facts) > 0 && facts->tree->total[0] > 0,
                      .has_difference = facts->comparison && facts->comparison->pair };
    int rc;

    fp_str_init(&w.left_out, FP_LIMIT_TEXT);
    fp_str_init(&w.left_out_english, FP_LIMIT_TEXT);
    rc = put_pngs(&w, err);
    if (rc == FP_OK)
        rc = fp_bundle_put_page(&w, err);
    if (rc == FP_OK)
        rc = put_pdf(&w, err);
    if (rc == FP_OK)
        rc = put_note(&w, err);
    if (rc == FP_OK)
        rc = put_archive(&w, err);
    fp_str_release(&w.left_out);
    fp_str_release(&w.left_out_english);
    return rc;
}
