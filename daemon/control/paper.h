/* Documents on paper: registered, corrected, and entries cancelled. */
#ifndef VANTHU_DAEMON_CONTROL_PAPER_H
#define VANTHU_DAEMON_CONTROL_PAPER_H

#include "daemon/control/find.h"
#include "proto/control.pb-c.h"
#include "routing/rules/rules.h"

struct client;

void control_paper_add(struct client *c, const Vanthu__V1__Request *request);
void control_paper_cancel(struct client *c, const Vanthu__V1__Request *request);
void control_paper_change(struct client *c, const Vanthu__V1__Request *request);
void control_register_void(struct client *c, const Vanthu__V1__Request *request);

/* The answer to one entry as a message; points into itself, the answer and the arena of
 * requests. */
struct paper_accepted {
	Vanthu__V1__PaperAccepted message;
	struct doc_id id, same, alike;
	uint32_t warnings[WARNINGS_MAX];
};

struct act_reply;
void control_paper_accepted(struct client *c, const struct act_reply *a,
			    struct paper_accepted *out);

/* What names an entry on paper: an ending of its id, or its number. */
struct paper_name {
	char digits[CONTROL_ID_DIGITS + 1];
	unsigned digit_count;
	char number[FOLD_NUMBER_SIZE];
};

void control_paper_name(const char *text, struct paper_name *out);
bool control_paper_named(const struct paper_name *n, const struct rec_paper *p);

/* The entry that a name stands for, as it is now; its texts lie in the arena of requests. Nothing
 * is sent. ERR_NOT_FOUND ERR_AMBIGUOUS, and what the store says. */
must_use enum err control_find_paper(struct client *c, const char *text, struct rec_paper *out);

#endif
