/* What the last word of a command line can be: from the tables of commands and options, and from
 * the daemon that the line names. */
#ifndef VANTHU_TOOLS_CLI_COMPLETE_H
#define VANTHU_TOOLS_CLI_COMPLETE_H

struct cli;

/* Prints a candidate a line: the word, and after a tab what it means; a line with nothing before
 * its tab says that "files" or "folders" fit. Words are matched as people type them: in any case,
 * with or without diacritics. Reports no failure: then there is nothing to offer. Asks a daemon,
 * for at most some hundred milliseconds. words[0] is what follows the program's name. */
void complete(struct cli *cli, int count, char **words);

#endif
