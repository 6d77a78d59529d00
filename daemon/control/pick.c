/* See pick.h. */
#include "daemon/control/pick.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "daemon/control/names.h"
#include "daemon/control/recipients.h"
#include "daemon/control/sift.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"

enum { ENDING_DIGITS = 8, BITS = 64 };

void pick_end(struct pick *p)
{
	control_names_drop(p->names);
	free(p->known);
	free(p->audiences);
	p->names = NULL;
	p->known = NULL;
	p->audiences = NULL;
}

static void clear(struct folio_bits *b)
{
	memset(b, 0, sizeof *b);
}

static void keep_both(struct folio_bits *b, const struct folio_bits *other)
{
	for (unsigned i = 0; i < FOLIO_WORDS; i++)
		b->of[i] &= other->of[i];
}

/* ---- columns ---- */

static bool has_role(const struct pick *p, uint8_t role)
{
	for (unsigned i = 0; i < PICK_ROLES && p->roles[i] != ROLE_NONE; i++) {
		if ((uint8_t)p->roles[i] == role)
			return true;
	}
	return false;
}

/* Its place among the committees or types of a folio. False: none of its documents has it. */
static bool find_committee(const struct folio *t, const struct committee_id *id, uint32_t *out)
{
	const struct committee_id *all = folio_committees(t);

	for (*out = 0; *out < t->committee_count; (*out)++) {
		if (id_equal(all[*out], *id))
			return true;
	}
	return false;
}

static bool find_type(const struct folio *t, text_t code, uint32_t *out)
{
	for (*out = 0; *out < t->type_count; (*out)++) {
		if (strcmp(folio_type(t, *out), code) == 0)
			return true;
	}
	return false;
}

/* Numbers lose the marks of their letters in a folio. */
static uint32_t hash_of_number(text_t number)
{
	char bare[FOLD_NUMBER_SIZE];
	size_t used = 0;

	for (; *number != '\0' && used < sizeof bare - 1; number++) {
		if ((unsigned char)*number >= ' ')
			bare[used++] = *number;
	}
	bare[used] = '\0';
	return folio_hash(bare);
}

/* What is asked of the columns, made ready for one folio. */
struct columns {
	bool by_from, by_type;
	uint32_t from, type, number, foreign, ending, ending_mask;
};

/* False: none of its documents can be meant. */
static bool make_ready(const struct pick *p, const struct folio *t, struct columns *out)
{
	unsigned count = p->digit_count < ENDING_DIGITS ? p->digit_count : ENDING_DIGITS;

	*out = (struct columns){ .by_from = !id_empty(p->from),
				 .by_type = p->type_code != NULL && p->type_code[0] != '\0',
				 .foreign = folio_hash(p->foreign) };
	if (p->number != NULL)
		out->number = hash_of_number(p->number);
	if (p->digits != NULL && count >= CONTROL_ENDING_MIN) {
		out->ending = (uint32_t)strtoul(p->digits + p->digit_count - count, NULL, 16);
		out->ending_mask = (uint32_t)(((uint64_t)1 << 4 * count) - 1);
	}
	return (!out->by_from || find_committee(t, &p->from, &out->from)) &&
	       (!out->by_type || find_type(t, p->type_code, &out->type));
}

/* By whatever name it is looked for; a list may ask for a number alone. */
static bool has_name(const struct pick *p, const struct folio *t, const struct columns *c,
		     uint32_t at)
{
	if (p->foreign != NULL)
		return t->foreign[at] == c->foreign;
	if (c->ending_mask != 0 && (t->ending[at] & c->ending_mask) == c->ending)
		return true;
	if (p->digits == NULL && (p->number == NULL || p->number[0] == '\0'))
		return true;
	return c->number != 0 && t->number[at] == c->number;
}

static bool has_columns(const struct pick *p, const struct folio *t, const struct columns *c,
			uint32_t at)
{
	return has_role(p, t->role[at]) && (!p->whole || (t->flags[at] & FOLIO_WHOLE) != 0) &&
	       (!c->by_from || t->from[at] == c->from) && (!c->by_type || t->type[at] == c->type) &&
	       has_name(p, t, c, at) &&
	       (p->state == LIFECYCLE_NONE || t->state[at] == (uint8_t)p->state) &&
	       (p->since_ms == 0 || t->arrived_ms[at] >= p->since_ms) &&
	       (p->until_ms == 0 || t->arrived_ms[at] < p->until_ms);
}

static void pick_columns(const struct pick *p, const struct folio *t, struct folio_bits *out)
{
	struct columns c;

	if (!make_ready(p, t, &c))
		return;
	for (uint32_t i = 0; i < t->span; i++) {
		if (has_columns(p, t, &c, i))
			folio_set(out, i);
	}
}

/* ---- committees and groups ---- */

static struct pick_known *known_of(struct pick *p, const struct committee_id *id)
{
	unsigned hash = 5381;

	for (const char *at = id->text; *at != '\0'; at++)
		hash = hash * 33 + (unsigned char)*at;
	return &p->known[hash % PICK_KNOWN];
}

/* Which words its id and its present name have. */
static uint32_t words_of(struct client *c, struct pick *p, const struct committee_id *id)
{
	struct pick_known *k = known_of(p, id);
	size_t left = NAMES_LINE_BYTES;

	if (id_equal(k->id, *id))
		return k->words;
	arena_reset(c->control->arena);
	k->id = *id;
	k->words = control_sift_words(p->sift, id->text,
				      control_name_of(c, p->names, id->text, &left));
	return k->words;
}

/* A document that is for that group and nobody else. */
static struct rec_document document_of(const struct folio_audience *a, struct recipient *group)
{
	*group = (struct recipient){ .group = a->group };
	return (struct rec_document){ .origin = a->origin,
				      .directory_version = a->version,
				      .recipients = group,
				      .recipients_len = 1 };
}

static enum err ask_members(struct client *c, struct pick *p, struct pick_audience *a)
{
	struct recipient group;
	struct rec_document d = document_of(&a->audience, &group);
	struct recipient_list list = { .count = 0 };
	struct committee_id *ids;
	enum err e;

	arena_reset(c->control->arena);
	e = control_recipients(c, &d, &list);
	ids = e != ERR_OK || list.count == 0 ? NULL : malloc(list.count * sizeof *ids);
	if (ids == NULL)
		return e == ERR_OK && list.count > 0 ? ERR_NO_MEMORY : e;
	memcpy(ids, list.ids, list.count * sizeof *ids);
	for (uint32_t i = 0; i < list.count; i++)
		a->words |= words_of(c, p, &ids[i]);
	free(ids);
	return ERR_OK;
}

/* What cannot be known may be. */
static void ask_audience(struct client *c, struct pick *p, struct pick_audience *a)
{
	struct member_filter *filter = id_empty(p->to) ? NULL : control_member_filter_new();
	struct recipient group;
	struct rec_document d = document_of(&a->audience, &group);

	if (!id_empty(p->to) && control_member_filter(c, filter, &d, p->to, &a->has_to) != ERR_OK)
		a->has_to = true;
	control_member_filter_drop(filter);
	if (p->sift != NULL && p->members && ask_members(c, p, a) != ERR_OK)
		a->words = UINT32_MAX;
}

static const struct pick_audience *audience_of(struct client *c, struct pick *p,
					       const struct folio_audience *a)
{
	struct pick_audience *at =
		&p->audiences[(a->version * 2 + a->group + (uint8_t)a->origin.text[0]) %
			      PICK_AUDIENCES];

	if (at->asked && at->audience.version == a->version && at->audience.group == a->group &&
	    id_equal(at->audience.origin, a->origin))
		return at;
	*at = (struct pick_audience){ .audience = *a, .asked = true };
	ask_audience(c, p, at);
	return at;
}

/* Whom it is for, by name or as a member of a group. */
static void pick_to(struct client *c, struct pick *p, const struct folio *t,
		    struct folio_bits *bits)
{
	bool has[FOLIO_SPAN + 1] = { false };
	struct folio_bits to;
	uint32_t at;

	clear(&to);
	if (find_committee(t, &p->to, &at))
		folio_add(t, &folio_to(t)[at], &to);
	for (uint32_t i = 0; i < t->audience_count; i++)
		has[i + 1] = audience_of(c, p, &folio_audiences(t)[i])->has_to;
	for (uint32_t i = 0; i < t->span; i++) {
		if (has[t->audience[i]] || (t->flags[i] & FOLIO_ANY_AUDIENCE) != 0)
			folio_set(&to, i);
	}
	keep_both(bits, &to);
}

/* ---- words ---- */

/* What the committees of a folio have of all words, and its audiences. */
struct folio_names {
	uint32_t *committees, *audiences;
};

static bool ask_names(struct client *c, struct pick *p, const struct folio *t,
		      struct folio_names *out)
{
	out->committees =
		calloc((size_t)t->committee_count + t->audience_count + 2, sizeof *out->committees);
	if (out->committees == NULL)
		return false;
	out->audiences = out->committees + t->committee_count + 1; /* the first is nobody's */
	for (uint32_t i = 0; i < t->committee_count; i++)
		out->committees[i] = words_of(c, p, &folio_committees(t)[i]);
	for (uint32_t i = 0; p->members && i < t->audience_count; i++)
		out->audiences[i + 1] = audience_of(c, p, &folio_audiences(t)[i])->words;
	return true;
}

static void add_names(const struct pick *p, const struct folio *t, const struct folio_names *names,
		      uint32_t word, struct folio_bits *bits)
{
	uint32_t all = 0;

	for (uint32_t i = 0; i < t->committee_count; i++) {
		all |= names->committees[i];
		if ((names->committees[i] & word) != 0)
			folio_add(t, &folio_to(t)[i], bits);
	}
	for (uint32_t i = 0; p->members && i < t->audience_count; i++)
		all |= names->audiences[i + 1];
	for (uint32_t i = 0; i < t->span && (all & word) != 0; i++) {
		if (t->role[i] != 0 &&
		    ((names->committees[t->from[i]] | names->audiences[t->audience[i]]) & word) !=
			    0)
			folio_set(bits, i);
	}
}

static void add_numbers(const struct folio *t, const char *number, struct folio_bits *bits)
{
	uint32_t hash = folio_hash(number);

	for (uint32_t i = 0; i < t->span && hash != 0; i++) {
		if (t->number[i] == hash || t->answered[i] == hash)
			folio_set(bits, i);
	}
}

static bool is_none(const struct folio_bits *b)
{
	for (unsigned i = 0; i < FOLIO_WORDS; i++) {
		if (b->of[i] != 0)
			return false;
	}
	return true;
}

static void pick_words(struct client *c, struct pick *p, const struct folio *t,
		       struct folio_bits *bits)
{
	const struct folio_bits before = *bits;
	struct folio_names names;
	unsigned any = FOLIO_ANY_TEXT | (p->members ? FOLIO_ANY_AUDIENCE : 0);

	if (is_none(bits) || !ask_names(c, p, t, &names))
		return; /* without memory they may all have them */
	for (unsigned i = 0; i < control_sift_count(p->sift) && !is_none(bits); i++) {
		const char *number, *word = control_sift_word(p->sift, i, &number);
		struct folio_bits has;

		clear(&has);
		folio_add_word(t, word, &has);
		add_numbers(t, number, &has);
		add_names(p, t, &names, (uint32_t)1 << i, &has);
		keep_both(bits, &has);
	}
	free(names.committees);
	for (uint32_t i = 0; i < t->span; i++) {
		if (folio_has(&before, i) && (t->flags[i] & any) != 0)
			folio_set(bits, i);
	}
}

/* ---- the walk ---- */

static bool prepare(struct pick *p)
{
	if (p->known != NULL)
		return true;
	p->known = calloc(PICK_KNOWN, sizeof *p->known);
	p->audiences = calloc(PICK_AUDIENCES, sizeof *p->audiences);
	p->names = control_names_new();
	if (p->known != NULL && p->audiences != NULL && p->names != NULL)
		return true;
	pick_end(p);
	return false;
}

static void pick_part(struct client *c, struct pick *p, const struct folio *t)
{
	clear(&p->bits);
	pick_columns(p, t, &p->bits);
	if (!id_empty(p->to))
		pick_to(c, p, t, &p->bits);
	p->worded = p->bits;
	if (p->sift != NULL)
		pick_words(c, p, t, &p->worded);
	if (p->skip == NULL)
		p->bits = p->worded;
	for (uint32_t i = 0; i < t->span; i++) {
		if ((t->flags[i] & FOLIO_ANY) != 0)
			folio_set(&p->bits, i);
	}
	p->folio = t;
}

/* The last bit below `end`; false: none. */
static bool last_bit(const struct folio_bits *b, uint64_t end, uint32_t *out)
{
	for (uint32_t i = end < FOLIO_SPAN ? (uint32_t)end : FOLIO_SPAN; i > 0;) {
		uint32_t word = (i - 1) / BITS, used = i - word * BITS;
		uint64_t rest = b->of[word] & (~(uint64_t)0 >> (BITS - used));

		if (rest != 0) {
			*out = word * BITS + 63 - (uint32_t)__builtin_clzll(rest);
			return true;
		}
		i = word * BITS;
	}
	return false;
}

static bool is_described(const struct pick *p, const struct catalogue *k, const struct folio *t,
			 uint32_t at)
{
	unsigned any = FOLIO_ANY | (id_empty(p->to) ? 0 : FOLIO_ANY_AUDIENCE);

	return (t->flags[at] & any) == 0 && t->role[at] != 0 && !catalogue_has_changed(k, t, at);
}

static enum err read_as(struct client *c, enum role role, uint64_t serial, struct arena *a,
			struct found_document *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_serial(role, (struct serial){ serial });
	struct record r;
	enum err e = l.get(l.ctx, a, FAMILY_DOCUMENT, &key, &r);

	if (e == ERR_OK)
		*out = (struct found_document){ .role = role,
						.serial = { serial },
						.document = r.u.document };
	return e;
}

/* `known` 0: under each of the roles, for it may have been taken since. */
static enum err read_one(struct client *c, const struct pick *p, struct arena *a, uint8_t known,
			 struct found_document *out)
{
	enum err e;

	for (unsigned i = 0; i < PICK_ROLES && p->roles[i] != ROLE_NONE; i++) {
		if (known != 0 && known != (uint8_t)p->roles[i])
			continue;
		e = read_as(c, p->roles[i], p->below, a, out);
		if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
			return e;
	}
	return ERR_OK;
}

static enum err next_of_part(struct client *c, struct pick *p, struct arena *a,
			     const struct folio *t, struct found_document *out)
{
	const struct catalogue *k = c->control->catalogue;
	uint32_t at;

	if (p->folio != t)
		pick_part(c, p, t);
	catalogue_add_changed(k, t, &p->bits);
	while (last_bit(&p->bits, p->below - t->first, &at)) {
		p->below = t->first + at;
		if (p->skip == NULL || !is_described(p, k, t, at) ||
		    !p->skip(p->ctx, t, at, folio_has(&p->worded, at)))
			return read_one(c, p, a, t->role[at], out);
	}
	p->below = t->first;
	return p->below == 0 ? ERR_NOT_FOUND : ERR_OK;
}

/* The newest under any of the roles: serials ascend over all. */
static enum err next_of_all(struct client *c, struct pick *p, struct arena *a,
			    struct found_document *out)
{
	struct lookup l = control_lookup(c);

	for (unsigned i = 0; i < PICK_ROLES && p->roles[i] != ROLE_NONE; i++) {
		struct key role = key_role(p->roles[i]);
		struct scan scan =
			p->below == PICK_ALL
				? scan_of(role)
				: scan_from(role,
					    key_serial(p->roles[i], (struct serial){ p->below }));
		struct serial serial;
		struct record r;
		enum role found;
		enum err e = l.last(l.ctx, a, FAMILY_DOCUMENT, &scan, &r);

		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_OK && !key_parse_serial(&scan.at, &found, &serial))
			return ERR_DAMAGED;
		if (e == ERR_OK && (out->role == ROLE_NONE || serial.n > out->serial.n))
			*out = (struct found_document){ .role = p->roles[i],
							.serial = serial,
							.document = r.u.document };
	}
	if (out->role == ROLE_NONE)
		return ERR_NOT_FOUND;
	p->below = out->serial.n;
	if (p->known == NULL || catalogue_folio(c->control->catalogue, p->below) == NULL)
		return ERR_OK;
	p->below++; /* its folio says which are worth reading */
	out->role = ROLE_NONE;
	return ERR_OK;
}

enum err pick_next(struct client *c, struct pick *p, struct arena *a, struct found_document *out)
{
	const struct folio *t = NULL;

	out->role = ROLE_NONE;
	if (p->below == 0)
		return ERR_NOT_FOUND;
	if (prepare(p) && p->below != PICK_ALL)
		t = catalogue_folio(c->control->catalogue, p->below - 1);
	return t != NULL ? next_of_part(c, p, a, t, out) : next_of_all(c, p, a, out);
}
