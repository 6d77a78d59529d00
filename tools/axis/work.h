/* What the halves of an adapter at work share: the one that takes in (intake.h), the one that sends
 * (outbox.h). One thread has it. */
#ifndef VANTHU_TOOLS_AXIS_WORK_H
#define VANTHU_TOOLS_AXIS_WORK_H

#include "tools/axis/adapter.h"
#include "tools/axis/wire.h"
#include "tools/run/run.h"

struct axis_work {
	const char *gateway_folder;
	const char *committee; /* ours */
	struct run_program program;
	struct axis_adapter adapter;
	struct axis_state state;
	struct axis_wire *wire;
	char bad[AXIS_CODE_SIZE * 4]; /* id of a message whose content is not what the list says */
	unsigned bad_count;	      /* so often */
	int64_t retry_after_ms;	      /* what the axis asked for in this turn; -1: nothing */
};

/* `vanthu --json ARGS`: *data is the member of this name of what it says, the caller's, NULL where
 * it failed. Returns what went wrong, by its code; `reason` (may be NULL) gets the text. */
must_use enum err axis_run(struct axis_work *w, const char *const *args, json_t **data,
			   char reason[AXIS_REASON_SIZE]);
/* A turn met this: kept in the state. What an answer says decides what follows. */
void axis_work_note(struct axis_work *w, enum err e, const char *reason);
/* AXIS_DONE and AXIS_NEVER: ERR_OK. AXIS_STOP: the adapter stops. */
must_use enum err axis_work_follow(struct axis_work *w, const struct axis_answer *a);
/* Of a text what there is room for, cut where a character begins. */
void axis_keep(char out[AXIS_REASON_SIZE], const char *text);
/* A text of an object; "" where there is none. */
const char *axis_text(const json_t *object, const char *name);

#endif
