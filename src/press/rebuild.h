/*
 * A published night made again without something that it had: without its profiles, or without links to nights that are to go.
 *
 * Every page is drawn from the summary.json beside it, everything else is taken over as it is, and what was taken away the
 * summaries say: `files` without the profiles and `profiles_removed`, `baseline` without `path`. Then one switch, like any
 * other. What was published is looked at first: a file that is not what the manifest says is not given a new one.
 */
#ifndef FP_PRESS_REBUILD_H
#define FP_PRESS_REBUILD_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "press/night_files.h"
#include "publish/record.h"

/* Is a file of a night, by its path below it, one of those that hold a profile? */
bool fp_rebuild_is_profile(const char *path);

/* Does the path of a report, "2026/11/20/SERVICE/EVENT", lead to one of these nights? */
bool fp_rebuild_leads_to(const char *report, const struct fp_nights *nights);

/* `site->left`: where links may lead. `night`: its summary.json, as read; with nothing foreign in its directory, for that would
 * be lost (publish/belongings.h). FP_EDATA, FP_ESYNTAX, FP_ENOTFOUND and FP_ELIMIT: it is damaged, and stays as it is. */
int fp_night_rebuild(const struct fp_night_site *site, const struct fp_record *record, json_t *night, bool without_profiles,
                     struct fp_error *err);

/* All pages of a published night drawn again, for the night before it is another now. FP_EINVAL: there is something foreign in
 * its directory. Else as above. */
int fp_night_relink(const struct fp_night_site *site, json_t *night, struct fp_error *err);

/* Of what the two return: is the night damaged, and as it was? Anything else ends a run. */
bool fp_rebuild_is_damage(int rc);

#endif
