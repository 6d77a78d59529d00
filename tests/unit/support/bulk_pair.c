/* See bulk_pair.h. */
#include "tests/unit/support/bulk_pair.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/files/memory.h"
#include "daemon/store/memory.h"
#include "proto/digest.h"
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"

const struct stream_id pair_stream = {{ 5 }};
const struct serial pair_serial = { 1 };

static enum err do_send(void *ctx, struct committee_id neighbour, const struct message *m)
{
	struct end *from = ctx, *to = from == &from->pair->tx ? &from->pair->rx : &from->pair->tx;

	assert_string_equal(neighbour.text, to->id.text);
	if (from->pair->busy)
		return ERR_BUSY;
	assert_true(to->count < QUEUE_MAX);
	assert_ok(
	    wire_encode(from->pair->arena, m, &to->inbox[(to->first + to->count++) % QUEUE_MAX]));
	return ERR_OK;
}

static enum err do_send_frame(void *ctx, struct committee_id neighbour, struct blob frame,
			      void (*release)(void *data, void *owner), void *owner)
{
	struct end *from = ctx;
	struct message m;
	enum err e;

	assert_ok(wire_decode(from->pair->arena, frame, &m));
	e = do_send(ctx, neighbour, &m); /* packs it again, so that it is a copy */
	if (e == ERR_OK && from->pair->slow) {
		assert_true(from->pair->unsent_count < QUEUE_MAX);
		from->pair->unsent[from->pair->unsent_count++] = (struct sent){ release, owner };
	} else {
		release(NULL, owner);
	}
	return e;
}

void pair_drain(struct pair *p)
{
	while (p->unsent_count > 0) {
		struct sent *s = &p->unsent[--p->unsent_count];

		s->release(NULL, s->owner);
	}
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
	((struct end *)ctx)->reported++;
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

void pair_put(struct end *e, struct key key, struct record r)
{
	struct plan *p = plan_new(e->store->ops->lookup(e->store));

	plan_put(p, key, &r);
	assert_ok(e->store->ops->commit(e->store, p));
	plan_destroy(p);
}

static void start_end(struct pair *p, struct end *e, const char *id)
{
	struct bulk_config config = { .window_bytes = 8 * CHUNK_BYTES,
				      .parallel = 2,
				      .attachment_max_bytes = 1 << 30 };
	struct bulk_ops ops = { e,	  do_send,    do_send_frame, do_open,
				do_close, do_fetched, do_violation,  do_fault };

	e->pair = p;
	e->id = fixture_id(id);
	e->last = &e->jobs;
	e->disk = memory_disk_new();
	e->files_disk = memory_files_disk_new();
	assert_ok(store_memory_open(e->disk, &e->store));
	assert_ok(files_memory_open(e->files_disk, &e->files));
	e->bulk = bulk_new(&config, &ops, e->store->ops->lookup(e->store), e->files,
			   (struct job_runner){ .ctx = e, .run = do_run });
	assert_non_null(e->bulk);
}

/* The records of one published document with one file: queued at the sender, being fetched at the
 * receiver. */
static void put_records(struct pair *p)
{
	struct record d = { .family = FAMILY_DOCUMENT,
			    .u.document = { .origin = { "tinh" },
					    .urgency = URGENCY_THUONG,
					    .secrecy = SECRECY_THUONG,
					    .manifest = &p->item,
					    .manifest_count = 1,
					    .summary = { .number = "", .type_code = "",
					    	     .subject = "", .issued_on = "",
					    	     .due_on = "", .type_name = "",
					    	     .signer_name = "", .files = "",
					    	     .signer_competence = "" } } };

	pair_put(&p->tx, key_serial(ROLE_OUT, pair_serial), d);
	pair_put(&p->rx, key_serial(ROLE_IN, pair_serial), d);
	pair_put(
	    &p->tx, key_link(p->rx.id, LANE_NORMAL),
	    (struct record){ .family = FAMILY_LINKOUT, .u.linkout = { .stream = pair_stream } });
	pair_put(&p->rx, key_link(p->tx.id, LANE_NORMAL),
		 (struct record){ .family = FAMILY_LINKIN, .u.linkin = { .stream = pair_stream } });
	pair_put(&p->tx, key_seq(p->rx.id, LANE_NORMAL, 1),
		 (struct record){ .family = FAMILY_STREAM,
				  .u.stream = { .role = ROLE_OUT, .serial = pair_serial } });
	pair_put(&p->rx, key_seq(p->tx.id, LANE_NORMAL, 1),
		 (struct record){ .family = FAMILY_FETCH, .u.fetch = { ROLE_IN, pair_serial } });
}

static int set_up(void **state, size_t size_bytes)
{
	struct pair *p = calloc(1, sizeof *p);
	struct incoming *i;

	assert_non_null(p);
	p->arena = arena_new(256 << 20);
	p->size_bytes = size_bytes;
	p->content = malloc(size_bytes);
	assert_true(p->arena != NULL && p->content != NULL);
	for (size_t k = 0; k < size_bytes; k++)
		p->content[k] = (uint8_t)(k * 31 + k / 4093);
	p->now = (struct now){ .wall_ms = FIXTURE_NOW_MS, .mono_ms = 1000000 };
	start_end(p, &p->tx, "tinh");
	start_end(p, &p->rx, "huyen-a");
	assert_ok(p->tx.files->ops->incoming_open(p->tx.files, "submit.1", &i));
	assert_ok(p->tx.files->ops->incoming_append(i, (struct blob){ p->content, size_bytes }));
	assert_ok(p->tx.files->ops->incoming_finish(i, &p->item));
	put_records(p);
	*state = p;
	return 0;
}

int pair_set_up(void **state)
{
	return set_up(state, SIZE);
}

int pair_set_up_small(void **state)
{
	return set_up(state, SMALL);
}

bool pair_run_job(struct end *e)
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

bool pair_deliver(struct end *e, struct end *from)
{
	struct message m;

	if (e->count == 0)
		return false;
	assert_ok(wire_decode(e->pair->arena, e->inbox[e->first], &m));
	e->first = (e->first + 1) % QUEUE_MAX;
	e->count--;
	e->pair->leaves_asked += m.type == MESSAGE_FETCH && m.u.fetch.what == FETCH_LEAVES;
	if (e == &e->pair->tx && m.type == MESSAGE_FETCH && e->pair->ask != NULL)
		e->pair->ask(&m.u.fetch);
	if (m.type == MESSAGE_CHUNK &&
	    files_chunks(m.u.chunk.data.len_bytes) > e->pair->chunks_at_most)
		e->pair->chunks_at_most = (unsigned)files_chunks(m.u.chunk.data.len_bytes);
	if (e == &e->pair->rx && e->pair->tamper != NULL)
		e->pair->tamper(e->pair, &m);
	bulk_message(e->bulk, from->id, &m, e->pair->now);
	return true;
}

void pair_run(struct pair *p)
{
	for (unsigned step = 0; step < 100000; step++) {
		bool moved = pair_deliver(&p->tx, &p->rx);

		moved = pair_deliver(&p->rx, &p->tx) || moved;
		moved = pair_run_job(&p->tx) || moved;
		moved = pair_run_job(&p->rx) || moved;
		p->most_under_way =
		    p->rx.count > p->most_under_way ? p->rx.count : p->most_under_way;
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

int pair_tear_down(void **state)
{
	struct pair *p = *state;

	p->busy = p->slow = false;
	pair_run(p);
	stop_end(&p->tx);
	stop_end(&p->rx);
	pair_drain(p); /* what ZeroMQ still has outlives who sent it */
	arena_destroy(p->arena);
	free(p->content);
	free(p);
	return 0;
}

void pair_connect(struct pair *p)
{
	bulk_wake(p->rx.bulk, p->tx.id, p->now);
	bulk_connected(p->rx.bulk, p->tx.id, p->now);
	bulk_connected(p->tx.bulk, p->rx.id, p->now);
}

void pair_later(struct pair *p)
{
	p->now.mono_ms += 6000;
	bulk_tick(p->rx.bulk, p->now);
	pair_run(p);
}
