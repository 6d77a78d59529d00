/* Stored values: version, checksum, message; see record_codec.h. */
#include "proto/record_codec.h"

#include <string.h>

#include "proto/crc32c.h"
#include "proto/record_decode.h"
#include "proto/record_encode.h"

static uint32_t checksum(uint8_t version, enum family family, const struct key *key,
			 struct blob message)
{
	const uint8_t head[2] = { version, (uint8_t)family };
	uint32_t crc = crc32c(0, (struct blob){ head, sizeof head });

	crc = crc32c(crc, (struct blob){ key->bytes, key->len_bytes });
	return crc32c(crc, message);
}

enum err record_encode(struct arena *a, const struct key *key, const struct record *r,
		       struct blob *out)
{
	struct blob message;
	uint8_t *value;
	uint32_t crc;
	enum err e = record_encode_message(a, r, &message);

	if (e != ERR_OK)
		return e;
	value = arena_raw(a, RECORD_OVERHEAD_BYTES + message.len_bytes);
	if (value == NULL)
		return ERR_NO_MEMORY;
	crc = checksum(RECORD_VERSION, r->family, key, message);
	value[0] = RECORD_VERSION;
	for (unsigned i = 0; i < 4; i++)
		value[1 + i] = (uint8_t)(crc >> (8 * (3 - i)));
	if (message.len_bytes > 0)
		memcpy(value + RECORD_OVERHEAD_BYTES, message.data, message.len_bytes);
	*out = (struct blob){ value, RECORD_OVERHEAD_BYTES + message.len_bytes };
	return ERR_OK;
}

enum err record_decode(struct arena *a, enum family family, const struct key *key,
		       struct blob value, struct record *out)
{
	struct blob message;
	uint32_t stored = 0;
	enum err e;

	memset(out, 0, sizeof *out);
	if (value.len_bytes < RECORD_OVERHEAD_BYTES)
		return ERR_DAMAGED;
	message = (struct blob){ value.data + RECORD_OVERHEAD_BYTES,
				 value.len_bytes - RECORD_OVERHEAD_BYTES };
	for (unsigned i = 0; i < 4; i++)
		stored = stored << 8 | value.data[1 + i];
	if (stored != checksum(value.data[0], family, key, message))
		return ERR_DAMAGED;
	if (value.data[0] != RECORD_VERSION)
		/* the checksum is right: it is no damage but a newer writer */
		return ERR_STORE_VERSION;
	out->family = family;
	e = record_decode_message(a, message, out);
	return e == ERR_OK || e == ERR_NO_MEMORY ? e : ERR_DAMAGED;
}
