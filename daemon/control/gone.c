/* See gone.h. */
#include "daemon/control/gone.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/listing.h"
#include "proto/fields.h"

struct gone_walk {
	enum family family; /* GONE, then LINE */
	struct key at;
	bool begun;
};

static void say(struct client *c, uint64_t id, const struct key *key, const struct rec_gone *g)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_GONE);
	Vanthu__V1__GoneLine out = VANTHU__V1__GONE_LINE__INIT;
	struct committee_id origin;
	struct doc_id document;

	if (!key_parse_ident(key, &document, &origin) ||
	    control_judge_secrecy(c, g->secrecy) != ERR_OK)
		return;
	out.origin = origin.text;
	out.id = field_bytes(document.bytes, sizeof document.bytes);
	out.number = (char *)(uintptr_t)g->number;
	out.issued_on = (char *)(uintptr_t)g->issued_on;
	out.role = (char *)(uintptr_t)(g->role == ROLE_OUT  ? "out"
				       : g->role == ROLE_IN ? "in"
							    : "relay");
	out.secrecy = (Vanthu__V1__Secrecy)g->secrecy;
	out.committee = (char *)(uintptr_t)g->from.text;
	out.at_ms = g->at_ms;
	r.more = 1;
	r.gone = &out;
	control_say(c, &r);
}

/* Of a line that the way back has made void; those of secret documents for who may read them. */
static void say_void(struct client *c, uint64_t id, const struct key *key, const struct rec_line *l)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_GONE);
	Vanthu__V1__GoneLine out = VANTHU__V1__GONE_LINE__INIT;
	struct line_key at;

	if (l->kind != LINE_VOID || strcmp(l->note, LINE_NOTE_RESTORED) != 0 ||
	    !key_parse_line(key, &at) || (at.book >= BOOK_SECRET_OUT && !control_may_see_secret(c)))
		return;
	out.at_ms = l->at_ms;
	out.book = (uint32_t)at.book;
	out.year = at.year;
	out.line = at.number;
	r.more = 1;
	r.gone = &out;
	control_say(c, &r);
}

static bool any_void(struct client *c)
{
	struct recovery_view v;
	uint64_t all = 0;

	core_recovery(c->control->parts.core, &v);
	for (int book = BOOK_OUT; book < BOOK_COUNT; book++)
		all += v.voided[book];
	return all > 0;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	const struct key all = { .len_bytes = 0 };
	struct gone_walk *w = walk;
	struct lookup l = control_lookup(c);
	struct scan scan = w->begun ? scan_from(all, w->at) : scan_of(all);
	struct record r;
	enum err e = l.next(l.ctx, c->control->arena, w->family, &scan, &r);

	if (e == ERR_NOT_FOUND && w->family == FAMILY_GONE && any_void(c)) {
		w->family = FAMILY_LINE;
		w->begun = false;
		return true;
	}
	if (e != ERR_OK)
		return control_listing_end(c, id, e == ERR_NOT_FOUND ? ERR_OK : e, "");
	w->begun = true;
	w->at = scan.at;
	if (w->family == FAMILY_GONE)
		say(c, id, &scan.at, &r.u.gone);
	else
		say_void(c, id, &scan.at, &r.u.line);
	return true;
}

void control_gone_list(struct client *c, const Vanthu__V1__Request *request)
{
	static const struct listing_kind kind = { step, free, false };
	struct gone_walk *w = calloc(1, sizeof *w);

	if (w != NULL)
		w->family = FAMILY_GONE;
	control_listing_begin(c, request->id, &kind, w);
}
