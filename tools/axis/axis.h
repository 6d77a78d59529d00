/* The axis of the State: `vanthu axis` says in which ones this committee takes part (adapter.h),
 * and a thread of the gateway does it for each: what the axis has for us is imported (intake.h),
 * what arrived for us and what is said of ours is sent there (outbox.h). And the other way round:
 * the gateway is an axis for systems of others (served.h, posted.h). */
#ifndef VANTHU_TOOLS_AXIS_AXIS_H
#define VANTHU_TOOLS_AXIS_AXIS_H

#include "tools/axis/adapter.h"
#include "tools/axis/find.h"
#include "tools/axis/kept.h"
#include "tools/axis/outbox.h"
#include "tools/axis/posted.h"
#include "tools/axis/served.h"

struct axis_parts {
	const struct config *config;
	const char *vanthu; /* path of the program (run.h) */
	/* An adapter met this, or goes on again (ERR_OK); from any thread. */
	void (*log)(const char *adapter, enum err e);
};

struct axis;

/* *parts is copied, what it points to is borrowed. Follows the folder of adapters from now on: what
 * `vanthu axis` adds or changes is noticed within seconds. While another process serves the same
 * folder nothing is done. ERR_NO_MEMORY, ERR_SYSTEM. */
must_use enum err axis_start(const struct axis_parts *parts, struct axis **out);
/* Breaks off what is under way, within a second or two, and ends the threads. NULL is fine. */
void axis_stop(struct axis *a);

#endif
