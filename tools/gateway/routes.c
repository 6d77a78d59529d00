/* The table; see route.h. A request of the command line is a row and nothing else: its words, its
 * options as fields. tests/system/gateway.bats compares them with what `vanthu help` has. */
#include "tools/gateway/routes.h"

#include "tools/gateway/axis.h"
#include "tools/gateway/axis_post.h"
#include "tools/gateway/changes.h"
#include "tools/gateway/command.h"
#include "tools/gateway/evidence.h"
#include "tools/gateway/form.h"
#include "tools/gateway/health.h"
#include "tools/gateway/openapi.h"
#include "tools/gateway/page.h"
#include "tools/gateway/part.h"
#include "tools/gateway/sign_in.h"
#include "tools/gateway/tally.h"
#include "tools/gateway/types.h"

#define TEXT(name, help)                                                                           \
	{                                                                                          \
		name, ROUTE_TEXT, false, help, NULL, 0, 0                                          \
	}
#define MUST(name, help)                                                                           \
	{                                                                                          \
		name, ROUTE_TEXT, true, help, NULL, 0, 0                                           \
	}
#define TEXTS(name, help)                                                                          \
	{                                                                                          \
		name, ROUTE_TEXTS, false, help, NULL, 0, 0                                         \
	}
#define FLAG(name, help)                                                                           \
	{                                                                                          \
		name, ROUTE_FLAG, false, help, NULL, 0, 0                                          \
	}
#define COUNT(name, help)                                                                          \
	{                                                                                          \
		name, ROUTE_COUNT, false, help, NULL, 0, 0                                         \
	}
#define COUNT_TO(name, most, help)                                                                 \
	{                                                                                          \
		name, ROUTE_COUNT, false, help, NULL, 0, most                                      \
	}
#define COUNT_FROM(name, least, most, help)                                                        \
	{                                                                                          \
		name, ROUTE_COUNT, false, help, NULL, least, most                                  \
	}
#define COUNT64(name, help)                                                                        \
	{                                                                                          \
		name, ROUTE_NUMBER, false, help, NULL, 0, 0                                        \
	}
#define DATE(name, help)                                                                           \
	{                                                                                          \
		name, ROUTE_DATE, false, help, NULL, 0, 0                                          \
	}
#define CHOICE(name, choices, help)                                                                \
	{                                                                                          \
		name, ROUTE_CHOICE, false, help, choices, 0, 0                                     \
	}
#define CHOOSE(name, choices, help)                                                                \
	{                                                                                          \
		name, ROUTE_CHOICE, true, help, choices, 0, 0                                      \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, ROUTE_TEXT, false, NULL, NULL, 0, 0                                          \
	}
#define FIELDS(...)                                                                                \
	(const struct route_field[])                                                               \
	{                                                                                          \
		__VA_ARGS__, END                                                                   \
	}

#define AS	  TEXT("as", "in whose name it is done")
#define PERIOD	  TEXT("period", "2026, 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02 or all")
#define COMMITTEE TEXT("committee", "of a committee below; else ours")
#define SECRECY	  CHOICE("secrecy", "thuong|mat|toi-mat|tuyet-mat", "only thuong travels")
#define URGENCY	  CHOICE("urgency", "thuong|khan|thuong-khan|hoa-toc", "how urgent")
#define STATES	  "accepted|sending|delivered|refused|expired"

#define DOCUMENTS "documents"
#define OFFICE	  "office"
#define BOOKS	  "books"
#define FIGURES	  "figures"
#define OPERATION "operation"
#define AXIS	  "axis"
#define SESSION	  "session"
#define PAGE	  NULL
#define GATEWAY	  "gateway"

static const struct route rows[] = {
	/* ---- documents ---- */
	{ "POST", "/v1/documents", "sendDocument", DOCUMENTS,
	  "Send a document with its attachments. Repeating it under the same id, or with the same "
	  "Idempotency-Key, is safe.",
	  TOKEN_ACT_SUBMIT, ROUTE_GENERAL, ROUTE_FORM, NULL, NULL, NULL, form_answer,
	  FIELDS(TEXTS("to", "committees by id, or superior, subordinates, subtree, or @LIST"),
		 MUST("type", "its symbol (KH) or its full name"),
		 TEXT("number", "as printed, like 31-KH/ĐU; auto: the next one"),
		 MUST("subject", "what it is about, in a line"), URGENCY, SECRECY,
		 DATE("due", "to be done by"), DATE("date", "date of issue; else today"),
		 TEXT("reply_to", "the document that this one answers"),
		 TEXT("update", "a document of ours that this one changes"),
		 TEXT("replace", "a document of ours that this one stands in the place of"),
		 FLAG("finish", "the work on what it answers is finished with it"),
		 TEXT("signer", "who signed it"), TEXT("position", "the office of who signed it"),
		 TEXT("competence", "in whose place it was signed, like T/M ĐẢNG ỦY"),
		 TEXT("term", "term of the committee, like 2025-2030"),
		 TEXT("note", "a note to the recipients' offices"),
		 COUNT("paper_copies", "so many copies go on paper besides"),
		 FLAG("publish", "everybody may read it, on a portal too (publish.allow)"),
		 TEXT("id", "a UUID of the client's: makes repeating safe"),
		 FLAG("strict", "send nothing where there is something to warn of")) },
	{ "GET", "/v1/documents", "listDocuments", DOCUMENTS, "Documents, the newest first.",
	  TOKEN_ACT_SEE_RECEIVED, ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, command_documents,
	  FIELDS(CHOICE("box", "in|out|all",
			"those that arrived, those that were sent, or both and paper (in)"),
		 TEXT("text", "words, in any order"), TEXT("from", "only from this committee"),
		 TEXT("to", "only to this committee"), TEXT("type", "only of this type"),
		 TEXT("number", "only with this number"),
		 CHOICE("state", STATES, "only in this state"), DATE("since", "from this day on"),
		 DATE("until", "up to this day"),
		 FLAG("new", "only what is neither accepted nor returned yet (in)"),
		 FLAG("overdue", "only what is late (in)"),
		 TEXT("person", "only what is assigned to this person or unit (in)"),
		 COUNT("limit", "at most so many; 0: all"),
		 TEXT("cursor", "next of the answer before: what comes after it")) },
	{ "GET", "/v1/types", "listTypes", DOCUMENTS,
	  "The types of documents that may be sent today.", TOKEN_ACT_SUBMIT, ROUTE_GENERAL,
	  ROUTE_NO_BODY, NULL, NULL, NULL, types_answer, NULL },
	{ "POST", "/v1/documents/accept-all-valid", "acceptAllValid", OFFICE,
	  "Enter all that has arrived whole, with a good signature, in the register.",
	  TOKEN_ACT_INTAKE, ROUTE_GENERAL, ROUTE_JSON, "accept --all-valid", NULL, NULL, NULL,
	  FIELDS(AS) },
	{ "GET", "/v1/documents/{id}", "showDocument", DOCUMENTS,
	  "One document, its parts, its work here and its receipts.", TOKEN_ACT_SEE_OWN,
	  ROUTE_DOCUMENT, ROUTE_NO_BODY, "show", "id", NULL, NULL,
	  FIELDS(FLAG("thread", "the whole matter: what it answers, and what answers it")) },
	{ "GET", "/v1/documents/{id}/parts/{part}", "readPart", DOCUMENTS,
	  "A file of a document: 1 is the document, 2 its first attachment. Takes Range.",
	  TOKEN_ACT_SEE_OWN, ROUTE_DOCUMENT, ROUTE_NO_BODY, NULL, NULL, NULL, part_answer, NULL },
	{ "GET", "/v1/documents/{id}/receipts", "listReceipts", DOCUMENTS,
	  "Receipts of its recipients.", TOKEN_ACT_SEE_OWN, ROUTE_DOCUMENT, ROUTE_NO_BODY, "show",
	  "id", "receipts", NULL, NULL },
	{ "GET", "/v1/documents/{id}/trace", "traceDocument", DOCUMENTS,
	  "The way that it took, hop by hop.", TOKEN_ACT_SEE_OWN, ROUTE_DOCUMENT, ROUTE_NO_BODY,
	  "trace", "id", NULL, NULL, NULL },
	{ "GET", "/v1/documents/{id}/verification", "verifyDocument", DOCUMENTS,
	  "Its signatures and contents, checked now.", TOKEN_ACT_SEE_OWN, ROUTE_DOCUMENT,
	  ROUTE_NO_BODY, "verify", "id", NULL, NULL, NULL },
	{ "GET", "/v1/documents/{id}/evidence", "readEvidence", DOCUMENTS,
	  "All its proofs in one file, for: vanthu verify FILE --root PEM.", TOKEN_ACT_SEE_OWN,
	  ROUTE_DOCUMENT, ROUTE_NO_BODY, NULL, NULL, NULL, evidence_answer, NULL },
	/* ---- what an office does ---- */
	{ "POST", "/v1/documents/{id}/accept", "acceptDocument", OFFICE,
	  "Enter it in the register, with its arrival number.", TOKEN_ACT_INTAKE, ROUTE_DOCUMENT,
	  ROUTE_JSON, "accept", "id", NULL, NULL, FIELDS(AS) },
	{ "POST", "/v1/documents/{id}/return", "returnDocument", OFFICE,
	  "Give back what came to the wrong office or cannot be taken.", TOKEN_ACT_INTAKE,
	  ROUTE_DOCUMENT, ROUTE_JSON, "return", "id", NULL, NULL,
	  FIELDS(MUST("reason", "why: the issuer reads it"), AS) },
	{ "POST", "/v1/documents/{id}/assign", "assignDocument", OFFICE,
	  "Say who deals with it, and until when.", TOKEN_ACT_WORK, ROUTE_DOCUMENT, ROUTE_JSON,
	  "assign", "id", NULL, NULL,
	  FIELDS(MUST("to", "the person or unit in charge"), TEXTS("with", "who works on it too"),
		 TEXT("due", "until when, YYYY-MM-DD, or none"), TEXT("note", "what is to be done"),
		 AS) },
	{ "POST", "/v1/documents/{id}/start", "startDocument", OFFICE,
	  "Say that the work on it has begun, or goes on after all.", TOKEN_ACT_WORK,
	  ROUTE_DOCUMENT, ROUTE_JSON, "start", "id", NULL, NULL,
	  FIELDS(TEXT("note", "a remark for the issuer"), AS) },
	{ "POST", "/v1/documents/{id}/finish", "finishDocument", OFFICE,
	  "Say that the work on it is done, and what answers it.", TOKEN_ACT_WORK, ROUTE_DOCUMENT,
	  ROUTE_JSON, "finish", "id", NULL, NULL,
	  FIELDS(TEXT("answer", "our document that answers it"),
		 TEXT("note", "a remark for the issuer"), AS) },
	{ "POST", "/v1/documents/{id}/recall", "recallDocument", OFFICE,
	  "Ask for one of ours back, of all its recipients or of some.", TOKEN_ACT_SUBMIT,
	  ROUTE_RECIPIENTS, ROUTE_JSON, "recall ask", "id", NULL, NULL,
	  FIELDS(MUST("reason", "why: the other side reads it"),
		 TEXTS("to", "only of these recipients"), AS) },
	{ "POST", "/v1/documents/{id}/recall/agree", "agreeRecall", OFFICE,
	  "It is given back: nothing more is done with it here.", TOKEN_ACT_OFFICE, ROUTE_DOCUMENT,
	  ROUTE_JSON, "recall agree", "id", NULL, NULL,
	  FIELDS(TEXT("note", "a remark for the issuer"), AS) },
	{ "POST", "/v1/documents/{id}/recall/decline", "declineRecall", OFFICE,
	  "It stays here, though its issuer asks for it back.", TOKEN_ACT_OFFICE, ROUTE_DOCUMENT,
	  ROUTE_JSON, "recall decline", "id", NULL, NULL,
	  FIELDS(MUST("reason", "why: the other side reads it"), AS) },
	{ "POST", "/v1/documents/{id}/remind", "remindOfDocument", OFFICE,
	  "Remind who has not done what we sent with a day.", TOKEN_ACT_OFFICE, ROUTE_RECIPIENTS,
	  ROUTE_JSON, "remind", "id", NULL, NULL,
	  FIELDS(TEXTS("to", "only these recipients"),
		 TEXT("note", "what the reminder says besides"), TEXT("signer", "who signed it"),
		 TEXT("position", "the office of who signed it"),
		 TEXT("competence", "in whose place it was signed")) },
	{ "GET", "/v1/due", "listDue", OFFICE,
	  "What is overdue, due today or soon, and what waits to be registered.", TOKEN_ACT_WORK,
	  ROUTE_GENERAL, ROUTE_NO_BODY, "due", NULL, NULL, NULL,
	  FIELDS(COUNT("soon", "working days ahead"),
		 CHOICE("by", "person|unit", "how many of each state a person or unit has"),
		 TEXT("person", "only what this person deals with"),
		 TEXT("unit", "only what this unit deals with"),
		 FLAG("all", "what is due later, or has no deadline, too"),
		 FLAG("sent", "what recipients have not done with what we sent")) },
	{ "GET", "/v1/persons", "listPersons", OFFICE, "The persons and units of the office.",
	  TOKEN_ACT_WORK, ROUTE_GENERAL, ROUTE_NO_BODY, "person list", NULL, NULL, NULL,
	  FIELDS(FLAG("all", "those who were, or will be, with the office, too")) },
	{ "GET", "/v1/lists", "listDistributionLists", OFFICE,
	  "The distribution lists of the office and of the directory.", TOKEN_ACT_OFFICE,
	  ROUTE_GENERAL, ROUTE_NO_BODY, "lists", NULL, NULL, NULL, NULL },
	{ "GET", "/v1/policy", "showPolicy", OFFICE, "Who may issue what.", TOKEN_ACT_FIGURES,
	  ROUTE_GENERAL, ROUTE_NO_BODY, "policy", NULL, NULL, NULL, NULL },
	/* ---- what has changed ---- */
	{ "GET", "/v1/changes", "listChanges", "changes",
	  "What has changed since a number; with wait the answer comes when there is something. "
	  "Remember next, and ask with it again.",
	  TOKEN_ACT_CHANGES, ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, changes_answer,
	  FIELDS(COUNT64("since", "the last number that was dealt with; else all that is kept"),
		 COUNT_TO("wait", 60, "seconds to wait for something newer"),
		 COUNT_FROM("limit", 1, 1000, "at most so many, and at least 1"),
		 TEXTS("kind", "only these kinds"),
		 TEXT("feed", "feed of the answer that since is from: another one is a fault")) },
	{ "GET", "/v1/events", "followChanges", "changes",
	  "The same as server-sent events, each with its number as id; Last-Event-ID goes on.",
	  TOKEN_ACT_CHANGES, ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, changes_follow,
	  FIELDS(COUNT64("since", "the last number that was dealt with; else from now on"),
		 TEXTS("kind", "only these kinds"),
		 TEXT("feed", "feed of the numbers: of another one an event missed comes")) },
	/* ---- registers and paper ---- */
	{ "GET", "/v1/registers/{book}", "readRegister", BOOKS,
	  "A book of the office: out, in, or followup.", TOKEN_ACT_OFFICE, ROUTE_GENERAL,
	  ROUTE_NO_BODY, "register", "book", NULL, NULL,
	  FIELDS(PERIOD, FLAG("secret", "the book of secret documents, for who may read it")) },
	{ "POST", "/v1/registers/{book}/void", "voidNumber", BOOKS,
	  "A number that nothing was issued under: a line says so, with the reason.",
	  TOKEN_ACT_OFFICE, ROUTE_GENERAL, ROUTE_JSON, "register void", "book number", NULL, NULL,
	  FIELDS(MUST("number", "as printed"), MUST("reason", "why: it stays in the book"),
		 TEXT("type", "type of document"),
		 DATE("date", "of the term or year that the number is of; else today"),
		 FLAG("secret", "in the book of secret documents"),
		 TEXT("id", "a UUID of the client's: makes repeating safe")) },
	{ "GET", "/v1/paper", "listPaper", BOOKS,
	  "Documents registered on paper, the newest first.", TOKEN_ACT_OFFICE, ROUTE_GENERAL,
	  ROUTE_NO_BODY, "paper list", "direction", NULL, NULL,
	  FIELDS(CHOICE("direction", "in|out", "only what came, or what went"), PERIOD) },
	{ "POST", "/v1/paper", "addPaper", BOOKS,
	  "Register a document on paper. Repeating it under the same id is safe.", TOKEN_ACT_OFFICE,
	  ROUTE_GENERAL, ROUTE_JSON, "paper add", "direction", NULL, NULL,
	  FIELDS(CHOOSE("direction", "in|out", "one that came, or went"),
		 TEXT("number", "as printed"), TEXT("subject", "what it is about"),
		 TEXT("type", "type of document"), DATE("date", "of coming or going; else today"),
		 DATE("issued", "the day on the document, of what came in"),
		 TEXT("from", "who sent it"), TEXT("to", "whom it went to"), SECRECY,
		 FLAG("again", "although one just like it is registered"),
		 FLAG("strict", "register nothing where there is something to warn of"),
		 TEXT("signer", "who signed it"), TEXT("position", "the office of who signed it"),
		 TEXT("competence", "in whose place it was signed"),
		 TEXT("note", "for the register's column of notes"),
		 TEXT("reply_to", "the document here that it answers"),
		 TEXT("id", "a UUID of the client's: makes repeating safe")) },
	{ "GET", "/v1/paper/{id}", "showPaper", BOOKS, "All that the book has of one entry.",
	  TOKEN_ACT_OFFICE, ROUTE_GENERAL, ROUTE_NO_BODY, "paper show", "id", NULL, NULL, NULL },
	{ "POST", "/v1/paper/{id}/change", "changePaper", BOOKS,
	  "Correct an entry: its line stays, the correction goes behind it.", TOKEN_ACT_OFFICE,
	  ROUTE_GENERAL, ROUTE_JSON, "paper change", "id", NULL, NULL,
	  FIELDS(MUST("reason", "why: it stays in the book"), TEXT("number", "as printed"),
		 TEXT("subject", "what it is about"), TEXT("type", "type of document"),
		 DATE("date", "of coming or going"), DATE("issued", "the day on the document"),
		 TEXT("from", "who sent it"), TEXT("to", "whom it went to"),
		 FLAG("again", "although one just like it is registered"),
		 FLAG("strict", "change nothing where there is something to warn of")) },
	{ "POST", "/v1/paper/{id}/cancel", "cancelPaper", BOOKS,
	  "An entry made by mistake: it stays, and counts no more.", TOKEN_ACT_OFFICE,
	  ROUTE_GENERAL, ROUTE_JSON, "paper cancel", "id", NULL, NULL,
	  FIELDS(MUST("reason", "why: it stays in the book")) },
	/* ---- figures ---- */
	{ "GET", "/v1/target", "showTarget", FIGURES, "The digital share, and the line to reach.",
	  TOKEN_ACT_FIGURES, ROUTE_GENERAL, ROUTE_NO_BODY, "target show", NULL, NULL, NULL,
	  FIELDS(PERIOD, COMMITTEE) },
	{ "GET", "/v1/target/by/{cut}", "cutTarget", FIGURES,
	  "The share by committee, type, month, quarter, half, year or direction.",
	  TOKEN_ACT_FIGURES, ROUTE_GENERAL, ROUTE_NO_BODY, "target by", "cut", NULL, NULL,
	  FIELDS(PERIOD, COMMITTEE, FLAG("subtree", "with all below it")) },
	{ "GET", "/v1/target/why", "explainTarget", FIGURES,
	  "The documents that keep the share down, each with the reason and what mends it.",
	  TOKEN_ACT_OFFICE, ROUTE_GENERAL, ROUTE_NO_BODY, "target why", NULL, NULL, NULL,
	  FIELDS(PERIOD, COMMITTEE, TEXT("reason", "only those with this reason"),
		 CHOICE("direction", "in|out", "only what came, or what went out"),
		 FLAG("all", "all of them, and how many were returned or recalled"),
		 COUNT("page", "this page of the list")) },
	{ "GET", "/v1/target/simulate", "simulateTarget", FIGURES, "What the share would be if.",
	  TOKEN_ACT_FIGURES, ROUTE_GENERAL, ROUTE_NO_BODY, "target simulate", NULL, NULL, NULL,
	  FIELDS(PERIOD, COUNT("digital", "so many documents more, through the system"),
		 COUNT("paper", "so many documents more, on paper"),
		 TEXT("without_paper_from", "what is on paper with this party, or of this type"),
		 TEXT("receipted", "so many of those pending, or all"),
		 TEXT("processed", "so many of those received, or all"),
		 CHOICE("direction", "in|out", "what comes more, or goes out more")) },
	{ "GET", "/v1/target/declared", "listDeclared", FIGURES,
	  "What is declared of the plan's other targets, and who has not.", TOKEN_ACT_FIGURES,
	  ROUTE_GENERAL, ROUTE_NO_BODY, "target declared", NULL, NULL, NULL,
	  FIELDS(FLAG("missing", "who has not declared"),
		 FLAG("history", "all that our office has declared")) },
	{ "POST", "/v1/target/declare", "declareTarget", FIGURES,
	  "Declare another target of the plan: so many done of all, as of a day.", TOKEN_ACT_OFFICE,
	  ROUTE_GENERAL, ROUTE_JSON, "target declare", "name done_of_all", NULL, NULL,
	  FIELDS(MUST("name", "of the target"), MUST("done_of_all", "DONE/ALL, like 12/30"),
		 { "as_of", ROUTE_DATE, true, "the day that the figures are of", NULL, 0, 0 },
		 TEXT("person", "in whose name it is declared"),
		 FLAG("correct", "the last declaration was wrong")) },
	{ "POST", "/v1/target/report", "reportTarget", FIGURES, "Send our own figures up now.",
	  TOKEN_ACT_OFFICE, ROUTE_GENERAL, ROUTE_JSON, "target report", NULL, NULL, NULL, NULL },
	{ "POST", "/v1/target/ask", "askTarget", FIGURES,
	  "Ask committees below for their figures now.", TOKEN_ACT_OFFICE, ROUTE_GENERAL,
	  ROUTE_JSON, "target ask", NULL, NULL, NULL,
	  FIELDS(FLAG("missing", "those whose report is missing or late")) },
	/* ---- committees and operation ---- */
	{ "GET", "/v1/committees", "listCommittees", OPERATION, "All committees of the directory.",
	  TOKEN_ACT_FIGURES, ROUTE_GENERAL, ROUTE_NO_BODY, "committee list", NULL, NULL, NULL,
	  NULL },
	{ "GET", "/v1/committees/{id}", "showCommittee", OPERATION, "One committee, with its keys.",
	  TOKEN_ACT_FIGURES, ROUTE_GENERAL, ROUTE_NO_BODY, "committee show", "id", NULL, NULL,
	  NULL },
	{ "GET", "/v1/status", "showStatus", OPERATION,
	  "The daemon, its links and queues at a glance.", TOKEN_ACT_FIGURES, ROUTE_GENERAL,
	  ROUTE_NO_BODY, "status", NULL, NULL, NULL, NULL },
	{ "GET", "/v1/links", "listLinks", OPERATION,
	  "Links to neighbours, with what waits for each.", TOKEN_ACT_FIGURES, ROUTE_GENERAL,
	  ROUTE_NO_BODY, "link list", NULL, NULL, NULL, NULL },
	{ "GET", "/v1/links/{id}", "showLink", OPERATION,
	  "One link, with its address and what it did wrong.", TOKEN_ACT_FIGURES, ROUTE_GENERAL,
	  ROUTE_NO_BODY, "link show", "id", NULL, NULL, NULL },
	{ "POST", "/v1/links/{id}/ping", "pingLink", OPERATION,
	  "Ask a neighbour's daemon for a sign of life, now.", TOKEN_ACT_OPERATE, ROUTE_GENERAL,
	  ROUTE_JSON, "link ping", "id", NULL, NULL, NULL },
	{ "GET", "/v1/queues", "showQueues", OPERATION,
	  "What waits for each neighbour: how many items, by age.", TOKEN_ACT_FIGURES,
	  ROUTE_GENERAL, ROUTE_NO_BODY, "queue show", NULL, NULL, NULL, NULL },
	{ "GET", "/v1/queues/{id}", "listQueue", OPERATION,
	  "What waits for one neighbour, document by document.", TOKEN_ACT_OPERATE, ROUTE_GENERAL,
	  ROUTE_NO_BODY, "queue list", "id", NULL, NULL, NULL },
	{ "POST", "/v1/documents/{id}/resend", "resendDocument", OPERATION,
	  "A document again to a neighbour that lost its disk.", TOKEN_ACT_OPERATE, ROUTE_DOCUMENT,
	  ROUTE_JSON, "resend", "id", NULL, NULL, FIELDS(MUST("to", "the neighbour")) },
	/* ---- as an axis of the State: the paths and words of its clients ---- */
	{ "POST", "/axis/v1/sendEdoc", "axisSend", AXIS,
	  "Send a file of edXML: a document, a recall, a status. The same file again is the same "
	  "message.",
	  TOKEN_ACT_AXIS, ROUTE_GENERAL, ROUTE_PARCEL, NULL, NULL, NULL, axis_post,
	  FIELDS(CHOICE("messageType", "edoc|status", "what the file is; else it is looked at"),
		 TEXT("from", "is in the file: not looked at"),
		 TEXT("to", "is in the file: not looked at"),
		 TEXT("senderDocId", "the system's own name of this message: another file under it "
				     "is refused"),
		 TEXT("contentSha256", "of the file, hexadecimal: another file is refused")) },
	{ "GET", "/axis/v1/receivedEdocs", "axisReceived", AXIS,
	  "What waits for this system, the oldest first, each until it is told done or fail.",
	  TOKEN_ACT_AXIS, ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, axis_list,
	  FIELDS(CHOICE("status", "INITIAL|FAIL", "what waits (INITIAL), or was told fail"),
		 COUNT_FROM("limit", 1, 100, "at most so many, and at least 1"),
		 TEXT("after", "next of the answer before: what comes behind it")) },
	{ "GET", "/axis/v1/edocs/{id}", "axisFetch", AXIS, "The file of a message, edXML.",
	  TOKEN_ACT_AXIS, ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, axis_fetch, NULL },
	{ "POST", "/axis/v1/updateStatus", "axisTell", AXIS,
	  "Say that a message is safe there (done), or could not be taken (fail).", TOKEN_ACT_AXIS,
	  ROUTE_GENERAL, ROUTE_JSON, NULL, NULL, NULL, axis_tell,
	  FIELDS(MUST("docId", "id of the message"),
		 CHOOSE("status", "done|fail", "what became of it"),
		 TEXT("reason", "why it could not be taken: the operator reads it")) },
	{ "GET", "/axis/v1/sentEdocs", "axisSent", AXIS,
	  "Has a message been taken? For who does not know how its sending ended.", TOKEN_ACT_AXIS,
	  ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, axis_sent,
	  FIELDS(MUST("senderDocId", "as it was sent")) },
	/* ---- the office's page ---- */
	{ "POST", "/v1/session", "signIn", SESSION,
	  "Sign in: the answer sets a cookie, and has the proof that goes with each "
	  "change.",
	  ROUTE_OPEN, ROUTE_GENERAL, ROUTE_JSON, NULL, NULL, NULL, sign_in_answer,
	  FIELDS(MUST("name", "of the account"), MUST("password", "of the account"),
		 TEXT("code", "of the second factor, where the account has one: six digits")) },
	{ "GET", "/v1/session", "whoAmI", SESSION, "Who is signed in, as what, until when.",
	  ROUTE_OPEN, ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, sign_in_who, NULL },
	{ "POST", "/v1/session/end", "signOut", SESSION, "Sign out.", ROUTE_SESSION, ROUTE_GENERAL,
	  ROUTE_JSON, NULL, NULL, NULL, sign_in_end, NULL },
	{ "POST", "/v1/session/password", "changePassword", SESSION,
	  "Another password of one's own. All sessions of the account end, and this one goes on "
	  "under another cookie.",
	  ROUTE_SESSION, ROUTE_GENERAL, ROUTE_JSON, NULL, NULL, NULL, sign_in_password,
	  FIELDS(MUST("password", "the one of today"), MUST("new", "at least 12 characters")) },
	{ "GET", "/", "root", PAGE, "Leads to the office's page.", ROUTE_OPEN, ROUTE_GENERAL,
	  ROUTE_NO_BODY, NULL, NULL, NULL, page_root, NULL },
	{ "GET", "/office/", "officePage", PAGE, "The office's page, for browsers.", ROUTE_OPEN,
	  ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, page_answer, NULL },
	{ "GET", "/office/{file}", "officeFile", PAGE, "A file of that page.", ROUTE_OPEN,
	  ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, page_file, NULL },
	/* ---- the gateway itself ---- */
	{ "GET", "/v1/openapi.json", "describe", GATEWAY, "This description.", ROUTE_OPEN,
	  ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, openapi_answer, NULL },
	{ "GET", "/healthz", "health", GATEWAY, "Does the gateway run?", ROUTE_OPEN, ROUTE_GENERAL,
	  ROUTE_NO_BODY, NULL, NULL, NULL, health_answer, NULL },
	{ "GET", "/readyz", "readiness", GATEWAY, "Does its daemon answer?", ROUTE_OPEN,
	  ROUTE_GENERAL, ROUTE_NO_BODY, NULL, NULL, NULL, health_ready, NULL },
	{ "GET", "/metrics", "metrics", GATEWAY,
	  "Counts of requests, in the text format of OpenMetrics.", ROUTE_ANYBODY, ROUTE_GENERAL,
	  ROUTE_NO_BODY, NULL, NULL, NULL, tally_metrics, NULL },
	{ .method = NULL },
};

const struct route *routes_table(void)
{
	return rows;
}
