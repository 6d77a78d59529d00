/* May a committee issue what it issues? Judged where a document is submitted, at the first hop and
 * at its recipients, by the table in the head of the directory that the document names and by the
 * level that the issuer had then: a table or a level that changed while it was under way changes
 * nothing. Who names a version that was out of force for MANDATE_GRACE_MS when it signed is judged
 * by the one that it must have had, so nobody escapes by naming an old one. */
#ifndef VANTHU_ROUTING_DOCUMENTS_MANDATE_H
#define VANTHU_ROUTING_DOCUMENTS_MANDATE_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/documents/recipients.h"
#include "routing/rules/rules.h"

struct turn_view;

/* Why it is not known. */
enum mandate_gap {
	MANDATE_KNOWN = 0,
	MANDATE_NO_LEVEL = 1, /* the directory has no level of the issuer */
	MANDATE_NO_TABLE = 2, /* its head has no table */
	MANDATE_NO_ROW = 3,   /* the table says nothing of that level and type */
};

/* rule: what says so, "" where it is not known; of the turn's arena. */
struct mandate {
	enum competence judgement;
	text_t rule;
	enum mandate_gap gap;
};

/* What is issued, and when its issuer says that it signed it. */
struct mandate_question {
	const struct addressed *to;
	enum secrecy secrecy;
	int64_t signed_at_ms;
	const struct summary *summary;
};

/* Where it goes several ways, one that is forbidden forbids it. Of a version that is not stored
 * here the stored ones around it must agree on what is forbidden. */
must_use enum err mandate_judge(struct turn_view *t, const struct mandate_question *q,
				struct mandate *out);

#endif
