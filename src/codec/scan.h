/*
 * The innermost loops of the readers: runs of plain bytes and whole numbers, eight bytes at a time.
 *
 * Each has a plain twin (…_bytes) that takes one byte after the other, does the same, and stands in where the order
 * of bytes in a word is another one. Both are tested against each other.
 *
 *     n = fp_scan_plain(p, end - p, &all);     // bytes before the first '"', '\\' or control character
 *     after = fp_scan_number(p, &value);       // NULL: look closer
 */
#ifndef FP_CODEC_SCAN_H
#define FP_CODEC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FP_SCAN_NUMBER_ROOM 24 /* bytes from the number's first on that can be read, whatever they are */

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

#endif
