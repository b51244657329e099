#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/signals.h"
#include "cmd/site_guard.h"
#include "report/assets.h"
#include "source/archive.h"

enum { OPT_OUTPUT };

static const struct fp_option table[] = {
    { "output", 'o', "DIR", "where to (default: flamepress-demo)" },
    { NULL, '\0', NULL, NULL },
};

#define DEMO_PREFIX "demo/"
#define DEMO_CONFIG "assets/demo.json"
#define DEMO_NOW "2026-11-21" /* the recordings are over, whatever the clock says */

/* The bundled recordings as an archive in memory. The caller frees *ret_files after the source. */
static int open_recordings(struct fp_source **ret_source, struct fp_archive_file **ret_files, struct fp_error *err)
{
    struct fp_archive_file *files = calloc(fp_asset_count + 1, sizeof *files);
    size_t count = 0;
    int rc;

    if (!files)
        return fp_error_nomem(err);
    for (size_t i = 0; i < fp_asset_count; i++) {
        const struct fp_asset *asset = &fp_assets[i];

        if (strncmp(asset->name, DEMO_PREFIX, strlen(DEMO_PREFIX)) == 0)
            files[count++] = (struct fp_archive_file){ asset->name + strlen(DEMO_PREFIX), asset->bytes, asset->size };
    }
    rc = fp_source_open_memory(ret_source, files, count, "the bundled recordings", err);
    if (rc < 0)
        free(files);
    else
        *ret_files = files;
    return rc;
}

static int load_config(struct fp_config *config, struct fp_log *log)
{
    const struct fp_asset *asset = fp_asset_find(DEMO_CONFIG);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_problems problems;
    int result = FP_EXIT_OK;

    fp_problems_init(&problems);
    if (fp_config_load_text(config, (const char *)asset->bytes, asset->size, DEMO_CONFIG, &problems, &err) < 0)
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_CONFIG);
    else if (fp_cmd_log_problems(&problems, log))
        result = FP_EXIT_CONFIG;
    fp_problems_release(&problems);
    return result;
}

/* The very same path as `run`, from the source on. */
static int press_demo(const struct fp_config *config, const char *output, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_archive_file *files = NULL;
    struct fp_window *windows = NULL;
    struct fp_source *source = NULL;
    struct fp_planned planned = { .count = 0 };
    struct fp_zone *zone = fp_cmd_zone(config, log);
    int64_t generated;
    size_t count;
    int result;

    if (!zone)
        return FP_EXIT_CONFIG;
    result = fp_cmd_generated(&generated, log);
    if (result != FP_EXIT_OK)
        goto done;
    result = fp_cmd_windows(config, &(struct fp_window_options){ .now = DEMO_NOW }, zone, &windows, &count, log);
    if (result != FP_EXIT_OK)
        goto done;
    if (open_recordings(&source, &files, &err) < 0) {
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_CONFIG);
        goto done;
    }
    result = fp_cmd_plan(&planned, config, source,
                         &(struct fp_plan_options){ .windows = windows, .window_count = count }, log);
    if (result == FP_EXIT_OK)
        result = fp_cmd_compare(&planned, config, zone, output, log);
    if (result == FP_EXIT_OK)
        result = fp_cmd_press(&(struct fp_site_options){ .config = config,
                                                         .planned = &planned,
                                                         .zone = zone,
                                                         .source = source,
                                                         .output = output,
                                                         .generated = generated },
                              log);
    fp_planned_release(&planned);
    fp_source_close(source);
    free(files);
done:
    free(windows);
    fp_zone_free(zone);
    return result;
}

int fp_cmd_demo(int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "demo [-o DIR]",
        .about = "Presses a site from bundled recordings of real programs: two nights, six services and\n"
                 "the host. Needs no server and no network.",
        .log = log,
    };
    struct fp_error err = FP_ERROR_INIT;
    const char *output = "flamepress-demo";
    struct fp_config config = { 0 };
    int found, result;

    while ((found = fp_options_next(&o, argc, argv)) == OPT_OUTPUT)
        output = o.value;
    if (found != FP_OPTIONS_END)
        return fp_options_exit(found);
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    if (fp_site_guard(output, &err) < 0)
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_USAGE);
    result = load_config(&config, log);
    if (result == FP_EXIT_OK)
        result = press_demo(&config, output, log);
    fp_config_release(&config);
    if (result == FP_EXIT_OK)
        printf("%s/index.html\n", output);
    return result;
}
