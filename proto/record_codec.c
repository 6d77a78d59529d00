/* Stored values: version, checksum, message; see record_codec.h. */
#include "proto/record_codec.h"

#include <assert.h>
#include <string.h>

#include "proto/crc32c.h"
#include "proto/feed_record.h"
#include "proto/office_record.h"
#include "proto/record_decode.h"
#include "proto/record_encode.h"
#include "proto/report.h"

/* New families come at the end, so that one without a row does not compile. */
static const struct {
	enum err (*encode)(struct arena *a, const struct record *r, struct blob *out);
	enum err (*decode)(struct arena *a, struct blob bytes, struct record *out);
} families[] = {
	[FAMILY_META] = { record_encode_meta, record_decode_meta },
	[FAMILY_IDENT] = { record_encode_ident, record_decode_ident },
	[FAMILY_DOCUMENT] = { record_encode_document, record_decode_document },
	[FAMILY_STATE] = { record_encode_state, record_decode_state },
	[FAMILY_ENVELOPE] = { record_encode_envelope, record_decode_envelope },
	[FAMILY_RELAY] = { record_encode_relay, record_decode_relay },
	[FAMILY_ROUTE] = { record_encode_route, record_decode_route },
	[FAMILY_RECEIPT] = { record_encode_receipt, record_decode_receipt },
	[FAMILY_STREAM] = { record_encode_stream, record_decode_stream },
	[FAMILY_LINKIN] = { record_encode_linkin, record_decode_linkin },
	[FAMILY_LINKOUT] = { record_encode_linkout, record_decode_linkout },
	[FAMILY_FETCH] = { record_encode_fetch, record_decode_fetch },
	[FAMILY_FILE] = { record_encode_nothing, record_decode_nothing },
	[FAMILY_SWEEP] = { record_encode_nothing, record_decode_nothing },
	[FAMILY_COMMITTEE] = { record_encode_committee, record_decode_committee },
	[FAMILY_SUBORDINATE] = { record_encode_nothing, record_decode_nothing },
	[FAMILY_DIRECTORY] = { record_encode_directory, record_decode_directory },
	[FAMILY_KEY] = { record_encode_key, record_decode_key },
	[FAMILY_ACT] = { record_encode_act, record_decode_act },
	[FAMILY_COUNTER] = { record_encode_counter, record_decode_counter },
	[FAMILY_PAPER] = { record_encode_paper, record_decode_paper },
	[FAMILY_NUMBER] = { record_encode_nothing, record_decode_nothing },
	[FAMILY_ASIDE] = { record_encode_aside, record_decode_aside },
	[FAMILY_STAGED] = { record_encode_committee, record_decode_committee },
	[FAMILY_CHANGED] = { record_encode_nothing, record_decode_nothing },
	[FAMILY_WORK] = { office_record_encode_work, office_record_decode_work },
	[FAMILY_STATUS] = { office_record_encode_status, office_record_decode_status },
	[FAMILY_LINE] = { office_record_encode_line, office_record_decode_line },
	[FAMILY_SERIES] = { office_record_encode_series, office_record_decode_series },
	[FAMILY_OPEN] = { office_record_encode_open, office_record_decode_open },
	[FAMILY_TOLD] = { office_record_encode_told, office_record_decode_told },
	[FAMILY_EARLY] = { office_record_encode_early, office_record_decode_early },
	[FAMILY_DROPPED] = { record_encode_nothing, record_decode_nothing },
	[FAMILY_REPORT] = { report_record_encode, report_record_decode },
	[FAMILY_FIGURES] = { report_record_encode_figures, report_record_decode_figures },
	[FAMILY_DECLARED] = { report_record_encode_declared, report_record_decode_declared },
	[FAMILY_FEED] = { feed_record_encode, feed_record_decode },
	[FAMILY_GONE] = { office_record_encode_gone, office_record_decode_gone },
	[FAMILY_HISTORY] = { record_encode_history, record_decode_history },
	[FAMILY_ACCEPTED] = { office_record_encode_accepted, office_record_decode_accepted },
};
_Static_assert(sizeof families / sizeof families[0] == FAMILY_COUNT, "a family without a codec");

static bool has_codec(enum family f)
{
	return (unsigned)f < FAMILY_COUNT && families[f].encode != NULL;
}

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
	enum err e;

	assert(has_codec(r->family));
	e = families[r->family].encode(a, r, &message);
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

enum err record_check(enum family family, const struct key *key, struct blob value)
{
	uint32_t stored = 0;
	struct blob message;

	if (value.len_bytes < RECORD_OVERHEAD_BYTES)
		return ERR_DAMAGED;
	message = (struct blob){ value.data + RECORD_OVERHEAD_BYTES,
				 value.len_bytes - RECORD_OVERHEAD_BYTES };
	for (unsigned i = 0; i < 4; i++)
		stored = stored << 8 | value.data[1 + i];
	return stored == checksum(value.data[0], family, key, message) ? ERR_OK : ERR_DAMAGED;
}

enum err record_decode(struct arena *a, enum family family, const struct key *key,
		       struct blob value, struct record *out)
{
	struct blob message;
	enum err e = record_check(family, key, value);

	memset(out, 0, sizeof *out);
	if (e != ERR_OK)
		return e;
	message = (struct blob){ value.data + RECORD_OVERHEAD_BYTES,
				 value.len_bytes - RECORD_OVERHEAD_BYTES };
	if (value.data[0] != RECORD_VERSION)
		/* the checksum is right: it is no damage but a newer writer */
		return ERR_STORE_VERSION;
	out->family = family;
	e = has_codec(family) ? families[family].decode(a, message, out) : ERR_FORMAT;
	return e == ERR_OK || e == ERR_NO_MEMORY ? e : ERR_DAMAGED;
}
