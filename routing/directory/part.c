/* See part.h. */
#include "routing/directory/part.h"

#include "routing/directory/changes.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/record.h"

enum err directory_part(struct turn_view *t, const struct msg_directory_wanted *m,
			struct message *out, bool *any)
{
	struct record r;
	enum err e;

	*any = m->have < t->core->directory_version && t->core->parts_left > 0;
	if (!*any)
		return ERR_OK;
	t->core->parts_left--;
	*out = (struct message){ .type = MESSAGE_DIRECTORY_PART,
				 .u.directory_part = { .since = m->have, .after = m->after } };
	e = changes_collect(t, &out->u.directory_part);
	if (e == ERR_OK)
		e = core_get(t, FAMILY_DIRECTORY, key_number(t->core->directory_version), &r);
	if (e == ERR_OK)
		out->u.directory_part.head = r.u.directory.head;
	return e;
}
