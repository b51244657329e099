#include "report/assets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/sha256.h"

#define HASH_DIGITS 16

/* cmake/embed.cmake writes the table in assembler: three words an entry, in this order. */
_Static_assert(offsetof(struct fp_asset, bytes) == sizeof(void *) &&
                   offsetof(struct fp_asset, size) == 2 * sizeof(void *) &&
                   sizeof(struct fp_asset) == 3 * sizeof(void *),
               "change embed.cmake with struct fp_asset");

static int compare_name(const void *name, const void *asset)
{
    return strcmp(name, ((const struct fp_asset *)asset)->name);
}

const struct fp_asset *fp_asset_find(const char *name)
{
    return bsearch(name, fp_assets, fp_asset_count, sizeof *fp_assets, compare_name);
}

/* A template may name any partial: it must not lead out of the override directory. */
static bool stays_inside(const char *name)
{
    if (!name[0] || name[0] == '/')
        return false;
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (part[0] == '.' && part[1] == '.' && (!part[2] || part[2] == '/'))
            return false;
    }
    return true;
}

/* True when the override has the file: *ret_status is then how reading it went. */
static bool load_override(const char *name, const char *override, struct fp_str *out, int *ret_status,
                          struct fp_error *err)
{
    struct fp_str path;
    bool found = false;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, override);
    fp_path_join(&path, name);
    *ret_status = fp_str_status(&path, "the path of an asset", err);
    if (*ret_status == FP_OK && fp_file_exists(path.data)) {
        found = true;
        *ret_status = fp_file_read(path.data, out, err);
    }
    fp_str_release(&path);
    return found || *ret_status < 0;
}

static int load_built_in(const char *group, const char *name, const char *override, struct fp_str *out,
                         struct fp_error *err)
{
    struct fp_str full;
    const struct fp_asset *asset = NULL;
    int status;

    fp_str_init(&full, FP_LIMIT_TEXT);
    fp_str_printf(&full, "%s/%s", group, name);
    status = fp_str_status(&full, "the name of an asset", err);
    if (status == FP_OK)
        asset = fp_asset_find(full.data);
    fp_str_release(&full);
    if (status < 0)
        return status;
    if (!asset && override)
        return fp_error_set(err, FP_ENOTFOUND,
                            "there is no file %s in %s, and no %s/%s is built in: check the name, "
                            "or add the file to the directory",
                            name, override, group, name);
    if (!asset)
        return fp_error_set(err, FP_ENOTFOUND,
                            "no %s/%s is built in, and no directory that might have %s was given: "
                            "check the name",
                            group, name, name);
    fp_str_append(out, asset->bytes, asset->size);
    return fp_str_status(out, name, err);
}

int fp_asset_load(const char *group, const char *name, const char *override, struct fp_str *out,
                  struct fp_error *err)
{
    int status;

    if (!stays_inside(name))
        return fp_error_set(err, FP_EINVAL,
                            "\"%s\" is not a name within %s: use a relative path without \"..\"", name,
                            override ? override : group);
    if (override && load_override(name, override, out, &status, err))
        return status;
    return load_built_in(group, name, override, out, err);
}

int fp_asset_hashed_name(const char *name, struct fp_slice content, struct fp_str *out, struct fp_error *err)
{
    char hex[FP_SHA256_HEX];
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *dot = strrchr(base, '.');
    const char *stem_end = dot && dot > base ? dot : name + strlen(name);

    fp_sha256_bytes(content.data, content.len, hex);
    fp_str_append(out, name, (size_t)(stem_end - name));
    fp_str_printf(out, ".%.*s%s", HASH_DIGITS, hex, stem_end);
    return fp_str_status(out, "the name of an asset", err);
}
