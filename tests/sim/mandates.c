/* Mandate worlds: who may issue what, by level, type and direction, and lists of recipients, in a
 * directory that changes while documents are under way; in some committees runs a program that
 * judges nothing. The model of what the tables say and whom the lists mean, and of who must refuse
 * what; it shares no code with what it checks. Draws from a sequence of its own. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "routing/rules/distribution.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "tests/sim/check.h"

enum { FIRST_MS = 2500, LAST_MS = 15000, CHANGES_MOST = 5, TEXT_BYTES = 8192 };

static const char *const levels[MANDATE_LEVELS] = { "provincial", "base", "chi-bo" };
const char *const mandate_codes[MANDATE_TYPES] = { "CV", "BC", "KH" };
const char *const mandate_types[MANDATE_TYPES] = { "Công văn", "Báo cáo", "Kế hoạch" };
static const char *const ways[MANDATE_WAYS] = { "", "/down", "/up", "/across" };
static const char *const verdicts[] = { "", "may", "may-not" };
static const char *const list_names[MANDATE_LISTS] = { "Khối nội chính", "Khối xã" };
static const char office_list[] = "Khối cơ quan";

/* ---- drawing ---- */

static uint16_t draw_list(struct world *w, struct prng *p)
{
	uint16_t list = 0;

	while (__builtin_popcount(list) < 2)
		list |= (uint16_t)(1u << prng_below(p, (uint64_t)w->member_count));
	return list;
}

static void draw_table(struct mandate_version *v, struct prng *p)
{
	memset(v->verdict, 0, sizeof v->verdict);
	for (int l = 0; l < MANDATE_LEVELS; l++) {
		for (int t = 0; t < MANDATE_TYPES; t++) {
			for (int way = 0; way < MANDATE_WAYS; way++) {
				if (prng_chance(p, way == 0 ? 700 : 250))
					v->verdict[l][t][way] = prng_chance(p, 300) ? 2 : 1;
			}
		}
	}
}

static void write_rule(const struct world *w, int level, int type, int way, char out[64])
{
	snprintf(out, 64, "Điều %d.%d.%d của bản %llu", level, type, way,
		 (unsigned long long)w->version_count + 1);
}

/* The texts of the version that comes next. */
static void write_texts(struct world *w, const struct mandate_version *v)
{
	char text[TEXT_BYTES];
	size_t at = 0;

	for (int i = 0; i < MANDATE_LEVELS * MANDATE_TYPES * MANDATE_WAYS; i++) {
		int l = i / MANDATE_WAYS / MANDATE_TYPES, t = i / MANDATE_WAYS % MANDATE_TYPES,
		    way = i % MANDATE_WAYS;
		char rule[64];

		if (v->verdict[l][t][way] == 0)
			continue;
		write_rule(w, l, t, way, rule);
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s  %s  %s  %s  %s\n",
				       levels[l], ways[way], mandate_codes[t], mandate_types[t],
				       verdicts[v->verdict[l][t][way]], rule);
	}
	w->competence = arena_blob(w->arena, (struct blob){ (const uint8_t *)text, at });
	at = 0;
	for (int i = 0; i < MANDATE_LISTS; i++) {
		for (int k = 0; k < w->member_count; k++) {
			if ((v->lists[i] >> k & 1) != 0)
				at += (size_t)snprintf(text + at, sizeof text - at, "%s  %s\n",
						       list_names[i], w->members[k].id.text);
		}
	}
	w->lists = arena_blob(w->arena, (struct blob){ (const uint8_t *)text, at });
}

static void draw_documents(struct world *w, struct prng *p)
{
	for (int i = 0; i < w->document_count; i++) {
		struct wanted *d = &w->documents[i];
		uint64_t kind = prng_below(p, 100);

		d->type = (int)prng_below(p, MANDATE_TYPES);
		snprintf(d->number, sizeof d->number, "%d-%s/X", i, mandate_codes[d->type]);
		if (d->conflicting || kind >= 45 || d->recipients[0].group != GROUP_NONE)
			continue;
		d->list = 1 + (int)(kind % (MANDATE_LISTS + 1));
		d->named = d->addressed;
	}
}

void mandates_begin(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0xc2b2ae3d27d4eb4fULL);
	w->mandate_prng = p;
	for (int i = 0; i < w->member_count; i++) {
		w->mandate[0].level[i] = (uint8_t)prng_below(&w->mandate_prng, MANDATE_LEVELS);
		if (prng_chance(&w->mandate_prng, 250))
			w->blind |= (uint16_t)(1u << i);
	}
	draw_table(&w->mandate[0], &w->mandate_prng);
	for (int i = 0; i < MANDATE_LISTS; i++)
		w->mandate[0].lists[i] = draw_list(w, &w->mandate_prng);
	write_texts(w, &w->mandate[0]);
}

void mandates_draw(struct world *w)
{
	struct prng *p = &w->mandate_prng;

	draw_documents(w, p);
	w->office_lists[0] = draw_list(w, p);
	w->office_lists[1] = draw_list(w, p);
	w->office_list_changes_ms = FIRST_MS + (int64_t)prng_below(p, LAST_MS - FIRST_MS);
	for (uint64_t n = 1 + prng_below(p, CHANGES_MOST); n > 0; n--)
		world_schedule(
			w, (struct sim_event){ .at_ms = FIRST_MS +
							(int64_t)prng_below(p, LAST_MS - FIRST_MS),
					       .kind = SIM_CHANGE });
}

text_t mandates_level(const struct world *w, uint64_t version, int member)
{
	return levels[w->mandate[version - 1].level[member]];
}

/* A new table, new lists, another level of somebody: one of them, or all. */
void mandates_change(struct world *w)
{
	struct prng *p = &w->mandate_prng;
	struct mandate_version *v = &w->mandate[w->version_count];
	int member = -1;

	if (w->version_count + 1 >= VERSIONS_MAX)
		return;
	*v = v[-1];
	if (prng_chance(p, 600))
		draw_table(v, p);
	for (int i = 0; i < MANDATE_LISTS; i++) {
		if (prng_chance(p, 500))
			v->lists[i] = draw_list(w, p);
	}
	if (prng_chance(p, 500)) {
		member = (int)prng_below(p, (uint64_t)w->member_count);
		v->level[member] = (uint8_t)prng_below(p, MANDATE_LEVELS);
	}
	write_texts(w, v);
	registry_level(w, member, member < 0 ? "" : levels[v->level[member]]);
	member_install(&w->members[0], w->version_count);
}

/* A program that judges nothing: no version of the directory has a table for it. Canary: more of
 * them than the model knows of. */
void mandates_blind(struct member *m)
{
	const struct world *w = m->world;

	if ((w->blind >> m->index & 1) != 0 || w->canary == CANARY_LOOKS_AWAY)
		m->core->untabled_version = m->core->directory_version;
}

/* ---- lists ---- */

static struct distributions *office_of(struct world *w, struct arena *a, uint16_t list)
{
	struct distributions *out = arena_alloc(a, sizeof *out);
	struct distribution *one = arena_alloc(a, sizeof *one);
	struct committee_id *members = arena_array(a, MEMBERS_DRAWN, sizeof *members);

	assert(out != NULL && one != NULL && members != NULL);
	*one = (struct distribution){ .name = office_list, .members = members };
	for (int k = 0; k < w->member_count; k++) {
		if ((list >> k & 1) != 0)
			members[one->member_count++] = w->members[k].id;
	}
	*out = (struct distributions){ .list = one, .count = 1 };
	return out;
}

void mandates_submit(struct world *w, struct wanted *d, struct arena *a, struct ev_submit *s)
{
	text_t *names = arena_array(a, 1, sizeof *names);
	bool later = w->now_ms >= w->office_list_changes_ms;

	assert(names != NULL);
	if (d->low_version == 0)
		d->low_version = member_version(&w->members[d->origin]);
	if (d->list == 0)
		return;
	names[0] = d->list > MANDATE_LISTS ? office_list : list_names[d->list - 1];
	s->lists = (struct named_lists){ .names = names, .count = 1 };
	if (d->list > MANDATE_LISTS) {
		s->lists.office = office_of(w, a, w->office_lists[later]);
		d->office_seen |= 1u << later;
	}
}

/* ---- the model ---- */

/* 1, 2, 4: down, up, across. */
static unsigned ways_of(const struct world *w, const struct wanted *d)
{
	unsigned out = 0;

	for (int k = 0; k < w->member_count; k++) {
		if ((d->addressed >> k & 1) == 0)
			continue;
		out |= world_is_below(w, 1, d->origin, k)   ? 1u
		       : world_is_below(w, 1, k, d->origin) ? 2u
							    : 4u;
	}
	return out;
}

bool mandates_forbid(const struct world *w, const struct wanted *d, uint64_t version, char rule[64])
{
	const struct mandate_version *v = &w->mandate[version - 1];
	int level = v->level[d->origin];
	const uint8_t *row = v->verdict[level][d->type];
	unsigned to = ways_of(w, d);

	for (int way = 1; way < MANDATE_WAYS; way++) {
		int by = row[way] != 0 ? way : 0;

		if ((to >> (way - 1) & 1) == 0 || row[by] != 2)
			continue;
		snprintf(rule, 64, "Điều %d.%d.%d của bản %llu", level, d->type, by,
			 (unsigned long long)version);
		return true;
	}
	return false;
}

/* Whom it is for, when it was taken under this version; `later`: with the office's list of then. */
static uint16_t meant(const struct world *w, const struct wanted *d, uint64_t version, bool later)
{
	unsigned list;

	if (d->list == 0)
		return d->addressed;
	list = d->list > MANDATE_LISTS ? w->office_lists[later]
				       : w->mandate[version - 1].lists[d->list - 1];
	return (uint16_t)((d->named | list) & ~(1u << d->origin));
}

static uint16_t recipients_in(const struct world *w, const struct rec_document *r)
{
	unsigned out = 0;

	for (uint32_t i = 0; i < r->recipients_len; i++) {
		int k = world_find(w, r->recipients[i].committee.text);

		out |= k < 0 ? 0 : 1u << k;
	}
	return (uint16_t)out;
}

static bool own_record(const struct world *w, const struct wanted *d, int member, struct arena *a,
		       struct rec_document *out)
{
	const struct member *m = &w->members[member];
	struct record r;

	if (!member_get(m, a, FAMILY_IDENT, key_ident(d->id, w->members[d->origin].id), &r) ||
	    !member_get(m, a, FAMILY_DOCUMENT, key_serial(r.u.ident.role, r.u.ident.serial), &r))
		return false;
	*out = r.u.document;
	return true;
}

void mandates_accepted(struct world *w, struct wanted *d)
{
	struct arena *a = arena_new(1 << 20);
	struct rec_document r;
	uint16_t to;
	char rule[64];

	assert(a != NULL);
	if (d->version != 0 || !own_record(w, d, d->origin, a, &r)) {
		arena_destroy(a);
		return;
	}
	d->version = r.directory_version;
	to = recipients_in(w, &r);
	if (d->list != 0 && to != meant(w, d, d->version, false) &&
	    to != meant(w, d, d->version, true))
		world_violation(w, "lists", "%s is for others than its list meant", d->number);
	if (d->list > MANDATE_LISTS && ((d->office_seen & 1) == 0 || to != meant(w, d, 1, false)) &&
	    ((d->office_seen & 2) == 0 || to != meant(w, d, 1, true)))
		world_violation(w, "lists", "%s is by a list that nobody gave", d->number);
	d->addressed = d->list == 0 ? d->addressed : to;
	d->unlawful = mandates_forbid(w, d, d->version, rule);
	if (d->unlawful && (w->blind >> d->origin & 1) == 0)
		world_violation(w, "mandate", "%s of %s was taken against %s", d->number,
				w->members[d->origin].id.text, rule);
	w->by_list += d->list != 0;
	w->unlawful += d->unlawful;
	arena_destroy(a);
}

bool mandates_refused(struct world *w, struct wanted *d, const struct act_reply *r)
{
	uint64_t now = core_directory_version(w->members[d->origin].core);

	if (!w->mandates || r->result != ERR_COMPETENCE)
		return false;
	for (uint64_t v = d->low_version == 0 ? 1 : d->low_version; v <= now; v++) {
		for (int later = 0; later < 2; later++) {
			struct wanted then = *d;
			char rule[64];

			then.addressed = meant(w, d, v, later != 0);
			if (!mandates_forbid(w, &then, v, rule) || strcmp(rule, r->about) != 0)
				continue;
			w->forbidden += !d->refused;
			d->refused = true;
			return true;
		}
	}
	return false;
}

/* ---- what must have come of it ---- */

static bool has_version(const struct world *w, int member, uint64_t version, struct arena *a)
{
	struct record r;

	return member_get(&w->members[member], a, FAMILY_DIRECTORY, key_number(version), &r);
}

/* The neighbour that it goes to first. */
static int first_hop(const struct world *w, int origin, int to)
{
	while (world_is_below(w, 1, origin, to)) {
		if (w->members[to].superior == origin)
			return to;
		to = w->members[to].superior;
	}
	return w->members[origin].superior;
}

static bool judges(const struct world *w, int member)
{
	return (w->blind >> member & 1) == 0;
}

/* Who must refuse it for this recipient; −1: nobody. *known: a judge lacks the version, and may
 * judge otherwise. */
static int refuser(const struct world *w, const struct wanted *d, int to, struct arena *a,
		   bool *known)
{
	int first = first_hop(w, d->origin, to);

	*known = (!judges(w, first) || has_version(w, first, d->version, a)) &&
		 (!judges(w, to) || has_version(w, to, d->version, a));
	return !d->unlawful ? -1 : judges(w, first) ? first : judges(w, to) ? to : -1;
}

bool mandates_own(const struct world *w, const struct wanted *d)
{
	struct arena *a;
	bool known = true;

	if (!w->mandates || d->unlawful)
		return w->mandates;
	a = arena_new(1 << 20);
	assert(a != NULL);
	for (int k = 0; k < w->member_count; k++) {
		bool one = true;

		if ((d->addressed >> k & 1) != 0)
			(void)refuser(w, d, k, a, &one);
		known = known && one;
	}
	arena_destroy(a);
	return !known;
}

static void check_refusal(struct world *w, const struct wanted *d, int to, int by,
			  const struct rec_receipt *r, struct arena *a)
{
	struct opened opened;
	char rule[64] = "";

	mandates_forbid(w, d, d->version, rule);
	if (r->kind != KIND_REFUSAL || r->reason != ERR_COMPETENCE)
		world_violation(w, "mandate", "%s went to %s against %s", d->number,
				w->members[to].id.text, rule);
	else if (r->rule == NULL || strcmp(r->rule, rule) != 0)
		world_violation(w, "mandate", "%s was refused to %s by %s, not by %s", d->number,
				w->members[to].id.text, r->rule == NULL ? "nothing" : r->rule,
				rule);
	else if (seal_peek(a, r->envelope.bytes, &opened) != ERR_OK ||
		 world_find(w, opened.head.origin.text) != by)
		world_violation(w, "mandate", "%s was refused by another than %s", d->number,
				w->members[by].id.text);
	w->refusals[by == to]++;
}

static void check_recipient(struct world *w, const struct wanted *d, int to, struct arena *a)
{
	const struct member *m = &w->members[to], *origin = &w->members[d->origin];
	struct record ident, r;
	bool known, there;
	int by = refuser(w, d, to, a, &known);

	there = member_get(m, a, FAMILY_IDENT, key_ident(d->id, origin->id), &ident) &&
		ident.u.ident.role == ROLE_IN;
	if (!member_get(origin, a, FAMILY_IDENT, key_ident(d->id, origin->id), &ident) ||
	    !member_get(origin, a, FAMILY_RECEIPT,
			key_receipt(ident.u.ident.role, ident.u.ident.serial, m->id), &r)) {
		world_violation(w, "mandate", "%s: nothing of %s", d->number, m->id.text);
		return;
	}
	if (there != (r.u.receipt.kind == KIND_RECEIPT))
		world_violation(w, "mandate", "%s and %s do not agree on %s", origin->id.text,
				m->id.text, d->number);
	else if (known && by >= 0)
		check_refusal(w, d, to, by, &r.u.receipt, a);
	else if (known && !there)
		world_violation(w, "mandate", "%s was refused to %s with VT-%u, and may be issued",
				d->number, m->id.text, r.u.receipt.reason);
	w->unjudged += !known;
}

/* Whom the list meant then is what stands in the document, wherever it is. */
static void check_meant(struct world *w, const struct wanted *d, int member, struct arena *a)
{
	struct rec_document r;

	if (!own_record(w, d, member, a, &r) || r.recipients_len == 0)
		return;
	if (recipients_in(w, &r) != d->addressed)
		world_violation(w, "lists", "%s is for others at %s than its list meant", d->number,
				w->members[member].id.text);
}

void check_mandates(struct world *w)
{
	struct arena *a = arena_new(4 << 20);

	assert(a != NULL);
	for (int i = 0; w->mandates && i < w->document_count; i++) {
		const struct wanted *d = &w->documents[i];

		for (int k = 0; d->accepted && k < w->member_count; k++) {
			arena_reset(a);
			if ((d->addressed >> k & 1) != 0)
				check_recipient(w, d, k, a);
			if (d->list != 0)
				check_meant(w, d, k, a);
		}
	}
	arena_destroy(a);
}
