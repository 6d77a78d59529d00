/* Any bytes as what a request gives: its target, fields of its head, its JSON and its form. The
 * input is five lines — target, Range, Accept-Language, Host, Content-Type — and then the body. No
 * input makes it crash, hang or read further than it may; a form means the same however it is cut,
 * and what was taken is what its rules allow. */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"
#include "tools/gateway/fields.h"
#include "tools/gateway/judge.h"
#include "tools/gateway/multipart.h"
#include "tools/gateway/part.h"
#include "tools/gateway/problem.h"
#include "tools/gateway/routes.h"

enum { LINES = 5, LINE_MAX_BYTES = 4096 };
enum { TARGET, RANGE, LANGUAGE, HOST, TYPE };

static bool is_clean(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if ((unsigned char)*at < ' ' || *at == 127)
			return false;
	}
	return utf8_valid((struct blob){ (const uint8_t *)text, strlen(text) });
}

/* ---- a form ---- */

struct heard {
	uint64_t sum; /* of all that was heard, in order */
	unsigned parts;
	bool open;
};

static void add(struct heard *h, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		h->sum = (h->sum ^ at[i]) * 1099511628211ULL;
}

static enum err on_begin(void *ctx, const struct multipart_part *part)
{
	struct heard *h = ctx;

	must(!h->open && ++h->parts <= MULTIPART_PARTS_MAX);
	must(is_clean(part->name) && is_clean(part->file));
	must(part->has_file || part->file[0] == '\0');
	h->open = true;
	add(h, part->name, strlen(part->name) + 1);
	add(h, part->file, strlen(part->file) + 1);
	return ERR_OK;
}

static enum err on_content(void *ctx, const char *bytes, size_t len)
{
	struct heard *h = ctx;

	must(h->open && len > 0);
	add(h, bytes, len);
	return ERR_OK;
}

static enum err on_end(void *ctx)
{
	struct heard *h = ctx;

	must(h->open);
	h->open = false;
	add(h, "\n", 1);
	return ERR_OK;
}

static enum err read_form(const char *type, const char *body, size_t len, size_t step,
			  struct heard *h)
{
	const struct multipart_events events = { on_begin, on_content, on_end, h };
	struct multipart *m;
	enum err e = multipart_new(type, &events, &m);

	*h = (struct heard){ .sum = 14695981039346656037ULL };
	for (size_t at = 0; e == ERR_OK && at < len; at += step)
		e = multipart_take(m, body + at, len - at < step ? len - at : step);
	if (e == ERR_OK)
		e = multipart_finish(m);
	must(e != ERR_OK || !h->open);
	multipart_free(m);
	return e;
}

static void try_form(const char *type, const char *body, size_t len, size_t step)
{
	struct heard whole, pieces;
	enum err e = read_form(type, body, len, len == 0 ? 1 : len, &whole);

	must(read_form(type, body, len, step, &pieces) == e);
	must(e != ERR_OK || (whole.sum == pieces.sum && whole.parts == pieces.parts));
}

/* ---- a target, and what it gives ---- */

static void try_query(const struct route *r, char *query, json_t *fields)
{
	const char *field = NULL;
	char *word;

	while (query != NULL && (word = strsep(&query, "&")) != NULL) {
		char *value = strchr(word, '=');

		if (value != NULL)
			*value++ = '\0';
		if (fields_take_word(fields, r, word, value == NULL ? "" : value) == ERR_OK)
			must(fields_find(r, word) != NULL);
	}
	if (fields_check(fields, r, &field) != ERR_OK)
		must(field != NULL);
}

static void try_target(char *target, const char *body, size_t len)
{
	static const char *const methods[] = { "GET", "POST", "HEAD", "PUT" };
	char *query = strchr(target, '?');
	json_t *fields = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	const char *field = NULL;

	if (query != NULL)
		*query++ = '\0';
	if (!json_is_object(fields)) {
		json_decref(fields);
		fields = json_object();
	}
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		const struct route_question q = { routes_table(), methods[i], target };
		const struct route *r = NULL;
		struct route_words words;
		char allow[64];
		enum err e = route_find(&q, &r, &words, allow, sizeof allow);

		must(e != ERR_HTTP_METHOD || allow[0] != '\0');
		if (e != ERR_OK)
			continue;
		for (unsigned w = 0; w < words.count; w++)
			must(words.values[w][0] == '\0' || is_clean(words.values[w]));
		if (fields_check(fields, r, &field) != ERR_OK)
			must(field != NULL);
		if (query != NULL && i == 0)
			try_query(r, query, fields);
	}
	json_decref(fields);
}

static void try_head(char *const lines[LINES])
{
	static struct config config = { .gateway_listen = "10.0.0.1:443",
					.gateway_hosts = "a.vn, b.vn" };
	uint64_t from = 0, length = 0;

	for (uint64_t size = 0; size <= 1000; size += 500) {
		if (part_range(lines[RANGE], size, &from, &length) == PART_RANGE)
			must(length > 0 && from < size && length <= size - from);
	}
	(void)part_tag_among(lines[RANGE], "\"x\"");
	must(problem_language(lines[LANGUAGE], PROBLEM_EN) < PROBLEM_LANGUAGES);
	if (judge_host(&config, lines[HOST]))
		must(strncasecmp(lines[HOST], "10.0.0.1", 8) == 0 ||
		     strncasecmp(lines[HOST] + 1, ".vn", 3) == 0);
	(void)listen_is_loopback(lines[HOST]);
	(void)judge_origin(lines[HOST], lines[HOST], true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	size_t step = size == 0 ? 1 : (size_t)data[size - 1] % 64 + 1;
	char *lines[LINES];

	for (unsigned i = 0; i < LINES; i++) {
		const char *stop = at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop == NULL ? end : stop) - at);

		lines[i] = strndup(at, len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES);
		must(lines[i] != NULL);
		at += len + (stop != NULL);
	}
	try_form(lines[TYPE], at, (size_t)(end - at), step);
	try_target(lines[TARGET], at, (size_t)(end - at));
	try_head(lines);
	for (unsigned i = 0; i < LINES; i++)
		free(lines[i]);
	return 0;
}
