/* The history: one chain over what was done, in the commit of what was done, that shows every
 * change to it or to what it tells of, whoever made it and with whatever checksum. */
#include "routing/state/history.h"

#include <string.h>

#include "proto/digest.h"
#include "routing/base/committee_id.h"
#include "routing/state/memory.h"
#include "routing/state/plan_cost.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/paper.h"

enum { ENTRIES = 64 };

static void submit(struct stage *g, unsigned id)
{
	struct submission u;

	station_clear(g->s);
	memset(&u, 0, sizeof u);
	u.recipients[0].committee = fixture_id("tinh");
	station_take(g->s, submission_of(&u, id, 1));
	station_commit(g->s);
	station_clear(g->s);
}

static struct rec_history line_of(struct stage *g, uint64_t n)
{
	return station_get(g->s, FAMILY_HISTORY, key_number(n)).u.history;
}

static uint64_t last_of(struct stage *g)
{
	return g->s->core->history.next - 1;
}

/* Writes a record as the store would, past the core. */
static void rewrite(struct stage *g, struct key key, const struct record *r)
{
	station_clear(g->s);
	plan_put(g->s->plan, key, r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
}

/* By this file's own reading of history.h. The number of the first line that does not follow from
 * those before it; 0: all do. */
static uint64_t first_broken(struct stage *g)
{
	struct digest chain = { .bytes = { 0 } };

	for (uint64_t n = 1; n <= last_of(g); n++) {
		struct rec_history r;
		uint8_t bytes[32 + 8 + 32];

		if (!station_has(g->s, FAMILY_HISTORY, key_number(n)))
			return n;
		r = line_of(g, n);
		memcpy(bytes, chain.bytes, 32);
		for (unsigned i = 0; i < 8; i++)
			bytes[32 + i] = (uint8_t)(n >> (56 - 8 * i));
		chain = digest_of(r.line);
		memcpy(bytes + 40, chain.bytes, 32);
		chain = digest_of((struct blob){ bytes, sizeof bytes });
		if (memcmp(chain.bytes, r.chain.bytes, sizeof chain.bytes) != 0)
			return n;
	}
	return 0;
}

/* All entries of a line; fails when it is none. */
static unsigned entries_of(struct stage *g, uint64_t n, struct history_entry out[ENTRIES])
{
	struct rec_history r = line_of(g, n);
	unsigned count = 0;
	size_t at = 0;

	while (count < ENTRIES && history_next(r.line, &at, &out[count]))
		count++;
	assert_int_equal(at, r.line.len_bytes);
	return count;
}

static unsigned count_of(struct stage *g, uint64_t n, uint8_t what)
{
	struct history_entry e[ENTRIES];
	unsigned count = entries_of(g, n, e), found = 0;

	for (unsigned i = 0; i < count; i++)
		found += e[i].what == what;
	return found;
}

static enum history_stand stand_of(struct stage *g, const struct history_entry *e)
{
	struct store *store = g->s->store;
	enum history_stand stand;

	assert_ok(history_compare(digest_of, g->f->arena, store->ops->lookup(store), e, &stand));
	return stand;
}

static void test_chain_begins_at_the_first_start_and_says_each_start(void **state)
{
	struct stage *g = *state;
	struct history_entry e[ENTRIES];
	uint64_t last;

	assert_int_equal(first_broken(g), 0);
	assert_true(entries_of(g, 1, e) >= 2);
	assert_int_equal(e[0].what, HISTORY_BEGUN);
	assert_int_equal(e[0].key.len_bytes, 16);
	assert_memory_equal(e[0].key.bytes, g->s->core->history.id, 16);
	assert_int_equal(e[1].what, HISTORY_STARTED);
	assert_int_equal(history_at_ms(line_of(g, 1).line), FIXTURE_NOW_MS);
	last = last_of(g);
	station_restart(g->s);
	assert_int_equal(last_of(g), last + 1);
	assert_int_equal(count_of(g, last + 1, HISTORY_STARTED), 1);
	assert_int_equal(count_of(g, last + 1, HISTORY_BEGUN), 0);
	assert_memory_equal(e[0].key.bytes, g->s->core->history.id, 16);
	assert_int_equal(first_broken(g), 0);
}

static void test_submission_is_one_line_with_all_that_it_wrote(void **state)
{
	struct stage *g = *state;
	struct history_entry e[ENTRIES];
	uint64_t before = last_of(g);
	unsigned count;

	submit(g, 1);
	assert_int_equal(last_of(g), before + 1);
	assert_int_equal(count_of(g, before + 1, FAMILY_DOCUMENT), 1);
	assert_int_equal(count_of(g, before + 1, FAMILY_LINE), 1);
	assert_int_equal(count_of(g, before + 1, FAMILY_ACT), 1);
	count = entries_of(g, before + 1, e);
	assert_int_equal(count, 3);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(stand_of(g, &e[i]), HISTORY_SAME);
	assert_int_equal(first_broken(g), 0);
}

static void test_turn_that_did_nothing_of_note_writes_no_line(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_TICK };
	uint64_t before = last_of(g);

	station_clear(g->s);
	g->s->now.mono_ms += 1000;
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(last_of(g), before);
}

static void test_each_changed_bit_of_a_line_shows(void **state)
{
	struct stage *g = *state;
	struct record r = { .family = FAMILY_HISTORY };
	struct rec_history whole;
	uint8_t bytes[512];
	uint64_t n;

	submit(g, 1);
	n = last_of(g);
	submit(g, 2);
	whole = line_of(g, n);
	assert_true(whole.line.len_bytes <= sizeof bytes);
	memcpy(bytes, whole.line.data, whole.line.len_bytes);
	for (size_t bit = 0; bit < 8 * (whole.line.len_bytes + sizeof whole.chain.bytes); bit++) {
		r.u.history = whole;
		r.u.history.line.data = bytes;
		if (bit < 8 * whole.line.len_bytes)
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		else
			r.u.history.chain.bytes[bit / 8 - whole.line.len_bytes] ^=
				(uint8_t)(1u << bit % 8);
		rewrite(g, key_number(n), &r);
		assert_int_equal(first_broken(g), n);
		if (bit < 8 * whole.line.len_bytes)
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* one that was chained anew breaks at the next */
	r.u.history = whole;
	r.u.history.line.data = bytes;
	bytes[20] ^= 1;
	r.u.history.chain = line_of(g, n - 1).chain;
	whole.chain = digest_of(r.u.history.line);
	digest_chain_step(&r.u.history.chain, n, &whole.chain);
	rewrite(g, key_number(n), &r);
	assert_int_equal(first_broken(g), n + 1);
}

static void test_line_that_is_gone_shows(void **state)
{
	struct stage *g = *state;
	uint64_t n;

	submit(g, 1);
	n = last_of(g);
	submit(g, 2);
	station_clear(g->s);
	plan_erase(g->s->plan, FAMILY_HISTORY, key_number(n));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	assert_int_equal(first_broken(g), n);
}

/* Of every kind that a submission and an entry on paper bring: one text or number is another. */
static void test_record_that_was_written_anew_differs_from_its_entry(void **state)
{
	struct stage *g = *state;
	struct event entry = paper_entry(9, DIRECTION_OUT, "9-CV/ĐU", "2025-06-02");
	struct history_entry e[ENTRIES];
	unsigned count;

	submit(g, 1);
	count = entries_of(g, last_of(g), e);
	station_take(g->s, &entry);
	station_commit(g->s);
	station_clear(g->s);
	count += entries_of(g, last_of(g), e + count);
	assert_true(count >= 6);
	for (unsigned i = 0; i < count; i++) {
		struct record r = station_get(g->s, (enum family)e[i].what, e[i].key), old = r;

		switch (r.family) {
		case FAMILY_DOCUMENT:
			r.u.document.digest.bytes[31] ^= 1;
			break;
		case FAMILY_LINE:
			r.u.line.serial.n++;
			break;
		case FAMILY_ACT:
			r.u.act.uid++;
			break;
		case FAMILY_PAPER:
			r.u.paper.subject = "khác";
			break;
		default:
			fail_msg("%s is not tried here", family_name(r.family));
		}
		assert_int_equal(stand_of(g, &e[i]), HISTORY_SAME);
		rewrite(g, e[i].key, &r);
		assert_int_equal(stand_of(g, &e[i]), HISTORY_DIFFERS);
		rewrite(g, e[i].key, &old);
		assert_int_equal(stand_of(g, &e[i]), HISTORY_SAME);
		assert_ok(memory_disk_spoil(g->s->disk, r.family, &e[i].key));
		assert_int_equal(stand_of(g, &e[i]), HISTORY_UNREADABLE);
		station_clear(g->s);
		plan_erase(g->s->plan, r.family, e[i].key);
		assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
		station_clear(g->s);
		assert_int_equal(stand_of(g, &e[i]), HISTORY_MISSING);
		rewrite(g, e[i].key, &old);
	}
}

static void test_cancelled_entry_is_still_what_was_registered(void **state)
{
	struct stage *g = *state;
	struct event entry = paper_entry(9, DIRECTION_OUT, "9-CV/ĐU", "2025-06-02");
	struct history_entry e[ENTRIES];
	unsigned count;

	station_clear(g->s);
	station_take(g->s, &entry);
	station_commit(g->s);
	station_clear(g->s);
	count = entries_of(g, last_of(g), e);
	for (unsigned i = 0; i < count; i++) {
		struct record r = station_get(g->s, (enum family)e[i].what, e[i].key);

		if (r.family != FAMILY_PAPER)
			continue;
		r.u.paper.cancelled_at_ms = FIXTURE_NOW_MS;
		r.u.paper.reason = "nhầm";
		rewrite(g, e[i].key, &r);
		assert_int_equal(stand_of(g, &e[i]), HISTORY_SAME);
		return;
	}
	fail_msg("the entry is not in the history");
}

static void test_store_that_is_set_back_goes_on_under_another_id(void **state)
{
	struct stage *g = *state;
	struct turn_view t;
	struct digest head;
	uint8_t id[16];
	struct history_entry e[ENTRIES];

	submit(g, 1);
	memcpy(id, g->s->core->history.id, sizeof id);
	head = g->s->core->history.chain;
	station_clear(g->s);
	t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	history_begin_anew(&t);
	station_commit(g->s);
	station_clear(g->s);
	assert_true(entries_of(g, last_of(g), e) == 1 && e[0].what == HISTORY_BEGUN);
	assert_memory_not_equal(e[0].key.bytes, id, sizeof id);
	assert_memory_equal(e[0].digest.bytes, head.bytes, sizeof head.bytes);
	memcpy(id, g->s->core->history.id, sizeof id);
	station_restart(g->s);
	assert_memory_equal(g->s->core->history.id, id, sizeof id);
	assert_int_equal(first_broken(g), 0);
}

static void test_end_that_cannot_be_read_begins_the_chain_anew_behind_it(void **state)
{
	struct stage *g = *state;
	struct history_entry e[ENTRIES];
	uint64_t last;
	struct key key;

	submit(g, 1);
	last = last_of(g);
	key = key_number(last);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_HISTORY, &key));
	station_restart(g->s);
	assert_int_equal(last_of(g), last + 1);
	assert_true(entries_of(g, last + 1, e) >= 2);
	assert_int_equal(e[0].what, HISTORY_BEGUN);
	submit(g, 2);
	assert_int_equal(last_of(g), last + 2);
}

static void test_long_turn_has_several_lines(void **state)
{
	struct stage *g = *state;
	struct record act = { .family = FAMILY_ACT,
			      .u.act = { .at_ms = 1, .verb = "x", .subject = "y", .person = "" } };
	uint64_t before = last_of(g);
	struct turn_view t;

	station_clear(g->s);
	t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	for (unsigned i = 0; i < HISTORY_LINE_ENTRIES + 1; i++)
		core_put(&t, key_number(g->s->core->act_number), &act);
	station_commit(g->s);
	station_clear(g->s);
	assert_int_equal(last_of(g), before + 2);
	assert_int_equal(count_of(g, before + 2, FAMILY_ACT), 1);
	assert_int_equal(first_broken(g), 0);
}

static void test_what_is_no_line_is_read_as_none(void **state)
{
	struct stage *g = *state;
	struct history_entry e;
	struct rec_history whole;
	size_t at, good = 0;

	submit(g, 1);
	whole = line_of(g, last_of(g));
	for (size_t len = 0; len < whole.line.len_bytes; len++) {
		at = 0;
		while (history_next((struct blob){ whole.line.data, len }, &at, &e))
			;
		good += at == len;
	}
	assert_int_equal(good, 3); /* whole entries, the last left out each time */
	at = 0;
	assert_false(history_next((struct blob){ (const uint8_t *)"\2        ", 9 }, &at, &e));
	assert_int_not_equal(at, 9);
	assert_int_equal(history_at_ms((struct blob){ NULL, 0 }), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_chain_begins_at_the_first_start_and_says_each_start),
		TEST(test_submission_is_one_line_with_all_that_it_wrote),
		TEST(test_turn_that_did_nothing_of_note_writes_no_line),
		TEST(test_each_changed_bit_of_a_line_shows),
		TEST(test_line_that_is_gone_shows),
		TEST(test_record_that_was_written_anew_differs_from_its_entry),
		TEST(test_cancelled_entry_is_still_what_was_registered),
		TEST(test_store_that_is_set_back_goes_on_under_another_id),
		TEST(test_end_that_cannot_be_read_begins_the_chain_anew_behind_it),
		TEST(test_long_turn_has_several_lines),
		TEST(test_what_is_no_line_is_read_as_none),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
