#include "press/listed.h"

#include <string.h>

#define RETRIES_MAX 1 /* the report is worth waiting for, this list is not */

/* The names go into the arena: they outlive the list. */
static int take(struct fp_listed *listed, const struct fp_value_list *list, struct fp_error *err)
{
    listed->names.items = fp_arena_array(&listed->arena, list->count, sizeof *listed->names.items);
    if (!listed->names.items)
        return fp_error_nomem(err);
    for (size_t i = 0; i < list->count; i++) {
        const char *copy = fp_arena_strdup(&listed->arena, list->rows[i].values[0]);

        if (!copy)
            return fp_error_nomem(err);
        listed->names.items[listed->names.count++] = copy;
    }
    return FP_OK;
}

static int ask(struct fp_listed *listed, const struct fp_fetcher *fetcher, const char *filter,
               const struct fp_window *window, bool *ret_cut, struct fp_error *err)
{
    static const char *const tags[] = { "app_service" };
    const struct fp_value_query query = {
        .start = window->start, .end = window->end, .filter = filter, .tags = tags, .tag_count = 1
    };
    struct fp_value_list list;
    int rc = fp_fetch_values(fetcher, &query, &list, &listed->requests, err);

    if (rc < 0)
        return rc;
    rc = take(listed, &list, err);
    *ret_cut = list.cut;
    fp_value_list_release(&list);
    return rc;
}

bool fp_listed_ask(struct fp_listed *listed, const struct fp_fetcher *fetcher, const struct fp_service_config *service,
                   const struct fp_window *window)
{
    struct fp_source_config config;
    struct fp_fetcher hasty = fp_fetcher_hasty(fetcher, RETRIES_MAX, &config);
    struct fp_error err = FP_ERROR_INIT;
    bool cut = false;
    int rc;

    *listed = (struct fp_listed){ 0 };
    fp_arena_init(&listed->arena);
    rc = ask(listed, &hasty, service->filter, window, &cut, &err);
    if (rc < 0 || cut) {
        fp_log(fetcher->log, FP_LOG_INFO, "%s: the page does not name processes without a profile: %s", service->title,
               cut ? "the list of services is too long" : err.message);
        return false;
    }
    fp_strings_sort(&listed->names);
    return true;
}

void fp_listed_release(struct fp_listed *listed)
{
    fp_arena_release(&listed->arena);
    *listed = (struct fp_listed){ 0 };
}
