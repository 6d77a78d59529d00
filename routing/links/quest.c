/* See quest.h. */
#include "routing/links/quest.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

enum {
	ASKED_FOR_MS = 5000,
	SILENT_MS = 5000,
	BAD_FIRST_MS = 60 * 1000,
	BAD_MOST_MS = 60 * 60 * 1000,
	QUEST_PARTS_MAX = 65536
};

void party_say(struct turn_view *t, struct committee_id who, enum party party,
	       const struct message *m)
{
	struct act *a = plan_act(t->plan, ACT_SEND);

	a->neighbour = who;
	a->party = party;
	a->u.send = *m;
}

/* ---- who is not asked ---- */

static struct shunned *shun_entry(struct core *c, struct committee_id who)
{
	struct shunned *oldest = &c->shunned[0];

	for (unsigned i = 0; i < SHUNNED_MAX; i++) {
		if (id_equal(c->shunned[i].id, who))
			return &c->shunned[i];
		if (c->shunned[i].until_ms < oldest->until_ms)
			oldest = &c->shunned[i];
	}
	*oldest = (struct shunned){ .id = who };
	return oldest;
}

bool quest_shuns(const struct turn_view *t, struct committee_id who)
{
	for (unsigned i = 0; i < SHUNNED_MAX; i++) {
		if (id_equal(t->core->shunned[i].id, who))
			return t->now.mono_ms < t->core->shunned[i].until_ms;
	}
	return false;
}

static void shun(struct turn_view *t, struct committee_id who, int64_t least_ms)
{
	struct shunned *s = shun_entry(t->core, who);

	/* Longer each time, until it has been good for as long as that. */
	if (s->pause_ms < least_ms || t->now.mono_ms > s->until_ms + s->pause_ms)
		s->pause_ms = least_ms;
	else if (least_ms >= BAD_FIRST_MS)
		s->pause_ms = s->pause_ms * 2 < BAD_MOST_MS ? s->pause_ms * 2 : BAD_MOST_MS;
	s->until_ms = t->now.mono_ms + s->pause_ms;
}

/* ---- asking ---- */

static void ask(struct turn_view *t, struct committee_id after)
{
	struct quest *q = &t->core->quest;
	struct message m = { .type = MESSAGE_DIRECTORY_WANTED };

	q->after = after;
	q->until_ms = t->now.mono_ms + ASKED_FOR_MS;
	m.u.directory_wanted =
	    (struct msg_directory_wanted){ .have = t->core->directory_version, .after = after };
	party_say(t, q->from, q->party, &m);
}

void quest_offer(struct turn_view *t, struct committee_id who, enum party party, uint64_t version)
{
	struct quest *q = &t->core->quest;
	struct committee_id first = { "" };

	if (version <= t->core->directory_version || (q->active && t->now.mono_ms < q->until_ms))
		return;
	if (t->core->install.outside || core_directory_unsettled(t->core)) {
		q->active = false; /* whoever has a newer one will offer it again */
		return;
	}
	if (q->active && q->parts == 0)
		shun(t, q->from, SILENT_MS); /* others that have it get their turn */
	q->active = false;
	if (quest_shuns(t, who))
		return;
	*q = (struct quest){ .active = true, .from = who, .party = party };
	ask(t, first);
}

/* The shell keeps the entries and checks the whole when the last is here; we only ask on. */
void quest_part(struct turn_view *t, struct committee_id who, enum party party,
		const struct msg_directory_part *m)
{
	struct quest *q = &t->core->quest;

	if (!core_asks(t->core, who, party) || !id_equal(m->after, q->after) ||
	    m->since != t->core->directory_version)
		return; /* not what was asked, or asked before the version in force came */
	q->parts++;
	q->until_ms = t->now.mono_ms + ASKED_FOR_MS;
	if (m->last)
		return;
	/* Entries ascend: who does not come forward would go on for ever. */
	if (q->parts > QUEST_PARTS_MAX || strcmp(m->upto.text, m->after.text) <= 0)
		quest_failed(t, who, party, ERR_PROTOCOL);
	else
		ask(t, m->upto);
}

void quest_lost(struct turn_view *t, struct committee_id who, enum party party)
{
	if (core_asks(t->core, who, party))
		t->core->quest.active = false;
}

void quest_failed(struct turn_view *t, struct committee_id who, enum party party, enum err why)
{
	quest_lost(t, who, party);
	/* another was quicker; our own want */
	if (why != ERR_DIRECTORY_OLD && why != ERR_DIRECTORY_AHEAD && why != ERR_NO_MEMORY)
		shun(t, who, BAD_FIRST_MS);
}
