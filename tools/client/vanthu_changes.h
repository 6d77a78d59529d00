/* Changes of vanthu.h: an answer of the daemon, kept as it came. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_CHANGES_H
#define VANTHU_TOOLS_CLIENT_VANTHU_CHANGES_H

#include "proto/control.pb-c.h"
#include "tools/client/uuid.h"
#include "tools/client/vanthu.h"

enum { VANTHU_FEED_DIGITS = 32 };

struct vanthu_change_list {
	Vanthu__V1__Reply *reply; /* unpacked anew; owned */
	char feed[VANTHU_FEED_DIGITS + 1];
	char (*ids)[UUID_TEXT_SIZE]; /* one a change */
};

#endif
