/* vanthu: the command line of vanthud. One table of commands; names are declared here and nowhere
 * else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/base/json_memory.h"
#include "tools/cli/cli.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

/* Groups of the help, in the order of their first rows. */
#define ARRIVED N_("What arrives")
#define WORK N_("Who does it, and until when")
#define ISSUED N_("What is sent")
#define BOOKS N_("Books, paper, the digital share")
#define CLERK N_("More about documents")
#define OPS N_("Operation")
#define START N_("Beginning")
/* clang-format off: a row each */
/* Operands: one, one or more, one or none, any number. */
#define ONE(name, kind) { name, 1, 1, kind }
#define SOME(name, kind) { name, 1, COMMAND_ANY, kind }
#define MAYBE(name, kind) { name, 0, 1, kind }
#define ANY(name, kind) { name, 0, COMMAND_ANY, kind }
#define ANY(name, kind) { name, 0, COMMAND_ANY, kind }
/* Options that a usage shows: wanted, or in brackets. */
#define MUST(name) { name, true, NULL }
#define MAY(name) { name, false, NULL }
#define MORE { COMMAND_MORE, false, NULL }
#define NONE { { .name = NULL } }
/* clang-format on */

static const struct command commands[] = {
	{ ARRIVED,
	  "inbox",
	  N_("what has arrived and is to be done: overdue, new, in hand"),
	  NULL,
	  cmd_inbox,
	  { inbox_options, list_options },
	  { { "",
	      "",
	      { ANY(C_("operand", "TEXT"), VALUE_NONE) },
	      { MAY("all"), MAY("new"), MAY("overdue"), MAY("page"), MORE } } } },
	{ ISSUED,
	  "send",
	  N_("send a document with its attachments"),
	  NULL,
	  cmd_send,
	  { send_options },
	  { { "",
	      "",
	      { SOME(N_("FILE"), VALUE_FILE) },
	      { MUST("to"),
		MUST("type"),
		MUST("number"),
		{ "subject", true, C_("subject", "TEXT") },
		MORE } } } },
	{ ISSUED,
	  "outbox",
	  N_("documents that were sent"),
	  NULL,
	  cmd_outbox,
	  { list_options },
	  { { "",
	      "",
	      { ANY(C_("operand", "TEXT"), VALUE_NONE) },
	      { MAY("from"), MAY("to"), MAY("type"), MAY("since"), MORE } } } },
	{ ARRIVED,
	  "find",
	  N_("search sent, received and paper: words in any order"),
	  NULL,
	  cmd_find,
	  { list_options },
	  { { "",
	      "",
	      { ANY(C_("operand", "TEXT"), VALUE_NONE) },
	      { MAY("from"), MAY("to"), MAY("type"), MAY("since"), MORE } } } },
	{ ARRIVED,
	  "show",
	  N_("one document, its parts and its receipts"),
	  NULL,
	  cmd_show,
	  { show_options },
	  { { "", "", { ONE(N_("ID"), VALUE_DOCUMENT) }, { MAY("thread") } } } },
	{ ARRIVED,
	  "accept",
	  N_("enter what has arrived in the register, with its arrival number"),
	  N_("list what has arrived with: vanthu inbox"),
	  cmd_accept,
	  { accept_options },
	  { { "", "", { SOME(N_("ID"), VALUE_DOCUMENT) }, { MAY("as") } },
	    { "", N_("everything that waits for it"), NONE, { MUST("all-valid"), MAY("as") } } } },
	{ ARRIVED,
	  "return",
	  N_("give back what came to the wrong office or cannot be taken"),
	  NULL,
	  cmd_return,
	  { return_options },
	  { { "",
	      "",
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { { "reason", true, C_("reason", "TEXT") }, MAY("as") } } } },
	{ WORK,
	  "assign",
	  N_("say who deals with it, and until when"),
	  NULL,
	  cmd_assign,
	  { assign_options },
	  { { "",
	      "",
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { MUST("to"), MAY("with"), MAY("due"), MORE } } } },
	{ WORK,
	  "start",
	  N_("say that the work on it has begun, or goes on after all"),
	  NULL,
	  cmd_start,
	  { start_options },
	  { { "", "", { SOME(N_("ID"), VALUE_DOCUMENT) }, { MAY("note"), MAY("as") } } } },
	{ WORK,
	  "finish",
	  N_("say that the work on it is done, and what answers it"),
	  NULL,
	  cmd_finish,
	  { finish_options },
	  { { "",
	      "",
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { MAY("answer"), MAY("note"), MAY("as") } } } },
	{ ISSUED,
	  "recall",
	  N_("ask for a document back, and answer who asks"),
	  N_("what was sent: vanthu outbox; what arrived: vanthu inbox"),
	  cmd_recall,
	  { recall_options },
	  { { "ask",
	      N_("for one of ours, of all its recipients or of some"),
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { { "reason", true, C_("reason", "TEXT") }, MAY("to"), MAY("as") } },
	    { "agree",
	      N_("it is given back: nothing more is done with it here"),
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { MAY("note"), MAY("as") } },
	    { "decline",
	      N_("it stays"),
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { { "reason", true, C_("reason", "TEXT") }, MAY("as") } } } },
	{ WORK,
	  "due",
	  N_("what is overdue, due today or soon, and what waits to be registered"),
	  NULL,
	  cmd_due,
	  { due_options },
	  { { "", "", NONE, { MAY("soon"), MAY("by"), MAY("person"), MORE } } } },
	{ WORK,
	  "remind",
	  N_("remind who has not done what we sent it with a day"),
	  N_("see who has not done what: vanthu due --sent"),
	  cmd_remind,
	  { remind_options },
	  { { "",
	      "",
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { MAY("to"), MAY("signer"), MAY("note"), MORE } },
	    { "", N_("all who are late"), NONE, { MUST("all-late"), MAY("auto"), MORE } } } },
	{ WORK,
	  "person",
	  N_("the persons and units of the office"),
	  NULL,
	  cmd_person,
	  { person_options },
	  { { "list",
	      N_("those who are with it today, with their positions"),
	      NONE,
	      { MAY("all") } } } },
	{ ISSUED,
	  "lists",
	  N_("the distribution lists of the office and of the directory"),
	  NULL,
	  cmd_lists,
	  { NULL },
	  { { "", "", { MAYBE(N_("NAME"), VALUE_LIST) }, NONE } } },
	{ BOOKS,
	  "register",
	  N_("the books of the office: sent, received, and what became of it"),
	  NULL,
	  cmd_register,
	  { register_options },
	  { { "out",
	      N_("documents sent"),
	      NONE,
	      { MAY("period"), MAY("secret"), MAY("format"), MAY("output"), MORE } },
	    { "in",
	      N_("documents received"),
	      NONE,
	      { MAY("period"), MAY("secret"), MAY("format"), MAY("output"), MORE } },
	    { "followup",
	      N_("those received, with who deals with them and until when"),
	      NONE,
	      { MAY("period"), MAY("secret"), MAY("format"), MAY("output"), MORE } },
	    { "void",
	      N_("a number that nothing was issued under: a line says so, with the reason"),
	      { ONE(N_("in|out"), VALUE_DIRECTION), ONE(N_("NUMBER"), VALUE_NONE) },
	      { { "reason", true, C_("reason", "TEXT") },
		MAY("type"),
		MAY("date"),
		MAY("secret") } } } },
	{ ARRIVED,
	  "save",
	  N_("write a document and its attachments into a folder"),
	  NULL,
	  cmd_save,
	  { save_options },
	  { { "", "", { ONE(N_("ID"), VALUE_DOCUMENT) }, { MUST("to") } },
	    { "",
	      N_("one part as a file of that name, or to standard output"),
	      { ONE(N_("ID"), VALUE_DOCUMENT) },
	      { MUST("output") } } } },
	{ CLERK,
	  "export",
	  N_("write a document with all its proofs into one file"),
	  NULL,
	  cmd_export,
	  { export_options },
	  { { "", "", { ONE(N_("ID"), VALUE_DOCUMENT) }, { MUST("to") } } } },
	{ CLERK,
	  "edxml",
	  N_("files of the State's exchange of documents (edXML)"),
	  NULL,
	  cmd_edxml,
	  { edxml_options },
	  { { "check",
	      N_("what a file is and what is wrong with it, without any daemon"),
	      { ONE(N_("FILE"), VALUE_FILE) },
	      NONE },
	    { "import",
	      N_("send the document that it is, or do what its status says"),
	      { ONE(N_("FILE"), VALUE_FILE) },
	      { MAY("to"), MAY("type"), MAY("number"), MORE } },
	    { "export",
	      N_("write a document as such a file, or what our office says of it"),
	      { ONE(N_("ID"), VALUE_DOCUMENT) },
	      { MAY("output"), MAY("status") } } } },
	{ CLERK,
	  "resend",
	  N_("documents again to a neighbour that lost its disk"),
	  NULL,
	  cmd_resend,
	  { resend_options },
	  { { "",
	      N_("those that are named, as they were signed"),
	      { SOME(N_("ID"), VALUE_DOCUMENT) },
	      { MUST("to") } },
	    { "",
	      N_("everything that is here for it"),
	      NONE,
	      { MUST("all"), MUST("to"), MAY("since") } } } },
	{ CLERK,
	  "verify",
	  N_("check signatures and contents"),
	  NULL,
	  cmd_verify,
	  { verify_options },
	  { { "",
	      N_("of a document here, by the daemon"),
	      { ONE(N_("ID"), VALUE_EVIDENCE) },
	      NONE },
	    { "",
	      N_("of an exported file, without any daemon"),
	      { ONE(N_("FILE"), VALUE_EVIDENCE) },
	      { MUST("root"), MAY("files") } } } },
	{ BOOKS,
	  "paper",
	  N_("register documents on paper, for the digital share"),
	  N_("list what there is with: vanthu paper list"),
	  cmd_paper,
	  { paper_options },
	  { { "add",
	      N_("one that came (in) or went (out)"),
	      { ONE(N_("in|out"), VALUE_DIRECTION), MAYBE(N_("NUMBER"), VALUE_NONE),
		MAYBE(N_("SUBJECT"), VALUE_NONE) },
	      { MAY("from"), MAY("to"), MAY("date"), MAY("type"), MORE } },
	    { "import",
	      N_("many from a table (CSV), with a report line by line; - reads standard input"),
	      { MAYBE(N_("FILE"), VALUE_FILE) },
	      { MAY("all-or-nothing"), MAY("strict"), MAY("template") } },
	    { "list",
	      N_("those registered, the newest first"),
	      { MAYBE(N_("in|out"), VALUE_DIRECTION) },
	      { MAY("period") } },
	    { "show",
	      N_("all that the book has of one, by its id or number"),
	      { ONE(N_("ID"), VALUE_PAPER) },
	      NONE },
	    { "change",
	      N_("correct an entry: its line stays, the correction goes behind it"),
	      { ONE(N_("ID"), VALUE_PAPER) },
	      { MAY("number"), MAY("subject"), MAY("date"), MAY("from"), MAY("to"), MORE } },
	    { "cancel",
	      N_("an entry made by mistake: it stays, and counts no more"),
	      { ONE(N_("ID"), VALUE_PAPER) },
	      { { "reason", true, C_("reason", "TEXT") } } } } },
	{ BOOKS,
	  "target",
	  N_("the digital share, and the line to reach"),
	  NULL,
	  cmd_target,
	  { target_options, target_export_options, target_declare_options, target_why_options },
	  { { "show",
	      N_("the share of this year, or of a period; also without the word show"),
	      NONE,
	      { MAY("period"), MAY("committee") } },
	    { "by",
	      N_("the same cut by committee, type, month, quarter, half, year or direction"),
	      { ONE("committee|type|month|quarter|half|year|direction", VALUE_WORDS) },
	      { MAY("period"), MAY("committee"), MAY("subtree") } },
	    { "ask",
	      N_("ask committees below for their figures now; all without a name"),
	      { ANY(N_("COMMITTEE"), VALUE_COMMITTEE) },
	      { MAY("missing") } },
	    { "report", N_("send our own figures up now"), NONE, NONE },
	    { "why",
	      N_("the documents that keep it down, each with the reason and what mends it"),
	      NONE,
	      { MAY("period"),
		{ "reason", false, C_("reason", "REASON") },
		MAY("direction"),
		MAY("page"),
		MAY("all"),
		MAY("committee") } },
	    { "simulate",
	      N_("what it would be if"),
	      NONE,
	      { MAY("period"), MAY("digital"), MAY("paper"), MAY("without-paper-from"),
		MAY("receipted"), MORE } },
	    { "recount",
	      N_("prove that the counters equal the records"),
	      NONE,
	      { MAY("repair") } },
	    { "declare",
	      N_("another target of the plan: so many done of all, as of a day"),
	      { ONE(N_("NAME"), VALUE_TARGET), ONE(N_("DONE/ALL"), VALUE_NONE) },
	      { MUST("as-of"), MAY("person"), MAY("correct") } },
	    { "declared",
	      N_("what is declared of them, by committee, and who has not"),
	      NONE,
	      { MAY("missing"), MAY("history") } },
	    { "export",
	      N_("figures of all below, by committee, month and type, to a file or to print"),
	      NONE,
	      { MAY("period"), MAY("committee"), MAY("format"), MAY("output") } } } },
	{ ISSUED,
	  "report",
	  N_("the periodic report to the superior: a page to print, or to send"),
	  NULL,
	  cmd_report,
	  { report_options },
	  { { "",
	      N_("a page of all below, with what is missing; with --send-to a document (BC), too"),
	      NONE,
	      { MAY("period"), MAY("committee"), MAY("output"), MAY("send-to"), MORE } } } },
	{ ISSUED,
	  "trace",
	  N_("the way that a document took, hop by hop"),
	  NULL,
	  cmd_trace,
	  { NULL },
	  { { "", "", { ONE(N_("ID"), VALUE_DOCUMENT) }, NONE } } },
	{ OPS,
	  "status",
	  N_("the daemon, its links and queues at a glance"),
	  NULL,
	  cmd_status,
	  { NULL },
	  { { "", "", NONE, NONE } } },
	{ OPS,
	  "check",
	  N_("one line for a monitoring system"),
	  NULL,
	  cmd_check,
	  { check_own_options },
	  { { "all",
	      N_("everything; also without a word. Exit status: 0 right, 1 warning, 2 critical, 3 "
		 "unknown"),
	      NONE, NONE },
	    { "clock",
	      N_("against the clocks of the neighbours: a minute is a warning, 5 minutes are "
		 "critical"),
	      NONE, NONE },
	    { "key", N_("the signing key is valid, and for two weeks more"), NONE, NONE },
	    { "links", N_("all are up; critical: the superior's is not, or none is"), NONE, NONE },
	    { "queue", N_("the oldest that waits: an hour is a warning, a day is critical"), NONE,
	      NONE },
	    { "aside", N_("what cannot be believed yet is a warning, after half a day critical"),
	      NONE, NONE },
	    { "room", N_("room on the disk, and whatever else status warns of"), NONE, NONE },
	    { "directory", N_("there is one, valid for two weeks more"), NONE, NONE },
	    { "damage", N_("no stored value is damaged"), NONE, NONE },
	    { "store", N_("neighbours hold no more of it than it knows, here and there"), NONE,
	      NONE },
	    { "target",
	      N_("the digital share: critical below the line; a warning: reports of those below "
		 "are missing, late or do not agree. Not in all"),
	      NONE,
	      { MAY("within"), MAY("period") } } } },
	{ OPS,
	  "link",
	  N_("links to neighbours"),
	  NULL,
	  cmd_link,
	  { NULL },
	  { { "list", N_("all, with what waits for each"), NONE, NONE },
	    { "show",
	      N_("one, with its address and what it did wrong"),
	      { ONE(N_("ID"), VALUE_NEIGHBOUR) },
	      NONE },
	    { "ping",
	      N_("ask its daemon for a sign of life, now"),
	      { ONE(N_("ID"), VALUE_NEIGHBOUR) },
	      NONE } } },
	{ OPS,
	  "queue",
	  N_("what waits for each neighbour"),
	  NULL,
	  cmd_queue,
	  { NULL },
	  { { "show", N_("how many items, by age"), NONE, NONE },
	    { "list",
	      N_("document by document, for all neighbours or one"),
	      { MAYBE(N_("ID"), VALUE_NEIGHBOUR) },
	      NONE },
	    { "aside",
	      N_("what came and is set aside until it can be believed"),
	      { MAYBE(N_("ID"), VALUE_NEIGHBOUR) },
	      NONE } } },
	{ OPS,
	  "changes",
	  N_("what has changed since a number, for programs that follow"),
	  NULL,
	  cmd_changes,
	  { changes_options },
	  { { "",
	      "",
	      NONE,
	      { { "since", false, NULL },
		{ "follow", false, NULL },
		{ "wait", false, NULL },
		{ "limit", false, NULL },
		{ "kind", false, NULL },
		{ "feed", false, NULL } } } } },
	{ OPS,
	  "recover",
	  N_("a store that is behind, or a committee that runs twice"),
	  NULL,
	  cmd_recover,
	  { NULL },
	  { { "status", N_("what neighbours have shown, and what may be lost"), NONE, NONE },
	    { "resume",
	      N_("take new documents again, with this store; ID: the alarm about this neighbour is "
		 "settled"),
	      { MAYBE(N_("ID"), VALUE_NEIGHBOUR) },
	      NONE } } },
	{ OPS,
	  "watch",
	  N_("live events as they happen"),
	  NULL,
	  cmd_watch,
	  { watch_options },
	  { { "", "", NONE, { { "count", false, C_("count", "N") } } } } },
	{ OPS,
	  "webhook",
	  N_("programs of others that are told of changes by HTTP"),
	  N_("list the subscriptions with: vanthu webhook list"),
	  cmd_webhook,
	  { webhook_options },
	  { { "add",
	      N_("a new subscription; its secret is shown once"),
	      { ONE(N_("NAME"), VALUE_NONE), ONE(N_("URL"), VALUE_NONE) },
	      { MAY("kind"), MAY("committee"), MAY("type"), MAY("ed25519"), MORE } },
	    { "list", N_("all, and how they stand"), NONE, NONE },
	    { "show",
	      N_("one, with its last answers"),
	      { ONE(N_("NAME"), VALUE_NONE) },
	      NONE },
	    { "test",
	      N_("send it a test event now, and say what is answered"),
	      { ONE(N_("NAME"), VALUE_NONE) },
	      NONE },
	    { "pause", N_("send it nothing until resume"), { ONE(N_("NAME"), VALUE_NONE) }, NONE },
	    { "resume",
	      N_("go on where it stopped, without a gap"),
	      { ONE(N_("NAME"), VALUE_NONE) },
	      NONE },
	    { "replay",
	      N_("send again what came after a number"),
	      { ONE(N_("NAME"), VALUE_NONE) },
	      { MUST("since") } },
	    { "remove", N_("end it"), { ONE(N_("NAME"), VALUE_NONE) }, NONE } } },
	{ ISSUED,
	  "policy",
	  N_("who may issue what"),
	  NULL,
	  cmd_policy,
	  { NULL },
	  { { "", "", NONE, NONE } } },
	{ OPS,
	  "committee",
	  N_("the committee directory"),
	  NULL,
	  cmd_committee,
	  { committee_own_options, committee_options },
	  { { "list", N_("all committees"), NONE, NONE },
	    { "show", N_("one, with its keys"), { ONE(N_("ID"), VALUE_COMMITTEE) }, NONE },
	    { "export", N_("the directory as a file"), NONE, { MUST("to") } },
	    { "import",
	      N_("install a directory that came as a file"),
	      { ONE(N_("FILE"), VALUE_FILE) },
	      NONE },
	    { "add",
	      N_("take a new committee in, by the request that its init made"),
	      { ONE(N_("REQUEST"), VALUE_FILE) },
	      { MUST("registry"), MAY("superior"), MORE } },
	    { "move",
	      N_("put it under another superior"),
	      { ONE(N_("ID"), VALUE_COMMITTEE) },
	      { MUST("superior"), MUST("registry") } },
	    { "retire",
	      N_("end it: it passes on what it holds, and gets nothing new"),
	      { ONE(N_("ID"), VALUE_COMMITTEE) },
	      { MUST("registry") } },
	    { "change",
	      N_("its name, symbol, address, term or code of an organ"),
	      { ONE(N_("ID"), VALUE_COMMITTEE) },
	      { MAY("name"), MAY("symbol"), MORE, MUST("registry") } },
	    { "policy",
	      N_("take in a table of who may issue what"),
	      { ONE(N_("FILE"), VALUE_FILE) },
	      { MUST("registry") } },
	    { "lists",
	      N_("take in the distribution lists of all committees"),
	      { ONE(N_("FILE"), VALUE_FILE) },
	      { MUST("registry") } },
	    { "renew",
	      N_("sign the directory anew, with a later date"),
	      NONE,
	      { MUST("registry") } } } },
	{ OPS,
	  "key",
	  N_("keys of this committee, new ones, and the end of old ones"),
	  NULL,
	  cmd_key,
	  { key_options },
	  { { "list", N_("which the directory knows"), NONE, NONE },
	    { "new",
	      N_("make new keys beside those in use, and a request to the registry"),
	      NONE,
	      { MAY("sign"), MAY("link"), MAY("endpoint") } },
	    { "rotate",
	      N_("the registry signs the new keys of a request"),
	      { ONE(N_("REQUEST"), VALUE_FILE) },
	      { MAY("overlap"), MUST("registry") } },
	    { "revoke",
	      N_("the registry ends keys at once; KEY: the first 6 characters of a key id, or "
		 "more"),
	      { ONE(N_("ID"), VALUE_COMMITTEE), ONE(N_("sign|link|all|KEY"), VALUE_KEY) },
	      { MUST("registry") } } } },
	{ OPS,
	  "config",
	  N_("the configuration of the daemon"),
	  NULL,
	  cmd_config,
	  { config_options },
	  { { "show", N_("every key with its value and meaning"), NONE, NONE },
	    { "check", N_("all that is wrong with it"), NONE, NONE },
	    { "example",
	      N_("a file with every key, its meaning and its default"),
	      NONE,
	      { MAY("id") } } } },
	{ OPS,
	  "token",
	  N_("who may use the gateway, for what, and until when"),
	  N_("list the tokens with: vanthu token list"),
	  cmd_token,
	  { token_options },
	  { { "add",
	      N_("a new one, which is shown this once"),
	      { ONE(N_("NAME"), VALUE_NONE) },
	      { MUST("scope"), MAY("committee"), MAY("expires"), MAY("rate"), MORE } },
	    { "list", N_("all, with what each is for and when it was used last"), NONE, NONE },
	    { "show", N_("one of them"), { ONE(N_("NAME"), VALUE_TOKEN) }, NONE },
	    { "revoke",
	      N_("end one: the gateway refuses it from the next request on"),
	      { ONE(N_("NAME"), VALUE_TOKEN) },
	      NONE } } },
	{ START,
	  "init",
	  N_("make the keys and configuration of a committee, or a registry"),
	  NULL,
	  cmd_init,
	  { init_options, committee_options },
	  { { "",
	      N_("a committee: keys, configuration and the request to the registry"),
	      { ONE(N_("DIR"), VALUE_FOLDER) },
	      { MUST("id"), MAY("listen"), MORE } },
	    { "",
	      N_("a registry: the keys that sign the directory"),
	      { ONE(N_("DIR"), VALUE_FOLDER) },
	      { MUST("registry"), MAY("name") } } } },
	{ START,
	  "lab",
	  N_("a whole committee tree on this machine"),
	  N_("list the committees of the lab with: vanthu lab status DIR"),
	  cmd_lab,
	  { lab_options, committee_options },
	  { { "create",
	      N_("make keys, registry and configurations"),
	      { ONE(N_("DIR"), VALUE_FOLDER) },
	      { MUST("tree"), MAY("port"), MAY("gateway") } },
	    { "start",
	      N_("those that do not run"),
	      { ONE(N_("DIR"), VALUE_FOLDER), ANY(N_("ID"), VALUE_MEMBER) },
	      NONE },
	    { "stop",
	      N_("end them in order"),
	      { ONE(N_("DIR"), VALUE_FOLDER), ANY(N_("ID"), VALUE_MEMBER) },
	      NONE },
	    { "status", N_("which run"), { ONE(N_("DIR"), VALUE_FOLDER) }, NONE },
	    { "add",
	      N_("one more committee, by a new directory"),
	      { ONE(N_("DIR"), VALUE_FOLDER), ONE(N_("ID"), VALUE_NONE) },
	      { MUST("superior"), MUST("name"), MUST("symbol") } } } },
	{ START,
	  "demo",
	  N_("watch seven committees at work"),
	  NULL,
	  cmd_demo,
	  { demo_options },
	  { { "", "", NONE, { MAY("keep"), MAY("fast") } } } },
	{ START,
	  "help",
	  N_("this list, one command, or what a code means"),
	  NULL,
	  cmd_help,
	  { help_options },
	  { { "", "", { MAYBE(N_("COMMAND|VT-nnnn"), VALUE_COMMAND) }, NONE } } },
	{ START,
	  "completion",
	  N_("the completion of the shell"),
	  NULL,
	  cmd_completion,
	  { NULL },
	  { { "bash", N_("for bash: eval \"$(vanthu completion bash)\""), NONE, NONE },
	    { "zsh", N_("for zsh, likewise"), NONE, NONE },
	    { "words",
	      N_("what the scripts ask: what the last WORD can be, one a line"),
	      { SOME(N_("-- WORD"), VALUE_NONE) },
	      NONE } } },
	{ START,
	  "version",
	  N_("the version"),
	  NULL,
	  cmd_version,
	  { NULL },
	  { { "", "", NONE, NONE } } },
	{ .name = NULL },
};

static int unknown(struct cli *cli, const char *name)
{
	char message[256], fix[256];
	const char *best = suggest_command(name, commands);

	snprintf(message, sizeof message, _("no such command: %s"), name);
	if (best != NULL)
		snprintf(fix, sizeof fix, _("did you mean: vanthu %s"), best);
	else
		snprintf(fix, sizeof fix, "%s", "vanthu help");
	return cli_fail_text(cli, ERR_USAGE, message, fix);
}

/* The first word that is neither a global option nor the value of one. */
static int find_verb(int argc, char **argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		bool value = false;

		for (const struct command_option *o = command_global_options(); o->name != NULL;
		     o++) {
			char letter[3] = { '-', o->code < 128 ? (char)o->code : '-', '\0' };

			if (o->argument != NULL && o->argument[0] != '[')
				value = value || strcmp(argv[i], letter) == 0 ||
					(strncmp(argv[i], "--", 2) == 0 &&
					 strcmp(argv[i] + 2, o->name) == 0);
		}
		i += value ? 2 : 1;
	}
	return i;
}

static int64_t monotonic_ms(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? t.tv_sec * 1000LL + t.tv_nsec / 1000000
						       : 0;
}

/* A stream that is closed would be the next file or socket that is opened, and what is printed
 * would go there. So standard output takes nothing, which cli_finish reports, and what goes to
 * standard error is lost. */
static void keep_streams(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			exit(1);
	}
}

/* So that even a fault before --json or --lang is reported as JSON or in that language. */
static void look_ahead(struct cli *cli, int argc, char **argv)
{
	i18n_open(NULL);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			cli->json = true;
			cli->renderer = output_json();
		} else if (strncmp(argv[i], "--lang=", 7) == 0) {
			i18n_open(argv[i] + 7);
		} else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
			i18n_open(argv[i + 1]);
		}
	}
}

/* Options alone: help or the version, or something is wrong. */
static int no_verb(struct cli *cli, int argc, char **argv)
{
	bool version = false;
	int kept = 1;

	for (int i = 1; i < argc; i++) {
		version = version || strcmp(argv[i], "--version") == 0;
		if (strcmp(argv[i], "--version") != 0)
			argv[kept++] = argv[i];
	}
	if (cli_option(cli, kept, argv) == '?')
		return err_exit_code(ERR_USAGE);
	if (version)
		return cmd_version(cli, 1, argv);
	if (argc == 1)
		return cmd_help(cli, 0, NULL);
	if (!cli->json)
		cmd_help(cli, 0, NULL);
	return cli_wanted(cli, _("which command?"), "");
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *command;
	int verb = find_verb(argc, argv);
	char *name;

	if (verb >= argc)
		return no_verb(cli, argc, argv);
	name = argv[verb];
	command = command_find(commands, name);
	/* What stands behind an option that does not exist may be its value, and no command. */
	if (command == NULL && verb > 1 && cli_option(cli, verb, argv) == '?')
		return err_exit_code(ERR_USAGE);
	if (command == NULL)
		return unknown(cli, name);
	cli->command = command;
	/* The verb goes first, so that the options before it and after it are read in one pass. */
	memmove(&argv[2], &argv[1], (size_t)(verb - 1) * sizeof *argv);
	argv[1] = name;
	errno = 0;
	return command->run(cli, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	const int64_t began_ms = monotonic_ms();
	struct cli cli = { .config_path = getenv("VANTHU_CONFIG"),
			   .timeout_ms = 30000,
			   .color = -1,
			   .renderer = output_text(),
			   .commands = commands };
	int code;

	keep_streams();
	json_memory_begin();
	look_ahead(&cli, argc, argv);
	code = run(&cli, argc, argv);
	cli_detail(&cli, _("%lld ms, exit status %d"), (long long)(monotonic_ms() - began_ms),
		   code);
	return cli_finish(&cli, code);
}
