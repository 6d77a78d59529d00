/* The records that a store keeps, one struct a family, and their keys.  Keys ascend on the hot path
 * (serial numbers, sequences, time-ordered ids) so that a turn's writes land on few pages: see
 * docs/ARCHITECTURE.md "Record layout". */
#ifndef VANTHU_ROUTING_STATE_RECORD_H
#define VANTHU_ROUTING_STATE_RECORD_H

#include "routing/base/calendar.h"
#include "routing/base/change_kind.h"
#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/state/figures.h"

/* One named database each. Order and numbers are part of the store format. */
enum family {
	FAMILY_NONE = 0,
	FAMILY_META,	 /* name → struct rec_note */
	FAMILY_IDENT,	 /* id ‖ origin → where the document is; outlives its content */
	FAMILY_DOCUMENT, /* role ‖ serial → what was taken; immutable */
	FAMILY_STATE,	 /* role ‖ serial → what changes */
	FAMILY_ENVELOPE, /* role ‖ serial → signed bytes and the relay records they came with */
	FAMILY_RELAY,	 /* role ‖ serial → this relay's own signed record */
	FAMILY_ROUTE,	 /* role ‖ serial → onward publications */
	FAMILY_RECEIPT,	 /* role ‖ serial ‖ recipient → signed receipt or refusal */
	FAMILY_STREAM,	 /* neighbour ‖ 0 ‖ lane ‖ seq → what is published to it */
	FAMILY_LINKIN,	 /* neighbour ‖ 0 ‖ lane */
	FAMILY_LINKOUT,	 /* neighbour ‖ 0 ‖ lane */
	/* neighbour ‖ 0 ‖ lane ‖ seq → document whose attachments are still to come */
	FAMILY_FETCH,
	FAMILY_FILE,	    /* sha256 ‖ role ‖ serial → nothing: who needs the file */
	FAMILY_SWEEP,	    /* due (ms) ‖ kind ‖ role ‖ serial → nothing: check it then */
	FAMILY_COMMITTEE,   /* committee id → directory entry */
	FAMILY_SUBORDINATE, /* superior ‖ 0 ‖ subordinate → nothing */
	FAMILY_DIRECTORY,   /* version → signed head */
	FAMILY_KEY,	    /* key id (32 bytes) → committee */
	FAMILY_ACT,	    /* ascending number → who changed what over a local socket */
	/* month ‖ direction ‖ since ‖ type (struct target_key) → what was counted: always equal to
	 * a recount */
	FAMILY_COUNTER,
	/* month ‖ direction ‖ ascending number → a document on paper, registered by hand */
	FAMILY_PAPER,
	/* routing/rules/series.h → nothing: who has which number, and which documents share one */
	FAMILY_NUMBER,
	/* neighbour ‖ 0 ‖ lane ‖ seq ‖ 8 bytes of its digest → taken, and not believed yet */
	FAMILY_ASIDE,
	/* version ‖ committee id → entry of a directory that comes into force in stages
	 * (routing/directory/install.c) */
	FAMILY_STAGED,
	/* version of its last change ‖ committee id → nothing: what a subordinate asks for */
	FAMILY_CHANGED,
	FAMILY_WORK, /* role ‖ serial → what our office does with a document that we received */
	/* role ‖ serial ‖ office ‖ 0 ‖ number → a status that it gave: on both sides the same */
	FAMILY_STATUS,
	FAMILY_LINE, /* book ‖ year ‖ number ‖ addition → a line of a register */
	/* routing/rules/series.h (counters) → the last number of the series */
	FAMILY_SERIES,
	FAMILY_OPEN, /* role ‖ serial → the office has still to do with it, or,
		      * of what we sent, others have */
	/* role ‖ serial ‖ committee → what our office said to it of the document, besides what went
	 * out at once */
	FAMILY_TOLD,
	FAMILY_EARLY, /* id ‖ origin → a recall asked of a document that is not here yet */
	/* sha256 ‖ role ‖ serial → nothing: a content that no FILE names any more, by who needed it
	 * last; its file is still to be removed */
	FAMILY_DROPPED,
	FAMILY_REPORT, /* committee below us → what is known of its reports */
	FAMILY_FIGURES, /* committee below us ‖ 0 ‖ month → its figures, as it reported them last */
	/* name ‖ 0 ‖ ascending number → what our office declared of another target of the plan */
	FAMILY_DECLARED,
	/* number of its first change → what one turn changed that others may act on */
	FAMILY_FEED,
	/* id ‖ origin → a document that was lost here and that a neighbour does not have whole */
	FAMILY_GONE,
	/* ascending number → what this daemon did in one turn, chained to the one before
	 * (routing/state/history.h) */
	FAMILY_HISTORY,
	/* family ‖ key → a damaged record that an operator has accepted as lost */
	FAMILY_ACCEPTED,
	FAMILY_COUNT
};

/* Why a document is to be checked. The numbers are part of the store format. */
enum sweep {
	SWEEP_NONE = 0,
	SWEEP_EXPIRE = 1,  /* one of ours, that not all have answered by then */
	SWEEP_CONTENT = 2, /* one passed on, whose content nobody needs by then */
	/* one that came here and was given back: its content goes; due by the store's own time
	 * (routing/documents/retention.c) */
	SWEEP_RECALLED = 3,
};

/* Where a line stands. Number 0: nowhere. Addition 0: the line itself. */
struct line_key {
	enum book book;
	uint16_t year, addition;
	uint32_t number;
};

/* The family's name in the store and in messages: "ident", "document", … */
const char *family_name(enum family f);

enum { KEY_MAX_BYTES = 128 };
struct key {
	uint8_t len_bytes;
	uint8_t bytes[KEY_MAX_BYTES];
};

/* META: of a store from before all statuses were known (routing/reconcile/unheard.h). The
 * number: of the round that is due, and 16 times when (wall). */
#define UNHEARD_NOTE "unheard"
struct key key_name(const char *name); /* META; at most KEY_MAX_BYTES characters */
struct key key_ident(struct doc_id id, struct committee_id origin);
struct key key_serial(enum role role, struct serial serial);
struct key key_role(enum role role); /* prefix of all serials of a role */
struct key key_receipt(enum role role, struct serial serial, struct committee_id recipient);
struct key key_link(struct committee_id neighbour, enum lane lane);
struct key key_seq(struct committee_id neighbour, enum lane lane, uint64_t seq);
/* begins with key_seq */
struct key key_aside(struct committee_id neighbour, enum lane lane, uint64_t seq,
		     const struct digest *digest);
struct key key_neighbour(struct committee_id neighbour); /* prefix */
struct key key_file(struct digest sha256, enum role role, struct serial serial);
struct key key_digest(struct digest d); /* KEY family, and the prefix of FILE */
struct key key_sweep(int64_t due_ms, enum sweep kind, enum role role, struct serial serial);
/* The key that one of format 3, which says no kind, has become. False: it is none. */
bool key_sweep_of_format_3(const struct key *old, struct key *out);
struct key key_committee(struct committee_id id);
struct key key_subordinate(struct committee_id superior, struct committee_id subordinate);
struct key key_number(uint64_t n);
/* STAGED and CHANGED; key_number(version) is the prefix of all of a version. */
struct key key_version(uint64_t version, struct committee_id id);
struct key key_counter(const struct target_key *at);
struct key key_counter_month(struct month month, enum direction direction); /* prefix */
/* A paper document's serial: month ‖ direction ‖ number, so that keys ascend by month and what is
 * alike lies together. */
struct serial paper_serial(struct month month, enum direction direction, uint32_t number);
struct key key_paper(struct serial serial);
struct key key_paper_cell(struct month month, enum direction direction); /* prefix */
struct key key_statuses(enum role role, struct serial serial, struct committee_id office);
struct key key_status(enum role role, struct serial serial, struct committee_id office,
		      uint32_t number); /* begins with key_statuses */
struct key key_line(struct line_key line);
struct key key_line_all(struct line_key line); /* with its additions: prefix */
struct key key_book(enum book book);	       /* prefix */
struct key key_book_year(enum book book, uint16_t year); /* prefix */

/* Month {0}: the prefix of all of a committee. */
struct key key_figures(struct committee_id committee, struct month month);
/* `name` at most KEY_MAX_BYTES − 9 bytes. */
struct key key_declared(text_t name, uint64_t n);
struct key key_declared_all(text_t name); /* prefix */
/* Of the record of `family` under `key`. False: that key is too long. */
bool key_accepted(enum family family, const struct key *key, struct key *out);

bool key_equal(const struct key *a, const struct key *b);
bool key_has_prefix(const struct key *k, const struct key *prefix);

/* Reading a key back. False when the key has another shape. */
bool key_parse_serial(const struct key *k, enum role *role, struct serial *serial);
bool key_parse_seq(const struct key *k, struct committee_id *neighbour, enum lane *lane,
		   uint64_t *seq);
bool key_parse_aside(const struct key *k, struct committee_id *neighbour, enum lane *lane,
		     uint64_t *seq);
bool key_parse_link(const struct key *k, struct committee_id *neighbour, enum lane *lane);
bool key_parse_receipt(const struct key *k, enum role *role, struct serial *serial,
		       struct committee_id *recipient);
/* of FILE and DROPPED */
bool key_parse_file(const struct key *k, struct digest *sha256, enum role *role,
		    struct serial *serial);
bool key_parse_version(const struct key *k, uint64_t *version, struct committee_id *id);
/* *kind may be one that this build does not know. */
bool key_parse_sweep(const struct key *k, int64_t *due_ms, enum sweep *kind, enum role *role,
		     struct serial *serial);
bool key_parse_subordinate(const struct key *k, struct committee_id *superior,
			   struct committee_id *subordinate);
bool key_parse_number(const struct key *k, uint64_t *n);
/* False also of a counter of format 7 and before, which says no more than month and direction. */
bool key_parse_counter(const struct key *k, struct target_key *out);
bool key_parse_paper(const struct key *k, struct serial *serial);
bool key_parse_status(const struct key *k, enum role *role, struct serial *serial,
		      struct committee_id *office, uint32_t *number);
bool key_parse_committee(const struct key *k, struct committee_id *committee);
/* Of IDENT, EARLY and GONE. */
bool key_parse_ident(const struct key *k, struct doc_id *id, struct committee_id *origin);
bool key_parse_figures(const struct key *k, struct committee_id *committee, struct month *month);
bool key_parse_declared(const struct key *k, uint64_t *n);
bool key_parse_line(const struct key *k, struct line_key *line);
bool key_parse_accepted(const struct key *k, enum family *family, struct key *key);

/* An envelope to seal. Documents bring a packed body; facts a struct that proto/ packs. */
struct draft {
	struct head head;
	struct blob body; /* documents */
	/* a document's number, when the body was packed without: the seal puts it in; NULL: it
	 * stays as it is */
	text_t number;
	struct fact fact; /* everything else */
	/* filled by the seal */
	struct blob envelope;
	struct digest digest;
};

/* Bytes of an envelope: given, or those of a draft of the same plan that is still to be sealed. */
struct sealed {
	uint32_t draft; /* index + 1 into plan->drafts, or 0 when bytes are given */
	struct blob bytes;
};

struct rec_note {
	uint64_t number;
	struct blob bytes;
};

struct rec_ident {
	enum role role;
	struct serial serial;
	uint32_t draft; /* index + 1: digest is to come from that draft */
	struct digest digest;
	struct digest submission;
};

struct rec_document {
	struct committee_id origin;
	struct doc_id id;
	enum urgency urgency;
	enum secrecy secrecy;
	int64_t signed_at_ms;
	int64_t taken_at_ms;
	/* when it was taken, by the store's own time (routing/links/passed.c); 0: by an older
	 * build */
	int64_t taken_passed_ms;
	uint64_t directory_version;
	uint32_t hop_limit;
	uint32_t draft; /* index + 1: digest is to come from that draft */
	struct digest digest;
	struct committee_id from; /* "" when submitted here */
	enum lane from_lane;
	uint64_t from_seq;
	bool mine; /* this committee is a recipient */
	const struct recipient *recipients;
	uint32_t recipients_len;
	uint64_t recipient_count; /* committees that will receipt: ROLE_OUT only */
	/* committees that this hop serves; none: all whose route leads over it */
	const struct committee_id *targets;
	uint32_t target_count;
	/* named to us later, in a further item (routing/documents/duplicate.c), or meant by one
	 * that named nobody */
	const struct committee_id *also;
	uint32_t also_count;
	const struct manifest_item *manifest;
	uint32_t manifest_count;
	uint32_t relay_count; /* relay records that came with it */
	/* ROLE_OUT: names of the distribution lists that it was sent to, a line each, and how many
	 * recipients, the last ones, they meant then; NULL or "" and 0: none */
	text_t lists;
	uint32_t listed;
	struct summary summary;
	/* of ours: in the register of outgoing documents (register_book says which); number 0: an
	 * older build took it */
	struct line_key line;
};

struct rec_state {
	uint64_t delivered;
	uint64_t refused;
	int64_t complete_at_ms; /* all bytes here; 0: not yet */
	int64_t closed_at_ms;   /* all receipts or refusals in; 0: not yet */
	int64_t held_at_ms;     /* the origin was sent a relay record that it is held; 0: not */
	bool expired;
	bool content_dropped;
	bool content_wanted; /* damaged here, and asked for: routing/reconcile/content.h */
	char code[3]; /* office status */
	/* its content went into an archive: when, into which, and the digest of the evidence that
	 * lies there. It stays when the content comes back (content_dropped says whether it is
	 * here). */
	int64_t archived_at_ms; /* 0: never */
	text_t archive;		/* at most ARCHIVE_NAME_MAX bytes; NULL or "" */
	struct digest archive_evidence;
};

struct rec_envelope {
	struct sealed envelope;
	const struct blob *relays;
	uint32_t relay_count;
};

struct rec_relay {
	struct sealed envelope;
};

struct publication {
	struct committee_id neighbour;
	enum lane lane;
	uint64_t seq;
};

struct rec_route {
	const struct publication *publications;
	uint32_t count;
};

struct rec_receipt {
	struct sealed envelope;
	const struct blob *relays;
	uint32_t relay_count;
	int64_t at_ms;
	enum kind kind; /* KIND_RECEIPT or KIND_REFUSAL */
	uint32_t reason;
	text_t rule;	      /* of a refusal: what says so; NULL or "" */
	uint32_t draft;       /* index + 1: digest is to come from that draft */
	struct digest digest; /* of the envelope: to publish it again */
};

struct rec_stream {
	enum role role; /* ROLE_NONE: a fact, whose bytes are right here */
	struct serial serial;
	uint32_t draft; /* index + 1: digest and size are to come from that draft */
	struct digest digest;
	uint64_t size_bytes;
	int64_t queued_at_ms;
	/* queued then, by the store's own time (routing/links/passed.c); 0: by an older build */
	int64_t passed_ms;
	/* committees that this row serves; further rows may name others
	 * (routing/documents/rows.c) */
	const struct committee_id *targets;
	uint32_t target_count;
	struct sealed fact;
	struct committee_id to;    /* of a fact: for whom */
	const struct blob *relays; /* of a fact */
	uint32_t relay_count;
	/* stays after the acknowledgement until the subscriber says Complete: a pin */
	bool has_files;
};

struct rec_linkin {
	struct stream_id stream;
	uint64_t base;
	uint64_t have;
	struct digest chain;
	struct rejected_seq rejected[REJECTED_MAX];
	uint32_t rejected_count;
};

struct rec_linkout {
	struct stream_id stream;
	uint64_t base;
	uint64_t acked;
	struct digest chain; /* at acked */
};

/* An item whose sequence number is acknowledged and that cannot be believed yet; see
 * routing/links/aside.c. */
struct rec_aside {
	struct blob envelope;
	const struct blob *relays;
	uint32_t relay_count;
	const struct committee_id *targets;
	uint32_t target_count;
	struct digest digest;
	/* why it cannot be believed yet: ERR_CLOCK, ERR_DIRECTORY_AHEAD, … */
	enum err why;
	enum kind kind;             /* KIND_NONE: nobody knows who signed it */
	struct committee_id signer; /* "" unknown */
	int64_t signed_at_ms;       /* as the envelope says */
	/* the document, or the one that the fact is about; origin "" unknown; no digest */
	struct document_ref document;
	uint64_t wants_version;     /* it is checked again when this directory is in force */
	uint64_t neighbour_version; /* the version in force at the neighbour that sent it */
	int64_t since_ms;           /* wall: set aside then */
	uint64_t since_run_ms;      /* the same by running time, which no clock moves */
	uint64_t doubted_run_ms;    /* running time: its signer was asked then */
	uint32_t doubts;            /* how often its signer was asked */
	int64_t corrected_at_ms;    /* the signing time by the signer's correction; 0: none */
	bool has_files;
	bool given_up;              /* too many are set aside: it is refused next */
};

struct rec_fetch {
	enum role role;
	struct serial serial;
};

enum key_use { KEY_USE_NONE = 0, KEY_USE_SIGN = 1, KEY_USE_LINK = 2, KEY_USE_ENCRYPT = 3 };
struct key_entry {
	enum key_use use;
	struct digest key_id;
	uint8_t public_key[32];
	struct blob certificate; /* DER */
	int64_t from_ms;
	int64_t to_ms;           /* 0: no end known */
	int64_t revoked_from_ms; /* 0: not revoked */
};

/* Where a committee stood from a directory version on. */
struct tenure {
	uint64_t since;
	struct committee_id superior;
	bool retired;
};

/* At which level a committee was judged from a directory version on; "": not. */
struct level_since {
	uint64_t since;
	text_t level;
};

/* Days on which one of a committee's codes holds, both included; "": no bound. */
struct organ_days {
	text_t code, from, until;
};

/* A directory entry. `entry` are the exact bytes under the head's root; the rest is decoded from
 * them. */
struct rec_committee {
	struct blob entry;
	struct committee_id id;
	struct committee_id superior;
	text_t name;
	text_t symbol;
	text_t endpoint;
	text_t term_name;
	text_t term_from;
	text_t level; /* a word of routing/rules/competence.h, NULL or "": not judged */
	bool no_seal;
	bool retired;
	uint64_t changed_in;
	/* of a row that is staged: the changed_in of the one in force; 0: the committee is new */
	uint64_t replaces;
	/* ascending; the last is where it stands now; none: there from the beginning */
	const struct tenure *places;
	uint32_t place_count;
	const struct level_since *levels; /* likewise; the last is `level` */
	uint32_t level_count;
	const struct key_entry *keys;
	uint32_t key_count;
	const text_t *organ_ids;
	uint32_t organ_id_count;
	const struct organ_days *organs; /* of those that do not hold always */
	uint32_t organ_count;
};

/* What installing it writes, at most. */
uint32_t committee_writes(const struct rec_committee *c);
/* A head. `head` is the signed envelope; the rest is decoded from it. */
struct rec_directory {
	struct blob head;
	uint64_t version;
	int64_t signed_at_ms;
	int64_t valid_until_ms;
	struct digest entries_root;
	uint64_t entry_count;
	struct digest previous; /* digest of the head before; zero for the first */
	struct digest digest;   /* of the envelope */
	struct blob competence; /* a table as text (routing/rules/competence.h); empty: none */
	struct blob lists;      /* the same of routing/rules/distribution.h */
};

struct rec_key {
	/* whose entry has the key; which of the two its entries say (one may be of a directory not
	 * in force) */
	struct committee_id committee;
	struct committee_id also;      /* "": nobody's besides */
};

struct rec_act {
	int64_t at_ms;
	uint32_t uid;
	text_t verb;
	text_t subject;
	text_t person; /* in whose name it was done; NULL or "" not said */
};

/* What a clerk wrote down of a document on paper. Never changed but for its end: a correction is
 * another record of the same id, and the line of the register keeps the first one. */
struct rec_paper {
	enum direction direction;
	struct doc_id id;
	text_t type_code;
	text_t type_name; /* QĐ stands for two types (docs/DOMAIN.md §2) */
	text_t number;
	text_t subject; /* "" when secret: only its existence is registered (docs/DOMAIN.md §4) */
	text_t date;    /* YYYY-MM-DD: sent or received then */
	text_t party;   /* who sent it, or whom it went to; free text, "" unknown */
	enum secrecy secrecy;
	int64_t added_at_ms;
	uint32_t uid;
	int64_t cancelled_at_ms; /* 0: stands */
	text_t reason;           /* why it was cancelled */
	struct line_key line;    /* in the register of its direction, as a document's */
	struct serial next;      /* of the record that corrects it; 0: this one stands */
	struct serial previous;  /* of the one that it corrects; 0: none */
	int64_t changed_at_ms;   /* of a correction */
	text_t why;              /* the reason of the correction; NULL or "" none given */
	/* a number that nothing was issued under; cancelled from the start */
	bool not_issued;
	/* What it answers; id zero: nothing that is here. A document, not another entry. */
	struct committee_id reply_origin;
	struct doc_id reply_id;
	/* who signed it, as far as somebody wrote it down; NULL or "" */
	text_t signer_competence, signer_position, signer_name;
	uint64_t directory_version; /* in force when it was registered; 0: an older build did */
	text_t issued_on; /* of what came in: the day of the document; NULL or "" nobody said */
	text_t note; /* for the register's column of notes; NULL or "" none */
};

/* Of a document that we received: where the work on it stands. Its history is in STATUS. */
struct rec_work {
	struct office_stand stand;
	uint32_t n;              /* statuses that we gave, so far */
	struct line_key line;    /* in the register of incoming documents; number 0: not there */
	int64_t accepted_at_ms;  /* first; 0: not */
	int64_t finished_at_ms;  /* 0: it is not finished */
	int64_t since_ms;        /* it stands so since then */
	text_t to;               /* who is in charge; "" nobody yet */
	const text_t *with;      /* who works on it too */
	uint32_t with_count;
	text_t due_on;           /* set by the office; "" none but the document's own */
	text_t note;             /* the instruction that it was assigned with */
	text_t person;           /* who acted last */
	struct doc_id answer;    /* ours, that answers it; zero: none */
	text_t recall_reason;    /* as the issuer gave it */
	struct doc_id request;   /* the document that asks (stand.asks); zero: a status 13 did */
	struct doc_id replaced_by; /* the one that stands in its place; zero: none */
};

struct rec_status {
	struct sealed envelope;
	char code[3];
	int64_t at_ms;
	uint32_t uid;            /* of our own: who acted */
	text_t note;
	struct office_note status;
};

enum line_kind { LINE_NONE = 0, LINE_ENTRY = 1, LINE_ADDITION = 2, LINE_VOID = 3 };

/* Note of a line that the way back of a store has made void (routing/reconcile/own.c). */
#define LINE_NOTE_RESTORED "restored"

/* What is not in the record of the document itself. */
struct rec_line {
	enum line_kind kind;
	enum role role;          /* what it registers; ROLE_NONE: a number that was not issued */
	struct serial serial;
	enum office_status status; /* of an addition: what happened; OFFICE_NONE: a correction */
	int64_t at_ms;
	uint32_t uid;
	text_t person;
	text_t note;
	enum business business;	   /* of an addition: what a newer document does with it */
	text_t newer;		   /* and its number; NULL or "": none */
	struct committee_id office; /* of an addition: the recipient whose office said it; "": ours
				     * did */
};

/* Of one issuer, term or year, and type. It only grows: what was given is given. */
struct rec_series {
	uint64_t last; /* the highest number that was given or seen; 1 to NUMBERING_LAST */
};

/* Of a document in the index of open work (routing/documents/open_work.c): the deadlines that were
 * told of, so that each is told of once. */
struct rec_open {
	int64_t soon_at_ms; /* 0: of none */
	int64_t late_at_ms;
	/* of what we sent (routing/documents/sent_work.h): how many recipients are done; and the
	 * same as soon_at_ms of those who are not below us */
	uint32_t done;
	int64_t up_at_ms;
};

/* To whom our statuses of a document go: to its issuer, or, of one of ours, a recipient that it is
 * asked back from. */
struct rec_told {
	uint32_t asked;  /* how often it was asked back; of what others issued 0 */
	uint32_t unsent; /* our status from which on nothing went out yet; 0: all went out */
};

/* A recall asked of a document that is not here yet; key_ident of that. */
struct rec_early {
	struct rec_status status;
	struct digest digest; /* of the document */
	int64_t since_ms;     /* kept since */
};

/* What was lost here, as a neighbour says that knows it and does not have it whole. */
struct rec_gone {
	struct committee_id from; /* who says so */
	int64_t at_ms;		  /* since when it is listed */
	enum role role;		  /* what it was here */
	enum secrecy secrecy;
	text_t number, issued_on;
};

/* That a damaged record is lost (routing/reconcile/accept.h). */
struct rec_accepted {
	int64_t at_ms;
	uint32_t uid;
	text_t reason; /* NULL or "": nobody gave one */
};

/* Of a committee below us. */
struct rec_report {
	struct blob envelope;    /* its last report, as it signed it; empty: none was taken yet */
	int64_t signed_at_ms;    /* of that; nothing signed before it is taken any more */
	int64_t taken_at_ms;
	struct report summary;   /* of that, without rows and exchanges */
	uint64_t refused;        /* reports that were not taken */
	enum err refused_why;    /* the last of them */
	int64_t refused_at_ms;
	int64_t refused_signed_at_ms; /* when that one was signed; 0: not known */
	struct digest refused_digest; /* of its envelope */
	/* Those that a neighbour passed on again: how often, and the last time. No fault of who
	 * signed them. */
	uint64_t again;
	struct committee_id again_through;
	int64_t again_at_ms;
	/* Documents exchanged with us that it does not count as we do, the first of them, and how
	 * many in all; as of checked_at_ms, 0: not compared yet */
	const struct report_unfit *unfit;
	uint32_t unfit_count;
	uint64_t unfit_all;
	int64_t checked_at_ms;
};

/* A month of it. */
struct rec_figures {
	int64_t signed_at_ms;
	struct report figures; /* rows only */
};

struct rec_declared {
	struct declaration said;
	uint32_t uid;
};

/* See routing/state/feed.h. */
struct change {
	enum change_kind kind;
	enum change_what what;
	/* what it is about: ROLE_OUT and ROLE_IN a document, ROLE_PAPER an entry; ROLE_NONE */
	enum role role;
	struct serial serial;
	struct committee_id committee; /* the other one; our own where our office did it; "" */
	enum office_status status;
	uint32_t reason;      /* enum err, or 0 */
	struct line_key line; /* number 0: none */
	uint64_t number;      /* of a directory */
	/* it tells that a secret document exists: only for who may read the book of those */
	bool secret;
	text_t name;          /* NULL or "" */
};

/* What one turn changed: ascending numbers from the key on, one each. */
struct rec_feed {
	int64_t at_ms;
	int64_t passed_ms; /* the store's own time (routing/links/passed.h) */
	const struct change *changes;
	uint32_t count;
};

/* See routing/state/history.h. */
struct rec_history {
	struct blob line;
	struct digest chain; /* the head, once this line is in it */
};

struct rec_counter {
	struct target_count count;
	/* of the type, as the first document said it; NULL or "" */
	text_t type_code, type_name;
};

struct record {
	enum family family;
	union {
		struct rec_note note; /* META */
		struct rec_ident ident;
		struct rec_document document;
		struct rec_state state;
		struct rec_envelope envelope;
		struct rec_relay relay;
		struct rec_route route;
		struct rec_receipt receipt;
		struct rec_stream stream;
		struct rec_linkin linkin;
		struct rec_linkout linkout;
		struct rec_fetch fetch;
		struct rec_committee committee;
		struct rec_directory directory;
		struct rec_key key;
		struct rec_act act;
		struct rec_counter counter;
		struct rec_paper paper;
		struct rec_aside aside;
		struct rec_work work;
		struct rec_status status;
		struct rec_line line;
		struct rec_series series;
		struct rec_open open;
		struct rec_told told;
		struct rec_early early;
		struct rec_gone gone;
		struct rec_accepted accepted;
		struct rec_report report;
		struct rec_figures figures;
		struct rec_declared declared;
		struct rec_feed feed;
		struct rec_history history;
		/* STAGED has a `committee`; FILE, SWEEP, SUBORDINATE, CHANGED and DROPPED have
		 * no value */
	} u;
};

#endif
