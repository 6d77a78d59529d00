/* See paper_entry.h. */
#include "tools/command/paper_entry.h"

#include <stdio.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/cli/cli.h"

const char *const paper_secrecy_words[PAPER_SECRECIES + 1] = { "thuong", "mat", "toi-mat",
							       "tuyet-mat", NULL };

bool paper_take_secrecy(struct paper *p, const char *value)
{
	int i = text_choose(value, paper_secrecy_words);

	if (i >= 0)
		p->secrecy = (Vanthu__V1__Secrecy)(i + 1);
	return i >= 0;
}

Vanthu__V1__Direction paper_direction(const char *word)
{
	static const char *const words[] = { "in", "out", "den", "di", NULL }; /* đến, đi */
	int i = text_choose(word, words);

	if (i < 0)
		return VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	return i % 2 == 0 ? VANTHU__V1__DIRECTION__DIRECTION_IN
			  : VANTHU__V1__DIRECTION__DIRECTION_OUT;
}

static int check_missing(struct cli *cli, const struct paper *p)
{
	bool secret = p->secrecy > VANTHU__V1__SECRECY__SECRECY_THUONG;
	char message[160];

	const struct text_field fields[] = {
		{ "number", p->number, NUMBER_MAX, false },
		{ "subject", secret ? NULL : p->subject, SUBJECT_MAX, false },
		{ "from", secret ? NULL : p->party, COMMITTEE_NAME_MAX, true }, /* or --to */
		{ "note", secret ? NULL : p->note, NOTE_MAX, true },
	};

	if (p->kind != NULL && p->number != NULL && (p->subject != NULL || secret)) {
		int code = text_field_check(cli, fields, sizeof fields / sizeof fields[0]);

		return code != 0 || p->date[0] == '\0'
			       ? code
			       : text_field_check_past(cli, "date", p->date);
	}
	snprintf(message, sizeof message, _("missing:%s%s%s"), p->kind == NULL ? " --type" : "",
		 p->number == NULL ? " --number" : "",
		 p->subject == NULL && !secret ? " --subject" : "");
	return cli_fail_text(cli, ERR_USAGE, message,
			     _("for example: vanthu paper add in 12-CV/ĐUK \"…\" --from \"…\" "
			       "--date 24/11/2026"));
}

/* As it was named, or as the number says. `auto` alone says none. */
static int find_kind(struct cli *cli, struct paper *p)
{
	if (p->type != NULL)
		return doctype_option(cli, p->type, p->date, &p->kind);
	if (p->number == NULL ||
	    (numbering_is_template(p->number) && strpbrk(p->number, "-/") == NULL))
		return 0;
	return doctype_of_number(cli, p->number, p->date, &p->kind);
}

int paper_check(struct cli *cli, struct paper *p)
{
	int code = find_kind(cli, p);

	if (code == 0)
		code = check_missing(cli, p);
	if (code == 0 && p->direction == VANTHU__V1__DIRECTION__DIRECTION_IN &&
	    numbering_is_template(p->number))
		code = cli_wanted(cli, _("what came in has a number already"),
				  _("give it as it is printed: --number NUMBER"));
	return code;
}

/* Of a secret one nothing of that is kept. */
static void fill_signing(struct paper *p, Vanthu__V1__PaperAdd *add)
{
	add->signer = p->signer == NULL ? add->signer : p->signer;
	add->position = p->position == NULL ? add->position : p->position;
	add->competence = p->competence == NULL ? add->competence : p->competence;
	add->note = p->note == NULL ? add->note : p->note;
	vanthu__v1__ref__init(&p->answered);
	p->answered.text = (char *)(uintptr_t)p->reply_to;
	add->reply_to = p->reply_to == NULL ? NULL : &p->answered;
}

void paper_fill(struct paper *p, Vanthu__V1__PaperAdd *add)
{
	bool secret = p->secrecy > VANTHU__V1__SECRECY__SECRECY_THUONG;

	vanthu__v1__paper_add__init(add);
	add->id = (ProtobufCBinaryData){ .len = sizeof p->id.bytes, .data = p->id.bytes };
	add->direction = p->direction;
	add->type_code = (char *)(uintptr_t)p->kind->code;
	add->type_name = (char *)(uintptr_t)p->kind->name;
	if (numbering_is_template(p->number))
		add->number_template = p->number;
	else
		add->number = p->number;
	add->subject = secret || p->subject == NULL ? (char *)(uintptr_t) "" : p->subject;
	add->date = p->date;
	add->issued_on = p->issued;
	add->party = secret || p->party == NULL ? (char *)(uintptr_t) "" : p->party;
	add->secrecy = p->secrecy;
	if (!secret)
		fill_signing(p, add);
	add->again = p->again;
	add->strict = p->strict;
}
