/* What a neighbour gets that sends attachments which are not what was signed, or not what was asked
 * for. */
#include <string.h>

#include "tests/unit/support/bulk_pair.h"

/* One bit of what a message brings, in a copy: the frame itself may be the sender's page. */
static void flip(struct pair *p, struct message *m)
{
	uint8_t *copy = arena_alloc(p->arena, m->u.chunk.data.len_bytes);

	memcpy(copy, m->u.chunk.data.data, m->u.chunk.data.len_bytes);
	copy[5] ^= 1;
	m->u.chunk.data.data = copy;
}

static void spoil_chunk(struct pair *p, struct message *m)
{
	if (m->type == MESSAGE_CHUNK && m->u.chunk.what == FETCH_BYTES && m->u.chunk.index == 20)
		flip(p, m);
}

static void spoil_leaves(struct pair *p, struct message *m)
{
	if (m->type == MESSAGE_CHUNK && m->u.chunk.what == FETCH_LEAVES)
		flip(p, m);
}

static void skip_chunk(struct pair *p, struct message *m)
{
	(void)p;
	if (m->type == MESSAGE_CHUNK && m->u.chunk.what == FETCH_BYTES && m->u.chunk.index == 4)
		m->u.chunk.index = 6;
}

static void lies(struct pair *p, void (*tamper)(struct pair *, struct message *), enum err why)
{
	p->tamper = tamper;
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 0); /* the signer is not blamed for it */
	assert_int_equal(p->rx.violations, 1);
	assert_int_equal(p->rx.why, why);
	assert_false(p->rx.files->ops->exists(p->rx.files, &p->item.sha256));
	/* Tried again after a while, and then by an honest one. */
	p->tamper = NULL;
	p->now.mono_ms += 6000;
	bulk_tick(p->rx.bulk, p->now);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

static bool asked_to_check;
static void was_asked_to_check(struct msg_fetch *f)
{
	asked_to_check = f->again;
}

/* Once may be the sender's disk, which is reported to it; it is not cut off for that. */
static void test_spoilt_chunk_is_asked_for_again_with_a_word(void **state)
{
	struct pair *p = *state;

	p->tamper = spoil_chunk;
	p->ask = was_asked_to_check;
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported + p->rx.violations, 0);
	assert_false(asked_to_check);
	assert_false(p->rx.files->ops->exists(p->rx.files, &p->item.sha256));
	p->tamper = NULL;
	pair_later(p);
	assert_true(asked_to_check);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
	assert_int_equal(p->rx.violations, 0);
}

static void test_chunk_that_is_spoilt_twice_is_the_neighbours_fault(void **state)
{
	struct pair *p = *state;

	p->tamper = spoil_chunk;
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.violations, 0);
	pair_later(p);
	assert_int_equal(p->rx.reported, 0); /* the signer is not blamed for it */
	assert_int_equal(p->rx.violations, 1);
	assert_int_equal(p->rx.why, ERR_DIGEST);
	assert_false(p->rx.files->ops->exists(p->rx.files, &p->item.sha256));
	p->tamper = NULL;
	pair_later(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

static void spoil_last(struct pair *p, struct message *m)
{
	if (m->type == MESSAGE_CHUNK && m->u.chunk.what == FETCH_BYTES && m->u.chunk.index == 2)
		flip(p, m);
}

/* Whose leaves nobody asked for: it is the root that it does not make. */
static void test_small_file_that_does_not_make_its_root_is_asked_for_again_with_a_word(void **state)
{
	struct pair *p = *state;

	p->tamper = spoil_last;
	p->ask = was_asked_to_check;
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported + p->rx.violations, 0);
	assert_false(asked_to_check);
	assert_false(p->rx.files->ops->exists(p->rx.files, &p->item.sha256));
	pair_later(p);
	assert_true(asked_to_check);
	assert_int_equal(p->rx.reported, 0); /* the signer is not blamed for it */
	assert_int_equal(p->rx.violations, 1); /* twice is the neighbour's fault */
	assert_int_equal(p->rx.why, ERR_DIGEST);
	p->tamper = NULL;
	pair_later(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

/* A message without bytes stands for no chunk. */
static void empty_chunk(struct pair *p, struct message *m)
{
	(void)p;
	if (m->type == MESSAGE_CHUNK && m->u.chunk.what == FETCH_BYTES && m->u.chunk.index == 2)
		m->u.chunk.data.len_bytes = 0;
}

static void test_empty_chunk_is_never_taken(void **state)
{
	struct pair *p = *state;

	p->tamper = empty_chunk;
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 0);
	p->tamper = NULL;
	pair_later(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

static bool has_spoilt;
static void spoil_and_report(struct pair *p, struct message *m)
{
	const uint8_t *before = m->type == MESSAGE_CHUNK ? m->u.chunk.data.data : NULL;

	spoil_chunk(p, m);
	has_spoilt = m->type == MESSAGE_CHUNK && m->u.chunk.data.data != before;
}

/* On a slow line the rest of the window comes after the transfer has started again; of a large
 * file, whose leaves are kept, among its bytes. */
static void test_what_was_under_way_behind_a_spoilt_chunk_is_passed_over(void **state)
{
	struct pair *p = *state;
	struct blob stale[8];
	unsigned count;

	p->tamper = spoil_and_report;
	has_spoilt = false;
	pair_connect(p);
	while (!has_spoilt) {
		while (pair_run_job(&p->rx) || pair_run_job(&p->tx) || pair_deliver(&p->tx, &p->rx))
			;
		assert_true(pair_deliver(&p->rx, &p->tx));
	}
	p->tamper = NULL;
	/* What has come is not held back for what has not: it is written, and found out. */
	p->now.mono_ms += 1000;
	bulk_tick(p->rx.bulk, p->now);
	while (pair_run_job(&p->rx))
		;
	count = p->rx.count;
	assert_true(count > 0 && count <= 8); /* some is on its way still */
	for (unsigned n = 0; n < count; n++)
		stale[n] = p->rx.inbox[(p->rx.first + n) % QUEUE_MAX];
	p->rx.first = p->rx.count = 0;
	p->now.mono_ms += 6000;
	bulk_tick(p->rx.bulk, p->now);
	/* started again, its leaves asked for and sent */
	while (pair_run_job(&p->rx) || pair_deliver(&p->tx, &p->rx) || pair_run_job(&p->tx))
		;
	assert_int_equal(p->rx.count, 1);
	assert_true(pair_deliver(&p->rx, &p->tx));
	while (pair_run_job(&p->rx)) /* and its bytes asked for */
		;
	for (unsigned n = 0; n < count; n++)
		p->rx.inbox[(p->rx.first + p->rx.count++) % QUEUE_MAX] = stale[n];
	pair_run(p);
	assert_int_equal(p->rx.violations, 0);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

/* A chunk of the middle that is short would shift all that follow. */
static void cut_chunk(struct pair *p, struct message *m)
{
	(void)p;
	if (m->type == MESSAGE_CHUNK && m->u.chunk.what == FETCH_BYTES && m->u.chunk.index == 4)
		m->u.chunk.data.len_bytes -= 10;
}

static void test_short_chunk_in_the_middle_is_never_taken(void **state)
{
	struct pair *p = *state;

	p->tamper = cut_chunk;
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 0);
	p->tamper = NULL;
	pair_later(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

static void grow_chunk(struct pair *p, struct message *m)
{
	uint8_t *two;

	if (m->type != MESSAGE_CHUNK || m->u.chunk.what != FETCH_BYTES ||
	    m->u.chunk.index != SIZE / CHUNK_BYTES)
		return;
	two = arena_alloc(p->arena, CHUNKS_A_MESSAGE * CHUNK_BYTES);
	m->u.chunk.data = (struct blob){ two, CHUNKS_A_MESSAGE * CHUNK_BYTES };
}

static void test_more_chunks_than_were_asked_for_are_against_the_protocol(void **state)
{
	lies(*state, grow_chunk, ERR_PROTOCOL);
}

static void test_altered_leaves_are_the_neighbours_fault(void **state)
{
	lies(*state, spoil_leaves, ERR_DIGEST);
}

static void test_chunk_out_of_turn_is_against_the_protocol(void **state)
{
	lies(*state, skip_chunk, ERR_PROTOCOL);
}

/* What the sender answers to a request of the receiver's. */

/* The event found no room in the inbox (daemon/acts.c): "without it the next connection finds the
 * record again". */
static void test_what_was_reported_in_vain_is_reported_again_by_the_next_connection(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1); /* its FETCH record stays: nobody took it */
	bulk_disconnected(p->rx.bulk, p->tx.id);
	bulk_disconnected(p->tx.bulk, p->rx.id);
	pair_connect(p);
	pair_run(p);
	pair_later(p);
	assert_int_equal(p->rx.reported, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_reported_in_vain_is_reported_again_by_the_next_connection),
		TEST(test_spoilt_chunk_is_asked_for_again_with_a_word),
		TEST(test_chunk_that_is_spoilt_twice_is_the_neighbours_fault),
		cmocka_unit_test_setup_teardown(
			test_small_file_that_does_not_make_its_root_is_asked_for_again_with_a_word,
			pair_set_up_small, pair_tear_down),
		cmocka_unit_test_setup_teardown(test_empty_chunk_is_never_taken, pair_set_up_small,
						pair_tear_down),
		TEST(test_empty_chunk_is_never_taken),
		TEST(test_what_was_under_way_behind_a_spoilt_chunk_is_passed_over),
		TEST(test_short_chunk_in_the_middle_is_never_taken),
		TEST(test_more_chunks_than_were_asked_for_are_against_the_protocol),
		TEST(test_altered_leaves_are_the_neighbours_fault),
		TEST(test_chunk_out_of_turn_is_against_the_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
