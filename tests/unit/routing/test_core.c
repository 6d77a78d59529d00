/* The core and submissions: what a clerk may send, what is refused with which reason, and that a
 * repetition does nothing twice. Two cores talking to each other is the simulator's job. */
#include "routing/core.h"

#include <string.h>

#include "daemon/store/memory.h"
#include "proto/digest.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/paper.h"

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

static void test_submission_is_sealed_stored_queued_and_answered(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } },
						{ .committee = { "xa-b1" } },
						{ .group = GROUP_SUPERIOR } } };
	const struct act_reply *r = reply_of(g, submission_of(&u, 1, 3));
	struct record record;
	struct key ident = key_ident(fixture_doc_id(1), g->s->self);

	assert_int_equal(r->result, ERR_OK);
	assert_false(r->repeated);
	assert_int_equal(r->recipient_count, 3);
	assert_int_equal(g->s->plan->draft_count, 1);
	station_commit(g->s);
	record = station_get(g->s, FAMILY_IDENT, ident);
	assert_int_equal(record.u.ident.role, ROLE_OUT);
	assert_memory_equal(&record.u.ident.digest, &g->s->plan->drafts[0].digest, 32);
	record = station_get(g->s, FAMILY_ENVELOPE, key_serial(ROLE_OUT, record.u.ident.serial));
	assert_int_equal(record.u.envelope.envelope.bytes.len_bytes,
			 g->s->plan->drafts[0].envelope.len_bytes);
	/* One publication a neighbour: xa-a1 below, tinh and xa-b1 both over tinh. */
	record = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_NORMAL, 1));
	assert_int_equal(record.u.stream.target_count, 2);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 2);
}

static void test_repeated_submission_gets_the_first_answer_and_nothing_new(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	const struct act_reply *r = reply_of(g, submission_of(&u, 1, 1));
	uint64_t documents;

	station_commit(g->s);
	documents = station_count(g->s, FAMILY_DOCUMENT);
	r = reply_of(g, submission_of(&u, 1, 1));
	assert_int_equal(r->result, ERR_OK);
	assert_true(r->repeated);
	assert_int_equal(r->recipient_count, 1);
	assert_int_equal(g->s->plan->draft_count, 0);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), documents);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 1);
}

static void test_repetition_in_the_same_turn_is_seen_through_the_plan(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	station_take(g->s, submission_of(&u, 1, 1));
	station_take(g->s, &u.event);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_true(station_act(g->s, ACT_REPLY, 1)->u.reply.repeated);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
}

static void test_same_id_with_other_content_is_a_conflict(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	reply_of(g, submission_of(&u, 1, 1));
	station_commit(g->s);
	submission_of(&u, 1, 1)->u.submit.submission = fixture_digest("other");
	assert_int_equal(reply_of(g, &u.event)->result, ERR_CONFLICT);
	assert_true(plan_is_empty(g->s->plan));
}

/* A document that came under an id, and another that only passes under the next one. */
static void documents_of_others(struct stage *g)
{
	static const char *const here[] = { "huyen-a", NULL }, *const below[] = { "xa-a1", NULL };

	g->tinh = neighbour_of("tinh");
	neighbour_up(g->s, &g->tinh);
	for (unsigned id = 1; id <= 2; id++) {
		struct draft d = fixture_document(g->f, "tinh", id, id == 1 ? here : below);

		fixture_seal(g->f, "tinh", &d);
		station_clear(g->s);
		neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
		station_commit(g->s);
	}
	station_clear(g->s);
}

static void test_id_of_another_committees_document_is_a_conflict(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	struct event paper;

	documents_of_others(g);
	assert_int_equal(station_count(g->s, FAMILY_IDENT), 2);
	for (unsigned id = 1; id <= 2; id++) {
		assert_int_equal(reply_of(g, submission_of(&u, id, 1))->result, ERR_CONFLICT);
		assert_true(plan_is_empty(g->s->plan));
		u.event.u.submit.dry_run = true;
		assert_int_equal(reply_of(g, &u.event)->result, ERR_CONFLICT);
		u.event.u.submit.dry_run = false;
		paper = paper_entry(id, DIRECTION_IN, "5-CV/X", "2025-06-02");
		assert_int_equal(paper_answer(g, &paper).result, ERR_CONFLICT);
		assert_true(plan_is_empty(g->s->plan));
	}
	/* The neighbouring ids are free. */
	assert_int_equal(reply_of(g, submission_of(&u, 3, 1))->result, ERR_OK);
	station_commit(g->s);
}

/* Others' ids are not ours to give: a document that comes under one of ours is taken, and what we
 * have sent is still found by a repetition. */
static void test_repetition_is_known_though_anothers_document_came_under_its_id(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	assert_int_equal(reply_of(g, submission_of(&u, 1, 1))->result, ERR_OK);
	station_commit(g->s);
	documents_of_others(g);
	assert_int_equal(station_count(g->s, FAMILY_IDENT), 3);
	assert_true(reply_of(g, &u.event)->repeated);
}

static void refused(struct stage *g, struct submission *u, enum err why)
{
	assert_int_equal(reply_of(g, &u->event)->result, why);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(g->s->plan->draft_count, 0);
}

static void test_what_cannot_be_sent_is_refused_with_its_reason_and_writes_nothing(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "nowhere" } } } };

	submission_of(&u, 1, 1);
	refused(g, &u, ERR_UNKNOWN_RECIPIENT);
	assert_string_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.at.text, "nowhere");
	u.recipients[0].committee = fixture_id("huyen-a");
	refused(g, &u, ERR_UNKNOWN_RECIPIENT); /* to oneself */
	u.recipients[0].committee = fixture_id("xa-cu");
	refused(g, &u, ERR_RETIRED_RECIPIENT);
	u.recipients[0].committee = fixture_id("xa-a1");
	u.event.u.submit.recipient_count = 0;
	refused(g, &u, ERR_NO_RECIPIENT);
	submission_of(&u, 1, 1)->u.submit.secrecy = SECRECY_MAT;
	refused(g, &u, ERR_SECRET);
	submission_of(&u, 1, 1)->u.submit.manifest_count = 0;
	refused(g, &u, ERR_FORMAT);
	submission_of(&u, 1, 1);
	u.item.size_bytes = 1ULL << 40;
	refused(g, &u, ERR_TOO_LARGE);
	submission_of(&u, 1, 1);
	core_set_room(g->s->core,
		      (struct core_room){ false, true, true, ERR_DISK_FULL, 0, ERR_OK });
	refused(g, &u, ERR_DISK_FULL);
}

static void test_superior_of_the_top_and_group_of_nobody_are_refused(void **state)
{
	struct stage *g = *state;
	struct station *huyen = g->s, *top = station_new(g->f, "tinh"),
		       *leaf = station_new(g->f, "xa-a1");
	struct submission u = { .recipients = { { .group = GROUP_SUPERIOR } } };

	submission_of(&u, 1, 1);
	g->s = top;
	refused(g, &u, ERR_NO_ROUTE);
	u.recipients[0].group = GROUP_SUBORDINATES;
	g->s = leaf;
	refused(g, &u, ERR_NO_RECIPIENT);
	u.recipients[0].group = GROUP_SUBTREE;
	refused(g, &u, ERR_NO_RECIPIENT);
	g->s = huyen;
	station_free(top);
	station_free(leaf);
}

static void test_without_a_directory_nothing_is_taken(void **state)
{
	struct stage *g = *state;
	struct memory_disk *disk = memory_disk_new();
	struct core_config config = { .self = { "huyen-a" },
				      .chain_step = digest_chain_step,
				      .digest_of = digest_of,
				      .attachment_max_bytes = 1000 };
	struct core *c = core_new(&config);
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	struct store *store;
	struct plan *plan;

	(void)g;
	assert_ok(store_memory_open(disk, &store));
	plan = plan_new(store->ops->lookup(store));
	assert_ok(core_load(c, (struct now){ .wall_ms = FIXTURE_NOW_MS, .mono_ms = 0 }, plan));
	assert_int_equal(core_link_count(c), 0);
	assert_ok(core_take(c, (struct now){ .wall_ms = FIXTURE_NOW_MS, .mono_ms = 0 },
			    submission_of(&u, 1, 1), plan));
	assert_int_equal(plan->acts[0].u.reply.result, ERR_NO_ROUTE);
	plan_destroy(plan);
	core_destroy(c);
	store->ops->close(store);
	memory_disk_destroy(disk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_submission_is_sealed_stored_queued_and_answered),
		TEST(test_repeated_submission_gets_the_first_answer_and_nothing_new),
		TEST(test_repetition_in_the_same_turn_is_seen_through_the_plan),
		TEST(test_same_id_with_other_content_is_a_conflict),
		TEST(test_id_of_another_committees_document_is_a_conflict),
		TEST(test_repetition_is_known_though_anothers_document_came_under_its_id),
		TEST(test_what_cannot_be_sent_is_refused_with_its_reason_and_writes_nothing),
		TEST(test_superior_of_the_top_and_group_of_nobody_are_refused),
		TEST(test_without_a_directory_nothing_is_taken),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
