/* See signing.h. */
#include "routing/rules/signing.h"

#include <stddef.h>
#include <string.h>

#include "routing/rules/spelling.h"

/* The length of the form that a folded text begins with; 0: none. */
static size_t form_of(const char *folded, bool *deputy)
{
	static const struct {
		const char *form;
		bool deputy;
	} forms[] = { { "t/m", false }, { "t/l", false }, { "k/t", true },   { "tm.", false },
		      { "kt.", true },	{ "tl.", false }, { "tuq.", false }, { "q.", false } };

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		size_t len = strlen(forms[i].form);

		if (strncmp(folded, forms[i].form, len) == 0 && folded[len] == ' ' &&
		    folded[len + 1] != '\0') {
			*deputy = forms[i].deputy;
			return len + 1;
		}
	}
	return 0;
}

bool signing_is_competence(text_t competence)
{
	char folded[FOLD_NAME_SIZE];
	bool deputy;

	return spelling_name(competence, folded) && form_of(folded, &deputy) != 0;
}

bool signing_is_for_committee(text_t competence)
{
	static const char *const together[] = { "đảng ủy",	 "chi bộ",  "ban thường vụ",
						"ban chấp hành", "tỉnh ủy", "thành ủy",
						"huyện ủy",	 "quận ủy", "đảng bộ" };
	char folded[FOLD_NAME_SIZE], name[FOLD_NAME_SIZE];
	bool deputy = false;
	size_t at;

	if (!spelling_name(competence, folded))
		return false;
	at = form_of(folded, &deputy);
	for (size_t i = 0; at != 0 && deputy && i < sizeof together / sizeof together[0]; i++) {
		if (spelling_name(together[i], name) &&
		    strncmp(folded + at, name, strlen(name)) == 0)
			return true;
	}
	return false;
}
