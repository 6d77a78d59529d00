/* What the forms of the command paper share: an entry as it was typed, or as a line of a file has
 * it, and its checks. */
#ifndef VANTHU_TOOLS_COMMAND_PAPER_ENTRY_H
#define VANTHU_TOOLS_COMMAND_PAPER_ENTRY_H

#include "tools/client/client.h"
#include "tools/input/input.h"

struct paper {
	const char *type;
	const struct doctype *kind; /* what `type` means */
	Vanthu__V1__Direction direction;
	char *number, *subject, *party, *reason; /* NFC, ours */
	char *signer, *position, *competence, *note; /* the same */
	const char *reply_to;
	Vanthu__V1__Ref answered; /* paper_fill's */
	char date[11], issued[11]; /* "": nobody said */
	Vanthu__V1__Secrecy secrecy;
	bool again, strict;
	struct doc_id id;
	struct period period;
	const char *name; /* of an entry that is to be changed */
	struct slips printed;
};

enum { PAPER_SECRECIES = 4 };
extern const char *const paper_secrecy_words[PAPER_SECRECIES + 1]; /* from thường on, NULL ends */

/* A word of the command line, also as Vietnamese has it; unspecified: none. */
Vanthu__V1__Direction paper_direction(const char *word);
bool paper_take_secrecy(struct paper *p, const char *value);
/* 0, or the exit code after what is missing or wrong was reported. Finds p->kind. */
int paper_check(struct cli *cli, struct paper *p);
/* Of one that was checked; points into it. */
void paper_fill(struct paper *p, Vanthu__V1__PaperAdd *add);

#endif
