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

/* The last month whose figures may count where `who` has stood since that version of the directory:
 * the one after the month in which it left, for what was on its way then; UINT16_MAX: it stands
 * there still, or when it left is not known here. ERR_NOT_FOUND: no such committee in that version.
 * ERR_DAMAGED, ERR_BAD_TREE. Reads the directory's records of `now`, the tree in force. */
must_use enum err place_last_month(const struct tree_view *now, struct committee_id who,
				   uint64_t since, struct month *last);

#endif
