/* The feed: what changed here that a program of others may act on, under ascending numbers, in the
 * same commit as what changed. A program that follows remembers the last number that it has dealt
 * with, and goes on there after whatever crash, of its own or of ours: daemon/control/changes.h.
 *
 * The records of a turn's changes are made at its end, mostly one: numbers ascend in the order of
 * the decisions, without gaps but where a record was damaged. They are kept for a time and up to a
 * count; the youngest record is always kept, because it says which number comes next.
 *
 * A feed has an id. It is another one when this store turns out to be an older copy of itself: then
 * the same numbers have meant something else before, and who follows has to look again. */
#ifndef VANTHU_ROUTING_STATE_FEED_H
#define VANTHU_ROUTING_STATE_FEED_H

#include "routing/base/err.h"
#include "routing/state/record.h"

struct turn_view;

/* Boot: where the feed stands. A store that has none begins one here. */
must_use enum err feed_load(struct turn_view *t);
/* Notes a change; copied, but `name`, which must live as long as the plan. */
void feed_add(struct turn_view *t, const struct change *change);
/* The same of a document or entry, with nothing else to say of it. */
void feed_document(struct turn_view *t, enum change_kind kind, enum role role,
		   struct serial serial, struct committee_id committee);
/* A status of an office about a document: the kind follows from who says what. */
void feed_office(struct turn_view *t, enum office_status status, enum role role,
		 struct serial serial, struct committee_id office);
/* The end of a turn: records of what was noted. `passed_ms` is the store's own time. */
void feed_finish(struct turn_view *t, int64_t passed_ms);
/* Erases what is older or more than is kept, a bounded number of records. */
must_use enum err feed_tick(struct turn_view *t, int64_t passed_ms);
/* A record that cannot be read goes: who follows is told that its changes are missed, as before. */
must_use enum err feed_leave_out(struct turn_view *t, const struct key *key, int64_t passed_ms);
/* This store was set back: the feed gets another id, and its numbers go on. */
void feed_begin_anew(struct turn_view *t);

#endif
