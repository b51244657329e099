#include "press/listed.h"

#include <stdlib.h>
#include <string.h>

#define RETRIES_MAX 1 /* the report is worth waiting for, this list is not */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add(struct fp_listed *listed, const char *name, struct fp_error *err)
{
    const char *copy = fp_arena_strdup(&listed->arena, name);

    if (!copy)
        return fp_error_nomem(err);
    listed->names.items[listed->names.count++] = copy;
    return FP_OK;
}

static int reserve(struct fp_listed *listed, size_t count, struct fp_error *err)
{
    listed->names.items = fp_arena_array(&listed->arena, count, sizeof *listed->names.items);
    return listed->names.items ? FP_OK : fp_error_nomem(err);
}

static int ask_all(struct fp_listed *listed, const struct fp_fetcher *fetcher, const struct fp_window *window, bool *ret_cut,
                   struct fp_error *err)
{
    struct fp_service_list list;
    int rc = fp_fetch_services(fetcher, window->start, window->end, &list, err);

    if (rc < 0)
        return rc;
    rc = reserve(listed, list.count, err);
    for (size_t i = 0; i < list.count && rc == FP_OK; i++)
        rc = add(listed, list.rows[i].name, err);
    *ret_cut = list.cut;
    fp_service_list_release(&list);
    return rc;
}

static int ask_filtered(struct fp_listed *listed, const struct fp_fetcher *fetcher, const char *filter,
                        const struct fp_window *window, bool *ret_cut, struct fp_error *err)
{
    static const char *const tags[] = { "app_service" };
    const struct fp_value_query query = {
        .start = window->start, .end = window->end, .filter = filter, .tags = tags, .tag_count = 1
    };
    struct fp_value_list list;
    int rc = fp_fetch_values(fetcher, &query, &list, err);

    if (rc < 0)
        return rc;
    rc = reserve(listed, list.count, err);
    for (size_t i = 0; i < list.count && rc == FP_OK; i++)
        rc = add(listed, list.rows[i].values[0], err);
    *ret_cut = list.cut;
    fp_value_list_release(&list);
    return rc;
}

bool fp_listed_ask(struct fp_listed *listed, const struct fp_fetcher *fetcher, const struct fp_service_config *service,
                   const struct fp_window *window)
{
    struct fp_source_config config = *fetcher->config;
    struct fp_fetcher hasty = *fetcher;
    struct fp_error err = FP_ERROR_INIT;
    bool cut = false;
    int rc;

    if (config.retries > RETRIES_MAX)
        config.retries = RETRIES_MAX;
    hasty.config = &config;
    *listed = (struct fp_listed){ 0 };
    fp_arena_init(&listed->arena);
    rc = *service->filter ? ask_filtered(listed, &hasty, service->filter, window, &cut, &err)
                          : ask_all(listed, &hasty, window, &cut, &err);
    if (rc < 0 || cut) {
        fp_log(fetcher->log, FP_LOG_INFO, "%s: the page does not name processes without a profile: %s", service->title,
               cut ? "the list of services is too long" : err.message);
        return false;
    }
    if (listed->names.count)
        qsort(listed->names.items, listed->names.count, sizeof *listed->names.items, by_text);
    return true;
}

void fp_listed_release(struct fp_listed *listed)
{
    fp_arena_release(&listed->arena);
    *listed = (struct fp_listed){ 0 };
}
