/* See subscription.h. */
#include "tools/webhook/subscription.h"

#include <string.h>

enum { VERSION = 1 };

static const char *const froms[] = { "number", "oldest", "created" };
static const char *const directions[] = { "", "in", "out" };

enum {
	FROMS = sizeof froms / sizeof froms[0],
	DIRECTIONS = sizeof directions / sizeof *directions
};

bool webhook_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= WEBHOOK_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool add(struct webhook_words *w, const char *word, size_t len)
{
	if (w->count == WEBHOOK_WORDS_MAX || len >= WEBHOOK_WORD_SIZE)
		return false;
	memcpy(w->list[w->count], word, len);
	w->list[w->count++][len] = '\0';
	return true;
}

bool webhook_words_parse(const char *text, struct webhook_words *out)
{
	static const char between[] = ", \t";

	memset(out, 0, sizeof *out);
	for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
		size_t len = strcspn(text, between);

		if (!add(out, text, len))
			return false;
		text += len;
	}
	return true;
}

bool webhook_words_have(const struct webhook_words *w, const char *word)
{
	for (unsigned i = 0; i < w->count; i++) {
		if (strcmp(w->list[i], word) == 0)
			return true;
	}
	return false;
}

json_t *webhook_words_json(const struct webhook_words *w)
{
	json_t *out = json_array();

	for (unsigned i = 0; out != NULL && i < w->count; i++)
		json_array_append_new(out, json_string(w->list[i]));
	return out;
}

const char *webhook_direction_word(enum webhook_direction d)
{
	return directions[d];
}

bool webhook_direction_read(const char *word, enum webhook_direction *out)
{
	for (unsigned i = 0; i < DIRECTIONS; i++) {
		if (strcmp(directions[i], word) == 0) {
			*out = (enum webhook_direction)i;
			return true;
		}
	}
	return false;
}

json_t *webhook_subscription_json(const struct webhook_subscription *s)
{
	char key[WEBHOOK_KEY_TEXT_SIZE];
	json_t *out;

	webhook_key_print(&s->key, key);
	out = json_pack("{s:i, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:s, s:s, s:b, s:I, s:b, s:s, "
			"s:I, s:I}",
			"v", VERSION, "id", s->id, "name", s->name, "url", s->url, "created_ms",
			(json_int_t)s->created_ms, "kinds", webhook_words_json(&s->kinds),
			"committees", webhook_words_json(&s->committees), "types",
			webhook_words_json(&s->types), "direction", directions[s->direction], "key",
			key, "paused", s->paused, "order", (json_int_t)s->order, "moves", s->moves,
			"from", froms[s->from], "since", (json_int_t)s->since, "test",
			(json_int_t)s->test);
	memset(key, 0, sizeof key);
	return out;
}

static bool read_words(const json_t *json, struct webhook_words *out)
{
	const json_t *word;
	size_t i;

	if (!json_is_array(json))
		return false;
	json_array_foreach(json, i, word)
	{
		if (!json_is_string(word) ||
		    !add(out, json_string_value(word), json_string_length(word)))
			return false;
	}
	return true;
}

static bool copy(char *out, size_t size, const char *from)
{
	if (strlen(from) >= size)
		return false;
	memcpy(out, from, strlen(from) + 1);
	return true;
}

static bool read_from(const char *word, enum webhook_from *out)
{
	for (unsigned i = 0; i < FROMS; i++) {
		if (strcmp(froms[i], word) == 0) {
			*out = (enum webhook_from)i;
			return true;
		}
	}
	return false;
}

enum err webhook_subscription_read(const json_t *json, struct webhook_subscription *out)
{
	const char *id, *name, *url, *direction, *key, *from;
	json_int_t created, order, since, test;
	json_t *kinds, *committees, *types;
	int version, paused, moves;

	memset(out, 0, sizeof *out);
	if (json_unpack((json_t *)(uintptr_t)json,
			"{s:i, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:s, s:s, s:b, s:I, s:b, s:s, "
			"s:I, s:I}",
			"v", &version, "id", &id, "name", &name, "url", &url, "created_ms",
			&created, "kinds", &kinds, "committees", &committees, "types", &types,
			"direction", &direction, "key", &key, "paused", &paused, "order", &order,
			"moves", &moves, "from", &from, "since", &since, "test", &test) != 0 ||
	    version != VERSION || order < 0 || since < 0 || test < 0)
		return ERR_WEBHOOK_FILE;
	out->created_ms = created;
	out->order = (uint64_t)order;
	out->since = (uint64_t)since;
	out->test = (uint64_t)test;
	out->paused = paused != 0;
	out->moves = moves != 0;
	return copy(out->id, sizeof out->id, id) && webhook_name_valid(name) &&
			       copy(out->name, sizeof out->name, name) &&
			       copy(out->url, sizeof out->url, url) &&
			       read_words(kinds, &out->kinds) &&
			       read_words(committees, &out->committees) &&
			       read_words(types, &out->types) &&
			       webhook_direction_read(direction, &out->direction) &&
			       read_from(from, &out->from) &&
			       webhook_key_parse(key, &out->key) == ERR_OK
		       ? ERR_OK
		       : ERR_WEBHOOK_FILE;
}
