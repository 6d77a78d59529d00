/* Hostile acts with envelopes: signatures, sequences, names, recipients, facts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.pb-c.h"
#include "proto/digest.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/verifier.h"
#include "proto/wire_encode.h"
#include "tests/helpers/badpeer.h"
#include "tools/base/files.h"

enum { ASKED_MS = 60000, FLOOD = 20000, BURST = 40, EVIDENCE_MAX_BYTES = 1 << 20 };

static const char *const to_other[] = { "vanphong", NULL };

static struct draft good(struct peer *p, const char *const *to)
{
	struct draft d = peer_document(p, to);

	peer_seal(p, &d);
	return d;
}

static void say_asked(struct peer *p, uint64_t have)
{
	struct message m;

	while (peer_hear(p, MESSAGE_SUBSCRIBE, ASKED_MS, &m)) {
		if (m.u.subscribe.lane == LANE_NORMAL) {
			printf("asked again from %lld\n", (long long)(m.u.subscribe.have - have));
			return;
		}
	}
	printf("not asked again\n");
}

static void say_refused(struct peer *p, const struct draft *d)
{
	printf("refused VT-%u\n", peer_refusal(p, &d->digest));
}

static void say_acknowledged(struct peer *p)
{
	printf("%s\n", peer_acknowledged(p, LANE_NORMAL, p->out[LANE_NORMAL].seq)
			   ? "acknowledged"
			   : "not acknowledged");
}

/* What comes out of order right after a Subscribe may have been under way before it. So one good
 * document goes first. */
static void settle(struct peer *p)
{
	struct draft d = good(p, to_other);
	struct publish_item item = peer_item(p, LANE_NORMAL, &d);

	peer_publish(p, LANE_NORMAL, &item, 1);
	say_acknowledged(p);
}

/* A spoilt signature is asked for twice more, and refused when it is no better. */
static void wrong_signature(struct peer *p, char **args)
{
	struct draft d = good(p, to_other);
	struct publish_item item;
	uint8_t *bytes = malloc(d.envelope.len_bytes);

	(void)args;
	if (bytes == NULL)
		return;
	memcpy(bytes, d.envelope.data, d.envelope.len_bytes);
	bytes[d.envelope.len_bytes - 1] ^= 1; /* the signature ends the envelope */
	d.envelope.data = bytes;
	settle(p);
	item = peer_item(p, LANE_NORMAL, &d);
	for (unsigned i = 0; i < 2; i++) {
		peer_publish(p, LANE_NORMAL, &item, 1);
		say_asked(p, item.seq - 1);
	}
	peer_publish(p, LANE_NORMAL, &item, 1);
	say_refused(p, &d);
	free(bytes);
}

static void wrong_sequence(struct peer *p, char **args)
{
	struct draft d = good(p, to_other);
	struct publish_item item, ahead;

	(void)args;
	settle(p);
	item = ahead = peer_item(p, LANE_NORMAL, &d);
	ahead.seq += 5;
	peer_publish(p, LANE_NORMAL, &ahead, 1);
	say_asked(p, item.seq - 1);
	peer_publish(p, LANE_NORMAL, &item, 1);
	say_acknowledged(p);
}

static void wrong_chain(struct peer *p, char **args)
{
	struct draft d = good(p, to_other);
	struct publish_item item, other;

	(void)args;
	settle(p);
	item = other = peer_item(p, LANE_NORMAL, &d);
	other.chain.bytes[7] ^= 0x40;
	peer_publish(p, LANE_NORMAL, &other, 1);
	say_asked(p, item.seq - 1);
	peer_publish(p, LANE_NORMAL, &item, 1);
	say_acknowledged(p);
}

static void publish_refused(struct peer *p, struct draft *d)
{
	struct publish_item item;

	peer_seal(p, d);
	item = peer_item(p, LANE_NORMAL, d);
	peer_publish(p, LANE_NORMAL, &item, 1);
	say_refused(p, d);
}

static void foreign_origin(struct peer *p, char **args)
{
	struct draft d = peer_document(p, to_other);

	(void)args;
	snprintf(d.head.origin.text, sizeof d.head.origin.text, "btp");
	publish_refused(p, &d);
	d = peer_document(p, to_other);
	snprintf(d.head.origin.text, sizeof d.head.origin.text, "cb-luutru");
	publish_refused(p, &d);
}

/* Its own subordinate (which btp reaches only through it), one that nobody knows, and its own
 * subordinates as a group. */
static void unreachable(struct peer *p, char **args)
{
	static const char *const below[] = { "cb-tochuc", NULL },
				 *const unknown[] = { "khong-co", NULL },
				 *const group[] = { "*", NULL };
	struct draft d = peer_document(p, below);

	(void)args;
	publish_refused(p, &d);
	d = peer_document(p, unknown);
	publish_refused(p, &d);
	d = peer_document(p, group);
	publish_refused(p, &d);
}

static void bad_text(struct peer *p, char **args)
{
	struct draft d = peer_document(p, to_other);
	struct document_body body;
	struct publish_item item;

	(void)args;
	if (document_body_unpack(p->arena, d.body, &body) != ERR_OK)
		return;
	body.subject = "th\xff\xfe";
	if (document_body_pack(p->arena, &body, &d.body) != ERR_OK)
		return;
	peer_seal(p, &d);
	item = peer_item(p, LANE_NORMAL, &d);
	peer_publish(p, LANE_NORMAL, &item, 1);
	say_refused(p, &d);
}

/* The same envelope at the same sequence, then at a new one. */
static void replay(struct peer *p, char **args)
{
	struct draft d = good(p, to_other);
	struct publish_item item = peer_item(p, LANE_NORMAL, &d);

	(void)args;
	for (int i = 0; i < 3; i++) {
		peer_publish(p, LANE_NORMAL, &item, 1);
		say_acknowledged(p);
	}
	for (int i = 0; i < 3; i++) {
		item = peer_item(p, LANE_NORMAL, &d);
		peer_publish(p, LANE_NORMAL, &item, 1);
		say_acknowledged(p);
	}
}

/* Another envelope under an id that is taken. */
static void conflict(struct peer *p, char **args)
{
	struct draft d = good(p, to_other), other = peer_document(p, to_other);
	struct publish_item item = peer_item(p, LANE_NORMAL, &d);

	(void)args;
	peer_publish(p, LANE_NORMAL, &item, 1);
	say_acknowledged(p);
	other.head.id = d.head.id;
	other.head.urgency = URGENCY_THUONG_KHAN;
	publish_refused(p, &other);
}

/* A daemon that decides each before the next is opened gives credit in time: against a window of
 * one it had to be so forty times in a row. */
static void beyond_credit(struct peer *p, char **args)
{
	struct publish_item items[BURST];
	struct draft d = good(p, to_other);

	(void)args;
	for (int i = 0; i < BURST; i++)
		items[i] = peer_item(p, LANE_NORMAL, &d);
	peer_publish(p, LANE_NORMAL, items, BURST);
}

/* As fast as the socket takes it, without looking at credit. */
static void flood(struct peer *p, char **args)
{
	struct draft d = good(p, to_other);

	(void)args;
	for (int i = 0; i < FLOOD; i++) {
		struct publish_item item = peer_item(p, LANE_NORMAL, &d);
		struct message m = { .type = MESSAGE_PUBLISH };
		struct blob frame;

		m.u.publish = (struct msg_publish){ .lane = LANE_NORMAL,
						    .stream = p->out[LANE_NORMAL].id,
						    .items = &item,
						    .item_count = 1 };
		if (wire_encode(p->arena, &m, &frame) == ERR_OK)
			peer_send(p, frame.data, frame.len_bytes);
	}
	say_acknowledged(p);
}

/* Receipts for a document that was sent to somebody else: signed by us, and signed by us in the
 * recipient's name. */
static void receipt_for_another(struct peer *p, char **args)
{
	const Vanthu__V1__Evidence *m;
	struct publish_item item;
	struct opened o;
	struct blob file;
	enum err e = fs_read(p->arena, args[0], EVIDENCE_MAX_BYTES, &file);
	struct committee_id to = { "btp" };
	struct recipient recipient = { .committee = to };

	m = e != ERR_OK ? NULL : pb_unpack(p->arena, &vanthu__v1__evidence__descriptor, file, &e);
	if (m == NULL || seal_peek(p->arena, field_blob(m->envelope), &o) != ERR_OK) {
		printf("no evidence\n");
		return;
	}
	for (int forged = 0; forged < 2; forged++) {
		struct draft d = peer_document(p, to_other);

		d.head.kind = KIND_RECEIPT;
		d.head.body_version = FACT_BODY_VERSION;
		d.head.manifest_count = 0;
		d.head.recipients = &recipient;
		d.head.recipient_count = 1;
		if (forged)
			snprintf(d.head.origin.text, sizeof d.head.origin.text, "vanphong");
		d.fact = (struct fact){ .kind = KIND_RECEIPT,
					.at_ms = d.head.signed_at_ms,
					.from = to,
					.note = "",
					.document = { o.head.origin, o.head.id, o.digest } };
		peer_seal(p, &d);
		item = peer_item(p, LANE_FACTS, &d);
		peer_publish(p, LANE_FACTS, &item, 1);
		printf("%s\n", peer_acknowledged(p, LANE_FACTS, item.seq) ? "acknowledged"
									  : "not acknowledged");
	}
}

const struct trick tricks_publish[] = {
	{ "signature", wrong_signature, false },
	{ "sequence", wrong_sequence, false },
	{ "chain", wrong_chain, false },
	{ "origin", foreign_origin, false },
	{ "unreachable", unreachable, false },
	{ "text", bad_text, false },
	{ "replay", replay, false },
	{ "conflict", conflict, false },
	{ "credit", beyond_credit, false },
	{ "flood", flood, false },
	{ "receipt", receipt_for_another, false },
	{ NULL, NULL, false },
};
