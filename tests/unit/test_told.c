/* report/leads, markdown, feed, metrics, service: what is told of nights outside of their pages, and all without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/feed.h"
#include "report/history.h"
#include "report/leads.h"
#include "report/markdown.h"
#include "report/metrics.h"
#include "report/service.h"
#include "report_fixture.h"

#define RULE(sampled) "\"rule\": {\"q\": 0.01, \"min_effect\": 0.005, \"min_samples\": 100, \"sampled\": " #sampled ", \"tested\": 10}"
#define BASE "\"outcome\": \"ok\", \"event\": \"on-cpu\", \"unit\": \"microseconds\", \"total\": 1000000, \"cores\": 0.5, "
#define COMPARED "\"baseline\": {\"label\": \"Thu\", \"total\": 500000, \"cores\": 0.25}, \"too_few\": false, "
#define LEAD(name, verdict, before, after, effect, cores)                                                               \
    "{\"name\": \"" name "\", \"kind\": \"application\", \"verdict\": \"" verdict "\", \"before_share\": " #before         \
    ", \"after_share\": " #after ", \"effect\": " #effect ", \"cores\": " #cores                                         \
    ", \"node\": \"01234567-89ab-cdef-0123-456789abcdef\"}"

static const char night_text[] =
    "{\"path\": \"2026/11/20\", \"generated\": 1795222222, \"outcome\": \"ok\","
    "\"window\": {\"start\": 1795132800, \"end\": 1795219200, \"timezone\": \"UTC\", \"label\": \"Fri 20 Nov 2026\"},"
    "\"counts\": {\"ok\": 4, \"empty\": 0, \"partial\": 0, \"failed\": 1}, \"services\": ["
    "{\"service\": \"a\", \"title\": \"a\", \"path\": \"a/on-cpu\", \"diff\": \"diff.svg\", " BASE COMPARED RULE(true)
    ", \"regressions\": 2, \"leads\": [" LEAD("small", "change", 0.1, 0.2, 0.1, 0.01) "," LEAD("less", "gone", 0.5, 0, -0.5, -0.9)
    "," LEAD("big", "new", 0, 0.3, 0.3, 0.2) "]},"
    "{\"service\": \"b\", \"title\": \"b\", \"path\": \"b/on-cpu\", \"diff\": null, " BASE COMPARED RULE(true)
    ", \"regressions\": 1, \"leads\": [" LEAD("middle", "change", 0.1, 0.2, 0.1, 0.1) "]},"
    "{\"service\": \"Total\", \"title\": \"Total\", \"path\": \"Total/on-cpu\", \"diff\": \"../../x\", " BASE COMPARED RULE(true)
    ", \"regressions\": 1, \"leads\": [" LEAD("host", "change", 0.1, 0.2, 0.1, 9) "]},"
    "{\"service\": \"m\", \"title\": \"m\", \"path\": \"m/mem-alloc\", \"outcome\": \"ok\", \"event\": \"mem-alloc\", \"unit\": "
    "\"bytes\", \"total\": 4194304, \"cores\": null, " COMPARED RULE(false) ", \"leads\": [" LEAD("bytes", "change", 0.5, 0.75, 0.25, null)
    "]},"
    "{\"service\": \"f\", \"title\": \"f\", \"path\": \"f/on-cpu\", \"event\": \"on-cpu\", \"outcome\": \"failed\", \"failure\": "
    "\"HTTP 500 `x` @all\\nand more\"}]}";

static json_t *make_night(void)
{
    json_error_t error;
    json_t *night = json_loads(night_text, 0, &error);

    if (!night)
        fail_msg("%s", error.text);
    return night;
}

static void changes_lead_by_impact(void **state)
{
    static const char *const expected[] = { "big", "middle", "small", "less", "host", "bytes" };
    static const char *const bad[] = { "", "x", "01234567-89ab-cdef-0123-456789abcdefa", "01234567-89ab-cdef-0123-456789abcde\"" };
    json_t *night = make_night();
    char text[FP_LEADS_TEXT], place[FP_LEADS_PLACE];
    struct fp_lead_texts texts;
    struct fp_leads leads;

    (void)state;
    assert_int_equal(fp_leads_collect(json_object_get(night, "services"), &leads, NULL), 0);
    assert_int_equal(leads.first[FP_LEADS_GROUPS], 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(fp_model_get_text(leads.items[i].lead, "name"), expected[i]);
    assert_int_equal(leads.first[FP_LEADS_LESS], 3);
    assert_int_equal(leads.first[FP_LEADS_HOST], 4);
    assert_int_equal(leads.first[FP_LEADS_UNSAMPLED], 5);
    assert_string_equal(fp_leads_headline(text, &leads, NULL), "4 changes");
    assert_string_equal(leads.label, "Thu");
    assert_int_equal(leads.compared, 4);
    fp_lead_write(&leads.items[0], 2, NULL, &texts);
    assert_string_equal(texts.before, "new");
    assert_string_equal(texts.after, "30.0 %");
    assert_string_equal(texts.points, "+30.0");
    assert_string_equal(texts.amount, "+0.20");
    fp_lead_write(&leads.items[3], 2, NULL, &texts);
    assert_string_equal(texts.after, "gone");
    assert_string_equal(texts.amount, "\u22120.90");
    fp_lead_write(&leads.items[5], 2, NULL, &texts);
    assert_string_equal(texts.amount, "+2.76 MiB"); /* 0.75 of 4 MiB, less 0.5 of 500,000 B */
    assert_string_equal(fp_lead_place(place, &leads.items[0]),
                        "/index.html#side=difference&node=01234567-89ab-cdef-0123-456789abcdef");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *lead = json_pack("{s:s}", "node", bad[i]);

        assert_string_equal(fp_lead_place(place, &(struct fp_lead){ .lead = lead }), "/index.html#changes");
        json_decref(lead);
    }
    fp_leads_release(&leads);
    json_decref(night);
}

static const char *headline_of(const char *entry)
{
    static char text[FP_LEADS_TEXT];
    json_t *services = json_loads(entry, 0, NULL);
    struct fp_leads leads;

    assert_non_null(services);
    assert_int_equal(fp_leads_collect(services, &leads, NULL), 0);
    fp_leads_headline(text, &leads, NULL);
    fp_leads_release(&leads);
    json_decref(services);
    return text;
}

static void headlines_say_what_is_known(void **state)
{
    (void)state;
    assert_string_equal(headline_of("[]"), "");
    assert_string_equal(headline_of("[{" BASE "\"path\": \"of an older night\"}]"), "");
    assert_string_equal(headline_of("[{" BASE "\"baseline\": null, \"no_baseline\": null}]"), ""); /* not asked for */
    assert_string_equal(headline_of("[{" BASE "\"baseline\": null, \"no_baseline\": \"why\"}]"), "Nothing to compare with");
    assert_string_equal(headline_of("[{" BASE COMPARED RULE(true) "}]"), "No changes");
    assert_string_equal(headline_of("[{" BASE "\"baseline\": {}, \"too_few\": true, " RULE(true) "}]"),
                        "Too few samples to tell what changed");
    assert_string_equal(headline_of("[{" BASE COMPARED "\"rule\": null}]"), "Nothing to compare with");
    assert_string_equal(headline_of("[{" BASE COMPARED RULE(true) ", \"leads\": [" LEAD("a", "new", 0, 1, 1, 1) "]}]"), "1 change");
}

/* ---- files ---- */

typedef int writer(const json_t *night, struct fp_out *out, struct fp_error *err);

static int write_markdown(const json_t *night, struct fp_out *out, struct fp_error *err)
{
    return fp_markdown_night(night, "https://host/x/", NULL, out, err);
}

static int write_feed(const json_t *night, struct fp_out *out, struct fp_error *err)
{
    struct fp_feed feed;
    int rc;

    fp_feed_init(&feed, "site", "https://host/x", NULL);
    rc = fp_feed_add(&feed, night, err);
    if (rc == FP_OK)
        rc = fp_feed_write(&feed, out, err);
    fp_feed_release(&feed);
    return rc;
}

static int write_metrics(const json_t *night, struct fp_out *out, struct fp_error *err)
{
    return fp_metrics_write(&(struct fp_metrics){ .last_run = 1, .last_success = 2, .duration = 1.5, .ok = 3, .night = night },
                            out, err);
}

static int write_text(writer *write, const json_t *night, struct fp_str *text)
{
    static struct fp_out out;
    int rc;

    fp_str_init(text, FP_LIMIT_PAGE);
    fp_out_to_str(&out, text);
    rc = write(night, &out, NULL);
    return rc < 0 ? rc : fp_out_finish(&out, NULL);
}

static void has(const struct fp_str *text, const char *part)
{
    if (!strstr(text->data, part))
        fail_msg("no \"%s\" in: %s", part, text->data);
}

static void markdown_of_a_night(void **state)
{
    json_t *night = make_night();
    struct fp_str text;

    (void)state;
    assert_int_equal(write_text(write_markdown, night, &text), 0);
    has(&text, "## Fri 20 Nov 2026: 4 changes, compared with Thu\n");
    has(&text, "- \u25b2 `big` in `a`, `on-cpu`: new \u2192 30.0 %, +0.200 cores "
               "[graph](<https://host/x/2026/11/20/a/on-cpu/index.html#side=difference&node=01234567-89ab-cdef-0123-456789abcdef>)\n");
    has(&text, "- `f`, `on-cpu`: failed: ``HTTP 500 `x` @all\u240aand more``\n");
    has(&text, "[The whole night](<https://host/x/2026/11/20/index.html>)\n");
    fp_str_release(&text);
    json_decref(night);
}

static void metrics_of_a_night(void **state)
{
    json_t *night = make_night();
    struct fp_str text;

    (void)state;
    assert_int_equal(write_text(write_metrics, night, &text), 0);
    has(&text, "flamepress_run_duration_seconds 1.5\n");
    has(&text, "flamepress_profile_seconds{service=\"a\",event=\"on-cpu\",report=\"a/on-cpu\"} 1.000000\n");
    has(&text, "flamepress_profile_bytes{service=\"m\",event=\"mem-alloc\",report=\"m/mem-alloc\"} 4194304\n");
    has(&text, "flamepress_regressions{service=\"a\",event=\"on-cpu\",report=\"a/on-cpu\"} 2\n");
    assert_null(strstr(text.data, "service=\"f\""));
    has(&text, "flamepress_regressions{service=\"Total\",");
    assert_null(strstr(text.data, "flamepress_regressions{service=\"m\""));
    assert_int_equal(fp_metrics_last_success(text.data), 2);
    fp_str_release(&text);
    json_decref(night);

    assert_int_equal(fp_metrics_last_success(NULL), 0);
    assert_int_equal(fp_metrics_last_success(""), 0);
    assert_int_equal(fp_metrics_last_success("flamepress_last_success_timestamp_seconds 1795222222"), 1795222222);
    assert_int_equal(fp_metrics_last_success("flamepress_last_success_timestamp_seconds 17x\n"), 0);
    assert_int_equal(fp_metrics_last_success("flamepress_last_success_timestamp_seconds 99999999999999999999999\n"), 0);
    assert_int_equal(fp_metrics_last_success("# flamepress_last_success_timestamp_seconds 5\n\n\n"), 0);
}

/* The label of a metric ends where it ends, whatever it holds. */
static void labels_are_escaped(void **state)
{
    json_t *night = make_night(), *entry = json_array_get(json_object_get(night, "services"), 0);
    struct fp_str text;

    (void)state;
    json_object_set_new(entry, "service", json_string("a\\b\"c\nd} 1"));
    assert_int_equal(write_text(write_metrics, night, &text), 0);
    has(&text, "{service=\"a\\\\b\\\"c\\nd} 1\",event=");
    fp_str_release(&text);
    json_decref(night);
}

static void nothing_is_told_without_memory(void **state)
{
    static writer *const writers[] = { write_markdown, write_feed, write_metrics };
    json_t *night = make_night();

    (void)state;
    for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
        int rc = FP_ENOMEM;

        for (size_t at = 1; rc == FP_ENOMEM; at++) {
            struct fp_str text;

            scarce_memory(at);
            rc = write_text(writers[w], night, &text);
            scarce_memory(0);
            fp_str_release(&text);
            assert_true(at < 100000);
        }
        assert_int_equal(rc, 0);
    }
    json_decref(night);
}

/* ---- a service over time ---- */

static const char service_text[] =
    "{\"title\": \"svc\", \"timezone\": \"UTC\", \"generated\": 5, \"generator\": \"g\", \"damaged\": 2, \"events\": ["
    "{\"event\": \"on-cpu\", \"unit\": \"microseconds\", \"cores\": true, \"period\": 86400, \"functions_from\": 2, \"points\": ["
    "{\"start\": 0, \"label\": \"d0\", \"path\": \"p0\", \"report\": \"svc/on-cpu\", \"value\": 0.5, \"outcome\": \"ok\"},"
    "{\"start\": 86400, \"label\": \"d1\", \"path\": \"p1\", \"report\": null, \"value\": null, \"outcome\": \"missing\"},"
    "{\"start\": 172800, \"label\": \"d2\", \"path\": \"p2\", \"report\": \"svc/on-cpu\", \"value\": 0.25, \"outcome\": \"partial\"}],"
    "\"functions\": [{\"name\": \"f\", \"shares\": [null, 0.5]}]},"
    "{\"event\": \"off-cpu\", \"points\": [], \"functions\": []}, {}]}";

static void a_service_over_time(void **state)
{
    json_t *service = json_loads(service_text, 0, NULL), *view;
    const json_t *event, *dots, *rows;

    (void)state;
    assert_non_null(service);
    assert_int_equal(fp_service_view(service, NULL, &view, NULL), 0);
    assert_string_equal(fp_model_get_text(view, "damaged_text"), "2 nights have a damaged summary.json and are left out here.");
    event = json_array_get(json_object_get(view, "events"), 0);
    dots = json_object_get(json_array_get(json_object_get(json_object_get(event, "chart"), "lines"), 0), "dots");
    assert_int_equal(json_array_size(dots), 2);
    assert_string_equal(fp_model_get_text(json_array_get(dots, 1), "kind"), "partial");
    assert_string_equal(fp_model_get_text(json_array_get(dots, 1), "title"), "d2: 0.25 cores, partial");
    assert_string_equal(fp_model_get_text(json_array_get(dots, 1), "href"), "../../p2/svc/on-cpu/index.html");
    rows = json_object_get(json_object_get(event, "shown"), "rows");
    assert_int_equal(json_array_size(rows), 3);
    assert_string_equal(fp_model_get_text(json_array_get(rows, 0), "label"), "d2");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 1), "value"), "\u2013");
    assert_true(json_is_null(json_object_get(json_array_get(rows, 1), "href")));
    json_decref(view);

    for (size_t at = 1, rc = 1; rc; at++) {
        view = NULL;
        scarce_memory(at);
        rc = fp_service_view(service, NULL, &view, NULL) != FP_OK;
        scarce_memory(0);
        assert_true(rc ? !view : view != NULL);
        json_decref(view);
    }
    json_decref(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_lead_by_impact),   cmocka_unit_test(headlines_say_what_is_known),
        cmocka_unit_test(markdown_of_a_night),      cmocka_unit_test(metrics_of_a_night),
        cmocka_unit_test(labels_are_escaped),       cmocka_unit_test(nothing_is_told_without_memory),
        cmocka_unit_test(a_service_over_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
