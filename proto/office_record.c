/* See office_record.h. */
#include "proto/office_record.h"

#include <string.h>

#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

static ProtobufCBinaryData id_or_none(const struct doc_id *id)
{
	return field_bytes(id->bytes, doc_id_valid(id) ? sizeof id->bytes : 0);
}

enum err office_record_encode_work(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_work *r = &record->u.work;
	Vanthu__V1__WorkRecord m = VANTHU__V1__WORK_RECORD__INIT;

	m.work = (uint32_t)r->stand.work;
	m.recall = (uint32_t)r->stand.recall;
	m.n = r->n;
	m.book = (uint32_t)r->line.book;
	m.year = r->line.year;
	m.number = r->line.number;
	m.accepted_at_ms = r->accepted_at_ms;
	m.finished_at_ms = r->finished_at_ms;
	m.since_ms = r->since_ms;
	m.to = text(r->to);
	m.n_with = r->with_count;
	m.with = arena_array(a, r->with_count, sizeof *m.with);
	if (m.with == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->with_count; i++)
		m.with[i] = text(r->with[i]);
	m.due_on = text(r->due_on);
	m.note = text(r->note);
	m.person = text(r->person);
	m.answer = id_or_none(&r->answer);
	m.recall_reason = text(r->recall_reason);
	m.asks = (uint32_t)r->stand.asks;
	m.request = id_or_none(&r->request);
	m.replaced_by = id_or_none(&r->replaced_by);
	return pb_pack(a, &m.base, out);
}

static enum err read_with(struct arena *a, const Vanthu__V1__WorkRecord *m, struct rec_work *out)
{
	text_t *with;

	if (m->n_with > WITH_MAX)
		return ERR_FORMAT;
	with = arena_array(a, m->n_with, sizeof *with);
	for (size_t i = 0; with != NULL && i < m->n_with; i++)
		with[i] = m->with[i];
	out->with = with;
	out->with_count = (uint32_t)m->n_with;
	return with == NULL ? ERR_NO_MEMORY : ERR_OK;
}

enum err office_record_decode_work(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_work *out = &record->u.work;
	enum err e;
	const Vanthu__V1__WorkRecord *m =
		pb_unpack(a, &vanthu__v1__work_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_work){ .stand = { (enum office_status)m->work,
					     (enum office_status)m->recall,
					     (enum business)m->asks,
					     m->replaced_by.len > 0 },
				  .n = m->n,
				  .line = { .book = (enum book)m->book,
					    .year = (uint16_t)m->year,
					    .number = m->number },
				  .accepted_at_ms = m->accepted_at_ms,
				  .finished_at_ms = m->finished_at_ms,
				  .since_ms = m->since_ms,
				  .to = m->to,
				  .due_on = m->due_on,
				  .note = m->note,
				  .person = m->person,
				  .recall_reason = m->recall_reason };
	if (m->work > OFFICE_FINISHED || m->recall > OFFICE_RECALL_DECLINED ||
	    m->asks > BUSINESS_REPLACE || m->book >= BOOK_COUNT || m->year > UINT16_MAX ||
	    (m->number != 0) != (m->book != BOOK_NONE))
		return ERR_FORMAT;
	e = field_optional(m->answer, out->answer.bytes, sizeof out->answer.bytes);
	if (e == ERR_OK)
		e = field_optional(m->request, out->request.bytes, sizeof out->request.bytes);
	if (e == ERR_OK)
		e = field_optional(m->replaced_by, out->replaced_by.bytes,
				   sizeof out->replaced_by.bytes);
	return e == ERR_OK ? read_with(a, m, out) : e;
}

enum err office_record_encode_status(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_status *r = &record->u.status;
	Vanthu__V1__StatusRecord m = VANTHU__V1__STATUS_RECORD__INIT;

	m.envelope = field_bytes(r->envelope.bytes.data, r->envelope.bytes.len_bytes);
	m.code = text(r->code);
	m.at_ms = r->at_ms;
	m.uid = r->uid;
	m.note = text(r->note);
	m.n = r->status.n;
	m.arrival = r->status.arrival;
	m.person = text(r->status.person);
	m.due_on = text(r->status.due_on);
	m.answer = id_or_none(&r->status.answer);
	m.request = id_or_none(&r->status.request);
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_status(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_status *out = &record->u.status;
	enum err e;
	const Vanthu__V1__StatusRecord *m =
		pb_unpack(a, &vanthu__v1__status_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_status){ .envelope = { .bytes = field_blob(m->envelope) },
				    .at_ms = m->at_ms,
				    .uid = m->uid,
				    .note = m->note,
				    .status = { .n = m->n,
						.arrival = m->arrival,
						.person = m->person,
						.due_on = m->due_on } };
	if (strlen(m->code) != sizeof out->code - 1)
		return ERR_FORMAT;
	memcpy(out->code, m->code, strlen(m->code));
	e = field_optional(m->answer, out->status.answer.bytes, sizeof out->status.answer.bytes);
	return e == ERR_OK ? field_optional(m->request, out->status.request.bytes,
					    sizeof out->status.request.bytes)
			   : e;
}

enum err office_record_encode_line(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_line *r = &record->u.line;
	Vanthu__V1__LineRecord m = VANTHU__V1__LINE_RECORD__INIT;

	m.kind = (uint32_t)r->kind;
	m.role = (uint32_t)r->role;
	m.serial = r->serial.n;
	m.status = (uint32_t)r->status;
	m.at_ms = r->at_ms;
	m.uid = r->uid;
	m.person = text(r->person);
	m.note = text(r->note);
	m.business = (uint32_t)r->business;
	m.newer = text(r->newer);
	m.office = (char *)(uintptr_t)r->office.text;
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_line(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_line *out = &record->u.line;
	enum err e;
	const Vanthu__V1__LineRecord *m =
		pb_unpack(a, &vanthu__v1__line_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_line){ .kind = (enum line_kind)m->kind,
				  .role = (enum role)m->role,
				  .serial = { m->serial },
				  .status = (enum office_status)m->status,
				  .at_ms = m->at_ms,
				  .uid = m->uid,
				  .person = m->person,
				  .note = m->note,
				  .business = (enum business)m->business,
				  .newer = m->newer };
	e = field_id(m->office, true, &out->office);
	if (e == ERR_OK)
		e = field_enum(m->business, BUSINESS_NONE, BUSINESS_REPLACE);
	return e == ERR_OK ? field_enum(m->kind, LINE_ENTRY, LINE_VOID) : e;
}

enum err office_record_encode_series(struct arena *a, const struct record *record,
				     struct blob *out)
{
	Vanthu__V1__SeriesRecord m = VANTHU__V1__SERIES_RECORD__INIT;

	m.last = record->u.series.last;
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_series(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__SeriesRecord *m =
		pb_unpack(a, &vanthu__v1__series_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	record->u.series.last = m->last;
	return m->last != 0 ? ERR_OK : ERR_FORMAT;
}

enum err office_record_encode_open(struct arena *a, const struct record *record, struct blob *out)
{
	Vanthu__V1__OpenRecord m = VANTHU__V1__OPEN_RECORD__INIT;

	m.soon_at_ms = record->u.open.soon_at_ms;
	m.late_at_ms = record->u.open.late_at_ms;
	m.done = record->u.open.done;
	m.up_at_ms = record->u.open.up_at_ms;
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_open(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__OpenRecord *m =
		pb_unpack(a, &vanthu__v1__open_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	record->u.open = (struct rec_open){ .soon_at_ms = m->soon_at_ms,
					    .late_at_ms = m->late_at_ms,
					    .done = m->done,
					    .up_at_ms = m->up_at_ms };
	return ERR_OK;
}

enum err office_record_encode_gone(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_gone *g = &record->u.gone;
	Vanthu__V1__GoneRecord m = VANTHU__V1__GONE_RECORD__INIT;

	m.from = (char *)(uintptr_t)g->from.text;
	m.at_ms = g->at_ms;
	m.role = (uint32_t)g->role;
	m.secrecy = (uint32_t)g->secrecy;
	m.number = (char *)(uintptr_t)g->number;
	m.issued_on = (char *)(uintptr_t)g->issued_on;
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_gone(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__GoneRecord *m =
		pb_unpack(a, &vanthu__v1__gone_record__descriptor, bytes, &e);
	struct rec_gone *g = &record->u.gone;

	if (m == NULL)
		return e;
	*g = (struct rec_gone){ .at_ms = m->at_ms,
				.role = (enum role)m->role,
				.secrecy = (enum secrecy)m->secrecy };
	e = field_id(m->from, false, &g->from);
	if (e == ERR_OK)
		e = field_enum(m->secrecy, SECRECY_THUONG, SECRECY_TUYET_MAT);
	if (e == ERR_OK)
		e = field_text(m->number, NUMBER_MAX, &g->number);
	if (e == ERR_OK)
		e = field_text(m->issued_on, DATE_MAX, &g->issued_on);
	return e;
}

enum err office_record_encode_accepted(struct arena *a, const struct record *record,
				       struct blob *out)
{
	const struct rec_accepted *r = &record->u.accepted;
	Vanthu__V1__AcceptedRecord m = VANTHU__V1__ACCEPTED_RECORD__INIT;

	m.at_ms = r->at_ms;
	m.uid = r->uid;
	m.reason = (char *)(uintptr_t)(r->reason == NULL ? "" : r->reason);
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_accepted(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__AcceptedRecord *m =
		pb_unpack(a, &vanthu__v1__accepted_record__descriptor, bytes, &e);
	struct rec_accepted *r = &record->u.accepted;

	if (m == NULL)
		return e;
	*r = (struct rec_accepted){ .at_ms = m->at_ms, .uid = m->uid };
	return m->at_ms == 0 ? ERR_FORMAT : field_text(m->reason, NOTE_MAX, &r->reason);
}

enum err office_record_encode_told(struct arena *a, const struct record *record, struct blob *out)
{
	Vanthu__V1__ToldRecord m = VANTHU__V1__TOLD_RECORD__INIT;

	m.asked = record->u.told.asked;
	m.unsent = record->u.told.unsent;
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_told(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__ToldRecord *m =
		pb_unpack(a, &vanthu__v1__told_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	record->u.told = (struct rec_told){ .asked = m->asked, .unsent = m->unsent };
	return m->asked != 0 || m->unsent != 0 ? ERR_OK : ERR_FORMAT;
}

enum err office_record_encode_early(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_early *r = &record->u.early;
	Vanthu__V1__EarlyRecord m = VANTHU__V1__EARLY_RECORD__INIT;

	m.envelope = field_bytes(r->status.envelope.bytes.data, r->status.envelope.bytes.len_bytes);
	m.digest = field_bytes(r->digest.bytes, sizeof r->digest.bytes);
	m.at_ms = r->status.at_ms;
	m.note = text(r->status.note);
	m.person = text(r->status.status.person);
	m.n = r->status.status.n;
	m.since_ms = r->since_ms;
	return pb_pack(a, &m.base, out);
}

enum err office_record_decode_early(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_early *out = &record->u.early;
	enum err e;
	const Vanthu__V1__EarlyRecord *m =
		pb_unpack(a, &vanthu__v1__early_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_early){ .status = { .envelope = { .bytes = field_blob(m->envelope) },
					       .code = "13",
					       .at_ms = m->at_ms,
					       .note = m->note,
					       .status = { .n = m->n,
							   .person = m->person,
							   .due_on = "" } },
				   .since_ms = m->since_ms };
	return field_fixed(m->digest, out->digest.bytes, sizeof out->digest.bytes);
}
