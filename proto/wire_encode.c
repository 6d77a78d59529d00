/* Messages into frames; see wire_encode.h. */
#include "proto/wire_encode.h"

#include <string.h>

#include "proto/fields.h"
#include "proto/peer.pb-c.h"
#include "proto/wire_decode.h"

enum { CHUNK_DATA_TAG = 6 << 3 | 2 }; /* Chunk.data, bytes */

static ProtobufCBinaryData stream(const struct stream_id *id)
{
	return field_bytes(id->bytes, sizeof id->bytes);
}

static ProtobufCBinaryData digest(const struct digest *d)
{
	return field_bytes(d->bytes, sizeof d->bytes);
}

/* Header and packed message in one piece of the arena. */
static enum err frame(struct arena *a, enum message_type type, const ProtobufCMessage *m,
		      struct blob *out)
{
	size_t size = FRAME_HEADER_BYTES + (m == NULL ? 0 : protobuf_c_message_get_packed_size(m));
	uint8_t *bytes;

	if (size > FRAME_MAX_BYTES)
		return ERR_TOO_LARGE;
	bytes = arena_raw(a, size);
	if (bytes == NULL)
		return ERR_NO_MEMORY;
	bytes[0] = 'V';
	bytes[1] = 'T';
	bytes[2] = PROTOCOL_MAX;
	bytes[3] = (uint8_t)type;
	if (m != NULL)
		protobuf_c_message_pack(m, bytes + FRAME_HEADER_BYTES);
	*out = (struct blob){ bytes, size };
	return ERR_OK;
}

static void fill_mark(const struct store_mark *from, Vanthu__V1__StoreMark *m)
{
	vanthu__v1__store_mark__init(m);
	m->store = field_bytes(from->store, sizeof from->store);
	m->starts = from->starts;
	m->run = field_bytes(from->run, sizeof from->run);
}

/* Those that are known, into `list`, whose elements point into `each`. Returns how many. */
static size_t fill_books(const struct book_mark from[BOOK_COUNT], Vanthu__V1__BookMark *each,
			 Vanthu__V1__BookMark **list)
{
	size_t count = 0;

	for (int book = BOOK_OUT; book < BOOK_COUNT; book++) {
		if (from[book].year == 0)
			continue;
		vanthu__v1__book_mark__init(&each[count]);
		each[count].book = (uint32_t)book;
		each[count].year = from[book].year;
		each[count].last = from[book].last;
		list[count] = &each[count];
		count++;
	}
	return count;
}

static enum err encode_hello(struct arena *a, const struct msg_hello *h, struct blob *out)
{
	Vanthu__V1__Hello m = VANTHU__V1__HELLO__INIT;
	Vanthu__V1__StreamOffer offers[LANE_COUNT - 1], *list[LANE_COUNT - 1];
	Vanthu__V1__StoreMark mark, seen_mark;
	Vanthu__V1__StoreStand stand = VANTHU__V1__STORE_STAND__INIT;
	Vanthu__V1__StoreSeen seen = VANTHU__V1__STORE_SEEN__INIT;
	Vanthu__V1__BookMark own[BOOK_COUNT], *own_list[BOOK_COUNT], its[BOOK_COUNT],
		*its_list[BOOK_COUNT];

	m.protocol_min = h->protocol_min;
	m.protocol_max = h->protocol_max;
	m.committee = (char *)(uintptr_t)h->committee.text;
	m.purpose = (Vanthu__V1__Purpose)h->purpose;
	m.directory_version = h->directory_version;
	m.wall_ms = h->wall_ms;
	m.answer = h->answer;
	for (size_t i = 0; i < LANE_COUNT - 1; i++) {
		vanthu__v1__stream_offer__init(&offers[i]);
		offers[i].lane = (Vanthu__V1__Lane)(i + 1);
		offers[i].stream = stream(&h->streams[i + 1].stream);
		offers[i].begin = h->streams[i + 1].base;
		offers[i].last = h->streams[i + 1].last;
		list[i] = &offers[i];
	}
	m.n_streams = h->has_streams ? LANE_COUNT - 1 : 0;
	m.streams = list;
	if (h->says_store) {
		fill_mark(&h->store, &mark);
		fill_mark(&h->seen, &seen_mark);
		stand.mark = &mark;
		stand.alarm = h->store_alarm;
		stand.settled = h->store_settled;
		seen.mark = h->seen.any ? &seen_mark : NULL;
		seen.alarm = h->seen_alarm;
		seen.settled = h->seen_settled;
		stand.reconciles = h->reconciles;
		stand.n_books = fill_books(h->books, own, own_list);
		stand.books = own_list;
		seen.n_books = fill_books(h->seen_books, its, its_list);
		seen.books = its_list;
		m.store = &stand;
		m.seen = &seen;
		m.n_acknowledged = LANE_COUNT - 1;
		m.acknowledged = (uint64_t *)(uintptr_t)&h->acked[1];
	}
	return frame(a, MESSAGE_HELLO, &m.base, out);
}

/* Into list, whose elements point into each. */
static void fill_rejected(const struct rejected_seq *from, uint32_t count,
			  Vanthu__V1__Rejected *each, Vanthu__V1__Rejected **list)
{
	for (uint32_t i = 0; i < count; i++) {
		vanthu__v1__rejected__init(&each[i]);
		each[i].seq = from[i].seq;
		each[i].reason = from[i].reason;
		list[i] = &each[i];
	}
}

static enum err encode_subscribe(struct arena *a, const struct msg_subscribe *s, struct blob *out)
{
	Vanthu__V1__Subscribe m = VANTHU__V1__SUBSCRIBE__INIT;
	Vanthu__V1__Rejected each[REJECTED_MAX], *list[REJECTED_MAX];

	m.lane = (Vanthu__V1__Lane)s->lane;
	m.stream = stream(&s->stream);
	m.have = s->have;
	m.chain = digest(&s->chain);
	m.credit_seq = s->credit_seq;
	m.credit_bytes = s->credit_bytes;
	fill_rejected(s->rejected, s->rejected_count, each, list);
	m.n_rejected = s->rejected_count;
	m.rejected = list;
	return frame(a, MESSAGE_SUBSCRIBE, &m.base, out);
}

static enum err fill_item(struct arena *a, const struct publish_item *item, Vanthu__V1__Item *m)
{
	vanthu__v1__item__init(m);
	m->seq = item->seq;
	m->envelope = field_bytes(item->envelope.data, item->envelope.len_bytes);
	m->chain = digest(&item->chain);
	m->n_relays = item->relay_count;
	m->relays = arena_array(a, item->relay_count, sizeof *m->relays);
	m->n_targets = item->target_count;
	m->targets = arena_array(a, item->target_count, sizeof *m->targets);
	if (m->relays == NULL || m->targets == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < item->relay_count; i++)
		m->relays[i] = field_bytes(item->relays[i].data, item->relays[i].len_bytes);
	for (uint32_t i = 0; i < item->target_count; i++)
		m->targets[i] = (char *)(uintptr_t)item->targets[i].text;
	return ERR_OK;
}

static enum err encode_publish(struct arena *a, const struct msg_publish *p, struct blob *out)
{
	Vanthu__V1__Publish m = VANTHU__V1__PUBLISH__INIT;
	Vanthu__V1__Item *items = arena_array(a, p->item_count, sizeof *items);

	m.items = arena_array(a, p->item_count, sizeof *m.items);
	if (items == NULL || m.items == NULL)
		return ERR_NO_MEMORY;
	m.lane = (Vanthu__V1__Lane)p->lane;
	m.stream = stream(&p->stream);
	m.n_items = p->item_count;
	m.directory_version = p->directory_version;
	for (uint32_t i = 0; i < p->item_count; i++) {
		enum err e = fill_item(a, &p->items[i], &items[i]);

		if (e != ERR_OK)
			return e;
		m.items[i] = &items[i];
	}
	return frame(a, MESSAGE_PUBLISH, &m.base, out);
}

static enum err encode_acknowledge(struct arena *a, const struct msg_acknowledge *k,
				   struct blob *out)
{
	Vanthu__V1__Acknowledge m = VANTHU__V1__ACKNOWLEDGE__INIT;
	Vanthu__V1__Rejected each[REJECTED_MAX], *list[REJECTED_MAX];

	m.lane = (Vanthu__V1__Lane)k->lane;
	m.stream = stream(&k->stream);
	m.have = k->have;
	m.chain = digest(&k->chain);
	fill_rejected(k->rejected, k->rejected_count, each, list);
	m.n_rejected = k->rejected_count;
	m.rejected = list;
	return frame(a, MESSAGE_ACKNOWLEDGE, &m.base, out);
}

static enum err encode_credit(struct arena *a, const struct msg_credit *c, struct blob *out)
{
	Vanthu__V1__Credit m = VANTHU__V1__CREDIT__INIT;

	m.lane = (Vanthu__V1__Lane)c->lane;
	m.stream = stream(&c->stream);
	m.credit_seq = c->credit_seq;
	m.credit_bytes = c->credit_bytes;
	return frame(a, MESSAGE_CREDIT, &m.base, out);
}

static void fill_head(const struct history_head *h, Vanthu__V1__HistoryHead *out,
		      Vanthu__V1__HistoryHead **at)
{
	vanthu__v1__history_head__init(out);
	if (h->line == 0)
		return;
	out->id = field_bytes(h->id, sizeof h->id);
	out->line = h->line;
	out->chain = field_bytes(h->chain.bytes, h->has_chain ? sizeof h->chain.bytes : 0);
	*at = out;
}

static enum err encode_ping(struct arena *a, enum message_type type, const struct msg_ping *p,
			    struct blob *out)
{
	Vanthu__V1__Ping m = VANTHU__V1__PING__INIT;
	Vanthu__V1__BookMark books[BOOK_COUNT], *list[BOOK_COUNT];
	Vanthu__V1__HistoryStand stand = VANTHU__V1__HISTORY_STAND__INIT;
	Vanthu__V1__HistoryHead heads[3];

	m.token = p->token;
	m.directory_version = p->directory_version;
	m.wall_ms = p->wall_ms;
	m.withholding = p->withholding;
	m.n_books = fill_books(p->books, books, list);
	m.books = list;
	stand.alarm = p->head_alarm;
	stand.settled = p->head_settled;
	fill_head(&p->head, &heads[0], &stand.head);
	fill_head(&p->held, &heads[1], &stand.held);
	fill_head(&p->at, &heads[2], &stand.at);
	if (stand.head != NULL || stand.held != NULL || stand.at != NULL)
		m.history = &stand;
	return frame(a, type, &m.base, out);
}

static enum err encode_bye(struct arena *a, const struct msg_bye *b, struct blob *out)
{
	Vanthu__V1__Bye m = VANTHU__V1__BYE__INIT;

	m.reason = b->reason;
	m.retry_after_ms = b->retry_after_ms;
	return frame(a, MESSAGE_BYE, &m.base, out);
}

static enum err encode_seqs(struct arena *a, enum message_type type, const struct msg_seqs *s,
			    struct blob *out)
{
	Vanthu__V1__Complete m = VANTHU__V1__COMPLETE__INIT;

	m.lane = (Vanthu__V1__Lane)s->lane;
	m.stream = stream(&s->stream);
	m.n_seqs = s->count;
	m.seqs = (uint64_t *)(uintptr_t)s->seqs;
	return frame(a, type, &m.base, out);
}

static enum err encode_reconcile(struct arena *a, const struct msg_reconcile *r, struct blob *out)
{
	Vanthu__V1__Reconcile m = VANTHU__V1__RECONCILE__INIT;
	Vanthu__V1__LaneMark each[LANE_COUNT - 1], *list[LANE_COUNT - 1];

	for (size_t i = 0; i < LANE_COUNT - 1; i++) {
		vanthu__v1__lane_mark__init(&each[i]);
		each[i].lane = (Vanthu__V1__Lane)(i + 1);
		each[i].have = r->lost.have[i + 1];
		each[i].last = r->lost.last[i + 1];
		list[i] = &each[i];
	}
	m.round = r->round;
	m.lists = r->lists;
	m.n_lanes = LANE_COUNT - 1;
	m.lanes = list;
	return frame(a, MESSAGE_RECONCILE, &m.base, out);
}

static enum err encode_reconciled(struct arena *a, const struct msg_reconciled *r, struct blob *out)
{
	Vanthu__V1__Reconciled m = VANTHU__V1__RECONCILED__INIT;

	m.round = r->round;
	m.published = r->published;
	m.gone = r->gone;
	return frame(a, MESSAGE_RECONCILED, &m.base, out);
}

static enum err encode_directory_wanted(struct arena *a, const struct msg_directory_wanted *w,
					struct blob *out)
{
	Vanthu__V1__DirectoryWanted m = VANTHU__V1__DIRECTORY_WANTED__INIT;

	m.have = w->have;
	m.after = (char *)(uintptr_t)w->after.text;
	return frame(a, MESSAGE_DIRECTORY_WANTED, &m.base, out);
}

static enum err encode_directory_part(struct arena *a, const struct msg_directory_part *p,
				      struct blob *out)
{
	Vanthu__V1__DirectoryPart m = VANTHU__V1__DIRECTORY_PART__INIT;

	m.since = p->since;
	m.head = field_bytes(p->head.data, p->head.len_bytes);
	m.upto = (char *)(uintptr_t)p->upto.text;
	m.after = (char *)(uintptr_t)p->after.text;
	m.last = p->last;
	m.n_entries = p->entry_count;
	m.entries = arena_array(a, p->entry_count, sizeof *m.entries);
	if (m.entries == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < p->entry_count; i++)
		m.entries[i] = field_bytes(p->entries[i].data, p->entries[i].len_bytes);
	return frame(a, MESSAGE_DIRECTORY_PART, &m.base, out);
}

static enum err encode_fetch(struct arena *a, const struct msg_fetch *f, struct blob *out)
{
	Vanthu__V1__Fetch m = VANTHU__V1__FETCH__INIT;

	m.lane = (Vanthu__V1__Lane)f->lane;
	m.stream = stream(&f->stream);
	m.seq = f->seq;
	m.item = f->item;
	m.what = (Vanthu__V1__FetchWhat)f->what;
	m.first = f->first;
	m.count = f->count;
	m.at_once = f->at_once;
	m.again = f->again;
	return frame(a, MESSAGE_FETCH, &m.base, out);
}

static Vanthu__V1__Chunk chunk_without_data(const struct msg_chunk *c)
{
	Vanthu__V1__Chunk m = VANTHU__V1__CHUNK__INIT;

	m.lane = (Vanthu__V1__Lane)c->lane;
	m.seq = c->seq;
	m.item = c->item;
	m.what = (Vanthu__V1__FetchWhat)c->what;
	m.index = c->index;
	return m;
}

static enum err encode_chunk(struct arena *a, const struct msg_chunk *c, struct blob *out)
{
	Vanthu__V1__Chunk m = chunk_without_data(c);

	m.data = field_bytes(c->data.data, c->data.len_bytes);
	return frame(a, MESSAGE_CHUNK, &m.base, out);
}

/* The data is the field with the highest number, so it is packed last: tag, length, bytes. */
enum err wire_chunk_in_place(const struct msg_chunk *c, uint8_t *data, struct blob *out)
{
	Vanthu__V1__Chunk m = chunk_without_data(c);
	uint8_t head[WIRE_CHUNK_ROOM] = { 'V', 'T', PROTOCOL_MAX, MESSAGE_CHUNK };
	size_t n = FRAME_HEADER_BYTES;

	_Static_assert(FRAME_HEADER_BYTES + 5 * 11 + 1 + 4 <= WIRE_CHUNK_ROOM,
		       "five numbers, a tag and the length of a frame");
	n += protobuf_c_message_pack(&m.base, head + n);
	if (c->data.len_bytes > 0)
		head[n++] = CHUNK_DATA_TAG;
	for (size_t left = c->data.len_bytes; left > 0; left >>= 7)
		head[n++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	if (n + c->data.len_bytes > FRAME_MAX_BYTES)
		return ERR_TOO_LARGE;
	memcpy(data - n, head, n);
	*out = (struct blob){ data - n, n + c->data.len_bytes };
	return ERR_OK;
}

static enum err encode_unavailable(struct arena *a, const struct msg_unavailable *u,
				   struct blob *out)
{
	Vanthu__V1__Unavailable m = VANTHU__V1__UNAVAILABLE__INIT;

	m.lane = (Vanthu__V1__Lane)u->lane;
	m.seq = u->seq;
	m.item = u->item;
	m.reason = u->reason;
	return frame(a, MESSAGE_UNAVAILABLE, &m.base, out);
}

enum err wire_encode(struct arena *a, const struct message *m, struct blob *out)
{
	switch (m->type) {
	case MESSAGE_HELLO:
		return encode_hello(a, &m->u.hello, out);
	case MESSAGE_SUBSCRIBE:
		return encode_subscribe(a, &m->u.subscribe, out);
	case MESSAGE_PUBLISH:
		return encode_publish(a, &m->u.publish, out);
	case MESSAGE_ACKNOWLEDGE:
		return encode_acknowledge(a, &m->u.acknowledge, out);
	case MESSAGE_CREDIT:
		return encode_credit(a, &m->u.credit, out);
	case MESSAGE_PING:
	case MESSAGE_PONG:
		return encode_ping(a, m->type, &m->u.ping, out);
	case MESSAGE_BYE:
		return encode_bye(a, &m->u.bye, out);
	case MESSAGE_COMPLETE:
	case MESSAGE_PINNED:
		return encode_seqs(a, m->type, &m->u.seqs, out);
	case MESSAGE_DIRECTORY_WANTED:
		return encode_directory_wanted(a, &m->u.directory_wanted, out);
	case MESSAGE_DIRECTORY_PART:
		return encode_directory_part(a, &m->u.directory_part, out);
	case MESSAGE_RECONCILE:
		return encode_reconcile(a, &m->u.reconcile, out);
	case MESSAGE_RECONCILED:
		return encode_reconciled(a, &m->u.reconciled, out);
	case MESSAGE_FETCH:
		return encode_fetch(a, &m->u.fetch, out);
	case MESSAGE_CHUNK:
		return encode_chunk(a, &m->u.chunk, out);
	case MESSAGE_UNAVAILABLE:
		return encode_unavailable(a, &m->u.unavailable, out);
	case MESSAGE_OPEN_BULK:
	case MESSAGE_HELLO_WANTED:
		return frame(a, m->type, NULL, out);
	case MESSAGE_NONE:
		break;
	}
	return ERR_PROTOCOL;
}

size_t wire_item_bound(const struct publish_item *item)
{
	enum { FIXED = 64, EACH = 4 };
	size_t size = FIXED + item->envelope.len_bytes;

	for (uint32_t i = 0; i < item->relay_count; i++)
		size += EACH + item->relays[i].len_bytes;
	for (uint32_t i = 0; i < item->target_count; i++)
		size += EACH + strlen(item->targets[i].text);
	return size;
}
