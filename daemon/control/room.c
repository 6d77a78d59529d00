/* See room.h. */
#include "daemon/control/room.h"

#include "daemon/control/client.h"
#include "daemon/control/names.h"
#include "daemon/control/recipients.h"
#include "daemon/control/statuses.h"

enum {
	LINK_BYTES = 512,     /* one in a status, and one in a list */
	COMMITTEE_BYTES = 40, /* a name in a list of them */
	RECEIPT_BYTES = 192,  /* what a view or a route says of one recipient */
	SMALL_BYTES = 2048,
	BODY_BYTES = ENVELOPE_MAX_BYTES + 8 * 1024,
	WALK_BYTES = 40 * 1024, /* what a listing remembers, at most */
	ROW_BYTES = 64,
	/* of one entry of an import: ids, numbers, warnings, a field */
	OUTCOME_BYTES = 512,
	/* names of a line and of its statuses, two references, its type and signer, one with its
	 * number */
	VIEW_DETAILS_BYTES = 2 * NAMES_LINE_BYTES + 2 * (SUBJECT_MAX + 256) + 1024 + 128,
	VERIFY_BYTES = 2 * ENVELOPE_MAX_BYTES,
};

static size_t committee_count(struct client *c)
{
	struct lookup l = control_lookup(c);
	struct key key = key_number(core_directory_version(c->control->parts.core));
	struct record r;

	return l.get(l.ctx, c->control->arena, FAMILY_DIRECTORY, &key, &r) == ERR_OK
		   ? r.u.directory.entry_count
		   : 0;
}

/* Of receipts, or of a route. */
static size_t names_bytes(struct client *c)
{
	size_t all = committee_count(c) * (COMMITTEE_NAME_MAX + 1);

	return all < NAMES_VIEW_BYTES ? all : NAMES_VIEW_BYTES;
}

size_t room_accepted(struct client *c, size_t recipient_count, bool groups)
{
	size_t names = recipient_count + (groups ? committee_count(c) : 0);

	return SMALL_BYTES / 8 +
	       (names < CONTROL_RECIPIENTS_MAX ? names : CONTROL_RECIPIENTS_MAX) * COMMITTEE_BYTES;
}

size_t room_submit(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Submit *m = request->submit;
	bool groups = false;

	for (size_t i = 0; i < m->n_recipients; i++)
		groups = groups || m->recipients[i]->list[0] != '\0' ||
			 m->recipients[i]->group != VANTHU__V1__GROUP__GROUP_UNSPECIFIED;
	return room_accepted(c, m->n_recipients, groups) + (m->names ? NAMES_LINE_BYTES : 0);
}

size_t room_nothing(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return 0;
}

/* The longest texts that a work may have. */
size_t room_office(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return SMALL_BYTES + 2 * NOTE_MAX + (size_t)PERSON_MAX * (WITH_MAX + 2);
}

size_t room_little(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return SMALL_BYTES;
}

size_t room_links(struct client *c, const Vanthu__V1__Request *request)
{
	(void)request;
	return SMALL_BYTES + core_link_count(c->control->parts.core) * LINK_BYTES;
}

size_t room_trace(struct client *c, const Vanthu__V1__Request *request)
{
	(void)request;
	return SMALL_BYTES + committee_count(c) * 2 * RECEIPT_BYTES + 2 * names_bytes(c);
}

size_t room_show(struct client *c, const Vanthu__V1__Request *request)
{
	(void)request;
	return BODY_BYTES + STATUSES_BYTES + NOTES_BYTES + VIEW_DETAILS_BYTES +
	       committee_count(c) * RECEIPT_BYTES + 2 * names_bytes(c);
}

size_t room_content(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return INLINE_MAX_BYTES;
}

size_t room_verify(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return VERIFY_BYTES;
}

size_t room_paper_import(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	return SMALL_BYTES + request->paper_import->n_lines * (size_t)OUTCOME_BYTES;
}

size_t room_papers(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return WALK_BYTES;
}

size_t room_message(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return CONTROL_MESSAGE_MAX_BYTES;
}

size_t room_target(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__TargetQuery *m = request->target;
	size_t months = m->to_month >= m->from_month ? (size_t)m->to_month - m->from_month + 1 : 0;

	(void)c;
	return months > CONTROL_MESSAGE_MAX_BYTES / ROW_BYTES
		   ? CONTROL_MESSAGE_MAX_BYTES
		   : SMALL_BYTES + 2 * months * ROW_BYTES;
}
