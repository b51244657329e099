/* report/complete: the words for what was proved, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "report/complete.h"

static void expect(const char *summary, const char *event, const char *text)
{
    const struct fp_event *known = fp_event_find(event);
    json_t *json = json_loads(summary, 0, NULL);
    struct fp_str out;

    assert_non_null(json);
    fp_str_init(&out, FP_LIMIT_TEXT);
    fp_complete_words(&out, NULL, json, known, known->unit);
    assert_string_equal(out.data, text);
    fp_str_release(&out);
    json_decref(json);
}

#define SUMMARY(completeness, replies, counted, rows, sample)                                                          \
    "{\"completeness\": \"" completeness "\", \"total\": 202020, \"requests\": {\"replies\": " #replies                \
    ", \"counted\": " #counted ", \"rows\": " #rows ", \"row_limit\": 1000000, \"sample\": " #sample "}}"

static void proved(void **state)
{
    (void)state;
    expect(SUMMARY("proved", 1, 0, null, 10101), "on-cpu",
           ": 202\u00a0ms of CPU is below what 1,000,000 rows hold at the least (2.81\u00a0h), so the server cut nothing.");
    expect(SUMMARY("proved", 24, 0, null, 10101), "on-cpu",
           ": each of the 24 replies is below what 1,000,000 rows hold at the least (2.81\u00a0h), so the server cut nothing.");
    expect(SUMMARY("proved", 1, 1, 12345, 1), "mem-inuse", ": the server counted 12,345 rows, its limit is 1,000,000.");
    expect(SUMMARY("proved", 24, 24, 12345, 1), "off-cpu",
           ": the server counted the rows of each of the 24 replies, 12,345 at most; its limit is 1,000,000.");
    expect(SUMMARY("proved", 24, 3, 12345, 1), "off-cpu",
           ": of 24 replies the server counted the rows of 3, 12,345 at most; its limit is 1,000,000. The total of each of "
           "the others is below what 1,000,000 rows hold at the least.");
}

static void unproved(void **state)
{
    static const char doubt[] = ": a reply is large enough to have filled 1,000,000 rows, and the server does not say when "
                                "it cuts there. The true total is at least this; shares may be off. ";
    char text[512];

    (void)state;
    expect(SUMMARY("unproved", 24, 2, 1234567, 1), "off-cpu",
           ": the server counted 1,234,567 rows for one reply and reads 1,000,000 at most. The true total is at least this; "
           "shares may be off. A smaller \"min_step\" in the configuration would ask in smaller parts.");
    expect(SUMMARY("unproved", 1, 1, 1000000, 1), "mem-inuse",
           ": the server counted 1,000,000 rows for one reply and reads 1,000,000 at most. The true total is at least this; "
           "shares may be off. A gauge cannot be asked for in parts: narrow it with a filter.");
    snprintf(text, sizeof text, "%s%s", doubt, "A smaller \"min_step\" in the configuration would ask in smaller parts.");
    expect(SUMMARY("unproved", 24, 0, null, 10101), "on-cpu", text);
    expect(SUMMARY("unproved", 24, 0, null, 1), "wall", text);
    snprintf(text, sizeof text, "%s%s", doubt,
             "The server did not count its rows, and what one of them is worth at least is not known here: \"sample\" in "
             "the configuration can say so.");
    expect(SUMMARY("unproved", 24, 0, null, 1), "off-cpu", text);
    expect(SUMMARY("unproved", 24, 3, 700, 1), "off-cpu", text); /* counted elsewhere */
}

/* One is no plural. */
static void one_row(void **state)
{
#define ONE(completeness, replies, counted, rows)                                                                      \
    "{\"completeness\": \"" completeness "\", \"total\": 5, \"requests\": {\"replies\": " #replies                      \
    ", \"counted\": " #counted ", \"rows\": " #rows ", \"row_limit\": 1, \"sample\": 10101}}"
    (void)state;
    expect(SUMMARY("proved", 1, 1, 1, 1), "mem-inuse", ": the server counted 1 row, its limit is 1,000,000.");
    expect(ONE("proved", 1, 0, null), "on-cpu",
           ": 5\u00a0\u00b5s of CPU is below what 1 row holds at the least (10.1\u00a0ms), so the server cut nothing.");
    expect(ONE("unproved", 1, 1, 1), "mem-inuse",
           ": the server counted 1 row for one reply and reads 1 at most. The true total is at least this; shares may be "
           "off. A gauge cannot be asked for in parts: narrow it with a filter.");
    expect(ONE("unproved", 1, 0, null), "mem-inuse",
           ": a reply is large enough to have filled 1 row, and the server does not say when it cuts there. The true total "
           "is at least this; shares may be off. A gauge cannot be asked for in parts: narrow it with a filter.");
}

#define FILES(completeness, evidence)                                                                                  \
    "{\"completeness\": \"" completeness "\", \"total\": 1, \"requests\": {\"row_limit\": 0, \"evidence\": \"" evidence   \
    "\"}}"

static void of_files(void **state)
{
    (void)state;
    expect(FILES("unproved", "reply"), "on-cpu",
           ": a saved reply does not say with which row limit the server made it, so it may have been cut.");
    expect(FILES("unproved", "folded"), "cpu",
           ": folded stacks do not say whether all that was measured is in them, and flamepress cannot know.");
    expect(FILES("unproved", "pprof"), "cpu",
           ": a pprof profile does not say whether all that was measured is in it, and flamepress cannot know.");
    expect(FILES("proved", "profile"), "on-cpu", ": the profile says that it was, when it was fetched.");
    expect(FILES("unproved", "profile"), "on-cpu",
           ": the profile says that it was not proved complete when it was fetched.");
    expect(FILES("partial", "profile"), "on-cpu",
           ": the profile says that parts of its window are missing. Its own report lists them; shares are of the rest.");
}

static void without_a_limit(void **state)
{
    (void)state;
    expect("{\"completeness\": \"proved\", \"total\": 1, \"requests\": {\"row_limit\": 0}}", "on-cpu",
           ": everything in the input is counted.");
    expect("{\"completeness\": \"unproved\", \"total\": 1, \"requests\": {\"row_limit\": 0}}", "on-cpu",
           ": a saved reply does not say with which row limit the server made it, so it may have been cut.");
}

static void partial_and_unproved(void **state)
{
    static const char head[] = ": the numbers cover 75.0\u00a0% of the window's time. What is missing is listed below.";
    char text[512];

    (void)state;
    expect("{\"completeness\": \"partial\", \"covered\": 0.75, \"unproved\": 0, \"requests\": {\"row_limit\": 20}}",
           "on-cpu", head);
    snprintf(text, sizeof text,
             "%s What is covered is unproved, too, in 25.0\u00a0%% of the window's time: the server counted 99 rows for one "
             "reply and reads 20 at most. The true total is at least this; shares may be off. A smaller \"min_step\" in "
             "the configuration would ask in smaller parts.", head);
    expect("{\"completeness\": \"partial\", \"covered\": 0.75, \"unproved\": 0.25, \"requests\": {\"row_limit\": 20, "
           "\"replies\": 3, \"counted\": 1, \"rows\": 99}}",
           "on-cpu", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(proved), cmocka_unit_test(unproved),
                                        cmocka_unit_test(without_a_limit),
                                        cmocka_unit_test(one_row), cmocka_unit_test(of_files),
                                        cmocka_unit_test(partial_and_unproved) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
