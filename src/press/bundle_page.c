#include "press/bundle_parts.h"

#include "base/limits.h"
#include "base/unit.h"
#include "flame/svg.h"
#include "press/draw_script.h"
#include "report/single.h"
#include "report/summary.h"

/* ---- its pictures ---- */

struct embedded {
    struct fp_str svg; /* empty: there is none, or it is left out */
    bool difference, wanted;
    bool for_budget; /* the page's budget made it less than it could be, not browsers */
    size_t tried;    /* of fp_bundle_widths */
    struct fp_picture_facts picture;
};

static int embed_once(const struct fp_bundle_work *w, struct embedded *e, struct fp_error *err)
{
    struct fp_report_facts facts = *w->facts;
    int64_t width = w->options->picture->width;
    struct fp_picture picture;
    struct fp_out out;
    int rc = fp_bundle_draw(w, e->difference, fp_pages_lang(w->options->pages),
                            width < FP_PICTURE_WIDTH ? width : FP_PICTURE_WIDTH, fp_bundle_widths[e->tried], &picture, err);

    if (rc < 0)
        return rc;
    fp_str_clear(&e->svg);
    fp_out_to_str(&out, &e->svg);
    rc = fp_svg_write(&picture, &out, err);
    if (rc == FP_OK)
        rc = fp_out_finish(&out, err);
    fp_draw_note_picture(&facts, &picture);
    e->picture = facts.picture;
    fp_picture_release(&picture);
    return rc;
}

static const char *const drawn_names[] = { "flamegraph.svg", "diff.svg" };

/* The site's own, where it is as wide and browsers show it. */
static int embed_drawn(const struct fp_bundle_work *w, struct embedded *e, struct fp_error *err)
{
    const char *name = drawn_names[e->difference];
    int64_t size;
    int rc;

    if (!w->bundle->of_site || w->options->picture->width > FP_PICTURE_WIDTH)
        return FP_OK;
    rc = fp_bundle_size(w, name, &size, err);
    if (rc < 0)
        return rc;
    if (size > (int64_t)FP_SINGLE_PICTURE) {
        e->tried = 1;
        return FP_OK;
    }
    e->picture = w->facts->picture;
    if (e->difference) {
        e->picture.width = w->facts->comparison->width;
        e->picture.height = w->facts->comparison->height;
    }
    return fp_bundle_read(w, name, &e->svg, err);
}

/* With the boxes that are to be tried, or wider ones until browsers show it. */
static int embed(const struct fp_bundle_work *w, struct embedded *e, struct fp_error *err)
{
    for (; e->tried < FP_BUNDLE_WIDTHS; e->tried++) {
        struct fp_error why = FP_ERROR_INIT;
        int rc = embed_once(w, e, &why);

        if (rc < 0 && rc != FP_ELIMIT) {
            *err = why;
            return rc;
        }
        if (rc == FP_OK && e->svg.len <= FP_SINGLE_PICTURE)
            return FP_OK;
    }
    fp_str_clear(&e->svg);
    return FP_OK;
}

/* ---- its graph ---- */

struct data {
    struct fp_str text; /* empty: there is none, or it is left out */
    bool wanted;
    bool asked; /* a browser could hold it */
};

static int write_data(void *ctx, const struct fp_profile_script *script, struct fp_error *err)
{
    struct data *data = ctx;
    struct fp_out out;
    int rc;

    data->asked = true;
    fp_out_to_str(&out, &data->text);
    rc = fp_profile_script_write(script, &out, err);
    return rc == FP_OK ? fp_out_finish(&out, err) : rc;
}

/* As the page beside it has it. */
static int read_data(const struct fp_bundle_work *w, struct data *data, struct fp_error *err)
{
    int64_t size = 0;
    int rc;

    data->asked = w->facts->script != NULL;
    if (!data->asked)
        return FP_OK;
    rc = fp_bundle_size(w, w->facts->script, &size, err);
    if (rc < 0 || size > w->bundle->max[FP_BUNDLE_PART_HTML])
        return rc;
    return fp_bundle_read(w, w->facts->script, &data->text, err);
}

/* What the page has no room for anyhow is not kept. */
static int make_data(const struct fp_bundle_work *w, struct data *data, struct fp_error *err)
{
    struct fp_error why = FP_ERROR_INIT;
    int rc;

    if (w->bundle->of_site)
        return read_data(w, data, err);
    rc = fp_draw_script_make(w->facts, w->options->picture, write_data, data, &why);
    if (rc == FP_OK)
        return FP_OK;
    if (data->text.failed != FP_ELIMIT) {
        *err = why;
        return rc;
    }
    fp_str_clear(&data->text);
    return FP_OK;
}

/* ---- the page ---- */

#define PICTURES 2

struct page {
    struct embedded pictures[PICTURES]; /* the flame graph, the difference */
    struct data data;
    struct fp_str text;
};

#define LOSSES (PICTURES + 1)

/* Their arguments. */
struct losses {
    struct fp_bundle_loss list[LOSSES];
    size_t count;
    char widths[PICTURES][FP_UNIT_TEXT];
};

static void list_losses(const struct fp_bundle_work *w, const struct page *page, struct losses *ret)
{
    ret->count = 0;
    if (page->data.wanted && !page->data.text.len) {
        struct fp_bundle_loss *loss = &ret->list[ret->count++];

        *loss = (struct fp_bundle_loss){ "lost_graph", { FP_BUNDLE_PAGE }, "lost_browser", { NULL } };
        if (page->data.asked)
            fp_bundle_blame_budget(w->bundle, FP_BUNDLE_PART_HTML, loss);
    }
    for (size_t i = 0; i < PICTURES; i++) {
        const struct embedded *e = &page->pictures[i];
        struct fp_bundle_loss *loss = &ret->list[ret->count];

        if (!e->wanted || (e->svg.len && fp_bundle_widths[e->tried] <= w->options->picture->min_width))
            continue;
        *loss = (struct fp_bundle_loss){ e->difference ? "lost_difference" : "lost_flame", { FP_BUNDLE_PAGE }, "lost_chromium", { NULL } };
        if (e->svg.len) {
            loss->word = e->difference ? "lost_difference_boxes" : "lost_flame_boxes";
            loss->args[1] = fp_number_format(ret->widths[i], fp_bundle_widths[e->tried]);
        }
        if (e->for_budget)
            fp_bundle_blame_budget(w->bundle, FP_BUNDLE_PART_HTML, loss);
        ret->count++;
    }
}

/* With the facts of the page's own pictures: they are as wide as a page, which those of the files need not be. */
static int summary_of_page(const struct fp_bundle_work *w, const struct page *page, json_t **ret_summary, struct fp_error *err)
{
    const struct embedded *flame = &page->pictures[0], *diff = &page->pictures[1];
    struct fp_report_facts facts = *w->facts;
    struct fp_comparison_facts comparison;

    if (flame->svg.len)
        facts.picture = flame->picture;
    if (diff->svg.len) {
        comparison = *facts.comparison;
        comparison.width = diff->picture.width;
        comparison.height = diff->picture.height;
        facts.comparison = &comparison;
    }
    return fp_summary_make(&facts, ret_summary, err);
}

/* As it is to be written, into page->text; *ret_fits is false, and nothing there, when it is larger than its budget. */
static int render(const struct fp_bundle_work *w, struct page *page, bool *ret_fits, struct fp_error *err)
{
    const struct embedded *flame = &page->pictures[0], *diff = &page->pictures[1];
    struct fp_error why = FP_ERROR_INIT;
    struct losses losses;
    struct fp_str left_out;
    struct fp_single single = {
        .svg = fp_str_slice(&flame->svg),
        .diff = fp_str_slice(&diff->svg),
        .script = w->options->interactive && (flame->svg.len || diff->svg.len) ? fp_pages_svg_script(w->options->pages) : NULL,
        .data = fp_str_slice(&page->data.text),
    };
    json_t *summary = NULL;
    struct fp_out out;
    int rc = summary_of_page(w, page, &summary, &why);

    fp_str_init(&left_out, FP_LIMIT_TEXT);
    fp_str_puts(&left_out, w->left_out.data);
    list_losses(w, page, &losses);
    for (size_t i = 0; i < losses.count; i++)
        fp_bundle_put_loss(fp_pages_lang(w->options->pages), &losses.list[i], &left_out);
    single.left_out = left_out.data;
    fp_str_clear(&page->text);
    fp_out_to_str(&out, &page->text);
    if (rc == FP_OK)
        rc = fp_pages_single(w->options->pages, summary, &single, &out, &why);
    if (rc == FP_OK)
        rc = fp_out_finish(&out, &why);
    *ret_fits = rc == FP_OK;
    if (page->text.failed == FP_ELIMIT)
        rc = FP_OK;
    else if (rc < 0)
        *err = why;
    json_decref(summary);
    fp_str_release(&left_out);
    return rc;
}

/* Takes the next thing from it: the graph; else narrow boxes, of the larger picture that has any; else a picture, the
 * difference before the flame graph. *ret_less is false when there is nothing left to take. */
static int take_away(const struct fp_bundle_work *w, struct page *page, bool *ret_less, struct fp_error *err)
{
    struct embedded *flame = &page->pictures[0], *chosen = NULL;

    *ret_less = true;
    if (page->data.text.len) {
        fp_str_clear(&page->data.text);
        return FP_OK;
    }
    for (size_t i = 0; i < PICTURES; i++) {
        struct embedded *e = &page->pictures[i];

        if (e->svg.len && e->tried + 1 < FP_BUNDLE_WIDTHS && (!chosen || e->svg.len > chosen->svg.len))
            chosen = e;
    }
    if (chosen) {
        chosen->tried++;
        chosen->for_budget = true;
        return embed(w, chosen, err);
    }
    for (size_t i = PICTURES; i-- > 0 && !chosen;)
        if (page->pictures[i].svg.len)
            chosen = &page->pictures[i];
    *ret_less = chosen != NULL;
    if (!chosen)
        return FP_OK;
    fp_str_clear(&chosen->svg);
    chosen->for_budget = true;
    if (chosen == flame || !flame->svg.len)
        return FP_OK;
    flame->tried = 0; /* it has the room of the other one now */
    flame->for_budget = false;
    return embed(w, flame, err);
}

static int write_text(void *ctx, struct fp_out *out, struct fp_error *err)
{
    const struct fp_str *text = ctx;

    (void)err; /* the sink has the verdict */
    fp_out_write(out, text->data, text->len);
    return FP_OK;
}

/* What was lost is said, and the rest written. */
static int finish(struct fp_bundle_work *w, struct page *page, bool fits, struct fp_error *err)
{
    struct fp_bundle_loss all = { .word = "lost_file", .args = { FP_BUNDLE_PAGE } };
    struct losses losses;

    if (!fits) {
        fp_bundle_blame_budget(w->bundle, FP_BUNDLE_PART_HTML, &all);
        fp_bundle_say_lost(w, &all);
        return FP_OK;
    }
    list_losses(w, page, &losses);
    for (size_t i = 0; i < losses.count; i++)
        fp_bundle_say_lost(w, &losses.list[i]);
    return fp_draw_file(w->dir, FP_BUNDLE_PAGE, write_text, &page->text, err);
}

int fp_bundle_put_page(struct fp_bundle_work *w, struct fp_error *err)
{
    size_t max = (size_t)w->bundle->max[FP_BUNDLE_PART_HTML];
    struct page page = { .pictures = { { .wanted = w->has_picture }, { .difference = true, .wanted = w->has_difference } },
                         .data = { .wanted = w->has_picture && w->options->interactive } };
    bool fits = false, less = true;
    int rc = FP_OK;

    fp_str_init(&page.text, max);
    fp_str_init(&page.data.text, max);
    for (size_t i = 0; i < PICTURES; i++)
        fp_str_init(&page.pictures[i].svg, FP_LIMIT_SVG);
    if (page.data.wanted)
        rc = make_data(w, &page.data, err);
    for (size_t i = 0; i < PICTURES && rc == FP_OK; i++) {
        struct embedded *e = &page.pictures[i];

        if (e->wanted)
            rc = embed_drawn(w, e, err);
        if (rc == FP_OK && e->wanted && !e->svg.len)
            rc = embed(w, e, err);
    }
    if (rc == FP_OK)
        rc = render(w, &page, &fits, err);
    while (rc == FP_OK && !fits && less) {
        rc = take_away(w, &page, &less, err);
        if (rc == FP_OK && less)
            rc = render(w, &page, &fits, err);
    }
    if (rc == FP_OK)
        rc = finish(w, &page, fits, err);
    for (size_t i = 0; i < PICTURES; i++)
        fp_str_release(&page.pictures[i].svg);
    fp_str_release(&page.data.text);
    fp_str_release(&page.text);
    return rc;
}
