/* See history.h. */
#include "daemon/control/history.h"

#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "proto/digest.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/rules/rules.h"
#include "routing/state/history.h"

enum {
	ANSWER_BYTES = 64 * 1024, /* an answer that is as large is closed; … */
	ENTRIES_AT_ONCE = 512,	  /* … or that has read so many records */
	LINES_MAX = 1000,
	/* … its last line may be as long as a line is */
	ROOM_BYTES = ANSWER_BYTES + HISTORY_LINE_ENTRIES * (2 * KEY_MAX_BYTES + 128),
	SCRATCH_BYTES = 16 << 20,
};

/* An answer in the making. */
struct answer {
	struct client *client;
	struct arena *scratch; /* of one record */
	Vanthu__V1__LogPage m;
	size_t bytes, entries;
	bool full;
};

size_t control_history_room(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return ROOM_BYTES;
}

/* ---- one entry ---- */

static char *kept(struct arena *a, text_t t)
{
	text_t copy = t == NULL ? "" : arena_text(a, t, strlen(t));

	return (char *)(uintptr_t)(copy == NULL ? "" : copy);
}

static ProtobufCBinaryData kept_bytes(struct arena *a, const void *bytes, size_t len)
{
	struct blob copy = arena_blob(a, (struct blob){ bytes, len });

	return field_bytes(copy.data, copy.data == NULL ? 0 : copy.len_bytes);
}

static char *role_name(enum role role)
{
	static char *const names[] = {
		[ROLE_OUT] = (char *)"out", [ROLE_IN] = (char *)"in", [ROLE_RELAY] = (char *)"relay"
	};

	return (unsigned)role < sizeof names / sizeof names[0] && names[role] != NULL ? names[role]
										      : (char *)"";
}

/* Keys of a document's records begin with role ‖ serial. False: this client may not see it. */
static bool fill_document(struct answer *out, const struct key *key, Vanthu__V1__LogEntry *m)
{
	struct client *c = out->client;
	struct lookup l = control_lookup(c);
	struct key document = { .len_bytes = 9 };
	struct serial serial;
	struct record r;
	enum role role;

	memcpy(document.bytes, key->bytes, 9);
	if (key->len_bytes < 9 || !key_parse_serial(&document, &role, &serial))
		return true;
	m->role = role_name(role);
	if (l.get(l.ctx, out->scratch, FAMILY_DOCUMENT, &document, &r) != ERR_OK)
		return true;
	if (control_hides(c, r.u.document.secrecy))
		return false;
	m->document = kept_bytes(c->control->arena, r.u.document.id.bytes, 16);
	m->committee = kept(c->control->arena, r.u.document.origin.text);
	return true;
}

static bool fill_paper(struct answer *out, const struct key *key, Vanthu__V1__LogEntry *m)
{
	struct client *c = out->client;
	struct lookup l = control_lookup(c);
	struct record r;

	if (l.get(l.ctx, out->scratch, FAMILY_PAPER, key, &r) != ERR_OK)
		return control_may_see_secret(c); /* nobody knows */
	if (control_hides(c, r.u.paper.secrecy))
		return false;
	m->document = kept_bytes(c->control->arena, r.u.paper.id.bytes, 16);
	return true;
}

static bool fill_line(const struct answer *out, const struct key *key, Vanthu__V1__LogEntry *m)
{
	struct line_key line;

	if (!key_parse_line(key, &line))
		return control_may_see_secret(out->client);
	m->number = line.number;
	return (line.book != BOOK_SECRET_OUT && line.book != BOOK_SECRET_IN) ||
	       control_may_see_secret(out->client);
}

/* What was done to may be a secret document, and nothing says whether it is. */
static void fill_act(struct answer *out, const struct key *key, Vanthu__V1__LogEntry *m)
{
	struct client *c = out->client;
	struct lookup l = control_lookup(c);
	struct record r;

	if (l.get(l.ctx, out->scratch, FAMILY_ACT, key, &r) != ERR_OK)
		return;
	m->verb = kept(c->control->arena, r.u.act.verb);
	m->uid = r.u.act.uid;
	m->person = kept(c->control->arena, r.u.act.person);
	if (control_may_see_secret(c))
		m->subject = kept(c->control->arena, r.u.act.subject);
}

/* Who has accepted it, and why; its key names what. */
static void fill_accepted(struct answer *out, const struct key *key, Vanthu__V1__LogEntry *m)
{
	struct lookup l = control_lookup(out->client);
	struct arena *a = out->client->control->arena;
	enum family family;
	struct record r;
	struct key lost;

	if (key_parse_accepted(key, &family, &lost))
		m->verb = (char *)(uintptr_t)family_name(family);
	if (l.get(l.ctx, out->scratch, FAMILY_ACCEPTED, key, &r) != ERR_OK)
		return;
	m->uid = r.u.accepted.uid;
	if (control_may_see_secret(out->client))
		m->subject = kept(a, r.u.accepted.reason);
}

static void fill_who(struct answer *out, const struct history_entry *e, Vanthu__V1__LogEntry *m)
{
	struct arena *a = out->client->control->arena;
	struct committee_id who;
	struct serial serial;
	enum role role;
	uint32_t number;

	if ((e->what == FAMILY_RECEIPT && key_parse_receipt(&e->key, &role, &serial, &who)) ||
	    (e->what == FAMILY_STATUS && key_parse_status(&e->key, &role, &serial, &who, &number)))
		m->committee = kept(a, who.text);
}

static void fill_event(struct answer *out, const struct history_entry *e, Vanthu__V1__LogEntry *m)
{
	struct arena *a = out->client->control->arena;
	uint64_t n;

	if ((e->what == HISTORY_STARTED || e->what == FAMILY_DIRECTORY) &&
	    key_parse_number(&e->key, &n))
		m->number = n;
	if (e->what == HISTORY_BEGUN)
		m->before = kept_bytes(a, e->digest.bytes, sizeof e->digest.bytes);
	if (e->what == HISTORY_STORE && e->key.len_bytes >= 4) {
		for (unsigned i = 0; i < 4; i++)
			m->reason = m->reason << 8 | e->key.bytes[i];
		m->committee = (char *)(uintptr_t)arena_text(a, (const char *)e->key.bytes + 4,
							     e->key.len_bytes - 4u);
	}
}

/* False: not for this client. */
static bool fill(struct answer *out, const struct history_entry *e, Vanthu__V1__LogEntry *m)
{
	struct arena *a = out->client->control->arena;
	bool shown = true;

	m->what = (char *)(uintptr_t)history_name(e->what);
	m->key = kept_bytes(a, e->key.bytes, e->key.len_bytes);
	m->digest = kept_bytes(a, e->digest.bytes, sizeof e->digest.bytes);
	if (e->what == FAMILY_DOCUMENT || e->what == FAMILY_RECEIPT || e->what == FAMILY_STATUS ||
	    e->what == HISTORY_DROPPED)
		shown = fill_document(out, &e->key, m);
	else if (e->what == FAMILY_PAPER)
		shown = fill_paper(out, &e->key, m);
	else if (e->what == FAMILY_LINE)
		shown = fill_line(out, &e->key, m);
	else if (e->what == FAMILY_ACT)
		fill_act(out, &e->key, m);
	else if (e->what == FAMILY_ACCEPTED)
		fill_accepted(out, &e->key, m);
	fill_who(out, e, m);
	fill_event(out, e, m);
	return shown;
}

static enum err add_entry(struct answer *out, const struct history_entry *e,
			  Vanthu__V1__LogLine *line)
{
	struct client *c = out->client;
	Vanthu__V1__LogEntry *m = arena_alloc(c->control->arena, sizeof *m);
	enum history_stand stand;
	enum err result;

	if (m == NULL)
		return ERR_NO_MEMORY;
	arena_reset(out->scratch);
	result = history_compare(digest_of, out->scratch, control_lookup(c), e, &stand);
	if (result != ERR_OK)
		return result;
	vanthu__v1__log_entry__init(m);
	m->stand = (Vanthu__V1__LogStand)stand;
	out->entries++;
	if (!fill(out, e, m))
		return ERR_OK;
	line->entries[line->n_entries++] = m;
	out->bytes += vanthu__v1__log_entry__get_packed_size(m);
	return ERR_OK;
}

/* ---- lines ---- */

static enum err add_line(struct answer *out, uint64_t number, const struct rec_history *r)
{
	struct arena *a = out->client->control->arena;
	Vanthu__V1__LogLine *line = arena_alloc(a, sizeof *line);
	struct history_entry entry;
	struct digest digest;
	enum err e = ERR_OK;
	size_t at = 0;

	if (line == NULL)
		return ERR_NO_MEMORY;
	vanthu__v1__log_line__init(line);
	line->number = number;
	line->damaged = r == NULL;
	out->m.lines[out->m.n_lines++] = line;
	if (r == NULL)
		return ERR_OK;
	line->entries = arena_array(a, HISTORY_LINE_ENTRIES, sizeof(Vanthu__V1__LogEntry *));
	if (line->entries == NULL)
		return ERR_NO_MEMORY;
	digest = digest_of(r->line);
	line->at_ms = history_at_ms(r->line);
	line->digest = kept_bytes(a, digest.bytes, sizeof digest.bytes);
	line->chain = kept_bytes(a, r->chain.bytes, sizeof r->chain.bytes);
	while (e == ERR_OK && line->n_entries < HISTORY_LINE_ENTRIES &&
	       history_next(r->line, &at, &entry))
		e = add_entry(out, &entry, line);
	out->bytes += 128;
	return e;
}

static enum err gather(struct answer *out, uint64_t after, uint32_t limit)
{
	struct client *c = out->client;
	struct scan scan = scan_from((struct key){ .len_bytes = 0 }, key_number(after));
	struct lookup l = control_lookup(c);
	enum err e = ERR_OK;

	scan.report_damage = true;
	out->m.next = after;
	out->m.lines = arena_array(c->control->arena, limit, sizeof(Vanthu__V1__LogLine *));
	if (out->m.lines == NULL)
		return ERR_NO_MEMORY;
	while (e == ERR_OK && !out->full) {
		struct record r;
		uint64_t n;

		e = l.next(l.ctx, c->control->arena, FAMILY_HISTORY, &scan, &r);
		if ((e != ERR_OK && e != ERR_DAMAGED) || !key_parse_number(&scan.at, &n))
			break;
		e = add_line(out, n, e == ERR_OK ? &r.u.history : NULL);
		out->m.next = n;
		out->full = out->m.n_lines == limit || out->bytes >= ANSWER_BYTES ||
			    out->entries >= ENTRIES_AT_ONCE;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The end of the chain, and its id. */
static enum err fill_head(struct client *c, Vanthu__V1__LogPage *m)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e;

	scan.report_damage = true;
	e = l.last(l.ctx, c->control->arena, FAMILY_HISTORY, &scan, &r);
	if (e == ERR_OK)
		m->head = kept_bytes(c->control->arena, r.u.history.chain.bytes,
				     sizeof r.u.history.chain.bytes);
	if (e == ERR_OK || e == ERR_DAMAGED)
		key_parse_number(&scan.at, &m->last);
	if (e != ERR_OK && e != ERR_DAMAGED && e != ERR_NOT_FOUND)
		return e;
	e = history_id(l, c->control->arena, &r);
	if (e == ERR_OK)
		m->id = field_bytes(r.u.note.bytes.data, r.u.note.bytes.len_bytes);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

void control_history(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__LogQuery *q = request->log;
	uint32_t most = q->newest != 0 ? q->newest : q->limit,
		 limit = most == 0 || most > LINES_MAX ? LINES_MAX : most;
	struct answer out = { .client = c, .scratch = arena_new(SCRATCH_BYTES) };
	Vanthu__V1__Reply r = control_reply_to(request->id, VANTHU__V1__REPLY__WHAT_LOG);
	bool view = control_view(c);
	enum err e;

	vanthu__v1__log_page__init(&out.m);
	e = out.scratch == NULL ? ERR_NO_MEMORY : fill_head(c, &out.m);
	if (e == ERR_OK)
		e = gather(&out,
			   q->newest == 0	? q->after
			   : out.m.last > limit ? out.m.last - limit
						: 0,
			   limit);
	control_view_end(c, view);
	r.log = &out.m;
	if (e == ERR_OK)
		control_say(c, &r);
	else
		control_say_error(c, request->id, e, "");
	arena_destroy(out.scratch);
}
