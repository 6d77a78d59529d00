/* What the daemon warns of when a document is to be sent, or one on paper registered: printed,
 * asked about on a terminal, or a reason not to send. */
#ifndef VANTHU_TOOLS_CLI_SLIPS_H
#define VANTHU_TOOLS_CLI_SLIPS_H

#include <jansson.h>
#include <stdbool.h>
#include "proto/control.pb-c.h"
struct cli;

enum { SLIPS_MAX = 16 };

/* The codes that have been printed, so that none is printed twice. */
struct slips {
	uint32_t codes[SLIPS_MAX];
	unsigned count;
};

/* Those of one answer; lives as long as it. */
struct slips_answer {
	const uint32_t *codes;
	size_t count;
	ProtobufCBinaryData same; /* with 1011: one that has the number, and how many have it */
	uint64_t same_count;
	const Vanthu__V1__SameNumber *received; /* the same, of one that came in; NULL */
	uint64_t gap; /* with 1014: how many numbers are skipped */
	const char *about; /* of several: which of them; NULL */
	const char *const *files; /* paths of what is sent, to name those that a warning is about */
	unsigned file_count;
};

struct slips_answer slips_of(const Vanthu__V1__Accepted *a);
struct slips_answer slips_of_office(const Vanthu__V1__OfficeDone *a);
struct slips_answer slips_of_paper(const Vanthu__V1__PaperAccepted *a);

/* Prints the warnings of an answer that are new, each on a line of standard error with its code. */
void slips_print(struct cli *cli, struct slips *printed, struct slips_answer a);

/* 0: there is none, or whoever sits at the terminal says yes to `question`; otherwise the exit code
 * after `left` was printed: nothing was done. */
int slips_ask(struct cli *cli, const struct slips *printed, const char *question, const char *left);

/* --strict: the exit code after the first warning was reported as an error. */
int slips_refuse(struct cli *cli, struct slips_answer a);

/* Is somebody there to ask, and has not said -y? */
bool slips_can_ask(const struct cli *cli);

/* warnings, same_number with 1011 and number_gap with 1014, into an answer in JSON. */
void slips_add(json_t *out, struct slips_answer a);

#endif
