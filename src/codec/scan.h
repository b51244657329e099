/*
 * The innermost loops of the readers: runs of plain bytes and whole numbers, eight bytes at a time, and rows of four
 * numbers at once where the processor has SSE2.
 *
 * Each has a plain twin (…_bytes) that takes one byte after the other, does the same, and stands in where the order
 * of bytes in a word is another one. Both are tested against each other.
 *
 *     n = fp_scan_plain(p, end - p, &all);     // bytes before the first '"', '\\' or control character
 *     after = fp_scan_number(p, &value);       // NULL: look closer
 *     after = fp_scan_row(p, row, 4);          // "[12,0,7,7]"; NULL: look closer
 */
#ifndef FP_CODEC_SCAN_H
#define FP_CODEC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define FP_SCAN_NUMBER_ROOM 24 /* bytes from the number's first on that can be read, whatever they are */
#define FP_SCAN_ROW_ROOM 80    /* the same of a row, and two bytes behind it */

/* Stands for itself in a JSON string. */
static inline bool fp_scan_is_plain(char c)
{
    return c != '"' && c != '\\' && (unsigned char)c >= 0x20;
}

static inline size_t fp_scan_plain_bytes(const char *p, size_t n, unsigned char *all)
{
    size_t i = 0;

    while (i < n && fp_scan_is_plain(p[i]))
        *all |= (unsigned char)p[i++];
    return i;
}

/* "0", "12", but not "007", "", or what has 16 digits or more. */
static inline const char *fp_scan_number_bytes(const char *p, int64_t *ret)
{
    const char *start = p;
    int64_t value = 0;

    while (*p >= '0' && *p <= '9' && p - start < 16)
        value = value * 10 + (*p++ - '0');
    if (p == start || p - start == 16 || (*start == '0' && p - start > 1))
        return NULL;
    *ret = value;
    return p;
}

#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

#define FP_SCAN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t fp_scan_load(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

/* The top bit of each byte that is 0: right up to the first of them, which is what counts. */
static inline uint64_t fp_scan_zeros(uint64_t word)
{
    return (word - FP_SCAN_EACH(1)) & ~word & FP_SCAN_EACH(0x80);
}

/* Length of the run of plain bytes at p, at most n; their bits are added to *all. */
static inline size_t fp_scan_plain(const char *p, size_t n, unsigned char *all)
{
    size_t i = 0;
    uint64_t high = 0;

    for (; n - i >= 8; i += 8) {
        uint64_t word = fp_scan_load(p + i);
        uint64_t stop = ((word - FP_SCAN_EACH(0x20)) & ~word & FP_SCAN_EACH(0x80)) |
                        fp_scan_zeros(word ^ FP_SCAN_EACH('"')) | fp_scan_zeros(word ^ FP_SCAN_EACH('\\'));

        if (stop) {
            unsigned plain = (unsigned)__builtin_ctzll(stop) & ~7u; /* in bits */

            high |= word & (((uint64_t)1 << plain) - 1);
            i += plain / 8;
            goto done;
        }
        high |= word;
    }
    i += fp_scan_plain_bytes(p + i, n - i, all);
done:
    if (high & FP_SCAN_EACH(0x80))
        *all |= 0x80;
    return i;
}

/* Eight digits, the first in the lowest byte, each as its value. */
static inline uint64_t fp_scan_eight(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8); /* pairs, in every other byte */
    return ((digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
            ((digits >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >> 32;
}

/* A whole number of at most 15 digits: the position behind it, or NULL when it is none or something is odd about it. */
static inline const char *fp_scan_number(const char *p, int64_t *ret)
{
    static const int64_t power[8] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
    uint64_t digits = fp_scan_load(p) ^ FP_SCAN_EACH('0');
    uint64_t others = ((digits + FP_SCAN_EACH(0x76)) | digits) & FP_SCAN_EACH(0x80); /* a byte above 9 */
    int64_t value = 0;
    unsigned bits;

    if (!(digits & 0xFF) && !(others & 0x8000))
        return NULL; /* a zero in front */
    if (!others) {
        value = (int64_t)fp_scan_eight(digits);
        p += 8;
        digits = fp_scan_load(p) ^ FP_SCAN_EACH('0');
        others = ((digits + FP_SCAN_EACH(0x76)) | digits) & FP_SCAN_EACH(0x80);
        if (!others)
            return NULL;
        if (others & 0x80) {
            *ret = value;
            return p;
        }
    } else if (others & 0x80) {
        return NULL;
    }
    bits = (unsigned)__builtin_ctzll(others) & ~7u; /* 8 to 56 */
    *ret = value * power[bits / 8] + (int64_t)fp_scan_eight(digits << (64 - bits));
    return p + bits / 8;
}

#else

static inline size_t fp_scan_plain(const char *p, size_t n, unsigned char *all)
{
    return fp_scan_plain_bytes(p, n, all);
}

static inline const char *fp_scan_number(const char *p, int64_t *ret)
{
    return fp_scan_number_bytes(p, ret);
}

#endif

/* "[12,0,7,7]", n whole numbers, wherever they are read one after the other. */
static inline const char *fp_scan_row_numbers(const char *p, int64_t *row, size_t n)
{
    const char *start = p;

    if (*p++ != '[')
        return NULL;
    for (size_t i = 0; i < n; i++) {
        p = p - start > FP_SCAN_ROW_ROOM - FP_SCAN_NUMBER_ROOM ? NULL : fp_scan_number(p, &row[i]);
        if (!p || *p++ != (i + 1 < n ? ',' : ']'))
            return NULL;
    }
    return p;
}

#ifdef __SSE2__

#define FP_SCAN_ROW_OF_4

/* A bit for each of 16 bytes: 1 where it is a digit. */
static inline uint64_t fp_scan_are_digits(const char *p)
{
    __m128i bytes;

    memcpy(&bytes, p, sizeof bytes);
    /* '0' … '9' become 118 … 127, the largest there are */
    bytes = _mm_cmpgt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(127 - '9')), _mm_set1_epi8(117));
    return (unsigned)_mm_movemask_epi8(bytes);
}

/* Two numbers of at most eight digits, as text that ends with the word and begins with zero bytes: each as four pairs. */
static inline __m128i fp_scan_pairs(uint64_t a, uint64_t b)
{
    __m128i text = _mm_set_epi64x((long long)b, (long long)a);
    __m128i digits = _mm_subs_epu8(text, _mm_set1_epi8('0'));
    __m128i tens = _mm_and_si128(digits, _mm_set1_epi16(0xFF));

    return _mm_add_epi16(_mm_mullo_epi16(tens, _mm_set1_epi16(10)), _mm_srli_epi16(digits, 8));
}

/* The number that ends at the first of `others`: its digits, the last one in the highest byte, zero bytes before them. */
static inline uint64_t fp_scan_digits(const char *p, unsigned *at, uint64_t *others, char then, unsigned *odd)
{
    const char *digits = p + *at;
    unsigned end, length;

    *others &= *others - 1; /* done with what stood before the number */
    end = (unsigned)__builtin_ctzll(*others);
    length = end - *at;
    *odd |= length - 1 > 7;
    *odd |= (length > 1) & (*digits == '0');
    *odd |= (unsigned)(p[end] ^ then);
    *at = end + 1;
    return fp_scan_load(digits) << (64 - 8 * length) % 64;
}

/* "[12,0,7,7]", none of more than eight digits; NULL when it is something else. Where numbers end is found for all of
 * them at once, and then all of them are read at once. */
static inline const char *fp_scan_row_of_4(const char *p, int64_t row[4])
{
    const __m128i hundreds = _mm_set1_epi32(1 << 16 | 100), myriads = _mm_set1_epi32(1 << 16 | 10000);
    uint64_t others = ~(fp_scan_are_digits(p) | fp_scan_are_digits(p + 16) << 16 | fp_scan_are_digits(p + 32) << 32);
    unsigned at = 1, odd = *p != '[';
    uint64_t a = fp_scan_digits(p, &at, &others, ',', &odd), b = fp_scan_digits(p, &at, &others, ',', &odd),
             c = fp_scan_digits(p, &at, &others, ',', &odd), d = fp_scan_digits(p, &at, &others, ']', &odd);
    __m128i values;

    if (odd)
        return NULL;
    values = _mm_madd_epi16(_mm_packs_epi32(_mm_madd_epi16(fp_scan_pairs(a, b), hundreds),
                                            _mm_madd_epi16(fp_scan_pairs(c, d), hundreds)),
                            myriads);
    _mm_storeu_si128((__m128i *)row, _mm_unpacklo_epi32(values, _mm_setzero_si128()));
    _mm_storeu_si128((__m128i *)(row + 2), _mm_unpackhi_epi32(values, _mm_setzero_si128()));
    return p + at;
}

#endif

static inline const char *fp_scan_row(const char *p, int64_t *row, size_t n)
{
#ifdef FP_SCAN_ROW_OF_4
    const char *after = n == 4 ? fp_scan_row_of_4(p, row) : NULL;

    if (after)
        return after;
#endif
    return fp_scan_row_numbers(p, row, n);
}

#endif
