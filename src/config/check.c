#include "config/check.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "config/path.h"
#include "config/tags.h"

/* ---- filters ---- */

/*
 * The server puts the filter into its SQL as it is. It goes there in parentheses, and this makes sure that it
 * cannot leave them: quotes and parentheses are closed in order, and nothing outside of quotes begins a
 * comment or ends the statement. Quotes as the server's parser has them: ' " and `, with \ and doubling as
 * escapes.
 */
struct filter_scan {
    int64_t depth;
    char quote; /* '\0' outside of quotes */
};

static const char *outside_quotes(struct filter_scan *scan, const char *at)
{
    char c = *at;

    if (c == '\'' || c == '"' || c == '`')
        scan->quote = c;
    else if (c == '(')
        scan->depth++;
    else if (c == ')' && scan->depth-- == 0)
        return "a parenthesis is closed that was not opened";
    else if (c == '#' || (c == '-' && at[1] == '-') || (c == '/' && at[1] == '*'))
        return "a comment (#, -- or /*) begins outside of quotes";
    else if (c == ';')
        return "a semicolon stands outside of quotes";
    else if (c == '\\')
        return "a backslash stands outside of quotes";
    return NULL;
}

const char *fp_filter_fault(const char *filter)
{
    struct filter_scan scan = { 0, '\0' };

    if (filter[0] && filter[strspn(filter, " ")] == '\0')
        return "it is nothing but spaces (\"\" means no filter)";
    for (const char *at = filter; *at; at++) {
        const char *fault = NULL;

        if (!scan.quote)
            fault = outside_quotes(&scan, at);
        else if (*at == '\\' && at[1])
            at++;
        else if (*at == scan.quote)
            scan.quote = '\0'; /* a doubled quote closes and opens again at once: the same in the end */
        if (fault)
            return fault;
    }
    if (scan.quote == '\'')
        return "a quote (') is not closed";
    if (scan.quote)
        return "a quote (\" or `) is not closed";
    return scan.depth ? "a parenthesis is not closed" : NULL;
}

static void check_filter(const struct fp_config *config, struct fp_problems *problems, const char *filter,
                         const char *key)
{
    const char *fault = fp_filter_fault(filter);

    if (fault)
        fp_problems_add(problems, false, config->file, key, "cannot be a condition: %s", fault);
}

static void check_filters(const struct fp_config *config, struct fp_problems *problems)
{
    check_filter(config, problems, config->defaults.filter, "defaults.filter");
    for (size_t i = 0; i < config->service_count; i++) {
        char key[64];

        if (config->services[i].filter == config->defaults.filter) /* inherited: reported there */
            continue;
        snprintf(key, sizeof key, "services[%zu].filter", i);
        check_filter(config, problems, config->services[i].filter, key);
    }
}

/* ---- what is quoted in SQL ---- */

#define QUOTED_BYTES 512

const char *fp_quoted_fault(const char *text)
{
    if (strpbrk(text, "'\\"))
        return "it holds a quote or a backslash, which would break the server's SQL";
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        if (*s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0)) /* C0, DEL, C1 */
            return "it holds a control character";
    return strlen(text) > QUOTED_BYTES ? "it is longer than 512 bytes" : NULL;
}

/* ---- steps ---- */

static void check_step(const struct fp_config *config, struct fp_problems *problems,
                       const struct fp_service_config *service, const char *key)
{
    if (service->min_step_s > service->step_s)
        fp_problems_add(problems, false, config->file, key,
                        "`min_step` (%" PRId64 " s) is longer than `step` (%" PRId64 " s): a reply that may have "
                        "been cut could not be asked for in smaller parts; set `min_step` to at most `step`",
                        service->min_step_s, service->step_s);
}

static void check_steps(const struct fp_config *config, struct fp_problems *problems)
{
    check_step(config, problems, &config->defaults, "defaults");
    for (size_t i = 0; i < config->service_count; i++) {
        const struct fp_service_config *service = &config->services[i];
        char key[64];

        if (service->step_s == config->defaults.step_s && service->min_step_s == config->defaults.min_step_s)
            continue; /* inherited: reported there */
        snprintf(key, sizeof key, "services[%zu]", i);
        check_step(config, problems, service, key);
    }
}

/* ---- tags ---- */

static void check_tag(const struct fp_config *config, struct fp_problems *problems, const char *tag,
                      const char *key)
{
    char near[FP_TAG_TEXT], shown[FP_CLIP_TEXT];

    if (fp_tag_is_known(tag))
        return;
    fp_clip(shown, tag, strlen(tag));
    if (fp_tag_nearest(near, tag))
        fp_problems_add(problems, false, config->file, key, "\"%s\" is no tag of a profile; did you mean \"%s\"?",
                        shown, near);
    else
        fp_problems_add(problems, false, config->file, key,
                        "\"%s\" is no tag of a profile: host, pod, pod_ns, pod_cluster, k8s.label.NAME and cloud.tag.NAME "
                        "are some",
                        shown);
}

static void check_tags(const struct fp_config *config, struct fp_problems *problems)
{
    for (size_t i = 0; i < config->service_count; i++) {
        const struct fp_strings *tags = &config->services[i].group_by;

        for (size_t k = 0; k < tags->count; k++) {
            char key[64];

            snprintf(key, sizeof key, "services[%zu].group_by[%zu]", i, k);
            check_tag(config, problems, tags->items[k], key);
        }
    }
}

/* ---- replacements ---- */

static int check_rename(const struct fp_config *config, struct fp_problems *problems, const struct fp_rename *rename,
                        const char *key)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_pattern *pattern = NULL;
    int rc;

    if (!rename->pattern || !rename->to) /* missing or refused: reported already */
        return FP_OK;
    rc = fp_pattern_new_rename(&pattern, fp_slice_of(rename->pattern), fp_slice_of(rename->to), &why);
    fp_pattern_free(pattern);
    if (rc == FP_ENOMEM)
        return rc;
    if (rc < 0)
        fp_problems_add(problems, false, config->file, key, "%s", why.message);
    return FP_OK;
}

static int check_list(const struct fp_config *config, struct fp_problems *problems,
                      const struct fp_transform_config *transforms, const char *path)
{
    int rc = FP_OK;

    for (size_t i = 0; i < transforms->rename_count && rc == FP_OK; i++) {
        char key[64];

        snprintf(key, sizeof key, "%s.rename[%zu]", path, i);
        rc = check_rename(config, problems, &transforms->rename[i], key);
    }
    return rc;
}

static int check_renames(const struct fp_config *config, struct fp_problems *problems)
{
    int rc = check_list(config, problems, &config->defaults.transforms, "defaults");

    for (size_t i = 0; i < config->service_count && rc == FP_OK; i++) {
        const struct fp_transform_config *transforms = &config->services[i].transforms;
        char path[32];

        snprintf(path, sizeof path, "services[%zu]", i);
        if (transforms->rename != config->defaults.transforms.rename) /* else inherited: reported there */
            rc = check_list(config, problems, transforms, path);
    }
    return rc;
}

/* ---- reports that would get in each other's way ---- */

/* A report is known by id and event: the two make its directory. */
struct report {
    const char *id, *event;
    size_t service;  /* index of the entry */
    size_t first;    /* of the first entry it collides with; itself when there is none */
    bool other_case; /* the two ids differ, in letter case only */
};

static int fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* ASCII only and independent of the locale: what a file system folds beyond that, differs anyway. */
static int compare_folded(const char *a, const char *b)
{
    while (*a && fold((unsigned char)*a) == fold((unsigned char)*b)) {
        a++;
        b++;
    }
    return fold((unsigned char)*a) - fold((unsigned char)*b);
}

static int compare_place(const struct report *a, const struct report *b)
{
    return (a->service > b->service) - (a->service < b->service);
}

static int by_identity(const void *x, const void *y)
{
    const struct report *a = x, *b = y;
    int order = strcmp(a->id, b->id);

    if (!order)
        order = strcmp(a->event, b->event);
    return order ? order : compare_place(a, b);
}

static int by_folded_id(const void *x, const void *y)
{
    const struct report *a = x, *b = y;
    int order = compare_folded(a->id, b->id);

    return order ? order : compare_place(a, b);
}

static int by_place(const void *x, const void *y)
{
    const struct report *a = x, *b = y;
    int order = compare_place(a, b);

    return order ? order : strcmp(a->event, b->event);
}

static size_t list_reports(const struct fp_config *config, struct report *reports)
{
    size_t count = 0;

    for (size_t i = 0; i < config->service_count; i++) {
        const struct fp_service_config *service = &config->services[i];

        /* what the others turn into, the server decides: looked at when it did */
        for (size_t j = 0; service->id && fp_service_is_fixed(service) && j < service->events.count; j++)
            reports[count++] = (struct report){ service->id, service->events.items[j], i, i, false };
    }
    return count;
}

static void report_clash(const struct fp_config *config, struct fp_problems *problems,
                         const struct report *report)
{
    const struct fp_service_config *service = &config->services[report->service];
    char key[64], id[FP_CLIP_TEXT], event[FP_CLIP_TEXT];

    snprintf(key, sizeof key, "services[%zu]", report->service);
    fp_clip(id, report->id, strlen(report->id));
    fp_clip(event, report->event, strlen(report->event));
    fp_problems_add(
        problems, false, config->file, key,
        "%s \"%s\" with event \"%s\" is services[%zu] already: give one of the two an \"id\" of its own",
        service->id == service->name ? "service" : "id", id, event, report->first);
}

static void check_clashes(const struct fp_config *config, struct fp_problems *problems,
                          struct report *reports, size_t count)
{
    qsort(reports, count, sizeof *reports, by_identity);
    for (size_t i = 1; i < count; i++)
        if (strcmp(reports[i].id, reports[i - 1].id) == 0 &&
            strcmp(reports[i].event, reports[i - 1].event) == 0)
            reports[i].first = reports[i - 1].first;
    qsort(reports, count, sizeof *reports, by_place);
    for (size_t i = 0; i < count; i++)
        if (reports[i].first != reports[i].service)
            report_clash(config, problems, &reports[i]);
}

/* Fine here, but not once the site is copied to a file system that does not tell the cases apart. */
static void report_case(const struct fp_config *config, struct fp_problems *problems,
                        const struct report *report)
{
    char key[64], id[FP_CLIP_TEXT], other[FP_CLIP_TEXT];
    const char *first = config->services[report->first].id;

    snprintf(key, sizeof key, "services[%zu]", report->service);
    fp_problems_add(
        problems, true, config->file, key,
        "\"%s\" and services[%zu], \"%s\", differ only in letter case: their directories would be one on "
        "systems that do not tell the cases apart; an \"id\" helps",
        fp_clip(id, report->id, strlen(report->id)), report->first, fp_clip(other, first, strlen(first)));
}

static void check_case(const struct fp_config *config, struct fp_problems *problems, struct report *reports,
                       size_t count)
{
    qsort(reports, count, sizeof *reports, by_folded_id);
    for (size_t i = 0; i < count; i++)
        reports[i].first = i > 0 && compare_folded(reports[i].id, reports[i - 1].id) == 0
                               ? reports[i - 1].first
                               : reports[i].service;
    for (size_t i = 0; i < count; i++)
        reports[i].other_case = strcmp(reports[i].id, config->services[reports[i].first].id) != 0;
    qsort(reports, count, sizeof *reports, by_place);
    for (size_t i = 0; i < count; i++) {
        bool said = i > 0 && reports[i].service == reports[i - 1].service; /* once, not for each event */

        if (reports[i].other_case && !said)
            report_case(config, problems, &reports[i]);
    }
}

static int check_reports(const struct fp_config *config, struct fp_problems *problems)
{
    struct report *reports;
    size_t count = 0;

    for (size_t i = 0; i < config->service_count; i++)
        count += config->services[i].events.count;
    if (!count)
        return FP_OK;
    reports = calloc(count, sizeof *reports);
    if (!reports)
        return FP_ENOMEM;
    count = list_reports(config, reports);
    check_clashes(config, problems, reports, count);
    check_case(config, problems, reports, count);
    free(reports);
    return FP_OK;
}

/* It becomes part of links, in XML and in Markdown. */
static void check_site_url(const struct fp_config *config, struct fp_problems *problems)
{
    const char *url = config->site_url, *fault = url ? fp_url_fault(url) : NULL;

    for (const char *at = url; at && *at && !fault; at++)
        if (*at <= ' ' || *at > '~')
            fault = "holds a character that no address has: write it as %XX";
    if (fault)
        fp_problems_add(problems, false, config->file, "site_url", "%s", fault);
}

/* A current directory is no place to look for programs in. */
static void check_after_publish(const struct fp_config *config, struct fp_problems *problems)
{
    const char *name = config->after_publish.count ? config->after_publish.items[0] : NULL;

    if (name && name[0] != '/' && strchr(name, '/'))
        fp_problems_add(problems, false, config->file, "after_publish[0]",
                        "must be an absolute path, or a name that is looked for in PATH");
}

/* Who knows the address can speak for the run: it is never shown. */
static void check_ping_url(const struct fp_config *config, struct fp_problems *problems)
{
    const char *fault = config->ping_url ? fp_url_fault(config->ping_url) : NULL;

    if (fault)
        fp_problems_add(problems, false, config->file, "ping_url", "%s", fault);
}

int fp_config_check(const struct fp_config *config, struct fp_problems *problems)
{
    check_site_url(config, problems);
    check_after_publish(config, problems);
    check_ping_url(config, problems);
    fp_config_check_source(config, problems);
    check_filters(config, problems);
    check_steps(config, problems);
    check_tags(config, problems);
    if (check_renames(config, problems) < 0)
        return FP_ENOMEM;
    return check_reports(config, problems);
}
