/* Attachments between two neighbours without sockets or threads: what arrives, what a neighbour may not ask for, and what one that lies
 * gets. Frames really go through the codec; jobs run when the test says. */
#include "daemon/bulk.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/store.h"
#include "proto/digest.h"
#include "proto/wire.h"
#include "tests/unit/fixture.h"

enum { SIZE = 40 * CHUNK_BYTES + 77, QUEUE_MAX = 512 };

struct pair;
struct end {
	struct pair *pair;
	struct committee_id id;
	struct memory_disk *disk;
	struct store *store;
	struct memory_files_disk *files_disk;
	struct files *files;
	struct bulk *bulk;
	struct blob inbox[QUEUE_MAX]; /* frames on their way to this end */
	unsigned first, count;
	struct job *jobs, **last;
	unsigned opened, closed, violations, faults, told;
	enum err why;
	struct ev_fetched fetched;
};
struct pair {
	struct arena *arena;
	struct end tx, rx;
	uint8_t *content;
	struct manifest_item item;
	struct now now;
	bool busy;                                        /* nothing can be sent */
	void (*tamper)(struct pair *p, struct message *m); /* on the way to the receiver */
	uint64_t most_under_way;
};

static const struct stream_id stream = {{ 5 }};
static const struct serial serial = { 1 };

static enum err do_send(void *ctx, struct committee_id neighbour, const struct message *m)
{
	struct end *from = ctx, *to = from == &from->pair->tx ? &from->pair->rx : &from->pair->tx;

	assert_string_equal(neighbour.text, to->id.text);
	if (from->pair->busy)
		return ERR_BUSY;
	assert_true(to->count < QUEUE_MAX);
	assert_ok(wire_encode(from->pair->arena, m, &to->inbox[(to->first + to->count++) % QUEUE_MAX]));
	return ERR_OK;
}

static void do_open(void *ctx, struct committee_id neighbour)
{
	(void)neighbour;
	((struct end *)ctx)->opened++;
}

static void do_close(void *ctx, struct committee_id neighbour)
{
	(void)neighbour;
	((struct end *)ctx)->closed++;
}

static void do_fetched(void *ctx, const struct ev_fetched *e)
{
	((struct end *)ctx)->fetched = *e;
	((struct end *)ctx)->told++;
}

static void do_violation(void *ctx, struct committee_id neighbour, enum err why)
{
	(void)neighbour;
	((struct end *)ctx)->violations++;
	((struct end *)ctx)->why = why;
}

static void do_fault(void *ctx, struct committee_id neighbour, enum err why)
{
	(void)neighbour;
	((struct end *)ctx)->faults++;
	((struct end *)ctx)->why = why;
}

static void do_run(void *ctx, struct job *j)
{
	struct end *e = ctx;

	j->next = NULL;
	*e->last = j;
	e->last = &j->next;
}

static void put(struct end *e, struct key key, struct record r)
{
	struct plan *p = plan_new(e->store->ops->lookup(e->store));

	plan_put(p, key, &r);
	assert_ok(e->store->ops->commit(e->store, p));
	plan_destroy(p);
}

static void start_end(struct pair *p, struct end *e, const char *id)
{
	struct bulk_config config = { .window_bytes = 8 * CHUNK_BYTES, .parallel = 2, .attachment_max_bytes = 1 << 30 };
	struct bulk_ops ops = { e, do_send, do_open, do_close, do_fetched, do_violation, do_fault };

	e->pair = p;
	e->id = fixture_id(id);
	e->last = &e->jobs;
	e->disk = memory_disk_new();
	e->files_disk = memory_files_disk_new();
	assert_ok(store_memory_open(e->disk, &e->store));
	assert_ok(files_memory_open(e->files_disk, &e->files));
	e->bulk = bulk_new(&config, &ops, e->store->ops->lookup(e->store), e->files, (struct job_runner){ e, do_run });
	assert_non_null(e->bulk);
}

/* The records of one published document with one file: queued at the sender, being fetched at the receiver. */
static void put_records(struct pair *p)
{
	struct record d = { .family = FAMILY_DOCUMENT, .u.document = { .origin = { "tinh" }, .urgency = URGENCY_THUONG, .secrecy = SECRECY_THUONG,
			    .manifest = &p->item, .manifest_count = 1, .summary = { "", "", "", "", "" } } };

	put(&p->tx, key_serial(ROLE_OUT, serial), d);
	put(&p->rx, key_serial(ROLE_IN, serial), d);
	put(&p->tx, key_link(p->rx.id, LANE_NORMAL), (struct record){ .family = FAMILY_LINKOUT, .u.linkout = { .stream = stream } });
	put(&p->rx, key_link(p->tx.id, LANE_NORMAL), (struct record){ .family = FAMILY_LINKIN, .u.linkin = { .stream = stream } });
	put(&p->tx, key_seq(p->rx.id, LANE_NORMAL, 1), (struct record){ .family = FAMILY_STREAM, .u.stream = { .role = ROLE_OUT, .serial = serial } });
	put(&p->rx, key_seq(p->tx.id, LANE_NORMAL, 1), (struct record){ .family = FAMILY_FETCH, .u.fetch = { ROLE_IN, serial } });
}

static int set_up(void **state)
{
	struct pair *p = calloc(1, sizeof *p);
	struct incoming *i;

	assert_non_null(p);
	p->arena = arena_new(256 << 20);
	p->content = malloc(SIZE);
	assert_true(p->arena != NULL && p->content != NULL);
	for (size_t k = 0; k < SIZE; k++)
		p->content[k] = (uint8_t)(k * 31 + k / 4093);
	p->now = (struct now){ .wall_ms = FIXTURE_NOW_MS, .mono_ms = 1000000 };
	start_end(p, &p->tx, "tinh");
	start_end(p, &p->rx, "huyen-a");
	assert_ok(p->tx.files->ops->incoming_open(p->tx.files, "submit.1", &i));
	assert_ok(p->tx.files->ops->incoming_append(i, (struct blob){ p->content, SIZE }));
	assert_ok(p->tx.files->ops->incoming_finish(i, &p->item));
	put_records(p);
	*state = p;
	return 0;
}

static bool run_job(struct end *e)
{
	struct job *j = e->jobs;

	if (j == NULL)
		return false;
	e->jobs = j->next;
	if (e->jobs == NULL)
		e->last = &e->jobs;
	j->work(j);
	j->done(j);
	return true;
}

static bool deliver(struct end *e, struct end *from)
{
	struct message m;

	if (e->count == 0)
		return false;
	assert_ok(wire_decode(e->pair->arena, e->inbox[e->first], &m));
	e->first = (e->first + 1) % QUEUE_MAX;
	e->count--;
	if (e == &e->pair->rx && e->pair->tamper != NULL)
		e->pair->tamper(e->pair, &m);
	bulk_message(e->bulk, from->id, &m, e->pair->now);
	return true;
}

static void run(struct pair *p)
{
	for (unsigned step = 0; step < 100000; step++) {
		bool moved = deliver(&p->tx, &p->rx);

		moved = deliver(&p->rx, &p->tx) || moved;
		moved = run_job(&p->tx) || moved;
		moved = run_job(&p->rx) || moved;
		p->most_under_way = p->rx.count > p->most_under_way ? p->rx.count : p->most_under_way;
		if (!moved)
			return;
	}
	fail_msg("it never ends");
}

static void stop_end(struct end *e)
{
	assert_int_equal(bulk_jobs(e->bulk), 0);
	bulk_destroy(e->bulk);
	e->store->ops->close(e->store);
	e->files->ops->close(e->files);
	memory_disk_destroy(e->disk);
	memory_files_disk_destroy(e->files_disk);
}

static int tear_down(void **state)
{
	struct pair *p = *state;

	p->busy = false;
	run(p);
	stop_end(&p->tx);
	stop_end(&p->rx);
	arena_destroy(p->arena);
	free(p->content);
	free(p);
	return 0;
}

static void connect(struct pair *p)
{
	bulk_kick(p->rx.bulk, p->tx.id, p->now);
	bulk_connected(p->rx.bulk, p->tx.id, p->now);
	bulk_connected(p->tx.bulk, p->rx.id, p->now);
}

static void test_file_arrives_whole_within_the_window_and_is_told_once(void **state)
{
	struct pair *p = *state;
	uint8_t *out = malloc(SIZE);
	size_t got;

	bulk_kick(p->rx.bulk, p->tx.id, p->now);
	assert_int_equal(p->rx.opened, 1); /* a connection is wanted, and asked for once */
	bulk_kick(p->rx.bulk, p->tx.id, p->now);
	assert_int_equal(p->rx.opened, 1);
	assert_int_equal(bulk_waiting(p->rx.bulk, p->tx.id), 1);
	connect(p);
	run(p);
	assert_int_equal(p->rx.told, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
	assert_true(p->rx.fetched.seq == 1 && p->rx.fetched.role == ROLE_IN && p->rx.fetched.serial.n == 1);
	assert_ok(p->rx.files->ops->read(p->rx.files, &p->item.sha256, 0, out, SIZE, &got));
	assert_int_equal(got, SIZE);
	assert_memory_equal(out, p->content, SIZE);
	assert_true(p->most_under_way <= 8);
	assert_int_equal(p->rx.violations + p->tx.violations, 0);
	free(out);
}

static void test_each_link_has_its_own_window_within_bounds(void **state)
{
	struct pair *p = *state;

	bulk_set_window(p->rx.bulk, fixture_id("xa-a1"), 64 * CHUNK_BYTES); /* another link's */
	bulk_set_window(p->rx.bulk, p->tx.id, 3 * CHUNK_BYTES);
	bulk_kick(p->rx.bulk, p->tx.id, p->now);
	connect(p);
	run(p);
	assert_int_equal(p->rx.told, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
	assert_int_equal(p->most_under_way, 3);
}

static void test_window_of_nothing_is_still_two_chunks(void **state)
{
	struct pair *p = *state;

	bulk_set_window(p->rx.bulk, p->tx.id, 0);
	bulk_kick(p->rx.bulk, p->tx.id, p->now);
	connect(p);
	run(p);
	assert_int_equal(p->rx.told, 1);
	assert_int_equal(p->most_under_way, 2);
}

static void test_nothing_to_fetch_opens_no_connection(void **state)
{
	struct pair *p = *state;

	bulk_kick(p->tx.bulk, p->rx.id, p->now);
	assert_int_equal(p->tx.opened, 0);
}

static void spoil_chunk(struct pair *p, struct message *m)
{
	uint8_t *copy;

	if (m->type != MESSAGE_CHUNK || m->u.chunk.what != FETCH_BYTES || m->u.chunk.index != 20)
		return;
	copy = arena_alloc(p->arena, m->u.chunk.data.len_bytes);
	memcpy(copy, m->u.chunk.data.data, m->u.chunk.data.len_bytes);
	copy[5] ^= 1;
	m->u.chunk.data.data = copy;
}

static void spoil_leaves(struct pair *p, struct message *m)
{
	uint8_t *copy;

	if (m->type != MESSAGE_CHUNK || m->u.chunk.what != FETCH_LEAVES)
		return;
	copy = arena_alloc(p->arena, m->u.chunk.data.len_bytes);
	memcpy(copy, m->u.chunk.data.data, m->u.chunk.data.len_bytes);
	copy[5] ^= 1;
	m->u.chunk.data.data = copy;
}

static void skip_chunk(struct pair *p, struct message *m)
{
	(void)p;
	if (m->type == MESSAGE_CHUNK && m->u.chunk.what == FETCH_BYTES && m->u.chunk.index == 3)
		m->u.chunk.index = 4;
}

static void lies(struct pair *p, void (*tamper)(struct pair *, struct message *), enum err why)
{
	p->tamper = tamper;
	connect(p);
	run(p);
	assert_int_equal(p->rx.told, 0); /* the signer is not blamed for it */
	assert_int_equal(p->rx.violations, 1);
	assert_int_equal(p->rx.why, why);
	assert_false(p->rx.files->ops->exists(p->rx.files, &p->item.sha256));
	/* Tried again after a while, and then by an honest one. */
	p->tamper = NULL;
	p->now.mono_ms += 6000;
	bulk_tick(p->rx.bulk, p->now);
	run(p);
	assert_int_equal(p->rx.told, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

static void test_altered_chunk_is_the_neighbours_fault(void **state)
{
	lies(*state, spoil_chunk, ERR_DIGEST);
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
static uint32_t refused(struct pair *p, struct msg_fetch fetch)
{
	struct message m = { .type = MESSAGE_FETCH, .u.fetch = fetch }, answer;

	bulk_connected(p->tx.bulk, p->rx.id, p->now);
	bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	while (run_job(&p->tx))
		;
	assert_int_equal(p->rx.count, 1);
	assert_ok(wire_decode(p->arena, p->rx.inbox[p->rx.first], &answer));
	p->rx.count = 0;
	return answer.type == MESSAGE_UNAVAILABLE ? answer.u.unavailable.reason : 0;
}

static void test_only_what_was_published_on_this_link_is_served(void **state)
{
	struct pair *p = *state;
	struct msg_fetch good = { LANE_NORMAL, stream, 1, 0, FETCH_BYTES, 0, 1 }, f = good;

	assert_int_equal(refused(p, good), 0);
	f.seq = 2;
	assert_int_equal(refused(p, f), ERR_NOT_ENTITLED);
	assert_int_equal(p->tx.faults + p->rx.faults, 1);
	f = good;
	f.lane = LANE_URGENT;
	assert_int_not_equal(refused(p, f), 0);
	f = good;
	f.item = 1;
	assert_int_equal(refused(p, f), ERR_NOT_ENTITLED);
	f = good;
	f.stream.bytes[0]++;
	assert_int_equal(refused(p, f), ERR_CHAIN);
	f = good;
	f.first = 1000; /* beyond its end */
	assert_int_equal(refused(p, f), ERR_NOT_FOUND);
	assert_ok(p->tx.files->ops->drop(p->tx.files, &p->item.sha256));
	assert_int_equal(refused(p, good), ERR_NOT_FOUND);
}

static void test_request_for_too_much_at_once_is_a_violation(void **state)
{
	struct pair *p = *state;
	struct message m = { .type = MESSAGE_FETCH, .u.fetch = { LANE_NORMAL, stream, 1, 0, FETCH_BYTES, 0, 4096 } };

	bulk_connected(p->tx.bulk, p->rx.id, p->now);
	bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	assert_int_equal(p->tx.violations, 1);
	m.type = MESSAGE_PING;
	bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	assert_int_equal(p->tx.violations, 2);
}

static void test_digest_that_the_content_cannot_have_is_told_for_good(void **state)
{
	struct pair *p = *state;
	struct manifest_item lie = p->item;
	struct record d = { .family = FAMILY_DOCUMENT, .u.document = { .origin = { "tinh" }, .urgency = URGENCY_THUONG, .secrecy = SECRECY_THUONG,
			    .manifest = &lie, .manifest_count = 1, .summary = { "", "", "", "", "" } } };

	lie.sha256.bytes[0] ^= 1;
	put(&p->rx, key_serial(ROLE_IN, serial), d);
	connect(p);
	run(p);
	assert_int_equal(p->rx.told, 1);
	assert_int_equal(p->rx.fetched.result, ERR_DIGEST);
	assert_int_equal(p->rx.violations, 0); /* the chunks were those of the signed root: not the neighbour's fault */
}

static void test_lost_connection_starts_over_and_full_queue_goes_on(void **state)
{
	struct pair *p = *state;

	connect(p);
	for (unsigned i = 0; i < 6; i++) {
		run_job(&p->rx);
		deliver(&p->tx, &p->rx);
		run_job(&p->tx);
		deliver(&p->rx, &p->tx);
	}
	bulk_disconnected(p->rx.bulk, p->tx.id);
	bulk_disconnected(p->tx.bulk, p->rx.id);
	p->rx.count = p->tx.count = 0;
	run(p);
	assert_int_equal(p->rx.told, 0);
	p->now.mono_ms += 5000;
	connect(p);
	p->busy = true;
	run(p);
	p->busy = false;
	for (unsigned i = 0; i < 200 && p->rx.told == 0; i++) {
		p->now.mono_ms += 50;
		bulk_tick(p->rx.bulk, p->now);
		bulk_tick(p->tx.bulk, p->now);
		run(p);
	}
	assert_int_equal(p->rx.told, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

static void test_idle_connection_is_let_go(void **state)
{
	struct pair *p = *state;

	bulk_connected(p->tx.bulk, p->rx.id, p->now);
	p->now.mono_ms += 30000;
	bulk_tick(p->tx.bulk, p->now);
	assert_int_equal(p->tx.closed, 0);
	p->now.mono_ms += 1;
	bulk_tick(p->tx.bulk, p->now);
	assert_int_equal(p->tx.closed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file_arrives_whole_within_the_window_and_is_told_once),
		TEST(test_each_link_has_its_own_window_within_bounds),
		TEST(test_window_of_nothing_is_still_two_chunks),
		TEST(test_nothing_to_fetch_opens_no_connection),
		TEST(test_altered_chunk_is_the_neighbours_fault),
		TEST(test_altered_leaves_are_the_neighbours_fault),
		TEST(test_chunk_out_of_turn_is_against_the_protocol),
		TEST(test_only_what_was_published_on_this_link_is_served),
		TEST(test_request_for_too_much_at_once_is_a_violation),
		TEST(test_digest_that_the_content_cannot_have_is_told_for_good),
		TEST(test_lost_connection_starts_over_and_full_queue_goes_on),
		TEST(test_idle_connection_is_let_go),
	};

	return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
