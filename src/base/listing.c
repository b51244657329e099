#include "base/listing.h"

#include "base/utf8.h"

void fp_listing_add(struct fp_listing *list, struct fp_slice name)
{
    const char *between = list->shown ? ", " : "";
    size_t need = name.len + (list->shown ? 2 : 0);

    /* after the first that does not fit no shorter one is shown: the order is the caller's */
    if (list->shown && (list->more || list->used + need > list->max)) {
        list->more++;
        return;
    }
    fp_str_puts(list->to, between);
    if (need > list->max) {
        fp_str_append(list->to, name.data, fp_utf8_cut(name.data, name.len, list->max));
        fp_str_puts(list->to, "\u2026");
    } else {
        fp_str_append(list->to, name.data, name.len);
    }
    list->used += need;
    list->shown++;
}

void fp_listing_end(struct fp_listing *list)
{
    if (list->more)
        fp_str_printf(list->to, " and %zu more", list->more);
}
