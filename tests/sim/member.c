/* One committee: its disks survive a crash, everything else is made anew by the ordinary boot
 * path. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/files/memory.h"
#include "daemon/store/memory.h"
#include "proto/digest.h"
#include "proto/directory_file.h"
#include "proto/signer_pem.h"
#include "proto/verifier.h"
#include "proto/wire_encode.h"
#include "tests/sim/figures.h"
#include "tests/sim/keys.h"
#include "tests/sim/places.h"
#include "tests/sim/small.h"
#include "tests/sim/world.h"
#include "tests/sim/year.h"

enum {
	SCRATCH_BYTES = 8 << 20,
	RESTART_MOST_MS = 3000,
	KEEP_MS = 3600000,
	KEEP_SHORT_MS = 1500,
	WANTED_MS = 60000
};

void member_create(struct world *w, int index, int superior)
{
	struct member *m = &w->members[index];

	m->world = w;
	m->index = index;
	m->superior = superior;
	m->endpoint = FIRST_ENDPOINT;
	/* As long as may be where names are to fill frames. */
	if (w->year != NULL)
		year_name(index, &m->id);
	else
		snprintf(m->id.text, sizeof m->id.text, "c%d%s", index,
			 w->wide ? "-mot-dang-bo-co-ten-that-la-dai" : "");
	m->disk = memory_disk_new();
	m->files_disk = memory_files_disk_new();
	assert(m->disk != NULL && m->files_disk != NULL);
}

struct now member_now(const struct member *m)
{
	int64_t mono_ms = m->world->skipped_ms + m->world->now_ms;

	return (struct now){ .wall_ms = m->world->start_wall_ms + mono_ms + m->skew_ms +
					m->clock_ms,
			     .mono_ms = mono_ms,
			     .mono_us = mono_ms * 1000 };
}

/* ---- what acts mean here ---- */

static enum err send_control(void *ctx, struct committee_id neighbour, struct blob frame)
{
	return network_send(ctx, neighbour, false, frame);
}

static void reply(void *ctx, const struct act_reply *r)
{
	struct world *w = ((struct member *)ctx)->world;

	places_reached(PLACE_ANSWER, (int)r->result);
	if (r->to.n == 0)
		return; /* a recount that no client asked for */
	if (w->year != NULL) {
		year_replied(w, r);
		return;
	}
	if (w->figures != NULL && figures_replied(r))
		return;
	if (!numbers_replied(w, r) && !offices_replied(w, r) && !clerks_replied(w, r))
		workload_replied(w, r);
}

static void note_place(const struct act_notify *n)
{
	places_reached(PLACE_NOTICE, (int)n->what);
	if (n->what == NOTICE_STATUS)
		places_reached(PLACE_STATUS, (int)n->reason);
	if (n->what == NOTICE_REFUSED)
		places_reached(PLACE_REFUSED, (int)n->reason);
	if (n->what == NOTICE_ASIDE)
		places_reached(PLACE_ASIDE, (int)n->reason);
	if (n->what == NOTICE_STORE)
		places_reached(PLACE_STORE, (int)n->reason);
}

static void notify(void *ctx, const struct act_notify *n)
{
	struct member *m = ctx;

	note_place(n);
	if (m->world->verbose)
		printf("# %lld %s: notice %d of %s about %02x%02x with %s, VT-%u\n",
		       (long long)m->world->now_ms, m->id.text, (int)n->what,
		       n->document.origin.text, n->document.id.bytes[14], n->document.id.bytes[15],
		       n->committee.text, n->reason);
	if (m->world->year == NULL)
		clocks_noticed(m->world, m->index, n);
	else
		year_noticed(m->world, m, n);
	if (m->world->offices && n->what == NOTICE_STATUS)
		offices_noticed(m->world, m, n);
	if (m->world->setback && n->what == NOTICE_STORE)
		setback_noticed(m->world, m, n);
	/* Nothing that happens to the others may be taken for a store that went back. */
	if (n->what == NOTICE_STORE && n->reason != 0 && !m->world->setback)
		world_violation(m->world, "stand", "%s raises VT-%u about %s", m->id.text,
				n->reason, n->committee.text);
	/* it may have been taken before the disk was put back */
	if (n->what == NOTICE_RECEIPT && !m->world->setback && m->world->year == NULL)
		check_receipt_now(m->world, m->index, n);
}

static void fetch(void *ctx, struct committee_id neighbour)
{
	struct member *m = ctx;

	bulk_wake(m->bulk, neighbour, member_now(m));
}

static void fetch_stop(void *ctx, struct committee_id neighbour)
{
	bulk_stop(((struct member *)ctx)->bulk, neighbour);
}

static void drop_file(void *ctx)
{
	struct member *m = ctx;

	if (m->garbage != NULL)
		garbage_wake(m->garbage);
}

static bool may_drop(void *ctx)
{
	struct stand_view v;

	core_stand(((struct member *)ctx)->core, &v);
	return v.alarm == ERR_OK;
}

static void dropped(void *ctx, const struct ev_dropped *e)
{
	struct member *m = ctx;
	struct event event = { .type = EVENT_DROPPED, .u.dropped = *e };

	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
}

static void violation(void *ctx, struct committee_id neighbour, enum err why)
{
	struct member *m = ctx;

	places_reached(PLACE_VIOLATION, (int)why);
	network_punish(m->world, m->index, neighbour);
}

static void visit(void *ctx, struct committee_id host)
{
	visits_dial(ctx, host);
}

static enum err visit_send(void *ctx, struct committee_id who, enum party party, struct blob frame)
{
	return visits_send(ctx, who, party, frame);
}

static void visit_end(void *ctx, struct committee_id who, enum party party)
{
	visits_end(ctx, who, party);
}

/* Opens one of its keys, unless it is the one that it signs with: opened it outlives its process,
 * for to read it costs more than all else of a boot. */
static void sign_with(struct member *m, unsigned chosen)
{
	struct signer *fresh;

	if (m->signer != NULL) {
		struct digest now = signer_key_id(m->signer);

		if (digest_equal(&now, &m->key_id[chosen]))
			return;
	}
	assert(signer_pem_open(m->signing_pem[chosen], &fresh) == ERR_OK);
	signer_destroy(m->signer);
	m->signer = fresh;
}

/* Signs with the newest key that its directory knows. */
static void choose_key(struct member *m)
{
	struct signer_validity validity = { .known = false };
	unsigned chosen = 0;

	for (unsigned i = 0; i < m->key_count; i++) {
		struct key_info info;

		if (keys_find(m, &m->key_id[i], &info) != ERR_OK)
			continue;
		chosen = i;
		validity = (struct signer_validity){ true, info.from_ms, info.to_ms,
						     info.revoked_from_ms };
	}
	core_set_signer(m->core, &validity);
	sign_with(m, chosen);
	if (m->turn != NULL)
		turn_set_signer(m->turn, m->signer);
}

static void directory(void *ctx)
{
	struct member *m = ctx;

	verifier_forget(m->verifier);
	choose_key(m);
	network_follow(m->world, m->index);
}

static void installed(void *ctx, const struct act_installed *i)
{
	installer_installed(((struct member *)ctx)->installer, i);
}

static enum err bulk_send(void *ctx, struct committee_id neighbour, const struct message *msg)
{
	struct member *m = ctx;
	struct blob frame;
	enum err e;

	arena_reset(m->scratch);
	e = wire_encode(m->scratch, msg, &frame);
	return e == ERR_OK ? network_send(m, neighbour, true, frame) : e;
}

static enum err bulk_send_frame(void *ctx, struct committee_id neighbour, struct blob frame,
				void (*release)(void *data, void *owner), void *owner)
{
	enum err e = network_send(ctx, neighbour, true, frame);

	release(NULL, owner);
	return e;
}

static void bulk_open(void *ctx, struct committee_id neighbour)
{
	struct member *m = ctx;
	struct message ask = { .type = MESSAGE_OPEN_BULK };
	int other = world_find(m->world, neighbour.text), direction;
	struct edge *e = network_edge(m->world, m->index, other, &direction);
	struct blob frame;

	if (e == NULL)
		return;
	if (direction == 0) {
		network_open_bulk(m->world, (int)(e - m->world->edges));
		return;
	}
	arena_reset(m->scratch);
	if (wire_encode(m->scratch, &ask, &frame) == ERR_OK)
		(void)!network_send(m, neighbour, false, frame);
}

static void bulk_close(void *ctx, struct committee_id neighbour)
{
	struct member *m = ctx;
	int direction;
	int at = world_find(m->world, neighbour.text);
	struct member *other = at < 0 ? NULL : &m->world->members[at];
	struct edge *e = at < 0 ? NULL : network_edge(m->world, m->index, at, &direction);

	if (e == NULL || !e->bulk_standing)
		return;
	e->bulk_standing = false;
	if (other->running)
		bulk_disconnected(other->bulk, m->id); /* it sees the connection end */
}

static void fetched(void *ctx, const struct ev_fetched *e)
{
	struct member *m = ctx;
	struct event event = { .type = EVENT_FETCHED, .u.fetched = *e };

	if (inbox_push(m->inbox, &event, NULL, NULL) != ERR_OK)
		world_violation(m->world, "bounds", "inbox of %s is full", m->id.text);
	world_wake(m->world, m, 0);
}

static void reopen(void *ctx, struct committee_id neighbour, struct blob frame,
		   int64_t corrected_at_ms)
{
	network_reopen(ctx, neighbour, frame, corrected_at_ms);
}

/* What counts faults is tested elsewhere; that a neighbour has released what is still being fetched
 * is none of its. */
static void fault(void *ctx, struct committee_id neighbour, enum err why)
{
	struct member *m = ctx;
	struct event event = { .type = EVENT_FAULT,
			       .u.link = { .neighbour = neighbour, .reason = (uint32_t)why } };

	if (why == ERR_NOT_HERE && inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK)
		world_wake(m->world, m, 0);
}

static const bool never = false;

static void run_job(void *ctx, struct job *j)
{
	(void)ctx;
	j->work(j);
	j->done(j);
}

/* ---- life and death ---- */

/* In every third changing world relays let content go while documents are still under way: what
 * comes back to one must be taken anew. */
static int64_t retention_ms(const struct world *w)
{
	return w->changing && w->seed % 3 == 0 ? KEEP_SHORT_MS : KEEP_MS;
}

/* A directory comes in pieces of a few entries, one a turn; in every fifth world whole. */
static uint32_t stage_rows(const struct world *w)
{
	return w->seed % 5 == 0 ? 0 : 1 + (uint32_t)(w->seed % 5 - 1) % 3;
}

static void build_garbage(struct member *m)
{
	m->garbage =
		garbage_new(&(struct garbage_parts){ .files = m->files,
						     .lookup = m->store->ops->lookup(m->store),
						     .runner = { .run = run_job },
						     .may_drop = may_drop,
						     .dropped = dropped,
						     .ctx = m });
	assert(m->garbage != NULL);
}

static uint64_t credit_messages(struct world *w)
{
	return w->small != NULL ? SMALL_CREDIT : 1 + prng_below(&w->prng, 64);
}

static int64_t wanted_after_ms(const struct world *w)
{
	return w->setback || w->small != NULL ? WANTED_MS : 0;
}

static struct core_config config_of(struct member *m)
{
	return (struct core_config){ .self = m->id,
				     .credit_messages = credit_messages(m->world),
				     .credit_bytes = 256 * 1024,
				     .wanted_after_ms = wanted_after_ms(m->world),
				     .relay_retention_ms = retention_ms(m->world),
				     .drop_recalled = recalls_let_go(m->world, m->index) &&
						      m->world->canary != CANARY_KEEPS_RECALLED,
				     .asks_at_once = (m->world->hasty >> m->index & 1) != 0,
				     .attachment_max_bytes = 1 << 20,
				     .chain_step = digest_chain_step,
				     .digest_of = digest_of,
				     .answered_by = seal_peek_answered,
				     .signed_with = seal_peek_key,
				     .recount_records = 3,
				     .directory_rows = stage_rows(m->world) };
}

static void build(struct member *m)
{
	struct core_config config = config_of(m);
	struct bulk_config bulk = { .window_bytes = 128 * 1024,
				    .parallel = 3,
				    .attachment_max_bytes = 1 << 20 };
	struct outbox_ops ops = { .ctx = m,
				  .send = send_control,
				  .reply = reply,
				  .notify = notify,
				  .fetch = fetch,
				  .fetch_stop = fetch_stop,
				  .drop_file = drop_file,
				  .violation = violation,
				  .directory = directory,
				  .visit = visit,
				  .visit_send = visit_send,
				  .visit_end = visit_end,
				  .reopen = reopen,
				  .installed = installed };
	struct bulk_ops bulk_ops = { .ctx = m, .send = bulk_send, .send_frame = bulk_send_frame,
				     .open = bulk_open, .close = bulk_close, .fetched = fetched,
				     .violation = violation, .fault = fault };
	uint8_t seed[32];

	prng_fill(&m->world->prng, seed, sizeof seed);
	assert(store_memory_open(m->disk, &m->store) == ERR_OK &&
	       files_memory_open(m->files_disk, &m->files) == ERR_OK);
	sign_with(m, 0);
	m->verifier = verifier_new((struct key_source){ .ctx = m, .find = keys_find });
	m->core = core_new(&config);
	m->inbox = inbox_new();
	m->scratch = arena_new(SCRATCH_BYTES);
	assert(m->verifier != NULL && m->core != NULL && m->inbox != NULL && m->scratch != NULL);
	core_seed(m->core, seed);
	m->outbox = outbox_new(m->core, m->store->ops->lookup(m->store), ops);
	m->bulk = bulk_new(&bulk, &bulk_ops, m->store->ops->lookup(m->store), m->files,
			   (struct job_runner){ .run = run_job });
	m->turn = turn_new(&(struct turn_parts){ .core = m->core,
						 .store = m->store,
						 .signer = m->signer,
						 .outbox = m->outbox,
						 .inbox = m->inbox });
	m->installer =
	    installer_new(&(struct installer_parts){ .core = m->core,
						     .inbox = m->inbox,
						     .lookup = m->store->ops->lookup(m->store),
						     .runner = { .run = run_job },
						     .trust = registry_trust(m),
						     .piece_count = stage_rows(m->world) });
	assert(m->outbox != NULL && m->bulk != NULL && m->turn != NULL && m->installer != NULL);
	m->follow = download_new(&(struct download_parts){ .installer = m->installer,
						       .core = m->core,
						       .inbox = m->inbox,
						       .trust = registry_trust(m) });
	assert(m->follow != NULL);
	build_garbage(m);
	m->repair = (struct repair){ .store = m->store,
				     .core = m->core,
				     .inbox = m->inbox,
				     .runner = { .run = run_job },
				     .stop = &never };
}

static void tear_down(struct member *m)
{
	repair_end(&m->repair);
	garbage_destroy(m->garbage);
	bulk_destroy(m->bulk);
	turn_destroy(m->turn);
	outbox_destroy(m->outbox);
	inbox_destroy(m->inbox);
	download_destroy(m->follow);
	installer_destroy(m->installer);
	core_destroy(m->core);
	verifier_destroy(m->verifier);
	m->files->ops->close(m->files);
	m->store->ops->close(m->store);
	arena_destroy(m->scratch);
	m->running = false;
}

/* From a file that somebody brings. One that comes while another is being installed is brought
 * again. */
static void bring(struct member *m)
{
	struct installation what = { .from = "a file" };
	struct directory_sink sink;
	const struct directory *d;

	if (m->brought == 0 || installer_busy(m->installer))
		return;
	d = &m->world->versions[m->brought - 1].directory;
	m->brought = 0;
	what.spool = spool_new(NULL);
	assert(what.spool != NULL);
	sink = spool_sink(what.spool);
	assert(directory_append_head(sink, d->head.head, 0) == ERR_OK);
	for (uint32_t i = 0; i < d->entry_count; i++)
		assert(directory_append_field(sink, DIRECTORY_FIELD_ENTRY, d->entries[i].entry) ==
		       ERR_OK);
	assert(installer_begin(m->installer, &what) == ERR_OK);
}

void member_install(struct member *m, uint64_t version)
{
	if (!m->running)
		return;
	if (version > m->brought)
		m->brought = version;
	bring(m);
	world_wake(m->world, m, 0);
}

void member_start(struct member *m)
{
	if (m->running)
		return;
	build(m);
	turn_set_committer(m->turn, disks_runner(m));
	core_set_targets(m->core, declares_table());
	check_forget_changes(m);
	if (m->world->year != NULL)
		year_due_rules(m->world, m);
	m->running = true;
	m->wake_ms = INT64_MAX;
	if (turn_boot(m->turn, member_now(m)) != ERR_OK) {
		member_crash(m);
		return;
	}
	if (core_directory_version(m->core) == 0)
		member_install(m, m->world->versions[0].parent[m->index] == NOT_THERE
				      ? m->world->version_count
				      : 1);
	else
		choose_key(m);
	/* The registry's neighbour has it from a file. */
	if (m->index == 0 && core_directory_version(m->core) < m->world->version_count)
		member_install(m, m->world->version_count);
	else if (core_directory_version(m->core) < m->handed)
		member_install(m, m->handed);
	world_wake(m->world, m, 0);
}

void member_stop(struct member *m)
{
	if (!m->running)
		return;
	disks_crash(m);
	tear_down(m);
	disks_after_crash(m);
	memory_disk_fail(m->disk, 0, ERR_OK, false);
	m->brought = 0;
	network_member_gone(m->world, m->index);
}

static int64_t restart_ms(struct world *w)
{
	if (w->small != NULL)
		return SMALL_RESTART_MS;
	return 1 + (int64_t)prng_below(&w->prng, RESTART_MOST_MS);
}

static void look_at_disk(struct member *m)
{
	check_directory(m->world, m);
	places_disk(m);
	/* whatever the moment: the counters are of the same commit as what they count */
	check_target(m->world, m);
	figures_after(m);
	check_figures(m->world, m);
	if (m->world->year == NULL) {
		check_feed(m->world, m);
		check_chain(m->world, m);
		check_followed(m->world, m);
	}
}

void member_crash(struct member *m)
{
	if (!m->running)
		return;
	disks_crash(m);
	tear_down(m);
	disks_after_crash(m);
	memory_disk_fail(m->disk, 0, ERR_OK, false);
	m->brought = 0;
	m->version_seen = 0;
	rewrites_after_crash(m);
	if (!damages_are(m)) /* a record that cannot be read is counted nowhere */
		look_at_disk(m);
	damages_after_crash(m);
	network_member_gone(m->world, m->index);
	world_schedule(m->world,
		       (struct sim_event){ .at_ms = m->world->now_ms + restart_ms(m->world),
					   .kind = SIM_RESTART,
					   .member = m->index });
}

/* An operator who cannot leave the windows alone, in every fourth seed: what was promised must
 * hold, whatever comes after it. */
static void change_windows(struct member *m)
{
	struct link_view v;

	if (m->world->seed % 4 != 0 || !prng_chance(&m->world->prng, 50))
		return;
	for (uint32_t i = 0; core_link(m->core, i, &v); i++) {
		core_set_window(m->core, v.neighbour, 1 + prng_below(&m->world->prng, 64),
				(uint64_t)ENVELOPE_MAX_BYTES << prng_below(&m->world->prng, 3));
		bulk_set_window(m->bulk, v.neighbour, prng_below(&m->world->prng, 256 * 1024));
	}
}

/* As daemon/scrub.c and daemon/repair.c do each second. */
static void mend(struct member *m)
{
	struct store_figures figures;

	m->store->ops->figures(m->store, &figures);
	core_set_unsound(m->core, figures.unsound);
	if (m->world->canary != CANARY_LEAVES_DAMAGE)
		repair_second(&m->repair, m->world->now_ms);
}

/* What the loop does between turns, while none is quiet. */
static void between_turns(struct member *m)
{
	check_follow(m);
	places_turn(m);
	m->version_seen = m->world->midnight ? member_version(m) : 0;
	if (turn_is_quiet(m->turn))
		return;
	if (m->world->recalls)
		recalls_look(m);
	bring(m);
	download_go_on(m->follow);
	installer_go_on(m->installer);
	garbage_due(m->garbage, m->world->now_ms);
	if (m->world->damaging)
		mend(m);
}

/* A commit that is under way wakes it when it lands. */
static int64_t next_wake_ms(const struct member *m)
{
	int64_t now_ms = m->world->now_ms;
	int64_t deadline_ms = core_deadline_ms(m->core) - m->world->skipped_ms;

	if (m->writing == NULL && inbox_count(m->inbox) > 0)
		return 0;
	if (m->writing == NULL && turn_open(m->turn).events > 0)
		return 1;
	return deadline_ms > now_ms ? deadline_ms - now_ms : 1;
}

void member_turn(struct member *m)
{
	unsigned rounds = 0, left;

	m->wake_ms = INT64_MAX;
	change_windows(m);
	do {
		figures_before(m);
		if (m->world->mandates)
			mandates_blind(m);
		left = inbox_count(m->inbox);
		if (turn_run(m->turn, member_now(m), disks_pace(m->world)) != ERR_OK) {
			member_crash(m); /* any failed turn ends the process */
			return;
		}
		figures_after(m);
		between_turns(m);
	} while (m->running && inbox_count(m->inbox) > 0 &&
		 (m->writing == NULL || inbox_count(m->inbox) != left) && ++rounds < 64);
	if (!m->running)
		return;
	if (!turn_is_quiet(m->turn))
		bulk_tick(m->bulk, member_now(m));
	world_wake(m->world, m, next_wake_ms(m));
}

void member_free(struct member *m)
{
	if (m->running)
		tear_down(m);
	signer_destroy(m->signer);
	memory_disk_destroy(m->disk);
	memory_disk_destroy(m->before);
	memory_files_disk_destroy(m->files_disk);
}

bool member_get(const struct member *m, struct arena *a, enum family family, struct key key,
		struct record *out)
{
	struct lookup l;
	struct store *s;
	enum err e;

	/* A store of its own over the same disk: what is committed, whatever the process
	 * believes. */
	assert(store_memory_open(m->disk, &s) == ERR_OK);
	l = s->ops->lookup(s);
	e = l.get(l.ctx, a, family, &key, out);
	s->ops->close(s);
	return e == ERR_OK;
}

uint64_t member_version(const struct member *m)
{
	struct lookup l = m->store->ops->lookup(m->store);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct arena *a = arena_new(1 << 20);
	uint64_t version = 0;
	struct record r;

	assert(a != NULL && m->running);
	if (l.last(l.ctx, a, FAMILY_DIRECTORY, &scan, &r) == ERR_OK &&
	    !key_parse_number(&scan.at, &version))
		version = 0;
	arena_destroy(a);
	return version;
}
