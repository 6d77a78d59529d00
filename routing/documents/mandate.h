/* May a committee issue what it issues? Judged where a document is submitted, at the first hop and
 * at its recipients, by the table in the head of the directory that the document names: that is the
 * one its issuer went by, and a table that changed while it was under way changes nothing. */
#ifndef VANTHU_ROUTING_DOCUMENTS_MANDATE_H
#define VANTHU_ROUTING_DOCUMENTS_MANDATE_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/documents/recipients.h"
#include "routing/rules/rules.h"

struct turn_view;

/* rule: what says so, "" where it is not known; of the turn's arena. */
struct mandate {
	enum competence judgement;
	text_t rule;
};

/* Not known, so not refused: a directory version or its table that is not here, an issuer without a
 * level or whose entry has changed since that version, a type that the table does not have. Where
 * it goes several ways, one that is forbidden forbids it. */
must_use enum err mandate_judge(struct turn_view *t, const struct addressed *to,
				enum secrecy secrecy, const struct summary *s, struct mandate *out);

#endif
