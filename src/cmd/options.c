#include "cmd/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/describe.h"

const struct fp_option fp_options_common[] = {
    { "verbose", 'v', NULL, "say more; twice: everything" },
    { "log-format", '\0', "text|json", "messages as text (default) or one JSON object a line" },
    { "help", 'h', NULL, "this help" },
    { FP_DESCRIBE_OPTION, '\0', "man|bash|zsh", NULL },
    { NULL, '\0', NULL, NULL },
};

#define COMMON_COUNT (sizeof fp_options_common / sizeof *fp_options_common - 1)
#define FIRST_LONG 1000 /* getopt_long's value for table[i] is FIRST_LONG + i: no clash with characters */

static size_t count_of(const struct fp_option *table)
{
    size_t n = 0;

    while (table[n].name)
        n++;
    return n;
}

static void print_options(const struct fp_option *table)
{
    for (; table->name; table++) {
        char left[80];
        const char *line = table->help;

        if (!line)
            continue;
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", table->letter ? '-' : ' ', table->letter ? table->letter : ' ',
                 table->letter ? ", " : "  ", table->name, table->value ? " " : "", table->value ? table->value : "");
        if (strlen(left) > 28)
            printf("  %s\n  %28s  ", left, "");
        else
            printf("  %-28s  ", left);
        for (;;) {
            size_t n = strcspn(line, "\n");

            printf("%.*s\n", (int)n, line);
            if (!line[n])
                break;
            line += n + 1;
            printf("  %28s  ", "");
        }
    }
}

static void print_help(const struct fp_options *options)
{
    printf("Usage: flamepress %s\n", options->usage);
    if (options->about)
        printf("\n%s\n", options->about);
    if (options->table->name)
        printf("\nOptions:\n");
    print_options(options->table);
    printf("\nIn every command:\n");
    print_options(fp_options_common);
}

/* Fills what getopt_long wants; `letters` has room for all. */
static void describe(const struct fp_option *table, size_t n, int first, struct option *longs, char *letters)
{
    char *end = letters + strlen(letters);

    for (size_t i = 0; i < n; i++) {
        longs[i] = (struct option){ table[i].name, table[i].value ? required_argument : no_argument, NULL, first + (int)i };
        if (!table[i].letter)
            continue;
        *end++ = table[i].letter;
        if (table[i].value)
            *end++ = ':';
    }
    *end = '\0';
}

static int index_of(const struct fp_option *table, size_t n, int first, int found)
{
    if (found >= first && found < first + (int)n)
        return found - first;
    for (size_t i = 0; i < n; i++)
        if (table[i].letter && table[i].letter == found)
            return (int)i;
    return -1;
}

/* A common option; FP_OPTIONS_END means "go on". */
static int take_common(struct fp_options *options, int index)
{
    struct fp_error err = FP_ERROR_INIT;

    switch (index) {
    case 0:
        if (options->log->level < FP_LOG_DEBUG)
            options->log->level++;
        return FP_OPTIONS_END;
    case 1:
        if (strcmp(optarg, "json") == 0) {
            options->log->format = FP_LOG_JSON;
        } else if (strcmp(optarg, "text") == 0) {
            options->log->format = FP_LOG_TEXT;
        } else {
            fp_options_wrong(options, "--log-format is text or json, not \"%s\"", optarg);
            return FP_OPTIONS_WRONG;
        }
        return FP_OPTIONS_END;
    case 2: print_help(options); return FP_OPTIONS_HELP;
    default:
        if (fp_describe(options, optarg, &err) == 0)
            return FP_OPTIONS_HELP;
        fp_options_wrong(options, "%s", err.message);
        return FP_OPTIONS_WRONG;
    }
}

/* `word` is the one a long option stands in; a letter may be one of several in a word that getopt has not left yet. */
static void report_mistake(const struct fp_options *options, bool value_missing, const char *word)
{
    char letter[3] = { '-', (char)optopt, '\0' };
    const char *option = optopt > 0 && optopt < FIRST_LONG && word[1] != '-' ? letter : word;

    fp_options_wrong(options, value_missing ? "%s needs a value" : "unknown or ambiguous option %s", option);
}

/* Of a file or a directory. */
static bool names_file(const struct fp_option *option)
{
    return option->value && (strncmp(option->value, "DIR", 3) == 0 || strncmp(option->value, "FILE", 4) == 0);
}

/* No command takes an operand without characters. */
static int refuse_nameless(const struct fp_options *options, int argc, char **argv)
{
    for (int i = options->operand; i < argc; i++)
        if (!*argv[i]) {
            fp_options_wrong(options, "an argument of no characters; is a variable not set?");
            return FP_OPTIONS_WRONG;
        }
    return FP_OPTIONS_END;
}

int fp_options_next(struct fp_options *options, int argc, char **argv)
{
    struct option longs[FP_OPTIONS_MAX + COMMON_COUNT + 1];
    char letters[2 * (FP_OPTIONS_MAX + COMMON_COUNT) + 2] = ":";
    size_t n = count_of(options->table);

    memset(longs, 0, sizeof longs);
    describe(options->table, n, FIRST_LONG, longs, letters);
    describe(fp_options_common, COMMON_COUNT, FIRST_LONG + (int)n, longs + n, letters);
    opterr = 0; /* mistakes are reported in our own words */
    for (;;) {
        int found = getopt_long(argc, argv, letters, longs, NULL), index, rc;

        if (found == -1) {
            options->operand = optind;
            return refuse_nameless(options, argc, argv);
        }
        if (found == ':' || found == '?') {
            report_mistake(options, found == ':', argv[optind - 1]);
            return FP_OPTIONS_WRONG;
        }
        options->value = optarg;
        index = index_of(options->table, n, FIRST_LONG, found);
        if (index >= 0 && names_file(&options->table[index]) && !*optarg) {
            fp_options_wrong(options, "--%s: a name of no characters; is a variable not set?", options->table[index].name);
            return FP_OPTIONS_WRONG;
        }
        if (index >= 0)
            return index;
        rc = take_common(options, index_of(fp_options_common, COMMON_COUNT, FIRST_LONG + (int)n, found));
        if (rc != FP_OPTIONS_END)
            return rc;
    }
}

int fp_options_exit(int found)
{
    return found == FP_OPTIONS_HELP ? FP_EXIT_OK : FP_EXIT_USAGE;
}

int fp_options_wrong(const struct fp_options *options, const char *format, ...)
{
    struct fp_error err = FP_ERROR_INIT;
    const char *space = strchr(options->usage, ' ');
    int length = space ? (int)(space - options->usage) : (int)strlen(options->usage);
    va_list args;

    va_start(args, format);
    fp_error_vset(&err, FP_EINVAL, format, args);
    va_end(args);
    fp_log(options->log, FP_LOG_ERROR, "%s (see `flamepress %.*s --help`)", err.message, length, options->usage);
    return FP_EXIT_USAGE;
}
