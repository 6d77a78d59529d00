/* See names.h. */
#include "daemon/control/names.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"

enum { SLOTS = 256, ENTRY_ARENA_BYTES = 1 << 20 };

struct slot {
	struct committee_id id; /* "": empty */
	char name[COMMITTEE_NAME_MAX + 1];
};

struct names {
	struct arena *scratch; /* for one entry, which is longer than its name */
	struct slot slots[SLOTS];
};

struct names *control_names_new(void)
{
	struct names *n = calloc(1, sizeof *n);

	if (n != NULL && (n->scratch = arena_new(ENTRY_ARENA_BYTES)) == NULL) {
		free(n);
		return NULL;
	}
	return n;
}

void control_names_drop(struct names *n)
{
	if (n != NULL)
		arena_destroy(n->scratch);
	free(n);
}

static struct slot *slot_of(struct names *n, const struct committee_id *id)
{
	unsigned hash = 5381;

	for (const char *at = id->text; *at != '\0'; at++)
		hash = hash * 33 + (unsigned char)*at;
	return &n->slots[hash % SLOTS];
}

static text_t read_name(struct client *c, struct arena *a, struct committee_id id)
{
	struct lookup l = control_lookup(c);
	struct key key = key_committee(id);
	struct record r;

	return l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r) == ERR_OK
		       ? r.u.committee.name
		       : "";
}

static text_t look_up(struct client *c, struct names *n, struct committee_id id)
{
	struct slot *s = n == NULL ? NULL : slot_of(n, &id);
	text_t name;
	size_t len;

	if (s != NULL && id_equal(s->id, id))
		return s->name;
	if (n != NULL)
		arena_reset(n->scratch);
	name = read_name(c, n == NULL ? c->control->arena : n->scratch, id);
	len = strlen(name);
	if (s == NULL || len >= sizeof s->name)
		return name;
	s->id = id;
	memcpy(s->name, name, len + 1);
	return name;
}

char *control_name(struct client *c, struct names *n, struct committee_id id, size_t *left_bytes)
{
	text_t name = *left_bytes == 0 || id_empty(id) ? "" : look_up(c, n, id);
	size_t len = strlen(name);

	if (len >= *left_bytes) {
		*left_bytes = 0;
		name = "";
	} else {
		*left_bytes -= len + 1;
	}
	/* a slot may be taken by another committee of the same answer */
	name = arena_text(c->control->arena, name, strlen(name));
	return (char *)(uintptr_t)(name == NULL ? "" : name);
}

char *control_name_of(struct client *c, struct names *n, const char *id, size_t *left_bytes)
{
	struct committee_id who;

	if (field_id(id, false, &who) != ERR_OK)
		return (char *)(uintptr_t) "";
	return control_name(c, n, who, left_bytes);
}
