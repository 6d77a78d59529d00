/* One document that is still open, and its next deadline by the rules in force. */
#ifndef VANTHU_DAEMON_CONTROL_DUE_ITEM_H
#define VANTHU_DAEMON_CONTROL_DUE_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/rules/rules.h"
#include "routing/state/record.h"

struct client;

/* What is judged alike for a whole question. */
struct due_rules {
	struct deadline_rules deadlines;
	int64_t now_ms;
};

/* What is read of it; of what we sent no state and no work. */
struct due_item {
	struct rec_document document;
	struct rec_work work;
	bool worked; /* there is a record of work */
	int64_t arrived_at_ms;
	struct deadline deadline;
	enum deadline_state state;
};

/* Those in force now; `soon_days` 0: as configured. */
struct due_rules due_item_rules(struct client *c, uint32_t soon_days);
/* Its texts lie in the arena of requests. ERR_NOT_FOUND and ERR_DAMAGED: nothing that can be shown;
 * and what the store says. */
must_use enum err due_item_read(struct client *c, const struct due_rules *rules,
				const struct key *key, struct due_item *out);

#endif
