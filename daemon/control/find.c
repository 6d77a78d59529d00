/* See find.h. */
#include "daemon/control/find.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "daemon/control/pick.h"
#include "daemon/control/stored.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "routing/state/hollow.h"

enum {
	ENDING_MIN = CONTROL_ENDING_MIN,
	ID_DIGITS = CONTROL_ID_DIGITS,
	CHOICES_MAX = CONTROL_CHOICES_MAX
};

unsigned control_read_hex(const char *text, char digits[ID_DIGITS + 1])
{
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		char c = *text;

		if (c == '-')
			continue;
		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || n == ID_DIGITS)
			return 0;
		digits[n++] = c;
	}
	digits[n] = '\0';
	return n;
}

void control_id_to_hex(const struct doc_id *id, char out[ID_DIGITS + 1])
{
	static const char hex[] = "0123456789abcdef";

	for (unsigned i = 0; i < sizeof id->bytes; i++) {
		out[2 * i] = hex[id->bytes[i] >> 4];
		out[2 * i + 1] = hex[id->bytes[i] & 15];
	}
	out[ID_DIGITS] = '\0';
}

enum err control_load_state(struct client *c, struct found_document *f)
{
	struct lookup l = control_lookup(c);

	return control_read_state(&l, c->control->arena, f);
}

bool control_hides(const struct client *c, enum secrecy secrecy)
{
	return secrecy >= SECRECY_MAT && !control_may_see_secret(c);
}

enum err control_get_document(struct client *c, struct arena *a, const struct key *key,
			      struct rec_document *out)
{
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e = l.get(l.ctx, a, FAMILY_DOCUMENT, key, &r);

	if (e == ERR_OK && control_hides(c, r.u.document.secrecy))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		*out = r.u.document;
	return e;
}

enum err control_get_paper(struct client *c, struct arena *a, struct serial serial,
			   struct rec_paper *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_paper(serial);
	struct record r;
	enum err e = l.get(l.ctx, a, FAMILY_PAPER, &key, &r);

	if (e == ERR_OK && control_hides(c, r.u.paper.secrecy))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		*out = r.u.paper;
	return e;
}

static enum err load_document(struct client *c, enum role role, struct serial serial,
			      struct found_document *out)
{
	struct key key = key_serial(role, serial);
	struct rec_document d;
	enum err e = control_get_document(c, c->control->arena, &key, &d);

	if (e != ERR_OK)
		return e;
	*out = (struct found_document){ .role = role, .serial = serial, .document = d };
	return control_load_state(c, out);
}

struct search {
	char digits[ID_DIGITS + 1];
	unsigned digit_count;
	char number[FOLD_NUMBER_SIZE]; /* folded; "": none can be meant */
	const char *foreign;	       /* instead of both; NULL: them */
	struct committee_id from;      /* who issued it; "": whoever */
	unsigned hits;
	struct found_document first;
	char choices[CHOICES_MAX][ID_DIGITS + 1];
};

bool control_has_number(const char *number, const char *wanted)
{
	char folded[FOLD_NUMBER_SIZE];

	if (number[0] == '\0' || wanted[0] == '\0')
		return false;
	spelling_number(number, folded);
	return strcmp(folded, wanted) == 0;
}

static bool is_hit(const struct search *s, const struct rec_document *d)
{
	char hex[ID_DIGITS + 1];

	if (!id_empty(s->from) && !id_equal(d->origin, s->from))
		return false;
	if (s->foreign != NULL)
		return d->summary.foreign_id != NULL &&
		       strcmp(d->summary.foreign_id, s->foreign) == 0;
	if (s->digit_count >= ENDING_MIN) {
		control_id_to_hex(&d->id, hex);
		if (strcmp(hex + ID_DIGITS - s->digit_count, s->digits) == 0)
			return true;
	}
	return control_has_number(d->summary.number, s->number);
}

static void note_hit(struct client *c, struct search *s, const struct found_document *f,
		     enum err *e)
{
	if (s->hits < CHOICES_MAX)
		control_id_to_hex(&f->document.id, s->choices[s->hits]);
	if (s->hits++ == 0)
		*e = load_document(c, f->role, f->serial, &s->first);
}

static enum err search_role(struct client *c, struct search *s, enum role role)
{
	struct pick pick = { .roles = { role },
			     .from = s->from,
			     .number = s->number,
			     .digits = s->digits,
			     .digit_count = s->digit_count,
			     .foreign = s->foreign,
			     .below = PICK_ALL };
	struct arena *a = arena_new(1 << 20);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;
	bool view = control_view(c);

	catalogue_ask(c->control->catalogue);
	while (e == ERR_OK) {
		struct found_document f;

		arena_reset(a);
		e = pick_next(c, &pick, a, &f);
		if (e == ERR_OK && f.role != ROLE_NONE && is_hit(s, &f.document) &&
		    !control_hides(c, f.document.secrecy))
			note_hit(c, s, &f, &e);
	}
	control_view_end(c, view);
	pick_end(&pick);
	arena_destroy(a);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err by_whole_id(struct client *c, const struct search *s, bool relayed_too,
			    struct found_document *out)
{
	struct lookup l = control_lookup(c);
	struct committee_id nobody = { "" };
	struct doc_id id;
	struct scan scan;
	struct record r;
	enum err e;

	for (unsigned i = 0; i < sizeof id.bytes; i++) {
		const char pair[3] = { s->digits[2 * i], s->digits[2 * i + 1], '\0' };

		id.bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	scan = scan_of(key_ident(id, nobody));
	while ((e = l.next(l.ctx, c->control->arena, FAMILY_IDENT, &scan, &r)) == ERR_OK) {
		if (r.u.ident.role != ROLE_RELAY || relayed_too)
			return load_document(c, r.u.ident.role, r.u.ident.serial, out);
	}
	return e;
}

enum err control_find_id(struct client *c, const struct doc_id *id, struct committee_id origin,
			 struct found_document *out)
{
	struct lookup l = control_lookup(c);
	struct committee_id nobody = { "" };
	struct scan scan = scan_of(key_ident(*id, nobody));
	struct record r;
	enum err e;

	while ((e = l.next(l.ctx, c->control->arena, FAMILY_IDENT, &scan, &r)) == ERR_OK) {
		if (r.u.ident.role == ROLE_RELAY)
			continue;
		e = load_document(c, r.u.ident.role, r.u.ident.serial, out);
		if (e != ERR_OK || id_empty(origin) || id_equal(out->document.origin, origin))
			return e;
	}
	return e;
}

/* A whole id too is of whom it is asked of. */
static bool is_of(const struct search *s, const struct found_document *f)
{
	return id_empty(s->from) || id_equal(f->document.origin, s->from);
}

void control_say_ambiguous(struct client *c, uint64_t id, const char *about,
			   char (*choices)[CONTROL_ID_DIGITS + 1], unsigned count)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_ERROR);
	Vanthu__V1__ControlError e = VANTHU__V1__CONTROL_ERROR__INIT;
	char *list[CHOICES_MAX], cut[CONTROL_ABOUT_BYTES];

	e.choice_count = count;
	e.n_choices = count < CHOICES_MAX ? count : CHOICES_MAX;
	for (unsigned i = 0; i < e.n_choices; i++)
		list[i] = choices[i];
	e.code = ERR_AMBIGUOUS;
	control_cut_about(about, cut);
	e.about = cut;
	e.choices = list;
	r.error = &e;
	control_say(c, &r);
}

/* What is asked for in *s among documents of these roles, at most three. Nothing is sent; *s has
 * the choices of an ambiguous one. */
static enum err search_all(struct client *c, const char *roles, struct search *s,
			   struct found_document *out)
{
	enum err e = ERR_OK;

	if (s->digit_count == ID_DIGITS) {
		e = by_whole_id(c, s, strchr(roles, ROLE_RELAY) != NULL, out);
		return e == ERR_OK && !is_of(s, out) ? ERR_NOT_FOUND : e;
	}
	for (; *roles != '\0' && e == ERR_OK; roles++)
		e = search_role(c, s, (enum role) * roles);
	*out = s->first;
	if (e != ERR_OK)
		return e;
	return s->hits == 0 ? ERR_NOT_FOUND : s->hits > 1 ? ERR_AMBIGUOUS : ERR_OK;
}

/* By id, ending or number. */
static enum err search_among(struct client *c, const char *text, const char *roles,
			     struct search *s, struct found_document *out)
{
	*s = (struct search){ .hits = 0 };
	spelling_number(text, s->number);
	s->digit_count = control_read_hex(text, s->digits);
	return search_all(c, roles, s, out);
}

enum err control_find_ref(struct client *c, uint64_t id, const Vanthu__V1__Ref *ref,
			  struct found_document *out)
{
	static const char ours[] = { ROLE_OUT, ROLE_IN, '\0' };
	const char *about = ref->foreign_id[0] != '\0' ? ref->foreign_id : ref->text;
	struct search s = { .hits = 0 };
	enum err e = ERR_OK;

	if (ref->from[0] != '\0')
		e = id_parse(ref->from, strlen(ref->from), &s.from);
	if (ref->foreign_id[0] != '\0') {
		s.foreign = ref->foreign_id;
	} else {
		spelling_number(ref->text, s.number);
		s.digit_count = control_read_hex(ref->text, s.digits);
	}
	if (e == ERR_OK)
		e = search_all(c, ours, &s, out);
	if (e == ERR_AMBIGUOUS)
		control_say_ambiguous(c, id, about, s.choices, s.hits);
	else if (e != ERR_OK)
		control_say_error(c, id, e, about);
	return e;
}

static enum err find_among(struct client *c, uint64_t id, const char *text, const char *roles,
			   struct found_document *out)
{
	struct search s;
	enum err e = search_among(c, text, roles, &s, out);

	if (e == ERR_AMBIGUOUS)
		control_say_ambiguous(c, id, text, s.choices, s.hits);
	else if (e != ERR_OK)
		control_say_error(c, id, e, text);
	return e;
}

enum err control_find_answered(struct client *c, uint64_t id, const char *text, enum role role,
			       struct found_document *out)
{
	const char roles[] = { (char)role, '\0' };
	struct search s;
	enum err e = search_among(c, text, roles, &s, out);

	if (e == ERR_OK && out->role != role)
		e = ERR_NOT_FOUND; /* a whole id names whatever has it */
	if (e == ERR_AMBIGUOUS)
		control_say_ambiguous(c, id, text, s.choices, s.hits);
	else if (e != ERR_OK)
		control_say_error(c, id, e == ERR_NOT_FOUND ? ERR_ANSWERED_UNKNOWN : e, text);
	return e;
}

enum err control_find_quietly(struct client *c, const char *text, enum role role,
			      struct found_document *out)
{
	const char roles[] = { (char)role, '\0' };
	struct search s;
	enum err e = search_among(c, text, roles, &s, out);

	return e == ERR_OK && out->role != role ? ERR_NOT_FOUND : e;
}

enum err control_find(struct client *c, uint64_t id, const char *text, bool relayed_too,
		      struct found_document *out)
{
	static const char ours[] = { ROLE_OUT, ROLE_IN, '\0' },
			  all[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY, '\0' };

	return find_among(c, id, text, relayed_too ? all : ours, out);
}

enum err control_find_received(struct client *c, uint64_t id, const char *text,
			       struct found_document *out)
{
	static const char received[] = { ROLE_IN, '\0' };

	return find_among(c, id, text, received, out);
}

enum err control_find_sent(struct client *c, uint64_t id, const char *text,
			   struct found_document *out)
{
	static const char sent[] = { ROLE_OUT, '\0' };

	return find_among(c, id, text, sent, out);
}

enum err control_find_paper_id(struct client *c, const struct doc_id *id, struct serial *serial,
			       struct rec_paper *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_ident(*id, core_self(c->control->parts.core));
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_IDENT, &key, &r);

	if (e == ERR_OK && r.u.ident.role != ROLE_PAPER)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	*serial = r.u.ident.serial;
	return control_get_paper(c, c->control->arena, *serial, out);
}

enum err control_content_gone(const struct found_document *f)
{
	if (!f->state.content_dropped)
		return ERR_OK;
	if (f->state.archived_at_ms != 0)
		return ERR_CONTENT_ARCHIVED;
	return f->received ? ERR_CONTENT_RECALLED : ERR_OK;
}

enum err control_envelope(struct client *c, const struct found_document *f,
			  struct rec_envelope *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_serial(f->role, f->serial);
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_ENVELOPE, &key, &r);

	if (e == ERR_OK && hollow_is(&r.u.envelope))
		return ERR_SIGNED_LOST;
	if (e == ERR_OK)
		*out = r.u.envelope;
	return e == ERR_NOT_FOUND && control_content_gone(f) != ERR_OK ? control_content_gone(f)
								       : e;
}
