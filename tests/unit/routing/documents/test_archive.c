/* Contents that go into an archive: each reason to keep one, what stays when one goes, and clocks
 * that would let it go too early. */
#include "routing/documents/archive.h"

#include <string.h>

#include "routing/rules/retention_table.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* Received: ten years would be 2036; one year is over on 2027-01-01. */
static const struct retention_row one_year[] = { { "*", 1, 1 } }, ten_years[] = { { "*", 10, 10 } };
static const struct retention_table rule = { one_year, 1 }, long_rule = { ten_years, 1 };
#define FROM "2027-01-01"

static void tick_of(struct stage *g, int64_t mono_ms, int64_t wall_ms)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(g->s);
	g->s->now.mono_ms += mono_ms;
	g->s->now.mono_us += mono_ms * 1000;
	g->s->now.wall_ms += wall_ms;
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
}

static void days_pass(struct stage *g, int64_t days)
{
	tick_of(g, days * DAY_MS, days * DAY_MS);
}

/* ---- a document of tinh, with one file that all of them have ---- */

static struct doc_key key_of(struct stage *g, unsigned id, const char *origin)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id(origin)));

	return (struct doc_key){ r.u.ident.role, r.u.ident.serial };
}

static struct draft receive(struct stage *g, unsigned id, const char *const *to)
{
	struct draft d = fixture_document(g->f, "tinh", id, to);
	struct manifest_item *item = arena_alloc(g->f->arena, sizeof *item);
	struct event fetched = { .type = EVENT_FETCHED };
	struct doc_key key;

	assert_non_null(item);
	*item = fixture_file_item(100000);
	d.head.manifest = item;
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	key = key_of(g, id, "tinh");
	fetched.u.fetched = (struct ev_fetched){ .neighbour = g->tinh.id,
						 .lane = LANE_NORMAL,
						 .seq = g->tinh.seq[LANE_NORMAL],
						 .role = key.role,
						 .serial = key.serial };
	station_clear(g->s);
	station_take(g->s, &fetched);
	station_commit(g->s);
	station_clear(g->s);
	return d;
}

static void office_says(struct stage *g, unsigned id, enum office_status next)
{
	struct doc_key key = key_of(g, id, "tinh");
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .role = key.role,
					 .serial = key.serial,
					 .next = next,
					 .note = "đã thi hành",
					 .to = "",
					 .due_on = "",
					 .person = "" } };

	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
}

static struct draft work_done(struct stage *g, unsigned id, const char *const *to)
{
	struct draft d = receive(g, id, to);

	office_says(g, id, OFFICE_ACCEPTED);
	office_says(g, id, OFFICE_FINISHED);
	return d;
}

/* ---- asked ---- */

static struct act_reply asks(struct stage *g, unsigned id, const char *origin, const char *archive)
{
	struct doc_key key = key_of(g, id, origin);
	struct event e = { .type = EVENT_OPERATE };

	e.u.operate.reply = (struct reply_to){ 9 };
	e.u.operate.operation = OPERATION_ARCHIVED;
	e.u.operate.role = key.role;
	e.u.operate.serial = key.serial;
	e.u.operate.id = fixture_doc_id(id);
	e.u.operate.archive = archive;
	e.u.operate.evidence = fixture_digest("evidence");
	station_clear(g->s);
	station_take(g->s, &e);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static bool is_gone(struct stage *g, unsigned id, const char *origin)
{
	struct doc_key key = key_of(g, id, origin);
	struct key at = key_serial(key.role, key.serial);

	return station_get(g->s, FAMILY_STATE, at).u.state.content_dropped &&
	       !station_has(g->s, FAMILY_ENVELOPE, at);
}

/* It is kept, for that reason, and nothing at all was written. */
static void expect_kept(struct stage *g, unsigned id, const char *origin, enum err why)
{
	struct act_reply r = asks(g, id, origin, "kho");

	assert_int_equal(r.result, why);
	assert_int_equal(g->s->plan->write_count, 0);
	station_commit(g->s);
	station_clear(g->s);
	assert_false(is_gone(g, id, origin));
}

static void expect_gone(struct stage *g, unsigned id, const char *origin)
{
	assert_int_equal(asks(g, id, origin, "kho").result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
	assert_true(is_gone(g, id, origin));
}

static const char *const to_us[] = { "huyen-a", NULL };

/* ---- the rule ---- */

static void test_without_a_rule_nothing_ever_goes(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	work_done(g, 1, to_us);
	days_pass(g, 50LL * 366);
	expect_kept(g, 1, "tinh", ERR_KEPT);
	core_set_retention(g->s->core, &rule);
	expect_gone(g, 1, "tinh");
}

static void test_years_count_from_the_end_of_the_year_in_which_it_was_done(void **state)
{
	struct stage *g = *state;
	struct act_reply r;
	struct day first;
	int64_t left_ms;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	work_done(g, 1, to_us);
	r = asks(g, 1, "tinh", "kho");
	assert_int_equal(r.result, ERR_KEPT);
	assert_string_equal(r.about, FROM);
	assert_true(date_day(FROM, &first));
	left_ms = day_begin_ms(first) - g->s->now.wall_ms;
	tick_of(g, left_ms - 1, left_ms - 1);
	expect_kept(g, 1, "tinh", ERR_KEPT);
	tick_of(g, 1, 1);
	expect_gone(g, 1, "tinh");
}

static void test_another_rule_holds_from_its_reload_on(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &long_rule);
	work_done(g, 1, to_us);
	days_pass(g, 700);
	expect_kept(g, 1, "tinh", ERR_KEPT);
	core_set_retention(g->s->core, &rule);
	expect_gone(g, 1, "tinh");
}

/* ---- clocks ---- */

static void test_a_clock_that_jumps_ahead_lets_nothing_go(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	work_done(g, 1, to_us);
	tick_of(g, 1000, 700LL * DAY_MS);
	expect_kept(g, 1, "tinh", ERR_KEPT_TIME);
	tick_of(g, 560LL * DAY_MS, 0); /* it is not 2027 by the store's own time yet */
	expect_kept(g, 1, "tinh", ERR_KEPT_TIME);
	tick_of(g, 20LL * DAY_MS, 0);
	expect_gone(g, 1, "tinh");
}

static void test_what_was_done_by_a_clock_ahead_waits_for_its_years(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	g->s->now.wall_ms += 3650LL * DAY_MS;
	receive(g, 1, to_us);
	tick_of(g, 1000, -3650LL * DAY_MS);
	office_says(g, 1, OFFICE_ACCEPTED);
	office_says(g, 1, OFFICE_FINISHED);
	tick_of(g, 3000LL * DAY_MS, 3000LL * DAY_MS);
	expect_kept(g, 1, "tinh", ERR_KEPT); /* it is not 2037 */
	tick_of(g, 1500LL * DAY_MS, 1500LL * DAY_MS);
	expect_gone(g, 1, "tinh");
}

/* The superior answers a ping, by a clock that is so far ahead of ours. */
static void superior_clock_is(struct stage *g, int64_t ahead_ms)
{
	struct event e = { .type = EVENT_OPERATE };
	struct message pong = { .type = MESSAGE_PONG };
	const struct message *ping;

	e.u.operate = (struct ev_operate){ .reply = { 7 },
					   .operation = OPERATION_LINK_PING,
					   .neighbour = g->tinh.id };
	station_clear(g->s);
	station_take(g->s, &e);
	ping = station_said(g->s, "tinh", MESSAGE_PING, 0);
	assert_non_null(ping);
	pong.u.ping = (struct msg_ping){ .token = ping->u.ping.token,
					 .directory_version = 1,
					 .wall_ms = g->s->now.wall_ms + ahead_ms };
	neighbour_says(g->s, &g->tinh, &pong);
	station_commit(g->s);
	station_clear(g->s);
}

/* Taken and done 700 days ago, by a build that did not know the store's own time. */
static void made_older(struct stage *g, unsigned id)
{
	struct doc_key doc = key_of(g, id, "tinh");
	struct key key = key_serial(doc.role, doc.serial);
	struct record document = station_get(g->s, FAMILY_DOCUMENT, key),
		      state = station_get(g->s, FAMILY_STATE, key),
		      work = station_get(g->s, FAMILY_WORK, key);

	document.u.document.taken_passed_ms = 0;
	document.u.document.taken_at_ms -= 700LL * DAY_MS;
	state.u.state.complete_at_ms -= 700LL * DAY_MS;
	work.u.work.since_ms -= 700LL * DAY_MS;
	work.u.work.finished_at_ms -= 700LL * DAY_MS;
	plan_put(g->s->plan, key, &document);
	plan_put(g->s->plan, key, &state);
	plan_put(g->s->plan, key, &work);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
}

static void test_what_an_older_build_took_waits_for_a_clock_that_is_right(void **state)
{
	struct stage *g = *state;

	core_set_retention(g->s->core, &rule);
	neighbour_up(g->s, &g->tinh);
	work_done(g, 1, to_us);
	made_older(g, 1);
	expect_kept(g, 1, "tinh", ERR_KEPT_TIME); /* nobody has said whether it is right */
	superior_clock_is(g, 0);
	expect_gone(g, 1, "tinh");
}

static void test_nothing_goes_by_a_clock_that_is_wrong(void **state)
{
	struct stage *g = *state;

	core_set_retention(g->s->core, &rule);
	neighbour_up(g->s, &g->tinh);
	work_done(g, 1, to_us);
	made_older(g, 1);
	superior_clock_is(g, -7LL * 3600 * 1000);
	expect_kept(g, 1, "tinh", ERR_CLOCK_WRONG);
	superior_clock_is(g, 0);
	expect_gone(g, 1, "tinh");
}

/* ---- work ---- */

static void test_what_is_still_to_be_done_stays_however_old_it_is(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	receive(g, 1, to_us);
	days_pass(g, 2000);
	expect_kept(g, 1, "tinh", ERR_KEPT_WORK);
	office_says(g, 1, OFFICE_ACCEPTED);
	days_pass(g, 2000);
	expect_kept(g, 1, "tinh", ERR_KEPT_WORK);
	office_says(g, 1, OFFICE_FINISHED);
	expect_kept(g, 1, "tinh", ERR_KEPT); /* only now its years begin */
	days_pass(g, 731);
	expect_gone(g, 1, "tinh");
}

static void asked_back(struct stage *g, const struct draft *d, unsigned id)
{
	struct fact f = {
		.kind = KIND_STATUS,
		.at_ms = FIXTURE_NOW_MS,
		.code = "13",
		.note = "sai",
		.document = { .origin = g->tinh.id, .id = d->head.id, .digest = d->digest },
		.status = { .n = 1 }
	};
	struct draft said = fixture_fact(g->f, "tinh", g->s->self.text, 500 + id, &f);

	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &said);
	station_commit(g->s);
	station_clear(g->s);
}

static void test_what_is_asked_back_stays_until_that_is_answered(void **state)
{
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	d = work_done(g, 1, to_us);
	asked_back(g, &d, 1);
	days_pass(g, 2000);
	expect_kept(g, 1, "tinh", ERR_KEPT_RECALL);
	office_says(g, 1, OFFICE_RECALL_DECLINED);
	days_pass(g, 731);
	expect_gone(g, 1, "tinh");
}

static void test_what_is_not_whole_stays(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "tinh", 1, to_us);
	struct manifest_item item = fixture_file_item(100000);
	struct doc_key key;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	d.head.manifest = &item;
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	days_pass(g, 2000);
	key = key_of(g, 1, "tinh");
	assert_false(station_has(g->s, FAMILY_STATE, key_serial(key.role, key.serial)));
	assert_int_equal(asks(g, 1, "tinh", "kho").result, ERR_NOT_FOUND);
	assert_int_equal(g->s->plan->write_count, 0);
}

/* ---- of ours ---- */

static void submit(struct stage *g, unsigned id)
{
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };

	station_clear(g->s);
	station_take(g->s, submission_of(&u, id, 1));
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
}

static void receipt(struct stage *g, unsigned id)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), g->s->self));
	struct fact f = { .kind = KIND_RECEIPT,
			  .at_ms = g->s->now.wall_ms,
			  .note = "",
			  .document = { .origin = g->s->self,
					.id = fixture_doc_id(id),
					.digest = r.u.ident.digest } };
	struct draft said = fixture_fact(g->f, "tinh", g->s->self.text, 700 + id, &f);

	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &said);
	station_commit(g->s);
	station_clear(g->s);
}

static void taken_by_next(struct stage *g, uint64_t seq)
{
	station_clear(g->s);
	plan_erase(g->s->plan, FAMILY_STREAM, key_seq(g->tinh.id, LANE_NORMAL, seq));
	station_commit(g->s);
	station_clear(g->s);
}

static void test_one_of_ours_stays_until_all_have_it_and_nobody_fetches_it(void **state)
{
	struct stage *g = *state;
	struct act_reply r;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	submit(g, 1);
	expect_kept(g, 1, "huyen-a", ERR_KEPT_ANSWERS);
	receipt(g, 1);
	r = asks(g, 1, "huyen-a", "kho");
	assert_int_equal(r.result, ERR_KEPT);
	assert_string_equal(r.about, FROM);
	days_pass(g, 700);
	expect_kept(g, 1, "huyen-a", ERR_KEPT_NEIGHBOUR);
	taken_by_next(g, 1);
	expect_gone(g, 1, "huyen-a");
}

/* What the office of tinh says of it. */
static void they_say(struct stage *g, unsigned id, const char *code, uint32_t n)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), g->s->self));
	struct fact f = { .kind = KIND_STATUS,
			  .at_ms = g->s->now.wall_ms,
			  .note = "",
			  .document = { .origin = g->s->self,
					.id = fixture_doc_id(id),
					.digest = r.u.ident.digest },
			  .status = { .n = n, .arrival = 1 } };
	struct draft said;

	memcpy(f.code, code, 3);
	said = fixture_fact(g->f, "tinh", g->s->self.text, 800 + n, &f);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &said);
	station_commit(g->s);
	station_clear(g->s);
}

static void test_one_of_ours_stays_until_others_have_done_what_it_names_a_day_for(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };
	struct event *e = submission_of(&u, 1, 1);

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	e->u.submit.summary.due_on = "2025-07-01";
	station_take(g->s, e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	receipt(g, 1);
	expect_kept(g, 1, "huyen-a", ERR_KEPT_ANSWERS);
	they_say(g, 1, "03", 1);
	they_say(g, 1, "06", 2);
	expect_kept(g, 1, "huyen-a", ERR_KEPT);
	days_pass(g, 700);
	taken_by_next(g, 1);
	expect_gone(g, 1, "huyen-a");
}

static void test_one_of_ours_that_is_asked_back_stays_until_all_asked_have_answered(void **state)
{
	struct stage *g = *state;
	struct record told = { .family = FAMILY_TOLD, .u.told = { .asked = 2 } };
	struct doc_key key;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	submit(g, 1);
	receipt(g, 1);
	key = key_of(g, 1, "huyen-a");
	plan_put(g->s->plan, key_receipt(key.role, key.serial, g->tinh.id), &told);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	they_say(g, 1, "16", 1); /* the first time */
	expect_kept(g, 1, "huyen-a", ERR_KEPT_RECALL);
	they_say(g, 1, "15", 2);
	expect_kept(g, 1, "huyen-a", ERR_KEPT);
	days_pass(g, 700);
	taken_by_next(g, 1);
	expect_gone(g, 1, "huyen-a");
}

/* ---- stores ---- */

static void test_while_a_store_is_behind_or_damaged_nothing_goes(void **state)
{
	struct stage *g = *state;
	struct core *c = g->s->core;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(c, &rule);
	work_done(g, 1, to_us);
	days_pass(g, 700);
	core_set_unsound(c, ERR_RECORDS_MISSING);
	expect_kept(g, 1, "tinh", ERR_UNSOUND);
	core_set_unsound(c, ERR_OK);
	c->stand.alarm = ERR_BEHIND;
	expect_kept(g, 1, "tinh", ERR_BEHIND);
	c->stand.alarm = ERR_OK;
	c->links[0]->stand.its = ERR_PEER_BEHIND;
	expect_kept(g, 1, "tinh", ERR_PEER_BEHIND);
	c->links[0]->stand.its = ERR_OK;
	expect_gone(g, 1, "tinh");
}

/* ---- what stays ---- */

static void test_only_the_content_goes_and_it_is_known_where_it_is(void **state)
{
	static const enum family kept[] = { FAMILY_IDENT,   FAMILY_DOCUMENT, FAMILY_STATE,
					    FAMILY_RECEIPT, FAMILY_WORK,     FAMILY_STATUS,
					    FAMILY_LINE,    FAMILY_COUNTER,  FAMILY_NUMBER };
	uint64_t before[COUNT_OF(kept)];
	struct stage *g = *state;
	struct doc_key doc;
	struct record state_before, r;
	struct key key;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	work_done(g, 1, to_us);
	days_pass(g, 700);
	doc = key_of(g, 1, "tinh");
	key = key_serial(doc.role, doc.serial);
	state_before = station_get(g->s, FAMILY_STATE, key);
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		before[i] = station_count(g->s, kept[i]);
	assert_int_equal(asks(g, 1, "tinh", "kho 2026").result, ERR_OK);
	/* no counter is touched, and what has changed is told in the same commit */
	for (uint32_t i = 0; i < g->s->plan->write_count; i++)
		assert_int_not_equal(g->s->plan->writes[i].record.family, FAMILY_COUNTER);
	assert_int_equal(g->s->plan->change_count, 1);
	assert_int_equal(g->s->plan->changes[0].kind, CHANGE_ARCHIVED);
	station_commit(g->s);
	station_clear(g->s);
	assert_true(is_gone(g, 1, "tinh"));
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		assert_int_equal(station_count(g->s, kept[i]), before[i]);
	r = station_get(g->s, FAMILY_STATE, key);
	assert_int_equal(r.u.state.archived_at_ms, g->s->now.wall_ms);
	assert_string_equal(r.u.state.archive, "kho 2026");
	assert_memory_equal(r.u.state.archive_evidence.bytes, fixture_digest("evidence").bytes,
			    sizeof r.u.state.archive_evidence.bytes);
	assert_int_equal(r.u.state.complete_at_ms, state_before.u.state.complete_at_ms);
	assert_int_equal(r.u.state.delivered, state_before.u.state.delivered);
	assert_int_equal(station_count(g->s, FAMILY_ACT) > 0, true);
}

static void test_a_file_goes_with_the_last_document_that_needs_it(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	work_done(g, 1, to_us);
	work_done(g, 2, to_us);
	days_pass(g, 700);
	assert_int_equal(station_count(g->s, FAMILY_FILE), 2);
	assert_int_equal(asks(g, 1, "tinh", "kho").result, ERR_OK);
	assert_int_equal(station_acts(g->s, ACT_DROP_FILE), 0);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_FILE), 1);
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 0);
	assert_int_equal(asks(g, 2, "tinh", "kho").result, ERR_OK);
	assert_int_equal(station_acts(g->s, ACT_DROP_FILE), 1);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_FILE), 0);
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 1);
}

static void test_asked_again_it_is_done_and_of_another_archive_it_is_told_where_it_is(void **state)
{
	struct stage *g = *state;
	struct act_reply r;

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	work_done(g, 1, to_us);
	days_pass(g, 700);
	expect_gone(g, 1, "tinh");
	days_pass(g, 1);
	assert_int_equal(asks(g, 1, "tinh", "kho").result, ERR_OK);
	assert_int_equal(g->s->plan->write_count, 0);
	r = asks(g, 1, "tinh", "another");
	assert_int_equal(r.result, ERR_CONTENT_ARCHIVED);
	assert_string_equal(r.about, "kho");
	assert_int_equal(g->s->plan->write_count, 0);
	station_restart(g->s);
	core_set_retention(g->s->core, &rule);
	assert_int_equal(asks(g, 1, "tinh", "another").result, ERR_CONTENT_ARCHIVED);
}

static void test_what_only_passed_through_and_what_has_another_id_is_not_found(void **state)
{
	static const char *const beyond[] = { "xa-a1", NULL };
	struct stage *g = *state;
	struct doc_key key;
	struct event e = { .type = EVENT_OPERATE };

	neighbour_up(g->s, &g->tinh);
	core_set_retention(g->s->core, &rule);
	receive(g, 1, beyond);
	work_done(g, 2, to_us);
	days_pass(g, 700);
	assert_int_equal(asks(g, 1, "tinh", "kho").result, ERR_NOT_FOUND);
	key = key_of(g, 2, "tinh");
	e.u.operate = (struct ev_operate){ .reply = { 9 },
					   .operation = OPERATION_ARCHIVED,
					   .role = key.role,
					   .serial = key.serial,
					   .id = fixture_doc_id(1),
					   .archive = "kho" };
	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_NOT_FOUND);
	assert_int_equal(g->s->plan->write_count, 0);
}

/* Named to us later too, for one beyond us: the content is not here any more, and the issuer hears
 * that; what our office did with it stands. */
static void test_one_that_is_to_be_handed_on_after_it_has_gone_is_refused_by_name(void **state)
{
	static const char *const both[] = { "huyen-a", "xa-a1", NULL },
				 *const us[] = { "huyen-a", NULL },
				 *const beyond[] = { "xa-a1", NULL };
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct draft d = fixture_document(g->f, "tinh", 1, both);
	struct event e;

	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a1);
	core_set_retention(g->s->core, &rule);
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, us);
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
	office_says(g, 1, OFFICE_ACCEPTED);
	office_says(g, 1, OFFICE_FINISHED);
	made_older(g, 1);
	superior_clock_is(g, 0);
	expect_gone(g, 1, "tinh");
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, beyond);
	station_take(g->s, &e);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(g->s->plan->drafts[0].fact.kind, KIND_REFUSAL);
	assert_int_equal(g->s->plan->drafts[0].fact.reason, ERR_NOT_HERE);
	station_commit(g->s);
	assert_true(is_gone(g, 1, "tinh"));
	assert_false(
		station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_a_rule_nothing_ever_goes),
		TEST(years_count_from_the_end_of_the_year_in_which_it_was_done),
		TEST(another_rule_holds_from_its_reload_on),
		TEST(a_clock_that_jumps_ahead_lets_nothing_go),
		TEST(what_was_done_by_a_clock_ahead_waits_for_its_years),
		TEST(what_an_older_build_took_waits_for_a_clock_that_is_right),
		TEST(nothing_goes_by_a_clock_that_is_wrong),
		TEST(what_is_still_to_be_done_stays_however_old_it_is),
		TEST(what_is_asked_back_stays_until_that_is_answered),
		TEST(what_is_not_whole_stays),
		TEST(one_of_ours_stays_until_all_have_it_and_nobody_fetches_it),
		TEST(one_of_ours_stays_until_others_have_done_what_it_names_a_day_for),
		TEST(one_of_ours_that_is_asked_back_stays_until_all_asked_have_answered),
		TEST(while_a_store_is_behind_or_damaged_nothing_goes),
		TEST(only_the_content_goes_and_it_is_known_where_it_is),
		TEST(a_file_goes_with_the_last_document_that_needs_it),
		TEST(asked_again_it_is_done_and_of_another_archive_it_is_told_where_it_is),
		TEST(what_only_passed_through_and_what_has_another_id_is_not_found),
		TEST(one_that_is_to_be_handed_on_after_it_has_gone_is_refused_by_name),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
