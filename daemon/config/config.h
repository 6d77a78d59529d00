/* The daemon's configuration: one table of keys (rows.c) drives the parser, the check, `vanthu
 * config show`, the man page and the example. Read once into a struct that is passed by const
 * pointer to who needs it; never read from everywhere. */
#ifndef VANTHU_DAEMON_CONFIG_CONFIG_H
#define VANTHU_DAEMON_CONFIG_CONFIG_H

#include <stdio.h>

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/rules/rules.h"
#include "routing/target/target.h"

enum { CONFIG_PATH_MAX = 512, CONFIG_ERRORS_MAX = 64, CONFIG_LINKS_MAX = 512 };

/* What differs on the link with one neighbour; 0: as on all links. */
struct config_link {
	struct committee_id neighbour;
	uint64_t credit_messages, credit_bytes, bulk_window_bytes;
};

/* Paths are absolute: what the file gives relative is taken from the file's own folder. */
struct config {
	char file[CONFIG_PATH_MAX];
	struct committee_id committee;
	char data[CONFIG_PATH_MAX]; /* folder of the store and the files */
	char run[CONFIG_PATH_MAX];  /* folder of the local sockets */
	char signing_key[CONFIG_PATH_MAX];
	char link_key[CONFIG_PATH_MAX];  /* CURVE secret key, Z85, one line */
	char registry_root[CONFIG_PATH_MAX];
	/* directory file installed when the store has none or an older one; "" none */
	char directory[CONFIG_PATH_MAX];
	char listen[ENDPOINT_MAX + 1];   /* tcp://address:port; "" binds nothing */
	char office_group[64], operate_group[64], read_group[64];
	/* may read the registers of secret documents, as root and the daemon's user may; "" none */
	char secret_group[64];
	uint64_t map_bytes, reserve_bytes;
	uint64_t attachment_max_bytes;
	uint64_t credit_messages, credit_bytes, bulk_window_bytes;
	int64_t relay_retention_ms, expire_ms;
	int64_t feed_keep_ms; /* of changes for programs that follow; 0: … */
	uint64_t feed_count;  /* … as many as these */
	int64_t backup_age_ms; /* older is the last backup not to be; 0: no bound */
	int64_t scrub_every_ms; /* 0: not by itself */
	char recall_content[8]; /* keep or drop */
	char publish_allow[4];	/* yes or no */
	int64_t commit_gap_us;
	uint32_t verify_workers, file_workers;
	struct target_line target_line; /* the digital share to reach */
	struct excluded_types excluded; /* types that are left out of it */
	char headline[12]; /* exchanged or processed: config_headline */
	/* tables of the office (daemon/tables); "": what is built in, and no persons or lists */
	char holidays[CONFIG_PATH_MAX], doctypes[CONFIG_PATH_MAX], persons[CONFIG_PATH_MAX],
	    lists[CONFIG_PATH_MAX], targets[CONFIG_PATH_MAX], retention[CONFIG_PATH_MAX];
	int64_t urgent_ms;  /* an urgent document is to be registered within it */
	uint32_t remind_down_days, remind_up_days; /* working days; 0: off */
	uint32_t remind_every_days, remind_superior_days; /* likewise; reminders by documents */
	char remind_auto[4];				  /* yes or no */
	uint32_t soon_days; /* working days before a deadline that it is called near */
	/* of who reads and writes edXML, which vanthud does not; type_numbers_parse takes it */
	char edxml_types[TYPE_NUMBERS_TEXT_MAX + 1];
	/* vanthu-gateway's, which vanthud does not look at; "" is none */
	char gateway_listen[ENDPOINT_MAX + 1]; /* ADDRESS:PORT */
	char gateway_folder[CONFIG_PATH_MAX];
	char gateway_certificate[CONFIG_PATH_MAX], gateway_key[CONFIG_PATH_MAX],
	    gateway_client_ca[CONFIG_PATH_MAX];
	char gateway_hosts[512]; /* with commas */
	uint32_t gateway_rate;   /* requests a second of a token without a rate; 0: no bound */
	uint64_t gateway_audit_bytes;
	char gateway_audit_required[4]; /* yes or no */
	char gateway_spool[CONFIG_PATH_MAX];
	int64_t gateway_spool_poll_ms;
	/* where webhooks may go besides all that the whole Internet reaches; config_networks_parse
	 * takes it */
	char gateway_webhook_allow[512];
	char gateway_webhook_ca[CONFIG_PATH_MAX];
	int64_t gateway_webhook_give_up_ms, gateway_webhook_timeout_ms;
	char log_level[16];	 /* error warning info debug */
	struct config_link links[CONFIG_LINKS_MAX];
	unsigned link_count;
};

struct config_error {
	unsigned line, column; /* 1-based; 0: the whole file */
	char text[240];        /* what is wrong and what would be right */
};

struct config_errors {
	struct config_error list[CONFIG_ERRORS_MAX];
	unsigned count; /* may pass CONFIG_ERRORS_MAX: the rest were dropped */
};

/* Reads and checks a file; a folder means its vanthud.yaml. All errors at once; ERR_CONFIG when
 * there is any, ERR_FILE when it cannot be read. Blocks on the file. */
must_use enum err config_load(const char *path, struct config *out, struct config_errors *errors);

/* Local socket paths under config->run: "office.sock", "operate.sock", "read.sock", "events.sock".
 * False when too long for a socket address. */
bool config_socket(const struct config *c, const char *name, char *out, size_t size_bytes);

/* One line a key: what the table says, for help, the man page and the example. */
struct config_key {
	const char *name;     /* "link.credit_messages" */
	const char *type;     /* text path size duration count steps */
	const char *fallback; /* "" : required or empty */
	const char *help;     /* marked for translation; a test wants one for each */
	bool required;
	bool reload; /* SIGHUP takes it */
};

const struct config_key *config_key_at(unsigned index); /* NULL past the last */
/* The key's bounds as text; false: it has none. */
bool config_key_range(const struct config_key *key, char *low, char *high, size_t size_bytes);
/* The key's name on one link (links: ID: NAME); NULL: its value is the same on all links. */
const char *config_key_on_link(const struct config_key *key);
/* The value in force, as text. */
void config_value(const struct config *c, const char *name, char *out, size_t size_bytes);

/* The windows of one link: its own values where it has some, those of all links elsewhere. */
struct config_link config_link_for(const struct config *c, struct committee_id neighbour);
/* The values that links have of their own, one after the other: the key of link.* that each is
 * instead of, NULL past the last. */
struct config_link_text {
	char name[96]; /* "links.xa-a1.bulk_window" */
	char value[32];
};

const struct config_key *config_link_at(const struct config *c, unsigned index,
					struct config_link_text *out);

/* publish.allow: may a document be sent as one that everybody may read? */
bool config_may_publish(const struct config *c);
/* recall.content: does the content of what was given back go? */
bool config_drops_recalled(const struct config *c);
/* gateway.audit_required */
bool config_requires_audit(const struct config *c);
/* target.headline: what the share is made of. */
enum target_headline config_headline(const struct config *c);

/* Takes from `fresh` what can be changed while running; the names of keys that would need a restart
 * go to `out`. */
void config_reload(struct config *running, const struct config *fresh, char *out,
		   size_t size_bytes);

/* What else of this folder others use. */
#include "daemon/config/listen.h"
#include "daemon/config/networks.h"
#include "daemon/config/yaml.h"

#endif
