#include "report/header.h"

#include <stdio.h>

#include "report/service.h"
#include "report/words.h"

const char *fp_header_services(char to[FP_HEADER_HREF], const struct fp_page_place *place)
{
    if (!place->site)
        return NULL;
    snprintf(to, FP_HEADER_HREF, "%sservices/", place->site);
    return to;
}

static void put_night(struct fp_model *model, json_t *nav, const struct fp_page_place *place, const char *path,
                      const char *label)
{
    json_t *night;

    if (!*path) {
        fp_model_put(model, nav, "night", json_null());
        return;
    }
    night = fp_model_object(model, nav, "night");
    fp_model_put(model, night, "label", fp_model_text(*label ? label : path));
    if (!*place->site)
        fp_words_put_href(model, night, "href", "", fp_slice_of(path), "/index.html");
    else
        fp_model_put(model, night, "href", fp_model_text_or_null(place->night));
}

static void put_before(struct fp_model *model, json_t *nav, const struct fp_page_place *place)
{
    char date[FP_WORDS_LABEL_MAX];
    json_t *before;

    if (!place->before) {
        fp_model_put(model, nav, "before", json_null());
        return;
    }
    before = fp_model_object(model, nav, "before");
    fp_model_put(model, before, "label", fp_model_text(fp_words_label(model->lang, date, place->before_label)));
    fp_words_put_href(model, before, "href", place->site, fp_slice_of(place->before), "/index.html");
}

void fp_header_put(struct fp_model *model, json_t *view, const struct fp_page_place *place, const char *path,
                   const char *label)
{
    bool is_index = place->site && !*place->site;
    char services[FP_HEADER_HREF];
    json_t *nav;

    fp_model_put(model, view, "index", json_null());
    if (!place->site) {
        fp_model_put(model, view, "nav", json_null());
        return;
    }
    if (!is_index)
        fp_model_printf(model, view, "index", "%sindex.html", place->site);
    nav = fp_model_object(model, view, "nav");
    fp_model_put(model, nav, "site", fp_model_text(place->site));
    fp_model_put(model, nav, "path", fp_model_text(path));
    fp_model_put(model, nav, "report", fp_model_text(place->report ? place->report : ""));
    put_night(model, nav, place, path, label);
    put_before(model, nav, place);
    /* the index is the newest night; before the first there is none of these */
    fp_model_put(model, nav, "newest", json_null());
    if (!is_index)
        fp_model_printf(model, nav, "newest", "%slatest.html", place->site);
    fp_model_put(model, nav, "calendar", json_null());
    if (!is_index || *path)
        fp_model_printf(model, nav, "calendar", "%s#calendar", is_index ? "" : fp_model_get_text(view, "index"));
    /* the list of services that the reader means is that of the same night */
    fp_model_put(model, nav, "services", json_null());
    if (!is_index || *path)
        fp_model_printf(model, nav, "services", "%s#services",
                        place->night ? place->night : *path ? "" : fp_model_get_text(view, "index"));
    fp_service_put_href(model, nav, "over_time", fp_header_services(services, place),
                        place->report ? place->report : "");
}
