#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "config/example.h"

static const struct fp_option table[] = { { NULL, '\0', NULL, NULL } };

static int write_example(void *ctx, struct fp_out *out, struct fp_error *err)
{
    (void)ctx;
    fp_out_puts(out, fp_config_example);
    return fp_out_finish(out, err);
}

static int print_example(struct fp_error *err)
{
    struct fp_out out;

    fp_out_to_fd(&out, STDOUT_FILENO, "standard output");
    return write_example(NULL, &out, err);
}

int fp_cmd_init(int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "init [FILE]",
        .about = "Writes a commented configuration to start from (default: flamepress.json; \"-\" prints it).\n"
                 "A file that is there already is left alone.",
        .log = log,
    };
    int found = fp_options_next(&o, argc, argv), rc;
    struct fp_error err = FP_ERROR_INIT;
    const char *path;

    if (found != FP_OPTIONS_END)
        return fp_options_exit(found);
    if (o.operand + 1 < argc)
        return fp_options_wrong(&o, "one file at a time");
    path = o.operand < argc ? argv[o.operand] : "flamepress.json";
    rc = strcmp(path, "-") == 0 ? print_example(&err) : fp_out_file(path, FP_OUT_NEW, write_example, NULL, &err);
    if (rc < 0)
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    if (strcmp(path, "-") != 0)
        printf("%s written. Set `source.url`, `output` and `services`, then: flamepress check -c %s\n", path, path);
    return FP_EXIT_OK;
}
