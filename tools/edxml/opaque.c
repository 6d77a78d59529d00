/* See tools/edxml/opaque.h. */
#include "tools/edxml/opaque.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1024, ATTRIBUTE_POINTERS = 5 };

void opaque_begin(struct opaque *o, size_t most_bytes)
{
	o->len = 0;
	o->most = most_bytes;
	o->over = false;
}

void opaque_free(struct opaque *o)
{
	free(o->text);
	*o = (struct opaque){ .text = NULL };
}

/* Always terminated where there is a text at all. */
void opaque_raw(struct opaque *o, const char *text, size_t len)
{
	char *grown;
	size_t room = o->room == 0 ? FIRST_BYTES : o->room;

	if (o->over || len > o->most - o->len) {
		o->over = true;
		return;
	}
	while (room < o->len + len + 1)
		room *= 2;
	if (room > o->room) {
		grown = realloc(o->text, room);
		if (grown == NULL) {
			o->over = true;
			return;
		}
		o->text = grown;
		o->room = room;
	}
	if (len != 0)
		memcpy(o->text + o->len, text, len);
	o->len += len;
	o->text[o->len] = '\0';
}

static void put(struct opaque *o, const char *text)
{
	opaque_raw(o, text, strlen(text));
}

static const char *escape_of(unsigned char c, bool attribute)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return attribute ? "&quot;" : NULL;
	case '\n':
		return attribute ? "&#10;" : NULL;
	case '\t':
		return attribute ? "&#9;" : NULL;
	default:
		return c < 0x20 ? "\xef\xbf\xbd" : NULL;
	}
}

/* U+FFFE and U+FFFF are no characters of XML. */
static bool is_none(const char *at, size_t left)
{
	return left >= 3 && memcmp(at, "\xef\xbf", 2) == 0 && (at[2] == '\xbe' || at[2] == '\xbf');
}

void opaque_escape(struct opaque *o, const char *text, size_t len, bool attribute)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *escape = escape_of((unsigned char)text[i], attribute);
		size_t taken = 1;

		if (is_none(text + i, len - i)) {
			escape = "\xef\xbf\xbd";
			taken = 3;
		}
		if (escape == NULL || (!attribute && text[i] == '\n') ||
		    (!attribute && text[i] == '\t'))
			continue;
		opaque_raw(o, text + from, i - from);
		put(o, escape);
		i += taken - 1;
		from = i + 1;
	}
	opaque_raw(o, text + from, len - from);
}

static void name(struct opaque *o, const char *local, const char *prefix, const char *uri)
{
	if (prefix != NULL && uri != NULL) {
		put(o, prefix);
		put(o, ":");
	}
	put(o, local);
}

static void declare(struct opaque *o, const char *prefix, const char *uri)
{
	if (prefix != NULL && strcmp(prefix, "xml") == 0)
		return;
	put(o, prefix == NULL ? " xmlns" : " xmlns:");
	put(o, prefix == NULL ? "" : prefix);
	put(o, "=\"");
	opaque_escape(o, uri, strlen(uri), true);
	put(o, "\"");
}

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Each prefix is declared where it is used: once a tag. */
static void declare_attributes(struct opaque *o, const struct opaque_tag *tag)
{
	for (int i = 0; i < tag->attribute_count; i++) {
		const unsigned char **a = tag->attributes + i * ATTRIBUTE_POINTERS;
		bool done = a[1] == NULL || a[2] == NULL ||
			    same((const char *)a[1], tag->uri == NULL ? NULL : tag->prefix);

		for (int j = 0; !done && j < i; j++) {
			const unsigned char **b = tag->attributes + j * ATTRIBUTE_POINTERS;

			done = b[2] != NULL && same((const char *)a[1], (const char *)b[1]);
		}
		if (!done)
			declare(o, (const char *)a[1], (const char *)a[2]);
	}
}

void opaque_open(struct opaque *o, const struct opaque_tag *tag)
{
	put(o, "<");
	name(o, tag->name, tag->prefix, tag->uri);
	declare(o, tag->uri == NULL ? NULL : tag->prefix, tag->uri == NULL ? "" : tag->uri);
	declare_attributes(o, tag);
	for (int i = 0; i < tag->attribute_count; i++) {
		const unsigned char **a = tag->attributes + i * ATTRIBUTE_POINTERS;

		put(o, " ");
		name(o, (const char *)a[0], (const char *)a[1], (const char *)a[2]);
		put(o, "=\"");
		opaque_escape(o, (const char *)a[3], (size_t)(a[4] - a[3]), true);
		put(o, "\"");
	}
	put(o, ">");
}

void opaque_text(struct opaque *o, const char *text, size_t len)
{
	opaque_escape(o, text, len, false);
}

void opaque_close(struct opaque *o, const char *local, const char *prefix, const char *uri)
{
	put(o, "</");
	name(o, local, prefix, uri);
	put(o, ">");
}
