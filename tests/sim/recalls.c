/* Recall worlds: office worlds in which more is asked back. Documents recall older ones of their
 * issuer; some issuers' programs say a status 13 at once, so that it overtakes its document; some
 * offices let the content go of what they gave back, whose files other documents share. And what
 * must have come of it, from the disks alone: both ends hold the same outcome, content is gone
 * where it was given back to an office that lets it go and nowhere else, what is known of it stays.
 * Draws from a sequence of its own. */
#include <assert.h>
#include <string.h>

#include "routing/state/plan.h"
#include "tests/sim/check.h"
#include "tests/sim/places.h"

enum { ARENA_BYTES = 4 << 20, FILE_LEAST = 6001, ANSWERS_LOOKED = 16 };

static const struct doc_id nothing;

static void share_file(struct world *w, struct prng *p, int i)
{
	struct wanted *d = &w->documents[i];
	const struct wanted *other = &w->documents[prng_below(p, (uint64_t)w->document_count)];

	if (d->conflicting || other->conflicting || other->part_bytes[0] < FILE_LEAST)
		return;
	d->part_bytes[0] = other->part_bytes[0];
	d->part_seed[0] = other->part_seed[0];
}

void recalls_draw(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0xff51afd7ed558ccdULL);
	for (int i = 0; i < w->member_count; i++) {
		w->drops |= (uint16_t)(prng_chance(&p, 600) << i);
		w->hasty |= (uint16_t)(prng_chance(&p, 600) << i);
	}
	for (int i = 0; i < w->document_count; i++) {
		struct wanted *d = &w->documents[i];

		if (prng_chance(&p, 300))
			share_file(w, &p, i);
		if (d->older != 0 && prng_chance(&p, 500))
			d->business = BUSINESS_RECALL;
		d->at_once = (w->hasty >> d->origin & 1) != 0 && prng_chance(&p, 400);
		d->asked_too = d->has_newer && prng_chance(&p, 300);
	}
}

bool recalls_let_go(const struct world *w, int member)
{
	return (w->drops >> member & 1) != 0;
}

/* ---- while it runs ---- */

static int document_of(const struct world *w, const struct key *key)
{
	for (int i = 0; i < w->document_count; i++) {
		if (!w->documents[i].conflicting &&
		    memcmp(key->bytes, &w->documents[i].id, sizeof(struct doc_id)) == 0)
			return i;
	}
	return -1;
}

/* Canary: as if it had never come. */
static void forget(struct member *m, const struct key *key)
{
	struct plan *plan = plan_new(m->store->ops->lookup(m->store));

	assert(plan != NULL);
	plan_erase(plan, FAMILY_EARLY, *key);
	assert(m->store->ops->commit(m->store, plan) == ERR_OK);
	plan_destroy(plan);
}

void recalls_look(struct member *m)
{
	struct world *w = m->world;
	struct lookup l = m->store->ops->lookup(m->store);
	struct arena *a = arena_new(1 << 20);
	struct scan scan = scan_of(check_all());
	struct record r;

	assert(a != NULL);
	while (l.next(l.ctx, a, FAMILY_EARLY, &scan, &r) == ERR_OK) {
		int i = document_of(w, &scan.at);

		if (i < 0) {
			world_violation(w, "recall", "%s keeps a recall of nothing", m->id.text);
			break;
		}
		places_reached(PLACE_RECORD, FAMILY_EARLY); /* hardly any lasts until a crash */
		w->early += (w->documents[i].early >> m->index & 1) == 0;
		w->documents[i].early |= (uint16_t)(1u << m->index);
		if (w->canary == CANARY_FORGETS_EARLY)
			forget(m, &scan.at);
		arena_reset(a);
	}
	arena_destroy(a);
}

static bool waits; /* the simulator has one thread */

static void look_sweep(struct world *w, const struct member *m, const struct key *key,
		       const struct record *r)
{
	struct serial serial;
	int64_t due_ms;
	enum sweep kind;
	enum role role;

	(void)w;
	(void)m;
	(void)r;
	if (key_parse_sweep(key, &due_ms, &kind, &role, &serial) && kind == SWEEP_RECALLED)
		waits = true;
}

static void look_dropped(struct world *w, const struct member *m, const struct key *key,
			 const struct record *r)
{
	(void)w;
	(void)m;
	(void)key;
	(void)r;
	waits = true;
}

bool recalls_done(struct world *w)
{
	waits = false;
	for (int i = 0; w->recalls && i < w->member_count; i++) {
		check_each(w, &w->members[i], FAMILY_SWEEP, check_all(), look_sweep);
		check_each(w, &w->members[i], FAMILY_DROPPED, check_all(), look_dropped);
	}
	return !waits;
}

/* ---- what must have come of it ---- */

/* One document at one of its recipients. */
struct place {
	struct world *w;
	const struct wanted *d;
	const struct member *m;
	struct arena *a;
	struct key at; /* there */
	enum role role;
	struct serial serial;
};

static bool find(struct place *p)
{
	struct record r;

	if (!member_get(p->m, p->a, FAMILY_IDENT,
			key_ident(p->d->id, p->w->members[p->d->origin].id), &r))
		return false;
	p->role = r.u.ident.role;
	p->serial = r.u.ident.serial;
	p->at = key_serial(p->role, p->serial);
	return true;
}

/* Asks it to be given back: a status 13, or one of the documents that recall. */
static bool asks_back(const struct world *w, const struct doc_id *request)
{
	const struct wanted *x =
		memcmp(request, &nothing, sizeof nothing) == 0 ? NULL : workload_find(w, request);

	return memcmp(request, &nothing, sizeof nothing) == 0 ||
	       (x != NULL && x->business == BUSINESS_RECALL);
}

/* Has the office given it back, as its issuer holds it? */
static bool given_back(const struct place *p)
{
	struct world *w = p->w;
	struct place origin = { .w = w, .d = p->d, .m = &w->members[p->d->origin], .a = p->a };
	struct record r;

	if (!find(&origin))
		return false;
	for (uint32_t n = 1; n <= ANSWERS_LOOKED; n++) {
		if (!member_get(origin.m, p->a, FAMILY_STATUS,
				key_status(origin.role, origin.serial, p->m->id, n), &r) ||
		    strcmp(r.u.status.code, "15") != 0 || !asks_back(w, &r.u.status.status.request))
			continue;
		w->recalled_by += memcmp(&r.u.status.status.request, &nothing, sizeof nothing) != 0;
		return true;
	}
	return false;
}

/* And as the office itself does. */
static bool is_frozen(const struct place *p)
{
	struct record r;

	return member_get(p->m, p->a, FAMILY_WORK, p->at, &r) &&
	       r.u.work.stand.recall == OFFICE_RECALL_AGREED &&
	       r.u.work.stand.asks != BUSINESS_UPDATE && r.u.work.stand.asks != BUSINESS_REPLACE;
}

/* Its part stands on the disk for it, or for another of the same content. */
static void check_file(const struct place *p, uint32_t i, bool gone)
{
	const struct digest *sha256 = &p->d->part_digest[i];
	struct files *files = p->m->files;
	struct scan scan = scan_of(key_digest(*sha256));
	bool own, any, there;
	struct lookup l;
	struct store *s;
	struct record r;

	if (p->d->part_bytes[i] < FILE_LEAST || !p->m->running)
		return;
	assert(store_memory_open(p->m->disk, &s) == ERR_OK);
	l = s->ops->lookup(s);
	any = l.next(l.ctx, p->a, FAMILY_FILE, &scan, &r) == ERR_OK;
	s->ops->close(s);
	own = member_get(p->m, p->a, FAMILY_FILE, key_file(*sha256, p->role, p->serial), &r);
	there = files->ops->exists(files, sha256);
	if (own == gone)
		world_violation(p->w, "recall", "%s: part %u of %s is %s", p->m->id.text, i,
				p->d->number, gone ? "still held" : "held no more");
	if (any != there)
		world_violation(p->w, "recall", "%s: part %u of %s is %s, and %s needed",
				p->m->id.text, i, p->d->number, there ? "there" : "gone",
				any ? "is" : "is not");
}

static void check_content(const struct place *p, bool gone)
{
	struct record state, r;

	if (!member_get(p->m, p->a, FAMILY_STATE, p->at, &state) ||
	    !member_get(p->m, p->a, FAMILY_DOCUMENT, p->at, &r) ||
	    strcmp(r.u.document.summary.number, p->d->number) != 0) {
		world_violation(p->w, "recall", "%s knows no more what %s was", p->m->id.text,
				p->d->number);
		return;
	}
	if (state.u.state.content_dropped != gone ||
	    member_get(p->m, p->a, FAMILY_ENVELOPE, p->at, &r) == gone)
		world_violation(p->w, "recall", "%s: the content of %s is %s", p->m->id.text,
				p->d->number, gone ? "not gone" : "gone");
	for (uint32_t i = 0; i < p->d->part_count; i++)
		check_file(p, i, gone);
	p->w->let_go += gone;
}

static void check_recipient(struct place *p)
{
	bool back;

	if (!find(p) || p->role != ROLE_IN) {
		world_violation(p->w, "recall", "%s does not know %s", p->m->id.text, p->d->number);
		return;
	}
	back = given_back(p);
	if (back != is_frozen(p))
		world_violation(p->w, "recall", "%s %s %s, and its issuer holds otherwise",
				p->m->id.text, back ? "has not given back" : "has given back",
				p->d->number);
	check_content(p, back && recalls_let_go(p->w, p->m->index));
}

static void left_early(struct world *w, const struct member *m, const struct key *key,
		       const struct record *r)
{
	(void)key;
	(void)r;
	world_violation(w, "recall", "%s keeps a recall that waits for a document for ever",
			m->id.text);
}

void check_recalls(struct world *w)
{
	struct arena *a;

	if (!w->recalls)
		return;
	a = arena_new(ARENA_BYTES);
	assert(a != NULL);
	for (int k = 0; k < w->member_count; k++) {
		check_each(w, &w->members[k], FAMILY_EARLY, check_all(), left_early);
		for (int i = 0; i < w->document_count; i++) {
			const struct wanted *d = &w->documents[i];
			struct place p = { .w = w, .d = d, .m = &w->members[k], .a = a };

			arena_reset(a);
			if (d->accepted && (d->addressed >> k & 1) != 0)
				check_recipient(&p);
		}
	}
	arena_destroy(a);
}
