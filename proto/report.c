/* See report.h. */
#include "proto/report.h"

#include <string.h>

#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"
#include "routing/base/arena.h"
#include "routing/state/record.h"

/* protobuf-c packs from char *, and does not write to it. */
static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* ---- packing ---- */

static bool is_text(const char *a, const char *b)
{
	return a == b || strcmp(a, b) == 0;
}

/* Which of the types it is, from 1; 0: of none. By its texts, which rows that were read have too.
 * Types are appended as they come, at most one a row. */
static uint32_t type_index(Vanthu__V1__ReportBody *m, const struct report_row *row,
			   Vanthu__V1__ReportType *space)
{
	char *code = text(row->type_code), *name = text(row->type_name);

	if (code[0] == '\0' && name[0] == '\0')
		return 0;
	for (uint32_t i = 0; i < m->n_types; i++) {
		if (is_text(space[i].code, code) && is_text(space[i].name, name))
			return i + 1;
	}
	vanthu__v1__report_type__init(&space[m->n_types]);
	space[m->n_types].code = code;
	space[m->n_types].name = name;
	m->types[m->n_types] = &space[m->n_types];
	return (uint32_t)++m->n_types;
}

static enum err pack_rows(struct arena *a, const struct report *r, Vanthu__V1__ReportBody *m)
{
	Vanthu__V1__ReportRow *rows = arena_array(a, r->row_count, sizeof *rows);
	Vanthu__V1__ReportType *types = arena_array(a, r->row_count, sizeof *types);

	m->rows = arena_array(a, r->row_count, sizeof *m->rows);
	m->types = arena_array(a, r->row_count, sizeof *m->types);
	if (rows == NULL || types == NULL || m->rows == NULL || m->types == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->row_count; i++) {
		const struct report_row *row = &r->rows[i];

		vanthu__v1__report_row__init(&rows[i]);
		rows[i].month = row->at.month.n;
		rows[i].direction = (uint32_t)row->at.direction;
		rows[i].since = row->at.since;
		rows[i].type = type_index(m, row, types);
#define SET(count_name) rows[i].count_name = row->count.count_name;
		TARGET_COUNTS(SET)
#undef SET
		m->rows[m->n_rows++] = &rows[i];
	}
	return ERR_OK;
}

static enum err pack_exchanges(struct arena *a, const struct report *r, Vanthu__V1__ReportBody *m)
{
	Vanthu__V1__ReportExchange *each = arena_array(a, r->exchange_count, sizeof *each);

	m->exchanges = arena_array(a, r->exchange_count, sizeof *m->exchanges);
	if (each == NULL || m->exchanges == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->exchange_count; i++) {
		const struct report_exchange *x = &r->exchanges[i];

		vanthu__v1__report_exchange__init(&each[i]);
		each[i].with = text(x->with.text);
		each[i].direction = (uint32_t)x->direction;
		each[i].ids = field_bytes(x->ids, x->id_count * sizeof *x->ids);
		m->exchanges[m->n_exchanges++] = &each[i];
	}
	return ERR_OK;
}

static void pack_declaration(const struct declaration *d, Vanthu__V1__Declaration *out)
{
	vanthu__v1__declaration__init(out);
	out->name = text(d->name);
	out->done = d->done;
	out->all = d->all;
	out->as_of = text(d->as_of);
	out->person = text(d->person);
	out->at_ms = d->at_ms;
}

static enum err pack_declared(struct arena *a, const struct report *r, Vanthu__V1__ReportBody *m)
{
	Vanthu__V1__Declaration *each = arena_array(a, r->declared_count, sizeof *each);

	m->declared = arena_array(a, r->declared_count, sizeof *m->declared);
	m->excluded = arena_array(a, r->excluded_count, sizeof *m->excluded);
	if (each == NULL || m->declared == NULL || m->excluded == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->declared_count; i++) {
		pack_declaration(&r->declared[i], &each[i]);
		m->declared[m->n_declared++] = &each[i];
	}
	for (uint32_t i = 0; i < r->excluded_count; i++)
		m->excluded[m->n_excluded++] = text(r->excluded[i]);
	return ERR_OK;
}

enum err report_pack(struct arena *a, const struct report *r, struct blob *out)
{
	Vanthu__V1__ReportBody m = VANTHU__V1__REPORT_BODY__INIT;
	enum err e;

	m.asks = r->asks;
	m.from_month = r->from.n;
	m.to_month = r->to.n;
	m.as_of_ms = r->as_of_ms;
	m.exchanged_since_ms = r->exchanged_since_ms;
	m.exchanged_before_ms = r->exchanged_before_ms;
	e = pack_rows(a, r, &m);
	if (e == ERR_OK)
		e = pack_exchanges(a, r, &m);
	if (e == ERR_OK)
		e = pack_declared(a, r, &m);
	return e == ERR_OK ? pb_pack(a, &m.base, out) : e;
}

/* ---- reading ---- */

static enum err read_row(const Vanthu__V1__ReportBody *m, const Vanthu__V1__ReportRow *from,
			 struct report_row *out)
{
	if (from->month < m->from_month || from->month > m->to_month ||
	    from->type > m->n_types ||
	    (from->direction != DIRECTION_IN && from->direction != DIRECTION_OUT))
		return ERR_FORMAT;
	*out = (struct report_row){ .at = { .month = { (uint16_t)from->month },
					    .direction = (enum direction)from->direction,
					    .since = from->since },
				    .type_code = "",
				    .type_name = "" };
	if (from->type != 0) {
		out->type_code = m->types[from->type - 1]->code;
		out->type_name = m->types[from->type - 1]->name;
	}
#define GET(count_name) out->count.count_name = from->count_name;
	TARGET_COUNTS(GET)
#undef GET
	return ERR_OK;
}

static enum err read_rows(struct arena *a, const Vanthu__V1__ReportBody *m, struct report *out)
{
	struct report_row *rows;
	text_t ignored;
	enum err e = ERR_OK;

	if (m->n_rows > REPORT_ROWS_MAX || m->n_types > REPORT_TYPES_MAX ||
	    m->to_month > UINT16_MAX || m->from_month > m->to_month)
		return ERR_FORMAT;
	for (size_t i = 0; i < m->n_types && e == ERR_OK; i++) {
		e = field_text(m->types[i]->code, TYPE_CODE_MAX, &ignored);
		if (e == ERR_OK)
			e = field_text(m->types[i]->name, COMMITTEE_NAME_MAX, &ignored);
	}
	rows = arena_array(a, m->n_rows, sizeof *rows);
	if (rows == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_rows && e == ERR_OK; i++)
		e = read_row(m, m->rows[i], &rows[i]);
	out->rows = rows;
	out->row_count = (uint32_t)m->n_rows;
	return e;
}

static enum err read_exchange(struct arena *a, const Vanthu__V1__ReportExchange *from,
			      struct report_exchange *out)
{
	struct doc_id *ids = arena_array(a, from->ids.len / sizeof *ids, sizeof *ids);
	enum err e = field_id(from->with, false, &out->with);

	if (ids == NULL)
		return ERR_NO_MEMORY;
	if (e != ERR_OK || from->ids.len % sizeof *ids != 0 ||
	    (from->direction != DIRECTION_IN && from->direction != DIRECTION_OUT))
		return ERR_FORMAT;
	if (from->ids.len > 0)
		memcpy(ids, from->ids.data, from->ids.len);
	out->direction = (enum direction)from->direction;
	out->ids = ids;
	out->id_count = (uint32_t)(from->ids.len / sizeof *ids);
	for (uint32_t i = 1; i < out->id_count; i++) {
		if (memcmp(&ids[i - 1], &ids[i], sizeof *ids) >= 0)
			return ERR_FORMAT;
	}
	return ERR_OK;
}

static enum err read_exchanges(struct arena *a, const Vanthu__V1__ReportBody *m,
			       struct report *out)
{
	struct report_exchange *each;
	uint64_t ids = 0;
	enum err e = ERR_OK;

	if (m->n_exchanges > REPORT_EXCHANGES_MAX)
		return ERR_FORMAT;
	each = arena_array(a, m->n_exchanges, sizeof *each);
	if (each == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_exchanges && e == ERR_OK; i++) {
		e = read_exchange(a, m->exchanges[i], &each[i]);
		ids += e == ERR_OK ? each[i].id_count : 0;
	}
	out->exchanges = each;
	out->exchange_count = (uint32_t)m->n_exchanges;
	return e == ERR_OK && ids > REPORT_IDS_MAX ? ERR_FORMAT : e;
}

static enum err read_declaration(const Vanthu__V1__Declaration *m, struct declaration *out)
{
	enum err e = field_text(m->name, DECLARED_NAME_MAX, &out->name);

	out->done = m->done;
	out->all = m->all;
	out->at_ms = m->at_ms;
	if (e == ERR_OK)
		e = field_date(m->as_of, &out->as_of);
	if (e == ERR_OK)
		e = field_text(m->person, PERSON_MAX, &out->person);
	return e == ERR_OK && (m->name[0] == '\0' || m->as_of[0] == '\0') ? ERR_FORMAT : e;
}

static enum err read_declared(struct arena *a, const Vanthu__V1__ReportBody *m,
			      struct report *out)
{
	struct declaration *each;
	text_t *excluded;
	enum err e = ERR_OK;

	if (m->n_declared > DECLARED_MAX || m->n_excluded > EXCLUDED_MAX)
		return ERR_FORMAT;
	each = arena_array(a, m->n_declared, sizeof *each);
	excluded = arena_array(a, m->n_excluded, sizeof *excluded);
	if (each == NULL || excluded == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_declared && e == ERR_OK; i++)
		e = read_declaration(m->declared[i], &each[i]);
	for (size_t i = 0; i < m->n_excluded && e == ERR_OK; i++)
		e = field_text(m->excluded[i], COMMITTEE_NAME_MAX, &excluded[i]);
	out->declared = each;
	out->declared_count = (uint32_t)m->n_declared;
	out->excluded = excluded;
	out->excluded_count = (uint32_t)m->n_excluded;
	return e;
}

enum err report_unpack(struct arena *a, struct blob bytes, struct report *out)
{
	enum err e;
	const Vanthu__V1__ReportBody *m =
		pb_unpack(a, &vanthu__v1__report_body__descriptor, bytes, &e);

	*out = (struct report){ .asks = false };
	if (m == NULL)
		return e;
	out->asks = m->asks;
	out->from.n = (uint16_t)m->from_month;
	out->to.n = (uint16_t)m->to_month;
	out->as_of_ms = m->as_of_ms;
	out->exchanged_since_ms = m->exchanged_since_ms;
	out->exchanged_before_ms = m->exchanged_before_ms;
	e = read_rows(a, m, out);
	if (e == ERR_OK)
		e = read_exchanges(a, m, out);
	return e == ERR_OK ? read_declared(a, m, out) : e;
}

/* ---- stored ---- */

static void pack_again(const struct rec_report *r, Vanthu__V1__ReportsAgainRecord *out)
{
	vanthu__v1__reports_again_record__init(out);
	out->refused_signed_at_ms = r->refused_signed_at_ms;
	out->refused_digest = field_bytes(r->refused_digest.bytes, sizeof r->refused_digest.bytes);
	out->count = r->again;
	out->through = text(r->again_through.text);
	out->at_ms = r->again_at_ms;
}

enum err report_record_encode(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_report *r = &record->u.report;
	Vanthu__V1__ReportRecord m = VANTHU__V1__REPORT_RECORD__INIT;
	Vanthu__V1__ReportsAgainRecord again;
	Vanthu__V1__UnfitRecord *unfit = arena_array(a, r->unfit_count, sizeof *unfit);
	struct blob summary;
	enum err e = report_pack(a, &r->summary, &summary);

	m.unfit = arena_array(a, r->unfit_count, sizeof *m.unfit);
	if (unfit == NULL || m.unfit == NULL)
		return ERR_NO_MEMORY;
	if (e != ERR_OK)
		return e;
	m.envelope = field_bytes(r->envelope.data, r->envelope.len_bytes);
	m.signed_at_ms = r->signed_at_ms;
	m.taken_at_ms = r->taken_at_ms;
	m.summary = field_bytes(summary.data, summary.len_bytes);
	m.refused = r->refused;
	m.refused_why = (uint32_t)r->refused_why;
	m.refused_at_ms = r->refused_at_ms;
	pack_again(r, &again);
	m.again = &again;
	m.unfit_all = r->unfit_all;
	m.checked_at_ms = r->checked_at_ms;
	for (uint32_t i = 0; i < r->unfit_count; i++) {
		vanthu__v1__unfit_record__init(&unfit[i]);
		unfit[i].why = (uint32_t)r->unfit[i].why;
		unfit[i].direction = (uint32_t)r->unfit[i].direction;
		unfit[i].id = field_bytes(r->unfit[i].id.bytes, sizeof r->unfit[i].id.bytes);
		m.unfit[m.n_unfit++] = &unfit[i];
	}
	return pb_pack(a, &m.base, out);
}

static enum err read_unfit(struct arena *a, const Vanthu__V1__ReportRecord *m,
			   struct rec_report *out)
{
	struct report_unfit *unfit = arena_array(a, m->n_unfit, sizeof *unfit);
	enum err e = ERR_OK;

	if (unfit == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_unfit && e == ERR_OK; i++) {
		unfit[i].why = (enum unfit_why)m->unfit[i]->why;
		unfit[i].direction = (enum direction)m->unfit[i]->direction;
		e = field_fixed(m->unfit[i]->id, unfit[i].id.bytes, sizeof unfit[i].id.bytes);
	}
	out->unfit = unfit;
	out->unfit_count = (uint32_t)m->n_unfit;
	out->unfit_all = m->unfit_all;
	return e;
}

/* NULL: a record of before it was kept. */
static enum err read_again(const Vanthu__V1__ReportsAgainRecord *m, struct rec_report *out)
{
	enum err e;

	if (m == NULL)
		return ERR_OK;
	out->refused_signed_at_ms = m->refused_signed_at_ms;
	out->again = m->count;
	out->again_at_ms = m->at_ms;
	e = field_optional(m->refused_digest, out->refused_digest.bytes,
			   sizeof out->refused_digest.bytes);
	return e == ERR_OK ? field_id(m->through, true, &out->again_through) : e;
}

enum err report_record_decode(struct arena *a, struct blob bytes, struct record *record)
{
	struct rec_report *out = &record->u.report;
	enum err e;
	const Vanthu__V1__ReportRecord *m =
		pb_unpack(a, &vanthu__v1__report_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	*out = (struct rec_report){ .envelope = field_blob(m->envelope),
				    .signed_at_ms = m->signed_at_ms,
				    .taken_at_ms = m->taken_at_ms,
				    .refused = m->refused,
				    .refused_why = (enum err)m->refused_why,
				    .refused_at_ms = m->refused_at_ms,
				    .checked_at_ms = m->checked_at_ms };
	e = read_again(m->again, out);
	if (e == ERR_OK)
		e = report_unpack(a, field_blob(m->summary), &out->summary);
	return e == ERR_OK ? read_unfit(a, m, out) : e;
}

enum err report_record_encode_figures(struct arena *a, const struct record *record,
				      struct blob *out)
{
	const struct rec_figures *r = &record->u.figures;
	Vanthu__V1__FiguresRecord m = VANTHU__V1__FIGURES_RECORD__INIT;
	struct blob figures;
	enum err e = report_pack(a, &r->figures, &figures);

	if (e != ERR_OK)
		return e;
	m.signed_at_ms = r->signed_at_ms;
	m.figures = field_bytes(figures.data, figures.len_bytes);
	return pb_pack(a, &m.base, out);
}

enum err report_record_decode_figures(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__FiguresRecord *m =
		pb_unpack(a, &vanthu__v1__figures_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	record->u.figures = (struct rec_figures){ .signed_at_ms = m->signed_at_ms };
	return report_unpack(a, field_blob(m->figures), &record->u.figures.figures);
}

enum err report_record_encode_declared(struct arena *a, const struct record *record,
				       struct blob *out)
{
	const struct declaration *said = &record->u.declared.said;
	Vanthu__V1__DeclaredRecord m = VANTHU__V1__DECLARED_RECORD__INIT;

	m.name = text(said->name);
	m.done = said->done;
	m.all = said->all;
	m.as_of = text(said->as_of);
	m.person = text(said->person);
	m.at_ms = said->at_ms;
	m.uid = record->u.declared.uid;
	return pb_pack(a, &m.base, out);
}

enum err report_record_decode_declared(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__DeclaredRecord *m =
		pb_unpack(a, &vanthu__v1__declared_record__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	record->u.declared = (struct rec_declared){ .said = { .name = m->name,
							      .done = m->done,
							      .all = m->all,
							      .as_of = m->as_of,
							      .person = m->person,
							      .at_ms = m->at_ms },
						    .uid = m->uid };
	return m->name[0] != '\0' ? ERR_OK : ERR_FORMAT;
}
