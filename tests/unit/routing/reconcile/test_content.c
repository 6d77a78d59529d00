/* A content that was found damaged: who is asked, what a neighbour gives, and what comes back. */
#include "routing/reconcile/content.h"

#include <string.h>

#include "proto/body.h"
#include "proto/verifier.h"
#include "tests/unit/support/fixture.h"

static void lost(struct stage *g, struct digest sha256)
{
	struct event e = { .type = EVENT_CONTENT_LOST, .u.content_lost = { .sha256 = sha256 } };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

/* A document with a file from the superior; fetched when `whole`. */
static struct digest arrived(struct stage *g, bool whole)
{
	struct draft d =
		fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct manifest_item item = fixture_file_item(100000);
	struct event fetched = { .type = EVENT_FETCHED };

	neighbour_up(g->s, &g->tinh);
	d.head.manifest = &item;
	d.head.manifest_count = 1;
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	fetched.u.fetched = (struct ev_fetched){ .neighbour = g->tinh.id,
						 .lane = LANE_NORMAL,
						 .seq = 1,
						 .role = ROLE_IN,
						 .serial = { 1 } };
	station_clear(g->s);
	if (whole) {
		station_take(g->s, &fetched);
		station_commit(g->s);
		station_clear(g->s);
	}
	return item.sha256;
}

static bool is_wanted(struct stage *g, enum role role)
{
	return station_get(g->s, FAMILY_STATE, key_serial(role, (struct serial){ 1 }))
		.u.state.content_wanted;
}

/* The last fact in the superior's queue; kind NONE: it is no question for a content. */
static struct fact asked(struct stage *g)
{
	struct scan scan = scan_of(key_link(g->tinh.id, LANE_FACTS));
	struct fact f = { .kind = KIND_NONE };
	struct opened o;
	struct record r;

	if (g->s->lookup.last(g->s->lookup.ctx, g->f->arena, FAMILY_STREAM, &scan, &r) != ERR_OK)
		return f;
	assert_ok(
		seal_open(g->f->verifier, g->f->arena, r.u.stream.fact.bytes, FIXTURE_NOW_MS, &o));
	assert_ok(fact_unpack(g->f->arena, o.kind, o.body, &f));
	if (f.kind != KIND_ASKED || !f.asked_content)
		f.kind = KIND_NONE;
	return f;
}

static void test_who_gave_it_is_asked_and_it_is_fetched_again(void **state)
{
	struct stage *g = *state;
	struct digest sha256 = arrived(g, true);
	struct event again, fetched = { .type = EVENT_FETCHED };
	struct doc_id id = fixture_doc_id(1);
	struct draft d =
		fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct manifest_item item = fixture_file_item(100000);
	uint64_t receipts = station_count(g->s, FAMILY_RECEIPT);
	struct fact f;

	lost(g, sha256);
	assert_true(is_wanted(g, ROLE_IN));
	f = asked(g);
	assert_int_equal(f.kind, KIND_ASKED);
	assert_memory_equal(&f.document.id, &id, sizeof id);

	d.head.manifest = &item;
	d.head.manifest_count = 1;
	fixture_seal(g->f, "tinh", &d);
	again = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	station_clear(g->s);
	station_take(g->s, &again);
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_FETCH, key_seq(g->tinh.id, LANE_NORMAL, 2)));
	assert_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	fetched.u.fetched = (struct ev_fetched){ .neighbour = g->tinh.id,
						 .lane = LANE_NORMAL,
						 .seq = 2,
						 .role = ROLE_IN,
						 .serial = { 1 } };
	station_clear(g->s);
	station_take(g->s, &fetched);
	station_commit(g->s);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	assert_false(is_wanted(g, ROLE_IN));
	assert_false(station_has(g->s, FAMILY_FETCH, key_seq(g->tinh.id, LANE_NORMAL, 2)));
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), receipts);
}

static void test_what_is_still_coming_is_not_asked_for(void **state)
{
	struct stage *g = *state;

	lost(g, arrived(g, false));
	assert_int_equal(asked(g).kind, KIND_NONE);
	lost(g, (struct digest){ { 9 } }); /* nobody's */
	assert_int_equal(asked(g).kind, KIND_NONE);
}

/* ---- at the neighbour ---- */

static void sent(struct stage *g)
{
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };

	neighbour_up(g->s, &g->tinh);
	station_clear(g->s);
	submission_of(&u, 1, 1);
	u.item = fixture_file_item(100000);
	u.event.u.submit.manifest = &u.item;
	station_take(g->s, &u.event);
	station_commit(g->s);
	station_clear(g->s);
	neighbour_subscribe(g->s, &g->tinh, LANE_NORMAL, 1);
	station_clear(g->s);
}

static void asks(struct stage *g, const char *signer, unsigned fact_id)
{
	struct record r = station_get(g->s, FAMILY_IDENT,
				      key_ident(fixture_doc_id(1), fixture_id("huyen-a")));
	struct fact f = { .kind = KIND_ASKED,
			  .at_ms = FIXTURE_NOW_MS,
			  .note = "",
			  .document = { fixture_id("huyen-a"), fixture_doc_id(1),
					r.u.ident.digest },
			  .asked_content = true };
	struct draft d = fixture_fact(g->f, signer, "huyen-a", fact_id, &f);

	fixture_seal(g->f, signer, &d);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	station_clear(g->s);
}

static bool published(struct stage *g, uint64_t seq)
{
	return station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_NORMAL, seq));
}

static void test_a_neighbour_that_had_it_gets_it_once_more(void **state)
{
	struct stage *g = *state;

	sent(g);
	assert_false(published(g, 2));
	asks(g, "huyen-b", 50); /* which stands behind that link, and asks nothing of us */
	assert_false(published(g, 2));
	asks(g, "tinh", 51);
	assert_true(published(g, 2));
	/* where it is damaged itself it gives nothing */
	lost(g, fixture_file_item(100000).sha256);
	asks(g, "tinh", 52);
	assert_false(published(g, 3));
	assert_true(is_wanted(g, ROLE_OUT));
	assert_int_equal(asked(g).kind, KIND_ASKED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_gave_it_is_asked_and_it_is_fetched_again),
		TEST(test_what_is_still_coming_is_not_asked_for),
		TEST(test_a_neighbour_that_had_it_gets_it_once_more),
	};

	return cmocka_run_group_tests_name("reconcile_content", tests, NULL, NULL);
}
