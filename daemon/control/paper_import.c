/* See paper_import.h. */
#include "daemon/control/paper_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/check.h"
#include "daemon/control/client.h"
#include "daemon/control/paper.h"
#include "daemon/control/room.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/state/event.h"
#include "routing/state/plan.h"

static void release(void *owner)
{
	arena_destroy(owner);
}

/* ---- the answer ---- */

struct outcomes {
	Vanthu__V1__PaperOutcome *messages, **list;
	struct paper_accepted *accepted;
};

static bool make(struct arena *a, uint32_t count, struct outcomes *out)
{
	out->messages = arena_array(a, count, sizeof *out->messages);
	out->list = arena_array(a, count, sizeof(Vanthu__V1__PaperOutcome *));
	out->accepted = arena_array(a, count, sizeof *out->accepted);
	return out->messages != NULL && out->list != NULL && out->accepted != NULL;
}

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r =
		control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_PAPER_IMPORTED);
	Vanthu__V1__PaperImported imported = VANTHU__V1__PAPER_IMPORTED__INIT;
	struct arena *arena = arena_new(4 << 20);
	struct outcomes out;

	if (arena == NULL || !make(arena, a->line_count, &out)) {
		arena_destroy(arena);
		control_say_error(c, p->request_id, ERR_NO_MEMORY, "");
		return;
	}
	arena_reset(c->control->arena);
	for (uint32_t i = 0; i < a->line_count; i++) {
		const struct act_reply *line = &a->lines[i];
		Vanthu__V1__PaperOutcome *m = out.list[i] = &out.messages[i];

		vanthu__v1__paper_outcome__init(m);
		m->code = (uint32_t)line->result;
		if (line->about != NULL)
			m->about = (char *)(uintptr_t)line->about;
		if (line->result != ERR_OK)
			continue;
		control_paper_accepted(c, line, &out.accepted[i]);
		m->accepted = &out.accepted[i].message;
	}
	imported.n_outcomes = a->line_count;
	imported.outcomes = out.list;
	imported.registered = a->registered;
	r.paper_imported = &imported;
	control_say(c, &r);
	arena_destroy(arena);
}

/* ---- the event ---- */

static bool copy(struct arena *a, const char *from, text_t *to)
{
	*to = arena_text(a, from, strlen(from));
	return *to != NULL;
}

static enum err read_line(struct arena *a, const struct client *c, const Vanthu__V1__PaperAdd *m,
			  struct ev_paper *out)
{
	char about[CONTROL_ABOUT_BYTES];
	struct rec_paper *p = &out->paper;

	*out = (struct ev_paper){ .action = PAPER_ADD,
				  .uid = c->uid,
				  .again = m->again,
				  .strict = m->strict,
				  .reason = "",
				  .import = true,
				  .fault = control_check_paper(m, about) };
	*p = (struct rec_paper){ .direction = (enum direction)m->direction,
				 .secrecy = (enum secrecy)m->secrecy,
				 .reason = "" };
	if (out->fault == ERR_OK) {
		out->fault = control_judge_secrecy(c, p->secrecy);
		if (out->fault != ERR_OK)
			snprintf(about, sizeof about, "secrecy");
	}
	/* Each would be looked for among all documents. */
	if (out->fault == ERR_OK && m->reply_to != NULL) {
		out->fault = ERR_USAGE;
		snprintf(about, sizeof about, "reply_to");
	}
	if (out->fault == ERR_OK)
		out->fault = field_fixed(m->id, out->id.bytes, sizeof out->id.bytes);
	return copy(a, about, &out->about) && copy(a, m->type_code, &p->type_code) &&
			       copy(a, m->type_name, &p->type_name) &&
			       copy(a, m->number, &p->number) && copy(a, m->subject, &p->subject) &&
			       copy(a, m->date, &p->date) && copy(a, m->party, &p->party) &&
			       copy(a, m->signer, &p->signer_name) &&
			       copy(a, m->position, &p->signer_position) &&
			       copy(a, m->competence, &p->signer_competence) &&
			       copy(a, m->issued_on, &p->issued_on) &&
			       copy(a, m->note, &p->note) &&
			       copy(a, m->number_template, &out->number_template)
		       ? ERR_OK
		       : ERR_NO_MEMORY;
}

void control_paper_import(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__PaperImport *m = request->paper_import;
	struct event event = { .type = EVENT_PAPERS,
			       .u.papers = { .count = (uint32_t)m->n_lines,
					     .together = m->together,
					     .dry_run = m->dry_run } };
	struct question q = { .request_id = request->id,
			      .event = &event,
			      .reply = &event.u.papers.reply,
			      .answer = answer,
			      .answer_bytes = room_paper_import(c, request),
			      .release = release };
	struct arena *a = arena_new(4 << 20);
	struct ev_paper *lines = a == NULL ? NULL : arena_array(a, m->n_lines, sizeof *lines);
	enum err e = lines == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (size_t i = 0; i < m->n_lines && e == ERR_OK; i++)
		e = read_line(a, c, m->lines[i], &lines[i]);
	if (e != ERR_OK) {
		arena_destroy(a);
		control_say_error(c, request->id, e, "");
		return;
	}
	event.u.papers.lines = lines;
	q.owner = a;
	control_ask_core(c, &q);
}
