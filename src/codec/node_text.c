#include "codec/node_text.h"

#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "codec/scan.h"

#define BEFORE_NAME "{\"profile_location_str\":\""
#define BEFORE_OWN "\",\"node_id\":\""
#define BEFORE_PARENT "\",\"parent_node_id\":\""
#define BEFORE_SELF "\",\"self_value\":"
#define BEFORE_TOTAL ",\"total_value\":"
#define LENGTH(literal) (sizeof(literal) - 1)

/* What follows the name, at most. */
#define ROOM (LENGTH(BEFORE_OWN BEFORE_PARENT BEFORE_SELF BEFORE_TOTAL) + (size_t)2 * FP_UUID_TEXT + \
              (size_t)2 * FP_SCAN_NUMBER_ROOM + 1)

#define PASS(p, literal) (memcmp(p, literal, LENGTH(literal)) == 0 ? (p) + LENGTH(literal) : NULL)

/* The members after the name; NULL when they are not as usual. ROOM bytes can be read. */
static const char *read_rest(const char *p, struct fp_node_text *text, const char **ret_parent_end)
{
    p = PASS(p, BEFORE_OWN);
    if (!p || !fp_node_key_of_uuid(p, &text->own))
        return NULL;
    p = PASS(p + FP_UUID_TEXT, BEFORE_PARENT);
    if (!p || !fp_node_key_of_uuid(p, &text->parent))
        return NULL;
    p += FP_UUID_TEXT;
    *ret_parent_end = p + 1; /* behind the quote */
    p = PASS(p, BEFORE_SELF);
    if (p)
        p = fp_scan_number(p, &text->self);
    if (p)
        p = PASS(p, BEFORE_TOTAL);
    if (p)
        p = fp_scan_number(p, &text->total);
    return p && *p == '}' ? p + 1 : NULL;
}

bool fp_node_text_read(struct fp_slice ahead, struct fp_node_text *ret_text)
{
    struct fp_node_text text;
    unsigned char all = 0;
    const char *p = ahead.data, *end = ahead.data + ahead.len, *parent_end;
    size_t n;

    if (ahead.len < LENGTH(BEFORE_NAME) || !(p = PASS(p, BEFORE_NAME)))
        return false;
    n = fp_scan_plain(p, (size_t)(end - p), &all);
    if (n > FP_LIMIT_NAME || (size_t)(end - p) - n < ROOM || (all >= 0x80 && fp_utf8_valid_prefix(p, n) != n))
        return false;
    text.name = (struct fp_slice){ p, n };
    p = read_rest(p + n, &text, &parent_end);
    if (!p)
        return false;
    text.parent_end = (size_t)(parent_end - ahead.data);
    text.length = (size_t)(p - ahead.data);
    *ret_text = text;
    return true;
}
