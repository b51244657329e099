#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/out.h"
#include "base/utf8.h"

static const char *entity(unsigned char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

static bool is_blank(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r';
}

/* What stands for a character that may not stand for itself. */
static uint32_t visible(uint32_t code, bool keep_blanks)
{
    if (code < 0x20)
        return keep_blanks && is_blank(code) ? code : 0x2400 + code;
    if (code == 0x7F)
        return 0x2421;
    if ((code >= 0x80 && code < 0xA0) || (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF) ||
        fp_utf8_turns_line(code))
        return FP_UTF8_REPLACEMENT;
    return code;
}

static void escape_xml(struct fp_out *out, const char *s, size_t n, bool keep_blanks)
{
    size_t i = 0, plain = 0; /* s[plain…i) is still to be written as it is */

    while (i < n) {
        unsigned char c = (unsigned char)s[i];
        const char *instead;
        uint32_t code, shown;
        size_t len;
        char bytes[4];

        if (c >= 0x20 && c < 0x7F) {
            instead = entity(c);
            if (instead) {
                fp_out_write(out, s + plain, i - plain);
                fp_out_puts(out, instead);
                plain = i + 1;
            }
            i++;
            continue;
        }
        len = fp_utf8_decode(s + i, n - i, &code);
        shown = visible(code, keep_blanks);
        /* U+FFFD may be the mending of a broken sequence: write it rather than the bytes */
        if (shown != code || code == FP_UTF8_REPLACEMENT) {
            fp_out_write(out, s + plain, i - plain);
            fp_out_write(out, bytes, fp_utf8_encode(shown, bytes));
            plain = i + len;
        }
        i += len;
    }
    fp_out_write(out, s + plain, n - plain);
}

void fp_escape_xml(struct fp_out *out, const char *s, size_t n)
{
    escape_xml(out, s, n, false);
}

void fp_escape_xml_text(struct fp_out *out, const char *s, size_t n)
{
    escape_xml(out, s, n, true);
}

/* ---- Markdown ---- */

static size_t longest_run(const char *s, size_t n, char of)
{
    size_t longest = 0, run = 0;

    for (size_t i = 0; i < n; i++) {
        run = s[i] == of ? run + 1 : 0;
        if (run > longest)
            longest = run;
    }
    return longest;
}

/* Separators of lines, and marks of the writing direction. */
static bool is_line_control(uint32_t code)
{
    return code == 0x2028 || code == 0x2029 || fp_utf8_turns_line(code);
}

static void repeat(struct fp_out *out, char c, size_t times)
{
    while (times--)
        fp_out_putc(out, c);
}

void fp_escape_markdown_code(struct fp_out *out, const char *s, size_t n)
{
    size_t fence = longest_run(s, n, '`') + 1;
    /* one space at either end is taken off when the span is read */
    bool pad = n && (s[0] == '`' || s[n - 1] == '`' || (s[0] == ' ' && s[n - 1] == ' '));

    if (!n)
        return;
    repeat(out, '`', fence);
    repeat(out, ' ', pad);
    for (size_t i = 0; i < n;) {
        uint32_t code;
        char bytes[4];

        i += fp_utf8_decode(s + i, n - i, &code);
        code = is_line_control(code) ? FP_UTF8_REPLACEMENT : visible(code, false);
        fp_out_write(out, bytes, fp_utf8_encode(code, bytes));
    }
    repeat(out, ' ', pad);
    repeat(out, '`', fence);
}

/* ---- URLs ---- */

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

static void escape_url(struct fp_out *out, const char *s, size_t n, char keep)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (is_unreserved(c) || (keep && c == (unsigned char)keep)) {
            fp_out_putc(out, (char)c);
        } else {
            char code[3] = { '%', hex[c >> 4], hex[c & 15] };

            fp_out_write(out, code, sizeof code);
        }
    }
}

void fp_escape_url(struct fp_out *out, const char *s, size_t n)
{
    escape_url(out, s, n, '\0');
}

void fp_escape_url_path(struct fp_out *out, const char *s, size_t n)
{
    escape_url(out, s, n, '/');
}
