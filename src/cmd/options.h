/*
 * Command lines in the GNU way: long options, getopt_long underneath.
 *
 * A command has one table of its options; parsing and --help both come from it.
 * --help, --verbose and --log-format belong to every command and are handled here.
 *
 *     struct fp_options o = { .table = table, .usage = "check -c FILE", .log = log };
 *     while ((found = fp_options_next(&o, argc, argv)) >= 0)
 *         switch (found) { case OPT_CONFIG: config = o.value; break; … }
 *     if (found != FP_OPTIONS_END)
 *         return fp_options_exit(found);
 *     … operands are argv[o.operand … argc)
 */
#ifndef FP_CMD_OPTIONS_H
#define FP_CMD_OPTIONS_H

#include "base/log.h"

struct fp_option {
    const char *name;
    char letter;       /* '\0' = none */
    const char *value; /* what --help calls the argument; NULL = a flag */
    const char *help;  /* line breaks continue in the help column; NULL = not in --help */
};

/* What every command has. */
extern const struct fp_option fp_options_common[];

#define FP_OPTIONS_MAX 32
#define FP_OPTIONS_END (-1)   /* all options have been read */
#define FP_OPTIONS_HELP (-2)  /* help was asked for and printed */
#define FP_OPTIONS_WRONG (-3) /* a mistake, already reported */

struct fp_options {
    const struct fp_option *table; /* ends with a NULL name; at most FP_OPTIONS_MAX entries */
    const char *usage;             /* after "flamepress " */
    const char *about;             /* a paragraph for --help; NULL = none */
    struct fp_log *log;
    const char *value;             /* of the option just returned */
    int operand;                   /* index of the first operand, once FP_OPTIONS_END was returned */
};

/* Index into the table, or one of FP_OPTIONS_*. */
int fp_options_next(struct fp_options *options, int argc, char **argv);
/* Exit code for FP_OPTIONS_HELP and FP_OPTIONS_WRONG. */
int fp_options_exit(int found);
/* Reports a mistake in the command line; returns FP_EXIT_USAGE. */
int fp_options_wrong(const struct fp_options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
