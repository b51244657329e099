/*
 * Partials and a rendering into a string, for the tests of report/template.
 */
#ifndef FP_TESTS_TEMPLATE_SHELF_H
#define FP_TESTS_TEMPLATE_SHELF_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/fs.h"
#include "base/limits.h"
#include "report/template.h"

#define PARTIALS_MAX 8

/* A set of partials, compiled when first asked for: from texts, or from a folder. */
struct shelf {
    const char *const (*texts)[2]; /* name, text; ends with NULL */
    const char *folder;
    char names[PARTIALS_MAX][256];
    struct fp_template *tmpls[PARTIALS_MAX];
    size_t count;
};

static inline int shelf_read(struct shelf *shelf, const char *name, struct fp_str *text, struct fp_error *err)
{
    char path[4096];

    for (size_t i = 0; shelf->texts && shelf->texts[i][0]; i++)
        if (strcmp(shelf->texts[i][0], name) == 0) {
            fp_str_puts(text, shelf->texts[i][1]);
            return FP_OK;
        }
    if (!shelf->folder)
        return FP_ENOTFOUND;
    snprintf(path, sizeof path, "%s/partials/%s.mustache", shelf->folder, name);
    return fp_file_exists(path) ? fp_file_read(path, text, err) : FP_ENOTFOUND;
}

static inline const struct fp_template *shelf_find(void *ctx, const char *name, struct fp_error *err)
{
    struct shelf *shelf = ctx;
    struct fp_template *tmpl = NULL;
    struct fp_str text;

    for (size_t i = 0; i < shelf->count; i++)
        if (strcmp(shelf->names[i], name) == 0)
            return shelf->tmpls[i];
    fp_str_init(&text, FP_LIMIT_ASSET);
    if (shelf->count < PARTIALS_MAX && shelf_read(shelf, name, &text, err) == FP_OK &&
        fp_template_new(&tmpl, name, fp_str_slice(&text), err) == FP_OK) {
        snprintf(shelf->names[shelf->count], sizeof shelf->names[0], "%s", name);
        shelf->tmpls[shelf->count++] = tmpl;
    }
    fp_str_release(&text);
    return tmpl;
}

static inline void shelf_release(struct shelf *shelf)
{
    while (shelf->count)
        fp_template_free(shelf->tmpls[--shelf->count]);
}

/* Renders into `text`, which the caller releases. */
static inline int render(struct fp_slice source, const json_t *data, struct shelf *shelf, struct fp_str *text,
                         struct fp_error *err)
{
    struct fp_partials partials = { shelf_find, shelf, false };
    struct fp_template *tmpl = NULL;
    struct fp_out *out = malloc(sizeof *out); /* large for a stack */
    int status;

    if (!out)
        abort();
    fp_str_init(text, FP_LIMIT_PAGE);
    fp_out_to_str(out, text);
    status = fp_template_new(&tmpl, "t", source, err);
    if (status == FP_OK)
        status = fp_template_render(tmpl, data, shelf ? &partials : NULL, out, err);
    if (status == FP_OK)
        status = fp_out_finish(out, err);
    fp_template_free(tmpl);
    free(out);
    return status;
}

#endif
