/* See event.h. */
#include "tools/webhook/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "tools/base/text.h"

/* As the daemon names them. */
static const char *const kinds[] = {
	"sent",	   "arrived",	"accepted", "returned", "assigned", "started",	"finished",
	"agreed",  "declined",	"recalled", "updated",	"replaced", "status",	"receipt",
	"refused", "delivered", "expired",  "numbered", "paper",    "target",	"directory",
	"link_up", "link_down", "store",    "due_soon", "overdue",  "sent_due", "sent_overdue",
	"archived",
};

const char *webhook_kind_at(unsigned index)
{
	return index < sizeof kinds / sizeof kinds[0] ? kinds[index] : NULL;
}

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool names(const struct webhook_words *w, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key), *each;
	size_t i;

	if (json_is_string(value))
		return webhook_words_have(w, json_string_value(value));
	json_array_foreach(value, i, each)
	{
		if (json_is_string(each) && webhook_words_have(w, json_string_value(each)))
			return true;
	}
	return false;
}

static bool fits_committee(const struct webhook_words *w, const json_t *change)
{
	static const char *const keys[] = { "committee", "from", "to" };
	const json_t *document = json_object_get(change, "document");

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (names(w, change, keys[i]) || names(w, document, keys[i]))
			return true;
	}
	return w->count == 0;
}

static bool fits_type(const struct webhook_words *w, const json_t *change)
{
	return w->count == 0 || names(w, change, "type") ||
	       names(w, json_object_get(change, "document"), "type");
}

static bool fits_direction(enum webhook_direction wanted, const json_t *change)
{
	const char *direction = text_at(change, "direction");

	return wanted == WEBHOOK_BOTH ||
	       (direction != NULL && strcmp(direction, webhook_direction_word(wanted)) == 0);
}

bool webhook_event_wanted(const struct webhook_subscription *s, const json_t *change)
{
	const char *kind = text_at(change, "kind");

	return kind != NULL && (s->kinds.count == 0 || webhook_words_have(&s->kinds, kind)) &&
	       fits_committee(&s->committees, change) && fits_type(&s->types, change) &&
	       fits_direction(s->direction, change);
}

uint64_t webhook_event_number(const json_t *change)
{
	json_int_t n = json_integer_value(json_object_get(change, "number"));

	return n > 0 ? (uint64_t)n : 0;
}

void webhook_event_id(const char *subscription, const char *feed, uint64_t number,
		      char out[WEBHOOK_EVENT_ID_SIZE])
{
	char text[256], hex[DIGEST_HEX_SIZE];
	int len = snprintf(text, sizeof text, "vanthu event v1\n%s\n%s\n%llu", subscription, feed,
			   (unsigned long long)number);
	struct digest d = digest_of((struct blob){ (const uint8_t *)text, (size_t)len });

	digest_to_hex(&d, hex);
	snprintf(out, WEBHOOK_EVENT_ID_SIZE, "msg_%.32s", hex);
}

enum err webhook_event_body(const json_t *change, char **body, size_t *len_bytes)
{
	enum { FLAGS = JSON_COMPACT };
	const char *kind = text_at(change, "kind"), *at = text_at(change, "at");
	json_t *event = json_pack("{s:s, s:s, s:O}", "type", kind == NULL ? "" : kind, "timestamp",
				  at == NULL ? "" : at, "data", change);
	size_t size = event == NULL ? 0 : json_dumpb(event, NULL, 0, FLAGS);

	*body = size == 0 ? NULL : malloc(size + 1);
	*len_bytes = size;
	if (*body != NULL) {
		json_dumpb(event, *body, size, FLAGS);
		(*body)[size] = '\0';
	}
	json_decref(event);
	return *body == NULL ? ERR_NO_MEMORY : ERR_OK;
}

json_t *webhook_event_test(const struct webhook_subscription *s, int64_t at_ms)
{
	char at[40];

	text_rfc3339(at_ms, at, sizeof at);
	return json_pack("{s:s, s:s, s:s}", "kind", "test", "at", at, "subscription", s->name);
}
