/* See check.h. What a field means beyond that (a committee that is known, a date that is one) is
 * checked where it is used. */
#include "daemon/control/check.h"

#include <stdio.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/sift.h"
#include "proto/fields.h"
#include "routing/base/calendar.h"
#include "routing/base/change_kind.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"

/* What is wrong, and where. */
struct fault {
	enum err why;
	char *about; /* ABOUT_BYTES */
};

static bool bad(struct fault *f, enum err why, const char *about)
{
	f->why = why;
	snprintf(f->about, CONTROL_ABOUT_BYTES, "%s", about);
	return false;
}

static bool bad_row(struct fault *f, const char *list, size_t at, const char *field)
{
	f->why = ERR_USAGE;
	snprintf(f->about, CONTROL_ABOUT_BYTES, "%s[%zu].%s", list, at, field);
	return false;
}

static bool range(struct fault *f, long long value, long long most, const char *about)
{
	return field_enum(value, 0, most) == ERR_OK ? true : bad(f, ERR_USAGE, about);
}

/* ---- fields that this daemon does not know: from a newer program, which must not believe that
 * they were heeded ---- */

static bool known(struct fault *f, const ProtobufCMessage *m)
{
	char about[64];

	if (m->n_unknown_fields > 0) {
		snprintf(about, sizeof about, "%s: %u", m->descriptor->short_name,
			 (unsigned)m->unknown_fields[0].tag);
		return bad(f, ERR_UNSUPPORTED, about);
	}
	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *d = &m->descriptor->fields[i];
		const uint8_t *at = (const uint8_t *)m + d->offset;
		const ProtobufCMessage *one;
		const ProtobufCMessage **list;
		size_t count;
		uint32_t chosen;

		if (d->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		if (d->label == PROTOBUF_C_LABEL_REPEATED) {
			memcpy(&count, (const uint8_t *)m + d->quantifier_offset, sizeof count);
			memcpy(&list, at, sizeof list);
			for (size_t k = 0; k < count; k++) {
				if (!known(f, list[k]))
					return false;
			}
			continue;
		}
		if ((d->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
			memcpy(&chosen, (const uint8_t *)m + d->quantifier_offset, sizeof chosen);
			if (chosen != d->id)
				continue;
		}
		memcpy(&one, at, sizeof one);
		if (one != NULL && !known(f, one))
			return false;
	}
	return true;
}

/* Any UUID but nil: nobody can ask for that one again. */
static bool check_id(struct fault *f, ProtobufCBinaryData bytes)
{
	struct doc_id id;

	return field_fixed(bytes, id.bytes, sizeof id.bytes) == ERR_OK && doc_id_valid(&id)
		   ? true
		   : bad(f, ERR_USAGE, "id");
}

/* ---- submissions ---- */

/* A recipient is a committee, a group or the superior: one of them, or nobody can say who was
 * meant. */
static bool check_recipient(struct fault *f, const Vanthu__V1__SubmitRecipient *r, size_t at)
{
	if (field_enum(r->group, GROUP_NONE, GROUP_SUBTREE) != ERR_OK)
		return bad_row(f, "recipients", at, "group");
	if (r->committee[0] != '\0' && (r->superior || r->group != 0))
		return bad_row(f, "recipients", at, "committee");
	if (r->superior && r->group != 0)
		return bad_row(f, "recipients", at, "superior");
	if (r->list[0] != '\0' && (r->committee[0] != '\0' || r->superior || r->group != 0 ||
				   policy_text(r->list, LIST_NAME_MAX, true) != ERR_OK))
		return bad_row(f, "recipients", at, "list");
	return true;
}

static bool check_part(struct fault *f, const Vanthu__V1__SubmitPart *p, size_t at)
{
	if (p->streamed && p->content.len > 0)
		return bad_row(f, "parts", at, "content");
	if (!p->streamed && p->content.len != p->size_bytes)
		return bad_row(f, "parts", at, "size_bytes");
	if (p->sha256.len != 0 && p->sha256.len != sizeof(struct digest))
		return bad_row(f, "parts", at, "sha256");
	return true;
}

static bool check_template(struct fault *f, text_t template)
{
	return template[0] == '\0' || (policy_text(template, NUMBER_MAX, true) == ERR_OK &&
				       numbering_is_template(template))
		       ? true
		       : bad(f, ERR_FIELD, "number_template");
}

static bool check_submit(struct fault *f, const Vanthu__V1__Submit *m)
{
	if (!check_id(f, m->id) || !check_template(f, m->number_template))
		return false;
	if (!range(f, m->urgency, URGENCY_HOA_TOC, "urgency") ||
	    !range(f, m->secrecy, SECRECY_TUYET_MAT, "secrecy"))
		return false;
	for (size_t i = 0; i < m->n_recipients; i++) {
		if (!check_recipient(f, m->recipients[i], i))
			return false;
	}
	for (size_t i = 0; i < m->n_parts; i++) {
		if (!check_part(f, m->parts[i], i))
			return false;
	}
	return true;
}

/* ---- lists ---- */

static bool check_list(struct fault *f, const Vanthu__V1__List *m)
{
	char number[FOLD_NUMBER_SIZE];
	struct committee_id id;

	if (field_enum(m->box, VANTHU__V1__BOX__BOX_INBOX, VANTHU__V1__BOX__BOX_ALL) != ERR_OK)
		return bad(f, ERR_USAGE, "box");
	if (!control_sift_valid(m->text))
		return bad(f, ERR_USAGE, "text");
	if (field_id(m->from, true, &id) != ERR_OK)
		return bad(f, ERR_BAD_ID, "from");
	if (field_id(m->to, true, &id) != ERR_OK)
		return bad(f, ERR_BAD_ID, "to");
	if (strlen(m->type_code) > TYPE_CODE_MAX)
		return bad(f, ERR_USAGE, "type_code");
	spelling_number(m->number, number);
	if (m->number[0] != '\0' && number[0] == '\0')
		return bad(f, ERR_USAGE, "number");
	if (m->since_ms < 0)
		return bad(f, ERR_USAGE, "since_ms");
	if (m->until_ms < 0 || (m->until_ms != 0 && m->until_ms < m->since_ms))
		return bad(f, ERR_USAGE, "until_ms");
	if ((m->desk && m->box != VANTHU__V1__BOX__BOX_INBOX) || (m->handled && !m->desk))
		return bad(f, ERR_USAGE, m->desk ? "desk" : "handled");
	return m->state[0] == '\0' || lifecycle_named(m->state) != LIFECYCLE_NONE
		   ? true
		   : bad(f, ERR_USAGE, "state");
}

static bool check_months(struct fault *f, uint32_t from, uint32_t to, bool open_end)
{
	if (from > UINT16_MAX)
		return bad(f, ERR_BAD_DATE, "from_month");
	if (to > UINT16_MAX || (to < from && !(open_end && to == 0)))
		return bad(f, ERR_BAD_DATE, "to_month");
	return true;
}

/* A name that is none would find nothing, or everything. */
static bool check_ref(struct fault *f, const Vanthu__V1__Ref *ref, const char *about)
{
	return ref != NULL && ref->text[0] != '\0' ? true : bad(f, ERR_USAGE, about);
}

/* By one of its names, or by the id that another system gave it. */
static bool check_show(struct fault *f, const Vanthu__V1__Ref *ref)
{
	struct committee_id from;

	if (ref->text[0] != '\0' && ref->foreign_id[0] != '\0')
		return bad(f, ERR_USAGE, "foreign_id"); /* which of the two? */
	if (strlen(ref->foreign_id) > FOREIGN_ID_MAX)
		return bad(f, ERR_FIELD, "foreign_id");
	if (field_id(ref->from, true, &from) != ERR_OK)
		return bad(f, ERR_BAD_ID, ref->from);
	return ref->foreign_id[0] != '\0' || check_ref(f, ref, "text");
}

static bool check_papers(struct fault *f, const Vanthu__V1__PaperQuery *m)
{
	return range(f, m->direction, DIRECTION_OUT, "direction") &&
	       check_months(f, m->from_month, m->to_month, true) &&
	       (m->ref == NULL || check_ref(f, m->ref, "ref"));
}

static bool check_register(struct fault *f, const Vanthu__V1__RegisterQuery *m)
{
	if (field_enum(m->book, VANTHU__V1__BOOK__BOOK_OUT, VANTHU__V1__BOOK__BOOK_FOLLOWUP) !=
	    ERR_OK)
		return bad(f, ERR_USAGE, "book");
	if (m->after_year > UINT16_MAX || (m->after_year == 0 && m->after_number != 0))
		return bad(f, ERR_USAGE, "after_year");
	return check_months(f, m->from_month, m->to_month, false);
}

static bool check_due(struct fault *f, const Vanthu__V1__DueQuery *m)
{
	if (m->soon_days > WORKING_DAYS_MAX)
		return bad(f, ERR_USAGE, "soon_days");
	if (m->sent && (m->person[0] != '\0' || m->unit[0] != '\0'))
		return bad(f, ERR_USAGE, "sent"); /* persons of others are not known here */
	if (m->ref != NULL && !m->sent)
		return bad(f, ERR_USAGE, "ref");
	if (m->ref != NULL && !check_ref(f, m->ref, "ref"))
		return false;
	if (policy_text(m->person, PERSON_MAX, false) != ERR_OK)
		return bad(f, ERR_FIELD, "person");
	return policy_text(m->unit, PERSON_MAX, false) == ERR_OK ? true : bad(f, ERR_FIELD, "unit");
}

static bool check_why(struct fault *f, const Vanthu__V1__WhyQuery *m)
{
	struct committee_id id;

	if (!range(f, m->direction, DIRECTION_OUT, "direction") ||
	    !range(f, m->reason, VANTHU__V1__WHY_REASON__WHY_REASON_NOT_OURS, "reason"))
		return false;
	if (field_id(m->committee, true, &id) != ERR_OK)
		return bad(f, ERR_BAD_ID, m->committee);
	return check_months(f, m->from_month, m->to_month, false);
}

/* ---- paper ---- */

/* `may`: what goes out goes on the day that it is signed. */
static bool check_issued(struct fault *f, const char *issued_on, bool may)
{
	struct month month;

	if (issued_on[0] == '\0')
		return true;
	if (!may)
		return bad(f, ERR_USAGE, "issued_on");
	return date_month(issued_on, &month) ? true : bad(f, ERR_BAD_DATE, "issued_on");
}

static bool check_paper_add(struct fault *f, const Vanthu__V1__PaperAdd *m)
{
	const bool secret = m->secrecy >= (int)SECRECY_MAT,
		   automatic = m->number_template[0] != '\0';
	const struct {
		text_t name, text;
		size_t most_bytes;
		bool wanted;
		enum err why;
	} texts[] = {
		{ "number", m->number, NUMBER_MAX, !automatic, ERR_FIELD },
		{ "subject", m->subject, SUBJECT_MAX, !secret, ERR_FIELD },
		{ "party", m->party, COMMITTEE_NAME_MAX, false, ERR_FIELD },
		{ "signer", m->signer, COMMITTEE_NAME_MAX, false, ERR_FIELD },
		{ "position", m->position, COMMITTEE_NAME_MAX, false, ERR_FIELD },
		{ "competence", m->competence, COMMITTEE_NAME_MAX, false, ERR_FIELD },
		{ "note", m->note, NOTE_MAX, false, ERR_FIELD },
		{ "type_code", m->type_code, TYPE_CODE_MAX, false, ERR_BAD_TYPE },
		{ "type_name", m->type_name, COMMITTEE_NAME_MAX, true, ERR_BAD_TYPE },
	};
	struct month month;

	if (!check_id(f, m->id))
		return false;
	if (m->reply_to != NULL && !check_ref(f, m->reply_to, "reply_to"))
		return false;
	if (field_enum(m->direction, DIRECTION_IN, DIRECTION_OUT) != ERR_OK)
		return bad(f, ERR_USAGE, "direction");
	if (field_enum(m->secrecy, SECRECY_THUONG, SECRECY_TUYET_MAT) != ERR_OK)
		return bad(f, ERR_USAGE, "secrecy");
	if (!check_template(f, m->number_template))
		return false;
	/* Which of the two? And what came in has a number already. */
	if (automatic && (m->number[0] != '\0' || m->direction != (int)DIRECTION_OUT))
		return bad(f, ERR_USAGE, "number_template");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (policy_text(texts[i].text, texts[i].most_bytes, texts[i].wanted) != ERR_OK)
			return bad(f, texts[i].why, texts[i].name);
	}
	if (!date_month(m->date, &month))
		return bad(f, ERR_BAD_DATE, "date");
	return check_issued(f, m->issued_on, m->direction == (int)DIRECTION_IN);
}

/* Of its lines the handler asks one by one. */
static bool check_paper_import(struct fault *f, const Vanthu__V1__PaperImport *m)
{
	return m->n_lines >= 1 && m->n_lines <= IMPORT_LINES_MAX ? true
								 : bad(f, ERR_USAGE, "lines");
}

enum err control_check_paper(const Vanthu__V1__PaperAdd *m, char about[CONTROL_ABOUT_BYTES])
{
	struct fault f = { .why = ERR_OK, .about = about };

	about[0] = '\0';
	(void)check_paper_add(&f, m);
	return f.why;
}

static bool check_paper_cancel(struct fault *f, const Vanthu__V1__PaperCancel *m)
{
	if (!check_ref(f, m->ref, "ref"))
		return false;
	return policy_text(m->reason, SUBJECT_MAX, true) == ERR_OK ? true
								   : bad(f, ERR_FIELD, "reason");
}

static bool check_paper_change(struct fault *f, const Vanthu__V1__PaperChange *m)
{
	struct month month;

	if (!check_ref(f, m->ref, "ref"))
		return false;
	if (policy_text(m->number, NUMBER_MAX, false) != ERR_OK)
		return bad(f, ERR_FIELD, "number");
	if (policy_text(m->subject, SUBJECT_MAX, false) != ERR_OK)
		return bad(f, ERR_FIELD, "subject");
	if (policy_text(m->party, COMMITTEE_NAME_MAX, false) != ERR_OK)
		return bad(f, ERR_FIELD, "party");
	if (policy_text(m->reason, SUBJECT_MAX, false) != ERR_OK)
		return bad(f, ERR_FIELD, "reason");
	/* a code alone does not say the type */
	if (policy_text(m->type_code, TYPE_CODE_MAX, false) != ERR_OK ||
	    policy_text(m->type_name, COMMITTEE_NAME_MAX, m->type_code[0] != '\0') != ERR_OK)
		return bad(f, ERR_BAD_TYPE, "type_name");
	if (m->date[0] != '\0' && !date_month(m->date, &month))
		return bad(f, ERR_BAD_DATE, "date");
	return check_issued(f, m->issued_on, true);
}

static bool check_register_void(struct fault *f, const Vanthu__V1__RegisterVoid *m)
{
	const bool out = m->direction == (int)DIRECTION_OUT,
		   automatic = m->number_template[0] != '\0';
	struct month month;

	if (!check_id(f, m->id))
		return false;
	if (field_enum(m->direction, DIRECTION_IN, DIRECTION_OUT) != ERR_OK)
		return bad(f, ERR_USAGE, "direction");
	if (!check_template(f, m->number_template))
		return false;
	if (automatic && m->number[0] != '\0')
		return bad(f, ERR_USAGE, "number_template");
	if (policy_text(m->number, NUMBER_MAX, !automatic) != ERR_OK)
		return bad(f, ERR_FIELD, "number");
	if (policy_text(m->reason, SUBJECT_MAX, true) != ERR_OK)
		return bad(f, ERR_FIELD, "reason");
	if (policy_text(m->type_code, TYPE_CODE_MAX, false) != ERR_OK ||
	    policy_text(m->type_name, COMMITTEE_NAME_MAX, out) != ERR_OK)
		return bad(f, ERR_BAD_TYPE, "type_name");
	return !out || date_month(m->date, &month) ? true : bad(f, ERR_BAD_DATE, "date");
}

/* ---- the office ---- */

static bool check_office(struct fault *f, const Vanthu__V1__Office *m)
{
	const bool reasoned = m->act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RETURN ||
			      m->act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK ||
			      m->act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_DECLINE,
		   assigns = m->act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ASSIGN,
		   asks = m->act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK,
		   finishes = m->act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_FINISH;
	struct month month;
	struct committee_id id;

	if (!check_ref(f, m->ref, "ref"))
		return false;
	if (office_status_code((enum office_status)m->act)[0] == '\0' ||
	    m->act == (int)OFFICE_ARRIVED)
		return bad(f, ERR_USAGE, "act");
	if (policy_text(m->note, NOTE_MAX, reasoned) != ERR_OK)
		return bad(f, ERR_FIELD, "note");
	if (policy_text(m->person, PERSON_MAX, false) != ERR_OK)
		return bad(f, ERR_FIELD, "person");
	/* what would be ignored is refused */
	if (!assigns && m->to[0] != '\0')
		return bad(f, ERR_USAGE, "to");
	if (policy_text(m->to, PERSON_MAX, assigns) != ERR_OK)
		return bad(f, ERR_FIELD, "to");
	if (m->n_with > (assigns ? WITH_MAX : 0))
		return bad(f, ERR_USAGE, "with");
	for (size_t i = 0; i < m->n_with; i++) {
		if (policy_text(m->with[i], PERSON_MAX, true) != ERR_OK)
			return bad(f, ERR_FIELD, "with");
	}
	if (m->due_on[0] != '\0' && !(assigns && strcmp(m->due_on, "none") == 0) &&
	    (!assigns || !date_month(m->due_on, &month)))
		return bad(f, assigns ? ERR_BAD_DATE : ERR_USAGE, "due_on");
	if (m->n_committees > (asks ? RECIPIENTS_MAX : 0))
		return bad(f, ERR_USAGE, "committees");
	if (m->n_lists > (asks ? LISTS_NAMED_MAX : 0))
		return bad(f, ERR_USAGE, "lists");
	for (size_t i = 0; i < m->n_lists; i++) {
		if (policy_text(m->lists[i], LIST_NAME_MAX, true) != ERR_OK)
			return bad(f, ERR_FIELD, "lists");
	}
	for (size_t i = 0; i < m->n_committees; i++) {
		if (field_id(m->committees[i], false, &id) != ERR_OK)
			return bad(f, ERR_BAD_ID, m->committees[i]);
	}
	if (m->answer != NULL && !finishes)
		return bad(f, ERR_USAGE, "answer");
	return m->answer == NULL || check_ref(f, m->answer, "answer");
}

static bool check_committee(struct fault *f, const char *text, bool empty_too)
{
	struct committee_id id;

	return field_id(text, empty_too, &id) == ERR_OK ? true : bad(f, ERR_BAD_ID, text);
}

static bool check_subtree(struct fault *f, const Vanthu__V1__SubtreeQuery *m)
{
	if (!check_committee(f, m->committee, true))
		return false;
	if (m->whole && !m->by_committee)
		return bad(f, ERR_USAGE, "whole");
	return check_months(f, m->from_month, m->to_month, false);
}

static bool check_declare(struct fault *f, const Vanthu__V1__Declare *m)
{
	struct day day;

	if (policy_text(m->name, DECLARED_NAME_MAX, true) != ERR_OK)
		return bad(f, ERR_FIELD, "name");
	if (policy_text(m->person, PERSON_MAX, false) != ERR_OK)
		return bad(f, ERR_FIELD, "person");
	return date_day(m->as_of, &day) ? true : bad(f, ERR_BAD_DATE, m->as_of);
}

static bool check_changes(struct fault *f, const Vanthu__V1__ChangesQuery *m)
{
	if (m->wait_ms > CHANGES_WAIT_MAX_MS)
		return bad(f, ERR_USAGE, "wait_ms");
	if (m->feed.len != 0 && m->feed.len != 16)
		return bad(f, ERR_USAGE, "feed");
	if ((m->oldest && m->newest) || ((m->oldest || m->newest) && m->since != 0))
		return bad(f, ERR_USAGE, "since");
	if (m->since > INT64_MAX)
		return bad(f, ERR_USAGE, "since");
	for (size_t i = 0; i < m->n_kinds; i++) {
		if (change_kind_named(m->kinds[i]) == CHANGE_NONE)
			return bad(f, ERR_USAGE, m->kinds[i]);
	}
	return true;
}

static bool check_backup(struct fault *f, const Vanthu__V1__BackupWanted *m)
{
	/* control characters would end a line of what is noted of it */
	if (m->folder[0] != '/' || strlen(m->folder) >= CONFIG_PATH_MAX - 64)
		return bad(f, ERR_USAGE, "folder");
	for (const char *p = m->folder; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ')
			return bad(f, ERR_USAGE, "folder");
	}
	return m->keep <= BACKUPS_KEPT_MAX ? true : bad(f, ERR_USAGE, "keep");
}

static bool check_archive_take(struct fault *f, const Vanthu__V1__ArchiveTake *m)
{
	if (m->id.len != sizeof(struct doc_id))
		return bad(f, ERR_BAD_ID, "id");
	if (policy_text(m->archive, ARCHIVE_NAME_MAX, true) != ERR_OK)
		return bad(f, ERR_FIELD, "archive");
	return m->evidence.len == sizeof(struct digest) ? true : bad(f, ERR_USAGE, "evidence");
}

/* What may go, and that one goes. */
static bool check_archive(struct fault *f, const Vanthu__V1__Request *m)
{
	struct day day;

	if (m->what_case == VANTHU__V1__REQUEST__WHAT_ARCHIVE_TAKE)
		return check_archive_take(f, m->archive_take);
	return m->archive->before[0] == '\0' || date_day(m->archive->before, &day)
		       ? true
		       : bad(f, ERR_BAD_DATE, m->archive->before);
}

/* ---- any request ---- */

static bool check(struct fault *f, const Vanthu__V1__Request *m)
{
	switch (m->what_case) {
	case VANTHU__V1__REQUEST__WHAT__NOT_SET:
		return bad(f, ERR_UNSUPPORTED, "");
	case VANTHU__V1__REQUEST__WHAT_SUBMIT:
		return check_submit(f, m->submit);
	case VANTHU__V1__REQUEST__WHAT_STAGE:
		return m->stage->draft == NULL || check_submit(f, m->stage->draft);
	case VANTHU__V1__REQUEST__WHAT_LIST:
		return check_list(f, m->list);
	case VANTHU__V1__REQUEST__WHAT_SHOW:
		return check_show(f, m->show);
	case VANTHU__V1__REQUEST__WHAT_VERIFY:
		return check_ref(f, m->verify, "text");
	case VANTHU__V1__REQUEST__WHAT_EVIDENCE:
		return check_ref(f, m->evidence, "text");
	case VANTHU__V1__REQUEST__WHAT_TRACE:
		return check_ref(f, m->trace, "text");
	case VANTHU__V1__REQUEST__WHAT_THREAD:
		return check_ref(f, m->thread, "text");
	case VANTHU__V1__REQUEST__WHAT_CONTENT:
		return check_ref(f, m->content->ref, "ref");
	case VANTHU__V1__REQUEST__WHAT_PAPER_ADD:
		return check_paper_add(f, m->paper_add);
	case VANTHU__V1__REQUEST__WHAT_PAPER_IMPORT:
		return check_paper_import(f, m->paper_import);
	case VANTHU__V1__REQUEST__WHAT_PAPER_CANCEL:
		return check_paper_cancel(f, m->paper_cancel);
	case VANTHU__V1__REQUEST__WHAT_PAPER_CHANGE:
		return check_paper_change(f, m->paper_change);
	case VANTHU__V1__REQUEST__WHAT_REGISTER_VOID:
		return check_register_void(f, m->register_void);
	case VANTHU__V1__REQUEST__WHAT_OFFICE:
		return check_office(f, m->office);
	case VANTHU__V1__REQUEST__WHAT_DECLARE:
		return check_declare(f, m->declare);
	case VANTHU__V1__REQUEST__WHAT_PAPERS:
		return check_papers(f, m->papers);
	case VANTHU__V1__REQUEST__WHAT_REGISTER:
		return check_register(f, m->register_);
	case VANTHU__V1__REQUEST__WHAT_DUE:
		return check_due(f, m->due);
	case VANTHU__V1__REQUEST__WHAT_TARGET:
		return check_months(f, m->target->from_month, m->target->to_month, false);
	case VANTHU__V1__REQUEST__WHAT_IMPORT:
		return m->import->size_bytes > 0 ? true : bad(f, ERR_USAGE, "size_bytes");
	case VANTHU__V1__REQUEST__WHAT_BACKUP:
		return check_backup(f, m->backup);
	case VANTHU__V1__REQUEST__WHAT_ARCHIVE:
	case VANTHU__V1__REQUEST__WHAT_ARCHIVE_TAKE:
		return check_archive(f, m);
	case VANTHU__V1__REQUEST__WHAT_PING:
		return check_committee(f, m->ping->committee, false);
	case VANTHU__V1__REQUEST__WHAT_SUBTREE:
		return check_subtree(f, m->subtree);
	case VANTHU__V1__REQUEST__WHAT_CHANGES:
		return check_changes(f, m->changes);
	case VANTHU__V1__REQUEST__WHAT_WHY:
		return check_why(f, m->why);
	case VANTHU__V1__REQUEST__WHAT_ASK_REPORT:
		return check_committee(f, m->ask_report->committee, false);
	case VANTHU__V1__REQUEST__WHAT_ASIDE_LIST:
		return check_committee(f, m->aside_list->committee, true);
	case VANTHU__V1__REQUEST__WHAT_QUEUE_LIST:
		return check_committee(f, m->queue_list->committee, true);
	default:
		return true;
	}
}

enum err control_check(const Vanthu__V1__Request *m, char about[CONTROL_ABOUT_BYTES])
{
	struct fault f = { .why = ERR_OK, .about = about };

	about[0] = '\0';
	if (known(&f, &m->base))
		check(&f, m);
	return f.why;
}
