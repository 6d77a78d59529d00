/* libvanthu: send and receive documents over the local socket of a vanthud. What it is for, threads
 * and the promise about the ABI: docs/LIBRARY.md; a whole program: docs/examples/send_and_wait.c.
 *
 * Errors. Functions that can fail return 0 or a VT code (VT-2005 is 2005); vanthu_last_fault() has
 * what it is about. Besides the codes that each function names, all that ask the daemon may return
 *   VANTHU_ERR_UNREACHABLE  it ended, or closed the connection; the next call connects again
 *   VANTHU_ERR_TIMEOUT      it did not answer within the time-out of the handle
 *   VANTHU_ERR_PERMISSION   this socket does not allow that
 *   VANTHU_ERR_PLACES, VANTHU_ERR_IDLE, VANTHU_ERR_BUSY   later
 *   VANTHU_ERR_FORMAT       its answer was not understood
 *   VANTHU_ERR_BAD_STATE    called from a vanthu_take of the same handle
 *   VANTHU_ERR_NO_MEMORY
 * and others of the list in docs/PROTOCOL.md: handle those that you know, print the rest.
 *
 * Texts are UTF-8 and end with a NUL. Texts that a function returns belong to the object that it
 * was asked about and live as long as that; none is ever NULL. *out is set to NULL where a function
 * fails, unless it says otherwise. Every _free and _close takes NULL.
 *
 * Threads. A connection may be used from several threads: its calls wait for each other. A draft, a
 * filter, a list or a document is used by one thread at a time; documents may be read by several.
 *
 * The library installs no signal handler, raises no SIGPIPE, starts no thread, prints nothing and
 * never ends the process. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_H
#define VANTHU_TOOLS_CLIENT_VANTHU_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define VANTHU_API	__attribute__((visibility("default")))
#define VANTHU_MUST_USE __attribute__((warn_unused_result))
#else
#define VANTHU_API
#define VANTHU_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the library, and its errors ---- */

/* Codes that a program may want to distinguish. More may come. */
enum vanthu_error {
	VANTHU_OK = 0,
	VANTHU_ERR_USAGE = 1001, /* an argument that the function does not take */
	VANTHU_ERR_CONFIG = 1002,
	VANTHU_ERR_BAD_ID = 1003,
	VANTHU_ERR_BAD_TYPE = 1004,
	VANTHU_ERR_BAD_DATE = 1005,
	VANTHU_ERR_AMBIGUOUS = 1007,
	VANTHU_ERR_FOREIGN_SYMBOL = 1008, /* a warning */
	VANTHU_ERR_FIELD = 1009,
	VANTHU_ERR_FUTURE = 1010,      /* a warning */
	VANTHU_ERR_SAME_NUMBER = 1011, /* a warning */
	VANTHU_ERR_NUMBER_TYPE = 1012, /* a warning */
	VANTHU_ERR_DUE_PAST = 1013,    /* a warning */
	VANTHU_ERR_NUMBER_GAP = 1014,  /* a warning */
	VANTHU_ERR_EMPTY_FILE = 1015,  /* a warning */
	VANTHU_ERR_CHANGED_FILE = 1016,
	VANTHU_ERR_NO_NUMBER = 1018,
	VANTHU_ERR_FILE_NAME = 1025, /* a warning */
	VANTHU_ERR_TYPE_ENDED = 1038,
	VANTHU_ERR_NOT_FOUND = 2001,
	VANTHU_ERR_CONFLICT = 2002,
	VANTHU_ERR_SECRET = 2003,
	VANTHU_ERR_NO_RECIPIENT = 2004,
	VANTHU_ERR_UNKNOWN_RECIPIENT = 2005,
	VANTHU_ERR_RETIRED_RECIPIENT = 2006,
	VANTHU_ERR_TOO_MANY_RECIPIENTS = 2007,
	VANTHU_ERR_NO_ROUTE = 2008,
	VANTHU_ERR_TOO_LARGE = 2009,
	VANTHU_ERR_TOO_MANY_ATTACHMENTS = 2010,
	VANTHU_ERR_NOT_YET = 2016,
	VANTHU_ERR_PERMISSION = 2017,
	VANTHU_ERR_BAD_STATE = 2018,
	VANTHU_ERR_REFUSED = 2021,
	VANTHU_ERR_PART_DIGEST = 2100,
	VANTHU_ERR_FEED_MISSED = 2093,
	VANTHU_ERR_FEED_OTHER = 2094,
	VANTHU_ERR_FORMAT = 3006,
	VANTHU_ERR_UTF8 = 3007,
	VANTHU_ERR_DIGEST = 3009,
	VANTHU_ERR_DISK_FULL = 4001,
	VANTHU_ERR_DAMAGED = 4003,
	VANTHU_ERR_FILE = 4006,
	VANTHU_ERR_UNREACHABLE = 5001,
	VANTHU_ERR_TIMEOUT = 5002,
	VANTHU_ERR_NO_MEMORY = 5003,
	VANTHU_ERR_BUSY = 5004,
	VANTHU_ERR_SYSTEM = 5006,
	VANTHU_ERR_CANCELLED = 5007,
	VANTHU_ERR_PLACES = 5010,
	VANTHU_ERR_IDLE = 5011
};

/* Version of the library, like "0.1.0"; static. */
VANTHU_API const char *vanthu_version(void);
/* What a code means, and its remedy ("" where the text says it all), in English; static, also for a
 * code that nobody knows. */
VANTHU_API const char *vanthu_error_text(int code);
VANTHU_API const char *vanthu_error_fix(int code);

typedef struct vanthu_fault vanthu_fault;

/* The last failure of this thread's calls; never NULL. Owned by the thread: valid until it ends,
 * overwritten by its next call that fails. A call that succeeds leaves it alone. */
VANTHU_API const vanthu_fault *vanthu_last_fault(void);
VANTHU_API int vanthu_fault_code(const vanthu_fault *fault); /* 0: nothing has failed */
/* What it is about: a committee, a field, a number, the path of a file or socket; "": not known. */
VANTHU_API const char *vanthu_fault_about(const vanthu_fault *fault);
/* errno of the system call that failed; 0: none did. */
VANTHU_API int vanthu_fault_errno(const vanthu_fault *fault);
/* Of VANTHU_ERR_AMBIGUOUS: ids of the first documents that have the name (index from 0, "" past the
 * last), and how many have it in all. */
VANTHU_API size_t vanthu_fault_choice_count(const vanthu_fault *fault);
VANTHU_API const char *vanthu_fault_choice(const vanthu_fault *fault, size_t index);
VANTHU_API uint64_t vanthu_fault_choices_in_all(const vanthu_fault *fault);

/* ---- the connection ---- */

typedef struct vanthu vanthu;

/* Connects to the office socket of the daemon whose configuration is `config` (vanthud.yaml or the
 * folder that it lies in), so this process must be able to read it. timeout_ms (at least 1) bounds
 * this and each later wait for the daemon. Blocks. *out is the caller's, to be closed.
 *   VANTHU_ERR_FILE         the configuration cannot be read (errno)
 *   VANTHU_ERR_CONFIG       it is not valid; `about` says where and why
 *   VANTHU_ERR_UNREACHABLE  nobody listens (errno); `about` is the socket
 *   VANTHU_ERR_PERMISSION   this user may not use the socket (errno)
 *   VANTHU_ERR_USAGE        timeout_ms is below 1 */
VANTHU_API VANTHU_MUST_USE int vanthu_open(const char *config, int timeout_ms, vanthu **out);
/* The same by the path of the socket: for who may use it and may not read the configuration. */
VANTHU_API VANTHU_MUST_USE int vanthu_open_socket(const char *path, int timeout_ms, vanthu **out);
/* For programs that work for others: from the next call on nothing of secret documents is shown, by
 * this connection and by what is opened on it, whoever the process is, and nothing can be done to
 * bring that back but another connection. Waits for a call of another thread.
 *   VANTHU_ERR_BAD_STATE  this thread is within vanthu_take */
VANTHU_API int vanthu_hide_secret(vanthu *v);
/* No other thread may be in a call with it. What it gave (documents, lists) stays. */
VANTHU_API void vanthu_close(vanthu *v);

/* ---- fields ---- */

/* What a document has. Texts up to 99, numbers from 100 on. */
enum vanthu_field {
	VANTHU_ID = 1,	   /* UUID, with dashes */
	VANTHU_FROM = 2,   /* committee that issued it; in a filter too */
	VANTHU_TO = 3,	   /* in a filter only */
	VANTHU_NUMBER = 4, /* as printed: 31-KH/ĐU; of a draft also "auto": the next one */
	VANTHU_TYPE = 5,   /* symbol of its type: KH; for setting it, also another spelling of that
			      (QyĐ), or the full name */
	VANTHU_TYPE_NAME = 6,
	VANTHU_SUBJECT = 7,
	VANTHU_TERM = 8, /* of the committee: 2025-2030 */
	VANTHU_NOTE = 9,
	VANTHU_SIGNER = 10,
	VANTHU_POSITION = 11,	/* of the signer */
	VANTHU_ISSUED_ON = 12,	/* YYYY-MM-DD; for setting it, also DD/MM/YYYY */
	VANTHU_DUE_ON = 13,	/* likewise; "": no day is set */
	VANTHU_URGENCY = 14,	/* thuong, khan, thuong-khan, hoa-toc */
	VANTHU_SECRECY = 15,	/* thuong, mat, toi-mat, tuyet-mat; only thuong is taken */
	VANTHU_REPLY_FROM = 16, /* the document that it answers: who issued that … */
	VANTHU_REPLY_ID = 17,	/* … and its id */
	VANTHU_SIGNED_BY = 18,	/* committee whose key signed it */
	VANTHU_STATE = 19,	/* accepted, sending, delivered, refused, expired */

	VANTHU_ARRIVED_MS = 100, /* whole on this disk, or sent; Unix time in ms */
	VANTHU_SIGNED_MS = 101,
	VANTHU_RECIPIENTS = 102, /* committees that it is for, members of groups each */
	VANTHU_DELIVERED = 103,	 /* of these */
	VANTHU_REFUSED = 104,
	VANTHU_PARTS = 105,    /* files, the document itself among them */
	VANTHU_SINCE_MS = 110, /* in a filter only: from then on … */
	VANTHU_UNTIL_MS = 111, /* … and before */
	VANTHU_LIMIT = 112     /* in a filter only: at most so many, the newest; 0: all */
};

/* ---- sending ---- */

typedef struct vanthu_draft vanthu_draft;
typedef struct vanthu_sent vanthu_sent;

/* An empty draft with an id of its own, the caller's. VANTHU_ERR_SYSTEM: no randomness. */
VANTHU_API VANTHU_MUST_USE int vanthu_draft_new(vanthu_draft **out);
VANTHU_API void vanthu_draft_free(vanthu_draft *d);
/* Its id, of VANTHU_ID: keep it before you send, and send under it again when you do not know
 * whether it happened. */
VANTHU_API const char *vanthu_draft_id(const vanthu_draft *d);

enum { VANTHU_ID_SIZE = 37 };
/* An id for VANTHU_ID made of a key that your system has for what it sends (the number of a case,
 * an Idempotency-Key of whoever asked): always the same for one key and scope, which says whose
 * keys they are. So nothing needs to be kept before it is sent. `id` gets VANTHU_ID_SIZE bytes. */
VANTHU_API void vanthu_id_of_key(const char *scope, const char *key, char *id);
/* Sets a field; the text is copied, in NFC. VANTHU_TYPE and VANTHU_SUBJECT are wanted; without
 * VANTHU_ISSUED_ON it is today in Vietnam. VANTHU_ID takes the id of an earlier try, or one of
 * yours. Which type VANTHU_TYPE means vanthu_send asks the daemon.
 *   VANTHU_ERR_USAGE     no field of a draft; an id that is no UUID; an urgency or secrecy that is
 *                        none
 *   VANTHU_ERR_BAD_TYPE  a type of blanks only
 *   VANTHU_ERR_BAD_DATE, VANTHU_ERR_UTF8, VANTHU_ERR_NO_MEMORY */
VANTHU_API VANTHU_MUST_USE int vanthu_draft_set(vanthu_draft *d, enum vanthu_field field,
						const char *text);
/* One more recipient: the id of a committee, "superior", "subordinates", "subtree", or a
 * distribution list of the office or the directory: "@NAME".
 *   VANTHU_ERR_BAD_ID, VANTHU_ERR_TOO_MANY_RECIPIENTS, VANTHU_ERR_NO_MEMORY; whether there is such
 *   a committee vanthu_send says */
VANTHU_API VANTHU_MUST_USE int vanthu_draft_to(vanthu_draft *d, const char *whom);
/* One more part: a file, read when it is sent. The first part is the document itself, the others
 * are its attachments. The path is copied; its last word is the name that recipients see.
 *   VANTHU_ERR_TOO_MANY_ATTACHMENTS, VANTHU_ERR_NO_MEMORY */
VANTHU_API VANTHU_MUST_USE int vanthu_draft_add_file(vanthu_draft *d, const char *path);
/* The same out of memory, under a name without a folder; the bytes are copied. */
VANTHU_API VANTHU_MUST_USE int vanthu_draft_add_bytes(vanthu_draft *d, const char *name,
						      const void *bytes, size_t len);

/* Flags of vanthu_send. */
enum {
	VANTHU_STRICT = 1, /* what would be warned of is refused, with the warning's code */
	VANTHU_DRY_RUN = 2 /* all is checked but contents, and nothing is sent */
};

/* Sends. Blocks until the daemon has signed it and has it on disk: from then on it answers for it.
 * The same draft (the same id and content) again is safe: it is sent once, and
 * vanthu_sent_is_repeated() says so. *out is the caller's; NULL when nobody wants it.
 *   VANTHU_ERR_TIMEOUT, VANTHU_ERR_UNREACHABLE  perhaps it was sent: retry, under the same id
 *   VANTHU_ERR_CONFLICT            this id was used for another content
 *   VANTHU_ERR_NO_RECIPIENT        nobody was named
 *   VANTHU_ERR_UNKNOWN_RECIPIENT, VANTHU_ERR_RETIRED_RECIPIENT,
 *   VANTHU_ERR_NO_ROUTE            `about` is the recipient
 *   VANTHU_ERR_BAD_TYPE            the office's table (tables.doctypes) has no such type;
 *   VANTHU_ERR_AMBIGUOUS           several have this symbol (QĐ); VANTHU_ERR_TYPE_ENDED: it has
 *                                  none on the day of issue; `about` is what was set
 *   VANTHU_ERR_FIELD               `about` is the field
 *   VANTHU_ERR_FILE                `about` is the file (errno); VANTHU_ERR_CHANGED_FILE: it was
 *                                  written meanwhile, and nothing was sent
 *   VANTHU_ERR_SECRET, VANTHU_ERR_TOO_LARGE, VANTHU_ERR_DISK_FULL; with VANTHU_STRICT the warnings
 *   VANTHU_ERR_USAGE               no part, no type or no subject (`about`), or an unknown flag */
VANTHU_API VANTHU_MUST_USE int vanthu_send(vanthu *v, const vanthu_draft *d, unsigned flags,
					   vanthu_sent **out);
VANTHU_API void vanthu_sent_free(vanthu_sent *s);
VANTHU_API int vanthu_sent_is_repeated(const vanthu_sent *s); /* 1: it had been sent before */
/* Codes of slips that did not stop it: VANTHU_ERR_SAME_NUMBER … (index from 0; 0 past the last). */
VANTHU_API size_t vanthu_sent_warning_count(const vanthu_sent *s);
VANTHU_API int vanthu_sent_warning(const vanthu_sent *s, size_t index);
/* With VANTHU_ERR_SAME_NUMBER the id of another document that has the number; else "". */
VANTHU_API const char *vanthu_sent_same_number(const vanthu_sent *s);
/* Its number, also where VANTHU_NUMBER was "auto": signed with it, or with VANTHU_DRY_RUN the one
 * that would be given now; "" when it has none. */
VANTHU_API const char *vanthu_sent_number(const vanthu_sent *s);
/* The committees that it goes to, members of groups each (index from 0; "" past the last). */
VANTHU_API size_t vanthu_sent_recipient_count(const vanthu_sent *s);
VANTHU_API const char *vanthu_sent_recipient(const vanthu_sent *s, size_t index);

/* ---- sending what comes as a stream ---- */

typedef struct vanthu_stream vanthu_stream;

/* Begins to send a draft that has no parts: they come as a stream, and nobody needs to know their
 * sizes or how many there are before the end. Memory is bounded, a large part goes to the daemon's
 * disk while it comes, and the document is the same as if vanthu_send had sent it. The draft is
 * lent and must not change until the end; flags are those of vanthu_send. It has a connection of
 * its own beside that of `v`. Blocks. *out is the caller's.
 *   VANTHU_ERR_USAGE  the draft has a part, or no type or no subject (`about`); unknown flags
 *   VANTHU_ERR_BAD_TYPE, VANTHU_ERR_AMBIGUOUS, VANTHU_ERR_TYPE_ENDED as vanthu_send */
VANTHU_API VANTHU_MUST_USE int vanthu_stream_begin(vanthu *v, const vanthu_draft *d,
						   unsigned flags, vanthu_stream **out);
/* The next part, the document itself first; the one before is whole. `name` is copied; its last
 * word is what recipients see. */
VANTHU_API VANTHU_MUST_USE int vanthu_stream_part(vanthu_stream *s, const char *name);
/* More of the part. Blocks while the daemon has no room for it. After a failure of these three all
 * further calls return the same, and only vanthu_stream_free is left.
 *   VANTHU_ERR_TOO_LARGE    `about` is the part: larger than attachment.max
 *   VANTHU_ERR_DISK_FULL; VANTHU_ERR_BAD_STATE  no part has begun; and what vanthu_send says of the
 *   draft, where it can be known before the contents are */
VANTHU_API VANTHU_MUST_USE int vanthu_stream_write(vanthu_stream *s, const void *bytes,
						   size_t len);
/* The document is whole: as vanthu_send. */
VANTHU_API VANTHU_MUST_USE int vanthu_stream_send(vanthu_stream *s, vanthu_sent **out);
/* Without vanthu_stream_send before it: nothing is sent, and nothing of it stays. */
VANTHU_API void vanthu_stream_free(vanthu_stream *s);

/* ---- documents ---- */

typedef struct vanthu_document vanthu_document;

/* How far a document is, or one of its recipients. */
enum vanthu_state {
	VANTHU_STATE_OTHER = 0, /* its record is damaged, or a newer daemon has more states */
	VANTHU_STATE_ACCEPTED = 1,
	VANTHU_STATE_SENDING = 2,   /* some have answered */
	VANTHU_STATE_DELIVERED = 3, /* all recipients have it on disk, and signed that */
	VANTHU_STATE_REFUSED = 4,   /* all have answered, and somebody did not take it */
	VANTHU_STATE_EXPIRED = 5,   /* not all have answered in time */
	VANTHU_STATE_WAITING = 6    /* of a recipient: no answer yet */
};

/* One document as the daemon knows it now, by its id, an ending of that (6 characters or more) or
 * its printed number. Blocks. *out is the caller's.
 *   VANTHU_ERR_NOT_FOUND; VANTHU_ERR_AMBIGUOUS: the fault has the choices */
VANTHU_API VANTHU_MUST_USE int vanthu_show(vanthu *v, const char *name, vanthu_document **out);
/* The same when it is delivered, refused or expired: returns 0 with any of these, so check the
 * state. Blocks for up to timeout_ms (0: checks once); other threads may use the handle meanwhile.
 *   VANTHU_ERR_NOT_YET  not in time: *out is the document as it is now, also the caller's */
VANTHU_API VANTHU_MUST_USE int vanthu_wait(vanthu *v, const char *name, int timeout_ms,
					   vanthu_document **out);
VANTHU_API void vanthu_document_free(vanthu_document *d); /* not one of a list */

/* A field; "" or 0 where it has none, or is a document of a list, which has fewer: VANTHU_ID,
 * VANTHU_FROM, VANTHU_TYPE, VANTHU_NUMBER, VANTHU_SUBJECT, VANTHU_URGENCY, VANTHU_STATE,
 * VANTHU_ISSUED_ON, VANTHU_DUE_ON, and the numbers but VANTHU_SIGNED_MS. */
VANTHU_API const char *vanthu_document_text(const vanthu_document *d, enum vanthu_field field);
VANTHU_API int64_t vanthu_document_number(const vanthu_document *d, enum vanthu_field field);
VANTHU_API enum vanthu_state vanthu_document_state(const vanthu_document *d);

/* Its parts: 0 is the document itself. "" or 0 past the last, and of a document of a list. */
VANTHU_API size_t vanthu_part_count(const vanthu_document *d);
VANTHU_API const char *vanthu_part_name(const vanthu_document *d, size_t part);
VANTHU_API const char *vanthu_part_media_type(const vanthu_document *d, size_t part);
VANTHU_API uint64_t vanthu_part_size_bytes(const vanthu_document *d, size_t part);

/* Its recipients, members of groups each, from 0: of a document that was sent here all of them,
 * else those that are known; none of a document of a list. */
VANTHU_API size_t vanthu_recipient_count(const vanthu_document *d);
VANTHU_API const char *vanthu_recipient_committee(const vanthu_document *d, size_t index);
VANTHU_API enum vanthu_state vanthu_recipient_state(const vanthu_document *d, size_t index);
VANTHU_API int vanthu_recipient_reason(const vanthu_document *d, size_t index);	   /* why refused */
VANTHU_API int64_t vanthu_recipient_at_ms(const vanthu_document *d, size_t index); /* 0: none yet */

/* ---- lists ---- */

typedef struct vanthu_filter vanthu_filter;
typedef struct vanthu_list vanthu_list;

enum vanthu_box { VANTHU_INBOX = 1, VANTHU_OUTBOX = 2, VANTHU_ALL = 3 };

/* A filter that takes everything, the caller's. VANTHU_ERR_NO_MEMORY. */
VANTHU_API VANTHU_MUST_USE int vanthu_filter_new(vanthu_filter **out);
VANTHU_API void vanthu_filter_free(vanthu_filter *f);
/* Only those with VANTHU_FROM or VANTHU_TO (ids of committees), VANTHU_TYPE, VANTHU_NUMBER,
 * VANTHU_STATE; the text is copied. VANTHU_ERR_USAGE: no such filter; VANTHU_ERR_UTF8. */
VANTHU_API VANTHU_MUST_USE int vanthu_filter_set(vanthu_filter *f, enum vanthu_field field,
						 const char *text);
/* The same of VANTHU_SINCE_MS, VANTHU_UNTIL_MS, VANTHU_LIMIT. VANTHU_ERR_USAGE: no such filter, or
 * a number below 0. */
VANTHU_API VANTHU_MUST_USE int vanthu_filter_set_number(vanthu_filter *f, enum vanthu_field field,
							int64_t number);
/* The documents of a box, newest first; filter may be NULL. Blocks until all have come: some 500
 * bytes each, so set a limit or a time where there are many. *out is the caller's and stays as it
 * is, whatever happens afterwards.
 *   VANTHU_ERR_USAGE, VANTHU_ERR_BAD_ID  `about` is what the filter has */
VANTHU_API VANTHU_MUST_USE int vanthu_find(vanthu *v, enum vanthu_box box,
					   const vanthu_filter *filter, vanthu_list **out);
VANTHU_API void vanthu_list_free(vanthu_list *l); /* and its documents */
VANTHU_API size_t vanthu_list_count(const vanthu_list *l);
/* The next document, from the first on; NULL after the last, and then the first again. It belongs
 * to the list. */
VANTHU_API const vanthu_document *vanthu_list_next(vanthu_list *l);

/* ---- what has changed ---- */

typedef struct vanthu_change_list vanthu_change_list;

/* What a change says: texts up to 99, numbers from 100 on. docs/PROTOCOL.md "Changes" has the
 * kinds, and which has what. */
enum vanthu_change_field {
	VANTHU_CHANGE_KIND = 1,	     /* sent, arrived, accepted, receipt, status, … */
	VANTHU_CHANGE_ID = 2,	     /* of the document or entry on paper, with dashes */
	VANTHU_CHANGE_FROM = 3,	     /* who issued it */
	VANTHU_CHANGE_COMMITTEE = 4, /* the other one: recipient, issuer, neighbour */
	VANTHU_CHANGE_CODE = 5,	     /* of an office status: 03 */
	VANTHU_CHANGE_WHAT = 6,	     /* of paper, numbered, target: added, void, … */
	VANTHU_CHANGE_BOOK = 7,	     /* of a line of a register: out, in, … */
	VANTHU_CHANGE_TARGET = 8,    /* id of a declared target */
	VANTHU_CHANGE_TYPE = 9,	     /* symbol of the document's type */
	VANTHU_CHANGE_DOCUMENT_NUMBER = 10,
	VANTHU_CHANGE_SUBJECT = 11,

	VANTHU_CHANGE_NUMBER = 100, /* its own: ascending, to be remembered */
	VANTHU_CHANGE_AT_MS = 101,  /* Unix time in ms */
	VANTHU_CHANGE_REASON = 102, /* VT code, or 0 */
	VANTHU_CHANGE_YEAR = 103,   /* of a line of a register … */
	VANTHU_CHANGE_LINE = 104,   /* … and its number there */
	VANTHU_CHANGE_VERSION = 105, /* of a directory */
	VANTHU_CHANGE_SENT = 106    /* 1: the document is one that this office sent */
};

/* Changes after the number `since` (0: from the first on), in order, as many as one answer holds;
 * all of them are on the daemon's disk. `kinds` between commas, NULL or "": all. When there is none
 * yet, waits for one up to wait_ms (at most 600,000; 0: not at all), and returns an empty list when
 * none came; other threads' calls may wait for up to half of the handle's time-out meanwhile. *out
 * is the caller's. Keep vanthu_change_list_next of a list when you have dealt with all of it, and
 * the number of a change when you have dealt with that: after any crash go on from there.
 *   VANTHU_ERR_USAGE        `about` is the kind or the argument
 *   VANTHU_ERR_FEED_MISSED  what follows `since` is not kept any more; *out is the caller's, empty:
 *                           look what is there (vanthu_find), and go on with its `next`
 *   VANTHU_ERR_FEED_OTHER   `since` is of another feed, this store was set back: likewise */
VANTHU_API VANTHU_MUST_USE int vanthu_changes(vanthu *v, uint64_t since, const char *kinds,
					      int wait_ms, vanthu_change_list **out);
VANTHU_API void vanthu_change_list_free(vanthu_change_list *l);
/* `since` of the next call. */
VANTHU_API uint64_t vanthu_change_list_next(const vanthu_change_list *l);
/* The oldest number that is kept. */
VANTHU_API uint64_t vanthu_change_list_first(const vanthu_change_list *l);
/* The id of the feed, 32 hexadecimal digits. Another one than before: the store was set back or
 * replaced, and numbers mean something else. */
VANTHU_API const char *vanthu_change_list_feed(const vanthu_change_list *l);
VANTHU_API size_t vanthu_change_count(const vanthu_change_list *l);
/* A field of one of them (index from 0); "" or 0 where it has none, and past the last. */
VANTHU_API const char *vanthu_change_text(const vanthu_change_list *l, size_t index,
					  enum vanthu_change_field field);
VANTHU_API int64_t vanthu_change_value(const vanthu_change_list *l, size_t index,
				       enum vanthu_change_field field);

/* ---- contents ---- */

enum { VANTHU_FILE_NAME_SIZE = 256 };

/* One part of a document (named as for vanthu_show, part from 0) into a folder that is there, under
 * the name that it was sent with, or the nearest that the folder takes, with a number where another
 * file has it: nothing is written over, half a file never has the name, and what was saved before
 * is not doubled. `saved` (VANTHU_FILE_NAME_SIZE bytes; may be NULL) gets the name. Blocks until
 * file and name are on disk.
 *   VANTHU_ERR_NOT_FOUND  no such document or part
 *   VANTHU_ERR_NOT_YET    its files have not all arrived
 *   VANTHU_ERR_FILE       `about` is the file or folder (errno)
 *   VANTHU_ERR_DIGEST     the content is not what was signed: nothing is saved */
VANTHU_API VANTHU_MUST_USE int vanthu_save(vanthu *v, const char *name, size_t part,
					   const char *folder, char *saved);

/* Takes the next piece of a content, lent for the call; 0: go on. It must not use the handle. */
typedef int vanthu_take(void *ctx, const void *bytes, size_t len);
/* The same to a function, piece by piece (none of an empty content). Other threads' calls with the
 * handle wait meanwhile. As above, and
 *   VANTHU_ERR_CANCELLED  `take` wanted no more
 *   VANTHU_ERR_DIGEST     the content is not what was signed, and `take` has had it all */
VANTHU_API VANTHU_MUST_USE int vanthu_read(vanthu *v, const char *name, size_t part,
					   vanthu_take *take, void *ctx);

typedef struct vanthu_reader vanthu_reader;

/* A part of a document (named as for vanthu_show, part from 0) to be read by pull, from any place.
 * It has a connection of its own beside that of `v`. Blocks. *out is the caller's.
 *   VANTHU_ERR_NOT_FOUND  no such document or part */
VANTHU_API VANTHU_MUST_USE int vanthu_reader_open(vanthu *v, const char *name, size_t part,
						  vanthu_reader **out);
VANTHU_API uint64_t vanthu_reader_size_bytes(const vanthu_reader *r);
/* What is read next: so many bytes from this place on (less, where the part ends before), without
 * what lies before and behind. Of a new reader it is all of the part. Does not block.
 *   VANTHU_ERR_NOT_FOUND  the place is behind the end */
VANTHU_API VANTHU_MUST_USE int vanthu_reader_seek(vanthu_reader *r, uint64_t from,
						  uint64_t length_bytes);
/* Fills the buffer, but for the end: *got is less there, and 0 from then on. Blocks. What it gives
 * was compared with what was signed; all of a part, read in one go, is only at its end:
 *   VANTHU_ERR_DIGEST     it was not that
 *   VANTHU_ERR_DAMAGED    the daemon found that before
 *   VANTHU_ERR_NOT_YET    its files have not all arrived */
VANTHU_API VANTHU_MUST_USE int vanthu_reader_read(vanthu_reader *r, void *buffer, size_t size,
						  size_t *got);
VANTHU_API void vanthu_reader_free(vanthu_reader *r);

#ifdef __cplusplus
}
#endif

#endif
