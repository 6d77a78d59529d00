/* Reminders (đôn đốc): ordinary documents of an issuer that remind one recipient of another of its
 * documents, which names a day and which that recipient has not done (docs/DOMAIN.md §9). What was
 * reminded of, when and how often stands in these documents alone; they are found by an index that
 * is written with them (matter_reminder_key of routing/rules/matter_keys.h). Pure: who asks gives
 * what it reads by, so that the core decides as a client was told. */
#ifndef VANTHU_ROUTING_DOCUMENTS_REMINDERS_H
#define VANTHU_ROUTING_DOCUMENTS_REMINDERS_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"

struct ev_submit;
struct rec_document;
struct recipient_list;
struct tree_view;

/* Whether one recipient may be reminded now. The numbers are part of control.proto. */
enum remind_verdict {
	REMIND_NOW = 0,
	REMIND_NO_DAY = 1,	/* it names no day */
	REMIND_NOT_YET = 2,	/* its day is not near, by reminders.down and .up */
	REMIND_DONE = 3,	/* finished, returned or given back */
	REMIND_ASKED_BACK = 4,	/* recalled or replaced by us: nobody is to work on it */
	REMIND_UNDELIVERED = 5, /* there is no receipt: the document itself is still to come */
	REMIND_LATER = 6,	/* there was one; the next from `next_on` on */
};

/* Reminders of one document: how many, and the last. */
struct reminded {
	uint32_t count;
	int64_t last_at_ms; /* signed; 0: none */
	text_t last_number; /* in the arena; "" none */
	struct doc_id last_id;
};

/* What is asked: all borrowed. */
struct remind_question {
	const struct tree_view *tree; /* with what is read by, and the arena of the answer */
	const struct deadline_rules *rules;
	struct committee_id self;
	struct doc_key key; /* the document, of role OUT */
	const struct rec_document *document;
	struct committee_id whom; /* a recipient */
	int64_t wall_ms;
};

struct remind_answer {
	enum remind_verdict verdict;
	struct deadline deadline;
	int32_t late_days;
	struct reminded reminded;
	char next_on[DATE_MAX + 1]; /* with REMIND_LATER; else "" */
	/* who gets a copy, being the superior of who is late by reminders.superior days; "" nobody.
	 * Never we, and nobody above us for whom we would pass over our own superior. */
	struct committee_id superior;
	/* its side, down or up, is configured to be reminded, and it is a working day: nothing
	 * leaves by itself on a day off */
	bool wanted;
};

/* A document is taken, ours or received: it is indexed where it is a reminder by the issuer of what
 * it reminds of; others only say that they are one. */
void reminders_index(struct turn_view *t, const struct rec_document *d, struct doc_key doc);

/* Those of a document that lies here, of one committee or with "" of all, at most the first 1,000
 * counted. */
must_use enum err reminders_of(const struct lookup *lookup, struct arena *a,
			       const struct rec_document *of, enum role role,
			       struct committee_id whom, struct reminded *out);

/* Failures of the store and the tree alone; what it does not find is an answer. */
must_use enum err reminders_judge(const struct remind_question *q, struct remind_answer *out);

/* Of a submission that says it is a reminder, to these committees: *out is ERR_OK (of all others,
 * too), ERR_REMINDER, ERR_REMIND_NOTHING or ERR_REMINDED, *about then what it is about (""
 * nothing).
 */
must_use enum err reminders_check(struct turn_view *t, const struct ev_submit *e,
				  const struct recipient_list *to, enum err *out, text_t *about);

#endif
