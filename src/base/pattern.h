/*
 * A compiled pattern over frame names: does a name match, and what does it become.
 *
 * A pattern is written as one text:
 *
 *     java.util.         a literal: names that contain these bytes (searching is literal unless asked)
 *     re:^org\.(a|b)\.   a regular expression (PCRE2, UTF-8) that matches anywhere in the name
 *
 * The name is taken as the server gave it, with its "[k] "-like prefix. A name is one text: `.` matches a
 * line end too and `$` only the very end; `(?i)` at the start ignores case. A replacement may refer to the
 * expression's groups by `$1`, `${12}` or `${name}` (`$0` is the whole match, `$$` a dollar); for a literal
 * it is taken as it stands.
 *
 * Names are hostile and an expression may run away on one of them: each match has a limit on its steps,
 * nesting and memory. A match that reaches one is stopped with FP_ELIMIT, for the caller to count and say.
 * PCRE2's just-in-time compiler is not used: it knows no such limit on memory, and each distinct name is
 * matched only once anyway.
 *
 * A pattern is heap memory: fp_pattern_free (NULL is fine). Once made it is only read: any number of threads
 * may use one at the same time.
 *
 *     struct fp_pattern *pattern;
 *     if (fp_pattern_new(&pattern, fp_slice_of("re:^runtime\\."), &err) == 0)
 *         rc = fp_pattern_match(pattern, name, &matches, &err);
 *     fp_pattern_free(pattern);
 */
#ifndef FP_BASE_PATTERN_H
#define FP_BASE_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

struct fp_pattern;

/* FP_EINVAL, with the place, for an expression that does not compile or a pattern that is empty or
 * too long. */
int fp_pattern_new(struct fp_pattern **ret_pattern, struct fp_slice spec, struct fp_error *err);
/* With a replacement, for fp_pattern_replace; FP_EINVAL when it refers to a group that is not there. */
int fp_pattern_new_rename(struct fp_pattern **ret_pattern, struct fp_slice spec, struct fp_slice replacement,
                          struct fp_error *err);
void fp_pattern_free(struct fp_pattern *pattern);

/* As it was written. */
struct fp_slice fp_pattern_text(const struct fp_pattern *pattern);
/* What matches become, as it was written; false for a pattern without a replacement. */
bool fp_pattern_replacement(const struct fp_pattern *pattern, struct fp_slice *ret_text);

/* FP_ELIMIT when the match was stopped, FP_ENOMEM. Bytes that are not UTF-8 match no expression. */
int fp_pattern_match(const struct fp_pattern *pattern, struct fp_slice name, bool *ret_matches,
                     struct fp_error *err);

/* Empties `out` and puts the name there with every match replaced. `ret_matches`: there was one. FP_ELIMIT
 * when a match was stopped, matches are too many or the result is longer than `out` may be. Only for a
 * pattern with a replacement. */
int fp_pattern_replace(const struct fp_pattern *pattern, struct fp_slice name, struct fp_str *out,
                       bool *ret_matches, struct fp_error *err);

#endif
