/* Finding a row; the table is routes.c. */
#include "tools/gateway/route.h"

#include <stdio.h>
#include <string.h>

#include "proto/utf8.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool route_decode(const char *text, size_t len, char *out, size_t size_bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)text[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

			if (low < 0)
				return false;
			c = high * 16 + low;
			i += 2;
		}
		if (c < 0x20 || c == 0x7f || n + 1 >= size_bytes)
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return utf8_valid((struct blob){ (const uint8_t *)out, n });
}

/* One word of the path against one of the row's. */
static enum err match_word(const char *want, size_t want_len, const char *have, size_t have_len,
			   struct route_words *words)
{
	if (want[0] != '{')
		return want_len == have_len && memcmp(want, have, have_len) == 0 ? ERR_OK
										 : ERR_HTTP_ROUTE;
	if (have_len == 0 || words->count == ROUTE_WORDS)
		return ERR_HTTP_ROUTE;
	return route_decode(have, have_len, words->values[words->count++], ROUTE_WORD_SIZE)
		       ? ERR_OK
		       : ERR_HTTP_REQUEST;
}

static enum err match(const struct route *r, const char *path, struct route_words *words)
{
	const char *want = r->path;
	enum err e = ERR_OK;

	words->count = 0;
	while (e == ERR_OK) {
		size_t want_len = strcspn(want, "/"), have_len = strcspn(path, "/");

		e = match_word(want, want_len, path, have_len, words);
		want += want_len;
		path += have_len;
		if (*want != *path)
			return ERR_HTTP_ROUTE;
		if (*want == '\0')
			break;
		want++;
		path++;
	}
	return e;
}

enum err route_find(const struct route_question *q, const struct route **out,
		    struct route_words *words, char *allow, size_t allow_size)
{
	const char *wanted = strcmp(q->method, "HEAD") == 0 ? "GET" : q->method;
	enum err result = ERR_HTTP_ROUTE;

	allow[0] = '\0';
	for (const struct route *r = q->routes; r->method != NULL; r++) {
		size_t len = strlen(allow);
		enum err e = match(r, q->path, words);

		if (e == ERR_HTTP_REQUEST)
			return e;
		if (e != ERR_OK)
			continue;
		if (strcmp(r->method, wanted) == 0) {
			*out = r;
			return ERR_OK;
		}
		result = ERR_HTTP_METHOD;
		snprintf(allow + len, allow_size - len, "%s%s", len == 0 ? "" : ", ", r->method);
	}
	return result;
}

const char *route_word(const struct route *r, const struct route_words *words, const char *name,
		       size_t name_len)
{
	unsigned n = 0;

	for (const char *at = strchr(r->path, '{'); at != NULL && n < words->count;
	     at = strchr(at + 1, '{'), n++) {
		if (strncmp(at + 1, name, name_len) == 0 && at[1 + name_len] == '}')
			return words->values[n];
	}
	return NULL;
}
