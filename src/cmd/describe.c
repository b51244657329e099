#include "cmd/describe.h"

#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/roff.h"
#include "cmd/options.h"

/* ---- manual page ---- */

static void put_word(struct fp_out *out, const char *before, const char *word, const char *after)
{
    fp_out_puts(out, before);
    fp_roff_word(out, word, strlen(word));
    fp_out_puts(out, after);
}

void fp_describe_man_options(struct fp_out *out, const struct fp_option *table)
{
    for (; table->name; table++) {
        if (!table->help)
            continue;
        fp_out_puts(out, ".TP\n");
        if (table->letter)
            fp_out_printf(out, "\\fB\\-%c\\fR, ", table->letter);
        put_word(out, "\\fB\\-\\-", table->name, "\\fR");
        if (table->value)
            put_word(out, " \\fI", table->value, "\\fR");
        fp_out_putc(out, '\n');
        fp_roff_text(out, table->help);
    }
}

static void put_man(struct fp_out *out, const struct fp_options *o)
{
    const int name = (int)strcspn(o->usage, " ");
    const char *at = o->usage + name;

    fp_out_printf(out, ".SS %.*s\n\\fBflamepress %.*s\\fR", name, o->usage, name, o->usage);
    for (at += strspn(at, " \n"); *at; at += strspn(at, " \n")) { /* one line, wherever --help breaks it */
        size_t n = strcspn(at, " \n");

        fp_out_putc(out, ' ');
        fp_roff_word(out, at, n);
        at += n;
    }
    fp_out_puts(out, "\n.PP\n");
    if (o->about)
        fp_roff_text(out, o->about);
    fp_describe_man_options(out, o->table);
}

/* ---- completions ---- */

enum value_kind { VALUE_NONE, VALUE_FILE, VALUE_DIRECTORY, VALUE_WORDS, VALUE_OTHER };

static enum value_kind kind_of(const struct fp_option *option)
{
    if (!option->value)
        return VALUE_NONE;
    if (strcmp(option->value, "FILE") == 0)
        return VALUE_FILE;
    if (strcmp(option->value, "DIR") == 0)
        return VALUE_DIRECTORY;
    return strchr(option->value, '|') ? VALUE_WORDS : VALUE_OTHER;
}

/* "a|b" as "a b". */
static void put_words(struct fp_out *out, const char *value)
{
    for (; *value; value++)
        fp_out_putc(out, *value == '|' ? ' ' : *value);
}

/* Assignments in a branch of the function that src/cmd/reference.c writes around them. */
static void put_bash(struct fp_out *out, const struct fp_options *o)
{
    const struct fp_option *const tables[] = { o->table, fp_options_common };
    const size_t count = sizeof tables / sizeof *tables;

    fp_out_printf(out, "    %.*s)\n        options='", (int)strcspn(o->usage, " "), o->usage);
    for (size_t t = 0; t < count; t++)
        for (const struct fp_option *option = tables[t]; option->name; option++)
            if (option->help)
                fp_out_printf(out, "--%s ", option->name);
    fp_out_puts(out, "'\n        case $previous in\n");
    for (size_t t = 0; t < count; t++) {
        for (const struct fp_option *option = tables[t]; option->name; option++) {
            static const char *const actions[] = { [VALUE_FILE] = "kind=file", [VALUE_DIRECTORY] = "kind=directory",
                                                   [VALUE_WORDS] = "kind=words words='", [VALUE_OTHER] = "kind=other" };
            enum value_kind kind = kind_of(option);

            if (!option->help || kind == VALUE_NONE)
                continue;
            fp_out_printf(out, "        --%s", option->name);
            if (option->letter)
                fp_out_printf(out, " | -%c", option->letter);
            fp_out_printf(out, ") %s", actions[kind]);
            if (kind == VALUE_WORDS) {
                put_words(out, option->value);
                fp_out_putc(out, '\'');
            }
            fp_out_puts(out, " ;;\n");
        }
    }
    fp_out_puts(out, "        esac ;;\n");
}

void fp_describe_zsh_text(struct fp_out *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fp_out_puts(out, "'\\''");
        else if (strchr("[]:\\", *text))
            fp_out_printf(out, "\\%c", *text);
        else if (*text != '`')
            fp_out_putc(out, *text == '\n' ? ' ' : *text);
    }
}

/* A specification of _arguments; every option may be repeated, where it makes sense the program knows. */
static void put_zsh_option(struct fp_out *out, const struct fp_option *option)
{
    const enum value_kind kind = kind_of(option);
    const char *const value = kind == VALUE_NONE ? "" : "=";

    fp_out_puts(out, " \\\n            '*'");
    if (option->letter)
        fp_out_printf(out, "{-%c%s,--%s%s}", option->letter, kind == VALUE_NONE ? "" : "+", option->name, value);
    else
        fp_out_printf(out, "--%s%s", option->name, value);
    fp_out_puts(out, "'[");
    fp_describe_zsh_text(out, option->help);
    fp_out_putc(out, ']');
    if (kind != VALUE_NONE) {
        fp_out_putc(out, ':');
        fp_describe_zsh_text(out, option->value);
        fp_out_putc(out, ':');
    }
    if (kind == VALUE_FILE)
        fp_out_puts(out, "_files");
    if (kind == VALUE_DIRECTORY)
        fp_out_puts(out, "_files -/");
    if (kind == VALUE_WORDS) {
        fp_out_putc(out, '(');
        put_words(out, option->value);
        fp_out_putc(out, ')');
    }
    fp_out_putc(out, '\'');
}

static void put_zsh(struct fp_out *out, const struct fp_options *o)
{
    fp_out_printf(out, "    %.*s)\n        _arguments -s -S", (int)strcspn(o->usage, " "), o->usage);
    for (const struct fp_option *option = o->table; option->name; option++)
        if (option->help)
            put_zsh_option(out, option);
    for (const struct fp_option *option = fp_options_common; option->name; option++)
        if (option->help)
            put_zsh_option(out, option);
    fp_out_puts(out, " \\\n            '*:file:_files' ;;\n");
}

int fp_describe(const struct fp_options *options, const char *form, struct fp_error *err)
{
    static const struct {
        const char *name;
        void (*put)(struct fp_out *out, const struct fp_options *options);
    } forms[] = { { "man", put_man }, { "bash", put_bash }, { "zsh", put_zsh } };
    struct fp_out out;

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].name, form) != 0)
            continue;
        fp_out_to_fd(&out, STDOUT_FILENO, "standard output");
        forms[i].put(&out, options);
        return fp_out_finish(&out, err);
    }
    return fp_error_set(err, FP_EINVAL, "--" FP_DESCRIBE_OPTION " is man, bash or zsh, not \"%s\"", form);
}
