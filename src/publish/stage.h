/*
 * Build aside, switch at the end.
 *
 * A stage is a directory DIR/.flamepress/stage-RUN on the file system of the site, readable for its owner
 * alone. A night is built there as stage/NIGHT (e.g. stage/2026/11/20/…) and then put in place with one
 * rename(2), or, when that night exists already, one renameat2(RENAME_EXCHANGE); where the file system cannot
 * exchange, the old night is moved aside first, to DIR/.flamepress/old/2026_11_20 (a moment without the
 * night; a crash in it is mended by the next run's fp_stage_open, which moves it back). Before the switch
 * every file and directory of the night is fsync'd, after it the directories that were changed. Killed at any
 * instant, the site holds the old night or the new one, whole.
 *
 * Single files (index.html, assets/…, services/…) are built in the stage too and put in place with
 * fp_stage_file: a crash leaves no temporary file in the site. `latest` is a relative symbolic link, replaced
 * by rename.
 *
 * fp_stage_open removes stages that crashed runs left (we hold the lock), and nothing else. All calls need
 * the lock. DIR itself may be a symbolic link; below it none is followed, but for `latest`, which is only
 * ever replaced.
 *
 *     struct fp_stage stage;
 *     if (fp_stage_open(&stage, output, &err) < 0) …
 *     build stage.path/2026/11/20/…, its run.json last
 *     if (fp_stage_switch(&stage, "2026/11/20", &err) == 0)
 *         fp_stage_latest(&stage, "2026/11/20", &err);
 *     fp_stage_close(&stage);
 *
 * Not thread-safe for one stage, except that threads may build below stage.path while no call runs.
 */
#ifndef FP_PUBLISH_STAGE_H
#define FP_PUBLISH_STAGE_H

#include <stdbool.h>

#include "base/error.h"

struct fp_stage {
    char *output;      /* heap */
    char *path;        /* heap: DIR/.flamepress/stage-… */
    unsigned replaced; /* old nights and files that wait in the stage to be removed with it */
    bool no_exchange;  /* no RENAME_EXCHANGE here: found out by trying (a test may say so before) */
};

/* On failure `stage` is zeroed. FP_EIO where the system refuses, naming the path. */
int fp_stage_open(struct fp_stage *stage, const char *output, struct fp_error *err);

/*
 * Puts the night in place. `night` is a path below both, "2026/11/20" or "2026/11/20T010000Z-32400"
 * (FP_EINVAL for anything else). The staged night is gone from the stage then, and its path may be built
 * anew. FP_ENOTFOUND when it was not built; FP_EINVAL when it holds anything but directories and plain files,
 * or when what stands at its place in the site is no directory. After an error the old night is in place as
 * it was, unless the message says that the new one is.
 */
int fp_stage_switch(struct fp_stage *stage, const char *night, struct fp_error *err);

/* Puts the one file that was built at stage.path/`path` in place of DIR/`path` ("services/a/index.html"). */
int fp_stage_file(struct fp_stage *stage, const char *path, struct fp_error *err);

/* Points DIR/latest to `night`, which must be in the site. FP_EINVAL when DIR/latest is not a link. */
int fp_stage_latest(struct fp_stage *stage, const char *night, struct fp_error *err);

/* Makes the whole stage DIR/`name`, durably and by one rename, in place of what is there: for who builds what others put
 * together (press/part.h). The stage is used up then. */
int fp_stage_become(struct fp_stage *stage, const char *name, struct fp_error *err);

/* Removes the staging directory; what cannot be removed is left to the next fp_stage_open. Fine on a zeroed
 * struct, and twice. */
void fp_stage_close(struct fp_stage *stage);

#endif
