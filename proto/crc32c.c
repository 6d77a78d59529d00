/* CRC-32C (polynomial 0x82f63b78 reflected), see crc32c.h: by the processor's instruction where it
 * has one, else by table, eight bytes a step. Every stored value is checked when it is read, so on
 * the hot path the table was the largest single cost after the signatures. */
#include "proto/crc32c.h"

#include <pthread.h>
#include <string.h>

static uint32_t crc_table[8][256];
static pthread_once_t crc_once = PTHREAD_ONCE_INIT;

static void crc_fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
		crc_table[0][i] = crc;
	}
	for (uint32_t i = 0; i < 256; i++) {
		for (unsigned t = 1; t < 8; t++)
			crc_table[t][i] =
			    crc_table[t - 1][i] >> 8 ^ crc_table[0][crc_table[t - 1][i] & 0xff];
	}
}

uint32_t crc32c_by_table(uint32_t crc, struct blob bytes)
{
	const uint8_t *p = bytes.data;
	size_t left = bytes.len_bytes;

	pthread_once(&crc_once, crc_fill);
	crc = ~crc;
	for (; left >= 8; p += 8, left -= 8) {
		uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
				      (uint32_t)p[3] << 24);

		crc = crc_table[7][low & 0xff] ^ crc_table[6][low >> 8 & 0xff] ^
		      crc_table[5][low >> 16 & 0xff] ^ crc_table[4][low >> 24] ^
		      crc_table[3][p[4]] ^ crc_table[2][p[5]] ^ crc_table[1][p[6]] ^
		      crc_table[0][p[7]];
	}
	while (left-- > 0)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *p++) & 0xff];
	return ~crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, struct blob bytes)
{
	const uint8_t *p = bytes.data;
	size_t left = bytes.len_bytes;
	uint64_t wide = (uint32_t)~crc;
	uint32_t narrow;

	for (; left >= sizeof wide; p += sizeof wide, left -= sizeof wide) {
		uint64_t word;

		memcpy(&word, p, sizeof word);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	narrow = (uint32_t)wide;
	while (left-- > 0)
		narrow = __builtin_ia32_crc32qi(narrow, *p++);
	return ~narrow;
}

uint32_t crc32c(uint32_t crc, struct blob bytes)
{
	return __builtin_cpu_supports("sse4.2") ? by_instruction(crc, bytes)
						: crc32c_by_table(crc, bytes);
}
#else
uint32_t crc32c(uint32_t crc, struct blob bytes)
{
	return crc32c_by_table(crc, bytes);
}
#endif
