/* Decoders of stored records. Their checksum was right: what does not fit here was written wrong,
 * and is damage all the same. See record_decode.h. */
#include "proto/record_decode.h"

#include <string.h>

#include "proto/body.h"
#include "proto/directory.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"
#include "proto/verifier.h"

static enum err read_blobs(struct arena *a, ProtobufCBinaryData *from, size_t count,
			   const struct blob **list, uint32_t *out_count)
{
	struct blob *out = arena_array(a, count, sizeof *out);

	if (out == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		out[i] = field_blob(from[i]);
	*list = out;
	*out_count = (uint32_t)count;
	return ERR_OK;
}

static enum err read_ids(struct arena *a, char **from, size_t count,
			 const struct committee_id **list, uint32_t *out_count)
{
	struct committee_id *out = arena_array(a, count, sizeof *out);

	if (out == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		enum err e = field_id(from[i], false, &out[i]);

		if (e != ERR_OK)
			return e;
	}
	*list = out;
	*out_count = (uint32_t)count;
	return ERR_OK;
}

static enum err read_role(uint32_t from, bool none_too, enum role *to)
{
	*to = (enum role)from;
	return from == ROLE_OUT || from == ROLE_IN || from == ROLE_RELAY ||
		       (none_too && from == ROLE_NONE)
		   ? ERR_OK
		   : ERR_FORMAT;
}

enum err record_decode_meta(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_note *out = &record->u.note;
	enum err e;
	const Vanthu__V1__NoteRecord *m =
	    pb_unpack(a, &vanthu__v1__note_record__descriptor, bytes, &e);

	if (m != NULL)
		*out = (struct rec_note){ .number = m->number, .bytes = field_blob(m->bytes) };
	return e;
}

enum err record_decode_ident(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_ident *out = &record->u.ident;
	enum err e;
	const Vanthu__V1__IdentRecord *m =
	    pb_unpack(a, &vanthu__v1__ident_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->serial.n = m->serial;
	out->role = ROLE_PAPER;
	e = m->role == ROLE_PAPER ? ERR_OK : read_role(m->role, false, &out->role);
	if (e == ERR_OK)
		e = field_fixed(m->digest, out->digest.bytes, sizeof out->digest.bytes);
	return e == ERR_OK
		   ? field_fixed(m->submission, out->submission.bytes, sizeof out->submission.bytes)
		   : e;
}

static enum err read_recipients(struct arena *a, const Vanthu__V1__DocumentRecord *m,
				struct rec_document *out)
{
	struct recipient *list = arena_array(a, m->n_recipients, sizeof *list);

	if (list == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_recipients; i++) {
		enum err e = field_enum(m->recipients[i]->group, GROUP_NONE, GROUP_SUBTREE);

		if (e == ERR_OK)
			e = field_id(m->recipients[i]->committee,
				     m->recipients[i]->group != GROUP_NONE, &list[i].committee);
		if (e != ERR_OK)
			return e;
		list[i].group = (enum group)m->recipients[i]->group;
	}
	out->recipients = list;
	out->recipients_len = (uint32_t)m->n_recipients;
	return ERR_OK;
}

static enum err read_manifest(struct arena *a, const Vanthu__V1__DocumentRecord *m,
			      struct rec_document *out)
{
	struct manifest_item *list = arena_array(a, m->n_manifest, sizeof *list);

	if (list == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_manifest; i++) {
		enum err e = field_fixed(m->manifest[i]->sha256, list[i].sha256.bytes,
					 sizeof list[i].sha256.bytes);

		if (e == ERR_OK)
			e = field_fixed(m->manifest[i]->chunk_root, list[i].chunk_root.bytes,
					sizeof list[i].chunk_root.bytes);
		if (e != ERR_OK)
			return e;
		list[i].size_bytes = m->manifest[i]->size_bytes;
		list[i].inlined = m->manifest[i]->inlined;
	}
	out->manifest = list;
	out->manifest_count = (uint32_t)m->n_manifest;
	return ERR_OK;
}

/* Where it stands in the register; which book that is, direction and secrecy say. */
static enum err read_line(uint32_t year, uint32_t number, struct line_key *out)
{
	if (year > UINT16_MAX || (year == 0) != (number == 0))
		return ERR_FORMAT;
	*out = (struct line_key){ .year = (uint16_t)year, .number = number };
	return ERR_OK;
}

/* `origin` "": none. */
static enum err read_named(struct arena *a, const char *origin, ProtobufCBinaryData id,
			   const struct document_ref **out)
{
	struct document_ref *ref;
	enum err e;

	if (origin[0] == '\0')
		return ERR_OK;
	ref = arena_alloc(a, sizeof *ref);
	if (ref == NULL)
		return ERR_NO_MEMORY;
	memset(ref, 0, sizeof *ref);
	*out = ref;
	e = field_id(origin, false, &ref->origin);
	return e == ERR_OK ? field_fixed(id, ref->id.bytes, sizeof ref->id.bytes) : e;
}

static enum err read_summary(struct arena *a, const Vanthu__V1__DocumentRecord *m,
			     struct summary *out)
{
	enum err e;

	*out = (struct summary){ .number = m->number,
					 .type_code = m->type_code,
					 .subject = m->subject,
					 .issued_on = m->issued_on,
					 .due_on = m->due_on,
					 .type_name = m->type_name,
					 .signer_name = m->signer_name,
					 .signer_competence = m->signer_competence,
					 .signer_position = m->signer_position,
					 .files = m->files,
					 .business = (enum business)m->business,
					 .reminds = m->reminds,
					 .paper_copies = m->paper_copies,
					 .published = m->published != 0,
					 .foreign_id = m->foreign_id };
	e = field_enum(m->business, BUSINESS_NONE, BUSINESS_REPLACE);
	if (e == ERR_OK)
		e = read_named(a, m->reply_origin, m->reply_id, &out->reply_to);
	if (e == ERR_OK)
		e = read_named(a, m->concerns_origin, m->concerns_id, &out->concerns);
	return e;
}

enum err record_decode_document(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_document *out = &record->u.document;
	enum err e;
	const Vanthu__V1__DocumentRecord *m =
	    pb_unpack(a, &vanthu__v1__document_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	e = field_id(m->origin, false, &out->origin);
	if (e == ERR_OK)
		e = field_fixed(m->id, out->id.bytes, sizeof out->id.bytes);
	if (e == ERR_OK)
		e = field_fixed(m->digest, out->digest.bytes, sizeof out->digest.bytes);
	if (e == ERR_OK)
		e = field_id(m->from, true, &out->from);
	if (e == ERR_OK)
		e = field_enum(m->urgency, URGENCY_THUONG, URGENCY_HOA_TOC);
	if (e == ERR_OK)
		e = field_enum(m->secrecy, SECRECY_THUONG, SECRECY_TUYET_MAT);
	if (e == ERR_OK)
		e = field_enum(m->from_lane, LANE_NONE, LANE_NORMAL);
	if (e == ERR_OK)
		e = read_recipients(a, m, out);
	if (e == ERR_OK)
		e = read_manifest(a, m, out);
	if (e == ERR_OK)
		e = read_ids(a, m->targets, m->n_targets, &out->targets, &out->target_count);
	if (e == ERR_OK)
		e = read_ids(a, m->also, m->n_also, &out->also, &out->also_count);
	if (e != ERR_OK)
		return e;
	out->urgency = (enum urgency)m->urgency;
	out->secrecy = (enum secrecy)m->secrecy;
	out->signed_at_ms = m->signed_at_ms;
	out->taken_at_ms = m->taken_at_ms;
	out->taken_passed_ms = m->taken_passed_ms;
	out->directory_version = m->directory_version;
	out->hop_limit = m->hop_limit;
	out->from_lane = (enum lane)m->from_lane;
	out->from_seq = m->from_seq;
	out->recipient_count = m->recipient_count;
	out->mine = m->mine;
	out->relay_count = m->relay_count;
	out->lists = m->lists;
	out->listed = m->listed < m->n_recipients ? m->listed : (uint32_t)m->n_recipients;
	e = read_summary(a, m, &out->summary);
	return e == ERR_OK ? read_line(m->line_year, m->line_number, &out->line) : e;
}

enum err record_decode_state(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_state *out = &record->u.state;
	enum err e;
	const Vanthu__V1__StateRecord *m =
	    pb_unpack(a, &vanthu__v1__state_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	if (strlen(m->code) >= sizeof out->code)
		return ERR_FORMAT;
	*out = (struct rec_state){ .delivered = m->delivered,
				   .refused = m->refused,
				   .complete_at_ms = m->complete_at_ms,
				   .closed_at_ms = m->closed_at_ms,
				   .held_at_ms = m->held_at_ms,
				   .expired = m->expired,
				   .content_dropped = m->content_dropped,
				   .content_wanted = m->content_wanted,
				   .archived_at_ms = m->archived_at_ms,
				   .archive = m->archive };
	memcpy(out->code, m->code, strlen(m->code) + 1);
	if (m->archived_at_ms != 0)
		return field_fixed(m->archive_evidence, out->archive_evidence.bytes,
				   sizeof out->archive_evidence.bytes);
	return ERR_OK;
}

static enum err unpack_envelope(struct arena *a, struct blob bytes, struct rec_envelope *out)
{
	enum err e;
	const Vanthu__V1__EnvelopeRecord *m =
	    pb_unpack(a, &vanthu__v1__envelope_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->envelope.bytes = field_blob(m->envelope);
	return read_blobs(a, m->relays, m->n_relays, &out->relays, &out->relay_count);
}

enum err record_decode_envelope(struct arena *a, struct blob bytes, struct record *record)
{
	return unpack_envelope(a, bytes, &record->u.envelope);
}

enum err record_decode_relay(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_envelope envelope = { .relay_count = 0 };
	enum err e = unpack_envelope(a, bytes, &envelope);

	record->u.relay.envelope = envelope.envelope;
	return e;
}

enum err record_decode_route(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_route *out = &record->u.route;
	enum err e;
	const Vanthu__V1__RouteRecord *m =
	    pb_unpack(a, &vanthu__v1__route_record__descriptor, bytes, &e);
	struct publication *list;

	if (m == NULL)
		return e;
	list = arena_array(a, m->n_publications, sizeof *list);
	if (list == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_publications; i++) {
		e = field_id(m->publications[i]->committee, false, &list[i].neighbour);
		if (e == ERR_OK)
			e = field_enum(m->publications[i]->lane, LANE_FACTS, LANE_NORMAL);
		if (e != ERR_OK)
			return e;
		list[i].lane = (enum lane)m->publications[i]->lane;
		list[i].seq = m->publications[i]->seq;
	}
	out->publications = list;
	out->count = (uint32_t)m->n_publications;
	return ERR_OK;
}

enum err record_decode_receipt(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_receipt *out = &record->u.receipt;
	enum err e;
	const Vanthu__V1__ReceiptRecord *m =
	    pb_unpack(a, &vanthu__v1__receipt_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->envelope.bytes = field_blob(m->envelope);
	out->at_ms = m->at_ms;
	out->kind = (enum kind)m->kind;
	out->reason = m->reason;
	e = field_text(m->rule, RULE_MAX, &out->rule);
	if (e == ERR_OK)
		e = field_fixed(m->digest, out->digest.bytes, sizeof out->digest.bytes);
	return e == ERR_OK ? read_blobs(a, m->relays, m->n_relays, &out->relays, &out->relay_count)
			   : e;
}

enum err record_decode_stream(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_stream *out = &record->u.stream;
	enum err e;
	const Vanthu__V1__StreamRecord *m =
	    pb_unpack(a, &vanthu__v1__stream_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->serial.n = m->serial;
	out->size_bytes = m->size_bytes;
	out->queued_at_ms = m->queued_at_ms;
	out->passed_ms = m->passed_ms;
	out->fact.bytes = field_blob(m->fact);
	out->has_files = m->has_files;
	e = field_id(m->to, true, &out->to);
	if (e != ERR_OK)
		return e;
	e = read_role(m->role, true, &out->role);
	if (e == ERR_OK)
		e = field_fixed(m->digest, out->digest.bytes, sizeof out->digest.bytes);
	if (e == ERR_OK)
		e = read_ids(a, m->targets, m->n_targets, &out->targets, &out->target_count);
	return e == ERR_OK ? read_blobs(a, m->relays, m->n_relays, &out->relays, &out->relay_count)
			   : e;
}

enum err record_decode_linkin(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_linkin *out = &record->u.linkin;
	enum err e;
	const Vanthu__V1__LinkInRecord *m =
	    pb_unpack(a, &vanthu__v1__link_in_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	if (m->n_rejected > REJECTED_MAX)
		return ERR_FORMAT;
	for (size_t i = 0; i < m->n_rejected; i++)
		out->rejected[out->rejected_count++] =
		    (struct rejected_seq){ m->rejected[i]->seq, m->rejected[i]->reason };
	out->base = m->begin;
	out->have = m->have;
	e = field_fixed(m->stream, out->stream.bytes, sizeof out->stream.bytes);
	return e == ERR_OK ? field_fixed(m->chain, out->chain.bytes, sizeof out->chain.bytes) : e;
}

enum err record_decode_linkout(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_linkout *out = &record->u.linkout;
	enum err e;
	const Vanthu__V1__LinkOutRecord *m =
	    pb_unpack(a, &vanthu__v1__link_out_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->base = m->begin;
	out->acked = m->acked;
	e = field_fixed(m->stream, out->stream.bytes, sizeof out->stream.bytes);
	return e == ERR_OK ? field_fixed(m->chain, out->chain.bytes, sizeof out->chain.bytes) : e;
}

enum err record_decode_fetch(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_fetch *out = &record->u.fetch;
	enum err e;
	const Vanthu__V1__FetchRecord *m =
	    pb_unpack(a, &vanthu__v1__fetch_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->serial.n = m->serial;
	return read_role(m->role, false, &out->role);
}

enum err record_decode_committee(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_committee *out = &record->u.committee;
	enum err e;
	const Vanthu__V1__CommitteeRecord *m =
	    pb_unpack(a, &vanthu__v1__committee_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	e = directory_entry_unpack(a, field_blob(m->entry), out);
	out->replaces = m->replaces;
	return e;
}

/* The head was verified before it was stored: what it says is read again, not checked again. */
enum err record_decode_directory(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_directory *out = &record->u.directory;
	enum err e;
	const Vanthu__V1__DirectoryHeadRecord *m =
	    pb_unpack(a, &vanthu__v1__directory_head_record__descriptor, bytes, &e);
	struct directory_body body;
	struct opened opened;

	if (m == NULL)
		return e;
	e = seal_peek(a, field_blob(m->head), &opened);
	if (e == ERR_OK)
		e = directory_body_unpack(a, opened.body, &body);
	if (e != ERR_OK)
		return e;
	*out = (struct rec_directory){ .head = field_blob(m->head),
				       .version = body.version,
				       .signed_at_ms = opened.head.signed_at_ms,
				       .valid_until_ms = body.valid_until_ms,
				       .entries_root = body.entries_root,
				       .entry_count = body.entry_count,
				       .previous = body.previous,
				       .digest = opened.digest,
				       .competence = body.competence,
				       .lists = body.lists };
	return ERR_OK;
}

enum err record_decode_key(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_key *out = &record->u.key;
	enum err e;
	const Vanthu__V1__KeyRecord *m =
	    pb_unpack(a, &vanthu__v1__key_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	e = field_id(m->committee, false, &out->committee);
	return e == ERR_OK ? field_id(m->also, true, &out->also) : e;
}

enum err record_decode_act(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_act *out = &record->u.act;
	enum err e;
	const Vanthu__V1__ActRecord *m =
	    pb_unpack(a, &vanthu__v1__act_record__descriptor, bytes, &e);

	if (m != NULL)
		*out = (struct rec_act){ .at_ms = m->at_ms,
					 .uid = m->uid,
					 .verb = m->verb,
					 .subject = m->subject,
					 .person = m->person };
	return e;
}

enum err record_decode_history(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_history *out = &record->u.history;
	enum err e;
	const Vanthu__V1__HistoryRecord *m =
		pb_unpack(a, &vanthu__v1__history_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->line = (struct blob){ m->line.data, m->line.len };
	return field_fixed(m->chain, out->chain.bytes, sizeof out->chain.bytes);
}

enum err record_decode_counter(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_counter *out = &record->u.counter;
	enum err e;
	const Vanthu__V1__CounterRecord *m =
	    pb_unpack(a, &vanthu__v1__counter_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_counter){ .type_code = m->type_code, .type_name = m->type_name };
#define GET(count_name) out->count.count_name = m->count_name;
	TARGET_COUNTS(GET)
#undef GET
	return e;
}

enum err record_decode_paper(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_paper *out = &record->u.paper;
	enum err e;
	const Vanthu__V1__PaperRecord *m =
	    pb_unpack(a, &vanthu__v1__paper_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_paper){ .direction = (enum direction)m->direction,
				   .type_code = m->type_code,
				   .type_name = m->type_name,
				   .number = m->number,
				   .subject = m->subject,
				   .date = m->date,
				   .party = m->party,
				   .secrecy = (enum secrecy)m->secrecy,
				   .added_at_ms = m->added_at_ms,
				   .uid = m->uid,
				   .cancelled_at_ms = m->cancelled_at_ms,
				   .reason = m->reason,
				   .next = { m->next },
				   .previous = { m->previous },
				   .changed_at_ms = m->changed_at_ms,
				   .why = m->why,
				   .not_issued = m->not_issued,
				   .signer_competence = m->signer_competence,
				   .signer_position = m->signer_position,
				   .signer_name = m->signer_name,
				   .directory_version = m->directory_version,
				   .issued_on = m->issued_on,
				   .note = m->note };
	e = read_line(m->line_year, m->line_number, &out->line);
	if (e == ERR_OK)
		e = field_enum(m->direction, DIRECTION_IN, DIRECTION_OUT);
	if (e == ERR_OK)
		e = field_enum(m->secrecy, SECRECY_THUONG, SECRECY_TUYET_MAT);
	if (e == ERR_OK && m->reply_id.len > 0)
		e = field_id(m->reply_origin, true, &out->reply_origin);
	if (e == ERR_OK && m->reply_id.len > 0)
		e = field_fixed(m->reply_id, out->reply_id.bytes, sizeof out->reply_id.bytes);
	return e == ERR_OK ? field_fixed(m->id, out->id.bytes, sizeof out->id.bytes) : e;
}

enum err record_decode_aside(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_aside *out = &record->u.aside;
	enum err e;
	const Vanthu__V1__AsideRecord *m =
	    pb_unpack(a, &vanthu__v1__aside_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_aside){ .envelope = field_blob(m->envelope),
				   .why = (enum err)m->why,
				   .kind = (enum kind)m->kind,
				   .signed_at_ms = m->signed_at_ms,
				   .wants_version = m->wants_version,
				   .neighbour_version = m->neighbour_version,
				   .since_ms = m->since_ms,
				   .since_run_ms = m->since_run_ms,
				   .doubted_run_ms = m->doubted_run_ms,
				   .doubts = m->doubts,
				   .corrected_at_ms = m->corrected_at_ms,
				   .has_files = m->has_files,
				   .given_up = m->given_up };
	e = field_fixed(m->digest, out->digest.bytes, sizeof out->digest.bytes);
	if (e == ERR_OK)
		e = field_enum(m->kind, KIND_NONE, KIND_GONE);
	if (e == ERR_OK)
		e = field_id(m->signer, true, &out->signer);
	if (e == ERR_OK)
		e = field_id(m->document_origin, true, &out->document.origin);
	if (e == ERR_OK)
		e = field_optional(m->document_id, out->document.id.bytes,
				   sizeof out->document.id.bytes);
	if (e == ERR_OK)
		e = read_ids(a, m->targets, m->n_targets, &out->targets, &out->target_count);
	return e == ERR_OK ? read_blobs(a, m->relays, m->n_relays, &out->relays, &out->relay_count)
			   : e;
}

enum err record_decode_nothing(struct arena *a, struct blob bytes, struct record *record)
{
	(void)a;
	(void)record;
	return bytes.len_bytes == 0 ? ERR_OK : ERR_FORMAT;
}
