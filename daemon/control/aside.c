/* See aside.h. */
#include "daemon/control/aside.h"

#include <stdlib.h>

#include "daemon/control/client.h"
#include "daemon/control/listing.h"
#include "proto/fields.h"
#include "routing/base/committee_id.h"

struct aside_walk {
	struct key prefix; /* of one neighbour, or empty */
	struct key at;
	bool begun;
};

static const char *lane_name(enum lane lane)
{
	return lane == LANE_FACTS ? "facts" : lane == LANE_URGENT ? "urgent" : "normal";
}

static void say(struct client *c, uint64_t id, const struct key *key, const struct rec_aside *a)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_ASIDE);
	Vanthu__V1__AsideItem out = VANTHU__V1__ASIDE_ITEM__INIT;
	struct committee_id neighbour;
	enum lane lane;
	uint64_t seq;

	if (!key_parse_aside(key, &neighbour, &lane, &seq))
		return;
	out.committee = neighbour.text;
	out.lane = (char *)(uintptr_t)lane_name(lane);
	out.kind = (Vanthu__V1__Kind)a->kind;
	out.signer = (char *)(uintptr_t)a->signer.text;
	out.origin = (char *)(uintptr_t)a->document.origin.text;
	if (!id_empty(a->document.origin))
		out.id = field_bytes(a->document.id.bytes, sizeof a->document.id.bytes);
	out.why = (uint32_t)a->why;
	out.signed_at_ms = a->kind == KIND_NONE ? 0 : a->signed_at_ms;
	out.age_s = core_aside_age_ms(c->control->parts.core, a) / 1000;
	out.asked = a->doubts;
	r.more = 1;
	r.aside = &out;
	control_say(c, &r);
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct aside_walk *w = walk;
	struct lookup l = control_lookup(c);
	struct scan scan = w->begun ? scan_from(w->prefix, w->at) : scan_of(w->prefix);
	struct record r;
	enum err e = l.next(l.ctx, c->control->arena, FAMILY_ASIDE, &scan, &r);

	if (e != ERR_OK)
		return control_listing_end(c, id, e == ERR_NOT_FOUND ? ERR_OK : e, "");
	w->begun = true;
	w->at = scan.at;
	say(c, id, &scan.at, &r.u.aside);
	return true;
}

void control_aside_list(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Neighbour *m = request->aside_list;
	uint64_t id = request->id;
	static const struct listing_kind kind = { step, free, false };
	struct aside_walk *w = calloc(1, sizeof *w);
	struct committee_id only = { "" };
	enum err e = w == NULL ? ERR_OK : field_id(m->committee, true, &only);

	if (e != ERR_OK) {
		free(w);
		control_say_error(c, id, ERR_BAD_ID, m->committee);
		return;
	}
	if (w != NULL && !id_empty(only))
		w->prefix = key_neighbour(only);
	control_listing_begin(c, id, &kind, w);
}
