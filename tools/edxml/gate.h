/* What of a file goes to the XML parser: the bytes from the first element or declaration on, as far
 * as they stay within what a small and harmless XML file has. Refused before the parser sees it:
 * document types and entities, tags and comments that are too long or have too many attributes
 * (the parser compares each with each), NUL, encodings other than UTF-8. */
#ifndef VANTHU_TOOLS_EDXML_GATE_H
#define VANTHU_TOOLS_EDXML_GATE_H

#include "tools/edxml/slip.h"

enum {
	GATE_BEFORE_MAX = 4 << 10, /* bytes before the XML */
	GATE_TAG_MAX = 16 << 10,   /* bytes of a tag */
	GATE_ATTRIBUTES_MAX = 100, /* of a tag */
	GATE_COMMENT_MAX = 256 << 10,
	GATE_DECLARATION_MAX = 1 << 10, /* of <?…?> */
};

struct gate {
	enum gate_state {
		GATE_START,
		GATE_TEXT,
		GATE_OPEN, /* behind '<': what it is is not known yet */
		GATE_TAG,
		GATE_COMMENT,
		GATE_CDATA,
		GATE_DECLARATION
	} state;
	char head[GATE_DECLARATION_MAX + 1]; /* the beginning of what stands in <…> */
	size_t len;			     /* its bytes so far, also those that head lacks */
	char quote;			     /* in an attribute's value: what ends it */
	unsigned attributes;
	char last[2]; /* the two bytes before */
	size_t before_bytes;
	bool before_seen; /* something but blanks stood there */
	unsigned line;
};

/* The next piece of the file. *from is where the parser's part of it begins: it ends with the
 * piece. Faults are noted with their line. */
must_use enum err gate_pass(struct gate *g, struct blob piece, size_t *from,
			    struct edxml_slips *slips, struct edxml_fault *fault);

#endif
