/* See lines.h. */
#include "routing/rules/lines.h"

#include <string.h>

#include "routing/base/visible.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

void lines_begin(struct lines *l, struct blob text)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t mark_bytes = sizeof mark - 1;

	*l = (struct lines){ .text = text };
	if (text.len_bytes >= mark_bytes && memcmp(text.data, mark, mark_bytes) == 0)
		l->at_bytes = mark_bytes;
}

/* Copies the next line, without its end. */
static enum err read_line(struct lines *l)
{
	const uint8_t *from = l->text.data + l->at_bytes;
	size_t left = l->text.len_bytes - l->at_bytes;
	const uint8_t *end = memchr(from, '\n', left);
	size_t len = end != NULL ? (size_t)(end - from) : left;

	l->line++;
	l->at_bytes += len + (end != NULL ? 1 : 0);
	if (len > 0 && from[len - 1] == '\r')
		len--;
	if (len > LINES_LINE_MAX || memchr(from, '\0', len) != NULL)
		return ERR_FIELD;
	memcpy(l->buffer, from, len);
	l->buffer[len] = '\0';
	return ERR_OK;
}

/* Tabs are the only controls that a line may have. */
static enum err check(const char *text)
{
	for (size_t at = 0; text[at] != '\0';) {
		uint32_t fault;
		size_t len = visible_char(text, at, &fault);

		if (fault != 0 && text[at] != '\t')
			return fault == VISIBLE_NO_UTF8 ? ERR_UTF8 : ERR_FIELD;
		at += len;
	}
	return ERR_OK;
}

static void end_at(char *text, size_t len)
{
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	text[len] = '\0';
}

static void drop_comment(char *text)
{
	size_t at = 0;

	while (text[at] != '\0' && !(text[at] == '#' && (at == 0 || is_blank(text[at - 1]))))
		at++;
	end_at(text, at);
}

enum err lines_next(struct lines *l, char **out)
{
	*out = NULL;
	while (l->at_bytes < l->text.len_bytes) {
		enum err e = read_line(l);
		char *entry = l->buffer;

		if (e == ERR_OK)
			e = check(entry);
		if (e != ERR_OK)
			return e;
		drop_comment(entry);
		entry += strspn(entry, " \t");
		if (*entry == '\0')
			continue;
		*out = entry;
		return ERR_OK;
	}
	return ERR_OK;
}

enum err lines_each(struct blob text, enum err (*take)(void *ctx, char *entry), void *ctx,
		    uint32_t *line)
{
	struct lines lines;
	char *entry;
	enum err e;

	lines_begin(&lines, text);
	do {
		e = lines_next(&lines, &entry);
		if (e == ERR_OK && entry != NULL)
			e = take(ctx, entry);
	} while (e == ERR_OK && entry != NULL);
	*line = e == ERR_OK ? 0 : lines.line;
	return e;
}

static text_t cut(char **at, size_t len)
{
	char *from = *at;

	*at += len;
	*at += strspn(*at, " \t");
	end_at(from, len);
	return from;
}

text_t lines_word(char **at)
{
	return cut(at, strcspn(*at, " \t"));
}

text_t lines_field(char **at)
{
	size_t len = 0;

	while ((*at)[len] != '\0' && (*at)[len] != '\t' &&
	       !((*at)[len] == ' ' && is_blank((*at)[len + 1])))
		len++;
	return cut(at, len);
}
