#include "config/reference.h"

#include "base/limits.h"
#include "base/out.h"
#include "base/roff.h"
#include "base/str.h"
#include "config/keys.h"
#include "config/parse.h"

typedef void put_group_fn(struct fp_out *out, const struct fp_key_group *group);

static const char intro[] =
    "One JSON file. Keys that begin with `_` or `$` are notes: ignored, at every level. A duration is "
    "a whole number and `ms`, `s`, `m`, `h` or `d`, as in `\"60s\"`, or a plain number of seconds. A "
    "size is a whole number and `B`, `KiB`, `MiB`, `GiB` (or `kB`, `MB`, `GB`), as in `\"512MiB\"`, "
    "or a plain number of bytes.\n";

static const char *type_name(const struct fp_key *key)
{
    return key->group && key->group->shorthand ? "list of strings or objects" : fp_key_type_name(key->type);
}

static void put_default(struct fp_out *out, const struct fp_key_group *group, const struct fp_key *key)
{
    if (key->flags & FP_KEY_REQUIRED)
        fp_out_puts(out, "required");
    else if (!key->fallback)
        fp_out_puts(out, "–");
    else if (group->inherits)
        fp_out_printf(out, "as in `%s`", group->inherits);
    else
        fp_out_printf(out, "`%s`", key->fallback);
}

static void put_bounds(struct fp_out *out, const struct fp_key *key)
{
    char min[FP_BOUND_TEXT], max[FP_BOUND_TEXT];

    fp_key_bound(min, key->type, key->min);
    fp_key_bound(max, key->type, key->max);
    switch (key->type) {
    case FP_KEY_STRING: fp_out_printf(out, "up to %s bytes", max); break;
    case FP_KEY_CHOICE: fp_out_printf(out, "`\"%s\"` or `\"%s\"`", key->choices[0], key->choices[1]); break;
    case FP_KEY_INT:
    case FP_KEY_FLOAT:
    case FP_KEY_MILLISECONDS:
    case FP_KEY_SECONDS:
    case FP_KEY_BYTES: fp_out_printf(out, "%s to %s", min, max); break;
    case FP_KEY_STRINGS:
    case FP_KEY_HEADERS:
    case FP_KEY_GROUPS: fp_out_printf(out, "%s to %s entries", min, max); break;
    default: fp_out_puts(out, "–"); break;
    }
}

static void put_meaning(struct fp_out *out, const struct fp_key *key)
{
    fp_out_puts(out, key->help);
    if (key->needs)
        fp_out_printf(out, " Needs `%s`.", key->needs);
    if (key->excludes)
        fp_out_printf(out, " Not together with `%s`.", key->excludes);
}

static void put_key(struct fp_out *out, const struct fp_key_group *group, const struct fp_key *key)
{
    fp_out_printf(out, "| `%s` | %s | ", key->name, type_name(key));
    put_default(out, group, key);
    fp_out_puts(out, " | ");
    put_bounds(out, key);
    fp_out_puts(out, " | ");
    put_meaning(out, key);
    fp_out_puts(out, " |\n");
}

static void put_group(struct fp_out *out, const struct fp_key_group *group)
{
    if (group->path[0])
        fp_out_printf(out, "\n**`%s`**: %s\n", group->path, group->help);
    fp_out_puts(out, "\n| key | type | default | bounds | meaning |\n| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < group->count; i++)
        if (fp_key_in_group(group, &group->keys[i]))
            put_key(out, group, &group->keys[i]);
}

/* Lists of objects within `group`: each has its table once, though more than one group may have the list. */
static void put_groups_within(struct fp_out *out, const struct fp_key_group *group, put_group_fn *put)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->keys[i].group && !group->inherits)
            put(out, group->keys[i].group);
}

static void put_groups(struct fp_out *out, put_group_fn *put)
{
    put(out, &fp_config_keys);
    put_groups_within(out, &fp_config_keys, put);
    for (size_t i = 0; i < fp_config_keys.count; i++)
        if (fp_config_keys.keys[i].group)
            put_groups_within(out, fp_config_keys.keys[i].group, put);
}

void fp_config_reference(struct fp_out *out)
{
    fp_out_puts(out, intro);
    put_groups(out, put_group);
}

/* ---- the manual page ---- */

/* The columns of the table as sentences. */
static void put_sentences(struct fp_out *out, const struct fp_key_group *group, const struct fp_key *key)
{
    put_meaning(out, key);
    if (key->flags & FP_KEY_REQUIRED) {
        fp_out_puts(out, " Required.");
    } else if (key->fallback) {
        fp_out_puts(out, " Default: ");
        put_default(out, group, key);
        fp_out_putc(out, '.');
    }
    if (key->type != FP_KEY_BOOL && key->type != FP_KEY_GROUP) {
        fp_out_puts(out, " Bounds: ");
        put_bounds(out, key);
        fp_out_putc(out, '.');
    }
}

static void put_manual_key(struct fp_out *out, const struct fp_key_group *group, const struct fp_key *key)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out sentences;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_out_to_str(&sentences, &text);
    put_sentences(&sentences, group, key);
    fp_out_printf(out, ".TP\n\\fB%s\\fR (%s)\n", key->name, type_name(key));
    if (fp_out_finish(&sentences, &err) < 0)
        fp_out_fail(out, err.code, err.message);
    else
        fp_roff_text(out, text.data);
    fp_str_release(&text);
}

static void put_manual_group(struct fp_out *out, const struct fp_key_group *group)
{
    fp_out_printf(out, ".SS %s\n", group->path[0] ? group->path : "At the top");
    if (group->path[0])
        fp_roff_text(out, group->help);
    for (size_t i = 0; i < group->count; i++)
        if (fp_key_in_group(group, &group->keys[i]))
            put_manual_key(out, group, &group->keys[i]);
}

void fp_config_manual(struct fp_out *out)
{
    fp_out_puts(out, ".SH NAME\nflamepress.json \\- what flamepress presses, from where, and to where\n.SH DESCRIPTION\n");
    fp_roff_text(out, intro);
    fp_out_puts(out, "\\fBflamepress init\\fR writes one to start from, \\fBflamepress check\\fR says all that is wrong with one.\n"
                     ".SH KEYS\n");
    put_groups(out, put_manual_group);
    fp_out_puts(out, ".SH SEE ALSO\n\\fBflamepress\\fR(1)\n");
}
