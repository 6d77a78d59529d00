/* See why_cause.h. */
#include "daemon/control/why_cause.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/names.h"
#include "daemon/control/recipients.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/documents/documents.h"
#include "routing/state/tree.h"

enum {
	CAUSES_MAX = 64, /* of one document; further recipients are counted with one like theirs */
	NAMED_MAX = 8,	 /* recipients of a cause that are named */
	SCRATCH_BYTES = 4 << 20, /* one signed receipt with its relay records */
};

#define REASON(name) VANTHU__V1__WHY_REASON__WHY_REASON_##name

void why_context_drop(struct why_context *x)
{
	if (x == NULL)
		return;
	tree_destroy(x->tree);
	control_names_drop(x->names);
	arena_destroy(x->scratch);
	free(x);
}

struct why_context *why_context_new(struct client *c)
{
	struct why_context *x = calloc(1, sizeof *x);

	if (x == NULL)
		return NULL;
	x->tree = tree_new();
	x->names = control_names_new();
	x->scratch = arena_new(SCRATCH_BYTES);
	x->self = core_self(c->control->parts.core);
	x->deadlines = tables_deadlines(c->control->parts.tables, c->control->parts.config);
	x->now_ms = control_wall_ms(c);
	if (x->tree == NULL || x->scratch == NULL) {
		why_context_drop(x);
		return NULL;
	}
	return x;
}

/* ---- causes ---- */

/* What tells one cause of a document from another. */
struct same {
	Vanthu__V1__WhyReason reason;
	uint32_t code;
	struct committee_id hop; /* "" none */
};

static bool is_same(const Vanthu__V1__WhyCause *cause, const struct same *s)
{
	return cause->reason == s->reason && cause->code == s->code &&
	       strcmp(cause->hop, s->hop.text) == 0;
}

static char *copy(struct arena *a, text_t t)
{
	return t == NULL || t[0] == '\0' ? (char *)(uintptr_t) ""
					 : (char *)(uintptr_t)arena_text(a, t, strlen(t));
}

static Vanthu__V1__WhyCause *new_cause(struct arena *a, const struct same *s,
				       Vanthu__V1__WhyDocument *out)
{
	Vanthu__V1__WhyCause *cause = arena_alloc(a, sizeof *cause);
	char **names = arena_array(a, 2 * NAMED_MAX, sizeof *names);

	if (out->causes == NULL)
		out->causes = arena_array(a, CAUSES_MAX, sizeof(Vanthu__V1__WhyCause *));
	if (cause == NULL || names == NULL || out->causes == NULL)
		return NULL;
	vanthu__v1__why_cause__init(cause);
	cause->reason = s->reason;
	cause->code = s->code;
	cause->hop = copy(a, s->hop.text);
	cause->committees = names;
	cause->names = names + NAMED_MAX;
	if (cause->hop == NULL)
		return NULL;
	out->causes[out->n_causes++] = cause;
	return cause;
}

/* The one like it; past CAUSES_MAX, any of its reason, or the last. NULL without memory. */
static Vanthu__V1__WhyCause *cause_of(struct arena *a, const struct same *s,
				      Vanthu__V1__WhyDocument *out)
{
	for (size_t i = 0; i < out->n_causes; i++) {
		if (is_same(out->causes[i], s))
			return out->causes[i];
	}
	if (out->n_causes < CAUSES_MAX)
		return new_cause(a, s, out);
	for (size_t i = 0; i < out->n_causes; i++) {
		if (out->causes[i]->reason == s->reason)
			return out->causes[i];
	}
	return out->causes[out->n_causes - 1];
}

static enum err add_recipient(struct client *c, struct why_context *x, struct committee_id who,
			      Vanthu__V1__WhyCause *cause)
{
	size_t names_bytes = NAMES_LINE_BYTES;
	char *id;

	cause->count++;
	if (cause->n_committees == NAMED_MAX)
		return ERR_OK;
	id = copy(c->control->arena, who.text);
	if (id == NULL)
		return ERR_NO_MEMORY;
	cause->committees[cause->n_committees++] = id;
	cause->names[cause->n_names++] = control_name_of(c, x->names, id, &names_bytes);
	return ERR_OK;
}

enum err why_cause_paper(struct client *c, Vanthu__V1__WhyDocument *out)
{
	const struct same s = { .reason = REASON(PAPER) };

	return cause_of(c->control->arena, &s, out) == NULL ? ERR_NO_MEMORY : ERR_OK;
}

enum err why_cause_unfit(struct client *c, struct why_context *x, struct committee_id who,
			 const struct report_unfit *unfit, Vanthu__V1__WhyDocument *out)
{
	const struct same s = { .reason = unfit->why == UNFIT_NOT_OURS ? REASON(NOT_OURS)
								       : REASON(NOT_COUNTED) };
	Vanthu__V1__WhyCause *cause = cause_of(c->control->arena, &s, out);

	return cause == NULL ? ERR_NO_MEMORY : add_recipient(c, x, who, cause);
}

/* ---- sent ---- */

static struct tree_view tree_of(struct client *c, const struct why_context *x)
{
	return (struct tree_view){ .tree = x->tree,
				   .lookup = control_lookup(c),
				   .arena = c->control->arena,
				   .retired_too = true };
}

/* Receipts and refusals, through an arena of their own: each may bring the records of its way. */
static enum err read_answers(struct client *c, struct why_context *x,
			     const struct found_document *f, const struct recipient_list *all,
			     bool *answered, Vanthu__V1__WhyDocument *out)
{
	struct scan scan = scan_of(key_serial(f->role, f->serial));
	struct arena *a = c->control->arena;
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e;

	for (;;) {
		struct same s = { .reason = REASON(REFUSED) };
		Vanthu__V1__WhyCause *cause;
		struct committee_id who;
		struct serial serial;
		uint32_t position;
		enum role role;

		arena_reset(x->scratch);
		e = l.next(l.ctx, x->scratch, FAMILY_RECEIPT, &scan, &r);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
		if (!key_parse_receipt(&scan.at, &role, &serial, &who))
			continue;
		if (recipients_find(all, who, &position))
			answered[position] = true;
		if (r.u.receipt.kind != KIND_REFUSAL)
			continue;
		s.code = r.u.receipt.reason;
		cause = cause_of(a, &s, out);
		if (cause == NULL)
			return ERR_NO_MEMORY;
		if (r.u.receipt.at_ms > cause->since_ms) {
			cause->since_ms = r.u.receipt.at_ms;
			cause->rule = copy(a, r.u.receipt.rule);
		}
		e = cause->rule == NULL ? ERR_NO_MEMORY : add_recipient(c, x, who, cause);
		if (e != ERR_OK)
			return e;
	}
}

/* Why there is no answer of a recipient. */
static enum err judge_way(struct client *c, struct why_context *x, struct committee_id who,
			  struct same *s, int64_t *since_ms)
{
	struct tree_view v = tree_of(c, x);
	struct committee_id superior;
	struct link_view link;
	bool retired = false;
	enum err e = tree_superior(&v, who, &superior, &retired);

	*since_ms = 0;
	if (e == ERR_OK && !retired && !id_equal(who, x->self))
		e = tree_next_hop(&v, x->self, who, &s->hop);
	if (e == ERR_NOT_FOUND || e == ERR_NO_ROUTE || retired) {
		s->reason = REASON(NO_ROUTE);
		s->code = (uint32_t)(retired		  ? ERR_RETIRED_RECIPIENT
				     : e == ERR_NOT_FOUND ? ERR_UNKNOWN_RECIPIENT
							  : ERR_NO_ROUTE);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e == ERR_DAMAGED || e == ERR_BAD_TREE ? ERR_OK : e;
	if (id_empty(s->hop) || !core_link_find(c->control->parts.core, s->hop, &link))
		return ERR_OK;
	if (link.up) {
		s->code = (uint32_t)link.waits_for;
	} else {
		s->reason = REASON(LINK_DOWN);
		s->code = link.down_reason != 0 ? link.down_reason : (uint32_t)ERR_NETWORK;
		*since_ms = link.last_proof_ms;
	}
	return ERR_OK;
}

enum err why_cause_sent(struct client *c, struct why_context *x, const struct found_document *f,
			Vanthu__V1__WhyDocument *out)
{
	const struct addressed to = { .origin = f->document.origin,
				      .version = f->document.directory_version,
				      .recipients = f->document.recipients,
				      .count = f->document.recipients_len };
	struct same waiting = { .reason = REASON(WAITING) };
	struct arena *a = c->control->arena;
	struct tree_view v = tree_of(c, x);
	struct recipient_list all = { .count = 0 };
	bool *answered;
	enum err e;

	v.retired_too = false; /* as all who answer for it expand them */
	e = recipients_expand(&v, &to, CONTROL_RECIPIENTS_MAX, &all);
	if (e != ERR_OK && e != ERR_TOO_MANY_RECIPIENTS && e != ERR_NOT_FOUND)
		return e;
	answered = arena_array(a, (size_t)all.count + 1, sizeof *answered);
	if (answered == NULL)
		return ERR_NO_MEMORY;
	memset(answered, 0, ((size_t)all.count + 1) * sizeof *answered);
	e = read_answers(c, x, f, &all, answered, out);
	for (uint32_t i = 0; e == ERR_OK && i < all.count; i++) {
		struct same s = waiting;
		Vanthu__V1__WhyCause *cause;
		int64_t since_ms = 0;

		if (answered[i])
			continue;
		e = judge_way(c, x, all.ids[i], &s, &since_ms);
		if (e == ERR_OK && f->state.expired) {
			/* whatever the link is now, it must be sent again */
			s.reason = REASON(EXPIRED);
			s.code = 0;
			since_ms = 0;
		}
		cause = e == ERR_OK ? cause_of(a, &s, out) : NULL;
		if (cause == NULL)
			return e == ERR_OK ? ERR_NO_MEMORY : e;
		cause->since_ms = since_ms;
		e = add_recipient(c, x, all.ids[i], cause);
	}
	if (e == ERR_OK && out->n_causes == 0 && cause_of(a, &waiting, out) == NULL)
		return ERR_NO_MEMORY;
	return e;
}

/* ---- received ---- */

static struct deadline deadline_for(const struct why_context *x, const struct found_document *f)
{
	const struct deadline_of of = { .stand = f->work.stand,
					.urgency = f->document.urgency,
					.arrived_at_ms = f->state.complete_at_ms,
					.office_due_on = f->work.due_on,
					.document_due_on = f->document.summary.due_on };

	return deadline_next(&x->deadlines, &of);
}

enum err why_cause_received(struct client *c, struct why_context *x, const struct found_document *f,
			    Vanthu__V1__WhyDocument *out)
{
	bool is_new = f->work.stand.work <= OFFICE_ARRIVED;
	struct same s = { .reason = !is_new		     ? REASON(IN_HAND)
				    : f->work.stand.replaced ? REASON(REPLACED)
							     : REASON(NEW) };
	struct deadline d = deadline_for(x, f);
	struct arena *a = c->control->arena;
	Vanthu__V1__WhyCause *cause = cause_of(a, &s, out);

	if (cause == NULL)
		return ERR_NO_MEMORY;
	cause->since_ms = is_new ? f->state.complete_at_ms : f->work.since_ms;
	cause->person = copy(a, f->work.to);
	if (cause->person == NULL)
		return ERR_NO_MEMORY;
	if (deadline_state_at(&x->deadlines, &d, x->now_ms) != DEADLINE_OVERDUE)
		return ERR_OK;
	s.reason = REASON(OVERDUE);
	cause = cause_of(a, &s, out);
	if (cause == NULL)
		return ERR_NO_MEMORY;
	cause->due_on = copy(a, d.on);
	cause->late_days = deadline_late_days(&x->deadlines, &d, x->now_ms);
	return cause->due_on == NULL ? ERR_NO_MEMORY : ERR_OK;
}
