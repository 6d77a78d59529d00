/* A directory that comes into force in stages, and what of it neighbours ask for. Not for anybody outside routing/: see core_internal.h. */
#ifndef VANTHU_ROUTING_DIRECTORY_INSTALL_H
#define VANTHU_ROUTING_DIRECTORY_INSTALL_H

#include "routing/core.h"

struct turn_view;

/* A directory that comes in several events, and what is left to do of the last one; see install.c. */
struct install {
	bool active; /* some of its entries are staged */
	uint64_t version;
	struct digest head;
	uint64_t staged; /* entries taken */
	bool moved;      /* somebody, so far */
	struct committee_id *passed; /* stood below us in a version that we never had; their links are remembered */
	uint32_t passed_count;
	bool outside;    /* the shell checks one, or hands it over piece by piece */
	bool sweeping;   /* there may be staged rows that nobody needs */
	bool indexed;    /* CHANGED knows every committee */
	bool indexing_begun;
	struct key indexing_at;
};

/* ---- install.c ---- */
enum err install_load(struct turn_view *t);
enum err install_tick(struct turn_view *t);
/* The entries of one event of several, to be staged. ERR_BUSY: what is left of an earlier directory must go first. ERR_GAP: does not follow the
 * events before. */
enum err install_stage(struct turn_view *t, const struct ev_directory *e);
/* All entries of a directory that comes in one event, into their places. */
enum err install_whole(struct turn_view *t, const struct ev_directory *e, bool *moved);
/* The last event's entries are staged: from the end of this turn on they are in force. */
void install_switch(struct turn_view *t, uint64_t version);
/* Links of those who stood below us in a version that we never had; `before` is ours until now. */
enum err install_remember_passed(struct turn_view *t);
void install_abandon(struct turn_view *t);
void install_free(struct install *i);

/* ---- changes.c ---- */
/* Fills a part whose since and after are set: entries, upto, last. A bounded number of rows. */
enum err changes_collect(struct turn_view *t, struct msg_directory_part *part);

#endif
