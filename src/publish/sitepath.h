/*
 * From names to directories: the only function that does it.
 *
 * Every byte outside [A-Za-z0-9._-] is percent-encoded (%XX, upper case), as is a leading dot, and the first
 * letter of a name that the site uses itself, compared exactly (index.html, run.json, summary.json, latest,
 * assets, services, .flamepress): "index.html" becomes "%69ndex.html", "Index.html" stays.
 * Names whose encoding is longer than FP_LIMIT_PATH_COMPONENT are cut (never within an escape) and get
 * "%-" + 16 hex digits of the name's SHA-256: "%-" cannot come from an encoding, so there are no collisions
 * between cut and uncut names. "" becomes "%-empty". The function is injective (up to SHA-256): what is not
 * cut gives the name back when it is percent-decoded.
 *
 * The result is one safe path component: not empty, at most FP_LIMIT_PATH_COMPONENT + 18 bytes of
 * [A-Za-z0-9._%-], without a leading dot (so it never meets a temporary file either), never a reserved name.
 * It is a file name; in a URL its '%' must be escaped once more (fp_escape_url does that).
 *
 *     fp_sitepath_component(&path, fp_slice_of("a/b"));  appends "a%2Fb"
 *
 * Appends to `out`, whose sticky failure is the only error. Thread-safe: no state.
 */
#ifndef FP_PUBLISH_SITEPATH_H
#define FP_PUBLISH_SITEPATH_H

#include <stdbool.h>

#include "base/str.h"

void fp_sitepath_component(struct fp_str *out, struct fp_slice name);

/* Is this the path of something below a site or a night: relative, each part a name ("services/a/index.html"), and
 * nothing of .flamepress? */
bool fp_sitepath_is_below(const char *path);

#endif
