#include "config/strings.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void fp_strings_sort(struct fp_strings *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_text);
}

bool fp_strings_has(const struct fp_strings *sorted, const char *text)
{
    return sorted->count && bsearch(&text, sorted->items, sorted->count, sizeof *sorted->items, by_text);
}
