/* What people and programs are shown of a subscription. */
#ifndef VANTHU_TOOLS_COMMAND_WEBHOOK_SHOW_H
#define VANTHU_TOOLS_COMMAND_WEBHOOK_SHOW_H

#include <jansson.h>

#include "tools/webhook/webhook.h"

struct cli;

/* Its fields, without the secret; the public key of an Ed25519 one. NULL without memory. */
json_t *webhook_show_json(const struct webhook_entry *entry);
/* One line each, or one with its last answers and how many changes wait for it; the exit code. */
int webhook_show_list(struct cli *cli, const struct webhook_entry *entries, unsigned count);
int webhook_show_one(struct cli *cli, const struct config *config,
		     const struct webhook_entry *entry);
/* What a new one has besides: prints the secret, this once. */
int webhook_show_new(struct cli *cli, const struct webhook_entry *entry);
/* Which one something was done with, and how it stands; takes over `view`. The exit code. */
int webhook_show_done(struct cli *cli, json_t *view);
/* What an attempt came to. */
json_t *webhook_show_answer(const struct webhook_answer *a);

#endif
