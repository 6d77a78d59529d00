/* Rules without state; see policy.h. */
#include "routing/policy.h"

#include <string.h>

#include "routing/tree.h"
#include "routing/visible.h"

static enum err policy_manifest(const struct manifest_item *items, uint32_t count, uint64_t attachment_max_bytes)
{
	if (count == 0)
		return ERR_FORMAT;
	if (count > PARTS_MAX)
		return ERR_TOO_MANY_ATTACHMENTS;
	for (uint32_t i = 0; i < count; i++) {
		if (items[i].size_bytes > attachment_max_bytes)
			return ERR_TOO_LARGE;
	}
	return ERR_OK;
}

static enum err policy_secrecy(enum secrecy secrecy)
{
	if (secrecy == SECRECY_NONE)
		return ERR_FORMAT;
	return secrecy == SECRECY_THUONG ? ERR_OK : ERR_SECRET;
}

enum err policy_submit(const struct ev_submit *e, uint64_t attachment_max_bytes)
{
	enum err r = policy_secrecy(e->secrecy);

	if (r != ERR_OK)
		return r;
	if (e->recipient_count == 0)
		return ERR_NO_RECIPIENT;
	/* Groups count too: readers bound the whole list, and what they refuse must not be accepted here. */
	if (e->recipient_count > RECIPIENTS_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	if (e->urgency < URGENCY_THUONG || e->urgency > URGENCY_HOA_TOC)
		return ERR_FORMAT;
	return policy_manifest(e->manifest, e->manifest_count, attachment_max_bytes);
}

enum err policy_document(const struct head *head, struct committee_id self, const struct relay_note *relays, uint32_t relay_count,
			 uint64_t attachment_max_bytes)
{
	enum err r = policy_secrecy(head->secrecy);

	if (r != ERR_OK)
		return r;
	if (head->urgency < URGENCY_THUONG || head->urgency > URGENCY_HOA_TOC)
		return ERR_FORMAT;
	if (id_equal(head->origin, self))
		return ERR_LOOP;
	for (uint32_t i = 0; i < relay_count; i++) {
		if (id_equal(relays[i].relay, self))
			return ERR_LOOP;
	}
	if (relay_count >= HOP_LIMIT || relay_count >= head->hop_limit)
		return ERR_HOP_LIMIT;
	return policy_manifest(head->manifest, head->manifest_count, attachment_max_bytes);
}

enum err policy_text(text_t text, size_t most_bytes, bool wanted)
{
	return strlen(text) > most_bytes || visible_fault(text) != 0 || (wanted && visible_blank(text)) ? ERR_FIELD : ERR_OK;
}

static bool fits(text_t text, bool wanted, size_t most)
{
	return policy_text(text, most, wanted) == ERR_OK;
}

enum err policy_paper(const struct rec_paper *p, int64_t wall_ms)
{
	char today[DATE_MAX + 1];
	struct month month;
	bool secret = p->secrecy >= SECRECY_MAT;

	if (p->direction != DIRECTION_IN && p->direction != DIRECTION_OUT)
		return ERR_FORMAT;
	if (p->secrecy < SECRECY_THUONG || p->secrecy > SECRECY_TUYET_MAT)
		return ERR_FORMAT;
	if (!fits(p->number, true, NUMBER_MAX) || !fits(p->subject, !secret, SUBJECT_MAX) || !fits(p->party, false, COMMITTEE_NAME_MAX))
		return ERR_FIELD;
	if (!fits(p->type_code, false, TYPE_CODE_MAX) || !fits(p->type_name, true, COMMITTEE_NAME_MAX))
		return ERR_BAD_TYPE;
	date_of_ms(wall_ms, today);
	if (!date_month(p->date, &month))
		return ERR_BAD_DATE;
	return strcmp(p->date, today) <= 0 ? ERR_OK : ERR_FUTURE;
}
