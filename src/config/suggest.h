/*
 * "Did you mean …?": the known word nearest to an unknown one.
 *
 * Near is an edit distance (insert, delete, replace, swap neighbours) of about a
 * third of the word, with letter case and `-` for `_` forgiven, or one word being
 * the beginning of the other (`token` for `token_file`).
 * Source: R. Lowrance and R. Wagner, "An Extension of the String-to-String
 * Correction Problem", 1975, in the restricted form ("optimal string alignment").
 */
#ifndef FP_CONFIG_SUGGEST_H
#define FP_CONFIG_SUGGEST_H

#include <stddef.h>

/* How far apart; SIZE_MAX when they are too different, or too long, to be taken for each other. */
size_t fp_suggest_distance(const char *unknown, const char *known);

#endif
