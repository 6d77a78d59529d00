/* The gateway as an axis: what waits for a system of an organ (an eOffice) that asks us as if we
 * were one (docs/INTEGRATION.md, "The gateway as an axis"). A system is a token; each has a folder
 * of its own, `<gateway.folder>/axis-server/SYSTEM`, and its own place in the feed of changes:
 *
 *   state.json           how far the feed is entered; counts
 *   out/ORDER-KEY.json   a message that waits: a document that arrived, what is said of one of its
 *   failed/ORDER-KEY.json   it was told `fail`: can still be fetched, and told `done`
 *   done/KEY.json        it was told `done`: the key stays, so that it is never made again
 *   work/ORDER-KEY.edxml its file, from when it was listed until it is told, or older
 *                        than what there is room for (kept.h)
 *
 * ORDER rises by one with each message and never comes again, KEY is made of (document, status,
 * whose), and ORDER-KEY is the id by which the system knows it.
 *
 *   the process ends …                    then
 *   before a message's file is whole      the change is entered again
 *   before state.json is                  entered again: the key is there already
 *   before `done` or `fail` is moved      it waits, the system tells it again
 *   after that, before the answer         told again: the same answer
 *
 * One caller at a time has a folder: it is locked, but not while a file is made, and there one
 * caller at a time makes one (work/.lock). Neither is waited for without end. */
#ifndef VANTHU_TOOLS_AXIS_SERVED_H
#define VANTHU_TOOLS_AXIS_SERVED_H

#include "tools/axis/outbox.h"

enum {
	SERVED_ID_SIZE = 16 + 1 + AXIS_KEY_SIZE, /* ORDER-KEY */
	SERVED_ORDER_SIZE = 17,
	SERVED_PAGE_MAX = 100
};

struct served_state {
	uint64_t done;		   /* number in the feed of the last change that is entered */
	char feed[AXIS_FEED_SIZE]; /* whose numbers these are; "": nothing was entered yet */
	uint64_t last;		   /* order of the last message */
	int64_t from_ms;	   /* what changed before is not for it */
	int64_t made_ms;	   /* when the last message was made: later ones are not older */
	int64_t seen_ms;	   /* when the system asked last */
	uint64_t told_done, told_failed;
	enum err stopped; /* ERR_AXIS_FEED: changes were missed; ERR_OK */
	bool looked;	  /* somebody has dealt with what was missed: what is kept will do */
	char to[AXIS_CODE_SIZE]; /* our organ's code, as the daemon said it last; "": never */
};

struct served {
	struct axis_work work; /* folder, committee, program; its adapter's name is the system's */
	/* Is this change this system's? Asked of those that an axis would get. */
	bool (*wants)(void *of, const json_t *change);
	void *of;
	/* Each child has a place: false is ERR_BUSY. Asked for once the folder is locked. */
	bool (*place_take)(void);
	void (*place_give)(void);
	uint64_t reserve_bytes; /* of the disk: left free when files are made */
	struct served_state state;
	int lock;
};

enum served_where { SERVED_WAITING, SERVED_FAILED, SERVED_DONE };

/* "FOLDER/axis-server/SYSTEM/WORD"; `system` and `word` may be NULL. */
void served_path(const char *gateway_folder, const char *system, const char *word,
		 char out[AXIS_PATH_MAX]);
/* Makes the folder, waits some seconds until nobody else has it, reads the state; of a new one
 * `from_ms` is kept. ERR_BUSY: another has it for longer. ERR_CANCELLED: the program's `stop`.
 * ERR_FILE, ERR_AXIS_FILE, ERR_NO_MEMORY. served_close in any case. */
must_use enum err served_open(struct served *s, int64_t from_ms);
void served_close(struct served *s);

/* Enters what has changed. ERR_AXIS_FEED: some of it is not kept any more (what is kept may begin
 * after `from_ms`, too), or it is another feed: nothing is entered until served_retry. Else as the
 * command says; `reason` has its text. */
must_use enum err served_enter(struct served *s, char reason[AXIS_REASON_SIZE]);
/* Ids of the messages that wait (or have failed), the oldest first, behind the order `after` (""
 * from the start). axis_disk_names_free. */
must_use enum err served_ids(const struct served *s, enum served_where where, const char *after,
			     char ***ids, size_t *count);
/* A message: its entry is the caller's. ERR_NOT_FOUND. */
must_use enum err served_find(const struct served *s, const char *id, json_t **entry,
			      enum served_where *where);
/* Its file (one form, the same each time), and who it is from. The folder is not locked meanwhile:
 * entry and where are read again (NULL: it is there no more), and the entry has, as on the disk,
 * what is new: "sha256", "size_bytes", "from_organ". ERR_AXIS_ANEW: it was another one when it was
 * listed. ERR_BUSY: another file of the system's is made. An error that does not pass
 * (axis_err_passes): there is no such file any more. Is `lock` -1 after an error, the folder was
 * not to be had again. */
/* `path`: where it is made, free before and after; it is kept as served_kept says, and when it is
 * kept already nothing is made. How long that may last grows with its size, and each time that it
 * was not enough (ERR_TIMEOUT): served_is_late. ERR_DISK_FULL: there is no room for it. */
must_use enum err served_make(struct served *s, const char *id, json_t **entry,
			      enum served_where *where, const char *path,
			      char reason[AXIS_REASON_SIZE]);
void served_kept(const struct served *s, const char *id, char out[AXIS_PATH_MAX]);
bool served_is_late(const json_t *entry);
/* Keeps our organ's code. */
must_use enum err served_set_to(struct served *s, const char *to);
/* A command of this system, in a place. As axis_run. */
must_use enum err served_run(struct served *s, const char *const *args, json_t **said,
			     char reason[AXIS_REASON_SIZE]);
/* The system says that it has it, or that it could not take it. The same again changes nothing.
 * ERR_NOT_FOUND; ERR_AXIS_TOLD: `fail` after `done`. */
must_use enum err served_tell(struct served *s, const char *id, bool done, const char *reason);
/* There is no file of it any more: it stands among the failed, by us. */
bool served_is_ours(const json_t *entry);
must_use enum err served_drop(struct served *s, const char *id, const char *reason);

/* What has failed waits again, and a feed that was missed is read from what is kept of it. */
must_use enum err served_retry(struct served *s);

/* For who only looks: reads the state of a system that is there, without its lock, and makes
 * nothing. served_close is not wanted. ERR_NOT_FOUND. */
must_use enum err served_look(struct served *s);
/* The systems that have ever asked, sorted; axis_disk_names_free. */
must_use enum err served_systems(const char *gateway_folder, char ***names, size_t *count);
/* ORDER-KEY, and nothing else. */
bool served_id_valid(const char *id);

#endif
