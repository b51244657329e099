/*
 * The table of keys: what may stand in a configuration, in one place.
 *
 * A key's row says its name, type, default, bounds and meaning, and where the value
 * is stored. The rows drive everything: reading and checking a file (load.c,
 * parse.c), the reference in Markdown (reference.c) and the JSON Schema (schema.c).
 * A new key is a row here and a field in config.h, nothing else.
 *
 * Defaults are written as JSON text and go through the same parser as the values
 * of a file, so a default cannot break a rule that a value must keep.
 *
 * The tables are constant and may be shared by any number of threads.
 */
#ifndef FP_CONFIG_KEYS_H
#define FP_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pattern.h"

enum fp_key_type {
    FP_KEY_STRING,       /* const char *; min and max are bytes */
    FP_KEY_BOOL,         /* bool */
    FP_KEY_CHOICE,       /* one of two words, stored as bool: is it the second? */
    FP_KEY_INT,          /* int64_t */
    FP_KEY_FLOAT,        /* double; min and max are whole numbers all the same */
    FP_KEY_MILLISECONDS, /* duration, int64_t in milliseconds */
    FP_KEY_SECONDS,      /* duration in whole seconds, int64_t in seconds */
    FP_KEY_BYTES,        /* size, int64_t in bytes */
    FP_KEY_STRINGS,      /* struct fp_strings; min and max count the items */
    FP_KEY_HEADERS,      /* object of strings: struct fp_header * and a count; max counts the members */
    FP_KEY_GROUP,        /* object with keys of its own: `group` */
    FP_KEY_GROUPS,       /* list of such objects: pointer and count; min and max count the entries */
    FP_KEY_TYPE_COUNT
};

enum fp_key_flag {
    FP_KEY_REQUIRED = 1,   /* an object without this key is wrong */
    FP_KEY_EITHER = 2,     /* of the keys of an object with this flag, one must be there */
    FP_KEY_UNIQUE = 4,     /* no item of the list twice */
    FP_KEY_ENTRY_ONLY = 8, /* in an entry of `services`, not in `defaults` */
    FP_KEY_ARGUMENTS = 32, /* each item of the list is an argument of a program */
    FP_KEY_PATTERN = 16    /* each item of the list is a pattern (base/pattern.h) that must compile */
};

#define FP_KEY_ITEM_MAX 256 /* bytes of one item of a list of strings */
/* Bytes of one item of this list. */
#define FP_KEY_ITEM_MAX_OF(key) \
    ((key)->flags & FP_KEY_PATTERN ? (int64_t)FP_LIMIT_PATTERN : (key)->flags & FP_KEY_ARGUMENTS ? 4096 : FP_KEY_ITEM_MAX)
#define FP_KEY_HEADER_NAME_MAX 128
#define FP_KEY_HEADER_VALUE_MAX 8192

struct fp_key_group;

struct fp_key {
    const char *name;
    enum fp_key_type type;
    unsigned flags;
    const char *fallback;       /* the default, as JSON text; NULL = not set */
    int64_t min, max;
    const char *forbid;         /* characters that a string, or an item, must not contain; NULL = none */
    const char *choices[2];     /* of FP_KEY_CHOICE */
    const char *needs;          /* the key that must stand beside this one */
    const char *excludes;       /* the key that must not */
    size_t offset;              /* of the value in the group's struct */
    size_t count_offset;        /* of the count beside it (FP_KEY_HEADERS, FP_KEY_GROUPS) */
    size_t inherits;            /* of the struct each entry starts from (FP_KEY_GROUPS that inherit) */
    const struct fp_key_group *group;
    const char *help;           /* one sentence or two, Markdown, no '|' */
};

struct fp_key_group {
    const char *path;           /* "" for the top, "source", "services[]" … */
    const char *help;
    const struct fp_key *keys;
    size_t count;
    size_t size;                /* of the struct the values are stored in */
    const char *example;        /* of an entry, for messages; of groups that a list has */
    const struct fp_key *shorthand; /* of a list's group: the key that an entry which is no object is the value of; NULL */
    const char *inherits;       /* group whose values are the defaults; NULL = the rows' own */
    unsigned leaves_out;        /* rows with one of these flags are not keys of this group */
};

/* The whole file. */
extern const struct fp_key_group fp_config_keys;

/* NULL when the group has no such key. */
const struct fp_key *fp_key_find(const struct fp_key_group *group, const char *name);

/* Does the row belong to this group at all? */
static inline bool fp_key_in_group(const struct fp_key_group *group, const struct fp_key *key)
{
    return !(key->flags & group->leaves_out);
}

/* Keys that begin with `_` or `$` are notes: ignored, at every level. */
static inline bool fp_key_is_note(const char *name)
{
    return name[0] == '_' || name[0] == '$';
}

#endif
