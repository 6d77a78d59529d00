/* What a clerk wants to send, as the options of `send` say it. */
#ifndef VANTHU_TOOLS_COMMAND_SEND_ORDER_H
#define VANTHU_TOOLS_COMMAND_SEND_ORDER_H

#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/older.h"

enum { WAIT_NONE, WAIT_ACCEPTED, WAIT_DELIVERED };

/* What people write: NFC, ours. */
enum {
	TEXT_NUMBER,
	TEXT_SUBJECT,
	TEXT_SIGNER,
	TEXT_POSITION,
	TEXT_NOTE,
	TEXT_TERM,
	TEXT_COMPETENCE,
	TEXT_FOREIGN_ID,
	TEXT_COUNT
};

enum send_finishing { FINISH_ASK, FINISH_YES, FINISH_NO };

/* The document that is answered, as it was when it was found. */
struct send_answered {
	char origin[COMMITTEE_ID_MAX + 1];
	char id[UUID_TEXT_SIZE];
	bool received; /* it came here: our office works on it */
	char code[3];  /* 01 to 06, of one that came here */
};

struct send_order {
	struct submission s;
	const char *type, *reply_to;
	const char *edxml; /* a file; what it has besides is in s.edxml, malloc'd */
	const char *whom; /* WHO[,WHO…] */
	char *texts[TEXT_COUNT];
	char *to;	/* with ids for names */
	bool looked_up; /* what looks like ids too */
	struct slips printed;
	int wait;
	enum send_finishing finishing;
	struct send_answered answered;
	struct older older;
};

/* Reads and checks all options; 0, or the exit code of what was reported. */
int send_order_read(struct cli *cli, int argc, char **argv, struct send_order *w);
/* One of its texts; "" where it was not given. */
const char *send_order_text(const struct send_order *w, int which);

#endif
