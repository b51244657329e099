#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "config/check.h"
#include "config/keys.h"
#include "config/parse.h"
#include "config/place.h"
#include "config/problems.h"
#include "config/suggest.h"
#include "config/syntax.h"

/* An object of the file and the struct it fills. */
struct object {
    struct fp_loader *loader;
    const struct fp_key_group *group;
    struct fp_key_path path;
    json_t *json;
    char *base;
};

#define PROBLEM(loader, warning, path, ...) \
    fp_problems_add((loader)->problems, warning, (loader)->config->file, (path)->text, __VA_ARGS__)

static struct fp_key_path below(const struct object *object, const char *key)
{
    struct fp_key_path path = object->path;

    fp_key_path_key(&path, key, strlen(key));
    return path;
}

/* ---- keys that are not in the table ---- */

static const char *nearest(const struct fp_key_group *group, const char *name)
{
    const char *best = NULL;
    size_t best_apart = SIZE_MAX;

    for (size_t i = 0; i < group->count; i++) {
        const struct fp_key *key = &group->keys[i];
        size_t apart;

        if (!fp_key_in_group(group, key))
            continue;
        apart = fp_suggest_distance(name, key->name);
        if (apart < best_apart) {
            best_apart = apart;
            best = key->name;
        }
    }
    return best;
}

/* The path of a key of exactly this name somewhere else in the file: "`source.timeout`". */
static bool find_elsewhere(const struct fp_key_group *here, const char *name, char *to, size_t size)
{
    const struct fp_key_group *top = &fp_config_keys;

    if (here != top && fp_key_find(top, name)) {
        snprintf(to, size, "`%s` at the top of the file", name);
        return true;
    }
    for (size_t i = 0; i < top->count; i++) {
        const struct fp_key_group *group = top->keys[i].group;
        const struct fp_key *key = group && group != here ? fp_key_find(group, name) : NULL;

        if (key) {
            snprintf(to, size, "`%s.%s`", group->path, name);
            return true;
        }
    }
    return false;
}

static void list_known(const struct fp_key_group *group, struct fp_str *to)
{
    for (size_t i = 0; i < group->count; i++)
        if (fp_key_in_group(group, &group->keys[i]))
            fp_str_printf(to, "%s%s", to->len ? ", " : "", group->keys[i].name);
}

static void report_unknown(const struct object *object, const char *name)
{
    struct fp_key_path path = below(object, name);
    char elsewhere[FP_CLIP_TEXT];
    struct fp_str known;
    const char *near;

    /* Only counted: no thought is spent on each of a million keys. */
    if (object->loader->problems->count >= FP_PROBLEMS_MAX) {
        PROBLEM(object->loader, false, &path, "unknown key");
        return;
    }
    near = nearest(object->group, name);
    fp_str_init(&known, FP_ERROR_MESSAGE_MAX);
    if (find_elsewhere(object->group, name, elsewhere, sizeof elsewhere)) {
        PROBLEM(object->loader, false, &path, "unknown key here; did you mean %s?", elsewhere);
    } else if (near) {
        PROBLEM(object->loader, false, &path, "unknown key; did you mean `%s`?", near);
    } else {
        list_known(object->group, &known);
        PROBLEM(object->loader, false, &path, "unknown key; known here are %s", known.data);
    }
    fp_str_release(&known);
}

static void check_names(const struct object *object)
{
    const char *name;
    json_t *value;

    json_object_foreach(object->json, name, value)
        if (!fp_key_is_note(name) && !fp_key_find(object->group, name))
            report_unknown(object, name);
}

/* ---- what must stand together, and what must not ---- */

static void report_missing(const struct object *object, const struct fp_key *key)
{
    if (!(key->flags & FP_KEY_REQUIRED))
        return;
    if (object->path.len)
        PROBLEM(object->loader, false, &object->path, "has no \"%s\". %s", key->name, key->help);
    else
        PROBLEM(object->loader, false, &object->path, "\"%s\" is missing. %s", key->name, key->help);
}

static void check_company(const struct object *object, const struct fp_key *key)
{
    struct fp_key_path path = below(object, key->name), other;

    if (key->excludes && json_object_get(object->json, key->excludes)) {
        other = below(object, key->excludes);
        PROBLEM(object->loader, false, &path, "contradicts %s: keep one of them", other.text);
    }
    if (key->needs && !json_object_get(object->json, key->needs)) {
        other = below(object, key->needs);
        PROBLEM(object->loader, false, &path, "needs %s beside it", other.text);
    }
}

/* One of the keys with FP_KEY_EITHER must be there. */
static void check_either(const struct object *object)
{
    char names[128] = "";
    size_t used = 0;

    for (size_t i = 0; i < object->group->count; i++) {
        const struct fp_key *key = &object->group->keys[i];

        if (!(key->flags & FP_KEY_EITHER) || !fp_key_in_group(object->group, key))
            continue;
        if (json_object_get(object->json, key->name))
            return;
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s\"%s\"", used ? " nor " : "", key->name);
        if (used >= sizeof names)
            return;
    }
    if (used)
        PROBLEM(object->loader, false, &object->path, "has neither %s: one of them is needed", names);
}

/* ---- values ---- */

/* Objects within objects: as deep as the table, not as the file. */
static void read_object(const struct object *object);

static void read_group(const struct object *parent, const struct fp_key *key, const struct fp_key_path *path,
                       json_t *json)
{
    struct object child = { parent->loader, key->group, *path, json, parent->base + key->offset };

    if (json_is_object(json))
        read_object(&child);
    else
        fp_key_wrong_type(parent->loader, key, path, json);
}

static void read_entry(const struct object *entry)
{
    const struct fp_key *shorthand = entry->group->shorthand;

    if (json_is_object(entry->json))
        read_object(entry);
    else if (shorthand && json_is_string(entry->json))
        fp_key_read(entry->loader, shorthand, &entry->path, entry->json, entry->base);
    else if (shorthand)
        PROBLEM(entry->loader, false, &entry->path, "must be a string or an object, such as %s", entry->group->example);
    else
        PROBLEM(entry->loader, false, &entry->path, "must be an object, such as %s", entry->group->example);
}

static void read_groups(const struct object *parent, const struct fp_key *key, const struct fp_key_path *path,
                        json_t *json)
{
    size_t count = json_array_size(json), size = key->group->size;
    char *entries;

    if (!json_is_array(json)) {
        fp_key_wrong_type(parent->loader, key, path, json);
        return;
    }
    if (!fp_key_count_fits(parent->loader, key, path, count))
        return;
    entries = fp_arena_array(&parent->loader->config->arena, count, size);
    if (!entries) {
        parent->loader->nomem = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct object entry = { parent->loader, key->group, *path, json_array_get(json, i),
                                entries + i * size };

        fp_key_path_index(&entry.path, i);
        if (key->group->inherits)
            memcpy(entry.base, parent->base + key->inherits, size);
        read_entry(&entry);
    }
    *(void **)(void *)(parent->base + key->offset) = entries;
    *(size_t *)(void *)(parent->base + key->count_offset) = count;
}

static void read_value(const struct object *object, const struct fp_key *key, json_t *json)
{
    struct fp_key_path path = below(object, key->name);

    if (key->type == FP_KEY_GROUP)
        read_group(object, key, &path, json);
    else if (key->type == FP_KEY_GROUPS)
        read_groups(object, key, &path, json);
    else
        fp_key_read(object->loader, key, &path, json, object->base);
}

/* In the order of the table, so that `defaults` are known before `services` whatever the order of the file.
 */
static void read_object(const struct object *object)
{
    check_names(object);
    for (size_t i = 0; i < object->group->count; i++) {
        const struct fp_key *key = &object->group->keys[i];
        json_t *json;

        if (!fp_key_in_group(object->group, key))
            continue;
        json = json_object_get(object->json, key->name);
        if (json) {
            read_value(object, key, json);
            check_company(object, key);
        } else {
            report_missing(object, key);
        }
    }
    check_either(object);
}

static void apply_fallbacks(struct fp_loader *loader, const struct fp_key_group *group, char *base)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct fp_key *key = &group->keys[i];
        struct fp_key_path path = { 0 };
        json_t *json;

        if (!fp_key_in_group(group, key))
            continue;
        if (key->type == FP_KEY_GROUP)
            apply_fallbacks(loader, key->group, base + key->offset);
        if (!key->fallback)
            continue;
        fp_key_path_key(&path, key->name, strlen(key->name));
        json = json_loads(key->fallback, JSON_DECODE_ANY, NULL);
        if (json && key->type == FP_KEY_GROUPS)
            read_groups(&(struct object){ loader, group, { 0 }, NULL, base }, key, &path, json);
        else if (json)
            fp_key_read(loader, key, &path, json, base);
        else
            loader->nomem = true; /* the tests see to it that the table's JSON parses */
        json_decref(json);
    }
}

#define MIN_STEP_S 60

/* What of an entry follows from its other values. */
static void complete(struct fp_service_config *service)
{
    if (!service->id)
        service->id = service->name;
    if (!service->title)
        service->title = service->name;
    if (!service->min_step_s)
        service->min_step_s = service->step_s < MIN_STEP_S ? service->step_s : MIN_STEP_S;
}

static int by_title(const void *pa, const void *pb)
{
    const struct fp_service_config *a = *(struct fp_service_config *const *)pa, *b = *(struct fp_service_config *const *)pb;
    int order = strcmp(a->title, b->title);

    return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

/* Of entries with one title but different ids, each whose id is another word has it behind the title. */
static void tell_group_apart(struct fp_loader *loader, struct fp_service_config **services, size_t count)
{
    bool differ = false;

    for (size_t i = 1; i < count; i++)
        differ |= strcmp(services[i]->id, services[0]->id) != 0;
    for (size_t i = 0; i < count && differ; i++) {
        struct fp_str title;

        if (strcmp(services[i]->id, services[i]->title) == 0)
            continue;
        fp_str_init(&title, FP_LIMIT_TEXT);
        fp_str_printf(&title, "%s (%s)", services[i]->title, services[i]->id);
        services[i]->title = fp_str_ok(&title) ? fp_arena_strdup(&loader->config->arena, title.data) : NULL;
        loader->nomem |= !services[i]->title;
        fp_str_release(&title);
    }
}

/* A page shows titles: two that are equal would look like one service. */
static void tell_apart(struct fp_loader *loader)
{
    struct fp_config *config = loader->config;
    struct fp_service_config **services = calloc(config->service_count + 1, sizeof *services);
    size_t count = 0, end;

    loader->nomem |= !services;
    for (size_t i = 0; i < config->service_count && services; i++)
        if (config->services[i].title && config->services[i].id)
            services[count++] = &config->services[i];
    if (count)
        qsort(services, count, sizeof *services, by_title);
    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && strcmp(services[end]->title, services[i]->title) == 0;)
            end++;
        tell_group_apart(loader, services + i, end - i);
    }
    free(services);
}

static void fill(struct fp_loader *loader, json_t *json)
{
    struct object top = { loader, &fp_config_keys, { 0 }, json, (char *)loader->config };
    struct fp_config *config = loader->config;

    if (!json_is_object(json)) {
        PROBLEM(loader, false, &top.path, "must hold an object: {…}, not a list");
        return;
    }
    read_object(&top);
    for (size_t i = 0; i < config->service_count; i++) {
        complete(&config->services[i]);
        config->services[i].entry = i;
    }
    tell_apart(loader);
    complete(&config->defaults); /* last: the entries began as copies of what the file says */
    if (!loader->nomem)
        loader->nomem = fp_config_check(config, loader->problems) < 0;
}

int fp_config_load_text(struct fp_config *config, const char *text, size_t n, const char *name,
                        struct fp_problems *problems, struct fp_error *err)
{
    struct fp_loader loader = { config, problems, false };
    json_t *json = NULL;
    int status;

    *config = (struct fp_config){ 0 };
    fp_arena_init(&config->arena);
    if (n > FP_LIMIT_CONFIG)
        return fp_error_set(err, FP_ELIMIT, "%s: a configuration of more than %zu bytes is not read", name,
                            FP_LIMIT_CONFIG);
    config->file = fp_arena_strdup(&config->arena, name);
    if (!config->file)
        return fp_error_nomem(err);
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* the mark some editors put before UTF-8 */
        text += 3;
        n -= 3;
    }
    config->text = fp_arena_strndup(&config->arena, text, n);
    config->text_len = n;
    if (!config->text)
        return fp_error_nomem(err);
    apply_fallbacks(&loader, &fp_config_keys, (char *)config);
    status = fp_syntax_parse(text, n, config->file, problems, &json, err);
    if (status < 0)
        return status;
    if (json)
        fill(&loader, json);
    json_decref(json);
    if (loader.nomem)
        return fp_error_nomem(err);
    if (json)
        fp_place_problems(problems, text, n);
    fp_problems_sort(problems);
    return FP_OK;
}

int fp_config_load(struct fp_config *config, const char *path, struct fp_problems *problems,
                   struct fp_error *err)
{
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    struct fp_str text;
    int status;

    *config = (struct fp_config){ 0 };
    fp_arena_init(&config->arena);
    fp_str_init(&text, FP_LIMIT_CONFIG);
    status = fp_file_read(path, &text, err);
    if (status >= 0)
        status = fp_config_load_text(config, text.data, text.len, name, problems, err);
    fp_str_release(&text);
    return status < 0 ? status : FP_OK;
}

bool fp_config_place(const struct fp_config *config, struct fp_error *err)
{
    struct fp_problem problem = { .what = FP_ERROR_INIT };
    struct fp_problems problems = { .items = &problem, .count = 1 };
    const char *key = err->message + (err->message[0] == '`');
    size_t n = strcspn(key, "`: ");

    if (n)
        snprintf(problem.what.message, sizeof problem.what.message, "%.*s: ", (int)n, key);
    if (n && config->text && !err->source[0])
        fp_place_problems(&problems, config->text, config->text_len);
    if (!problem.what.line)
        return false;
    fp_error_at(err, config->file, problem.what.line, problem.what.column, -1);
    return true;
}

void fp_config_release(struct fp_config *config)
{
    fp_arena_release(&config->arena);
    *config = (struct fp_config){ 0 };
}
