/* What nobody has whole: it is named to who asks for it, and listed by who lost it, within bounds.
 */
#include "routing/reconcile/gone.h"

#include <string.h>

#include "proto/body.h"
#include "proto/verifier.h"
#include "tests/unit/support/fixture.h"

enum { DOCUMENTS = 3 };

static void passes(struct stage *g, unsigned ticks)
{
	struct event tick = { .type = EVENT_TICK };

	for (unsigned i = 0; i < ticks; i++) {
		g->s->now.mono_ms += 10;
		g->s->now.wall_ms += 10;
		station_clear(g->s);
		station_take(g->s, &tick);
		station_commit(g->s);
	}
	station_clear(g->s);
}

/* ---- at the neighbour ---- */

/* The content of our n-th document is not here any more. */
static void dropped(struct stage *g, uint64_t serial)
{
	struct key key = key_serial(ROLE_OUT, (struct serial){ serial });
	struct record r = station_get(g->s, FAMILY_STATE, key);

	station_clear(g->s);
	r.family = FAMILY_STATE;
	r.u.state.content_dropped = true;
	plan_put(g->s->plan, key, &r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
}

static void submitted(struct stage *g)
{
	for (unsigned id = 1; id <= DOCUMENTS; id++) {
		struct submission u = { .recipients = { { .committee = { "tinh" } } } };

		station_clear(g->s);
		submission_of(&u, id, 1);
		u.item = fixture_file_item(100000);
		u.event.u.submit.manifest = &u.item;
		station_take(g->s, &u.event);
		assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
		station_commit(g->s);
	}
	station_clear(g->s);
}

static void asks(struct stage *g, bool lists)
{
	struct message m = { .type = MESSAGE_RECONCILE,
			     .u.reconcile = { .round = 7, .lists = lists } };

	g->tinh = neighbour_of("tinh");
	neighbour_up(g->s, &g->tinh);
	submitted(g);
	dropped(g, 2);
	neighbour_subscribe(g->s, &g->tinh, LANE_NORMAL, DOCUMENTS);
	station_clear(g->s);
	neighbour_says(g->s, &g->tinh, &m);
	station_commit(g->s);
	passes(g, 4);
}

static void test_what_is_not_whole_is_named_to_who_asks(void **state)
{
	struct stage *g = *state;
	struct key first = key_seq(fixture_id("tinh"), LANE_FACTS, 1);
	struct doc_id second;
	struct opened o;
	struct record r;
	struct fact f;

	asks(g, true);
	assert_true(station_has(g->s, FAMILY_STREAM, first));
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_FACTS, 2)));
	r = station_get(g->s, FAMILY_STREAM, first);
	assert_ok(
		seal_open(g->f->verifier, g->f->arena, r.u.stream.fact.bytes, FIXTURE_NOW_MS, &o));
	assert_int_equal(o.kind, KIND_GONE);
	assert_ok(fact_unpack(g->f->arena, o.kind, o.body, &f));
	assert_int_equal(f.gone_role, ROLE_IN);
	second = fixture_doc_id(2);
	assert_memory_equal(&f.document.id, &second, sizeof second);
}

static void test_who_does_not_ask_is_told_a_number_only(void **state)
{
	struct stage *g = *state;

	asks(g, false);
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_FACTS, 1)));
}

/* ---- in the store that is behind ---- */

static void is_behind(struct stage *g)
{
	struct message m = { .type = MESSAGE_HELLO };
	struct event e = { .type = EVENT_CONNECTED, .u.link = { .neighbour = g->tinh.id } };
	struct msg_hello *h = &m.u.hello;

	*h = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
				 .protocol_max = PROTOCOL_MAX,
				 .committee = g->tinh.id,
				 .purpose = PURPOSE_CONTROL,
				 .directory_version = 1,
				 .has_streams = true,
				 .answer = true,
				 .says_store = true,
				 .reconciles = true,
				 .store = { .any = true, .starts = 1, .store = { 7 } },
				 .seen = { .any = true, .starts = 3, .store = { 9 } } };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		h->streams[lane].stream = g->tinh.streams[lane];
	station_take(g->s, &e);
	neighbour_says(g->s, &g->tinh, &m);
	station_commit(g->s);
	station_clear(g->s);
}

/* `signer` says over the superior's link that a document of `origin` is gone. */
static void says_gone(struct stage *g, const char *signer, const char *origin, unsigned id,
		      enum role role)
{
	struct fact f = { .kind = KIND_GONE,
			  .at_ms = FIXTURE_NOW_MS,
			  .note = "",
			  .document = { fixture_id(origin), fixture_doc_id(id), { { 0 } } },
			  .gone_role = role,
			  .gone_secrecy = SECRECY_THUONG,
			  .gone_number = "1-KH/ĐU",
			  .gone_issued_on = "2026-11-24" };
	struct draft d = fixture_fact(g->f, signer, "huyen-a", 500 + id, &f);

	fixture_seal(g->f, signer, &d);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	station_clear(g->s);
}

static uint64_t listed(struct stage *g)
{
	struct recovery_view v;

	core_recovery(g->s->core, &v);
	assert_int_equal(v.listed, station_count(g->s, FAMILY_GONE));
	return v.listed;
}

static void test_it_is_listed_and_leaves_the_list_when_it_comes(void **state)
{
	struct stage *g = *state;
	struct draft d =
		fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct record r;

	is_behind(g);
	says_gone(g, "tinh", "tinh", 1, ROLE_IN);
	says_gone(g, "tinh", "huyen-a", 2, ROLE_OUT);
	assert_int_equal(listed(g), 2);
	r = station_get(g->s, FAMILY_GONE, key_ident(fixture_doc_id(1), fixture_id("tinh")));
	assert_string_equal(r.u.gone.number, "1-KH/ĐU");
	assert_string_equal(r.u.gone.from.text, "tinh");
	says_gone(g, "tinh", "tinh", 1, ROLE_IN); /* again */
	assert_int_equal(listed(g), 2);
	station_restart(g->s);
	assert_int_equal(listed(g), 2);
	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	assert_int_equal(listed(g), 1);
	/* what is here is not lost, whoever says so */
	says_gone(g, "tinh", "tinh", 1, ROLE_IN);
	assert_int_equal(listed(g), 1);
}

static void test_only_the_neighbours_own_word_counts_and_only_while_it_is_asked(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	says_gone(g, "tinh", "tinh", 1, ROLE_IN);
	assert_int_equal(listed(g), 0);
	is_behind(g);
	says_gone(g, "huyen-b", "tinh", 1, ROLE_IN);
	assert_int_equal(listed(g), 0);
	says_gone(g, "tinh", "tinh", 1, ROLE_OUT); /* another's is not ours */
	says_gone(g, "tinh", "huyen-a", 2, ROLE_IN);
	assert_int_equal(listed(g), 0);
	says_gone(g, "tinh", "tinh", 1, ROLE_IN);
	assert_int_equal(listed(g), 1);
}

static void test_one_neighbour_fills_no_disk_with_it(void **state)
{
	struct stage *g = *state;

	is_behind(g);
	for (unsigned id = 1; id <= GONE_OF_ONE_MAX + 5; id++)
		says_gone(g, "tinh", "tinh", 1000 + id, ROLE_IN);
	assert_int_equal(listed(g), GONE_OF_ONE_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_not_whole_is_named_to_who_asks),
		TEST(test_who_does_not_ask_is_told_a_number_only),
		TEST(test_it_is_listed_and_leaves_the_list_when_it_comes),
		TEST(test_only_the_neighbours_own_word_counts_and_only_while_it_is_asked),
		TEST(test_one_neighbour_fills_no_disk_with_it),
	};

	return cmocka_run_group_tests_name("reconcile_gone", tests, NULL, NULL);
}
