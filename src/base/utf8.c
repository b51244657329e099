#include "base/utf8.h"

#include <string.h>

/* Length of the well-formed sequence at s, or 0; *broken is then the length of the maximal bad prefix. */
static size_t sequence(const unsigned char *s, size_t n, uint32_t *code, size_t *broken)
{
    unsigned char lo = 0x80, hi = 0xBF;
    uint32_t c;
    size_t need;

    *broken = 1;
    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    if (s[0] >= 0xC2 && s[0] <= 0xDF) {
        need = 1;
        c = s[0] & 0x1Fu;
    } else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
        need = 2;
        c = s[0] & 0x0Fu;
        if (s[0] == 0xE0)
            lo = 0xA0; /* overlong */
        else if (s[0] == 0xED)
            hi = 0x9F; /* surrogates */
    } else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        need = 3;
        c = s[0] & 0x07u;
        if (s[0] == 0xF0)
            lo = 0x90; /* overlong */
        else if (s[0] == 0xF4)
            hi = 0x8F; /* beyond U+10FFFF */
    } else {
        return 0;
    }
    for (size_t i = 1; i <= need; i++) {
        if (i >= n || s[i] < lo || s[i] > hi) {
            *broken = i;
            return 0;
        }
        lo = 0x80;
        hi = 0xBF;
        c = (c << 6) | (s[i] & 0x3Fu);
    }
    *code = c;
    return need + 1;
}

size_t fp_utf8_valid_prefix(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t i = 0, broken;
    uint32_t code;

    while (i < n) {
        uint64_t word;
        size_t len;

        /* Nearly all names are ASCII: eight bytes at a time. */
        if (n - i >= 8) {
            memcpy(&word, u + i, 8);
            if (!(word & UINT64_C(0x8080808080808080))) {
                i += 8;
                continue;
            }
        }
        len = sequence(u + i, n - i, &code, &broken);
        if (!len)
            return i;
        i += len;
    }
    return n;
}

size_t fp_utf8_decode(const char *s, size_t n, uint32_t *ret_code)
{
    size_t broken;
    size_t len = sequence((const unsigned char *)s, n, ret_code, &broken);

    if (len)
        return len;
    *ret_code = FP_UTF8_REPLACEMENT;
    return broken;
}

size_t fp_utf8_encode(uint32_t code, char to[4])
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | (code >> 6));
        to[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = FP_UTF8_REPLACEMENT;
    if (code < 0x10000) {
        to[0] = (char)(0xE0 | (code >> 12));
        to[1] = (char)(0x80 | ((code >> 6) & 0x3F));
        to[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | (code >> 18));
    to[1] = (char)(0x80 | ((code >> 12) & 0x3F));
    to[2] = (char)(0x80 | ((code >> 6) & 0x3F));
    to[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

void fp_utf8_mend(struct fp_str *to, const char *s, size_t n)
{
    while (n) {
        size_t good = fp_utf8_valid_prefix(s, n);
        uint32_t code;

        fp_str_append(to, s, good);
        s += good;
        n -= good;
        if (n) {
            size_t bad = fp_utf8_decode(s, n, &code);

            fp_str_puts(to, "\uFFFD");
            s += bad;
            n -= bad;
        }
    }
}

bool fp_utf8_turns_line(uint32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F ||
           code == 0x061C;
}

size_t fp_utf8_clean(char *to, size_t max, const char *from, size_t n)
{
    size_t i = 0, written = 0;

    while (i < n) {
        char bytes[4];
        uint32_t code;
        size_t len;

        i += fp_utf8_decode(from + i, n - i, &code);
        if (code < 0x20 || (code >= 0x7F && code < 0xA0))
            code = '?';
        else if (fp_utf8_turns_line(code))
            code = FP_UTF8_REPLACEMENT;
        len = fp_utf8_encode(code, bytes);
        if (len > max - written)
            break;
        memcpy(to + written, bytes, len);
        written += len;
    }
    return written;
}

size_t fp_utf8_cut(const char *s, size_t n, size_t max)
{
    if (n <= max)
        return n;
    while (max > 0 && ((unsigned char)s[max] & 0xC0) == 0x80)
        max--;
    return max;
}
