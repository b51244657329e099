#include "base/hash.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

uint64_t fp_hash_seed(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed) {
        struct timespec now; /* early boot: worse, but only a speed matter */

        clock_gettime(CLOCK_MONOTONIC, &now);
        seed = fp_hash_mix((uint64_t)now.tv_nsec ^ ((uint64_t)(uintptr_t)&seed << 20));
    }
    return seed;
}

/* The 128-bit product folded to 64: every input bit reaches every output bit. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t fp_hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = seed ^ (n * UINT64_C(0x9e3779b97f4a7c15));
    uint64_t a, b;

    while (n >= 16) {
        memcpy(&a, p, 8);
        memcpy(&b, p + 8, 8);
        h = fold(a ^ UINT64_C(0xa0761d6478bd642f) ^ h, b ^ UINT64_C(0xe7037ed1a0b428db));
        p += 16;
        n -= 16;
    }
    a = b = 0;
    if (n)
        memcpy(&a, p, n < 8 ? n : 8);
    if (n > 8)
        memcpy(&b, p + 8, n - 8);
    h = fold(a ^ UINT64_C(0x8ebc6af09c88c6e3) ^ h, b ^ UINT64_C(0x589965cc75374cc3) ^ seed);
    return fp_hash_mix(h);
}

uint32_t fp_hash_stable(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint32_t h = UINT32_C(2166136261);

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * UINT32_C(16777619);
    return h;
}
