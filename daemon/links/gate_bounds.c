/* Bounds of connections; see gate_bounds.h. */
#include "daemon/links/gate_bounds.h"

int gate_queue_frames(unsigned neighbours)
{
	unsigned fair = LINK_QUEUES_BYTES / FRAME_MAX_BYTES / (neighbours + 1);

	return (int)(fair > LINK_QUEUE_FRAMES_MOST    ? LINK_QUEUE_FRAMES_MOST
		     : fair < LINK_QUEUE_FRAMES_LEAST ? LINK_QUEUE_FRAMES_LEAST
						      : fair);
}
