/* See room.h. */
#include "daemon/control/room.h"

#include "daemon/control/client.h"
#include "daemon/control/recipients.h"

enum {
	LINK_BYTES = 512,     /* one in a status, and one in a list */
	COMMITTEE_BYTES = 40, /* a name in a list of them */
	RECEIPT_BYTES = 160,  /* what a view or a way says of one recipient */
	SMALL_BYTES = 2048,
	BODY_BYTES = ENVELOPE_MAX_BYTES + 8 * 1024,
	WALK_BYTES = 40 * 1024, /* what a listing remembers, at most */
	ROW_BYTES = 64,
	VERIFY_BYTES = 2 * ENVELOPE_MAX_BYTES,
	SUBMIT_OVERHEAD_BYTES = 1024,
	PIECE_OVERHEAD_BYTES = CHUNK_BYTES + 2048, /* of the first of a part: its file is opened */
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

size_t control_accepted_bytes(struct client *c, size_t recipient_count, bool groups)
{
	size_t names = recipient_count + (groups ? committee_count(c) : 0);

	return SMALL_BYTES / 8 +
	       (names < CONTROL_RECIPIENTS_MAX ? names : CONTROL_RECIPIENTS_MAX) * COMMITTEE_BYTES;
}

static size_t accepted_bytes(struct client *c, const Vanthu__V1__Submit *m)
{
	bool groups = false;

	for (size_t i = 0; i < m->n_recipients; i++)
		groups = groups || m->recipients[i]->group != VANTHU__V1__GROUP__GROUP_UNSPECIFIED;
	return control_accepted_bytes(c, m->n_recipients, groups);
}

static size_t target_bytes(const Vanthu__V1__TargetQuery *m)
{
	size_t months = m->to_month >= m->from_month ? (size_t)m->to_month - m->from_month + 1 : 0;

	return months > CONTROL_MESSAGE_MAX_BYTES / ROW_BYTES
		   ? CONTROL_MESSAGE_MAX_BYTES
		   : SMALL_BYTES + 2 * months * ROW_BYTES;
}

/* Its answer, and what is kept until it is whole. */
static size_t reply_bytes(struct client *c, const Vanthu__V1__Request *m)
{
	size_t links = core_link_count(c->control->parts.core);

	switch (m->what_case) {
	case VANTHU__V1__REQUEST__WHAT_SUBMIT:
		return accepted_bytes(c, m->submit);
	case VANTHU__V1__REQUEST__WHAT_DATA:
	case VANTHU__V1__REQUEST__WHAT_CREDIT:
		return 0;
	case VANTHU__V1__REQUEST__WHAT_STATUS:
	case VANTHU__V1__REQUEST__WHAT_LINKS:
	case VANTHU__V1__REQUEST__WHAT_QUEUE:
		return SMALL_BYTES + links * LINK_BYTES;
	case VANTHU__V1__REQUEST__WHAT_TRACE:
		return SMALL_BYTES + committee_count(c) * 2 * RECEIPT_BYTES;
	case VANTHU__V1__REQUEST__WHAT_SHOW:
		return BODY_BYTES + committee_count(c) * RECEIPT_BYTES;
	case VANTHU__V1__REQUEST__WHAT_CONTENT:
		return INLINE_MAX_BYTES;
	case VANTHU__V1__REQUEST__WHAT_VERIFY:
		return VERIFY_BYTES;
	case VANTHU__V1__REQUEST__WHAT_PAPERS:
		return WALK_BYTES;
	case VANTHU__V1__REQUEST__WHAT_TARGET:
		return target_bytes(m->target);
	case VANTHU__V1__REQUEST__WHAT_EVIDENCE:
	case VANTHU__V1__REQUEST__WHAT_RECOUNT:
		return CONTROL_MESSAGE_MAX_BYTES;
	default:
		return SMALL_BYTES;
	}
}

/* A submission, or a piece of one, stays until it is on disk. */
static bool request_fits(const struct client *c, const Vanthu__V1__Request *m, size_t frame_bytes)
{
	bool alone = c->upload_count == 0 && c->pending == 0;

	if (m->what_case != VANTHU__V1__REQUEST__WHAT_SUBMIT &&
	    m->what_case != VANTHU__V1__REQUEST__WHAT_DATA)
		return true;
	if (c->in_charge.bytes > 0 || (alone && frame_bytes <= CONTROL_IN_BYTES))
		return true; /* it has its room already */
	return shares_room(c->account, SHARE_REQUEST,
			   frame_bytes + (m->what_case == VANTHU__V1__REQUEST__WHAT_DATA
					      ? PIECE_OVERHEAD_BYTES
					      : SUBMIT_OVERHEAD_BYTES));
}

bool control_fits(struct client *c, const Vanthu__V1__Request *m, size_t frame_bytes)
{
	size_t reply = reply_bytes(c, m);

	if (reply > CONTROL_MESSAGE_MAX_BYTES)
		reply = CONTROL_MESSAGE_MAX_BYTES;
	if (m->what_case == VANTHU__V1__REQUEST__WHAT_IMPORT && c->control->importing != NULL &&
	    c->import == NULL)
		return false;
	if (!request_fits(c, m, frame_bytes))
		return false;
	return control_out_waiting(c) + reply <= CONTROL_OUT_BYTES ||
	       shares_room(c->account, SHARE_REPLY, reply);
}
