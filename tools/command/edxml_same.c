/* See tools/command/edxml_same.h. */
#include "tools/command/edxml_same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/edxml_id.h"
#include "tools/output/output.h"


/* As it is sent: in one spelling. */
static bool same_text(text_t said, const char *has)
{
	char *entry = text_entry(edxml_text(said));
	bool same = entry != NULL && (entry[0] == '\0' || strcmp(entry, has) == 0);

	free(entry);
	return same;
}

static bool same_day(text_t said, const char *has)
{
	char day[EDXML_DATE_SIZE];

	return !edxml_date(edxml_text(said), day) || strcmp(day, has) == 0;
}

static bool same_number(const struct edxml_message *m, const char *has)
{
	char number[NUMBER_MAX + 1];

	if (edxml_message_value(m, "number")[0] != '\0')
		return strcmp(edxml_message_value(m, "number"), has) == 0;
	edxml_number_join(m->code_number, m->code_notation, number, sizeof number);
	return number[0] == '\0' || edxml_number_same(number, has);
}

/* In whose place it was signed is left out on the way in where it is no such text. */
static bool same_signer(const struct edxml_message *m, const Vanthu__V1__Signer *s)
{
	char *competence = text_entry(edxml_text(m->competence));
	bool same = competence != NULL;

	if (same && signing_is_competence(competence))
		same = strcmp(competence, s == NULL ? "" : s->competence) == 0;
	free(competence);
	return same && same_text(m->signer, s == NULL ? "" : s->name) &&
	       same_text(m->position, s == NULL ? "" : s->position);
}

static bool same_secrecy(const struct edxml_message *m, const Vanthu__V1__DocumentView *v)
{
	static const char *const words[] = { "", "thuong", "mat", "toi-mat", "tuyet-mat" };
	text_t said = edxml_message_value(m, "secrecy");

	return said[0] == '\0' || ((unsigned)v->secrecy < sizeof words / sizeof words[0] &&
				   strcmp(said, words[v->secrecy]) == 0);
}

static bool same_kind(const struct edxml_message *m, const Vanthu__V1__DocumentLine *l)
{
	const int business = edxml_business(m->business_type);
	const int urgency = edxml_priority(m->priority);
	const int has = l->business == 0 ? EDXML_NEW : (int)l->business - 1;
	const int most = (int)URGENCY_HOA_TOC - 1, level = urgency > most ? most : urgency;

	return (business < 0 ? EDXML_NEW : business) == has &&
	       (level < 0 ? 0 : level) == (l->urgency == 0 ? 0 : (int)l->urgency - 1);
}

static bool is_member(const Vanthu__V1__DocumentView *v, const char *committee)
{
	for (size_t i = 0; i < v->n_members; i++)
		if (strcmp(v->members[i], committee) == 0)
			return true;
	return false;
}

static bool same_recipients(const struct edxml_same_question *q)
{
	const struct edxml_message *m = q->file->loaded->message;

	for (uint32_t i = 0; i < m->to_count; i++) {
		text_t code = edxml_text(m->to[i].organ_id);
		const char *who =
			code[0] == '\0' ? NULL : edxml_organs_committee(q->organs, code, q->day);

		if (who == NULL || !is_member(q->view, who))
			return false;
	}
	return true;
}

/* ---- parts ---- */

static bool same_parts(const struct edxml_same_question *q)
{
	const struct edxml_loaded *l = q->file->loaded;

	if (l->message->part_count != q->view->n_parts)
		return false;
	for (uint32_t i = 0; i < l->message->part_count; i++) {
		struct content_part part;
		struct digest digest;
		uint64_t size;

		if (content_part_of(q->view, i, &part) != ERR_OK || part.size_bytes != l->sizes[i])
			return false;
		if (!edxml_id_part(q->file, i, &digest, &size) || size != part.size_bytes ||
		    memcmp(&digest, &part.sha256, sizeof digest) != 0)
			return false;
	}
	return true;
}

/* ---- the whole ---- */

static bool same_type(const struct edxml_message *m, const char *has)
{
	text_t own = edxml_message_value(m, "type_name");

	/* by a symbol, or another spelling: whoever sends it says what that means */
	return same_text(own[0] != '\0' ? own : m->type_name, has);
}

bool edxml_same(const struct edxml_same_question *q)
{
	const struct edxml_message *m = q->file->loaded->message;
	const Vanthu__V1__DocumentBody *b = q->view->body;
	const Vanthu__V1__DocumentLine *l = q->view->line;
	text_t subject = edxml_text(m->subject)[0] != '\0' ? m->subject : m->content;

	/* of one that was given back only its line is left */
	return b != NULL && same_number(m, l->number) && same_type(m, l->type_name) &&
	       same_text(subject, l->subject) && same_day(m->date, l->issued_on) &&
	       same_day(m->due_date, l->due_on) && same_signer(m, b->signer) &&
	       same_kind(m, l) && same_secrecy(m, q->view) &&
	       same_text(edxml_message_value(m, "term"), b->term) &&
	       same_text(edxml_message_value(m, "note"), b->note) && same_recipients(q) &&
	       same_parts(q);
}

void edxml_same_print(struct cli *cli, const Vanthu__V1__DocumentView *v, const char *id)
{
	static const struct column columns[] = { { "number", N_("Number"), FORMAT_TEXT, false },
						 { "id", N_("Id"), FORMAT_TEXT, false },
						 { "to_text", N_("To"), FORMAT_WHO, false },
						 { "repeated", N_("Repeated"), FORMAT_BOOL, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	json_t *out = json_pack("{s:s, s:o, s:o, s:b}", "id", id, "number",
				json_text_or_null(v->line->number), "recipients",
				json_texts(v->members, v->n_members), "repeated", 1);
	json_t *names = json_texts(v->member_names, v->n_member_names);

	if (cli->plain)
		json_object_set(out, "to_text", json_object_get(out, "recipients"));
	else if (!cli->json)
		json_object_set_new(
			out, "to_text",
			people_names(cli, json_object_get(out, "recipients"), names, true));
	if (cli->dry_run)
		json_object_set_new(out, "dry_run", json_true());
	json_object_set_new(out, "warnings", json_array());
	json_decref(names);
	output_object(cli, out, columns);
	cli_hint(cli, "%s", _("It is here already: nothing was sent."));
}
