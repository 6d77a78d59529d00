/* A command line that is made of an edXML file and run as if it had been typed: so an act has the
 * checks, texts and JSON of its command. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_LINE_H
#define VANTHU_TOOLS_COMMAND_EDXML_LINE_H

#include "routing/base/arena.h"
#include "routing/base/limits.h"

struct cli;

enum { EDXML_WORDS_MAX = 64 + PARTS_MAX };

/* Words are copied into the arena, which is the caller's. */
struct edxml_line {
	struct arena *memory;
	char *words[EDXML_WORDS_MAX + 1];
	int count;
	bool failed; /* no memory, or too many words: it is not run */
};

void edxml_line_word(struct edxml_line *l, const char *word);
/* "--name=value"; nothing for a value of NULL or "". */
void edxml_line_option(struct edxml_line *l, const char *name, const char *value);
/* "--name". */
void edxml_line_flag(struct edxml_line *l, const char *name);
/* Runs it; its first word is the command. Returns the command's exit code. */
int edxml_line_run(struct cli *cli, struct edxml_line *l);

#endif
