/* What is wrong with an edXML file: a fault refuses it, slips are warned of and read over. */
#ifndef VANTHU_TOOLS_EDXML_SLIP_H
#define VANTHU_TOOLS_EDXML_SLIP_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

enum edxml_slip {
	EDXML_SLIP_BEFORE,   /* bytes before the XML declaration */
	EDXML_SLIP_BEHIND,   /* bytes behind the last element */
	EDXML_SLIP_ENCODING, /* it declares another encoding than it has */
	EDXML_SLIP_SPELLING, /* an element's name is misspelt */
	EDXML_SLIP_UNKNOWN,  /* an element that nobody knows: kept */
	EDXML_SLIP_DROPPED,  /* one that is too large to be kept */
	EDXML_SLIP_NULL,     /* the text "null": read as absent */
	EDXML_SLIP_TWICE,    /* a field that comes twice: the first counts */
	EDXML_SLIP_DATE,     /* no date that exists */
	EDXML_SLIP_NO_FROM,
	EDXML_SLIP_NO_TO,
	EDXML_SLIP_NO_ID,
	EDXML_SLIP_NO_NUMBER,
	EDXML_SLIP_NO_SUBJECT,
	EDXML_SLIP_NO_DATE,
	EDXML_SLIP_NO_BUSINESS, /* read as a new document */
	EDXML_SLIP_BUSINESS,	/* of no known kind */
	EDXML_SLIP_PRIORITY,
	EDXML_SLIP_STATUS,     /* a code that nobody knows: kept */
	EDXML_SLIP_NO_ORGAN,   /* a hop, a receiver or an answer without an organ */
	EDXML_SLIP_SIGNATURE,  /* there is one, and nobody can verify it */
	EDXML_SLIP_NOT_LISTED, /* a file that the manifest does not have */
	EDXML_SLIP_NO_PART,    /* a document without a file */
	EDXML_SLIP_NO_NAME,    /* a file without a name */
	EDXML_SLIP_TYPE,       /* the manifest and the file do not agree about its type */
	EDXML_SLIP_PACKED,     /* a file that was packed as ZIP under another name: unpacked */
	EDXML_SLIP_COUNT
};

enum { EDXML_SLIPS_MAX = 100, EDXML_ABOUT_MAX = 160 };

struct edxml_slips {
	struct edxml_slip_row {
		enum edxml_slip what;
		unsigned line; /* from 1; 0: not known */
		char about[EDXML_ABOUT_MAX + 1];
	} rows[EDXML_SLIPS_MAX];
	unsigned count;
	unsigned more; /* than these */
};

/* Why a file is refused, and where. */
struct edxml_fault {
	enum err err;
	unsigned line;			 /* from 1; 0: not known */
	char about[EDXML_ABOUT_MAX + 1]; /* an element, a file, an encoding; "": not known */
};

/* The same slip about the same thing is noted once. Text that is too long is cut. */
void edxml_slip_note(struct edxml_slips *s, enum edxml_slip what, unsigned line, const char *about);
bool edxml_slip_has(const struct edxml_slips *s, enum edxml_slip what);
/* Its word for programs ("bad-date"), and what it means in English, marked for translation. */
const char *edxml_slip_word(enum edxml_slip what);
const char *edxml_slip_text(enum edxml_slip what);

/* Notes a fault; the first one stays. */
void edxml_slip_refuse(struct edxml_fault *f, enum err e, unsigned line, const char *about);
/* The same, and returns the error that stands. */
must_use enum err edxml_slip_fault(struct edxml_fault *f, enum err e, unsigned line,
				   const char *about);

#endif
