/* What happens to a committee, as data: the core's only input besides the stored records. Pointers
 * belong to whoever made the event and live until core_take returns and the turn's plan has been
 * committed. */
#ifndef VANTHU_ROUTING_STATE_EVENT_H
#define VANTHU_ROUTING_STATE_EVENT_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/message.h"
#include "routing/state/record.h"

enum event_type {
	EVENT_NONE = 0,
	/* a local client submits a document; its files are on disk and synced */
	EVENT_SUBMIT,
	EVENT_CONNECTED, /* a neighbour's control connection stands (CURVE done): say Hello */
	EVENT_DISCONNECTED,
	EVENT_MESSAGE, /* a decoded control-connection message other than PUBLISH */
	/* one item of a PUBLISH, or one that was set aside: an envelope, opened and checked by a
	 * worker */
	EVENT_PUBLISH,
	/* all attachments of one published envelope are here, or can never be */
	EVENT_FETCHED,
	EVENT_DIRECTORY, /* a verified directory to install, or some of its entries */
	EVENT_OPERATE,	 /* an operator's request */
	EVENT_RESEND,	 /* a stored document is to be resent to one of its recipients */
	EVENT_OFFICE,	 /* the office accepts, returns, assigns, … what it has received */
	EVENT_PAPER,	 /* a clerk registers a document on paper, or an act on such an entry */
	/* a neighbour broke the protocol where the core does not see it: a frame that is none, a
	 * file that is not its */
	EVENT_FAULT,
	EVENT_TICK,	     /* the core's deadline has come */
	EVENT_BAD_DIRECTORY, /* what a committee sent us as a directory is none */
	EVENT_PAPERS,	     /* many entries on paper, of one import */
	EVENT_DROPPED,	     /* a content that nobody needed is off the disk, or is needed again */
	/* a content that records name is damaged or not there, or right again */
	EVENT_CONTENT_LOST,
	EVENT_DAMAGED,
	EVENT_DECLARE, /* the office declares another target of the plan */
	EVENT_ACCEPT,  /* an operator accepts that a damaged record is lost */
};

/* Who gets the reply: the shell's own number, opaque to the core. 0: nobody. */
struct reply_to {
	uint64_t n;
};

struct distributions; /* routing/rules/distribution.h */

/* Distribution lists by the names that a client gave. `office` is that of the office, NULL: none;
 * the directory's are read where they are asked for. */
struct named_lists {
	const text_t *names;
	uint32_t count;
	const struct distributions *office;
};

/* Everything the submitter said. `body` is packed and final (inline parts inside). */
struct ev_submit {
	struct reply_to reply;
	uint32_t uid;
	struct doc_id id;
	struct digest submission;
	const struct recipient *recipients; /* may hold GROUP_SUPERIOR */
	uint32_t recipient_count;
	struct named_lists lists; /* besides: their members become explicit recipients */
	enum urgency urgency;
	enum secrecy secrecy;
	const struct manifest_item *manifest;
	uint32_t manifest_count;
	struct blob body;
	uint32_t body_version;
	struct summary summary;
	/* "auto…" (routing/rules/numbering.h): body and summary have no number, the core gives it;
	 * NULL or "": none */
	text_t number_template;
	text_t type_name;
	/* a part's name is one that other systems refuse (routing/rules/portable.h): the body is
	 * opaque to the core */
	bool odd_name;
	bool signed_for; /* K/T for a committee (routing/rules/signing.h) */
	/* policy_submit was called already, before the contents came: the core does not repeat
	 * it */
	bool within_policy;
	bool dry_run; /* only say what would be answered */
	bool strict;  /* what would be warned of is refused */
};

struct ev_link {
	struct committee_id neighbour;
	enum party party;
	uint32_t reason; /* disconnected, fault, bad directory: enum err */
};

struct ev_message {
	struct committee_id neighbour;
	enum party party;
	struct message message;
};

/* An opened relay record that came with an item. Bad ones never get here: the item's verdict says
 * so. */
struct relay_note {
	struct committee_id relay;
	struct fact fact;
	/* its key has ended, or its time has not come: it shows the route and proves no time */
	bool no_custody;
	bool ahead;      /* its time has not come */
};

struct ev_publish {
	struct committee_id neighbour;
	enum lane lane;
	struct stream_id stream;
	uint64_t seq;
	/* ERR_OK, or why the envelope is refused; head is NULL unless the signature was good.
	 * ERR_CHAIN: what the neighbour put beside it is wrong; ERR_CLOCK, ERR_DIRECTORY_AHEAD: not
	 * yet */
	enum err verdict;
	struct digest digest;   /* of the envelope, always */
	struct committee_id signer; /* "" when unknown */
	const struct head *head;
	struct blob envelope;
	const struct fact *fact;       /* receipts, refusals, statuses, relay records */
	struct summary summary;        /* documents addressed to us */
	/* ERR_FIELD: texts of the document that no office takes; whoever passes it on does not
	 * ask */
	enum err body_fault;
	const struct blob *relays;     /* as they came */
	const struct relay_note *relay_notes;
	uint32_t relay_count;
	const struct committee_id *targets;
	uint32_t target_count;
	struct digest chain;           /* the publisher's, at seq */
	uint64_t neighbour_directory;  /* the version that the neighbour goes by */
	/* directory version that the keys were looked up under: a newer one means opening again */
	uint64_t opened_under;
	bool aside;                    /* not from the wire: set aside before, and opened again */
	/* a doubt, of a fact that we signed: `doubted_at_ms` is what it says */
	bool doubt_ours;
	bool has_files;                /* of a document whose head is known */
	/* KIND_RETURNED for us: the status or receipt in it, which we signed; NULL: it is none */
	const struct fact *returned;
	struct digest returned_digest;
};

struct ev_fetched {
	struct committee_id neighbour;
	enum lane lane;
	uint64_t seq;
	enum role role;
	struct serial serial;
	enum err result; /* ERR_OK, or ERR_DIGEST: the signer's manifest does not fit the bytes */
};

/* What FAMILY_DROPPED said, by its key. */
struct ev_dropped {
	struct digest sha256;
	enum role role;
	struct serial serial;
};

struct ev_content_lost {
	struct digest sha256;
	bool mended; /* it was, and is right again */
};

/* A record that the last survey of the store found damaged. `found`: the caller has looked through
 * the store for what its family leads to, or what leads to it:
 *   DOCUMENT          role and serial (its key); id, origin and digest from IDENT
 *   ENVELOPE          the same from DOCUMENT
 *   IDENT             role, serial and digest, from DOCUMENT, and submission, from ENVELOPE; of an
 *                     entry on paper role and serial, from PAPER
 *   FETCH, STREAM     role and serial, from DOCUMENT and ROUTE
 *   LINE              role and serial, from DOCUMENT, WORK and PAPER
 *   KEY               origin: the committee whose entry has it */
struct ev_damaged {
	enum family family;
	struct key key;
	int64_t told_ms; /* since it was told first, by this process */
	bool found;
	enum role role;
	struct serial serial;
	struct doc_id id;
	struct committee_id origin;
	struct digest digest, submission;
};

struct ev_accept {
	struct reply_to reply;
	uint32_t uid;
	enum family family;
	struct key key;
	text_t copy;   /* the name of its copy in the quarantine */
	text_t reason; /* "": none */
	bool knowing;  /* although it may come again: routing/reconcile/accept.h */
};

/* Comes in one event, or in several that follow each other; the last one puts the version into
 * force. */
struct ev_directory {
	/* answered by the last; what cannot be taken is answered here only when there is no
	 * token */
	struct reply_to reply;
	uint32_t uid;
	const struct rec_directory *head;
	const struct rec_committee *entries; /* all, or those that changed after `base` */
	uint32_t entry_count;
	uint64_t base;
	struct committee_id from; /* who sent it; "": a file */
	enum party party;
	uint64_t staged; /* entries in the events before this one */
	bool more;       /* others follow */
	/* the shell's: ACT_INSTALLED says what came of this event; 0: nobody asks */
	uint64_t token;
};

enum operation {
	OPERATION_NONE = 0,
	OPERATION_LINK_PING,
	OPERATION_RECOUNT, /* compare the target's counters with the records */
	OPERATION_REPAIR,  /* the same, and put right what differs */
	/* go on with a store that is behind; with a neighbour named: its alarm is settled */
	OPERATION_RESUME,
	OPERATION_REPORT,     /* our figures go up now */
	OPERATION_ACCEPT,     /* the store gives up records that are missing: noted in the log */
	OPERATION_ASK_REPORT, /* a committee below us is asked for its own */
	OPERATION_ARCHIVED, /* a content lies in an archive: it goes here */
	OPERATION_DROP_COPY, /* one is deleted from the quarantine: noted in the log */
};

struct ev_operate {
	struct reply_to reply;
	uint32_t uid;
	enum operation operation;
	struct committee_id neighbour; /* of ASK_REPORT any committee below us */
	/* of ARCHIVED: the document, the archive's name and what its evidence there is */
	enum role role;
	struct serial serial;
	struct doc_id id;
	text_t archive;
	struct digest evidence;
	text_t copy; /* of DROP_COPY: its name */
};

enum paper_action { PAPER_NONE = 0, PAPER_ADD, PAPER_CANCEL, PAPER_CHANGE, PAPER_VOID };
struct ev_paper {
	struct reply_to reply;
	uint32_t uid;
	enum paper_action action;
	struct doc_id id;       /* made by the client, so that repeating is safe */
	/* to add, without what the core fills in; to change, what is corrected: "" as it is */
	struct rec_paper paper;
	/* to add or make void: as in a submission, only of what went out; void of what came in:
	 * the next arrival number */
	text_t number_template;
	bool again;             /* although one just like it stands there */
	bool strict;            /* what would be warned of is refused */
	text_t reason;          /* to cancel, change, make void */
	bool dry_run;
	/* of an import: one just like it that stands there is no fault when its subject is the
	 * same */
	bool import;
	enum err fault; /* found before: all that it is answered with; about whom; ERR_OK */
	text_t about;
};

/* All answered at once (act_reply.lines). */
struct ev_papers {
	struct reply_to reply;
	const struct ev_paper *lines; /* to add; without a reply of their own */
	uint32_t count;               /* IMPORT_LINES_MAX at most */
	bool together; /* nothing is registered when one of them is refused */
	bool dry_run;  /* decided one after the other as if, and nothing is registered */
};

struct ev_resend {
	struct reply_to reply;
	uint32_t uid;
	enum role role; /* of the document, as the store has it */
	struct serial serial;
	struct committee_id to;
	bool dry_run;
};

struct ev_office {
	struct reply_to reply;
	uint32_t uid;
	enum role role; /* of the document, as the store has it */
	struct serial serial;
	enum office_status next;
	text_t note;    /* return, decline: the reason; assign: the instruction; "" none */
	text_t to;      /* assign: who is in charge */
	const text_t *with;
	uint32_t with_count;
	text_t due_on;  /* YYYY-MM-DD or "" */
	text_t person;  /* in whose name; "" not said */
	struct doc_id answer; /* finish: the document that answers it; zero: none */
	/* to ask for a recall: of whom; none named: of all recipients */
	const struct committee_id *asked;
	uint32_t asked_count;
	struct named_lists lists; /* of those of them, too, that it went to */
	bool dry_run;
};

struct ev_declare {
	struct reply_to reply;
	uint32_t uid;
	text_t name; /* of the target: its id, or a name that means one */
	uint64_t done, all;
	text_t as_of;  /* YYYY-MM-DD */
	text_t person; /* in whose name; "" not said */
	bool correction; /* it puts right the last one, whose day may have been wrong */
	bool dry_run;
};

struct event {
	enum event_type type;
	union {
		struct ev_submit submit;
		struct ev_link link;
		struct ev_message message;
		struct ev_publish publish;
		struct ev_fetched fetched;
		struct ev_dropped dropped;
		struct ev_content_lost content_lost;
		struct ev_damaged damaged;
		struct ev_accept accept;
		struct ev_directory directory;
		struct ev_operate operate;
		struct ev_paper paper;
		struct ev_papers papers;
		struct ev_resend resend;
		struct ev_office office;
		struct ev_declare declare;
	} u;
};

#endif
