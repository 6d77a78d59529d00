/* See complete_offer.h. */
#include "tools/cli/complete_offer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/visible.h"
#include "tools/base/text.h"

void complete_offer(const struct completing *c, const char *word, const char *meaning)
{
	char *folded = text_fold(word), *line = strdup(meaning);

	/* Such a word could drive the terminal, end the line or look like another, so it is not
	 * offered. */
	if (visible_fault(word) != 0) {
		free(folded);
		folded = NULL;
	}
	if (folded != NULL && line != NULL && word[0] != '\0' &&
	    strncmp(folded, c->folded, strlen(c->folded)) == 0) {
		text_one_line(line);
		printf("%.*s%s\t%s\n", c->kept_len, c->kept, word, line);
	}
	free(folded);
	free(line);
}
