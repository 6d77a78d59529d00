/* See history.h. */
#include "routing/state/history.h"

#include <assert.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

#define ID_NAME "history"

_Static_assert(HISTORY_ENTRY_BYTES == 2 + KEY_MAX_BYTES + sizeof(struct digest), "");

enum {
	LINE_VERSION = 1,
	HEAD_BYTES = 1 + 8,
	ENTRY_BYTES = 1 + 1 + sizeof(struct digest), /* without its key */
	NUMBERS_BYTES = 16 * 8,			     /* those of one record, with its flags */
};

/* ---- what is written into a digest or a line ---- */

static uint8_t *put_number(uint8_t *at, uint64_t n, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
	return at + bytes;
}

static int64_t get_time(const uint8_t *at)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 8; i++)
		n = n << 8 | at[i];
	return (int64_t)n;
}

/* A record's fields: numbers as 8 bytes, texts and bytes behind their length. */
struct fields {
	const uint64_t *numbers;
	unsigned number_count;
	const text_t *texts; /* NULL counts as "" */
	unsigned text_count;
};

static size_t length_of(text_t t)
{
	return t == NULL ? 0 : strlen(t);
}

static enum err digest_fields(struct digest (*digest_of)(struct blob bytes), struct arena *a,
			      const struct fields *f, struct digest *out)
{
	size_t size = NUMBERS_BYTES;
	uint8_t *bytes, *at;

	assert(f->number_count * 8 <= NUMBERS_BYTES);
	for (unsigned i = 0; i < f->text_count; i++)
		size += 4 + length_of(f->texts[i]);
	bytes = at = arena_alloc(a, size);
	if (bytes == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < f->number_count; i++)
		at = put_number(at, f->numbers[i], 8);
	for (unsigned i = 0; i < f->text_count; i++) {
		size_t len = length_of(f->texts[i]);

		at = put_number(at, len, 4);
		memcpy(at, f->texts[i] == NULL ? "" : f->texts[i], len);
		at += len;
	}
	*out = digest_of((struct blob){ bytes, (size_t)(at - bytes) });
	return ERR_OK;
}

static enum err digest_line(struct digest (*digest_of)(struct blob bytes), struct arena *a,
			    const struct rec_line *r, struct digest *out)
{
	const uint64_t numbers[] = { (uint64_t)r->kind,	   (uint64_t)r->role,  r->serial.n,
				     (uint64_t)r->status,  (uint64_t)r->at_ms, r->uid,
				     (uint64_t)r->business };
	const text_t texts[] = { r->person, r->note, r->newer, r->office.text };

	return digest_fields(digest_of, a,
			     &(struct fields){ numbers, sizeof numbers / sizeof *numbers, texts,
					       sizeof texts / sizeof *texts },
			     out);
}

static uint64_t half_of(const struct doc_id *id, unsigned half)
{
	return (uint64_t)get_time(id->bytes + 8 * half);
}

static enum err digest_paper(struct digest (*digest_of)(struct blob bytes), struct arena *a,
			     const struct rec_paper *r, struct digest *out)
{
	const uint64_t numbers[] = { half_of(&r->id, 0),
				     half_of(&r->id, 1),
				     (uint64_t)r->direction,
				     (uint64_t)r->secrecy,
				     (uint64_t)r->added_at_ms,
				     r->uid,
				     r->line.year,
				     r->line.number,
				     r->not_issued,
				     half_of(&r->reply_id, 0),
				     half_of(&r->reply_id, 1),
				     r->directory_version };
	const text_t texts[] = { r->type_code,	     r->type_name,  r->number,
				 r->subject,	     r->date,	    r->party,
				 r->issued_on,	     r->note,	    r->signer_competence,
				 r->signer_position, r->signer_name };

	return digest_fields(digest_of, a,
			     &(struct fields){ numbers, sizeof numbers / sizeof *numbers, texts,
					       sizeof texts / sizeof *texts },
			     out);
}

static enum err digest_act(struct digest (*digest_of)(struct blob bytes), struct arena *a,
			   const struct rec_act *r, struct digest *out)
{
	const uint64_t numbers[] = { (uint64_t)r->at_ms, r->uid };
	const text_t texts[] = { r->verb, r->subject, r->person };

	return digest_fields(digest_of, a,
			     &(struct fields){ numbers, sizeof numbers / sizeof *numbers, texts,
					       sizeof texts / sizeof *texts },
			     out);
}

static enum err digest_declared(struct digest (*digest_of)(struct blob bytes), struct arena *a,
				const struct rec_declared *r, struct digest *out)
{
	const uint64_t numbers[] = { r->said.done, r->said.all, (uint64_t)r->said.at_ms, r->uid };
	const text_t texts[] = { r->said.name, r->said.as_of, r->said.person };

	return digest_fields(digest_of, a,
			     &(struct fields){ numbers, sizeof numbers / sizeof *numbers, texts,
					       sizeof texts / sizeof *texts },
			     out);
}

static enum err digest_accepted(struct digest (*digest_of)(struct blob bytes), struct arena *a,
				const struct rec_accepted *r, struct digest *out)
{
	const uint64_t numbers[] = { (uint64_t)r->at_ms, r->uid };
	const text_t texts[] = { r->reason };

	return digest_fields(digest_of, a,
			     &(struct fields){ numbers, sizeof numbers / sizeof *numbers, texts,
					       sizeof texts / sizeof *texts },
			     out);
}

enum err history_digest(struct digest (*digest_of)(struct blob bytes), struct arena *a,
			const struct record *r, struct digest *out)
{
	switch (r->family) {
	case FAMILY_DOCUMENT:
		*out = r->u.document.digest;
		return ERR_OK;
	case FAMILY_DIRECTORY:
		*out = r->u.directory.digest;
		return ERR_OK;
	case FAMILY_RECEIPT:
		*out = digest_of(r->u.receipt.envelope.bytes);
		return ERR_OK;
	case FAMILY_STATUS:
		*out = digest_of(r->u.status.envelope.bytes);
		return ERR_OK;
	case FAMILY_LINE:
		return digest_line(digest_of, a, &r->u.line, out);
	case FAMILY_PAPER:
		return digest_paper(digest_of, a, &r->u.paper, out);
	case FAMILY_ACT:
		return digest_act(digest_of, a, &r->u.act, out);
	case FAMILY_DECLARED:
		return digest_declared(digest_of, a, &r->u.declared, out);
	case FAMILY_ACCEPTED:
		return digest_accepted(digest_of, a, &r->u.accepted, out);
	default: /* history_tells of no other */
		*out = (struct digest){ .bytes = { 0 } };
		return ERR_OK;
	}
}

/* ---- what a plan did ---- */

static bool is_told(enum family family)
{
	return family == FAMILY_DOCUMENT || family == FAMILY_RECEIPT || family == FAMILY_STATUS ||
	       family == FAMILY_LINE || family == FAMILY_PAPER || family == FAMILY_ACT ||
	       family == FAMILY_DIRECTORY || family == FAMILY_DECLARED || family == FAMILY_ACCEPTED;
}

bool history_tells(const struct write *w)
{
	return w->erase ? w->record.family == FAMILY_ENVELOPE : is_told(w->record.family);
}

static bool is_report(const struct draft *d)
{
	return d->head.kind == KIND_REPORT;
}

static uint32_t count_entries(const struct core *c, const struct plan *p)
{
	uint32_t n = (uint32_t)c->history.begin + (uint32_t)c->history.started;

	for (uint32_t i = 0; i < p->write_count; i++)
		n += history_tells(&p->writes[i]);
	for (uint32_t i = 0; i < p->change_count; i++)
		n += p->changes[i].kind == CHANGE_STORE;
	for (uint32_t i = 0; i < p->draft_count; i++)
		n += is_report(&p->drafts[i]);
	return n;
}

void history_begin_anew(struct turn_view *t)
{
	struct history_memory *h = &t->core->history;
	struct record r = { .family = FAMILY_META };

	core_draw(t->core, h->id);
	h->begin = true;
	r.u.note.bytes = arena_blob(t->plan->arena, (struct blob){ h->id, sizeof h->id });
	core_put(t, key_name(ID_NAME), &r);
}

void history_finish(struct turn_view *t)
{
	const struct record r = { .family = FAMILY_HISTORY };
	struct plan *p = t->plan;
	uint32_t entries;

	if (p->history_lines > 0)
		return;
	entries = p->history_entries = count_entries(t->core, p);
	p->history_at = p->write_count;
	p->history_at_ms = t->now.wall_ms;
	for (uint32_t n = 0; n < entries; n += HISTORY_LINE_ENTRIES)
		plan_put(p, key_number(t->core->history.next + p->history_lines++), &r);
}

/* ---- lines ---- */

struct writer {
	struct core *core;
	struct plan *plan;
	uint8_t *bytes, *at; /* of the line; NULL: none is begun */
	uint32_t entries, lines;
	enum err failed;
};

static void begin_line(struct writer *w)
{
	uint32_t left = w->plan->history_entries - w->lines * HISTORY_LINE_ENTRIES;

	if (left > HISTORY_LINE_ENTRIES)
		left = HISTORY_LINE_ENTRIES;
	w->bytes = w->at =
		arena_alloc(w->plan->arena, HEAD_BYTES + (size_t)left * HISTORY_ENTRY_BYTES);
	w->entries = 0;
	if (w->bytes == NULL) {
		w->failed = ERR_NO_MEMORY;
		return;
	}
	*w->at++ = LINE_VERSION;
	w->at = put_number(w->at, (uint64_t)w->plan->history_at_ms, 8);
}

static void end_line(struct writer *w)
{
	struct history_memory *h = &w->core->history;
	struct digest digest;
	struct write *row;

	if (w->bytes == NULL || w->failed != ERR_OK)
		return;
	assert(w->lines < w->plan->history_lines);
	row = &w->plan->writes[w->plan->history_at + w->lines++];
	assert(row->record.family == FAMILY_HISTORY);
	row->record.u.history.line = (struct blob){ w->bytes, (size_t)(w->at - w->bytes) };
	digest = w->core->config.digest_of(row->record.u.history.line);
	row->record.u.history.chain = h->chain;
	w->core->config.chain_step(&row->record.u.history.chain, h->next, &digest);
	core_apply(w->core, &row->key, &row->record);
	w->bytes = w->at = NULL;
}

static void add(struct writer *w, uint8_t what, const struct key *key, const struct digest *digest)
{
	if (w->bytes != NULL && w->entries == HISTORY_LINE_ENTRIES)
		end_line(w);
	if (w->bytes == NULL && w->failed == ERR_OK)
		begin_line(w);
	if (w->failed != ERR_OK)
		return;
	*w->at++ = what;
	*w->at++ = key->len_bytes;
	memcpy(w->at, key->bytes, key->len_bytes);
	w->at += key->len_bytes;
	memcpy(w->at, digest->bytes, sizeof digest->bytes);
	w->at += sizeof digest->bytes;
	w->entries++;
}

static const struct digest nothing;

static struct key key_of(const void *bytes, size_t len)
{
	struct key k = { .len_bytes = (uint8_t)len };

	assert(len <= KEY_MAX_BYTES);
	memcpy(k.bytes, bytes, len);
	return k;
}

static void add_begin(struct writer *w)
{
	struct history_memory *h = &w->core->history;
	struct key key;

	if (h->begin) {
		key = key_of(h->id, sizeof h->id);
		add(w, HISTORY_BEGUN, &key, &h->chain);
	}
	if (h->started) {
		key = key_number(w->core->stand.mark.starts);
		add(w, HISTORY_STARTED, &key, &nothing);
	}
	h->begin = h->started = false;
}

static void add_write(struct writer *w, const struct write *write)
{
	struct digest digest;

	if (!history_tells(write))
		return;
	if (write->erase) {
		add(w, HISTORY_DROPPED, &write->key, &nothing);
		return;
	}
	w->failed = w->failed != ERR_OK ? w->failed
					: history_digest(w->core->config.digest_of, w->plan->arena,
							 &write->record, &digest);
	if (w->failed == ERR_OK)
		add(w, (uint8_t)write->record.family, &write->key, &digest);
}

static void add_store(struct writer *w, const struct change *c)
{
	uint8_t bytes[4 + COMMITTEE_ID_MAX];
	size_t len = strlen(c->committee.text);
	struct key key;

	if (c->kind != CHANGE_STORE)
		return;
	memcpy(put_number(bytes, c->reason, 4), c->committee.text, len);
	key = key_of(bytes, 4 + len);
	add(w, HISTORY_STORE, &key, &nothing);
}

enum err history_seal(struct core *c, struct plan *p)
{
	struct writer w = { .core = c, .plan = p, .failed = ERR_OK };
	const struct key none = { .len_bytes = 0 };

	if (p->history_lines == 0)
		return ERR_OK;
	add_begin(&w);
	for (uint32_t i = 0; i < p->history_at; i++)
		add_write(&w, &p->writes[i]);
	for (uint32_t i = 0; i < p->change_count; i++)
		add_store(&w, &p->changes[i]);
	for (uint32_t i = 0; i < p->draft_count; i++) {
		if (is_report(&p->drafts[i]))
			add(&w, HISTORY_REPORTED, &none, &p->drafts[i].digest);
	}
	end_line(&w);
	assert(w.failed != ERR_OK || w.lines == p->history_lines);
	return w.failed;
}

/* ---- boot ---- */

static enum err load_id(struct turn_view *t)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(ID_NAME), &r);

	if (e == ERR_OK && r.u.note.bytes.len_bytes == sizeof t->core->history.id)
		memcpy(t->core->history.id, r.u.note.bytes.data, sizeof t->core->history.id);
	else if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		history_begin_anew(t);
	else
		return e;
	return ERR_OK;
}

enum err history_load(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct history_memory *h = &t->core->history;
	struct record r;
	uint64_t n;
	enum err e;

	h->next = 1;
	h->started = true;
	scan.report_damage = true; /* its number was given all the same */
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_HISTORY, &scan, &r);
	if (e == ERR_OK)
		core_apply(t->core, &scan.at, &r);
	else if (e == ERR_DAMAGED && key_parse_number(&scan.at, &n))
		h->next = n + 1;
	else if (e != ERR_NOT_FOUND)
		return e;
	h->boot_line = h->next;
	h->begin = e != ERR_OK;
	if (e == ERR_NOT_FOUND)
		history_begin_anew(t);
	else
		return load_id(t);
	return ERR_OK;
}

/* ---- reading ---- */

enum err history_id(struct lookup lookup, struct arena *a, struct record *out)
{
	struct key key = key_name(ID_NAME);

	return lookup.get(lookup.ctx, a, FAMILY_META, &key, out);
}

int64_t history_at_ms(struct blob line)
{
	return line.len_bytes < HEAD_BYTES || line.data[0] != LINE_VERSION
		       ? 0
		       : get_time(line.data + 1);
}

bool history_next(struct blob line, size_t *at, struct history_entry *out)
{
	const uint8_t *bytes = line.data;
	size_t len;

	if (*at == 0) {
		*at = HEAD_BYTES;
		if (line.len_bytes < HEAD_BYTES || bytes[0] != LINE_VERSION)
			*at = line.len_bytes + 1;
	}
	if (*at >= line.len_bytes)
		return false;
	len = line.len_bytes - *at < 2 ? 0 : bytes[*at + 1];
	if (line.len_bytes - *at < ENTRY_BYTES + len || len > KEY_MAX_BYTES) {
		*at = line.len_bytes + 1;
		return false;
	}
	out->what = bytes[*at];
	out->key = key_of(bytes + *at + 2, len);
	memcpy(out->digest.bytes, bytes + *at + 2 + len, sizeof out->digest.bytes);
	*at += ENTRY_BYTES + len;
	return true;
}

const char *history_name(uint8_t what)
{
	switch ((enum history_event)what) {
	case HISTORY_BEGUN:
		return "begun";
	case HISTORY_STARTED:
		return "started";
	case HISTORY_STORE:
		return "store";
	case HISTORY_REPORTED:
		return "reported";
	case HISTORY_DROPPED:
		return "dropped";
	}
	return what > FAMILY_NONE && what < FAMILY_COUNT && is_told((enum family)what)
		       ? family_name((enum family)what)
		       : "";
}

enum err history_compare(struct digest (*digest_of)(struct blob bytes), struct arena *a,
			 struct lookup lookup, const struct history_entry *entry,
			 enum history_stand *out)
{
	struct digest digest;
	struct record r;
	enum err e;

	*out = HISTORY_SAME;
	if (entry->what >= FAMILY_COUNT || !is_told((enum family)entry->what))
		return ERR_OK;
	e = lookup.get(lookup.ctx, a, (enum family)entry->what, &entry->key, &r);
	if (e == ERR_OK)
		e = history_digest(digest_of, a, &r, &digest);
	if (e == ERR_OK)
		*out = memcmp(digest.bytes, entry->digest.bytes, sizeof digest.bytes) == 0
			       ? HISTORY_SAME
			       : HISTORY_DIFFERS;
	else if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		*out = e == ERR_NOT_FOUND ? HISTORY_MISSING : HISTORY_UNREADABLE;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}
