/* See feed_record.h. A kind that a later build wrote is kept as it is: who reads passes it over. */
#include "proto/feed_record.h"

#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"

static void fill(const struct change *c, Vanthu__V1__FeedChange *m)
{
	vanthu__v1__feed_change__init(m);
	m->kind = (uint32_t)c->kind;
	m->what = (uint32_t)c->what;
	m->role = (uint32_t)c->role;
	m->serial = c->serial.n;
	m->committee = (char *)(uintptr_t)c->committee.text;
	m->status = (uint32_t)c->status;
	m->reason = c->reason;
	m->book = (uint32_t)c->line.book;
	m->year = c->line.year;
	m->line = c->line.number;
	m->number = c->number;
	m->secret = c->secret;
	if (c->name != NULL)
		m->name = (char *)(uintptr_t)c->name;
}

enum err feed_record_encode(struct arena *a, const struct record *record, struct blob *out)
{
	const struct rec_feed *r = &record->u.feed;
	Vanthu__V1__FeedRecord m = VANTHU__V1__FEED_RECORD__INIT;
	Vanthu__V1__FeedChange *changes = arena_array(a, r->count, sizeof *changes);

	m.changes = arena_array(a, r->count, sizeof(Vanthu__V1__FeedChange *));
	if (r->count > 0 && (changes == NULL || m.changes == NULL))
		return ERR_NO_MEMORY;
	m.at_ms = r->at_ms;
	m.passed_ms = r->passed_ms;
	m.n_changes = r->count;
	for (uint32_t i = 0; i < r->count; i++) {
		fill(&r->changes[i], &changes[i]);
		m.changes[i] = &changes[i];
	}
	return pb_pack(a, &m.base, out);
}

static enum err read_change(const Vanthu__V1__FeedChange *m, struct change *out)
{
	*out = (struct change){ .kind = (enum change_kind)m->kind,
				.what = (enum change_what)m->what,
				.role = (enum role)m->role,
				.serial = { m->serial },
				.status = (enum office_status)m->status,
				.reason = m->reason,
				.line = { .book = (enum book)m->book,
					  .year = (uint16_t)m->year,
					  .number = m->line },
				.number = m->number,
				.secret = m->secret,
				.name = m->name };
	return m->year > UINT16_MAX ? ERR_FORMAT : field_id(m->committee, true, &out->committee);
}

enum err feed_record_decode(struct arena *a, struct blob bytes, struct record *record)
{
	enum err e;
	const Vanthu__V1__FeedRecord *m =
	    pb_unpack(a, &vanthu__v1__feed_record__descriptor, bytes, &e);
	struct change *changes;

	if (m == NULL)
		return e;
	changes = arena_array(a, m->n_changes, sizeof *changes);
	if (m->n_changes == 0 || m->n_changes > FEED_ROW_MAX)
		return ERR_FORMAT; /* no turn writes such a record, and its numbers are unknown */
	if (changes == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < m->n_changes; i++)
		e = read_change(m->changes[i], &changes[i]);
	record->u.feed = (struct rec_feed){ .at_ms = m->at_ms,
					    .passed_ms = m->passed_ms,
					    .changes = changes,
					    .count = (uint32_t)m->n_changes };
	return e;
}
