/* The core's memory, how it is built from records, and what others may read of it; see core.h. */
#include "routing/core_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 1000, DOUBTED_LATELY_MS = 3600 * 1000 };

struct core *core_new(const struct core_config *config)
{
	struct core *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->config = *config;
	if (c->config.credit_messages == 0)
		c->config.credit_messages = CREDIT_MESSAGES;
	if (c->config.credit_bytes == 0)
		c->config.credit_bytes = CREDIT_BYTES;
	c->room = (struct core_room){ true, true, true, ERR_OK };
	c->next_serial = 1;
	c->parts_left = DIRECTORY_PARTS_A_TURN;
	c->act_number = 1;
	c->tree = tree_new();
	if (c->tree == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void core_destroy(struct core *c)
{
	if (c == NULL)
		return;
	for (uint32_t i = 0; i < c->link_count; i++)
		free(c->links[i]);
	free(c->links);
	requeue_free(&c->requeue);
	install_free(&c->install);
	recount_free(&c->recount);
	tree_destroy(c->tree);
	free(c);
}

void core_seed(struct core *c, const uint8_t seed[32])
{
	memcpy(c->seed.bytes, seed, sizeof c->seed.bytes);
	c->drawn = 0;
}

void core_draw(struct core *c, uint8_t out[16])
{
	struct digest d = c->seed;

	/* A keyed hash of a counter: unpredictable as long as the seed is. */
	c->config.chain_step(&d, ++c->drawn, &c->seed);
	memcpy(out, d.bytes, 16);
}

uint64_t core_draw_number(struct core *c)
{
	uint8_t bytes[16];
	uint64_t n;

	core_draw(c, bytes);
	memcpy(&n, bytes, sizeof n);
	return n;
}

struct doc_id core_draw_id(struct core *c, int64_t wall_ms)
{
	struct doc_id id;

	core_draw(c, id.bytes);
	for (unsigned i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)((uint64_t)wall_ms >> (8 * (5 - i)));
	id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x70);
	id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
	return id;
}

struct turn_view turn_view_of(struct core *c, struct now now, struct plan *plan)
{
	struct turn_view t = { .core = c, .now = now, .plan = plan };

	c->staged.inner = plan_lookup(plan);
	t.lookup = staged_lookup(&c->staged);
	t.tree = (struct tree_view){ .tree = c->tree, .lookup = t.lookup, .arena = plan->arena };
	return t;
}

/* What a stored record means for memory. The one place: live decisions and boot both come here. */
static void core_apply(struct core *c, const struct key *key, const struct record *r)
{
	struct committee_id neighbour;
	struct link *l;
	enum lane lane;
	enum role role;
	struct serial serial;
	uint64_t seq;

	switch (r->family) {
	case FAMILY_DOCUMENT:
		if (key_parse_serial(key, &role, &serial) && serial.n >= c->next_serial)
			c->next_serial = serial.n + 1;
		break;
	case FAMILY_ACT:
		if (key_parse_number(key, &seq) && seq >= c->act_number)
			c->act_number = seq + 1;
		break;
	case FAMILY_DIRECTORY:
		if (r->u.directory.version > c->directory_version) {
			c->directory_version = r->u.directory.version;
			c->valid_until_ms = r->u.directory.valid_until_ms;
			c->next_alarm_ms = 0;
		}
		break;
	case FAMILY_STREAM:
		if (key_parse_seq(key, &neighbour, &lane, &seq) && (l = link_find(c, neighbour)) != NULL &&
		    seq > l->out[lane].last)
			l->out[lane].last = seq;
		break;
	case FAMILY_LINKIN:
		if (key_parse_link(key, &neighbour, &lane) && (l = link_find(c, neighbour)) != NULL) {
			l->in[lane].id = r->u.linkin.stream;
			l->in[lane].base = r->u.linkin.base;
			l->in[lane].have = r->u.linkin.have;
			l->in[lane].chain = r->u.linkin.chain;
			l->in[lane].rejected_count = r->u.linkin.rejected_count;
			memcpy(l->in[lane].rejected, r->u.linkin.rejected, sizeof l->in[lane].rejected);
			l->in[lane].known = true;
		}
		break;
	case FAMILY_LINKOUT:
		if (key_parse_link(key, &neighbour, &lane) && (l = link_find(c, neighbour)) != NULL) {
			struct stream_out *out = &l->out[lane];

			out->id = r->u.linkout.stream;
			out->base = r->u.linkout.base;
			out->acked = r->u.linkout.acked;
			out->chain = r->u.linkout.chain;
			if (out->last < out->acked)
				out->last = out->acked;
			if (out->sent < out->acked)
				out->sent = out->acked;
		}
		break;
	default:
		break; /* nothing of it is held in memory */
	}
}

void core_put(struct turn_view *t, struct key key, const struct record *r)
{
	plan_put(t->plan, key, r);
	core_apply(t->core, &key, r);
}

void core_append(struct turn_view *t, struct key key, const struct record *r)
{
	plan_append(t->plan, key, r);
	core_apply(t->core, &key, r);
}

void core_erase(struct turn_view *t, enum family family, struct key key)
{
	plan_erase(t->plan, family, key);
}

enum err core_get(struct turn_view *t, enum family family, struct key key, struct record *out)
{
	return t->lookup.get(t->lookup.ctx, t->plan->arena, family, &key, out);
}

enum err core_log_act(struct turn_view *t, uint32_t uid, text_t verb, text_t subject)
{
	struct record r = { .family = FAMILY_ACT };

	r.u.act = (struct rec_act){ .at_ms = t->now.wall_ms, .uid = uid, .verb = verb,
				    .subject = arena_text(t->plan->arena, subject, strlen(subject)) };
	if (r.u.act.subject == NULL)
		return ERR_NO_MEMORY;
	core_append(t, key_number(t->core->act_number), &r);
	return ERR_OK;
}

/* Boot: the last record of a prefix is all that memory needs of an ascending family. */
static enum err load_last(struct turn_view *t, enum family family, struct key prefix)
{
	struct scan scan = scan_of(prefix);
	struct record r;
	enum err e = t->lookup.last(t->lookup.ctx, t->plan->arena, family, &scan, &r);

	if (e == ERR_OK)
		core_apply(t->core, &scan.at, &r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Where the records number what comes next: a number whose record is damaged was given all the same, and what else lies under it is whole. */
static enum err load_number(struct turn_view *t, enum family family, struct key prefix)
{
	struct scan scan = scan_of(prefix);
	struct record r;
	enum err e;

	scan.tell_damage = true;
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, family, &scan, &r);
	if (e == ERR_DAMAGED) {
		r = (struct record){ .family = family };
		e = ERR_OK;
	}
	if (e == ERR_OK)
		core_apply(t->core, &scan.at, &r); /* of these its key says it */
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err core_load(struct core *c, struct now now, struct plan *plan)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };
	struct turn_view t = turn_view_of(c, now, plan);
	struct key all = { .len_bytes = 0 };
	enum err e;

	assert(!c->loaded);
	c->now = now;
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		e = load_number(&t, FAMILY_DOCUMENT, key_role(roles[i]));
		if (e != ERR_OK)
			return e;
	}
	e = load_number(&t, FAMILY_ACT, all);
	if (e == ERR_OK)
		e = stand_load(&t);
	if (e == ERR_OK)
		e = aside_load(&t);
	if (e == ERR_OK)
		e = load_last(&t, FAMILY_DIRECTORY, all);
	if (e == ERR_OK)
		e = passed_load(&t);
	if (e == ERR_OK)
		e = install_load(&t);
	if (e == ERR_OK)
		e = link_prepare_all(&t);
	if (e == ERR_OK)
		e = requeue_load(&t);
	if (e == ERR_OK)
		e = recount_load(&t);
	if (e == ERR_OK)
		e = numbers_load(&t);
	if (e == ERR_OK)
		c->loaded = true;
	c->next_tick_ms = now.mono_ms;
	return e;
}

int64_t core_deadline_ms(const struct core *c)
{
	return c->next_tick_ms;
}

static enum err take_tick(struct turn_view *t)
{
	t->core->next_tick_ms = t->now.mono_ms + TICK_MS;
	return decide_tick(t); /* which may want to go on sooner */
}

enum err core_take(struct core *c, struct now now, const struct event *event, struct plan *plan)
{
	struct turn_view t = turn_view_of(c, now, plan);

	c->now = now;
	switch (event->type) {
	case EVENT_SUBMIT:
		return decide_submit(&t, &event->u.submit);
	case EVENT_CONNECTED:
		return decide_connected(&t, &event->u.link);
	case EVENT_DISCONNECTED:
		return decide_disconnected(&t, &event->u.link);
	case EVENT_MESSAGE:
		return decide_message(&t, &event->u.message);
	case EVENT_PUBLISH:
		return event->u.publish.aside ? decide_aside(&t, &event->u.publish) : decide_publish(&t, &event->u.publish);
	case EVENT_FETCHED:
		return decide_fetched(&t, &event->u.fetched);
	case EVENT_DIRECTORY:
		return decide_directory(&t, &event->u.directory);
	case EVENT_OPERATE:
		return decide_operate(&t, &event->u.operate);
	case EVENT_PAPER:
		return decide_paper(&t, &event->u.paper);
	case EVENT_RESEND:
		return decide_resend(&t, &event->u.resend);
	case EVENT_FAULT:
		return decide_fault(&t, &event->u.link);
	case EVENT_BAD_DIRECTORY:
		return decide_bad_directory(&t, &event->u.link);
	case EVENT_TICK:
		return take_tick(&t);
	case EVENT_NONE:
		break;
	}
	assert(event->type != EVENT_NONE);
	return ERR_OK;
}

void core_set_room(struct core *c, struct core_room room)
{
	for (uint32_t i = 0; c->room.documents != room.documents && i < c->link_count; i++)
		c->links[i]->next_ping_ms = 0; /* the neighbours hear at once why their documents wait, or that they need not any more */
	c->room = room;
}

void core_set_policy(struct core *c, int64_t relay_retention_ms, int64_t expire_ms, uint64_t attachment_max_bytes)
{
	c->config.relay_retention_ms = relay_retention_ms;
	c->config.expire_ms = expire_ms;
	c->config.attachment_max_bytes = attachment_max_bytes;
}

void core_stand(const struct core *c, struct stand_view *out)
{
	*out = (struct stand_view){ .alarm = ERR_OK };
	if (c->stand.alarm != ERR_OK)
		*out = (struct stand_view){ .alarm = c->stand.alarm, .since_ms = c->stand.since_ms, .by = c->stand.by };
}

bool core_asks(const struct core *c, struct committee_id who, enum party party)
{
	return c->quest.active && c->quest.party == party && id_equal(c->quest.from, who);
}

uint64_t core_aside_age_ms(const struct core *c, const struct rec_aside *a)
{
	uint64_t run_ms = c->aside.run_base_ms + (uint64_t)(c->now.mono_ms - c->aside.run_from_ms);

	return run_ms > a->since_run_ms ? run_ms - a->since_run_ms : 0;
}

uint64_t core_aside_count(const struct core *c)
{
	return c->aside.count;
}

uint64_t core_doubted(const struct core *c, bool *lately)
{
	*lately = c->doubted > 0 && c->now.mono_ms - c->doubted_at_ms < DOUBTED_LATELY_MS;
	return c->doubted;
}

uint32_t core_unlinked(const struct core *c)
{
	return c->unlinked;
}

bool core_recounting(const struct core *c)
{
	return c->recount.active;
}

uint32_t core_link_count(const struct core *c)
{
	return c->link_count;
}

/* Documents wait for a neighbour that has no room, or for one whose clock is wrong: it subscribes when it is right (routing/links/guard.c). That cannot be
 * told from here for certain; what else would keep a living link from subscribing lasts seconds. */
static enum err waits_for(const struct core *c, const struct link *l)
{
	int64_t ahead_ms = clock_ahead_ms(&l->clock, c->now);
	bool off = ahead_ms > CLOCK_TOLERANCE_MS || ahead_ms < -CLOCK_TOLERANCE_MS, waits = false;

	if (l->up && l->withholding != 0)
		return (enum err)l->withholding; /* it says so itself */
	for (int lane = LANE_URGENT; lane < LANE_COUNT; lane++)
		waits = waits || (!l->out[lane].subscribed && l->out[lane].last > l->out[lane].acked);
	return l->up && off && waits ? ERR_CLOCK_NEIGHBOUR : ERR_OK;
}

static uint32_t down_reason_of(const struct link *l)
{
	bool vague = l->down_reason == 0 || l->down_reason == ERR_NETWORK || l->down_reason == ERR_TIMEOUT;

	if (l->up)
		return 0;
	if (vague && l->ended)
		return ERR_RETIRED_RECIPIENT;
	return l->down_reason == 0 ? ERR_NETWORK : l->down_reason;
}

/* The oldest of all lanes, and the longest wait of any. */
static void view_waiting(const struct core *c, const struct link *l, struct link_view *out)
{
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		const struct aside_sum *s = &l->aside[lane];
		int64_t since_ms = c->aside.run_from_ms - (int64_t)(c->aside.run_base_ms - s->since_run_ms);

		int64_t age_ms = c->now.mono_ms - since_ms;

		if (s->count > 0 && age_ms > out->aside_age_ms)
			out->aside_age_ms = age_ms;
		out->aside += s->count;
		out->aside_bytes += s->bytes;
		if (l->held_for[lane] == ERR_OK || (out->held_for != ERR_OK && c->now.mono_ms - l->held_since_ms[lane] <= out->held_ms))
			continue;
		out->held_for = l->held_for[lane];
		out->held_ms = c->now.mono_ms - l->held_since_ms[lane];
	}
	out->rejected = l->rejected;
	out->rejected_by = l->rejected_by;
}

static void link_view_of(const struct core *c, const struct link *l, struct link_view *out)
{
	memset(out, 0, sizeof *out);
	view_waiting(c, l, out);
	out->neighbour = l->neighbour;
	out->superior = l->superior;
	out->present = l->present;
	out->leaving = l->leaving;
	out->up = l->up;
	out->last_proof_ms = l->last_proof_ms;
	out->last_rtt_us = l->rtt_us;
	out->store_alarm = l->stand.its != ERR_OK ? l->stand.its : l->stand.ours;
	out->store_alarm_since_ms = l->stand.its != ERR_OK ? l->stand.its_since_ms : l->stand.ours_since_ms;
	out->violations = l->violations;
	out->peer_directory_version = l->peer_directory_version;
	out->clock_known = l->clock.known;
	out->clock_ahead_ms = clock_ahead_ms(&l->clock, c->now);
	out->clock_error_ms = l->clock.one_way ? -1 : l->clock.error_ms;
	out->clock_measured_ms = l->clock.at_wall_ms;
	out->waits_for = waits_for(c, l);
	out->down_reason = down_reason_of(l);
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		out->queued[lane] = l->out[lane].last - l->out[lane].acked;
}

bool core_link(const struct core *c, uint32_t index, struct link_view *out)
{
	if (index >= c->link_count)
		return false;
	link_view_of(c, c->links[index], out);
	return true;
}

bool core_link_find(const struct core *c, struct committee_id neighbour, struct link_view *out)
{
	for (uint32_t i = 0; i < c->link_count; i++) {
		if (id_equal(c->links[i]->neighbour, neighbour)) {
			link_view_of(c, c->links[i], out);
			return true;
		}
	}
	return false;
}

struct stream_out *core_stream_out(struct core *c, struct committee_id neighbour, enum lane lane)
{
	struct link *l = link_find(c, neighbour);

	return l == NULL || lane == LANE_NONE ? NULL : &l->out[lane];
}

void core_chain_step(const struct core *c, struct digest *chain, uint64_t n, const struct digest *digest)
{
	c->config.chain_step(chain, n, digest);
}

uint64_t core_directory_version(const struct core *c)
{
	return c->directory_version;
}

int64_t core_directory_valid_until_ms(const struct core *c)
{
	return c->valid_until_ms;
}

struct committee_id core_self(const struct core *c)
{
	return c->config.self;
}
