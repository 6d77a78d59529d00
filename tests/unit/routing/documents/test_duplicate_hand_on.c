/* A document that comes again after the tree has changed: handed on by its new way, once, and
 * whole. */
#include "tests/unit/support/fixture.h"

#include <string.h>

#include "routing/base/committee_id.h"

static const char *const to_a1[] = { "xa-a1", NULL };
static const char *const to_b1[] = { "xa-b1", NULL };

/* The next version, in which xa-b1 stands below this one of ours. */
static void b1_stands_below(struct stage *g, const char *superior, uint64_t version)
{
	struct event e = { .type = EVENT_DIRECTORY };
	struct directory d;

	g->f->entries[fixture_index(g->f, "xa-b1")].superior = fixture_id(superior);
	fixture_repack(g->f, fixture_index(g->f, "xa-b1"));
	d = fixture_directory(g->f, version);
	e.u.directory = (struct ev_directory){
		.reply = { 1 }, .head = &d.head, .entries = d.entries, .entry_count = d.entry_count
	};
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
}

/* A relay long done with a document: acknowledged by the next hop, its content swept. */
static void let_go_of_content(struct stage *g, const struct draft *d)
{
	struct record state =
	    station_get(g->s, FAMILY_STATE, key_serial(ROLE_RELAY, (struct serial){ 1 }));

	state.u.state.content_dropped = true;
	plan_put(g->s->plan, key_serial(ROLE_RELAY, (struct serial){ 1 }), &state);
	plan_erase(g->s->plan, FAMILY_ENVELOPE, key_serial(ROLE_RELAY, (struct serial){ 1 }));
	plan_erase(g->s->plan, FAMILY_FILE,
		   key_file(d->head.manifest[0].sha256, ROLE_RELAY, (struct serial){ 1 }));
	plan_erase(g->s->plan, FAMILY_STREAM, key_seq(fixture_id("xa-a2"), LANE_NORMAL, 1));
	station_commit(g->s);
	station_clear(g->s);
}

static struct event fetched(const char *from, uint64_t seq)
{
	struct event e = { .type = EVENT_FETCHED };

	e.u.fetched = (struct ev_fetched){ .neighbour = fixture_id(from),
					   .lane = LANE_NORMAL,
					   .seq = seq,
					   .role = ROLE_RELAY,
					   .serial = { 1 } };
	return e;
}

/* A document for xa-b1 was queued for xa-a2; now xa-b1 stands below xa-a1. `let_go`: long ago, and
 * its content was swept. */
static void way_has_changed(struct stage *g, struct neighbour *a2, struct draft *d, bool let_go)
{
	b1_stands_below(g, "xa-a2", 2);
	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, a2);
	fixture_seal(g->f, "tinh", d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, d);
	station_commit(g->s);
	if (let_go) {
		struct event e = fetched("tinh", 1);

		station_take(g->s, &e);
		station_commit(g->s);
		station_clear(g->s);
		let_go_of_content(g, d);
	}
	assert_true(let_go !=
		    station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a2"), LANE_NORMAL, 1)));
	b1_stands_below(g, "xa-a1", 3);
}

static void test_document_that_comes_back_by_name_takes_the_new_way(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");
	struct draft d = fixture_document(g->f, "tinh", 1, to_b1);
	struct record r;
	struct event e;

	way_has_changed(g, &a2, &d, false);
	e = neighbour_item(g->s, &a2, LANE_NORMAL, &d, to_b1);
	station_take(g->s, &e);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1));
	assert_string_equal(r.u.stream.targets[0].text, "xa-b1");
}

static void
test_another_document_in_a_place_of_an_ended_stream_does_not_count_as_queued(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");
	struct draft first = fixture_document(g->f, "tinh", 1, to_b1),
		     second = fixture_document(g->f, "tinh", 2, to_b1);
	struct publication before[2] = {
		{ .neighbour = a2.id, .lane = LANE_NORMAL, .seq = 1 },
		{ .neighbour = fixture_id("xa-a1"), .lane = LANE_NORMAL, .seq = 1 }
	};
	struct record route = { .family = FAMILY_ROUTE }, r;
	struct event e;

	way_has_changed(g, &a2, &first, false);
	/* Once xa-a1 had it from us in place 1; it parted since, and its stream counts anew: in
	 * place 1 is the second one now. */
	route.u.route = (struct rec_route){ .publications = before, .count = 2 };
	plan_put(g->s->plan, key_serial(ROLE_RELAY, (struct serial){ 1 }), &route);
	fixture_seal(g->f, "tinh", &second);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &second);
	station_commit(g->s);
	station_clear(g->s);
	r = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1));
	assert_int_equal(r.u.stream.serial.n, 2);
	e = neighbour_item(g->s, &a2, LANE_NORMAL, &first, to_b1);
	station_take(g->s, &e);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 2));
	assert_int_equal(r.u.stream.serial.n, 1);
	assert_string_equal(r.u.stream.targets[0].text, "xa-b1");
}

static void test_content_that_was_let_go_comes_back_with_the_document_and_goes_on(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");
	struct draft d = fixture_document(g->f, "tinh", 1, to_b1);
	struct manifest_item file = fixture_file_item(100000);
	struct record r;
	struct event e;

	d.head.manifest = &file;
	d.head.manifest_count = 1;
	way_has_changed(g, &a2, &d, true);
	e = neighbour_item(g->s, &a2, LANE_NORMAL, &d, to_b1);
	station_take(g->s, &e);
	station_commit(g->s);
	/* Not passed on before it is whole again; then it is, by name. */
	assert_true(station_has(g->s, FAMILY_FETCH, key_seq(a2.id, LANE_NORMAL, 1)));
	assert_false(
	    station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
	/* who has the files must keep them */
	assert_null(station_said(g->s, "xa-a2", MESSAGE_COMPLETE, 0));
	station_clear(g->s);
	e = fetched("xa-a2", 1);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_non_null(station_said(g->s, "xa-a2", MESSAGE_COMPLETE, 0));
	assert_false(station_has(g->s, FAMILY_FETCH, key_seq(a2.id, LANE_NORMAL, 1)));
	r = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1));
	assert_string_equal(r.u.stream.targets[0].text, "xa-b1");
	assert_true(station_get(g->s, FAMILY_STATE, key_serial(ROLE_RELAY, (struct serial){ 1 }))
			.u.state.complete_at_ms != 0);
	/* How it came first stays: our signed record says so too. */
	r = station_get(g->s, FAMILY_DOCUMENT, key_serial(ROLE_RELAY, (struct serial){ 1 }));
	assert_string_equal(r.u.document.from.text, "tinh");
}

static void test_document_that_has_gone_round_too_often_is_refused_for_who_is_named(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");
	struct draft d = fixture_document(g->f, "tinh", 1, to_b1);
	struct manifest_item file = fixture_file_item(100000);
	struct blob relays[HOP_LIMIT];
	const struct draft *answer;
	struct event e;

	d.head.manifest = &file;
	d.head.manifest_count = 1;
	way_has_changed(g, &a2, &d, true);
	for (unsigned i = 0; i < HOP_LIMIT; i++)
		relays[i] = fixture_blob("a relay record");
	e = neighbour_item(g->s, &a2, LANE_NORMAL, &d, to_b1);
	e.u.publish.relays = relays; /* with ours beside them no frame would be taken */
	e.u.publish.relay_count = HOP_LIMIT;
	station_take(g->s, &e);
	station_commit(g->s);
	assert_false(station_has(g->s, FAMILY_FETCH, key_seq(a2.id, LANE_NORMAL, 1)));
	assert_true(station_get(g->s, FAMILY_STATE, key_serial(ROLE_RELAY, (struct serial){ 1 }))
			.u.state.content_dropped);
	assert_int_equal(g->s->plan->draft_count, 1);
	answer = &g->s->plan->drafts[0];
	assert_int_equal(answer->fact.kind, KIND_REFUSAL);
	assert_int_equal(answer->fact.reason, ERR_HOP_LIMIT);
	assert_string_equal(answer->fact.targets[0].text, "xa-b1");
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 1)));
}

static void test_nobody_is_served_whom_the_head_does_not_name(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");
	struct draft d = fixture_document(g->f, "tinh", 1, to_a1);
	struct manifest_item file = fixture_file_item(100000);
	struct record r;
	struct event e;

	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a2);
	d.head.manifest = &file; /* not complete yet: what is named now counts when it is */
	d.head.manifest_count = 1;
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	e = neighbour_item(g->s, &a2, LANE_NORMAL, &d, to_a1);
	/* the opener would have refused it; the core must as well */
	e.u.publish.targets = (const struct committee_id[]){ { "xa-b1" } };
	e.u.publish.target_count = 1;
	station_take(g->s, &e);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_DOCUMENT, key_serial(ROLE_RELAY, (struct serial){ 1 }));
	assert_int_equal(r.u.document.also_count, 1); /* what was meant when nobody was named */
	assert_string_equal(r.u.document.also[0].text, "xa-a1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_document_that_comes_back_by_name_takes_the_new_way),
		TEST(test_another_document_in_a_place_of_an_ended_stream_does_not_count_as_queued),
		TEST(test_content_that_was_let_go_comes_back_with_the_document_and_goes_on),
		TEST(test_document_that_has_gone_round_too_often_is_refused_for_who_is_named),
		TEST(test_nobody_is_served_whom_the_head_does_not_name),
	};

	return cmocka_run_group_tests_name("hand_on", tests, NULL, NULL);
}
