/* See misplaced.h. */
#include "daemon/control/misplaced.h"

#include <stdlib.h>

#include "daemon/control/client.h"
#include "daemon/control/listing.h"
#include "daemon/control/names.h"
#include "routing/base/committee_id.h"

struct misplaced_figures {
	struct committee_id committee;
	struct month month;
	enum place_fault why;
	struct target_count count;
};

/* The entry of this committee, month and reason, which is one of the last two. NULL: none yet. */
static struct misplaced_figures *find(struct misplaced *m, struct committee_id who,
				      struct month month, enum place_fault why)
{
	for (uint32_t i = m->count; i-- > 0 && i + 2 >= m->count;) {
		struct misplaced_figures *f = &m->list[i];

		if (f->why == why && f->month.n == month.n && id_equal(f->committee, who))
			return f;
	}
	return NULL;
}

enum err misplaced_add(struct misplaced *m, struct committee_id who, enum place_fault why,
		       const struct report_row *row)
{
	struct misplaced_figures *f = find(m, who, row->at.month, why);

	if (f == NULL && m->count == m->capacity) {
		uint32_t capacity = m->capacity == 0 ? 16 : 2 * m->capacity;
		struct misplaced_figures *grown = realloc(m->list, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		m->list = grown;
		m->capacity = capacity;
	}
	if (f == NULL) {
		f = &m->list[m->count++];
		*f = (struct misplaced_figures){ .committee = who,
						 .month = row->at.month,
						 .why = why };
	}
	target_add(&f->count, &row->count);
	return ERR_OK;
}

void misplaced_say(struct client *c, uint64_t id, struct names *names, const struct misplaced *m,
		   uint32_t n)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_SUBTREE);
	Vanthu__V1__SubtreeLine line = VANTHU__V1__SUBTREE_LINE__INIT;
	Vanthu__V1__Misplaced out = VANTHU__V1__MISPLACED__INIT;
	struct misplaced_figures *f = &m->list[n];
	size_t names_bytes = NAMES_LINE_BYTES;

	out.committee = f->committee.text;
	out.name = control_name_of(c, names, f->committee.text, &names_bytes);
	out.month = f->month.n;
	out.why = (Vanthu__V1__MisplacedWhy)f->why;
	out.documents = target_counted(&f->count) + f->count.secret;
	line.what_case = VANTHU__V1__SUBTREE_LINE__WHAT_MISPLACED;
	line.misplaced = &out;
	r.more = true;
	r.subtree = &line;
	control_say(c, &r);
}

void misplaced_free(struct misplaced *m)
{
	free(m->list);
}
