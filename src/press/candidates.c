#include "press/candidates.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "plan/pattern.h"

static size_t add_tag(struct fp_candidate_tags *tags, const char *tag)
{
    for (size_t i = 0; i < tags->count; i++)
        if (strcmp(tags->tags[i], tag) == 0)
            return i;
    tags->tags[tags->count] = tag;
    return tags->count++;
}

void fp_candidate_tags_of(struct fp_candidate_tags *tags, const struct fp_service_config *entry)
{
    *tags = (struct fp_candidate_tags){ .service_at = SIZE_MAX };
    if (entry->match)
        tags->service_at = add_tag(tags, "app_service");
    for (size_t i = 0; i < entry->group_by.count && tags->count + 2 <= FP_QUERY_TAGS_MAX; i++)
        tags->group_at[tags->group_count++] = add_tag(tags, entry->group_by.items[i]);
    tags->event_at = add_tag(tags, "profile_event_type");
}

/* ---- which rows count ---- */

static bool is_wanted_service(const struct fp_service_config *entry, const struct fp_strings *named, const char *service)
{
    if (!fp_pattern_matches(entry->match, service))
        return false;
    for (size_t i = 0; i < entry->except.count; i++)
        if (fp_pattern_matches(entry->except.items[i], service))
            return false;
    return !fp_strings_has(named, service);
}

/* Its place among the entry's events; SIZE_MAX: none of them. */
static size_t event_index(const struct fp_service_config *entry, const char *event)
{
    for (size_t i = 0; i < entry->events.count; i++)
        if (strcmp(entry->events.items[i], event) == 0)
            return i;
    return SIZE_MAX;
}

static bool counts(const struct fp_service_config *entry, const struct fp_candidate_tags *tags,
                   const struct fp_strings *named, const struct fp_value_row *row)
{
    const char *event = row->values[tags->event_at];

    return (!*event || event_index(entry, event) != SIZE_MAX) &&
           (!entry->match || is_wanted_service(entry, named, row->values[tags->service_at]));
}

/* ---- rows that differ in the event only are one candidate ---- */

/* Is the event what the candidates are told apart by, as any other tag? */
static bool groups_by_event(const struct fp_candidate_tags *tags)
{
    for (size_t i = 0; i < tags->group_count; i++)
        if (tags->group_at[i] == tags->event_at)
            return true;
    return false;
}

static int compare_keys(const char *const *a, const char *const *b, const struct fp_candidate_tags *tags)
{
    bool with_event = groups_by_event(tags);
    int order = 0;

    for (size_t i = 0; i < tags->count && !order; i++)
        if (i != tags->event_at || with_event)
            order = strcmp(a[i], b[i]);
    return order;
}

static int by_key(const void *pa, const void *pb, void *tags)
{
    const struct fp_value_row *const *a = pa, *const *b = pb;

    return compare_keys((*a)->values, (*b)->values, tags);
}

static int largest_first(const void *pa, const void *pb, void *tags)
{
    const struct fp_candidate *a = pa, *b = pb;

    if (a->rows != b->rows)
        return a->rows > b->rows ? -1 : 1;
    return compare_keys(a->row, b->row, tags);
}

/* The events of these rows, in the order of the entry. */
static int make_events(struct fp_candidate *candidate, const struct fp_service_config *entry,
                       const struct fp_candidate_tags *tags, const struct fp_value_row *const *rows, size_t count,
                       struct fp_arena *arena, struct fp_error *err)
{
    const char **events = fp_arena_array(arena, entry->events.count, sizeof *events);
    size_t found = 0;

    if (!events)
        return fp_error_nomem(err);
    for (size_t e = 0; e < entry->events.count; e++) {
        bool has = event_index(entry, entry->events.items[e]) == e; /* not a second time */
        bool said = false;

        for (size_t i = 0; i < count && has && !said; i++) {
            const char *event = rows[i]->values[tags->event_at];

            said = !*event || strcmp(event, entry->events.items[e]) == 0;
        }
        if (said)
            events[found++] = entry->events.items[e];
    }
    candidate->events = (struct fp_strings){ events, found };
    return FP_OK;
}

static int make_candidate(struct fp_candidate *candidate, const struct fp_service_config *entry,
                          const struct fp_candidate_tags *tags, const struct fp_value_row *const *rows, size_t count,
                          struct fp_arena *arena, struct fp_error *err)
{
    *candidate = (struct fp_candidate){
        .service = entry->match ? rows[0]->values[tags->service_at] : entry->name,
        .row = rows[0]->values,
    };
    for (size_t i = 0; i < count && candidate->rows >= 0; i++)
        if (rows[i]->rows < 0 || __builtin_add_overflow(candidate->rows, rows[i]->rows, &candidate->rows))
            candidate->rows = -1;
    return make_events(candidate, entry, tags, rows, count, arena, err);
}

int fp_candidates_make(struct fp_candidates *ret, const struct fp_service_config *entry,
                       const struct fp_candidate_tags *tags, const struct fp_value_list *list,
                       const struct fp_strings *named, struct fp_arena *arena, struct fp_error *err)
{
    const struct fp_value_row **rows = calloc(list->count + 1, sizeof *rows);
    struct fp_candidate *items = calloc(list->count + 1, sizeof *items);
    size_t row_count = 0, count = 0;
    int rc = rows && items ? FP_OK : fp_error_nomem(err);

    for (size_t i = 0; i < list->count && rc == FP_OK; i++)
        if (counts(entry, tags, named, &list->rows[i]))
            rows[row_count++] = &list->rows[i];
    if (row_count)
        qsort_r(rows, row_count, sizeof *rows, by_key, (void *)(uintptr_t)tags);
    for (size_t i = 0, end; i < row_count && rc == FP_OK; i = end) {
        for (end = i + 1; end < row_count && compare_keys(rows[i]->values, rows[end]->values, tags) == 0;)
            end++;
        rc = make_candidate(&items[count++], entry, tags, rows + i, end - i, arena, err);
    }
    free(rows);
    if (rc < 0) {
        free(items);
        return rc;
    }
    if (count)
        qsort_r(items, count, sizeof *items, largest_first, (void *)(uintptr_t)tags);
    *ret = (struct fp_candidates){ items, count };
    return FP_OK;
}
