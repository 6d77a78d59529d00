/* The options that describe a committee: for `committee add`, `lab add` and `init`. */
#ifndef VANTHU_TOOLS_INPUT_COMMITTEE_OPTIONS_H
#define VANTHU_TOOLS_INPUT_COMMITTEE_OPTIONS_H

#include "routing/state/record.h"
#include "tools/cli/cli.h"

struct committee_options {
	const char *request; /* `committee add` only: the request file */
	struct committee_id superior;
	const char *name, *symbol, *endpoint, *term, *level;
	char term_from[11]; /* YYYY-MM-DD, "" not given */
	const char *organ;		  /* `committee change` only: a code of an organ */
	char organ_from[11], organ_until[11]; /* its days; "" not given */
	bool no_seal;
};

extern const struct command_option committee_options[];
void committee_options_begin(struct committee_options *o);
/* false: a value that does not fit */
bool committee_options_take(struct committee_options *o, int option, const char *value);
void committee_options_apply(const struct committee_options *o, struct rec_committee *entry);

#endif
