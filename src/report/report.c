#include "report/report.h"

#include <string.h>

static const char *const outcomes[] = {
    [FP_OUTCOME_OK] = "ok",
    [FP_OUTCOME_EMPTY] = "empty",
    [FP_OUTCOME_PARTIAL] = "partial",
    [FP_OUTCOME_FAILED] = "failed",
};

static const char *const completenesses[] = {
    [FP_COMPLETE_PROVED] = "proved",
    [FP_COMPLETE_UNPROVED] = "unproved",
    [FP_COMPLETE_PARTIAL] = "partial",
};

static const char *const evidences[] = {
    [FP_EVIDENCE_NONE] = NULL,
    [FP_EVIDENCE_FOLDED] = "folded",
    [FP_EVIDENCE_PPROF] = "pprof",
    [FP_EVIDENCE_REPLY] = "reply",
    [FP_EVIDENCE_PROFILE] = "profile",
};

const char *fp_outcome_name(enum fp_outcome outcome)
{
    return outcomes[outcome];
}

const char *fp_completeness_name(enum fp_completeness completeness)
{
    return completenesses[completeness];
}

int fp_completeness_of(const char *name)
{
    for (size_t i = 0; i < sizeof completenesses / sizeof *completenesses; i++)
        if (strcmp(completenesses[i], name) == 0)
            return (int)i;
    return -1;
}

const char *fp_evidence_name(enum fp_evidence evidence)
{
    return evidences[evidence];
}
