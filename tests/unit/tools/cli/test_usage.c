/* What people read of a command's forms comes from the rows: operands with how many of them there
 * may be, and the options that a form shows. */
#include "tools/cli/usage.h"

#include "tests/unit/support/fixture.h"

static const struct command_option options[] = {
	{ "to", 1, "DIR", "", VALUE_FOLDER, NULL },
	{ "all", 2, NULL, "", VALUE_NONE, NULL },
	{ "reason", 3, "TEXT", "", VALUE_NONE, "cancel" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct command commands[] = {
	{ .name = "save",
	  .options = { options },
	  .forms = { { .word = "",
		       .operands = { { "ID", 1, 1, VALUE_DOCUMENT },
				     { "PART", 0, COMMAND_ANY, VALUE_NONE } },
		       .shown = { { "to", true, NULL },
				  { "all", false, NULL },
				  { COMMAND_MORE, false, NULL } } } } },
	{ .name = "paper",
	  .options = { options },
	  .forms = { { .word = "list", .operands = { { "in|out", 0, 1, VALUE_DIRECTION } } },
		     { .word = "cancel",
		       .operands = { { "ID", 1, 1, VALUE_NONE } },
		       .shown = { { "reason", true, "WHY" } } },
		     { .word = "words",
		       .operands = { { "WORD", 1, COMMAND_ANY, VALUE_NONE } } } } },
	{ .name = NULL },
};

static void test_a_form_is_written_from_its_operands_and_the_options_it_shows(void **state)
{
	const struct command *paper = command_find(commands, "paper");
	char line[USAGE_LINE_BYTES];

	(void)state;
	usage_line(&commands[0], &commands[0].forms[0], line, sizeof line);
	assert_string_equal(line, "vanthu save ID [PART…] --to DIR [--all] …");
	usage_line(paper, &paper->forms[0], line, sizeof line);
	assert_string_equal(line, "vanthu paper list [in|out]");
	usage_line(paper, &paper->forms[1], line, sizeof line);
	assert_string_equal(line, "vanthu paper cancel ID --reason WHY");
	usage_rest(paper, &paper->forms[2], line, sizeof line);
	assert_string_equal(line, "WORD…");
}

static void test_operands_are_counted_and_found_by_their_number(void **state)
{
	const struct command_form *save = &commands[0].forms[0], *cancel = &commands[1].forms[1];
	const struct command_form revoke = { .operands = { { "ID", 1, 1, VALUE_COMMITTEE },
							   { "KEY", 1, 1, VALUE_KEY } } };
	unsigned least, most;

	(void)state;
	command_form_count(save, &least, &most);
	assert_int_equal(least, 1);
	assert_true(most > 1000);
	command_form_count(cancel, &least, &most);
	assert_int_equal(least, 1);
	assert_int_equal(most, 1);
	assert_string_equal(command_form_operand(save, 0)->name, "ID");
	assert_string_equal(command_form_operand(save, 1)->name, "PART");
	assert_string_equal(command_form_operand(save, 7)->name, "PART");
	assert_null(command_form_operand(cancel, 1));
	assert_string_equal(command_form_operand(&revoke, 1)->name, "KEY");
	assert_null(command_form_operand(&revoke, 2));
}

static void test_a_line_without_a_word_is_the_first_form_if_that_needs_no_operand(void **state)
{
	char *operands[] = { (char *)(uintptr_t) "cancel", (char *)(uintptr_t) "3" };
	const struct command *paper = &commands[1];
	int used;

	(void)state;
	assert_ptr_equal(command_form_of(paper, 0, operands, &used), &paper->forms[0]);
	assert_int_equal(used, 0);
	assert_ptr_equal(command_form_of(paper, 2, operands, &used), &paper->forms[1]);
	assert_int_equal(used, 1);
	assert_null(command_form_of(paper, 1, &operands[1], &used));
	assert_null(command_find(commands, "nosuch"));
	assert_null(command_find(commands, NULL));
}

static void test_an_option_belongs_to_the_forms_that_its_row_names(void **state)
{
	const struct command *paper = &commands[1];
	const struct command_option *reason = command_option_named(paper, "reason");

	(void)state;
	assert_false(command_form_takes(&paper->forms[0], reason));
	assert_true(command_form_takes(&paper->forms[1], reason));
	assert_true(command_form_takes(&paper->forms[0], command_option_named(paper, "to")));
	assert_ptr_equal(command_option_named(paper, "config"), command_global_options());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_form_is_written_from_its_operands_and_the_options_it_shows),
		cmocka_unit_test(test_operands_are_counted_and_found_by_their_number),
		cmocka_unit_test(
			test_a_line_without_a_word_is_the_first_form_if_that_needs_no_operand),
		cmocka_unit_test(test_an_option_belongs_to_the_forms_that_its_row_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
