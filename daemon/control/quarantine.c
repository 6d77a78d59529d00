/* See quarantine.h. */
#include "daemon/control/quarantine.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "proto/digest.h"
#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/reconcile/reconcile.h"

enum { ITEMS_MAX = 1000, NAME_BYTES_MAX = 255, REQUEST_BYTES = 8192 };

#define STAND(name) VANTHU__V1__QUARANTINE_STAND__QUARANTINE_STAND_##name

/* FAMILY-KEY, the key in hexadecimal digits (store_ops.copied). */
static bool is_copy(const char *name)
{
	const char *dash = strchr(name, '-');

	return dash != NULL && dash > name && strlen(name) <= NAME_BYTES_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz") == (size_t)(dash - name) &&
	       strspn(dash + 1, "0123456789abcdef") == strlen(dash + 1);
}

/* content-SHA256 (daemon/files/prove.h), and no record. */
static bool is_content(const char *name)
{
	return strncmp(name, "content-", 8) == 0 && strlen(name) == 8 + 64;
}

static DIR *open_folder(struct client *c)
{
	char path[CONFIG_PATH_MAX + 16];

	snprintf(path, sizeof path, "%s/quarantine", c->control->parts.config->data);
	return opendir(path);
}

static bool has_serial(enum family f)
{
	return (f >= FAMILY_DOCUMENT && f <= FAMILY_RECEIPT) || f == FAMILY_WORK ||
	       f == FAMILY_STATUS || f == FAMILY_OPEN;
}

static enum family family_of(const char *name, size_t len)
{
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		const char *known = family_name((enum family)f);

		if (strlen(known) == len && memcmp(known, name, len) == 0)
			return (enum family)f;
	}
	return FAMILY_NONE;
}

/* Of which record the copy of this name is. False: of none that can be told. */
static bool find_record(struct client *c, const char *name, enum family *family, struct key *key)
{
	struct store *store = c->control->parts.store;

	return !is_content(name) && store->ops->copied != NULL &&
	       store->ops->copied(store, name, family, key);
}

/* Keys of a document's records begin with role ‖ serial. */
static void name_document(struct client *c, const char *digits, Vanthu__V1__QuarantineItem *out)
{
	static char *const roles[] = {
		[ROLE_OUT] = (char *)"out", [ROLE_IN] = (char *)"in", [ROLE_RELAY] = (char *)"relay"
	};
	struct lookup l = c->control->parts.store->ops->lookup(c->control->parts.store);
	struct arena *a = c->control->arena;
	struct serial serial;
	struct record r;
	struct key key;
	unsigned role = 0;
	char *id;

	if (strlen(digits) < 18 ||
	    sscanf(digits, "%2x%16llx", &role, (unsigned long long *)&serial.n) != 2 ||
	    role >= sizeof roles / sizeof roles[0] || roles[role] == NULL)
		return;
	out->role = roles[role];
	out->serial = serial.n;
	key = key_serial((enum role)role, serial);
	if (l.get(l.ctx, a, FAMILY_DOCUMENT, &key, &r) != ERR_OK ||
	    control_judge_secrecy(c, r.u.document.secrecy) != ERR_OK)
		return;
	id = arena_alloc(a, CONTROL_ID_DIGITS + 1);
	if (id == NULL)
		return;
	control_id_to_hex(&r.u.document.id, id);
	out->document = id;
}

/* A content by its SHA-256: the first document that has it. */
static void name_holder(struct client *c, const char *hex, Vanthu__V1__QuarantineItem *out)
{
	struct lookup l = c->control->parts.store->ops->lookup(c->control->parts.store);
	struct digest sha256;
	struct serial serial;
	enum role role;
	struct record r;
	struct scan scan;
	char digits[32];

	if (digest_from_hex(hex, &sha256) != ERR_OK)
		return;
	scan = scan_of(key_digest(sha256));
	if (l.next(l.ctx, c->control->arena, FAMILY_FILE, &scan, &r) != ERR_OK ||
	    !key_parse_file(&scan.at, &sha256, &role, &serial))
		return;
	snprintf(digits, sizeof digits, "%02x%016llx", (unsigned)role,
		 (unsigned long long)serial.n);
	name_document(c, digits, out);
}

/* What has become of the record since, and what may. */
static void fill_stand(struct client *c, const char *name, Vanthu__V1__QuarantineItem *out)
{
	struct lookup l = c->control->parts.store->ops->lookup(c->control->parts.store);
	struct arena *a = c->control->arena;
	struct key key, accepted;
	enum family family;
	struct record r;
	enum err e;

	if (!find_record(c, name, &family, &key))
		return;
	e = l.get(l.ctx, a, family, &key, &r);
	if (e != ERR_DAMAGED) {
		out->stand = e == ERR_OK ? STAND(WHOLE) : STAND(GONE);
		return;
	}
	out->stand = STAND(DAMAGED);
	out->hope = (Vanthu__V1__QuarantineHope)accept_hope(family, &key);
	if (!key_accepted(family, &key, &accepted))
		return;
	e = l.get(l.ctx, a, FAMILY_ACCEPTED, &accepted, &r);
	if (e != ERR_OK && e != ERR_DAMAGED)
		return;
	out->stand = STAND(ACCEPTED);
	if (e == ERR_DAMAGED)
		return;
	out->accepted_at_ms = r.u.accepted.at_ms;
	out->accepted_by = r.u.accepted.uid;
	out->accepted_reason = (char *)(uintptr_t)r.u.accepted.reason;
}

static Vanthu__V1__QuarantineItem *item_of(struct client *c, int folder, const char *name)
{
	struct arena *a = c->control->arena;
	Vanthu__V1__QuarantineItem *item = arena_alloc(a, sizeof *item);
	size_t len = strcspn(name, "-");
	struct stat file;
	enum family f = family_of(name, len);

	if (item == NULL || fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
		return NULL;
	vanthu__v1__quarantine_item__init(item);
	item->name = (char *)(uintptr_t)arena_text(a, name, strlen(name));
	item->family = (char *)(uintptr_t)family_name(f);
	item->size_bytes = (uint64_t)file.st_size;
	item->since_ms = (int64_t)file.st_mtim.tv_sec * 1000;
	if (is_content(name)) {
		item->family = (char *)(uintptr_t) "content";
		name_holder(c, name + len + 1, item);
		return item->name == NULL ? NULL : item;
	}
	if (has_serial(f))
		name_document(c, name + len + 1, item);
	fill_stand(c, name, item);
	return item->name == NULL ? NULL : item;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(Vanthu__V1__QuarantineItem *const *)a)->name,
		      (*(Vanthu__V1__QuarantineItem *const *)b)->name);
}

static void list(struct client *c, uint64_t id)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_QUARANTINED);
	Vanthu__V1__Quarantined out = VANTHU__V1__QUARANTINED__INIT;
	const struct dirent *entry;
	DIR *folder = open_folder(c); /* none: nothing was ever damaged */

	out.items = arena_array(c->control->arena, ITEMS_MAX, sizeof(Vanthu__V1__QuarantineItem *));
	while (out.items != NULL && folder != NULL && (entry = readdir(folder)) != NULL) {
		Vanthu__V1__QuarantineItem *item;

		if (!is_copy(entry->d_name) || ++out.count > ITEMS_MAX)
			continue;
		item = item_of(c, dirfd(folder), entry->d_name);
		if (item != NULL)
			out.items[out.n_items++] = item;
	}
	if (folder != NULL)
		closedir(folder);
	if (out.n_items > 1)
		qsort(out.items, out.n_items, sizeof out.items[0], by_name);
	r.quarantined = &out;
	control_say(c, &r);
}

/* ---- what is done with one ---- */

static bool is_there(struct client *c, const char *name)
{
	struct stat file;
	DIR *folder = is_copy(name) ? open_folder(c) : NULL;
	bool there =
		folder != NULL && fstatat(dirfd(folder), name, &file, AT_SYMLINK_NOFOLLOW) == 0;

	if (folder != NULL)
		closedir(folder);
	return there;
}

/* The event's memory. */
static void release_event(void *owner)
{
	arena_destroy(owner);
}

/* That it goes is in the log by now. */
static void dropped(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	text_t name = a->about == NULL ? "" : a->about;
	DIR *folder = is_copy(name) ? open_folder(c) : NULL;
	bool gone = folder != NULL && unlinkat(dirfd(folder), name, 0) == 0;

	if (folder != NULL)
		closedir(folder);
	if (!gone) {
		control_say_error(c, p->request_id, ERR_NOT_FOUND, name);
		return;
	}
	log_event(LOG_INFO, "quarantine-dropped", "copy=%s uid=%u", name, (unsigned)c->uid);
	control_say_done(c, p->request_id);
}

static void drop(struct client *c, uint64_t id, const char *name)
{
	struct event event = { .type = EVENT_OPERATE };
	struct ev_operate *o = &event.u.operate;
	struct question q = { .request_id = id,
			      .event = &event,
			      .reply = &o->reply,
			      .answer = dropped,
			      .release = release_event };
	struct arena *a;

	if (!is_there(c, name)) {
		control_say_error(c, id, ERR_NOT_FOUND, name);
		return;
	}
	a = arena_new(REQUEST_BYTES);
	o->operation = OPERATION_DROP_COPY;
	o->uid = c->uid;
	o->copy = a == NULL ? NULL : arena_text(a, name, strlen(name));
	if (o->copy == NULL) {
		arena_destroy(a);
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return;
	}
	q.owner = a;
	control_ask_core(c, &q);
}

static void accepted(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	log_event(LOG_WARNING, "quarantine-accepted", "copy=%s uid=%u",
		  a->about == NULL ? "" : a->about, (unsigned)c->uid);
	control_say_done(c, p->request_id);
}

/* Attachments raise no alarm, and are asked for as long as nobody has them: of those there is
 * nothing to accept. */
static void accept_loss(struct client *c, uint64_t id, const Vanthu__V1__QuarantineQuery *m)
{
	struct event event = { .type = EVENT_ACCEPT };
	struct ev_accept *e = &event.u.accept;
	struct question q = { .request_id = id,
			      .event = &event,
			      .reply = &e->reply,
			      .answer = accepted,
			      .release = release_event };
	struct arena *a;
	enum err why = is_there(c, m->accept) ? ERR_OK : ERR_NOT_FOUND;

	if (why == ERR_OK && !find_record(c, m->accept, &e->family, &e->key))
		why = ERR_BAD_STATE;
	if (why == ERR_OK && strlen(m->reason) > NOTE_MAX)
		why = ERR_FIELD;
	a = why == ERR_OK ? arena_new(REQUEST_BYTES) : NULL;
	if (why == ERR_OK && a != NULL) {
		e->copy = arena_text(a, m->accept, strlen(m->accept));
		e->reason = arena_text(a, m->reason, strlen(m->reason));
	}
	if (why == ERR_OK && (e->copy == NULL || e->reason == NULL))
		why = ERR_NO_MEMORY;
	if (why != ERR_OK) {
		arena_destroy(a);
		control_say_error(c, id, why, m->accept);
		return;
	}
	e->uid = c->uid;
	e->knowing = m->knowing;
	q.owner = a;
	control_ask_core(c, &q);
}

/* Of a record nothing is put back: its copy is what could not be read. Is the record right again,
 * written anew, then the copy is of no use any more. */
static enum err release_record(struct client *c, const char *name)
{
	struct lookup l = c->control->parts.store->ops->lookup(c->control->parts.store);
	enum family f;
	struct record r;
	struct key key;

	return find_record(c, name, &f, &key) ? l.get(l.ctx, c->control->arena, f, &key, &r)
					      : ERR_DAMAGED;
}

/* A content is looked at by a worker (daemon/scrub_files.h): put back when the copy is right, else
 * asked for once more. */
static void release(struct client *c, uint64_t id, const char *name)
{
	struct stat file;
	DIR *folder = is_copy(name) ? open_folder(c) : NULL;
	bool there = folder != NULL && fstatat(dirfd(folder), name, &file, 0) == 0;
	enum err e = there ? ERR_OK : ERR_NOT_FOUND;
	struct digest sha256;

	if (there && is_content(name)) {
		e = digest_from_hex(name + sizeof "content", &sha256);
		if (e == ERR_OK)
			files_suspect(c->control->parts.files, &sha256);
	} else if (there) {
		e = release_record(c, name);
		if (e == ERR_NOT_FOUND)
			e = ERR_DAMAGED; /* nothing stands in its place */
		if (e == ERR_OK && unlinkat(dirfd(folder), name, 0) != 0)
			e = ERR_NOT_FOUND;
	}
	if (folder != NULL)
		closedir(folder);
	if (e != ERR_OK) {
		control_say_error(c, id, e, name);
		return;
	}
	log_event(LOG_INFO, "quarantine-released", "copy=%s uid=%u", name, (unsigned)c->uid);
	control_say_done(c, id);
}

void control_quarantine(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__QuarantineQuery *q = request->quarantine;

	if (q->accept[0] != '\0')
		accept_loss(c, request->id, q);
	else if (q->release[0] != '\0')
		release(c, request->id, q->release);
	else if (q->drop[0] == '\0')
		list(c, request->id);
	else
		drop(c, request->id, q->drop);
}
