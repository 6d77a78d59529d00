/* Who submits what, and the model of what must come of it: computed from the tree alone. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "tests/sim/check.h"

enum {
	SUBMIT_ARENA_BYTES = 4 << 20,
	AGAIN_MS = 1500,
	INLINE_MOST = 6000,
	FILE_MOST = 180000,
	FIRST_MS = 500,
	LAST_MS = 16000
};

enum { WIDE_PART_BYTES = 22000 }; /* with all its names an envelope of some 60,000 bytes */

static bool below(const struct world *w, int top, int member)
{
	return world_is_below(w, 1, top, member);
}

static void address(struct world *w, struct wanted *d)
{
	int self = d->origin, n = w->member_count;
	uint64_t way = prng_below(&w->prng, 6);

	if (way == 0 && w->members[self].superior >= 0) {
		d->recipients[0].group = GROUP_SUPERIOR;
		d->recipient_count = 1;
		d->addressed = (uint16_t)(1u << w->members[self].superior);
	} else if (way == 1 || way == 2) {
		d->recipients[0].group = way == 1 ? GROUP_SUBTREE : GROUP_SUBORDINATES;
		d->recipient_count = 1;
		for (int i = 0; i < n; i++) {
			if (way == 1 ? below(w, self, i) : w->members[i].superior == self)
				d->addressed |= (uint16_t)(1u << i);
		}
	}
	if (d->addressed != 0)
		return;
	/* A list: any committees of the tree, over the common superior where needed. */
	d->recipient_count = 0;
	memset(d->recipients, 0, sizeof d->recipients);
	for (uint64_t k = 1 + prng_below(&w->prng, 3); k > 0; k--) {
		int to = (int)prng_below(&w->prng, (uint64_t)n);

		if (to == self || (d->addressed >> to & 1) != 0)
			to = (self + 1 + (int)k) % n;
		if (to == self || (d->addressed >> to & 1) != 0)
			continue;
		d->addressed |= (uint16_t)(1u << to);
		d->recipients[d->recipient_count++].committee = w->members[to].id;
	}
}

static void draw_parts(struct world *w, struct wanted *d)
{
	d->part_count = 1 + (uint32_t)prng_below(&w->prng, PARTS);
	for (uint32_t i = 0; i < d->part_count; i++) {
		bool file = prng_chance(&w->prng, 250);

		d->part_bytes[i] = file ? 33000 + prng_below(&w->prng, FILE_MOST)
					: prng_below(&w->prng, INLINE_MOST);
		d->part_seed[i] = prng_next(&w->prng);
	}
}

/* Every name many times, one after the other: those that come last stand in a row of their own, and
 * that row alone brings them their document. */
static void draw_wide(struct world *w, struct wanted *d)
{
	d->repeat = 1;
	if (!w->wide || d->recipients[0].group != GROUP_NONE || !prng_chance(&w->prng, 150))
		return;
	d->repeat = RECIPIENTS_MAX / d->recipient_count;
	d->part_bytes[0] = WIDE_PART_BYTES;
	w->wide_count++;
}

/* The id of the one before, at a committee that it is for: from when it is known there, never. */
static void borrow(struct world *w, struct wanted *d, const struct wanted *other)
{
	int to = 0;

	while ((other->addressed & 1u << to) == 0)
		to++;
	d->origin = to;
	d->borrowed = true;
	d->repeat = 1;
	d->addressed = (uint16_t)(1u << other->origin);
	memset(d->recipients, 0, sizeof d->recipients);
	d->recipients[0].committee = w->members[other->origin].id;
	d->recipient_count = 1;
}

void workload_draw(struct world *w)
{
	w->document_count = 10 + (int)prng_below(&w->prng, DOCUMENTS_MAX - 10);
	for (int i = 0; i < w->document_count; i++) {
		struct wanted *d = &w->documents[i];
		int64_t at_ms = FIRST_MS + (int64_t)prng_below(&w->prng, LAST_MS - FIRST_MS);

		d->origin = (int)prng_below(&w->prng, (uint64_t)w->member_count);
		prng_fill(&w->prng, d->id.bytes, sizeof d->id.bytes);
		for (unsigned k = 0; k < 6; k++)
			d->id.bytes[k] =
			    (uint8_t)((uint64_t)(w->start_wall_ms + at_ms) >> (8 * (5 - k)));
		d->id.bytes[6] = (uint8_t)((d->id.bytes[6] & 0x0f) | 0x70);
		d->id.bytes[8] = (uint8_t)((d->id.bytes[8] & 0x3f) | 0x80);
		d->urgency = (enum urgency)(URGENCY_THUONG + prng_below(&w->prng, 4));
		snprintf(d->number, sizeof d->number, "%d-CV/X", i);
		address(w, d);
		draw_parts(w, d);
		draw_wide(w, d);
		if (i > 0 && prng_chance(&w->prng, 60) && !w->documents[i - 1].conflicting) {
			/* The same id once more with other content: never both. */
			d->id = w->documents[i - 1].id;
			d->origin = w->documents[i - 1].origin;
			d->addressed = 0;
			d->recipient_count = 0;
			memset(d->recipients, 0, sizeof d->recipients);
			address(w, d);
			draw_wide(w, d);
			d->conflicting = true;
			if (i % 2 == 1 && w->documents[i - 1].addressed != 0)
				borrow(w, d, &w->documents[i - 1]);
			at_ms = LAST_MS;
		}
		world_schedule(
		    w, (struct sim_event){ .at_ms = at_ms, .kind = SIM_SUBMIT, .document = i });
	}
}

void workload_part(const struct wanted *d, uint32_t part, uint8_t *out)
{
	struct prng p;

	prng_seed(&p, d->part_seed[part]);
	prng_fill(&p, out, d->part_bytes[part]);
}

static void make_part(struct member *m, struct arena *a, struct wanted *d, uint32_t i,
		      struct part *part, struct manifest_item *item)
{
	uint8_t *bytes = arena_alloc(a, d->part_bytes[i] + 1);
	struct blob content = { bytes, d->part_bytes[i] };
	struct incoming *in;

	assert(bytes != NULL);
	workload_part(d, i, bytes);
	part->name = i == 0 ? "văn bản.bin" : "phụ lục.bin";
	part->media_type = "application/octet-stream";
	item->size_bytes = content.len_bytes;
	if (content.len_bytes > INLINE_MOST && content.len_bytes != WIDE_PART_BYTES) {
		assert(m->files->ops->incoming_open(m->files, "submit", &in) == ERR_OK &&
		       m->files->ops->incoming_append(in, content) == ERR_OK);
		assert(m->files->ops->incoming_finish(in, item) == ERR_OK);
	} else {
		item->inlined = true;
		item->sha256 = digest_of(content);
		item->chunk_root =
		    content.len_bytes == 0 ? digest_of(content) : merkle_leaf(content);
		part->content = content;
	}
	d->part_digest[i] = item->sha256;
}

static void release(void *owner)
{
	arena_destroy(owner);
}

static const struct recipient *repeated(const struct wanted *d, struct arena *a)
{
	struct recipient *list = arena_array(a, d->recipient_count * d->repeat, sizeof *list);

	assert(list != NULL);
	for (uint32_t i = 0; i < d->recipient_count * d->repeat; i++)
		list[i] = d->recipients[i / d->repeat];
	return list;
}

static const struct document_ref *kept(struct arena *a, const struct document_ref *ref)
{
	struct document_ref *copy = arena_alloc(a, sizeof *copy);

	assert(copy != NULL);
	*copy = *ref;
	return copy;
}

static void submit(struct member *m, int index)
{
	struct wanted *d = &m->world->documents[index];
	struct arena *a = arena_new(SUBMIT_ARENA_BYTES);
	struct part *parts = arena_array(a, PARTS, sizeof *parts);
	struct manifest_item *items = arena_array(a, PARTS, sizeof *items);
	struct document_body body = { .number = d->number,
				      .type_code = mandate_codes[d->type],
				      .type_name = mandate_types[d->type],
				      .subject = "Về việc thử",
				      .parts = parts,
				      .part_count = d->part_count };
	struct document_ref older = { .origin = { "" } };
	struct event event = { .type = EVENT_SUBMIT };
	struct ev_submit *s = &event.u.submit;

	for (uint32_t i = 0; i < d->part_count; i++)
		make_part(m, a, d, i, &parts[i], &items[i]);
	body.reply_to = d->answers;
	body.answers = d->answers_one ? &d->answers : NULL;
	if (d->older != 0) {
		older = (struct document_ref){ .origin = m->id,
					       .id = m->world->documents[d->older - 1].id };
		body.business = d->business;
		body.concerns = older;
		body.older = kept(a, &older);
	}
	assert(document_body_pack(a, &body, &s->body) == ERR_OK);
	s->reply.n = (uint64_t)index + 1;
	s->id = d->id;
	s->recipients = repeated(d, a);
	s->recipient_count = d->recipient_count * d->repeat;
	s->urgency = d->urgency;
	s->secrecy = SECRECY_THUONG;
	s->manifest = items;
	s->manifest_count = d->part_count;
	s->body_version = DOCUMENT_BODY_VERSION;
	s->summary = document_summary(&body);
	s->summary.issued_on = s->summary.due_on = "";
	s->type_name = body.type_name;
	s->submission =
	    digest_submission(&(struct submission_fields){ .recipients = s->recipients,
							   .recipient_count = s->recipient_count,
							   .urgency = d->urgency,
							   .secrecy = SECRECY_THUONG,
							   .body = s->body,
							   .manifest = items,
							   .manifest_count = d->part_count });
	if (m->world->mandates)
		mandates_submit(m->world, d, a, s);
	assert(inbox_push(m->inbox, &event, release, a) == ERR_OK);
	world_wake(m->world, m, 0);
}

/* Is the id of one that conflicts taken, so that it must be refused? */
static bool is_taken(const struct world *w, int document)
{
	const struct wanted *d = &w->documents[document], *first = d - 1;
	const struct member *m = &w->members[d->origin];
	struct key key = key_ident(first->id, w->members[first->origin].id);
	struct lookup l;
	struct arena *a;
	struct record r;
	bool yes;

	if (!d->borrowed)
		return first->accepted;
	if (!m->running)
		return false;
	a = arena_new(SUBMIT_ARENA_BYTES);
	assert(a != NULL);
	l = m->store->ops->lookup(m->store);
	yes = l.get(l.ctx, a, FAMILY_IDENT, &key, &r) == ERR_OK;
	arena_destroy(a);
	return yes;
}

void workload_submit(struct world *w, int document)
{
	struct wanted *d = &w->documents[document];
	struct member *m = &w->members[d->origin];

	if (d->accepted || (d->conflicting && !w->healed && !is_taken(w, document))) {
		if (!d->accepted)
			world_schedule(w, (struct sim_event){ .at_ms = w->now_ms + AGAIN_MS,
							      .kind = SIM_SUBMIT,
							      .document = document });
		return;
	}
	if ((d->conflicting && w->healed) || d->refused)
		return;
	if (m->running && !offices_wait(w, d)) {
		d->tried_ms = w->now_ms;
		d->submitted_ms = d->submitted_ms == 0 ? w->now_ms : d->submitted_ms;
		submit(m, document);
	}
	/* Until it is told that it is accepted, a submitter repeats itself under the same id. */
	world_schedule(w, (struct sim_event){ .at_ms = w->now_ms + AGAIN_MS,
					      .kind = SIM_SUBMIT,
					      .document = document });
}

void workload_replied(struct world *w, const struct act_reply *r)
{
	struct wanted *d = &w->documents[r->to.n - 1];

	assert(r->to.n >= 1 && r->to.n <= (uint64_t)w->document_count);
	if (d->conflicting) {
		w->borrowed_count += d->borrowed;
		if (r->result == ERR_OK && !d->borrowed)
			setback_forgot(w, d - 1);
		/* A store that was put back has forgotten the first one, and may not know yet that
		 * it was. */
		if (r->result == ERR_OK && !(w->setback && d->origin == w->setback_member))
			world_violation(w, "conflict",
					d->borrowed
						? "the id of a document that came was given to ours"
						: "a second content was accepted under one id");
		return;
	}
	if (d->gone && r->repeated)
		return; /* told of the second version that it is there */
	if (r->result == ERR_BEHIND && w->setback && d->origin == w->setback_member)
		return; /* nothing new until an operator has looked */
	if (r->result == ERR_OK) {
		struct stand_view own;

		core_stand(w->members[d->origin].core, &own);
		if (own.alarm != ERR_OK && !r->repeated && w->knew && d->tried_ms > w->knew_ms)
			world_violation(w, "setback", "%s takes what is new while it is behind",
					w->members[d->origin].id.text);
		d->accepted = true;
		if (w->setback && !r->repeated && d->origin == w->setback_member)
			setback_again(w, d);
		workload_resolve(w, d);
		if (w->mandates)
			mandates_accepted(w, d);
		if (w->recalls)
			offices_accepted(w, d);
		if (r->recipient_count != (uint32_t)__builtin_popcount(d->addressed))
			world_violation(w, "recipients", "%u answered, %d addressed",
					r->recipient_count, __builtin_popcount(d->addressed));
	} else if (w->changing &&
		   (r->result == ERR_RETIRED_RECIPIENT || r->result == ERR_UNKNOWN_RECIPIENT ||
		    r->result == ERR_NO_RECIPIENT)) {
		d->last_error = r->result; /* by the directory of that moment; tried again */
	} else if (offices_refused(w, d, r->result) || mandates_refused(w, d, r)) {
		return;
	} else if (damages_answer(w, r->result)) {
		return;				/* it is tried again */
	} else if (r->result != ERR_NO_ROUTE && /* before the directory is there */
		   /* nothing is signed by a clock that neighbours do not share */
		   !(r->result == ERR_CLOCK_WRONG && w->clocks_wrong > 0)) {
		world_violation(w, "accept", "a good submission was refused with VT-%d",
				(int)r->result);
	}
}

void workload_resolve(struct world *w, struct wanted *d)
{
	struct member *m = &w->members[d->origin];
	struct arena *a;
	struct record ident, document;

	if (!w->changing || d->version != 0 || d->conflicting)
		return;
	a = arena_new(SUBMIT_ARENA_BYTES);
	assert(a != NULL);
	if (member_get(m, a, FAMILY_IDENT, key_ident(d->id, m->id), &ident) &&
	    member_get(m, a, FAMILY_DOCUMENT, key_serial(ident.u.ident.role, ident.u.ident.serial),
		       &document))
		d->version = document.u.document.directory_version;
	arena_destroy(a);
	for (uint32_t i = 0; d->version != 0 && i < d->recipient_count; i++) {
		enum group group = d->recipients[i].group;

		if (group == GROUP_NONE)
			continue;
		d->addressed = 0;
		for (int k = 0; k < w->member_count; k++) {
			int parent = world_parent(w, d->version, k);

			if (group == GROUP_SUPERIOR ? world_parent(w, d->version, d->origin) == k
			    : group == GROUP_SUBTREE
				? parent != NOT_THERE && world_is_below(w, d->version, d->origin, k)
				: parent == d->origin)
				d->addressed |= (uint16_t)(1u << k);
		}
	}
}

bool workload_excused(const struct world *w, const struct wanted *d, int recipient)
{
	uint32_t gone = w->retired | w->weak;

	return (gone >> d->origin & 1) != 0 || (recipient >= 0 && (gone >> recipient & 1) != 0);
}

/* Is `at` between a and b in the tree of a version, ends included? */
static bool between(const struct world *w, uint64_t version, int a, int b, int at)
{
	bool on_a = at == a || world_is_below(w, version, at, a),
	     on_b = at == b || world_is_below(w, version, at, b);
	int top = a;

	if (world_parent(w, version, a) == NOT_THERE || world_parent(w, version, b) == NOT_THERE)
		return false;
	if (on_a != on_b)
		return true;
	while (top != b && !world_is_below(w, version, top, b))
		top = world_parent(w, version, top);
	return at == top;
}

/* On the way from whoever may have it, in any tree since it was accepted, until nobody is added. */
bool workload_passes(const struct world *w, const struct wanted *d, int member)
{
	uint64_t first = d->version == 0 || !w->changing ? 1 : d->version,
		 last = w->changing ? w->version_count : 1;
	uint16_t have = (uint16_t)(1u << d->origin), before = 0;

	while (have != before) {
		before = have;
		for (int x = 0; x < w->member_count; x++) {
			if ((before >> x & 1) == 0)
				continue;
			for (uint64_t v = first; v <= last; v++) {
				for (int i = 0; i < w->member_count; i++) {
					for (int k = 0;
					     (d->addressed >> i & 1) != 0 && k < w->member_count;
					     k++) {
						if (between(w, v, x, i, k))
							have |= (uint16_t)(1u << k);
					}
				}
			}
		}
		if (!w->changing)
			break;
	}
	return (have >> member & 1) != 0;
}

const struct wanted *workload_find(const struct world *w, const struct doc_id *id)
{
	for (int i = 0; i < w->document_count; i++) {
		if (!w->documents[i].conflicting &&
		    memcmp(&w->documents[i].id, id, sizeof *id) == 0)
			return &w->documents[i];
	}
	return NULL;
}

static bool closed(struct world *w, const struct wanted *d, struct arena *a)
{
	struct member *m = &w->members[d->origin];
	struct record ident, state, answer;

	if (!member_get(m, a, FAMILY_IDENT, key_ident(d->id, m->id), &ident) ||
	    !member_get(m, a, FAMILY_STATE, key_serial(ident.u.ident.role, ident.u.ident.serial),
			&state))
		return false;
	for (int i = 0; w->changing && i < w->member_count; i++) {
		if ((d->addressed >> i & 1) != 0 && !workload_excused(w, d, i) &&
		    !member_get(
			m, a, FAMILY_RECEIPT,
			key_receipt(ident.u.ident.role, ident.u.ident.serial, w->members[i].id),
			&answer))
			return false;
	}
	if (w->mandates)
		return state.u.state.delivered + state.u.state.refused ==
		       (uint64_t)__builtin_popcount(d->addressed);
	return w->changing || state.u.state.delivered + damages_lost_count(w, d) ==
				      (uint64_t)__builtin_popcount(d->addressed);
}

bool workload_given_up(const struct world *w, const struct wanted *d)
{
	if (d->gone)
		return true;
	if (w->mandates)
		return d->refused;
	return w->changing && !d->accepted &&
	       (d->last_error != ERR_OK || (w->retired >> d->origin & 1) != 0 ||
		w->versions[w->version_count - 1].parent[d->origin] == NOT_THERE ||
		/* it waits for one of these */
		(d->older != 0 && workload_given_up(w, &w->documents[d->older - 1])));
}

static bool queues_empty(const struct world *w)
{
	for (int i = 0; i < w->member_count; i++) {
		struct link_view v;

		if (w->versions[0].parent[i] == NOT_THERE &&
		    w->versions[w->version_count - 1].parent[i] == NOT_THERE)
			continue; /* never came */
		if (!w->members[i].running)
			return false;
		if ((w->retired >> i & 1) != 0)
			continue;
		if (core_directory_version(w->members[i].core) != w->version_count)
			return false;
		for (uint32_t k = 0; core_link(w->members[i].core, k, &v); k++) {
			if ((!v.up && v.present) ||
			    v.queued[LANE_FACTS] + v.queued[LANE_URGENT] + v.queued[LANE_NORMAL] !=
				0)
				return false;
		}
	}
	return true;
}

static bool fetching; /* the simulator has one thread */

static void still_fetching(struct world *w, const struct member *m, const struct key *key,
			   const struct record *r)
{
	fetching = fetching || !setback_is_gone(w, m, r);
	(void)key;
}

bool workload_done(struct world *w)
{
	struct arena *a = arena_new(SUBMIT_ARENA_BYTES);
	bool settled = setback_done(w);
	bool done = queues_empty(w) && clerks_done(w) && offices_done(w) && numbers_done(w) &&
		    recalls_done(w) && settled;

	fetching = false;
	for (int i = 0; done && i < w->member_count; i++) {
		/* Who has ended gets no documents any more, also not those that it had begun to
		 * fetch. */
		if ((w->retired >> i & 1) == 0)
			check_each(w, &w->members[i], FAMILY_FETCH, check_all(), still_fetching);
		if ((w->retired >> i & 1) == 0)
			check_each(w, &w->members[i], FAMILY_ASIDE, check_all(), still_fetching);
	}
	done = done && !fetching;

	assert(a != NULL);
	for (int i = 0; done && i < w->document_count; i++) {
		arena_reset(a);
		if (!w->documents[i].conflicting)
			done = (w->documents[i].accepted && closed(w, &w->documents[i], a)) ||
			       workload_given_up(w, &w->documents[i]);
	}
	arena_destroy(a);
	return done;
}
