/* Counting instead of writing; see log_repeat.h. */
#include "daemon/base/log_repeat.h"

#include <stdio.h>
#include <string.h>

static const char *const kept[] = { "event=", "committee=", "error=" };

void log_kind_of(const char *line, char *out, size_t size_bytes)
{
	size_t used = 0;

	out[0] = '\0';
	while (*line != '\0') {
		size_t len = strcspn(line, " ");

		for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
			if (strncmp(line, kept[k], strlen(kept[k])) != 0 ||
			    used + len + 2 > size_bytes)
				continue;
			used += (size_t)snprintf(out + used, size_bytes - used, "%s%.*s",
						 used == 0 ? "" : " ", (int)len, line);
		}
		line += len;
		line += strspn(line, " ");
	}
}

/* The slot of this kind, or a free one. The last slot is shared when all are taken. */
static struct log_kind *slot_of(struct log_repeat *r, const char *kind, int64_t mono_ms)
{
	struct log_kind *other = &r->kinds[LOG_KINDS_MAX - 1], *room = NULL;

	for (unsigned i = 0; i + 1 < LOG_KINDS_MAX; i++) {
		struct log_kind *k = &r->kinds[i];

		if (strcmp(k->name, kind) == 0)
			return k;
		if (room == NULL &&
		    (k->name[0] == '\0' || (k->until_ms <= mono_ms && k->more == 0)))
			room = k;
	}
	if (room == NULL)
		kind = "event=other";
	room = room == NULL ? other : room;
	if (strcmp(room->name, kind) != 0) {
		memset(room, 0, sizeof *room);
		snprintf(room->name, sizeof room->name, "%s", kind);
	}
	return room;
}

bool log_repeat_pass(struct log_repeat *r, const char *kind, int64_t mono_ms)
{
	struct log_kind *k = slot_of(r, kind, mono_ms);

	if (k->until_ms <= mono_ms && k->more == 0) {
		k->until_ms = mono_ms + LOG_MINUTE_MS;
		k->logged = 0;
	}
	if (k->logged < LOG_LINES_A_MINUTE) {
		k->logged++;
		return true;
	}
	k->more++;
	return false;
}

bool log_repeat_next(struct log_repeat *r, int64_t mono_ms, bool all, char kind[LOG_KIND_BYTES],
		     unsigned *more)
{
	for (unsigned i = 0; i < LOG_KINDS_MAX; i++) {
		struct log_kind *k = &r->kinds[i];

		if (k->more == 0 || (!all && k->until_ms > mono_ms))
			continue;
		snprintf(kind, LOG_KIND_BYTES, "%s", k->name);
		*more = k->more;
		k->more = 0;
		k->logged = 0;
		/* of what goes on, the next minute is ten lines and a number again */
		k->until_ms = mono_ms + LOG_MINUTE_MS;
		return true;
	}
	return false;
}
