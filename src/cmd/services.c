#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/signals.h"

enum { OPT_CONFIG, OPT_WINDOW, OPT_SINCE, OPT_UNTIL, OPT_NOW };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration" },
    { "window", 'w', "WINDOW", "instead of the first configured window" },
    { "since", '\0', "TIME", "a window from here …" },
    { "until", '\0', "TIME", "… to here (default: now)" },
    { "now", '\0', "TIME", "take this as the present" },
    { NULL, '\0', NULL, NULL },
};

static void print_list(const struct fp_service_list *list)
{
    printf("%12s  %-12s  %s\n", "rows", "event", "service");
    for (size_t i = 0; i < list->count; i++) {
        const struct fp_service_row *row = &list->rows[i];
        struct fp_slice name = fp_slice_of(row->name);
        char rows[24] = "?", clean[512]; /* names are what processes call themselves: clean them for the terminal */

        if (row->rows >= 0)
            snprintf(rows, sizeof rows, "%" PRId64, row->rows);
        clean[fp_utf8_clean(clean, sizeof clean - 1, name.data, name.len)] = '\0';
        printf("%12s  %-12s  %s\n", rows, row->event[0] ? row->event : "?", clean);
    }
    if (list->cut)
        printf("The server may know more than it told: narrow the window.\n");
}

static int list_services(const struct fp_config *config, const struct fp_window_options *options, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_service_list list = { 0 };
    struct fp_window *windows = NULL;
    struct fp_source *source = NULL;
    struct fp_zone *zone = fp_zone_new(config->timezone, &err);
    size_t count;
    int result;

    if (!zone)
        return fp_cmd_fail(log, &err, config->file, FP_EXIT_CONFIG);
    result = fp_cmd_windows(config, options, zone, &windows, &count, log);
    if (result != FP_EXIT_OK)
        goto done;
    if (fp_source_open(&source, &config->source, fp_signals_cancel(), &err) < 0) {
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_CONFIG);
        goto done;
    }
    if (fp_source_services(source, windows[0].start, windows[0].end, &list, &err) < 0) {
        result = fp_cmd_fail(log, &err, NULL, fp_cmd_exit_of(&err, FP_EXIT_NOTHING));
    } else {
        fprintf(stderr, "%s, %s:\n", fp_source_describe(source), windows[0].label);
        print_list(&list);
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
