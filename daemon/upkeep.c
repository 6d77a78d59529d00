/* The duties of each second and minute; see upkeep.h. */
#include "daemon/upkeep.h"

#include "daemon/base/log.h"
#include "daemon/base/systemd.h"

enum { MINUTE_MS = 60 * 1000 };

/* Only what has changed. */
static void log_room(const struct store_room *before, const struct store_room *room)
{
	if (room->submissions != before->submissions || room->documents != before->documents ||
	    room->facts != before->facts || room->files != before->files)
		log_event(room->submissions && room->files ? LOG_INFO : LOG_WARNING, "room",
			  "submissions=%d documents=%d facts=%d error=VT-%d disk_free=%llu "
			  "map_used=%llu inodes_free=%llu",
			  room->submissions, room->documents, room->facts, (int)room->why,
			  (unsigned long long)room->disk_free_bytes,
			  (unsigned long long)room->map_used_bytes,
			  (unsigned long long)room->inodes_free);
}

enum err upkeep_second(struct upkeep *u, struct now now)
{
	struct store_room room;
	enum err e = u->store->ops->room(u->store, &room);

	if (e == ERR_OK)
		e = u->store->ops->check(u->store);
	if (e == ERR_OK)
		e = u->files->ops->check_all(u->files);
	if (e != ERR_OK)
		return e;
	log_room(&u->room, &room);
	u->room = room;
	bulk_set_spare(u->bulk, room.spare_bytes);
	control_set_spare(u->control, room.spare_bytes, room.files ? ERR_DISK_FULL : ERR_NO_INODES);
	control_keep_sockets(u->control);
	live_events_keep_socket(u->events);
	control_tick(u->control, now.mono_ms);
	bulk_tick(u->bulk, now);
	scrub_second(&u->scrub, now.mono_ms);
	scrub_files_second(&u->scrub_files, now.wall_ms);
	repair_second(&u->repair, now.mono_ms);
	kept_second(&u->kept, core_directory_version(u->scrub.core), now.mono_ms);
	garbage_due(u->garbage, now.mono_ms);
	backup_second(u->backup, &room);
	if (own_keys_wait(u->own_keys))
		own_keys_choose(u->own_keys);
	systemd_watchdog();
	log_repeated(false);
	if (u->install->due) {
		e = install_file(u->install);
		if (e != ERR_OK)
			return e;
	}
	if (now.mono_ms >= u->next_minute_ms) {
		u->next_minute_ms = now.mono_ms + MINUTE_MS;
		u->store->ops->idle(u->store);
		e = in_force_follow_peers(u->in_force); /* keys end by time too */
		if (e != ERR_OK)
			return e;
	}
	return memory_watch_second(&u->memory, now.mono_ms);
}
