/* Measuring what the process holds; see memory_watch.h. */
#include "daemon/memory_watch.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/base/log.h"

enum {
	TRIM_ABOVE_BYTES = 48 * 1024 * 1024,
	TRIM_EVERY_MS = 3000,
	TRIM_SECONDS = 2,
	GIVE_BACK_BYTES = 2 << 20,
	/* While documents come, what one has freed is the next one's: pages that are given back
	 * and asked for again cost a fault each. Then only so much goes back. */
	GIVE_BACK_BUSY_BYTES = 32 << 20,
	BUSY_A_SECOND = 100,
	/* the gate cuts off at half of it: it cannot, for some reason */
	HELD_WATERMARK_BYTES = 2 * HELD_ALL_BYTES,
};

/* When the process holds this much more of its own than at first, some peer makes libzmq hold it:
 * the listener is bound again (docs/TRAPS.md §1.4). Checked each second: a message without end
 * fills hundreds of MiB in one. The bound never moves up: nothing else here may hold as much. */
#define MEMORY_WATERMARK_BYTES (512ULL << 20)

struct memory {
	uint64_t resident_bytes;
	uint64_t own_bytes; /* without the pages of files, which are the page cache's */
};

static struct memory measure(void)
{
	unsigned long long all = 0, resident = 0, shared = 0,
			   page = (unsigned long long)sysconf(_SC_PAGESIZE);
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return (struct memory){ 0, 0 };
	if (fscanf(f, "%llu %llu %llu", &all, &resident, &shared) != 3)
		resident = shared = 0;
	fclose(f);
	return (struct memory){ resident * page, (resident - shared) * page };
}

/* What the store has read stays resident until it is given back; when that is much, not only once a
 * minute. */
static void trim(struct memory_watch *w, int64_t mono_ms, uint64_t resident_bytes)
{
	if (mono_ms < w->next_trim_ms || resident_bytes < TRIM_ABOVE_BYTES)
		return;
	w->next_trim_ms = mono_ms + TRIM_EVERY_MS;
	w->store->ops->idle(w->store);
}

static bool is_busy(struct memory_watch *w)
{
	struct turn_figures f = turn_figures(w->turn);
	uint64_t taken = f.documents_taken + f.facts_taken, before = w->taken;

	w->taken = taken;
	return taken - before > BUSY_A_SECOND;
}

static enum err bound(struct memory_watch *w, uint64_t own_bytes)
{
	uint64_t spare_bytes = is_busy(w) ? GIVE_BACK_BUSY_BYTES : GIVE_BACK_BYTES;
	uint64_t clients = control_held_bytes(w->control); /* bounded there, and no peer's */
	enum err e;

	own_bytes -= clients < own_bytes ? clients : own_bytes;

	if (w->own_first_bytes == 0)
		w->own_first_bytes = own_bytes;
	/* What libzmq has freed of peers' stays in its heaps, in pieces, until it is trimmed. */
	if (own_bytes > w->own_first_bytes + spare_bytes && w->trim_in-- == 0) {
		w->trim_in = TRIM_SECONDS;
		malloc_trim(0);
	}
	if (own_bytes < w->own_first_bytes + MEMORY_WATERMARK_BYTES)
		return ERR_OK;
	log_event(LOG_WARNING, "memory-watermark", "own_bytes=%llu", (unsigned long long)own_bytes);
	e = links_held_bytes(w->links) > HELD_WATERMARK_BYTES ? links_rebind(w->links) : ERR_OK;
	malloc_trim(0);
	return e;
}

enum err memory_watch_second(struct memory_watch *w, int64_t mono_ms)
{
	struct memory memory = measure();

	trim(w, mono_ms, memory.resident_bytes);
	return bound(w, memory.own_bytes);
}
