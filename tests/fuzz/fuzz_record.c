/* Any bytes as a stored value: the first byte says of which family, the rest is the message, under
 * a checksum that is right. What is taken is encoded and taken again as the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "proto/crc32c.h"
#include "proto/record_codec.h"

struct value {
	enum family family;
	struct key key;
};

/* As record_encode does it. */
static struct blob with_checksum(struct arena *a, const struct value *v, struct blob message)
{
	const uint8_t head[2] = { RECORD_VERSION, (uint8_t)v->family };
	uint32_t crc = crc32c(0, (struct blob){ head, sizeof head });
	uint8_t *out = arena_raw(a, RECORD_OVERHEAD_BYTES + message.len_bytes);

	if (out == NULL)
		return (struct blob){ NULL, 0 };
	crc = crc32c(crc, (struct blob){ v->key.bytes, v->key.len_bytes });
	crc = crc32c(crc, message);
	out[0] = RECORD_VERSION;
	for (unsigned i = 0; i < 4; i++)
		out[1 + i] = (uint8_t)(crc >> (8 * (3 - i)));
	if (message.len_bytes > 0)
		memcpy(out + RECORD_OVERHEAD_BYTES, message.data, message.len_bytes);
	return (struct blob){ out, RECORD_OVERHEAD_BYTES + message.len_bytes };
}

static enum err decode(struct arena *a, struct blob in, void *ctx)
{
	const struct value *v = ctx;
	struct blob value = with_checksum(a, v, in), first, second;
	struct record r, back;
	enum err e = value.data == NULL ? ERR_NO_MEMORY
					: record_decode(a, v->family, &v->key, value, &r);

	if (e == ERR_OK)
		e = record_encode(a, &v->key, &r, &first);
	if (e == ERR_OK)
		e = record_decode(a, v->family, &v->key, first, &back);
	if (e == ERR_OK)
		e = record_encode(a, &v->key, &back, &second);
	must(e != ERR_OK || (first.len_bytes == second.len_bytes &&
			     memcmp(first.data, second.data, first.len_bytes) == 0));
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value v = { .key = { .len_bytes = 8, .bytes = "fuzzing" } };
	struct record r;
	struct arena *a = arena_new(FUZZ_ARENA_BYTES);
	enum err e;

	must(a != NULL);
	/* as it is, without a checksum */
	v.family = FAMILY_META;
	e = record_decode(a, v.family, &v.key, (struct blob){ data, size }, &r);
	must(e == ERR_OK || e == ERR_DAMAGED || e == ERR_STORE_VERSION || e == ERR_NO_MEMORY);
	arena_destroy(a);
	if (size == 0)
		return 0;
	v.family = (enum family)(data[0] % (FAMILY_COUNT + 1)); /* one of them is none */
	e = fuzz_twice(decode, (struct blob){ data + 1, size - 1 }, &v);
	must(e == ERR_OK || e == ERR_DAMAGED || e == ERR_NO_MEMORY);
	return 0;
}
