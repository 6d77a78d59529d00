/* A directory, already checked against the registry's root, comes into force: rows first planned, links follow, and what is queued is looked at
 * anew when somebody moved. Versions only rise.
 *
 * How it spreads: who hears of a newer version from a neighbour (Hello, Ping, Pong) asks for what has changed since its own, part by part (quest.c);
 * the other answers from its rows and remembers nothing. A former subordinate may still ask, until it has the version that moved it away: its link
 * is `leaving`. Who cannot reach a neighbour asks its other relatives (visit.c). */
#include <string.h>

#include "routing/core_internal.h"

enum { PART_ROWS_MAX = 500, PART_FILL_BYTES = 48 * 1024 };

static void reply(struct turn_view *t, const struct ev_directory *e, enum err result)
{
	struct act *a;

	if (e->reply.n == 0)
		return;
	a = plan_act(t->plan, ACT_REPLY);
	a->u.reply = (struct act_reply){ .to = e->reply, .result = result, .number = e->head->version };
}

/* Rows of former places stay: who asks about an earlier directory finds them. */
static void put_places(struct turn_view *t, const struct rec_committee *c)
{
	struct record r = { .family = FAMILY_SUBORDINATE };

	for (uint32_t i = 0; i < c->place_count; i++) {
		if (!id_empty(c->places[i].superior))
			core_put(t, key_subordinate(c->places[i].superior, c->id), &r);
	}
	if (!id_empty(c->superior))
		core_put(t, key_subordinate(c->superior, c->id), &r);
}

static enum err put_entry(struct turn_view *t, const struct rec_committee *c, bool *moved)
{
	struct key key = key_committee(c->id);
	struct record r, old;
	enum err e = core_get(t, FAMILY_COMMITTEE, key, &old);

	if (e == ERR_OK && old.u.committee.entry.len_bytes == c->entry.len_bytes &&
	    memcmp(old.u.committee.entry.data, c->entry.data, c->entry.len_bytes) == 0)
		return ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*moved = *moved || e == ERR_NOT_FOUND || !id_equal(old.u.committee.superior, c->superior) || old.u.committee.retired != c->retired;
	memset(&r, 0, sizeof r);
	r.family = FAMILY_COMMITTEE;
	r.u.committee = *c;
	core_put(t, key, &r);
	put_places(t, c);
	for (uint32_t i = 0; i < c->key_count; i++) {
		memset(&r, 0, sizeof r);
		r.family = FAMILY_KEY;
		r.u.key.committee = c->id;
		core_put(t, key_digest(c->keys[i].key_id), &r);
	}
	return ERR_OK;
}

static enum err follow_links(struct turn_view *t)
{
	tree_forget(t->core->tree);
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
				link_peer_version(t, l, l->peer_directory_version);
			if (l->up)
				link_ping(t, l); /* it hears at once that there is something new */
			continue;
		}
		if (!l->was_present)
			continue;
		/* A subordinate may hear from us where it belongs now; a superior that is none any more is not dialled again, but hears that we
		 * know. */
		l->leaving = !l->superior;
		if (l->up)
			link_ping(t, l);
		link_down(t, l, ERR_MOVED);
	}
}

/* Who stood below us in a version that we never had, between ours and this one, may still believe it does: it may ask too. */
static enum err remember_passed_over(struct turn_view *t, const struct ev_directory *e, uint64_t before)
{
	for (uint32_t i = 0; i < e->entry_count; i++) {
		const struct rec_committee *c = &e->entries[i];

		for (uint32_t k = 0; k + 1 < c->place_count; k++) {
			struct link *l = link_find(t->core, c->id);
			enum err r = ERR_OK;

			if (!id_equal(c->places[k].superior, t->core->config.self) || c->places[k].retired || c->places[k + 1].since <= before)
				continue;
			if (l != NULL && !l->present)
				l->leaving = true;
			else if (l == NULL && t->core->link_count < LINKS_MAX)
				r = link_remember(t, c->id);
			if (r != ERR_OK)
				return r;
		}
	}
	return ERR_OK;
}

/* Two heads of one version, or one that does not follow ours: the registry has been in two minds, and a person must look. */
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
		return ERR_OK; /* a registry that began anew above the old number, and says so */
	return memcmp(&head->previous, &ours.u.directory.digest, sizeof head->previous) == 0 ? ERR_OK : ERR_DIRECTORY_FORK;
}

static enum err may_install(struct turn_view *t, const struct ev_directory *e)
{
	uint64_t writes = 0;

	if (e->head->version <= t->core->directory_version)
		return ERR_DIRECTORY_OLD;
	if (e->base > t->core->directory_version)
		return ERR_DIRECTORY_AHEAD;
	for (uint32_t i = 0; i < e->entry_count; i++)
		writes += 2u + e->entries[i].place_count + e->entries[i].key_count;
	return writes > PLAN_WRITES_MAX / 2 ? ERR_TOO_LARGE : check_previous(t, e->head);
}

enum err decide_directory(struct turn_view *t, const struct ev_directory *e)
{
	struct document_ref none = { .origin = { "" } };
	struct record r = { .family = FAMILY_DIRECTORY };
	uint64_t before = t->core->directory_version;
	enum err result = may_install(t, e);
	bool moved = false;

	if (result == ERR_DIRECTORY_OLD || result == ERR_DIRECTORY_AHEAD || result == ERR_TOO_LARGE || result == ERR_DIRECTORY_FORK) {
		if (result == ERR_DIRECTORY_FORK)
			notify(t, NOTICE_DIRECTORY, none, t->core->config.self, (uint32_t)result, NULL);
		if (!id_empty(e->from))
			quest_failed(t, e->from, e->party, result);
		reply(t, e, result);
		return ERR_OK;
	}
	tree_forget(t->core->tree);
	for (uint32_t i = 0; i < e->entry_count && result == ERR_OK; i++)
		result = put_entry(t, &e->entries[i], &moved);
	if (result != ERR_OK)
		return result;
	r.u.directory = *e->head;
	core_put(t, key_number(e->head->version), &r);
	result = follow_links(t);
	if (result != ERR_OK)
		return result;
	guard_forget(t->core);
	part_with(t);
	result = remember_passed_over(t, e, before);
	if (result != ERR_OK)
		return result;
	if (moved && before != 0) {
		result = requeue_begin(t, before);
		if (result != ERR_OK)
			return result;
	}
	if (e->reply.n != 0) {
		result = core_log_act(t, e->uid, "import", "directory");
		if (result != ERR_OK)
			return result;
	}
	t->core->quest.active = false; /* whoever has a still newer one says so */
	visit_news(t);
	aside_hurry(t->core);
	plan_act(t->plan, ACT_DIRECTORY);
	notify(t, NOTICE_DIRECTORY, none, t->core->config.self, 0, NULL);
	reply(t, e, ERR_OK);
	return ERR_OK;
}

/* ---- on the wire ---- */

void link_peer_version(struct turn_view *t, struct link *l, uint64_t version)
{
	if (l->peer_directory_version != version)
		aside_hurry(t->core);
	l->peer_directory_version = version;
	if (l->present || l->leaving)
		quest_offer(t, l->neighbour, PARTY_NEIGHBOUR, version);
}

/* As many changed entries as a frame takes, looking at a bounded number of rows. */
static enum err fill_part(struct turn_view *t, const struct msg_directory_wanted *m, struct blob *entries, struct msg_directory_part *p)
{
	struct key all = { .len_bytes = 0 };
	struct scan scan = id_empty(m->after) ? scan_of(all) : scan_from(all, key_committee(m->after));
	size_t filled = 0;
	struct record r;
	enum err e = ERR_OK;

	*p = (struct msg_directory_part){ .since = m->have, .after = m->after, .upto = m->after, .entries = entries };
	for (unsigned rows = 0; rows < PART_ROWS_MAX && p->entry_count < FRAME_ITEMS_MAX; rows++) {
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COMMITTEE, &scan, &r);
		if (e != ERR_OK)
			break;
		if (r.u.committee.changed_in > m->have) {
			if (p->entry_count > 0 && filled + r.u.committee.entry.len_bytes > PART_FILL_BYTES)
				break;
			entries[p->entry_count++] = r.u.committee.entry;
			filled += r.u.committee.entry.len_bytes;
		}
		p->upto = r.u.committee.id;
	}
	p->last = e == ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err directory_part(struct turn_view *t, const struct msg_directory_wanted *m, struct message *out, bool *any)
{
	struct blob *entries;
	struct record r;
	enum err e;

	*any = m->have < t->core->directory_version;
	if (!*any)
		return ERR_OK;
	memset(out, 0, sizeof *out);
	out->type = MESSAGE_DIRECTORY_PART;
	entries = arena_array(t->plan->arena, FRAME_ITEMS_MAX, sizeof *entries);
	if (entries == NULL)
		return ERR_NO_MEMORY;
	e = fill_part(t, m, entries, &out->u.directory_part);
	if (e == ERR_OK)
		e = core_get(t, FAMILY_DIRECTORY, key_number(t->core->directory_version), &r);
	if (e == ERR_OK)
		out->u.directory_part.head = r.u.directory.head;
	return e;
}

enum err decide_directory_wanted(struct turn_view *t, struct link *l, const struct msg_directory_wanted *m)
{
	struct message part;
	bool any = false;
	enum err e = ERR_OK;

	if (l->directory_budget > 0)
		e = directory_part(t, m, &part, &any);
	if (e != ERR_OK || !any)
		return e;
	l->directory_budget--;
	link_say(t, l, &part);
	return ERR_OK;
}

/* A head is the registry's or it is nothing: whoever hands on something else is counted, and not asked again for a while. */
enum err decide_bad_directory(struct turn_view *t, const struct ev_link *e)
{
	struct link *l = e->party == PARTY_NEIGHBOUR ? link_find(t->core, e->neighbour) : NULL;

	quest_failed(t, e->neighbour, e->party, (enum err)e->reason);
	if (l != NULL)
		link_fault(t, l, (enum err)e->reason);
	return ERR_OK;
}
