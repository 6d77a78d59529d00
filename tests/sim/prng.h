/* The seed's randomness: xoshiro256** (Blackman, Vigna: public domain algorithm), so that a seed is
 * the same everywhere. */
#ifndef VANTHU_TESTS_SIM_PRNG_H
#define VANTHU_TESTS_SIM_PRNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prng {
	uint64_t s[4];
};

void prng_seed(struct prng *p, uint64_t seed);
uint64_t prng_next(struct prng *p);
uint64_t prng_below(struct prng *p, uint64_t n);              /* 0 … n−1; n > 0 */
bool prng_chance(struct prng *p, unsigned per_mille);
void prng_fill(struct prng *p, void *out, size_t len_bytes);

#endif
