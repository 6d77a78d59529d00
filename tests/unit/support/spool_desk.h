/* A spool folder of its own for a test, and a stand-in for the command and its daemon: what was
 * sent is kept in files, so that it outlives a process that ends in the middle. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_SPOOL_DESK_H
#define VANTHU_TESTS_UNIT_SUPPORT_SPOOL_DESK_H

#include "tools/spool/turn.h"

enum { SPOOL_DESK_PATH = 256, SPOOL_DESK_POLL_MS = 1000 };

struct spool_desk {
	char root[SPOOL_DESK_PATH]; /* spool/, gateway/, daemon/, shown/, taken/ */
	struct config config;
	struct spool_parts parts;
	struct spool_turn turn;
	int64_t now_ms;
	unsigned steps, die_at; /* 0: never */
	unsigned logged;	/* lines for the operator */
	enum err last_logged;
	char last_text[2 * SPOOL_DESK_PATH];
	const char *changes; /* what the feed tells, a JSON array; NULL: nothing */
	const char *feed;    /* its id */
	unsigned first;	     /* the oldest number that is kept */
	const char *inbox;   /* a JSON array */
	/* how the stand-in behaves: "" well, "down", "lost" (it sends, and its answer is lost),
	 * "closed" (it refuses all that is new), "unfinished" (it sends, and exits with 7) */
	const char *mood;
	char path[512]; /* of the first file that it was last asked to send */
	unsigned asked; /* how often it was asked to send */
};

/* Makes the folders anew. */
void spool_desk_open(struct spool_desk *d);
void spool_desk_close(struct spool_desk *d); /* and removes them */
/* A new process: nothing is in memory. */
void spool_desk_restart(struct spool_desk *d);
/* So many turns, a poll apart. */
void spool_desk_turns(struct spool_desk *d, unsigned count);

/* Paths are below the desk's root: "spool/out/a.yaml". */
void spool_desk_write(const struct spool_desk *d, const char *path, const char *text);
bool spool_desk_has(const struct spool_desk *d, const char *path);
/* All that the gateway keeps is gone. */
void spool_desk_lose_state(const struct spool_desk *d);
/* A JSON file, a new reference; NULL: not there. */
json_t *spool_desk_json(const struct spool_desk *d, const char *path);
/* How many names a folder has, without those that begin with a dot and those in `but`. */
unsigned spool_desk_count(const struct spool_desk *d, const char *folder, const char *but);
/* Who takes what lies in in/: each thing moves to taken/. False: it was taken before. */
bool spool_desk_consume(const struct spool_desk *d);

/* A text of a JSON value, by the names on its way: "error.code". */
void spool_desk_assert_text(json_t *value, const char *path, const char *wanted);
/* Of a result, that its code is this one. */
void spool_desk_assert_code(const struct spool_desk *d, const char *path, const char *code);
/* The id of an accepted one. */
void spool_desk_id(const struct spool_desk *d, const char *path, char id[40]);

#endif
