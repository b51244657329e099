/*
 * Mustache templates over JSON values: small and strict.
 *
 * Source of the language: the public Mustache specification, its required modules
 * (comments, delimiters, interpolation, inverted, partials, sections). Variables
 * are escaped for XML/HTML (base/escape.h) unless written {{{raw}}} or {{&raw}}:
 * a raw insertion is a visible exception. No lambdas, no inheritance.
 *
 * Stricter than the specification where a mistake would hide: an unclosed tag or section, a
 * wrongly nested section, a malformed name, an array or object inserted as if it were text, and an
 * unknown partial are errors with template name, line and column. A missing variable renders as
 * nothing, as the specification demands.
 *
 * A section is skipped (and its inverted form shown) for false, null, an empty array and what is
 * missing; 0, "" and {} are values and count as true.
 *
 * Numbers render as in JSON, without an exponent where they are integers; true and false as such;
 * null as nothing.
 *
 * Limits (base/limits.h): sections and partials within each other, bytes of a template and of a
 * page, and the work of one rendering, so that no template and no data can hang a run. Nothing
 * recurses on the data.
 *
 * A compiled template is immutable and may be rendered by many threads at once (the JSON data must not be
 * shared while rendering: jansson's reference counts).
 *
 *     struct fp_template *page;
 *     if (fp_template_new(&page, "page.mustache", text, err) < 0) …
 *     status = fp_template_render(page, data, NULL, &out, err);
 *     fp_template_free(page);
 */
#ifndef FP_REPORT_TEMPLATE_H
#define FP_REPORT_TEMPLATE_H

#include <jansson.h>

#include "base/error.h"
#include "base/out.h"
#include "base/str.h"

struct fp_template;

/* Compiles `text`; `name` is for messages. The text is copied. */
int fp_template_new(struct fp_template **ret_template, const char *name, struct fp_slice text,
                    struct fp_error *err);
void fp_template_free(struct fp_template *tmpl);

/* Finds a partial by name; NULL when there is none (an error in strict rendering). The result stays
 * owned by the finder, until the rendering is over. A partial that is there but cannot be used:
 * NULL with `err` filled. The name comes from the template: it may hold '/' and "..". */
struct fp_partials {
    const struct fp_template *(*find)(void *ctx, const char *name, struct fp_error *err);
    void *ctx;
    bool missing_is_empty; /* as the specification says; default strict: an error */
};

/* partials may be NULL (then every partial is unknown). Does not finish `out`; after an error what was
 * written is incomplete and must be thrown away. */
int fp_template_render(const struct fp_template *tmpl, const json_t *data, const struct fp_partials *partials,
                       struct fp_out *out, struct fp_error *err);

#endif
