/* See ledger.h. */
#include "daemon/store/ledger.h"

#include <string.h>

#include "proto/crc32c.h"
#include "proto/record_codec.h"

/* The finalizer of MurmurHash3: each bit in changes half of those that come out. */
static uint64_t mixed(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* A sum of parts, and not an exclusive or: a record that is there twice must not cancel itself. */
static uint64_t part_of(enum family f, const struct key *key, struct blob value)
{
	size_t head =
		value.len_bytes < RECORD_OVERHEAD_BYTES ? value.len_bytes : RECORD_OVERHEAD_BYTES;
	uint64_t h = (uint64_t)f << 56 ^ (uint64_t)value.len_bytes << 16 ^ key->len_bytes, word;

	for (size_t at = 0; at < key->len_bytes; at += sizeof word) {
		size_t n = key->len_bytes - at;

		word = 0;
		memcpy(&word, key->bytes + at, n < sizeof word ? n : sizeof word);
		h = mixed(h ^ word);
	}
	word = 0;
	if (head > 0)
		memcpy(&word, value.data, head);
	return mixed(h ^ word);
}

void ledger_add(struct ledger *l, enum family f, const struct key *key, struct blob value)
{
	l->of[f].count++;
	l->of[f].digest += part_of(f, key, value);
}

void ledger_remove(struct ledger *l, enum family f, const struct key *key, struct blob value)
{
	l->of[f].count--;
	l->of[f].digest -= part_of(f, key, value);
}

/* ---- version ‖ CRC-32C of what follows ‖ commit ‖ families ‖ (count ‖ digest) each ---- */

enum { LEDGER_VERSION = 1 };

static void put(uint8_t *at, uint64_t n, size_t width)
{
	for (size_t i = width; i-- > 0; n >>= 8)
		at[i] = (uint8_t)n;
}

static uint64_t got(const uint8_t *at, size_t width)
{
	uint64_t n = 0;

	for (size_t i = 0; i < width; i++)
		n = n << 8 | at[i];
	return n;
}

size_t ledger_encode(const struct ledger *l, uint8_t out[LEDGER_BYTES_MAX])
{
	uint8_t *at = out + LEDGER_HEAD_BYTES;

	out[0] = LEDGER_VERSION;
	put(out + 5, l->commit, 8);
	put(out + 13, FAMILY_COUNT, 2);
	for (unsigned f = 0; f < FAMILY_COUNT; f++, at += 16) {
		put(at, l->of[f].count, 8);
		put(at + 8, l->of[f].digest, 8);
	}
	put(out + 1, crc32c(0, (struct blob){ out + 5, LEDGER_BYTES_MAX - 5 }), 4);
	return LEDGER_BYTES_MAX;
}

bool ledger_decode(struct blob bytes, struct ledger *out)
{
	const uint8_t *at = bytes.data + LEDGER_HEAD_BYTES;
	size_t families;

	memset(out, 0, sizeof *out);
	if (bytes.len_bytes < LEDGER_HEAD_BYTES || bytes.data[0] != LEDGER_VERSION ||
	    got(bytes.data + 1, 4) !=
		    crc32c(0, (struct blob){ bytes.data + 5, bytes.len_bytes - 5 }))
		return false;
	families = got(bytes.data + 13, 2);
	if (families > FAMILY_COUNT || bytes.len_bytes != LEDGER_HEAD_BYTES + 16 * families)
		return false;
	out->commit = got(bytes.data + 5, 8);
	for (size_t f = 0; f < families; f++, at += 16)
		out->of[f] = (struct ledger_sum){ got(at, 8), got(at + 8, 8) };
	return true;
}
