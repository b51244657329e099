#include "press/found.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "config/tags.h"

void fp_found_release(struct fp_found *found)
{
    free(found->services);
    free(found->not_pressed);
}

int fp_found_add(struct fp_found *found, const struct fp_service_config *service, struct fp_error *err)
{
    int rc = fp_array_reserve(&found->services, &found->service_cap, found->service_count + 1, sizeof *found->services,
                              FP_LIMIT_JOBS, "services", err);

    if (rc == FP_OK)
        found->services[found->service_count++] = *service;
    return rc;
}

int fp_found_not_pressed(struct fp_found *found, size_t entry, const char *title, int64_t rows, const char *why,
                         struct fp_error *err)
{
    int rc = fp_array_reserve(&found->not_pressed, &found->not_pressed_cap, found->not_pressed_count + 1,
                              sizeof *found->not_pressed, FP_LIMIT_JOBS, "services that are not pressed", err);

    if (rc < 0)
        return rc;
    if (!title || !why)
        return fp_error_nomem(err);
    found->not_pressed[found->not_pressed_count++] = (struct fp_not_pressed){ title, rows, why, entry };
    return FP_OK;
}

/* ---- texts ---- */

char *fp_found_keep(struct fp_found *found, struct fp_str *text)
{
    char *kept = fp_str_ok(text) ? fp_arena_strdup(found->arena, text->data) : NULL;

    fp_str_release(text);
    return kept;
}

char *fp_found_label(struct fp_found *found, size_t entry)
{
    const struct fp_service_config *config = &found->config->services[entry];
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_printf(&text, "services[%zu] (%s \"%s\"", entry, config->match ? "match" : "name",
                  config->match ? config->match : config->name);
    for (size_t i = 0; i < config->group_by.count; i++)
        fp_str_printf(&text, "%s%s", i ? ", " : " by ", config->group_by.items[i]);
    fp_str_putc(&text, ')');
    return fp_found_keep(found, &text);
}

static const char *value_of(const struct fp_candidate *candidate, const struct fp_candidate_tags *tags, size_t i)
{
    return candidate->row[tags->group_at[i]];
}

char *fp_found_title(struct fp_found *found, size_t entry, const struct fp_candidate *candidate,
                     const struct fp_candidate_tags *tags)
{
    const char *title = found->config->services[entry].title;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_puts(&text, title ? title : candidate->service);
    for (size_t i = 0; i < tags->group_count; i++) {
        const char *value = value_of(candidate, tags, i), *tag = tags->tags[tags->group_at[i]];

        fp_str_puts(&text, i ? ", " : " (");
        if (*value)
            fp_str_printf(&text, "%s=%s", tag, value);
        else
            fp_str_printf(&text, "no %s", tag);
    }
    fp_str_puts(&text, tags->group_count ? ")" : "");
    return fp_found_keep(found, &text);
}

static void put_part(struct fp_str *id, const char *part)
{
    for (; *part; part++) {
        if (*part == '@' || *part == '\\')
            fp_str_putc(id, '\\');
        fp_str_putc(id, *part);
    }
}

/* What is not grouped keeps its id as it is: there is nothing to be confused with. */
static char *make_id(struct fp_found *found, const char *id, const struct fp_candidate *candidate,
                     const struct fp_candidate_tags *tags)
{
    struct fp_str text;

    if (!tags->group_count)
        return fp_arena_strdup(found->arena, id);
    fp_str_init(&text, FP_LIMIT_TEXT);
    put_part(&text, id);
    for (size_t i = 0; i < tags->group_count; i++) {
        fp_str_putc(&text, '@');
        put_part(&text, value_of(candidate, tags, i));
    }
    return fp_found_keep(found, &text);
}

static const char *make_filter(struct fp_found *found, const char *filter, const struct fp_candidate *candidate,
                               const struct fp_candidate_tags *tags)
{
    char quoted[FP_TAG_TEXT];
    struct fp_str text;

    if (!tags->group_count)
        return filter;
    fp_str_init(&text, FP_LIMIT_TEXT);
    if (*filter)
        fp_str_printf(&text, "(%s)", filter);
    for (size_t i = 0; i < tags->group_count; i++)
        fp_str_printf(&text, "%s%s='%s'", text.len ? " AND " : "", fp_tag_quoted(quoted, tags->tags[tags->group_at[i]]),
                      value_of(candidate, tags, i));
    return fp_found_keep(found, &text);
}

/* ---- services ---- */

/* A copy of the entry that needs no question. */
static struct fp_service_config fixed_copy(const struct fp_found *found, size_t entry)
{
    struct fp_service_config service = found->config->services[entry];

    service.match = NULL;
    service.except = service.group_by = (struct fp_strings){ 0 };
    return service;
}

int fp_found_service(struct fp_found *found, size_t entry, const struct fp_candidate *candidate,
                     const struct fp_candidate_tags *tags, struct fp_error *err)
{
    struct fp_service_config service = fixed_copy(found, entry);

    service.name = fp_arena_strdup(found->arena, candidate->service);
    service.title = fp_found_title(found, entry, candidate, tags);
    service.id = make_id(found, service.id ? service.id : candidate->service, candidate, tags);
    service.filter = make_filter(found, service.filter ? service.filter : "", candidate, tags);
    service.events = candidate->events;
    if (!service.name || !service.title || !service.id || !service.filter)
        return fp_error_nomem(err);
    return fp_found_add(found, &service, err);
}

int fp_found_failed(struct fp_found *found, size_t entry, const char *why, struct fp_error *err)
{
    const struct fp_service_config *config = &found->config->services[entry];
    struct fp_service_config service = fixed_copy(found, entry);
    const char **event = fp_arena_array(found->arena, 1, sizeof *event);
    struct fp_str id, events;

    fp_str_init(&id, FP_LIMIT_TEXT);
    fp_str_init(&events, FP_LIMIT_TEXT);
    fp_str_printf(&id, FP_ENTRY_ID, entry);
    for (size_t i = 0; i < config->events.count; i++)
        fp_str_printf(&events, "%s%s", i ? ", " : "", config->events.items[i]);
    service.name = config->name ? config->name : config->match;
    service.id = fp_found_keep(found, &id);
    service.title = fp_found_label(found, entry);
    service.failure = fp_arena_strdup(found->arena, why);
    service.step_s = INT64_MAX; /* one part: there is nothing to be asked */
    if (!event || !(*event = fp_found_keep(found, &events)) || !service.id || !service.title || !service.failure)
        return fp_error_nomem(err);
    service.events = (struct fp_strings){ event, 1 };
    return fp_found_add(found, &service, err);
}

/* ---- reports that would be one ---- */

/* A report is known by id and event. */
struct claim {
    const char *id, *event;
    size_t service;
    bool found; /* by a question: a fixed entry goes before it */
};

static int by_claim(const void *pa, const void *pb)
{
    const struct claim *a = pa, *b = pb;
    int order = strcmp(a->id, b->id);

    order = order ? order : strcmp(a->event, b->event);
    order = order ? order : (int)a->found - (int)b->found;
    return order ? order : (a->service > b->service) - (a->service < b->service);
}

static void drop_event(struct fp_service_config *service, const char *event)
{
    size_t kept = 0;

    for (size_t i = 0; i < service->events.count; i++)
        if (strcmp(service->events.items[i], event) != 0)
            service->events.items[kept++] = service->events.items[i];
    service->events.count = kept;
}

/* `loser` would be the report of `winner`. */
static int drop(struct fp_found *found, const struct claim *winner, const struct claim *loser, struct fp_log *log,
                const char *window, struct fp_error *err)
{
    struct fp_service_config *service = &found->services[loser->service];
    const struct fp_service_config *other = &found->services[winner->service];
    struct fp_str why;
    const char *kept;

    drop_event(service, loser->event);
    if (strcmp(service->name, other->name) == 0 && strcmp(service->filter, other->filter) == 0 &&
        strcmp(service->language, other->language) == 0)
        return FP_OK; /* patterns that overlap */
    fp_str_init(&why, FP_LIMIT_TEXT);
    fp_str_printf(&why, "services[%zu] has a report of this name (%s) and other rows: group_by tells them apart",
                  other->entry, loser->event);
    kept = fp_found_keep(found, &why);
    fp_log(log, FP_LOG_WARNING, "services[%zu], %s: \"%s\" is not pressed: %s", service->entry, window, service->title,
           kept ? kept : "");
    return fp_found_not_pressed(found, service->entry, service->title, -1, kept, err);
}

int fp_found_drop_doubles(struct fp_found *found, struct fp_log *log, const char *window, struct fp_error *err)
{
    struct claim *claims;
    size_t count = 0, first = 0;
    int rc = FP_OK;

    for (size_t i = 0; i < found->service_count; i++)
        count += found->services[i].events.count;
    claims = calloc(count + 1, sizeof *claims);
    if (!claims)
        return fp_error_nomem(err);
    count = 0;
    for (size_t i = 0; i < found->service_count; i++) {
        const struct fp_service_config *service = &found->services[i];
        bool asked = !fp_service_is_fixed(&found->config->services[service->entry]);

        for (size_t e = 0; e < service->events.count; e++)
            claims[count++] = (struct claim){ service->id, service->events.items[e], i, asked };
    }
    qsort(claims, count, sizeof *claims, by_claim);
    for (size_t i = 1; i < count && rc == FP_OK; i++) {
        if (strcmp(claims[i].id, claims[first].id) != 0 || strcmp(claims[i].event, claims[first].event) != 0)
            first = i;
        else if (claims[i].found)
            rc = drop(found, &claims[first], &claims[i], log, window, err);
    }
    free(claims);
    return rc;
}
