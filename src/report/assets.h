/*
 * The files that pages are made of: templates and assets, built into the binary
 * and overridable by a directory.
 *
 * The built-in table is generated in the build tree from templates/, assets/ (see
 * cmake/embed.cmake). Lookup: the override directory first (a file there replaces the built-in
 * one of the same name, all others stay built in), then the table.
 */
#ifndef FP_REPORT_ASSETS_H
#define FP_REPORT_ASSETS_H

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

struct fp_asset {
    const char *name; /* "templates/report.mustache", "assets/style.css", "demo/NAME/reply.json.gz" */
    const unsigned char *bytes;
    size_t size;
};

/* The built-in table, sorted by name; generated. */
extern const struct fp_asset fp_assets[];
extern const size_t fp_asset_count;

/* NULL when there is no such built-in file. */
const struct fp_asset *fp_asset_find(const char *name);

/* Copies the file `group`/`name` into `out`: from `override`/`name` when override is not NULL and the file is there,
 * else built in. FP_ENOTFOUND names both places. */
int fp_asset_load(const char *group, const char *name, const char *override, struct fp_str *out,
                  struct fp_error *err);

/* "style.3f2a9c41d7e05b68.css" for "style.css" and its content: the first 16 hex digits of its SHA-256. */
int fp_asset_hashed_name(const char *name, struct fp_slice content, struct fp_str *out, struct fp_error *err);

#endif
