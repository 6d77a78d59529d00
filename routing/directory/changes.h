/* What has changed in the directory since a version, ascending by id: for one part of a frame, at
 * the cost of what has changed where that can be.
 *
 * CHANGED has a row for each committee under the version of its last change; those of a few
 * versions are merged. Of many versions, and until CHANGED knows every committee, all rows are
 * scanned instead, some for each part. A row of CHANGED may be of a directory that is not in
 * force yet, or is none any more: what counts is the entry. */
#ifndef VANTHU_ROUTING_DIRECTORY_CHANGES_H
#define VANTHU_ROUTING_DIRECTORY_CHANGES_H

#include "routing/base/err.h"

struct msg_directory_part;
struct turn_view;

/* Fills a part whose since and after are set: entries, upto, last. A bounded number of rows. */
must_use enum err changes_collect(struct turn_view *t, struct msg_directory_part *part);

#endif
