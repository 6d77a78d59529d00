/* Who may transfer with whom and when the second connection stands; see bulk.h. */
#include "daemon/bulk/bulk.h"

#include <stdlib.h>

#include "daemon/bulk/bulk_state.h"
#include "daemon/bulk/fetch.h"
#include "daemon/bulk/serve.h"
#include "daemon/bulk/transfer.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"

struct bulk *bulk_new(const struct bulk_config *config, const struct bulk_ops *ops,
		      struct lookup store, struct files *files, struct job_runner runner)
{
	struct bulk *b = calloc(1, sizeof *b);

	if (b == NULL)
		return NULL;
	b->config = *config;
	if (b->config.parallel > PARALLEL_MAX)
		b->config.parallel = PARALLEL_MAX;
	if (b->config.parallel < 2)
		b->config.parallel = 2;
	b->ops = *ops;
	b->store = store;
	b->files = files;
	b->runner = runner;
	b->spare_bytes = UINT64_MAX;
	b->arena = arena_new(FETCH_ARENA_BYTES);
	if (b->arena == NULL) {
		free(b);
		return NULL;
	}
	return b;
}

void bulk_destroy(struct bulk *b)
{
	if (b == NULL)
		return;
	while (b->peers != NULL) {
		struct bulk_link *p = b->peers;

		b->peers = p->next;
		for (unsigned i = 0; i < PARALLEL_MAX; i++) {
			if (p->transfers[i] != NULL)
				p->transfers[i]->phase = PHASE_FREE; /* also in PHASE_REPORTED */
		}
		fetch_abandon(b, p);
		serve_destroy(p);
		free(p);
	}
	while (b->room_count > 0)
		free(b->rooms[--b->room_count]);
	arena_destroy(b->arena);
	free(b);
}

static struct bulk_link *find(const struct bulk *b, struct committee_id id)
{
	struct bulk_link *p = b->peers;

	while (p != NULL && !id_equal(p->id, id))
		p = p->next;
	return p;
}

/* Neighbours are few and stay: their entries are kept. */
static struct bulk_link *find_or_add(struct bulk *b, struct committee_id id)
{
	struct bulk_link *p = find(b, id);

	if (p == NULL && (p = calloc(1, sizeof *p)) != NULL) {
		p->id = id;
		p->window_bytes = b->config.window_bytes;
		p->next = b->peers;
		b->peers = p;
	}
	return p;
}

static void want_connection(struct bulk *b, struct bulk_link *p)
{
	if (p->connected || !p->wanted || b->now_ms < p->reopen_ms)
		return;
	p->reopen_ms = b->now_ms + REOPEN_MS;
	b->ops.open(b->ops.ctx, p->id);
}

static void go_on(struct bulk *b, struct bulk_link *p)
{
	if (p->connected) {
		fetch_scan(b, p);
		serve_go_on(b, p);
	} else if (fetch_count(b, p) > 0) {
		want_connection(b, p);
	}
}

void bulk_wake(struct bulk *b, struct committee_id neighbour, struct now now)
{
	struct bulk_link *p = find_or_add(b, neighbour);

	b->now_ms = now.mono_ms;
	if (p == NULL)
		return; /* without memory now: the tick of a later moment finds the records again */
	p->wanted = true;
	go_on(b, p);
}

void bulk_stop(struct bulk *b, struct committee_id neighbour)
{
	struct bulk_link *p = find(b, neighbour);

	if (p == NULL)
		return;
	p->wanted = false;
	bulk_disconnected(b, neighbour);
	b->ops.close(b->ops.ctx, neighbour);
}

void bulk_connected(struct bulk *b, struct committee_id neighbour, struct now now)
{
	struct bulk_link *p = find_or_add(b, neighbour);

	b->now_ms = now.mono_ms;
	if (p == NULL)
		return;
	p->wanted = true;
	p->connected = true;
	p->reopen_ms = 0;
	p->used_ms = b->now_ms;
	go_on(b, p);
}

void bulk_disconnected(struct bulk *b, struct committee_id neighbour)
{
	struct bulk_link *p = find(b, neighbour);

	if (p == NULL)
		return;
	p->connected = false;
	p->sends_two = false; /* another build may be there next */
	fetch_abandon(b, p);
	serve_abandon(b, p);
}

void bulk_message(struct bulk *b, struct committee_id neighbour, const struct message *m,
		  struct now now)
{
	struct bulk_link *p = find_or_add(b, neighbour);

	b->now_ms = now.mono_ms;
	if (p == NULL)
		return;
	p->used_ms = b->now_ms;
	p->connected = true;
	switch (m->type) {
	case MESSAGE_FETCH:
		serve_fetch(b, p, &m->u.fetch);
		break;
	case MESSAGE_CHUNK:
		fetch_chunk(b, p, &m->u.chunk);
		break;
	case MESSAGE_UNAVAILABLE:
		fetch_unavailable(b, p, &m->u.unavailable);
		break;
	default:
		b->ops.violation(b->ops.ctx, neighbour, ERR_PROTOCOL);
		break;
	}
}

void bulk_set_window(struct bulk *b, struct committee_id neighbour, uint64_t window_bytes)
{
	struct bulk_link *p = find(b, neighbour);

	window_bytes = window_bytes < BULK_WINDOW_MIN_BYTES ? BULK_WINDOW_MIN_BYTES : window_bytes;
	window_bytes = window_bytes > BULK_WINDOW_MAX_BYTES ? BULK_WINDOW_MAX_BYTES : window_bytes;
	/* A neighbour that has fetched nothing yet gets an entry only when its window is not that
	 * of all. */
	if (p == NULL && window_bytes != b->config.window_bytes)
		p = find_or_add(b, neighbour);
	if (p != NULL)
		p->window_bytes = window_bytes;
}

void bulk_set_largest(struct bulk *b, uint64_t attachment_max_bytes)
{
	b->config.attachment_max_bytes = attachment_max_bytes;
}

void bulk_set_spare(struct bulk *b, uint64_t spare_bytes)
{
	b->spare_bytes = spare_bytes;
}

void bulk_tick(struct bulk *b, struct now now)
{
	b->now_ms = now.mono_ms;
	transfer_tick(b);
	for (struct bulk_link *p = b->peers; p != NULL; p = p->next) {
		fetch_tick(b, p);
		if (fetch_active(p) || serve_active(p))
			p->used_ms = b->now_ms;
		go_on(b, p);
		if (p->connected && b->now_ms - p->used_ms > IDLE_CLOSE_MS) {
			bulk_disconnected(b, p->id);
			b->ops.close(b->ops.ctx, p->id);
		}
	}
}

int64_t bulk_deadline_ms(const struct bulk *b)
{
	for (const struct bulk_link *p = b->peers; p != NULL; p = p->next) {
		if (p->connected && serve_active(p))
			return b->now_ms + RETRY_MS;
	}
	return INT64_MAX;
}

uint64_t bulk_waiting(const struct bulk *b, struct committee_id neighbour)
{
	const struct bulk_link *p = find(b, neighbour);

	return p == NULL ? 0 : fetch_count(b, p);
}

unsigned bulk_jobs(const struct bulk *b)
{
	return b->jobs;
}
