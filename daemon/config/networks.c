/* See networks.h. */
#include "daemon/config/networks.h"

#include <arpa/inet.h>
#include <string.h>

enum { WORD_SIZE = 64, IPV4_AT = 12, IPV4_BITS = 32, IPV6_BITS = 128 };

static const uint8_t mapped[IPV4_AT] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* Whether the first `bits` are the same. */
static bool same(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	return memcmp(a, b, bits / 8) == 0 &&
	       (bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0);
}

static bool read_bits(const char *text, unsigned most, unsigned *out)
{
	unsigned n = 0;
	size_t len = strlen(text);

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len)
		return false;
	for (; *text != '\0'; text++)
		n = n * 10 + (unsigned)(*text - '0');
	*out = n;
	return n <= most;
}

static bool read_one(char *word, struct config_network *out)
{
	char *slash = strchr(word, '/');
	uint8_t rest[CONFIG_ADDRESS_BYTES] = { 0 };
	unsigned most, bits;

	if (slash != NULL)
		*slash = '\0';
	memcpy(out->address, mapped, sizeof mapped);
	if (inet_pton(AF_INET, word, out->address + IPV4_AT) == 1)
		most = IPV4_BITS;
	else if (inet_pton(AF_INET6, word, out->address) == 1)
		most = IPV6_BITS;
	else
		return false;
	bits = most;
	if (slash != NULL && !read_bits(slash + 1, most, &bits))
		return false;
	out->bits = (uint8_t)(bits + IPV6_BITS - most);
	memcpy(rest, out->address, sizeof rest);
	for (unsigned i = out->bits; i < IPV6_BITS; i++)
		rest[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	return memcmp(rest, out->address, sizeof rest) == 0;
}

bool config_networks_parse(const char *text, struct config_networks *out)
{
	static const char between[] = ", \t";

	memset(out, 0, sizeof *out);
	for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
		size_t len = strcspn(text, between);
		char word[WORD_SIZE];

		if (len >= sizeof word || out->count == CONFIG_NETWORKS_MAX)
			return false;
		memcpy(word, text, len);
		word[len] = '\0';
		if (!read_one(word, &out->list[out->count++]))
			return false;
		text += len;
	}
	return true;
}

bool config_networks_have(const struct config_networks *n,
			  const uint8_t address[CONFIG_ADDRESS_BYTES])
{
	for (unsigned i = 0; i < n->count; i++) {
		if (same(n->list[i].address, address, n->list[i].bits))
			return true;
	}
	return false;
}
