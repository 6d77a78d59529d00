/* What each code means and what mends it; see err.h. Texts are marked here and translated where
 * they are shown. */
#include "routing/base/err.h"

#include <stddef.h>

#define N_(text) text

struct err_row {
	enum err code;
	const char *text;
	const char *fix;
};

static const struct err_row rows[] = {
	{ ERR_OK, N_("done"), "" },
	{ ERR_USAGE, N_("the command was not understood"), N_("see: vanthu help") },
	{ ERR_CONFIG, N_("the configuration is not valid"),
	  N_("see each line with: vanthu config check") },
	{ ERR_BAD_ID, N_("not a committee id (a-z, 0-9 and -, at most 32)"),
	  N_("list the committees with: vanthu committee list") },
	{ ERR_BAD_TYPE, N_("unknown or ambiguous document type"),
	  N_("give the full name, or QyĐ for Quy định") },
	{ ERR_BAD_DATE, N_("not a date"),
	  N_("write it as DD/MM/YYYY or YYYY-MM-DD, from 1900 on") },
	{ ERR_BAD_TREE, N_("the committees do not form one tree"),
	  N_("correct the tree file: one top, known superiors, no circle") },
	{ ERR_DIRECTORY_SIZE,
	  N_("the directory is larger than may be: 256 MiB and 400,000 committees"),
	  N_("import the registry's directory.vtd itself: vanthu committee import FILE") },
	{ ERR_DIRECTORY_FORMAT, N_("this is no directory file, or it is cut off"),
	  N_("fetch the registry's directory.vtd again and import that") },
	{ ERR_DIRECTORY_TREE, N_("the committees of this directory do not form one tree"),
	  N_("publish a corrected version at the registry: vanthu committee move ID --superior ID "
	     "--registry DIR") },
	{ ERR_EDXML_XML, N_("the file is not XML that can be read"),
	  N_("have the system that wrote it write it again: it is cut off or damaged there") },
	{ ERR_EDXML_OTHER, N_("the file is not edXML"),
	  N_("give a file of an exchange of documents: its outermost element is edXML, with a "
	     "MessageHeader") },
	{ ERR_EDXML_DTD, N_("the file has a document type or entities, which edXML has not"),
	  N_("do not open it elsewhere; ask who sent it what it is") },
	{ ERR_EDXML_BOUND, N_("the file has more, longer or deeper elements than may be"),
	  N_("ask who sent it what it is: no system writes edXML like this") },
	{ ERR_EDXML_ENCODING, N_("the file is not written in UTF-8"),
	  N_("have it written in UTF-8, as edXML is") },
	{ ERR_EDXML_CONTENT, N_("a file in it is not base64"),
	  N_("have the system that wrote it write it again: it is cut off or damaged there") },
	{ ERR_EDXML_PART, N_("a file that it lists is not in it"),
	  N_("have the system that wrote it write it again, with all files") },
	{ ERR_EDXML_ZIP, N_("a packed file in it is damaged, or larger than may be"),
	  N_("have it sent without being packed") },
	{ ERR_EDXML_ORGAN, N_("the code of an organ that no committee has"),
	  N_("see the codes with: vanthu committee show ID; or say to whom with --to") },
	{ ERR_EDXML_STATUS, N_("a status that nothing is done with here"),
	  N_("what may follow is done by hand: vanthu inbox") },
	{ ERR_EDXML_NO_PART, N_("a document without a file cannot be sent"),
	  N_("have the system that wrote it write it again, with its files") },
	{ ERR_EDXML_FOREIGN, N_("another committee issued it: it is not ours to send"),
	  N_("import it at the committee that issued it") },
	{ ERR_EDXML_ABOUT, N_("it does not say which document it is about"),
	  N_("have ResponseFor, or the DocumentId of what it is about, written into it") },
	{ ERR_AMBIGUOUS, N_("several documents have this name"),
	  N_("give the whole id, or a longer ending of it") },
	{ ERR_FOREIGN_SYMBOL, N_("the symbol in the number is not this committee's own"),
	  N_("check the number; it was sent as given") },
	{ ERR_FIELD, N_("a field is empty, too long, or has characters that nobody sees"),
	  N_("type it anew; how long it may be: vanthu help send") },
	{ ERR_FUTURE, N_("a date that lies in the future"),
	  N_("give the day on which it came or went, or leave it out for today") },
	{ ERR_SAME_NUMBER, N_("another document of the same issuer has this number"),
	  N_("see which with: vanthu find --number NUMBER; each of them counts") },
	{ ERR_NUMBER_TYPE, N_("the symbol in the number is not the one of this type of document"),
	  N_("check --type and --number") },
	{ ERR_DUE_PAST, N_("it is to be done by a day that has passed, or before it was issued"),
	  N_("check --due") },
	{ ERR_NUMBER_GAP, N_("numbers before this one have not been given"),
	  N_("check the number; the next one is given by: --number auto") },
	{ ERR_NO_NUMBER, N_("no number can be given automatically for this document"),
	  N_("give it by hand with --number; automatic are those of the present term, of "
	     "types with a symbol") },
	{ ERR_TABLE, N_("the file is not a table that can be read"),
	  N_("save it as CSV UTF-8; a table to fill in: vanthu paper import --template") },
	{ ERR_COLUMN, N_("a column that is not known, is missing or comes twice"),
	  N_("name the columns as in: vanthu paper import --template") },
	{ ERR_TOGETHER, N_("too many lines to be registered all or none"),
	  N_("split the file, or leave --all-or-nothing out") },
	{ ERR_NO_TYPE, N_("the number does not say which type of document it is"),
	  N_("give the type with --type, by its symbol (KH) or its full name") },
	{ ERR_NO_PAGE, N_("the list has not so many pages"), N_("give a page that there is") },
	{ ERR_REPORT_ASKED, N_("it was asked for a report, and has not answered yet"),
	  N_("the question is kept until it arrives there; see what has come with: vanthu target "
	     "by committee") },
	{ ERR_EMPTY_FILE, N_("a file has no content: 0 bytes"), N_("check that it was saved") },
	{ ERR_FILE_NAME, N_("a file has a name that other systems refuse, like Windows"),
	  N_("rename it: without : ? * \" < > | or a dot at the end") },
	{ ERR_PERSON_UNKNOWN, N_("no person or unit of this office has this name"),
	  N_("see who there is with: vanthu person list") },
	{ ERR_PERSON_ENDED, N_("this person is not with the office on this day"),
	  N_("see since and until when with: vanthu person list --all") },
	{ ERR_PERSON_SEVERAL, N_("several persons or units have this name without its tone marks"),
	  N_("write it with its tone marks, as in: vanthu person list") },
	{ ERR_PERSON_SIGNS, N_("this person does not sign for the committee"),
	  N_("name one with \"signs\" in the list: vanthu person list") },
	{ ERR_REMIND_NOTHING, N_("there is nothing to remind of"),
	  N_("see who has not done what, and until when: vanthu due --sent --all") },
	{ ERR_REMINDED, N_("a reminder of it has been sent, and the next one is not yet due"),
	  N_("see when it was: vanthu due --sent; how often is in reminders.every") },
	{ ERR_TYPE_ENDED, N_("no documents of this type are issued on that day"),
	  N_("take another type, or give the day of issue with: --date") },
	{ ERR_OWN_DOCUMENT, N_("this document was issued here; that is for those who received it"),
	  N_("see what they do with it: vanthu show ID; to have it back: vanthu recall ask ID "
	     "--reason TEXT") },
	{ ERR_OTHER_FORM, N_("the command does not go with the form of this one, paper or digital"),
	  N_("one on paper: vanthu paper show ID, paper change, paper cancel; a digital one: "
	     "vanthu show ID") },
	{ ERR_SAME_ID, N_("another document has this id: of another issuer, or on paper"),
	  N_("see them with: vanthu find; tell who sent the later one") },
	{ ERR_ANSWERED_STATE,
	  N_("what it answers has not been accepted yet, or was returned, recalled or replaced"),
	  N_("see it with: vanthu show; enter it in the register with: vanthu accept") },
	{ ERR_SIGNED_FOR, N_("K/T is not used for a committee, which decides together"),
	  N_("a deputy secretary signs T/M too: --competence \"T/M ĐẢNG ỦY\" --position "
	     "\"PHÓ BÍ THƯ\"") },
	{ ERR_CHANGED_FILE, N_("a file was changed while it was read: nothing was sent"),
	  N_("send it when nobody writes it any more") },
	{ ERR_SEVERAL_NAMED, N_("several committees have this name"),
	  N_("give the id of the one that is meant") },
	{ ERR_KEY_OPEN, N_("others than its owner can read this private key, or replace it"),
	  N_("take their rights away with the command that is named, and think of whether it was "
	     "read: vanthu key new") },
	{ ERR_NOT_FOUND, N_("no such item"),
	  N_("list what there is with: vanthu inbox, vanthu outbox or vanthu committee list") },
	{ ERR_CONFLICT, N_("this id was already used for another content"),
	  N_("send it under a new id") },
	{ ERR_SECRET, N_("secret documents do not travel on this network"),
	  N_("use the cipher network") },
	{ ERR_NO_RECIPIENT, N_("nobody to send to"), N_("name recipients with --to") },
	{ ERR_UNKNOWN_RECIPIENT, N_("not a committee that can be sent to"),
	  N_("list the committees with: vanthu committee list") },
	{ ERR_RETIRED_RECIPIENT, N_("this committee has ended"),
	  N_("find its successor with: vanthu committee list") },
	{ ERR_TOO_MANY_RECIPIENTS, N_("more than 1,000 recipients by name"),
	  N_("use subordinates or subtree") },
	{ ERR_NO_ROUTE, N_("no way to this committee"),
	  N_("see the links with: vanthu link list") },
	{ ERR_TOO_LARGE, N_("too large"),
	  N_("split it; the bound of a file is attachment.max in vanthud.yaml") },
	{ ERR_TOO_MANY_ATTACHMENTS, N_("more than 100 attachments"),
	  N_("put several into one archive") },
	{ ERR_LOOP, N_("the document came back to a committee that had relayed it"),
	  N_("compare the directory versions with: vanthu link list") },
	{ ERR_HOP_LIMIT, N_("the document took more than 16 hops"),
	  N_("see its way with: vanthu trace") },
	{ ERR_NOT_ADDRESSED, N_("neither for this committee nor for one beyond it"), "" },
	{ ERR_NOT_ENTITLED, N_("this content was not published to the committee that asks"), "" },
	{ ERR_EXPIRED, N_("not delivered in time"), N_("see where it is with: vanthu trace") },
	{ ERR_NOT_YET, N_("not yet"), N_("ask again later") },
	{ ERR_PERMISSION, N_("this socket does not allow that"),
	  N_("join the group that the configuration names for it") },
	{ ERR_BAD_STATE, N_("not possible in the present state"), N_("see it with: vanthu show") },
	{ ERR_RECALLED, N_("the document is frozen: it is being recalled, or was"),
	  N_("see who agreed with: vanthu show ID") },
	{ ERR_NOT_ISSUER, N_("only the committee that issued it may do this"),
	  N_("what was received is given back with: vanthu return ID --reason TEXT") },
	{ ERR_CONCERNS_UNKNOWN,
	  N_("the document that is to be updated or replaced is none that was issued here"),
	  N_("look for it with: vanthu outbox; its number or id is what --update and --replace "
	     "take") },
	{ ERR_REPLACED, N_("a newer document stands in its place"),
	  N_("see which one with: vanthu show ID; go on with that one") },
	{ ERR_CONCERNS_TYPE, N_("what it replaces is a document of another type"),
	  N_("an error of content is mended by a document of the same form, one of form by an "
	     "official letter: --update") },
	{ ERR_CONCERNS_SOME, N_("not everybody who has the older document gets this one"),
	  N_("without --to it goes to all of them") },
	{ ERR_REMINDER, N_("this cannot be reminded of: it is not ours, or did not go there"),
	  N_("remind the recipients of a document of ours that names a day: vanthu remind ID") },
	{ ERR_CONTENT_RECALLED,
	  N_("the document was given back to its issuer, and its content is not kept"),
	  N_("see when and why with: vanthu show ID; the issuer has it") },
	{ ERR_NOT_ASKED, N_("its issuer is not asking for it back"),
	  N_("see what was asked and answered with: vanthu show ID") },
	{ ERR_DIRECTORY_OLD, N_("the directory is not newer than the one in force"),
	  N_("export the newest at the registry: vanthu committee export") },
	{ ERR_DIRECTORY_FORK, N_("the directory does not follow the one in force"),
	  N_("the registry has signed two: ask it which one is true") },
	{ ERR_DIRECTORY_EXPIRED, N_("the directory has passed its date"),
	  N_("renew it at the registry: vanthu committee renew --registry DIR") },
	{ ERR_REGISTERED, N_("a document on paper with this number and date is registered already"),
	  N_("see it with: vanthu paper list; when it is another one: --again") },
	{ ERR_ENTRY_CANCELLED, N_("this registration has been cancelled since"),
	  N_("see why with: vanthu paper list; to register it anew, leave out --id") },
	{ ERR_CHANGE_CANCELLED, N_("this entry has been cancelled: it is corrected no more"),
	  N_("see why with: vanthu paper show; register the document anew: vanthu paper add") },
	{ ERR_CHANGE_SECRET,
	  N_("of a secret document only that it exists is kept: no subject, and not whose it is"),
	  N_("leave out --subject, --from and --to") },
	{ ERR_NUMBER_USED, N_("this number stands in the book already, so it cannot be void"),
	  N_("see it with: vanthu register; an entry by mistake: vanthu paper cancel") },
	{ ERR_NUMBER_AHEAD, N_("arrival numbers are given in order: this is not the next one"),
	  N_("see the last one with: vanthu register in; the next one: auto") },
	{ ERR_REPORT_OLD, N_("a report of figures that is as old as what is known, or came again"),
	  N_("nothing is to be done; see what is known with: vanthu target by committee") },
	{ ERR_REPORT_AGAIN, N_("a report of figures that came again through a neighbour"),
	  N_("no fault of who signed it; through whom it came has: vanthu target by committee "
	     "--json") },
	{ ERR_REPORT_PERIOD, N_("a report of figures of months that have not begun, or of none"),
	  N_("see to the clock of the committee that signed it: vanthu check all there") },
	{ ERR_REPORT_FIGURES, N_("a report of figures that says more than can be"),
	  N_("let the committee that signed it count again: vanthu target recount there") },
	{ ERR_DECLARED_FIGURES, N_("more is declared done than there is, or there is nothing"),
	  N_("give it as DONE/ALL, with ALL at least 1 and DONE not above it") },
	{ ERR_ISSUED_LATER, N_("it came in before the day that it is said to be of"),
	  N_("check --issued, the day on the document, and --date, when it came") },
	{ ERR_NOT_BELOW, N_("the committee is not below this one, so its figures are not here"),
	  N_("see who is below with: vanthu target by committee") },
	{ ERR_NO_TERM, N_("the directory does not say when the term of the committee began"),
	  N_("name the months instead, as in --period 2025-06..2026-11; the registry sets it with: "
	     "vanthu committee change --term-from DATE") },
	{ ERR_REPORT_AHEAD, N_("there is nothing to report of a period that has not begun"),
	  N_("give one that has begun, like --period 2026-11") },
	{ ERR_REPORT_GAPS, N_("a report from below is missing, late or does not fit"),
	  N_("see which with: vanthu target export; without --strict the page says what is "
	     "missing") },
	{ ERR_TARGET_UNKNOWN, N_("there is no target of this name on that day"),
	  N_("see all of them with: vanthu target declared; the list is tables.targets") },
	{ ERR_DECLARED_EARLIER, N_("the last declaration of this target is as of a later day"),
	  N_("see it with: vanthu target declared --history; if its day is wrong, add --correct") },
	{ ERR_SIMULATE_MORE, N_("there are not so many of them in this period"),
	  N_("see how many there are with: vanthu target why; all of them: all") },
	{ ERR_BELOW_LINE, N_("the digital share is below the line"),
	  N_("see which documents keep it down, and what mends each: vanthu target why") },
	{ ERR_PART_DIGEST,
	  N_("the content that came has another digest than the one given with it"),
	  N_("read it again, and send it again under the same id") },
	{ ERR_PUBLISH, N_("this office may not send documents that everybody may read"),
	  N_("leave out --publish, or ask the operator for publish.allow: yes") },
	{ ERR_FEED_MISSED, N_("changes that are not kept any more were not read in time"),
	  N_("list inbox and outbox for what was missed, and go on with: vanthu changes (from the "
	     "oldest that is kept)") },
	{ ERR_FEED_OTHER,
	  N_("these numbers are of another feed: the store was set back or replaced"),
	  N_("list inbox and outbox for what was missed, and go on with: vanthu changes (from the "
	     "oldest that is kept)") },
	{ ERR_COMPETENCE, N_("this committee may not issue a document of this type"),
	  N_("the rule is named above; see all of them with: vanthu policy") },
	{ ERR_LIST_UNKNOWN, N_("there is no distribution list of this name"),
	  N_("see all of them with: vanthu lists") },
	{ ERR_LIST_SEVERAL, N_("this name means more than one distribution list"),
	  N_("write it with its tone marks; where office and directory both have it, rename that "
	     "of the office; see: vanthu lists") },
	{ ERR_LIST_EMPTY, N_("this distribution list means nobody besides the sender"),
	  N_("see who is in it with: vanthu lists") },
	{ ERR_LIST_MEMBER, N_("a member of this distribution list is not in the directory"),
	  N_("correct the list (tables.lists of the office, or the registry's), or name the others "
	     "one by one") },
	{ ERR_LIST_RETIRED, N_("a member of this distribution list has ended"),
	  N_("correct the list (tables.lists of the office, or the registry's), or name the others "
	     "one by one") },
	{ ERR_NOT_RECIPIENT, N_("this document was not for that committee"),
	  N_("see for whom with: vanthu show") },
	{ ERR_NOT_HERE, N_("its files are not kept here any more"),
	  N_("the committee that issued it has them") },
	{ ERR_ANSWERED_UNKNOWN, N_("the document that is to be answered is not here"),
	  N_("look for it with: vanthu find TEXT; its number or id is what --reply-to takes") },
	{ ERR_NOT_NEIGHBOUR,
	  N_("only the neighbours of that committee can send it again: this one is not"),
	  N_("ask its superior to: vanthu resend --to ID; see who that is with: vanthu committee "
	     "show ID") },
	{ ERR_MOVED, N_("stands elsewhere in the tree of committees now"), "" },
	{ ERR_DIRECTORY_AHEAD, N_("names a directory version that is not here yet"),
	  N_("install it with: vanthu committee import") },
	{ ERR_ASIDE, N_("came, and is set aside until it can be believed"),
	  N_("see what and why with: vanthu queue aside") },
	{ ERR_DOUBTED, N_("another committee does not believe the time of what was signed here"),
	  N_("set the clock of this machine") },
	{ ERR_BEHIND,
	  N_("this store is older than what its neighbours hold of it; nothing new is taken"),
	  N_("put the newest copy in its place, or go on with what there is: vanthu recover "
	     "status") },
	{ ERR_PEER_BEHIND, N_("the neighbour's store is older than what is held of it here"),
	  N_("tell its operator; what it has lost, this committee may still have: vanthu outbox "
	     "--to ID") },
	{ ERR_TWICE, N_("this committee runs twice, under the same keys; nothing new is taken"),
	  N_("stop the one that should not run; then, at the other: vanthu recover status") },
	{ ERR_PEER_TWICE, N_("the neighbour runs twice, under the same keys"),
	  N_("tell its operator: one of the two must be stopped") },
	{ ERR_DIRECTORY_ROOT, N_("the entries of this directory are not those that its head signs"),
	  N_("import the registry's whole directory.vtd, unchanged: vanthu committee import "
	     "FILE") },
	{ ERR_LINKS_FULL,
	  N_("more neighbours than one daemon has links: some subordinates have none"),
	  N_("put committees between at the registry: vanthu committee move; at most 2,047 stand "
	     "right below one") },
	{ ERR_REFUSED, N_("refused on its way"), N_("see who and why with: vanthu show") },
	{ ERR_SIGNATURE, N_("the signature is wrong"), N_("ask the sender for it again") },
	{ ERR_UNKNOWN_KEY, N_("signed with a key that the directory does not know"),
	  N_("install the newest directory: vanthu committee import") },
	{ ERR_KEY_NOT_VALID, N_("the key was not valid when it was signed"),
	  N_("ask the sender to sign with its present key") },
	{ ERR_KEY_REVOKED, N_("the key was revoked"),
	  N_("ask the sender to sign with its present key") },
	{ ERR_NOT_SIGNER, N_("signed by another committee than it names"), "" },
	{ ERR_FORMAT, N_("the bytes are not what they should be"),
	  N_("check that it is the right file, and whole; what came over a link: ask its sender's "
	     "operator") },
	{ ERR_UTF8, N_("text that is not valid UTF-8"), N_("convert it to UTF-8") },
	{ ERR_UNSUPPORTED, N_("made by a newer version"), N_("update vanthu") },
	{ ERR_DIGEST, N_("the content is not what was signed"), N_("ask the sender for it again") },
	{ ERR_CHAIN, N_("the stream is not the one agreed"), "" },
	{ ERR_GAP, N_("a gap in the stream"), "" },
	{ ERR_CREDIT, N_("sent more than was allowed"), "" },
	{ ERR_PROTOCOL, N_("against the protocol of links"),
	  N_("compare the versions of both daemons") },
	{ ERR_CLOCK, N_("signed in the future"), N_("set the clocks of both machines") },
	{ ERR_CERTIFICATE, N_("not a usable key or certificate"),
	  N_("make a new one with: vanthu init") },
	{ ERR_REJECTED, N_("came again and again in its place, and never as it should"),
	  N_("send it anew; if it comes back, restore the sender's store from a backup") },
	{ ERR_RELAY_CLOCK, N_("a relay's record names a time that has not come"),
	  N_("set the clock of the relay") },
	{ ERR_CLOCK_WRONG, N_("the clock of this machine is wrong: nothing is signed by it"),
	  N_("set it (timedatectl, chronyc makestep), then send again under the same id") },
	{ ERR_OWN_KEY, N_("a key of this committee is not valid at this machine's clock"),
	  N_("compare the clock (timedatectl) with: vanthu key list; ended: vanthu key new; begins "
	     "too late: vanthu committee renew at the registry") },
	{ ERR_CLOCK_NEIGHBOUR, N_("the clock of a neighbour differs from this one"),
	  N_("see whose is right with: vanthu check clock; set the other") },
	{ ERR_OWN_KEY_UNKNOWN, N_("the directory does not have the signing key of this committee"),
	  N_("have the registry sign it (vanthu key list), or install the newest directory: vanthu "
	     "committee import") },
	{ ERR_LINK_KEY, N_("no link key of the neighbour is valid at this machine's clock"),
	  N_("compare the clock (timedatectl) with: vanthu committee show; or ask the neighbour "
	     "for a new key") },
	{ ERR_HANDSHAKE, N_("the link keys of the two sides do not fit"),
	  N_("compare vanthu key list at both ends with the directory: vanthu committee show") },
	{ ERR_DISK_FULL, N_("no room left on the disk of the store"),
	  N_("free space, then send again under the same id") },
	{ ERR_STORE, N_("the store failed"),
	  N_("see the log of vanthud; it starts again from what is on disk") },
	{ ERR_DAMAGED, N_("a stored value is damaged"),
	  N_("see which in the log (event=…-damaged); what to do: OPERATION, \"Something is "
	     "damaged\"") },
	{ ERR_STORE_VERSION, N_("the store was written by a newer version"), N_("update vanthu") },
	{ ERR_STORE_BUSY, N_("another vanthud runs on this store"), N_("stop it first") },
	{ ERR_FILE, N_("a file cannot be read or written"), N_("check its name and permissions") },
	{ ERR_EXISTS, N_("exists already"), N_("choose another name") },
	{ ERR_STORE_FOREIGN, N_("another process has written to the store"),
	  N_("stop every vanthud that has this data folder, then start one") },
	{ ERR_STORE_GONE, N_("the data folder was deleted, moved or replaced while the daemon ran"),
	  N_("leave the daemon running and save its open store: see OPERATION, \"The data folder "
	     "is gone\"") },
	{ ERR_MAP_FULL, N_("the store has grown to store.map"),
	  N_("raise store.map in vanthud.yaml and restart the daemon") },
	{ ERR_NO_INODES, N_("the file system has no inodes left for new files"),
	  N_("see with df -i which one, and delete files there; space is not what is missing") },
	{ ERR_SOCKET_GONE, N_("a local socket was deleted; it is made anew"),
	  N_("leave the run folder to the daemon") },
	{ ERR_UNREACHABLE, N_("no daemon answers"),
	  N_("start it: vanthud -c FILE, or vanthu lab start DIR") },
	{ ERR_TIMEOUT, N_("no answer in time; it may still happen"),
	  N_("ask again, or give a longer --timeout") },
	{ ERR_NO_MEMORY, N_("out of memory"), "" },
	{ ERR_BUSY, N_("too much at once"), N_("try again in a moment") },
	{ ERR_NETWORK, N_("no connection"), N_("see the links with: vanthu link list") },
	{ ERR_SYSTEM, N_("the system refused"), "" },
	{ ERR_CANCELLED, N_("cancelled"), "" },
	{ ERR_PLACES, N_("the daemon runs, but all places of this socket are taken"),
	  N_("close programs that hold connections to it, or try again in a moment") },
	{ ERR_IDLE, N_("the daemon closed a connection on which nothing went on"),
	  N_("run the command again; a program sends its requests whole and reads the replies") },
	{ ERR_DESCRIPTORS, N_("no file descriptors left for new connections"),
	  N_("raise LimitNOFILE in the unit, or ulimit -n; those that stand go on") },
	{ ERR_NOT_LISTENING, N_("nobody listens at the neighbour's address"),
	  N_("start the daemon there; see the address with: vanthu link show") },
	{ ERR_NO_DAEMON, N_("another program answers at the neighbour's address"),
	  N_("start the daemon there, or have the right address published: vanthu link show, "
	     "vanthu committee change --endpoint") },
	{ ERR_NO_HOST, N_("the name in the neighbour's address is not found"),
	  N_("check the name server and the endpoint in the directory: vanthu link show") },
	{ ERR_TOKEN_UNKNOWN, N_("no valid token came with the request"),
	  N_("send Authorization: Bearer TOKEN; a new one is made by: vanthu token add") },
	{ ERR_TOKEN_EXPIRED, N_("the token has expired"),
	  N_("make a new one with: vanthu token add") },
	{ ERR_TOKEN_REVOKED, N_("the token was revoked"),
	  N_("make a new one with: vanthu token add") },
	{ ERR_TOKEN_RATE, N_("more requests than the token's rate allows"),
	  N_("ask again after the time in Retry-After, or make a token with a higher --rate") },
	{ ERR_TOKEN_SCOPE, N_("the token is not for this"),
	  N_("see what it is for with: vanthu token show; scopes: vanthu help token") },
	{ ERR_TOKEN_COMMITTEE, N_("the token is for documents of other committees"),
	  N_("see for which with: vanthu token show") },
	{ ERR_TOKEN_NAME, N_("not a name of a token (a-z, 0-9 and -, at most 32)"),
	  N_("list the tokens with: vanthu token list") },
	{ ERR_TOKEN_FILE,
	  N_("the file of a token is damaged, of a later version, or others may write it"),
	  N_("delete the file, and make a new token with: vanthu token add") },
	{ ERR_AUDIT, N_("the change cannot be logged, so it is not made"),
	  N_("see to room and rights of the gateway's folder, or set gateway.audit_required: no") },
	{ ERR_HTTP_REQUEST, N_("the request is not one that HTTP allows"),
	  N_("send one Host, and one of Content-Length and Transfer-Encoding: chunked") },
	{ ERR_HTTP_HOST, N_("the request names a host that this gateway is not"),
	  N_("use its address, or add the name to gateway.hosts") },
	{ ERR_HTTP_ORIGIN, N_("a page of another site may not ask this gateway"),
	  N_("call it from a program, not from a page in a browser") },
	{ ERR_HTTP_ROUTE, N_("there is nothing at this path"),
	  N_("the paths are listed at /v1/openapi.json") },
	{ ERR_HTTP_METHOD, N_("this path does not take this method"),
	  N_("use one that the field Allow names") },
	{ ERR_HTTP_TYPE, N_("the body has another media type than is taken here"),
	  N_("send application/json, or multipart/form-data where a document is sent") },
	{ ERR_HTTP_BODY, N_("the body is no JSON object"),
	  N_("send one object, each member once, in UTF-8") },
	{ ERR_HTTP_FIELD,
	  N_("a field is not known here, is missing, or has a value that it cannot have"),
	  N_("its fields are described at /v1/openapi.json") },
	{ ERR_HTTP_LARGE, N_("the body is larger than is taken here"),
	  N_("send less at once; attachment.max bounds each file") },
	{ ERR_HTTP_SLOW, N_("the request took too long to arrive"),
	  N_("send it again over a faster connection") },
	{ ERR_HTTP_RANGE, N_("the range lies beyond the end of the file"),
	  N_("ask for bytes below its size") },
	{ ERR_HTTP_MULTIPART, N_("the parts of the form are not those of a document"),
	  N_("send one part meta (JSON), and then parts file with a filename each, the document "
	     "first") },
	{ ERR_GATEWAY_PLAIN, N_("the gateway listens beyond this machine only with TLS"),
	  N_("set gateway.certificate and gateway.key, or listen on 127.0.0.1") },
	{ ERR_GATEWAY_LISTEN, N_("the gateway cannot listen on its address"),
	  N_("choose another gateway.listen, or end who holds it") },
	{ ERR_GATEWAY_TLS, N_("the gateway cannot use its certificate or its key"),
	  N_("give PEM files that belong together: gateway.certificate, gateway.key, "
	     "gateway.client_ca") },
	{ ERR_SPOOL_ORDER, N_("the file is not the YAML that a spool folder takes"),
	  N_("write the options of vanthu send, a key each: to, type, subject, files") },
	{ ERR_SPOOL_KEY, N_("a key of the file is not known, or its value is not taken"),
	  N_("see the options of: vanthu help send") },
	{ ERR_SPOOL_PATH, N_("the file names another one that is not an ordinary file below out/"),
	  N_("put the file beside it, and name it without a folder") },
	{ ERR_SPOOL_MISSING, N_("the file names another one that is not there"),
	  N_("put the file there first, and the .ready last") },
	{ ERR_SPOOL_NAME, N_("the name of the file cannot be kept on every system"),
	  N_("name it with letters and digits, at most 200 bytes, without : ? * \" < > |") },
	{ ERR_SPOOL_FOLDER, N_("the spool folder is another user's, or everybody may write there"),
	  N_("give it to the user of the gateway, and let a group write there: chmod 2770") },
	{ ERR_SPOOL_MISSED, N_("changes were missed, and are not told here"),
	  N_("compare with the lists: vanthu inbox --all, vanthu outbox") },
	{ ERR_WEBHOOK_URL, N_("not a URL that events can be sent to"),
	  N_("give https://HOST[:PORT]/PATH, without user, password, # or blanks") },
	{ ERR_WEBHOOK_TARGET, N_("events must not be sent to this address"),
	  N_("only addresses that the whole Internet reaches are taken, with TLS; others must be "
	     "in gateway.webhook_allow of vanthud.yaml") },
	{ ERR_WEBHOOK_SILENT, N_("no event was taken for as long as gateway.webhook_give_up"),
	  N_("when the receiver answers again, go on without a gap: vanthu webhook resume") },
	{ ERR_WEBHOOK_GONE, N_("the receiver said that it is gone for ever (HTTP 410)"),
	  N_("take it away with: vanthu webhook remove; or go on with: vanthu webhook resume") },
	{ ERR_WEBHOOK_LATE, N_("changes that it has not had are not kept any more"),
	  N_("list the boxes for what is missing, then go on from the oldest that is kept: vanthu "
	     "webhook replay --since oldest") },
	{ ERR_WEBHOOK_FEED, N_("the store was set back or replaced: its changes have new numbers"),
	  N_("compare the boxes, then go on from the oldest change that is kept: vanthu webhook "
	     "replay --since oldest") },
	{ ERR_WEBHOOK_ANSWER, N_("the receiver did not take the test event"),
	  N_("it has to answer 2xx within gateway.webhook_timeout") },
	{ ERR_WEBHOOK_MANY, N_("there are as many subscriptions as there may be"),
	  N_("take one away with: vanthu webhook remove") },
	{ ERR_WEBHOOK_FILE, N_("the file of a subscription is damaged, or of a later version"),
	  N_("delete the file, and make the subscription anew with: vanthu webhook add") },
	{ ERR_WEBHOOK_RUNNING, N_("another process sends the events of this folder"),
	  N_("end the other vanthu-gateway of this committee first") },
	{ ERR_WEBHOOK_NAME, N_("not a name of a subscription (a-z, 0-9 and -, at most 32)"),
	  N_("list the subscriptions with: vanthu webhook list") },
	{ ERR_WEBHOOK_NO_SENDER,
	  N_("no vanthu-gateway runs for this committee, so nothing is sent"),
	  N_("start it: vanthu-gateway -c DIR") },
	{ ERR_AXIS_NAME, N_("not a name of an adapter (a-z, 0-9 and -, at most 32)"),
	  N_("list the adapters with: vanthu axis list") },
	{ ERR_AXIS_FILE, N_("the file of an adapter is damaged, or of a later version"),
	  N_("remove the adapter and add it anew: what it took and sent is remembered") },
	{ ERR_AXIS_SECRET,
	  N_("the file of the secret is missing, empty, too long, or others may read it"),
	  N_("write the secret into it as the user that the gateway runs as, mode 0600") },
	{ ERR_AXIS_ADDRESS, N_("not an address of an axis"),
	  N_("https://HOST/PATH; http only on this machine; no query, no user in it") },
	{ ERR_AXIS_IDENTITY, N_("the axis refuses the system's name or its secret"),
	  N_("mend name and secret, then: vanthu axis resume NAME") },
	{ ERR_AXIS_ANSWER, N_("the axis does not answer as an axis does"),
	  N_("it is tried again; see what it says with: vanthu axis show NAME") },
	{ ERR_AXIS_DIGEST, N_("the content is not what the axis says of it"),
	  N_("let its sender send it again") },
	{ ERR_AXIS_SENDER, N_("from an organ that this committee does not speak for"),
	  N_("give the committee its code in the directory, or use --speaks-for") },
	{ ERR_AXIS_NOBODY, N_("none of its recipients is a committee of the directory"),
	  N_("codes of organs stand in the directory: vanthu committee change ID --organ-id") },
	{ ERR_AXIS_FEED, N_("changes were not read while they were kept, or the store is another"),
	  N_("compare inbox and outbox with the other side, then: vanthu axis resume NAME") },
	{ ERR_AXIS_MANY, N_("there are as many adapters as a gateway serves"),
	  N_("remove one that is not used: vanthu axis remove NAME") },
};

static const struct err_row *find(unsigned number)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if ((unsigned)rows[i].code == number)
			return &rows[i];
	}
	return NULL;
}

const char *err_text(enum err e)
{
	const struct err_row *row = find((unsigned)e);

	return row != NULL ? row->text : N_("an unknown error");
}

const char *err_fix(enum err e)
{
	const struct err_row *row = find((unsigned)e);

	return row != NULL ? row->fix : "";
}

int err_known(unsigned number)
{
	return find(number) != NULL;
}

/* Those whose exit code does not follow from their number. */
static const struct {
	enum err err;
	int code;
} exits[] = {
	{ ERR_OK, 0 },
	{ ERR_CONFIG, 9 },
	{ ERR_KEY_OPEN, 9 },
	{ ERR_UNREACHABLE, 3 },
	{ ERR_NOT_FOUND, 4 },
	{ ERR_ANSWERED_UNKNOWN, 4 },
	{ ERR_CONCERNS_UNKNOWN, 4 },
	{ ERR_TARGET_UNKNOWN, 4 },
	{ ERR_NO_PAGE, 4 },
	{ ERR_CONFLICT, 6 },
	{ ERR_REGISTERED, 6 },
	{ ERR_ENTRY_CANCELLED, 6 },
	{ ERR_CHANGE_CANCELLED, 6 },
	{ ERR_NUMBER_USED, 6 },
	{ ERR_NUMBER_AHEAD, 6 },
	{ ERR_DECLARED_EARLIER, 6 },
	{ ERR_BAD_STATE, 6 },
	{ ERR_RECALLED, 6 },
	{ ERR_REPLACED, 6 },
	{ ERR_NOT_ASKED, 6 },
	{ ERR_REMIND_NOTHING, 6 },
	{ ERR_REMINDED, 6 },
	{ ERR_REPORT_ASKED, 6 },
	{ ERR_EXISTS, 6 },
	{ ERR_SAME_NUMBER, 6 },
	{ ERR_SAME_ID, 6 },
	{ ERR_CHANGED_FILE, 6 },
	{ ERR_FEED_MISSED, 6 },
	{ ERR_FEED_OTHER, 6 },
	/* warnings, where they refuse */
	{ ERR_FOREIGN_SYMBOL, 5 },
	{ ERR_NUMBER_TYPE, 5 },
	{ ERR_NUMBER_GAP, 5 },
	{ ERR_DUE_PAST, 5 },
	{ ERR_EMPTY_FILE, 5 },
	{ ERR_FILE_NAME, 5 },
	{ ERR_ANSWERED_STATE, 5 },
	{ ERR_SIGNED_FOR, 5 },
	{ ERR_CONCERNS_TYPE, 5 },
	{ ERR_CONCERNS_SOME, 5 },
	/* of another kind, as ERR_NOT_ISSUER */
	{ ERR_OWN_DOCUMENT, 5 },
	{ ERR_OTHER_FORM, 5 },
	{ ERR_TOKEN_NAME, 2 },
	{ ERR_TOKEN_UNKNOWN, 5 },
	{ ERR_TOKEN_EXPIRED, 5 },
	{ ERR_TOKEN_REVOKED, 5 },
	{ ERR_TOKEN_SCOPE, 5 },
	{ ERR_TOKEN_COMMITTEE, 5 },
	{ ERR_WEBHOOK_URL, 2 },
	{ ERR_WEBHOOK_NAME, 2 },
	{ ERR_WEBHOOK_TARGET, 5 },
	{ ERR_WEBHOOK_ANSWER, 5 },
	{ ERR_WEBHOOK_NO_SENDER, 3 },
	{ ERR_TIMEOUT, 8 },
	{ ERR_TOKEN_RATE, 8 },
	{ ERR_NOT_YET, 8 },
	{ ERR_SPOOL_ORDER, 2 },
	{ ERR_SPOOL_KEY, 2 },
	{ ERR_SPOOL_PATH, 2 },
	{ ERR_SPOOL_MISSING, 2 },
	{ ERR_SPOOL_NAME, 2 },
	{ ERR_AXIS_NAME, 2 },
	{ ERR_AXIS_ADDRESS, 2 },
};

int err_exit_code(enum err e)
{
	for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
		if (exits[i].err == e)
			return exits[i].code;
	switch (e) {
	case ERR_OK:
		return 0;
	case ERR_CONFIG:
	case ERR_KEY_OPEN:
		return 9;
	case ERR_UNREACHABLE:
		return 3;
	case ERR_NOT_FOUND:
	case ERR_ANSWERED_UNKNOWN:
	case ERR_CONCERNS_UNKNOWN:
	case ERR_TARGET_UNKNOWN:
		return 4;
	case ERR_CONFLICT:
	case ERR_REGISTERED:
	case ERR_ENTRY_CANCELLED:
	case ERR_CHANGE_CANCELLED:
	case ERR_NUMBER_USED:
	case ERR_NUMBER_AHEAD:
	case ERR_DECLARED_EARLIER:
	case ERR_BAD_STATE:
	case ERR_RECALLED:
	case ERR_REPLACED:
	case ERR_NOT_ASKED:
	case ERR_REMIND_NOTHING:
	case ERR_REMINDED:
	case ERR_EXISTS:
	case ERR_SAME_NUMBER:
	case ERR_SAME_ID:
	case ERR_CHANGED_FILE:
	case ERR_FEED_MISSED:
	case ERR_FEED_OTHER:
		return 6;
	case ERR_FOREIGN_SYMBOL:
	case ERR_NUMBER_TYPE:
	case ERR_NUMBER_GAP:
	case ERR_DUE_PAST:
	case ERR_EMPTY_FILE:
	case ERR_FILE_NAME:
	case ERR_ANSWERED_STATE:
	case ERR_SIGNED_FOR:
	case ERR_CONCERNS_TYPE:
	case ERR_CONCERNS_SOME: /* warnings so far, where they refuse */
	case ERR_OWN_DOCUMENT:	/* of another kind, as ERR_NOT_ISSUER */
	case ERR_OTHER_FORM:
		return 5;
	case ERR_TOKEN_UNKNOWN:
	case ERR_TOKEN_EXPIRED:
	case ERR_TOKEN_REVOKED:
	case ERR_TOKEN_SCOPE:
	case ERR_TOKEN_COMMITTEE:
		return 5;
	case ERR_TIMEOUT:
	case ERR_TOKEN_RATE:
	case ERR_NOT_YET:
		return 8;
	default:
		break;
	}
	if (e >= ERR_EDXML_XML && e <= ERR_EDXML_ABOUT)
		return 5; /* a file of another's, not a slip of who typed */
	if (e < 2000 || e == ERR_TOKEN_NAME || e == ERR_AXIS_NAME || e == ERR_AXIS_ADDRESS)
		return 2;
	if (e >= ERR_GATEWAY_PLAIN && e <= ERR_GATEWAY_TLS)
		return 9;
	return e < 4000 ? 5 : 1;
}
