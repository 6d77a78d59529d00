/* The plan: later writes win, drafts are resolved everywhere, and clearing leaves nothing of the
 * turn before. Walks over it are in test_store.c. */
#include "routing/state/plan.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

static enum err none_get(void *ctx, struct arena *arena, enum family family, const struct key *key,
			 struct record *out)
{
	(void)arena;
	(void)family;
	(void)key;
	(void)out;
	return ctx == NULL ? ERR_NOT_FOUND : ERR_STORE;
}

static enum err none_next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			  struct record *out)
{
	(void)arena;
	(void)family;
	(void)scan;
	(void)out;
	return ctx == NULL ? ERR_NOT_FOUND : ERR_STORE;
}

static struct plan *plan_over(void *ctx)
{
	struct plan *p = plan_new((struct lookup){
		.ctx = ctx, .get = none_get, .next = none_next, .last = none_next });

	assert_non_null(p);
	return p;
}

static enum err get(struct plan *p, const char *name, uint64_t *n)
{
	struct lookup l = plan_lookup(p);
	struct key k = key_name(name);
	struct record r;
	enum err e = l.get(l.ctx, p->arena, FAMILY_META, &k, &r);

	*n = e == ERR_OK ? r.u.note.number : 0;
	return e;
}

static void put(struct plan *p, const char *name, uint64_t n)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = n } };

	plan_put(p, key_name(name), &r);
}

static void test_second_write_to_a_key_replaces_the_first_in_place(void **state)
{
	struct plan *p = plan_over(NULL);
	uint64_t n;

	(void)state;
	put(p, "a", 1);
	put(p, "b", 2);
	put(p, "a", 3);
	assert_int_equal(p->write_count, 2);
	assert_ok(get(p, "a", &n));
	assert_int_equal(n, 3);
	plan_erase(p, FAMILY_META, key_name("a"));
	assert_int_equal(p->write_count, 2);
	assert_int_equal(get(p, "a", &n), ERR_NOT_FOUND);
	assert_true(p->writes[0].erase);
	put(p, "a", 4);
	assert_false(p->writes[0].erase);
	assert_ok(get(p, "a", &n));
	plan_destroy(p);
	plan_destroy(NULL);
}

static void test_each_of_very_many_writes_is_found_and_gone_after_clearing(void **state)
{
	struct plan *p = plan_over(NULL);
	char name[24];
	uint64_t n;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < PLAN_WRITES_MAX; i++) {
			snprintf(name, sizeof name, "%u", i);
			put(p, name, round + i);
		}
		assert_int_equal(p->write_count, PLAN_WRITES_MAX);
		for (unsigned i = 0; i < PLAN_WRITES_MAX; i++) {
			snprintf(name, sizeof name, "%u", i);
			assert_ok(get(p, name, &n));
			assert_int_equal(n, round + i);
		}
		plan_clear(p);
		assert_int_equal(get(p, "0", &n), ERR_NOT_FOUND);
	}
	plan_destroy(p);
}

static void test_failing_store_is_not_taken_for_an_empty_one(void **state)
{
	int something;
	struct plan *p = plan_over(&something);
	struct lookup l = plan_lookup(p);
	struct scan scan = scan_of(key_name("a"));
	struct record r;
	uint64_t n;

	(void)state;
	assert_int_equal(get(p, "a", &n), ERR_STORE);
	put(p, "a", 1);
	assert_ok(get(p, "a", &n));
	/* though the plan has one */
	assert_int_equal(l.next(l.ctx, p->arena, FAMILY_META, &scan, &r), ERR_STORE);
	plan_destroy(p);
}

static void test_cleared_plan_remembers_nothing_after_few_or_many_writes(void **state)
{
	static const unsigned counts[] = { 3, 4095, 4097, 20000 };
	struct plan *p = plan_over(NULL);
	char name[16];
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		for (unsigned k = 0; k < counts[i]; k++) {
			snprintf(name, sizeof name, "%u", k * 7919);
			put(p, name, k);
		}
		assert_int_equal(p->write_count, counts[i]);
		plan_act(p, ACT_PUMP);
		plan_clear(p);
		assert_true(plan_is_empty(p));
		assert_true(p->act_count == 0 && p->draft_count == 0);
		for (unsigned k = 0; k < counts[i]; k += 17) {
			snprintf(name, sizeof name, "%u", k * 7919);
			assert_int_equal(get(p, name, &n), ERR_NOT_FOUND);
		}
	}
	plan_destroy(p);
}

static void put_many(struct plan *p, unsigned from, unsigned to, uint64_t n)
{
	char name[16];

	for (unsigned i = from; i < to; i++) {
		snprintf(name, sizeof name, "%u", i * 7919);
		put(p, name, n + i);
	}
}

/* The index grows with the writes, and is as small as they are again. */
static void test_going_back_finds_what_was_there_and_nothing_else(void **state)
{
	static const struct {
		unsigned before, after; /* writes at the mark; when it goes back */
	} rows[] = { { 0, 3 },	   { 3, 3 },	  { 3, 40 },	   { 500, 600 },    { 513, 5000 },
		     { 511, 513 }, { 20, 20000 }, { 5000, 20000 }, { 20000, 20001 } };
	struct plan *p = plan_over(NULL);
	struct plan_mark mark;
	char name[16];
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		put_many(p, 0, rows[i].before, 1);
		plan_act(p, ACT_PUMP);
		assert_ok(plan_mark(p, &mark));
		put_many(p, 0, rows[i].after, 100000); /* over the earlier ones, too */
		plan_act(p, ACT_PUMP);
		for (unsigned twice = 0; twice < 2; twice++) {
			plan_back(p, &mark);
			assert_int_equal(p->write_count, rows[i].before);
			assert_int_equal(p->family_writes[FAMILY_META], rows[i].before);
			assert_int_equal(p->act_count, 1);
			for (unsigned k = 0; k < rows[i].after; k++) {
				snprintf(name, sizeof name, "%u", k * 7919);
				assert_int_equal(get(p, name, &n),
						 k < rows[i].before ? ERR_OK : ERR_NOT_FOUND);
				assert_int_equal(n, k < rows[i].before ? k + 1 : 0);
			}
			put_many(p, rows[i].before / 2, rows[i].after, 7);
			assert_int_equal(p->write_count, rows[i].after);
		}
		plan_clear(p);
	}
	plan_destroy(p);
}

/* ---- walks, beside the simplest that could be right: all writes looked at for each step ---- */

static int order_of_keys(const struct key *a, const struct key *b)
{
	size_t len = a->len_bytes < b->len_bytes ? a->len_bytes : b->len_bytes;
	int order = memcmp(a->bytes, b->bytes, len);

	return order != 0 ? order : (int)a->len_bytes - (int)b->len_bytes;
}

static const struct write *plainly_nearest(const struct plan *p, const struct scan *s, bool up)
{
	const struct write *best = NULL;

	for (uint32_t i = 0; i < p->write_count; i++) {
		const struct write *w = &p->writes[i];
		int order = order_of_keys(&w->key, &s->at);
		bool ahead = up ? order > 0 || (order == 0 && s->open) : s->open || order < 0;

		if (w->erase || w->record.family != FAMILY_META || !ahead ||
		    !key_has_prefix(&w->key, &s->prefix))
			continue;
		if (best == NULL || (up ? order_of_keys(&w->key, &best->key) < 0
					: order_of_keys(&w->key, &best->key) > 0))
			best = w;
	}
	return best;
}

static struct key short_key(uint32_t random)
{
	struct key k = { .len_bytes = (uint8_t)(random % 4) };

	for (unsigned i = 0; i < k.len_bytes; i++)
		k.bytes[i] =
			(uint8_t)((random >> (2 + 2 * i)) % 4 == 3 ? 0xff
								   : (random >> (2 + 2 * i)) % 4);
	return k;
}

/* The whole walk, step by step, from any place. */
static void compare_walk(struct plan *p, struct scan scan, bool up)
{
	struct lookup l = plan_lookup(p);
	struct scan plain = scan;

	for (;;) {
		const struct write *w = plainly_nearest(p, &plain, up);
		struct record r;
		enum err e = up ? l.next(l.ctx, p->arena, FAMILY_META, &scan, &r)
				: l.last(l.ctx, p->arena, FAMILY_META, &scan, &r);

		assert_int_equal(e, w == NULL ? ERR_NOT_FOUND : ERR_OK);
		if (w == NULL)
			return;
		assert_true(key_equal(&scan.at, &w->key));
		assert_int_equal(r.u.note.number, w->record.u.note.number);
		plain.at = w->key;
		plain.open = false;
	}
}

static void write_some(struct plan *p, uint32_t *seed, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint32_t random = *seed = *seed * 1664525u + 1013904223u;
		struct record r = { .family = random >> 28 < 3 ? FAMILY_STATE : FAMILY_META,
				    .u.note = { .number = i } };

		if (random >> 24 & 1)
			plan_erase(p, FAMILY_META, short_key(random >> 8));
		else
			plan_put(p, short_key(random >> 8), &r);
	}
}

static void test_walks_find_all_writes_in_the_order_of_their_keys(void **state)
{
	struct plan *p = plan_over(NULL);
	struct plan_mark mark;
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		write_some(p, &seed, round % 40);
		if (round % 3 == 0) {
			compare_walk(p, scan_of((struct key){ .len_bytes = 0 }), true);
			assert_ok(plan_mark(p, &mark));
			write_some(p, &seed, 20);
			compare_walk(p, scan_of((struct key){ .len_bytes = 0 }), false);
			plan_back(p, &mark);
		}
		for (unsigned i = 0; i < 20; i++) {
			struct key prefix = short_key(seed >> 8), at;

			seed = seed * 1664525u + 1013904223u;
			at = i % 2 ? short_key(seed >> 8) : prefix;
			compare_walk(p, scan_of(prefix), i % 4 < 2);
			compare_walk(p, scan_from(prefix, at), i % 4 < 2);
		}
		if (round % 5 == 4)
			plan_clear(p);
	}
	plan_destroy(p);
}

static void test_room_ends_before_any_bound_is_reached(void **state)
{
	struct plan *p = plan_over(NULL);
	struct draft d = { .body = { NULL, 0 } };
	char name[16];

	(void)state;
	assert_true(plan_has_room(p));
	while (plan_has_room(p)) {
		assert_true(p->write_count < PLAN_WRITES_MAX);
		snprintf(name, sizeof name, "%u", p->write_count);
		put(p, name, 1);
	}
	/* a directory still fits */
	assert_true(p->write_count + PLAN_WRITES_MAX / 2 <= PLAN_WRITES_MAX);
	plan_clear(p);
	while (plan_has_room(p)) {
		assert_true(p->draft_count < PLAN_DRAFTS_MAX);
		plan_draft(p, &d);
	}
	plan_clear(p);
	while (plan_has_room(p)) {
		assert_true(p->act_count < PLAN_ACTS_MAX);
		plan_act(p, ACT_PUMP);
	}
	assert_true(p->act_count + LINKS_MAX <= PLAN_ACTS_MAX);
	plan_clear(p);
	assert_true(plan_has_room(p));
	plan_destroy(p);
}

static void test_drafts_are_resolved_in_every_record_that_refers_to_them(void **state)
{
	static const enum family families[] = { FAMILY_IDENT, FAMILY_DOCUMENT, FAMILY_ENVELOPE,
						FAMILY_RELAY, FAMILY_RECEIPT,  FAMILY_STREAM };
	struct plan *p = plan_over(NULL);
	struct draft d = { .envelope = fixture_blob("sealed"), .digest = fixture_digest("sealed") };
	uint32_t ref;

	(void)state;
	plan_draft(p, &(struct draft){ .envelope = fixture_blob("another"),
				       .digest = fixture_digest("another") });
	ref = plan_draft(p, &d);
	assert_int_equal(ref, 2);
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		struct record r = { .family = families[i] };

		if (families[i] == FAMILY_IDENT)
			r.u.ident.draft = ref;
		else if (families[i] == FAMILY_DOCUMENT)
			r.u.document.draft = ref;
		else if (families[i] == FAMILY_ENVELOPE)
			r.u.envelope.envelope.draft = ref;
		else if (families[i] == FAMILY_RELAY)
			r.u.relay.envelope.draft = ref;
		else if (families[i] == FAMILY_RECEIPT)
			r.u.receipt.draft = r.u.receipt.envelope.draft = ref;
		else
			r.u.stream.draft = r.u.stream.fact.draft = ref;
		plan_put(p, key_name("k"), &r);
	}
	plan_erase(p, FAMILY_STREAM, key_name("gone"));
	plan_resolve(p);
	assert_memory_equal(&p->writes[0].record.u.ident.digest, &d.digest, 32);
	assert_int_equal(p->writes[0].record.u.ident.draft, 0);
	assert_memory_equal(&p->writes[1].record.u.document.digest, &d.digest, 32);
	assert_ptr_equal(p->writes[2].record.u.envelope.envelope.bytes.data, d.envelope.data);
	assert_ptr_equal(p->writes[3].record.u.relay.envelope.bytes.data, d.envelope.data);
	assert_ptr_equal(p->writes[4].record.u.receipt.envelope.bytes.data, d.envelope.data);
	assert_memory_equal(&p->writes[4].record.u.receipt.digest, &d.digest, 32);
	assert_ptr_equal(p->writes[5].record.u.stream.fact.bytes.data, d.envelope.data);
	assert_memory_equal(&p->writes[5].record.u.stream.digest, &d.digest, 32);
	assert_int_equal(p->writes[5].record.u.stream.size_bytes, 6);
	plan_destroy(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_write_to_a_key_replaces_the_first_in_place),
		cmocka_unit_test(test_each_of_very_many_writes_is_found_and_gone_after_clearing),
		cmocka_unit_test(test_failing_store_is_not_taken_for_an_empty_one),
		cmocka_unit_test(test_cleared_plan_remembers_nothing_after_few_or_many_writes),
		cmocka_unit_test(test_going_back_finds_what_was_there_and_nothing_else),
		cmocka_unit_test(test_walks_find_all_writes_in_the_order_of_their_keys),
		cmocka_unit_test(test_room_ends_before_any_bound_is_reached),
		cmocka_unit_test(test_drafts_are_resolved_in_every_record_that_refers_to_them),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
