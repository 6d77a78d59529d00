/* Options, the same for every command. */
#ifndef VANTHU_TOOLS_CLI_OPTIONS_H
#define VANTHU_TOOLS_CLI_OPTIONS_H

#include <stdbool.h>

struct cli;

/* getopt_long over the options of the command that the line names and the global ones, which may
 * stand anywhere. Returns the next own option's code with its value in optarg, -1 at the end
 * (optind is the first operand), or '?' after a fault has been reported. A value that must be one
 * of some words is one of them, in any case, with or without diacritics (text_choose). Recipients
 * that are given again add up: optarg has all so far. Any other option given again with another
 * value is a fault, and at the end so is what the form of the command (arguments.h) does not
 * take. */
int cli_option(struct cli *cli, int argc, char **argv);

/* The value of the option just read as a whole number in a range; false after a fault was
 * reported. */
bool cli_number(struct cli *cli, unsigned long low, unsigned long high, unsigned long *out);

#endif
