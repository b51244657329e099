#include "publish/sitepath.h"

#include <string.h>

#include "base/limits.h"
#include "base/sha256.h"

#define HASH_DIGITS 16u

/* What the site itself puts beside directories named after services and events. */
static const char *const reserved[] = {
    "index.html", "run.json", "summary.json", "latest", "assets", "services", ".flamepress",
};

/* By hand, because isalnum() asks the locale. */
static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

static bool is_reserved(struct fp_slice name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (fp_slice_is(name, reserved[i]))
            return true;
    return false;
}

void fp_sitepath_component(struct fp_str *out, struct fp_slice name)
{
    static const char digits[] = "0123456789ABCDEF";
    bool escape_first = name.len && (name.data[0] == '.' || is_reserved(name));
    char text[FP_LIMIT_PATH_COMPONENT];
    size_t n = 0, i;

    if (!name.len) {
        fp_str_puts(out, "%-empty");
        return;
    }
    for (i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        bool plain = is_plain(c) && !(i == 0 && escape_first);

        if (n + (plain ? 1u : 3u) > sizeof text)
            break;
        if (plain) {
            text[n++] = (char)c;
        } else {
            text[n++] = '%';
            text[n++] = digits[c >> 4];
            text[n++] = digits[c & 15];
        }
    }
    fp_str_append(out, text, n);
    if (i < name.len) {
        char hex[FP_SHA256_HEX];

        fp_sha256_bytes(name.data, name.len, hex);
        fp_str_puts(out, "%-");
        fp_str_append(out, hex, HASH_DIGITS);
    }
}

bool fp_sitepath_is_below(const char *path)
{
    static const char state[] = ".flamepress";

    if (strncmp(path, state, strlen(state)) == 0)
        return false;
    for (;;) {
        size_t n = strcspn(path, "/");

        if (n == 0 || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        if (!path[n])
            return true;
        path += n + 1;
    }
}
