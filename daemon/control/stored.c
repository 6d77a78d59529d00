/* See stored.h. */
#include "daemon/control/stored.h"

#include <string.h>

#include "daemon/control/find.h"
#include "routing/documents/documents.h"
#include "routing/state/lookup.h"

enum err control_read_state(const struct lookup *l, struct arena *a, struct found_document *f)
{
	struct key key = key_serial(f->role, f->serial);
	struct record r;
	enum err e = l->get(l->ctx, a, FAMILY_STATE, &key, &r);

	memset(&f->state, 0, sizeof f->state);
	if (e == ERR_OK)
		f->state = r.u.state;
	/* sent as its state: what else is known of it, and the others, are sent all the same */
	f->state_damaged = e == ERR_DAMAGED;
	e = e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	f->work = (struct rec_work){ .n = 0 };
	f->received = f->role == ROLE_IN && f->document.mine;
	if (e != ERR_OK || (!f->received && f->role != ROLE_OUT))
		return e;
	e = l->get(l->ctx, a, FAMILY_WORK, &key, &r);
	if (e == ERR_OK)
		f->work = r.u.work;
	f->state_damaged = f->state_damaged || e == ERR_DAMAGED;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum tray control_tray(const struct found_document *f, text_t today)
{
	const struct office_stand *at = &f->work.stand;

	if (!f->received)
		return TRAY_NONE;
	/* somebody must look at it */
	if (f->state_damaged)
		return TRAY_WORK;
	/* refused here, and the issuer has been told */
	if (f->state.refused > 0 && at->work == OFFICE_NONE)
		return TRAY_DONE;
	return tray_of(at, tray_deadline(f->work.due_on, f->document.summary.due_on), today);
}

bool control_work_done(const struct rec_work *work)
{
	return office_stand_frozen(&work->stand) || work->stand.work == OFFICE_RETURNED ||
	       work->stand.work == OFFICE_FINISHED;
}

bool control_settled(const struct found_document *f)
{
	const struct rec_state *s = &f->state;

	if (f->role == ROLE_OUT)
		return s->closed_at_ms != 0 && s->refused == 0 && !s->expired && s->delivered != 0;
	return f->role == ROLE_IN && f->received && control_work_done(&f->work);
}

static bool is_empty(text_t t)
{
	return t == NULL || t[0] == '\0';
}

/* Names of files and of the type stand in records since there are registers. An envelope is read
 * for what has neither alone: opening each costs more than the rest of its line. */
bool control_older_summary(const struct rec_document *d)
{
	return d->manifest_count > 0 && is_empty(d->summary.files) &&
	       is_empty(d->summary.type_name);
}
