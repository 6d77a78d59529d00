/* keys.json, envelopes.json and evidence.json; see vectors.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/control.pb-c.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/pb.h"
#include "proto/verifier.h"
#include "routing/base/committee_id.h"
#include "tests/vectors/code/vectors.h"

void write_keys(struct vectors *v)
{
	struct out *o = out_open(v->folder, "keys");

	for (unsigned i = 0; i <= REGISTRY; i++) {
		const char *id = i == REGISTRY ? REGISTRY_ID : v->entries[i].id.text;
		struct digest key_id = signer_key_id(v->signers[i]);
		uint8_t public_key[32];

		signer_public_key(v->signers[i], public_key);
		out_object(o, id);
		out_text(o, "rule", "key");
		out_hex(o, "private_key", (struct blob){ v->seeds[i], 32 });
		out_hex(o, "public_key", (struct blob){ public_key, 32 });
		out_digest(o, "key_id", &key_id);
		out_end(o);
	}
	out_vector(o, "root-certificate", "certificate");
	out_bytes(o, v->root_der);
	out_end(o);
	out_close(o);
}

static void expect_head(struct out *o, const struct head *h)
{
	out_object(o, "expect");
	out_hex(o, "head.id", (struct blob){ h->id.bytes, sizeof h->id.bytes });
	out_text(o, "head.origin", h->origin.text);
	out_number(o, "head.kind", h->kind);
	out_number(o, "head.body_version", h->body_version);
	out_number(o, "head.urgency", h->urgency);
	out_number(o, "head.secrecy", h->secrecy);
	out_number(o, "head.signed_at_ms", (uint64_t)h->signed_at_ms);
	out_number(o, "head.directory_version", h->directory_version);
	out_number(o, "head.hop_limit", h->hop_limit);
	out_text(o, "head.recipients.0.committee", h->recipients[0].committee.text);
	out_number(o, "head.recipients.0.group", h->recipients[0].group);
	for (uint32_t i = 0; i < h->manifest_count; i++) {
		char path[64];

		snprintf(path, sizeof path, "head.manifest.%u.size_bytes", i);
		out_number(o, path, h->manifest[i].size_bytes);
		snprintf(path, sizeof path, "head.manifest.%u.chunk_root", i);
		out_digest(o, path, &h->manifest[i].chunk_root);
	}
	out_end(o);
}

static void expect_doubted(struct out *o, const struct fact *f)
{
	out_digest(o, "digest", &f->doubted);
	out_number(o, "kind", f->doubted_kind);
	out_number(o, "at_ms", (uint64_t)f->at_ms);
	out_hex(o, "token", f->token);
	if (f->kind == KIND_DOUBT) {
		out_number(o, "signed_at_ms", (uint64_t)f->doubted_at_ms);
		out_hex(o, "envelope", f->envelope);
	}
}

static void expect_lost(struct out *o, const struct fact *f)
{
	out_number(o, "at_ms", (uint64_t)f->at_ms);
	if (f->kind == KIND_ASKED) {
		out_number(o, "own", f->asked_own);
		out_number(o, "yours", f->asked_yours);
		out_number(o, "answered", f->asked_answered);
		out_number(o, "content", f->asked_content);
	} else if (f->kind == KIND_RETURNED) {
		out_hex(o, "envelope", f->envelope);
	} else {
		out_number(o, "role", (uint64_t)f->gone_role);
		out_number(o, "secrecy", (uint64_t)f->gone_secrecy);
		out_text(o, "number", f->gone_number);
		out_text(o, "issued_on", f->gone_issued_on);
	}
}

static void expect_status(struct out *o, const struct fact *f)
{
	out_text(o, "code", f->code);
	out_text(o, "note", f->note);
	if (f->status.n == 0)
		return; /* of an office that says no more */
	out_number(o, "n", f->status.n);
	out_number(o, "arrival", f->status.arrival);
	out_text(o, "person", f->status.person);
	out_text(o, "due_on", f->status.due_on);
	if (doc_id_valid(&f->status.request))
		out_hex(o, "request",
			(struct blob){ f->status.request.bytes, sizeof f->status.request.bytes });
}

/* What a document says of another one: that it replaces it, or reminds a committee of it. */
struct says {
	const struct draft *older;
	text_t reminds; /* NULL: it replaces it */
};

static void expect_older(struct out *o, const struct says *says)
{
	const struct draft *older = says->older;
	bool reminds = says->reminds != NULL;

	out_object(o, "expect_body");
	out_number(o, "business", reminds ? BUSINESS_NEW : BUSINESS_REPLACE);
	if (reminds)
		out_text(o, "reminds", says->reminds);
	out_text(o, reminds ? "reply_to.origin" : "concerns.origin", older->head.origin.text);
	out_hex(o, reminds ? "reply_to.id" : "concerns.id",
		(struct blob){ older->head.id.bytes, sizeof older->head.id.bytes });
	out_end(o);
}

/* `says`: NULL: nothing. */
static void write_any(struct vectors *v, struct out *o, const char *name, const struct draft *d,
		      const struct draft *batch, const struct says *says)
{
	struct opened opened;
	enum err e = seal_peek(v->arena, d->envelope, &opened);

	assert(e == ERR_OK);
	out_vector(o, name, "envelope");
	out_bytes(o, d->envelope);
	out_text(o, "payload_type", payload_type_of(d->head.kind));
	out_hex(o, "payload", opened.payload);
	out_digest(o, "digest", &d->digest);
	out_text(o, "signer", d->head.origin.text);
	if (batch != NULL) {
		out_list(o, "batch_digests");
		for (unsigned i = 0; i < 5; i++)
			out_digest(o, NULL, &batch[i].digest);
		out_end(o);
		out_number(o, "leaf_index", (uint64_t)(d - batch));
	}
	expect_head(o, &d->head);
	if (says != NULL)
		expect_older(o, says);
	if (d->head.kind == KIND_REPORT) {
		out_object(o, "expect_body");
		out_number(o, "from_month", d->fact.report->from.n);
		out_number(o, "to_month", d->fact.report->to.n);
		out_number(o, "exchanged_before_ms",
			   (uint64_t)d->fact.report->exchanged_before_ms);
		out_end(o);
	} else if (d->head.kind != KIND_DOCUMENT) {
		out_object(o, "expect_body");
		out_text(o, "document.origin", d->fact.document.origin.text);
		out_digest(o, "document.digest", &d->fact.document.digest);
		if (d->head.kind == KIND_REFUSAL)
			out_number(o, "reason", d->fact.reason);
		if (d->head.kind == KIND_REFUSAL && d->fact.rule != NULL)
			out_text(o, "rule", d->fact.rule);
		if (d->head.kind == KIND_STATUS)
			expect_status(o, &d->fact);
		if (d->head.kind == KIND_RELAY)
			out_number(o, "event", d->fact.relay_event);
		if (d->head.kind == KIND_DOUBT || d->head.kind == KIND_CORRECTION)
			expect_doubted(o, &d->fact);
		if (d->head.kind == KIND_ASKED || d->head.kind == KIND_RETURNED ||
		    d->head.kind == KIND_GONE)
			expect_lost(o, &d->fact);
		out_end(o);
	}
	out_end(o);
}

static void write_envelope(struct vectors *v, struct out *o, const char *name,
			   const struct draft *d, const struct draft *batch)
{
	write_any(v, o, name, d, batch, NULL);
}

void write_envelopes(struct vectors *v, const struct examples *e)
{
	struct out *o = out_open(v->folder, "envelopes");

	write_envelope(v, o, "document", &e->document, NULL);
	write_envelope(v, o, "document-to-subtree", &e->group, NULL);
	write_envelope(v, o, "receipt", &e->receipt, NULL);
	write_envelope(v, o, "refusal", &e->refusal, NULL);
	write_envelope(v, o, "refusal-of-unreadable", &e->unreadable, NULL);
	write_envelope(v, o, "refusal-of-unsigned", &e->spoilt, NULL);
	write_envelope(v, o, "refusal-by-rule", &e->forbidden, NULL);
	write_envelope(v, o, "status", &e->status, NULL);
	write_envelope(v, o, "status-assigned", &e->assigned, NULL);
	write_envelope(v, o, "relayed", &e->relayed, NULL);
	write_envelope(v, o, "held", &e->held, NULL);
	write_envelope(v, o, "doubt", &e->doubt, NULL);
	write_envelope(v, o, "doubt-of-receipt", &e->doubt_of_fact, NULL);
	write_envelope(v, o, "correction", &e->correction, NULL);
	for (unsigned i = 0; i < 5; i++) {
		char name[32];

		snprintf(name, sizeof name, "batch-%u-of-5", i);
		write_envelope(v, o, name, &e->batch[i], e->batch);
	}
	write_any(v, o, "document-that-replaces", &e->newer, NULL,
		  &(struct says){ &e->document, NULL });
	write_envelope(v, o, "status-agreed", &e->agreed, NULL);
	write_envelope(v, o, "report", &e->report, NULL);
	write_envelope(v, o, "report-asked", &e->asking, NULL);
	write_any(v, o, "document-that-reminds", &e->reminder, NULL,
		  &(struct says){ &e->document, "cb-mot" });
	write_envelope(v, o, "asked", &e->asked, NULL);
	write_envelope(v, o, "asked-content", &e->wanted, NULL);
	write_envelope(v, o, "returned", &e->returned, NULL);
	write_envelope(v, o, "gone", &e->gone, NULL);
	out_close(o);
}

void write_evidence(struct vectors *v, const struct examples *e)
{
	Vanthu__V1__Evidence m = VANTHU__V1__EVIDENCE__INIT;
	ProtobufCBinaryData relay =
	    field_bytes(e->relayed.envelope.data, e->relayed.envelope.len_bytes);
	ProtobufCBinaryData receipt =
	    field_bytes(e->receipt.envelope.data, e->receipt.envelope.len_bytes);
	ProtobufCBinaryData head = field_bytes(v->second.head.head.data,
					       v->second.head.head.len_bytes),
			    entries[MEMBERS];
	struct out *o = out_open(v->folder, "evidence");
	struct blob bytes;
	enum err error;

	for (unsigned i = 0; i < MEMBERS; i++)
		entries[i] = field_bytes(v->second.entries[i].entry.data,
					 v->second.entries[i].entry.len_bytes);
	m.envelope = field_bytes(e->document.envelope.data, e->document.envelope.len_bytes);
	m.relays = &relay;
	m.receipts = &receipt;
	m.heads = &head;
	m.n_relays = m.n_receipts = m.n_heads = 1;
	m.entries = entries;
	m.n_entries = MEMBERS;
	error = pb_pack(v->arena, &m.base, &bytes);
	assert(error == ERR_OK);
	out_vector(o, "evidence", "evidence");
	out_bytes(o, bytes);
	out_digest(o, "document_digest", &e->document.digest);
	out_text(o, "signer", e->document.head.origin.text);
	out_end(o);
	out_close(o);
}
