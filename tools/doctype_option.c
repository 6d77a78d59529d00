/* See doctype_option.h. */
#include "tools/doctype_option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text.h"

static enum err find_type(const char *typed, const struct doctype **out)
{
	char *nfc = text_nfc(typed), *folded = text_fold(typed);
	unsigned hits = 0;
	enum err e = nfc == NULL ? ERR_BAD_TYPE : doctype_by_code(nfc, out);

	for (unsigned i = 0; e == ERR_BAD_TYPE && folded != NULL && doctype_at(i) != NULL; i++) {
		char *name = text_fold(doctype_at(i)->name);

		if (name != NULL && strcmp(name, folded) == 0) {
			*out = doctype_at(i);
			hits++;
		}
		free(name);
	}
	if (e == ERR_BAD_TYPE && hits > 0)
		e = hits == 1 ? ERR_OK : ERR_AMBIGUOUS;
	free(nfc);
	free(folded);
	return e;
}

int doctype_option(struct cli *cli, const char *typed, const struct doctype **out)
{
	char message[256];

	switch (find_type(typed, out)) {
	case ERR_OK:
		return 0;
	case ERR_AMBIGUOUS:
		snprintf(message, sizeof message, _("%s stands for several types: Quyết định (QĐi), Quy định (QyĐ)"), typed);
		return cli_fail_text(cli, ERR_BAD_TYPE, message, _(err_fix(ERR_BAD_TYPE)));
	default:
		return cli_fail(cli, ERR_BAD_TYPE, typed);
	}
}
