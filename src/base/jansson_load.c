#include "base/jansson_load.h"

#include <stdlib.h>

static _Thread_local bool refused; /* an allocation of jansson's, since this was last reset */

static void *allocate(size_t n)
{
    void *memory = malloc(n);

    refused |= !memory;
    return memory;
}

/* Before there are threads: jansson keeps these for all of them. */
__attribute__((constructor)) static void watch_allocations(void)
{
    json_set_alloc_funcs(allocate, free);
}

json_t *fp_jansson_load(const char *text, size_t n, size_t flags, json_error_t *why, bool *ret_starved)
{
    json_t *json;

    refused = false;
    json = json_loadb(text, n, flags, why);
    *ret_starved = !json && refused;
    return json;
}
