#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/signals.h"
#include "press/fetch.h"

enum { OPT_CONFIG, OPT_WINDOW, OPT_SINCE, OPT_UNTIL, OPT_NOW };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration" },
    { "window", 'w', "WINDOW", "instead of the first configured window" },
    { "since", '\0', "TIME", "a window from here …" },
    { "until", '\0', "TIME", "… to here (default: now)" },
    { "now", '\0', "TIME", "take this as the present" },
    { NULL, '\0', NULL, NULL },
};

#define CLEAN_MAX 520 /* bytes of a name that are shown */
#define WIDTH_MAX 48  /* of the column; longer names push the events aside */

/* One service with its events: rows of the list that stand side by side once it is sorted by name. */
struct service {
    const struct fp_service_row *rows;
    size_t count;
    int64_t total; /* -1 = not known */
};

/* The events of a service stay largest first. */
static int by_name(const void *pa, const void *pb)
{
    const struct fp_service_row *a = pa, *b = pb;
    int order = strcmp(a->name, b->name);

    if (!order)
        order = (a->rows < b->rows) - (a->rows > b->rows);
    return order ? order : strcmp(a->event, b->event);
}

static int largest_first(const void *pa, const void *pb)
{
    const struct service *a = pa, *b = pb;

    if (a->total != b->total)
        return a->total > b->total ? -1 : 1;
    return strcmp(a->rows->name, b->rows->name);
}

/* Sorts the list too. The caller frees the result; NULL without memory. */
static struct service *collect(struct fp_service_list *list, size_t *ret_count)
{
    struct service *services = calloc(list->count + 1, sizeof *services);
    size_t count = 0;

    if (!services)
        return NULL;
    if (list->count)
        qsort(list->rows, list->count, sizeof *list->rows, by_name);
    for (size_t i = 0; i < list->count; i++) {
        const struct fp_service_row *row = &list->rows[i];
        struct service *service;

        if (!count || strcmp(services[count - 1].rows->name, row->name) != 0)
            services[count++] = (struct service){ .rows = row };
        service = &services[count - 1];
        service->count++;
        if (row->rows < 0 || service->total < 0 || __builtin_add_overflow(service->total, row->rows, &service->total))
            service->total = -1;
    }
    if (count)
        qsort(services, count, sizeof *services, largest_first);
    *ret_count = count;
    return services;
}

/* Names are what processes call themselves: clean them for the terminal. Returns the width in characters. */
static size_t clean_name(char to[CLEAN_MAX], const char *name)
{
    struct fp_slice slice = fp_slice_of(name);
    size_t width = 0;

    to[fp_utf8_clean(to, CLEAN_MAX - 1, slice.data, slice.len)] = '\0';
    for (const char *s = to; *s; s++)
        width += ((unsigned char)*s & 0xC0) != 0x80;
    return width;
}

static void print_service(const struct service *service, size_t name_width)
{
    char total[24] = "?", name[CLEAN_MAX], event[CLEAN_MAX];
    size_t width = clean_name(name, *service->rows->name ? service->rows->name : "(no name)");

    if (service->total >= 0)
        snprintf(total, sizeof total, "%" PRId64, service->total);
    printf("%12s  %s%*s  ", total, name, width < name_width ? (int)(name_width - width) : 0, "");
    for (size_t i = 0; i < service->count; i++) {
        const struct fp_service_row *row = &service->rows[i];

        clean_name(event, row->event);
        printf("%s%s", i ? ", " : "", *event ? event : "?");
        if (row->rows >= 0)
            printf(" %" PRId64, row->rows);
    }
    putchar('\n');
}

/* One line a service, largest first: rows of all its events, name, events with their rows. */
static int print_list(struct fp_service_list *list, struct fp_log *log)
{
    char clean[CLEAN_MAX];
    size_t count, width = strlen("service");
    struct service *services = collect(list, &count);

    if (!services) {
        fp_log(log, FP_LOG_ERROR, "out of memory");
        return FP_EXIT_NOTHING;
    }
    for (size_t i = 0; i < count; i++) {
        size_t name = clean_name(clean, services[i].rows->name);

        if (name > width && name <= WIDTH_MAX)
            width = name;
    }
    printf("%12s  %-*s  %s\n", "rows", (int)width, "service", "events");
    for (size_t i = 0; i < count; i++)
        print_service(&services[i], width);
    if (list->cut)
        printf("The server may know more than it told: narrow the window.\n");
    free(services);
    return FP_EXIT_OK;
}

static int list_services(const struct fp_config *config, const struct fp_window_options *options, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_service_list list = { 0 };
    struct fp_fetcher fetcher;
    struct fp_window *windows = NULL;
    struct fp_source *source = NULL;
    struct fp_zone *zone = fp_cmd_zone(config, log);
    uint32_t attempts;
    size_t count;
    int result;

    if (!zone)
        return FP_EXIT_CONFIG;
    result = fp_cmd_windows(config, options, zone, &windows, &count, log);
    if (result != FP_EXIT_OK || !count)
        goto done;
    if (fp_source_open(&source, &config->source, fp_signals_cancel(), &err) < 0) {
        result = fp_cmd_fail_config(log, config, &err, FP_EXIT_CONFIG);
        goto done;
    }
    fetcher = (struct fp_fetcher){ source, &config->source, log, fp_signals_cancel(), 0 };
    if (fp_fetch_services(&fetcher, windows[0].start, windows[0].end, &list, &attempts, &err) < 0) {
        result = fp_cmd_fail(log, &err, NULL, fp_cmd_exit_of(&err, FP_EXIT_NOTHING));
    } else {
        fprintf(stderr, "%s, %s:\n", fp_source_describe(source), windows[0].label);
        result = print_list(&list, log);
        fp_service_list_release(&list);
    }
done:
    fp_source_close(source);
    free(windows);
    fp_zone_free(zone);
    return result;
}

int fp_cmd_services(int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "services -c FILE [--window W | --since T --until T]",
        .about = "Lists the services that the source has profiles of in a window.",
        .log = log,
    };
    struct fp_window_options window = { 0 };
    const char *path = NULL;
    struct fp_config config;
    int found, result;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        switch (found) {
        case OPT_CONFIG: path = o.value; break;
        case OPT_WINDOW: window.window = o.value; break;
        case OPT_SINCE: window.since = o.value; break;
        case OPT_UNTIL: window.until = o.value; break;
        default: window.now = o.value; break;
        }
    }
    if (found != FP_OPTIONS_END)
        return fp_options_exit(found);
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    if (!path)
        return fp_options_wrong(&o, "which configuration? Give -c FILE");
    result = fp_cmd_load_config(&config, path, log);
    if (result == FP_EXIT_OK) {
        fp_signals_catch();
        result = list_services(&config, &window, log);
        fp_config_release(&config);
    }
    return result;
}
