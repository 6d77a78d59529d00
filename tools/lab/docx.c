/* See docx.h. The ZIP is written by hand: four stored members need no library (APPNOTE.TXT 4.3). */
#include "tools/lab/docx.h"

#include <stdio.h>
#include <string.h>

enum { MEMBERS = 4, TEXT_MOST = 64 * 1024, DOS_DATE = (2025 - 1980) << 9 | 1 << 5 | 1 };

struct member {
	const char *name;
	struct blob data;
	uint32_t crc;
	size_t offset;
};

struct writer {
	uint8_t *bytes;
	size_t len, room;
};

static void put(struct writer *w, const void *data, size_t len)
{
	if (w->room - w->len < len)
		return; /* docx_make reserves enough for what it writes */
	memcpy(w->bytes + w->len, data, len);
	w->len += len;
}

static void put_number(struct writer *w, uint32_t n, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		uint8_t b = (uint8_t)(n >> (8 * i));

		put(w, &b, 1);
	}
}

/* CRC-32 of IEEE 802.3, bit by bit: a few kilobytes once. */
static uint32_t crc32_ieee(struct blob b)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < b.len_bytes; i++) {
		crc ^= b.data[i];
		for (unsigned k = 0; k < 8; k++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void put_common(struct writer *w, const struct member *m)
{
	put_number(w, 20, 2);
	put_number(w, 0x0800, 2); /* names are UTF-8 */
	put_number(w, 0, 2);      /* stored */
	put_number(w, 0, 2);
	put_number(w, DOS_DATE, 2);
	put_number(w, m->crc, 4);
	put_number(w, (uint32_t)m->data.len_bytes, 4);
	put_number(w, (uint32_t)m->data.len_bytes, 4);
	put_number(w, (uint32_t)strlen(m->name), 2);
}

static void put_members(struct writer *w, struct member *members)
{
	size_t directory;

	for (unsigned i = 0; i < MEMBERS; i++) {
		members[i].crc = crc32_ieee(members[i].data);
		members[i].offset = w->len;
		put_number(w, 0x04034b50, 4);
		put_common(w, &members[i]);
		put_number(w, 0, 2);
		put(w, members[i].name, strlen(members[i].name));
		put(w, members[i].data.data, members[i].data.len_bytes);
	}
	directory = w->len;
	for (unsigned i = 0; i < MEMBERS; i++) {
		put_number(w, 0x02014b50, 4);
		put_number(w, 20, 2);
		put_common(w, &members[i]);
		put_number(w, 0, 2);
		put_number(w, 0, 2);
		put_number(w, 0, 2);
		put_number(w, 0, 2);
		put_number(w, 0, 4);
		put_number(w, (uint32_t)members[i].offset, 4);
		put(w, members[i].name, strlen(members[i].name));
	}
	put_number(w, 0x06054b50, 4);
	put_number(w, 0, 4);
	put_number(w, MEMBERS, 2);
	put_number(w, MEMBERS, 2);
	put_number(w, (uint32_t)(w->len - 12 - directory), 4);
	put_number(w, (uint32_t)directory, 4);
	put_number(w, 0, 2);
}

static size_t escape(const char *text, char *out, size_t room)
{
	size_t n = 0;

	for (; *text != '\0' && n + 6 < room; text++) {
		const char *as = *text == '&'	? "&amp;"
				 : *text == '<' ? "&lt;"
				 : *text == '>' ? "&gt;"
						: NULL;

		if (as == NULL)
			out[n++] = *text;
		else
			n += (size_t)snprintf(out + n, room - n, "%s", as);
	}
	out[n] = '\0';
	return n;
}

static struct blob body_of(struct arena *a, const char *const *paragraphs, unsigned count)
{
	static const char head[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
	    "<w:document "
	    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>";
	static const char tail[] =
	    "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/></w:sectPr></w:body></w:document>";
	char *out = arena_alloc(a, TEXT_MOST), escaped[4096];
	size_t n = 0;

	if (out == NULL)
		return (struct blob){ NULL, 0 };
	n += (size_t)snprintf(out, TEXT_MOST, "%s", head);
	for (unsigned i = 0; i < count && n + sizeof escaped + 256 < TEXT_MOST; i++) {
		escape(paragraphs[i], escaped, sizeof escaped);
		n += (size_t)snprintf(
		    out + n, TEXT_MOST - n,
		    "<w:p>%s<w:r>%s<w:t xml:space=\"preserve\">%s</w:t></w:r></w:p>",
		    i == 0 ? "<w:pPr><w:jc w:val=\"center\"/></w:pPr>" : "",
		    i == 0 ? "<w:rPr><w:b/></w:rPr>" : "", escaped);
	}
	n += (size_t)snprintf(out + n, TEXT_MOST - n, "%s", tail);
	return (struct blob){ (const uint8_t *)out, n };
}

static struct blob text_blob(const char *text)
{
	return (struct blob){ (const uint8_t *)text, strlen(text) };
}

enum err docx_make(struct arena *a, const char *const *paragraphs, unsigned count, struct blob *out)
{
	struct member members[MEMBERS] = {
		{ .name = "[Content_Types].xml",
		  .data = text_blob(
		      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types "
		      "xmlns=\"http://schemas.openxmlformats.org/package/2006/"
		      "content-types\"><Default Extension=\"rels\" "
		      "ContentType=\"application/vnd.openxmlformats-package.relationships+"
		      "xml\"/><Default Extension=\"xml\" "
		      "ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" "
		      "ContentType=\"application/"
		      "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></"
		      "Types>") },
		{ .name = "_rels/.rels",
		  .data = text_blob("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships "
				    "xmlns=\"http://schemas.openxmlformats.org/package/"
				    "2006/relationships\"><Relationship Id=\"rId1\" "
				    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"
				    "relationships/officeDocument\" "
				    "Target=\"word/document.xml\"/></Relationships>") },
		{ .name = "word/_rels/document.xml.rels",
		  .data = text_blob("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships "
				    "xmlns=\"http://schemas.openxmlformats.org/package/"
				    "2006/relationships\"/>") },
		{ .name = "word/document.xml", .data = body_of(a, paragraphs, count) },
	};
	struct writer w = { .room = 1024 };

	for (unsigned i = 0; i < MEMBERS; i++)
		w.room += members[i].data.len_bytes + 2 * strlen(members[i].name) + 128;
	w.bytes = arena_alloc(a, w.room);
	if (w.bytes == NULL || members[MEMBERS - 1].data.data == NULL)
		return ERR_NO_MEMORY;
	put_members(&w, members);
	*out = (struct blob){ w.bytes, w.len };
	return ERR_OK;
}
