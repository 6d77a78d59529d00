/* Looks at the data of a committee whose daemon does not run: what `vanthu doctor` runs as a child,
 * so that the command line need not know what a store is made of. */
#ifndef VANTHU_DAEMON_DOCTOR_H
#define VANTHU_DAEMON_DOCTOR_H

#include "daemon/config/config.h"

struct doctor_order {
	bool wanted;
	bool contents;	     /* each attachment against its SHA-256, too */
	const char *salvage; /* a new data folder for what can be read; NULL: none */
};

/* Prints lines of fields with tabs between them on stdout:
 *     fault     database  page  what      the store does not hold together there
 *     damaged   family  key (hex)  role  serial   a record with a wrong checksum; the last two of a
 *                                         document's, else -
 *     differs   family  expected  found   records that are not what was committed
 *     records   count  sums (1: compared with what was committed)
 *     content   name  what                an attachment that is not what its name says
 *     contents  count  bytes
 *     accepted  count                     damaged records that somebody has accepted as lost
 *     salvaged  count  strayed            copied; those of them that no page led to
 *     error     code                      it was broken off
 * Returns the exit code: 0 nothing is wrong, 10 something is, or that of the error. Reads
 * everything; changes nothing but the folder of the salvage. */
int doctor_run(const struct config *config, const struct doctor_order *order);

#endif
