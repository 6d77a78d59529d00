/* One document with as many recipients as there may be: what show, trace and evidence say of it,
 * and that this takes steps in proportion.
 *
 * Steps, not time: what this program links of the control sockets and of the core (Makefile, STEPS)
 * is compiled to report each basic block that it enters. So a round of a loop, a record read and a
 * comparison all count, and a request takes the same number on every machine. */
#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "proto/directory.h"
#include "tests/unit/support/desk.h"

enum { MANY = RECIPIENTS_MAX, MORE = 8 * MANY, RELAYS = 3 };

static const struct doc_id the_document = { { 0x01, 0x97, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0,
					      0, 1 } };

static struct committee_id village(unsigned i)
{
	struct committee_id id;

	snprintf(id.text, sizeof id.text, "thon-ban-%04u", i);
	return id;
}

static struct blob fact_of(struct fixture *f, struct committee_id signer, enum kind kind,
			   uint32_t event)
{
	struct draft d = { .fact = { .kind = kind,
				     .at_ms = FIXTURE_NOW_MS + event,
				     .relay_event = event,
				     .note = "",
				     .hop = 1,
				     .from = fixture_id("huyen-a"),
				     .document = { fixture_id("huyen-a"), the_document,
						   fixture_digest("it") } },
			   .head = { .id = fixture_doc_id(9),
				     .origin = signer,
				     .kind = kind,
				     .body_version = FACT_BODY_VERSION,
				     .urgency = URGENCY_THUONG,
				     .secrecy = SECRECY_THUONG,
				     .signed_at_ms = FIXTURE_NOW_MS,
				     .directory_version = 1,
				     .hop_limit = HOP_LIMIT } };
	struct recipient *to = arena_alloc(f->arena, sizeof *to);

	assert_non_null(to);
	to->committee = fixture_id("huyen-a");
	d.head.recipients = to;
	d.head.recipient_count = 1;
	fixture_seal(f, "xa-a1", &d); /* whoever signs: it is read here, not verified */
	return d.envelope;
}

/* All of them stand below us. */
static void put_villages(struct fixture *f, struct station *s, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct record r = { .family = FAMILY_COMMITTEE },
			      below = { .family = FAMILY_SUBORDINATE };
		struct rec_committee *c = &r.u.committee;

		*c = (struct rec_committee){ .id = village(i),
					     .superior = fixture_id("huyen-a"),
					     .name = "Chi bộ",
					     .symbol = "CB",
					     .endpoint = "",
					     .term_name = "",
					     .term_from = "",
					     .changed_in = 1 };
		assert_ok(directory_entry_pack(f->arena, c, &c->entry));
		plan_put(s->plan, key_committee(c->id), &r);
		plan_put(s->plan, key_subordinate(c->superior, c->id), &below);
	}
	assert_ok(s->store->ops->commit(s->store, s->plan));
	station_clear(s);
}

/* A document of ours to that many, named or as our subordinates, of whom all but the last have
 * receipted, by the way of some relays. */
static void put_document(struct fixture *f, struct station *s, unsigned recipients, bool named,
			 unsigned relay_count)
{
	const char *const to[] = { "tinh", NULL };
	struct draft draft = fixture_document(f, "huyen-a", 1, to);
	struct recipient *list = arena_array(f->arena, recipients, sizeof *list);
	struct record r = { .family = FAMILY_IDENT };
	struct key key = key_serial(ROLE_OUT, (struct serial){ 1 });
	struct blob relays[RELAYS];

	assert_non_null(list);
	fixture_seal(f, "huyen-a", &draft);
	for (unsigned i = 0; i < recipients && named; i++)
		list[i].committee = village(i);
	if (!named)
		list[0].group = GROUP_SUBORDINATES;
	for (unsigned i = 0; i < RELAYS; i++)
		relays[i] = fact_of(f,
				    fixture_id(i == 0	? "tinh"
					       : i == 1 ? "huyen-b"
							: "xa-b1"),
				    KIND_RELAY, 1);
	r.u.ident = (struct rec_ident){ .role = ROLE_OUT, .serial = { 1 }, .digest = draft.digest };
	plan_put(s->plan, key_ident(draft.head.id, draft.head.origin), &r);
	r = (struct record){ .family = FAMILY_DOCUMENT };
	r.u.document = (struct rec_document){ .origin = draft.head.origin,
					      .id = draft.head.id,
					      .digest = draft.digest,
					      .recipients = list,
					      .recipients_len = named ? recipients : 1,
					      .recipient_count = recipients,
					      .urgency = URGENCY_THUONG,
					      .secrecy = SECRECY_THUONG,
					      .signed_at_ms = FIXTURE_NOW_MS,
					      .directory_version = 1,
					      .manifest = draft.head.manifest,
					      .manifest_count = 1,
					      .summary = { .number = "31-KH/ĐU",
							   .type_code = "KH",
							   .subject = "Kế hoạch",
							   .issued_on = "",
							   .due_on = "" } };
	plan_put(s->plan, key, &r);
	r = (struct record){ .family = FAMILY_STATE,
			     .u.state = { .delivered = recipients - 1,
					  .complete_at_ms = FIXTURE_NOW_MS } };
	plan_put(s->plan, key, &r);
	r = (struct record){ .family = FAMILY_ENVELOPE,
			     .u.envelope = { .envelope.bytes = draft.envelope } };
	plan_put(s->plan, key, &r);
	for (unsigned i = 0; i < recipients - 1; i++) {
		r = (struct record){ .family = FAMILY_RECEIPT };
		r.u.receipt =
		    (struct rec_receipt){ .envelope.bytes = fact_of(f, village(i), KIND_RECEIPT, 0),
					  .relays = relays,
					  .relay_count = relay_count,
					  .at_ms = FIXTURE_NOW_MS,
					  .kind = KIND_RECEIPT };
		plan_put(s->plan, key_receipt(ROLE_OUT, (struct serial){ 1 }, village(i)), &r);
	}
	assert_ok(s->store->ops->commit(s->store, s->plan));
	station_clear(s);
}

static struct desk *desk_with(unsigned recipients, bool named, unsigned relay_count)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "huyen-a");

	if (!named)
		put_villages(f, s, recipients);
	put_document(f, s, recipients, named, relay_count);
	return desk_new(f, s, SOCKET_OFFICE);
}

static Vanthu__V1__Reply *ask(struct desk *d, Vanthu__V1__Request__WhatCase what)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;

	ref.text = (char *)(uintptr_t) "31-KH/ĐU";
	request.what_case = what;
	request.show = &ref; /* trace and evidence are Refs too, in the same union */
	desk_ask(d, &request);
	return desk_reply(d);
}

static void expect_views(Vanthu__V1__ReceiptView **list, size_t count)
{
	assert_int_equal(count, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		assert_string_equal(list[i]->committee, village(i).text);
		assert_string_equal(list[i]->state, i < MANY - 1 ? "delivered" : "waiting");
	}
}

/* In pieces, none larger than a message; what a receipt brings again is once in each. */
static void expect_evidence(struct desk *d)
{
	Vanthu__V1__Reply *r = ask(d, VANTHU__V1__REQUEST__WHAT_EVIDENCE);
	size_t receipts = 0, pieces = 0, envelopes = 0;
	bool more = true;

	for (; more; pieces++) {
		r = pieces == 0 ? r : desk_reply(d);
		assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_EVIDENCE);
		receipts += r->evidence->n_receipts;
		envelopes += r->evidence->envelope.len > 0;
		assert_true(r->evidence->n_relays <= RELAYS);
		more = r->more;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	assert_int_equal(receipts, MANY - 1);
	assert_int_equal(envelopes, 1);
	assert_true(pieces > 1);
}

static void test_each_recipient_each_hop_and_each_proof_is_there_once(void **state)
{
	struct desk *d = desk_with(MANY, true, RELAYS);
	Vanthu__V1__Reply *r = ask(d, VANTHU__V1__REQUEST__WHAT_SHOW);

	(void)state;
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_VIEW);
	expect_views(r->view->receipts, r->view->n_receipts);
	vanthu__v1__reply__free_unpacked(r, NULL);
	r = ask(d, VANTHU__V1__REQUEST__WHAT_TRACE);
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_TRACE);
	expect_views(r->trace->recipients, r->trace->n_recipients);
	assert_int_equal(r->trace->n_hops, 1 + RELAYS + MANY - 1);
	vanthu__v1__reply__free_unpacked(r, NULL);
	expect_evidence(d);
	desk_free(d);
}

static uint64_t steps;

/* Called by the compiler's instrumentation at each basic block of the objects under build/steps. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	steps++;
}

static uint64_t steps_of(struct desk *d, Vanthu__V1__Request__WhatCase what)
{
	uint64_t before = steps;
	Vanthu__V1__Reply *r = ask(d, what);

	if (r->what_case == VANTHU__V1__REPLY__WHAT_ERROR)
		fail_msg("VT-%u", r->error->code);
	vanthu__v1__reply__free_unpacked(r, NULL);
	return steps - before;
}

static void test_eight_times_the_recipients_take_about_eight_times_the_steps(void **state)
{
	const Vanthu__V1__Request__WhatCase each[] = { VANTHU__V1__REQUEST__WHAT_SHOW,
						       VANTHU__V1__REQUEST__WHAT_TRACE };
	struct desk *many = desk_with(MANY, false, 1), *more = desk_with(MORE, false, 1);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(each); i++) {
		uint64_t a = steps_of(many, each[i]), b = steps_of(more, each[i]);

		printf("# request %d: %d recipients %llu steps, %d recipients %llu steps\n",
		       (int)each[i], MANY, (unsigned long long)a, MORE, (unsigned long long)b);
		assert_true(a > 10 * MANY); /* it is counted at all */
		/* sorting makes it a little more than 8; looking for each among all, 60 */
		assert_true(b < 10 * a);
	}
	desk_free(many);
	desk_free(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_recipient_each_hop_and_each_proof_is_there_once),
		cmocka_unit_test(test_eight_times_the_recipients_take_about_eight_times_the_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
