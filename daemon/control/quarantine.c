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
#include "routing/base/arena.h"

enum { ITEMS_MAX = 1000, NAME_BYTES_MAX = 255 };

/* FAMILY-KEY, the key in hexadecimal digits, cut off after 96 bytes. */
static bool is_copy(const char *name)
{
	const char *dash = strchr(name, '-');

	return dash != NULL && dash > name && strlen(name) <= NAME_BYTES_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz") == (size_t)(dash - name) &&
	       strspn(dash + 1, "0123456789abcdef") == strlen(dash + 1);
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
	if (has_serial(f))
		name_document(c, name + len + 1, item);
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

static void drop(struct client *c, uint64_t id, const char *name)
{
	DIR *folder = is_copy(name) ? open_folder(c) : NULL;
	bool gone = folder != NULL && unlinkat(dirfd(folder), name, 0) == 0;

	if (folder != NULL)
		closedir(folder);
	if (!gone) {
		control_say_error(c, id, ERR_NOT_FOUND, name);
		return;
	}
	log_event(LOG_INFO, "quarantine-dropped", "copy=%s uid=%u", name, (unsigned)c->uid);
	control_say_done(c, id);
}

void control_quarantine(struct client *c, const Vanthu__V1__Request *request)
{
	if (request->quarantine->drop[0] == '\0')
		list(c, request->id);
	else
		drop(c, request->id, request->quarantine->drop);
}
