/* See talk.h. */
#include "tools/cli/talk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/output/output.h"

enum { FAULT_INDENT = 4 };

__attribute__((format(printf, 2, 0))) static void say(const char *before, const char *format,
						      va_list args)
{
	char text[2048];
	int used = snprintf(text, sizeof text, "%s", before);

	vsnprintf(text + used, sizeof text - (size_t)used, format, args);
	text_lines(text);
	terminal_say(text);
}

void cli_warn(struct cli *cli, const char *format, ...)
{
	va_list args;

	(void)cli;
	va_start(args, format);
	say(_("Warning: "), format, args);
	va_end(args);
}

void cli_say(struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

bool cli_confirmed(struct cli *cli, const char *question)
{
	char answer[16];

	if (cli->yes)
		return true;
	if (!isatty(STDIN_FILENO))
		return false;
	fprintf(stderr, "%s [y/N] ", question);
	fflush(stderr);
	if (fgets(answer, sizeof answer, stdin) == NULL)
		return false;
	return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0 ||
	       strcmp(answer, "c\n") == 0 || strcmp(answer, "có\n") == 0;
}

void cli_hint(struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet || cli->json || cli->plain)
		return;
	/* The table goes through another program to the same terminal: nobody knows when it gets
	 * there, and a hint would stand in it somewhere. */
	if (isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO))
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void cli_detail(struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->verbose == 0)
		return;
	va_start(args, format);
	say("· ", format, args);
	va_end(args);
}

void cli_detail_errno(struct cli *cli, const char *what, int error)
{
	cli_detail(cli, _("the system: %s%s%s (errno %d)"), what, what[0] == '\0' ? "" : ": ",
		   strerror(error), error);
}

void cli_fault_line(const char *file, const struct config_error *fault)
{
	char text[CONFIG_PATH_MAX + 1024];

	snprintf(text, sizeof text, "%s:%u:%u: %s", file, fault->line, fault->column, fault->text);
	text_lines(text);
	text_wrap(stderr, text, FAULT_INDENT, 0, terminal_wrap_width(STDERR_FILENO));
	fputc('\n', stderr);
}
