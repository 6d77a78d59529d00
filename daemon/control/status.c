/* See status.h. */
#include "daemon/control/status.h"

#include <string.h>
#include <unistd.h>

#include "daemon/base/version.h"
#include "daemon/control/backup.h"
#include "daemon/control/client.h"
#include "daemon/control/control.h"
#include "daemon/control/import.h"
#include "daemon/control/links.h"
#include "daemon/control/target.h"

enum { ALARMS_MAX = 24 }; /* more than there are kinds */

/* Our own, and of neighbours each kind once. */
static void add_store_alarms(struct client *c, Vanthu__V1__Status *s, uint32_t *alarms)
{
	static const enum err kinds[] = { ERR_PEER_BEHIND, ERR_PEER_TWICE, ERR_REWRITTEN,
					  ERR_PEER_REWRITTEN };
	unsigned seen = 0;
	struct link_view v;

	if (s->store_alarm != 0)
		alarms[s->n_alarms++] = s->store_alarm;
	for (uint32_t i = 0; core_link(c->control->parts.core, i, &v); i++) {
		for (unsigned k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
			seen |= (v.store_alarm == kinds[k] ? 1u : 0u) << k;
	}
	for (unsigned k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		if ((seen >> k & 1) != 0)
			alarms[s->n_alarms++] = kinds[k];
	}
}

/* What cannot be believed here, and what others could not believe of us. */
static void add_aside(struct client *c, Vanthu__V1__Status *s)
{
	struct link_view v;
	bool lately;

	s->set_aside = core_aside_count(c->control->parts.core);
	for (uint32_t i = 0; core_link(c->control->parts.core, i, &v); i++) {
		uint64_t age_s = (uint64_t)v.aside_age_ms / 1000;

		s->set_aside_oldest_s =
			age_s > s->set_aside_oldest_s ? age_s : s->set_aside_oldest_s;
	}
	if (s->set_aside > 0)
		s->alarms[s->n_alarms++] = ERR_ASIDE;
	s->doubted = core_doubted(c->control->parts.core, &lately);
	if (lately)
		s->alarms[s->n_alarms++] = ERR_DOUBTED;
}

static enum err fill_links(struct client *c, Vanthu__V1__Status *s)
{
	struct core *core = c->control->parts.core;
	uint32_t count = core_link_count(core);
	Vanthu__V1__LinkView *each = arena_array(c->control->arena, count, sizeof *each);
	uint64_t(*lanes)[3] = arena_array(c->control->arena, count, sizeof *lanes);
	struct link_view v;

	s->links = arena_array(c->control->arena, count, sizeof *s->links);
	if (each == NULL || lanes == NULL || s->links == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < count && core_link(core, i, &v); i++) {
		if (!control_link_shown(&v))
			continue;
		control_fill_link(c, &v, &each[i], lanes[i]);
		s->links[s->n_links++] = &each[i];
		s->queue_count += each[i].queued;
		s->fetching += each[i].fetching;
		if (each[i].oldest_queued_s > s->queue_oldest_s)
			s->queue_oldest_s = each[i].oldest_queued_s;
	}
	return ERR_OK;
}

static void fill_directory(struct client *c, Vanthu__V1__Status *s)
{
	struct lookup l = control_lookup(c);
	struct key own = key_committee(core_self(c->control->parts.core)), head;
	struct record r;

	s->directory_version = core_directory_version(c->control->parts.core);
	head = key_number(s->directory_version);
	if (l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &own, &r) == ERR_OK)
		s->name = (char *)(uintptr_t)r.u.committee.name;
	if (l.get(l.ctx, c->control->arena, FAMILY_DIRECTORY, &head, &r) == ERR_OK)
		s->directory_valid_until_ms = r.u.directory.valid_until_ms;
}

/* Map, disk and inodes, each by its own code: each has another remedy. */
static void fill_room(Vanthu__V1__Status *s, const struct store_room *room, enum err frozen)
{
	s->disk_free_bytes = room->disk_free_bytes;
	s->map_bytes = room->map_bytes;
	s->map_used_bytes = room->map_used_bytes;
	s->inodes_counted = room->inodes_known;
	s->inodes_free = room->inodes_free;
	s->refusing = !room->submissions;
	if (frozen != ERR_OK)
		s->alarms[s->n_alarms++] = frozen;
	else if (s->refusing)
		s->alarms[s->n_alarms++] = room->why != ERR_OK ? room->why : ERR_DISK_FULL;
	if (frozen == ERR_OK && !room->files)
		s->alarms[s->n_alarms++] = ERR_NO_INODES;
}

static void fill_installation(struct client *c, Vanthu__V1__Installation *i, Vanthu__V1__Status *s)
{
	struct installer_view v = installer_view(c->control->parts.installer);
	size_t size = sizeof v.failed_from + 256;
	char *about;

	control_installation(c->control, i);
	if (i->phase != VANTHU__V1__INSTALLATION_PHASE__INSTALLATION_PHASE_UNSPECIFIED)
		s->installation = i;
	if (v.failed == ERR_OK)
		return;
	s->directory_failed = (uint32_t)v.failed;
	about = arena_alloc(c->control->arena, size);
	if (about == NULL)
		return;
	snprintf(about, size, "%s%s%s%s%s", v.failed_from, v.fault == NULL ? "" : ": ",
		 v.fault == NULL ? "" : v.culprit.text,
		 v.fault == NULL || v.culprit.text[0] == '\0' ? "" : " ",
		 v.fault == NULL ? "" : v.fault);
	s->directory_failed_about = about;
}

/* What the last look at all of the store found, and what was met since. */
static void fill_soundness(struct client *c, const struct store_figures *f, Vanthu__V1__Status *s)
{
	const struct store_survey *v = &f->survey;
	char **names = arena_array(c->control->arena, FAMILY_COUNT, sizeof *names);
	char *fault = (char *)(uintptr_t)arena_text(c->control->arena, v->first_fault,
						   strlen(v->first_fault));

	s->damaged = f->damaged > v->damaged ? f->damaged : v->damaged;
	s->accepted = core_accepted(c->control->parts.core);
	s->checked_at_ms = v->at_ms;
	s->checked_records = v->records;
	s->missing = v->missing;
	s->store_faults = v->faults;
	if (fault != NULL)
		s->store_fault = fault;
	s->missing_in = names;
	for (int i = FAMILY_META; names != NULL && i < FAMILY_COUNT; i++) {
		if ((v->differing >> i & 1) != 0)
			names[s->n_missing_in++] = (char *)(uintptr_t)family_name((enum family)i);
	}
	if (v->faults > 0)
		s->alarms[s->n_alarms++] = ERR_STORE_DAMAGED;
	if (v->differing != 0)
		s->alarms[s->n_alarms++] = ERR_RECORDS_MISSING;
	if (s->damaged > 0)
		s->alarms[s->n_alarms++] = ERR_DAMAGED;
}

/* What a store gets back that is behind; absent when it never was. */
static void fill_recovery(struct client *c, Vanthu__V1__Recovery *r, Vanthu__V1__Status *s)
{
	struct recovery_view v;

	core_recovery(c->control->parts.core, &v);
	if (v.stage == RECONCILE_NONE && v.ended_ms == 0 && v.listed == 0)
		return;
	vanthu__v1__recovery__init(r);
	r->stage = (Vanthu__V1__RecoveryStage)v.stage;
	r->began_ms = v.began_ms;
	r->ended_ms = v.ended_ms;
	r->came = v.came;
	r->returned = v.returned;
	r->gone = v.gone;
	r->voided = arena_array(c->control->arena, BOOK_COUNT, sizeof *r->voided);
	for (int book = BOOK_OUT; r->voided != NULL && book < BOOK_COUNT; book++)
		r->voided[r->n_voided++] = v.voided[book];
	r->neighbours = v.neighbours;
	r->done = v.done;
	r->listed = v.listed;
	s->recovery = r;
}

void control_status(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_STATUS);
	Vanthu__V1__Status s = VANTHU__V1__STATUS__INIT;
	struct store *store = c->control->parts.store;
	struct control_figures figures = { .up_since_ms = 0 };
	struct store_figures stored;
	struct store_room room = { .submissions = true, .files = true };
	struct committee_id self = core_self(c->control->parts.core);
	Vanthu__V1__Target target;
	Vanthu__V1__Clock clock;
	struct stand_view stand;
	uint32_t alarms[ALARMS_MAX];
	Vanthu__V1__Installation installation;
	Vanthu__V1__BackupNote backup;
	Vanthu__V1__Recovery recovery;

	c->control->parts.figures(c->control->parts.ctx, &figures);
	store->ops->figures(store, &stored);
	if (store->ops->room(store, &room) != ERR_OK || figures.frozen != ERR_OK)
		room.submissions = false;
	if (fill_links(c, &s) != ERR_OK || control_target_now(c, &target) != ERR_OK) {
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return;
	}
	s.target = &target;
	s.committee = self.text;
	s.version = (char *)(uintptr_t)VANTHU_VERSION;
	s.up_since_ms = figures.up_since_ms;
	fill_directory(c, &s);
	fill_installation(c, &installation, &s);
	s.alarms = alarms;
	fill_room(&s, &room, figures.frozen);
	fill_soundness(c, &stored, &s);
	s.contents_at_ms = figures.contents_at_ms;
	s.contents_looked = figures.contents_looked;
	s.contents_wrong = figures.contents_wrong;
	if (figures.descriptors_short)
		alarms[s.n_alarms++] = ERR_DESCRIPTORS;
	if (s.directory_failed != 0)
		alarms[s.n_alarms++] = s.directory_failed;
	if (s.directory_valid_until_ms != 0 && s.directory_valid_until_ms < control_wall_ms(c))
		alarms[s.n_alarms++] = ERR_DIRECTORY_EXPIRED;
	if (core_unlinked(c->control->parts.core) > 0)
		alarms[s.n_alarms++] = ERR_LINKS_FULL;
	control_fill_clock(c, &clock);
	s.clock = &clock;
	if (clock.refusing != 0)
		alarms[s.n_alarms++] = clock.refusing;
	core_stand(c->control->parts.core, &stand);
	s.store_alarm = (uint32_t)stand.alarm;
	s.store_alarm_since_ms = stand.alarm == ERR_OK ? 0 : stand.since_ms;
	s.store_alarm_by = stand.by.text;
	add_store_alarms(c, &s, alarms);
	add_aside(c, &s);
	fill_recovery(c, &recovery, &s);
	s.backup = control_fill_backup(c, &backup) ? &backup : NULL;
	r.status = &s;
	control_say(c, &r);
}

/* Resident memory from the kernel: pages in the second field of statm. */
static uint64_t resident_bytes(void)
{
	unsigned long long all = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f != NULL) {
		if (fscanf(f, "%llu %llu", &all, &resident) != 2)
			resident = 0;
		fclose(f);
	}
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void control_figures(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_FIGURES);
	Vanthu__V1__Figures f = VANTHU__V1__FIGURES__INIT;
	struct control_figures figures = { .up_since_ms = 0 };

	c->control->parts.figures(c->control->parts.ctx, &figures);
	f.turns = figures.turns;
	f.commits = figures.commits;
	f.signatures = figures.signatures;
	f.documents_taken = figures.documents_taken;
	f.facts_taken = figures.facts_taken;
	f.resident_bytes = resident_bytes();
	f.file_syncs = figures.file_syncs;
	r.figures = &f;
	control_say(c, &r);
}
