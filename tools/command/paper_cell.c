/* See paper_cell.h. */
#include "tools/command/paper_cell.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/paper_column.h"
#include "tools/command/paper_entry.h"
#include "tools/input/input.h"

static int take_secrecy(struct cli *cli, struct paper *p, const char *cell)
{
	char message[256];

	if (cell[0] == '\0' || paper_take_secrecy(p, cell))
		return 0;
	snprintf(message, sizeof message, _("secrecy: not understood: %.100s"), cell);
	return cli_fail_text(cli, ERR_USAGE, message, "thuong|mat|toi-mat|tuyet-mat");
}

static int take_direction(struct cli *cli, struct paper *p, const char *cell)
{
	char message[256];

	p->direction = paper_direction(cell);
	if (p->direction != VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED)
		return 0;
	snprintf(message, sizeof message, _("direction: not understood: %.100s"), cell);
	return cli_fail_text(cli, ERR_USAGE, message, _("write: đến or đi (in or out)"));
}

/* Without a date the id of a line would mean another day each time. */
static int take_date(struct cli *cli, struct paper *p, const char *cell)
{
	if (cell[0] == '\0')
		return cli_fail_text(cli, ERR_BAD_DATE, _("missing: date"),
				     _("write the day on which it came or went: 24/11/2026"));
	return text_date(cell, p->date) ? 0 : cli_fail(cli, ERR_BAD_DATE, cell);
}

static int take_competence(struct cli *cli, struct paper *p, const char *cell)
{
	char message[256];

	p->competence = cell[0] == '\0' ? NULL : text_entry(cell);
	if (p->competence == NULL || signing_is_competence(p->competence))
		return 0;
	snprintf(message, sizeof message, _("competence: not understood: %.100s"), cell);
	return cli_fail_text(cli, ERR_USAGE, message,
			     _("write T/M, T/L or K/T and for whom, like \"T/M ĐẢNG ỦY\"; the "
			       "State writes TM. KT. TL. TUQ. Q."));
}

int paper_cell_take(struct cli *cli, struct paper *p, unsigned field, char *cell)
{
	switch (field) {
	case COLUMN_DIRECTION:
		return take_direction(cli, p, cell);
	case COLUMN_NUMBER:
		free(p->number);
		p->number = cell[0] == '\0' ? NULL : text_entry(cell);
		return 0;
	case COLUMN_TYPE:
		p->type = cell[0] == '\0' ? NULL : cell;
		return 0;
	case COLUMN_DATE:
		return take_date(cli, p, cell);
	case COLUMN_SUBJECT:
		p->subject = cell[0] == '\0' ? NULL : text_entry(cell);
		return 0;
	case COLUMN_PARTY:
		p->party = cell[0] == '\0' ? NULL : text_entry(cell);
		return 0;
	case COLUMN_SECRECY:
		return take_secrecy(cli, p, cell);
	case COLUMN_SIGNER:
		p->signer = cell[0] == '\0' ? NULL : text_entry(cell);
		return 0;
	case COLUMN_POSITION:
		p->position = cell[0] == '\0' ? NULL : text_entry(cell);
		return 0;
	case COLUMN_COMPETENCE:
		return take_competence(cli, p, cell);
	case COLUMN_ISSUED:
		return cell[0] == '\0' || text_date(cell, p->issued)
			       ? 0
			       : cli_fail(cli, ERR_BAD_DATE, cell);
	case COLUMN_NOTE:
		p->note = cell[0] == '\0' ? NULL : text_entry(cell);
		return 0;
	default:
		return 0;
	}
}
