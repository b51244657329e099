#include "report/page.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/unit.h"
#include "flame/paint.h"
#include "report/assets.h"
#include "report/header.h"
#include "report/index.h"
#include "report/model.h"
#include "report/night.h"
#include "report/service.h"
#include "report/single.h"
#include "report/summary.h"
#include "report/template.h"
#include "report/view.h"
#include "report/words.h"

enum template_id { T_REPORT, T_NIGHT, T_INDEX, T_SERVICE, T_LATEST, T_FIRST_PARTIAL, T_COUNT = T_FIRST_PARTIAL + 27 };

/* Partials may include each other in any order. */
static const char *const template_names[T_COUNT] = {
    [T_REPORT] = "report",
    [T_NIGHT] = "night",
    [T_INDEX] = "index",
    [T_SERVICE] = "service",
    [T_LATEST] = "latest",
    "calls",
    "calls_side",
    "change_row",
    "change_table",
    "changed",
    "chart",
    "counts",
    "fact",
    "foot",
    "head",
    "kept",
    "month",
    "moved",
    "name",
    "outcome",
    "page_script",
    "ranked_heads",
    "ranking",
    "rows",
    "services",
    "spark",
    "terms",
    "title",
    "top",
    "trouble",
    "what_changed",
    "windows",
};

enum asset_id { A_STYLE, A_ICON, A_SITE, A_VIEWER, A_VIEWER_STYLE, A_PAGE_SCRIPT, A_COUNT };

static const struct {
    const char *file;
    const char *key; /* in the page model */
} asset_files[A_COUNT] = {
    [A_STYLE] = { "style.css", "style" },
    [A_ICON] = { "icon.svg", "icon" },
    [A_SITE] = { "site.js", "site_script" },
    [A_VIEWER] = { "viewer.js", "viewer" },
    [A_VIEWER_STYLE] = { "viewer.css", "viewer_style" },
    [A_PAGE_SCRIPT] = { "page.js", "page_script" },
};

#define SVG_SCRIPT "flame_svg.js"

struct fp_pages {
    const struct fp_lang *lang, *drawn_lang;
    char *title;
    struct fp_template *templates[T_COUNT];
    struct fp_str asset_bytes[A_COUNT], asset_names[A_COUNT];
    struct fp_str svg_script; /* in the pictures, not beside them */
};

/* ---- opening ---- */

static int open_template(struct fp_pages *pages, size_t id, const char *override, struct fp_error *err)
{
    struct fp_str text, file, where; /* `where`: the path of an overriding file, so that a mistake in it is found */
    int rc;

    fp_str_init(&text, FP_LIMIT_ASSET);
    fp_str_init(&file, FP_LIMIT_TEXT);
    fp_str_init(&where, FP_LIMIT_TEXT);
    fp_str_printf(&file, "%s.mustache", template_names[id]);
    if (override) {
        fp_str_puts(&where, override);
        fp_path_join(&where, file.data);
    }
    rc = fp_str_status(&file, "the name of a template", err);
    if (rc == FP_OK)
        rc = fp_str_status(&where, "the path of a template", err);
    if (rc == FP_OK)
        rc = fp_asset_load("templates", file.data, override, &text, err);
    if (rc == FP_OK)
        rc = fp_template_new(&pages->templates[id], override && fp_file_exists(where.data) ? where.data : file.data,
                             fp_str_slice(&text), err);
    fp_str_release(&file);
    fp_str_release(&where);
    fp_str_release(&text);
    return rc;
}

static int open_asset(struct fp_pages *pages, size_t id, const char *override, struct fp_error *err)
{
    int rc = fp_asset_load("assets", asset_files[id].file, override, &pages->asset_bytes[id], err);

    if (rc == FP_OK)
        rc = fp_asset_hashed_name(asset_files[id].file, fp_str_slice(&pages->asset_bytes[id]),
                                  &pages->asset_names[id], err);
    return rc;
}

/* It stands in a CDATA section of every picture. */
static int open_svg_script(struct fp_pages *pages, const char *override, struct fp_error *err)
{
    struct fp_str *script = &pages->svg_script;
    int rc = fp_asset_load("assets", SVG_SCRIPT, override, script, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < script->len; i++) {
        unsigned char c = (unsigned char)script->data[i];

        if ((c < ' ' && c != '\n' && c != '\t') || c > '~' || strncmp(script->data + i, "]]>", 3) == 0)
            return fp_error_set(err, FP_EINVAL,
                                "%s/%s: byte %zu: the script stands in XML as it is, so it may have neither \"]]>\" nor "
                                "anything but ASCII and line feeds: write other characters as \\uXXXX",
                                override ? override : "assets", SVG_SCRIPT, i);
    }
    return FP_OK;
}

/* A directory that is not there would mean: everything built in, without a word. */
static int check_directory(const char *path, const char *what, struct fp_error *err)
{
    struct stat info;

    if (!path || (stat(path, &info) == 0 && S_ISDIR(info.st_mode)))
        return FP_OK;
    return fp_error_set(err, FP_ENOTFOUND, "`%s` names %s, which is no directory", what, path);
}

int fp_pages_open(struct fp_pages **ret_pages, const struct fp_pages_options *options, struct fp_error *err)
{
    struct fp_pages *pages = calloc(1, sizeof *pages);
    int rc = FP_OK;

    if (!pages)
        return fp_error_nomem(err);
    for (size_t i = 0; i < A_COUNT; i++) {
        fp_str_init(&pages->asset_bytes[i], FP_LIMIT_ASSET);
        fp_str_init(&pages->asset_names[i], FP_LIMIT_TEXT);
    }
    fp_str_init(&pages->svg_script, FP_LIMIT_ASSET);
    pages->lang = options->lang;
    pages->drawn_lang = fp_paint_shows(options->lang) ? options->lang : NULL;
    pages->title = strdup(options->title ? options->title : "flamepress");
    if (!pages->title)
        rc = fp_error_nomem(err);
    if (rc == FP_OK)
        rc = check_directory(options->templates, "templates", err);
    if (rc == FP_OK)
        rc = check_directory(options->assets, "assets", err);
    for (size_t i = 0; i < T_COUNT && rc == FP_OK; i++)
        rc = open_template(pages, i, options->templates, err);
    for (size_t i = 0; i < A_COUNT && rc == FP_OK; i++)
        rc = open_asset(pages, i, options->assets, err);
    if (rc == FP_OK)
        rc = open_svg_script(pages, options->assets, err);
    if (rc < 0)
        fp_pages_close(pages);
    else
        *ret_pages = pages;
    return rc;
}

void fp_pages_close(struct fp_pages *pages)
{
    if (!pages)
        return;
    for (size_t i = 0; i < T_COUNT; i++)
        fp_template_free(pages->templates[i]);
    for (size_t i = 0; i < A_COUNT; i++) {
        fp_str_release(&pages->asset_bytes[i]);
        fp_str_release(&pages->asset_names[i]);
    }
    fp_str_release(&pages->svg_script);
    free(pages->title);
    free(pages);
}

size_t fp_pages_asset_count(const struct fp_pages *pages)
{
    (void)pages; /* today the same for all */
    return A_COUNT;
}

struct fp_page_asset fp_pages_asset(const struct fp_pages *pages, size_t index)
{
    return (struct fp_page_asset){ pages->asset_names[index].data, fp_str_slice(&pages->asset_bytes[index]) };
}

const char *fp_pages_svg_script(const struct fp_pages *pages)
{
    return pages->svg_script.data;
}

const struct fp_lang *fp_pages_lang(const struct fp_pages *pages)
{
    return pages->lang;
}

const struct fp_lang *fp_pages_drawn_lang(const struct fp_pages *pages)
{
    return pages->drawn_lang;
}

/* ---- rendering ---- */

static const struct fp_template *find_partial(void *ctx, const char *name, struct fp_error *err)
{
    const struct fp_pages *pages = ctx;

    (void)err; /* the renderer says which partial is unknown, and where */
    for (size_t i = T_FIRST_PARTIAL; i < T_COUNT; i++)
        if (!strcmp(template_names[i], name))
            return pages->templates[i];
    return NULL;
}

/* The words of the templates: {{t.KEY}}. */
static void put_words(struct fp_model *model, json_t *view)
{
    const struct fp_lang *lang = model->lang ? model->lang : &fp_langs[0];
    json_t *words = fp_model_object(model, view, "t");

    for (size_t i = 0; i < lang->count; i++)
        fp_model_put(model, words, lang->words[i].key, fp_model_text(lang->words[i].text));
    fp_model_put(model, view, "lang", fp_model_text(lang->tag));
    /* messages of the program and of servers are English: who reads a page aloud needs to know (WCAG 3.1.2) */
    fp_model_put(model, view, "message_lang", fp_model_text_or_null(lang == &fp_langs[0] ? NULL : fp_langs[0].tag));
}

/* What every page has around its own content. `path` and `label`: of the night that the page is of, "" = of none. */
static void put_frame(const struct fp_pages *pages, struct fp_model *model, json_t *view,
                      const struct fp_page_place *place, const char *path, const char *label)
{
    fp_header_put(model, view, place, path, label);
    put_words(model, view);
    fp_model_say(model, view, "pressed_text", "pressed_text", fp_model_get_text(view, "generator"),
                 fp_model_get_text(view, "generated"), NULL);
    fp_model_put(model, view, "site_title", fp_model_text(pages->title));
    fp_model_put(model, view, "single", json_null());
    fp_model_put(model, view, "assets", fp_model_text_or_null(place->assets));
    fp_model_put(model, view, "feed", fp_model_text_or_null(place->feed));
    for (size_t i = 0; i < A_COUNT; i++)
        fp_model_put(model, view, asset_files[i].key, fp_model_slice(fp_str_slice(&pages->asset_names[i])));
}

static int render(const struct fp_pages *pages, enum template_id id, const struct fp_model *model,
                  const json_t *view, struct fp_out *out, struct fp_error *err)
{
    /* find_partial only reads what it is given */
    struct fp_partials partials = { .find = find_partial, .ctx = (void *)(uintptr_t)pages };

    if (model->failed)
        return fp_error_nomem(err);
    return fp_template_render(pages->templates[id], view, &partials, out, err);
}

static struct fp_single_part part_of(const struct fp_pages *pages, enum asset_id id)
{
    return (struct fp_single_part){ asset_files[id].file, fp_str_slice(&pages->asset_bytes[id]) };
}

/* A page without the profile's data needs nothing of the graph's; one whose pictures have no script has none either. */
static int put_single(const struct fp_pages *pages, const struct fp_single *single, struct fp_model *model, json_t *view,
                      struct fp_error *err)
{
    const struct fp_single_part styles[] = { part_of(pages, A_STYLE), part_of(pages, A_VIEWER_STYLE) };
    const struct fp_single_part scripts[] = { part_of(pages, A_SITE), part_of(pages, A_PAGE_SCRIPT),
                                              part_of(pages, A_VIEWER), { "profile.js", single->data } };
    const struct fp_single_parts parts = {
        .icon = fp_str_slice(&pages->asset_bytes[A_ICON]),
        .styles = styles,
        .style_count = single->data.len ? 2 : 1,
        .scripts = scripts,
        .script_count = single->data.len ? 4 : single->script ? 2 : 0,
    };

    return fp_single_put(single, &parts, model, view, err);
}

/* Where they are, nobody has to make them. */
static void put_tickets(struct fp_model *model, json_t *view, const struct fp_page_place *place)
{
    json_t *list = fp_model_array(model, view, "tickets");
    char size[FP_UNIT_TEXT];

    for (size_t i = 0; i < place->ticket_count; i++) {
        const struct fp_page_ticket *ticket = &place->tickets[i];
        json_t *row = fp_model_row(model, list);

        fp_words_put_href(model, row, "href", "", fp_slice_of(ticket->name), "");
        fp_model_put(model, row, "label", fp_model_word(model, ticket->label));
        fp_model_say(model, row, "note", ticket->about, fp_unit_format(size, ticket->size, FP_UNIT_BYTES), NULL);
    }
    fp_model_put(model, view, "has_tickets", json_boolean(place->ticket_count > 0));
}

/* `single`: NULL = a page with others. */
static int render_report(const struct fp_pages *pages, json_t *summary, const struct fp_page_place *place,
                         const struct fp_single *single, struct fp_out *out, struct fp_error *err)
{
    char date[FP_WORDS_LABEL_MAX];
    const char *label = fp_words_label(pages->lang, date, fp_model_get_text(json_object_get(summary, "window"), "label"));
    struct fp_model model = { .lang = pages->lang };
    json_t *view;
    int rc = fp_view_report(summary, pages->lang, &view, err);

    if (rc < 0)
        return rc;
    put_frame(pages, &model, view, place, place->path ? place->path : "", label);
    put_tickets(&model, view, place);
    if (single)
        rc = put_single(pages, single, &model, view, err);
    if (rc < 0) {
        json_decref(view);
        return rc;
    }
    fp_model_printf(&model, view, "page_title", "%s %s%s%s \u2013 %s", fp_model_get_text(summary, "title"),
                    fp_model_get_text(summary, "event"), *label ? ", " : "", label, pages->title);
    rc = render(pages, T_REPORT, &model, view, out, err);
    json_decref(view);
    return rc;
}

int fp_pages_report(const struct fp_pages *pages, json_t *summary, const struct fp_page_place *place,
                    struct fp_out *out, struct fp_error *err)
{
    return render_report(pages, summary, place, NULL, out, err);
}

int fp_pages_single(const struct fp_pages *pages, json_t *summary, const struct fp_single *single, struct fp_out *out,
                    struct fp_error *err)
{
    static const struct fp_page_place nowhere = { .assets = NULL };
    json_t *alone = NULL;
    int rc = fp_single_summary(single, summary, &alone, err);

    if (rc == FP_OK)
        rc = render_report(pages, alone, &nowhere, single, out, err);
    json_decref(alone);
    return rc;
}

int fp_pages_night(const struct fp_pages *pages, json_t *night, const struct fp_page_place *place,
                   struct fp_out *out, struct fp_error *err)
{
    struct fp_model model = { .lang = pages->lang };
    char services[FP_HEADER_HREF];
    json_t *view;
    int rc = fp_night_view(night, pages->lang, "", fp_header_services(services, place), &view, err);

    if (rc < 0)
        return rc;
    put_frame(pages, &model, view, place, fp_model_get_text(night, "path"), fp_model_get_text(view, "label"));
    fp_model_printf(&model, view, "page_title", "%s \u2013 %s", fp_model_get_text(view, "label"),
                    pages->title);
    rc = render(pages, T_NIGHT, &model, view, out, err);
    json_decref(view);
    return rc;
}

int fp_pages_latest(const struct fp_pages *pages, json_t *night, const struct fp_page_place *place,
                    struct fp_out *out, struct fp_error *err)
{
    char date[FP_WORDS_LABEL_MAX];
    const char *label = fp_words_label(pages->lang, date, fp_model_get_text(json_object_get(night, "window"), "label"));
    struct fp_model model = { .lang = pages->lang };
    json_t *view = json_object();
    int rc;

    put_frame(pages, &model, view, place, "", "");
    fp_model_printf(&model, view, "page_title", "%s \u2013 %s", label, pages->title);
    fp_model_put(&model, view, "label", fp_model_text(label));
    fp_model_put(&model, view, "generator", fp_model_text(fp_generator()));
    fp_words_put_href(&model, view, "night_href", "", fp_model_get_slice(night, "path"), "/index.html");
    rc = render(pages, T_LATEST, &model, view, out, err);
    json_decref(view);
    return rc;
}

int fp_pages_index(const struct fp_pages *pages, json_t *nights, const struct fp_page_place *place,
                   struct fp_out *out, struct fp_error *err)
{
    struct fp_model model = { .lang = pages->lang };
    const json_t *newest;
    json_t *view;
    int rc = fp_index_view(nights, pages->lang, &view, err);

    if (rc < 0)
        return rc;
    newest = json_object_get(view, "newest");
    put_frame(pages, &model, view, place, place->path && newest ? place->path : "", fp_model_get_text(newest, "label"));
    fp_model_put(&model, view, "page_title", fp_model_text(pages->title));
    rc = render(pages, T_INDEX, &model, view, out, err);
    json_decref(view);
    return rc;
}

int fp_pages_service(const struct fp_pages *pages, json_t *service, const struct fp_page_place *place,
                     struct fp_out *out, struct fp_error *err)
{
    struct fp_model model = { .lang = pages->lang };
    json_t *view;
    int rc = fp_service_view(service, pages->lang, &view, err);

    if (rc < 0)
        return rc;
    put_frame(pages, &model, view, place, "", "");
    fp_model_say(&model, view, "page_title", "service_page_title", fp_model_get_text(service, "title"), pages->title, NULL);
    rc = render(pages, T_SERVICE, &model, view, out, err);
    json_decref(view);
    return rc;
}
