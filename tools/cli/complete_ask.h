/* What only the daemon or a lab knows of the word that is typed. Bounded in rows and in time; what
 * the daemon has not sent by then is not offered. */
#ifndef VANTHU_TOOLS_CLI_COMPLETE_ASK_H
#define VANTHU_TOOLS_CLI_COMPLETE_ASK_H

struct completing;

/* with hyphens for blanks, which need no quotes */
void complete_ask_lists(const struct completing *c);
void complete_ask_persons(const struct completing *c); /* and their units */
void complete_ask_targets(const struct completing *c); /* that are declared */
void complete_ask_signers(const struct completing *c);
void complete_ask_documents(const struct completing *c);
/* The newest entries on paper that count. */
void complete_ask_papers(const struct completing *c);
void complete_ask_committees(const struct completing *c);
void complete_ask_neighbours(const struct completing *c);
/* Of the gateway: names of those that are not revoked. */
void complete_ask_tokens(const struct completing *c);
void complete_ask_accounts(const struct completing *c);
/* Of the lab in that folder. */
void complete_ask_members(const struct completing *c, const char *folder);

#endif
