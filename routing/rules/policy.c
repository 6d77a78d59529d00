/* Rules without state; see policy.h. */
#include "routing/rules/policy.h"

#include <string.h>

#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/base/visible.h"
#include "routing/rules/doctype_table.h"
#include "routing/rules/numbering.h"
#include "routing/rules/series.h"
#include "routing/rules/spelling.h"
#include "routing/state/event.h"
#include "routing/state/record.h"
#include "routing/target/target.h"

static enum err policy_manifest(const struct manifest_item *items, uint32_t count,
				uint64_t attachment_max_bytes)
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
	if (e->recipient_count == 0 && e->lists.count == 0)
		return ERR_NO_RECIPIENT;
	/* Groups count too: readers bound the whole list, and what they refuse must not be accepted
	 * here. */
	if (e->recipient_count > RECIPIENTS_MAX || e->lists.count > LISTS_NAMED_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	if (e->urgency < URGENCY_THUONG || e->urgency > URGENCY_HOA_TOC)
		return ERR_FORMAT;
	return policy_manifest(e->manifest, e->manifest_count, attachment_max_bytes);
}

/* ---- slips ---- */

static bool is_symbol(text_t symbol, text_t of)
{
	return of[0] != '\0' && spelling_same_number(symbol, of);
}

static void types_of(const struct policy_question *q, text_t today, struct doctypes *out)
{
	text_t issued_on = q->summary->issued_on;

	doctype_table_on(q->types, issued_on[0] == '\0' ? today : issued_on, out);
}

/* In the Party's form a symbol of the type stands there always; in the State's only one that is
 * known is any. Any of its own spellings will do (QyĐ is QĐ too). */
static bool has_other_type(const struct policy_question *q, text_t today)
{
	const struct summary *summary = q->summary;
	struct doctypes types;
	struct number_symbol s;
	bool known = false;

	series_symbol(summary->number, &s);
	if (s.text[0] == '\0' || (summary->type_code[0] == '\0' && q->type_name[0] == '\0') ||
	    is_symbol(s.text, summary->type_code))
		return false;
	types_of(q, today, &types);
	for (uint32_t i = 0; i < types.count; i++) {
		if (doctype_table_spelt(&types, i, s.text) == NULL)
			continue;
		if (spelling_same_name(types.types[i]->name, q->type_name) ||
		    (q->type_name[0] == '\0' &&
		     doctype_table_spelt(&types, i, summary->type_code) != NULL))
			return false;
		known = true;
	}
	return known || (s.party && summary->type_code[0] != '\0');
}

/* What is of no form that is known has its organisation behind the last slash. */
static bool has_foreign_symbol(const struct policy_question *q, text_t today)
{
	const char *slash = strrchr(q->summary->number, '/');
	char issuer[NUMBERING_ORGANISATION_MAX + 1];
	struct number_parts parts;
	struct doctypes types;

	if (slash == NULL || q->own_symbol[0] == '\0' ||
	    spelling_same_number(slash + 1, q->own_symbol))
		return false;
	types_of(q, today, &types);
	if (numbering_parse_among(&types, q->summary->number, &parts) != ERR_OK)
		return true;
	numbering_issuer(&parts, issuer);
	return !spelling_same_number(issuer, q->own_symbol) &&
	       !spelling_same_number(parts.organisation, q->own_symbol);
}

static bool has_empty_file(const struct policy_question *q)
{
	for (uint32_t i = 0; i < q->manifest_count; i++) {
		if (q->manifest[i].size_bytes == 0)
			return true;
	}
	return false;
}

uint32_t policy_warnings(const struct policy_question *q, uint32_t out[WARNINGS_MAX])
{
	const struct summary *s = q->summary;
	char today[DATE_MAX + 1];
	uint32_t n = 0;

	date_of_ms(q->wall_ms, today);
	if (has_other_type(q, today))
		out[n++] = ERR_NUMBER_TYPE;
	if (has_foreign_symbol(q, today))
		out[n++] = ERR_FOREIGN_SYMBOL;
	if (s->issued_on[0] != '\0' && strcmp(s->issued_on, today) > 0)
		out[n++] = ERR_FUTURE;
	if (s->due_on[0] != '\0' &&
	    (strcmp(s->due_on, today) < 0 || strcmp(s->due_on, s->issued_on) < 0))
		out[n++] = ERR_DUE_PAST;
	if (has_empty_file(q))
		out[n++] = ERR_EMPTY_FILE;
	if (q->odd_name)
		out[n++] = ERR_FILE_NAME;
	if (q->signed_for)
		out[n++] = ERR_SIGNED_FOR;
	return n;
}

enum err policy_document(const struct head *head, struct committee_id self,
			 const struct relay_note *relays, uint32_t relay_count,
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
	return strlen(text) > most_bytes || visible_fault(text) != 0 ||
		       (wanted && visible_blank(text))
		   ? ERR_FIELD
		   : ERR_OK;
}

static bool fits(text_t text, bool wanted, size_t most)
{
	return policy_text(text, most, wanted) == ERR_OK;
}

static text_t some(text_t text)
{
	return text == NULL ? "" : text;
}

/* What goes out goes on the day that it is signed. */
static enum err policy_issued(const struct rec_paper *p)
{
	text_t day = some(p->issued_on);
	struct month month;

	if (day[0] == '\0')
		return ERR_OK;
	if (p->direction != DIRECTION_IN)
		return ERR_FIELD;
	if (!date_month(day, &month))
		return ERR_BAD_DATE;
	return strcmp(day, p->date) <= 0 ? ERR_OK : ERR_ISSUED_LATER;
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
	if (!fits(p->number, true, NUMBER_MAX) || !fits(p->subject, !secret, SUBJECT_MAX) ||
	    !fits(p->party, false, COMMITTEE_NAME_MAX))
		return ERR_FIELD;
	if (!fits(some(p->signer_name), false, COMMITTEE_NAME_MAX) ||
	    !fits(some(p->signer_position), false, COMMITTEE_NAME_MAX) ||
	    !fits(some(p->signer_competence), false, COMMITTEE_NAME_MAX))
		return ERR_FIELD;
	if (!fits(p->type_code, false, TYPE_CODE_MAX) ||
	    !fits(p->type_name, true, COMMITTEE_NAME_MAX))
		return ERR_BAD_TYPE;
	date_of_ms(wall_ms, today);
	if (!date_month(p->date, &month))
		return ERR_BAD_DATE;
	return strcmp(p->date, today) <= 0 ? policy_issued(p) : ERR_FUTURE;
}
