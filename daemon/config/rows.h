/* The table of the configuration's keys: what each is called, what it takes, where in struct config
 * its value goes. A new key is a row in rows.c and a member of struct config. */
#ifndef VANTHU_DAEMON_CONFIG_ROWS_H
#define VANTHU_DAEMON_CONFIG_ROWS_H

#include "daemon/config/config.h"

enum key_type {
	KEY_ID,
	KEY_PATH,
	KEY_ENDPOINT,
	KEY_HOST_PORT,
	KEY_TEXT,
	KEY_LEVEL,
	KEY_CONTENT,
	KEY_YES,
	KEY_LINE,
	KEY_EXCLUDED,
	KEY_HEADLINE,
	KEY_NETWORKS,
	KEY_TYPE_NUMBERS,
	KEY_SIZE,
	KEY_COUNT,
	KEY_DURATION_MS,
	KEY_DURATION_US
};

struct config_row {
	struct config_key key;
	enum key_type type;
	size_t offset, size; /* of the member in struct config */
	uint64_t low, high;  /* bounds of numbers and durations; high 0: none */
};

/* All keys, in the order of the example. */
extern const struct config_row config_rows[];
extern const unsigned config_row_count;

#endif
