/*
 * Hashing for in-memory tables. Never part of any output: nothing that is
 * written depends on these values.
 *
 * Names come from outside, so a table of names is seeded from the kernel's
 * random numbers (fp_hash_seed): inputs cannot be made to collide on purpose.
 */
#ifndef FP_BASE_HASH_H
#define FP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A new unpredictable seed. */
uint64_t fp_hash_seed(void);

uint64_t fp_hash_bytes(const void *bytes, size_t n, uint64_t seed);

/* Of two words; the same purpose, a few cycles. */
static inline uint32_t fp_hash_pair(uint64_t a, uint64_t b, uint64_t seed)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)(a ^ seed) * (b ^ (seed >> 32 | seed << 32) ^ UINT64_C(0xe7037ed1a0b428db));

    product = (wide)((uint64_t)product ^ UINT64_C(0xa0761d6478bd642f)) * ((uint64_t)(product >> 64) ^ seed);
    return (uint32_t)(product ^ (product >> 64));
}

/* Mixes all bits of x into all bits of the result (a bijection). */
static inline uint64_t fp_hash_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

/* FNV-1a: not seeded and slow, but the same everywhere; for what must be stable (colours, shards). */
uint32_t fp_hash_stable(const void *bytes, size_t n);

#endif
