/* What a misspelt command may have meant. */
#ifndef VANTHU_TOOLS_SUGGEST_H
#define VANTHU_TOOLS_SUGGEST_H

const char *suggest_command(const char *typed); /* NULL: nothing near */

#endif
