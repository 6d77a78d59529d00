/* See resend.h. */
#include "routing/decide/resend.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/hollow.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

static struct act_reply *answer(struct turn_view *t, const struct ev_resend *e, enum err result)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply = (struct act_reply){ .to = e->reply, .result = result, .at = e->to };
	return &a->u.reply;
}

/* A recall freezes it: with the issuer once it was asked, with a recipient once it agreed. */
static enum err frozen(struct turn_view *t, const struct ev_resend *e, const struct rec_document *d)
{
	struct record r;
	bool recalled;
	enum err result = core_get(t, FAMILY_WORK, key_serial(e->role, e->serial), &r);

	if (result == ERR_NOT_FOUND) {
		result = concerns_recalled(t, (struct doc_key){ e->role, e->serial }, d, &recalled);
		return result == ERR_OK && recalled ? ERR_RECALLED : result;
	}
	if (result != ERR_OK)
		return result;
	return e->role == ROLE_OUT || office_stand_frozen(&r.u.work.stand) ? ERR_RECALLED : ERR_OK;
}

/* Whole, with all its bytes here, and for that one. Answers (ERR_NOT_FOUND, ERR_NOT_YET,
 * ERR_NOT_HERE, ERR_NOT_RECIPIENT, ERR_SIGNED_LOST) and failures alike. */
static enum err may_go(struct turn_view *t, const struct ev_resend *e, struct record *document)
{
	struct key key = key_serial(e->role, e->serial);
	struct routing_question q;
	struct record state, envelope;
	bool contains = false;
	enum err r = core_get(t, FAMILY_DOCUMENT, key, document);

	if (r != ERR_OK)
		return r;
	q = document_question(&document->u.document);
	r = id_equal(e->to, t->core->config.self)
		? ERR_NOT_RECIPIENT
		: recipients_contain(&t->tree, &q.to, e->to, &contains);
	if (r != ERR_OK)
		return r;
	if (!contains)
		return ERR_NOT_RECIPIENT;
	r = frozen(t, e, &document->u.document);
	if (r != ERR_OK)
		return r;
	r = core_get(t, FAMILY_STATE, key, &state);
	if (r == ERR_NOT_FOUND)
		return ERR_NOT_YET;
	if (r == ERR_OK && state.u.state.content_dropped && state.u.state.archived_at_ms != 0)
		return ERR_CONTENT_ARCHIVED;
	if (r == ERR_OK && (state.u.state.complete_at_ms == 0 || state.u.state.content_dropped))
		return ERR_NOT_HERE;
	if (r == ERR_OK)
		r = core_get(t, FAMILY_ENVELOPE, key, &envelope);
	return r == ERR_OK && hollow_is(&envelope.u.envelope) ? ERR_SIGNED_LOST : r;
}

/* Under which number it was published to that neighbour last; 0: never. What it took before leaves
 * the record when it goes again, so that their count says nothing. */
static enum err published_last(struct turn_view *t, const struct ev_resend *e, uint64_t *seq)
{
	struct record r;
	enum err result = core_get(t, FAMILY_ROUTE, key_serial(e->role, e->serial), &r);

	*seq = 0;
	for (uint32_t i = 0; result == ERR_OK && i < r.u.route.count; i++) {
		if (id_equal(r.u.route.publications[i].neighbour, e->to))
			*seq = r.u.route.publications[i].seq;
	}
	return result == ERR_NOT_FOUND ? ERR_OK : result;
}

static bool is_answer(enum err r)
{
	return r == ERR_NOT_FOUND || r == ERR_NOT_YET || r == ERR_NOT_HERE ||
	       r == ERR_CONTENT_ARCHIVED || r == ERR_NOT_RECIPIENT || r == ERR_RECALLED ||
	       r == ERR_DAMAGED || r == ERR_SIGNED_LOST;
}

/* Whoever passes a document on does so once: beyond a neighbour a second copy would go nowhere. So
 * those next to who lost it are asked. */
static enum err find_route(struct turn_view *t, const struct ev_resend *e,
			   const struct rec_document *d, struct routing_answer *out)
{
	struct routing_question q = document_question(d);
	enum err r;

	q.taken = true; /* it may go back to where it came from */
	r = route_target(t, &q, e->to, out);
	if (r != ERR_OK)
		return r;
	if (out->unserved_count > 0)
		answer(t, e, out->unserved[0].why);
	else if (out->route_count != 1)
		answer(t, e, ERR_NO_ROUTE);
	else if (!id_equal(out->routes[0].neighbour, e->to))
		answer(t, e, ERR_NOT_NEIGHBOUR)->at = out->routes[0].neighbour;
	else
		return ERR_OK;
	out->route_count = 0;
	return ERR_OK;
}

enum err decide_resend(struct turn_view *t, const struct ev_resend *e)
{
	struct routing_answer route = { .route_count = 0 };
	uint64_t before, after;
	struct record r;
	struct act_reply *a;
	enum err result = may_go(t, e, &r);

	if (is_answer(result)) {
		answer(t, e, result);
		return ERR_OK;
	}
	if (result == ERR_OK)
		result = find_route(t, e, &r.u.document, &route);
	if (result != ERR_OK || route.route_count == 0)
		return result;
	result = published_last(t, e, &before);
	after = before;
	if (result == ERR_OK && !e->dry_run)
		result = document_publish(t, (struct doc_key){ e->role, e->serial }, &r.u.document,
					  &route);
	if (result == ERR_OK)
		result = published_last(t, e, &after);
	if (result == ERR_OK && after != before)
		result = core_log_act(t, e->uid, "resend", e->to.text);
	if (result != ERR_OK)
		return result;
	a = answer(t, e, ERR_OK);
	a->id = r.u.document.id;
	a->repeated = after == before && !e->dry_run;
	return ERR_OK;
}
