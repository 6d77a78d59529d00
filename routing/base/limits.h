/* Every bound of vanthu in one file. A number here is a promise: memory, work per turn and the
 * size of what a peer may make us hold all follow from it. docs/PROTOCOL.md "Limits" has
 * those that others meet. */
#ifndef VANTHU_ROUTING_BASE_LIMITS_H
#define VANTHU_ROUTING_BASE_LIMITS_H

enum {
	/* Names */
	COMMITTEE_ID_MAX = 32,	  /* [a-z0-9-] */
	COMMITTEE_NAME_MAX = 200, /* edXML OrganName */
	SYMBOL_MAX = 30,
	ENDPOINT_MAX = 160,
	/* "15671-CV/VPTW" with room; edXML CodeNumber 11 + CodeNotation 30 */
	NUMBER_MAX = 60,
	TYPE_CODE_MAX = 16,
	SUBJECT_MAX = 2000,	    /* bytes; edXML Subject is 500 characters */
	RULE_MAX = 200,		    /* bytes; what says that a committee may not issue a document */
	COMPETENCE_MAX = 48 << 10,  /* bytes; a table of that in a directory's head */
	LEVELS_MAX = 64,	    /* of one committee, one after the other */
	LIST_NAME_MAX = 100,	    /* bytes; of a distribution list */
	LISTS_TEXT_MAX = 8 << 10,   /* bytes; distribution lists in a directory's head */
	LISTS_NAMED_MAX = 8,	    /* by one submission or recall */
	NOTE_MAX = 2000,	    /* bytes; a reason or an instruction, as long as a subject */
	FOREIGN_ID_MAX = 300,	    /* bytes; of a document, by another system */
	EDXML_REST_MAX = 16 * 1024, /* bytes; what a document has of edXML besides */
	ARCHIVE_NAME_MAX = 200,	    /* bytes; what an archivist calls an archive */
	PERSON_MAX = 200,	    /* bytes; a person or unit, edXML FullName and Department */
	PAPER_COPIES_MAX = 100000,  /* of one document that go on paper besides */
	WITH_MAX = 16,	     /* who works together on one document, besides who is in charge */
	STATUSES_MAX = 1000, /* of one office about one document */
	LINE_ADDITIONS_MAX = 1000, /* to one line of a register */
	BACKUPS_KEPT_MAX = 1000000,
	NAME_MAX_BYTES = 255, /* a file name */
	DATE_MAX = 10,

	/* Envelopes */
	ENVELOPE_MAX_BYTES = 64 * 1024,
	INLINE_MAX_BYTES = 32 * 1024, /* all inline parts of an envelope together */
	ATTACHMENTS_MAX = 100,
	PARTS_MAX = ATTACHMENTS_MAX + 1, /* the document itself comes first */
	RECIPIENTS_MAX = 1000,		 /* explicit */
	HOP_LIMIT = 16,
	RELAY_RECORD_MAX_BYTES = 1024,
	/* a fact of ours that is still to be sealed: a status with the longest texts */
	FACT_DRAFT_MAX_BYTES = 4096,
	CHUNK_BYTES = 32 * 1024,
	PIECES_PER_FETCH = 16, /* chunks asked for in one message */
	/* of who has not sent two in one message yet: builds before those that do cut off who asks
	 * for more */
	PIECES_FIRST_FETCH = 8,
	CHUNKS_A_MESSAGE = 2,	 /* on a link: as many as a frame takes */
	LEAVES_PER_PIECE = 1024, /* leaf hashes in one piece: 32 KiB */
	BATCH_LEAVES_MAX = 4096, /* envelopes under one signature */
	BATCH_PATH_MAX = 12,	 /* log2 of it */
	SIGNATURES_MAX = 4,

	/* Frames */
	FRAME_MAX_BYTES = ENVELOPE_MAX_BYTES + 16 * 1024,
	/* one publication with its relay records and targets, as wire_item_bound counts: so that a
	 * frame takes it */
	ITEM_MAX_BYTES = FRAME_MAX_BYTES - 64,
	/* what wire_item_bound counts for an item, and for each relay record and target beside its
	 * bytes */
	ITEM_FIXED_BYTES = 64,
	ITEM_EACH_BYTES = 4,
	/* every item has room for so many targets: a document that leaves less room is refused */
	ITEM_TARGETS_LEAST = 16,
	FRAME_ITEMS_MAX = 512,	      /* envelopes in one Publish */
	FRAME_FILL_BYTES = 60 * 1024, /* a Publish is closed when it grows past this */
	FRAME_SEQS_MAX = 1024,	      /* sequences in one Complete or Pinned */
	PROTOCOL_MIN = 1,
	PROTOCOL_MAX = 1,

	/* Decoding: protobuf-c amplifies memory 60–76 times (docs/TRAPS.md §3.1) */
	DECODE_BUDGET_BYTES = 4 * 1024 * 1024,

	/* The directory */
	DIRECTORY_FILE_MAX_BYTES = 256 * 1024 * 1024,
	DIRECTORY_ENTRIES_MAX = 400000,
	DIRECTORY_PARTS_A_TURN = 8, /* served to all who ask */
	/* entries that one turn moves from STAGED to COMMITTEE, or takes in one event */
	DIRECTORY_STAGE_ROWS = 256,
	DIRECTORY_STAGE_BYTES = 512 * 1024, /* and their bytes */
	DIRECTORY_STAGE_WRITES = 8192,	    /* and what they write; an entry is never divided */

	/* Reports of figures (routing/target/report.h) */
	REPORT_BODY_MAX_BYTES = 44 << 10, /* what does not fit goes in another one */
	REPORT_PARTS_MAX = 8,		  /* so many; what is older then stays as it was reported */
	REPORT_ROWS_MAX = 1024,		  /* of one report */
	REPORT_ROW_BYTES = 64,		  /* of a row, without the texts of its type */
	REPORT_MONTH_BYTES = 24 << 10,	  /* of a month's rows; further types are one together */
	REPORT_MONTH_MAX_BYTES = 32 << 10, /* and then, whatever the place */
	/* taken of others: the first row of the other direction may come behind that */
	REPORT_MONTH_TAKEN_BYTES =
		REPORT_MONTH_MAX_BYTES + REPORT_ROW_BYTES + TYPE_CODE_MAX + COMMITTEE_NAME_MAX,
	REPORT_TYPES_MAX = REPORT_ROWS_MAX, /* that one names */
	REPORT_IDS_MAX = 1000,	       /* documents that one names in its exchanges, all together */
	REPORT_EXCHANGES_MAX = 2 * 16, /* two for each committee above */
	REPORT_MONTHS = 24,	       /* at most: this year and the last */
	REPORT_UNFIT_MAX = 64,	       /* documents that are kept by name */
	REPORT_AGAIN_MS = 60 * 1000,   /* one is given no more often */
	REPORT_ASKED_MS = 10 * 60 * 1000, /* one that does not answer is asked no more often */
	REPORT_ASKED_MAX = 256,		  /* that were asked last are known by name */
	REPORT_WAITING_MAX = 256, /* that are to be compared, by name; more: all are looked at */
	REPORT_PLACES_TRIED = 32, /* of one: under so many trees its signer is looked for */
	DECLARED_MAX = 24,	  /* targets beside the 90 % */
	DECLARED_NAME_MAX = 100,  /* bytes */
	DECLARED_ALL_MAX = 1000000000, /* of what there is: more is a slip, and sums stay whole */
	REPORT_DECLARED_BYTES = 400,   /* of a declaration, at most */
	EXCLUDED_BYTES = 100,	       /* a type, by symbol or name */
	EXCLUDED_MAX = 16,	       /* types that an office leaves out */

	/* The turn */
	TURN_EVENTS_MAX = 512,
	/* entries on paper of one number and direction that a new one is compared with: the
	 * newest */
	PAPER_ALIKE_MAX = 1000,
	IMPORT_LINES_MAX = 1000, /* lines of one import that are decided together */
	/* documents of ours under one number that are counted when another document has it */
	/* numbers of other issuers that are passed over to find the last one of a series */
	NUMBERS_WALKED_MAX = 10000,
	SAME_NUMBER_MAX = 1000,
	WARNINGS_MAX = 10, /* of one submission */
	/* records that a recount cannot read and names; all are counted */
	RECOUNT_DAMAGE_MAX = 64,
	PLAN_WRITES_MAX = 32768,
	PLAN_ARENA_BYTES = 256 * 1024 * 1024, /* a bound, not an allocation */
	PLAN_ACTS_MAX = 42960,
	PLAN_DRAFTS_MAX = BATCH_LEAVES_MAX,
	/* an act of an event is seldom more than two changes of the feed */
	PLAN_CHANGES_MAX = 2 * PLAN_ACTS_MAX,

	/* The history (routing/state/history.h) */
	HISTORY_LINE_ENTRIES = 512, /* of one line: a turn that did more writes several */
	HISTORY_ENTRY_BYTES = 162,  /* of one, with the longest key */
	HEADS_KEPT = 8, /* of a neighbour's history, spread over all that was heard of it */

	/* The feed of changes (routing/state/feed.h) */
	FEED_ROW_MAX = 512,	 /* changes of one record: a turn with more writes several */
	FEED_CHANGE_BYTES = 160, /* of one as it is stored, at most, without its name */
	FEED_SWEPT_ROWS = 64,	 /* records that one tick erases */
	FEED_KEEP_COUNT = 1000000,
	CHANGES_WAIT_MAX_MS = 10 * 60 * 1000, /* a reader waits for the next one, at most */
	LINKS_MAX = 2048,		      /* neighbours of one committee */
	TREE_DEPTH_MAX = 16,

	/* Links */
	CREDIT_MESSAGES = 4096,
	CREDIT_BYTES = 8 * 1024 * 1024,
	/* envelopes of one lane that are sent and not acknowledged: one plan releases all of
	 * them */
	UNACKNOWLEDGED_MAX = PLAN_WRITES_MAX / 2,
	CREDIT_MESSAGES_MAX = UNACKNOWLEDGED_MAX, /* what a configuration may ask for */
	CREDIT_BYTES_MAX = 1 << 30,
	BULK_WINDOW_MIN_BYTES = 2 * CHUNK_BYTES,
	BULK_WINDOW_MAX_BYTES = 64 << 20, /* the requests for it fit the queue of who serves them */
	PING_INTERVAL_MS = 5000,
	LINK_DEAD_MS = 15000,
	/* Visits: other relatives are asked for the directory when a neighbour stays away */
	VISIT_AFTER_MS = 5000, /* a link is down so long before */
	/* pause between two visits, up to twice this; doubled when all hosts have been asked */
	VISIT_PAUSE_MS = 1000,
	VISIT_PAUSE_MOST_MS = 5 * 60 * 1000,
	VISIT_STANDS_MS = 3000,	   /* by then the host has said Hello */
	VISIT_IDLE_MS = 10 * 1000, /* then it is over, at both ends */
	VISIT_MOST_MS = 10 * 60 * 1000,
	VISIT_HOSTS_MAX = 64,	  /* who may be asked in turn */
	VISIT_ROWS_MAX = 128,	  /* directory rows read to find hosts */
	VISITORS_MAX = 16,	  /* let in at the same time */
	VISIT_FRAMES_MAX = 16384, /* heard in one visit */
	VISIT_PARTS = 16,	  /* sent to who has not shown that it reads */
	HELD_MS = 5 * 60 * 1000,  /* a hop that holds a document longer reports it to the origin */
	CLOCK_TOLERANCE_MS = 5 * 60 * 1000,
	/* so long a committee may go by a table of who may issue what after another is signed */
	MANDATE_GRACE_MS = 7 * 24 * 3600 * 1000,
	/* a neighbour's clock that differs by more is shown, and the operator notified */
	CLOCK_SHOWN_MS = 60 * 1000,
	CLOCK_RIGHT_MS = 55 * 1000, /* and is right again below this */

	/* What connections may make us hold (daemon/links/gate.h). A neighbour that keeps to the
	 * protocol cannot pass these, whatever its windows: a queue takes so many messages, then
	 * its connection is not read until there is room. */
	LINK_QUEUE_FRAMES_MOST = 64, /* of one connection, whole and not yet taken */
	LINK_QUEUE_FRAMES_LEAST = 16,
	/* with more neighbours queues are shorter: all of them full are about so much */
	LINK_QUEUES_BYTES = 64 << 20,
	/* come, and no message when all sockets are empty: a frame is at most FRAME_MAX_BYTES */
	UNFINISHED_BYTES = 1 << 20,
	/* one that is coming, and what was read with it */
	UNFINISHED_SLACK_BYTES = 2 * FRAME_MAX_BYTES,
	/* come and not taken, on all connections of one: more than both its queues */
	HELD_NEIGHBOUR_BYTES = 12 << 20,
	HELD_NEIGHBOUR_HARD_BYTES = 16 << 20, /* no last word then */
	/* of all: who holds most goes, when it is more than its queues take */
	HELD_ALL_BYTES = 64 << 20,
	/* by a connection that has not said who it is: a Hello is small */
	HELD_STRANGER_BYTES = 128 * 1024,
	HELD_STRANGERS_BYTES = 8 << 20, /* by all of those */
	/* of those at once, and two for each neighbour: all may come in the same moment. About 40
	 * KiB each */
	STRANGERS_MAX = 256,
	HELLO_WITHIN_MS = 10 * 1000, /* that long */
	/* come and are no message of ours: what ZeroMQ says for itself */
	UNHEARD_BYTES_A_SECOND = 64,
	/* written to one connection and not sent yet: past this the connection is started again */
	UNSENT_BYTES = 8 << 20,
	PUBLISH_UNSENT_BYTES = 4 << 20, /* publications wait, whatever the credit */
	/* but for so much of each, when all together hold */
	PUBLISH_UNSENT_SHARE_BYTES = 512 * 1024,
	UNSENT_ALL_BYTES = 48 << 20,
	/* of attachments, read for one neighbour and not on the wire yet */
	SERVE_FLIGHT_BYTES = 4 << 20,
	/* A Hello is sent once a connection, resent each 2 s while it gets no answer, and up to ten
	 * times a second on request. */
	HELLO_AGAIN_MS = 2000, /* an unanswered Hello is resent then */
	HELLOS_A_SECOND = 10,
	HELLOS_AT_ONCE = 100, /* 200 s of the second kind: we may have stood still */

	/* Items that have taken their sequence number in a neighbour's stream and cannot be
	 * believed yet (routing/links/aside.c); of each lane */
	ASIDE_LANE_ITEMS = 4096,
	ASIDE_LANE_BYTES = 64 << 20,
	/* past that, so many of the oldest are refused at once; the lane waits meanwhile */
	ASIDE_GIVEN_UP_AT_ONCE = 64,
	ASIDE_CHECKS_PER_TICK = 128, /* items checked in one tick */
	ASIDE_LOOK_BYTES = 4 << 20,  /* or so many bytes of them */
	ASIDE_DOUBTS_PER_TICK = 32,
	/* a directory that the neighbour does not have either after so long is not waited for */
	ASIDE_NO_DIRECTORY_MS = 30 * 1000,
	/* an item that two different directories mean differently waits so often at the head of its
	 * lane first */
	ASIDE_AFTER_HOLDS = 5,
	/* a doubt without an answer is resent after this, and each time after twice as long, */
	DOUBT_FIRST_MS = 2000,
	DOUBT_MOST_MS = 15 * 60 * 1000, /* at most this */
	DOUBT_TOKEN_MAX = 64,
	DOUBT_ENVELOPE_MAX_BYTES = 48 * 1024, /* a doubted fact that goes with the doubt */
	/* how long answers are waited for before numbers that nobody knows are made void */
	RECONCILE_ANSWERS_MS = 30 * 1000,
	/* documents that a neighbour names in one round because it does not have them whole; and
	 * all that a store lists of what it lost. The rest is counted. */
	GONE_OF_ONE_MAX = 4096,
	GONE_MAX = 16384,
	/* who has not answered after that is asked, and as often */
	WANTED_AFTER_MS = 24 * 3600 * 1000,
	WANTED_QUEUED_MOST = 2048,		 /* facts of a link: no more is asked then */
	RETURNED_ENVELOPE_MAX_BYTES = 16 * 1024, /* a status that is returned to its signer */

	/* An item that is invalid each time it is sent */
	REJECT_TRIES = 5,      /* same bytes, same sequence number */
	REJECT_TRIES_ANY = 20, /* other bytes each time */
	/* so often Subscribe is resent for a lane while the item it asks for does not come: then
	 * its publisher is cut off */
	ASKED_IN_VAIN_MAX = 20,
	/* of a stream: as many as each acknowledgement repeats to the publisher */
	REJECTED_MAX = 8,

	/* Local sockets */
	CONTROL_MESSAGE_MAX_BYTES = 1024 * 1024,
	CONTROL_CLIENTS_MAX = 256,
	CONTROL_DATA_BYTES = 256 * 1024, /* content in one message */
	/* Places: of a socket with those that allow less, and of one uid at it. So 64 are the
	 * office's alone, 64 its and the operators'; 32 are left to who only reads. */
	CONTROL_OFFICE_SLOTS_UID = 192,
	CONTROL_OPERATE_SLOTS = 192,
	CONTROL_OPERATE_SLOTS_UID = 96,
	CONTROL_READ_SLOTS = 128,
	CONTROL_READ_SLOTS_UID = 96,
	CONTROL_READ_SLOTS_OWN = 32,
	/* Bytes of requests and replies: what each client may hold in any case … */
	CONTROL_IN_BYTES = 8 * 1024,
	CONTROL_OUT_BYTES = 8 * 1024,
	CONTROL_SUBMIT_BYTES = 16 * 1024, /* one submission */
	/* … and what they share: 16 MiB less 256 clients' own. */
	CONTROL_HELD_MAX_BYTES = 16 * 1024 * 1024,
	CONTROL_SHARED_BYTES =
		CONTROL_HELD_MAX_BYTES -
		CONTROL_CLIENTS_MAX * (CONTROL_IN_BYTES + CONTROL_OUT_BYTES + CONTROL_SUBMIT_BYTES),
	CONTROL_OFFICE_BYTES_UID = 6144 * 1024,
	CONTROL_OPERATE_BYTES = 4608 * 1024,
	CONTROL_OPERATE_BYTES_UID = 3072 * 1024,
	CONTROL_READ_BYTES = 3072 * 1024,
	CONTROL_READ_BYTES_UID = 2304 * 1024,
	/* of each: requests leave it to replies */
	CONTROL_REPLY_RESERVE_BYTES = CONTROL_MESSAGE_MAX_BYTES + 64 * 1024,
	/* How long a client may hold something without going on: what it began to say, replies that
	 * it does not read, nothing at all. */
	CONTROL_HALF_MS = 60 * 1000,
	CONTROL_UNREAD_MS = 5 * 60 * 1000,
	/* any of these, while somebody else lacks its place or bytes */
	CONTROL_SHORT_MS = 3000,
};

#define ATTACHMENT_MAX_BYTES (2ULL << 30)
/* In the daemon's running time: a document whose time nobody has corrected by then is refused; a
 * fact cannot be refused, and is dropped later. */
#define ASIDE_DOCUMENT_MS (24LL * 3600 * 1000)
#define ASIDE_FACT_MS (30LL * 24 * 3600 * 1000)

/* After a store was set back, what was taken in that time is asked for
 * (routing/reconcile/wanted.h). */
#define WANTED_SINCE_MS (400LL * 24 * 3600 * 1000)

#endif
