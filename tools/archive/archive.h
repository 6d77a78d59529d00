/* Archives: contents that left a store, as files that stand for themselves for as long as anybody
 * wants to read them. A folder:
 *
 *     archive                      whose it is: two lines of text
 *     sent/ID/                     a document of ours
 *     received/ISSUER/ID/          one that we received
 *         document.json            what is known of it
 *         evidence                 its proofs (vanthu export)
 *         files/                   its parts under their names
 *         SHA256SUMS               of all of these; written last: without it the document is not
 * whole SHA256SUMS                   of each document's SHA256SUMS
 *
 * Both lists are what sha256sum -c reads. All is synced before the next thing is written. */
#ifndef VANTHU_TOOLS_ARCHIVE_ARCHIVE_H
#define VANTHU_TOOLS_ARCHIVE_ARCHIVE_H

#include "tools/archive/check.h"
#include "tools/archive/folder.h"
#include "tools/archive/sums.h"
#include "tools/archive/write.h"

#endif
