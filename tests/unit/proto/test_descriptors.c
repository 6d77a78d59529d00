/* The formats as compiled: no message may contain itself (the prescan's and the decoder's depth is
 * a constant), and no field of a published format may go or change. golden_descriptors.txt holds
 * what was published; a new field is added to it by hand, or with VANTHU_GOLDEN_WRITE=1 in the
 * environment. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.pb-c.h"
#include "proto/envelope.pb-c.h"
#include "proto/peer.pb-c.h"
#include "proto/record.pb-c.h"
#include "tests/unit/support/fixture.h"

#define GOLDEN "tests/unit/proto/golden_descriptors.txt"

enum { DEPTH_MAX = 8, LINES_MAX = 2000, TYPES_MAX = 200 };

/* Everything that bytes from outside are unpacked as, or that stands on a disk; what they contain
 * follows. */
static const ProtobufCMessageDescriptor *const roots[] = {
	&vanthu__v1__envelope__descriptor,
	&vanthu__v1__payload__descriptor,
	&vanthu__v1__document_body__descriptor,
	&vanthu__v1__receipt_body__descriptor,
	&vanthu__v1__refusal_body__descriptor,
	&vanthu__v1__status_body__descriptor,
	&vanthu__v1__relay_body__descriptor,
	&vanthu__v1__doubt_body__descriptor,
	&vanthu__v1__correction_body__descriptor,
	&vanthu__v1__directory_body__descriptor,
	&vanthu__v1__directory_entry__descriptor,
	&vanthu__v1__directory_file__descriptor,
	&vanthu__v1__hello__descriptor,
	&vanthu__v1__subscribe__descriptor,
	&vanthu__v1__publish__descriptor,
	&vanthu__v1__acknowledge__descriptor,
	&vanthu__v1__credit__descriptor,
	&vanthu__v1__ping__descriptor,
	&vanthu__v1__pong__descriptor,
	&vanthu__v1__bye__descriptor,
	&vanthu__v1__complete__descriptor,
	&vanthu__v1__pinned__descriptor,
	&vanthu__v1__open_bulk__descriptor,
	&vanthu__v1__hello_wanted__descriptor,
	&vanthu__v1__fetch__descriptor,
	&vanthu__v1__chunk__descriptor,
	&vanthu__v1__unavailable__descriptor,
	&vanthu__v1__directory_wanted__descriptor,
	&vanthu__v1__directory_part__descriptor,
	&vanthu__v1__ident_record__descriptor,
	&vanthu__v1__document_record__descriptor,
	&vanthu__v1__state_record__descriptor,
	&vanthu__v1__route_record__descriptor,
	&vanthu__v1__envelope_record__descriptor,
	&vanthu__v1__receipt_record__descriptor,
	&vanthu__v1__stream_record__descriptor,
	&vanthu__v1__link_in_record__descriptor,
	&vanthu__v1__link_out_record__descriptor,
	&vanthu__v1__fetch_record__descriptor,
	&vanthu__v1__committee_record__descriptor,
	&vanthu__v1__directory_head_record__descriptor,
	&vanthu__v1__key_record__descriptor,
	&vanthu__v1__act_record__descriptor,
	&vanthu__v1__note_record__descriptor,
	&vanthu__v1__aside_record__descriptor,
	&vanthu__v1__series_record__descriptor,
	&vanthu__v1__open_record__descriptor,
	&vanthu__v1__told_record__descriptor,
	&vanthu__v1__early_record__descriptor,
	&vanthu__v1__gone_record__descriptor,
	&vanthu__v1__accepted_record__descriptor,
	&vanthu__v1__counter_record__descriptor,
	&vanthu__v1__paper_record__descriptor,
	&vanthu__v1__work_record__descriptor,
	&vanthu__v1__status_record__descriptor,
	&vanthu__v1__line_record__descriptor,
	&vanthu__v1__feed_record__descriptor,
	&vanthu__v1__history_record__descriptor,
	&vanthu__v1__request__descriptor,
	&vanthu__v1__reply__descriptor,
	&vanthu__v1__live_event__descriptor,
};

static unsigned depth_of(const ProtobufCMessageDescriptor *type, unsigned depth)
{
	unsigned deepest = depth;

	if (depth > DEPTH_MAX)
		fail_msg("%s lies more than %d levels deep, or contains itself", type->name,
			 (int)DEPTH_MAX);
	for (unsigned i = 0; i < type->n_fields; i++) {
		if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
			unsigned below = depth_of(type->fields[i].descriptor, depth + 1);

			deepest = below > deepest ? below : deepest;
		}
	}
	return deepest;
}

static void test_no_message_contains_itself_or_is_deeper_than_the_prescan(void **state)
{
	unsigned deepest = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		unsigned d = depth_of(roots[i], 0);

		deepest = d > deepest ? d : deepest;
	}
	assert_true(deepest >= 2);
}

struct lines {
	char *list[LINES_MAX];
	unsigned count;
};

static void add_line(struct lines *l, const char *text)
{
	assert_true(l->count < LINES_MAX);
	l->list[l->count] = strdup(text);
	assert_non_null(l->list[l->count]);
	l->count++;
}

static void free_lines(struct lines *l)
{
	while (l->count > 0)
		free(l->list[--l->count]);
}

static bool has_line(const struct lines *l, const char *text)
{
	for (unsigned i = 0; i < l->count; i++) {
		if (strcmp(l->list[i], text) == 0)
			return true;
	}
	return false;
}

static const char *type_name(const ProtobufCFieldDescriptor *f)
{
	static const char *const names[] = { "int32",	 "sint32", "sfixed32", "int64",	 "sint64",
					     "sfixed64", "uint32", "fixed32",  "uint64", "fixed64",
					     "float",	 "double", "bool",     "enum",	 "string",
					     "bytes",	 "message" };

	if (f->type == PROTOBUF_C_TYPE_MESSAGE)
		return ((const ProtobufCMessageDescriptor *)f->descriptor)->name;
	if (f->type == PROTOBUF_C_TYPE_ENUM)
		return ((const ProtobufCEnumDescriptor *)f->descriptor)->name;
	return names[f->type];
}

static void describe_enum(struct lines *l, const ProtobufCEnumDescriptor *type)
{
	char text[300];

	for (unsigned i = 0; i < type->n_values; i++) {
		snprintf(text, sizeof text, "%s.%s %d", type->name, type->values[i].name,
			 type->values[i].value);
		if (!has_line(l, text))
			add_line(l, text);
	}
}

static void describe(struct lines *l, const ProtobufCMessageDescriptor *type)
{
	static const char *const labels[] = { "required", "optional", "repeated", "single" };
	char text[300];

	snprintf(text, sizeof text, "message %s", type->name);
	if (has_line(l, text))
		return;
	add_line(l, text);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &type->fields[i];

		snprintf(text, sizeof text, "%s.%s %u %s %s", type->name, f->name, f->id,
			 type_name(f), labels[f->label]);
		add_line(l, text);
	}
	for (unsigned i = 0; i < type->n_fields; i++) {
		if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			describe(l, type->fields[i].descriptor);
		else if (type->fields[i].type == PROTOBUF_C_TYPE_ENUM)
			describe_enum(l, type->fields[i].descriptor);
	}
}

static void read_golden(struct lines *l)
{
	FILE *f = fopen(GOLDEN, "re");
	char text[300];

	if (f == NULL)
		fail_msg("%s: %s (run from the root of the repository)", GOLDEN, strerror(errno));
	while (fgets(text, sizeof text, f) != NULL) {
		text[strcspn(text, "\n")] = '\0';
		if (text[0] != '\0' && text[0] != '#')
			add_line(l, text);
	}
	fclose(f);
}

static void write_golden(const struct lines *l)
{
	FILE *f = fopen(GOLDEN, "we");

	assert_non_null(f);
	fprintf(f, "# message.field number type label, of every format that is on a wire or a "
		   "disk. Lines are only ever added.\n");
	for (unsigned i = 0; i < l->count; i++)
		fprintf(f, "%s\n", l->list[i]);
	assert_int_equal(fclose(f), 0);
}

static void test_published_fields_are_there_unchanged_and_new_ones_are_recorded(void **state)
{
	static struct lines now, golden;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(roots); i++)
		describe(&now, roots[i]);
	if (getenv("VANTHU_GOLDEN_WRITE") != NULL)
		write_golden(&now);
	read_golden(&golden);
	assert_true(golden.count > 300);
	for (unsigned i = 0; i < golden.count; i++) {
		if (!has_line(&now, golden.list[i])) {
			print_error("gone or changed: %s\n", golden.list[i]);
			wrong++;
		}
	}
	for (unsigned i = 0; i < now.count; i++) {
		if (!has_line(&golden, now.list[i])) {
			print_error("not in %s: %s\n", GOLDEN, now.list[i]);
			wrong++;
		}
	}
	free_lines(&now);
	free_lines(&golden);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_message_contains_itself_or_is_deeper_than_the_prescan),
		cmocka_unit_test(
		    test_published_fields_are_there_unchanged_and_new_ones_are_recorded),
	};

	return cmocka_run_group_tests_name("descriptors", tests, NULL, NULL);
}
