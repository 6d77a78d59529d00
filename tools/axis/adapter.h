/* An adapter: how this committee takes part in an axis of the State (docs/INTEGRATION.md, "The
 * axis"). `<gateway.folder>/axis/NAME.json` says how; `vanthu axis` writes it, the gateway reads
 * it. `<gateway.folder>/axis/NAME/state.json` says how far it is; the gateway alone writes it. */
#ifndef VANTHU_TOOLS_AXIS_ADAPTER_H
#define VANTHU_TOOLS_AXIS_ADAPTER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/axis/disk.h"

enum {
	AXIS_ADAPTERS_MAX = 16,
	AXIS_NAME_SIZE = 33,
	AXIS_ADDRESS_SIZE = 512,
	AXIS_SYSTEM_SIZE = 128,
	AXIS_CODE_SIZE = 64, /* of an organ */
	AXIS_SPEAKS_MAX = 32,
	AXIS_SECRET_SIZE = 1025,
	AXIS_REASON_SIZE = 256,
	AXIS_POLL_MIN_MS = 1000,
	AXIS_FEED_SIZE = 65
};

struct axis_adapter {
	char name[AXIS_NAME_SIZE];	 /* [a-z0-9-] */
	char address[AXIS_ADDRESS_SIZE]; /* base of its paths; without a / at its end */
	char system[AXIS_SYSTEM_SIZE];	 /* who we are there */
	char secret_file[CONFIG_PATH_MAX];
	char ca[CONFIG_PATH_MAX]; /* certificates, PEM; "": those of this machine */
	int64_t poll_ms;
	/* organs, besides our own committee's, whose documents are taken in and issued as ours */
	char speaks[AXIS_SPEAKS_MAX][AXIS_CODE_SIZE];
	unsigned speaks_count;
	bool paused;
	uint64_t order; /* of `vanthu axis`: one up lets go on what stopped by itself */
	int64_t created_ms;
	uint64_t since; /* where the feed was then */
	char feed[AXIS_FEED_SIZE];
};

struct axis_state {
	uint64_t order;		   /* the last one that was followed */
	uint64_t done;		   /* number in the feed of the last change that is entered */
	char feed[AXIS_FEED_SIZE]; /* whose numbers these are */
	enum err stopped;	   /* why it goes on no more before `resume`; ERR_OK: it goes on */
	enum err failing;	   /* of the last turn; ERR_OK: it went well */
	char reason[AXIS_REASON_SIZE]; /* what the axis said then */
	unsigned attempts;	       /* turns that failed, one after the other */
	int64_t next_ms;	       /* not before */
	int64_t polled_ms;	       /* the last time that went well */
	uint64_t taken, failed;	       /* messages that came and were done, or not */
	uint64_t sent, refused;	       /* and those that went */
};

/* [a-z0-9-]{1,32}. */
bool axis_name_valid(const char *name);
/* https, or http to this machine; without query and without user. */
must_use enum err axis_address_check(const char *address);

/* "FOLDER/axis", and what is in it; `word` may be NULL. */
void axis_path(const char *gateway_folder, const char *name, const char *word,
	       char out[AXIS_PATH_MAX]);
/* Makes the folders of an adapter, mode 0700; name NULL: only that of all. ERR_FILE. */
must_use enum err axis_folder_make(const char *gateway_folder, const char *name);

/* ERR_NOT_FOUND, ERR_AXIS_FILE, ERR_FILE, ERR_NO_MEMORY. */
must_use enum err axis_adapter_read(const char *gateway_folder, const char *name,
				    struct axis_adapter *out);
must_use enum err axis_adapter_write(const char *gateway_folder, const struct axis_adapter *a);
must_use enum err axis_adapter_remove(const char *gateway_folder, const char *name);
/* No file: that of a new one. ERR_AXIS_FILE, ERR_FILE, ERR_NO_MEMORY. */
must_use enum err axis_state_read(const char *gateway_folder, const struct axis_adapter *a,
				  struct axis_state *out);
must_use enum err axis_state_write(const char *gateway_folder, const char *name,
				   const struct axis_state *s);
/* The secret, without the end of its line. ERR_AXIS_SECRET: the file is not there, empty, too long,
 * or others may read it. */
must_use enum err axis_secret_read(const struct axis_adapter *a, char out[AXIS_SECRET_SIZE]);

#endif
