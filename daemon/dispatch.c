/* Frames and changes of links, given to whoever takes them; see dispatch.h. */
#include "daemon/dispatch.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "proto/wire_decode.h"

enum { FRAMES_A_TURN = 1024 };

static void take_bulk_frame(struct dispatch *d, const struct link_event *e)
{
	struct message m;

	arena_reset(d->scratch);
	if (wire_decode(d->scratch, e->frame, &m) != ERR_OK)
		acts_violation(d->acts, e->neighbour, ERR_PROTOCOL);
	else if (m.type != MESSAGE_HELLO)
		bulk_message(d->bulk, e->neighbour, &m, clock_now());
}

/* On a visit few things are said, and little: opened here. What the core does not need of a part
 * stays with whoever collects it. */
static void take_visit(struct dispatch *d, const struct link_event *e)
{
	struct event event = { .type = EVENT_MESSAGE };
	struct message *m = &event.u.message.message;

	event.u.message.neighbour = e->neighbour;
	event.u.message.party = e->party;
	arena_reset(d->scratch);
	if (wire_decode(d->scratch, e->frame, m) != ERR_OK || m->type == MESSAGE_PUBLISH) {
		event = (struct event){ .type = EVENT_DISCONNECTED,
					.u.link = { .neighbour = e->neighbour,
						    .party = e->party } };
	} else if (m->type == MESSAGE_DIRECTORY_PART) {
		if (core_asks(d->core, e->neighbour, e->party))
			download_part(d->download, e->neighbour, e->party, &m->u.directory_part);
		m->u.directory_part.head = (struct blob){ NULL, 0 };
		m->u.directory_part.entries = NULL;
		m->u.directory_part.entry_count = 0;
	} else if (m->type != MESSAGE_HELLO && m->type != MESSAGE_PING && m->type != MESSAGE_PONG &&
		   m->type != MESSAGE_DIRECTORY_WANTED) {
		*m = (struct message){
			.type = MESSAGE_BYE
		}; /* whatever it was: it ends the visit, and nothing of it is kept */
	}
	if (inbox_push(d->inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_DEBUG, "inbox-full", "event=visit");
}

static void take_visit_event(struct dispatch *d, const struct link_event *e)
{
	struct event event = { .type = e->type == LINK_CONNECTED ? EVENT_CONNECTED
								 : EVENT_DISCONNECTED };

	if (e->type == LINK_FRAME) {
		take_visit(d, e);
		return;
	}
	event.u.link = (struct ev_link){ .neighbour = e->neighbour,
					 .party = e->party,
					 .reason = (uint32_t)e->reason };
	if (inbox_push(d->inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_DEBUG, "inbox-full", "event=visit");
}

static void take_frame(struct dispatch *d, const struct link_event *e)
{
	enum message_type type = MESSAGE_NONE;

	if (e->purpose == PURPOSE_BULK)
		take_bulk_frame(d, e);
	else if (frame_type(e->frame, &type) == ERR_OK && type == MESSAGE_OPEN_BULK)
		links_open_bulk(d->links, e->neighbour);
	else if (type == MESSAGE_DIRECTORY_PART &&
		 core_asks(d->core, e->neighbour, PARTY_NEIGHBOUR) &&
		 !download_frame(d->download, e->neighbour, e->frame))
		acts_violation(d->acts, e->neighbour, ERR_PROTOCOL);
	else
		sequencer_frame(d->sequencer, e->neighbour, e->frame, clock_now().wall_ms);
}

static void take_link_event(struct dispatch *d, const struct link_event *e)
{
	bool bulk = e->purpose == PURPOSE_BULK;

	if (e->party != PARTY_NEIGHBOUR) {
		take_visit_event(d, e);
		return;
	}
	switch (e->type) {
	case LINK_CONNECTED:
		if (bulk)
			bulk_connected(d->bulk, e->neighbour, clock_now());
		else
			sequencer_link(d->sequencer, EVENT_CONNECTED, e->neighbour, ERR_OK);
		break;
	case LINK_DISCONNECTED:
		if (bulk)
			bulk_disconnected(d->bulk, e->neighbour);
		else
			sequencer_link(d->sequencer, EVENT_DISCONNECTED, e->neighbour, e->reason);
		break;
	case LINK_FRAME:
		take_frame(d, e);
		break;
	case LINK_VIOLATION:
		acts_violation(d->acts, e->neighbour, e->reason);
		break;
	case LINK_EVENT_NONE:
		break;
	}
}

void dispatch_links(struct dispatch *d)
{
	for (unsigned i = 0; i < FRAMES_A_TURN && sequencer_room(d->sequencer); i++) {
		struct link_event e;

		links_receive(d->links, &e);
		if (e.type == LINK_EVENT_NONE)
			return;
		take_link_event(d, &e);
	}
}
