/* The elements of edXML and what each of them is: one table that reading stands on. Names are
 * found whatever their prefix, capitals and doubled letters are, and by misspellings that have been
 * seen. */
#ifndef VANTHU_TOOLS_EDXML_NAMES_H
#define VANTHU_TOOLS_EDXML_NAMES_H

#include "tools/edxml/message.h"

/* Namespaces that are written; any is read. */
#define EDXML_NAMESPACE "http://www.mic.gov.vn/TBT/QCVN_102_2016"
#define EDXML_EXTENSION "urn:vanthu:edxml:1"

/* Inside what an element stands. Wrappers of the whole (edXML, edXMLEnvelope, edXMLHeader,
 * edXMLBody, those of SOAP) are one context: programs nest them in several ways. */
enum edxml_context {
	IN_WRAPPER,
	IN_MESSAGE,
	IN_FROM,
	IN_TO,
	IN_CODE,
	IN_PROMULGATION,
	IN_DOCUMENT_TYPE,
	IN_SIGNER,
	IN_OTHER,
	IN_REPLY_FORS,
	IN_REFERENCE_CODES,
	IN_APPENDIXES,
	IN_RESPONSE,
	IN_TASKS,
	IN_PLACES,
	IN_TRACES,
	IN_TRACE,
	IN_BUSINESS,
	IN_INFO,
	IN_RECEIVERS,
	IN_RECEIVER,
	IN_REPLACEMENTS,
	IN_REPLACEMENT,
	IN_ORGAN_IDS,
	IN_STAFF,
	IN_MANIFEST,
	IN_LISTED,
	IN_ATTACHMENTS,
	IN_ATTACHMENT,
	IN_EXTENSION,
	IN_PAIR,
	IN_LEAF, /* a text: elements inside are unknown */
	CONTEXT_COUNT
};

enum edxml_what {
	NAME_ENTER,   /* another context */
	NAME_TEXT,    /* a text of the item that the context is about */
	NAME_TEXTS,   /* one more of its list of texts */
	NAME_CONTENT, /* base64 */
	NAME_OPAQUE,  /* kept as it is */
};

/* What the texts of a context belong to; a row's offset is into that. */
enum edxml_item {
	ITEM_MESSAGE,
	ITEM_ORGAN,
	ITEM_RESPONSE,
	ITEM_TRACE,
	ITEM_RECEIVER,
	ITEM_REPLACEMENT,
	ITEM_PART,   /* what stands beside the content */
	ITEM_LISTED, /* what the manifest says: a struct edxml_part too, in a list of its own */
	ITEM_PAIR,
	ITEM_COUNT
};

struct edxml_name {
	enum edxml_context in;
	const char *name; /* as it is written */
	enum edxml_what what;
	enum edxml_context to; /* of NAME_ENTER */
	enum edxml_item item;  /* of the context that is entered, or that the text belongs to */
	size_t offset;
	bool misspelt; /* understood, and warned of */
};

/* NULL: no such element there. A name that differs by doubled letters alone is found, too, and
 * *misspelt set. */
const struct edxml_name *edxml_name_find(enum edxml_context in, const char *name, bool *misspelt);

/* The name in lower case, without marks between words and with doubled letters once. */
enum { EDXML_NAME_SIZE = 64 };
void edxml_name_fold(const char *name, char out[EDXML_NAME_SIZE]);

#endif
