/* A directory, already checked against the registry's root, comes into force: rows first planned, links follow. Versions only rise. */
#include <string.h>

#include "routing/core_internal.h"

/* Each entry costs at most its row, its place under its superior (old and new) and its keys. */
enum { WRITES_PER_ENTRY = 3 };

static void reply(struct turn_view *t, const struct ev_directory *e, enum err result)
{
	struct act *a;

	if (e->reply.n == 0)
		return;
	a = plan_act(t->plan, ACT_REPLY);
	a->u.reply = (struct act_reply){ .to = e->reply, .result = result, .number = e->head->version };
}

static enum err put_entry(struct turn_view *t, const struct rec_committee *c)
{
	struct key key = key_committee(c->id);
	struct record r, old;
	enum err e = core_get(t, FAMILY_COMMITTEE, key, &old);

	if (e == ERR_OK && old.u.committee.entry.len_bytes == c->entry.len_bytes &&
	    memcmp(old.u.committee.entry.data, c->entry.data, c->entry.len_bytes) == 0)
		return ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_OK && !id_equal(old.u.committee.superior, c->superior) && !id_empty(old.u.committee.superior))
		core_erase(t, FAMILY_SUBORDINATE, key_subordinate(old.u.committee.superior, c->id));
	memset(&r, 0, sizeof r);
	r.family = FAMILY_COMMITTEE;
	r.u.committee = *c;
	core_put(t, key, &r);
	if (!id_empty(c->superior)) {
		memset(&r, 0, sizeof r);
		r.family = FAMILY_SUBORDINATE;
		core_put(t, key_subordinate(c->superior, c->id), &r);
	}
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
	struct committee_id self = t->core->config.self, superior, subordinate = { "" };
	enum err e;

	tree_forget(t->core->tree);
	for (uint32_t i = 0; i < t->core->link_count; i++)
		t->core->links[i]->present = false;
	e = tree_superior(&t->tree, self, &superior, NULL);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK && !id_empty(superior))
		e = link_prepare(t, superior, true);
	while (e == ERR_OK && (e = tree_next_subordinate(&t->tree, self, subordinate, &subordinate)) == ERR_OK)
		e = link_prepare(t, subordinate, false);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err decide_directory(struct turn_view *t, const struct ev_directory *e)
{
	struct document_ref none = { .origin = { "" } };
	struct record r = { .family = FAMILY_DIRECTORY };
	enum err result = ERR_OK;

	if (e->head->version <= t->core->directory_version) {
		reply(t, e, ERR_DIRECTORY_OLD);
		return ERR_OK;
	}
	if (e->entry_count > PLAN_WRITES_MAX / 2 / WRITES_PER_ENTRY) {
		reply(t, e, ERR_TOO_LARGE);
		return ERR_OK;
	}
	tree_forget(t->core->tree);
	for (uint32_t i = 0; i < e->entry_count && result == ERR_OK; i++)
		result = put_entry(t, &e->entries[i]);
	if (result != ERR_OK)
		return result;
	r.u.directory = *e->head;
	core_put(t, key_number(e->head->version), &r);
	result = follow_links(t);
	if (result != ERR_OK)
		return result;
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		if (!t->core->links[i]->present)
			link_down(t, t->core->links[i], ERR_RETIRED_RECIPIENT);
	}
	if (e->reply.n != 0) {
		result = core_log_act(t, e->uid, "import", "directory");
		if (result != ERR_OK)
			return result;
	}
	plan_act(t->plan, ACT_DIRECTORY);
	notify(t, NOTICE_DIRECTORY, none, t->core->config.self, 0, NULL);
	reply(t, e, ERR_OK);
	return ERR_OK;
}
