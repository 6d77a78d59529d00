/* What a plan takes of the store when it is committed: a bound, so that room is part of every
 * decision; see plan_cost.h. */
#include "routing/state/plan_cost.h"

#include <string.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/state/history.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum {
	PAGE_BYTES = 4096,
	PAGES_A_WRITE = 2,          /* the page that it lands on, copied and perhaps split */
	RECORD_BYTES = 512,         /* what has no part that grows */
	COMMITTEE_BYTES = 48,       /* an id as it is stored, with what goes along */
	MANIFEST_BYTES = NAME_MAX_BYTES + 128,
	FIGURES_ROW_BYTES = 160,
	UNFIT_BYTES = 32,
	AGAIN_BYTES = 3 * 16 + sizeof(struct digest) + COMMITTEE_BYTES,
};

static uint64_t blobs(const struct blob *list, uint32_t count)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		n += list[i].len_bytes + 8;
	return n;
}

static uint64_t sealed_bytes(const struct sealed *s)
{
	return s->draft != 0 ? ENVELOPE_MAX_BYTES : s->bytes.len_bytes; /* not sealed yet */
}

/* A fact of ours, which may not be sealed yet: a report of figures says how large it may be. */
static uint64_t fact_bytes(const struct rec_stream *s)
{
	if (s->fact.draft == 0)
		return s->fact.bytes.len_bytes;
	return s->size_bytes > FACT_DRAFT_MAX_BYTES ? s->size_bytes : FACT_DRAFT_MAX_BYTES;
}

static uint64_t status_bytes(const struct sealed *s)
{
	return s->draft != 0 ? FACT_DRAFT_MAX_BYTES : s->bytes.len_bytes;
}

static uint64_t lists_bytes(text_t lists)
{
	return lists == NULL || lists[0] == '\0' ? 0 : LISTS_NAMED_MAX * (LIST_NAME_MAX + 1);
}

/* What others sign may have the largest of all numbers, and texts that each row has anew. */
static uint64_t report_bytes(const struct report *r)
{
	uint64_t n = (uint64_t)r->declared_count * REPORT_DECLARED_BYTES;

	for (uint32_t i = 0; i < r->row_count; i++)
		n += FIGURES_ROW_BYTES + strlen(r->rows[i].type_code) +
		     strlen(r->rows[i].type_name);
	for (uint32_t i = 0; i < r->exchange_count; i++)
		n += COMMITTEE_BYTES + (uint64_t)r->exchanges[i].id_count * sizeof(struct doc_id);
	for (uint32_t i = 0; i < r->excluded_count; i++)
		n += strlen(r->excluded[i]) + 8;
	return n;
}

static uint64_t feed_bytes(const struct rec_feed *r)
{
	uint64_t n = (uint64_t)FEED_CHANGE_BYTES * r->count;

	for (uint32_t i = 0; i < r->count; i++)
		n += r->changes[i].name == NULL ? 0 : strlen(r->changes[i].name);
	return n;
}

/* Of the records office and its figures, and of what was done. */
static uint64_t office_bytes(const struct record *r)
{
	switch (r->family) {
	case FAMILY_PAPER:
		return 4 * SUBJECT_MAX + 3 * COMMITTEE_NAME_MAX + COMMITTEE_BYTES +
		       (r->u.paper.note == NULL ? 0 : strlen(r->u.paper.note));
	case FAMILY_WORK:
		return 3 * SUBJECT_MAX + (uint64_t)PERSON_MAX * (r->u.work.with_count + 2);
	case FAMILY_STATUS:
		return status_bytes(&r->u.status.envelope) + NOTE_MAX + PERSON_MAX;
	case FAMILY_EARLY:
		return r->u.early.status.envelope.bytes.len_bytes + NOTE_MAX + PERSON_MAX;
	case FAMILY_GONE:
		return NUMBER_MAX + DATE_MAX + 2 * COMMITTEE_BYTES;
	case FAMILY_ACCEPTED:
		return NOTE_MAX;
	case FAMILY_COUNTER:
		return TYPE_CODE_MAX + COMMITTEE_NAME_MAX;
	case FAMILY_LINE:
		return NOTE_MAX + PERSON_MAX + NUMBER_MAX + COMMITTEE_BYTES;
	case FAMILY_REPORT:
		return r->u.report.envelope.len_bytes + report_bytes(&r->u.report.summary) +
		       AGAIN_BYTES + r->u.report.unfit_count * UNFIT_BYTES;
	case FAMILY_FIGURES:
		return report_bytes(&r->u.figures.figures);
	case FAMILY_DECLARED:
		return REPORT_DECLARED_BYTES;
	case FAMILY_FEED:
		return feed_bytes(&r->u.feed);
	case FAMILY_HISTORY:
		return r->u.history.line.len_bytes;
	default: /* growing asks of no other */
		return 0;
	}
}

static uint64_t document_bytes(const struct rec_document *d)
{
	return SUBJECT_MAX + 3 * COMMITTEE_NAME_MAX + lists_bytes(d->lists) +
	       (uint64_t)COMMITTEE_BYTES * (d->recipients_len + d->target_count + d->also_count) +
	       (uint64_t)MANIFEST_BYTES * d->manifest_count;
}

/* The parts of a record that grow with what it says. */
static uint64_t growing(const struct record *r)
{
	switch (r->family) {
	case FAMILY_META:
		return r->u.note.bytes.len_bytes;
	case FAMILY_DOCUMENT:
		return document_bytes(&r->u.document);
	case FAMILY_ACT:
		return r->u.act.person == NULL ? 0 : strlen(r->u.act.person);
	case FAMILY_ENVELOPE:
		return sealed_bytes(&r->u.envelope.envelope) +
		       blobs(r->u.envelope.relays, r->u.envelope.relay_count);
	case FAMILY_RELAY:
		return r->u.relay.envelope.draft != 0 ? RELAY_RECORD_MAX_BYTES
						      : r->u.relay.envelope.bytes.len_bytes;
	case FAMILY_ROUTE:
		return (uint64_t)COMMITTEE_BYTES * r->u.route.count;
	case FAMILY_RECEIPT:
		return sealed_bytes(&r->u.receipt.envelope) + RULE_MAX +
		       blobs(r->u.receipt.relays, r->u.receipt.relay_count);
	case FAMILY_STREAM:
		return fact_bytes(&r->u.stream) +
		       (uint64_t)COMMITTEE_BYTES * r->u.stream.target_count +
		       blobs(r->u.stream.relays, r->u.stream.relay_count);
	case FAMILY_COMMITTEE:
	case FAMILY_STAGED:
		return r->u.committee.entry.len_bytes;
	case FAMILY_DIRECTORY:
		return r->u.directory.head.len_bytes;
	case FAMILY_ASIDE:
		return r->u.aside.envelope.len_bytes +
		       (uint64_t)COMMITTEE_BYTES * r->u.aside.target_count +
		       blobs(r->u.aside.relays, r->u.aside.relay_count);
	case FAMILY_PAPER:
	case FAMILY_WORK:
	case FAMILY_STATUS:
	case FAMILY_EARLY:
	case FAMILY_GONE:
	case FAMILY_ACCEPTED:
	case FAMILY_COUNTER:
	case FAMILY_LINE:
	case FAMILY_REPORT:
	case FAMILY_FIGURES:
	case FAMILY_DECLARED:
	case FAMILY_FEED:
	case FAMILY_HISTORY:
		return office_bytes(r);
	case FAMILY_NONE:
	case FAMILY_IDENT:
	case FAMILY_STATE:
	case FAMILY_LINKIN:
	case FAMILY_LINKOUT:
	case FAMILY_FETCH:
	case FAMILY_FILE:
	case FAMILY_SWEEP:
	case FAMILY_SUBORDINATE:
	case FAMILY_KEY:
	case FAMILY_NUMBER:
	case FAMILY_CHANGED:
	case FAMILY_SERIES:
	case FAMILY_OPEN:
	case FAMILY_TOLD:
	case FAMILY_DROPPED:
	case FAMILY_COUNT:
		return 0;
	}
	return 0;
}

uint64_t plan_cost_bytes(struct plan *p)
{
	for (; p->costed < p->write_count; p->costed++) {
		const struct write *w = &p->writes[p->costed];

		p->cost_bytes += PAGES_A_WRITE * PAGE_BYTES;
		if (!w->erase)
			p->cost_bytes += growing(&w->record) + RECORD_BYTES;
		if (history_tells(w))
			p->cost_bytes += HISTORY_ENTRY_BYTES;
	}
	/* The end of the turn makes records of what changed. */
	return p->cost_bytes +
	       (uint64_t)p->change_count * (FEED_CHANGE_BYTES + DECLARED_NAME_MAX);
}
