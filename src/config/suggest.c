#include "config/suggest.h"

#include <stdint.h>
#include <string.h>

#define WORD 32 /* longer than any key */

static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Three rows of the table are enough: the one being filled and the two above it. */
static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
    size_t row[3][WORD + 1];

    for (size_t j = 0; j <= n; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = row[i % 3], *above = row[(i + 2) % 3], *higher = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t replace = above[j - 1] + (fold(a[i - 1]) != fold(b[j - 1]));

            now[j] = least(replace, least(above[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]))
                now[j] = least(now[j], higher[j - 2] + 1);
        }
    }
    return row[m % 3][n];
}

size_t fp_suggest_distance(const char *unknown, const char *known)
{
    size_t m = strlen(unknown), n = strlen(known);
    size_t shorter = least(m, n), apart, near;

    if (m > WORD || n > WORD)
        return SIZE_MAX;
    apart = distance(unknown, m, known, n);
    near = (m > n ? m : n) / 3;
    if (apart <= (near ? near : 1) && apart < shorter)
        return apart;
    /* The beginning of a word is a guess worth less than any near miss. */
    if (shorter >= 3 && distance(unknown, shorter, known, shorter) == 0)
        return WORD;
    return SIZE_MAX;
}
