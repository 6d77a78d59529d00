/* A duplicate comes, a document that is known here: the same (origin, id) and the same envelope
 * digest. Another digest is a conflict, and refused.
 *
 * It may be a repetition, a further part of the document's names (a neighbour with more names than
 * fit one item sends several), or the new route of a recipient after the tree has changed. The
 * names of an item are its targets without us; an item without targets names all explicit
 * recipients that do not lie behind the neighbour who sends it. Names that the head does not
 * address are passed over. A name is *ours* when we answer for it already: it is in `targets` or
 * `also`, or the document came without targets and it does not lie behind whom it came from.
 * Whoever has acknowledged an item answers for its names; so the order of copies does not matter,
 * and what a row less or more in them means neither.
 *
 *   here, it is           | names that are not ours   | files                  | the stored answer
 *   ----------------------+---------------------------+------------------------+-------------------
 *   still being fetched   | noted in `also`; routed   | fetched from this      | there is none yet
 *   (no STATE)            | when whole                | neighbour too, unless  |
 *                         |                           | that is under way      |
 *   whole (ours, for us,  | routed at once, by the    | Complete               | sent again, unless
 *   or passing through)   | tree in force; noted in   |                        | this is only a
 *                         | `also`                    |                        | further part
 *   whole, and a relay    | taken again, for them, by | fetched from this      | a relay has none
 *   has dropped its       | its old serial: being     | neighbour; then        |
 *   content               | fetched again             | Complete               |
 *   refused: the bytes    | refused, by name          | Complete: nothing more | the refusal again
 *   are not what was      |                           | is wanted              |
 *   signed                |                           |                        |
 *
 * A receipt whose key has ended or was revoked since is signed anew instead, by the present key.
 * After the stored answer goes what our office has said of it, likewise (told.h).
 *
 * All names ours: nothing but the last two columns. Under another directory than the one that the
 * head was signed by:
 *   - whole: each name counts as not ours, for its route may be new; routing/documents/rows.c
 *     leaves out those for whom a row waits;
 *   - a name behind the neighbour who sent it is returned by name, whatever directory the neighbour
 *     queued it under; under the same directory it is refused (VT-2008), and so is a name without a
 *     route.
 * While two neighbours go by different directories, an item with a name that cannot be served is
 * not taken at all (document_must_wait). */
#ifndef VANTHU_ROUTING_DOCUMENTS_DUPLICATE_H
#define VANTHU_ROUTING_DOCUMENTS_DUPLICATE_H

#include <stdint.h>

#include "routing/base/err.h"

struct committee_id;
struct ev_publish;
struct link;
struct rec_ident;
struct turn_view;

/* Decides on a duplicate of a document that is known here. */
must_use enum err document_duplicate(struct turn_view *t, struct link *l,
				     const struct ev_publish *e, const struct rec_ident *ident);
/* Nothing more is wanted of a copy: its sender need not keep the files for us. */
must_use enum err document_known(struct turn_view *t, struct link *l, const struct ev_publish *e);
/* Whom an item names, in the plan's arena: its targets that are recipients, or all explicit
 * recipients that do not lie behind its sender; without ourselves. */
must_use enum err document_names(struct turn_view *t, const struct ev_publish *e,
				 const struct committee_id **names, uint32_t *count);

#endif
