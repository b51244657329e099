/*
 * What changed in a night: the leading changes of all its reports in the order a person reads them.
 *
 * An entry of a night's summary lists its own (`leads`, report/night.h). Here those of all entries are put into
 * groups, and within each the one with the largest impact comes first: by cores, then what has none by its value;
 * equals by service, event and name. Only differences that sampling noise was excluded for lead; where values are no
 * counts of samples they have a group of their own, and so has the host, in which every service occurs again.
 *
 *     struct fp_leads leads;
 *     if (fp_leads_collect(json_object_get(night, "services"), &leads, &err) == 0)
 *         for (size_t i = leads.first[FP_LEADS_MORE]; i < leads.first[FP_LEADS_MORE + 1]; i++) … leads.items[i] …
 *     fp_leads_release(&leads);
 *
 * Borrows from the entries. Pure.
 */
#ifndef FP_REPORT_LEADS_H
#define FP_REPORT_LEADS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/unit.h"

enum fp_lead_group {
    FP_LEADS_MORE,      /* a larger share than before */
    FP_LEADS_LESS,
    FP_LEADS_HOST,      /* more, then less, of the host as a whole */
    FP_LEADS_UNSAMPLED, /* the size of the difference alone decided */
    FP_LEADS_GROUPS
};

/* That an entry lists: with so many it may have more. */
#define FP_LEADS_OF_ENTRY 20u

struct fp_lead {
    const json_t *entry, *lead;
    enum fp_lead_group group;
    double effect;  /* after's share - before's */
    double amount;  /* the difference in cores, or, without cores, in the unit of the entry */
    bool has_cores;
};

struct fp_leads {
    struct fp_lead *items; /* heap; by group */
    size_t first[FP_LEADS_GROUPS + 1]; /* index of a group's first one; the last is the number of all */
    bool known;            /* a comparison was asked for */
    bool clipped;          /* an entry lists as many as it can */
    size_t compared, too_few, without; /* entries with a value: judged, with too few samples, without a baseline */
    const char *label;     /* of the baseline; NULL = none, or there are several */
    const json_t *why;     /* an entry that says why there is no baseline, as all do; NULL = there is one, or several reasons */
};

int fp_leads_collect(const json_t *services, struct fp_leads *ret_leads, struct fp_error *err);
void fp_leads_release(struct fp_leads *leads);

/* How many lead: of services, with noise excluded. What a headline counts. */
static inline size_t fp_leads_count(const struct fp_leads *leads)
{
    return leads->first[FP_LEADS_HOST];
}

/* Are the entry's values counts of samples, so that noise can be told? */
bool fp_leads_is_sampled(const json_t *entry);

/* Was it compared with something, and were there enough samples to judge? */
bool fp_leads_is_judged(const json_t *entry);

/* "2 changes", "No changes", "Nothing to compare with"; "" when nothing is known. Returns `to`. */
#define FP_LEADS_TEXT 160
char *fp_leads_headline(char to[FP_LEADS_TEXT], const struct fp_leads *leads, const struct fp_lang *lang);

/* The numbers of a change as they are read; `decimals`: of cores, the same for a column (fp_leads_decimals). */
struct fp_lead_texts {
    char before[FP_UNIT_TEXT], after[FP_UNIT_TEXT]; /* shares, or "new", or "gone" */
    char points[FP_UNIT_TEXT];                      /* "+32.9": of share, in hundredths */
    char amount[FP_UNIT_TEXT];                      /* "+0.07", "+1.20 MiB" */
};
void fp_lead_write(const struct fp_lead *lead, int decimals, const struct fp_lang *lang, struct fp_lead_texts *ret_texts);
int fp_leads_decimals(const struct fp_leads *leads, enum fp_lead_group group);

/* Where a change is seen, below its report: "/index.html#side=difference&node=UUID", or "/index.html#changes". Returns `to`. */
#define FP_LEADS_PLACE 160
#define FP_LEADS_DIFFERENCE "side=difference&node=" /* as the page's graph reads it (assets/viewer/address.js) */
char *fp_lead_place(char to[FP_LEADS_PLACE], const struct fp_lead *lead);

#endif
