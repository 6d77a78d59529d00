/* See entry.h. */
#include "routing/documents/entry.h"

#include <string.h>

#include "routing/documents/matter.h"
#include "routing/state/record.h"

static bool same(text_t a, text_t b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

text_t entry_issued_on(const struct rec_paper *p)
{
	return p->issued_on == NULL || p->issued_on[0] == '\0' ? p->date : p->issued_on;
}

bool entry_same_signing(const struct rec_paper *a, const struct rec_paper *b)
{
	return same(a->signer_competence, b->signer_competence) &&
	       same(a->signer_position, b->signer_position) &&
	       same(a->signer_name, b->signer_name) &&
	       memcmp(&a->reply_id, &b->reply_id, sizeof a->reply_id) == 0;
}

void entry_hide(struct rec_paper *p)
{
	p->subject = p->party = "";
	p->signer_competence = p->signer_position = p->signer_name = p->note = "";
	p->reply_id = (struct doc_id){ { 0 } };
	p->reply_origin = (struct committee_id){ "" };
}

enum err entry_check_answer(struct turn_view *t, const struct rec_paper *p,
			    struct slips_found *out)
{
	const struct document_ref answered = { .origin = p->reply_origin, .id = p->reply_id };
	enum err warning = ERR_OK, e = ERR_OK;

	if (p->direction == DIRECTION_OUT)
		e = matter_warning(t, &answered, &warning);
	if (e == ERR_OK && warning != ERR_OK && out->count < WARNINGS_MAX)
		out->codes[out->count++] = (uint32_t)warning;
	return e;
}
