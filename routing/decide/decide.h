/* The decisions: one for each kind of event, and the steps that several of them share. Read with core_internal.h, which has the memory that they
 * change; not for anybody outside routing/. */
#ifndef VANTHU_ROUTING_DECIDE_DECIDE_H
#define VANTHU_ROUTING_DECIDE_DECIDE_H

#include "routing/core_internal.h"

/* ---- routing/documents/rows.c ---- */
/* Queues a stored document for these neighbours, in as many rows as their names need, with this hop's signed record when it is not ours, and adds
 * them to its ROUTE. What a row waits for already is left out. */
enum err document_publish(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct routing_answer *answer);
/* The same for one that this turn takes from a client: still to be sealed, and published nowhere. */
enum err document_publish_first(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct routing_answer *answer);
/* ---- routing/documents/document.c again ---- */
/* What is asked when a stored document is routed. Borrows its arrays. */
struct routing_question document_question(const struct rec_document *d);
/* Plans a fact of ours to a committee, by the next hop towards it. `keep` (may be NULL) gets the sealed reference for a record of our own. */
enum err fact_send(struct turn_view *t, struct committee_id to, const struct fact *fact, const struct blob *relays, uint32_t relay_count,
		   struct sealed *keep);
/* Passes an envelope with a fact on, as it came. */
enum err fact_forward(struct turn_view *t, struct committee_id to, struct committee_id from, const struct rec_stream *fact);
void notify(struct turn_view *t, enum notice what, struct document_ref document, struct committee_id committee, uint32_t reason,
	    const struct summary *summary);
/* The committees that a document of ours is for, expanded and without repetition, in the plan's arena. ERR_TOO_MANY_RECIPIENTS past the arena. */
struct recipient_list {
	struct committee_id *ids;
	uint32_t count;
	uint32_t capacity;
};
enum err recipients_expand(struct turn_view *t, const struct addressed *to, struct recipient_list *out);
/* Is this committee a recipient? */
enum err recipients_contain(struct turn_view *t, const struct addressed *to, struct committee_id id, bool *contains);
/* One more committee to be served, added to an answer. */
enum err route_target(struct turn_view *t, const struct routing_question *q, struct committee_id target, struct routing_answer *out);

/* ---- decide_*.c: one kind of event each. They fail with ERR_STORE (and kin) only. ---- */
enum err decide_submit(struct turn_view *t, const struct ev_submit *e);
enum err decide_connected(struct turn_view *t, const struct ev_link *e);
enum err decide_disconnected(struct turn_view *t, const struct ev_link *e);
enum err decide_fault(struct turn_view *t, const struct ev_link *e);
enum err decide_message(struct turn_view *t, const struct ev_message *e);
enum err decide_hello(struct turn_view *t, struct link *l, const struct msg_hello *m);
enum err decide_subscribe(struct turn_view *t, struct link *l, const struct msg_subscribe *m);
enum err decide_acknowledge(struct turn_view *t, struct link *l, const struct msg_acknowledge *m);
enum err decide_complete(struct turn_view *t, struct link *l, const struct msg_seqs *m);
enum err decide_pinned(struct turn_view *t, struct link *l, const struct msg_seqs *m);
enum err decide_publish(struct turn_view *t, const struct ev_publish *e);
enum err decide_document(struct turn_view *t, struct link *l, const struct ev_publish *e);
/* A signed refusal to whoever made the envelope, or, when that is not proven, to the neighbour that passed it on. */
enum err document_refuse(struct turn_view *t, const struct ev_publish *e, enum err why);
/* Its files are to be fetched from who sent it, by the place in which it came. */
void document_fetch(struct turn_view *t, const struct ev_publish *e, struct doc_place place);
/* The files it needs, and when a relay may let them go. */
void document_needs(struct turn_view *t, struct doc_place place, const struct rec_document *d);
/* ---- routing/documents/duplicate.c ---- */
/* A document that is known here has come again. */
enum err document_again(struct turn_view *t, struct link *l, const struct ev_publish *e, const struct rec_ident *ident);
/* Whom an item names, in the plan's arena: its targets that are recipients, or all explicit recipients that do not lie behind its sender; without
 * ourselves. */
enum err document_names(struct turn_view *t, const struct ev_publish *e, const struct committee_id **names, uint32_t *count);
/* Should it be asked for again when the two directories agree? Two that differ may each hand a document to the other for ever, or refuse
 * what is right. */
enum err document_must_wait(struct turn_view *t, const struct link *l, const struct ev_publish *e, bool *wait);
enum err fact_must_wait(struct turn_view *t, const struct link *l, const struct ev_publish *e, bool *wait);
enum err decide_fact(struct turn_view *t, struct link *l, const struct ev_publish *e);
enum err decide_fetched(struct turn_view *t, const struct ev_fetched *e);
enum err decide_directory(struct turn_view *t, const struct ev_directory *e);
enum err decide_directory_wanted(struct turn_view *t, struct link *l, const struct msg_directory_wanted *m);
/* The part that answers, as a message; false: nothing to say. */
enum err directory_part(struct turn_view *t, const struct msg_directory_wanted *m, struct message *out, bool *any);
enum err decide_bad_directory(struct turn_view *t, const struct ev_link *e);
/* What was asked for and found no turn. */
enum err directory_serve_due(struct turn_view *t);
enum err decide_operate(struct turn_view *t, const struct ev_operate *e);
enum err decide_paper(struct turn_view *t, const struct ev_paper *e);
enum err decide_resend(struct turn_view *t, const struct ev_resend *e);
enum err decide_tick(struct turn_view *t);
/* Pins of one lane that the publisher still holds: asks the subscriber about them. */
enum err link_ask_pins(struct turn_view *t, struct link *l, enum lane lane);
/* The subscriber says that it has all up to `have`, and its chain there. Only when that is ours: erases or pins. Otherwise nothing is let go
 * and a new stream begins after what was acknowledged before. */
enum err link_acknowledged(struct turn_view *t, struct link *l, const struct msg_acknowledge *m);

#endif
