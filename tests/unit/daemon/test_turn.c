/* The turn's order when a signature takes its time on another thread: nothing is decided, committed
 * or said before it is there, and the turn then ends as any other. */
#include "daemon/turn.h"

#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>

#include "tests/unit/support/fixture.h"

/* A token: signs with a real key, when it is let to. */
struct token {
	struct signer signer; /* first */
	struct signer *key;
	sem_t may_sign;
	enum err fault;
};

struct office {
	struct stage *stage;
	struct inbox *inbox;
	struct outbox *outbox;
	struct turn *turn;
	struct workers *workers;
	struct token token;
	struct signer *next; /* what an act brings; may be NULL */
	unsigned replies, releases;
	enum err last_reply;
};

static enum err token_sign(struct signer *s, struct blob message, uint8_t out[SIGNATURE_BYTES])
{
	struct token *t = (struct token *)s;

	while (sem_wait(&t->may_sign) != 0)
		;
	return t->fault != ERR_OK ? t->fault : signer_sign(t->key, message, out);
}

static void token_destroy(struct signer *s)
{
	(void)s;
}

static const struct signer_ops token_ops = { .sign = token_sign, .destroy = token_destroy };

static void reply(void *ctx, const struct act_reply *r)
{
	struct office *o = ctx;

	o->replies++;
	o->last_reply = r->result;
	if (o->next != NULL)
		turn_set_signer(o->turn, o->next);
}

static void notify(void *ctx, const struct act_notify *n)
{
	(void)ctx;
	(void)n;
}

static void released(void *owner)
{
	((struct office *)owner)->releases++;
}

static struct turn *turn_of(struct office *o)
{
	const struct station *s = o->stage->s;

	return turn_new(&(struct turn_parts){ .core = s->core,
					      .store = s->store,
					      .signer = &o->token.signer,
					      .outbox = o->outbox,
					      .inbox = o->inbox,
					      .runner = workers_runner(o->workers) });
}

static int set_up(void **state)
{
	struct office *o = calloc(1, sizeof *o);
	void *stage = NULL;
	uint8_t public_key[SIGN_KEY_BYTES];
	struct station *s;

	assert_non_null(o);
	stage_set_up(&stage);
	o->stage = stage;
	s = o->stage->s;
	o->token.key = fixture_signer(o->stage->f, "huyen-a");
	signer_public_key(o->token.key, public_key);
	signer_init(&o->token.signer, &token_ops, public_key, true);
	assert_int_equal(sem_init(&o->token.may_sign, 0, 0), 0);
	o->inbox = inbox_new();
	o->outbox = outbox_new(
	    s->core, s->lookup,
	    (struct outbox_ops){ .ctx = o, .reply = reply, .notify = notify });
	o->workers = workers_new(1, "sign");
	assert_true(o->inbox != NULL && o->outbox != NULL && o->workers != NULL);
	o->turn = turn_of(o);
	assert_non_null(o->turn);
	*state = o;
	return 0;
}

static int tear_down(void **state)
{
	struct office *o = *state;
	void *stage = o->stage;

	workers_destroy(o->workers);
	turn_destroy(o->turn);
	outbox_destroy(o->outbox);
	inbox_destroy(o->inbox);
	sem_destroy(&o->token.may_sign);
	stage_tear_down(&stage);
	free(o);
	return 0;
}

/* A clerk submits a document to xa-a1. */
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

static enum err run(struct office *o)
{
	enum err e = turn_run(o->turn, o->stage->s->now, PACE_CALM);

	workers_flush(o->workers);
	return e;
}

/* The token signs, and the job comes back; 30 s at most. */
static void sign(struct office *o)
{
	struct pollfd p = { .fd = workers_fd(o->workers), .events = POLLIN };

	sem_post(&o->token.may_sign);
	while (workers_pending(o->workers) > 0) {
		assert_int_equal(poll(&p, 1, 30000), 1);
		workers_collect(o->workers, 1);
	}
}

static void test_nothing_is_decided_or_said_before_a_slow_signature_is_there(void **state)
{
	struct office *o = *state;
	struct submission first, second;

	submit(o, &first, 1);
	assert_ok(run(o));
	assert_true(turn_is_quiet(o->turn));
	submit(o, &second, 2);
	assert_ok(run(o));
	assert_ok(run(o));
	assert_true(turn_is_quiet(o->turn));
	assert_int_equal(inbox_count(o->inbox), 1);
	assert_int_equal(turn_figures(o->turn).commits, 0);
	assert_false(is_stored(o, 1));
	assert_int_equal(o->replies, 0);
	assert_int_equal(o->releases, 0);

	sign(o);
	assert_int_equal(o->replies, 0); /* signed, and not on disk yet */
	assert_ok(run(o));
	assert_true(is_stored(o, 1));
	assert_int_equal(o->replies, 1);
	assert_int_equal(o->last_reply, ERR_OK);
	assert_int_equal(o->releases, 1);
	assert_true(turn_is_quiet(o->turn)); /* the second has a turn of its own, and waits too */
	assert_int_equal(inbox_count(o->inbox), 0);
	assert_false(is_stored(o, 2));
	sign(o);
	assert_ok(run(o));
	assert_true(is_stored(o, 2));
	assert_int_equal(o->replies, 2);
	assert_int_equal(signer_count(&o->token.signer), 2);
}

static void test_a_slow_signature_that_fails_ends_the_turn_and_nothing_has_left(void **state)
{
	struct office *o = *state;
	struct submission u;

	submit(o, &u, 1);
	o->token.fault = ERR_CERTIFICATE;
	assert_ok(run(o));
	sign(o);
	assert_int_equal(run(o), ERR_CERTIFICATE);
	assert_int_equal(turn_figures(o->turn).commits, 0);
	assert_false(is_stored(o, 1));
	assert_int_equal(o->replies, 0);
	assert_int_equal(o->releases, 1);
}

static void test_a_turn_that_seals_nothing_waits_for_no_token(void **state)
{
	struct office *o = *state;
	struct submission u;

	submit(o, &u, 1);
	u.recipients[0].committee = fixture_id("nobody");
	assert_ok(run(o));
	assert_false(turn_is_quiet(o->turn));
	assert_int_equal(o->replies, 1);
	assert_int_not_equal(o->last_reply, ERR_OK);
}

static void test_a_whole_turn_is_sealed_on_its_own_thread_by_any_signer(void **state)
{
	struct office *o = *state;
	struct submission u;

	submit(o, &u, 1);
	sem_post(&o->token.may_sign);
	assert_ok(turn_run_whole(o->turn, o->stage->s->now));
	assert_false(turn_is_quiet(o->turn));
	assert_int_equal(workers_pending(o->workers), 0);
	assert_true(is_stored(o, 1));

	turn_set_signer(o->turn, o->token.key); /* a fast one needs no job */
	submit(o, &u, 2);
	assert_ok(run(o));
	assert_false(turn_is_quiet(o->turn));
	assert_true(is_stored(o, 2));
	assert_int_equal(o->replies, 2);
}

static void test_where_a_slow_signer_signs_may_change_between_turns(void **state)
{
	struct office *o = *state;
	struct submission u;

	turn_set_runner(o->turn, (struct job_runner){ 0 });
	submit(o, &u, 1);
	sem_post(&o->token.may_sign);
	assert_ok(run(o));
	assert_int_equal(workers_pending(o->workers), 0);
	assert_true(is_stored(o, 1));
	turn_set_runner(o->turn, workers_runner(o->workers));
	submit(o, &u, 2);
	assert_ok(run(o));
	assert_true(turn_is_quiet(o->turn));
	sign(o);
	assert_ok(run(o));
	assert_true(is_stored(o, 2));
}

/* As a directory that comes into force does. */
static void test_an_act_may_bring_another_key_for_the_next_turn(void **state)
{
	struct office *o = *state;
	struct submission u;

	submit(o, &u, 1);
	o->next = o->token.key;
	assert_ok(run(o));
	sign(o);
	assert_ok(run(o));
	submit(o, &u, 2);
	assert_ok(run(o));
	assert_false(turn_is_quiet(o->turn));
	assert_true(is_stored(o, 2));
	assert_int_equal(signer_count(&o->token.signer), 1);
}

static void test_when_nothing_can_be_done_each_client_that_waits_hears_why(void **state)
{
	static const struct event events[] = {
		{ .type = EVENT_SUBMIT, .u.submit.reply = { 1 } },
		{ .type = EVENT_DIRECTORY, .u.directory.reply = { 2 } },
		{ .type = EVENT_OPERATE, .u.operate.reply = { 3 } },
		{ .type = EVENT_PAPER, .u.paper.reply = { 4 } },
		{ .type = EVENT_RESEND, .u.resend.reply = { 5 } },
		{ .type = EVENT_DECLARE, .u.declare.reply = { 6 } },
		{ .type = EVENT_PAPERS, .u.papers.reply = { 7 } },
		{ .type = EVENT_OFFICE, .u.office.reply = { 8 } },
		{ .type = EVENT_TICK },
	};
	struct office *o = *state;

	for (size_t i = 0; i < COUNT_OF(events); i++)
		assert_ok(inbox_push(o->inbox, &events[i], released, o));
	turn_refuse(o->turn, ERR_STORE_GONE);
	assert_int_equal(o->replies, 8);
	assert_int_equal(o->last_reply, ERR_STORE_GONE);
	assert_int_equal(o->releases, COUNT_OF(events));
}

/* ---- a store of which one call fails ---- */

static const struct store_ops *real;
static unsigned calls_left; /* until one fails; 0: none does */
static bool call_failed;

static enum err fails(enum err how)
{
	bool now = calls_left == 1;

	calls_left -= calls_left > 0;
	call_failed = call_failed || now;
	return now ? how : ERR_OK;
}

static enum err failing_commit(struct store *s, const struct plan *p)
{
	enum err e = fails(ERR_STORE);

	return e == ERR_OK ? real->commit(s, p) : e;
}

static enum err failing_check(struct store *s)
{
	enum err e = fails(ERR_STORE_FOREIGN);

	return e == ERR_OK ? real->check(s) : e;
}

static enum err failing_read_begin(struct store *s)
{
	enum err e = fails(ERR_STORE);

	return e == ERR_OK ? real->read_begin(s) : e;
}

static enum err failing_room(struct store *s, struct store_room *out)
{
	enum err e = fails(ERR_STORE);

	return e == ERR_OK ? real->room(s, out) : e;
}

static enum err failing_get(void *ctx, struct arena *a, enum family family, const struct key *key,
			    struct record *out)
{
	const struct lookup *l = ctx;
	enum err e = fails(ERR_STORE);

	return e == ERR_OK ? l->get(l->ctx, a, family, key, out) : e;
}

static enum err failing_next(void *ctx, struct arena *a, enum family family, struct scan *scan,
			     struct record *out)
{
	const struct lookup *l = ctx;
	enum err e = fails(ERR_STORE);

	return e == ERR_OK ? l->next(l->ctx, a, family, scan, out) : e;
}

static enum err failing_last(void *ctx, struct arena *a, enum family family, struct scan *scan,
			     struct record *out)
{
	const struct lookup *l = ctx;
	enum err e = fails(ERR_STORE);

	return e == ERR_OK ? l->last(l->ctx, a, family, scan, out) : e;
}

static struct lookup failing_lookup(struct store *s)
{
	static struct lookup reads;

	reads = real->lookup(s);
	return (struct lookup){
		.ctx = &reads, .get = failing_get, .next = failing_next, .last = failing_last
	};
}

/* One document, with the n-th call failing; false: there are not so many. */
static bool turn_with_a_failure(unsigned n)
{
	static struct store_ops ops;
	struct submission u;
	struct office *o;
	void *state;
	enum err e;

	assert_int_equal(set_up(&state), 0);
	o = state;
	real = o->stage->s->store->ops;
	ops = *real;
	ops.commit = failing_commit;
	ops.check = failing_check;
	ops.read_begin = failing_read_begin;
	ops.room = failing_room;
	ops.lookup = failing_lookup;
	o->stage->s->store->ops = &ops;
	turn_destroy(o->turn);
	o->turn = turn_of(o);
	assert_non_null(o->turn);
	submit(o, &u, 1);
	sem_post(&o->token.may_sign);
	calls_left = n;
	call_failed = false;
	e = turn_run_whole(o->turn, o->stage->s->now);
	calls_left = 0;
	o->stage->s->store->ops = real;
	assert_true((e == ERR_OK) != call_failed);
	assert_true(o->replies == 0 || is_stored(o, 1)); /* nobody hears what is not there */
	assert_true(call_failed || o->replies == 1);
	tear_down(&state);
	return call_failed;
}

static void test_whichever_call_of_the_store_fails_ends_the_turn_and_no_reply_is_wrong(void **state)
{
	unsigned n = 1;

	(void)state;
	while (turn_with_a_failure(n))
		n++;
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_whichever_call_of_the_store_fails_ends_the_turn_and_no_reply_is_wrong),
		cmocka_unit_test_setup_teardown(
			test_when_nothing_can_be_done_each_client_that_waits_hears_why, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_nothing_is_decided_or_said_before_a_slow_signature_is_there, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_slow_signature_that_fails_ends_the_turn_and_nothing_has_left, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_a_turn_that_seals_nothing_waits_for_no_token,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_whole_turn_is_sealed_on_its_own_thread_by_any_signer, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_where_a_slow_signer_signs_may_change_between_turns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_act_may_bring_another_key_for_the_next_turn,
						set_up, tear_down),
	};

	return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
