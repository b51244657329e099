/*
 * What must never be shown: tokens, passwords, header values.
 *
 * Everything the source sends that may be secret is registered here, and every text made from a server's
 * words goes through fp_secrets_mask before it is cut to size (a secret that is cut in half would not be
 * found).
 *
 * Invariant: no item is empty. Filled while the source is opened, only read afterwards: any number of threads
 * may mask at once. Release wipes the memory.
 *
 *     fp_secrets_add(&secrets, token, &err);
 *     fp_secrets_mask(&secrets, &text);   "bad token [secret]"
 */
#ifndef FP_SOURCE_SECRETS_H
#define FP_SOURCE_SECRETS_H

#include <stddef.h>

#include "base/error.h"

struct fp_str;
struct fp_source_config;

struct fp_secrets {
    char **items; /* longest first, so that one that contains another is masked whole */
    size_t count, cap;
};

/* Copies; an empty text is no secret and is ignored. */
int fp_secrets_add(struct fp_secrets *secrets, const char *text, struct fp_error *err);
/* Replaces every occurrence of every secret by "[secret]". A buffer that cannot be masked is emptied. */
void fp_secrets_mask(const struct fp_secrets *secrets, struct fp_str *text);
void fp_secrets_mask_error(const struct fp_secrets *secrets, struct fp_error *err);
void fp_secrets_release(struct fp_secrets *secrets);

/* The bearer token of the configuration: first line of token_file, or the variable token_env, without the
 * white space around it. *ret_token is heap memory, NULL when none is configured. A token is visible ASCII.
 * "${CREDENTIALS_DIRECTORY}/" at the beginning of token_file is the directory that systemd put it into. */
int fp_secrets_token(const struct fp_source_config *config, char **ret_token, struct fp_error *err);

#endif
