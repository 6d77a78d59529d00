/* What stands in its right place and cannot be believed yet: it takes its place, what is right
 * behind it passes, and it is settled when its time has come, when its signer says so, when the
 * directory is here, or by a refusal by name. */
#include <string.h>

#include "tests/unit/support/shelf.h"

static const char *const to_us[] = { "huyen-a", NULL };

/* ---- documents ---- */

static void test_signed_ahead_takes_its_place_and_what_is_behind_it_passes(void **state)
{
	struct stage *g = *state;
	struct draft ahead, right = shelf_document(g, 2, FIXTURE_NOW_MS);
	struct opened o;
	struct fact doubt;

	neighbour_up(g->s, &g->tinh);
	ahead = shelf_set_one(g, 1);
	assert_false(station_has(g->s, FAMILY_IDENT, key_ident(ahead.head.id, ahead.head.origin)));
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &right);
	station_commit(g->s);
	assert_true(shelf_complete(g, &right));
	assert_int_equal(shelf_have(g, LANE_NORMAL), 2);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge.have, 2);
	doubt = shelf_fact(g, "tinh", 1, &o);
	assert_int_equal(o.kind, KIND_DOUBT);
	assert_string_equal(o.head.recipients[0].committee.text, "tinh");
	assert_memory_equal(&doubt.doubted, &ahead.digest, sizeof ahead.digest);
	assert_true(doubt.doubted_kind == KIND_DOCUMENT &&
		    doubt.doubted_at_ms == ahead.head.signed_at_ms &&
		    doubt.envelope.len_bytes == 0);
}

static void test_word_of_its_signer_settles_it_at_once(void **state)
{
	struct stage *g = *state;
	struct draft ahead;
	struct opened o;
	struct fact doubt;

	neighbour_up(g->s, &g->tinh);
	ahead = shelf_set_one(g, 1);
	doubt = shelf_fact(g, "tinh", 1, &o);
	shelf_correct(g, "tinh", &doubt, FIXTURE_NOW_MS + 1000);
	assert_int_equal(shelf_settle(g->s), 1);
	assert_int_equal(station_notice(g->s, NOTICE_SETTLED)->reason, 0);
	assert_true(shelf_complete(g, &ahead));
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0);
	assert_int_equal(shelf_fact(g, "tinh", 2, &o).kind, KIND_RECEIPT);
	shelf_correct(g, "tinh", &doubt, FIXTURE_NOW_MS + 1000); /* said twice */
	assert_int_equal(shelf_settle(g->s), 0);
}

static void
test_word_of_others_about_others_or_of_a_clock_still_ahead_settles_nothing(void **state)
{
	struct stage *g = *state;
	struct opened o;
	struct fact doubt, other;

	neighbour_up(g->s, &g->tinh);
	shelf_set_one(g, 1);
	doubt = other = shelf_fact(g, "tinh", 1, &o);
	shelf_correct(g, "huyen-b", &doubt, FIXTURE_NOW_MS);
	assert_int_equal(shelf_settle(g->s), 0);
	other.doubted = fixture_digest("another");
	shelf_correct(g, "tinh", &other, FIXTURE_NOW_MS);
	assert_int_equal(shelf_settle(g->s), 0);
	other = doubt;
	other.token = fixture_blob("nothing of ours");
	shelf_correct(g, "tinh", &other, FIXTURE_NOW_MS);
	assert_int_equal(shelf_settle(g->s), 0);
	shelf_correct(g, "tinh", &doubt, FIXTURE_NOW_MS + 6 * HOUR_MS);
	assert_int_equal(shelf_settle(g->s), 0);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 1); /* and nobody doubts a correction */
}

static void test_key_is_judged_by_the_time_of_the_correction(void **state)
{
	struct stage *g = *state;
	struct draft ahead;
	struct opened o;
	struct fact doubt;

	neighbour_up(g->s, &g->tinh);
	ahead = shelf_set_one(g, 1);
	doubt = shelf_fact(g, "tinh", 1, &o);
	/* Ends after it was really signed and before it says that it was. */
	g->f->keys[fixture_index(g->f, "tinh")].to_ms = FIXTURE_NOW_MS + HOUR_MS;
	shelf_correct(g, "tinh", &doubt, FIXTURE_NOW_MS + 1000);
	assert_int_equal(shelf_settle(g->s), 1);
	assert_true(shelf_complete(g, &ahead));
}

static void test_its_time_comes(void **state)
{
	struct stage *g = *state;
	struct draft ahead;

	neighbour_up(g->s, &g->tinh);
	ahead = shelf_set_one(g, 1);
	assert_int_equal(shelf_tick(g->s, HOUR_MS), 0);
	assert_int_equal(shelf_tick(g->s, 6 * HOUR_MS), 1);
	assert_true(shelf_complete(g, &ahead));
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0);
}

/* Our own clock was behind: mended, all that others signed is right. */
static void test_a_clock_that_was_behind_is_mended(void **state)
{
	struct stage *g = *state;
	struct draft d = shelf_document(g, 1, FIXTURE_NOW_MS);

	neighbour_up(g->s, &g->tinh);
	g->s->now.wall_ms -= 400 * 24 * HOUR_MS;
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 1);
	/* its age does not jump with it: it is not given up */
	g->s->now.wall_ms += 400 * 24 * HOUR_MS;
	assert_int_equal(shelf_tick(g->s, 1000), 1);
	assert_true(shelf_complete(g, &d));
}

static void test_nobody_corrects_it_and_it_is_refused_by_name(void **state)
{
	struct stage *g = *state;
	struct draft d = shelf_document(g, 1, FIXTURE_NOW_MS + 100 * 24 * HOUR_MS);
	struct opened o;
	struct fact f;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(shelf_tick(g->s, 23 * HOUR_MS), 0);
	assert_int_equal(shelf_tick(g->s, 2 * HOUR_MS), 1);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0);
	assert_int_equal(station_notice(g->s, NOTICE_SETTLED)->reason, ERR_CLOCK);
	f = shelf_fact(g, "tinh", 2, &o);
	assert_true(f.kind == KIND_REFUSAL && f.reason == ERR_CLOCK);
	assert_memory_equal(&f.document.digest, &d.digest, sizeof d.digest);
}

static void test_it_is_there_after_a_restart_and_asked_about_again(void **state)
{
	struct stage *g = *state;
	struct draft ahead;
	struct opened o;
	struct fact doubt;
	struct link_view v;

	neighbour_up(g->s, &g->tinh);
	ahead = shelf_set_one(g, 1);
	g->s->now.mono_ms++;
	station_restart(g->s);
	g->s->now.mono_ms++;
	assert_true(core_link_find(g->s->core, g->tinh.id, &v));
	assert_int_equal(v.aside, 1);
	neighbour_up(g->s, &g->tinh);
	assert_int_equal(shelf_tick(g->s, 1000), 0);
	/* the neighbour came back: perhaps with its clock mended */
	doubt = shelf_fact(g, "tinh", 2, &o);
	assert_int_equal(doubt.kind, KIND_DOUBT);
	shelf_correct(g, "tinh", &doubt, FIXTURE_NOW_MS + 2000);
	assert_int_equal(shelf_settle(g->s), 1);
	assert_true(shelf_complete(g, &ahead));
}

static void
test_doubts_are_repeated_with_growing_pauses_and_not_to_a_link_that_is_down(void **state)
{
	struct stage *g = *state;
	struct event gone = { .type = EVENT_DISCONNECTED };
	unsigned doubts = 0;

	neighbour_up(g->s, &g->tinh);
	shelf_set_one(g, 1);
	for (unsigned i = 0; i < 1000; i++) {
		struct message m = { .type = MESSAGE_PING };

		neighbour_says(g->s, &g->tinh, &m); /* it lives */
		assert_int_equal(shelf_tick(g->s, 1000), 0);
	}
	while (station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, doubts + 1)))
		doubts++;
	assert_int_equal(doubts, 9); /* at 0, 2, 6, 14, 30, 62, 126, 254, 510 s */
	gone.u.link.neighbour = g->tinh.id;
	station_clear(g->s);
	station_take(g->s, &gone);
	station_commit(g->s);
	/* so long that the link is given up for dead, and within the day, which has a report */
	for (unsigned i = 0; i < 1000; i++)
		shelf_tick(g->s, 4000);
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, doubts + 1)));
}

static void test_files_stay_with_the_publisher(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "tinh", 1, to_us);
	struct manifest_item item = fixture_file_item(1000);
	struct message pinned = { .type = MESSAGE_PINNED };
	uint64_t seq = 1;

	d.head.manifest = &item;
	d.head.manifest_count = 1;
	d.head.signed_at_ms = FIXTURE_NOW_MS + HOUR_MS;
	fixture_seal(g->f, "tinh", &d);
	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	pinned.u.seqs = (struct msg_seqs){ .lane = LANE_NORMAL,
					   .stream = g->tinh.streams[LANE_NORMAL],
					   .seqs = &seq,
					   .count = 1 };
	neighbour_says(g->s, &g->tinh, &pinned);
	station_commit(g->s);
	assert_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 0);
	assert_int_equal(shelf_tick(g->s, 2 * HOUR_MS), 1);
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 1); /* by the place in which it came */
	assert_true(station_has(g->s, FAMILY_FETCH, key_seq(g->tinh.id, LANE_NORMAL, 1)));
}

static void test_a_stream_that_begins_anew_brings_files_again_and_nothing_else(void **state)
{
	struct stage *g = *state;
	struct draft plain, with_files = fixture_document(g->f, "tinh", 2, to_us);
	struct manifest_item item = fixture_file_item(1000);
	struct message hello = { .type = MESSAGE_HELLO };

	with_files.head.manifest = &item;
	with_files.head.manifest_count = 1;
	with_files.head.signed_at_ms = FIXTURE_NOW_MS + HOUR_MS;
	fixture_seal(g->f, "tinh", &with_files);
	neighbour_up(g->s, &g->tinh);
	plain = shelf_set_one(g, 1);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &with_files);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 2);
	station_clear(g->s);
	hello.u.hello = (struct msg_hello){ .protocol_min = 1,
					    .protocol_max = 1,
					    .committee = g->tinh.id,
					    .purpose = PURPOSE_CONTROL,
					    .directory_version = 1,
					    .has_streams = true };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		hello.u.hello.streams[lane] =
		    (struct stream_offer){ g->tinh.streams[lane], g->tinh.seq[lane],
					   g->tinh.seq[lane] };
	hello.u.hello.streams[LANE_NORMAL].stream.bytes[0] ^= 1;
	neighbour_says(g->s, &g->tinh, &hello);
	station_commit(g->s);
	assert_int_equal(shelf_tick(g->s, 1000), 0);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 1);
	assert_int_equal(shelf_tick(g->s, 8 * HOUR_MS), 1);
	assert_true(shelf_complete(g, &plain));
	assert_false(
	    station_has(g->s, FAMILY_IDENT, key_ident(with_files.head.id, with_files.head.origin)));
}

static void test_a_full_shelf_gives_up_the_oldest_and_never_silently(void **state)
{
	struct stage *g = *state;
	struct draft d;
	struct opened o;
	struct fact f;

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 1; i <= ASIDE_LANE_ITEMS; i++) {
		d = shelf_document(g, i, FIXTURE_NOW_MS + 7 * HOUR_MS);
		neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
		if (i % 4 == 0) {
			station_commit(g->s);
			station_clear(g->s);
		}
	}
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), ASIDE_LANE_ITEMS);
	d = shelf_document(g, ASIDE_LANE_ITEMS + 1, FIXTURE_NOW_MS + 7 * HOUR_MS);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	assert_int_equal(shelf_settle(g->s), ASIDE_GIVEN_UP_AT_ONCE);
	/* this one waits a moment */
	assert_int_equal(shelf_have(g, LANE_NORMAL), ASIDE_LANE_ITEMS);
	/* this test takes the last that was opened only */
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), ASIDE_LANE_ITEMS - 1);
	f = shelf_fact(g, "tinh", ASIDE_LANE_ITEMS + 1, &o);
	assert_true(f.kind == KIND_REFUSAL && f.reason == ERR_CLOCK);
}

/* ---- directories ---- */

static void
test_a_directory_that_is_not_here_holds_nothing_up_and_settles_when_it_comes(void **state)
{
	struct stage *g = *state;
	struct directory directory = fixture_directory(g->f, 3);
	struct event installs = { .type = EVENT_DIRECTORY };
	struct draft ahead = fixture_document(g->f, "tinh", 1, to_us),
		     right = shelf_document(g, 2, FIXTURE_NOW_MS);

	ahead.head.directory_version = 3;
	fixture_seal(g->f, "tinh", &ahead);
	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &ahead);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &right);
	station_commit(g->s);
	assert_true(shelf_complete(g, &right));
	assert_int_equal(station_notice(g->s, NOTICE_ASIDE)->reason, ERR_DIRECTORY_AHEAD);
	assert_int_equal(shelf_tick(g->s, 1000), 0);
	station_clear(g->s);
	installs.u.directory = (struct ev_directory){ .head = &directory.head,
						      .entries = directory.entries,
						      .entry_count = directory.entry_count };
	station_take(g->s, &installs);
	station_commit(g->s);
	assert_int_equal(shelf_tick(g->s, 0), 1);
	assert_true(shelf_complete(g, &ahead));
}

static void names_a_directory_that_never_comes(struct stage *g)
{
	struct draft ahead = fixture_document(g->f, "tinh", 1, to_us);

	ahead.head.directory_version = 999999;
	fixture_seal(g->f, "tinh", &ahead);
	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &ahead);
	station_commit(g->s);
}

static void test_a_directory_version_that_never_comes_is_refused_by_name(void **state)
{
	struct stage *g = *state;
	struct opened o;
	struct fact f;

	names_a_directory_that_never_comes(g);
	assert_int_equal(shelf_tick(g->s, 25 * HOUR_MS), 1);
	f = shelf_fact(g, "tinh", 1, &o);
	assert_true(f.kind == KIND_REFUSAL && f.reason == ERR_DIRECTORY_AHEAD);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0);
}

/* Says so much of itself every five seconds, and what became of it: how often it was opened
 * again. */
static unsigned pings(struct stage *g, uint64_t directory_version, unsigned count)
{
	struct message m = { .type = MESSAGE_PING,
			     .u.ping = { .directory_version = directory_version } };
	unsigned opened = 0;

	for (unsigned i = 0; i < count; i++) {
		neighbour_says(g->s, &g->tinh, &m);
		opened += shelf_tick(g->s, PING_INTERVAL_MS);
	}
	return opened;
}

static void test_a_directory_that_its_own_neighbour_does_not_have_is_given_up_soon(void **state)
{
	struct stage *g = *state;
	uint64_t ours = core_directory_version(g->s->core);
	struct opened o;
	struct fact f;

	names_a_directory_that_never_comes(g);
	assert_int_equal(pings(g, 999999, 10), 0); /* it has it: so do we soon */
	assert_int_equal(pings(g, ours, 1), 1);
	f = shelf_fact(g, "tinh", 1, &o);
	assert_true(f.kind == KIND_REFUSAL && f.reason == ERR_DIRECTORY_AHEAD &&
		    strcmp(f.document.origin.text, "tinh") == 0);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0);
}

/* Its issuer asks what was said of a document, as a store does that was put back. */
static void asks(struct stage *g, const struct draft *d)
{
	struct fact f = { .kind = KIND_ASKED,
			  .at_ms = FIXTURE_NOW_MS,
			  .note = "",
			  .document = { d->head.origin, d->head.id, d->digest } };
	struct draft asked = fixture_fact(g->f, "tinh", "huyen-a", 70, &f);

	fixture_seal(g->f, "tinh", &asked);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &asked);
	station_commit(g->s);
}

static void test_question_that_cannot_be_answered_waits_until_we_may_sign(void **state)
{
	struct stage *g = *state;
	const struct signer_validity ended = { .known = true, .to_ms = FIXTURE_NOW_MS - 1 },
				     good = { .known = true };
	struct draft d = shelf_document(g, 1, FIXTURE_NOW_MS);
	struct opened o;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(shelf_fact(g, "tinh", 1, &o).kind, KIND_RECEIPT);
	core_set_signer(g->s->core, &ended);
	asks(g, &d);
	assert_int_equal(station_notice(g->s, NOTICE_ASIDE)->reason, ERR_OWN_KEY);
	assert_int_equal(shelf_have(g, LANE_FACTS), 1); /* what is behind it passes */
	assert_int_equal(shelf_tick(g->s, 1000), 0);
	station_restart(g->s);
	core_set_signer(g->s->core, &ended);
	assert_int_equal(shelf_tick(g->s, 1000), 0);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 1);
	core_set_signer(g->s->core, &good);
	assert_int_equal(shelf_tick(g->s, 1000), 1);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0);
	assert_int_equal(shelf_fact(g, "tinh", 2, &o).kind, KIND_RECEIPT); /* once more */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_signed_ahead_takes_its_place_and_what_is_behind_it_passes),
		TEST(test_word_of_its_signer_settles_it_at_once),
		TEST(
		    test_word_of_others_about_others_or_of_a_clock_still_ahead_settles_nothing),
		TEST(test_key_is_judged_by_the_time_of_the_correction),
		TEST(test_its_time_comes),
		TEST(test_a_clock_that_was_behind_is_mended),
		TEST(test_nobody_corrects_it_and_it_is_refused_by_name),
		TEST(test_it_is_there_after_a_restart_and_asked_about_again),
		TEST(test_doubts_are_repeated_with_growing_pauses_and_not_to_a_link_that_is_down),
		TEST(test_files_stay_with_the_publisher),
		TEST(test_a_stream_that_begins_anew_brings_files_again_and_nothing_else),
		TEST(test_a_full_shelf_gives_up_the_oldest_and_never_silently),
		TEST(
		    test_a_directory_that_is_not_here_holds_nothing_up_and_settles_when_it_comes),
		TEST(test_a_directory_version_that_never_comes_is_refused_by_name),
		TEST(test_a_directory_that_its_own_neighbour_does_not_have_is_given_up_soon),
		TEST(test_question_that_cannot_be_answered_waits_until_we_may_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
