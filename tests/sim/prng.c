/* See prng.h. */
#include "tests/sim/prng.h"

static uint64_t rotate(uint64_t x, unsigned k)
{
	return x << k | x >> (64 - k);
}

void prng_seed(struct prng *p, uint64_t seed)
{
	/* splitmix64 spreads a small seed over the state. */
	for (unsigned i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		p->s[i] = z ^ z >> 31;
	}
}

uint64_t prng_next(struct prng *p)
{
	uint64_t result = rotate(p->s[1] * 5, 7) * 9, t = p->s[1] << 17;

	p->s[2] ^= p->s[0];
	p->s[3] ^= p->s[1];
	p->s[1] ^= p->s[2];
	p->s[0] ^= p->s[3];
	p->s[2] ^= t;
	p->s[3] = rotate(p->s[3], 45);
	return result;
}

uint64_t prng_below(struct prng *p, uint64_t n)
{
	return prng_next(p) % n;
}

bool prng_chance(struct prng *p, unsigned per_mille)
{
	return prng_below(p, 1000) < per_mille;
}

void prng_fill(struct prng *p, void *out, size_t len_bytes)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < len_bytes; i++)
		bytes[i] = (uint8_t)prng_next(p);
}
