/* One candidate for the word that is typed. */
#ifndef VANTHU_TOOLS_CLI_COMPLETE_OFFER_H
#define VANTHU_TOOLS_CLI_COMPLETE_OFFER_H

struct cli;

struct completing {
	struct cli *cli;  /* silent, with the configuration of the line */
	char *folded;	  /* the beginning that is typed, for matching */
	const char *kept; /* what stands before it in the word: "thads," of "thads,van" */
	int kept_len;
};

/* Prints it, a line with its meaning, if it begins with what is typed: in any case, with or without
 * diacritics. */
void complete_offer(const struct completing *c, const char *word, const char *meaning);

#endif
