/* The plain values that every part of vanthu speaks of. No behaviour here, no ownership: a struct
 * that holds pointers borrows them, and says from what. */
#ifndef VANTHU_ROUTING_BASE_TYPES_H
#define VANTHU_ROUTING_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/base/limits.h"

/* Borrowed bytes. {NULL, 0} is empty. */
struct blob {
	const uint8_t *data;
	size_t len_bytes;
};

/* Borrowed text, UTF-8, NUL-terminated and never NULL once decoded; "" is absent. */
typedef const char *text_t;

/* A committee's id: [a-z0-9-]{1,32}, NUL-terminated. "" is nobody. */
struct committee_id {
	char text[COMMITTEE_ID_MAX + 1];
};

/* A document's UUIDv7 (RFC 9562 §5.7), made by its submitter. Known together with its origin. */
struct doc_id {
	uint8_t bytes[16];
};

/* SHA-256. */
struct digest {
	uint8_t bytes[32];
};

/* A random stream id; new whenever a publisher's store is created or restored. */
struct stream_id {
	uint8_t bytes[16];
};

/* This store's own ascending number of an envelope that it took. */
struct serial {
	uint64_t n;
};

/* Both clocks, read once a turn. */
struct now {
	int64_t wall_ms; /* Unix time */
	int64_t mono_ms; /* never goes back */
	int64_t mono_us; /* the same clock, for measuring only */
};

/* A sequence number of a stream whose item was invalid each time it came. */
struct rejected_seq {
	uint64_t seq;
	uint32_t reason; /* enum err */
};

enum lane {
	LANE_NONE = 0,
	LANE_FACTS = 1,
	LANE_URGENT = 2,
	LANE_NORMAL = 3,
};

enum { LANE_COUNT = 4 }; /* arrays are indexed by lane; slot 0 stays empty */

/* How far the way back is of a store that is behind (routing/reconcile/reconcile.h). The numbers
 * are part of the store format. */
enum reconcile_stage {
	RECONCILE_NONE = 0,
	RECONCILE_NEIGHBOURS = 1, /* each publishes once more what it holds and we do not */
	RECONCILE_ASKING = 2,	  /* issuers and recipients are asked what was said */
	RECONCILE_WAITING = 3,	  /* … and their answers waited for */
	RECONCILE_FILLING = 4,	  /* numbers that nobody knows of get void lines */
};

/* How far what a neighbour gets is whose store is behind (routing/reconcile/give.h). The numbers
 * are part of the store format. */
enum giving_phase { GIVING_NONE = 0, GIVING_WALK = 1, GIVING_WAIT = 2, GIVING_DONE = 3 };

enum kind {
	KIND_NONE = 0,
	KIND_DOCUMENT = 1,
	KIND_RECEIPT = 2,
	KIND_REFUSAL = 3,
	KIND_STATUS = 4,
	KIND_RELAY = 5,
	KIND_DIRECTORY = 6,
	KIND_REPORT = 7,
	KIND_DOUBT = 8,	     /* "did you sign this? its time has not come" */
	KIND_CORRECTION = 9, /* "I did; its time was wrong" */
	KIND_ASKED = 10,     /* "what did you say of it, and what did I?" */
	KIND_RETURNED = 11,  /* an envelope of the receiver's own, in answer */
	KIND_GONE = 12,	     /* "you had it; I know it, and do not have it whole" */
};

enum urgency {
	URGENCY_NONE = 0,
	URGENCY_THUONG = 1,
	URGENCY_KHAN = 2,
	URGENCY_THUONG_KHAN = 3,
	URGENCY_HOA_TOC = 4
};

enum secrecy {
	SECRECY_NONE = 0,
	SECRECY_THUONG = 1,
	SECRECY_MAT = 2,
	SECRECY_TOI_MAT = 3,
	SECRECY_TUYET_MAT = 4
};

/* GROUP_SUPERIOR exists only in submissions: it is resolved to a committee when the origin
 * accepts. */
/* What a document does with an older one of its issuer; by the numbers of DocumentBody.business. */
enum business {
	BUSINESS_NONE = 0,
	BUSINESS_NEW = 1,
	BUSINESS_RECALL = 2,
	BUSINESS_UPDATE = 3,
	BUSINESS_REPLACE = 4,
};

enum group { GROUP_NONE = 0, GROUP_SUBORDINATES = 1, GROUP_SUBTREE = 2, GROUP_SUPERIOR = 100 };

/* Why a store holds a document: ours, for us, or only passing through. First byte of its keys. */
/* ROLE_PAPER stands in IDENT only: registered by hand, on paper. */
enum role { ROLE_NONE = 0, ROLE_OUT = 'o', ROLE_IN = 'i', ROLE_RELAY = 'r', ROLE_PAPER = 'p' };

struct recipient {
	enum group group;
	struct committee_id committee; /* when group is GROUP_NONE */
};

struct manifest_item {
	uint64_t size_bytes;
	struct digest sha256;
	struct digest chunk_root;
	bool inlined;
};

/* The decoded head of an envelope. The arrays belong to the arena it was decoded into. */
struct head {
	struct doc_id id;
	struct committee_id origin;
	enum kind kind;
	uint32_t body_version;
	enum urgency urgency;
	enum secrecy secrecy;
	int64_t signed_at_ms;
	uint64_t directory_version;
	uint32_t hop_limit;
	const struct recipient *recipients;
	uint32_t recipient_count;
	const struct manifest_item *manifest;
	uint32_t manifest_count;
	struct digest submission;
};

struct document_ref {
	struct committee_id origin;
	struct doc_id id;
	struct digest digest;
};

/* The body of a receipt, refusal, status, relay record, doubt or correction: one small fact about
 * one document. */
/* What an office does with a document, by the codes of the State's document exchange; what may
 * follow what: routing/rules/office_status.h. */
enum office_status {
	OFFICE_NONE = 0,
	OFFICE_ARRIVED = 1,
	OFFICE_RETURNED = 2,
	OFFICE_ACCEPTED = 3,
	OFFICE_ASSIGNED = 4,
	OFFICE_PROCESSING = 5,
	OFFICE_FINISHED = 6,
	OFFICE_RECALL_ASKED = 13,
	OFFICE_RECALL_AGREED = 15,
	OFFICE_RECALL_DECLINED = 16,
};

/* Where the work on a document stands: what the recipient's office said last (01 to 06), and how
 * far a recall is. */
struct office_stand {
	enum office_status work;   /* OFFICE_NONE counts as OFFICE_ARRIVED */
	enum office_status recall; /* OFFICE_NONE, _ASKED, _AGREED, _DECLINED */
	/* what `recall` is about: BUSINESS_UPDATE, BUSINESS_REPLACE; any other: to give it back */
	enum business asks;
	bool replaced; /* it was agreed that a newer one stands in its place */
};

/* The registers; the numbers are part of the store format. See routing/books/register.h. */
enum book {
	BOOK_NONE = 0,
	BOOK_OUT = 1,
	BOOK_IN = 2,
	BOOK_SECRET_OUT = 3,
	BOOK_SECRET_IN = 4,
	BOOK_COUNT
};

/* How far a register is: its last number of that year. Year 0: nobody knows. */
struct book_mark {
	uint16_t year;
	uint32_t last;
};

/* The head of a history after a line of it (routing/state/history.h). */
struct history_head {
	uint8_t id[16]; /* of the chain */
	uint64_t line;
	bool has_chain;
	struct digest chain;
};

/* Of a link, by lane: what we have of the neighbour's stream, and what we have published to it. */
struct lane_marks {
	uint64_t have[LANE_COUNT], last[LANE_COUNT];
};

/* What a status says besides its code and note. */
struct office_note {
	uint32_t n;        /* 1, 2, … of its signer about this document; 0: it says none */
	uint32_t arrival;  /* the number in the signer's register of incoming documents; 0: none */
	text_t person;     /* who acted, or is to act; "" not said */
	text_t due_on;     /* YYYY-MM-DD, or "" */
	struct doc_id answer; /* the signer's document that answers this one; zero: none */
	struct doc_id request; /* 15, 16: the issuer's document that asked; zero: a status 13 did */
};

struct report;

struct fact {
	enum kind kind;
	struct document_ref document;
	int64_t at_ms;
	struct committee_id from; /* previous hop */
	uint32_t reason;          /* refusal: enum err */
	text_t rule;		  /* refusal with ERR_COMPETENCE: what says so; NULL or "" */
	/* refusal by a relay: whom it refuses for; none: itself and all beyond */
	const struct committee_id *targets;
	uint32_t target_count;
	uint32_t relay_event;     /* relay: 1 relayed, 2 held */
	uint32_t hop;             /* relay */
	char code[3];             /* status: edXML code */
	text_t note;              /* status */
	struct office_note status;
	struct digest doubted;    /* doubt, correction: the envelope whose time is not believed */
	enum kind doubted_kind;
	int64_t doubted_at_ms;    /* doubt: the time that it says */
	struct blob token;        /* doubt, correction: of who doubts, returned as it came */
	/* doubt: the doubted envelope, when it is a fact; returned: the receiver's own */
	struct blob envelope;
	/* asked: the last status that the asker knows of its own, and of the receiver's; whether an
	 * issuer has the receiver's receipt or refusal, a recipient the first receipt that it gave
	 */
	uint32_t asked_own, asked_yours;
	bool asked_answered;
	bool asked_content; /* instead: a content of it is damaged at the asker */
	/* gone: what it was to the receiver, and what can be said of it */
	enum role gone_role;
	enum secrecy gone_secrecy;
	text_t gone_number, gone_issued_on; /* NULL: "" */
	const struct report *report; /* report: routing/state/figures.h */
};

/* What a listing shows of a document; texts belong to the arena that the summary was decoded
 * into. */
struct summary {
	text_t number;
	text_t type_code;
	text_t subject;
	text_t issued_on;
	text_t due_on;
	text_t type_name;   /* NULL or "": an older build took it, and the code says the type */
	text_t signer_name; /* the same */
	/* Names of its parts, the document itself first, a line each. NULL or "": an older build
	 * took it, and they stand in its envelope, as what it answers does. */
	text_t files;
	const struct document_ref *reply_to; /* what it answers, without digest; NULL: nothing */
	/* NULL or "": none, or an older build took it */
	text_t signer_competence, signer_position;
	enum business business;
	/* the older document that it recalls, updates or replaces, without digest; NULL: none */
	const struct document_ref *concerns;
	/* a reminder of reply_to: the committee that has not done it; NULL or "": it is none */
	text_t reminds;
	uint32_t paper_copies; /* that went on paper besides */
	bool published;	       /* its issuer says that everybody may read it */
	text_t foreign_id; /* by another system; NULL or "": none, or an older build took it */
};

#endif
