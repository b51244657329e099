#include "publish/manifest.h"

#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "base/str.h"
#include "base/utf8.h"

struct files {
    struct fp_arena arena;
    struct fp_manifest_file *items;
    size_t count, cap;
};

/* ---- the files ----------------------------------------------------------------------------------- */

static int add_file(struct files *files, const FTSENT *entry, const char *path, struct fp_error *err)
{
    struct fp_manifest_file *file;
    int status;

    if (fp_utf8_valid_prefix(path, strlen(path)) != strlen(path))
        return fp_error_set(err, FP_EINVAL, "the name of %s is not UTF-8: it cannot be published",
                            entry->fts_path);
    status = fp_array_reserve(&files->items, &files->cap, files->count + 1, sizeof *files->items, FP_LIMIT_FILES,
                              "files in one night", err);
    if (status < 0)
        return status;
    file = &files->items[files->count];
    file->path = fp_arena_strdup(&files->arena, path);
    if (!file->path)
        return fp_error_nomem(err);
    status = fp_sha256_file(entry->fts_path, file->sha256, &file->size, err);
    if (status == FP_OK)
        files->count++;
    return status;
}

/* `skip`: the length of the night's own path with its slash. */
static int visit(struct files *files, const FTSENT *entry, size_t skip, struct fp_error *err)
{
    switch (entry->fts_info) {
    case FTS_D:
    case FTS_DP:
        return FP_OK;
    case FTS_F:
        if (entry->fts_level == FTS_ROOTLEVEL)
            return fp_error_set(err, FP_EINVAL, "%s is not a directory", entry->fts_path);
        if (entry->fts_level == FTS_ROOTLEVEL + 1 && strcmp(entry->fts_name, FP_MANIFEST_FILE) == 0)
            return FP_OK;
        return add_file(files, entry, entry->fts_path + skip, err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return fp_error_errno(err, entry->fts_errno == ENOENT ? FP_ENOTFOUND : FP_EIO, entry->fts_errno,
                              "cannot read %s", entry->fts_path);
    default:
        return fp_error_set(err, FP_EINVAL,
                            "%s is neither a directory nor a plain file: it cannot be published",
                            entry->fts_path);
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct fp_manifest_file *)a)->path, ((const struct fp_manifest_file *)b)->path);
}

static int find_files(struct files *files, const char *night_dir, struct fp_error *err)
{
    size_t n = strlen(night_dir);
    char *root = strdup(night_dir);
    char *roots[] = { root, NULL };
    FTSENT *entry = NULL;
    int status = FP_OK;
    FTS *fts;

    if (!root)
        return fp_error_nomem(err);
    while (n > 1 && root[n - 1] == '/')
        root[--n] = '\0';
    fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!fts) {
        status = fp_error_errno(err, errno == ENOENT ? FP_ENOTFOUND : FP_EIO, errno, "cannot walk %s", root);
        goto done;
    }
    for (errno = 0; status == FP_OK && (entry = fts_read(fts)) != NULL; errno = 0)
        status = visit(files, entry, n + 1, err);
    if (status == FP_OK && errno)
        status = fp_error_errno(err, FP_EIO, errno, "cannot walk %s", root);
    fts_close(fts);
    if (status == FP_OK && files->count)
        qsort(files->items, files->count, sizeof *files->items, by_path);
done:
    free(root);
    return status;
}

/* ---- the text ------------------------------------------------------------------------------------ */

/* A JSON string (RFC 8259, section 7). DEL and the line separators, which trip some readers, escaped too. */
static void put_string(struct fp_str *out, const char *text)
{
    size_t n = strlen(text), i = 0;

    fp_str_putc(out, '"');
    while (i < n) {
        uint32_t code;
        char bytes[4];

        i += fp_utf8_decode(text + i, n - i, &code);
        if (code < 0x20 || code == 0x7F || code == 0x2028 || code == 0x2029) {
            fp_str_printf(out, "\\u%04" PRIx32, code);
            continue;
        }
        if (code == '"' || code == '\\')
            fp_str_putc(out, '\\');
        fp_str_append(out, bytes, fp_utf8_encode(code, bytes));
    }
    fp_str_putc(out, '"');
}

static void put_member(struct fp_str *out, const char *lead, const char *key, const char *value)
{
    fp_str_printf(out, "%s\"%s\": ", lead, key);
    put_string(out, value);
}

/* A part of the text behind the "run" line. */
static void put_files(struct fp_str *out, const char *key, const struct fp_manifest_file *files, size_t count)
{
    fp_str_printf(out, "  \"%s\": [", key);
    for (size_t i = 0; i < count; i++) {
        put_member(out, i ? ",\n    {" : "\n    {", "path", files[i].path);
        if (files[i].size >= 0)
            fp_str_printf(out, ", \"size\": %" PRId64 ", \"sha256\": \"%s\"", files[i].size, files[i].sha256);
        fp_str_putc(out, '}');
    }
    fp_str_puts(out, count ? "\n  ]" : "]");
}

static void put_night(struct fp_str *out, const struct fp_manifest *manifest, const struct files *files)
{
    fp_str_printf(out, "  \"window\": {\"start\": %" PRId64 ", \"end\": %" PRId64, manifest->start,
                  manifest->end);
    put_member(out, ", ", "timezone", manifest->timezone);
    put_member(out, ", ", "label", manifest->label);
    fp_str_printf(out, "},\n  \"generated\": %" PRId64 ",\n  \"jobs\": [", manifest->generated);
    for (size_t i = 0; i < manifest->job_count; i++) {
        const struct fp_manifest_job *job = &manifest->jobs[i];

        put_member(out, i ? ",\n    {" : "\n    {", "service", job->service);
        put_member(out, ", ", "event", job->event);
        put_member(out, ", ", "path", job->path);
        put_member(out, ", ", "outcome", job->outcome);
        if (job->failure)
            put_member(out, ", ", "failure", job->failure);
        fp_str_putc(out, '}');
    }
    fp_str_puts(out, manifest->job_count ? "\n  ],\n" : "],\n");
    put_files(out, "files", files->items, files->count);
}

static void put_texts(struct fp_str *out, const char *key, const char *const *texts, size_t count)
{
    fp_str_printf(out, "  \"%s\": [", key);
    for (size_t i = 0; i < count; i++) {
        fp_str_puts(out, i ? ",\n    " : "\n    ");
        put_string(out, texts[i]);
    }
    fp_str_puts(out, count ? "\n  ],\n" : "],\n");
}

static void put_site(struct fp_str *out, const struct fp_manifest_site *site)
{
    put_texts(out, "nights", site->nights, site->night_count);
    if (site->kept_count)
        put_texts(out, "kept", site->kept, site->kept_count);
    if (site->latest) {
        put_member(out, "  ", "latest", site->latest);
        fp_str_puts(out, ",\n");
    }
    put_files(out, "files", site->files, site->file_count);
    if (site->before) {
        fp_str_puts(out, ",\n");
        put_files(out, "before", site->before, site->before_count);
    }
}

static void put_run_id(struct fp_str *out, const char *rest, size_t n)
{
    char text[UUID_STR_LEN];
    uuid_t id;

    uuid_generate_sha1(id, *uuid_get_template("oid"), rest, n);
    uuid_unparse_lower(id, text);
    put_member(out, "  ", "run", text);
    fp_str_puts(out, ",\n");
}

/* What is in every manifest, `parts` in the middle, to `text`. */
static void put_text(struct fp_str *text, const char *version, const struct fp_str *parts)
{
    struct fp_str rest;
    size_t head;

    fp_str_init(&rest, FP_LIMIT_PAGE);
    fp_str_puts(&rest, "{\n  \"schema\": 1,\n");
    put_member(&rest, "  ", "version", version);
    fp_str_puts(&rest, ",\n");
    head = rest.len;
    fp_str_append(&rest, parts->data, parts->len);
    fp_str_puts(&rest, "\n}\n");
    if (!fp_str_ok(parts))
        rest.failed = parts->failed;
    if (fp_str_ok(&rest)) {
        fp_str_append(text, rest.data, head);
        put_run_id(text, rest.data, rest.len);
        fp_str_append(text, rest.data + head, rest.len - head);
    } else {
        text->failed = rest.failed;
    }
    fp_str_release(&rest);
}

int fp_manifest_check_id(const char *text, size_t n, struct fp_error *err)
{
    static const char lead[] = "\n  \"run\": \"";
    const char *line = memmem(text, n, lead, strlen(lead));
    size_t head = line ? (size_t)(line - text) + 1 : 0, length = strlen(lead) - 1 + UUID_STR_LEN - 1 + strlen("\",\n");
    struct fp_str rest, expected;
    int rc;

    if (!line || n - head < length)
        return fp_error_set(err, FP_EDATA, "it has no id in `run`");
    fp_str_init(&rest, FP_LIMIT_PAGE);
    fp_str_init(&expected, FP_LIMIT_TEXT);
    fp_str_append(&rest, text, head);
    fp_str_append(&rest, text + head + length, n - head - length);
    rc = fp_str_status(&rest, "the manifest", err);
    if (rc == FP_OK)
        put_run_id(&expected, rest.data, rest.len);
    if (rc == FP_OK)
        rc = fp_str_status(&expected, "the manifest's id", err);
    if (rc == FP_OK && (expected.len != length || memcmp(expected.data, text + head, length) != 0))
        rc = fp_error_set(err, FP_EDATA, "its bytes do not give the id that it has in `run`: it was changed");
    fp_str_release(&rest);
    fp_str_release(&expected);
    return rc;
}

void fp_manifest_format_site(const struct fp_manifest_site *site, struct fp_str *text)
{
    struct fp_str parts;

    fp_str_init(&parts, FP_LIMIT_PAGE);
    put_site(&parts, site);
    put_text(text, site->version, &parts);
    fp_str_release(&parts);
}

static int write_text(const char *night_dir, const struct fp_manifest *manifest, const struct files *files,
                      struct fp_error *err)
{
    struct fp_str parts, text, path;
    int status;

    fp_str_init(&parts, FP_LIMIT_PAGE);
    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_str_init(&path, FP_LIMIT_TEXT);
    put_night(&parts, manifest, files);
    put_text(&text, manifest->version, &parts);
    fp_str_puts(&path, night_dir);
    fp_path_join(&path, FP_MANIFEST_FILE);
    status = fp_str_status(&text, FP_MANIFEST_FILE, err);
    if (status == FP_OK)
        status = fp_str_status(&path, "path", err);
    if (status == FP_OK)
        status = fp_file_write(path.data, text.data, text.len, err);
    fp_str_release(&parts);
    fp_str_release(&text);
    fp_str_release(&path);
    return status;
}

int fp_manifest_write(const char *night_dir, const struct fp_manifest *manifest, struct fp_error *err)
{
    struct files files = { .items = NULL };
    int status;

    fp_arena_init(&files.arena);
    status = find_files(&files, night_dir, err);
    if (status == FP_OK)
        status = write_text(night_dir, manifest, &files, err);
    free(files.items);
    fp_arena_release(&files.arena);
    return status;
}
