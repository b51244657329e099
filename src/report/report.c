#include "report/report.h"

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

const char *fp_outcome_name(enum fp_outcome outcome)
{
    return outcomes[outcome];
}

const char *fp_completeness_name(enum fp_completeness completeness)
{
    return completenesses[completeness];
}
