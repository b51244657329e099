/*
 * What a site has, for its pages' scripts: `nights.js` in its root, a script of one call.
 *
 *     flamepress.nights({"version":1,"nights":[["2026/11/20","Fri 20 Nov 2026",0],["2026/11/19","Thu 19 Nov 2026",null]],
 *     "reports":[["checkout-api/on-cpu","checkout-api","on-cpu"]],"sets":[[0]]})
 *
 * A published night is never changed, so its pages cannot know the nights after it: they read this file, which is written
 * with the index. A page from file:// may not fetch, so data come as a script. Pages live longer than the program that
 * made them: the form has additions only, and who reads it passes over what he does not know.
 *
 *   nights    newest first, damaged ones left out: [path, label in the site's language, index of its set or null]
 *   reports   [path below a night, title, event]: of the nights that charts go back (report/history.h)
 *   sets      which reports a night has, as indices of `reports` in ascending order; nights that have the same share one.
 *             null above: not known, since the night is too old, or there is no room
 *
 * Names are of others: the text is ASCII, with every other character escaped, and its strings are JSON's, so none can end.
 * Deterministic. At most FP_LIMIT_NIGHTS nights of some 60 bytes, FP_LIMIT_NIGHTS_REPORTS reports, with titles of
 * FP_WORDS_LABEL_MAX bytes, and FP_LIMIT_NIGHTS_SETS numbers in sets.
 */
#ifndef FP_REPORT_NIGHTS_SCRIPT_H
#define FP_REPORT_NIGHTS_SCRIPT_H

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/out.h"
#include "report/history.h"

#define FP_NIGHTS_SCRIPT_FILE "nights.js"

struct fp_nights_script {
    const json_t *nights; /* as report/index.h has them */
    const struct fp_history *history; /* of them */
    const struct fp_lang *lang;
};

int fp_nights_script_write(const struct fp_nights_script *script, struct fp_out *out, struct fp_error *err);

#endif
