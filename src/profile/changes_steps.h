/* The later steps of profile/changes.c, in files of their own. */
#ifndef FP_PROFILE_CHANGES_STEPS_H
#define FP_PROFILE_CHANGES_STEPS_H

#include "profile/changes.h"

/* Turns verdicts into `moved` where the rule of changes.h says so. Items are sorted. */
int fp_changes_settle(const struct fp_pair *pair, const struct fp_changes_rule *rule, struct fp_changes *changes,
                      struct fp_error *err);
/* Fills `lead`. Verdicts are final. */
int fp_changes_lead(const struct fp_pair *pair, struct fp_changes *changes, struct fp_error *err);

#endif
