/* Links: hello, silence, pings, windows. */
#include <string.h>

#include "proto/digest.h"
#include "routing/state/stream.h"
#include "tests/unit/support/fixture.h"

static const struct act_reply *reply_of(struct stage *g, const struct event *e)
{
	const struct act *a;

	station_clear(g->s);
	station_take(g->s, e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	a = station_act(g->s, ACT_REPLY, 0);
	assert_int_equal(a->u.reply.to.n, 7);
	return &a->u.reply;
}

/* ---- links ---- */

static void test_who_dialled_says_hello_first_and_the_other_answers(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_CONNECTED, .u.link = { .neighbour = { "tinh" } } };

	station_take(g->s, &e);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_HELLO, 0));
	e.u.link.neighbour = fixture_id("xa-a1");
	station_take(g->s, &e);
	assert_null(station_said(g->s, "xa-a1", MESSAGE_HELLO, 0));
	e.u.link.neighbour = fixture_id("xa-b1"); /* no neighbour */
	station_take(g->s, &e);
	assert_null(station_said(g->s, "xa-b1", MESSAGE_HELLO, 0));
}

static void test_hello_in_anothers_name_or_version_is_a_violation(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_HELLO,
			     .u.hello = { .protocol_min = 1,
					  .protocol_max = 1,
					  .committee = { "huyen-b" },
					  .purpose = PURPOSE_CONTROL,
					  .has_streams = true } };

	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_PROTOCOL);
	m.u.hello.committee = fixture_id("tinh");
	m.u.hello.protocol_min = PROTOCOL_MAX + 1;
	m.u.hello.protocol_max = PROTOCOL_MAX + 1;
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 1)->u.violation, ERR_UNSUPPORTED);
	m.u.hello.protocol_min = 1;
	m.u.hello.purpose = PURPOSE_BULK;
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 3);
	m.u.hello.purpose = PURPOSE_CONTROL;
	m.u.hello.has_streams = false;
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 4);
	assert_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
}

static void test_hello_is_followed_by_a_subscribe_to_each_lane(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_HELLO,
			     .u.hello = { .protocol_min = 1,
					  .protocol_max = 1,
					  .committee = { "tinh" },
					  .purpose = PURPOSE_CONTROL,
					  .has_streams = true } };
	const struct message *said;

	m.u.hello.streams[LANE_NORMAL] =
	    (struct stream_offer){ g->tinh.streams[LANE_NORMAL], 40, 50 };
	neighbour_says(g->s, &g->tinh, &m);
	assert_true(station_said(g->s, "tinh", MESSAGE_HELLO, 0)->u.hello.answer);
	for (unsigned i = 0; i < 3; i++) {
		said = station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, i);
		assert_non_null(said);
		assert_int_equal(said->u.subscribe.lane, i + 1);
	}
	/* from the base on: what was before is not asked for */
	assert_int_equal(said->u.subscribe.have, 40);
	assert_int_equal(said->u.subscribe.credit_seq, 48);
	assert_non_null(station_notice(g->s, NOTICE_LINK_UP));
}

static void test_bulk_message_on_the_control_connection_is_a_violation(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_CHUNK };

	neighbour_says(g->s, &g->tinh, &m); /* before hello: nothing */
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	neighbour_up(g->s, &g->tinh);
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_PROTOCOL);
}

static void test_silent_link_goes_down(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK };
	struct link_view view;

	neighbour_up(g->s, &g->tinh);
	g->s->now.mono_ms += LINK_DEAD_MS;
	station_take(g->s, &tick);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_PING, 0));
	assert_null(station_notice(g->s, NOTICE_LINK_DOWN));
	g->s->now.mono_ms += 1;
	station_take(g->s, &tick);
	assert_int_equal(station_notice(g->s, NOTICE_LINK_DOWN)->reason, ERR_TIMEOUT);
	assert_true(core_link_find(g->s->core, g->tinh.id, &view));
	assert_false(view.up);
	assert_int_equal(station_acts(g->s, ACT_FETCH_STOP), 1);
}

static uint32_t why_down(struct stage *g, const char *neighbour)
{
	struct link_view view;

	assert_true(core_link_find(g->s->core, fixture_id(neighbour), &view));
	return view.down_reason;
}

static void transport_ends(struct stage *g, enum err why)
{
	struct event gone = { .type = EVENT_DISCONNECTED,
			      .u.link = { .neighbour = { "tinh" }, .reason = (uint32_t)why } };

	station_take(g->s, &gone);
}

static void test_link_that_is_down_says_what_is_known_of_why(void **state)
{
	struct stage *g = *state;
	struct message bye = { .type = MESSAGE_BYE, .u.bye = { ERR_CREDIT, 60000 } };

	assert_int_equal(why_down(g, "tinh"), ERR_NETWORK);
	transport_ends(g, ERR_NOT_LISTENING);
	assert_int_equal(why_down(g, "tinh"), ERR_NOT_LISTENING);
	neighbour_up(g->s, &g->tinh);
	assert_int_equal(why_down(g, "tinh"), 0);
	neighbour_says(g->s, &g->tinh, &bye);
	assert_int_equal(station_notice(g->s, NOTICE_LINK_DOWN)->reason, ERR_CREDIT);
	/* that it hung up then is no news, nor that it lets us not in */
	transport_ends(g, ERR_NETWORK);
	transport_ends(g, ERR_HANDSHAKE);
	assert_int_equal(why_down(g, "tinh"), ERR_CREDIT);
	g->s->now.mono_ms += 63000;
	transport_ends(g, ERR_HANDSHAKE); /* now it is */
	assert_int_equal(why_down(g, "tinh"), ERR_HANDSHAKE);
}

static void test_bye_is_heard_also_by_who_was_never_answered(void **state)
{
	struct stage *g = *state;
	struct message bye = { .type = MESSAGE_BYE };

	neighbour_up(g->s, &g->tinh);
	neighbour_says(g->s, &g->tinh, &bye);
	assert_int_equal(why_down(g, "tinh"), ERR_CANCELLED);
	bye.u.bye = (struct msg_bye){ ERR_NOT_SIGNER, 0 };
	neighbour_says(g->s, &g->tinh, &bye);
	assert_int_equal(why_down(g, "tinh"), ERR_NOT_SIGNER);
}

static void test_connection_on_which_nobody_answers_hello_is_no_answer(void **state)
{
	struct stage *g = *state;
	struct event connected = { .type = EVENT_CONNECTED, .u.link = { .neighbour = { "tinh" } } },
		     tick = { .type = EVENT_TICK };

	station_take(g->s, &connected);
	g->s->now.mono_ms += LINK_DEAD_MS + 1;
	station_take(g->s, &tick);
	assert_int_equal(why_down(g, "tinh"), ERR_TIMEOUT);
}

static void test_neighbours_hear_why_their_documents_wait_and_we_why_ours_do(void **state)
{
	struct stage *g = *state;
	struct message ping = { .type = MESSAGE_PING,
				.u.ping = { .token = 5, .withholding = ERR_DISK_FULL } };
	struct event tick = { .type = EVENT_TICK };
	struct link_view view;

	neighbour_up(g->s, &g->tinh);
	station_take(g->s, &tick);
	station_clear(g->s);
	core_set_room(g->s->core,
		      (struct core_room){ false, false, true, ERR_DISK_FULL, 0, ERR_OK });
	station_take(g->s, &tick); /* at once, not with the next ping that is due */
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_PING, 0)->u.ping.withholding,
			 ERR_DISK_FULL);
	neighbour_says(g->s, &g->tinh, &ping);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_PONG, 0)->u.ping.withholding,
			 ERR_DISK_FULL);
	assert_true(core_link_find(g->s->core, g->tinh.id, &view));
	assert_true(view.up);
	assert_int_equal(view.waits_for, ERR_DISK_FULL);
	station_clear(g->s);
	core_set_room(g->s->core,
		      (struct core_room){ true, true, true, ERR_OK, 0, ERR_OK });
	station_take(g->s, &tick);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_PING, 0)->u.ping.withholding, 0);
	ping.u.ping.withholding = 0;
	neighbour_says(g->s, &g->tinh, &ping);
	assert_true(core_link_find(g->s->core, g->tinh.id, &view));
	assert_int_equal(view.waits_for, 0);
}

static void test_ping_of_an_operator_is_answered_by_its_pong_only(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { 7 },
					  .operation = OPERATION_LINK_PING,
					  .neighbour = { "tinh" } } };
	struct message pong = { .type = MESSAGE_PONG };

	assert_int_equal(reply_of(g, &e)->result, ERR_NETWORK);
	e.u.operate.neighbour = fixture_id("xa-b1");
	assert_int_equal(reply_of(g, &e)->result, ERR_NOT_FOUND);
	e.u.operate.neighbour = fixture_id("tinh");
	neighbour_up(g->s, &g->tinh);
	station_take(g->s, &e);
	pong.u.ping.token = station_said(g->s, "tinh", MESSAGE_PING, 0)->u.ping.token + 1;
	g->s->now.mono_us += 3000;
	neighbour_says(g->s, &g->tinh, &pong);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 0);
	pong.u.ping.token--;
	neighbour_says(g->s, &g->tinh, &pong);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.number, 3000);
	station_take(g->s, &e);
	assert_int_equal(reply_of(g, &e)->result, ERR_BUSY);
}

static void test_operators_ping_ends_when_the_link_goes(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { 7 },
					  .operation = OPERATION_LINK_PING,
					  .neighbour = { "tinh" } } };
	struct event gone = { .type = EVENT_DISCONNECTED, .u.link = { .neighbour = { "tinh" } } };

	neighbour_up(g->s, &g->tinh);
	station_take(g->s, &e);
	assert_int_equal(reply_of(g, &gone)->result, ERR_NETWORK);
}

static void test_faults_are_each_counted_and_named_once_a_second_and_the_link_stays(void **state)
{
	struct stage *g = *state;
	struct event fault = { .type = EVENT_FAULT,
			       .u.link = { .neighbour = { "tinh" }, .reason = ERR_NOT_ENTITLED } };
	struct event unknown = { .type = EVENT_FAULT,
				 .u.link = { .neighbour = { "khong-co" },
					     .reason = ERR_NOT_ENTITLED } };
	struct link_view view;

	neighbour_up(g->s, &g->tinh);
	station_clear(g->s);
	station_take(g->s, &unknown);
	for (int i = 0; i < 3; i++)
		station_take(g->s, &fault);
	assert_int_equal(station_acts(g->s, ACT_NOTIFY), 1);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_ENTITLED);
	g->s->now.mono_ms += 1000;
	station_take(g->s, &fault);
	assert_int_equal(station_acts(g->s, ACT_NOTIFY), 2);
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	assert_true(core_link_find(g->s->core, fixture_id("tinh"), &view));
	assert_int_equal(view.violations, 4);
	assert_true(view.up);
}

static void test_credit_is_never_lowered(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_CREDIT };
	struct stream_out *out;

	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_FACTS, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_FACTS);
	m.u.credit = (struct msg_credit){ LANE_FACTS, out->id, 1, 1 };
	neighbour_says(g->s, &xa, &m);
	assert_true(out->credit_seq == 4096 && out->credit_bytes == 1 << 20);
	m.u.credit = (struct msg_credit){ LANE_FACTS, out->id, 5000, 2 << 20 };
	neighbour_says(g->s, &xa, &m);
	assert_true(out->credit_seq == 5000 && out->credit_bytes == 2 << 20);
	m.u.credit.stream.bytes[0] ^= 1;
	m.u.credit.credit_seq = 9000;
	neighbour_says(g->s, &xa, &m);
	assert_true(out->credit_seq == 5000);
}

/* What the last Subscribe to tinh's normal lane promises. */
static struct msg_subscribe subscribed(struct stage *g)
{
	struct neighbour tinh = neighbour_of("tinh");
	struct event e = { .type = EVENT_CONNECTED, .u.link = { .neighbour = tinh.id } };
	struct message m = { .type = MESSAGE_HELLO };
	const struct message *said;

	station_clear(g->s);
	station_take(g->s, &e);
	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = tinh.id,
					.purpose = PURPOSE_CONTROL,
					.directory_version = 1,
					.has_streams = true,
					.answer = true };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		m.u.hello.streams[lane].stream = tinh.streams[lane];
	neighbour_says(g->s, &tinh, &m);
	said = station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 2);
	assert_non_null(said);
	assert_int_equal(said->u.subscribe.lane, LANE_NORMAL);
	return said->u.subscribe;
}

static void test_each_link_has_its_own_window_within_bounds(void **state)
{
	struct stage *g = *state;
	struct msg_subscribe m = subscribed(g);

	/* the configured one, and the default */
	assert_true(m.credit_seq == 8 && m.credit_bytes == CREDIT_BYTES);
	station_commit(g->s);
	core_set_window(g->s->core, fixture_id("xa-a1"), 99, 1 << 20); /* another link's */
	core_set_window(g->s->core, fixture_id("nobody"), 99, 1 << 20);
	m = subscribed(g);
	assert_true(m.credit_seq == 8 && m.credit_bytes == CREDIT_BYTES);
	core_set_window(g->s->core, g->tinh.id, 50, 1 << 20);
	m = subscribed(g);
	assert_true(m.credit_seq == 50 && m.credit_bytes == 1 << 20);
	core_set_window(g->s->core, g->tinh.id, UINT64_MAX, 1);
	m = subscribed(g);
	assert_true(m.credit_seq == CREDIT_MESSAGES_MAX && m.credit_bytes == ENVELOPE_MAX_BYTES);
	core_set_window(g->s->core, g->tinh.id, 0, 0);
	m = subscribed(g);
	assert_true(m.credit_seq == 8 && m.credit_bytes == CREDIT_BYTES);
}

static void
test_larger_window_holds_at_once_and_a_smaller_one_from_the_next_connection(void **state)
{
	struct stage *g = *state;
	const struct message *said;

	subscribed(g);
	station_commit(g->s);
	station_clear(g->s);
	core_set_window(g->s->core, g->tinh.id, 100, CREDIT_BYTES);
	station_commit(g->s);
	said = station_said(g->s, "tinh", MESSAGE_CREDIT, 2);
	assert_non_null(said);
	assert_true(said->u.credit.lane == LANE_NORMAL && said->u.credit.credit_seq == 100);
	station_clear(g->s);
	core_set_window(g->s->core, g->tinh.id, 4, 4 * CREDIT_BYTES);
	station_commit(g->s);
	said = station_said(g->s, "tinh", MESSAGE_CREDIT, 2);
	assert_non_null(said);
	/* what was promised stays promised */
	assert_true(said->u.credit.credit_seq == 100 &&
		    said->u.credit.credit_bytes == 4 * CREDIT_BYTES);
	assert_true(subscribed(g).credit_seq == 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_dialled_says_hello_first_and_the_other_answers),
		TEST(test_hello_in_anothers_name_or_version_is_a_violation),
		TEST(test_hello_is_followed_by_a_subscribe_to_each_lane),
		TEST(test_bulk_message_on_the_control_connection_is_a_violation),
		TEST(test_silent_link_goes_down),
		TEST(test_link_that_is_down_says_what_is_known_of_why),
		TEST(test_bye_is_heard_also_by_who_was_never_answered),
		TEST(test_connection_on_which_nobody_answers_hello_is_no_answer),
		TEST(test_neighbours_hear_why_their_documents_wait_and_we_why_ours_do),
		TEST(test_ping_of_an_operator_is_answered_by_its_pong_only),
		TEST(test_operators_ping_ends_when_the_link_goes),
		TEST(test_faults_are_each_counted_and_named_once_a_second_and_the_link_stays),
		TEST(test_credit_is_never_lowered),
		TEST(test_each_link_has_its_own_window_within_bounds),
		TEST(test_larger_window_holds_at_once_and_a_smaller_one_from_the_next_connection),
	};

	return cmocka_run_group_tests_name("decide_link", tests, NULL, NULL);
}
