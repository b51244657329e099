#include "source/archive.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/jansson_load.h"
#include "base/limits.h"
#include "base/str.h"
#include "source/archive_files.h"
#include "source/ops.h"
#include "source/query.h"

#define REQUEST_MAX FP_LIMIT_TEXT

/* One request, and where its reply is. */
struct recording {
    const char *service, *language, *event;
    struct fp_slice filter; /* bare */
    int64_t start, end;     /* half-open */
    int64_t depth;
    int rank;          /* of those that answer the same question, the lowest is taken */
    const char *name;  /* NAME in the archive */
    const char *reply; /* its path; NULL: there is none */
};

struct archive {
    struct fp_source source;
    struct fp_archive_files files;
    struct fp_arena arena;
    struct recording *recordings; /* sorted by question, then rank */
    size_t count;
};

/* ---- filters ---- */

/* The position of the parenthesis that closes the one at s[0], or n when none does. */
static size_t closing(const char *s, size_t n)
{
    size_t depth = 0;
    char quote = '\0';

    for (size_t i = 0; i < n; i++) {
        if (quote) {
            if (s[i] == '\\')
                i++;
            else if (s[i] == quote)
                quote = '\0';
        } else if (s[i] == '\'' || s[i] == '"' || s[i] == '`') {
            quote = s[i];
        } else if (s[i] == '(') {
            depth++;
        } else if (s[i] == ')' && --depth == 0) {
            return i;
        }
    }
    return n;
}

static struct fp_slice trim(struct fp_slice s)
{
    while (s.len && strchr(" \t\r\n", s.data[0])) {
        s.data++;
        s.len--;
    }
    while (s.len && strchr(" \t\r\n", s.data[s.len - 1]))
        s.len--;
    return s;
}

struct fp_slice fp_archive_bare_filter(const char *filter)
{
    struct fp_slice s = trim(fp_slice_of(filter));

    while (s.len >= 2 && s.data[0] == '(' && closing(s.data, s.len) == s.len - 1)
        s = trim((struct fp_slice){ s.data + 1, s.len - 2 });
    return s;
}

/* ---- order ---- */

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By question: equal ones have the same answer. */
static int compare_question(const struct recording *a, const struct recording *b)
{
    int order = strcmp(a->service, b->service);

    order = order ? order : strcmp(a->event, b->event);
    order = order ? order : compare_i64(a->start, b->start);
    order = order ? order : compare_i64(a->end, b->end);
    order = order ? order : strcmp(a->language, b->language);
    order = order ? order : compare_i64(a->depth, b->depth);
    return order ? order : fp_slice_compare(a->filter, b->filter);
}

static int compare_recordings(const void *left, const void *right)
{
    const struct recording *a = left, *b = right;
    int order = compare_question(a, b);

    order = order ? order : a->rank - b->rank;
    return order ? order : strcmp(a->name, b->name);
}

/* ---- reading requests ---- */

static int read_whole(const struct archive *archive, const char *path, struct fp_str *text,
                      struct fp_error *err)
{
    struct fp_in *in;
    int rc = fp_archive_files_open(&archive->files, path, &in, err);

    if (rc < 0)
        return rc;
    rc = fp_in_read_all(in, text, "the request", err);
    fp_in_close(in);
    return rc;
}

/* A string of the request in the arena; absent and null are "". */
static int take_string(struct archive *archive, const json_t *json, const char *key, const char **to,
                       struct fp_error *err)
{
    const json_t *value = json_object_get(json, key);

    if (value && !json_is_string(value) && !json_is_null(value))
        return fp_error_set(err, FP_EDATA, "%s must be a string", key);
    *to = fp_arena_strdup(&archive->arena, json_is_string(value) ? json_string_value(value) : "");
    return *to ? 0 : fp_error_nomem(err);
}

static int take_integer(const json_t *json, const char *key, bool required, int64_t *to, struct fp_error *err)
{
    const json_t *value = json_object_get(json, key);

    if (!required && (!value || json_is_null(value)))
        return 0;
    if (!json_is_integer(value))
        return fp_error_set(err, FP_EDATA, value ? "%s must be an integer" : "%s is missing", key);
    *to = json_integer_value(value);
    return 0;
}

static int take_request(struct archive *archive, const json_t *json, struct recording *r,
                        struct fp_error *err)
{
    const char *filter = "";
    struct fp_str wire;
    int64_t last = 0;
    int rc;

    if (!json_is_object(json))
        return fp_error_set(err, FP_EDATA, "a request must be a JSON object");
    r->depth = -1;
    if ((rc = take_string(archive, json, "app_service", &r->service, err)) < 0 ||
        (rc = take_string(archive, json, "profile_language_type", &r->language, err)) < 0 ||
        (rc = take_string(archive, json, "profile_event_type", &r->event, err)) < 0 ||
        (rc = take_string(archive, json, "tag_filter", &filter, err)) < 0 ||
        (rc = take_integer(json, "time_start", true, &r->start, err)) < 0 ||
        (rc = take_integer(json, "time_end", true, &last, err)) < 0 ||
        (rc = take_integer(json, "max_kernel_stack_depth", false, &r->depth, err)) < 0)
        return rc;
    if (last == INT64_MAX || r->start > last)
        return fp_error_set(err, FP_EDATA, "time_start %" PRId64 " and time_end %" PRId64 " are no window",
                            r->start, last);
    r->end = last + 1;
    if (r->depth < 0)
        r->depth = -1;
    r->filter = fp_archive_bare_filter(filter);
    /* `a OR b` without parentheses got another answer from servers before v6.6, and `debug` makes a reply
     * larger: the way we ask is the best recording of our question. */
    fp_str_init(&wire, FP_LIMIT_CONFIG);
    if (r->filter.len)
        fp_str_printf(&wire, "(%.*s)", (int)r->filter.len, r->filter.data);
    rc = fp_str_status(&wire, "the filter", err);
    r->rank = (strcmp(wire.data, filter) != 0) + 2 * json_is_true(json_object_get(json, "debug"));
    fp_str_release(&wire);
    return rc;
}

static int read_request(struct archive *archive, const char *path, struct recording *r, struct fp_error *err)
{
    uint32_t line = 0, column = 0;
    struct fp_str text, where;
    json_error_t bad;
    bool starved;
    json_t *json;
    int rc;

    fp_str_init(&text, REQUEST_MAX);
    rc = read_whole(archive, path, &text, err);
    if (rc == 0) {
        json = fp_jansson_load(text.data, text.len, JSON_REJECT_DUPLICATES, &bad, &starved);
        if (json) {
            rc = take_request(archive, json, r, err);
        } else if (starved) {
            rc = fp_error_nomem(err);
        } else {
            line = bad.line > 0 ? (uint32_t)bad.line : 0;
            column = bad.column > 0 ? (uint32_t)bad.column : 0;
            rc = fp_error_set(err, FP_ESYNTAX, "%s", bad.text);
        }
        json_decref(json);
    }
    if (rc < 0) {
        fp_str_init(&where, FP_LIMIT_TEXT);
        fp_str_printf(&where, "%s/%s", archive->files.place, path);
        fp_error_at(err, where.data, line, column, -1);
        fp_str_release(&where);
    }
    fp_str_release(&text);
    return rc;
}

/* ---- the index ---- */

static size_t count_requests(const struct fp_archive_files *files)
{
    size_t count = 0;

    for (size_t i = 0; i < files->count; i++)
        count += fp_archive_is_request(files->paths[i]);
    return count;
}

/* paths[from, to) are the files of one NAME, in byte order: replies first, then the request ("rep" < "req").
 */
static int index_name(struct archive *archive, size_t from, size_t to, struct fp_error *err)
{
    struct recording *r = &archive->recordings[archive->count];
    char **paths = archive->files.paths;
    size_t n = fp_archive_name_length(paths[from]);
    int rc;

    if (!fp_archive_is_request(paths[to - 1]))
        return fp_error_set(err, FP_ENOTFOUND,
                            "%s/%s has no request.json beside it: nobody knows what it answers",
                            archive->files.place, paths[to - 1]);
    rc = read_request(archive, paths[to - 1], r, err);
    if (rc < 0)
        return rc;
    r->name = fp_arena_strndup(&archive->arena, paths[from], n);
    if (!r->name)
        return fp_error_nomem(err);
    r->reply = to - from > 1 ? paths[to - 2] : NULL;
    archive->count++;
    return 0;
}

static int check_duplicates(const struct archive *archive, struct fp_error *err)
{
    for (size_t i = 1; i < archive->count; i++) {
        const struct recording *a = &archive->recordings[i - 1], *b = &archive->recordings[i];

        if (compare_question(a, b) == 0 && a->rank == b->rank)
            return fp_error_set(err, FP_EDATA,
                                "%s: %s and %s are recordings of the same request: remove one of them",
                                archive->files.place, a->name, b->name);
    }
    return 0;
}

static int make_index(struct archive *archive, struct fp_error *err)
{
    const struct fp_archive_files *files = &archive->files;
    size_t requests = count_requests(files), to;
    int rc = 0;

    if (!files->count)
        return fp_error_set(err, FP_ENOTFOUND,
                            "%s holds no recordings: NAME/request.json with NAME/reply.json beside "
                            "it is looked for (source.archive)",
                            files->place);
    if (requests > FP_LIMIT_CHUNKS)
        return fp_error_set(err, FP_ELIMIT, "%s holds %zu requests, more than %u", files->place, requests,
                            FP_LIMIT_CHUNKS);
    archive->recordings = fp_arena_array(&archive->arena, requests + 1, sizeof *archive->recordings);
    if (!archive->recordings)
        return fp_error_nomem(err);
    for (size_t from = 0; rc == 0 && from < files->count; from = to) {
        size_t n = fp_archive_name_length(files->paths[from]) + 1;

        for (to = from + 1; to < files->count && strncmp(files->paths[from], files->paths[to], n) == 0; to++)
            ;
        rc = index_name(archive, from, to, err);
    }
    if (rc < 0)
        return rc;
    qsort(archive->recordings, archive->count, sizeof *archive->recordings, compare_recordings);
    return check_duplicates(archive, err);
}

/* ---- answering ---- */

/* The first of all recordings that is not before `key`: the best one, if it answers the same question. */
static size_t lower_bound(const struct archive *archive, const struct recording *key)
{
    size_t from = 0, to = archive->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (compare_question(&archive->recordings[middle], key) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static const char *utc(char to[32], int64_t time)
{
    time_t t = (time_t)time;
    struct tm tm;

    if (!gmtime_r(&t, &tm) || !strftime(to, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
        snprintf(to, 32, "@%" PRId64, time);
    return to;
}

static int not_found(const struct archive *archive, const struct recording *key, struct fp_error *err)
{
    char start[32], end[32];
    struct fp_str more;
    size_t others = 0;
    int rc;

    for (size_t i = 0; i < archive->count; i++)
        others += strcmp(archive->recordings[i].service, key->service) == 0 &&
                  strcmp(archive->recordings[i].event, key->event) == 0;
    fp_str_init(&more, FP_LIMIT_TEXT);
    if (key->filter.len)
        fp_str_printf(&more, ", filter %.*s", (int)key->filter.len, key->filter.data);
    if (key->depth >= 0)
        fp_str_printf(&more, ", kernel depth %" PRId64, key->depth);
    rc = fp_error_set(err, FP_ENOTFOUND,
                      "%s has no recording of %s, %s (%s), %s to %s%s; of this service and "
                      "event it has %zu with another window, step, language or filter",
                      archive->files.place, key->service, key->event, key->language, utc(start, key->start),
                      utc(end, key->end), more.data, others);
    fp_str_release(&more);
    return rc;
}

static int archive_fetch(struct fp_source *source, const struct fp_request *request, struct fp_in **ret_in,
                         struct fp_attempt *ret_attempt, struct fp_error *err)
{
    struct archive *archive = (struct archive *)source;
    struct recording key = {
        .service = request->app_service,
        .language = request->language,
        .event = request->event_type,
        .filter = fp_archive_bare_filter(request->filter ? request->filter : ""),
        .start = request->start,
        .end = request->end,
        .depth = request->max_kernel_stack_depth < 0 ? -1 : request->max_kernel_stack_depth,
    };
    size_t at = lower_bound(archive, &key);
    const struct recording *r = &archive->recordings[at];

    (void)ret_attempt; /* as it is: no status, never worth another try */
    if (at == archive->count || compare_question(r, &key) != 0)
        return not_found(archive, &key, err);
    if (!r->reply)
        return fp_error_set(err, FP_ENOTFOUND, "%s/%s has a request.json but no reply.json beside it",
                            archive->files.place, r->name);
    return fp_archive_files_open(&archive->files, r->reply, ret_in, err);
}

static int archive_services(struct fp_source *source, int64_t start, int64_t end,
                            struct fp_service_list *ret_list, struct fp_attempt *ret_attempt, struct fp_error *err)
{
    const struct archive *archive = (const struct archive *)source;
    struct fp_service_list list = { 0 };
    size_t cap = 0;
    int rc = 0;

    (void)ret_attempt;
    /* Sorted by service and event, so doubles are neighbours. An empty name stands for no service. */
    for (size_t i = 0; rc == 0 && i < archive->count; i++) {
        const struct recording *r = &archive->recordings[i];
        const struct fp_service_row *last = list.count ? &list.rows[list.count - 1] : NULL;

        if (!*r->service || r->start >= end || r->end <= start)
            continue;
        if (!last || strcmp(last->name, r->service) != 0 || strcmp(last->event, r->event) != 0)
            rc = fp_service_list_add(&list, &cap, r->service, r->event, -1, err);
    }
    if (rc < 0) {
        fp_service_list_release(&list);
        return rc;
    }
    *ret_list = list;
    return 0;
}

/* The values of the tags, app_service and profile_event_type alone. */
static int values_of(const struct recording *r, const struct fp_value_query *query, struct fp_arena *arena,
                     const char ***ret_values, struct fp_error *err)
{
    const char **values = fp_arena_array(arena, query->tag_count, sizeof *values);

    if (!values)
        return fp_error_nomem(err);
    for (size_t i = 0; i < query->tag_count; i++) {
        bool service = strcmp(query->tags[i], "app_service") == 0;

        values[i] = fp_arena_strdup(arena, service ? r->service : r->event);
        if (!values[i])
            return fp_error_nomem(err);
    }
    *ret_values = values;
    return FP_OK;
}

/* Does the recording answer for these values too? */
static bool is_asked_for(const struct recording *r, const struct fp_value_query *query, struct fp_slice filter)
{
    return *r->service && r->start < query->end && r->end > query->start &&
           (!query->app_service || strcmp(query->app_service, r->service) == 0) &&
           (!query->language || strcmp(query->language, r->language) == 0) && fp_slice_equal(r->filter, filter);
}

static bool have_equal_values(const char *const *a, const char *const *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

/* Few values, each once. */
static int add_values(const struct archive *archive, const struct fp_value_query *query, struct fp_value_list *list,
                      struct fp_error *err)
{
    struct fp_slice filter = fp_archive_bare_filter(query->filter ? query->filter : "");
    size_t cap = 0;
    int rc = FP_OK;

    for (size_t i = 0; rc == FP_OK && i < archive->count; i++) {
        const char **values = NULL;
        bool twice = false;

        if (!is_asked_for(&archive->recordings[i], query, filter))
            continue;
        rc = values_of(&archive->recordings[i], query, &list->arena, &values, err);
        for (size_t k = list->count; rc == FP_OK && k-- > 0 && !twice;) /* equals are mostly neighbours */
            twice = have_equal_values(list->rows[k].values, values, query->tag_count);
        if (rc < 0 || twice)
            continue;
        rc = fp_array_reserve(&list->rows, &cap, list->count + 1, sizeof *list->rows, FP_LIMIT_JOBS, "values", err);
        if (rc == FP_OK)
            list->rows[list->count++] = (struct fp_value_row){ values, -1 };
    }
    return rc;
}

static int archive_values(struct fp_source *source, const struct fp_value_query *query,
                          struct fp_value_list *ret_list, struct fp_attempt *ret_attempt, struct fp_error *err)
{
    const struct archive *archive = (const struct archive *)source;
    struct fp_value_list list = { .tag_count = query->tag_count };
    int rc;

    (void)ret_attempt;
    for (size_t i = 0; i < query->tag_count; i++)
        if (strcmp(query->tags[i], "app_service") != 0 && strcmp(query->tags[i], "profile_event_type") != 0)
            return fp_error_set(err, FP_EINVAL,
                                "%s holds replies, which do not tell the values of %s: name each report in an entry of "
                                "its own, with the filter that was sent",
                                archive->files.place, query->tags[i]);
    fp_arena_init(&list.arena);
    rc = add_values(archive, query, &list, err);
    if (rc < 0) {
        fp_value_list_release(&list);
        return rc;
    }
    fp_value_list_sort(&list);
    *ret_list = list;
    return FP_OK;
}

/* ---- life ---- */

static void archive_close(struct fp_source *source)
{
    struct archive *archive = (struct archive *)source;

    fp_archive_files_release(&archive->files);
    fp_arena_release(&archive->arena);
    free(source->description);
    free(archive);
}

static const struct fp_source_ops archive_ops = { archive_fetch, NULL, archive_services, archive_values, NULL,
                                                  archive_close };

/* Takes `files` over, also when it fails. */
static int open_files(struct fp_source **ret_source, struct fp_archive_files *files, const char *prefix,
                      struct fp_error *err)
{
    struct archive *archive = calloc(1, sizeof *archive);
    int rc;

    if (!archive) {
        fp_archive_files_release(files);
        return fp_error_nomem(err);
    }
    archive->source.ops = &archive_ops;
    archive->source.recorded = true;
    archive->files = *files;
    fp_arena_init(&archive->arena);
    rc = fp_source_set_description(&archive->source, prefix, archive->files.place, err);
    if (rc == 0)
        rc = make_index(archive, err);
    if (rc < 0) {
        archive_close(&archive->source);
        return rc;
    }
    *ret_source = &archive->source;
    return 0;
}

int fp_archive_open(struct fp_source **ret_source, const char *directory, struct fp_error *err)
{
    struct fp_archive_files files;
    int rc = fp_archive_files_directory(&files, directory, err);

    return rc < 0 ? rc : open_files(ret_source, &files, "archive ", err);
}

int fp_source_open_memory(struct fp_source **ret_source, const struct fp_archive_file *files, size_t count,
                          const char *label, struct fp_error *err)
{
    struct fp_archive_files table;
    int rc = fp_archive_files_table(&table, files, count, label, err);

    return rc < 0 ? rc : open_files(ret_source, &table, "", err);
}
