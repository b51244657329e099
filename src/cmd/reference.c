#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "config/reference.h"

enum { OPT_SCHEMA };

static const struct fp_option table[] = {
    { "schema", '\0', NULL, "the JSON Schema instead of the table" },
    { NULL, '\0', NULL, NULL },
};

int fp_cmd_reference(int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "reference [--schema]",
        .about = "Prints all keys of the configuration, as a Markdown table or as a JSON Schema.",
        .log = log,
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out out;
    bool schema = false;
    int found;

    while ((found = fp_options_next(&o, argc, argv)) == OPT_SCHEMA)
        schema = true;
    if (found != FP_OPTIONS_END)
        return fp_options_exit(found);
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    fp_out_to_fd(&out, STDOUT_FILENO, "standard output");
    if (schema)
        fp_config_schema(&out);
    else
        fp_config_reference(&out);
    return fp_out_finish(&out, &err) < 0 ? fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING) : FP_EXIT_OK;
}
