/* See multipart.h. What has come and is not used yet lies in `held`: in a head the head so far, in
 * a content what may be the beginning of a boundary. */
#include "tools/gateway/multipart.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/utf8.h"

enum {
	BOUNDARY_MAX = 70, /* RFC 2046 §5.1.1 */
	HELD_BYTES = 16 * 1024,
	HEAD_MAX_BYTES = 8 * 1024
};

enum state {
	STATE_OPENING, /* the first boundary, before which nothing may stand */
	STATE_BEHIND,  /* behind a boundary: -- ends all, a line end begins a head */
	STATE_HEAD,
	STATE_CONTENT,
	STATE_DONE /* what follows means nothing */
};

struct multipart {
	const struct multipart_events *events;
	char mark[4 + BOUNDARY_MAX + 1]; /* CR LF -- boundary */
	size_t mark_len;
	enum state state;
	enum err err;
	unsigned parts;
	size_t held_len;
	char held[HELD_BYTES]; /* last: it is not cleared */
};

/* ---- heads ---- */

enum parameter { PARAMETER_NONE, PARAMETER_READ, PARAMETER_UNFIT };

/* Behind the next ; that is not in quotes; NULL: there is none. */
static const char *next_parameter(const char *at)
{
	bool quoted = false;

	for (; *at != '\0' && (quoted || *at != ';'); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '\\' && quoted && at[1] != '\0')
			at++;
	}
	return *at == '\0' ? NULL : at + 1 + strspn(at + 1, " \t");
}

static bool ends_value(char c)
{
	return strchr("; \t", c) != NULL; /* also the NUL */
}

/* Quoted or not. False: it does not fit, or has no end. */
static bool read_value(const char *at, char *out, size_t size)
{
	size_t n = 0;

	if (*at != '"') {
		/* More than a token has (RFC 9110 §5.6.2): there are boundaries with = in them. */
		for (; !ends_value(*at) && *at != '"' && n + 1 < size; at++)
			out[n++] = *at;
		out[n] = '\0';
		return n > 0 && ends_value(*at);
	}
	for (at++; *at != '"' && *at != '\0' && n + 1 < size; at++) {
		/* As browsers do: only a quote and a backslash are escaped by one. */
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		out[n++] = *at;
	}
	out[n] = '\0';
	return *at == '"' && ends_value(at[1]);
}

/* The value of a parameter of a field's value, which begins with something else. UNFIT: it is there
 * twice, or cannot be read. */
static enum parameter parameter(const char *value, const char *name, char *out, size_t size)
{
	enum parameter found = PARAMETER_NONE;
	size_t len = strlen(name);

	out[0] = '\0';
	for (const char *at = next_parameter(value); at != NULL; at = next_parameter(at)) {
		if (strncasecmp(at, name, len) != 0 || at[len] != '=')
			continue;
		if (found != PARAMETER_NONE || !read_value(at + len + 1, out, size))
			return PARAMETER_UNFIT;
		found = PARAMETER_READ;
	}
	return found;
}

/* "UTF-8''caf%C3%A9" (RFC 8187), in place. */
static bool decode_extended(char *text)
{
	char *from, *to = text;

	if (strncasecmp(text, "utf-8'", 6) != 0 || (from = strchr(text + 6, '\'')) == NULL)
		return false;
	for (from++; *from != '\0'; from++) {
		char hex[3] = { 0 };

		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		if (from[1] == '\0' || from[2] == '\0' ||
		    strspn(from + 1, "0123456789abcdefABCDEF") < 2)
			return false;
		memcpy(hex, from + 1, 2);
		*to = (char)strtoul(hex, NULL, 16);
		if (*to++ == '\0')
			return false; /* the name would end here */
		from += 2;
	}
	*to = '\0';
	return true;
}

/* "%22", "%0D" and "%0A" are how browsers write what a quoted name cannot have. */
static void decode_quoted(char *text)
{
	static const char *const codes[] = { "%22", "%0D", "%0A" };
	static const char plain[] = { '"', ' ', ' ' };
	char *to = text;

	for (char *from = text; *from != '\0'; from++) {
		char c = *from;

		for (unsigned i = 0; c == '%' && i < 3; i++) {
			if (strncasecmp(from, codes[i], 3) == 0) {
				c = plain[i];
				from += 2;
			}
		}
		*to++ = c;
	}
	*to = '\0';
}

/* UTF-8, and nothing that a line could be ended with or a terminal told by. */
static bool is_text(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if ((unsigned char)*at < ' ' || *at == 127)
			return false;
	}
	return utf8_valid((struct blob){ (const uint8_t *)text, strlen(text) });
}

static enum err read_disposition(const char *value, struct multipart_part *part)
{
	enum parameter file;

	if (strncasecmp(value, "form-data", 9) != 0 || !ends_value(value[9]) ||
	    parameter(value, "name", part->name, sizeof part->name) != PARAMETER_READ ||
	    !is_text(part->name))
		return ERR_HTTP_MULTIPART;
	file = parameter(value, "filename*", part->file, sizeof part->file);
	if (file == PARAMETER_READ && !decode_extended(part->file))
		return ERR_HTTP_MULTIPART;
	if (file == PARAMETER_NONE) {
		file = parameter(value, "filename", part->file, sizeof part->file);
		decode_quoted(part->file);
	}
	part->has_file = file == PARAMETER_READ;
	return file != PARAMETER_UNFIT && is_text(part->file) ? ERR_OK : ERR_HTTP_MULTIPART;
}

/* Nothing of what is sent today is encoded; what is would be stored as it came. */
static bool is_plain(const char *coding)
{
	static const char *const words[] = { "binary", "8bit", "7bit" };
	size_t len;

	coding += strspn(coding, " \t");
	for (len = strlen(coding); len > 0 && strchr(" \t", coding[len - 1]) != NULL;)
		len--;
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strlen(words[i]) == len && strncasecmp(coding, words[i], len) == 0)
			return true;
	}
	return false;
}

/* A line of a head, ended with a NUL. */
static enum err read_line(const char *line, struct multipart_part *part, bool *found)
{
	size_t name = strcspn(line, ":");
	const char *value = line + name + 1;

	if (line[name] != ':' || name == 0 || strpbrk(line, "\r\n") != NULL)
		return ERR_HTTP_MULTIPART;
	if (name == 25 && strncasecmp(line, "Content-Transfer-Encoding", name) == 0)
		return is_plain(value) ? ERR_OK : ERR_HTTP_MULTIPART;
	if (name != 19 || strncasecmp(line, "Content-Disposition", name) != 0)
		return ERR_OK;
	if (*found)
		return ERR_HTTP_MULTIPART;
	*found = true;
	return read_disposition(value + strspn(value, " \t"), part);
}

/* The head of a part, its lines ended by NUL already. */
static enum err read_head(struct multipart *m, char *head, size_t len)
{
	struct multipart_part part = { .has_file = false };
	bool found = false;

	if (memchr(head, '\0', len) != NULL || ++m->parts > MULTIPART_PARTS_MAX)
		return ERR_HTTP_MULTIPART;
	while (*head != '\0') {
		char *end = strstr(head, "\r\n");

		if (end != NULL)
			*end = '\0';
		if (read_line(head, &part, &found) != ERR_OK)
			return ERR_HTTP_MULTIPART;
		if (end == NULL)
			break;
		head = end + 2;
	}
	return found ? m->events->begin(m->events->ctx, &part) : ERR_HTTP_MULTIPART;
}

/* ---- the bytes ---- */

static void drop(struct multipart *m, size_t len)
{
	memmove(m->held, m->held + len, m->held_len - len);
	m->held_len -= len;
}

/* Each step uses some of what is held; false: it wants more, or it failed. */
static bool step_opening(struct multipart *m)
{
	/* RFC 2046 allows a preamble. Clients of forms send none, some an empty line. */
	size_t line_end = m->held_len > 0 && m->held[0] == '\r' ? 0 : 2;
	size_t len = m->mark_len - line_end, have = m->held_len < len ? m->held_len : len;

	if (memcmp(m->held, m->mark + line_end, have) != 0)
		m->err = ERR_HTTP_MULTIPART;
	if (m->err != ERR_OK || have < len)
		return false;
	drop(m, len);
	m->state = STATE_BEHIND;
	return true;
}

static bool step_behind(struct multipart *m)
{
	if (m->held_len < 2)
		return false;
	if (memcmp(m->held, "--", 2) == 0)
		m->state = STATE_DONE;
	else if (memcmp(m->held, "\r\n", 2) == 0)
		m->state = STATE_HEAD;
	else
		m->err = ERR_HTTP_MULTIPART;
	drop(m, 2);
	return m->err == ERR_OK;
}

static bool step_head(struct multipart *m)
{
	size_t most = m->held_len < HEAD_MAX_BYTES ? m->held_len : HEAD_MAX_BYTES;
	char *end = memmem(m->held, most, "\r\n\r\n", 4);
	size_t len;

	if (end == NULL) {
		if (m->held_len >= HEAD_MAX_BYTES)
			m->err = ERR_HTTP_MULTIPART;
		return false;
	}
	len = (size_t)(end - m->held);
	*end = '\0';
	m->err = read_head(m, m->held, len);
	drop(m, len + 4);
	m->state = STATE_CONTENT;
	return m->err == ERR_OK;
}

/* All that cannot be the beginning of a boundary goes out. */
static bool step_content(struct multipart *m)
{
	char *end = memmem(m->held, m->held_len, m->mark, m->mark_len);
	size_t keep = m->mark_len - 1, out;

	out = end != NULL ? (size_t)(end - m->held) : m->held_len > keep ? m->held_len - keep : 0;
	if (out > 0)
		m->err = m->events->content(m->events->ctx, m->held, out);
	if (m->err == ERR_OK && end != NULL)
		m->err = m->events->end(m->events->ctx);
	drop(m, out + (end != NULL ? m->mark_len : 0));
	if (end != NULL)
		m->state = STATE_BEHIND;
	return m->err == ERR_OK && end != NULL;
}

static bool step(struct multipart *m)
{
	switch (m->state) {
	case STATE_OPENING:
		return step_opening(m);
	case STATE_BEHIND:
		return step_behind(m);
	case STATE_HEAD:
		return step_head(m);
	case STATE_CONTENT:
		return step_content(m);
	default:
		m->held_len = 0;
		return false;
	}
}

enum err multipart_take(struct multipart *m, const char *bytes, size_t len)
{
	while (len > 0 && m->err == ERR_OK) {
		size_t room = sizeof m->held - m->held_len, n = len < room ? len : room;

		memcpy(m->held + m->held_len, bytes, n);
		m->held_len += n;
		bytes += n;
		len -= n;
		while (step(m))
			;
	}
	return m->err;
}

enum err multipart_finish(struct multipart *m)
{
	if (m->err == ERR_OK && m->state != STATE_DONE)
		m->err = ERR_HTTP_MULTIPART;
	return m->err;
}

enum err multipart_new(const char *content_type, const struct multipart_events *events,
		       struct multipart **out)
{
	static const char type[] = "multipart/form-data";
	char boundary[BOUNDARY_MAX + 1];
	struct multipart *m;

	*out = NULL;
	if (content_type == NULL || strncasecmp(content_type, type, sizeof type - 1) != 0 ||
	    strchr("; \t", content_type[sizeof type - 1]) == NULL)
		return ERR_HTTP_TYPE;
	if (parameter(content_type, "boundary", boundary, sizeof boundary) != PARAMETER_READ ||
	    boundary[0] == '\0' || !is_text(boundary))
		return ERR_HTTP_MULTIPART;
	m = malloc(sizeof *m);
	if (m == NULL)
		return ERR_NO_MEMORY;
	memset(m, 0, offsetof(struct multipart, held));
	m->events = events;
	memcpy(m->mark, "\r\n--", 4);
	memcpy(m->mark + 4, boundary, strlen(boundary));
	m->mark_len = 4 + strlen(boundary);
	*out = m;
	return ERR_OK;
}

void multipart_free(struct multipart *m)
{
	free(m);
}
