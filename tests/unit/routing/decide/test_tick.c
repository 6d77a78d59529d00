/* What time and directories bring: expiry, content dropped by relays, "held", new neighbours and
 * old versions. */
#include <string.h>

#include "proto/digest.h"
#include "routing/state/stream.h"
#include "tests/unit/support/shelf.h"

static void tick_at(struct stage *g, int64_t later_ms)
{
	struct event tick = { .type = EVENT_TICK };

	station_clear(g->s);
	g->s->now.wall_ms += later_ms;
	g->s->now.mono_ms += later_ms;
	station_take(g->s, &tick);
	station_commit(g->s);
}

static void test_document_without_all_receipts_expires_once(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	station_take(g->s, submission_of(&u, 1, 1));
	station_commit(g->s);
	tick_at(g, 4999);
	assert_null(station_notice(g->s, NOTICE_EXPIRED));
	tick_at(g, 1);
	assert_non_null(station_notice(g->s, NOTICE_EXPIRED));
	assert_int_equal(station_count(g->s, FAMILY_SWEEP), 0);
	tick_at(g, 100000);
	assert_null(station_notice(g->s, NOTICE_EXPIRED));
	/* it is still sent */
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
}

static void relay_one(struct stage *g)
{
	struct draft d = fixture_document(g->f, "tinh", 1, (const char *const[]){ "xa-a1", NULL });

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
}

static void test_relay_keeps_content_until_the_next_hop_has_it(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };
	struct stream_out *out;

	relay_one(g);
	tick_at(g, 2000);
	assert_int_equal(station_count(g->s, FAMILY_ENVELOPE), 1);
	station_clear(g->s);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	stream_note_sent(out, 1);
	m = shelf_acknowledgement(g->s, &xa, out, 1);
	neighbour_says(g->s, &xa, &m);
	station_commit(g->s);
	tick_at(g, 25LL * 3600 * 1000);
	assert_int_equal(station_count(g->s, FAMILY_ENVELOPE), 0);
	assert_int_equal(station_count(g->s, FAMILY_IDENT), 1); /* that it was here is remembered */
	assert_true(station_get(g->s, FAMILY_STATE, key_serial(ROLE_RELAY, (struct serial){ 1 }))
			.u.state.content_dropped);
}

static void test_relay_that_holds_a_document_says_so_once(void **state)
{
	struct stage *g = *state;

	relay_one(g);
	tick_at(g, HELD_MS - 1);
	assert_int_equal(g->s->plan->draft_count, 0);
	tick_at(g, 1);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_true(g->s->plan->drafts[0].fact.kind == KIND_RELAY &&
		    g->s->plan->drafts[0].fact.relay_event == 2);
	assert_string_equal(g->s->plan->drafts[0].head.recipients[0].committee.text, "tinh");
	tick_at(g, HELD_MS);
	assert_int_equal(g->s->plan->draft_count, 0);
	station_restart(g->s);
	tick_at(g, 1000);
	assert_int_equal(g->s->plan->draft_count, 0); /* nor after a restart */
}

static struct event directory_event(struct stage *g, uint64_t version, struct directory *d)
{
	struct event e = { .type = EVENT_DIRECTORY };

	*d = fixture_directory(g->f, version);
	e.u.directory = (struct ev_directory){ .reply = { 7 },
					       .head = &d->head,
					       .entries = d->entries,
					       .entry_count = d->entry_count };
	return e;
}

static void test_directory_that_is_not_newer_is_refused(void **state)
{
	struct stage *g = *state;
	struct directory d;
	struct event e = directory_event(g, 1, &d);

	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_DIRECTORY_OLD);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(station_acts(g->s, ACT_DIRECTORY), 0);
}

static void test_new_directory_moves_a_committee_and_its_link(void **state)
{
	struct stage *g = *state;
	struct link_view view;
	struct directory d;
	struct event e;

	neighbour_up(g->s, &g->tinh);
	assert_true(core_link_find(g->s->core, fixture_id("xa-a1"), &view));
	assert_false(core_link_find(g->s->core, fixture_id("xa-b1"), &view));
	g->f->entries[5].superior = fixture_id("huyen-a"); /* xa-b1 comes to us */
	fixture_repack(g->f, 5);
	e = directory_event(g, 2, &d);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	assert_int_equal(station_acts(g->s, ACT_DIRECTORY), 1);
	assert_true(core_link_find(g->s->core, fixture_id("xa-b1"), &view));
	assert_true(core_link_find(g->s->core, g->tinh.id, &view));
	assert_true(view.up); /* nobody else's link is touched */
	/* Rows of former places stay for questions about earlier directories; the link is with
	 * whoever it belongs to now. */
	assert_true(station_has(g->s, FAMILY_SUBORDINATE,
				key_subordinate(fixture_id("huyen-a"), fixture_id("xa-b1"))));
	station_restart(g->s);
	assert_int_equal(core_directory_version(g->s->core), 2);
	assert_true(core_link_find(g->s->core, fixture_id("xa-b1"), &view));
}

static void test_restart_keeps_serials_streams_and_what_is_had(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	struct stream_id before;

	relay_one(g);
	before = core_stream_out(g->s->core, fixture_id("xa-a1"), LANE_NORMAL)->id;
	station_restart(g->s);
	assert_memory_equal(&core_stream_out(g->s->core, fixture_id("xa-a1"), LANE_NORMAL)->id,
			    &before, sizeof before);
	assert_int_equal(core_stream_out(g->s->core, fixture_id("xa-a1"), LANE_NORMAL)->last, 1);
	station_take(g->s, submission_of(&u, 5, 1));
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_DOCUMENT, key_serial(ROLE_OUT, (struct serial){ 2 })));
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 2)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_document_without_all_receipts_expires_once),
		TEST(test_relay_keeps_content_until_the_next_hop_has_it),
		TEST(test_relay_that_holds_a_document_says_so_once),
		TEST(test_directory_that_is_not_newer_is_refused),
		TEST(test_new_directory_moves_a_committee_and_its_link),
		TEST(test_restart_keeps_serials_streams_and_what_is_had),
	};

	return cmocka_run_group_tests_name("decide_tick", tests, NULL, NULL);
}
