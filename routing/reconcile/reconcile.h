/* The way back of a store that is behind what its neighbours hold of it (routing/links/stand.h): a
 * copy that was put back, an empty disk. What was lost is what its neighbours have beyond the
 * sequence numbers that the store had when it was found out (struct lane_marks): both ends count
 * every lane, so no clock is asked.
 *
 *   stage        what happens                                            it ends when
 *   ----------   -----------------------------------------------------   ------------------------
 *   neighbours   each publishes once more what it published to us and    all neighbours have said
 *                we do not have, and returns what is ours and it has      Reconciled
 *                from us (give.h, take.h); a walk each, bounded a tick
 *   asking       the issuer of each document that we have received, and  the walk is over
 *                the recipients of each of ours, are asked what they
 *                said of it and what we said (wanted.h)
 *   waiting      for their answers                                       RECONCILE_ANSWERS_MS
 *   filling      numbers of the registers that neighbours heard of and   no number is missing
 *                that nobody knows any more get void lines
 *   none         the alarm is settled: new documents and numbers again
 *
 * What must hold, whatever is lost, doubled, late or killed meanwhile:
 *   - a document that a neighbour has whole stands here once, as what it was: ours with its line in
 *     the register, received, or passing through;
 *   - while it lasts nothing new is taken from our office and no number is given, unless an
 *     operator has settled the alarm himself (the rest goes on all the same);
 *   - a number that a neighbour has heard of is never given to something else.
 * The stage, the marks and the neighbour's walk are on the disk; a crash repeats some of it, and
 * what comes twice is known by its id, its number or its sequence.
 *
 * A neighbour of a build before this one does not answer: then an operator settles the alarm. */
#ifndef VANTHU_ROUTING_RECONCILE_RECONCILE_H
#define VANTHU_ROUTING_RECONCILE_RECONCILE_H

#include "routing/reconcile/accept.h"
#include "routing/reconcile/content.h"
#include "routing/reconcile/give.h"
#include "routing/reconcile/gone.h"
#include "routing/reconcile/hollow.h"
#include "routing/reconcile/last_number.h"
#include "routing/reconcile/own.h"
#include "routing/reconcile/rebuild.h"
#include "routing/reconcile/repair.h"
#include "routing/reconcile/take.h"
#include "routing/reconcile/unheard.h"
#include "routing/reconcile/wanted.h"

#endif
