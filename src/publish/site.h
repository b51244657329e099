/*
 * The files of a site that are in no night: index.html, latest.html, feed.xml, assets/…, services/…, and their manifest,
 * DIR/run.json.
 *
 * They are put in place one by one, each by a rename, so a run that dies among them leaves some of each. That is said
 * before: first comes a manifest that holds both what each file is to be and, in `before`, what it is now; then the
 * files, in the order in which they were added; then `latest`; then the manifest without `before`. So whenever a run is
 * killed, every file is one of those that the manifest names. What is the same bytes already is left alone.
 *
 * The manifest goes on naming files of earlier runs that this one did not make (assets of an older version), as long as
 * they are there: nobody may think that they are somebody else's.
 *
 *     struct fp_site site;
 *     fp_site_init(&site, &stage, &err);
 *     build stage.path/services/a/index.html …
 *     fp_site_add(&site, "services/a/index.html", &err);
 *     rc = fp_site_publish(&site, &nights, "2026/11/20", &err);
 *     fp_site_release(&site);
 *
 * What stands where a file of ours is to go and no manifest names is somebody else's: it is not replaced. Only where the
 * manifest is lost or damaged nobody can tell, and it is.
 *
 * All calls need the lock (publish/lock.h).
 */
#ifndef FP_PUBLISH_SITE_H
#define FP_PUBLISH_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "publish/manifest.h"
#include "publish/nights.h"
#include "publish/record.h"
#include "publish/stage.h"

#define FP_SITE_MARK ".flamepress/published" /* something was published here, once */

struct fp_site_file;

struct fp_site {
    struct fp_stage *stage;     /* borrowed */
    struct fp_site_file *items; /* heap: in the order in which they were added */
    size_t count, cap;
    struct fp_record earlier;   /* the manifest that is there */
    bool has_earlier;           /* else there is none to be trusted */
    struct fp_arena arena;
};

/* Before a night is put in place: FP_SITE_MARK, and, where nothing was published before, a manifest that says that a run is
 * at work. So a site without a manifest was damaged, and stays so up to fp_site_publish. */
int fp_site_begin(struct fp_stage *stage, struct fp_error *err);

/* Before nights are taken out of the site: the manifest that is there, with only those in it that are `left`, and saying that
 * a run is at work. fp_site_publish ends that. */
int fp_site_announce(struct fp_stage *stage, const struct fp_nights *left, struct fp_error *err);

/* The manifest that is there, with the label in its list of kept nights, when its copy is in place, or without it, before that
 * goes. Fine where there is none. */
int fp_site_list_kept(struct fp_stage *stage, const char *label, bool is_kept, struct fp_error *err);

/* Calls `found` for each night that the manifest in `output` lists and that is no more there. Whoever says it says it once: the
 * manifests that fp_site_announce and fp_site_publish write do not list it. FP_ENOMEM only. */
int fp_site_each_gone(const char *output, void (*found)(void *ctx, const char *night), void *ctx, struct fp_error *err);

/* FP_ENOMEM only. To be released in every case. */
int fp_site_init(struct fp_site *site, struct fp_stage *stage, struct fp_error *err);
void fp_site_release(struct fp_site *site);

/* Does a manifest of an earlier run name this file? */
bool fp_site_names(const struct fp_site *site, const char *path);

/* The file was built at stage.path/`path`, and goes to DIR/`path`; no path twice. FP_EINVAL, naming it, where something else
 * is there that is not ours. */
int fp_site_add(struct fp_site *site, const char *path, struct fp_error *err);

/* `nights`: all that the site holds. `latest`: what the link leads to; NULL = it stays. */
int fp_site_publish(struct fp_site *site, const struct fp_nights *nights, const char *latest, struct fp_error *err);

#endif
