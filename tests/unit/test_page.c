/*
 * report/page: finished pages are well-formed, hold no markup of others and ask nobody for anything.
 *
 * Well-formedness is judged by xmllint where it is installed. With $FP_PAGES_DIR set, the
 * pages are left there to be looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "report/night.h"
#include "report/page.h"
#include "report_fixture.h"

static const struct fp_page_place report_place = { .assets = "../../../../../assets/", .night = "../../index.html",
                                                   .site = "../../../../../", .path = "2026/11/20",
                                                   .report = "a%20b/on-cpu", .before = "2026/11/19/a%20b/on-cpu",
                                                   .before_label = "Thu 19 Nov 2026" };
static const struct fp_page_place night_place = { .assets = "../../../assets/", .site = "../../../",
                                                  .before = "2026/11/19", .before_label = "<b>Thu</b>" };
static const struct fp_page_place index_place = { .assets = "assets/", .site = "", .path = "2026/11/20",
                                                  .before = "2026/11/19", .before_label = "Thu 19 Nov 2026" };
static const struct fp_page_place root_place = { .assets = "assets/" };

static struct fp_pages *open_pages(const char *templates, const char *assets)
{
    struct fp_pages_options options = { .title = "production <&>", .templates = templates, .assets = assets };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_pages *pages = NULL;

    if (fp_pages_open(&pages, &options, &err) < 0)
        fail_msg("%s", err.message);
    return pages;
}

enum page_kind { REPORT, NIGHT, INDEX };

/* Release the result. */
static struct fp_str render(const struct fp_pages *pages, enum page_kind kind, json_t *model,
                            const struct fp_page_place *place)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str page;
    struct fp_out out;
    int rc;

    fp_str_init(&page, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &page);
    if (kind == REPORT)
        rc = fp_pages_report(pages, model, place, &out, &err);
    else if (kind == NIGHT)
        rc = fp_pages_night(pages, model, place, &out, &err);
    else
        rc = fp_pages_index(pages, model, place, &out, &err);
    if (rc < 0 || fp_out_finish(&out, &err) < 0)
        fail_msg("%s", err.message);
    return page;
}

/* ---- what holds for every page ---- */

static void assert_none(const char *page, const char *part)
{
    const char *at = strcasestr(page, part);

    if (at)
        fail_msg("the page holds %.60s", at);
}

/* Every URL is relative: it has no scheme and no host. */
static void assert_relative(const char *page, const char *attribute)
{
    size_t len = strlen(attribute);

    for (const char *at = strstr(page, attribute); at; at = strstr(at + len, attribute)) {
        const char *url = at + len;

        for (const char *c = url; *c != '"' && *c != '?' && *c != '#' && *c != '/'; c++)
            if (*c == ':' || !*c)
                fail_msg("a URL that is not relative: %.60s", url);
        assert_true(url[0] != '/' && url[0] != '"');
    }
}

static void assert_well_formed(const struct fp_str *page, const char *name)
{
    const char *folder = getenv("FP_PAGES_DIR");
    char path[512], command[600];

    snprintf(path, sizeof path, "%s/flamepress-page-%d-%s.html", folder ? folder : "/tmp",
             folder ? 0 : (int)getpid(), name);
    assert_int_equal(fp_file_write(path, page->data, page->len, NULL), 0);
    snprintf(command, sizeof command, "xmllint --huge --nonet --noout %s", path);
    if (system("command -v xmllint >/dev/null") == 0 && system(command) != 0)
        fail_msg("%s is not well-formed", name);
    if (!folder)
        unlink(path);
}

/* One blocking script in the head, with data alone, and `<script src="…" defer="defer"></script>`. */
static void assert_scripts_are_files(const char *page)
{
    int blocking = 0;

    for (const char *at = page; (at = strstr(at, "<script")) != NULL; at++) {
        assert_memory_equal(at, "<script src=\"", 13);
        at = strchr(at + 13, '"');
        if (strncmp(at, "\" defer=\"defer\"></script>\n", 26) == 0)
            continue;
        assert_true(at < strstr(page, "</head>"));
        for (at++; *at == ' '; at = strchr(strchr(at, '"') + 1, '"') + 1)
            assert_memory_equal(at, " data-", 6);
        assert_memory_equal(at, "></script>\n", 11);
        blocking++;
    }
    assert_int_equal(blocking, 1);
}

/* Everything a page promises whatever it shows. `page` holds no NUL: names cannot bring one in. */
static void check_page(const struct fp_str *page, const char *name)
{
    assert_int_equal(strlen(page->data), page->len);
    assert_well_formed(page, name);
    assert_memory_equal(page->data, "<!DOCTYPE html>\n<html lang=\"en\">", 32);
    assert_non_null(
        strstr(page->data, "default-src 'none'; script-src 'self'; img-src 'self'; style-src 'self'; object-src 'self'"));
    assert_scripts_are_files(page->data);
    assert_none(page->data, "<style");
    assert_none(page->data, " style=");
    assert_none(page->data, "<iframe");
    assert_none(page->data, "<form");
    assert_none(page->data, "<base");
    assert_none(page->data, "<b>"); /* as the hostile names have it: our templates use none of these */
    assert_none(page->data, "<i>");
    assert_none(page->data, "<x>");
    assert_none(page->data, "<img src=x");
    assert_none(page->data, "<svg onload");
    assert_none(page->data, "javascript:");
    assert_relative(page->data, " href=\"");
    assert_relative(page->data, " src=\"");
    assert_relative(page->data, " data=\"");
    assert_relative(page->data, " srcset=\"");
    for (const unsigned char *c = (const unsigned char *)page->data; *c; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c != 0x7F));
}

/* ---- reports ---- */

static void check_report(void (*make)(struct fixture *), const char *name, const char *const *parts)
{
    struct fp_pages *pages = open_pages(NULL, NULL);
    json_t *summary = summary_of(make);
    struct fp_str page = render(pages, REPORT, summary, &report_place);

    check_page(&page, name);
    for (; *parts; parts++)
        if (!strstr(page.data, *parts))
            fail_msg("%s does not hold \"%s\"", name, *parts);
    json_decref(summary);
    fp_str_release(&page);
    fp_pages_close(pages);
}

static void report_shows_everything(void **state)
{
    static const char *const parts[] = {
        "<title>Checkout on-cpu, Fri 20 Nov 2026 \xE2\x80\x93 production &lt;&amp;&gt;</title>",
        "Proved complete",
        "data=\"flamegraph.svg\"",
        "<script src=\"profile.js\"",
        "srcset=\"flamegraph.png 1x, flamegraph-2x.png 2x\"",
        "width=\"1200\"",
        "href=\"profile.folded.gz\"",
        "href=\"profile.pb.gz\"",
        "href=\"summary.json\"",
        "[unknown] 0x0000000003932388",
        "page_fault",
        "href=\"../../index.html\"",
        "href=\"../../../../../index.html\"",
        "2026-11-20 00:00:00 UTC",
        "http://deepflow-server:20416",
        "25.0\u00a0%",
        "no symbol",
        "<a class=\"skip\" href=\"#main\">",
        NULL,
    };

    (void)state;
    check_report(fixture_plain, "report", parts);
}

static void failed_report_says_why(void **state)
{
    static const char *const parts[] = { "This report failed",
                                         "connection refused: is the &lt;server&gt; up?",
                                         "flamepress run -c FILE --since @1795132800", NULL };

    (void)state;
    check_report(fixture_failed, "failed", parts);
}

static void empty_report_is_calm(void **state)
{
    static const char *const parts[] = { "No data in this window", "<li>the filter", "The query", NULL };

    (void)state;
    check_report(fixture_empty, "empty", parts);
}

static void partial_report_says_which_parts(void **state)
{
    static const char *const parts[] = { "Parts of the window are missing",   "2026-11-20 01:00:00 UTC",
                                         "504: ask in &lt;smaller&gt; parts", "91.7\u00a0%",
                                         "data=\"flamegraph.svg\"",           NULL };

    (void)state;
    check_report(fixture_partial, "partial", parts);
}

static void hostile_report_stays_a_page(void **state)
{
    struct fp_pages *pages = open_pages(NULL, NULL);
    json_t *summary = summary_of(fixture_hostile);
    struct fp_str page = render(pages, REPORT, summary, &report_place);

    (void)state;
    assert_non_null(strstr(page.data, "&lt;script&gt;alert"));
    assert_non_null(strstr(page.data, "&lt;b&gt;event&lt;/b&gt;"));
    assert_non_null(strstr(page.data, "{{{raw}}}")); /* a name is never a template */
    assert_non_null(strstr(page.data, "nul\xE2\x90\x80inside"));
    assert_non_null(strstr(page.data, "\xF0\x9F\x94\xA5"));
    assert_non_null(strstr(page.data, "(no name)"));
    assert_non_null(
        strstr(page.data, "<code><bdi>")); /* a name that runs from right to left stays in its place */
    assert_non_null(strstr(page.data, "65,535 bytes; the whole name is in summary.json"));
    assert_true(page.len < 200000); /* one huge name does not make a huge page */
    check_page(&page, "hostile");
    json_decref(summary);
    fp_str_release(&page);
    fp_pages_close(pages);
}

static void every_page_keeps_the_promises(void **state)
{
    void (*const makers[])(struct fixture *) = { fixture_plain, fixture_failed, fixture_empty,
                                                 fixture_partial, fixture_hostile };
    struct fp_pages *pages = open_pages(NULL, NULL);

    (void)state;
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++)
        for (int p = 0; p < 2; p++) {
            json_t *summary = summary_of(makers[m]);
            struct fp_str page = render(pages, REPORT, summary, p ? &root_place : &report_place);

            check_page(&page, "promises");
            json_decref(summary);
            fp_str_release(&page);
        }
    fp_pages_close(pages);
}

/* ---- night and index ---- */

static json_t *make_night(void)
{
    static const struct {
        void (*make)(struct fixture *);
        const char *path;
    } reports[] = {
        { fixture_plain, "checkout-api/on-cpu" }, { fixture_partial, "checkout-api/off-cpu" },
        { fixture_failed, "a%20b/on-cpu" },       { fixture_hostile, "%3Csvc%3E/on-cpu" },
        { fixture_empty, "..%2F/\"><x>" }, /* no path of ours; a page must stand it all the same */
    };
    json_t *entries = json_array(), *night = NULL;
    struct fp_window window;

    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        json_t *summary = summary_of(reports[i].make), *entry = NULL;

        assert_int_equal(fp_night_entry(summary, reports[i].path, &entry, NULL), 0);
        json_array_append_new(entries, entry);
        json_decref(summary);
    }
    assert_int_equal(fp_window_make(1795132800, 1795219200, NULL, &window, NULL), 0);
    assert_int_equal(
        fp_night_make(&(struct fp_night_facts){ .window = &window, .source = "<archive>", .generated = 1795222222, .entries = entries },
                      &night, NULL),
        0);
    json_decref(entries);
    return night;
}

static void night_and_index_link_to_reports(void **state)
{
    struct fp_pages *pages = open_pages(NULL, NULL);
    json_t *night = make_night(), *nights = json_array();
    struct fp_str page = render(pages, NIGHT, night, &night_place);

    (void)state;
    assert_non_null(strstr(page.data, "href=\"a%2520b/on-cpu/index.html\""));
    assert_non_null(strstr(page.data, "href=\"%253Csvc%253E/on-cpu/index.html\""));
    assert_non_null(strstr(page.data, "What failed, and what to do"));
    assert_true(strstr(page.data, "What failed") > strstr(page.data, ">Services</h2>"));
    assert_non_null(strstr(page.data, "<a href=\"#trouble\">failed</a>"));
    check_page(&page, "night");
    fp_str_release(&page);

    json_array_append_new(nights, night);
    page = render(pages, INDEX, nights, &index_place);
    assert_non_null(strstr(page.data, "href=\"2026/11/20/a%2520b/on-cpu/index.html\""));
    assert_non_null(strstr(page.data, "href=\"latest.html\""));
    assert_non_null(strstr(page.data, "November 2026"));
    check_page(&page, "index");
    fp_str_release(&page);

    json_array_clear(nights);
    page = render(pages, INDEX, nights, &root_place);
    assert_non_null(strstr(page.data, "No nights yet"));
    check_page(&page, "first");
    fp_str_release(&page);
    json_decref(nights);
    fp_pages_close(pages);
}

/* What the head line has for readers without scripts. */
static void head_line_leads_on(void **state)
{
    static const char *const of_report[] = {
        "data-site=\"../../../../../\" data-night=\"2026/11/20\" data-report=\"a%20b/on-cpu\"",
        "<a href=\"../../../../../2026/11/19/a%2520b/on-cpu/index.html\" rel=\"prev\">",
        "</span> Thu 19 Nov 2026</a>",
        "<li><a href=\"../../index.html\">Fri 20 Nov 2026</a></li>",
        "<a href=\"../../../../../latest.html\">",
        "<a href=\"../../../../../index.html#calendar\">",
        "<a href=\"../../index.html#services\">",
        "<a href=\"../../../../../services/a%2520b/index.html\">",
    };
    static const char *const of_night[] = {
        "data-night=\"2026/11/20\" data-report=\"\"",
        "<a href=\"../../../2026/11/19/index.html\" rel=\"prev\">",
        "&lt;b&gt;Thu",
        "<span aria-current=\"page\">Fri 20 Nov 2026</span>",
        "<a href=\"../../../latest.html\">",
        "<a href=\"#services\">",
        " id=\"services\"",
    };
    static const char *const of_index[] = {
        "data-site=\"\" data-night=\"2026/11/20\"",
        "<a href=\"2026/11/19/index.html\" rel=\"prev\">",
        "<li><a href=\"2026/11/20/index.html\">Fri 20 Nov 2026</a></li>",
        "<a href=\"#calendar\">",
        " id=\"services\"",
    };
    struct fp_pages *pages = open_pages(NULL, NULL);
    json_t *nights = json_array(), *night = make_night(), *summary = summary_of(fixture_plain);
    struct fp_str page = render(pages, REPORT, summary, &report_place);

    (void)state;
    for (size_t i = 0; i < sizeof of_report / sizeof *of_report; i++)
        if (!strstr(page.data, of_report[i]))
            fail_msg("the report does not hold %s", of_report[i]);
    fp_str_release(&page);
    page = render(pages, NIGHT, night, &night_place);
    for (size_t i = 0; i < sizeof of_night / sizeof *of_night; i++)
        if (!strstr(page.data, of_night[i]))
            fail_msg("the night does not hold %s", of_night[i]);
    fp_str_release(&page);
    json_array_append(nights, night);
    page = render(pages, INDEX, nights, &index_place);
    for (size_t i = 0; i < sizeof of_index / sizeof *of_index; i++)
        if (!strstr(page.data, of_index[i]))
            fail_msg("the index does not hold %s", of_index[i]);
    fp_str_release(&page);
    page = render(pages, REPORT, summary, &root_place); /* of no site: nothing to lead to, and a theme all the same */
    assert_null(strstr(page.data, "<nav class=\"nights\""));
    assert_null(strstr(page.data, "data-site"));
    assert_non_null(strstr(page.data, "class=\"theme\""));
    fp_str_release(&page);
    json_decref(summary);
    json_decref(night);
    json_decref(nights);
    fp_pages_close(pages);
}

static void empty_night_is_a_page(void **state)
{
    struct fp_pages *pages = open_pages(NULL, NULL);
    json_t *night = make_night();
    struct fp_str page;

    (void)state;
    json_array_clear(json_object_get(night, "services"));
    page = render(pages, NIGHT, night, &night_place);
    assert_non_null(strstr(page.data, "No reports in this window"));
    check_page(&page, "bare");
    fp_str_release(&page);
    json_decref(night);
    fp_pages_close(pages);
}

/* ---- assets, overrides ---- */

static void pages_name_their_assets(void **state)
{
    struct fp_pages *pages = open_pages(NULL, NULL);
    json_t *summary = summary_of(fixture_plain);
    struct fp_str page = render(pages, REPORT, summary, &report_place);

    (void)state;
    assert_true(fp_pages_asset_count(pages) >= 2);
    for (size_t i = 0; i < fp_pages_asset_count(pages); i++) {
        struct fp_page_asset asset = fp_pages_asset(pages, i);
        char link[256];

        snprintf(link, sizeof link, "=\"../../../../../assets/%s\"", asset.name);
        assert_non_null(strstr(page.data, link));
        assert_true(asset.bytes.len > 0);
        if (strncmp(asset.name, "site.", 5) != 0) /* it makes links within the site */
            assert_null(strstr(asset.bytes.data, "href=")); /* nothing is loaded from elsewhere */
        assert_null(strstr(asset.bytes.data, "@import"));
        assert_null(strstr(asset.bytes.data, "url("));
    }
    json_decref(summary);
    fp_str_release(&page);
    fp_pages_close(pages);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(fp_file_write(path, text, strlen(text), NULL), 0);
}

static void folders_override(void **state)
{
    char folder[] = "/tmp/flamepress-test-page-XXXXXX";
    struct fp_error err = FP_ERROR_INIT;
    struct fp_pages *pages;
    json_t *summary = summary_of(fixture_plain);
    struct fp_str page;

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file(folder, "foot.mustache", "<!-- ours: {{summary.total}} {{generator}} --></body></html>\n");
    write_file(folder, "style.css", "p { color: black; }\n");
    pages = open_pages(folder, folder);
    page = render(pages, REPORT, summary, &root_place);
    assert_non_null(strstr(page.data, "<!-- ours: 202020 flamepress "));
    assert_non_null(strstr(page.data, "Proved complete")); /* the rest stays built in */
    assert_string_equal(fp_pages_asset(pages, 0).bytes.data, "p { color: black; }\n");
    fp_str_release(&page);
    fp_pages_close(pages);

    /* what is wrong with a template is said when it is opened, with its place */
    write_file(folder, "top.mustache", "<p>\n{{#open}}\n");
    pages = NULL;
    assert_true(fp_pages_open(&pages, &(struct fp_pages_options){ .templates = folder }, &err) < 0);
    assert_null(pages);
    assert_non_null(strstr(err.source, "top.mustache"));
    assert_int_equal(err.line, 2);

    /* a partial that is not there is an error of the page, not silence */
    fp_error_clear(&err);
    write_file(folder, "top.mustache", "{{>elsewhere}}");
    pages = open_pages(folder, NULL);
    {
        struct fp_out out;
        struct fp_str text;

        fp_str_init(&text, FP_LIMIT_PAGE);
        fp_out_to_str(&out, &text);
        assert_true(fp_pages_report(pages, summary, &root_place, &out, &err) < 0);
        assert_non_null(strstr(err.message, "elsewhere"));
        fp_str_release(&text);
    }
    fp_pages_close(pages);

    /* a script that would end its CDATA section, or change with the encoding of a file */
    for (size_t i = 0; i < 3; i++) {
        fp_error_clear(&err);
        write_file(folder, "flame_svg.js", ((const char *const[]){ "a[b[0]]>1", "// caf\xC3\xA9", "\r" })[i]);
        assert_true(fp_pages_open(&pages, &(struct fp_pages_options){ .assets = folder }, &err) < 0);
        assert_non_null(strstr(err.message, "flame_svg.js: byte "));
    }
    write_file(folder, "flame_svg.js", "ours\n");
    pages = open_pages(NULL, folder);
    assert_string_equal(fp_pages_svg_script(pages), "ours\n");
    fp_pages_close(pages);
    json_decref(summary);
    assert_int_equal(fp_dir_remove(folder, NULL), 0);
}

static void same_summary_same_page(void **state)
{
    struct fp_pages *pages = open_pages(NULL, NULL);
    json_t *summary = summary_of(fixture_hostile), *again;
    struct fp_str text = dump(summary), first, second;

    (void)state;
    again = json_loadb(text.data, text.len, JSON_ALLOW_NUL,
                       NULL); /* a page can be made again from what is published */
    assert_non_null(again);
    first = render(pages, REPORT, summary, &report_place);
    second = render(pages, REPORT, again, &report_place);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    json_decref(again);
    json_decref(summary);
    fp_str_release(&text);
    fp_str_release(&first);
    fp_str_release(&second);
    fp_pages_close(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_shows_everything),
        cmocka_unit_test(failed_report_says_why),
        cmocka_unit_test(empty_report_is_calm),
        cmocka_unit_test(partial_report_says_which_parts),
        cmocka_unit_test(hostile_report_stays_a_page),
        cmocka_unit_test(every_page_keeps_the_promises),
        cmocka_unit_test(night_and_index_link_to_reports),
        cmocka_unit_test(head_line_leads_on),
        cmocka_unit_test(empty_night_is_a_page),
        cmocka_unit_test(pages_name_their_assets),
        cmocka_unit_test(folders_override),
        cmocka_unit_test(same_summary_same_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
