/* See tools/edxml/read.h. */
#include "tools/edxml/read.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/edxml/base64.h"
#include "tools/edxml/gate.h"
#include "tools/edxml/judge.h"
#include "tools/edxml/merge.h"
#include "tools/edxml/names.h"
#include "tools/edxml/opaque.h"

#define XINCLUDE "http://www.w3.org/2001/XInclude"
#define WRAP_BEGIN "<vt:Kept xmlns:vt=\"" EDXML_EXTENSION "\">"
#define WRAP_END "</vt:Kept>"

enum { DECODED_BYTES = 48 << 10, FEED_BYTES = 32 << 10, KEPT_DEPTH_MAX = 32 };

struct edxml_reader {
	const struct edxml_sink *sink;
	struct edxml_outcome *outcome;
	xmlParserCtxtPtr parser;
	struct gate gate;
	struct edxml_message *message;
	bool began, ended; /* the outermost element */
	bool has_header;   /* a MessageHeader was there */
	unsigned elements;
	/* what is open, from the outermost on; rows of elements that are kept as they are are
	 * NULL */
	const struct edxml_name *rows[EDXML_DEPTH_MAX];
	unsigned depth;
	/* the item that texts of each kind go to: the last one of its list */
	void *items[ITEM_COUNT];
	struct edxml_part *listed; /* of the manifest */
	uint32_t listed_count;
	char text[EDXML_TEXT_MAX + 1];
	size_t text_len;
	struct opaque opaque;
	unsigned opaque_from; /* the depth of the element that is kept; 0: none is */
	enum edxml_place place;
	bool signature;
	bool wrapped; /* where it will be written it would be read as something else */
	/* the content that is under way */
	struct base64 base64;
	bool content_skipped;	/* a second one of the same part */
	uint64_t content_bytes; /* of all parts */
	uint8_t decoded[DECODED_BYTES];
};

static unsigned line_of(const struct edxml_reader *r)
{
	return r->parser == NULL || r->parser->input == NULL ? 0 : (unsigned)r->parser->input->line;
}

static bool failed(const struct edxml_reader *r)
{
	return r->outcome->fault.err != ERR_OK;
}

/* The parser's own faults come after ours are noted, and change nothing. */
static void fail(struct edxml_reader *r, enum err e, const char *about)
{
	edxml_slip_refuse(&r->outcome->fault, e, line_of(r), about);
	xmlStopParser(r->parser);
}

static void slip(struct edxml_reader *r, enum edxml_slip what, const char *about)
{
	edxml_slip_note(&r->outcome->slips, what, line_of(r), about);
}

/* ---- items ---- */

/* Another item of a list, which texts go to from now on. */
static void *another(struct edxml_reader *r, void *list, uint32_t *count, size_t item_bytes,
		     enum edxml_item item)
{
	void *grown = edxml_message_grow(r->message, list, count, item_bytes);

	if (grown == NULL) {
		fail(r, ERR_EDXML_BOUND, "");
		return list;
	}
	r->items[item] = (char *)grown + (*count - 1) * item_bytes;
	return grown;
}

static void enter(struct edxml_reader *r, const struct edxml_name *row)
{
	struct edxml_message *m = r->message;

#define ANOTHER(list, count, item) m->list = another(r, m->list, &m->count, sizeof *m->list, item)
	switch (row->item) {
	case ITEM_MESSAGE:
		r->has_header |= row->to == IN_MESSAGE;
		m->has_business |= row->to == IN_BUSINESS;
		break;
	case ITEM_ORGAN:
		r->items[ITEM_ORGAN] = &m->from;
		if (row->to == IN_TO)
			ANOTHER(to, to_count, ITEM_ORGAN);
		break;
	case ITEM_RESPONSE:
		ANOTHER(responses, response_count, ITEM_RESPONSE);
		break;
	case ITEM_TRACE:
		ANOTHER(traces, trace_count, ITEM_TRACE);
		break;
	case ITEM_RECEIVER:
		ANOTHER(receivers, receiver_count, ITEM_RECEIVER);
		break;
	case ITEM_REPLACEMENT:
		if (row->to == IN_REPLACEMENT)
			ANOTHER(replacements, replacement_count, ITEM_REPLACEMENT);
		break;
	case ITEM_PART:
		if (m->part_count >= PARTS_MAX)
			fail(r, ERR_TOO_MANY_ATTACHMENTS, "");
		else
			ANOTHER(parts, part_count, ITEM_PART);
		break;
	case ITEM_LISTED:
		r->listed = another(r, r->listed, &r->listed_count, sizeof *r->listed, ITEM_LISTED);
		break;
	case ITEM_PAIR:
		ANOTHER(pairs, pair_count, ITEM_PAIR);
		break;
	default:
		break;
	}
#undef ANOTHER
}

static bool is_empty(const void *item, size_t bytes)
{
	const text_t *texts = item;

	for (size_t i = 0; i < bytes / sizeof *texts; i++)
		if (edxml_text(texts[i])[0] != '\0')
			return false;
	return true;
}

/* An item without a text is none: <ResponseFor/>. */
static void leave(struct edxml_reader *r, const struct edxml_name *row)
{
	struct edxml_message *m = r->message;

#define FORGET_EMPTY(list, count)                                                                  \
	m->count -= m->count != 0 && is_empty(&m->list[m->count - 1], sizeof *m->list)
	if (row->to == IN_TO)
		FORGET_EMPTY(to, to_count);
	else if (row->to == IN_RESPONSE)
		FORGET_EMPTY(responses, response_count);
	else if (row->to == IN_TRACE)
		FORGET_EMPTY(traces, trace_count);
	else if (row->to == IN_RECEIVER)
		FORGET_EMPTY(receivers, receiver_count);
	else if (row->to == IN_PAIR)
		FORGET_EMPTY(pairs, pair_count);
#undef FORGET_EMPTY
}

/* ---- texts ---- */

/* Blanks of word processors too, and what nobody sees: a code with one of these behind it would be
 * nobody's. How many bytes one has at the beginning, or before the end, of a text; 0: none. */
static size_t blank_at(const char *text, size_t len, bool at_end)
{
	static const char *const blanks[] = { " ",	      "\t",	     "\r",	    "\n",
					      "\xc2\xa0",     "\xe2\x80\x8b", "\xe2\x80\xaf",
					      "\xe3\x80\x80", "\xef\xbb\xbf" };

	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
		size_t n = strlen(blanks[i]);

		if (n <= len && memcmp(at_end ? text + len - n : text, blanks[i], n) == 0)
			return n;
	}
	return 0;
}

static void trim(char *text, size_t *len)
{
	size_t from = 0, n;

	while ((n = blank_at(text + from, *len - from, false)) != 0)
		from += n;
	while ((n = blank_at(text + from, *len - from, true)) != 0)
		*len -= n;
	*len -= from;
	memmove(text, text + from, *len);
	text[*len] = '\0';
}

static void take_text(struct edxml_reader *r, const struct edxml_name *row)
{
	void *item = row->item == ITEM_MESSAGE ? r->message : r->items[row->item];
	char *at = (char *)item + row->offset;
	text_t old;

	trim(r->text, &r->text_len);
	if (strcmp(r->text, "null") == 0) {
		slip(r, EDXML_SLIP_NULL, row->name);
		return;
	}
	if (r->text_len == 0)
		return;
	if (row->what == NAME_TEXTS) {
		if (!edxml_message_add(r->message, (struct edxml_texts *)(void *)at, r->text))
			fail(r, ERR_EDXML_BOUND, row->name);
		return;
	}
	memcpy(&old, at, sizeof old);
	if (old != NULL) {
		if (strcmp(old, r->text) != 0)
			slip(r, EDXML_SLIP_TWICE, row->name);
		return;
	}
	if (!edxml_message_set(r->message, (text_t *)(void *)at, r->text))
		fail(r, ERR_EDXML_BOUND, row->name);
}

/* ---- contents ---- */

static struct edxml_part *part_now(struct edxml_reader *r)
{
	return &r->message->parts[r->message->part_count - 1];
}

static void begin_content(struct edxml_reader *r)
{
	struct edxml_part *p = part_now(r);

	r->content_skipped = p->has_content;
	if (r->content_skipped)
		slip(r, EDXML_SLIP_TWICE, "ContentTransferEncoded");
	p->has_content = true;
	r->base64 = (struct base64){ .bits = 0 };
}

static void hand_on(struct edxml_reader *r, const uint8_t *bytes, size_t len)
{
	uint64_t most = r->sink->content_max_bytes;
	enum err e;

	if (len == 0)
		return;
	part_now(r)->size_bytes += len;
	r->content_bytes += len;
	if (r->content_bytes > (most == 0 ? ATTACHMENT_MAX_BYTES : most)) {
		fail(r, ERR_TOO_LARGE, edxml_text(part_now(r)->name));
		return;
	}
	if (r->sink->write == NULL)
		return;
	e = r->sink->write(r->sink->ctx, r->message->part_count - 1, bytes, len);
	if (e != ERR_OK)
		fail(r, e, edxml_text(part_now(r)->name));
}

static void take_content(struct edxml_reader *r, const char *text, size_t len)
{
	const size_t step = DECODED_BYTES / 2;
	bool bad = false;

	if (r->content_skipped)
		return;
	for (size_t at = 0; !failed(r) && at < len; at += step) {
		size_t piece = len - at < step ? len - at : step;
		size_t n = base64_decode(&r->base64, text + at, piece, r->decoded, &bad);

		if (bad)
			fail(r, ERR_EDXML_CONTENT, edxml_text(part_now(r)->name));
		else
			hand_on(r, r->decoded, n);
	}
}

static void end_content(struct edxml_reader *r)
{
	size_t n;

	if (r->content_skipped)
		return;
	if (!base64_end(&r->base64, r->decoded, &n))
		fail(r, ERR_EDXML_CONTENT, edxml_text(part_now(r)->name));
	else
		hand_on(r, r->decoded, n);
}

/* ---- elements that are kept as they are ---- */

static enum edxml_place place_of(enum edxml_context in)
{
	switch (in) {
	case IN_WRAPPER:
	case IN_EXTENSION:
	case IN_PAIR:
	case IN_MANIFEST:
	case IN_LISTED:
	case IN_ATTACHMENTS:
	case IN_ATTACHMENT:
		return EDXML_IN_HEADER;
	case IN_TRACES:
	case IN_TRACE:
		return EDXML_IN_TRACE;
	case IN_BUSINESS:
	case IN_INFO:
	case IN_RECEIVERS:
	case IN_RECEIVER:
	case IN_REPLACEMENTS:
	case IN_REPLACEMENT:
	case IN_ORGAN_IDS:
		return EDXML_IN_BUSINESS;
	default:
		return EDXML_IN_MESSAGE;
	}
}

/* An element that nobody knows where it stands may be well known where it is written: a DueDate
 * inside a subject would become the day of the whole document. */
static bool is_known_at(enum edxml_place place, const char *name)
{
	static const enum edxml_context contexts[] = { [EDXML_IN_HEADER] = IN_WRAPPER,
						       [EDXML_IN_MESSAGE] = IN_MESSAGE,
						       [EDXML_IN_TRACE] = IN_TRACES,
						       [EDXML_IN_BUSINESS] = IN_BUSINESS };
	bool misspelt;

	return edxml_name_find(contexts[place], name, &misspelt) != NULL;
}

static void keep(struct edxml_reader *r)
{
	struct edxml_message *m = r->message;
	struct edxml_unknown *list;

	if (r->opaque.over || r->opaque.text == NULL) {
		slip(r, EDXML_SLIP_DROPPED, r->signature ? "Signature" : "");
		return;
	}
	if (r->signature && m->signature == NULL) {
		if (!edxml_message_set(m, &m->signature, r->opaque.text))
			fail(r, ERR_EDXML_BOUND, "Signature");
		return;
	}
	list = edxml_message_grow(m, m->unknown, &m->unknown_count, sizeof *list);
	if (list == NULL) {
		fail(r, ERR_EDXML_BOUND, "");
		return;
	}
	m->unknown = list;
	list[m->unknown_count - 1].place = r->place;
	if (!edxml_message_set(m, &list[m->unknown_count - 1].xml, r->opaque.text))
		fail(r, ERR_EDXML_BOUND, "");
}

static void begin_keeping(struct edxml_reader *r, enum edxml_context in, const char *name,
			  bool signature)
{
	r->opaque_from = r->depth;
	r->signature = signature;
	r->place = place_of(in);
	if (in == IN_LEAF)
		r->place = EDXML_IN_MESSAGE;
	r->wrapped = !signature && is_known_at(r->place, name);
	if (!signature)
		slip(r, EDXML_SLIP_UNKNOWN, name);
	opaque_begin(&r->opaque, EDXML_UNKNOWN_MAX);
}

/* ---- what the parser says ---- */

static enum edxml_context context_of(const struct edxml_reader *r)
{
	const struct edxml_name *top = r->depth == 0 ? NULL : r->rows[r->depth - 1];

	if (top == NULL)
		return IN_WRAPPER;
	return top->what == NAME_ENTER ? top->to : IN_LEAF;
}

static void open_known(struct edxml_reader *r, const struct edxml_name *row)
{
	r->text_len = 0;
	r->text[0] = '\0';
	if (row->what == NAME_ENTER)
		enter(r, row);
	else if (row->what == NAME_CONTENT)
		begin_content(r);
}

static void element_begins(void *ctx, const xmlChar *local, const xmlChar *prefix,
			   const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
			   int attribute_count, int default_count, const xmlChar **attributes)
{
	struct edxml_reader *r = ctx;
	const char *name = (const char *)local;
	struct opaque_tag tag = { name, (const char *)prefix, (const char *)uri, attribute_count,
				  attributes };
	const struct edxml_name *row;
	enum edxml_context in = context_of(r);
	bool misspelt;

	(void)namespace_count, (void)namespaces, (void)default_count;
	if (failed(r) || r->ended)
		return;
	if (r->depth >= EDXML_DEPTH_MAX || ++r->elements > EDXML_ELEMENTS_MAX) {
		fail(r, ERR_EDXML_BOUND, name);
		return;
	}
	if (r->opaque_from != 0) {
		/* it is written one day, and may stand deeper there */
		if (r->depth - r->opaque_from + r->wrapped >= KEPT_DEPTH_MAX)
			r->opaque.over = true;
		r->rows[r->depth++] = NULL;
		opaque_open(&r->opaque, &tag);
		return;
	}
	row = edxml_name_find(in, name, &misspelt);
	if (row == NULL && !r->began) {
		fail(r, ERR_EDXML_OTHER, name);
		return;
	}
	r->began = true;
	r->rows[r->depth++] = row;
	if (row == NULL || row->what == NAME_OPAQUE) {
		begin_keeping(r, in, name, row != NULL);
		/* other programs would fetch what it names */
		r->opaque.over = tag.uri != NULL && strcmp(tag.uri, XINCLUDE) == 0;
		if (r->wrapped)
			opaque_raw(&r->opaque, WRAP_BEGIN, sizeof WRAP_BEGIN - 1);
		opaque_open(&r->opaque, &tag);
		return;
	}
	if (misspelt)
		slip(r, EDXML_SLIP_SPELLING, name);
	open_known(r, row);
}

/* Behind the outermost element nothing is read. */
static void note_rest(struct edxml_reader *r, struct blob piece)
{
	for (size_t i = 0; i < piece.len_bytes; i++)
		if (strchr(" \t\r\n", piece.data[i]) == NULL) {
			edxml_slip_note(&r->outcome->slips, EDXML_SLIP_BEHIND, 0, "");
			return;
		}
}

static void element_ends(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct edxml_reader *r = ctx;
	const struct edxml_name *row;

	if (failed(r) || r->ended || r->depth == 0)
		return;
	row = r->rows[r->depth - 1];
	if (r->opaque_from != 0) {
		opaque_close(&r->opaque, (const char *)local, (const char *)prefix,
			     (const char *)uri);
		if (r->opaque_from == r->depth) {
			r->opaque_from = 0;
			if (r->wrapped)
				opaque_raw(&r->opaque, WRAP_END, sizeof WRAP_END - 1);
			keep(r);
		}
	} else if (row->what == NAME_CONTENT) {
		end_content(r);
	} else if (row->what == NAME_ENTER) {
		leave(r, row);
	} else {
		take_text(r, row);
	}
	/* what follows an element inside a text belongs to the text still */
	if (--r->depth == 0) {
		const xmlParserInput *in = r->parser->input;

		r->ended = true;
		note_rest(r, (struct blob){ in->cur, (size_t)(in->end - in->cur) });
	}
}

static void characters(void *ctx, const xmlChar *text, int len)
{
	struct edxml_reader *r = ctx;
	const struct edxml_name *top = r->depth == 0 ? NULL : r->rows[r->depth - 1];
	size_t n = (size_t)len;

	if (failed(r) || r->ended)
		return;
	if (r->opaque_from != 0) {
		opaque_text(&r->opaque, (const char *)text, n);
	} else if (top != NULL && top->what == NAME_CONTENT) {
		take_content(r, (const char *)text, n);
	} else if (top != NULL && (top->what == NAME_TEXT || top->what == NAME_TEXTS)) {
		if (n > EDXML_TEXT_MAX - r->text_len) {
			fail(r, ERR_EDXML_BOUND, top->name);
			return;
		}
		memcpy(r->text + r->text_len, text, n);
		r->text_len += n;
		r->text[r->text_len] = '\0';
	}
}

/* The gate has refused these already; whoever comes here by another way is refused, too. */
static void document_type(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name, (void)id, (void)system;
	fail(ctx, ERR_EDXML_DTD, "<!");
}

static xmlEntityPtr entity(void *ctx, const xmlChar *name)
{
	(void)ctx;
	return xmlGetPredefinedEntity(name);
}

/* Prefixes that are not declared are no fault here: names are read without them. */
static void parser_says(void *ctx, xmlErrorPtr error)
{
	struct edxml_reader *r = ctx;
	char about[EDXML_ABOUT_MAX + 1];

	if (error->level != XML_ERR_FATAL || r->ended || error->code == XML_ERR_USER_STOP)
		return;
	snprintf(about, sizeof about, "%s", error->message == NULL ? "" : error->message);
	about[strcspn(about, "\r\n")] = '\0';
	edxml_slip_refuse(&r->outcome->fault, ERR_EDXML_XML, (unsigned)error->line, about);
}

/* ---- the whole ---- */

enum err edxml_read_begin(const struct edxml_sink *sink, struct edxml_outcome *outcome,
			  struct edxml_reader **out)
{
	struct edxml_reader *r = calloc(1, sizeof *r);
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
			      .startElementNs = element_begins,
			      .endElementNs = element_ends,
			      .characters = characters,
			      .cdataBlock = characters,
			      .ignorableWhitespace = characters,
			      .internalSubset = document_type,
			      .getEntity = entity,
			      .serror = parser_says };

	*out = NULL;
	*outcome = (struct edxml_outcome){ .fault = { .err = ERR_OK } };
	if (r == NULL)
		return ERR_NO_MEMORY;
	xmlInitParser();
	r->sink = sink;
	r->outcome = outcome;
	r->message = edxml_message_new();
	r->parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
	if (r->message == NULL || r->parser == NULL ||
	    xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC) != 0) {
		edxml_read_free(r);
		return ERR_NO_MEMORY;
	}
	*out = r;
	return ERR_OK;
}

enum err edxml_read_feed(struct edxml_reader *r, struct blob piece)
{
	for (size_t at = 0; !failed(r) && at < piece.len_bytes; at += FEED_BYTES) {
		struct blob part = { piece.data + at, piece.len_bytes - at };
		size_t from;

		if (part.len_bytes > FEED_BYTES)
			part.len_bytes = FEED_BYTES;
		if (r->ended) {
			note_rest(r, part);
			continue;
		}
		if (gate_pass(&r->gate, part, &from, &r->outcome->slips, &r->outcome->fault) !=
		    ERR_OK)
			break;
		(void)xmlParseChunk(r->parser, (const char *)part.data + from,
				    (int)(part.len_bytes - from), 0);
	}
	return r->outcome->fault.err;
}

enum err edxml_read_end(struct edxml_reader *r, struct edxml_message **out)
{
	struct edxml_message *m = r->message;

	*out = NULL;
	if (!failed(r) && !r->began)
		fail(r, ERR_EDXML_OTHER, "");
	if (!failed(r) && !r->ended)
		(void)xmlParseChunk(r->parser, NULL, 0, 1);
	if (!failed(r) && !r->ended)
		fail(r, ERR_EDXML_XML, "");
	if (!failed(r) && !r->has_header)
		fail(r, ERR_EDXML_OTHER, "MessageHeader");
	if (failed(r) || merge_parts(m, r->listed, r->listed_count, r->outcome) != ERR_OK)
		return r->outcome->fault.err;
	m->kind = edxml_text(m->status_code)[0] == '\0' ? EDXML_DOCUMENT : EDXML_STATUS;
	judge_message(m, &r->outcome->slips);
	r->message = NULL;
	*out = m;
	return ERR_OK;
}

void edxml_read_free(struct edxml_reader *r)
{
	if (r == NULL)
		return;
	xmlFreeParserCtxt(r->parser);
	edxml_message_free(r->message);
	opaque_free(&r->opaque);
	free(r);
}

enum err edxml_read(struct blob file, const struct edxml_sink *sink, struct edxml_outcome *outcome,
		    struct edxml_message **out)
{
	struct edxml_reader *r;
	enum err e = edxml_read_begin(sink, outcome, &r);

	*out = NULL;
	if (e == ERR_OK)
		e = edxml_read_feed(r, file);
	if (e == ERR_OK)
		e = edxml_read_end(r, out);
	edxml_read_free(r);
	return e;
}
