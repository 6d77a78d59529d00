/* Payloads and their heads; see head.h. The bodies are in body.c. */
#include "proto/head.h"

#include <string.h>

#include "proto/directory.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "routing/base/committee_id.h"

static const struct {
	enum kind kind;
	text_t type;
} types[] = {
	{ KIND_DOCUMENT, "application/vnd.vanthu.document.v1" },
	{ KIND_RECEIPT, "application/vnd.vanthu.receipt.v1" },
	{ KIND_REFUSAL, "application/vnd.vanthu.refusal.v1" },
	{ KIND_STATUS, "application/vnd.vanthu.status.v1" },
	{ KIND_RELAY, "application/vnd.vanthu.relay.v1" },
	{ KIND_DIRECTORY, "application/vnd.vanthu.directory.v1" },
	{ KIND_REPORT, "application/vnd.vanthu.report.v1" },
	{ KIND_DOUBT, "application/vnd.vanthu.doubt.v1" },
	{ KIND_CORRECTION, "application/vnd.vanthu.correction.v1" },
	{ KIND_ASKED, "application/vnd.vanthu.asked.v1" },
	{ KIND_RETURNED, "application/vnd.vanthu.returned.v1" },
	{ KIND_GONE, "application/vnd.vanthu.gone.v1" },
};

text_t payload_type_of(enum kind kind)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (types[i].kind == kind)
			return types[i].type;
	}
	return "";
}

enum kind payload_kind(text_t payload_type)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (strcmp(types[i].type, payload_type) == 0)
			return types[i].kind;
	}
	return KIND_NONE;
}

/* ---- packing ---- */

static enum err pack_recipients(struct arena *a, const struct head *head, Vanthu__V1__Head *out)
{
	Vanthu__V1__Recipient *each = arena_array(a, head->recipient_count, sizeof *each);

	out->n_recipients = head->recipient_count;
	out->recipients = arena_array(a, head->recipient_count, sizeof *out->recipients);
	if (each == NULL || out->recipients == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < head->recipient_count; i++) {
		vanthu__v1__recipient__init(&each[i]);
		each[i].group = (Vanthu__V1__Group)head->recipients[i].group;
		each[i].committee = (char *)(uintptr_t)head->recipients[i].committee.text;
		out->recipients[i] = &each[i];
	}
	return ERR_OK;
}

static enum err pack_manifest(struct arena *a, const struct head *head, Vanthu__V1__Head *out)
{
	Vanthu__V1__ManifestItem *each = arena_array(a, head->manifest_count, sizeof *each);

	out->n_manifest = head->manifest_count;
	out->manifest = arena_array(a, head->manifest_count, sizeof *out->manifest);
	if (each == NULL || out->manifest == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < head->manifest_count; i++) {
		const struct manifest_item *item = &head->manifest[i];

		vanthu__v1__manifest_item__init(&each[i]);
		each[i].size_bytes = item->size_bytes;
		each[i].sha256 = field_bytes(item->sha256.bytes, sizeof item->sha256.bytes);
		each[i].chunk_root =
		    field_bytes(item->chunk_root.bytes, sizeof item->chunk_root.bytes);
		each[i].inlined = item->inlined;
		out->manifest[i] = &each[i];
	}
	return ERR_OK;
}

enum err payload_pack(struct arena *a, const struct head *head, struct blob body, struct blob *out)
{
	Vanthu__V1__Head h = VANTHU__V1__HEAD__INIT;
	Vanthu__V1__Payload p = VANTHU__V1__PAYLOAD__INIT;
	static const struct digest zero;
	enum err e;

	h.id = field_bytes(head->id.bytes, sizeof head->id.bytes);
	h.origin = (char *)(uintptr_t)head->origin.text;
	h.kind = (Vanthu__V1__Kind)head->kind;
	h.body_version = head->body_version;
	h.urgency = (Vanthu__V1__Urgency)head->urgency;
	h.secrecy = (Vanthu__V1__Secrecy)head->secrecy;
	h.signed_at_ms = head->signed_at_ms;
	h.directory_version = head->directory_version;
	h.hop_limit = head->hop_limit;
	if (memcmp(&zero, &head->submission, sizeof zero) != 0)
		h.submission_digest =
		    field_bytes(head->submission.bytes, sizeof head->submission.bytes);
	e = pack_recipients(a, head, &h);
	if (e == ERR_OK)
		e = pack_manifest(a, head, &h);
	if (e != ERR_OK)
		return e;
	p.head = &h;
	p.body = field_bytes(body.data, body.len_bytes);
	return pb_pack(a, &p.base, out);
}

/* ---- unpacking ---- */

static enum err read_recipients(struct arena *a, const Vanthu__V1__Head *h, struct head *head)
{
	struct recipient *list;

	if (h->n_recipients > RECIPIENTS_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	list = arena_array(a, h->n_recipients, sizeof *list);
	if (list == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < h->n_recipients; i++) {
		const Vanthu__V1__Recipient *r = h->recipients[i];
		enum err e = field_enum(r->group, GROUP_NONE, GROUP_SUBTREE);

		if (e == ERR_OK)
			e = field_id(r->committee, r->group != VANTHU__V1__GROUP__GROUP_UNSPECIFIED,
				     &list[i].committee);
		if (e != ERR_OK)
			return e;
		list[i].group = (enum group)r->group;
		/* A group with a name would be two things at once. */
		if (list[i].group != GROUP_NONE && list[i].committee.text[0] != '\0')
			return ERR_FORMAT;
	}
	head->recipients = list;
	head->recipient_count = (uint32_t)h->n_recipients;
	return ERR_OK;
}

static enum err read_manifest(struct arena *a, const Vanthu__V1__Head *h, struct head *head)
{
	struct manifest_item *list;
	uint64_t inlined = 0;

	if (h->n_manifest > PARTS_MAX)
		return ERR_TOO_MANY_ATTACHMENTS;
	list = arena_array(a, h->n_manifest, sizeof *list);
	if (list == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < h->n_manifest; i++) {
		const Vanthu__V1__ManifestItem *m = h->manifest[i];
		enum err e =
		    field_fixed(m->sha256, list[i].sha256.bytes, sizeof list[i].sha256.bytes);

		if (e == ERR_OK)
			e = field_fixed(m->chunk_root, list[i].chunk_root.bytes,
					sizeof list[i].chunk_root.bytes);
		if (e != ERR_OK)
			return e;
		list[i].size_bytes = m->size_bytes;
		list[i].inlined = m->inlined;
		if (m->size_bytes > ATTACHMENT_MAX_BYTES)
			return ERR_TOO_LARGE;
		inlined += m->inlined ? m->size_bytes : 0;
	}
	head->manifest = list;
	head->manifest_count = (uint32_t)h->n_manifest;
	return inlined <= INLINE_MAX_BYTES ? ERR_OK : ERR_FORMAT;
}

/* The registry's name is reserved, so that no committee can have it: only directory heads carry
 * it. */
static enum err read_origin(const Vanthu__V1__Head *h, struct head *head)
{
	if (h->kind != VANTHU__V1__KIND__KIND_DIRECTORY)
		return field_id(h->origin, false, &head->origin);
	if (strcmp(h->origin, REGISTRY_ID) != 0)
		return ERR_FORMAT;
	memcpy(head->origin.text, REGISTRY_ID, sizeof REGISTRY_ID);
	return ERR_OK;
}

static enum err read_head(struct arena *a, const Vanthu__V1__Head *h, struct head *head)
{
	enum err e = field_fixed(h->id, head->id.bytes, sizeof head->id.bytes);

	if (e == ERR_OK && !doc_id_valid(&head->id))
		e = ERR_FORMAT;
	if (e == ERR_OK)
		e = field_enum(h->kind, KIND_DOCUMENT, KIND_GONE);
	if (e == ERR_OK)
		e = read_origin(h, head);
	if (e == ERR_OK)
		e = field_enum(h->urgency, URGENCY_THUONG, URGENCY_HOA_TOC);
	if (e == ERR_OK)
		e = field_enum(h->secrecy, SECRECY_THUONG, SECRECY_TUYET_MAT);
	if (e == ERR_OK)
		e = field_enum(h->hop_limit, 1, HOP_LIMIT);
	if (e == ERR_OK)
		e = field_enum(h->signed_at_ms, 0, INT64_MAX / 2);
	if (e == ERR_OK)
		e = field_optional(h->submission_digest, head->submission.bytes,
				   sizeof head->submission.bytes);
	if (e != ERR_OK)
		return e;
	head->kind = (enum kind)h->kind;
	head->body_version = h->body_version;
	head->urgency = (enum urgency)h->urgency;
	head->secrecy = (enum secrecy)h->secrecy;
	head->signed_at_ms = h->signed_at_ms;
	head->directory_version = h->directory_version;
	head->hop_limit = h->hop_limit;
	e = read_recipients(a, h, head);
	if (e == ERR_OK)
		e = read_manifest(a, h, head);
	/* This version knows no field above 15: what is marked critical there cannot be obeyed. */
	return e == ERR_OK && h->n_critical > 0 ? ERR_UNSUPPORTED : e;
}

enum err payload_unpack(struct arena *a, struct blob payload, struct head *head, struct blob *body)
{
	Vanthu__V1__Payload *p;
	enum err e;

	memset(head, 0, sizeof *head);
	p = pb_unpack(a, &vanthu__v1__payload__descriptor, payload, &e);
	if (p == NULL)
		return e;
	if (p->head == NULL)
		return ERR_FORMAT;
	*body = field_blob(p->body);
	return read_head(a, p->head, head);
}
