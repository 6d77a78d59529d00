/* The folders that one turn of the spool works in, opened anew each turn: whoever shares them may
 * have moved them. */
#ifndef VANTHU_TOOLS_SPOOL_PLACE_H
#define VANTHU_TOOLS_SPOOL_PLACE_H

#include "tools/spool/disk.h"
#include "tools/spool/spool.h"

enum { PLACE_PATH_SIZE = CONFIG_PATH_MAX + 64, PLACE_ID_SIZE = 37 /* a UUID as text */ };

struct spool_place {
	const struct spool_parts *parts; /* borrowed */
	struct spool_disk disk;
	int stop; /* a descriptor that can be read when all is to end; -1: none */
	int root, out, done, refused, in, receipts; /* shared: gateway.spool */
	int state, open, known, delivered, stuck, work; /* ours: gateway.folder/spool */
	char work_path[PLACE_PATH_SIZE]; /* of `work`, for the command */
	char wrong[2 * PLACE_PATH_SIZE]; /* the folder that could not be opened */
};

/* ERR_FILE (errno), ERR_SPOOL_FOLDER: everybody may write there, or it is another user's; then
 * `wrong` says which. Close it in any case. */
must_use enum err spool_place_open(const struct spool_parts *parts, int stop,
				   struct spool_place *out);
/* The same for who looks at it from outside: nothing is made, what is not there is -1, and who may
 * write there is not asked. ERR_SPOOL_OFF, ERR_FILE: the spool folder itself cannot be opened, or
 * the gateway's may not be read (errno). Close it in any case. */
must_use enum err spool_place_view(const struct config *c, struct spool_place *out);
void spool_place_close(struct spool_place *p);

/* A new folder in `work`, under a name that no other had: a command that a process left behind when
 * it was killed may still read or write by the path that it was given, and must not meet there what
 * belongs to another document. All other rooms are removed. *fd is the caller's, -1 on errors. */
must_use enum err spool_place_room(const struct spool_place *p, char name[PLACE_ID_SIZE],
				   int *fd);
/* vanthu with these arguments (NULL at the end), in `language`. ERR_OK: *code is its exit code,
 * *answer what it said, a new reference, NULL where that is no JSON object. Otherwise as
 * run_vanthu. */
must_use enum err spool_place_ask(const struct spool_place *p, const char *language,
				  const char *const *args, int *code, json_t **answer);
/* The VT number in an answer's error; 0: none. */
unsigned spool_place_code(const json_t *answer);
/* The same of the error itself. */
unsigned spool_place_number(const json_t *error);
void spool_place_log(const struct spool_place *p, enum err e, const char *text);

#endif
