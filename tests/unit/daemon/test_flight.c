/* Turns that overlap: what is decided while a commit is under way, what it sees, and what of it
 * leaves when. The disk is one that lands when the test says so. */
#include <stdlib.h>

#include "daemon/turn.h"
#include "proto/wire_decode.h"
#include "tests/unit/support/fixture.h"

enum { REPLIES_MAX = 700 };

struct office {
	struct stage *stage;
	struct inbox *inbox;
	struct outbox *outbox;
	struct turn *turn;
	struct job *writing; /* a commit that is under way */
	unsigned writes;     /* commits begun */
	struct act_reply replies[REPLIES_MAX];
	unsigned reply_count, releases;
	unsigned followed;	 /* plans that somebody who follows was shown */
	unsigned replies_before; /* when the last was */
	uint64_t published_under; /* what the last publication says of our directory */
};

static void begin_write(void *ctx, struct job *j)
{
	struct office *o = ctx;

	assert_null(o->writing); /* one at a time */
	o->writing = j;
	o->writes++;
}

static void land(struct office *o)
{
	struct job *j = o->writing;

	assert_non_null(j);
	o->writing = NULL;
	j->work(j);
	j->done(j);
}

static void wait_for_write(void *ctx)
{
	land(ctx);
}

static void reply(void *ctx, const struct act_reply *r)
{
	struct office *o = ctx;

	assert_true(o->reply_count < REPLIES_MAX);
	o->replies[o->reply_count++] = *r;
}

static void committed(void *ctx, const struct plan *p)
{
	struct office *o = ctx;

	if (p->write_count == 0)
		return; /* a turn that only said something */
	o->followed++;
	o->replies_before = o->reply_count;
}

static void notify(void *ctx, const struct act_notify *n)
{
	(void)ctx;
	(void)n;
}

/* Nobody is connected. */
static enum err send(void *ctx, struct committee_id neighbour, struct blob frame)
{
	struct office *o = ctx;
	struct message m;

	(void)neighbour;
	assert_ok(wire_decode(o->stage->f->arena, frame, &m));
	if (m.type == MESSAGE_PUBLISH)
		o->published_under = m.u.publish.directory_version;
	return ERR_NETWORK;
}

static void visit(void *ctx, struct committee_id host)
{
	(void)ctx;
	(void)host;
}

static void directory(void *ctx)
{
	(void)ctx;
}

static void released(void *owner)
{
	((struct office *)owner)->releases++;
}

static int set_up(void **state)
{
	struct office *o = calloc(1, sizeof *o);
	void *stage = NULL;
	struct station *s;

	assert_non_null(o);
	stage_set_up(&stage);
	o->stage = stage;
	s = o->stage->s;
	o->inbox = inbox_new();
	o->outbox = outbox_new(s->core, s->lookup,
			       (struct outbox_ops){ .ctx = o,
						    .send = send,
						    .reply = reply,
						    .notify = notify,
						    .visit = visit,
						    .directory = directory });
	assert_true(o->inbox != NULL && o->outbox != NULL);
	o->turn = turn_new(&(struct turn_parts){
		.core = s->core,
		.store = s->store,
		.signer = fixture_signer(o->stage->f, "huyen-a"),
		.outbox = o->outbox,
		.inbox = o->inbox,
		.committer = { .ctx = o, .run = begin_write, .wait = wait_for_write },
		.committed = committed,
		.ctx = o });
	assert_non_null(o->turn);
	*state = o;
	return 0;
}

static int tear_down(void **state)
{
	struct office *o = *state;
	void *stage = o->stage;

	turn_destroy(o->turn);
	outbox_destroy(o->outbox);
	inbox_destroy(o->inbox);
	stage_tear_down(&stage);
	free(o);
	return 0;
}

static void submit(struct office *o, struct submission *u, unsigned id)
{
	u->recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	assert_ok(inbox_push(o->inbox, submission_of(u, id, 1), released, o));
}

static bool is_stored(struct office *o, unsigned id)
{
	return station_has(o->stage->s, FAMILY_IDENT,
			   key_ident(fixture_doc_id(id), fixture_id("huyen-a")));
}

static enum err run(struct office *o, enum pace pace)
{
	return turn_run(o->turn, o->stage->s->now, pace);
}

/* The first is on its way, the second decided upon it. */
static void begin_two(struct office *o, struct submission *first, struct submission *second)
{
	submit(o, first, 1);
	assert_ok(run(o, PACE_BUSY));
	submit(o, second, 2);
	assert_ok(run(o, PACE_BUSY));
}

static uint64_t feed_next(const struct office *o)
{
	struct feed_view v;

	core_feed(o->stage->s->core, &v);
	return v.next;
}

static void test_a_turn_decides_while_the_one_before_is_on_its_way(void **state)
{
	struct office *o = *state;
	struct submission first, second;
	uint64_t next = feed_next(o);

	submit(o, &first, 1);
	assert_ok(run(o, PACE_BUSY));
	assert_non_null(o->writing);
	submit(o, &second, 2);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(inbox_count(o->inbox), 0); /* decided */
	assert_int_equal(turn_open(o->turn).events, 1);
	assert_true(turn_open(o->turn).disk_busy);
	/* and nothing of either has left, or is told */
	assert_int_equal(o->reply_count, 0);
	assert_int_equal(o->releases, 0);
	assert_false(is_stored(o, 1));
	assert_int_equal(feed_next(o), next);

	land(o);
	assert_int_equal(o->reply_count, 0); /* it says so in its turn */
	assert_int_equal(o->followed, 0);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(o->reply_count, 1);
	assert_int_equal(o->followed, 1);
	assert_int_equal(o->replies_before, 0); /* who follows hears it before who asked */
	assert_int_equal(o->releases, 1);
	assert_true(is_stored(o, 1));
	assert_false(is_stored(o, 2));
	assert_true(feed_next(o) > next);
	next = feed_next(o);
	assert_non_null(o->writing); /* the second is on its way at once */

	land(o);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(o->reply_count, 2);
	assert_true(is_stored(o, 2));
	assert_int_equal(o->releases, 2);
	assert_true(feed_next(o) > next);
	assert_null(o->writing);
	assert_int_equal(turn_figures(o->turn).commits, 2);
}

/* The same submission again, while the first is on its way: it is the same document, and its answer
 * says so. Another one under that id is refused. */
static void test_a_decision_sees_what_is_on_its_way(void **state)
{
	struct office *o = *state;
	struct submission first, again, other;

	submit(o, &first, 1);
	assert_ok(run(o, PACE_BUSY));
	submit(o, &again, 1);
	other.recipients[0] = again.recipients[0];
	submission_of(&other, 1, 1)->u.submit.submission = fixture_digest("another content");
	assert_ok(inbox_push(o->inbox, &other.event, released, o));
	assert_ok(run(o, PACE_BUSY));
	land(o);
	assert_ok(run(o, PACE_BUSY));
	if (o->writing != NULL) /* an answer alone may have nothing to write */
		land(o);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(o->reply_count, 3);
	assert_int_equal(o->replies[0].result, ERR_OK);
	assert_false(o->replies[0].repeated);
	assert_int_equal(o->replies[1].result, ERR_OK);
	assert_true(o->replies[1].repeated);
	assert_int_not_equal(o->replies[2].result, ERR_OK);
	assert_int_equal(turn_figures(o->turn).documents_taken, 3);
}

/* What is on the disk leaves under the directory that it was queued under, though memory has a
 * later one: a neighbour must not take the old way for the new directory's. */
static void test_a_publication_names_the_directory_of_its_own_turn(void **state)
{
	struct event e = { .type = EVENT_DIRECTORY };
	struct office *o = *state;
	struct station *s = o->stage->s;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct directory d = fixture_directory(o->stage->f, 2);
	struct submission u;

	neighbour_up(s, &a1);
	neighbour_subscribe(s, &a1, LANE_NORMAL, 0);
	submit(o, &u, 1);
	assert_ok(run(o, PACE_BUSY));
	e.u.directory = (struct ev_directory){ .head = &d.head,
					       .entries = d.entries,
					       .entry_count = d.entry_count };
	assert_ok(inbox_push(o->inbox, &e, NULL, NULL));
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(core_directory_version(s->core), 2);
	land(o);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(o->published_under, 1);
	land(o);
	assert_ok(run(o, PACE_BUSY));
}

static void test_alone_on_a_calm_daemon_a_turn_is_whole_at_once(void **state)
{
	struct office *o = *state;
	struct submission u;

	submit(o, &u, 1);
	assert_ok(run(o, PACE_CALM));
	assert_int_equal(o->writes, 0); /* on this thread */
	assert_int_equal(o->reply_count, 1);
	assert_true(is_stored(o, 1));
}

static void test_a_commit_that_is_held_waits_and_is_decided_all_the_same(void **state)
{
	struct office *o = *state;
	struct submission u, v;

	submit(o, &u, 1);
	assert_ok(run(o, PACE_HOLD));
	submit(o, &v, 2);
	assert_ok(run(o, PACE_HOLD));
	assert_int_equal(o->writes, 0);
	assert_int_equal(turn_open(o->turn).events, 2);
	assert_false(turn_open(o->turn).disk_busy);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(o->writes, 1);
	land(o);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(o->reply_count, 2);
}

/* However much comes: one is on its way, one waits sealed, one is open, and the rest stays in the
 * inbox. */
static void test_what_is_decided_and_not_on_the_disk_is_bounded(void **state)
{
	struct office *o = *state;
	static struct submission many[REPLIES_MAX];
	unsigned sent = 0;

	for (unsigned i = 0; i < REPLIES_MAX; i++) {
		submit(o, &many[i], 1 + i);
		sent++;
		if (i % 100 == 0)
			assert_ok(run(o, PACE_BUSY));
	}
	for (int i = 0; i < 5; i++)
		assert_ok(run(o, PACE_BUSY));
	assert_int_equal(o->writes, 1);
	assert_true(inbox_count(o->inbox) > 0);
	assert_int_equal(o->reply_count, 0);
	while (o->writing != NULL) {
		land(o);
		assert_ok(run(o, PACE_BUSY));
	}
	assert_int_equal(o->reply_count, sent);
	assert_int_equal(o->releases, sent);
	for (unsigned i = 0; i < sent; i++) /* in order */
		assert_memory_equal(&o->replies[i].id, &many[i].event.u.submit.id,
				    sizeof o->replies[i].id);
}

/* A tick writes what it is bounded to; many in one plan would not be bounded by anything. */
static void test_a_turn_takes_one_tick_however_long_it_is_open(void **state)
{
	struct office *o = *state;
	struct station *s = o->stage->s;
	struct submission first, second;

	submit(o, &first, 1);
	assert_ok(run(o, PACE_BUSY));
	submit(o, &second, 2);
	s->now.mono_ms += 5000;
	assert_ok(run(o, PACE_BUSY));
	assert_true(core_deadline_ms(s->core) > s->now.mono_ms); /* it has taken one */
	s->now.mono_ms += 5000;
	assert_ok(run(o, PACE_BUSY));
	assert_true(core_deadline_ms(s->core) <= s->now.mono_ms);
	land(o);
	assert_ok(run(o, PACE_BUSY)); /* it is closed, and the next one has its own */
	assert_ok(run(o, PACE_BUSY));
	assert_true(core_deadline_ms(s->core) > s->now.mono_ms);
	assert_ok(turn_drain(o->turn, s->now));
}

static void test_what_others_read_of_memory_goes_alone(void **state)
{
	struct office *o = *state;
	struct submission first, second;
	struct event operate = { .type = EVENT_OPERATE };

	operate.u.operate.reply.n = 9;
	submit(o, &first, 1);
	assert_ok(run(o, PACE_BUSY));
	assert_ok(inbox_push(o->inbox, &operate, NULL, NULL));
	assert_ok(run(o, PACE_BUSY));
	assert_true(turn_is_quiet(o->turn));
	submit(o, &second, 2);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(inbox_count(o->inbox), 1); /* nothing is decided upon it */
	land(o);
	assert_ok(run(o, PACE_BUSY));
	if (o->writing != NULL && turn_is_quiet(o->turn)) {
		land(o);
		assert_ok(run(o, PACE_BUSY));
	}
	assert_false(turn_is_quiet(o->turn));
	assert_ok(turn_drain(o->turn, o->stage->s->now));
	assert_int_equal(o->reply_count, 3);
}

static void test_a_commit_that_fails_takes_all_with_it_that_was_decided_since(void **state)
{
	struct office *o = *state;
	struct submission first, second;

	begin_two(o, &first, &second);
	memory_disk_fail(o->stage->s->disk, 1, ERR_STORE, false);
	land(o);
	assert_int_equal(run(o, PACE_BUSY), ERR_STORE);
	assert_int_equal(o->reply_count, 0);
	assert_int_equal(o->releases, 2);
	assert_false(is_stored(o, 1));
	assert_false(is_stored(o, 2));
}

static void test_when_the_store_is_gone_all_in_flight_are_told(void **state)
{
	struct office *o = *state;
	struct submission first, second, third;

	begin_two(o, &first, &second);
	memory_disk_fail(o->stage->s->disk, 1, ERR_STORE_GONE, false);
	turn_refuse(o->turn, ERR_STORE_GONE); /* not before the job is back */
	assert_int_equal(o->reply_count, 0);
	land(o);
	assert_int_equal(run(o, PACE_BUSY), ERR_STORE_GONE);
	assert_int_equal(o->reply_count, 2);
	submit(o, &third, 3);
	turn_refuse(o->turn, ERR_STORE_GONE);
	assert_int_equal(o->reply_count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(o->replies[i].result, ERR_STORE_GONE);
	assert_int_equal(o->releases, 3);
}

/* Closed at once it would have little of what comes while the disk is busy. */
static void test_on_a_slow_disk_a_turn_is_closed_late(void **state)
{
	enum { MANY = 100 };
	static struct submission submissions[MANY + 3];
	struct office *o = *state;

	begin_two(o, &submissions[0], &submissions[1]);
	o->stage->s->now.mono_ms += 10; /* so long the first takes */
	land(o);
	assert_ok(run(o, PACE_BUSY));
	for (unsigned i = 0; i < MANY; i++)
		submit(o, &submissions[2 + i], 3 + i);
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(turn_open(o->turn).events, MANY);
	o->stage->s->now.mono_ms += 6;
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(turn_open(o->turn).events, MANY);
	o->stage->s->now.mono_ms += 1;
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(turn_open(o->turn).events, 0);
	assert_true(turn_open(o->turn).disk_busy);
	assert_ok(turn_drain(o->turn, o->stage->s->now));
	assert_true(is_stored(o, 2 + MANY));
}

/* The store's folder has gone between the end of one commit and the beginning of the next. */
static enum err gone(struct store *store)
{
	(void)store;
	return ERR_STORE_GONE;
}

static void test_what_has_landed_says_so_though_the_next_cannot_begin(void **state)
{
	struct office *o = *state;
	struct store *store = o->stage->s->store;
	const struct store_ops *before = store->ops;
	struct store_ops without = *before;
	struct submission first, second;

	without.check = gone;
	begin_two(o, &first, &second);
	/* sealed, so that it would begin as soon as the first has landed */
	for (unsigned i = 3; i < 200 && turn_open(o->turn).events > 0; i++) {
		static struct submission more[200];

		submit(o, &more[i], i);
		assert_ok(run(o, PACE_BUSY));
	}
	land(o);
	store->ops = &without;
	assert_int_equal(run(o, PACE_BUSY), ERR_STORE_GONE);
	store->ops = before;
	assert_true(o->reply_count > 2);
	assert_ok(o->replies[0].result);
	for (unsigned i = 1; i < o->reply_count; i++)
		assert_int_equal(o->replies[i].result, ERR_STORE_GONE);
	assert_int_equal(o->releases, o->reply_count);
	assert_true(is_stored(o, 1));
	assert_false(is_stored(o, 2));
}

/* One that is under way finds it out itself, and what is in the inbox waits for what it says. */
static void test_a_store_that_goes_under_a_commit_is_said_by_that_commit(void **state)
{
	struct office *o = *state;
	struct store *store = o->stage->s->store;
	const struct store_ops *before = store->ops;
	struct store_ops without = *before;
	struct submission first, second;

	without.check = gone;
	submit(o, &first, 1);
	assert_ok(run(o, PACE_BUSY));
	submit(o, &second, 2);
	store->ops = &without;
	assert_ok(run(o, PACE_BUSY));
	assert_int_equal(inbox_count(o->inbox), 1);
	store->ops = before;
	memory_disk_fail(o->stage->s->disk, 1, ERR_STORE_GONE, false);
	land(o);
	assert_int_equal(run(o, PACE_BUSY), ERR_STORE_GONE);
	assert_int_equal(o->reply_count, 1);
	assert_int_equal(o->replies[0].result, ERR_STORE_GONE);
	turn_refuse(o->turn, ERR_STORE_GONE);
	assert_int_equal(o->reply_count, 2);
}

static enum err unreadable(struct store *store)
{
	(void)store;
	return ERR_STORE;
}

/* The disk still writes from it. */
static void test_what_a_job_has_stays_when_the_next_turn_fails(void **state)
{
	struct office *o = *state;
	struct store *store = o->stage->s->store;
	const struct store_ops *before = store->ops;
	struct store_ops without = *before;
	struct submission first, second;

	without.read_begin = unreadable;
	submit(o, &first, 1);
	assert_ok(run(o, PACE_BUSY));
	submit(o, &second, 2);
	store->ops = &without;
	assert_int_equal(run(o, PACE_BUSY), ERR_STORE);
	assert_int_equal(o->releases, 0);
	store->ops = before;
	land(o);
	assert_true(is_stored(o, 1));
	assert_int_equal(o->reply_count, 0);
}

static void test_a_whole_turn_does_not_begin_upon_one_that_failed(void **state)
{
	struct office *o = *state;
	struct submission first, second;

	begin_two(o, &first, &second);
	memory_disk_fail(o->stage->s->disk, 1, ERR_STORE, false);
	assert_int_equal(turn_run_whole(o->turn, o->stage->s->now), ERR_STORE);
	assert_int_equal(o->releases, 2);
	assert_int_equal(o->writes, 1);
	assert_int_equal(o->reply_count, 0);
}

static void test_draining_ends_all_turns(void **state)
{
	struct office *o = *state;
	struct submission first, second;

	begin_two(o, &first, &second);
	assert_ok(turn_drain(o->turn, o->stage->s->now));
	assert_null(o->writing);
	assert_int_equal(o->reply_count, 2);
	assert_true(is_stored(o, 2));
	assert_int_equal(o->releases, 2);
}

#define FLIGHT_TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLIGHT_TEST(test_a_turn_decides_while_the_one_before_is_on_its_way),
		FLIGHT_TEST(test_a_decision_sees_what_is_on_its_way),
		FLIGHT_TEST(test_a_publication_names_the_directory_of_its_own_turn),
		FLIGHT_TEST(test_alone_on_a_calm_daemon_a_turn_is_whole_at_once),
		FLIGHT_TEST(test_a_commit_that_is_held_waits_and_is_decided_all_the_same),
		FLIGHT_TEST(test_what_is_decided_and_not_on_the_disk_is_bounded),
		FLIGHT_TEST(test_a_turn_takes_one_tick_however_long_it_is_open),
		FLIGHT_TEST(test_what_others_read_of_memory_goes_alone),
		FLIGHT_TEST(test_a_commit_that_fails_takes_all_with_it_that_was_decided_since),
		FLIGHT_TEST(test_when_the_store_is_gone_all_in_flight_are_told),
		FLIGHT_TEST(test_on_a_slow_disk_a_turn_is_closed_late),
		FLIGHT_TEST(test_what_has_landed_says_so_though_the_next_cannot_begin),
		FLIGHT_TEST(test_a_store_that_goes_under_a_commit_is_said_by_that_commit),
		FLIGHT_TEST(test_what_a_job_has_stays_when_the_next_turn_fails),
		FLIGHT_TEST(test_a_whole_turn_does_not_begin_upon_one_that_failed),
		FLIGHT_TEST(test_draining_ends_all_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
