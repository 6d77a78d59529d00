/* The description against the table that it is made from. */
#include "tools/gateway/openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/support/fixture.h"
#include "tools/gateway/routes.h"

static const json_t *operation_of(const json_t *root, const struct route *r)
{
	char method[8] = "";

	for (size_t i = 0; i < sizeof method - 1 && r->method[i] != '\0'; i++)
		method[i] = (char)tolower(r->method[i]);
	return json_object_get(json_object_get(json_object_get(root, "paths"), r->path), method);
}

static bool has_parameter(const json_t *operation, const char *name, const char *in)
{
	size_t i;
	json_t *p;

	json_array_foreach(json_object_get(operation, "parameters"), i, p)
	{
		const char *is = json_string_value(json_object_get(p, "name")),
			   *where = json_string_value(json_object_get(p, "in"));

		if (is != NULL && strcmp(is, name) == 0 && where != NULL && strcmp(where, in) == 0)
			return true;
	}
	return false;
}

static const json_t *properties_of(const json_t *operation, const struct route *r)
{
	const json_t *content =
			     json_object_get(json_object_get(operation, "requestBody"), "content"),
		     *schema = json_object_get(
			     json_object_get(content, ROUTE_STREAMS(r->body)
							      ? "multipart/form-data"
							      : "application/json"),
			     "schema");

	if (r->body == ROUTE_FORM)
		schema = json_object_get(json_object_get(schema, "properties"), "meta");
	return json_object_get(schema, "properties");
}

static void test_each_row_is_there_with_its_fields(void **state)
{
	json_t *root = openapi_new(routes_table()), *path;
	size_t rows = 0, operations = 0;
	const char *name;

	(void)state;
	assert_non_null(root);
	for (const struct route *r = routes_table(); r->method != NULL; r++, rows++) {
		const json_t *o = operation_of(root, r);

		if (r->tag == NULL) { /* for browsers alone */
			rows--;
			assert_null(o);
			continue;
		}
		if (o == NULL)
			fail_msg("%s %s is missing", r->method, r->path);
		assert_string_equal(json_string_value(json_object_get(o, "operationId")), r->name);
		assert_true((json_object_get(o, "requestBody") != NULL) ==
			    (r->body != ROUTE_NO_BODY));
		assert_true((json_object_get(o, "security") != NULL) ==
			    (r->act == ROUTE_OPEN || r->act == ROUTE_ANYBODY ||
			     r->act == TOKEN_ACT_AXIS || r->act == ROUTE_SESSION));
		for (const struct route_field *f = r->fields; f != NULL && f->name != NULL; f++) {
			bool there = r->body == ROUTE_NO_BODY ? has_parameter(o, f->name, "query")
							      : json_object_get(properties_of(o, r),
										f->name) != NULL;

			if (!there)
				fail_msg("%s: %s is missing", r->name, f->name);
		}
		if (r->body == ROUTE_PARCEL)
			assert_true(has_parameter(o, "dry_run", "query"));
		else if (r->body != ROUTE_NO_BODY)
			assert_non_null(json_object_get(properties_of(o, r), "dry_run"));
		for (const char *at = strchr(r->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
			char word[32];

			snprintf(word, sizeof word, "%.*s", (int)strcspn(at + 1, "}"), at + 1);
			assert_true(has_parameter(o, word, "path"));
		}
	}
	json_object_foreach(json_object_get(root, "paths"), name, path) operations +=
		json_object_size(path);
	assert_int_equal(operations, rows);
	json_decref(root);
}

static const json_t *operation_named(const json_t *root, const char *name)
{
	for (const struct route *r = routes_table(); r->method != NULL; r++) {
		if (strcmp(r->name, name) == 0)
			return operation_of(root, r);
	}
	return NULL;
}

static bool refers(const json_t *o, const char *to)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(o, "parameters"), i, one)
	{
		const char *ref = json_string_value(json_object_get(one, "$ref"));

		if (ref != NULL && strcmp(strrchr(ref, '/') + 1, to) == 0)
			return true;
	}
	return false;
}

static json_int_t most_of(const json_t *o, const char *field)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(o, "parameters"), i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));

		if (name != NULL && strcmp(name, field) == 0)
			return json_integer_value(
				json_object_get(json_object_get(one, "schema"), "maximum"));
	}
	return -1;
}

/* What no field of the query says: ranges, conditions, where a stream goes on, and bounds. */
static void test_heads_and_bounds_are_there(void **state)
{
	static const char *const statuses[] = { "200", "206", "304", "416" };
	json_t *root = openapi_new(routes_table());
	const json_t *part = operation_named(root, "readPart"),
		     *changes = operation_named(root, "listChanges");

	(void)state;
	assert_true(refers(part, "Range") && refers(part, "IfRange") &&
		    refers(part, "IfNoneMatch"));
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		assert_non_null(json_object_get(json_object_get(part, "responses"), statuses[i]));
	assert_true(refers(operation_named(root, "followChanges"), "LastEventId"));
	assert_false(refers(changes, "LastEventId") || refers(changes, "Range"));
	assert_int_equal(most_of(changes, "limit"), 1000);
	assert_int_equal(most_of(changes, "wait"), 60);
	json_decref(root);
}

/* Every reference leads somewhere. */
static void check_references(const json_t *root, const json_t *at)
{
	const char *name, *to = json_string_value(json_object_get(at, "$ref"));
	const json_t *found = root;
	json_t *value;
	size_t i;

	if (to != NULL) {
		char text[256], *rest = text, *word;

		assert_int_equal(strncmp(to, "#/", 2), 0);
		snprintf(text, sizeof text, "%s", to + 2);
		while ((word = strsep(&rest, "/")) != NULL)
			found = json_object_get(found, word);
		if (found == NULL)
			fail_msg("%s leads nowhere", to);
	}
	json_object_foreach((json_t *)(uintptr_t)at, name, value) check_references(root, value);
	json_array_foreach(at, i, value) check_references(root, value);
}

static void test_it_is_whole(void **state)
{
	json_t *root = openapi_new(routes_table());

	(void)state;
	assert_string_equal(json_string_value(json_object_get(root, "openapi")), "3.1.0");
	assert_non_null(json_object_get(json_object_get(root, "info"), "title"));
	assert_non_null(json_object_get(json_object_get(root, "info"), "version"));
	assert_true(json_array_size(json_object_get(root, "security")) > 0);
	assert_non_null(json_object_get(
		json_object_get(json_object_get(root, "components"), "securitySchemes"), "bearer"));
	check_references(root, root);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_row_is_there_with_its_fields),
		cmocka_unit_test(test_heads_and_bounds_are_there),
		cmocka_unit_test(test_it_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
