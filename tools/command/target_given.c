/* See target_given.h. */
#include "tools/command/target_given.h"

#include "tools/base/text.h"
#include "tools/cli/cli.h"

const char *target_given(struct cli *cli, const char *name)
{
	const char *value = cli_given(cli, name);

	if (value != NULL) {
		cli->option = command_option_named(cli->command, name);
		cli->value = value;
	}
	return value;
}

bool target_given_direction(struct cli *cli, Vanthu__V1__Direction *out)
{
	static const char *const words[] = { "in", "out", "den", "di", NULL }; /* đến, đi */
	const char *value = target_given(cli, "direction");
	int i = value == NULL ? 0 : text_choose(value, words);

	*out = VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	if (value == NULL)
		return true;
	if (i < 0) {
		cli_bad_value(cli, _("in (it came) or out (it went)"));
		return false;
	}
	*out = i % 2 == 0 ? VANTHU__V1__DIRECTION__DIRECTION_IN
			  : VANTHU__V1__DIRECTION__DIRECTION_OUT;
	return true;
}
