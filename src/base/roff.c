#include "base/roff.h"

#include <stdbool.h>

#include "base/out.h"

/* Signs that roff takes for others: a hyphen that breaks, quotes that curl. */
static const char *sign_of(char c)
{
    switch (c) {
    case '\\': return "\\e";
    case '-': return "\\-";
    case '\'': return "\\(aq";
    case '`': return "\\(ga";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    default: return NULL;
    }
}

static void put_char(struct fp_out *out, char c)
{
    const char *sign = sign_of(c);

    if (sign)
        fp_out_puts(out, sign);
    else
        fp_out_putc(out, c);
}

void fp_roff_word(struct fp_out *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_char(out, text[i]);
}

void fp_roff_text(struct fp_out *out, const char *markdown)
{
    bool bold = false, first = true;

    for (const char *at = markdown; *at; at++) {
        if (first && *at == ' ')
            continue; /* a line that begins with a space would break the one before */
        if (first && *at == '.')
            fp_out_puts(out, "\\&");
        first = *at == '\n';
        if (*at == '`') {
            bold = !bold;
            fp_out_puts(out, bold ? "\\fB" : "\\fR");
        } else {
            put_char(out, *at);
        }
    }
    fp_out_puts(out, bold ? "\\fR\n" : "\n");
}
