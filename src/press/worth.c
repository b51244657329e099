#include "press/worth.h"

#include <math.h>
#include <string.h>

#include "report/model.h"

#define SAME_SHARE 1e-9 /* shares go through a file, which rounds them */

static const struct rank {
    const char *outcome;
    const char *completeness; /* NULL = any */
    bool numbers;
    const char *why;          /* it is worth less than those below */
} ranks[] = {
    { "failed", NULL, false, "failed" },
    { "partial", NULL, false, "could have only a part of the window, and found nothing there" },
    { "empty", NULL, false, "found nothing: does the server still keep data that old?" },
    { "partial", NULL, true, "could have less of the window" },
    { "ok", "unproved", true, "could not prove that nothing was cut" },
    { "ok", "proved", true, "" },
};

bool fp_worth_has_numbers(const json_t *entry)
{
    return fp_model_get_int(entry, "total") > 0;
}

/* An entry that is like none of ours is worth nothing. */
static size_t rank_of(const json_t *entry)
{
    const char *outcome = fp_model_get_text(entry, "outcome");
    const char *completeness = fp_model_get_text(entry, "completeness");

    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        if (!strcmp(ranks[i].outcome, outcome) && ranks[i].numbers == fp_worth_has_numbers(entry) &&
            (!ranks[i].completeness || !strcmp(ranks[i].completeness, completeness)))
            return i;
    return 0;
}

const char *fp_worth_less(const json_t *pressed, const json_t *earlier)
{
    size_t rank = rank_of(pressed), before = rank_of(earlier);
    double more = fp_model_get_real(pressed, "covered") - fp_model_get_real(earlier, "covered");

    if (rank != before)
        return rank < before ? ranks[rank].why : NULL;
    if (fabs(more) > SAME_SHARE)
        return more < 0 ? ranks[rank].why : NULL;
    return fp_model_get_int(pressed, "total") < fp_model_get_int(earlier, "total")
               ? "found less: does the server still keep all data that old?"
               : NULL;
}
