#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/roff.h"
#include "cmd/cmd.h"
#include "cmd/describe.h"
#include "cmd/options.h"
#include "config/reference.h"

/* ---- what stands around the commands' own descriptions ---- */

static const char man_synopsis[] =
    ".SH NAME\nflamepress \\- press continuous profiles of DeepFlow into a static site of flame graphs\n"
    ".SH SYNOPSIS\n\\fBflamepress\\fR \\fICOMMAND\\fR [\\fIoptions\\fR]\n.br\n"
    "\\fBflamepress\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR | \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR\n"
    ".SH DESCRIPTION\n"
    "Asks a DeepFlow server for the profiles that it has stored, draws them, and leaves plain files: a page for each\n"
    "service, event and night, with pictures, tables, JSON, pprof and folded stacks.\n"
    "Every report says whether it is complete.\n"
    "A run builds aside and switches at the end; it is silent when all is well.\n"
    "The configuration is described in \\fBflamepress.json\\fR(5).\n"
    ".SH COMMANDS\n";

static const char man_rest[] =
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBSOURCE_DATE_EPOCH\\fR\nSeconds since 1970: the time that pages are said to be made at.\n"
    ".TP\n\\fBCREDENTIALS_DIRECTORY\\fR\nSet by \\fBsystemd\\fR(1): where \\fB${CREDENTIALS_DIRECTORY}/\\fR at the beginning of\n"
    "\\fBsource.token_file\\fR leads.\n"
    ".TP\n\\fBhttp_proxy\\fR, \\fBhttps_proxy\\fR, \\fBno_proxy\\fR\nAs in \\fBcurl\\fR(1).\n"
    ".TP\n\\fBNO_COLOR\\fR\nNo colours on a terminal.\n"
    ".SH FILES\n"
    ".TP\n\\fI/etc/flamepress/flamepress.json\\fR\nThe configuration that the nightly run of the Debian package reads.\n"
    ".TP\n\\fI/usr/lib/systemd/system/flamepress.timer\\fR, \\fI/etc/cron.d/flamepress\\fR\n"
    "When it runs; where systemd is running, cron leaves it to the timer.\n"
    ".TP\n\\fI/var/lib/flamepress\\fR\nIts state directory, a good place for \\fBoutput\\fR.\n"
    ".SH EXAMPLES\n.nf\n"
    "flamepress init flamepress.json\n"
    "flamepress check \\-c flamepress.json\n"
    "flamepress run \\-c flamepress.json \\-\\-dry\\-run\n"
    "flamepress run \\-c flamepress.json \\-\\-window \\(aqlast 6h\\(aq\n"
    ".fi\n"
    ".SH SEE ALSO\n\\fBflamepress.json\\fR(5), \\fBsystemd.timer\\fR(5), \\fBcrontab\\fR(5)\n";

static const char bash_head[] =
    "# bash completion of flamepress, written by `flamepress reference --bash`\n\n"
    "_flamepress() {\n"
    "    local current=$2 previous=$3 kind=none options='' words=''\n\n"
    "    COMPREPLY=()\n"
    "    # --option=value are three words to bash\n"
    "    if [ \"$current\" = = ]; then\n"
    "        current=''\n"
    "    elif [ \"$previous\" = = ] && [ \"$COMP_CWORD\" -gt 1 ]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W '";

static const char bash_commands[] =
    "--help --version' -- \"$current\")\n"
    "        return\n"
    "    fi\n"
    "    case ${COMP_WORDS[1]} in\n";

static const char bash_rest[] =
    "    *) return ;;\n"
    "    esac\n"
    "    case $kind$current in\n"
    "    none-*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\") ;;\n"
    "    words*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
    "    directory*) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$current\") ;;\n"
    "    file* | none*) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
    "    esac\n"
    "}\n\n"
    "complete -F _flamepress flamepress\n";

static const char zsh_head[] =
    "#compdef flamepress\n"
    "# zsh completion of flamepress, written by `flamepress reference --zsh`\n\n"
    "_flamepress() {\n"
    "    local command\n"
    "    local -a commands\n\n"
    "    if (( CURRENT == 2 )); then\n"
    "        commands=(\n";

static const char zsh_commands[] =
    "            '--help:help' '--version:versions')\n"
    "        _describe command commands\n"
    "        return\n"
    "    fi\n"
    "    command=$words[2]\n"
    "    shift words\n"
    "    (( CURRENT-- ))\n"
    "    case $command in\n";

static const char zsh_rest[] =
    "    esac\n"
    "}\n\n"
    "_flamepress \"$@\"\n";

/* ---- the documents ---- */

/* Has every command describe itself on standard output, between what was written before and what will be. */
static void put_commands(struct fp_out *out, const char *form, struct fp_log *log)
{
    char option[64];
    struct fp_error err = FP_ERROR_INIT;

    if (fp_out_finish(out, &err) < 0)
        return;
    snprintf(option, sizeof option, "--" FP_DESCRIBE_OPTION "=%s", form);
    for (const struct fp_command *command = fp_commands; command->name; command++) {
        char name[32], *argv[] = { name, option, NULL };

        snprintf(name, sizeof name, "%s", command->name);
        optind = 0; /* getopt starts anew */
        if (command->run(2, argv, log) != FP_EXIT_OK)
            fp_out_fail(out, FP_EIO, "a command did not describe itself");
    }
}

static void put_man(struct fp_out *out, struct fp_log *log)
{
    fp_out_puts(out, ".TH FLAMEPRESS 1 \"\" \"flamepress " FP_VERSION "\" \"User Commands\"\n");
    fp_out_puts(out, man_synopsis);
    put_commands(out, "man", log);
    fp_out_puts(out, ".SS In every command\n");
    fp_describe_man_options(out, fp_options_common);
    fp_out_puts(out, ".SH EXIT STATUS\n");
    for (const struct fp_exit_meaning *row = fp_exit_meanings; row->code; row++) {
        fp_out_printf(out, ".TP\n\\fB%s\\fR\n", row->code);
        fp_roff_text(out, row->meaning);
    }
    fp_out_puts(out, man_rest);
}

static void put_bash(struct fp_out *out, struct fp_log *log)
{
    fp_out_puts(out, bash_head);
    for (const struct fp_command *command = fp_commands; command->name; command++)
        fp_out_printf(out, "%s ", command->name);
    fp_out_puts(out, bash_commands);
    put_commands(out, "bash", log);
    fp_out_puts(out, bash_rest);
}

static void put_zsh(struct fp_out *out, struct fp_log *log)
{
    fp_out_puts(out, zsh_head);
    for (const struct fp_command *command = fp_commands; command->name; command++) {
        fp_out_printf(out, "            '%s:", command->name);
        fp_describe_zsh_text(out, command->summary);
        fp_out_puts(out, "'\n");
    }
    fp_out_puts(out, zsh_commands);
    put_commands(out, "zsh", log);
    fp_out_puts(out, zsh_rest);
}

static void put_schema(struct fp_out *out, struct fp_log *log)
{
    (void)log;
    fp_config_schema(out);
}

static void put_config_man(struct fp_out *out, struct fp_log *log)
{
    (void)log;
    fp_out_puts(out, ".TH FLAMEPRESS.JSON 5 \"\" \"flamepress " FP_VERSION "\" \"File Formats\"\n");
    fp_config_manual(out);
}

static void put_reference(struct fp_out *out, struct fp_log *log)
{
    (void)log;
    fp_config_reference(out);
}

static const struct fp_option table[] = {
    { "schema", '\0', NULL, "the JSON Schema instead of the table" },
    { "man", '\0', NULL, "the manual page flamepress.1" },
    { "man-config", '\0', NULL, "the manual page flamepress.json.5" },
    { "bash", '\0', NULL, "completion for bash" },
    { "zsh", '\0', NULL, "completion for zsh" },
    { NULL, '\0', NULL, NULL },
};

/* In the order of the table. */
static void (*const documents[])(struct fp_out *out, struct fp_log *log) = { put_schema, put_man, put_config_man, put_bash,
                                                                             put_zsh };

int fp_cmd_reference(int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "reference [--schema | --man | --man-config | --bash | --zsh]",
        .about = "Prints all keys of the configuration, as a Markdown table, as a JSON Schema or as a manual page; or\n"
                 "what else is made of the program's own tables.",
        .log = log,
    };
    void (*put)(struct fp_out *out, struct fp_log *log) = put_reference;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out out;
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        if (put != put_reference)
            return fp_options_wrong(&o, "one document at a time");
        put = documents[found];
    }
    if (found != FP_OPTIONS_END)
        return fp_options_exit(found);
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    fp_out_to_fd(&out, STDOUT_FILENO, "standard output");
    put(&out, log);
    return fp_out_finish(&out, &err) < 0 ? fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING) : FP_EXIT_OK;
}
