/* A store with a damaged record, and neighbours that say much at once: numbers are not given twice,
 * nothing else is overwritten. */
#include <string.h>

#include "proto/digest.h"
#include "routing/books/books.h"
#include "routing/state/memory.h"
#include "routing/state/stream.h"
#include "tests/unit/support/fixture.h"

/* One record of the store is damaged: asked for it is damage, a walk passes it over or tells it, as
 * daemon/store/lmdb_read.c does. */
struct damage {
	struct lookup whole;
	enum family family;
	struct key key;
};

static enum err get(void *ctx, struct arena *a, enum family family, const struct key *key,
		    struct record *out)
{
	struct damage *d = ctx;

	return family == d->family && key_equal(key, &d->key)
		       ? ERR_DAMAGED
		       : d->whole.get(d->whole.ctx, a, family, key, out);
}

static enum err walk(struct damage *d, struct arena *a, enum family family, struct scan *scan,
		     bool up, struct record *out)
{
	enum err e;

	do {
		e = (up ? d->whole.next : d->whole.last)(d->whole.ctx, a, family, scan, out);
		if (e != ERR_OK || family != d->family || !key_equal(&scan->at, &d->key))
			return e;
	} while (!scan->report_damage);
	return ERR_DAMAGED;
}

static enum err next(void *ctx, struct arena *a, enum family family, struct scan *scan,
		     struct record *out)
{
	return walk(ctx, a, family, scan, true, out);
}

static enum err last(void *ctx, struct arena *a, enum family family, struct scan *scan,
		     struct record *out)
{
	return walk(ctx, a, family, scan, false, out);
}

static void damage_and_restart(struct station *s, struct damage *d)
{
	d->whole = s->lookup;
	plan_destroy(s->plan);
	s->plan = plan_new((struct lookup){ .ctx = d, .get = get, .next = next, .last = last });
	assert_non_null(s->plan);
	station_restart(s);
}

static void submit(struct station *s, unsigned id)
{
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	station_take(s, submission_of(&u, id, 1));
	station_commit(s);
	station_clear(s);
}

static struct serial serial_of(struct station *s, unsigned id)
{
	struct record r = station_get(s, FAMILY_IDENT, key_ident(fixture_doc_id(id), s->self));

	return r.u.ident.serial;
}

static void test_number_of_a_damaged_document_is_not_given_again(void **state)
{
	struct stage *g = *state;
	struct damage d = { .family = FAMILY_DOCUMENT };
	struct record before, after;

	submit(g->s, 1);
	submit(g->s, 2);
	d.key = key_serial(ROLE_OUT, serial_of(g->s, 2));
	before = station_get(g->s, FAMILY_ENVELOPE, d.key);
	damage_and_restart(g->s, &d);
	submit(g->s, 3);
	after = station_get(g->s, FAMILY_ENVELOPE, d.key);
	assert_true(serial_of(g->s, 3).n > serial_of(g->s, 2).n);
	assert_int_equal(after.u.envelope.envelope.bytes.len_bytes,
			 before.u.envelope.envelope.bytes.len_bytes);
	assert_memory_equal(after.u.envelope.envelope.bytes.data,
			    before.u.envelope.envelope.bytes.data,
			    after.u.envelope.envelope.bytes.len_bytes);
}

static void test_place_of_a_damaged_row_is_not_given_again(void **state)
{
	struct stage *g = *state;
	struct committee_id xa = fixture_id("xa-a1");
	struct damage d = { .family = FAMILY_STREAM, .key = key_seq(xa, LANE_NORMAL, 2) };
	struct record row;

	submit(g->s, 1);
	submit(g->s, 2);
	damage_and_restart(g->s, &d);
	submit(g->s, 3);
	row = station_get(g->s, FAMILY_STREAM, key_seq(xa, LANE_NORMAL, 2));
	assert_int_equal(row.u.stream.serial.n, serial_of(g->s, 2).n);
}

/* A store may be of a time when more was sent at once; and a neighbour may say that it has what it
 * was not sent. */
static void test_more_than_a_plan_lets_go_of_is_let_go_of_in_parts(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };
	struct stream_out *out;
	struct digest chain;
	uint64_t most = PLAN_WRITES_MAX + 1000;

	for (unsigned id = 1; id <= most; id++) {
		struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

		station_take(g->s, submission_of(&u, id, 1));
		if (id % 500 == 0 || id == most) {
			station_commit(g->s);
			station_clear(g->s);
		}
	}
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	assert_int_equal(out->last, most);
	chain = out->chain;
	for (uint64_t i = 1; i <= most; i++) {
		struct key key = key_seq(xa.id, LANE_NORMAL, i);
		struct record r;

		if (i % 1000 == 0)
			station_clear(g->s);
		assert_ok(g->s->lookup.get(g->s->lookup.ctx, g->s->plan->arena, FAMILY_STREAM, &key,
					   &r));
		digest_chain_step(&chain, i, &r.u.stream.digest);
		stream_note_sent(out, 0);
	}
	m.u.acknowledge = (struct msg_acknowledge){
		.lane = LANE_NORMAL, .stream = out->id, .have = most, .chain = chain
	};
	neighbour_says(g->s, &xa, &m);
	assert_int_equal(out->acked, UNACKNOWLEDGED_MAX);
	assert_non_null(station_said(g->s, "xa-a1", MESSAGE_HELLO, 0));
	station_commit(g->s);
	station_clear(g->s);
	for (unsigned part = 2; part <= 3; part++) {
		m = (struct message){ .type = MESSAGE_SUBSCRIBE };
		m.u.subscribe = (struct msg_subscribe){ .lane = LANE_NORMAL,
							.stream = out->id,
							.have = most,
							.chain = chain,
							.credit_seq = most + 100,
							.credit_bytes = CREDIT_BYTES };
		neighbour_says(g->s, &xa, &m);
		assert_int_equal(out->acked, part * UNACKNOWLEDGED_MAX < most
						     ? part * UNACKNOWLEDGED_MAX
						     : most);
		station_commit(g->s);
		station_clear(g->s);
	}
	assert_int_equal(out->acked, most);
	assert_true(out->subscribed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)
/* ---- registers ---- */

static struct line_key line_of(struct station *s, unsigned id)
{
	struct key key = key_serial(ROLE_OUT, serial_of(s, id));
	struct line_key line = station_get(s, FAMILY_DOCUMENT, key).u.document.line;

	line.book = BOOK_OUT;
	return line;
}

static void test_number_of_a_damaged_line_is_not_given_again(void **state)
{
	struct stage *g = *state;
	struct damage d = { .family = FAMILY_LINE };

	submit(g->s, 1);
	submit(g->s, 2);
	d.key = key_line(line_of(g->s, 2));
	damage_and_restart(g->s, &d);
	submit(g->s, 3);
	assert_int_equal(line_of(g->s, 3).number, 3);
	assert_int_equal(station_get(g->s, FAMILY_LINE, d.key).u.line.serial.n,
			 serial_of(g->s, 2).n);
}

/* The last addition cannot be read: the next one stands behind it. */
static void test_a_damaged_addition_is_not_written_over(void **state)
{
	struct stage *g = *state;
	const struct rec_line line = { .kind = LINE_ADDITION, .person = "", .note = "x" };
	struct damage d = { .family = FAMILY_LINE };
	struct turn_view t;
	struct line_key at;

	submit(g->s, 1);
	at = line_of(g->s, 1);
	t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	assert_int_equal(register_add(&t, at, &line), ERR_OK);
	station_commit(g->s);
	at.addition = 1;
	d.key = key_line(at);
	damage_and_restart(g->s, &d);
	t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	at.addition = 0;
	assert_int_equal(register_add(&t, at, &line), ERR_OK);
	assert_int_equal(g->s->plan->write_count, 1);
	at.addition = 2;
	d.key = key_line(at);
	assert_true(key_equal(&g->s->plan->writes[0].key, &d.key));
}

/* ---- what is mended, or waits ---- */

/* Another copy of a document that cannot be read here may be the only whole one. */
static void second_copy_beside(struct stage *g, enum family family)
{
	struct draft d =
		fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct damage damage = { .family = family };
	struct record ident;

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	ident = station_get(g->s, FAMILY_IDENT, key_ident(d.head.id, d.head.origin));
	damage.key = family == FAMILY_IDENT ? key_ident(d.head.id, d.head.origin)
					    : key_serial(ident.u.ident.role, ident.u.ident.serial);
	damage_and_restart(g->s, &damage);
	neighbour_up(g->s, &g->tinh);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d); /* it must not end the process */
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 1);
	assert_int_equal(station_notice(g->s, NOTICE_ASIDE)->reason, ERR_DAMAGED);
	station_clear(g->s);
}

static void test_second_copy_of_a_damaged_document_waits_and_is_kept(void **state)
{
	second_copy_beside(*state, FAMILY_DOCUMENT);
}

static void test_second_copy_beside_a_damaged_state_waits_and_is_kept(void **state)
{
	second_copy_beside(*state, FAMILY_STATE);
}

static void test_second_copy_beside_a_damaged_ident_waits_and_is_kept(void **state)
{
	second_copy_beside(*state, FAMILY_IDENT);
}

/* The rows are still there: a new stream over them, and the next number behind them. */
static void test_damaged_linkout_is_a_new_stream_over_the_same_rows(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct damage d = { .family = FAMILY_LINKOUT, .key = key_link(xa.id, LANE_NORMAL) };
	struct stream_id before;
	struct stream_out *out;

	submit(g->s, 1);
	submit(g->s, 2);
	before = core_stream_out(g->s->core, xa.id, LANE_NORMAL)->id;
	damage_and_restart(g->s, &d);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	assert_memory_not_equal(out->id.bytes, before.bytes, sizeof before.bytes);
	assert_true(out->acked == 0 && out->base == 0 && out->last == 2);
	submit(g->s, 3);
	assert_int_equal(out->last, 3);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	assert_true(out->subscribed);
}

/* Numbers of rows that are gone were given, too: routes and files that are owed go by them. */
static void test_damaged_linkout_gives_no_number_again(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct damage d = { .family = FAMILY_LINKOUT, .key = key_link(xa.id, LANE_NORMAL) };
	struct stream_out *out;

	submit(g->s, 1);
	submit(g->s, 2);
	plan_erase(g->s->plan, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1));
	plan_erase(g->s->plan, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 2));
	station_commit(g->s);
	station_clear(g->s);
	damage_and_restart(g->s, &d);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	assert_true(out->acked == 2 && out->last == 2);
	d.key = key_link(xa.id, LANE_URGENT); /* nothing says what was given there */
	damage_and_restart(g->s, &d);
	out = core_stream_out(g->s->core, xa.id, LANE_URGENT);
	assert_true(out->acked == out->last && out->last > 1000000);
}

static void test_damaged_linkin_is_taken_up_where_its_publisher_begins(void **state)
{
	struct stage *g = *state;
	struct draft one =
		fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct damage d = { .family = FAMILY_LINKIN, .key = key_link(g->tinh.id, LANE_NORMAL) };

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &one);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &one);
	station_commit(g->s);
	station_clear(g->s);
	damage_and_restart(g->s, &d);
	station_commit(g->s);
	assert_false(station_has(g->s, FAMILY_LINKIN, d.key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_number_of_a_damaged_document_is_not_given_again),
		TEST(test_place_of_a_damaged_row_is_not_given_again),
		TEST(test_number_of_a_damaged_line_is_not_given_again),
		TEST(test_a_damaged_addition_is_not_written_over),
		TEST(test_second_copy_of_a_damaged_document_waits_and_is_kept),
		TEST(test_second_copy_beside_a_damaged_state_waits_and_is_kept),
		TEST(test_second_copy_beside_a_damaged_ident_waits_and_is_kept),
		TEST(test_damaged_linkout_is_a_new_stream_over_the_same_rows),
		TEST(test_damaged_linkout_gives_no_number_again),
		TEST(test_damaged_linkin_is_taken_up_where_its_publisher_begins),
		TEST(test_more_than_a_plan_lets_go_of_is_let_go_of_in_parts),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
