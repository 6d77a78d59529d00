/* See directory.h. */
#include "routing/decide/directory.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/core.h"
#include "routing/directory/directory.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

static void reply(struct turn_view *t, const struct ev_directory *e, enum err result)
{
	struct act *a;

	if (e->reply.n == 0)
		return;
	a = plan_act(t->plan, ACT_REPLY);
	a->u.reply =
	    (struct act_reply){ .to = e->reply, .result = result, .number = e->head->version };
}

static enum err follow_links(struct turn_view *t)
{
	tree_forget(t->core->tree);
	t->core->target.place_version = 0;
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		t->core->links[i]->was_present = t->core->links[i]->present;
		t->core->links[i]->present = false;
	}
	return link_prepare_all(t);
}

static void part_with(struct turn_view *t)
{
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		struct link *l = t->core->links[i];

		if (l->present) {
			l->leaving = false;
			if (l->up)
				offer_heard(t, l, l->peer_directory_version);
			if (l->up)
				link_ping(t, l); /* it hears at once that there is something new */
			continue;
		}
		if (!l->was_present)
			continue;
		/* A subordinate may hear from us where it belongs now; a superior that is none any
		 * more is not dialled again, but hears that we know. */
		l->leaving = !l->superior;
		if (l->up)
			link_ping(t, l);
		link_down(t, l, ERR_MOVED);
	}
}

/* Two heads of one version, or one that does not follow ours: the registry has been in two minds,
 * and a person must decide. */
static enum err check_previous(struct turn_view *t, const struct rec_directory *head)
{
	static const struct digest none;
	struct record ours;
	enum err e;

	if (t->core->directory_version == 0 || head->version != t->core->directory_version + 1)
		return ERR_OK;
	e = core_get(t, FAMILY_DIRECTORY, key_number(t->core->directory_version), &ours);
	if (e != ERR_OK)
		return e;
	if (memcmp(&head->previous, &none, sizeof none) == 0)
		return ERR_OK; /* a registry restarted above the old version */
	return memcmp(&head->previous, &ours.u.directory.digest, sizeof head->previous) == 0
		   ? ERR_OK
		   : ERR_DIRECTORY_FORK;
}

static enum err may_install(struct turn_view *t, const struct ev_directory *e)
{
	uint64_t writes = 0;

	if (e->head->version <= t->core->directory_version)
		return ERR_DIRECTORY_OLD;
	if (e->base > t->core->directory_version)
		return ERR_DIRECTORY_AHEAD;
	if (core_directory_settling(t->core) != 0)
		return ERR_BUSY;
	if (e->more && !t->core->room.documents)
		return t->core->room.why == ERR_OK ? ERR_DISK_FULL : t->core->room.why;
	for (uint32_t i = 0; i < e->entry_count; i++)
		writes += committee_writes(&e->entries[i]);
	return writes > PLAN_WRITES_MAX / 2 ? ERR_TOO_LARGE : check_previous(t, e->head);
}

/* Everything of this version is planned: it is what holds, and what hangs on it follows. */
static enum err come_into_force(struct turn_view *t, const struct ev_directory *e, bool moved)
{
	struct document_ref none = { .origin = { "" } };
	struct record r = { .family = FAMILY_DIRECTORY, .u.directory = *e->head };
	uint64_t before = t->core->directory_version;
	enum err result;

	core_put(t, key_number(e->head->version), &r);
	result = follow_links(t);
	if (result != ERR_OK)
		return result;
	guard_forget(t->core);
	part_with(t);
	result = link_remember_passed(t);
	if (result == ERR_OK && moved && before != 0)
		result = requeue_begin(t, before);
	if (result == ERR_OK && e->reply.n != 0)
		result = core_log_act(t, e->uid, "import", "directory");
	if (result != ERR_OK)
		return result;
	t->core->quest.active = false; /* whoever has a still newer one says so */
	told_begin(t); /* there may be a route now */
	visit_news(t);
	aside_hurry(t->core);
	plan_act(t->plan, ACT_DIRECTORY);
	notify(t, NOTICE_DIRECTORY, none, t->core->config.self, 0, NULL);
	feed_add(t, &(struct change){ .kind = CHANGE_DIRECTORY, .number = e->head->version });
	return ERR_OK;
}

static enum err take_entries(struct turn_view *t, const struct ev_directory *e)
{
	bool staged = e->staged > 0 || e->more, moved = false;
	enum err result = staged ? install_stage(t, e) : install_whole(t, e, &moved);

	if (result != ERR_OK || e->more)
		return result;
	if (staged) {
		moved = t->core->install.moved;
		install_switch(t, e->head->version);
	}
	return come_into_force(t, e, moved);
}

/* What is the directory's fault, or not yet; all else ends the process. */
static bool is_answer(enum err e)
{
	return e == ERR_DIRECTORY_OLD || e == ERR_DIRECTORY_AHEAD || e == ERR_TOO_LARGE ||
	       e == ERR_DIRECTORY_FORK || e == ERR_BUSY || e == ERR_GAP || e == ERR_DISK_FULL ||
	       e == ERR_MAP_FULL || e == ERR_NO_INODES;
}

enum err decide_directory(struct turn_view *t, const struct ev_directory *e)
{
	struct document_ref none = { .origin = { "" } };
	enum err result = may_install(t, e);

	if (result == ERR_OK)
		result = take_entries(t, e);
	if (result != ERR_OK && !is_answer(result))
		return result;
	if (result == ERR_DIRECTORY_FORK)
		notify(t, NOTICE_DIRECTORY, none, t->core->config.self, (uint32_t)result, NULL);
	if (result != ERR_OK && result != ERR_BUSY)
		install_abandon(t);
	if (result != ERR_OK && result != ERR_BUSY && !id_empty(e->from))
		quest_failed(t, e->from, e->party, result);
	if (e->token != 0)
		plan_act(t->plan, ACT_INSTALLED)->u.installed =
		    (struct act_installed){ .token = e->token, .result = result };
	if (result == ERR_OK ? !e->more : e->token == 0)
		reply(t, e, result);
	return ERR_OK;
}

/* ---- on the wire ---- */

static enum err serve(struct turn_view *t, struct link *l, const struct msg_directory_wanted *m)
{
	struct message part;
	bool any = false;
	enum err e = directory_part(t, m, &part, &any);

	l->part_due = false;
	l->directory_budget--;
	if (e == ERR_OK && any)
		link_say(t, l, &part);
	return e;
}

/* However many ask, a turn serves a few, and a link gets so many a second; the others' turn comes
 * with the ticks. No request is forgotten: a committee that gets no part starts again after a
 * while, from the first entry. */
enum err decide_directory_wanted(struct turn_view *t, struct link *l,
				 const struct msg_directory_wanted *m)
{
	if (m->have >= t->core->directory_version)
		return ERR_OK;
	if (l->directory_budget > 0 && t->core->parts_left > 0)
		return serve(t, l, m);
	l->part_due = true;
	l->part_wanted = *m;
	if (l->directory_budget > 0)
		t->core->next_tick_ms = t->now.mono_ms;
	return ERR_OK;
}

enum err directory_serve_due(struct turn_view *t)
{
	struct core *c = t->core;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < c->link_count && c->parts_left > 0 && e == ERR_OK;
	     i++, c->parts_link++) {
		struct link *l = c->links[c->parts_link % c->link_count];

		if (l->part_due && l->directory_budget > 0)
			e = serve(t, l, &l->part_wanted);
	}
	for (uint32_t i = 0; i < c->link_count && c->parts_left == 0; i++) {
		if (c->links[i]->part_due && c->links[i]->directory_budget > 0)
			c->next_tick_ms = t->now.mono_ms;
	}
	return e;
}

/* A head is the registry's or it is nothing: a committee that sends something else is counted, and
 * not asked for a while. */
enum err decide_bad_directory(struct turn_view *t, const struct ev_link *e)
{
	struct link *l = e->party == PARTY_NEIGHBOUR ? link_find(t->core, e->neighbour) : NULL;

	quest_failed(t, e->neighbour, e->party, (enum err)e->reason);
	if (l != NULL)
		link_fault(t, l, (enum err)e->reason);
	return ERR_OK;
}
