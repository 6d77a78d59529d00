/* Frames into messages; see wire_decode.h. The reverse is in wire_encode.c. */
#include "proto/wire_decode.h"

#include <string.h>

#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/peer.pb-c.h"

enum err frame_type(struct blob frame, enum message_type *type)
{
	if (frame.len_bytes < FRAME_HEADER_BYTES || frame.len_bytes > FRAME_MAX_BYTES ||
	    frame.data[0] != 'V' || frame.data[1] != 'T')
		return ERR_PROTOCOL;
	if (frame.data[2] < PROTOCOL_MIN || frame.data[2] > PROTOCOL_MAX)
		return ERR_UNSUPPORTED;
	*type = (enum message_type)frame.data[3];
	return ERR_OK;
}

static enum err read_lane(Vanthu__V1__Lane from, enum lane *to)
{
	*to = (enum lane)from;
	return field_enum(from, LANE_FACTS, LANE_NORMAL);
}

static enum err read_stream(ProtobufCBinaryData from, struct stream_id *to)
{
	return field_fixed(from, to->bytes, sizeof to->bytes);
}

/* Each decoder: unpack, then check every field. ERR_FORMAT becomes ERR_PROTOCOL in wire_decode. */

static enum err read_mark(const Vanthu__V1__StoreMark *m, struct store_mark *out)
{
	enum err e = field_fixed(m->store, out->store, sizeof out->store);

	out->any = true;
	out->starts = m->starts;
	return e == ERR_OK ? field_fixed(m->run, out->run, sizeof out->run) : e;
}

/* A book or a year that is none is passed over: a later build may have more of them. */
static void read_books(Vanthu__V1__BookMark **from, size_t count, struct book_mark out[BOOK_COUNT])
{
	for (size_t i = 0; i < count; i++) {
		if (from[i]->book > BOOK_NONE && from[i]->book < BOOK_COUNT && from[i]->year > 0 &&
		    from[i]->year <= UINT16_MAX)
			out[from[i]->book] = (struct book_mark){ .year = (uint16_t)from[i]->year,
								 .last = from[i]->last };
	}
}

/* All of it or nothing: who says less is an older build. */
static enum err decode_stand(const Vanthu__V1__Hello *m, struct msg_hello *out)
{
	enum err e;

	if (m->store == NULL || m->store->mark == NULL || m->n_acknowledged != LANE_COUNT - 1)
		return ERR_OK;
	out->says_store = true;
	for (size_t i = 0; i < m->n_acknowledged; i++)
		out->acked[i + 1] = m->acknowledged[i];
	out->store_alarm = m->store->alarm;
	out->store_settled = m->store->settled;
	out->reconciles = m->store->reconciles;
	read_books(m->store->books, m->store->n_books, out->books);
	e = read_mark(m->store->mark, &out->store);
	if (e != ERR_OK || m->seen == NULL)
		return e;
	out->seen_alarm = m->seen->alarm;
	out->seen_settled = m->seen->settled;
	read_books(m->seen->books, m->seen->n_books, out->seen_books);
	return m->seen->mark == NULL ? ERR_OK : read_mark(m->seen->mark, &out->seen);
}

static enum err decode_hello(struct arena *a, struct blob bytes, struct msg_hello *out)
{
	enum err e;
	const Vanthu__V1__Hello *m = pb_unpack(a, &vanthu__v1__hello__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->protocol_min = m->protocol_min;
	out->protocol_max = m->protocol_max;
	out->directory_version = m->directory_version;
	out->wall_ms = m->wall_ms;
	out->answer = m->answer;
	out->purpose = (enum purpose)m->purpose;
	e = field_id(m->committee, false, &out->committee);
	if (e == ERR_OK)
		e = field_enum(m->purpose, PURPOSE_CONTROL, PURPOSE_DIRECTORY);
	if (e != ERR_OK || m->n_streams == 0)
		return e;
	if (m->n_streams != LANE_COUNT - 1)
		return ERR_FORMAT;
	out->has_streams = true;
	for (size_t i = 0; e == ERR_OK && i < m->n_streams; i++) {
		struct stream_offer *offer = &out->streams[i + 1];

		if (m->streams[i]->lane != (Vanthu__V1__Lane)(i + 1) ||
		    m->streams[i]->begin > m->streams[i]->last)
			return ERR_FORMAT;
		offer->base = m->streams[i]->begin;
		offer->last = m->streams[i]->last;
		e = read_stream(m->streams[i]->stream, &offer->stream);
	}
	return e == ERR_OK ? decode_stand(m, out) : e;
}

static enum err read_rejected(Vanthu__V1__Rejected **from, size_t count, struct rejected_seq *to,
			      uint32_t *to_count)
{
	if (count > REJECTED_MAX)
		return ERR_FORMAT;
	for (size_t i = 0; i < count; i++)
		to[i] = (struct rejected_seq){ from[i]->seq, from[i]->reason };
	*to_count = (uint32_t)count;
	return ERR_OK;
}

static enum err decode_subscribe(struct arena *a, struct blob bytes, struct msg_subscribe *out)
{
	enum err e;
	const Vanthu__V1__Subscribe *m =
	    pb_unpack(a, &vanthu__v1__subscribe__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->have = m->have;
	out->credit_seq = m->credit_seq;
	out->credit_bytes = m->credit_bytes;
	e = read_lane(m->lane, &out->lane);
	if (e == ERR_OK)
		e = read_stream(m->stream, &out->stream);
	if (e == ERR_OK)
		e = read_rejected(m->rejected, m->n_rejected, out->rejected, &out->rejected_count);
	return e == ERR_OK ? field_fixed(m->chain, out->chain.bytes, sizeof out->chain.bytes) : e;
}

static enum err decode_item(struct arena *a, const Vanthu__V1__Item *m, struct publish_item *out)
{
	struct blob *relays;
	struct committee_id *targets;
	enum err e = field_fixed(m->chain, out->chain.bytes, sizeof out->chain.bytes);

	if (e != ERR_OK || m->n_relays > HOP_LIMIT || m->n_targets > RECIPIENTS_MAX ||
	    m->envelope.len == 0)
		return ERR_FORMAT;
	relays = arena_array(a, m->n_relays, sizeof *relays);
	targets = arena_array(a, m->n_targets, sizeof *targets);
	if (relays == NULL || targets == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_relays; i++)
		relays[i] = field_blob(m->relays[i]);
	for (size_t i = 0; e == ERR_OK && i < m->n_targets; i++)
		e = field_id(m->targets[i], false, &targets[i]);
	out->seq = m->seq;
	out->envelope = field_blob(m->envelope);
	out->relays = relays;
	out->relay_count = (uint32_t)m->n_relays;
	out->targets = targets;
	out->target_count = (uint32_t)m->n_targets;
	return e;
}

static enum err decode_publish(struct arena *a, struct blob bytes, struct msg_publish *out)
{
	enum err e;
	const Vanthu__V1__Publish *m = pb_unpack(a, &vanthu__v1__publish__descriptor, bytes, &e);
	struct publish_item *items;

	if (m == NULL)
		return e;
	if (m->n_items == 0 || m->n_items > FRAME_ITEMS_MAX)
		return ERR_FORMAT;
	items = arena_array(a, m->n_items, sizeof *items);
	if (items == NULL)
		return ERR_NO_MEMORY;
	e = read_lane(m->lane, &out->lane);
	if (e == ERR_OK)
		e = read_stream(m->stream, &out->stream);
	for (size_t i = 0; e == ERR_OK && i < m->n_items; i++) {
		e = decode_item(a, m->items[i], &items[i]);
		if (e == ERR_OK && i > 0 && items[i].seq != items[i - 1].seq + 1)
			e = ERR_FORMAT;
	}
	out->items = items;
	out->directory_version = m->directory_version;
	out->item_count = (uint32_t)m->n_items;
	return e;
}

static enum err decode_acknowledge(struct arena *a, struct blob bytes, struct msg_acknowledge *out)
{
	enum err e;
	const Vanthu__V1__Acknowledge *m =
	    pb_unpack(a, &vanthu__v1__acknowledge__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->have = m->have;
	e = field_fixed(m->chain, out->chain.bytes, sizeof out->chain.bytes);
	if (e == ERR_OK)
		e = read_rejected(m->rejected, m->n_rejected, out->rejected, &out->rejected_count);
	if (e == ERR_OK)
		e = read_lane(m->lane, &out->lane);
	return e == ERR_OK ? read_stream(m->stream, &out->stream) : e;
}

static enum err decode_credit(struct arena *a, struct blob bytes, struct msg_credit *out)
{
	enum err e;
	const Vanthu__V1__Credit *m = pb_unpack(a, &vanthu__v1__credit__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->credit_seq = m->credit_seq;
	out->credit_bytes = m->credit_bytes;
	e = read_lane(m->lane, &out->lane);
	return e == ERR_OK ? read_stream(m->stream, &out->stream) : e;
}

static enum err read_head(const Vanthu__V1__HistoryHead *m, struct history_head *out)
{
	enum err e;

	if (m == NULL)
		return ERR_OK;
	out->line = m->line;
	out->has_chain = m->chain.len > 0;
	e = m->line == 0 ? ERR_FORMAT : field_fixed(m->id, out->id, sizeof out->id);
	return e == ERR_OK ? field_optional(m->chain, out->chain.bytes, sizeof out->chain.bytes)
			   : e;
}

static enum err read_history(const Vanthu__V1__HistoryStand *m, struct msg_ping *out)
{
	enum err e;

	if (m == NULL)
		return ERR_OK;
	out->head_alarm = m->alarm;
	out->head_settled = m->settled;
	e = read_head(m->head, &out->head);
	if (e == ERR_OK)
		e = read_head(m->held, &out->held);
	return e == ERR_OK ? read_head(m->at, &out->at) : e;
}

static enum err decode_ping(struct arena *a, struct blob bytes, struct msg_ping *out)
{
	enum err e;
	const Vanthu__V1__Ping *m = pb_unpack(a, &vanthu__v1__ping__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct msg_ping){ .token = m->token,
				  .directory_version = m->directory_version,
				  .wall_ms = m->wall_ms,
				  .withholding = m->withholding };
	read_books(m->books, m->n_books, out->books);
	return read_history(m->history, out);
}

static enum err decode_bye(struct arena *a, struct blob bytes, struct msg_bye *out)
{
	enum err e;
	const Vanthu__V1__Bye *m = pb_unpack(a, &vanthu__v1__bye__descriptor, bytes, &e);

	if (m != NULL)
		*out = (struct msg_bye){ .reason = m->reason, .retry_after_ms = m->retry_after_ms };
	return e;
}

/* COMPLETE and PINNED have the same shape. */
static enum err decode_seqs(struct arena *a, struct blob bytes, struct msg_seqs *out)
{
	enum err e;
	const Vanthu__V1__Complete *m = pb_unpack(a, &vanthu__v1__complete__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	if (m->n_seqs > FRAME_SEQS_MAX)
		return ERR_FORMAT;
	out->seqs = m->seqs;
	out->count = (uint32_t)m->n_seqs;
	e = read_lane(m->lane, &out->lane);
	return e == ERR_OK ? read_stream(m->stream, &out->stream) : e;
}

static enum err decode_directory_wanted(struct arena *a, struct blob bytes,
					struct msg_directory_wanted *out)
{
	enum err e;
	const Vanthu__V1__DirectoryWanted *m =
	    pb_unpack(a, &vanthu__v1__directory_wanted__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->have = m->have;
	return field_id(m->after, true, &out->after);
}

static enum err decode_directory_part(struct arena *a, struct blob bytes,
				      struct msg_directory_part *out)
{
	enum err e;
	const Vanthu__V1__DirectoryPart *m =
	    pb_unpack(a, &vanthu__v1__directory_part__descriptor, bytes, &e);
	struct blob *entries;

	if (m == NULL)
		return e;
	if (m->n_entries > FRAME_ITEMS_MAX || m->head.len == 0)
		return ERR_FORMAT;
	entries = arena_array(a, m->n_entries, sizeof *entries);
	if (entries == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_entries; i++)
		entries[i] = field_blob(m->entries[i]);
	*out = (struct msg_directory_part){ .since = m->since,
					    .head = field_blob(m->head),
					    .entries = entries,
					    .entry_count = (uint32_t)m->n_entries,
					    .last = m->last };
	e = field_id(m->upto, true, &out->upto);
	return e == ERR_OK ? field_id(m->after, true, &out->after) : e;
}

static enum err decode_fetch(struct arena *a, struct blob bytes, struct msg_fetch *out)
{
	enum err e;
	const Vanthu__V1__Fetch *m = pb_unpack(a, &vanthu__v1__fetch__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct msg_fetch){ .seq = m->seq,
				   .item = m->item,
				   .what = (enum fetch_what)m->what,
				   .first = m->first,
				   .count = m->count,
				   .at_once = m->at_once > 0 ? m->at_once : 1,
				   .again = m->again };
	e = field_enum(m->what, FETCH_LEAVES, FETCH_BYTES);
	if (e == ERR_OK)
		e = field_enum(m->count, 1, 4096);
	if (e == ERR_OK)
		e = read_lane(m->lane, &out->lane);
	return e == ERR_OK ? read_stream(m->stream, &out->stream) : e;
}

static enum err decode_chunk(struct arena *a, struct blob bytes, struct msg_chunk *out)
{
	const ProtobufCMessageDescriptor *type = &vanthu__v1__chunk__descriptor;
	struct blob data;
	enum err e;
	const Vanthu__V1__Chunk *m = pb_unpack_around(
	    a, type, bytes, protobuf_c_message_descriptor_get_field_by_name(type, "data"), &data,
	    &e);

	if (m == NULL)
		return e;
	*out = (struct msg_chunk){ .seq = m->seq,
				   .item = m->item,
				   .what = (enum fetch_what)m->what,
				   .index = m->index,
				   .data = data };
	e = field_enum(m->what, FETCH_LEAVES, FETCH_BYTES);
	if (e == ERR_OK && data.len_bytes > (m->what == (int)FETCH_BYTES ? CHUNKS_A_MESSAGE : 1) *
						(size_t)CHUNK_BYTES)
		e = ERR_FORMAT;
	return e == ERR_OK ? read_lane(m->lane, &out->lane) : e;
}

static enum err decode_reconcile(struct arena *a, struct blob bytes, struct msg_reconcile *out)
{
	enum err e;
	const Vanthu__V1__Reconcile *m =
		pb_unpack(a, &vanthu__v1__reconcile__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	if (m->round == 0 || m->n_lanes != LANE_COUNT - 1)
		return ERR_FORMAT;
	out->round = m->round;
	out->lists = m->lists;
	for (size_t i = 0; i < m->n_lanes; i++) {
		if (m->lanes[i]->lane != (Vanthu__V1__Lane)(i + 1))
			return ERR_FORMAT;
		out->lost.have[i + 1] = m->lanes[i]->have;
		out->lost.last[i + 1] = m->lanes[i]->last;
	}
	return ERR_OK;
}

static enum err decode_reconciled(struct arena *a, struct blob bytes, struct msg_reconciled *out)
{
	enum err e;
	const Vanthu__V1__Reconciled *m =
		pb_unpack(a, &vanthu__v1__reconciled__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct msg_reconciled){ .round = m->round,
					.published = m->published,
					.gone = m->gone };
	return m->round == 0 ? ERR_FORMAT : ERR_OK;
}

static enum err decode_unavailable(struct arena *a, struct blob bytes, struct msg_unavailable *out)
{
	enum err e;
	const Vanthu__V1__Unavailable *m =
	    pb_unpack(a, &vanthu__v1__unavailable__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct msg_unavailable){ .seq = m->seq, .item = m->item, .reason = m->reason };
	return read_lane(m->lane, &out->lane);
}

static enum err decode(struct arena *a, struct blob body, struct message *out)
{
	switch (out->type) {
	case MESSAGE_HELLO:
		return decode_hello(a, body, &out->u.hello);
	case MESSAGE_SUBSCRIBE:
		return decode_subscribe(a, body, &out->u.subscribe);
	case MESSAGE_PUBLISH:
		return decode_publish(a, body, &out->u.publish);
	case MESSAGE_ACKNOWLEDGE:
		return decode_acknowledge(a, body, &out->u.acknowledge);
	case MESSAGE_CREDIT:
		return decode_credit(a, body, &out->u.credit);
	case MESSAGE_PING:
	case MESSAGE_PONG:
		return decode_ping(a, body, &out->u.ping);
	case MESSAGE_BYE:
		return decode_bye(a, body, &out->u.bye);
	case MESSAGE_COMPLETE:
	case MESSAGE_PINNED:
		return decode_seqs(a, body, &out->u.seqs);
	case MESSAGE_DIRECTORY_WANTED:
		return decode_directory_wanted(a, body, &out->u.directory_wanted);
	case MESSAGE_DIRECTORY_PART:
		return decode_directory_part(a, body, &out->u.directory_part);
	case MESSAGE_RECONCILE:
		return decode_reconcile(a, body, &out->u.reconcile);
	case MESSAGE_RECONCILED:
		return decode_reconciled(a, body, &out->u.reconciled);
	case MESSAGE_FETCH:
		return decode_fetch(a, body, &out->u.fetch);
	case MESSAGE_CHUNK:
		return decode_chunk(a, body, &out->u.chunk);
	case MESSAGE_UNAVAILABLE:
		return decode_unavailable(a, body, &out->u.unavailable);
	case MESSAGE_OPEN_BULK:
	case MESSAGE_HELLO_WANTED:
		return ERR_OK;
	case MESSAGE_NONE:
		break;
	}
	return ERR_PROTOCOL;
}

enum err wire_decode(struct arena *a, struct blob frame, struct message *out)
{
	struct blob body;
	enum err e;

	memset(out, 0, sizeof *out);
	e = frame_type(frame, &out->type);
	if (e != ERR_OK)
		return e;
	body =
	    (struct blob){ frame.data + FRAME_HEADER_BYTES, frame.len_bytes - FRAME_HEADER_BYTES };
	e = decode(a, body, out);
	return e == ERR_FORMAT || e == ERR_UTF8 ? ERR_PROTOCOL : e;
}
