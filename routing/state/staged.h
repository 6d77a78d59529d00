/* A directory that came in stages and is in force: its entries lie in STAGED until they have
 * replaced the rows of COMMITTEE (install.c). This lookup shows COMMITTEE as it is in force,
 * wherever an entry lies; with nothing staged in force it costs nothing. */
#ifndef VANTHU_ROUTING_STATE_STAGED_H
#define VANTHU_ROUTING_STATE_STAGED_H

#include <stdint.h>

#include "routing/base/err.h"
#include "routing/state/lookup.h"

struct arena;
struct plan;

/* The META note that names the version whose STAGED entries lie over COMMITTEE. */
#define STAGED_NOTE "staged"

struct staged {
	struct lookup inner;
	/* 0: nothing lies over COMMITTEE. Several threads read it: staged_version, staged_set */
	uint64_t version;
};

uint64_t staged_version(const struct staged *s);
void staged_set(struct staged *s, uint64_t version);

/* Reads through `s`, which must outlive it. Any thread, where `inner` may be read by any: an entry
 * that moves between two reads is found in one of the two families, because STAGED is read
 * first. */
struct lookup staged_lookup(struct staged *s);
/* What the note says now: at opening. ERR_STORE and kin. */
must_use enum err staged_load(struct staged *s, struct arena *a);
/* What a plan that has been committed says of it. */
void staged_follow(struct staged *s, const struct plan *p);

#endif
