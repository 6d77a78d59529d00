/* What is stored of one document, for whoever reads it: a list for its client, or a worker for the
 * catalogue. Any thread. */
#ifndef VANTHU_DAEMON_CONTROL_STORED_H
#define VANTHU_DAEMON_CONTROL_STORED_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/rules/rules.h"

struct arena;
struct found_document;
struct lookup;
struct rec_document;
struct rec_work;

/* State and work, whose texts lie in `a`; zero when there is none yet, or when it cannot be read.
 */
must_use enum err control_read_state(const struct lookup *l, struct arena *a,
				     struct found_document *f);
/* TRAY_NONE: it did not come here. `today` is Vietnam's. */
enum tray control_tray(const struct found_document *f, text_t today);
/* Our office has done with it, or it was given back. */
bool control_work_done(const struct rec_work *work);
/* Whatever the rest says, it does not count against the share: all have it, or our office has done
 * with it. */
bool control_settled(const struct found_document *f);
/* Its type and files stand in its envelope, and no record knows what it answers. */
bool control_older_summary(const struct rec_document *d);

#endif
