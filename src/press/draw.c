#include "press/draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/listing.h"
#include "base/out.h"
#include "codec/folded.h"
#include "codec/pprof.h"
#include "flame/picture.h"
#include "flame/png.h"
#include "flame/svg.h"
#include "press/attached.h"
#include "press/bundle.h"
#include "press/draw_script.h"
#include "press/kept.h"
#include "report/model.h"
#include "report/summary.h"
#include "report/transforms.h"
#include "report/words.h"

#define SVG_FILE "flamegraph.svg"
#define PNG_FILE "flamegraph.png"
#define PNG2X_FILE "flamegraph-2x.png"
#define DIFF_SVG_FILE "diff.svg"
#define DIFF_PNG_FILE "diff.png"

const char *const fp_draw_names[] = { SVG_FILE,           PNG_FILE,        PNG2X_FILE, DIFF_SVG_FILE, DIFF_PNG_FILE, FP_DRAW_FOLDED_FILE,
                                      FP_DRAW_PPROF_FILE, FP_SUMMARY_FILE, FP_DRAW_SCRIPT_FILE, FP_DRAW_PAGE_FILE, FP_BUNDLE_FILES, NULL };

int fp_draw_file(const char *dir, const char *name, fp_out_writer *write, void *ctx, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, name, err);
    if (rc == FP_OK)
        rc = fp_out_file(path.data, FP_OUT_REPLACE, write, ctx, err);
    fp_str_release(&path);
    return rc;
}

static int write_svg(void *ctx, struct fp_out *out, struct fp_error *err)
{
    return fp_svg_write(ctx, out, err);
}

static int draw_png(const struct fp_picture *picture, int scale, const char *dir, const char *name, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, name, err);
    if (rc == FP_OK)
        rc = fp_png_write(picture, scale, path.data, err);
    fp_str_release(&path);
    return rc;
}

/* Several services, and a title that does not name them? */
static bool hides_services(const struct fp_report_facts *facts)
{
    struct fp_str names;
    struct fp_listing list = { .to = &names, .max = FP_LIMIT_LISTING_TITLE };
    bool hides;

    if (!facts->merged || facts->merged->count < 2)
        return false;
    fp_str_init(&names, FP_LIMIT_TEXT);
    for (uint32_t id = 0; id < facts->merged->count; id++)
        fp_listing_add(&list, fp_names_get(facts->merged, id));
    fp_listing_end(&list);
    hides = !fp_slice_is(fp_str_slice(&names), facts->title);
    fp_str_release(&names);
    return hides;
}

/* "on-cpu · 19 s · Fri 20 Nov 2026": what the picture says of itself when it hangs in a ticket alone. */
static int make_subtitle(const struct fp_report_facts *facts, const struct fp_lang *lang, struct fp_str *to,
                         struct fp_error *err)
{
    char total[FP_UNIT_TEXT], label[FP_WORDS_LABEL_MAX];

    fp_str_init(to, FP_LIMIT_TEXT);
    if (hides_services(facts))
        fp_lang_say(lang, to, "pic_services", fp_lang_number(facts->merged->count).text, NULL);
    fp_str_puts(to, facts->event_type);
    fp_str_puts(to, " \xC2\xB7 ");
    fp_str_puts(to, fp_unit_format(total, fp_report_total(facts), facts->event->unit));
    if (facts->window) {
        fp_str_puts(to, " \xC2\xB7 ");
        fp_str_puts(to, fp_words_label(lang, label, facts->window->label));
    }
    if (facts->filter && facts->filter[0]) {
        fp_str_puts(to, " \xC2\xB7 ");
        fp_str_puts(to, facts->filter);
    }
    return fp_str_status(to, "a subtitle", err);
}

void fp_draw_note_picture(struct fp_report_facts *facts, const struct fp_picture *picture)
{
    const struct fp_layout *layout = &picture->panels[0].layout;

    facts->has_pictures = true;
    facts->picture = (struct fp_picture_facts){
        .boxes = (uint32_t)layout->count,
        .narrow_nodes = layout->narrow_nodes,
        .narrow_value = layout->narrow_value,
        .deep_nodes = layout->deep_nodes,
        .deep_value = layout->deep_value,
        .rows = layout->rows,
        .width = picture->width,
        .height = picture->height,
        .min_width = layout->min_width,
    };
}

/* What all pictures of a report share. */
static struct fp_picture_options picture_options(const struct fp_report_facts *facts,
                                                 const struct fp_draw_options *options, const struct fp_lang *lang)
{
    const struct fp_picture_config *config = options->picture;

    return (struct fp_picture_options){
        .width = (uint32_t)config->width,
        .min_width = config->min_width,
        .icicle = config->icicle,
        .by_value = config->sort_by_value,
        .title = facts->title,
        .lang = lang,
        .unit = facts->event->unit,
        .whole = fp_report_total(facts),
        .script = options->interactive ? fp_pages_svg_script(options->pages) : NULL,
    };
}

int fp_draw_make_picture(const struct fp_report_facts *facts, const struct fp_draw_options *options,
                         const struct fp_lang *lang, struct fp_picture *ret_picture, struct fp_error *err)
{
    struct fp_str subtitle, note;
    int rc = make_subtitle(facts, lang, &subtitle, err);
    struct fp_picture_options how = picture_options(facts, options, lang);

    fp_str_init(&note, FP_LIMIT_TEXT);
    if (facts->transforms)
        fp_transforms_line(lang, facts->transforms, &note);
    how.subtitle = subtitle.data;
    how.note = note.len ? note.data : NULL;
    if (rc == FP_OK)
        rc = fp_str_status(&note, "a note", err);
    if (rc == FP_OK)
        rc = fp_picture_make(ret_picture, facts->tree, &how, err);
    fp_str_release(&note);
    fp_str_release(&subtitle);
    return rc;
}

/* The same picture with its words as they can be drawn here, when those are others; *picture may be released in any case. */
static int say_drawn(const struct fp_report_facts *facts, const struct fp_draw_options *options, fp_draw_maker *make,
                     struct fp_picture *picture, struct fp_error *err)
{
    const struct fp_lang *lang = fp_pages_drawn_lang(options->pages);

    if (lang == fp_pages_lang(options->pages))
        return FP_OK;
    fp_picture_release(picture);
    return make(facts, options, lang, picture, err);
}

static int draw_pngs(struct fp_report_facts *facts, const struct fp_picture *picture, const char *dir, struct fp_error *err)
{
    int rc = draw_png(picture, 1, dir, PNG_FILE, err);

    facts->png = PNG_FILE;
    if (fp_png_fits(picture, 2)) {
        if (rc == FP_OK)
            rc = draw_png(picture, 2, dir, PNG2X_FILE, err);
        facts->png2x = PNG2X_FILE;
    } else {
        facts->png_note = fp_lang_word(NULL, "png_note");
    }
    return rc;
}

static int draw_pictures(struct fp_report_facts *facts, const char *dir, const struct fp_draw_options *options,
                         struct fp_error *err)
{
    struct fp_picture picture;
    int rc = fp_draw_make_picture(facts, options, fp_pages_lang(options->pages), &picture, err);

    if (rc < 0)
        return rc;
    fp_draw_note_picture(facts, &picture);
    if (options->formats & FP_DRAW_SVG) {
        rc = fp_draw_file(dir, SVG_FILE, write_svg, &picture, err);
        facts->svg = SVG_FILE;
    }
    if (rc == FP_OK && options->formats & FP_DRAW_PNG) {
        rc = say_drawn(facts, options, fp_draw_make_picture, &picture, err);
        if (rc == FP_OK)
            rc = draw_pngs(facts, &picture, dir, err);
    }
    fp_picture_release(&picture);
    return rc;
}

/* "on-cpu · Thu 19 Nov 2026 → Fri 20 Nov 2026" */
static int make_difference_subtitle(const struct fp_report_facts *facts, const struct fp_lang *lang, struct fp_str *to,
                                    struct fp_error *err)
{
    char before[FP_WORDS_LABEL_MAX], after[FP_WORDS_LABEL_MAX];

    fp_str_init(to, FP_LIMIT_TEXT);
    fp_str_printf(to, "%s \u00b7 %s \u2192 %s", facts->event_type, fp_words_label(lang, before, facts->comparison->label),
                  facts->window ? fp_words_label(lang, after, facts->window->label) : facts->source);
    if (facts->filter && facts->filter[0])
        fp_str_printf(to, " \u00b7 %s", facts->filter);
    return fp_str_status(to, "a subtitle", err);
}

static int draw_difference_files(const struct fp_report_facts *facts, struct fp_picture *picture, const char *dir,
                                 const struct fp_draw_options *options, struct fp_error *err)
{
    struct fp_comparison_facts *comparison = facts->comparison;
    int rc = FP_OK;

    comparison->width = picture->width;
    comparison->height = picture->height;
    if (options->formats & FP_DRAW_SVG) {
        rc = fp_draw_file(dir, DIFF_SVG_FILE, write_svg, picture, err);
        comparison->svg = DIFF_SVG_FILE;
    }
    if (rc == FP_OK && options->formats & FP_DRAW_PNG) {
        rc = say_drawn(facts, options, fp_draw_make_difference, picture, err);
        if (rc == FP_OK)
            rc = draw_png(picture, 1, dir, DIFF_PNG_FILE, err);
        comparison->png = DIFF_PNG_FILE;
    }
    return rc;
}

/* A link leads to a frame that is drawn, or there is none. */
static void keep_drawn(const struct fp_picture *picture, struct fp_comparison_facts *comparison)
{
    bool drawn[FP_LIMIT_TOP_FUNCTIONS] = { false };
    size_t kept = 0;

    for (size_t i = 0; i < picture->panel_count; i++) {
        const struct fp_panel *panel = &picture->panels[i];

        for (size_t b = 0; b < panel->layout.count; b++) {
            const char *id = fp_picture_id(picture, panel, &panel->layout.boxes[b]);

            for (size_t k = 0; id && k < comparison->anchor_count; k++)
                drawn[k] = drawn[k] || id == comparison->anchors[k].id;
        }
    }
    for (size_t k = 0; k < comparison->anchor_count; k++)
        if (drawn[k])
            comparison->anchors[kept++] = comparison->anchors[k];
    comparison->anchor_count = kept;
}

/* Colours alone would pass noise for changes. */
static void put_caution(const struct fp_comparison_facts *comparison, const struct fp_lang *lang, struct fp_str *to)
{
    const struct fp_changes *changes = comparison->changes;
    char before[FP_UNIT_TEXT], after[FP_UNIT_TEXT];

    if (changes && changes->too_few && comparison->rule->sample > 0)
        fp_lang_say_count(lang, to, changes->before_samples, "pic_too_few", fp_count_format(before, changes->before_samples),
                          fp_count_format(after, changes->after_samples), NULL);
}

int fp_draw_make_difference(const struct fp_report_facts *facts, const struct fp_draw_options *options,
                            const struct fp_lang *lang, struct fp_picture *ret_picture, struct fp_error *err)
{
    const struct fp_comparison_facts *comparison = facts->comparison;
    const struct fp_picture_config *config = options->picture;
    struct fp_str subtitle, note, caution;
    struct fp_picture_options how = picture_options(facts, options, lang);
    int rc;

    fp_str_init(&note, FP_LIMIT_TEXT);
    fp_str_init(&caution, FP_LIMIT_TEXT);
    put_caution(comparison, lang, &caution);
    if (facts->transforms)
        fp_transforms_line(lang, facts->transforms, &note);
    rc = make_difference_subtitle(facts, lang, &subtitle, err);
    if (rc == FP_OK)
        rc = fp_str_status(&note, "a note", err);
    if (rc == FP_OK)
        rc = fp_str_status(&caution, "a note", err);
    how.subtitle = subtitle.data;
    how.note = note.len ? note.data : NULL;
    how.caution = caution.len ? caution.data : NULL;
    how.before_whole = comparison->total;
    how.before = comparison->before;
    how.after = comparison->after;
    how.baseline_shape = config->diff_old_shape;
    how.palette = config->diff_orange ? FP_CHANGE_ORANGE_BLUE : FP_CHANGE_RED_BLUE;
    how.anchors = comparison->anchors;
    how.anchor_count = comparison->anchor_count;
    if (rc == FP_OK)
        rc = fp_picture_make_difference(ret_picture, comparison->pair, &how, err);
    fp_str_release(&caution);
    fp_str_release(&note);
    fp_str_release(&subtitle);
    return rc;
}

/* The pictures of what changed. */
static int draw_difference(const struct fp_report_facts *facts, const char *dir, const struct fp_draw_options *options,
                           struct fp_error *err)
{
    struct fp_comparison_facts *comparison = facts->comparison;
    struct fp_picture picture;
    int rc;

    if (!comparison || !comparison->pair || !(options->formats & (FP_DRAW_SVG | FP_DRAW_PNG)))
        return FP_OK;
    comparison->old_shape = options->picture->diff_old_shape;
    rc = fp_draw_make_difference(facts, options, fp_pages_lang(options->pages), &picture, err);
    if (rc == FP_OK) {
        rc = draw_difference_files(facts, &picture, dir, options, err);
        keep_drawn(&picture, comparison);
        fp_picture_release(&picture);
    }
    return rc;
}

/* What the format cannot hold, and what not every reader of it knows. */
static void note_folded_losses(struct fp_report_facts *facts, uint64_t changed, struct fp_str *note)
{
    char text[FP_UNIT_TEXT];

    facts->folded_root = fp_report_recorded(facts)->self[0];
    facts->folded_frames = changed;
    if (facts->folded_root)
        fp_lang_say(NULL, note, "folded_root", fp_unit_format_exact(text, facts->folded_root, facts->event->unit), NULL);
    if (facts->folded_root && changed)
        fp_str_puts(note, " ");
    if (changed)
        fp_lang_say_count(NULL, note, (int64_t)changed, "folded_frames", fp_count_format(text, (int64_t)changed), NULL);
}

/* Too many stacks for a format is no failure of the report: the page says why the file is missing. */
static int forgive_limit(int rc, const struct fp_error *failure, const char **ret_note, struct fp_str *note,
                         struct fp_error *err)
{
    if (rc == FP_ELIMIT) {
        fp_str_puts(note, failure->message);
        *ret_note = note->data;
        return FP_OK;
    }
    if (err->code == FP_OK)
        *err = *failure;
    return rc;
}

static int write_folded(struct fp_report_facts *facts, const char *dir, struct fp_str *note, struct fp_error *err)
{
    struct fp_error failure = FP_ERROR_INIT;
    struct fp_str path;
    uint64_t changed;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, FP_DRAW_FOLDED_FILE, &failure);
    if (rc == FP_OK)
        rc = fp_folded_write_gz(fp_report_recorded(facts), path.data, &changed, &failure);
    fp_str_release(&path);
    if (rc < 0)
        return forgive_limit(rc, &failure, &facts->folded_note, note, err);
    facts->folded = FP_DRAW_FOLDED_FILE;
    note_folded_losses(facts, changed, note);
    facts->folded_note = note->len ? note->data : NULL;
    return FP_OK;
}

/* Completeness, what is missing, zone, and each transform that did something. */
#define NOTES_MAX (4 + FP_TRANSFORM_COUNT)

const char *fp_draw_note(const struct fp_pprof_meta *meta, const char *begin)
{
    for (size_t i = 0; meta->ours && i < meta->note_count; i++)
        if (strncmp(meta->notes[i], begin, strlen(begin)) == 0)
            return meta->notes[i] + strlen(begin);
    return NULL;
}

int64_t fp_draw_missing(const struct fp_pprof_meta *meta)
{
    const char *text = fp_draw_note(meta, FP_DRAW_NOTE_MISSING);
    long long missing = text ? strtoll(text, NULL, 10) : 0;

    return missing > 0 && missing < meta->end - meta->start ? missing : 0;
}

struct notes {
    struct fp_str texts[NOTES_MAX];
    const char *items[NOTES_MAX];
    size_t count;
};

static struct fp_str *next_note(struct notes *notes, const char *begin)
{
    struct fp_str *text = &notes->texts[notes->count++];

    fp_str_init(text, FP_LIMIT_TEXT);
    fp_str_puts(text, begin);
    return text;
}

static void note_transforms(struct notes *notes, const struct fp_transform_log *log)
{
    for (size_t i = 0; log && i < log->count; i++) {
        const struct fp_transform_record *record = &log->items[i];
        struct fp_str *text;

        if (!record->frames && !record->value_removed)
            continue;
        text = next_note(notes, FP_DRAW_NOTE_TRANSFORM);
        fp_str_puts(text, fp_transform_step_name(record->step));
        fp_str_printf(text, "%s%s", record->detail[0] ? " " : "", record->detail);
    }
}

/* To be released in every case. */
static int make_notes(struct notes *notes, const struct fp_report_facts *facts, struct fp_error *err)
{
    int64_t missing = 0;
    int rc = FP_OK;

    notes->count = 0;
    for (size_t i = 0; i < facts->failed_count; i++)
        missing += facts->failed[i].end - facts->failed[i].start;
    fp_str_puts(next_note(notes, FP_DRAW_NOTE_COMPLETENESS), fp_completeness_name(facts->completeness));
    if (facts->completeness == FP_COMPLETE_PARTIAL && facts->unproved > 0)
        fp_str_puts(next_note(notes, ""), "unproved in what is covered");
    if (missing > 0)
        fp_str_printf(next_note(notes, FP_DRAW_NOTE_MISSING), "%" PRId64, missing);
    if (facts->window && facts->zone)
        fp_str_puts(next_note(notes, FP_DRAW_NOTE_ZONE), fp_zone_name(facts->zone));
    note_transforms(notes, facts->transforms);
    for (size_t i = 0; i < notes->count && rc == FP_OK; i++) {
        rc = fp_str_status(&notes->texts[i], "a note", err);
        notes->items[i] = notes->texts[i].data;
    }
    return rc;
}

static void release_notes(struct notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        fp_str_release(&notes->texts[i]);
}

static int write_pprof(struct fp_report_facts *facts, const char *dir, struct fp_str *note, struct fp_error *err)
{
    struct fp_error failure = FP_ERROR_INIT;
    struct fp_str path;
    struct notes notes;
    struct fp_pprof_meta meta = {
        .event = facts->event_type,
        .unit = facts->event->unit,
        .start = facts->window ? facts->window->start : 0,
        .end = facts->window ? facts->window->end : 0,
        .sample = facts->sample ? facts->sample : facts->event->sample,
        .filter = facts->filter && facts->filter[0] ? facts->filter : NULL,
        .generator = fp_generator(),
        .notes = notes.items,
    };
    int rc, made;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, dir, FP_DRAW_PPROF_FILE, &failure);
    made = make_notes(&notes, facts, &failure);
    meta.note_count = notes.count;
    if (rc == FP_OK)
        rc = made;
    if (rc == FP_OK)
        rc = fp_pprof_write_gz(fp_report_recorded(facts), &meta, path.data, &failure);
    if (rc == FP_OK)
        facts->pprof = FP_DRAW_PPROF_FILE;
    else
        rc = forgive_limit(rc, &failure, &facts->pprof_note, note, err);
    fp_str_release(&path);
    release_notes(&notes);
    return rc;
}

struct page {
    fp_draw_renderer *render;
    const struct fp_pages *pages;
    json_t *model;
    const struct fp_page_place *place;
};

static int write_page(void *ctx, struct fp_out *out, struct fp_error *err)
{
    const struct page *page = ctx;

    return page->render(page->pages, page->model, page->place, out, err);
}

int fp_draw_page(const char *dir, const char *name, fp_draw_renderer *render, const struct fp_pages *pages,
                 json_t *model, const struct fp_page_place *place, struct fp_error *err)
{
    return fp_draw_file(dir, name, write_page, &(struct page){ render, pages, model, place }, err);
}

static int write_model(void *ctx, struct fp_out *out, struct fp_error *err)
{
    const json_t *const *model = ctx;

    return fp_model_write(*model, out, err);
}

int fp_draw_model(const char *dir, const char *name, const json_t *model, struct fp_error *err)
{
    return fp_draw_file(dir, name, write_model, &model, err);
}

const struct fp_page_place fp_draw_place = { .assets = "../../assets/", .night = "../../index.html", .site = "../../../../../" };

int fp_draw_report(const struct fp_report_facts *given, const char *dir, const struct fp_draw_options *options,
                   json_t **ret_summary, struct fp_error *err)
{
    struct fp_report_facts own = *given, *facts = &own; /* the notes in it end with this function */
    bool has_value = fp_report_total(facts) > 0;
    bool shows_value = has_value && facts->tree->total[0] > 0; /* the focus may leave nothing */
    json_t *summary = NULL;
    struct fp_str folded_note, pprof_note;
    int rc = fp_dir_make(dir, err);

    facts->json = options->formats & FP_DRAW_JSON ? FP_SUMMARY_FILE : NULL;
    fp_str_init(&folded_note, FP_LIMIT_TEXT);
    fp_str_init(&pprof_note, FP_LIMIT_TEXT);
    if (rc == FP_OK && shows_value && options->formats & (FP_DRAW_SVG | FP_DRAW_PNG))
        rc = draw_pictures(facts, dir, options, err);
    if (rc == FP_OK)
        rc = draw_difference(facts, dir, options, err);
    if (rc == FP_OK && shows_value && options->formats & FP_DRAW_HTML)
        rc = fp_draw_script(facts, options->picture, dir, err);
    if (rc == FP_OK && has_value && options->formats & FP_DRAW_FOLDED)
        rc = write_folded(facts, dir, &folded_note, err);
    if (rc == FP_OK && has_value && options->formats & FP_DRAW_PPROF)
        rc = write_pprof(facts, dir, &pprof_note, err);
    if (rc == FP_OK && (ret_summary || options->bundle || options->formats & (FP_DRAW_JSON | FP_DRAW_HTML)))
        rc = fp_summary_make(facts, &summary, err);
    if (rc == FP_OK && options->published)
        rc = fp_kept_time(options->published, summary, err);
    if (rc == FP_OK && options->formats & FP_DRAW_JSON)
        rc = fp_draw_model(dir, FP_SUMMARY_FILE, summary, err);
    if (rc == FP_OK && options->bundle) {
        facts->generated = fp_model_get_int(summary, "generated");
        rc = (options->bundle->of_site ? fp_attached_write : fp_bundle_write)(options->bundle, facts, dir, options, summary, err);
    }
    if (rc == FP_OK && options->formats & FP_DRAW_HTML)
        rc = fp_attached_page(dir, &(struct fp_attached_in){ dir, false }, options->pages, summary, options->place, err);
    fp_str_release(&folded_note);
    fp_str_release(&pprof_note);
    if (rc == FP_OK && ret_summary)
        *ret_summary = summary;
    else
        json_decref(summary);
    return rc;
}

int fp_draw_assets(const struct fp_pages *pages, const char *dir, struct fp_error *err)
{
    int rc = fp_dir_make(dir, err);

    for (size_t i = 0; rc == FP_OK && i < fp_pages_asset_count(pages); i++) {
        struct fp_page_asset asset = fp_pages_asset(pages, i);
        struct fp_str path;
        struct stat st;

        fp_str_init(&path, FP_LIMIT_TEXT);
        rc = fp_path_make(&path, dir, asset.name, err);
        /* the name holds the hash of the bytes: what is there is right */
        if (rc == FP_OK && stat(path.data, &st) < 0)
            rc = fp_file_write(path.data, asset.bytes.data, asset.bytes.len, err);
        fp_str_release(&path);
    }
    return rc;
}
