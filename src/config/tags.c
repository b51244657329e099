#include "config/tags.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config/suggest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const fixed[] = {
    "app_service",
    "app_instance",
    "process_id",
    "gprocess",
    "agent",
    "region",
    "az",
    "host",
    "host_ip",
    "host_hostname",
    "chost",
    "chost_ip",
    "chost_hostname",
    "vpc",
    "pod_cluster",
    "pod_ns",
    "pod_node",
    "pod_node_ip",
    "pod_node_hostname",
    "pod_ingress",
    "pod_service",
    "pod_group_type",
    "pod_group",
    "pod",
    "auto_instance_type",
    "auto_instance",
    "auto_service_type",
    "auto_service",
    "ip",
    "is_ipv4",
    "trace_id",
    "span_name",
    "profile_id",
    "profile_value_unit",
    "profile_language_type",
    "profile_event_type",
};

static const char *const families[] = { "k8s.label.", "k8s.annotation.", "k8s.env.", "cloud.tag." };

static const char own_names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";

bool fp_tag_is_known(const char *tag)
{
    for (size_t i = 0; i < COUNT(fixed); i++)
        if (strcmp(fixed[i], tag) == 0)
            return true;
    for (size_t i = 0; i < COUNT(families); i++) {
        size_t n = strlen(families[i]);

        if (strncmp(families[i], tag, n) == 0)
            return tag[n] && strlen(tag) < FP_TAG_TEXT - 2 && tag[n + strspn(tag + n, own_names)] == '\0';
    }
    return false;
}

/* "k8s.labels.app" has the beginning "k8s.labels."; 0 without a second dot. */
static size_t beginning(const char *tag)
{
    const char *dot = strchr(tag, '.');

    dot = dot ? strchr(dot + 1, '.') : NULL;
    return dot ? (size_t)(dot + 1 - tag) : 0;
}

static bool nearest_family(char to[FP_TAG_TEXT], const char *unknown)
{
    size_t n = beginning(unknown), best_apart = SIZE_MAX;
    char head[FP_TAG_TEXT];

    if (!n || strlen(unknown) >= FP_TAG_TEXT / 2)
        return false;
    memcpy(head, unknown, n);
    head[n] = '\0';
    for (size_t i = 0; i < COUNT(families); i++) {
        size_t apart = fp_suggest_distance(head, families[i]);

        if (apart >= best_apart)
            continue;
        best_apart = apart;
        snprintf(to, FP_TAG_TEXT, "%s%s", families[i], unknown + n);
    }
    return best_apart != SIZE_MAX && fp_tag_is_known(to);
}

bool fp_tag_nearest(char to[FP_TAG_TEXT], const char *unknown)
{
    size_t best_apart = SIZE_MAX;

    for (size_t i = 0; i < COUNT(fixed); i++) {
        size_t apart = fp_suggest_distance(unknown, fixed[i]);

        if (apart >= best_apart)
            continue;
        best_apart = apart;
        snprintf(to, FP_TAG_TEXT, "%s", fixed[i]);
    }
    return best_apart != SIZE_MAX || nearest_family(to, unknown);
}

const char *fp_tag_quoted(char to[FP_TAG_TEXT], const char *tag)
{
    const char *quote = strpbrk(tag, "./-") ? "`" : "";

    snprintf(to, FP_TAG_TEXT, "%s%s%s", quote, tag, quote);
    return to;
}
