/* One list of everything that can go wrong. 0 is success. The numbers are the VT-nnnn codes that
 * users see, scripts match and refusals carry on the wire: they are never reused.
 *   1xxx usage and configuration · 2xxx policy and state · 3xxx signatures, formats and peers ·
 *   4xxx storage · 5xxx environment · 6xxx the gateway and its programs */
#ifndef VANTHU_ROUTING_BASE_ERR_H
#define VANTHU_ROUTING_BASE_ERR_H

#define must_use __attribute__((warn_unused_result))

enum err {
	ERR_OK = 0,

	ERR_USAGE = 1001,
	ERR_CONFIG = 1002,
	ERR_BAD_ID = 1003,          /* not a committee id */
	ERR_BAD_TYPE = 1004,        /* unknown or ambiguous document type */
	ERR_BAD_DATE = 1005,
	ERR_BAD_TREE = 1006,        /* a tree file or directory that is no tree */
	ERR_FOREIGN_SYMBOL = 1008,  /* a warning: the number's symbol is another committee's */
	/* a text of a document that is blank, too long, or has characters that nobody sees */
	ERR_FIELD = 1009,
	/* a date that has not come yet, of something that has happened */
	ERR_FUTURE = 1010,
	ERR_SAME_NUMBER = 1011,     /* a warning: another document of ours has this number */
	ERR_NUMBER_TYPE = 1012,     /* a warning: the number has the symbol of another type */
	/* a warning: to be done by a day that has passed, or before the day of issue */
	ERR_DUE_PAST = 1013,
	ERR_NUMBER_GAP = 1014,      /* a warning: numbers before it were not given */
	ERR_EMPTY_FILE = 1015,      /* a warning: a file without a byte */
	ERR_SAME_ID = 1049,         /* a warning: another document has this id */
	/* a warning: what it answers is not accepted yet, or was returned or recalled */
	ERR_ANSWERED_STATE = 1033,
	ERR_SIGNED_FOR = 1034,      /* a warning: K/T for a committee, which signs T/M */
	ERR_PERSON_UNKNOWN = 1035,  /* not in the list of persons */
	ERR_PERSON_ENDED = 1036,    /* there, not on this day */
	ERR_PERSON_SEVERAL = 1037,  /* without its tone marks it is several */
	ERR_PERSON_SIGNS = 1039,    /* in the list of persons, and not among those who sign */
	ERR_REMIND_NOTHING = 1041,  /* there is nothing to remind of: it is not due, or done */
	ERR_REMINDED = 1042,	    /* it was reminded of it so recently that it is not again */
	ERR_TYPE_ENDED = 1038,	    /* no documents of this type are issued on that day */
	ERR_OWN_DOCUMENT = 1032,    /* issued here: what only a recipient does was asked of it */
	/* on paper, and the command is for digital ones; or the reverse */
	ERR_OTHER_FORM = 1040,
	ERR_FILE_NAME = 1025,       /* a warning: a file's name that other systems refuse */
	ERR_CHANGED_FILE = 1016,    /* a file that was written while it was read */
	/* no automatic number: of a term before the present one, or the series is at its end */
	ERR_NO_NUMBER = 1018,
	ERR_SEVERAL_NAMED = 1017,   /* the name of several committees */
	ERR_DIRECTORY_SIZE = 1022,  /* of a directory: more bytes or entries than may be */
	ERR_DIRECTORY_FORMAT = 1023, /* does not decode, or is cut off */
	ERR_DIRECTORY_TREE = 1024,  /* signed, and no tree all the same */
	ERR_TABLE = 1044,           /* a file of entries that is no table as the import reads it */
	ERR_COLUMN = 1045,          /* of it: not known, missing or twice */
	ERR_TOGETHER = 1046,        /* more entries than can be registered all or none */
	ERR_NO_TYPE = 1047,         /* a number that does not say the type of its document */
	ERR_NO_PAGE = 1050,         /* of a list that is shorter */
	ERR_REPORT_ASKED = 1051,    /* for a report, a short time ago; it has not answered yet */
	/* of an edXML file (tools/edxml): */
	ERR_EDXML_XML = 1060,       /* it is no XML that can be read */
	ERR_EDXML_OTHER = 1061,     /* it is something else */
	ERR_EDXML_DTD = 1062,       /* it has a document type or entities */
	ERR_EDXML_BOUND = 1063,     /* more, longer or deeper than may be */
	ERR_EDXML_ENCODING = 1064,  /* not UTF-8 */
	ERR_EDXML_CONTENT = 1065,   /* a file in it is not base64 */
	ERR_EDXML_PART = 1066,      /* a file that it lists is not in it */
	ERR_EDXML_ZIP = 1067,       /* a packed file is damaged, or larger than may be */
	ERR_EDXML_ORGAN = 1068,     /* the code of an organ that is none of our committees */
	ERR_EDXML_STATUS = 1069,    /* a status that nothing can be done with here */
	ERR_EDXML_NO_PART = 1070,   /* a document without a file cannot be sent */
	ERR_EDXML_FOREIGN = 1071,   /* a document of another committee, to be sent as ours */
	ERR_EDXML_ABOUT = 1072,     /* it does not say which document it is about */
	ERR_AMBIGUOUS = 1007,       /* an id ending or a number names several documents */
	/* a private key's file that others than its owner can read or replace */
	ERR_KEY_OPEN = 1021,

	ERR_NOT_FOUND = 2001,
	ERR_CONFLICT = 2002,        /* same (origin, id), other content */
	ERR_SECRET = 2003,          /* mật and above do not travel here */
	ERR_NO_RECIPIENT = 2004,
	ERR_UNKNOWN_RECIPIENT = 2005,
	ERR_RETIRED_RECIPIENT = 2006,
	ERR_TOO_MANY_RECIPIENTS = 2007,
	ERR_NO_ROUTE = 2008,
	/* envelope over 64 KiB even with all parts as files, or an attachment over its bound */
	ERR_TOO_LARGE = 2009,
	ERR_TOO_MANY_ATTACHMENTS = 2010,
	ERR_LOOP = 2011,            /* this relay is already in the relay records */
	ERR_HOP_LIMIT = 2012,
	ERR_NOT_ADDRESSED = 2013,   /* neither for us nor for anybody beyond us */
	ERR_NOT_ENTITLED = 2014,
	ERR_EXPIRED = 2015,
	ERR_NOT_YET = 2016,
	ERR_PERMISSION = 2017,
	ERR_BAD_STATE = 2018,           /* not a legal move from here */
	ERR_DIRECTORY_OLD = 2019,   /* a directory version that is not above ours */
	ERR_DIRECTORY_FORK = 2022,  /* does not follow the one in force */
	ERR_DIRECTORY_EXPIRED = 2024, /* past its valid_until: still used, and an alarm */
	ERR_MOVED = 2023,           /* stands elsewhere in the tree now */
	ERR_REGISTERED = 2025,      /* a document on paper that stands in the book already */
	/* a repeated registration whose entry has been cancelled since */
	ERR_ENTRY_CANCELLED = 2026,
	ERR_CHANGE_CANCELLED = 2070, /* an entry that has been cancelled is corrected no more */
	ERR_CHANGE_SECRET = 2071,   /* of a secret document neither subject nor party is kept */
	ERR_NUMBER_USED = 2072,     /* to be void, and it stands in the book */
	ERR_NUMBER_AHEAD = 2073,    /* an arrival number beyond the next one */
	ERR_REPORT_OLD = 2080,      /* of figures: as old as what is known, or the same again */
	ERR_REPORT_AGAIN = 2105,    /* one that a neighbour passed on again */
	ERR_NO_SECRET = 2106,       /* of secret documents, over a connection that wants none */
	ERR_REPORT_PERIOD = 2081,   /* of a period that is not over, or of none */
	ERR_REPORT_FIGURES = 2082,  /* more than can be */
	ERR_DECLARED_FIGURES = 2083, /* more done than there is, or nothing to do */
	ERR_ISSUED_LATER = 2059,    /* on paper, and of a later day than that on which it came */
	ERR_NOT_BELOW = 2084,       /* figures of a committee that is not below ours */
	ERR_NO_TERM = 2085,         /* the directory does not say when our term began */
	ERR_REPORT_AHEAD = 2091,    /* to be made of a period that has not begun */
	ERR_REPORT_GAPS = 2092,     /* to be made of all below, and of some there is none */
	ERR_TARGET_UNKNOWN = 2087,   /* no target of this name in the office's table on that day */
	ERR_DECLARED_EARLIER = 2088, /* as of a day before the last declaration's */
	ERR_SIMULATE_MORE = 2089,   /* what if: of more than there is */
	ERR_BELOW_LINE = 2090,      /* the digital share, by check target */
	ERR_PART_DIGEST = 2100,     /* of a submission: not the content that its sender announced */
	ERR_EDXML_REST = 2108,	    /* what edXML has besides is more than can go with a document */
	ERR_PUBLISH = 2110,	    /* publish.allow does not let this office publish */
	/* a content that is to go into an archive, and does not yet */
	ERR_KEPT = 2111,	    /* the office's rule keeps it */
	ERR_KEPT_TIME = 2112,	    /* by the clock it might go, but not by the store's own time */
	ERR_KEPT_WORK = 2113,	    /* the work on it is not done */
	ERR_KEPT_ANSWERS = 2114,    /* receipts are awaited, or what its recipients are to do */
	ERR_KEPT_RECALL = 2115,	    /* it is asked back, and that is not answered */
	ERR_KEPT_NEIGHBOUR = 2116,  /* a neighbour has still to get it */
	ERR_CONTENT_ARCHIVED = 2117, /* it is in an archive, and here no more */
	ERR_ARCHIVE_FOLDER = 2118,  /* not a folder of an archive, or another committee's */
	ERR_FEED_MISSED = 2093,     /* changes that are not kept any more were not read in time */
	ERR_FEED_OTHER = 2094,      /* numbers of another feed: this store was set back */
	/* the table of the directory does not let that committee issue it */
	ERR_COMPETENCE = 2060,
	ERR_LIST_UNKNOWN = 2061,    /* no distribution list of this name, of office or directory */
	ERR_LIST_SEVERAL = 2062,    /* both have it, or without its tone marks it is several */
	ERR_LIST_EMPTY = 2063,      /* it has nobody, or nobody but the sender */
	ERR_LIST_MEMBER = 2064,     /* a member is not in the directory */
	ERR_LIST_RETIRED = 2065,    /* a member has ended */
	/* a resend to a committee that is no recipient of the document */
	ERR_NOT_RECIPIENT = 2040,
	ERR_NOT_HERE = 2041,        /* its files are not kept here any more */
	ERR_ANSWERED_UNKNOWN = 2055, /* the document that is to be answered is not here */
	ERR_NOT_NEIGHBOUR = 2042,   /* only a neighbour of that committee can resend it */
	/* asked back, or given back: it is frozen (docs/DOMAIN.md §14) */
	ERR_RECALLED = 2050,
	ERR_NOT_ISSUER = 2051,      /* only who issued it may do this */
	ERR_CONCERNS_UNKNOWN = 2053, /* what it updates or replaces is none of ours */
	ERR_REPLACED = 2054,        /* a newer document stands in its place */
	ERR_CONCERNS_TYPE = 1030,   /* a warning: what replaces is of another type */
	ERR_CONCERNS_SOME = 1031,   /* a warning: not all who have the older one get it */
	ERR_CONTENT_RECALLED = 2056, /* given back, and its content with it */
	ERR_REMINDER = 2057,	    /* a reminder of what is not ours, or to whom that did not go */
	ERR_NOT_ASKED = 2052,       /* an answer to a recall that nobody asked */
	/* our store is behind what a neighbour holds of it: an older copy */
	ERR_BEHIND = 2034,
	ERR_PEER_BEHIND = 2035,     /* a neighbour's store is behind what is held of it here */
	ERR_TWICE = 2036,           /* this committee runs a second time, under the same keys */
	ERR_PEER_TWICE = 2037,      /* a neighbour does */
	/* our history is not the one that a neighbour has heard of before */
	ERR_REWRITTEN = 2038,
	ERR_PEER_REWRITTEN = 2039,  /* a neighbour's is not the one that was heard here */
	/* more subordinates than there may be links: the last ones have none */
	ERR_LINKS_FULL = 2046,
	ERR_DIRECTORY_ROOT = 2045,  /* its entries are not those that its head signs */
	ERR_REFUSED = 2021,         /* a recipient or a relay refused it */
	ERR_DIRECTORY_AHEAD = 2020, /* names a directory version that is not here yet */
	ERR_ASIDE = 2030,           /* taken and set aside: it cannot be believed yet */
	/* another committee does not believe the time of what was signed here */
	ERR_DOUBTED = 2031,

	ERR_SIGNATURE = 3001,
	ERR_UNKNOWN_KEY = 3002,
	ERR_KEY_NOT_VALID = 3003,   /* at the time of signing */
	ERR_KEY_REVOKED = 3004,
	ERR_NOT_SIGNER = 3005,      /* a good signature by somebody else */
	ERR_FORMAT = 3006,          /* does not decode, or is against a bound */
	ERR_UTF8 = 3007,
	ERR_UNSUPPORTED = 3008,     /* a version or critical field from the future */
	ERR_DIGEST = 3009,          /* content is not what the manifest says */
	ERR_CHAIN = 3010,
	ERR_GAP = 3011,
	ERR_CREDIT = 3012,
	ERR_PROTOCOL = 3013,        /* a frame that breaks the protocol of links */
	ERR_CLOCK = 3014,           /* signed more than the tolerance in the future */
	ERR_CERTIFICATE = 3015,
	ERR_REJECTED = 3016,        /* resent too often, invalid each time */
	/* a relay's record names a time that has not come: the document goes on, the time proves
	 * nothing */
	ERR_RELAY_CLOCK = 3017,
	/* our own clock differs from our neighbours': nothing is signed */
	ERR_CLOCK_WRONG = 3020,
	/* a key of our own that is not valid at our clock: not yet, no longer, or revoked */
	ERR_OWN_KEY = 3021,
	ERR_CLOCK_NEIGHBOUR = 3022, /* a neighbour's clock differs from ours */
	ERR_OWN_KEY_UNKNOWN = 3023, /* the directory in force does not have our signing key */
	ERR_LINK_KEY = 3024,        /* no link key of the neighbour is valid at our clock */
	/* the handshake of a link fails: one side has another link key than the other expects */
	ERR_HANDSHAKE = 3028,

	ERR_DISK_FULL = 4001,
	ERR_STORE = 4002,           /* the store failed: the process ends */
	ERR_DAMAGED = 4003,         /* checksum of a stored value or file is wrong */
	ERR_STORE_VERSION = 4004,
	ERR_STORE_BUSY = 4005,      /* another process owns it */
	ERR_FILE = 4006,            /* a file of the user's cannot be read or written */
	ERR_EXISTS = 4007,
	ERR_STORE_FOREIGN = 4008,   /* another process has written to the store: the process ends */
	/* the store or the files were deleted, moved or replaced while the daemon runs */
	ERR_STORE_GONE = 4009,
	ERR_MAP_FULL = 4010,        /* store.map is used up */
	ERR_NO_INODES = 4011,       /* the file system takes no more files */
	ERR_SOCKET_GONE = 4012,     /* a local socket was deleted while the daemon runs */
	/* what holds the records of the store together is damaged: nothing of it is believed */
	ERR_STORE_DAMAGED = 4040,
	ERR_RECORDS_MISSING = 4041, /* records that were committed are not found any more */
	ERR_UNSOUND = 4042,         /* refused while records are damaged or missing */
	/* the history does not follow from itself, or stored records are not what it says */
	ERR_HISTORY = 4043,
	/* a document whose signed bytes are damaged, and that no neighbour has */
	ERR_SIGNED_LOST = 4044,

	ERR_BACKUP_BUSY = 4030,     /* one is made, or the folder is in use */
	ERR_BACKUP_FOLDER = 4031,   /* other things lie in it */
	ERR_BACKUP_COMMITTEE = 4032,
	ERR_BACKUP_PLACE = 4033,    /* the folder cannot be read or written */
	ERR_BACKUP_DISK = 4034,     /* no room where the backup goes */
	ERR_BACKUP_DAMAGED = 4035,
	ERR_BACKUP_NONE = 4036,
	ERR_BACKUP_OVER = 4037,     /* nothing is restored over data */
	ERR_BACKUP_PARTLY = 4038,   /* contents were lost or damaged at the source */
	ERR_BACKUP_STOPPED = 4039,  /* the store needs the room */

	ERR_UNREACHABLE = 5001,     /* no daemon on the socket */
	ERR_TIMEOUT = 5002,
	ERR_NO_MEMORY = 5003,
	ERR_BUSY = 5004,            /* a bound is reached: later */
	ERR_NETWORK = 5005,
	ERR_SYSTEM = 5006,
	ERR_CANCELLED = 5007,
	/* all slots of a local socket are taken, or this client's slot was given to another */
	ERR_PLACES = 5010,
	ERR_IDLE = 5011,            /* a connection on which nothing went on for too long */
	ERR_DESCRIPTORS = 5008,     /* no file descriptor left for another connection */
	ERR_NOT_LISTENING = 5009,   /* a neighbour's address where nobody takes the connection */
	ERR_NO_HOST = 5012,         /* a neighbour's name that is not found */
	/* what answers at a neighbour's address speaks another protocol */
	ERR_NO_DAEMON = 5013,

	ERR_TOKEN_UNKNOWN = 6060,   /* no such token, or none where one is wanted */
	ERR_TOKEN_EXPIRED = 6061,
	ERR_TOKEN_REVOKED = 6062,
	ERR_TOKEN_RATE = 6063,      /* more requests than its rate allows */
	ERR_TOKEN_SCOPE = 6064,     /* none of its scopes allows this */
	ERR_TOKEN_COMMITTEE = 6065, /* from or to a committee that it is not for */
	ERR_TOKEN_NAME = 6066,      /* not a name of a token */
	ERR_TOKEN_FILE = 6067,      /* a token's file that is none, or that others may write */
	ERR_AUDIT = 6068,           /* a change that cannot be logged is not made */

	/* vanthu-gateway */
	ERR_HTTP_REQUEST = 6001,           /* framed ambiguously, or against HTTP */
	ERR_HTTP_HOST = 6002,              /* a request for another host */
	ERR_HTTP_ORIGIN = 6003,            /* a request that a page of another site makes */
	ERR_HTTP_ROUTE = 6004,             /* no such path */
	ERR_HTTP_METHOD = 6005,            /* a path that does not have this method */
	ERR_HTTP_TYPE = 6006,              /* a body of another media type */
	ERR_HTTP_BODY = 6007,              /* a body that is no JSON object */
	ERR_HTTP_FIELD = 6008,             /* a field that is not known, missing or ill-formed */
	ERR_HTTP_LARGE = 6009,             /* a body over its bound */
	ERR_HTTP_SLOW = 6010,              /* a request that came too slowly */
	ERR_HTTP_RANGE = 6012,             /* a range beyond the end */
	ERR_HTTP_MULTIPART = 6013,         /* a multipart body in another shape */
	ERR_GATEWAY_PLAIN = 6015,          /* an address beyond this machine, without TLS */
	ERR_GATEWAY_LISTEN = 6016,         /* the address cannot be listened on */
	ERR_GATEWAY_TLS = 6017,            /* a certificate or key that is none */

	/* the spool folder (tools/spool): what is to be sent as somebody else's file says it */
	ERR_SPOOL_ORDER = 6040,     /* not the YAML that is taken there */
	ERR_SPOOL_KEY = 6041,       /* a key of it that is none, or whose value is none */
	ERR_SPOOL_PATH = 6042,      /* it names a file outside the folder, or a link */
	ERR_SPOOL_MISSING = 6043,   /* it names a file that is not there */
	ERR_SPOOL_NAME = 6044,      /* its own name cannot be kept on every system */
	ERR_SPOOL_FOLDER = 6045,    /* everybody may write there, or it is another user's */
	ERR_SPOOL_MISSED = 6046,    /* changes were missed: what cannot be put there any more */
	ERR_SPOOL_AGAIN = 6095,     /* a warning: this order was sent before: not again */
	/* a warning: it was sent, and what it answers is not finished with it */
	ERR_SPOOL_UNFINISHED = 6096,
	ERR_SPOOL_NONE = 6097,      /* nothing of this name was refused or is stuck there */
	ERR_SPOOL_OFF = 6098,       /* the configuration names no spool folder */

	ERR_WEBHOOK_URL = 6020,     /* not a URL that events are sent to */
	ERR_WEBHOOK_TARGET = 6021,  /* an address that events must not be sent to */
	/* given up, with this reason: it failed for gateway.webhook_give_up; it said that it is
	 * gone (410); changes that it has not had are not kept any more; the feed is another one
	 * than its cursor is of */
	ERR_WEBHOOK_SILENT = 6022,
	ERR_WEBHOOK_GONE = 6023,
	ERR_WEBHOOK_LATE = 6024,
	ERR_WEBHOOK_FEED = 6025,
	ERR_WEBHOOK_ANSWER = 6026,  /* a test event was not taken */
	ERR_WEBHOOK_MANY = 6027,    /* more subscriptions than there may be */
	ERR_WEBHOOK_FILE = 6028,    /* a file of a subscription that cannot be read as one */
	ERR_WEBHOOK_RUNNING = 6029, /* another process sends the events of this folder */
	ERR_WEBHOOK_NAME = 6030,    /* not a name of a subscription */
	ERR_WEBHOOK_NO_SENDER = 6031, /* no gateway runs that would send */

	/* adapters of the axis */
	ERR_AXIS_NAME = 6080,     /* not a name of an adapter */
	ERR_AXIS_FILE = 6081,     /* a file of an adapter that cannot be read as one */
	ERR_AXIS_SECRET = 6082,   /* the file of its secret is missing, empty or open to others */
	ERR_AXIS_ADDRESS = 6083,  /* its address is none, or goes without TLS */
	ERR_AXIS_IDENTITY = 6084, /* the axis refuses who we say that we are */
	ERR_AXIS_ANSWER = 6085,   /* the axis does not answer, or not as an axis does */
	ERR_AXIS_DIGEST = 6086,   /* a content that is not what the axis says of it */
	ERR_AXIS_SENDER = 6087,   /* of an organ that the adapter does not speak for */
	ERR_AXIS_NOBODY = 6088,   /* for nobody in the directory */
	ERR_AXIS_FEED = 6089,     /* changes were not read while they were kept */
	ERR_AXIS_MANY = 6090,     /* more adapters than a gateway serves */

	/* the gateway as an axis */
	ERR_AXIS_BESIDE = 6091, /* a file is not what the fields beside it say */
	ERR_AXIS_KEY = 6092,    /* another file was sent under this senderDocId */
	ERR_AXIS_TOLD = 6093,   /* a message was told done, and is told failed now */
	ERR_AXIS_ANEW = 6094,   /* a file is not the one that was listed any more */

	/* the office's page: accounts and sessions */
	ERR_ACCOUNT_NAME = 6100,    /* not a name of an account */
	ERR_ACCOUNT_FILE = 6101,    /* an account's file that is none, or that others may write */
	ERR_PASSWORD_WEAK = 6102,   /* not one that may be chosen */
	ERR_SIGN_IN = 6103,         /* no such account, or not its password or code */
	ERR_SIGN_IN_LATER = 6104,   /* too many attempts from there */
	ERR_SESSION = 6105,         /* none, or it has ended */
	ERR_SESSION_FORGED = 6106,  /* not asked for by the page that the session is of */
	ERR_PASSWORD_CHANGE = 6107, /* made by another, it is to be changed first */
};

/* What a code means, in English, marked for translation; what to do about it, "" when the message
 * says it all. Both are static and never NULL; an unknown code gets a general text. */
const char *err_text(enum err e);
const char *err_fix(enum err e);

/* The exit code of a command for an error; `vanthu help` lists them. */
int err_exit_code(enum err e);

/* True for a number that is in the list above: what arrives on the wire may be none. */
int err_known(unsigned number);

#endif
