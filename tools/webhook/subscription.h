/* A subscription: who gets which changes. Its file is written by `vanthu webhook` alone; how far it
 * is, the gateway writes into another one (cursor.h). */
#ifndef VANTHU_TOOLS_WEBHOOK_SUBSCRIPTION_H
#define VANTHU_TOOLS_WEBHOOK_SUBSCRIPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/webhook/key.h"
#include "tools/webhook/target.h"

enum {
	WEBHOOK_NAME_MAX = 32,
	WEBHOOK_ID_SIZE = 17, /* 16 hexadecimal digits */
	WEBHOOK_WORDS_MAX = 16,
	WEBHOOK_WORD_SIZE = 40,
	WEBHOOK_FILE_MAX_BYTES = 16 << 10
};

/* Words of a filter; none: anything. */
struct webhook_words {
	unsigned count;
	char list[WEBHOOK_WORDS_MAX][WEBHOOK_WORD_SIZE];
};

enum webhook_direction { WEBHOOK_BOTH, WEBHOOK_IN, WEBHOOK_OUT };

/* From where on the changes are wanted. */
enum webhook_from { WEBHOOK_FROM_NUMBER, WEBHOOK_FROM_OLDEST, WEBHOOK_FROM_CREATED };

struct webhook_subscription {
	char id[WEBHOOK_ID_SIZE]; /* drawn; also the name of its files */
	char name[WEBHOOK_NAME_MAX + 1];
	char url[WEBHOOK_URL_MAX + 1];
	int64_t created_ms;
	struct webhook_words kinds, committees, types;
	enum webhook_direction direction;
	struct webhook_key key;
	bool paused;
	/* Orders to the sender, which notes in the cursor the last one that it has carried out.
	 * `order` rises with each: begin (1), resume and replay. */
	uint64_t order;
	bool moves; /* the order moves the cursor: to `since` (the last number not wanted), … */
	enum webhook_from from;
	uint64_t since;
	uint64_t test; /* rises with each test event that is wanted */
};

/* [a-z0-9-]{1,32} */
bool webhook_name_valid(const char *name);
/* Words between commas and blanks. False: too many, or too long. "" adds none. */
bool webhook_words_parse(const char *text, struct webhook_words *out);
bool webhook_words_have(const struct webhook_words *w, const char *word);
json_t *webhook_words_json(const struct webhook_words *w);

/* The form of its file; the key is in it. NULL without memory. */
json_t *webhook_subscription_json(const struct webhook_subscription *s);
/* ERR_WEBHOOK_FILE: it is none, or one of a later version. */
must_use enum err webhook_subscription_read(const json_t *json, struct webhook_subscription *out);
/* "in", "out", "" for both; and back: false where it is none of them. */
const char *webhook_direction_word(enum webhook_direction d);
bool webhook_direction_read(const char *word, enum webhook_direction *out);

#endif
