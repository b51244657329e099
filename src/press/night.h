/*
 * A night becomes public: its page, its manifest, one switch; then the index.
 *
 * A report of an earlier run of the same night is taken over into the new night before the switch when this run
 * - did not press it (--only);
 * - pressed one that is worth less (fp_kept_stays; decided when the job was done, so that whoever was compared with it
 *   knows, too). Each is logged, and the night says so of it (`kept` of its entry).
 * So nothing that was there is lost, but for two cases: numbers of another question, and `force`.
 */
#ifndef FP_PRESS_NIGHT_H
#define FP_PRESS_NIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "plan/window.h"
#include "press/kept.h"
#include "press/pressed.h"
#include "publish/stage.h"
#include "report/page.h"

struct fp_night_run {
    struct fp_stage *stage; /* with the reports that were pressed */
    const struct fp_pages *pages;
    const struct fp_zone *zone;
    const char *source;     /* where the profiles came from */
    int64_t generated;
    struct fp_log *log;
    const char *site_url; /* NULL = not known */
};

struct fp_night_result {
    bool published; /* false when every report failed: there is nothing to publish then, and an earlier night stays */
    size_t kept;    /* reports of an earlier run that stayed since this run's are worth less */
    bool mixed;     /* some reports are of an earlier run, with the pages that were drawn then */
    bool mended;    /* the summary.json of the earlier run was damaged; a warning was logged */
};

/* Publishes one night. `kept`: what earlier runs left of it. */
int fp_night_publish(const struct fp_night_run *night, const struct fp_pressed *pressed, struct fp_kept *kept,
                     struct fp_night_result *ret_result, struct fp_error *err);

struct fp_index_run {
    struct fp_stage *stage;
    const struct fp_pages *pages;
    struct fp_log *log;
    const char *title;           /* of the site */
    const char *site_url;        /* NULL = not known: there is no feed */
    const char *const *pressed;  /* paths of the nights that were pressed */
    size_t pressed_count;
    const bool *mixed;           /* of each: are some of its pages of an earlier run? */
};

/* What is made of all nights: later nights that show or lead to one that was pressed are drawn again, then DIR/assets, the pages of
 * services, DIR/feed.xml, DIR/nights.js and DIR/index.html are written, and `latest.html` and `latest` lead to the newest night that can be read. One
 * that cannot is shown as damaged, logged, and counted in *ret_damaged. */
int fp_index_publish(const struct fp_index_run *run, size_t *ret_damaged, struct fp_error *err);

/* One warning for each night that was published and is no more there. To be said before the site's manifest forgets it. */
int fp_index_say_gone(const char *output, struct fp_log *log, struct fp_error *err);

#endif
