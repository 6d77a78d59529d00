/* See fields.h. */
#include "tools/gateway/fields.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

enum { VALUE_MAX_BYTES = 4096, TEXT_MAX_BYTES = 64 * 1024, NUMBER_MAX_DIGITS = 18 };

/* What every request that changes something can be asked for. */
static const struct route_field dry_run = { "dry_run", ROUTE_FLAG, false, "say what would happen",
					    NULL, 0, 0 };

const struct route_field *fields_find(const struct route *r, const char *name)
{
	for (const struct route_field *f = r->fields; f != NULL && f->name != NULL; f++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return r->body != ROUTE_NO_BODY && strcmp(name, dry_run.name) == 0 ? &dry_run : NULL;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (strcspn(at, "|") == len && strncmp(at, value, len) == 0)
			return true;
	}
	return false;
}

static json_t *of_number(const char *value)
{
	size_t len = strlen(value);

	return len > 0 && len <= NUMBER_MAX_DIGITS && strspn(value, "0123456789") == len
		       ? json_integer(strtoll(value, NULL, 10))
		       : NULL;
}

/* A text of a query as its row's type; NULL: it is none. */
static json_t *of_text(const struct route_field *f, char *value)
{
	uint32_t n;
	json_t *list;
	char *rest = NULL;

	switch (f->type) {
	case ROUTE_FLAG:
		if (value[0] == '\0' || strcmp(value, "1") == 0 || strcmp(value, "true") == 0)
			return json_true();
		return strcmp(value, "0") == 0 || strcmp(value, "false") == 0 ? json_false() : NULL;
	case ROUTE_COUNT:
		return text_count(value, INT32_MAX, &n) ? json_integer(n) : NULL;
	case ROUTE_NUMBER:
		return of_number(value);
	case ROUTE_TEXTS:
		list = json_array();
		for (char *one = strtok_r(value, ",", &rest); one != NULL;
		     one = strtok_r(NULL, ",", &rest))
			json_array_append_new(list, json_string(one));
		return list;
	default:
		return json_string(value);
	}
}

enum err fields_take_word(json_t *fields, const struct route *r, const char *name,
			  const char *value)
{
	const struct route_field *f = fields_find(r, name);
	char decoded[VALUE_MAX_BYTES];
	json_t *made;

	if (f == NULL || json_object_get(fields, name) != NULL)
		return ERR_HTTP_FIELD;
	if (!route_decode(value, strlen(value), decoded, sizeof decoded))
		return ERR_HTTP_REQUEST;
	made = of_text(f, decoded);
	return made != NULL && json_object_set_new(fields, name, made) == 0 ? ERR_OK
									    : ERR_HTTP_FIELD;
}

struct reading {
	const struct route *route;
	json_t *fields;
	const char **field;
	enum err err;
};

static enum MHD_Result read_one(void *ctx, enum MHD_ValueKind kind, const char *key,
				const char *value)
{
	struct reading *r = ctx;

	(void)kind;
	*r->field = key;
	r->err = fields_take_word(r->fields, r->route, key, value == NULL ? "" : value);
	return r->err == ERR_OK ? MHD_YES : MHD_NO;
}

enum err fields_of_query(struct MHD_Connection *c, const struct route *r, json_t *fields,
			 const char **field)
{
	struct reading reading = { .route = r, .fields = fields, .field = field };

	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, read_one, &reading);
	return reading.err;
}

static bool is_list_of_texts(const json_t *value)
{
	size_t i;
	json_t *one;

	json_array_foreach(value, i, one)
	{
		if (!json_is_string(one) || json_string_value(one)[0] == '\0' ||
		    strchr(json_string_value(one), ',') != NULL)
			return false;
	}
	return json_is_array(value);
}

static bool is_of_type(const struct route_field *f, const json_t *value)
{
	const char *text = json_string_value(value);
	char day[11];

	if (text != NULL && json_string_length(value) > TEXT_MAX_BYTES)
		return false;
	switch (f->type) {
	case ROUTE_FLAG:
		return json_is_boolean(value);
	case ROUTE_COUNT:
		return json_is_integer(value) && json_integer_value(value) >= f->least &&
		       json_integer_value(value) <= (f->most > 0 ? f->most : INT32_MAX);
	case ROUTE_NUMBER:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	case ROUTE_TEXTS:
		return text != NULL || is_list_of_texts(value);
	case ROUTE_DATE:
		return text != NULL && text_date(text, day);
	case ROUTE_CHOICE:
		return text != NULL && is_choice(f->choices, text);
	default:
		return text != NULL;
	}
}

enum err fields_check(const json_t *fields, const struct route *r, const char **field)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)fields, name, value)
	{
		const struct route_field *f = fields_find(r, name);

		*field = name;
		if (f == NULL || !is_of_type(f, value))
			return ERR_HTTP_FIELD;
	}
	for (const struct route_field *f = r->fields; f != NULL && f->name != NULL; f++) {
		*field = f->name;
		if (f->required && json_object_get(fields, f->name) == NULL)
			return ERR_HTTP_FIELD;
	}
	*field = NULL;
	return ERR_OK;
}
