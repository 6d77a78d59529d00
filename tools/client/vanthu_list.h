/* Filters and lists of vanthu.h: what they hold. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_LIST_H
#define VANTHU_TOOLS_CLIENT_VANTHU_LIST_H

#include "tools/client/vanthu.h"
#include "tools/client/vanthu_document.h"

struct vanthu_filter {
	Vanthu__V1__List list; /* its texts are the filter's, or the default's */
};

/* Whole in memory, not read from the connection as it goes: who saves each document of a list, or
 * does not go on for a while, needs the connection meanwhile, and the daemon ends what is not read.
 */
struct vanthu_list {
	struct vanthu_document *documents;
	size_t count, room, at; /* `at`: the next that vanthu_list_next gives */
};

#endif
