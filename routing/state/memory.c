/* See memory.h. */
#include "routing/state/memory.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"

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
	c->room = (struct core_room){ true, true, true, ERR_OK, 0, ERR_OK };
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
	free(c->requeue.moved);
	free(c->install.passed);
	recount_free(&c->recount);
	memory_drop_exchange(&c->report.own);
	memory_drop_exchange(&c->report.theirs);
	for (unsigned i = 0; i < MANDATE_TABLES; i++)
		arena_destroy(c->mandates.each[i].arena);
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

	if (plan->alone)
		plan->own_entry = NULL; /* it may be what changes */
	c->staged.inner = plan_lookup(plan);
	t.lookup = staged_lookup(&c->staged);
	t.tree = (struct tree_view){ .tree = c->tree, .lookup = t.lookup, .arena = plan->arena };
	return t;
}

static void apply_in(struct core *c, const struct key *key, const struct rec_linkin *r)
{
	struct committee_id neighbour;
	struct link *l;
	enum lane lane;

	if (!key_parse_link(key, &neighbour, &lane) || (l = link_find(c, neighbour)) == NULL)
		return;
	l->in[lane].id = r->stream;
	l->in[lane].base = r->base;
	l->in[lane].have = r->have;
	l->in[lane].chain = r->chain;
	l->in[lane].rejected_count = r->rejected_count;
	memcpy(l->in[lane].rejected, r->rejected, sizeof l->in[lane].rejected);
	l->in[lane].known = true;
}

static void apply_out(struct core *c, const struct key *key, const struct rec_linkout *r)
{
	struct committee_id neighbour;
	struct stream_out *out;
	struct link *l;
	enum lane lane;

	if (!key_parse_link(key, &neighbour, &lane) || (l = link_find(c, neighbour)) == NULL)
		return;
	out = &l->out[lane];
	out->id = r->stream;
	out->base = r->base;
	out->acked = r->acked;
	out->chain = r->chain;
	if (out->last < out->acked)
		out->last = out->acked;
	if (out->sent < out->acked)
		out->sent = out->acked;
	stream_assert_out(out);
}

static void apply_line(struct core *c, const struct key *key)
{
	struct register_end *end;
	struct line_key line;

	if (!key_parse_line(key, &line) || line.addition != 0)
		return;
	/* A line that came back (routing/reconcile/reconcile.h) may lie before the last one. */
	end = &c->books[line.book];
	if (line.year != end->year || line.number >= end->next)
		*end = (struct register_end){ .year = line.year, .next = line.number + 1 };
}

static void apply_directory(struct core *c, const struct rec_directory *d)
{
	if (d->version <= c->directory_version)
		return;
	c->directory_version = d->version;
	c->valid_until_ms = d->valid_until_ms;
	c->next_alarm_ms = 0;
}

/* Of what only ascends. */
static void apply_number(struct core *c, const struct key *key, const struct record *r)
{
	uint64_t n;

	if (!key_parse_number(key, &n))
		return;
	if (r->family == FAMILY_ACT && n >= c->act_number)
		c->act_number = n + 1;
	if (r->family == FAMILY_FEED && n + r->u.feed.count > c->feed.next)
		c->feed.next = n + r->u.feed.count;
	if (r->family == FAMILY_HISTORY && n >= c->history.next) {
		c->history.next = n + 1;
		c->history.chain = r->u.history.chain;
	}
}

static void apply_stream(struct core *c, const struct key *key)
{
	struct committee_id neighbour;
	struct link *l;
	enum lane lane;
	uint64_t seq;

	if (key_parse_seq(key, &neighbour, &lane, &seq) && (l = link_find(c, neighbour)) != NULL &&
	    seq > l->out[lane].last)
		l->out[lane].last = seq;
}

void core_apply(struct core *c, const struct key *key, const struct record *r)
{
	enum role role;
	struct serial serial;

	switch (r->family) {
	case FAMILY_DOCUMENT:
		if (key_parse_serial(key, &role, &serial) && serial.n >= c->next_serial)
			c->next_serial = serial.n + 1;
		break;
	case FAMILY_ACT:
	case FAMILY_FEED:
	case FAMILY_HISTORY:
		apply_number(c, key, r);
		break;
	case FAMILY_DIRECTORY:
		apply_directory(c, &r->u.directory);
		break;
	case FAMILY_STREAM:
		apply_stream(c, key);
		break;
	case FAMILY_LINKIN:
		apply_in(c, key, &r->u.linkin);
		break;
	case FAMILY_LINKOUT:
		apply_out(c, key, &r->u.linkout);
		break;
	case FAMILY_LINE:
		apply_line(c, key);
		break;
	case FAMILY_ACCEPTED:
		c->accepted++; /* none is written twice */
		break;
	case FAMILY_NONE:
	case FAMILY_META:
	case FAMILY_IDENT:
	case FAMILY_STATE:
	case FAMILY_ENVELOPE:
	case FAMILY_RELAY:
	case FAMILY_ROUTE:
	case FAMILY_RECEIPT:
	case FAMILY_FETCH:
	case FAMILY_FILE:
	case FAMILY_SWEEP:
	case FAMILY_COMMITTEE:
	case FAMILY_SUBORDINATE:
	case FAMILY_KEY:
	case FAMILY_COUNTER:
	case FAMILY_PAPER:
	case FAMILY_NUMBER:
	case FAMILY_ASIDE:
	case FAMILY_STAGED:
	case FAMILY_CHANGED:
	case FAMILY_WORK:
	case FAMILY_STATUS:
	case FAMILY_SERIES:
	case FAMILY_OPEN:
	case FAMILY_TOLD:
	case FAMILY_EARLY:
	case FAMILY_GONE:
	case FAMILY_REPORT:
	case FAMILY_FIGURES:
	case FAMILY_DECLARED:
	case FAMILY_DROPPED:
	case FAMILY_COUNT:
		break; /* nothing of it is held in memory */
	}
}

void core_put(struct turn_view *t, struct key key, const struct record *r)
{
	if (r->family == FAMILY_COMMITTEE)
		t->plan->own_entry = NULL;
	if (r->family == FAMILY_DIRECTORY) {
		t->core->untabled_version = 0;
		t->core->tabled = false;
	}
	plan_put(t->plan, key, r);
	core_apply(t->core, &key, r);
}

void core_erase(struct turn_view *t, enum family family, struct key key)
{
	if (family == FAMILY_COMMITTEE)
		t->plan->own_entry = NULL;
	plan_erase(t->plan, family, key);
}

enum err core_get(struct turn_view *t, enum family family, struct key key, struct record *out)
{
	return t->lookup.get(t->lookup.ctx, t->plan->arena, family, &key, out);
}

enum err core_own_entry(struct turn_view *t, const struct rec_committee **out)
{
	struct rec_committee *own;
	struct record r;
	enum err e = ERR_OK;

	if (t->plan->own_entry == NULL) {
		e = core_get(t, FAMILY_COMMITTEE, key_committee(t->core->config.self), &r);
		own = e == ERR_OK ? arena_array(t->plan->arena, 1, sizeof *own) : NULL;
		if (e == ERR_OK && own == NULL)
			return ERR_NO_MEMORY;
		if (own != NULL)
			*own = r.u.committee;
		t->plan->own_entry = own;
	}
	*out = t->plan->own_entry;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err core_log_act(struct turn_view *t, uint32_t uid, text_t verb, text_t subject)
{
	return core_log_act_of(t, uid, "", verb, subject);
}

enum err core_log_act_of(struct turn_view *t, uint32_t uid, text_t person, text_t verb,
			 text_t subject)
{
	struct record r = { .family = FAMILY_ACT };

	r.u.act =
	    (struct rec_act){ .at_ms = t->now.wall_ms,
			      .uid = uid,
			      .verb = verb,
			      .subject = arena_text(t->plan->arena, subject, strlen(subject)),
			      .person = arena_text(t->plan->arena, person, strlen(person)) };
	if (r.u.act.subject == NULL || r.u.act.person == NULL)
		return ERR_NO_MEMORY;
	core_put(t, key_number(t->core->act_number), &r);
	return ERR_OK;
}

void core_books(const struct core *c, struct book_mark out[BOOK_COUNT])
{
	memset(out, 0, BOOK_COUNT * sizeof *out);
	for (int book = BOOK_OUT; book < BOOK_COUNT; book++) {
		if (c->books[book].year != 0)
			out[book] = (struct book_mark){ .year = c->books[book].year,
							.last = c->books[book].next - 1 };
	}
}

struct link *link_find(struct core *c, struct committee_id neighbour)
{
	uint32_t low = 0, high = c->link_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = strcmp(c->links[mid]->neighbour.text, neighbour.text);

		if (order == 0)
			return c->links[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

void recount_free(struct recount *r)
{
	free(r->tally);
	memset(r, 0, sizeof *r);
}

void memory_drop_exchange(struct exchange_scan *s)
{
	free(s->found);
	memset(s, 0, sizeof *s);
}

void notify(struct turn_view *t, enum notice what, struct document_ref document,
	    struct committee_id committee, uint32_t reason, const struct summary *summary)
{
	struct act *a = plan_act(t->plan, ACT_NOTIFY);

	a->u.notify = (struct act_notify){
		.what = what, .document = document, .committee = committee, .reason = reason
	};
	if (summary != NULL)
		a->u.notify.summary = *summary;
}

uint64_t core_directory_settling(const struct core *c)
{
	return c->staged.version;
}

bool core_directory_unsettled(const struct core *c)
{
	return c->staged.version != 0 || c->install.sweeping;
}

bool core_asks(const struct core *c, struct committee_id who, enum party party)
{
	return c->quest.active && c->quest.party == party && id_equal(c->quest.from, who);
}
