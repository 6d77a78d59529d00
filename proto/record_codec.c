/* Stored values; see record_codec.h. One encoder and one decoder a family that holds more than its
 * key. */
#include "proto/record_codec.h"

#include <string.h>

#include "proto/crc32c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"
#include "proto/record_codec_internal.h"

static ProtobufCBinaryData digest(const struct digest *d)
{
	return field_bytes(d->bytes, sizeof d->bytes);
}

static ProtobufCBinaryData blob(struct blob b)
{
	return field_bytes(b.data, b.len_bytes);
}

ProtobufCBinaryData *codec_blobs(struct arena *a, const struct blob *list, uint32_t count)
{
	ProtobufCBinaryData *out = arena_array(a, count, sizeof *out);

	for (uint32_t i = 0; out != NULL && i < count; i++)
		out[i] = blob(list[i]);
	return out;
}

static enum err encode_note(struct arena *a, const struct rec_note *r, struct blob *out)
{
	Vanthu__V1__NoteRecord m = VANTHU__V1__NOTE_RECORD__INIT;

	m.number = r->number;
	m.bytes = blob(r->bytes);
	return pb_pack(a, &m.base, out);
}

static enum err encode_ident(struct arena *a, const struct rec_ident *r, struct blob *out)
{
	Vanthu__V1__IdentRecord m = VANTHU__V1__IDENT_RECORD__INIT;

	m.role = (uint32_t)r->role;
	m.serial = r->serial.n;
	m.digest = digest(&r->digest);
	m.submission = digest(&r->submission);
	return pb_pack(a, &m.base, out);
}

static enum err encode_state(struct arena *a, const struct rec_state *r, struct blob *out)
{
	Vanthu__V1__StateRecord m = VANTHU__V1__STATE_RECORD__INIT;

	m.delivered = r->delivered;
	m.refused = r->refused;
	m.complete_at_ms = r->complete_at_ms;
	m.closed_at_ms = r->closed_at_ms;
	m.held_at_ms = r->held_at_ms;
	m.expired = r->expired;
	m.content_dropped = r->content_dropped;
	m.code = (char *)(uintptr_t)r->code;
	return pb_pack(a, &m.base, out);
}

static enum err encode_envelope(struct arena *a, struct blob envelope, const struct blob *relays,
				uint32_t count, struct blob *out)
{
	Vanthu__V1__EnvelopeRecord m = VANTHU__V1__ENVELOPE_RECORD__INIT;

	m.envelope = blob(envelope);
	m.n_relays = count;
	m.relays = codec_blobs(a, relays, count);
	return m.relays == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

static enum err encode_receipt(struct arena *a, const struct rec_receipt *r, struct blob *out)
{
	Vanthu__V1__ReceiptRecord m = VANTHU__V1__RECEIPT_RECORD__INIT;

	m.envelope = blob(r->envelope.bytes);
	m.n_relays = r->relay_count;
	m.relays = codec_blobs(a, r->relays, r->relay_count);
	m.at_ms = r->at_ms;
	m.kind = (uint32_t)r->kind;
	m.reason = r->reason;
	m.digest = digest(&r->digest);
	return m.relays == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

static enum err encode_linkin(struct arena *a, const struct rec_linkin *r, struct blob *out)
{
	Vanthu__V1__LinkInRecord m = VANTHU__V1__LINK_IN_RECORD__INIT;
	Vanthu__V1__RejectedRecord each[REJECTED_MAX], *list[REJECTED_MAX];

	m.stream = field_bytes(r->stream.bytes, sizeof r->stream.bytes);
	m.begin = r->base;
	m.have = r->have;
	m.chain = digest(&r->chain);
	m.n_rejected = r->rejected_count;
	m.rejected = list;
	for (uint32_t i = 0; i < r->rejected_count; i++) {
		vanthu__v1__rejected_record__init(&each[i]);
		each[i].seq = r->rejected[i].seq;
		each[i].reason = r->rejected[i].reason;
		list[i] = &each[i];
	}
	return pb_pack(a, &m.base, out);
}

static enum err encode_linkout(struct arena *a, const struct rec_linkout *r, struct blob *out)
{
	Vanthu__V1__LinkOutRecord m = VANTHU__V1__LINK_OUT_RECORD__INIT;

	m.stream = field_bytes(r->stream.bytes, sizeof r->stream.bytes);
	m.begin = r->base;
	m.acked = r->acked;
	m.chain = digest(&r->chain);
	return pb_pack(a, &m.base, out);
}

static enum err encode_fetch(struct arena *a, const struct rec_fetch *r, struct blob *out)
{
	Vanthu__V1__FetchRecord m = VANTHU__V1__FETCH_RECORD__INIT;

	m.role = (uint32_t)r->role;
	m.serial = r->serial.n;
	return pb_pack(a, &m.base, out);
}

static enum err encode_committee(struct arena *a, const struct rec_committee *r, struct blob *out)
{
	Vanthu__V1__CommitteeRecord m = VANTHU__V1__COMMITTEE_RECORD__INIT;

	m.entry = blob(r->entry);
	m.replaces = r->replaces;
	return pb_pack(a, &m.base, out);
}

static enum err encode_directory(struct arena *a, const struct rec_directory *r, struct blob *out)
{
	Vanthu__V1__DirectoryHeadRecord m = VANTHU__V1__DIRECTORY_HEAD_RECORD__INIT;

	m.head = blob(r->head);
	return pb_pack(a, &m.base, out);
}

static enum err encode_key(struct arena *a, const struct rec_key *r, struct blob *out)
{
	Vanthu__V1__KeyRecord m = VANTHU__V1__KEY_RECORD__INIT;

	m.committee = (char *)(uintptr_t)r->committee.text;
	m.also = (char *)(uintptr_t)r->also.text;
	return pb_pack(a, &m.base, out);
}

static enum err encode_act(struct arena *a, const struct rec_act *r, struct blob *out)
{
	Vanthu__V1__ActRecord m = VANTHU__V1__ACT_RECORD__INIT;

	m.at_ms = r->at_ms;
	m.uid = r->uid;
	m.verb = (char *)(uintptr_t)r->verb;
	m.subject = (char *)(uintptr_t)r->subject;
	return pb_pack(a, &m.base, out);
}

static enum err encode_counter(struct arena *a, const struct target_count *r, struct blob *out)
{
	Vanthu__V1__CounterRecord m = VANTHU__V1__COUNTER_RECORD__INIT;

	m.digital = r->digital;
	m.paper = r->paper;
	m.pending = r->pending;
	m.refused = r->refused;
	m.secret = r->secret;
	return pb_pack(a, &m.base, out);
}

static enum err encode_paper(struct arena *a, const struct rec_paper *r, struct blob *out)
{
	Vanthu__V1__PaperRecord m = VANTHU__V1__PAPER_RECORD__INIT;

	m.direction = (uint32_t)r->direction;
	m.id = field_bytes(r->id.bytes, sizeof r->id.bytes);
	m.type_code = (char *)(uintptr_t)r->type_code;
	m.type_name = (char *)(uintptr_t)r->type_name;
	m.number = (char *)(uintptr_t)r->number;
	m.subject = (char *)(uintptr_t)r->subject;
	m.date = (char *)(uintptr_t)r->date;
	m.party = (char *)(uintptr_t)r->party;
	m.secrecy = (uint32_t)r->secrecy;
	m.added_at_ms = r->added_at_ms;
	m.uid = r->uid;
	m.cancelled_at_ms = r->cancelled_at_ms;
	m.reason = (char *)(uintptr_t)r->reason;
	return pb_pack(a, &m.base, out);
}

static enum err encode_message(struct arena *a, const struct record *r, struct blob *out)
{
	switch (r->family) {
	case FAMILY_META:
		return encode_note(a, &r->u.note, out);
	case FAMILY_IDENT:
		return encode_ident(a, &r->u.ident, out);
	case FAMILY_DOCUMENT:
		return codec_encode_document(a, &r->u.document, out);
	case FAMILY_STATE:
		return encode_state(a, &r->u.state, out);
	case FAMILY_ENVELOPE:
		return encode_envelope(a, r->u.envelope.envelope.bytes, r->u.envelope.relays,
				       r->u.envelope.relay_count, out);
	case FAMILY_RELAY:
		return encode_envelope(a, r->u.relay.envelope.bytes, NULL, 0, out);
	case FAMILY_ROUTE:
		return codec_encode_route(a, &r->u.route, out);
	case FAMILY_RECEIPT:
		return encode_receipt(a, &r->u.receipt, out);
	case FAMILY_STREAM:
		return codec_encode_stream(a, &r->u.stream, out);
	case FAMILY_LINKIN:
		return encode_linkin(a, &r->u.linkin, out);
	case FAMILY_LINKOUT:
		return encode_linkout(a, &r->u.linkout, out);
	case FAMILY_FETCH:
		return encode_fetch(a, &r->u.fetch, out);
	case FAMILY_COMMITTEE:
	case FAMILY_STAGED:
		return encode_committee(a, &r->u.committee, out);
	case FAMILY_DIRECTORY:
		return encode_directory(a, &r->u.directory, out);
	case FAMILY_KEY:
		return encode_key(a, &r->u.key, out);
	case FAMILY_ACT:
		return encode_act(a, &r->u.act, out);
	case FAMILY_COUNTER:
		return encode_counter(a, &r->u.counter, out);
	case FAMILY_PAPER:
		return encode_paper(a, &r->u.paper, out);
	case FAMILY_ASIDE:
		return codec_encode_aside(a, &r->u.aside, out);
	default:
		*out =
		    (struct blob){ NULL,
				   0 }; /* FILE, SWEEP, SUBORDINATE, CHANGED: all is in the key */
		return ERR_OK;
	}
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
	enum err e = encode_message(a, r, &message);

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
	e = codec_decode(a, message, out);
	return e == ERR_OK || e == ERR_NO_MEMORY ? e : ERR_DAMAGED;
}
