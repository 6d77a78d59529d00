/* See lmdb_map_fault.h. Within the handler only what POSIX calls async-signal-safe: the text is
 * made before, and numbers are written by hand. */
#include "daemon/store/lmdb_map_fault.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/i18n.h"
#include "routing/base/err.h"

enum { STACK_BYTES = 32 * 1024, TEXT_BYTES = 2048 };

/* A handler has no argument of ours: this stands alone. */
static struct {
	uintptr_t begin, end;
	size_t page_bytes;
	char about[TEXT_BYTES], todo[TEXT_BYTES];
	struct sigaction segv, bus; /* as they were */
	bool installed;
} watched;

static void say(const char *text)
{
	ssize_t n = write(STDERR_FILENO, text, strlen(text));

	(void)n; /* nobody is left who could be told */
}

static void say_number(uint64_t n)
{
	char digits[24] = "", *at = digits + sizeof digits - 1;

	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	say(at);
}

static void handle(int number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	struct sigaction by_default = { .sa_handler = SIG_DFL };

	(void)context;
	if (at < watched.begin || at >= watched.end || info->si_code <= 0) {
		/* not ours: the same instruction again, with what was there before */
		sigaction(number, number == SIGBUS ? &watched.bus : &watched.segv, NULL);
		if (info->si_code <= 0) /* sent by somebody: it does not come again by itself */
			raise(number);
		return;
	}
	say(watched.about);
	say_number((at - watched.begin) / watched.page_bytes);
	say(number == SIGBUS ? " (SIGBUS)\n" : " (SIGSEGV)\n");
	say(watched.todo);
	sigaction(number, &by_default, NULL);
}

static void prepare_texts(const char *path)
{
	snprintf(watched.about, sizeof watched.about, "%s VT-%d: %s: %s/data.mdb, %s ", _("Error"),
		 (int)ERR_STORE_DAMAGED, _(err_text(ERR_STORE_DAMAGED)), path, _("page"));
	snprintf(watched.todo, sizeof watched.todo, "  %s %s\n", _("What to do:"),
		 _(err_fix(ERR_STORE_DAMAGED)));
}

static void install(void)
{
	static uint8_t stack[STACK_BYTES];
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction act = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t before;

	/* Of this thread; the others fault on their own, which is not what overflowed. */
	if (sigaltstack(NULL, &before) == 0 && (before.ss_flags & SS_DISABLE) != 0)
		sigaltstack(&alternate, NULL);
	sigemptyset(&act.sa_mask);
	watched.installed = sigaction(SIGSEGV, &act, &watched.segv) == 0 &&
			    sigaction(SIGBUS, &act, &watched.bus) == 0;
}

void lmdb_map_fault_watch(const char *path, const void *map, size_t len_bytes, size_t page_bytes)
{
	watched.begin = watched.end = 0;
	if (map == NULL)
		return;
	prepare_texts(path);
	if (!watched.installed)
		install();
	watched.page_bytes = page_bytes;
	watched.begin = (uintptr_t)map;
	watched.end = (uintptr_t)map + len_bytes;
}
