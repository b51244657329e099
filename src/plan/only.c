#include "plan/only.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "plan/pattern.h"

/* SIZE_MAX when the text is no FP_ENTRY_ID. */
static size_t entry_of(const char *text)
{
    size_t entry;
    int n = 0;

    if (sscanf(text, "services[%6zu]%n", &entry, &n) == 1 && n && !text[n])
        return entry;
    return SIZE_MAX;
}

static bool is_id(const char *text, const struct fp_plan_services *services)
{
    for (size_t i = 0; i < services->count; i++)
        if (strcmp(services->items[i].id, text) == 0)
            return true;
    return false;
}

static bool is_meant(const char *text, size_t entry, bool id, const struct fp_service_config *service)
{
    if (entry != SIZE_MAX)
        return service->entry == entry;
    if (service->failure)
        return true;
    if (id)
        return strcmp(service->id, text) == 0;
    return fp_pattern_matches(text, service->name) || fp_pattern_matches(text, service->id);
}

size_t fp_only_mark(const char *text, const struct fp_plan_services *services, bool *wanted)
{
    size_t entry = entry_of(text), count = 0;
    bool id = is_id(text, services);

    for (size_t i = 0; i < services->count; i++) {
        if (!is_meant(text, entry, id, &services->items[i]))
            continue;
        count++;
        if (wanted)
            wanted[i] = true;
    }
    return count;
}

/* ---- before a source was asked ---- */

/* Bytes that a pattern begins with, whatever it matches. */
static size_t literal_length(const char *pattern)
{
    return strcspn(pattern, "*?[\\");
}

/* May something that begins with these n bytes be matched by the pattern? */
static bool may_begin(const char *pattern, const char *bytes, size_t n)
{
    size_t literal = literal_length(pattern);

    if (strncmp(pattern, bytes, literal < n ? literal : n) != 0)
        return false;
    return pattern[literal] || literal >= n;
}

/* Its name, or ID@VALUE, where the id may be written with a backslash (press/found.h). */
static bool may_mean_group(const char *text, const struct fp_service_config *entry)
{
    return fp_pattern_matches(text, entry->name) || may_begin(text, entry->id, strcspn(entry->id, "@\\"));
}

static bool is_named(const char *text, const struct fp_config *config)
{
    for (size_t i = 0; i < config->service_count; i++)
        if (config->services[i].name && strcmp(config->services[i].name, text) == 0)
            return true;
    return false;
}

/* A service that the entry's pattern matches and no entry names, or NAME@VALUE of one. */
static bool may_mean_match(const char *text, const struct fp_service_config *entry, const struct fp_config *config)
{
    size_t literal = literal_length(text), common = literal_length(entry->match);

    if (text[literal] || (entry->group_by.count && strchr(text, '@')))
        return strncmp(text, entry->match, literal < common ? literal : common) == 0;
    return fp_pattern_matches(entry->match, text) && !is_named(text, config);
}

static bool is_fixed_id(const char *text, const struct fp_config *config)
{
    for (size_t i = 0; i < config->service_count; i++)
        if (fp_service_is_fixed(&config->services[i]) && strcmp(config->services[i].id, text) == 0)
            return true;
    return false;
}

bool fp_only_may_mean(const struct fp_only *only, const struct fp_service_config *entry, const struct fp_config *config)
{
    for (size_t i = 0; i < only->count; i++) {
        const char *text = only->texts[i];
        size_t place = entry_of(text);

        if (place == entry->entry)
            return true;
        if (place != SIZE_MAX || is_fixed_id(text, config))
            continue;
        if (entry->match ? may_mean_match(text, entry, config) : may_mean_group(text, entry))
            return true;
    }
    return only->count == 0;
}
