/* Where figures may count: a report says of each row since which directory its signer has stood
 * where it stood (struct target_key.since), and a signer may lie. The directory's own history says
 * until when a committee stood in a place. */
#ifndef VANTHU_ROUTING_TARGET_PLACE_H
#define VANTHU_ROUTING_TARGET_PLACE_H

#include "routing/base/calendar.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

struct tree_view;

/* Why figures count nowhere. The numbers are those of enum MisplacedWhy, proto/control.proto. */
enum place_fault {
	PLACE_FITS = 0,
	PLACE_NEVER = 1, /* it was in no directory of that version */
	PLACE_LEFT = 2,	 /* of months in which it stood somewhere else */
};

/* The version of the directory whose tree says where the figures of `who` under `since` count. 0 is
 * of days before any directory knew it, or of a place that was not known: they stand where it stood
 * first, so that a move takes no figures of earlier months with it. ERR_NOT_FOUND: no directory
 * knows it, and it is 1. ERR_DAMAGED. */
must_use enum err place_version(const struct tree_view *now, struct committee_id who,
				uint64_t since, uint64_t *version);

/* The last month whose figures may count where `who` has stood since that version of the directory:
 * the one after the month in which it left, for what was on its way then; UINT16_MAX: it stands
 * there still, or when it left is not known here. ERR_NOT_FOUND: no such committee in that version,
 * which is not 0. ERR_DAMAGED, ERR_BAD_TREE. Reads the records of `now`, the tree in force. */
must_use enum err place_last_month(const struct tree_view *now, struct committee_id who,
				   uint64_t since, struct month *last);

#endif
