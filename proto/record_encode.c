/* One encoder a family that holds more than its key; see record_encode.h. */
#include "proto/record_encode.h"

#include <string.h>

#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"
#include "routing/base/committee_id.h"

static ProtobufCBinaryData digest(const struct digest *d)
{
	return field_bytes(d->bytes, sizeof d->bytes);
}

static ProtobufCBinaryData blob(struct blob b)
{
	return field_bytes(b.data, b.len_bytes);
}

static ProtobufCBinaryData *blobs(struct arena *a, const struct blob *list, uint32_t count)
{
	ProtobufCBinaryData *out = arena_array(a, count, sizeof *out);

	for (uint32_t i = 0; out != NULL && i < count; i++)
		out[i] = blob(list[i]);
	return out;
}

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

static char **ids(struct arena *a, const struct committee_id *list, uint32_t count)
{
	char **out = arena_array(a, count, sizeof *out);

	for (uint32_t i = 0; out != NULL && i < count; i++)
		out[i] = text(list[i].text);
	return out;
}

static enum err fill_recipients(struct arena *a, const struct rec_document *r,
				Vanthu__V1__DocumentRecord *m)
{
	Vanthu__V1__StoredRecipient *each = arena_array(a, r->recipients_len, sizeof *each);

	m->n_recipients = r->recipients_len;
	m->recipients = arena_array(a, r->recipients_len, sizeof *m->recipients);
	if (each == NULL || m->recipients == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->recipients_len; i++) {
		vanthu__v1__stored_recipient__init(&each[i]);
		each[i].committee = text(r->recipients[i].committee.text);
		each[i].group = (uint32_t)r->recipients[i].group;
		m->recipients[i] = &each[i];
	}
	return ERR_OK;
}

static enum err fill_manifest(struct arena *a, const struct rec_document *r,
			      Vanthu__V1__DocumentRecord *m)
{
	Vanthu__V1__StoredItem *each = arena_array(a, r->manifest_count, sizeof *each);

	m->n_manifest = r->manifest_count;
	m->manifest = arena_array(a, r->manifest_count, sizeof *m->manifest);
	if (each == NULL || m->manifest == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->manifest_count; i++) {
		const struct manifest_item *item = &r->manifest[i];

		vanthu__v1__stored_item__init(&each[i]);
		each[i].size_bytes = item->size_bytes;
		each[i].sha256 = field_bytes(item->sha256.bytes, sizeof item->sha256.bytes);
		each[i].chunk_root =
		    field_bytes(item->chunk_root.bytes, sizeof item->chunk_root.bytes);
		each[i].inlined = item->inlined;
		m->manifest[i] = &each[i];
	}
	return ERR_OK;
}

enum err record_encode_document(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_document *r = &record->u.document;
	Vanthu__V1__DocumentRecord m = VANTHU__V1__DOCUMENT_RECORD__INIT;
	enum err e = fill_recipients(a, r, &m);

	if (e == ERR_OK)
		e = fill_manifest(a, r, &m);
	if (e != ERR_OK)
		return e;
	m.origin = text(r->origin.text);
	m.id = field_bytes(r->id.bytes, sizeof r->id.bytes);
	m.urgency = (uint32_t)r->urgency;
	m.secrecy = (uint32_t)r->secrecy;
	m.signed_at_ms = r->signed_at_ms;
	m.taken_at_ms = r->taken_at_ms;
	m.taken_passed_ms = r->taken_passed_ms;
	m.directory_version = r->directory_version;
	m.hop_limit = r->hop_limit;
	m.digest = digest(&r->digest);
	m.from = text(r->from.text);
	m.from_lane = (uint32_t)r->from_lane;
	m.from_seq = r->from_seq;
	m.recipient_count = r->recipient_count;
	m.number = text(r->summary.number);
	m.type_code = text(r->summary.type_code);
	m.subject = text(r->summary.subject);
	m.due_on = text(r->summary.due_on);
	m.issued_on = text(r->summary.issued_on);
	m.type_name = text(r->summary.type_name);
	m.signer_name = text(r->summary.signer_name);
	m.signer_competence = text(r->summary.signer_competence);
	m.signer_position = text(r->summary.signer_position);
	m.files = text(r->summary.files);
	if (r->summary.reply_to != NULL) {
		m.reply_origin = text(r->summary.reply_to->origin.text);
		m.reply_id = field_bytes(r->summary.reply_to->id.bytes,
					 sizeof r->summary.reply_to->id.bytes);
	}
	m.business = (uint32_t)r->summary.business;
	if (r->summary.concerns != NULL) {
		m.concerns_origin = text(r->summary.concerns->origin.text);
		m.concerns_id = field_bytes(r->summary.concerns->id.bytes,
					    sizeof r->summary.concerns->id.bytes);
	}
	m.reminds = text(r->summary.reminds);
	m.paper_copies = r->summary.paper_copies;
	m.published = r->summary.published;
	m.foreign_id = text(r->summary.foreign_id);
	m.line_year = r->line.year;
	m.line_number = r->line.number;
	m.lists = text(r->lists);
	m.listed = r->listed;
	m.mine = r->mine;
	m.relay_count = r->relay_count;
	m.n_targets = r->target_count;
	m.targets = ids(a, r->targets, r->target_count);
	m.n_also = r->also_count;
	m.also = ids(a, r->also, r->also_count);
	return m.targets == NULL || m.also == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

enum err record_encode_route(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_route *r = &record->u.route;
	Vanthu__V1__RouteRecord m = VANTHU__V1__ROUTE_RECORD__INIT;
	Vanthu__V1__PublicationRecord *each = arena_array(a, r->count, sizeof *each);

	m.n_publications = r->count;
	m.publications = arena_array(a, r->count, sizeof *m.publications);
	if (each == NULL || m.publications == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->count; i++) {
		vanthu__v1__publication_record__init(&each[i]);
		each[i].committee = text(r->publications[i].neighbour.text);
		each[i].lane = (uint32_t)r->publications[i].lane;
		each[i].seq = r->publications[i].seq;
		m.publications[i] = &each[i];
	}
	return pb_pack(a, &m.base, out);
}

enum err record_encode_stream(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_stream *r = &record->u.stream;
	Vanthu__V1__StreamRecord m = VANTHU__V1__STREAM_RECORD__INIT;

	m.role = (uint32_t)r->role;
	m.serial = r->serial.n;
	m.digest = digest(&r->digest);
	m.size_bytes = r->size_bytes;
	m.queued_at_ms = r->queued_at_ms;
	m.passed_ms = r->passed_ms;
	m.n_targets = r->target_count;
	m.targets = ids(a, r->targets, r->target_count);
	m.fact = blob(r->fact.bytes);
	m.n_relays = r->relay_count;
	m.relays = blobs(a, r->relays, r->relay_count);
	m.has_files = r->has_files;
	m.to = text(r->to.text);
	return m.targets == NULL || m.relays == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

enum err record_encode_aside(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_aside *r = &record->u.aside;
	Vanthu__V1__AsideRecord m = VANTHU__V1__ASIDE_RECORD__INIT;

	m.envelope = blob(r->envelope);
	m.n_relays = r->relay_count;
	m.relays = blobs(a, r->relays, r->relay_count);
	m.n_targets = r->target_count;
	m.targets = ids(a, r->targets, r->target_count);
	m.digest = digest(&r->digest);
	m.why = (uint32_t)r->why;
	m.kind = (uint32_t)r->kind;
	m.signer = text(r->signer.text);
	m.signed_at_ms = r->signed_at_ms;
	m.document_origin = text(r->document.origin.text);
	m.document_id = field_bytes(r->document.id.bytes, sizeof r->document.id.bytes);
	m.wants_version = r->wants_version;
	m.neighbour_version = r->neighbour_version;
	m.since_ms = r->since_ms;
	m.since_run_ms = r->since_run_ms;
	m.doubted_run_ms = r->doubted_run_ms;
	m.doubts = r->doubts;
	m.corrected_at_ms = r->corrected_at_ms;
	m.has_files = r->has_files;
	m.given_up = r->given_up;
	return m.targets == NULL || m.relays == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

enum err record_encode_meta(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_note *r = &record->u.note;
	Vanthu__V1__NoteRecord m = VANTHU__V1__NOTE_RECORD__INIT;

	m.number = r->number;
	m.bytes = blob(r->bytes);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_ident(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_ident *r = &record->u.ident;
	Vanthu__V1__IdentRecord m = VANTHU__V1__IDENT_RECORD__INIT;

	m.role = (uint32_t)r->role;
	m.serial = r->serial.n;
	m.digest = digest(&r->digest);
	m.submission = digest(&r->submission);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_state(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_state *r = &record->u.state;
	Vanthu__V1__StateRecord m = VANTHU__V1__STATE_RECORD__INIT;

	m.delivered = r->delivered;
	m.refused = r->refused;
	m.complete_at_ms = r->complete_at_ms;
	m.closed_at_ms = r->closed_at_ms;
	m.held_at_ms = r->held_at_ms;
	m.expired = r->expired;
	m.content_dropped = r->content_dropped;
	m.content_wanted = r->content_wanted;
	m.code = (char *)(uintptr_t)r->code;
	if (r->archived_at_ms != 0) {
		m.archived_at_ms = r->archived_at_ms;
		m.archive = (char *)(uintptr_t)(r->archive == NULL ? "" : r->archive);
		m.archive_evidence = digest(&r->archive_evidence);
	}
	return pb_pack(a, &m.base, out);
}

static enum err pack_envelope(struct arena *a, struct blob envelope, const struct blob *relays,
			      uint32_t count, struct blob *out)
{
	Vanthu__V1__EnvelopeRecord m = VANTHU__V1__ENVELOPE_RECORD__INIT;

	m.envelope = blob(envelope);
	m.n_relays = count;
	m.relays = blobs(a, relays, count);
	return m.relays == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

enum err record_encode_envelope(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_envelope *r = &record->u.envelope;

	return pack_envelope(a, r->envelope.bytes, r->relays, r->relay_count, out);
}

enum err record_encode_relay(struct arena *a, const struct record *record, struct blob *out)
{
	return pack_envelope(a, record->u.relay.envelope.bytes, NULL, 0, out);
}

enum err record_encode_receipt(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_receipt *r = &record->u.receipt;
	Vanthu__V1__ReceiptRecord m = VANTHU__V1__RECEIPT_RECORD__INIT;

	m.envelope = blob(r->envelope.bytes);
	m.n_relays = r->relay_count;
	m.relays = blobs(a, r->relays, r->relay_count);
	m.at_ms = r->at_ms;
	m.kind = (uint32_t)r->kind;
	m.reason = r->reason;
	m.rule = text(r->rule);
	m.digest = digest(&r->digest);
	return m.relays == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

enum err record_encode_linkin(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_linkin *r = &record->u.linkin;
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

enum err record_encode_linkout(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_linkout *r = &record->u.linkout;
	Vanthu__V1__LinkOutRecord m = VANTHU__V1__LINK_OUT_RECORD__INIT;

	m.stream = field_bytes(r->stream.bytes, sizeof r->stream.bytes);
	m.begin = r->base;
	m.acked = r->acked;
	m.chain = digest(&r->chain);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_fetch(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_fetch *r = &record->u.fetch;
	Vanthu__V1__FetchRecord m = VANTHU__V1__FETCH_RECORD__INIT;

	m.role = (uint32_t)r->role;
	m.serial = r->serial.n;
	return pb_pack(a, &m.base, out);
}

enum err record_encode_committee(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_committee *r = &record->u.committee;
	Vanthu__V1__CommitteeRecord m = VANTHU__V1__COMMITTEE_RECORD__INIT;

	m.entry = blob(r->entry);
	m.replaces = r->replaces;
	return pb_pack(a, &m.base, out);
}

enum err record_encode_directory(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_directory *r = &record->u.directory;
	Vanthu__V1__DirectoryHeadRecord m = VANTHU__V1__DIRECTORY_HEAD_RECORD__INIT;

	m.head = blob(r->head);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_key(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_key *r = &record->u.key;
	Vanthu__V1__KeyRecord m = VANTHU__V1__KEY_RECORD__INIT;

	m.committee = (char *)(uintptr_t)r->committee.text;
	m.also = (char *)(uintptr_t)r->also.text;
	return pb_pack(a, &m.base, out);
}

enum err record_encode_act(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_act *r = &record->u.act;
	Vanthu__V1__ActRecord m = VANTHU__V1__ACT_RECORD__INIT;

	m.at_ms = r->at_ms;
	m.uid = r->uid;
	m.verb = (char *)(uintptr_t)r->verb;
	m.subject = (char *)(uintptr_t)r->subject;
	m.person = (char *)(uintptr_t)(r->person == NULL ? "" : r->person);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_history(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_history *r = &record->u.history;
	Vanthu__V1__HistoryRecord m = VANTHU__V1__HISTORY_RECORD__INIT;

	m.line = field_bytes(r->line.data, r->line.len_bytes);
	m.chain = field_bytes(r->chain.bytes, sizeof r->chain.bytes);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_counter(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_counter *r = &record->u.counter;
	Vanthu__V1__CounterRecord m = VANTHU__V1__COUNTER_RECORD__INIT;

#define SET(count_name) m.count_name = r->count.count_name;
	TARGET_COUNTS(SET)
#undef SET
	m.type_code = text(r->type_code);
	m.type_name = text(r->type_name);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_paper(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_paper *r = &record->u.paper;
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
	m.line_year = r->line.year;
	m.line_number = r->line.number;
	m.next = r->next.n;
	m.previous = r->previous.n;
	m.changed_at_ms = r->changed_at_ms;
	m.why = (char *)(uintptr_t)r->why;
	m.not_issued = r->not_issued;
	if (doc_id_valid(&r->reply_id)) {
		m.reply_origin = text(r->reply_origin.text);
		m.reply_id = field_bytes(r->reply_id.bytes, sizeof r->reply_id.bytes);
	}
	m.signer_competence = text(r->signer_competence);
	m.signer_position = text(r->signer_position);
	m.signer_name = text(r->signer_name);
	m.directory_version = r->directory_version;
	m.issued_on = text(r->issued_on);
	m.note = text(r->note);
	return pb_pack(a, &m.base, out);
}

enum err record_encode_nothing(struct arena *a, const struct record *record, struct blob *out)
{
	(void)a;
	(void)record;
	*out = (struct blob){ NULL, 0 };
	return ERR_OK;
}
