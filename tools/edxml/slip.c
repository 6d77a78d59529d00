/* See tools/edxml/slip.h. */
#include "tools/edxml/slip.h"

#include <stdio.h>
#include <string.h>

#define N_(text) text

static const struct {
	const char *word, *text;
} rows[EDXML_SLIP_COUNT] = {
	[EDXML_SLIP_BEFORE] = { "bytes-before",
				N_("there are bytes before the XML declaration: left out") },
	[EDXML_SLIP_BEHIND] = { "bytes-behind",
				N_("there are bytes behind the last element: left out") },
	[EDXML_SLIP_ENCODING] = { "encoding",
				  N_("it names another encoding, and is UTF-8: read as that") },
	[EDXML_SLIP_SPELLING] = { "spelling",
				  N_("an element's name is misspelt: read as what it means") },
	[EDXML_SLIP_UNKNOWN] = { "unknown", N_("an element that edXML does not have: kept") },
	[EDXML_SLIP_DROPPED] = { "dropped", N_("an element that is too large: left out") },
	[EDXML_SLIP_NULL] = { "null", N_("the text \"null\": read as nothing") },
	[EDXML_SLIP_TWICE] = { "twice", N_("a field that comes twice: the first counts") },
	[EDXML_SLIP_DATE] = { "bad-date", N_("no date that exists: kept as it is") },
	[EDXML_SLIP_NO_FROM] = { "no-from", N_("it does not say which organ sends it") },
	[EDXML_SLIP_NO_TO] = { "no-to", N_("it does not say which organ it is for") },
	[EDXML_SLIP_NO_ID] = { "no-id", N_("it has no DocumentId") },
	[EDXML_SLIP_NO_NUMBER] = { "no-number", N_("it has no number") },
	[EDXML_SLIP_NO_SUBJECT] = { "no-subject", N_("it does not say what it is about") },
	[EDXML_SLIP_NO_DATE] = { "no-date", N_("it has no date of issue") },
	[EDXML_SLIP_NO_BUSINESS] = { "no-business",
				     N_("it does not say what is done with it: read as new") },
	[EDXML_SLIP_BUSINESS] = { "business",
				  N_("what is done with it is none of 0 to 3: kept as it is") },
	[EDXML_SLIP_PRIORITY] = { "priority",
				  N_("an urgency that is none of 0 to 4: read as ordinary") },
	[EDXML_SLIP_STATUS] = { "status", N_("a code of a status that nobody knows: kept") },
	[EDXML_SLIP_NO_ORGAN] = { "no-organ", N_("an entry without the code of its organ") },
	[EDXML_SLIP_SIGNATURE] = { "signature",
				   N_("a signature that nobody can verify: kept as it is") },
	[EDXML_SLIP_NOT_LISTED] = { "not-listed", N_("a file that the manifest does not list") },
	[EDXML_SLIP_NO_PART] = { "no-part", N_("a document without a file") },
	[EDXML_SLIP_NO_NAME] = { "no-name", N_("a file without a name") },
	[EDXML_SLIP_TYPE] = { "content-type",
			      N_("its type is not the same in the manifest and beside the file") },
	[EDXML_SLIP_PACKED] = { "packed",
				N_("a file that is packed under another name: unpacked") },
};

void edxml_slip_note(struct edxml_slips *s, enum edxml_slip what, unsigned line, const char *about)
{
	struct edxml_slip_row row = { .what = what, .line = line };

	snprintf(row.about, sizeof row.about, "%s", about == NULL ? "" : about);
	for (unsigned i = 0; i < s->count; i++)
		if (s->rows[i].what == what && strcmp(s->rows[i].about, row.about) == 0)
			return;
	if (s->count < EDXML_SLIPS_MAX)
		s->rows[s->count++] = row;
	else
		s->more++;
}

bool edxml_slip_has(const struct edxml_slips *s, enum edxml_slip what)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->rows[i].what == what)
			return true;
	return false;
}

const char *edxml_slip_word(enum edxml_slip what)
{
	return rows[what].word;
}

const char *edxml_slip_text(enum edxml_slip what)
{
	return rows[what].text;
}

void edxml_slip_refuse(struct edxml_fault *f, enum err e, unsigned line, const char *about)
{
	if (f->err != ERR_OK)
		return;
	f->err = e;
	f->line = line;
	snprintf(f->about, sizeof f->about, "%s", about == NULL ? "" : about);
}

enum err edxml_slip_fault(struct edxml_fault *f, enum err e, unsigned line, const char *about)
{
	edxml_slip_refuse(f, e, line, about);
	return f->err;
}
