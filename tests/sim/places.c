/* See places.h. */
#include "tests/sim/places.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "routing/state/memory.h"
#include "tests/sim/check.h"

static const struct place {
	enum place_kind kind;
	int value;
	const char *name;
} places[] = {
	{ PLACE_MESSAGE, MESSAGE_HELLO, "message hello" },
	{ PLACE_MESSAGE, MESSAGE_SUBSCRIBE, "message subscribe" },
	{ PLACE_MESSAGE, MESSAGE_PUBLISH, "message publish" },
	{ PLACE_MESSAGE, MESSAGE_ACKNOWLEDGE, "message acknowledge" },
	{ PLACE_MESSAGE, MESSAGE_CREDIT, "message credit" },
	{ PLACE_MESSAGE, MESSAGE_PING, "message ping" },
	{ PLACE_MESSAGE, MESSAGE_PONG, "message pong" },
	{ PLACE_MESSAGE, MESSAGE_COMPLETE, "message complete" },
	{ PLACE_MESSAGE, MESSAGE_PINNED, "message pinned" },
	{ PLACE_MESSAGE, MESSAGE_OPEN_BULK, "message open bulk" },
	{ PLACE_MESSAGE, MESSAGE_DIRECTORY_WANTED, "message directory wanted" },
	{ PLACE_MESSAGE, MESSAGE_DIRECTORY_PART, "message directory part" },
	{ PLACE_MESSAGE, MESSAGE_RECONCILE, "message reconcile" },
	{ PLACE_MESSAGE, MESSAGE_RECONCILED, "message reconciled" },
	{ PLACE_MESSAGE, MESSAGE_FETCH, "message fetch" },
	{ PLACE_MESSAGE, MESSAGE_CHUNK, "message chunk" },
	{ PLACE_MESSAGE, MESSAGE_UNAVAILABLE, "message unavailable" },
	{ PLACE_VISIT, MESSAGE_HELLO, "visit hello" },
	{ PLACE_VISIT, MESSAGE_DIRECTORY_WANTED, "visit directory wanted" },
	{ PLACE_VISIT, MESSAGE_DIRECTORY_PART, "visit directory part" },
	{ PLACE_NOTICE, NOTICE_ACCEPTED, "notice accepted" },
	{ PLACE_NOTICE, NOTICE_ARRIVED, "notice arrived" },
	{ PLACE_NOTICE, NOTICE_RELAYED, "notice relayed" },
	{ PLACE_NOTICE, NOTICE_RECEIPT, "notice receipt" },
	{ PLACE_NOTICE, NOTICE_REFUSED, "notice refused" },
	{ PLACE_NOTICE, NOTICE_DELIVERED, "notice delivered" },
	{ PLACE_NOTICE, NOTICE_STATUS, "notice status" },
	{ PLACE_NOTICE, NOTICE_LINK_UP, "notice link up" },
	{ PLACE_NOTICE, NOTICE_LINK_DOWN, "notice link down" },
	{ PLACE_NOTICE, NOTICE_HELD, "notice held" },
	{ PLACE_NOTICE, NOTICE_DIRECTORY, "notice directory" },
	{ PLACE_NOTICE, NOTICE_PAPER, "notice paper" },
	{ PLACE_NOTICE, NOTICE_TARGET, "notice target" },
	{ PLACE_NOTICE, NOTICE_STORE, "notice store" },
	{ PLACE_NOTICE, NOTICE_CLOCK, "notice clock" },
	{ PLACE_NOTICE, NOTICE_ASIDE, "notice aside" },
	{ PLACE_NOTICE, NOTICE_SETTLED, "notice settled" },
	{ PLACE_NOTICE, NOTICE_DOUBTED, "notice doubted" },
	{ PLACE_STATUS, OFFICE_RETURNED, "status returned" },
	{ PLACE_STATUS, OFFICE_ACCEPTED, "status accepted" },
	{ PLACE_STATUS, OFFICE_ASSIGNED, "status assigned" },
	{ PLACE_STATUS, OFFICE_PROCESSING, "status processing" },
	{ PLACE_STATUS, OFFICE_FINISHED, "status finished" },
	{ PLACE_STATUS, OFFICE_RECALL_ASKED, "status recall asked" },
	{ PLACE_STATUS, OFFICE_RECALL_AGREED, "status recall agreed" },
	{ PLACE_STATUS, OFFICE_RECALL_DECLINED, "status recall declined" },
	{ PLACE_REFUSED, ERR_COMPETENCE, "refused for competence" },
	{ PLACE_REFUSED, ERR_REPORT_AGAIN, "refused: a report again" },
	{ PLACE_REFUSED, ERR_REPORT_PERIOD, "refused: the period of a report" },
	{ PLACE_REFUSED, ERR_CHAIN, "refused for its chain" },
	{ PLACE_REFUSED, ERR_GAP, "refused for a gap" },
	{ PLACE_REFUSED, ERR_SIGNED_LOST, "refused: signed bytes lost" },
	{ PLACE_ASIDE, ERR_DIRECTORY_AHEAD, "aside for a directory" },
	{ PLACE_ASIDE, ERR_CLOCK, "aside for a clock" },
	{ PLACE_ASIDE, ERR_CLOCK_WRONG, "aside until we may sign" },
	{ PLACE_ANSWER, ERR_OK, "answer ok" },
	{ PLACE_ANSWER, ERR_CONFLICT, "answer conflict" },
	{ PLACE_ANSWER, ERR_NO_RECIPIENT, "answer no recipient" },
	{ PLACE_ANSWER, ERR_UNKNOWN_RECIPIENT, "answer unknown recipient" },
	{ PLACE_ANSWER, ERR_BAD_STATE, "answer bad state" },
	{ PLACE_ANSWER, ERR_BEHIND, "answer behind" },
	{ PLACE_ANSWER, ERR_RECALLED, "answer recalled" },
	{ PLACE_ANSWER, ERR_NOT_ASKED, "answer not asked" },
	{ PLACE_ANSWER, ERR_REPLACED, "answer replaced" },
	{ PLACE_ANSWER, ERR_COMPETENCE, "answer competence" },
	{ PLACE_ANSWER, ERR_CHANGE_CANCELLED, "answer change cancelled" },
	{ PLACE_ANSWER, ERR_CLOCK_WRONG, "answer clock wrong" },
	{ PLACE_VIOLATION, ERR_DIGEST, "violation digest" },
	{ PLACE_VIOLATION, ERR_PROTOCOL, "violation protocol" },
	{ PLACE_STAND, ERR_BEHIND, "store behind" },
	{ PLACE_NEIGHBOUR, ERR_BEHIND, "neighbour shows us behind" },
	{ PLACE_NEIGHBOUR, ERR_PEER_BEHIND, "neighbour behind" },
	{ PLACE_STORE, ERR_BEHIND, "store says it is behind" },
	{ PLACE_STORE, ERR_PEER_BEHIND, "store says a neighbour is behind" },
	{ PLACE_STORE, ERR_OK, "store settled" },
	{ PLACE_RECONCILE, RECONCILE_NEIGHBOURS, "reconcile with neighbours" },
	{ PLACE_RECONCILE, RECONCILE_ASKING, "reconcile asks" },
	{ PLACE_RECONCILE, RECONCILE_WAITING, "reconcile waits for answers" },
	{ PLACE_RECONCILE, RECONCILE_FILLING, "reconcile fills registers" },
	{ PLACE_HELD, ERR_DIRECTORY_OLD, "lane held for an old directory" },
	{ PLACE_HELD, ERR_MOVED, "lane held for a move" },
	{ PLACE_HELD, ERR_CLOCK_WRONG, "lane held for our clock" },
	{ PLACE_WAITS, ERR_CLOCK_NEIGHBOUR, "link waits for a clock" },
	{ PLACE_CLOCK, CLOCK_UNKNOWN, "clock unknown" },
	{ PLACE_CLOCK, CLOCK_RIGHT, "clock right" },
	{ PLACE_CLOCK, CLOCK_WRONG, "clock wrong" },
	{ PLACE_SIGNING, ERR_CLOCK_WRONG, "nothing signed by a wrong clock" },
	{ PLACE_RECORD, FAMILY_IDENT, "record ident" },
	{ PLACE_RECORD, FAMILY_DOCUMENT, "record document" },
	{ PLACE_RECORD, FAMILY_STATE, "record state" },
	{ PLACE_RECORD, FAMILY_ENVELOPE, "record envelope" },
	{ PLACE_RECORD, FAMILY_RELAY, "record relay" },
	{ PLACE_RECORD, FAMILY_ROUTE, "record route" },
	{ PLACE_RECORD, FAMILY_RECEIPT, "record receipt" },
	{ PLACE_RECORD, FAMILY_STREAM, "record stream" },
	{ PLACE_RECORD, FAMILY_LINKIN, "record linkin" },
	{ PLACE_RECORD, FAMILY_LINKOUT, "record linkout" },
	{ PLACE_RECORD, FAMILY_FETCH, "record fetch" },
	{ PLACE_RECORD, FAMILY_FILE, "record file" },
	{ PLACE_RECORD, FAMILY_SWEEP, "record sweep" },
	{ PLACE_RECORD, FAMILY_COMMITTEE, "record committee" },
	{ PLACE_RECORD, FAMILY_SUBORDINATE, "record subordinate" },
	{ PLACE_RECORD, FAMILY_DIRECTORY, "record directory" },
	{ PLACE_RECORD, FAMILY_KEY, "record key" },
	{ PLACE_RECORD, FAMILY_COUNTER, "record counter" },
	{ PLACE_RECORD, FAMILY_PAPER, "record paper" },
	{ PLACE_RECORD, FAMILY_NUMBER, "record number" },
	{ PLACE_RECORD, FAMILY_ASIDE, "record aside" },
	{ PLACE_RECORD, FAMILY_STAGED, "record staged" },
	{ PLACE_RECORD, FAMILY_CHANGED, "record changed" },
	{ PLACE_RECORD, FAMILY_WORK, "record work" },
	{ PLACE_RECORD, FAMILY_STATUS, "record status" },
	{ PLACE_RECORD, FAMILY_LINE, "record line" },
	{ PLACE_RECORD, FAMILY_SERIES, "record series" },
	{ PLACE_RECORD, FAMILY_OPEN, "record open" },
	{ PLACE_RECORD, FAMILY_TOLD, "record told" },
	{ PLACE_RECORD, FAMILY_EARLY, "record early" },
	{ PLACE_RECORD, FAMILY_REPORT, "record report" },
	{ PLACE_RECORD, FAMILY_FIGURES, "record figures" },
	{ PLACE_RECORD, FAMILY_DECLARED, "record declared" },
	{ PLACE_RECORD, FAMILY_FEED, "record feed" },
	{ PLACE_LINE, LINE_ENTRY, "line entry" },
	{ PLACE_LINE, LINE_ADDITION, "line addition" },
	{ PLACE_LINE, LINE_VOID, "line void" },
	{ PLACE_STATE, STATE_CLOSED, "document closed" },
	{ PLACE_STATE, STATE_REFUSED, "document refused" },
	{ PLACE_STATE, STATE_HELD, "document held" },
	{ PLACE_STATE, STATE_DROPPED, "document without content" },
};

enum { PLACES = sizeof places / sizeof places[0] };

static unsigned long long own[PLACES], *counts = own;

void places_reached(enum place_kind kind, int value)
{
	for (unsigned i = 0; i < PLACES; i++) {
		if (places[i].kind == kind && places[i].value == value) {
			counts[i]++;
			return;
		}
	}
}

void places_turn(const struct member *m)
{
	struct clock_view clock;
	struct stand_view stand;
	struct link_view v;

	core_stand(m->core, &stand);
	core_clock(m->core, &clock);
	places_reached(PLACE_STAND, (int)stand.alarm);
	places_reached(PLACE_CLOCK, (int)clock.verdict);
	places_reached(PLACE_SIGNING, (int)clock.refusing);
	places_reached(PLACE_RECONCILE, (int)m->core->reconcile.stage);
	for (uint32_t i = 0; core_link(m->core, i, &v); i++) {
		places_reached(PLACE_NEIGHBOUR, (int)v.store_alarm);
		places_reached(PLACE_HELD, (int)v.held_for);
		places_reached(PLACE_WAITS, (int)v.waits_for);
	}
}

/* ---- disks ---- */

static enum family family; /* that is looked at; the simulator has one thread */

static void look(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	(void)w;
	(void)m;
	(void)key;
	places_reached(PLACE_RECORD, (int)family);
	if (family == FAMILY_LINE)
		places_reached(PLACE_LINE, (int)r->u.line.kind);
	if (family != FAMILY_STATE)
		return;
	if (r->u.state.closed_at_ms != 0)
		places_reached(PLACE_STATE, STATE_CLOSED);
	if (r->u.state.refused != 0)
		places_reached(PLACE_STATE, STATE_REFUSED);
	if (r->u.state.held_at_ms != 0)
		places_reached(PLACE_STATE, STATE_HELD);
	if (r->u.state.content_dropped)
		places_reached(PLACE_STATE, STATE_DROPPED);
}

void places_disk(struct member *m)
{
	for (family = FAMILY_META; family < FAMILY_COUNT; family++)
		check_each(m->world, m, family, check_all(), look);
}

/* ---- counting ---- */

void places_share(void)
{
	void *shared =
		mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert(shared != MAP_FAILED);
	memcpy(shared, counts, sizeof own);
	counts = shared;
}

void places_print(void)
{
	printf("# places: ");
	for (unsigned i = 0; i < PLACES; i++)
		printf("%s%s %llu", i == 0 ? "" : ", ", places[i].name, counts[i]);
	printf("\n");
}
