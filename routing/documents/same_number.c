/* See same_number.h. */
#include "routing/documents/same_number.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/documents/entry.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { TERM_YEARS = 5, MONTHS = 12 };

static text_t some(text_t text)
{
	return text == NULL ? "" : text;
}

void same_number_document(const struct rec_document *d, struct doc_key self, struct received *out)
{
	const struct summary *s = &d->summary;

	*out = (struct received){ .self = self,
				  .id = d->id,
				  .origin = d->origin,
				  .party = "",
				  .numbered = { .number = some(s->number),
						.type_code = some(s->type_code),
						.type_name = some(s->type_name),
						.date = some(s->issued_on) } };
	if (out->numbered.date[0] == '\0') {
		date_of_ms(d->signed_at_ms, out->day);
		out->numbered.date = out->day;
	}
}

void same_number_paper(const struct rec_paper *p, struct serial serial, struct received *out)
{
	bool counts = p->direction == DIRECTION_IN && p->secrecy < SECRECY_MAT &&
		      p->next.n == 0 && p->cancelled_at_ms == 0;

	*out = (struct received){ .self = { ROLE_PAPER, serial },
				  .id = p->id,
				  .origin = { "" },
				  .party = some(p->party),
				  .numbered = { .number = counts ? some(p->number) : "",
						.type_code = some(p->type_code),
						.type_name = some(p->type_name),
						.date = some(entry_issued_on(p)) } };
}

/* ---- are they the same? ---- */

/* Where the issuer's present term begins, "": not known; *entry stays zero when it is not in the
 * directory. */
static enum err read_issuer(const struct lookup *l, struct arena *a, struct committee_id id,
			    struct rec_committee *entry)
{
	struct key key = key_committee(id);
	struct record r;
	enum err e = id_empty(id) ? ERR_NOT_FOUND : l->get(l->ctx, a, FAMILY_COMMITTEE, &key, &r);

	*entry = e == ERR_OK ? r.u.committee : (struct rec_committee){ .id = id };
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* Numbers of the Party's form run through a term, those of the State's through the year that the
 * key has. A term is five years at most (docs/DOMAIN.md §1). Of an issuer whose term is not known a
 * year to either side is compared, as entries on paper are among themselves. */
static bool same_term(const struct numbered *a, const struct numbered *b, text_t term_from)
{
	bool known = strlen(some(term_from)) == DATE_MAX;
	struct month x, y;

	if (!date_month(a->date, &x) || !date_month(b->date, &y))
		return false;
	if (!known)
		return abs((int)x.n - (int)y.n) <= MONTHS;
	return (strcmp(a->date, term_from) < 0) == (strcmp(b->date, term_from) < 0) &&
	       abs((int)month_year(x) - (int)month_year(y)) <= TERM_YEARS;
}

/* Whom the clerk wrote down; nobody: the number alone speaks. */
static bool is_party(text_t party, const struct rec_committee *c)
{
	return party[0] == '\0' || spelling_same_name(party, c->id.text) ||
	       spelling_same_name(party, some(c->name)) ||
	       spelling_same_name(party, some(c->symbol));
}

static bool same_issuer(const struct received *a, const struct received *b,
			const struct rec_committee *issuer)
{
	bool a_paper = a->self.role == ROLE_PAPER, b_paper = b->self.role == ROLE_PAPER;

	if (a_paper && b_paper)
		return a->party[0] == '\0' || b->party[0] == '\0' ||
		       spelling_same_name(a->party, b->party);
	if (!a_paper && !b_paper)
		return id_equal(a->origin, b->origin);
	return is_party(a_paper ? a->party : b->party, issuer);
}

static enum err compare(const struct lookup *l, struct arena *a, const struct received *r,
			const struct received *other, bool *same)
{
	struct rec_committee issuer;
	enum err e = read_issuer(
		l, a, r->self.role == ROLE_PAPER ? other->origin : r->origin, &issuer);

	*same = e == ERR_OK && same_issuer(r, other, &issuer) &&
		same_term(&r->numbered, &other->numbered, issuer.term_from);
	return e;
}

/* ---- the others ---- */

/* Returned or given back: who sends it again means it. */
static enum err is_away(const struct lookup *l, struct arena *a, struct doc_key doc, bool *away)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct record r;
	enum err e = l->get(l->ctx, a, FAMILY_WORK, &key, &r);

	*away = e == ERR_OK && (r.u.work.stand.work == OFFICE_RETURNED ||
				r.u.work.stand.recall == OFFICE_RECALL_AGREED);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* Number "": there is none, or none that stands. */
static enum err read_other(const struct lookup *l, struct arena *a, struct doc_key doc,
			   struct received *out)
{
	struct key key = doc.role == ROLE_PAPER ? key_paper(doc.serial)
						: key_serial(doc.role, doc.serial);
	bool away = false;
	struct record r;
	enum err e = l->get(l->ctx, a, doc.role == ROLE_PAPER ? FAMILY_PAPER : FAMILY_DOCUMENT,
			    &key, &r);

	*out = (struct received){ .self = doc, .numbered = { .number = "" } };
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	if (doc.role == ROLE_PAPER) {
		same_number_paper(&r.u.paper, doc.serial, out);
		return ERR_OK;
	}
	same_number_document(&r.u.document, doc, out);
	e = is_away(l, a, doc, &away);
	if (away)
		out->numbered.number = "";
	return e;
}

static enum err take(const struct lookup *l, struct arena *a, const struct received *r,
		     struct doc_key doc, struct same_number *out)
{
	struct received other;
	bool same = false;
	enum err e = read_other(l, a, doc, &other);

	if (e == ERR_OK && other.numbered.number[0] != '\0')
		e = compare(l, a, r, &other, &same);
	if (e != ERR_OK || !same || out->count++ > 0)
		return e;
	out->id = other.id;
	out->number = other.numbered.number;
	out->date = arena_text(a, other.numbered.date, strlen(other.numbered.date));
	out->paper = doc.role == ROLE_PAPER;
	return out->date == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static enum err take_all(const struct lookup *l, struct arena *a, const struct received *r,
			 struct key prefix, struct same_number *out)
{
	struct scan scan = scan_of(prefix);
	struct record none;
	enum err e = ERR_OK;

	for (unsigned n = 0; n < SAME_COMPARED_MAX && e == ERR_OK; n++) {
		struct doc_key doc;

		e = l->last(l->ctx, a, FAMILY_NUMBER, &scan, &none);
		if (e == ERR_OK && series_parse_received(&scan.at, &doc.role, &doc.serial) &&
		    (doc.role != r->self.role || doc.serial.n != r->self.serial.n))
			e = take(l, a, r, doc, out);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err same_number_find(const struct lookup *l, struct arena *a, const struct received *r,
			  struct same_number *out)
{
	struct key prefix, documents;
	uint8_t role = ROLE_IN;
	enum err e;

	*out = (struct same_number){ .number = "", .date = "" };
	if (!series_received(&r->numbered, &prefix))
		return ERR_OK;
	documents = series_received_from(&prefix, ROLE_IN, r->origin.text);
	/* of one on paper: those of all issuers */
	if (r->self.role == ROLE_PAPER) {
		documents = prefix;
		documents.bytes[documents.len_bytes++] = role;
	}
	e = take_all(l, a, r, documents, out);
	return e == ERR_OK
		       ? take_all(l, a, r, series_received_from(&prefix, ROLE_PAPER, ""), out)
		       : e;
}

enum err same_id_find(const struct lookup *l, struct arena *a, const struct doc_id *id,
		      struct doc_key self, bool *out)
{
	struct committee_id nobody = { "" };
	struct scan scan = scan_of(key_ident(*id, nobody));
	struct record r;
	enum err e = ERR_OK;

	*out = false;
	while (e == ERR_OK && !*out) {
		e = l->next(l->ctx, a, FAMILY_IDENT, &scan, &r);
		*out = e == ERR_OK && r.u.ident.role != ROLE_RELAY &&
		       (r.u.ident.role != self.role || r.u.ident.serial.n != self.serial.n);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- the index ---- */

static bool key_of(const struct received *r, struct key *out)
{
	struct key prefix;

	if (!series_received(&r->numbered, &prefix))
		return false;
	*out = series_received_one(&prefix, r->self.role, r->origin.text, r->self.serial);
	return true;
}

void same_number_put(struct turn_view *t, const struct received *r)
{
	struct record record = { .family = FAMILY_NUMBER };
	struct key key;

	if (key_of(r, &key))
		core_put(t, key, &record);
}

void same_number_drop(struct turn_view *t, const struct received *r)
{
	struct key key;

	if (key_of(r, &key))
		core_erase(t, FAMILY_NUMBER, key);
}
