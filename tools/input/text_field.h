/* Texts that a person gives for a document: checked before anything is sent, and each fault named
 * with its option and its bound. */
#ifndef VANTHU_TOOLS_INPUT_TEXT_FIELD_H
#define VANTHU_TOOLS_INPUT_TEXT_FIELD_H

#include "tools/cli/cli.h"

struct text_field {
	const char *option; /* as in --option */
	/* NFC; its blanks at both ends go. NULL: not given, which is no fault */
	char *text;
	size_t most_bytes;  /* routing/base/limits.h */
	bool may_be_empty;
};

/* 0, or the exit code after the first fault was reported: empty, longer than it may be, or with a
 * character that nobody sees. */
int text_field_check(struct cli *cli, const struct text_field *fields, unsigned count);

/* Likewise the name under which a file travels: it must be one that can be saved elsewhere. */
int text_field_check_name(struct cli *cli, const char *path);

/* Today or before, for what has come or gone: 0, or the exit code after the fault was reported. */
int text_field_check_past(struct cli *cli, const char *option, const char *date);

#endif
