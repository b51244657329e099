#include "flame/label.h"

#include <glib.h>
#include <stdint.h>

#include "base/utf8.h"
#include "flame/short_name.h"

#define ELLIPSIS "\xE2\x80\xA6"
/* More zero-width characters in a row than any script or emoji needs: the rest is left out, or a name of
 * nothing else would put its 64 KiB into the narrowest box. */
#define MARKS_MAX 12

/* The character that is shown for `code`, which may be one that must not reach a page or a terminal. */
static uint32_t shown(uint32_t code)
{
    if (code < 0x20)
        return 0x2400 + code;
    if (code == 0x7F)
        return 0x2421;
    if ((code >= 0x80 && code < 0xA0) || (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF))
        return FP_UTF8_REPLACEMENT;
    if (fp_utf8_turns_line(code))
        return FP_UTF8_REPLACEMENT;
    return code;
}

static size_t cells_of(uint32_t code)
{
    if (code < 0x300)
        return code == 0xAD ? 0 : 1;
    if (g_unichar_iszerowidth(code))
        return 0;
    return g_unichar_iswide(code) ? 2 : 1;
}

size_t fp_label_cells(struct fp_slice name, size_t stop)
{
    size_t cells = 0;

    for (size_t i = 0; i < name.len && cells <= stop;) {
        uint32_t code;

        i += fp_utf8_decode(name.data + i, name.len - i, &code);
        cells += cells_of(shown(code));
    }
    return cells;
}

/* Appends characters while they fit into `cells`; zero-width ones go with the character before. */
static size_t append_cells(struct fp_slice name, size_t cells, struct fp_str *out)
{
    size_t used = 0, marks = 0;

    for (size_t i = 0; i < name.len;) {
        char bytes[4];
        uint32_t code;
        size_t width;

        i += fp_utf8_decode(name.data + i, name.len - i, &code);
        code = shown(code);
        width = cells_of(code);
        if (used + width > cells)
            break;
        used += width;
        marks = width ? 0 : marks + 1;
        if (marks > MARKS_MAX)
            continue;
        fp_str_append(out, bytes, fp_utf8_encode(code, bytes));
    }
    return used;
}

size_t fp_label_fit(struct fp_slice name, size_t cells, struct fp_str *out)
{
    if (fp_label_cells(name, cells) <= cells)
        return append_cells(name, cells, out);
    if (cells < 3)
        return 0;
    cells = append_cells(name, cells - 1, out);
    fp_str_puts(out, ELLIPSIS);
    return cells + 1;
}

size_t fp_label_fit_name(struct fp_slice name, size_t cells, struct fp_str *out)
{
    struct fp_short_names forms;
    size_t low = 0, high;

    if (fp_label_cells(name, cells) <= cells)
        return append_cells(name, cells, out);
    if (cells < 3)
        return 0;
    fp_short_names_find(name, &forms);
    for (high = forms.count; low < high;) { /* each is shorter than the one before */
        size_t middle = low + (high - low) / 2;

        if (fp_label_cells(fp_short_names_at(&forms, middle), cells) <= cells)
            high = middle;
        else
            low = middle + 1;
    }
    if (low < forms.count)
        return append_cells(fp_short_names_at(&forms, low), cells, out);
    return fp_label_fit(forms.count ? fp_short_names_at(&forms, forms.count - 1) : name, cells, out);
}
