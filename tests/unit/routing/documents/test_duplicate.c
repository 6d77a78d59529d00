/* A document that comes again: a repetition, a further part of its names, or a new way. The table
 * is in routing/documents/duplicate.c. */
#include "routing/state/stream.h"
#include "tests/unit/support/fixture.h"

#include <string.h>

static const char *const to_a1[] = { "xa-a1", NULL };
static const char *const to_a2[] = { "xa-a2", NULL };
static const char *const to_b1[] = { "xa-b1", NULL };
static const char *const to_both[] = { "xa-a1", "xa-a2", NULL };

static struct key first_of(const char *neighbour)
{
	return key_seq(fixture_id(neighbour), LANE_NORMAL, 1);
}

/* An item of a neighbour, decided and committed; the plan stays to be looked at. */
static void comes(struct stage *g, struct neighbour *from, const struct draft *d,
		  const char *const *targets)
{
	struct event e = neighbour_item(g->s, from, LANE_NORMAL, d, targets);

	e.u.publish.neighbour_directory = core_directory_version(g->s->core);
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

static struct draft document(struct stage *g, const char *const *recipients, bool file)
{
	struct draft d = fixture_document(g->f, "tinh", 1, recipients);
	struct manifest_item *item = arena_alloc(g->f->arena, sizeof *item);

	*item = fixture_file_item(100000);
	if (file)
		d.head.manifest = item;
	fixture_seal(g->f, "tinh", &d);
	return d;
}

static void fetched(struct stage *g, const char *from, uint64_t seq, enum err result)
{
	struct record r =
	    station_get(g->s, FAMILY_FETCH, key_seq(fixture_id(from), LANE_NORMAL, seq));
	struct event e = { .type = EVENT_FETCHED };

	e.u.fetched = (struct ev_fetched){ fixture_id(from), LANE_NORMAL,      seq,
					   r.u.fetch.role,   r.u.fetch.serial, result };
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

static void stands_below(struct stage *g, const char *committee, const char *superior,
			 uint64_t version)
{
	unsigned index = fixture_index(g->f, committee);
	struct event e = { .type = EVENT_DIRECTORY }, tick = { .type = EVENT_TICK };
	struct directory d;

	g->f->entries[index].superior = fixture_id(superior);
	fixture_repack(g->f, index);
	d = fixture_directory(g->f, version);
	e.u.directory = (struct ev_directory){
		.reply = { 1 }, .head = &d.head, .entries = d.entries, .entry_count = d.entry_count
	};
	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_take(g->s, &tick); /* what is queued is looked at anew */
	station_commit(g->s);
	station_clear(g->s);
}

static unsigned rows_to(struct stage *g, const char *neighbour, enum lane lane)
{
	unsigned n = 0;

	while (station_has(g->s, FAMILY_STREAM, key_seq(fixture_id(neighbour), lane, n + 1)))
		n++;
	return n;
}

/* The row names this one, and nobody else. */
static void expect_row(struct stage *g, const char *neighbour, uint64_t seq, const char *name)
{
	struct record r =
	    station_get(g->s, FAMILY_STREAM, key_seq(fixture_id(neighbour), LANE_NORMAL, seq));

	assert_int_equal(r.u.stream.target_count, 1);
	assert_string_equal(r.u.stream.targets[0].text, name);
}

static void expect_refusal(struct stage *g, enum err why, const char *const *names)
{
	const struct draft *d = &g->s->plan->drafts[0];
	uint32_t count = 0;

	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(d->fact.kind, KIND_REFUSAL);
	assert_int_equal(d->fact.reason, why);
	for (; names[count] != NULL; count++) {
		assert_true(count < d->fact.target_count);
		assert_string_equal(d->fact.targets[count].text, names[count]);
	}
	assert_int_equal(d->fact.target_count, count);
}

/* ---- whole ---- */

static void test_further_part_is_served_once_and_not_again_when_it_is_repeated(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");
	struct draft d = document(g, to_both, false);

	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a2);
	comes(g, &g->tinh, &d, to_a1);
	comes(g, &g->tinh, &d, to_a2);
	expect_row(g, "xa-a1", 1, "xa-a1");
	expect_row(g, "xa-a2", 1, "xa-a2");
	neighbour_subscribe(g->s, &a2, LANE_NORMAL, 1); /* it has it: the row is gone */
	comes(g, &g->tinh, &d, to_a2);
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(a2.id, LANE_NORMAL, 2)));
	comes(g, &g->tinh, &d, to_a1);
	assert_int_equal(rows_to(g, "xa-a1", LANE_NORMAL), 1);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
	assert_int_equal(station_count(g->s, FAMILY_RELAY), 1);
}

static void test_further_part_is_no_repetition_that_a_recipient_answers_again(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, (const char *const[]){ "huyen-a", "xa-a2", NULL }, false);
	const char *const to_us[] = { "huyen-a", NULL };

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_us);
	comes(g, &g->tinh, &d, to_a2);
	expect_row(g, "xa-a2", 1, "xa-a2");
	assert_int_equal(rows_to(g, "tinh", LANE_FACTS), 1);
	comes(g, &g->tinh, &d, to_us);
	assert_int_equal(rows_to(g, "tinh", LANE_FACTS), 2); /* the same bytes */
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 1);
	assert_int_equal(rows_to(g, "xa-a2", LANE_NORMAL), 1);
}

static void test_copy_without_names_serves_all_explicit_ones_that_lie_this_way(void **state)
{
	struct stage *g = *state;
	struct draft d =
	    document(g, (const char *const[]){ "xa-a1", "xa-a2", "xa-b1", NULL }, false);

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_a1);
	comes(g, &g->tinh, &d, NULL);
	expect_row(g, "xa-a2", 1, "xa-a2");
	assert_int_equal(rows_to(g, "xa-a1", LANE_NORMAL), 1);
	/* who lies behind the sender is served by others */
	assert_int_equal(rows_to(g, "tinh", LANE_NORMAL), 0);
	assert_int_equal(rows_to(g, "tinh", LANE_FACTS), 0);
	comes(g, &g->tinh, &d, NULL);
	assert_int_equal(rows_to(g, "xa-a2", LANE_NORMAL), 1);
}

static void test_content_that_was_let_go_is_taken_anew_for_a_further_part(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, to_both, true);
	struct key place = key_serial(ROLE_RELAY, (struct serial){ 1 });
	struct record r;

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_a1);
	fetched(g, "tinh", 1, ERR_OK);
	station_clear(g->s);
	r = station_get(g->s, FAMILY_STATE, place);
	r.u.state.content_dropped = true; /* as sweep does */
	plan_put(g->s->plan, place, &r);
	plan_erase(g->s->plan, FAMILY_ENVELOPE, place);
	plan_erase(g->s->plan, FAMILY_STREAM, first_of("xa-a1"));
	station_commit(g->s);
	comes(g, &g->tinh, &d, NULL); /* xa-a1 has it; xa-a2 was not ours to serve */
	assert_true(station_has(g->s, FAMILY_FETCH, key_seq(g->tinh.id, LANE_NORMAL, 2)));
	assert_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	assert_int_equal(rows_to(g, "xa-a2", LANE_NORMAL), 0);
	fetched(g, "tinh", 2, ERR_OK);
	expect_row(g, "xa-a2", 1, "xa-a2");
	assert_false(
	    station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 2)));
}

/* ---- still being fetched ---- */

static void
test_parts_that_come_while_files_do_are_served_when_whole_and_fetched_once(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, to_both, true);

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_a1);
	comes(g, &g->tinh, &d, NULL);
	comes(g, &g->tinh, &d, to_a2);
	/* the same neighbour does not send a gigabyte three times */
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 1);
	fetched(g, "tinh", 1, ERR_OK);
	expect_row(g, "xa-a1", 1, "xa-a1");
	expect_row(g, "xa-a2", 1, "xa-a2");
	assert_int_equal(rows_to(g, "xa-a1", LANE_NORMAL) + rows_to(g, "xa-a2", LANE_NORMAL), 2);
}

static void test_fetch_of_a_stream_that_has_ended_does_not_count(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, to_both, true);
	struct neighbour anew;
	struct message m = { .type = MESSAGE_HELLO };

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_a1);
	anew = g->tinh;
	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = anew.id,
					.purpose = PURPOSE_CONTROL,
					.directory_version = 1,
					.has_streams = true,
					.answer = true };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		m.u.hello.streams[lane].stream = anew.streams[lane];
	/* It begins after what it had published; what we owed files for comes again. */
	anew.streams[LANE_NORMAL].bytes[15] ^= 1;
	anew.chain[LANE_NORMAL] = stream_chain_start(anew.streams[LANE_NORMAL], 1);
	m.u.hello.streams[LANE_NORMAL] =
	    (struct stream_offer){ .stream = anew.streams[LANE_NORMAL], .base = 1, .last = 2 };
	neighbour_says(g->s, &anew, &m);
	station_commit(g->s);
	comes(g, &anew, &d, to_a1);
	assert_true(station_has(g->s, FAMILY_FETCH, key_seq(anew.id, LANE_NORMAL, 2)));
}

static void test_who_moves_behind_the_sender_while_files_come_is_handed_back(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, to_a1, true);

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, NULL); /* xa-a1 is ours from now on, although nobody names it */
	stands_below(g, "xa-a1", "huyen-b", 2);
	fetched(g, "tinh", 1, ERR_OK);
	expect_row(g, "tinh", 1, "xa-a1");
	assert_int_equal(rows_to(g, "tinh", LANE_NORMAL), 1);
}

static void test_name_that_was_others_to_serve_is_ours_when_it_is_named(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");
	struct draft d = document(g, (const char *const[]){ "xa-a1", "xa-b1", NULL }, true);

	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a2);
	comes(g, &g->tinh, &d, NULL); /* xa-b1 lies behind tinh */
	/* and xa-a2, who had it to serve, says that it lies this way */
	comes(g, &a2, &d, to_b1);
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 2); /* either may be the quicker one */
	fetched(g, "tinh", 1, ERR_OK);
	expect_row(g, "tinh", 1, "xa-b1");
	expect_row(g, "xa-a1", 1, "xa-a1");
	assert_int_equal(rows_to(g, "xa-a1", LANE_NORMAL), 1);
}

/* ---- refused ---- */

static void
test_bytes_that_are_not_what_was_signed_are_refused_for_all_that_were_named(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, to_both, true);

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_a1);
	comes(g, &g->tinh, &d, to_a2);
	fetched(g, "tinh", 1, ERR_DIGEST);
	expect_refusal(g, ERR_DIGEST, to_both);
}

static void
test_refused_once_is_refused_for_a_further_part_and_repetitions_hear_the_same(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, to_both, true);

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_a1);
	fetched(g, "tinh", 1, ERR_DIGEST);
	expect_refusal(g, ERR_DIGEST, to_a1);
	comes(g, &g->tinh, &d, to_a2);
	expect_refusal(g, ERR_DIGEST, to_a2);
	/* what cannot be right is not fetched again */
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 0);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	comes(g, &g->tinh, &d, to_both);
	assert_int_equal(g->s->plan->draft_count, 0);
	assert_int_equal(rows_to(g, "tinh", LANE_FACTS), 3);
}

static void test_refusal_of_an_envelope_speaks_for_a_subtree_too(void **state)
{
	struct stage *g = *state;
	struct draft d =
	    fixture_document(g->f, "tinh", 1, (const char *const[]){ "**", "xa-a1", NULL });

	neighbour_up(g->s, &g->tinh);
	d.head.secrecy = SECRECY_MAT;
	fixture_seal(g->f, "tinh", &d);
	comes(g, &g->tinh, &d, to_a1);
	/* of all beyond us: xa-a2 waits for an answer as well */
	expect_refusal(g, ERR_SECRET, (const char *const[]){ NULL });
}

/* ---- another directory ---- */

static void
test_name_behind_its_sender_is_handed_back_after_a_change_and_refused_before(void **state)
{
	struct stage *g = *state;
	struct draft d =
	    document(g, (const char *const[]){ "xa-a1", "xa-a2", "xa-b1", NULL }, false);

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_a2);
	comes(g, &g->tinh, &d, to_b1);
	expect_refusal(g, ERR_NO_ROUTE, to_b1);
	stands_below(g, "xa-a1", "huyen-b", 2);
	comes(g, &g->tinh, &d, to_a1); /* its row is from before */
	assert_int_equal(g->s->plan->draft_count, 0);
	expect_row(g, "tinh", 1, "xa-a1");
}

static void test_new_document_whose_names_all_lie_behind_its_sender_likewise(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, (const char *const[]){ "xa-a1", "xa-b1", NULL }, false);

	neighbour_up(g->s, &g->tinh);
	comes(g, &g->tinh, &d, to_b1);
	expect_refusal(g, ERR_NO_ROUTE, to_b1);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
	stands_below(g, "xa-a1", "huyen-b", 2);
	comes(g, &g->tinh, &d, to_a1);
	expect_row(g, "tinh", 1, "xa-a1");
	assert_int_equal(station_count(g->s, FAMILY_RELAY), 1);
}

static void test_row_that_its_neighbour_has_acknowledged_does_not_wait_for_anybody(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1"), a2 = neighbour_of("xa-a2");
	struct draft d = document(g, to_b1, true);

	stands_below(g, "xa-b1", "xa-a2", 2);
	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a1);
	neighbour_up(g->s, &a2);
	comes(g, &g->tinh, &d, to_b1);
	fetched(g, "tinh", 1, ERR_OK);
	expect_row(g, "xa-a2", 1, "xa-b1");
	comes(g, &g->tinh, &d, to_b1);
	assert_int_equal(rows_to(g, "xa-a2", LANE_NORMAL), 1); /* it waits */
	neighbour_subscribe(g->s, &a2, LANE_NORMAL, 1);
	/* acknowledged, and kept for its files */
	assert_int_equal(rows_to(g, "xa-a2", LANE_NORMAL), 1);
	stands_below(g, "xa-b1", "xa-a1", 3);
	/* xa-a2 has handed it back: from here on it answers for xa-b1 no more */
	comes(g, &a2, &d, to_b1);
	expect_row(g, "xa-a1", 1, "xa-b1");
	neighbour_subscribe(g->s, &a1, LANE_NORMAL, 1);
	stands_below(g, "xa-b1", "xa-a2", 4);
	comes(g, &a1, &d, to_b1);
	expect_row(g, "xa-a2", 2, "xa-b1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_further_part_is_served_once_and_not_again_when_it_is_repeated),
		TEST(test_further_part_is_no_repetition_that_a_recipient_answers_again),
		TEST(test_copy_without_names_serves_all_explicit_ones_that_lie_this_way),
		TEST(test_content_that_was_let_go_is_taken_anew_for_a_further_part),
		TEST(
		    test_parts_that_come_while_files_do_are_served_when_whole_and_fetched_once),
		TEST(test_fetch_of_a_stream_that_has_ended_does_not_count),
		TEST(test_who_moves_behind_the_sender_while_files_come_is_handed_back),
		TEST(test_name_that_was_others_to_serve_is_ours_when_it_is_named),
		TEST(test_bytes_that_are_not_what_was_signed_are_refused_for_all_that_were_named),
		TEST(
		    test_refused_once_is_refused_for_a_further_part_and_repetitions_hear_the_same),
		TEST(test_refusal_of_an_envelope_speaks_for_a_subtree_too),
		TEST(test_name_behind_its_sender_is_handed_back_after_a_change_and_refused_before),
		TEST(test_new_document_whose_names_all_lie_behind_its_sender_likewise),
		TEST(test_row_that_its_neighbour_has_acknowledged_does_not_wait_for_anybody),
	};

	return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
