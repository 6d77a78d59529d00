/* One function an event: reads through the turn's view, plans writes and acts, changes nothing
 * else. */
#ifndef VANTHU_ROUTING_DECIDE_DECIDE_H
#define VANTHU_ROUTING_DECIDE_DECIDE_H

#include "routing/decide/aside.h"
#include "routing/decide/directory.h"
#include "routing/decide/dropped.h"
#include "routing/decide/fetched.h"
#include "routing/decide/message.h"
#include "routing/decide/office.h"
#include "routing/decide/operate.h"
#include "routing/decide/paper.h"
#include "routing/decide/papers.h"
#include "routing/decide/publish.h"
#include "routing/decide/resend.h"
#include "routing/decide/submit.h"
#include "routing/decide/tick.h"

#endif
