/* Committee ids; see routing/base/committee_id.h. */
#include "routing/base/committee_id.h"

#include <string.h>

#include "routing/base/limits.h"

bool id_equal(struct committee_id a, struct committee_id b)
{
	return strcmp(a.text, b.text) == 0;
}

bool id_empty(struct committee_id id)
{
	return id.text[0] == '\0';
}

bool doc_id_valid(const struct doc_id *id)
{
	static const struct doc_id nil;

	return memcmp(id, &nil, sizeof nil) != 0;
}

enum err id_parse(const char *text, size_t len_bytes, struct committee_id *out)
{
	static const char *const reserved[] = { "superior", "subordinates", "subtree", "all",
						"registry" };

	memset(out, 0, sizeof *out);
	if (len_bytes == 0 || len_bytes > COMMITTEE_ID_MAX)
		return ERR_BAD_ID;
	for (size_t i = 0; i < len_bytes; i++) {
		char ch = text[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-'))
			return ERR_BAD_ID;
	}
	for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
		if (strlen(reserved[i]) == len_bytes && memcmp(reserved[i], text, len_bytes) == 0)
			return ERR_BAD_ID;
	}
	memcpy(out->text, text, len_bytes);
	return ERR_OK;
}
