/* See folio_make.h. All texts that a search looks at (sift.c) go in, but for the names of
 * committees, which are looked up when somebody asks. */
#include "daemon/control/folio_make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/control/find.h"
#include "daemon/control/fold.h"
#include "daemon/control/recipients.h"
#include "daemon/control/stored.h"
#include "proto/body.h"
#include "proto/verifier.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"

enum { ARENA_BYTES = 1 << 20, FIRST_SLOTS = 1024, ALIGNED = 8 };

/* Texts, each once, with numbers in the order in which they came. */
struct bag {
	char *text;
	size_t used, text_capacity;
	uint32_t *at, *last; /* where it begins; the document + 1 that it was noted for last */
	uint32_t count, capacity;
	uint32_t *slots, slot_count; /* by hash: number + 1 */
};

struct pair {
	uint32_t what;
	uint16_t doc;
};

struct pairs {
	struct pair *of;
	size_t count, capacity;
};

struct maker {
	const struct lookup *l;
	const struct fold *fold;
	struct arena *arena; /* of one document */
	struct folio *p;
	struct bag tokens, committees, types;
	struct pairs token_docs, to;
	struct folio_audience *audiences;
	uint32_t audience_count;
	bool failed; /* no memory */
};

/* ---- growing ---- */

static bool grow(void *array, size_t *capacity, size_t need, size_t size_bytes)
{
	size_t more = *capacity == 0 ? 1024 : *capacity;
	void *grown;

	if (need <= *capacity)
		return true;
	while (more < need)
		more *= 2;
	memcpy(&grown, array, sizeof grown);
	grown = realloc(grown, more * size_bytes);
	if (grown == NULL)
		return false;
	memcpy(array, &grown, sizeof grown);
	*capacity = more;
	return true;
}

static uint32_t hash_of(const char *text, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 16777619u;
	return hash;
}

static uint32_t *slot_of(const struct bag *b, const char *text, size_t len)
{
	uint32_t at = hash_of(text, len) & (b->slot_count - 1);

	for (;; at = (at + 1) & (b->slot_count - 1)) {
		const char *other;

		if (b->slots[at] == 0)
			return &b->slots[at];
		other = b->text + b->at[b->slots[at] - 1];
		if (strncmp(other, text, len) == 0 && other[len] == '\0')
			return &b->slots[at];
	}
}

static bool widen(struct bag *b)
{
	uint32_t *old = b->slots;

	b->slot_count = b->slot_count == 0 ? FIRST_SLOTS : 2 * b->slot_count;
	b->slots = calloc(b->slot_count, sizeof *b->slots);
	free(old);
	for (uint32_t i = 0; b->slots != NULL && i < b->count; i++)
		*slot_of(b, b->text + b->at[i], strlen(b->text + b->at[i])) = i + 1;
	return b->slots != NULL;
}

/* Its number; a text has no 0. UINT32_MAX without memory. */
static uint32_t number_of(struct bag *b, const char *text, size_t len)
{
	size_t capacity = b->capacity, same = b->capacity;
	uint32_t *slot;

	if (2 * b->count >= b->slot_count && !widen(b))
		return UINT32_MAX;
	slot = slot_of(b, text, len);
	if (*slot != 0)
		return *slot - 1;
	if (!grow(&b->text, &b->text_capacity, b->used + len + 1, 1) ||
	    !grow(&b->at, &capacity, (size_t)b->count + 1, sizeof *b->at) ||
	    !grow(&b->last, &same, (size_t)b->count + 1, sizeof *b->last))
		return UINT32_MAX;
	b->capacity = (uint32_t)capacity;
	b->at[b->count] = (uint32_t)b->used;
	b->last[b->count] = 0;
	memcpy(b->text + b->used, text, len);
	b->text[b->used + len] = '\0';
	b->used += len + 1;
	*slot = ++b->count;
	return b->count - 1;
}

static void drop_bag(struct bag *b)
{
	free(b->text);
	free(b->at);
	free(b->last);
	free(b->slots);
}

/* Twice for the same document is once. */
static uint32_t note(struct maker *m, struct bag *b, struct pairs *pairs, const char *text,
		     size_t len, uint32_t doc)
{
	uint32_t n = number_of(b, text, len);

	if (n == UINT32_MAX ||
	    !grow(&pairs->of, &pairs->capacity, pairs->count + 1, sizeof *pairs->of)) {
		m->failed = true;
		return 0;
	}
	if (b->last[n] != doc + 1)
		pairs->of[pairs->count++] = (struct pair){ n, (uint16_t)doc };
	b->last[n] = doc + 1;
	return n;
}

/* ---- one document ---- */

static void note_text(struct maker *m, uint32_t doc, text_t text)
{
	char folded[FOLD_TEXT_BYTES];
	size_t len;

	if (text == NULL || text[0] == '\0')
		return;
	if (!fold_text(m->fold, text, folded)) {
		m->p->flags[doc] |= FOLIO_ANY_TEXT;
		return;
	}
	for (const char *at = folded; *at != '\0'; at += len) {
		len = strcspn(at, " ");
		if (len > 0)
			note(m, &m->tokens, &m->token_docs, at, len, doc);
		len += at[len] == ' ';
	}
}

static uint32_t note_number(struct maker *m, uint32_t doc, text_t number)
{
	char folded[FOLD_NUMBER_SIZE];

	if (number == NULL || number[0] == '\0')
		return 0;
	note_text(m, doc, number);
	fold_number(number, folded);
	return folio_hash(folded);
}

/* In a column of two bytes. */
static uint16_t place(struct maker *m, struct bag *b, uint32_t doc, const char *text)
{
	uint32_t n = number_of(b, text, strlen(text));

	if (n == UINT32_MAX) {
		m->failed = true;
	} else if (n < UINT16_MAX) {
		return (uint16_t)n;
	} else {
		m->p->flags[doc] |= FOLIO_ANY;
	}
	return 0;
}

static void note_audience(struct maker *m, uint32_t doc, const struct rec_document *d)
{
	struct folio_audience a = { d->origin, d->directory_version, d->recipients[0].group };
	uint32_t n = 0;

	while (n < m->audience_count &&
	       (m->audiences[n].version != a.version || m->audiences[n].group != a.group ||
		!id_equal(m->audiences[n].origin, a.origin)))
		n++;
	if (n == m->audience_count) {
		m->audiences[n] = a; /* there is room for one a document */
		m->audience_count++;
	}
	m->p->audience[doc] = (uint16_t)(n + 1);
}

static void note_recipients(struct maker *m, uint32_t doc, const struct rec_document *d)
{
	size_t count;
	char **words = control_recipient_words(m->arena, d, &count);
	bool group = false;

	if (words == NULL)
		m->failed = true;
	for (size_t i = 0; words != NULL && i < count; i++) {
		group = group || d->recipients[i].group != GROUP_NONE;
		note(m, &m->committees, &m->to, words[i], strlen(words[i]), doc);
	}
	if (group && d->recipients_len == 1)
		note_audience(m, doc, d);
	else if (group)
		m->p->flags[doc] |= FOLIO_ANY_AUDIENCE;
}

static enum err skip(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The number of what it answers may come later, or be corrected on paper: then it may be
 * anything. */
static enum err note_answered(struct maker *m, uint32_t doc, const struct document_ref *answered)
{
	const struct lookup *l = m->l;
	struct key key;
	struct record r;
	enum err e;

	if (answered == NULL)
		return ERR_OK;
	key = key_ident(answered->id, answered->origin);
	e = l->get(l->ctx, m->arena, FAMILY_IDENT, &key, &r);
	if (e == ERR_OK && (r.u.ident.role == ROLE_OUT || r.u.ident.role == ROLE_IN)) {
		key = key_serial(r.u.ident.role, r.u.ident.serial);
		e = l->get(l->ctx, m->arena, FAMILY_DOCUMENT, &key, &r);
		if (e == ERR_OK) {
			m->p->answered[doc] = note_number(m, doc, r.u.document.summary.number);
			return ERR_OK;
		}
	}
	m->p->flags[doc] |= FOLIO_ANY_TEXT;
	return skip(e);
}

/* As control_fill_details reads it. */
static enum err read_envelope(struct maker *m, const struct key *key, struct summary *out)
{
	struct opened *opened = arena_alloc(m->arena, sizeof *opened);
	struct document_body body;
	struct record r;
	enum err e = opened == NULL ? ERR_NO_MEMORY
				    : m->l->get(m->l->ctx, m->arena, FAMILY_ENVELOPE, key, &r);

	if (e != ERR_OK)
		return skip(e);
	if (seal_peek(m->arena, r.u.envelope.envelope.bytes, opened) == ERR_OK &&
	    document_body_unpack(m->arena, opened->body, &body) == ERR_OK) {
		out->files = body.files;
		out->reply_to = body.answers;
	}
	return ERR_OK;
}

static enum err note_texts(struct maker *m, uint32_t doc, const struct found_document *f)
{
	struct key key = key_serial(f->role, f->serial);
	struct summary s = f->document.summary;
	enum err e = ERR_OK;

	if (control_older_summary(&f->document))
		e = read_envelope(m, &key, &s);
	m->p->number[doc] = note_number(m, doc, f->document.summary.number);
	note_text(m, doc, f->document.summary.subject);
	note_text(m, doc, f->document.summary.type_code);
	note_text(m, doc, s.type_name);
	note_text(m, doc, s.signer_name);
	note_text(m, doc, s.files);
	note_text(m, doc, f->document.lists);
	if (f->received) {
		note_text(m, doc, f->work.to);
		note_text(m, doc, f->work.person);
		for (uint32_t i = 0; i < f->work.with_count; i++)
			note_text(m, doc, f->work.with[i]);
	}
	return e == ERR_OK ? note_answered(m, doc, s.reply_to) : e;
}

/* "": 0. False: no day that compares as numbers do. */
static bool read_day(text_t day, uint32_t *out)
{
	*out = 0;
	if (day[0] == '\0')
		return true;
	for (unsigned i = 0; i < DATE_MAX; i++) {
		if (i == 4 || i == 7 ? day[i] != '-' : day[i] < '0' || day[i] > '9')
			return false;
		if (day[i] != '-')
			*out = 10 * *out + (uint32_t)(day[i] - '0');
	}
	return day[DATE_MAX] == '\0' && *out != 0;
}

static void note_tray(struct maker *m, uint32_t doc, const struct found_document *f)
{
	enum office_status work = f->work.stand.work;
	text_t day = tray_deadline(f->work.due_on, f->document.summary.due_on);

	m->p->tray[doc] = (uint8_t)control_tray(f, "");
	if (!f->received || m->p->tray[doc] == TRAY_DONE || work == OFFICE_FINISHED ||
	    work == OFFICE_RETURNED)
		return;
	if (!read_day(day, &m->p->due[doc]))
		m->p->flags[doc] |= FOLIO_ANY;
}

/* What its next deadline is made of, by the rules that are in force when somebody asks. */
static void note_deadline(struct maker *m, uint32_t doc, const struct found_document *f)
{
	const struct office_stand *stand = &f->work.stand;
	text_t own = f->document.summary.due_on;
	uint8_t *flags = &m->p->flags[doc];

	if (f->document.urgency >= URGENCY_KHAN)
		*flags |= FOLIO_URGENT;
	if (f->role == ROLE_OUT) {
		*flags |= FOLIO_REGISTERED;
		m->p->last_day[doc] = deadline_named_day(NULL, own).n;
		/* it came when it was taken */
		if (m->p->arrived_ms[doc] != f->document.taken_at_ms)
			*flags |= FOLIO_ANY;
		return;
	}
	if (!deadline_is_open(stand)) {
		*flags |= FOLIO_REGISTERED;
		return;
	}
	if (stand->work != OFFICE_NONE && stand->work != OFFICE_ARRIVED)
		*flags |= FOLIO_REGISTERED;
	m->p->last_day[doc] = deadline_named_day(f->work.due_on, own).n;
}

static void note_columns(struct maker *m, uint32_t doc, const struct found_document *f)
{
	const struct rec_document *d = &f->document;
	struct folio *p = m->p;

	p->role[doc] = (uint8_t)f->role;
	p->secrecy[doc] = (uint8_t)d->secrecy;
	p->state[doc] = (uint8_t)lifecycle_of(f->role, d, &f->state);
	p->arrived_ms[doc] = f->role == ROLE_OUT && f->state.complete_at_ms == 0
				     ? d->taken_at_ms
				     : f->state.complete_at_ms;
	if (f->role == ROLE_OUT || f->state.complete_at_ms != 0)
		p->flags[doc] |= FOLIO_WHOLE;
	if (f->state_damaged)
		p->flags[doc] |= FOLIO_ANY;
	if (control_settled(f))
		p->flags[doc] |= FOLIO_SETTLED;
	memcpy(p->id_before[doc], d->id.bytes, sizeof p->id_before[doc]);
	for (size_t i = sizeof p->id_before[doc]; i < sizeof d->id.bytes; i++)
		p->ending[doc] = p->ending[doc] << 8 | d->id.bytes[i];
	p->foreign[doc] = folio_hash(d->summary.foreign_id);
	p->from[doc] = place(m, &m->committees, doc, d->origin.text);
	p->type[doc] = place(m, &m->types, doc, d->summary.type_code);
	note_tray(m, doc, f);
	note_deadline(m, doc, f);
}

static enum err take(struct maker *m, enum role role, struct serial serial,
		     const struct rec_document *d)
{
	struct found_document f = { .role = role, .serial = serial, .document = *d };
	uint32_t doc = (uint32_t)(serial.n - m->p->first);
	enum err e = control_read_state(m->l, m->arena, &f);

	if (e != ERR_OK)
		return e;
	if (m->p->role[doc] != 0) { /* two under one serial: never made so */
		m->p->flags[doc] |= FOLIO_ANY;
		return ERR_OK;
	}
	note_columns(m, doc, &f);
	note_recipients(m, doc, d);
	return note_texts(m, doc, &f);
}

/* All of the role from its first serial on. */
static struct scan scan_behind(const struct maker *m, enum role role)
{
	const struct serial before = { m->p->first - 1 };

	return m->p->first == 0 ? scan_of(key_role(role))
				: scan_from(key_role(role), key_serial(role, before));
}

static enum err read_role(struct maker *m, enum role role)
{
	struct scan scan = scan_behind(m, role);
	struct serial serial = { 0 };
	struct record r;
	enum role found;
	enum err e = ERR_OK;

	while (e == ERR_OK && !m->failed) {
		arena_reset(m->arena);
		e = m->l->next(m->l->ctx, m->arena, FAMILY_DOCUMENT, &scan, &r);
		if (e != ERR_OK || !key_parse_serial(&scan.at, &found, &serial))
			continue;
		if (serial.n >= m->p->first + m->p->span)
			break;
		e = take(m, role, serial, &r.u.document);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What the index of open work has of that role. */
static enum err read_open(struct maker *m, enum role role)
{
	struct scan scan = scan_behind(m, role);
	struct serial serial = { 0 };
	struct record r;
	enum role found;
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		arena_reset(m->arena);
		e = m->l->next(m->l->ctx, m->arena, FAMILY_OPEN, &scan, &r);
		if (e != ERR_OK || !key_parse_serial(&scan.at, &found, &serial))
			continue;
		if (serial.n >= m->p->first + m->p->span)
			break;
		if (m->p->role[serial.n - m->p->first] == (uint8_t)role)
			m->p->flags[serial.n - m->p->first] |= FOLIO_OPEN;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- the whole ---- */

/* Room for `bytes` behind what there is; where it begins. */
static size_t lay(struct folio *p, size_t bytes)
{
	size_t at = (p->bytes + ALIGNED - 1) / ALIGNED * ALIGNED;

	p->bytes = at + bytes;
	return at;
}

/* By what they have in common, in the order of documents; `docs` of both follow each other. */
static void fill_lists(const struct pairs *pairs, uint32_t count, struct folio_list *lists,
		       uint16_t *docs, uint32_t from)
{
	uint32_t at = from;

	for (size_t i = 0; i < pairs->count; i++)
		lists[pairs->of[i].what].count++;
	for (uint32_t i = 0; i < count; i++) {
		lists[i].at = at;
		at += lists[i].count;
		lists[i].count = 0;
	}
	for (size_t i = 0; i < pairs->count; i++) {
		struct folio_list *list = &lists[pairs->of[i].what];

		docs[list->at + list->count++] = pairs->of[i].doc;
	}
}

static void fill(const struct maker *m, uint8_t *out)
{
	const struct folio *p = m->p;
	struct committee_id *committees = (void *)(out + p->committees);
	uint16_t *docs = (void *)(out + p->docs);

	memcpy(out, p, sizeof *p);
	for (uint32_t i = 0; i < p->committee_count; i++)
		snprintf(committees[i].text, sizeof committees[i].text, "%s",
			 m->committees.text + m->committees.at[i]);
	for (uint32_t i = 0; i < p->type_count; i++)
		snprintf((char *)out + p->types + (size_t)i * (TYPE_CODE_MAX + 1),
			 TYPE_CODE_MAX + 1, "%s", m->types.text + m->types.at[i]);
	memcpy(out + p->audiences, m->audiences, p->audience_count * sizeof *m->audiences);
	if (p->token_count > 0) {
		memcpy(out + p->tokens, m->tokens.text, p->token_bytes);
		memcpy(out + p->token_at, m->tokens.at, p->token_count * sizeof *m->tokens.at);
	}
	fill_lists(&m->to, p->committee_count, (void *)(out + p->to), docs, 0);
	fill_lists(&m->token_docs, p->token_count, (void *)(out + p->token_docs), docs,
		   (uint32_t)m->to.count);
}

static void lay_out(struct maker *m)
{
	struct folio *p = m->p;

	p->committee_count = m->committees.count;
	p->type_count = m->types.count;
	p->audience_count = m->audience_count;
	p->token_count = m->tokens.count;
	p->token_bytes = m->tokens.used;
	p->bytes = sizeof *p;
	p->committees = lay(p, p->committee_count * sizeof(struct committee_id));
	p->to = lay(p, p->committee_count * sizeof(struct folio_list));
	p->types = lay(p, (size_t)p->type_count * (TYPE_CODE_MAX + 1));
	p->audiences = lay(p, p->audience_count * sizeof *m->audiences);
	p->tokens = lay(p, p->token_bytes);
	p->token_at = lay(p, p->token_count * sizeof(uint32_t));
	p->token_docs = lay(p, p->token_count * sizeof(struct folio_list));
	p->docs = lay(p, (m->to.count + m->token_docs.count) * sizeof(uint16_t));
}

/* A file without a name, so that nothing of it stays. Some file systems know none: there it loses
 * its name at once. */
static int open_file(const char *folder)
{
	char path[4096];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 ||
	    (size_t)snprintf(path, sizeof path, "%s/.catalogue-XXXXXX", folder) >= sizeof path)
		return fd;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* Written, not stored through a mapping: a full disk is an error here, and a signal there. */
static enum err map_file(const char *folder, const uint8_t *from, size_t bytes,
			 const struct folio **out)
{
	int fd = open_file(folder);
	void *map = MAP_FAILED;
	size_t done = 0;
	ssize_t n = 1;

	while (fd >= 0 && done < bytes && n > 0) {
		n = write(fd, from + done, bytes - done);
		done += n > 0 ? (size_t)n : 0;
		if (n < 0 && errno == EINTR)
			n = 1;
	}
	if (fd >= 0 && done == bytes)
		map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	*out = map == MAP_FAILED ? NULL : map;
	return *out == NULL ? ERR_SYSTEM : ERR_OK;
}

static enum err save(struct maker *m, const char *folder, const struct folio **out)
{
	uint8_t *bytes;
	enum err e;

	lay_out(m);
	bytes = calloc(1, m->p->bytes);
	if (bytes == NULL)
		return ERR_NO_MEMORY;
	fill(m, bytes);
	e = map_file(folder, bytes, m->p->bytes, out);
	free(bytes);
	return e;
}

enum err folio_make(const struct lookup *l, const struct fold *fold, const char *folder,
		    uint64_t first, uint32_t span, const struct folio **out)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };
	struct maker m = { .l = l,
			   .fold = fold,
			   .arena = arena_new(ARENA_BYTES),
			   .p = calloc(1, sizeof *m.p),
			   .audiences = calloc(FOLIO_SPAN, sizeof *m.audiences) };
	enum err e = ERR_OK;

	*out = NULL;
	if (m.arena == NULL || m.p == NULL || m.audiences == NULL) {
		e = ERR_NO_MEMORY;
		goto out;
	}
	m.p->first = first;
	m.p->span = span;
	for (size_t i = 0; e == ERR_OK && i < sizeof roles / sizeof roles[0]; i++)
		e = read_role(&m, roles[i]);
	if (e == ERR_OK)
		e = read_open(&m, ROLE_OUT);
	if (e == ERR_OK)
		e = read_open(&m, ROLE_IN);
	if (e == ERR_OK)
		e = m.failed ? ERR_NO_MEMORY : save(&m, folder, out);
out:
	drop_bag(&m.tokens);
	drop_bag(&m.committees);
	drop_bag(&m.types);
	free(m.token_docs.of);
	free(m.to.of);
	free(m.audiences);
	free(m.p);
	arena_destroy(m.arena);
	return e;
}
