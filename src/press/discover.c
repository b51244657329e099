#include "press/discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/check.h"
#include "press/candidates.h"
#include "press/found.h"

/* A list of values, and the entry whose question it answers. */
struct answer {
    size_t entry;
    struct fp_value_list list;
    const char *failure; /* in the arena: there is none, and why; the list is empty then */
    bool unreachable; /* … for nobody was there to answer */
};

/* One window's discovery while it is made. */
struct discovering {
    struct fp_found found;
    const struct fp_window *window;
    struct fp_fetcher fetcher;
    struct fp_source_config hasty; /* what the fetcher borrows once a question failed */
    struct fp_strings named;       /* sorted; heap */
    struct answer *answers;        /* heap */
    size_t answer_count, answer_cap;
    uint32_t requests;
};

bool fp_discovery_needed(const struct fp_config *config)
{
    for (size_t i = 0; i < config->service_count; i++)
        if (!fp_service_is_fixed(&config->services[i]))
            return true;
    return false;
}

bool fp_discovery_settles(const struct fp_discovery *discovery, size_t entry)
{
    return entry >= discovery->entry_count || discovery->settled[entry];
}

/* ---- one question ---- */

static int list_named(struct discovering *d, struct fp_error *err)
{
    const struct fp_config *config = d->found.config;

    d->named.items = calloc(config->service_count + 1, sizeof *d->named.items);
    if (!d->named.items)
        return fp_error_nomem(err);
    for (size_t i = 0; i < config->service_count; i++)
        if (config->services[i].name)
            d->named.items[d->named.count++] = config->services[i].name;
    fp_strings_sort(&d->named);
    return FP_OK;
}

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

#define RETRIES_LATER 1 /* of further questions, once one failed: a server that is down must not cost minutes for each */

/* Of a question that failed; what ends the run is given back. */
static int note_failure(struct discovering *d, struct answer *answer, const struct fp_error *failure, struct fp_error *err)
{
    char text[FP_ERROR_TEXT];

    if (failure->code == FP_ECANCELLED || failure->code == FP_ENOMEM) {
        *err = *failure;
        return failure->code;
    }
    d->fetcher = fp_fetcher_hasty(&d->fetcher, RETRIES_LATER, &d->hasty);
    answer->unreachable = failure->code == FP_ENET;
    answer->failure = fp_arena_strdup(d->found.arena, fp_error_text(text, failure));
    return answer->failure ? FP_OK : fp_error_nomem(err);
}

static int ask_new(struct discovering *d, size_t entry, const struct fp_candidate_tags *tags, struct fp_error *err)
{
    const struct fp_service_config *config = &d->found.config->services[entry];
    const struct fp_value_query query = {
        .start = d->window->start,
        .end = d->window->end,
        .app_service = config->name,
        .language = config->language,
        .filter = config->filter,
        .tags = tags->tags,
        .tag_count = tags->count,
    };
    struct answer answer = { .entry = entry };
    struct fp_error failure = FP_ERROR_INIT;
    uint32_t attempts;
    int rc = fp_array_reserve(&d->answers, &d->answer_cap, d->answer_count + 1, sizeof *d->answers, FP_LIMIT_SERVICES,
                              "questions", err);

    if (rc < 0)
        return rc;
    rc = fp_fetch_values(&d->fetcher, &query, &answer.list, &attempts, &failure);
    d->requests += attempts;
    if (rc < 0)
        rc = note_failure(d, &answer, &failure, err);
    if (rc == FP_OK)
        d->answers[d->answer_count++] = answer;
    return rc;
}

/* The values that the entry asks for; an equal question is asked once. The answer stays with `d`, until the next one. */
static int ask(struct discovering *d, size_t entry, const struct fp_candidate_tags *tags, const struct answer **ret_answer,
               struct fp_error *err)
{
    const struct fp_service_config *services = d->found.config->services;
    size_t at = 0;
    int rc = FP_OK;

    while (at < d->answer_count && !same_question(&services[d->answers[at].entry], &services[entry]))
        at++;
    if (at == d->answer_count)
        rc = ask_new(d, entry, tags, err);
    if (rc == FP_OK)
        *ret_answer = &d->answers[at];
    return rc;
}

/* ---- one entry ---- */

/* Why the server cannot be asked about it; NULL when it can. */
static const char *fault_of(const struct fp_candidate *candidate, const struct fp_candidate_tags *tags)
{
    const char *fault = *candidate->service ? fp_quoted_fault(candidate->service) : "it has no name";

    for (size_t i = 0; i < tags->group_count && !fault; i++)
        fault = fp_quoted_fault(candidate->row[tags->group_at[i]]);
    return fault;
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
    const char *title = fp_found_title(&d->found, left->entry, candidate, left->tags);
    int rc = fp_found_not_pressed(&d->found, left->entry, title, candidate->rows, why, err);

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
    const char *label = fp_found_label(&d->found, left->entry);

    if (left->count > NAMES_SHOWN)
        fp_str_printf(&left->names, " and %zu more, named in the night's summary.json", left->count - NAMES_SHOWN);
    if (left->count)
        fp_log(d->fetcher.log, FP_LOG_WARNING, "%s, %s: %s%zu %s%s not pressed: %s", label ? label : "services",
               d->window->label, before, left->count, what, left->count == 1 ? "is" : "are", left->names.data);
    fp_str_release(&left->names);
}

static char *odd_reason(struct discovering *d, const char *fault)
{
    struct fp_str why;

    fp_str_init(&why, FP_LIMIT_TEXT);
    fp_str_printf(&why, "cannot be asked for: %s", fault);
    return fp_found_keep(&d->found, &why);
}

/* The first max_services that can be asked for; the others are named. */
static int choose(struct discovering *d, size_t entry, const struct fp_candidates *candidates,
                  const struct fp_candidate_tags *tags, struct fp_error *err)
{
    const struct fp_service_config *config = &d->found.config->services[entry];
    struct left odd = { .tags = tags, .entry = entry }, rest = odd;
    char cap[64], beyond[128];
    const char *reason;
    int64_t made = 0;
    int rc = FP_OK;

    fp_str_init(&odd.names, FP_LIMIT_TEXT);
    fp_str_init(&rest.names, FP_LIMIT_TEXT);
    snprintf(cap, sizeof cap, "max_services is %lld, ", (long long)config->max_services);
    snprintf(beyond, sizeof beyond, "beyond max_services (%lld) of services[%zu]", (long long)config->max_services, entry);
    reason = fp_arena_strdup(d->found.arena, beyond);
    for (size_t i = 0; i < candidates->count && rc == FP_OK; i++) {
        const struct fp_candidate *candidate = &candidates->items[i];
        const char *fault = fault_of(candidate, tags);

        if (made == config->max_services) {
            rc = leave(d, &rest, candidate, reason, NULL, err);
        } else if (fault) {
            rc = leave(d, &odd, candidate, odd_reason(d, fault), fault, err);
        } else {
            rc = fp_found_service(&d->found, entry, candidate, tags, err);
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
    const char *label = fp_found_label(&d->found, entry);

    if (list->cut)
        fp_log(d->fetcher.log, FP_LOG_WARNING,
               "%s, %s: the server told %zu values and may know more: a \"filter\" narrows what is asked",
               label ? label : "services", d->window->label, list->count);
    if (!found)
        fp_log(d->fetcher.log, FP_LOG_WARNING,
               "%s, %s: nothing found, no report is made; `flamepress services` lists what there is",
               label ? label : "services", d->window->label);
}

static int fail_entry(struct discovering *d, size_t entry, const char *failure, struct fp_error *err)
{
    struct fp_str why;
    const char *kept;

    fp_str_init(&why, FP_LIMIT_TEXT);
    fp_str_printf(&why, "what `match` and `group_by` stand for cannot be found out: %s", failure);
    kept = fp_found_keep(&d->found, &why);
    return kept ? fp_found_failed(&d->found, entry, kept, err) : fp_error_nomem(err);
}

static int expand(struct discovering *d, size_t entry, struct fp_error *err)
{
    const struct fp_service_config *config = &d->found.config->services[entry];
    struct fp_candidates candidates = { 0 };
    const struct answer *answer = NULL;
    struct fp_candidate_tags tags;
    int rc;

    fp_candidate_tags_of(&tags, config);
    rc = ask(d, entry, &tags, &answer, err);
    if (rc == FP_OK && answer->failure)
        return fail_entry(d, entry, answer->failure, err);
    if (rc == FP_OK)
        rc = fp_candidates_make(&candidates, config, &tags, &answer->list, &d->named, d->found.arena, err);
    if (rc < 0)
        return rc;
    warn_of_list(d, entry, &answer->list, candidates.count);
    rc = choose(d, entry, &candidates, &tags, err);
    free(candidates.items);
    return rc;
}

/* ---- all of it ---- */

/* From the heap into the arena, without services that lost all their events to others. */
static int finish(const struct discovering *d, struct fp_discovery *discovery, struct fp_error *err)
{
    const struct fp_found *found = &d->found;
    struct fp_service_config *services = fp_arena_array(found->arena, found->service_count, sizeof *services);
    struct fp_not_pressed *not_pressed = fp_arena_array(found->arena, found->not_pressed_count, sizeof *not_pressed);
    size_t kept = 0;

    if (!services || !not_pressed)
        return fp_error_nomem(err);
    for (size_t i = 0; i < found->service_count; i++)
        if (found->services[i].events.count)
            services[kept++] = found->services[i];
    if (found->not_pressed_count)
        memcpy(not_pressed, found->not_pressed, found->not_pressed_count * sizeof *not_pressed);
    discovery->services = (struct fp_plan_services){ services, kept };
    discovery->not_pressed = not_pressed;
    discovery->not_pressed_count = found->not_pressed_count;
    discovery->requests = d->requests;
    discovery->unanswered = d->answer_count > 0;
    for (size_t i = 0; i < d->answer_count; i++)
        discovery->unanswered = discovery->unanswered && d->answers[i].unreachable;
    return FP_OK;
}

static int discover(struct discovering *d, const struct fp_only *only, struct fp_discovery *discovery, struct fp_error *err)
{
    const struct fp_config *config = d->found.config;
    bool *settled = fp_arena_array(d->found.arena, config->service_count, sizeof *settled);
    int rc = settled ? list_named(d, err) : fp_error_nomem(err);

    for (size_t i = 0; i < config->service_count && rc == FP_OK; i++) {
        const struct fp_service_config *entry = &config->services[i];

        settled[i] = fp_service_is_fixed(entry) || fp_only_may_mean(only, entry, config);
        if (fp_service_is_fixed(entry))
            rc = fp_found_add(&d->found, entry, err);
        else if (settled[i])
            rc = expand(d, i, err);
    }
    discovery->settled = settled;
    discovery->entry_count = config->service_count;
    if (rc == FP_OK)
        rc = fp_found_drop_doubles(&d->found, d->fetcher.log, d->window->label, err);
    return rc == FP_OK ? finish(d, discovery, err) : rc;
}

int fp_discover(struct fp_discovery *ret, const struct fp_config *config, const struct fp_only *only,
                const struct fp_window *window, const struct fp_fetcher *fetcher, struct fp_error *err)
{
    struct fp_discovery discovery = { .services = { config->services, config->service_count } };
    struct discovering d = { .found = { .config = config, .arena = &discovery.arena }, .window = window, .fetcher = *fetcher };
    int rc = FP_OK;

    fp_arena_init(&discovery.arena);
    if (fp_discovery_needed(config))
        rc = discover(&d, only, &discovery, err);
    for (size_t i = 0; i < d.answer_count; i++)
        fp_value_list_release(&d.answers[i].list);
    free(d.answers);
    free(d.named.items);
    fp_found_release(&d.found);
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
