/* See reminded.h. */
#include "daemon/control/reminded.h"

#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/names.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/tree.h"

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

static char *kept(struct arena *a, text_t t)
{
	return text(arena_text(a, t, strlen(t)));
}

/* *out stays NULL where there are none. */
static enum err view_of(struct arena *a, const struct reminded *r, Vanthu__V1__Reminded **out)
{
	struct blob id = { r->last_id.bytes, sizeof r->last_id.bytes };
	Vanthu__V1__Reminded *m;

	*out = NULL;
	if (r->count == 0)
		return ERR_OK;
	m = arena_alloc(a, sizeof *m);
	if (m == NULL)
		return ERR_NO_MEMORY;
	vanthu__v1__reminded__init(m);
	id = arena_blob(a, id);
	m->count = r->count;
	m->last_at_ms = r->last_at_ms;
	m->last_number = kept(a, r->last_number);
	m->last_id = field_bytes(id.data, id.len_bytes);
	*out = m;
	return id.data == NULL ? ERR_NO_MEMORY : ERR_OK;
}

enum err control_reminded(struct client *c, const struct found_document *f,
			  Vanthu__V1__Reminded **out)
{
	struct committee_id whom = f->role == ROLE_OUT ? (struct committee_id){ "" }
						       : core_self(c->control->parts.core);
	struct lookup l = control_lookup(c);
	struct reminded r;
	enum err e;

	*out = NULL;
	if (f->role != ROLE_OUT && f->role != ROLE_IN)
		return ERR_OK;
	e = reminders_of(&l, c->control->arena, &f->document, f->role, whom, &r);
	return e == ERR_OK ? view_of(c->control->arena, &r, out) : e;
}

enum err control_remind(struct client *c, const struct remind_asked *asked,
			Vanthu__V1__DueLine *line)
{
	const struct found_document *f = asked->of;
	struct tree_view tree = { .tree = asked->tree,
				  .lookup = control_lookup(c),
				  .arena = asked->scratch };
	const struct remind_question q = { .tree = &tree,
					   .rules = asked->rules,
					   .self = core_self(c->control->parts.core),
					   .key = { f->role, f->serial },
					   .document = &f->document,
					   .whom = asked->whom,
					   .wall_ms = asked->wall_ms };
	struct arena *a = c->control->arena;
	size_t names_bytes = COMMITTEE_NAME_MAX + 1;
	struct remind_answer answer;
	Vanthu__V1__Remind *m = arena_alloc(a, sizeof *m);
	struct blob digest = { f->document.digest.bytes, sizeof f->document.digest.bytes };
	enum err e;

	arena_reset(asked->scratch);
	if (m == NULL)
		return ERR_NO_MEMORY;
	e = reminders_judge(&q, &answer);
	if (e == ERR_OK)
		e = view_of(a, &answer.reminded, &line->reminded);
	if (e != ERR_OK)
		return e;
	vanthu__v1__remind__init(m);
	digest = arena_blob(a, digest);
	m->verdict = (Vanthu__V1__RemindVerdict)answer.verdict;
	m->next_on = kept(a, answer.next_on);
	m->superior = kept(a, answer.superior.text);
	if (!id_empty(answer.superior))
		m->superior_name = control_name(c, NULL, answer.superior, &names_bytes);
	m->by_itself = answer.wanted && strcmp(c->control->parts.config->remind_auto, "yes") == 0;
	m->issued_on = text(f->document.summary.issued_on);
	m->secrecy = (Vanthu__V1__Secrecy)f->document.secrecy;
	m->digest = field_bytes(digest.data, digest.len_bytes);
	line->remind = m;
	return digest.data == NULL ? ERR_NO_MEMORY : ERR_OK;
}
