/* demo: placeholder until the story is written. */
#include "tools/commands.h"

int cmd_demo(struct cli *cli, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cli_fail(cli, ERR_UNSUPPORTED, "demo");
}
