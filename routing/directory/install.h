/* A directory of any size comes into force: bounded work a turn, and one small write that makes it
 * true.
 *
 *   events        rows                                                     what is in force
 *   some entries  STAGED ‖ version ‖ id, for those that differ from        the version before
 *                 COMMITTEE; besides what may stand there early:
 *                 SUBORDINATE, KEY, CHANGED
 *   the last      DIRECTORY ‖ version, the note "staged" = version         this one: STAGED over
 *                                                                          COMMITTEE (staged.c)
 *   each tick     STAGED → COMMITTEE, CHANGED of what was replaced goes    this one
 *   no row left   the note goes                                           this one: COMMITTEE
 *
 * Invariant: COMMITTEE, read through staged.c, has at every commit the entries of exactly one
 * version, the highest in DIRECTORY.
 *
 * What may stand there early says nothing by itself: a SUBORDINATE counts when the committee's
 * entry names that superior, a KEY when the committee's entry has it, a CHANGED when the entry
 * changed then. A crash before the last event leaves STAGED rows without the note: they are swept,
 * and whoever has the directory starts the installation again. A crash after it goes on settling.
 * While rows are settled or swept no other directory is begun. A change that fits one event and
 * follows nobody skips the stages: its rows and its head are one write as well. */
#ifndef VANTHU_ROUTING_DIRECTORY_INSTALL_H
#define VANTHU_ROUTING_DIRECTORY_INSTALL_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"

struct ev_directory;
struct turn_view;

must_use enum err install_load(struct turn_view *t);
must_use enum err install_tick(struct turn_view *t);
/* The entries of one event of several, to be staged. ERR_BUSY: what is left of an earlier directory
 * must go first. ERR_GAP: does not follow the events before. */
must_use enum err install_stage(struct turn_view *t, const struct ev_directory *e);
/* All entries of a directory that comes in one event, into their rows. */
must_use enum err install_whole(struct turn_view *t, const struct ev_directory *e, bool *moved);
/* The last event's entries are staged: from the end of this turn on they are in force. */
void install_switch(struct turn_view *t, uint64_t version);
void install_abandon(struct turn_view *t);

#endif
