/* See turn.h. */
#include "tools/spool/turn.h"

enum { WAIT_MAX_MS = 60 * 1000 };

static int64_t within(int64_t n, int64_t most)
{
	return n < 0 ? 0 : n < most ? n : most;
}

/* out/ when its time has come; then what has changed, for which it waits until out/ is due. */
static int64_t work(struct spool_turn *t, struct spool_place *p, int64_t now_ms)
{
	int64_t poll_ms = t->parts->config->gateway_spool_poll_ms, wait_ms;

	if (t->more || now_ms >= t->look_ms) {
		t->more = spool_outgoing_turn(p, &t->outgoing, now_ms);
		t->look_ms = now_ms + poll_ms;
	}
	wait_ms = t->more ? 0 : within(t->look_ms - now_ms, WAIT_MAX_MS);
	/* Who asked for changes has waited for them. */
	return spool_incoming_turn(p, &t->incoming, now_ms, wait_ms) ? 0 : wait_ms;
}

int64_t spool_turn(struct spool_turn *t, int64_t now_ms)
{
	int64_t wait_ms = t->parts->config->gateway_spool_poll_ms;
	struct spool_place p;
	enum err e = spool_place_open(t->parts, t->stop, &p);

	if (e != ERR_OK && e != t->told)
		spool_place_log(&p, e, p.wrong);
	t->told = e;
	if (e == ERR_OK)
		wait_ms = work(t, &p, now_ms);
	spool_place_close(&p);
	return wait_ms;
}

void spool_turn_free(struct spool_turn *t)
{
	spool_outgoing_free(&t->outgoing);
}
