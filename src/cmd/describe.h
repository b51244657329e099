/*
 * The options of a command, for the manual page and for completions.
 *
 * `flamepress reference --man` and the like ask every command to describe itself: by an option that --help does not show,
 * since a command's table and texts are known to the command alone. So no text is written twice.
 */
#ifndef FP_CMD_DESCRIBE_H
#define FP_CMD_DESCRIBE_H

#include "base/error.h"

struct fp_option;
struct fp_options;
struct fp_out;

#define FP_DESCRIBE_OPTION "describe-as"

/* Writes what `form` (man, bash or zsh) says of the command to standard output. */
int fp_describe(const struct fp_options *options, const char *form, struct fp_error *err);

/* The options of a table as a list of a manual page. */
void fp_describe_man_options(struct fp_out *out, const struct fp_option *table);
/* Within single quotes, in a description of zsh's completion. */
void fp_describe_zsh_text(struct fp_out *out, const char *text);

#endif
