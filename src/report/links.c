#include "report/links.h"

#include <string.h>

#include "report/words.h"

void fp_links_put_site(struct fp_model *model, json_t *object, const char *key, const char *site_url)
{
    size_t n = strlen(site_url);

    fp_model_printf(model, object, key, "%s%s", site_url, n && site_url[n - 1] == '/' ? "" : "/");
}

void fp_links_put_night(struct fp_model *model, json_t *object, const char *site_url, const json_t *night)
{
    if (!site_url) {
        fp_model_put(model, object, "prefix", fp_model_text(""));
        return;
    }
    fp_links_put_site(model, object, "site", site_url);
    fp_words_put_href(model, object, "prefix", fp_model_get_text(object, "site"), fp_model_get_slice(night, "path"), "/");
}
