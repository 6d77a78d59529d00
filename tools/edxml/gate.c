/* See tools/edxml/gate.h. */
#include "tools/edxml/gate.h"

#include <string.h>
#include <strings.h>

/* What a declaration says of the encoding; false: nothing. */
static bool encoding_of(const char *declaration, char *out, size_t size_bytes)
{
	const char *at = strstr(declaration, "encoding");
	size_t n = 0;
	char quote;

	if (at == NULL)
		return false;
	at += strlen("encoding");
	at += strspn(at, " \t\r\n=");
	quote = *at;
	if (quote != '"' && quote != '\'')
		return false;
	for (at++; *at != '\0' && *at != quote && n + 1 < size_bytes; at++)
		out[n++] = *at;
	out[n] = '\0';
	return true;
}

/* UTF-8 is what everybody writes. UTF-16 in the declaration is what a known library says of UTF-8;
 * a file that really is has zeros, and does not come so far. */
static enum err check_encoding(struct gate *g, struct edxml_slips *slips, struct edxml_fault *fault)
{
	static const char *const fine[] = { "utf-8", "utf8", "us-ascii", "ascii" };
	char name[64];

	if (strncmp(g->head, "?xml", 4) != 0 || !encoding_of(g->head, name, sizeof name))
		return ERR_OK;
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
		if (strcasecmp(name, fine[i]) == 0)
			return ERR_OK;
	if (strcasecmp(name, "utf-16") != 0 && strcasecmp(name, "unicode") != 0)
		return edxml_slip_fault(fault, ERR_EDXML_ENCODING, g->line, name);
	edxml_slip_note(slips, EDXML_SLIP_ENCODING, g->line, name);
	return ERR_OK;
}

/* Until '<': blanks, a byte order mark, and what a program wrongly put there. */
static enum err start(struct gate *g, unsigned char c, struct edxml_slips *slips,
		      struct edxml_fault *fault)
{
	static const unsigned char mark[] = { 0xef, 0xbb, 0xbf };

	if (g->before_bytes < 2 && (c == 0xfe || c == 0xff))
		return edxml_slip_fault(fault, ERR_EDXML_ENCODING, g->line, "UTF-16");
	if (c == '<') {
		if (g->before_seen)
			edxml_slip_note(slips, EDXML_SLIP_BEFORE, g->line, "");
		g->state = GATE_OPEN;
		g->len = 0;
		return ERR_OK;
	}
	if (strchr(" \t\r\n", c) == NULL && !(g->before_bytes < 3 && c == mark[g->before_bytes]))
		g->before_seen = true;
	if (++g->before_bytes > GATE_BEFORE_MAX)
		return edxml_slip_fault(fault, ERR_EDXML_OTHER, g->line, "");
	return ERR_OK;
}

/* What begins here, as soon as that is sure. */
static enum err open_markup(struct gate *g, struct edxml_fault *fault)
{
	g->quote = '\0';
	g->attributes = 0;
	if (g->head[0] == '?') {
		g->state = GATE_DECLARATION;
	} else if (g->head[0] != '!') {
		g->state = GATE_TAG;
	} else if (g->len >= 3 && strncmp(g->head, "!--", 3) == 0) {
		g->state = GATE_COMMENT;
		memset(g->last, 0, sizeof g->last); /* <!--> is no whole comment */
	} else if (g->len >= 8 && strncmp(g->head, "![CDATA[", 8) == 0) {
		g->state = GATE_CDATA;
	} else if (strncmp(g->head, "!--", g->len) != 0 &&
		   strncmp(g->head, "![CDATA[", g->len) != 0) {
		return edxml_slip_fault(fault, ERR_EDXML_DTD, g->line, "<!");
	}
	return ERR_OK;
}

static enum err tag(struct gate *g, char c, struct edxml_fault *fault)
{
	if (g->quote != '\0') {
		if (c == g->quote)
			g->quote = '\0';
	} else if (c == '"' || c == '\'') {
		g->quote = c;
		if (++g->attributes > GATE_ATTRIBUTES_MAX)
			return edxml_slip_fault(fault, ERR_EDXML_BOUND, g->line, "attributes");
	} else if (c == '>') {
		g->state = GATE_TEXT;
	}
	return g->len <= GATE_TAG_MAX ? ERR_OK
				      : edxml_slip_fault(fault, ERR_EDXML_BOUND, g->line, "tag");
}

static enum err inside(struct gate *g, char c, struct edxml_slips *slips, struct edxml_fault *fault)
{
	switch (g->state) {
	case GATE_TAG:
		return tag(g, c, fault);
	case GATE_COMMENT:
		if (c == '>' && g->last[0] == '-' && g->last[1] == '-')
			g->state = GATE_TEXT;
		return g->len <= GATE_COMMENT_MAX
			       ? ERR_OK
			       : edxml_slip_fault(fault, ERR_EDXML_BOUND, g->line, "comment");
	case GATE_CDATA:
		if (c == '>' && g->last[0] == ']' && g->last[1] == ']')
			g->state = GATE_TEXT;
		return ERR_OK;
	case GATE_DECLARATION:
		if (c == '>' && g->last[1] == '?') {
			g->state = GATE_TEXT;
			return check_encoding(g, slips, fault);
		}
		return g->len <= GATE_DECLARATION_MAX
			       ? ERR_OK
			       : edxml_slip_fault(fault, ERR_EDXML_BOUND, g->line, "<?");
	default:
		return ERR_OK;
	}
}

static enum err step(struct gate *g, unsigned char c, struct edxml_slips *slips,
		     struct edxml_fault *fault)
{
	enum err e = ERR_OK;

	if (c == '\n')
		g->line++;
	if (c == '\0')
		return edxml_slip_fault(fault, ERR_EDXML_ENCODING, g->line, "NUL");
	if (g->state == GATE_START)
		return start(g, c, slips, fault);
	if (g->state == GATE_TEXT) {
		g->len = 0;
		if (c == '<')
			g->state = GATE_OPEN;
		return ERR_OK;
	}
	if (g->len < GATE_DECLARATION_MAX) {
		g->head[g->len] = (char)c;
		g->head[g->len + 1] = '\0';
	}
	g->len++;
	if (g->state == GATE_OPEN)
		e = open_markup(g, fault);
	else
		e = inside(g, (char)c, slips, fault);
	g->last[0] = g->last[1];
	g->last[1] = (char)c;
	/* a tag of one letter ends where it begins: "<>" is none, and the parser says so */
	return e;
}

enum err gate_pass(struct gate *g, struct blob piece, size_t *from, struct edxml_slips *slips,
		   struct edxml_fault *fault)
{
	enum err e = ERR_OK;
	bool started = g->state != GATE_START;

	if (g->line == 0)
		g->line = 1;
	*from = started ? 0 : piece.len_bytes;
	for (size_t i = 0; e == ERR_OK && i < piece.len_bytes; i++) {
		/* most of a large file is the text of its contents */
		if (g->state == GATE_TEXT && piece.data[i] != '<' && piece.data[i] != '\n' &&
		    piece.data[i] != '\0')
			continue;
		e = step(g, piece.data[i], slips, fault);
		if (!started && g->state != GATE_START) {
			started = true;
			*from = i;
		}
	}
	return e;
}
