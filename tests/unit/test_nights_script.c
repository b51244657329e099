/* report/nights_script: what nights.js says, whatever the names; bounded, and the same each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/str.h"
#include "report/index.h"
#include "report/model.h"
#include "report/nights_script.h"

struct site {
    json_t *nights;
    struct fp_history history;
};

static void open_site(struct site *site)
{
    site->nights = json_array();
    fp_history_init(&site->history);
}

static void close_site(struct site *site)
{
    json_decref(site->nights);
    fp_history_release(&site->history);
}

/* Newest first. `services`: a JSON array, stolen. */
static void add(struct site *site, const char *path, const char *label, json_t *services)
{
    json_t *night = json_pack("{s:s, s:{s:I, s:I, s:s, s:s}, s:s, s:o}", "path", path, "window", "start", (json_int_t)0,
                              "end", (json_int_t)86400, "label", label, "timezone", "UTC", "outcome", "ok", "services",
                              services);

    assert_non_null(night);
    assert_int_equal(fp_history_add(&site->history, night, NULL), 0);
    json_array_append_new(site->nights, night);
}

static json_t *entry(const char *path, const char *title, const char *event)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "path", path, "title", title, "event", event, "outcome", "ok", "total", 1);
}

/* Release the result. */
static struct fp_str write_script(const struct site *site)
{
    const struct fp_nights_script script = { site->nights, &site->history, NULL };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    struct fp_out out;

    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &text);
    if (fp_nights_script_write(&script, &out, &err) < 0 || fp_out_finish(&out, &err) < 0)
        fail_msg("%s", err.message);
    return text;
}

/* The data of the call; the script is nothing else. */
static json_t *read_script(const struct fp_str *text)
{
    static const char head[] = "flamepress.nights(";
    size_t n = sizeof head - 1;
    json_t *data;

    assert_memory_equal(text->data, head, n);
    assert_string_equal(text->data + text->len - 2, ")\n");
    data = json_loadb(text->data + n, text->len - n - 2, 0, NULL);
    assert_non_null(data);
    return data;
}

static void says_which_reports_each_night_has(void **state)
{
    struct site site;
    struct fp_str text, again;

    (void)state;
    open_site(&site);
    add(&site, "2026/11/21", "Sat 21 Nov 2026", json_pack("[o, o]", entry("b/on-cpu", "b", "on-cpu"), entry("a/on-cpu", "A", "on-cpu")));
    json_array_append_new(site.nights, json_pack("{s:s, s:s}", "path", "2026/11/20", "outcome", FP_NIGHT_DAMAGED));
    /* the same in another order is the same set */
    add(&site, "2026/11/19", "Thu 19 Nov 2026", json_pack("[o, o]", entry("a/on-cpu", "a", "on-cpu"), entry("b/on-cpu", "b", "on-cpu")));
    add(&site, "2026/11/18", "Wed 18 Nov 2026", json_pack("[o]", entry("a/on-cpu", "a", "on-cpu")));
    add(&site, "2026/11/17", "Tue 17 Nov 2026", json_pack("[o, o]", entry("../etc", "x", "y"), entry("a/on-cpu", "a", "on-cpu")));
    add(&site, "2026/11/16", "Mon 16 Nov 2026", json_array());
    /* known to the calendar, too old for the charts */
    json_array_append_new(site.nights, json_pack("{s:s, s:{s:s}, s:s}", "path", "2025/11/15", "window", "label", "old", "outcome", "ok"));
    text = write_script(&site);
    assert_string_equal(text.data,
                        "flamepress.nights({\"version\":1,\"nights\":[[\"2026/11/21\",\"Sat 21 Nov 2026\",0],"
                        "[\"2026/11/19\",\"Thu 19 Nov 2026\",0],[\"2026/11/18\",\"Wed 18 Nov 2026\",1],"
                        "[\"2026/11/17\",\"Tue 17 Nov 2026\",1],[\"2026/11/16\",\"Mon 16 Nov 2026\",2],"
                        "[\"2025/11/15\",\"old\",null]],"
                        "\"reports\":[[\"b/on-cpu\",\"b\",\"on-cpu\"],[\"a/on-cpu\",\"A\",\"on-cpu\"]],"
                        "\"sets\":[[0,1],[1],[]]})\n");
    again = write_script(&site);
    assert_string_equal(again.data, text.data);
    fp_str_release(&again);
    fp_str_release(&text);
    close_site(&site);
}

static void names_are_data(void **state)
{
    static const char title[] = "</script><script>alert(1)</script>\"]]);alert(2)//\\\n\xE2\x80\xA8\xE2\x80\xAE\xF0\x9F\x94\xA5";
    struct site site;
    struct fp_str text;
    json_t *data;

    (void)state;
    open_site(&site);
    add(&site, "2026/11/21", "\"+alert(3)+\"", json_pack("[o]", entry("a/on-cpu", title, "__proto__")));
    text = write_script(&site);
    for (size_t i = 0; i < text.len; i++)
        assert_true((text.data[i] >= ' ' && text.data[i] <= '~') || i == text.len - 1);
    data = read_script(&text);
    assert_string_equal(json_string_value(json_array_get(json_array_get(json_object_get(data, "reports"), 0), 1)), title);
    assert_string_equal(json_string_value(json_array_get(json_array_get(json_object_get(data, "nights"), 0), 1)), "\"+alert(3)+\"");
    json_decref(data);
    fp_str_release(&text);
    close_site(&site);
}

static json_t *many(size_t count)
{
    json_t *list = json_array();
    char path[40];

    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "s%zu/on-cpu", i);
        json_array_append_new(list, entry(path, path, "on-cpu"));
    }
    return list;
}

static void there_is_an_end_to_it(void **state)
{
    struct site site;
    struct fp_str text;
    json_t *data, *rows;
    size_t known = 0, row;
    json_t *night;
    char path[40], *longest = malloc(70000);

    (void)state;
    memset(longest, 'x', 69999);
    longest[69999] = '\0';
    open_site(&site);
    for (int i = 0; i < 30; i++) {
        snprintf(path, sizeof path, "2026/11/%02d", 30 - i);
        add(&site, path, path, many(FP_LIMIT_NIGHTS_REPORTS - (size_t)i)); /* no two are equal */
    }
    add(&site, "2026/10/30", "more", many(FP_LIMIT_NIGHTS_REPORTS + 1));
    add(&site, "2026/10/29", "few", json_pack("[o]", entry("s0/on-cpu", "s0", "on-cpu")));
    site.history.series[1].title = longest;
    text = write_script(&site);
    assert_true(text.len < 1000000);
    data = read_script(&text);
    assert_int_equal(json_array_size(json_object_get(data, "reports")), FP_LIMIT_NIGHTS_REPORTS);
    rows = json_object_get(data, "nights");
    assert_int_equal(json_array_size(rows), 32);
    json_array_foreach(rows, row, night)
        known += json_is_integer(json_array_get(night, 2));
    assert_int_equal(known, 21); /* 20 of them fill the room but for a few, where the one of a single report fits */
    assert_true(json_is_integer(json_array_get(json_array_get(rows, 31), 2)));
    assert_true(json_is_null(json_array_get(json_array_get(rows, 30), 2)));
    json_decref(data);
    fp_str_release(&text);
    close_site(&site);
    free(longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_which_reports_each_night_has),
        cmocka_unit_test(names_are_data),
        cmocka_unit_test(there_is_an_end_to_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
