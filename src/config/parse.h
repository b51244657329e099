/*
 * One value of the file → one field of the configuration.
 *
 * A value that breaks a rule of its row in the table becomes a problem and is not
 * stored, so the field keeps its default and later checks see something sane.
 * Messages say what the value must be; they never show a header's value.
 */
#ifndef FP_CONFIG_PARSE_H
#define FP_CONFIG_PARSE_H

#include <jansson.h>
#include <stdbool.h>

#include "config/config.h"
#include "config/keys.h"
#include "config/path.h"

/* What loading carries along. */
struct fp_loader {
    struct fp_config *config;
    struct fp_problems *problems;
    bool nomem; /* sticky: looked at once, at the end */
};

/* Reads `json` by the rules of `key` and stores it in the struct at `base` (NULL: checks only). */
void fp_key_read(struct fp_loader *loader, const struct fp_key *key, const struct fp_key_path *path,
                 const json_t *json, void *base);

/* Reports a value of the wrong type. */
void fp_key_wrong_type(struct fp_loader *loader, const struct fp_key *key, const struct fp_key_path *path,
                       const json_t *json);

/* The number of members or items is within the key's bounds; else reported. */
bool fp_key_count_fits(struct fp_loader *loader, const struct fp_key *key, const struct fp_key_path *path,
                       size_t count);

/* What the reference calls the type: "string", "duration" … */
const char *fp_key_type_name(enum fp_key_type type);

/* "1s", "8", "1GiB": a bound, as a person writes it in the file. */
#define FP_BOUND_TEXT 32
char *fp_key_bound(char to[FP_BOUND_TEXT], enum fp_key_type type, int64_t value);

#endif
