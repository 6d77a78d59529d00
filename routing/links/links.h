/* What the core knows of its neighbours: streams and acknowledgements, clocks, doubts, what is set
 * aside, visits, and a store that is behind. One file each; who is outside includes this header. */
#ifndef VANTHU_ROUTING_LINKS_LINKS_H
#define VANTHU_ROUTING_LINKS_LINKS_H

#include "routing/links/acknowledged.h"
#include "routing/links/aside.h"
#include "routing/links/guard.h"
#include "routing/links/heads.h"
#include "routing/links/link.h"
#include "routing/links/passed.h"
#include "routing/links/pins.h"
#include "routing/links/prepare.h"
#include "routing/links/quest.h"
#include "routing/links/reject.h"
#include "routing/links/running.h"
#include "routing/links/settle.h"
#include "routing/links/stand.h"
#include "routing/links/visit.h"

#endif
