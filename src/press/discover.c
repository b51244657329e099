#include "press/discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/check.h"
#include "config/tags.h"
#include "press/candidates.h"

/* A list of values, and the entry whose question it answers. */
struct answer {
    size_t entry;
    struct fp_value_list list;
};

/* One window's discovery while it is made. */
struct discovering {
    const struct fp_config *config;
    const struct fp_window *window;
    const struct fp_fetcher *fetcher;
    struct fp_arena *arena;
    struct fp_strings named; /* sorted; heap */

    struct answer *answers; /* heap */
    size_t answer_count, answer_cap;
    struct fp_service_config *services; /* heap */
    size_t *from;                       /* heap: the entry each of them comes from */
    size_t service_count, service_cap, from_cap;
    struct fp_not_pressed *not_pressed; /* heap */
    size_t not_pressed_count, not_pressed_cap;
};

bool fp_discovery_needed(const struct fp_config *config)
{
    for (size_t i = 0; i < config->service_count; i++)
        if (!fp_service_is_fixed(&config->services[i]))
            return true;
    return false;
}

/* ---- what is collected ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int list_named(struct discovering *d, struct fp_error *err)
{
    d->named.items = calloc(d->config->service_count + 1, sizeof *d->named.items);
    if (!d->named.items)
        return fp_error_nomem(err);
    for (size_t i = 0; i < d->config->service_count; i++)
        if (d->config->services[i].name)
            d->named.items[d->named.count++] = d->config->services[i].name;
    if (d->named.count)
        qsort(d->named.items, d->named.count, sizeof *d->named.items, by_text);
    return FP_OK;
}

static int add_service(struct discovering *d, const struct fp_service_config *service, size_t entry, struct fp_error *err)
{
    int rc = fp_array_reserve(&d->services, &d->service_cap, d->service_count + 1, sizeof *d->services, FP_LIMIT_JOBS,
                              "services", err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&d->from, &d->from_cap, d->service_count + 1, sizeof *d->from, FP_LIMIT_JOBS, "services",
                              err);
    if (rc < 0)
        return rc;
    d->services[d->service_count] = *service;
    d->from[d->service_count++] = entry;
    return FP_OK;
}

static int add_not_pressed(struct discovering *d, const char *title, int64_t rows, const char *why, struct fp_error *err)
{
    int rc = fp_array_reserve(&d->not_pressed, &d->not_pressed_cap, d->not_pressed_count + 1, sizeof *d->not_pressed,
                              FP_LIMIT_JOBS, "services that are not pressed", err);

    if (rc < 0)
        return rc;
    d->not_pressed[d->not_pressed_count] = (struct fp_not_pressed){ title, rows, why };
    if (!title || !why)
        return fp_error_nomem(err);
    d->not_pressed_count++;
    return FP_OK;
}

/* Text into the arena; NULL without memory. Takes the buffer. */
static char *keep(struct discovering *d, struct fp_str *text)
{
    char *kept = fp_str_ok(text) ? fp_arena_strdup(d->arena, text->data) : NULL;

    fp_str_release(text);
    return kept;
}

/* "services[1] (match "checkout-*")", as messages begin. */
static const char *entry_label(struct discovering *d, size_t entry)
{
    const struct fp_service_config *config = &d->config->services[entry];
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_printf(&text, "services[%zu] (%s \"%s\"", entry, config->match ? "match" : "name",
                  config->match ? config->match : config->name);
    for (size_t i = 0; i < config->group_by.count; i++)
        fp_str_printf(&text, "%s%s", i ? ", " : " by ", config->group_by.items[i]);
    fp_str_putc(&text, ')');
    return keep(d, &text);
}

/* ---- one candidate ---- */

static const char *value_of(const struct fp_candidate *candidate, const struct fp_candidate_tags *tags, size_t i)
{
    return candidate->row[tags->group_at[i]];
}

/* Why the server cannot be asked about it; NULL when it can. */
static const char *fault_of(const struct fp_candidate *candidate, const struct fp_candidate_tags *tags)
{
    const char *fault = *candidate->service ? fp_quoted_fault(candidate->service) : "it has no name";

    for (size_t i = 0; i < tags->group_count && !fault; i++)
        fault = fp_quoted_fault(value_of(candidate, tags, i));
    return fault;
}

/* "NAME (pod_ns=orders, no host)" */
static char *make_title(struct discovering *d, const char *name, const struct fp_candidate *candidate,
                        const struct fp_candidate_tags *tags)
{
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_puts(&text, name);
    for (size_t i = 0; i < tags->group_count; i++) {
        const char *value = value_of(candidate, tags, i), *tag = tags->tags[tags->group_at[i]];

        fp_str_puts(&text, i ? ", " : " (");
        if (*value)
            fp_str_printf(&text, "%s=%s", tag, value);
        else
            fp_str_printf(&text, "no %s", tag);
    }
    fp_str_puts(&text, tags->group_count ? ")" : "");
    return keep(d, &text);
}

static char *make_id(struct discovering *d, const char *id, const struct fp_candidate *candidate,
                     const struct fp_candidate_tags *tags)
{
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_puts(&text, id);
    for (size_t i = 0; i < tags->group_count; i++)
        fp_str_printf(&text, "@%s", value_of(candidate, tags, i));
    return keep(d, &text);
}

static const char *make_filter(struct discovering *d, const char *filter, const struct fp_candidate *candidate,
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
    return keep(d, &text);
}

static int make_service(struct discovering *d, size_t entry, const struct fp_candidate *candidate,
                        const struct fp_candidate_tags *tags, struct fp_error *err)
{
    struct fp_service_config service = d->config->services[entry];

    service.name = fp_arena_strdup(d->arena, candidate->service);
    service.title = make_title(d, service.title ? service.title : candidate->service, candidate, tags);
    service.id = make_id(d, service.id ? service.id : candidate->service, candidate, tags);
    service.filter = make_filter(d, service.filter ? service.filter : "", candidate, tags);
    service.events = candidate->events;
    service.match = NULL;
    service.except = service.group_by = (struct fp_strings){ 0 };
    if (!service.name || !service.title || !service.id || !service.filter)
        return fp_error_nomem(err);
    return add_service(d, &service, entry, err);
}

/* ---- one entry ---- */

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_question(const struct fp_service_config *a, const struct fp_service_config *b)
{
    if (!same_text(a->name, b->name) || !same_text(a->language, b->language) || !same_text(a->filter, b->filter) ||
        a->group_by.count != b->group_by.count)
        return false;
    for (size_t i = 0; i < a->group_by.count; i++)
        if (strcmp(a->group_by.items[i], b->group_by.items[i]) != 0)
            return false;
    return true;
}

/* The values that the entry asks for; an equal question is asked once. The list stays with `d`. */
static int ask(struct discovering *d, size_t entry, const struct fp_candidate_tags *tags,
               const struct fp_value_list **ret_list, struct fp_error *err)
{
    const struct fp_service_config *config = &d->config->services[entry];
    const struct fp_value_query query = {
        .start = d->window->start,
        .end = d->window->end,
        .app_service = config->name,
        .language = config->language,
        .filter = config->filter,
        .tags = tags->tags,
        .tag_count = tags->count,
    };
    int rc;

    for (size_t i = 0; i < d->answer_count; i++) {
        if (same_question(&d->config->services[d->answers[i].entry], config)) {
            *ret_list = &d->answers[i].list;
            return FP_OK;
        }
    }
    rc = fp_array_reserve(&d->answers, &d->answer_cap, d->answer_count + 1, sizeof *d->answers, FP_LIMIT_SERVICES,
                          "questions", err);
    if (rc == FP_OK)
        rc = fp_fetch_values(d->fetcher, &query, &d->answers[d->answer_count].list, err);
    if (rc < 0)
        return rc;
    d->answers[d->answer_count].entry = entry;
    *ret_list = &d->answers[d->answer_count++].list;
    return FP_OK;
}

#define NAMES_SHOWN 50u  /* in one line of the log; all of them are in the night's summary.json */
#define NAME_SHOWN 60u   /* bytes of each: together less than a line of the log may hold */

/* Candidates of one entry that are not pressed, for one reason or one kind of reasons: a line of the log. */
struct left {
    const struct fp_candidate_tags *tags;
    size_t entry, count;
    const char *note; /* the last one told */
    struct fp_str names;
};

/* Not pressed, because of `why`; `note` (NULL: nothing) is told behind the first name it is about. */
static int leave(struct discovering *d, struct left *left, const struct fp_candidate *candidate, const char *why,
                 const char *note, struct fp_error *err)
{
    const char *title = d->config->services[left->entry].title;
    int rc;

    title = make_title(d, title ? title : candidate->service, candidate, left->tags);
    rc = add_not_pressed(d, title, candidate->rows, why, err);
    if (rc < 0)
        return rc;
    if (left->count++ < NAMES_SHOWN) {
        size_t shown = fp_utf8_cut(title, strlen(title), NAME_SHOWN);

        fp_str_puts(&left->names, left->count > 1 ? ", " : "");
        fp_str_append(&left->names, title, shown);
        fp_str_puts(&left->names, title[shown] ? "…" : "");
        if (note && note != left->note)
            fp_str_printf(&left->names, " (%s)", note);
        left->note = note;
    }
    return FP_OK;
}

/* `what` stands between the number and the names. Releases the names. */
static void warn_of_left(struct discovering *d, struct left *left, const char *before, const char *what)
{
    const char *label = entry_label(d, left->entry);

    if (left->count > NAMES_SHOWN)
        fp_str_printf(&left->names, " and %zu more, named in the night's summary.json", left->count - NAMES_SHOWN);
    if (left->count)
        fp_log(d->fetcher->log, FP_LOG_WARNING, "%s, %s: %s%zu %s%s not pressed: %s", label ? label : "services",
               d->window->label, before, left->count, what, left->count == 1 ? "is" : "are", left->names.data);
    fp_str_release(&left->names);
}

static char *odd_reason(struct discovering *d, const char *fault)
{
    struct fp_str why;

    fp_str_init(&why, FP_LIMIT_TEXT);
    fp_str_printf(&why, "cannot be asked for: %s", fault);
    return keep(d, &why);
}

/* The first max_services that can be asked for; the others are named. */
static int choose(struct discovering *d, size_t entry, const struct fp_candidates *candidates,
                  const struct fp_candidate_tags *tags, struct fp_error *err)
{
    const struct fp_service_config *config = &d->config->services[entry];
    struct left odd = { .tags = tags, .entry = entry }, rest = odd;
    char cap[64], beyond[128];
    const char *reason;
    int64_t made = 0;
    int rc = FP_OK;

    fp_str_init(&odd.names, FP_LIMIT_TEXT);
    fp_str_init(&rest.names, FP_LIMIT_TEXT);
    snprintf(cap, sizeof cap, "max_services is %lld, ", (long long)config->max_services);
    snprintf(beyond, sizeof beyond, "beyond max_services (%lld) of services[%zu]", (long long)config->max_services, entry);
    reason = fp_arena_strdup(d->arena, beyond);
    for (size_t i = 0; i < candidates->count && rc == FP_OK; i++) {
        const struct fp_candidate *candidate = &candidates->items[i];
        const char *fault = fault_of(candidate, tags);

        if (made == config->max_services) {
            rc = leave(d, &rest, candidate, reason, NULL, err);
        } else if (fault) {
            rc = leave(d, &odd, candidate, odd_reason(d, fault), fault, err);
        } else {
            rc = make_service(d, entry, candidate, tags, err);
            made++;
        }
    }
    warn_of_left(d, &odd, "", "cannot be asked for and ");
    warn_of_left(d, &rest, cap, "more ");
    return rc;
}

/* What the list leaves to be wished for. */
static void warn_of_list(struct discovering *d, size_t entry, const struct fp_value_list *list, size_t found)
{
    const char *label = entry_label(d, entry);

    if (list->cut)
        fp_log(d->fetcher->log, FP_LOG_WARNING,
               "%s, %s: the server told %zu values and may know more: a \"filter\" narrows what is asked",
               label ? label : "services", d->window->label, list->count);
    if (!found)
        fp_log(d->fetcher->log, FP_LOG_WARNING,
               "%s, %s: nothing found, no report is made; `flamepress services` lists what there is",
               label ? label : "services", d->window->label);
}

static int expand(struct discovering *d, size_t entry, struct fp_error *err)
{
    const struct fp_service_config *config = &d->config->services[entry];
    struct fp_candidates candidates = { 0 };
    const struct fp_value_list *list;
    struct fp_candidate_tags tags;
    int rc;

    fp_candidate_tags_of(&tags, config);
    rc = ask(d, entry, &tags, &list, err);
    if (rc == FP_OK)
        rc = fp_candidates_make(&candidates, config, &tags, list, &d->named, d->arena, err);
    if (rc < 0)
        return rc;
    warn_of_list(d, entry, list, candidates.count);
    rc = choose(d, entry, &candidates, &tags, err);
    free(candidates.items);
    return rc;
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
static int drop(struct discovering *d, const struct claim *winner, const struct claim *loser, struct fp_error *err)
{
    struct fp_service_config *service = &d->services[loser->service];
    const struct fp_service_config *other = &d->services[winner->service];
    struct fp_str why;

    drop_event(service, loser->event);
    if (same_text(service->name, other->name) && same_text(service->filter, other->filter) &&
        same_text(service->language, other->language))
        return FP_OK; /* patterns that overlap */
    fp_str_init(&why, FP_LIMIT_TEXT);
    fp_str_printf(&why, "services[%zu] has a report of this name (%s) and other rows: group_by tells them apart",
                  d->from[winner->service], loser->event);
    fp_log(d->fetcher->log, FP_LOG_WARNING, "services[%zu], %s: \"%s\" is not pressed: %s", d->from[loser->service],
           d->window->label, service->title, why.data);
    return add_not_pressed(d, service->title, -1, keep(d, &why), err);
}

static int drop_doubles(struct discovering *d, struct fp_error *err)
{
    struct claim *claims;
    size_t count = 0, first = 0;
    int rc = FP_OK;

    for (size_t i = 0; i < d->service_count; i++)
        count += d->services[i].events.count;
    claims = calloc(count + 1, sizeof *claims);
    if (!claims)
        return fp_error_nomem(err);
    count = 0;
    for (size_t i = 0; i < d->service_count; i++)
        for (size_t e = 0; e < d->services[i].events.count; e++)
            claims[count++] = (struct claim){ d->services[i].id, d->services[i].events.items[e], i,
                                              !fp_service_is_fixed(&d->config->services[d->from[i]]) };
    qsort(claims, count, sizeof *claims, by_claim);
    for (size_t i = 1; i < count && rc == FP_OK; i++) {
        if (strcmp(claims[i].id, claims[first].id) != 0 || strcmp(claims[i].event, claims[first].event) != 0)
            first = i;
        else if (claims[i].found)
            rc = drop(d, &claims[first], &claims[i], err);
    }
    free(claims);
    return rc;
}

/* ---- all of it ---- */

/* From the heap into the arena, without services that lost all their events to others. */
static int finish(struct discovering *d, struct fp_discovery *discovery, struct fp_error *err)
{
    struct fp_service_config *services = fp_arena_array(d->arena, d->service_count, sizeof *services);
    struct fp_not_pressed *not_pressed = fp_arena_array(d->arena, d->not_pressed_count, sizeof *not_pressed);
    size_t kept = 0;

    if (!services || !not_pressed)
        return fp_error_nomem(err);
    for (size_t i = 0; i < d->service_count; i++)
        if (d->services[i].events.count)
            services[kept++] = d->services[i];
    if (d->not_pressed_count)
        memcpy(not_pressed, d->not_pressed, d->not_pressed_count * sizeof *not_pressed);
    discovery->services = (struct fp_plan_services){ services, kept };
    discovery->not_pressed = not_pressed;
    discovery->not_pressed_count = d->not_pressed_count;
    return FP_OK;
}

static int discover(struct discovering *d, struct fp_discovery *discovery, struct fp_error *err)
{
    int rc = list_named(d, err);

    for (size_t i = 0; i < d->config->service_count && rc == FP_OK; i++)
        rc = fp_service_is_fixed(&d->config->services[i]) ? add_service(d, &d->config->services[i], i, err)
                                                          : expand(d, i, err);
    if (rc == FP_OK)
        rc = drop_doubles(d, err);
    return rc == FP_OK ? finish(d, discovery, err) : rc;
}

int fp_discover(struct fp_discovery *ret, const struct fp_config *config, const struct fp_window *window,
                const struct fp_fetcher *fetcher, struct fp_error *err)
{
    struct fp_discovery discovery = { .services = { config->services, config->service_count } };
    struct discovering d = { .config = config, .window = window, .fetcher = fetcher, .arena = &discovery.arena };
    int rc = FP_OK;

    fp_arena_init(&discovery.arena);
    if (fp_discovery_needed(config))
        rc = discover(&d, &discovery, err);
    for (size_t i = 0; i < d.answer_count; i++)
        fp_value_list_release(&d.answers[i].list);
    free(d.answers);
    free(d.named.items);
    free(d.services);
    free(d.from);
    free(d.not_pressed);
    if (rc < 0)
        fp_discovery_release(&discovery);
    else
        *ret = discovery;
    return rc;
}

void fp_discovery_release(struct fp_discovery *discovery)
{
    fp_arena_release(&discovery->arena);
    *discovery = (struct fp_discovery){ 0 };
}
