/* See matter_keys.h. */
#include "routing/rules/matter_keys.h"

#include <string.h>

enum { SERIAL_BYTES = 8, PREFIX_BYTES = 1 + sizeof(struct doc_id), WHOLE = PREFIX_BYTES + 9 };

struct key matter_prefix(enum matter_link link, const struct doc_id *of)
{
	struct key k = { .len_bytes = PREFIX_BYTES };

	k.bytes[0] = (uint8_t)link;
	memcpy(k.bytes + 1, of->bytes, sizeof of->bytes);
	return k;
}

struct key matter_key(enum matter_link link, const struct doc_id *of, enum role role,
		      struct serial serial)
{
	struct key k = matter_prefix(link, of);

	k.bytes[PREFIX_BYTES] = (uint8_t)role;
	for (unsigned i = 0; i < SERIAL_BYTES; i++)
		k.bytes[PREFIX_BYTES + 1 + i] = (uint8_t)(serial.n >> (8 * (SERIAL_BYTES - 1 - i)));
	k.len_bytes = WHOLE;
	return k;
}

bool matter_parse(const struct key *k, enum role *role, struct serial *serial)
{
	if (k->len_bytes != WHOLE ||
	    (k->bytes[0] != MATTER_ANSWERED && k->bytes[0] != MATTER_FINISHED &&
	     k->bytes[0] != MATTER_CONCERNED))
		return false;
	*role = (enum role)k->bytes[PREFIX_BYTES];
	serial->n = 0;
	for (unsigned i = 0; i < SERIAL_BYTES; i++)
		serial->n = serial->n << 8 | k->bytes[PREFIX_BYTES + 1 + i];
	return *role == ROLE_OUT || *role == ROLE_IN || *role == ROLE_PAPER;
}
