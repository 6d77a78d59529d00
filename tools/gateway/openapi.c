/* See openapi.h. What the table does not have, the shapes of answers, is schemas.json. */
#include "tools/gateway/openapi.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/version.h"
#include "tools/gateway/changes.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/part.h"

static const char schemas[] =
#include "tools/gateway/schemas.inc"
	;

static json_t *ref(const char *where, const char *name)
{
	char text[128];

	snprintf(text, sizeof text, "#/components/%s/%s", where, name);
	return json_pack("{s:s}", "$ref", text);
}

static json_t *choices(const char *words)
{
	json_t *list = json_array();

	for (const char *at = words; *at != '\0';) {
		size_t len = strcspn(at, "|");

		json_array_append_new(list, json_stringn(at, len));
		at += len + (at[len] == '|');
	}
	return list;
}

static json_t *type_of(const struct route_field *f)
{
	switch (f->type) {
	case ROUTE_TEXTS:
		return json_pack("{s:[{s:s, s:{s:s}}, {s:s}]}", "oneOf", "type", "array", "items",
				 "type", "string", "type", "string");
	case ROUTE_FLAG:
		return json_pack("{s:s}", "type", "boolean");
	case ROUTE_COUNT:
		return json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", f->least,
				 "maximum", f->most > 0 ? f->most : INT32_MAX);
	case ROUTE_NUMBER:
		return json_pack("{s:s, s:s, s:i}", "type", "integer", "format", "int64", "minimum",
				 0);
	case ROUTE_DATE:
		return json_pack("{s:s, s:s}", "type", "string", "format", "date");
	case ROUTE_CHOICE:
		return json_pack("{s:s, s:o}", "type", "string", "enum", choices(f->choices));
	default:
		return json_pack("{s:s}", "type", "string");
	}
}

static void add_parameter(json_t *list, const char *name, const char *in, bool required,
			  const char *help, json_t *schema)
{
	json_t *p = json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", in, "required",
			      required ? 1 : 0, "schema", schema);

	if (help != NULL)
		json_object_set_new(p, "description", json_string(help));
	json_array_append_new(list, p);
}

/* Fields of the head that a request may have besides. */
static const char *const *headers_of(const struct route *r)
{
	static const char *const of_part[] = { "Range", "IfNoneMatch", "IfRange", NULL };
	static const char *const of_events[] = { "LastEventId", NULL };
	static const char *const none[] = { NULL };

	return r->answer == part_answer	     ? of_part
	       : r->answer == changes_follow ? of_events
					     : none;
}

static json_t *parameters(const struct route *r)
{
	json_t *list = json_array();

	for (const char *at = strchr(r->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
		char name[32];

		snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1, "}"), at + 1);
		add_parameter(list, name, "path", true, NULL, json_pack("{s:s}", "type", "string"));
	}
	if (r->body != ROUTE_NO_BODY) {
		if (ROUTE_STREAMS(r->body))
			add_parameter(list, "dry_run", "query", false, "say what would happen",
				      json_pack("{s:s}", "type", "boolean"));
		if (r->body == ROUTE_FORM)
			json_array_append_new(list, ref("parameters", "IdempotencyKey"));
	} else {
		for (const struct route_field *f = r->fields; f != NULL && f->name != NULL; f++)
			add_parameter(list, f->name, "query", f->required, f->help, type_of(f));
	}
	for (const char *const *name = headers_of(r); *name != NULL; name++)
		json_array_append_new(list, ref("parameters", *name));
	json_array_append_new(list, ref("parameters", "AcceptLanguage"));
	return list;
}

static json_t *object_of(const struct route *r)
{
	json_t *properties = json_object(), *required = json_array(), *out;

	for (const struct route_field *f = r->fields; f != NULL && f->name != NULL; f++) {
		json_t *type = type_of(f);

		json_object_set_new(type, "description", json_string(f->help));
		json_object_set_new(properties, f->name, type);
		if (f->required)
			json_array_append_new(required, json_string(f->name));
	}
	json_object_set_new(
		properties, "dry_run",
		json_pack("{s:s, s:s}", "type", "boolean", "description", "say what would happen"));
	out = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
			"additionalProperties", 0);
	if (json_array_size(required) > 0)
		json_object_set(out, "required", required);
	json_decref(required);
	return out;
}

/* A part for each field, and the file. */
static json_t *parcel_of(const struct route *r)
{
	json_t *out = object_of(r), *properties = json_object_get(out, "properties");

	json_object_del(out, "additionalProperties"); /* others are left out */
	json_object_del(properties, "dry_run");	      /* a word of the query */
	json_object_set_new(properties, "file",
			    json_pack("{s:s, s:s, s:s}", "type", "string", "format", "binary",
				      "description", "edXML"));
	json_object_set_new(out, "required", json_pack("[s]", "file"));
	return out;
}

static json_t *body_of(const struct route *r)
{
	if (r->body == ROUTE_JSON)
		return json_pack("{s:b, s:{s:{s:o}}}", "required", 0, "content", "application/json",
				 "schema", object_of(r));
	if (r->body == ROUTE_PARCEL)
		return json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content",
				 "multipart/form-data", "schema", parcel_of(r));
	return json_pack("{s:b, s:{s:{s:{s:s, s:[s, s], s:{s:o, s:{s:s, s:s, s:i, s:{s:s, s:s}}}}, "
			 "s:{s:{s:s}}}}}",
			 "required", 1, "content", "multipart/form-data", "schema", "type",
			 "object", "required", "meta", "file", "properties", "meta", object_of(r),
			 "file", "type", "array", "description",
			 "the document first, then its attachments; each with a filename",
			 "minItems", 1, "items", "type", "string", "format", "binary", "encoding",
			 "meta", "contentType", "application/json");
}

/* What a part is answered with besides, and what the head of its answers has. */
static void add_partial(json_t *all)
{
	json_t *whole = json_object_get(all, "200"), *part;

	json_object_set_new(whole, "headers",
			    json_pack("{s:o, s:o, s:o}", "ETag", ref("headers", "ETag"),
				      "Repr-Digest", ref("headers", "ReprDigest"), "Accept-Ranges",
				      ref("headers", "AcceptRanges")));
	part = json_deep_copy(whole);
	json_object_set_new(part, "description", json_string("the bytes of Range"));
	json_object_set_new(json_object_get(part, "headers"), "Content-Range",
			    ref("headers", "ContentRange"));
	json_object_set_new(all, "206", part);
	json_object_set_new(all, "304",
			    json_pack("{s:s, s:{s:o}}", "description",
				      "it is what If-None-Match names", "headers", "ETag",
				      ref("headers", "ETag")));
	json_object_set_new(all, "416", ref("responses", "Beyond"));
}

static json_t *responses(const struct route *r, const json_t *given)
{
	const char *status = r->body == ROUTE_FORM ? "201" : "200", *type = "application/json";
	json_t *own = json_object_get(json_object_get(given, "x-answers"), r->name), *schema, *all;
	json_t *bare = json_object_get(json_object_get(given, "x-bare"), r->name);

	if (bare != NULL) { /* without the object around it */
		schema = json_deep_copy(bare);
	} else if (json_is_string(own)) {
		type = json_string_value(own);
		schema = json_object();
	} else {
		schema = json_pack("{s:s, s:[s, s], s:{s:{s:i}, s:o}}", "type", "object",
				   "required", "v", "data", "properties", "v", "const", 1, "data",
				   own == NULL ? json_object() : json_deep_copy(own));
		json_object_update(json_object_get(schema, "properties"),
				   json_object_get(json_object_get(given, "x-beside"), r->name));
	}
	all = json_pack("{s:{s:s, s:{s:{s:o}}}, s:o}", status, "description", "done", "content",
			type, "schema", schema, "default", ref("responses", "Problem"));
	if (r->body == ROUTE_FORM)
		json_object_set_new(all, "200",
				    json_pack("{s:s, s:{s:{s:O}}}", "description",
					      "it had been sent before, or dry_run", "content",
					      type, "schema", schema));
	if (r->answer == part_answer)
		add_partial(all);
	return all;
}

static const char *scope_of(enum token_act act)
{
	static const char *const words[] = {
		[TOKEN_ACT_SUBMIT] = "office or send",
		[TOKEN_ACT_SEE_OWN] = "office, receive, send or work",
		[TOKEN_ACT_SEE_SENT] = "office",
		[TOKEN_ACT_SEE_RECEIVED] = "office, receive or work",
		[TOKEN_ACT_INTAKE] = "office or receive",
		[TOKEN_ACT_WORK] = "office or work",
		[TOKEN_ACT_OFFICE] = "office",
		[TOKEN_ACT_FIGURES] = "office, operate or read",
		[TOKEN_ACT_OPERATE] = "operate",
		[TOKEN_ACT_CHANGES] = "office, operate, read, receive, send or work",
		[TOKEN_ACT_AXIS] = "office, receive or send",
	};

	return words[act];
}

static json_t *operation(const struct route *r, const json_t *given)
{
	char description[128] = "Needs no token.";
	json_t *o;

	if (r->act == ROUTE_ANYBODY)
		snprintf(description, sizeof description,
			 "Needs no token where the gateway listens on loopback, else one of any "
			 "scope.");
	else if (r->act == ROUTE_SESSION)
		snprintf(description, sizeof description, "For who is signed in.");
	else if (r->act != ROUTE_OPEN)
		snprintf(description, sizeof description, "Scope: %s.", scope_of(r->act));
	o = json_pack("{s:s, s:[s], s:s, s:s, s:o, s:o}", "operationId", r->name, "tags", r->tag,
		      "summary", r->summary, "description", description, "parameters",
		      parameters(r), "responses", responses(r, given));
	if (r->body != ROUTE_NO_BODY)
		json_object_set_new(o, "requestBody", body_of(r));
	if (r->command != NULL) /* what the command line calls it: the same, with the same texts */
		json_object_set_new(o, "x-command", json_string(r->command));
	if (r->act == ROUTE_OPEN)
		json_object_set_new(o, "security", json_array());
	if (r->act == ROUTE_ANYBODY)
		json_object_set_new(o, "security",
				    json_pack("[{}, {s:[]}, {s:[]}]", "bearer", "certificate"));
	if (r->act == ROUTE_SESSION)
		json_object_set_new(o, "security", json_pack("[{s:[]}]", "session"));
	if (r->act == TOKEN_ACT_AXIS)
		json_object_set_new(o, "security",
				    json_pack("[{s:[], s:[]}, {s:[]}, {s:[]}]", "system",
					      "systemSecret", "bearer", "certificate"));
	return o;
}

static json_t *paths(const struct route *routes, const json_t *given)
{
	json_t *all = json_object();

	for (const struct route *r = routes; r->method != NULL; r++) {
		json_t *path = json_object_get(all, r->path);
		char method[8];
		size_t n;

		if (r->tag == NULL)
			continue;
		if (path == NULL) {
			json_object_set_new(all, r->path, json_object());
			path = json_object_get(all, r->path);
		}
		for (n = 0; r->method[n] != '\0' && n + 1 < sizeof method; n++)
			method[n] = (char)(r->method[n] + ('a' - 'A'));
		method[n] = '\0';
		json_object_set_new(path, method, operation(r, given));
	}
	return all;
}

json_t *openapi_new(const struct route *routes)
{
	json_t *given = json_loads(schemas, JSON_REJECT_DUPLICATES, NULL), *root;

	root = json_pack(
		"{s:s, s:{s:s, s:s, s:s, s:{s:s}}, s:[{s:s}], s:o, s:O, "
		"s:[{s:[]}, {s:[]}, {s:[]}]}",
		"openapi", "3.1.0", "info", "title", "vanthu gateway", "version", VANTHU_VERSION,
		"summary",
		"Official documents between Party committees: send, receive, act, follow.",
		"license", "name", "Apache-2.0", "servers", "url", "/", "paths",
		paths(routes, given), "components", json_object_get(given, "components"),
		"security", "bearer", "certificate", "session");
	json_decref(given);
	return root;
}

/* One text for all: who asks often and reads slowly would hold as many as connections. */
static const char *text_of(const struct route *routes)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static char *made;
	const char *text;
	json_t *root;

	pthread_mutex_lock(&lock);
	if (made == NULL) {
		root = openapi_new(routes);
		made = root == NULL ? NULL : json_dumps(root, JSON_COMPACT);
		json_decref(root);
	}
	text = made;
	pthread_mutex_unlock(&lock);
	return text;
}

void openapi_answer(struct exchange *x)
{
	const char *text = text_of(x->gateway->routes);

	if (text == NULL) {
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
		return;
	}
	exchange_response(x, MHD_HTTP_OK,
			  MHD_create_response_from_buffer(strlen(text), (char *)(uintptr_t)text,
							  MHD_RESPMEM_PERSISTENT));
	exchange_add_header(x, "Content-Type", "application/json");
	exchange_add_header(x, "Cache-Control", "no-store");
}
