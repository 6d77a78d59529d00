/* Whom the distribution lists mean that a client names: the office's, and those of the directory in
 * force. What is named becomes explicit recipients where a document is submitted, so a list that
 * changes later changes nothing of it. */
#ifndef VANTHU_ROUTING_DOCUMENTS_LISTS_H
#define VANTHU_ROUTING_DOCUMENTS_LISTS_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/rules/rules.h"

struct named_lists;
struct turn_view;

/* The lists that are named, each once, in the turn's arena. With an error `about` says which of
 * them, and of ERR_LIST_MEMBER and ERR_LIST_RETIRED first which member. */
struct lists_found {
	struct distribution *list;
	uint32_t count;
	text_t about;
};

/* ERR_LIST_UNKNOWN, ERR_LIST_SEVERAL; failures of the store. */
must_use enum err lists_find(struct turn_view *t, const struct named_lists *named,
			     struct lists_found *out);

/* Who of these lists is no recipient yet, behind the `count` that are; the sender is left out.
 * `recipients` is an array of the turn's arena that takes RECIPIENTS_MAX. ERR_LIST_EMPTY,
 * ERR_LIST_MEMBER, ERR_LIST_RETIRED; ERR_TOO_MANY_RECIPIENTS: with those before. */
must_use enum err lists_expand(struct turn_view *t, struct lists_found *lists,
			       struct recipient *recipients, uint32_t *count);

/* Is it in one of them? */
bool lists_have(const struct lists_found *lists, struct committee_id id);

/* Their names, a line each, in the turn's arena; NULL without memory. */
text_t lists_names(struct turn_view *t, const struct lists_found *lists);

#endif
