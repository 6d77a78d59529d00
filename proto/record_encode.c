/* Encoders of the records with lists in them; see record_codec.c. */
#include <string.h>

#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"
#include "proto/record_codec_internal.h"

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

enum err codec_encode_document(struct arena *a, const struct rec_document *r, struct blob *out)
{
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
	m.digest = field_bytes(r->digest.bytes, sizeof r->digest.bytes);
	m.from = text(r->from.text);
	m.from_lane = (uint32_t)r->from_lane;
	m.from_seq = r->from_seq;
	m.recipient_count = r->recipient_count;
	m.number = text(r->summary.number);
	m.type_code = text(r->summary.type_code);
	m.subject = text(r->summary.subject);
	m.due_on = text(r->summary.due_on);
	m.issued_on = text(r->summary.issued_on);
	m.mine = r->mine;
	m.relay_count = r->relay_count;
	m.n_targets = r->target_count;
	m.targets = ids(a, r->targets, r->target_count);
	m.n_also = r->also_count;
	m.also = ids(a, r->also, r->also_count);
	return m.targets == NULL || m.also == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

enum err codec_encode_route(struct arena *a, const struct rec_route *r, struct blob *out)
{
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

enum err codec_encode_stream(struct arena *a, const struct rec_stream *r, struct blob *out)
{
	Vanthu__V1__StreamRecord m = VANTHU__V1__STREAM_RECORD__INIT;

	m.role = (uint32_t)r->role;
	m.serial = r->serial.n;
	m.digest = field_bytes(r->digest.bytes, sizeof r->digest.bytes);
	m.size_bytes = r->size_bytes;
	m.queued_at_ms = r->queued_at_ms;
	m.passed_ms = r->passed_ms;
	m.n_targets = r->target_count;
	m.targets = ids(a, r->targets, r->target_count);
	m.fact = field_bytes(r->fact.bytes.data, r->fact.bytes.len_bytes);
	m.n_relays = r->relay_count;
	m.relays = codec_blobs(a, r->relays, r->relay_count);
	m.has_files = r->has_files;
	m.to = text(r->to.text);
	return m.targets == NULL || m.relays == NULL ? ERR_NO_MEMORY : pb_pack(a, &m.base, out);
}

enum err codec_encode_aside(struct arena *a, const struct rec_aside *r, struct blob *out)
{
	Vanthu__V1__AsideRecord m = VANTHU__V1__ASIDE_RECORD__INIT;

	m.envelope = field_bytes(r->envelope.data, r->envelope.len_bytes);
	m.n_relays = r->relay_count;
	m.relays = codec_blobs(a, r->relays, r->relay_count);
	m.n_targets = r->target_count;
	m.targets = ids(a, r->targets, r->target_count);
	m.digest = field_bytes(r->digest.bytes, sizeof r->digest.bytes);
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
