/* See no_memory.h. A stream may have no buffer here. */
#include "tools/base/no_memory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/i18n.h"
#include "routing/base/err.h"

_Noreturn void no_memory_end(void)
{
	char text[128];

	snprintf(text, sizeof text, "%s VT-%d: %s\n", _("Error"), (int)ERR_NO_MEMORY,
		 _(err_text(ERR_NO_MEMORY)));
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(err_exit_code(ERR_NO_MEMORY)); /* nobody reads it */
	_exit(err_exit_code(ERR_NO_MEMORY));
}

void *no_memory_checked(void *memory)
{
	if (memory == NULL)
		no_memory_end();
	return memory;
}
