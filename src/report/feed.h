/*
 * feed.xml: the nights with changes, for a feed reader. Atom, RFC 4287.
 *
 * Nights are added the newest first; those without a change of a service are passed over, and so is everything beyond
 * FP_LIMIT_FEED entries. An entry is known by the address of its night, which a night that is pressed again keeps; what
 * it says it was updated at is when it was pressed. No clock is read: same nights, same bytes.
 *
 *     struct fp_feed feed;
 *     fp_feed_init(&feed, "production", "https://flames.example/", lang);
 *     for (…) fp_feed_add(&feed, night, &err);
 *     fp_feed_write(&feed, &out, &err);
 *     fp_feed_release(&feed);
 */
#ifndef FP_REPORT_FEED_H
#define FP_REPORT_FEED_H

#include <stddef.h>

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/out.h"

#define FP_FEED_FILE "feed.xml"

struct fp_feed {
    const char *title, *site_url; /* borrowed */
    const struct fp_lang *lang;
    json_t *entries;
    int64_t newest;               /* when the newest night was pressed */
};

/* `lang`: NULL = English. */
void fp_feed_init(struct fp_feed *feed, const char *title, const char *site_url, const struct fp_lang *lang);
void fp_feed_release(struct fp_feed *feed);

/* Keeps what the feed says of it, not the night. FP_ENOMEM only. */
int fp_feed_add(struct fp_feed *feed, const json_t *night, struct fp_error *err);
int fp_feed_write(const struct fp_feed *feed, struct fp_out *out, struct fp_error *err);

#endif
