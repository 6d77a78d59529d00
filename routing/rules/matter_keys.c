/* See matter_keys.h. */
#include "routing/rules/matter_keys.h"

#include <string.h>

enum { SERIAL_BYTES = 8, PREFIX_BYTES = 1 + sizeof(struct doc_id), WHOLE = PREFIX_BYTES + 9 };

static void put_serial(uint8_t *at, struct serial serial)
{
	for (unsigned i = 0; i < SERIAL_BYTES; i++)
		at[i] = (uint8_t)(serial.n >> (8 * (SERIAL_BYTES - 1 - i)));
}

static struct serial get_serial(const uint8_t *at)
{
	struct serial serial = { 0 };

	for (unsigned i = 0; i < SERIAL_BYTES; i++)
		serial.n = serial.n << 8 | at[i];
	return serial;
}

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
	put_serial(k.bytes + PREFIX_BYTES + 1, serial);
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
	*serial = get_serial(k->bytes + PREFIX_BYTES + 1);
	return *role == ROLE_OUT || *role == ROLE_IN || *role == ROLE_PAPER;
}

struct key matter_reminder_prefix(const struct doc_id *of, enum role role, struct committee_id whom)
{
	struct key k = matter_prefix(MATTER_REMINDED, of);
	size_t len = strlen(whom.text);

	k.bytes[PREFIX_BYTES] = (uint8_t)role;
	k.len_bytes = PREFIX_BYTES + 1;
	if (len == 0)
		return k;
	memcpy(k.bytes + k.len_bytes, whom.text, len + 1); /* with the 0: no id begins another */
	k.len_bytes = (uint8_t)(k.len_bytes + len + 1);
	return k;
}

struct key matter_reminder_key(const struct doc_id *of, enum role role, struct committee_id whom,
			       struct serial serial)
{
	struct key k = matter_reminder_prefix(of, role, whom);

	put_serial(k.bytes + k.len_bytes, serial);
	k.len_bytes += SERIAL_BYTES;
	return k;
}

bool matter_reminder_parse(const struct key *k, struct serial *serial)
{
	if (k->len_bytes <= PREFIX_BYTES + 1 + SERIAL_BYTES || k->bytes[0] != MATTER_REMINDED)
		return false;
	*serial = get_serial(k->bytes + k->len_bytes - SERIAL_BYTES);
	return true;
}
