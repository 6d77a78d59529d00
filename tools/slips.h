/* What the daemon warns of when a document is to be sent: told, asked about on a terminal, or a reason not to send. */
#ifndef VANTHU_TOOLS_SLIPS_H
#define VANTHU_TOOLS_SLIPS_H

#include "tools/client.h"

enum { SLIPS_MAX = 16 };

/* The codes that have been told, so that none is told twice. */
struct slips {
	uint32_t codes[SLIPS_MAX];
	unsigned count;
};

/* Tells those of an answer that are new, each on a line of standard error with its code. */
void slips_tell(struct cli *cli, struct slips *told, const Vanthu__V1__Accepted *a);

/* 0: there is none, or whoever sits at the terminal says yes; otherwise the exit code after it was told that nothing was sent. */
int slips_ask(struct cli *cli, const struct slips *told);

/* --strict: the exit code after the first was told as an error. */
int slips_refuse(struct cli *cli, const Vanthu__V1__Accepted *a);

/* Is somebody there to ask, and has not said -y? */
bool slips_can_ask(const struct cli *cli);

/* warnings, and same_number with 1011, into an answer in JSON. */
void slips_add(json_t *out, const Vanthu__V1__Accepted *a);

#endif
