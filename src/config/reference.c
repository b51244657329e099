#include "config/reference.h"

#include "base/out.h"
#include "config/keys.h"
#include "config/parse.h"

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

static void put_key(struct fp_out *out, const struct fp_key_group *group, const struct fp_key *key)
{
    fp_out_printf(out, "| `%s` | %s | ", key->name,
                  key->group && key->group->shorthand ? "list of strings or objects" : fp_key_type_name(key->type));
    put_default(out, group, key);
    fp_out_puts(out, " | ");
    put_bounds(out, key);
    fp_out_printf(out, " | %s", key->help);
    if (key->needs)
        fp_out_printf(out, " Needs `%s`.", key->needs);
    if (key->excludes)
        fp_out_printf(out, " Not together with `%s`.", key->excludes);
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
static void put_groups_within(struct fp_out *out, const struct fp_key_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->keys[i].group && !group->inherits)
            put_group(out, group->keys[i].group);
}

void fp_config_reference(struct fp_out *out)
{
    fp_out_puts(
        out,
        "One JSON file. Keys that begin with `_` or `$` are notes: ignored, at every level. A duration is "
        "a whole number and `ms`, `s`, `m`, `h` or `d`, as in `\"60s\"`, or a plain number of seconds. A "
        "size is a whole number and `B`, `KiB`, `MiB`, `GiB` (or `kB`, `MB`, `GB`), as in `\"512MiB\"`, "
        "or a plain number of bytes.\n");
    put_group(out, &fp_config_keys);
    put_groups_within(out, &fp_config_keys);
    for (size_t i = 0; i < fp_config_keys.count; i++)
        if (fp_config_keys.keys[i].group)
            put_groups_within(out, fp_config_keys.keys[i].group);
}
