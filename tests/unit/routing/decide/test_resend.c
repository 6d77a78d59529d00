/* A neighbour has lost its disk: what was sent to it goes to it again, as it was signed. */
#include <string.h>

#include "tests/unit/support/fixture.h"

static struct act_reply resend(struct stage *g, enum role role, uint64_t serial, const char *to,
			       bool dry_run)
{
	struct event e = { .type = EVENT_RESEND,
			   .u.resend = { .reply = { 7 },
					 .uid = 1000,
					 .role = role,
					 .serial = { serial },
					 .to = fixture_id(to),
					 .dry_run = dry_run } };

	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

/* Sent by us to xa-a1, directly and as a member of a group, and taken there. */
static void send_to_a1(struct stage *g, struct neighbour *a1, unsigned id, enum group group)
{
	struct submission u;
	struct event *e = submission_of(&u, id, 1);

	u.recipients[0] = (struct recipient){ .group = group };
	if (group == GROUP_NONE)
		u.recipients[0].committee = fixture_id("xa-a1");
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	station_clear(g->s);
	neighbour_subscribe(g->s, a1, LANE_NORMAL, id);
}

static void test_what_was_taken_is_queued_again_once_and_as_it_was_signed(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct record first, again;
	struct act_reply a;

	neighbour_up(g->s, &a1);
	send_to_a1(g, &a1, 1, GROUP_NONE);
	first = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self));
	a = resend(g, ROLE_OUT, first.u.ident.serial.n, "xa-a1", true);
	assert_true(a.result == ERR_OK && !a.repeated);
	assert_true(plan_is_empty(g->s->plan)); /* a dry run */
	a = resend(g, ROLE_OUT, first.u.ident.serial.n, "xa-a1", false);
	assert_true(a.result == ERR_OK && !a.repeated);
	assert_int_equal(g->s->plan->draft_count, 0); /* nothing is signed anew */
	station_commit(g->s);
	again = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 2));
	assert_memory_equal(&again.u.stream.digest, &first.u.ident.digest,
			    sizeof first.u.ident.digest);
	assert_int_equal(again.u.stream.target_count, 1);
	assert_string_equal(again.u.stream.targets[0].text, "xa-a1");
	/* It waits there: a second time does nothing. */
	a = resend(g, ROLE_OUT, first.u.ident.serial.n, "xa-a1", false);
	assert_true(a.result == ERR_OK && a.repeated);
	assert_true(plan_is_empty(g->s->plan));
}

static void test_a_member_of_a_group_gets_it_by_name(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct act_reply a;

	neighbour_up(g->s, &a1);
	send_to_a1(g, &a1, 1, GROUP_SUBTREE);
	a = resend(g, ROLE_OUT,
		   station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self))
		       .u.ident.serial.n,
		   "xa-a1", false);
	assert_int_equal(a.result, ERR_OK);
	station_commit(g->s);
	assert_string_equal(
	    station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 2))
		.u.stream.targets[0]
		.text,
	    "xa-a1");
}

static void test_only_recipients_that_are_neighbours_get_what_is_here(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	uint64_t serial;

	neighbour_up(g->s, &a1);
	send_to_a1(g, &a1, 1, GROUP_NONE);
	serial = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self))
		     .u.ident.serial.n;
	assert_int_equal(resend(g, ROLE_OUT, serial, "xa-a2", false).result, ERR_NOT_RECIPIENT);
	assert_int_equal(resend(g, ROLE_OUT, serial, "huyen-a", false).result, ERR_NOT_RECIPIENT);
	assert_int_equal(resend(g, ROLE_OUT, serial + 9, "xa-a1", false).result, ERR_NOT_FOUND);
	assert_true(plan_is_empty(g->s->plan));
}

static void test_beyond_a_neighbour_the_neighbour_is_named(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct event *e = submission_of(&u, 1, 1);
	struct act_reply a;

	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-b1") };
	station_take(g->s, e);
	station_commit(g->s);
	a = resend(g, ROLE_OUT,
		   station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self))
		       .u.ident.serial.n,
		   "xa-b1", false);
	assert_int_equal(a.result, ERR_NOT_NEIGHBOUR);
	assert_string_equal(a.at.text, "tinh");
}

/* What only passed through, while its content is kept, and not after. */
static void test_what_passed_through_goes_again_while_it_is_here(void **state)
{
	static const char *const to_xa_a1[] = { "xa-a1", NULL };
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct draft d = fixture_document(g->f, "tinh", 1, to_xa_a1);
	struct record ident, state_record = { .family = FAMILY_STATE };

	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a1);
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	neighbour_subscribe(g->s, &a1, LANE_NORMAL, 1);
	ident = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), fixture_id("tinh")));
	assert_int_equal(ident.u.ident.role, ROLE_RELAY);
	assert_int_equal(resend(g, ROLE_RELAY, ident.u.ident.serial.n, "xa-a1", false).result,
			 ERR_OK);
	/* our record of the way is the one that was */
	assert_int_equal(g->s->plan->draft_count, 0);
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 2)));
	station_clear(g->s);
	state_record.u.state = (struct rec_state){ .complete_at_ms = 1, .content_dropped = true };
	plan_put(g->s->plan, key_serial(ROLE_RELAY, ident.u.ident.serial), &state_record);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	assert_int_equal(resend(g, ROLE_RELAY, ident.u.ident.serial.n, "xa-a1", false).result,
			 ERR_NOT_HERE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_taken_is_queued_again_once_and_as_it_was_signed),
		TEST(test_a_member_of_a_group_gets_it_by_name),
		TEST(test_only_recipients_that_are_neighbours_get_what_is_here),
		TEST(test_beyond_a_neighbour_the_neighbour_is_named),
		TEST(test_what_passed_through_goes_again_while_it_is_here),
	};

	return cmocka_run_group_tests_name("resend", tests, NULL, NULL);
}
