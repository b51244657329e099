/*
 * What of a night is ours: the plain files that its manifest names, at the places where it names them. Everything else that
 * is in its directory is somebody else's, and never removed.
 *
 *     if (fp_belongings_look(dir, &record, &foreign, &err) == FP_OK && !foreign.count)
 *         fp_belongings_take_out(&stage, "2026/11/20", &err);
 *     else
 *         fp_belongings_remove(output, "2026/11/20", &record, &err);
 *     fp_foreign_release(&foreign);
 *
 * All calls need the lock. No link is followed below the output.
 */
#ifndef FP_PUBLISH_BELONGINGS_H
#define FP_PUBLISH_BELONGINGS_H

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "publish/record.h"
#include "publish/stage.h"

/* What is in a night and not of it: anything but directories, and plain files that the manifest names. */
struct fp_foreign {
    size_t count;
    struct fp_str first; /* path of the first below the night, as an error's message may show it */
};

/* `dir`: of the night. To be released in every case. */
int fp_belongings_look(const char *dir, const struct fp_record *record, struct fp_foreign *ret_foreign, struct fp_error *err);
void fp_foreign_release(struct fp_foreign *foreign);

/* Lets what is in the published night `from` and not of it stand in `to` as well, the night that is to take its place.
 * FP_EINVAL, naming it, for what is no plain file, or is where a file of the new night is. */
int fp_belongings_carry(const char *from, const struct fp_record *record, const char *to, struct fp_error *err);

/* Takes the whole directory out of the site by one rename; it is removed with the stage. Month and year go with it when that
 * leaves them empty. */
int fp_belongings_take_out(struct fp_stage *stage, const char *night, struct fp_error *err);

/* Removes what is the night's, its manifest last, and directories that are empty then: killed on the way, it is still a
 * night, and the next call goes on. */
int fp_belongings_remove(const char *output, const char *night, const struct fp_record *record, struct fp_error *err);

#endif
