/* Builds a daemon in order, tears it down in reverse; see daemon.h. */
#include "daemon/daemon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/acts.h"
#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "daemon/base/systemd.h"
#include "daemon/base/version.h"
#include "daemon/files/disk.h"
#include "daemon/loop.h"
#include "daemon/outbox.h"
#include "daemon/store/lmdb.h"
#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/directory.h"
#include "proto/verifier.h"

enum {
	PATH_BYTES = CONFIG_PATH_MAX + sizeof "/restored",
	KEYS_ARENA_BYTES = 1 << 20,
	SCRATCH_BYTES = 8 << 20,
	KEY_FILE_MAX_BYTES = 64 * 1024,
	PARALLEL = 8
};

struct daemon {
	struct config config;
	int64_t up_since_ms;
	/* keys, and what the directory says */
	struct own_keys own_keys;
	struct in_force in_force;
	struct install_parts install; /* the file of the configuration */
	struct arena *keys;	      /* of what was read from files */
	struct blob registry_root_der;
	/* parts, in the order they are built */
	void *zmq;
	struct store *store;
	struct files *files;
	struct tables_store tables;
	struct core *core;
	struct keyring *keyring;
	struct verifier *verifier;
	struct workers *verify_workers, *file_workers, *commit_worker, *backup_worker;
	struct inbox *inbox;
	struct sequencer *sequencer;
	struct outbox *outbox;
	struct turn *turn;
	struct links *links;
	struct bulk *bulk;
	struct garbage *garbage;
	struct backup *backup;
	struct installer *installer;
	struct download *download;
	struct live_events *events;
	struct control *control;
	int signals; /* signals_open */
	/* what the loop calls, made of the parts above */
	struct arena *sent, *received; /* a frame each */
	struct acts acts;
	struct dispatch dispatch;
	struct frozen frozen;
	struct upkeep upkeep;
	struct reload_parts reload;
	bool stopping;
};

/* ---- files that are read at start ---- */

static enum err read_keys(struct daemon *d)
{
	struct blob pem;
	enum err e;

	d->own_keys.config = d->in_force.config = d->install.config = &d->config;
	d->in_force.keys = &d->own_keys;
	e = own_keys_open(&d->own_keys);
	d->keys = arena_new(KEYS_ARENA_BYTES);
	if (e == ERR_OK && d->keys == NULL)
		e = ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = file_read(d->keys, d->config.registry_root, KEY_FILE_MAX_BYTES, &pem);
	if (e != ERR_OK)
		return e;
	e = certificate_from_pem(d->keys, pem, &d->registry_root_der);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "registry-root-invalid", "path=%s", d->config.registry_root);
	return e;
}

static enum err read_tables(struct daemon *d)
{
	struct config_errors *errors = calloc(1, sizeof *errors);
	enum err e = errors == NULL ? ERR_NO_MEMORY : tables_renew(&d->tables, &d->config, errors);

	if (e == ERR_CONFIG)
		log_event(LOG_ERROR, "table-refused", "errors=%u first=\"%s\"", errors->count,
			  errors->list[0].text);
	free(errors);
	return e;
}

/* ---- store ---- */

/* One store, one committee: another's would be taken for a crash of the wrong one. */
static enum err claim_store(struct daemon *d)
{
	struct lookup l = d->store->ops->lookup(d->store);
	struct key key = key_name("committee");
	struct record r = { .family = FAMILY_META };
	struct plan *p;
	enum err e;

	arena_reset(d->received);
	e = l.get(l.ctx, d->received, FAMILY_META, &key, &r);
	if (e == ERR_OK) {
		if (r.u.note.bytes.len_bytes == strlen(d->config.committee.text) &&
		    memcmp(r.u.note.bytes.data, d->config.committee.text,
			   r.u.note.bytes.len_bytes) == 0)
			return ERR_OK;
		log_event(LOG_ERROR, "store-of-another-committee", "committee=%.*s",
			  (int)r.u.note.bytes.len_bytes, (const char *)r.u.note.bytes.data);
		return ERR_CONFIG;
	}
	if (e == ERR_DAMAGED) /* of another committee it would be by two faults at once */
		log_event(LOG_WARNING, "store-claimed-anew", "committee=%s",
			  d->config.committee.text);
	else if (e != ERR_NOT_FOUND)
		return e;
	p = plan_new(l);
	if (p == NULL)
		return ERR_NO_MEMORY;
	memset(&r, 0, sizeof r);
	r.family = FAMILY_META;
	r.u.note.bytes = (struct blob){ (const uint8_t *)d->config.committee.text,
					strlen(d->config.committee.text) };
	plan_put(p, key, &r);
	e = d->store->ops->commit(d->store, p);
	plan_destroy(p);
	return e;
}

static enum err open_store(struct daemon *d)
{
	struct store_lmdb_config config = { .directory = d->config.data,
					    .map_bytes = d->config.map_bytes,
					    .reserve_bytes = d->config.reserve_bytes,
					    .submit_reserve_bytes = d->config.reserve_bytes / 4 };
	enum err e = store_lmdb_open(&config, &d->store);

	if (e == ERR_OK)
		e = claim_store(d);
	if (e == ERR_OK)
		e = kept_mend(d->store, &d->config, directory_trust_root(&d->registry_root_der));
	if (e == ERR_OK)
		e = files_disk_open(d->config.data, &d->files);
	if (e == ERR_OK)
		e = d->store->ops->room(d->store, &d->upkeep.room);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "store-not-opened", "path=%s error=VT-%d", d->config.data,
			  (int)e);
	return e;
}

/* ---- core ---- */

/* With the parts that there are: before the turn of the boot, and again when all are built. */
static void join_acts(struct daemon *d)
{
	d->acts = (struct acts){ .core = d->core,
				 .inbox = d->inbox,
				 .links = d->links,
				 .sequencer = d->sequencer,
				 .bulk = d->bulk,
				 .garbage = d->garbage,
				 .installer = d->installer,
				 .in_force = &d->in_force,
				 .events = d->events,
				 .control = d->control,
				 .scratch = d->sent,
				 .stopping = &d->stopping };
}

static void follow_plan(void *ctx, const struct plan *p)
{
	struct daemon *d = ctx;

	if (d->control != NULL)
		control_follow(d->control, p);
}

/* A start that ends with what is not there, or cannot be read, says what that is. */
static void name_missed(struct daemon *d, enum err e)
{
	char hex[2 * KEY_MAX_BYTES + 1] = "";
	enum family family;
	struct key key;

	if ((e != ERR_NOT_FOUND && e != ERR_DAMAGED) ||
	    !d->store->ops->missed(d->store, &family, &key))
		return;
	for (unsigned i = 0; i < key.len_bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", key.bytes[i]);
	log_event(LOG_ERROR, e == ERR_DAMAGED ? "needed-record-damaged" : "needed-record-missing",
		  "path=%s/store/data.mdb family=%s key=%s text=\"%s\" todo=%s", d->config.data,
		  family_name(family), hex,
		  err_text(e == ERR_DAMAGED ? ERR_DAMAGED : ERR_RECORDS_MISSING),
		  err_fix(ERR_STORE_DAMAGED));
}

/* The file that says of a data folder that it was made from a backup, or salvaged. */
static const char *restored_path(const struct daemon *d, char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "%s/restored", d->config.data);
	return path;
}

static bool is_restored(const struct daemon *d)
{
	char path[PATH_BYTES];

	return access(restored_path(d, path), F_OK) == 0;
}

/* The store knows it now. Should the file be there once more, it is asked for once more what its
 * neighbours hold. */
static void forget_restored(const struct daemon *d)
{
	char path[PATH_BYTES];

	if (!is_restored(d))
		return;
	log_event(LOG_WARNING, "store-restored", "file=%s", restored_path(d, path));
	if (unlink(path) != 0)
		log_event(LOG_WARNING, "file-not-removed", "file=%s text=\"%s\"", path,
			  strerror(errno));
}

static enum err open_core(struct daemon *d)
{
	struct core_config config = { .self = d->config.committee,
				      .credit_messages = d->config.credit_messages,
				      .credit_bytes = d->config.credit_bytes,
				      .relay_retention_ms = d->config.relay_retention_ms,
				      .expire_ms = d->config.expire_ms,
				      .restored = is_restored(d),
				      .drop_recalled = config_drops_recalled(&d->config),
				      .attachment_max_bytes = d->config.attachment_max_bytes,
				      .feed_keep_ms = d->config.feed_keep_ms,
				      .feed_keep_count = d->config.feed_count,
				      .chain_step = digest_chain_step,
				      .digest_of = digest_of,
				      .answered_by = seal_peek_answered,
				      .signed_with = seal_peek_key };
	struct lookup lookup = d->store->ops->lookup(d->store);
	struct deadline_rules deadlines = tables_deadlines(&d->tables.now, &d->config);
	struct store_figures figures;
	uint8_t seed[32];
	enum err e = clock_random(seed, sizeof seed);

	if (e != ERR_OK)
		return e;
	d->core = core_new(&config);
	d->keyring = keyring_new(lookup);
	d->verifier = d->keyring == NULL ? NULL : verifier_new(keyring_source(d->keyring));
	d->inbox = inbox_new();
	if (d->core == NULL || d->verifier == NULL || d->inbox == NULL)
		return ERR_NO_MEMORY;
	d->own_keys.core = d->in_force.core = d->core;
	d->own_keys.lookup = d->in_force.lookup = lookup;
	d->in_force.keyring = d->keyring;
	d->in_force.verifier = d->verifier;
	core_seed(d->core, seed);
	d->store->ops->figures(d->store, &figures);
	core_set_unsound(d->core, figures.unsound);
	core_set_deadlines(d->core, &deadlines);
	core_set_doctypes(d->core, &d->tables.now.types);
	core_set_targets(d->core, &d->tables.now.targets);
	core_set_retention(d->core, &d->tables.now.retention);
	core_set_excluded(d->core, &d->config.excluded);
	core_set_room(d->core,
		      (struct core_room){ d->upkeep.room.submissions, d->upkeep.room.documents,
					  d->upkeep.room.facts, d->upkeep.room.why,
					  d->upkeep.room.left_bytes, d->upkeep.room.left_why });
	d->outbox = outbox_new(d->core, lookup, acts_outbox_ops(&d->acts));
	if (d->outbox == NULL)
		return ERR_NO_MEMORY;
	d->turn = turn_new(&(struct turn_parts){ .core = d->core,
						 .store = d->store,
						 .signer = d->own_keys.signer,
						 .outbox = d->outbox,
						 .inbox = d->inbox,
						 .files = d->files,
						 .committed = follow_plan,
						 .ctx = d });
	d->own_keys.turn = d->turn;
	if (d->turn == NULL)
		return ERR_NO_MEMORY;
	join_acts(d);
	e = turn_boot(d->turn, clock_now());
	name_missed(d, e);
	if (e == ERR_OK)
		forget_restored(d);
	return e;
}

/* ---- sockets ---- */

static void count_figures(void *ctx, struct control_figures *out)
{
	struct daemon *d = ctx;
	struct turn_figures t = turn_figures(d->turn);

	*out = (struct control_figures){ .up_since_ms = d->up_since_ms,
					 .turns = t.turns,
					 .commits = t.commits,
					 .signatures = own_keys_signatures(&d->own_keys),
					 .documents_taken = t.documents_taken,
					 .facts_taken = t.facts_taken,
					 .file_syncs = d->files->ops->syncs(d->files),
					 .descriptors_short = links_descriptors_short(d->links),
					 .frozen = d->frozen.why,
					 .contents_looked = d->upkeep.scrub_files.figures.looked,
					 .contents_wrong = d->upkeep.scrub_files.figures.wrong,
					 .contents_at_ms = d->upkeep.scrub_files.figures.ended_ms };
}

static bool key_in_use(void *ctx, const uint8_t public_key[32])
{
	return own_keys_in_use(&((const struct daemon *)ctx)->own_keys, public_key);
}

static int64_t wall_ms(void *ctx)
{
	(void)ctx;
	return clock_now().wall_ms;
}

static enum err open_links(struct daemon *d)
{
	struct links_config config = { .self = d->config.committee,
				       .key_count = d->own_keys.link_count,
				       .known = in_force_known,
				       .ctx = &d->in_force };
	struct arena *a = arena_new(64 << 20);
	struct link_peer *peers;
	unsigned count;
	enum err e =
		a == NULL ? ERR_NO_MEMORY : in_force_find_peers(&d->in_force, a, &peers, &count);

	memcpy(config.keys, d->own_keys.links_in_force, sizeof config.keys);
	if (e == ERR_OK)
		e = links_open(d->zmq, &config, peers, count, &d->links);
	explicit_bzero(&config, sizeof config);
	d->own_keys.links = d->in_force.links = d->links;
	arena_destroy(a);
	return e;
}

/* 0: nobody has said how many. */
static unsigned threads(unsigned said, unsigned fitting)
{
	return said != 0 ? said : fitting;
}

static enum err open_transfer(struct daemon *d)
{
	struct bulk_config bulk = { .window_bytes = d->config.bulk_window_bytes,
				    .parallel = PARALLEL,
				    .attachment_max_bytes = d->config.attachment_max_bytes };
	struct bulk_ops ops = acts_bulk_ops(&d->acts);
	struct sequencer_parts parts = { .inbox = d->inbox,
					 .violation = acts_violation,
					 .ctx = &d->acts,
					 .opener = { .verifier = d->verifier,
						     .self = d->config.committee,
						     .directory_version =
							     core_directory_version(d->core) } };

	d->verify_workers = workers_new(
		threads(d->config.verify_workers, workers_checking(workers_processors())),
		"verify");
	d->file_workers = workers_new(
		threads(d->config.file_workers, workers_waiting(workers_processors())), "files");
	d->commit_worker = workers_new(1, "commit");
	d->backup_worker = workers_new(1, "backup");
	if (d->verify_workers == NULL || d->file_workers == NULL || d->commit_worker == NULL ||
	    d->backup_worker == NULL)
		return ERR_NO_MEMORY;
	parts.runner = workers_runner(d->verify_workers);
	d->sequencer = sequencer_new(&parts);
	d->bulk = bulk_new(&bulk, &ops, d->store->ops->lookup(d->store), d->files,
			   workers_runner(d->file_workers));
	d->garbage = garbage_new(&(struct garbage_parts){ .files = d->files,
							  .lookup = d->store->ops->lookup(d->store),
							  .runner = workers_runner(d->file_workers),
							  .may_drop = acts_may_drop,
							  .dropped = acts_dropped,
							  .ctx = &d->acts });
	d->installer = installer_new(
		&(struct installer_parts){ .core = d->core,
					   .inbox = d->inbox,
					   .lookup = d->store->ops->lookup(d->store),
					   .runner = workers_runner(d->file_workers),
					   .folder = d->config.data,
					   .trust = directory_trust_root(&d->registry_root_der) });
	if (d->garbage == NULL || d->installer == NULL)
		return ERR_NO_MEMORY;
	d->download = download_new(
		&(struct download_parts){ .installer = d->installer,
					  .core = d->core,
					  .inbox = d->inbox,
					  .folder = d->config.data,
					  .trust = directory_trust_root(&d->registry_root_der) });
	d->in_force.sequencer = d->sequencer;
	d->in_force.bulk = d->bulk;
	if (d->sequencer == NULL || d->bulk == NULL || d->download == NULL)
		return ERR_NO_MEMORY;
	windows_set(&d->config, d->core, d->bulk);
	return ERR_OK;
}

static int64_t now_wall_ms(void)
{
	return clock_now().wall_ms;
}

static enum err open_backup(struct daemon *d)
{
	d->backup = backup_new(&(struct backup_parts){ .config = &d->config,
						       .store = d->store,
						       .files = d->files,
						       .garbage = d->garbage,
						       .runner = workers_runner(d->backup_worker),
						       .open_copy = store_lmdb_copy_open,
						       .wall_ms = now_wall_ms });
	return d->backup == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static enum err open_control(struct daemon *d)
{
	struct control_parts parts = { .config = &d->config,
				       .core = d->core,
				       .store = d->store,
				       .tables = &d->tables.now,
				       .files = d->files,
				       .garbage = d->garbage,
				       .backup = d->backup,
				       .bulk = d->bulk,
				       .verifier = d->verifier,
				       .inbox = d->inbox,
				       .runner = workers_runner(d->file_workers),
				       .installer = d->installer,
				       .registry_root_der = d->registry_root_der,
				       .key_in_use = key_in_use,
				       .figures = count_figures,
				       .wall_ms = wall_ms,
				       .ctx = d };

	return control_open(&parts, &d->control);
}

static enum err open_events(struct daemon *d)
{
	if (mkdir(d->config.run, 0755) != 0 && errno != EEXIST) {
		log_event(LOG_ERROR, "run-folder-failed", "path=%s errno=%d", d->config.run, errno);
		return ERR_SYSTEM;
	}
	return live_events_open(d->zmq, &d->config, &d->events);
}

static enum err open_directory(struct daemon *d)
{
	d->install.core = d->core;
	d->install.installer = d->installer;
	d->install.turn = d->turn;
	return install_file(&d->install);
}

static enum err open_signals(struct daemon *d)
{
	return signals_open(&d->signals);
}

static enum err open_zmq(struct daemon *d)
{
	d->zmq = zmq_ctx_new();
	if (d->zmq == NULL)
		return ERR_NO_MEMORY;
	return zmq_ctx_set(d->zmq, ZMQ_BLOCKY, 0) == 0 && zmq_ctx_set(d->zmq, ZMQ_IPV6, 1) == 0 &&
			       zmq_ctx_set(d->zmq, ZMQ_MAX_SOCKETS, 1023) == 0
		       ? ERR_OK
		       : ERR_SYSTEM;
}

/* ---- what the loop calls ---- */

static enum err join_duties(struct daemon *d)
{
	join_acts(d);
	d->dispatch = (struct dispatch){ .links = d->links,
					 .sequencer = d->sequencer,
					 .bulk = d->bulk,
					 .download = d->download,
					 .core = d->core,
					 .inbox = d->inbox,
					 .acts = &d->acts,
					 .scratch = d->received };
	d->upkeep = (struct upkeep){ .store = d->store,
				     .files = d->files,
				     .bulk = d->bulk,
				     .control = d->control,
				     .events = d->events,
				     .garbage = d->garbage,
				     .backup = d->backup,
				     .own_keys = &d->own_keys,
				     .in_force = &d->in_force,
				     .install = &d->install,
				     .scrub = { .store = d->store,
						.core = d->core,
						.runner = workers_runner(d->file_workers),
						.every_ms = &d->config.scrub_every_ms,
						.stop = &d->stopping },
				     .scrub_files = { .store = d->store,
						      .files = d->files,
						      .inbox = d->inbox,
						      .runner = workers_runner(d->file_workers),
						      .data = d->config.data,
						      .every_ms = &d->config.scrub_every_ms,
						      .stop = &d->stopping },
				     .kept = { .store = d->store,
					       .runner = workers_runner(d->file_workers),
					       .trust = directory_trust_root(&d->registry_root_der),
					       .data = d->config.data },
				     .repair = { .store = d->store,
						 .core = d->core,
						 .inbox = d->inbox,
						 .runner = workers_runner(d->file_workers),
						 .stop = &d->stopping },
				     .memory = { .store = d->store,
						 .control = d->control,
						 .links = d->links,
						 .turn = d->turn },
				     .room = d->upkeep.room };
	d->frozen.links = d->links;
	d->frozen.control = d->control;
	d->reload = (struct reload_parts){ .config = &d->config,
					   .core = d->core,
					   .store = d->store,
					   .tables = &d->tables,
					   .bulk = d->bulk,
					   .own_keys = &d->own_keys,
					   .install = &d->install };
	return ERR_OK;
}

static enum err build(struct daemon *d)
{
	/* The directory last: what its turn does needs everything else. */
	enum err (*const steps[])(struct daemon *) = { read_keys,     read_tables,  open_signals,
						       open_zmq,      open_store,   open_core,
						       open_transfer, open_links,   open_backup,
						       open_events,   open_control, join_duties,
						       open_directory };
	enum err e = ERR_OK;

	d->up_since_ms = clock_now().wall_ms;
	d->sent = arena_new(SCRATCH_BYTES);
	d->received = arena_new(SCRATCH_BYTES);
	if (d->sent == NULL || d->received == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < sizeof steps / sizeof steps[0]; i++)
		e = steps[i](d);
	if (e == ERR_OK) {
		own_keys_choose(&d->own_keys);
		/* from here on the loop collects jobs */
		turn_set_runner(d->turn, workers_runner(d->verify_workers));
		turn_set_committer(d->turn, workers_runner(d->commit_worker));
	}
	return e;
}

int daemon_backup(const struct config *config, struct backup_order *order)
{
	order->config = config;
	order->open_copy = store_lmdb_copy_open;
	return backup_offline(order);
}

enum err daemon_open(const struct config *config, struct daemon **out)
{
	struct daemon *d = calloc(1, sizeof *d);
	enum err e;

	*out = NULL;
	if (d == NULL)
		return ERR_NO_MEMORY;
	d->signals = -1;
	d->config = *config;
	e = build(d);
	if (e != ERR_OK) {
		daemon_close(d);
		return e;
	}
	*out = d;
	return ERR_OK;
}

enum err daemon_run(struct daemon *d)
{
	struct loop_parts parts = { .config = &d->config,
				    .verify_workers = d->verify_workers,
				    .file_workers = d->file_workers,
				    .commit_worker = d->commit_worker,
				    .backup_worker = d->backup_worker,
				    .signals = d->signals,
				    .core = d->core,
				    .turn = d->turn,
				    .inbox = d->inbox,
				    .links = d->links,
				    .sequencer = d->sequencer,
				    .bulk = d->bulk,
				    .control = d->control,
				    .installer = d->installer,
				    .download = d->download,
				    .dispatch = &d->dispatch,
				    .reload = &d->reload,
				    .upkeep = &d->upkeep,
				    .frozen = &d->frozen,
				    .stopping = &d->stopping };

	log_event(LOG_INFO, "started", "committee=%s version=%s directory_version=%llu",
		  d->config.committee.text, VANTHU_VERSION,
		  (unsigned long long)core_directory_version(d->core));
	systemd_ready();
	return loop_run(&parts);
}

void daemon_close(struct daemon *d)
{
	if (d == NULL)
		return;
	if (d->links != NULL)
		links_bye(d->links);
	installer_stop(d->installer);
	backup_stop(d->backup);
	/* Jobs first: they hold clients, uploads and transfers. */
	workers_destroy(d->verify_workers);
	workers_destroy(d->file_workers);
	workers_destroy(d->commit_worker);
	workers_destroy(d->backup_worker);
	control_close(d->control);
	live_events_close(d->events);
	bulk_destroy(d->bulk);
	download_destroy(d->download);
	links_close(d->links);
	turn_destroy(d->turn);
	outbox_destroy(d->outbox);
	inbox_destroy(d->inbox);
	backup_destroy(d->backup);
	repair_end(&d->upkeep.repair);
	garbage_destroy(d->garbage); /* what was waiting has released its contents */
	installer_destroy(d->installer);
	sequencer_destroy(d->sequencer);
	verifier_destroy(d->verifier);
	keyring_destroy(d->keyring);
	core_destroy(d->core);
	tables_free(&d->tables);
	if (d->files != NULL)
		d->files->ops->close(d->files);
	if (d->store != NULL)
		d->store->ops->close(d->store); /* before the context (docs/TRAPS.md §1.7) */
	if (d->zmq != NULL)
		zmq_ctx_term(d->zmq);
	if (d->signals >= 0)
		close(d->signals);
	own_keys_close(&d->own_keys);
	arena_destroy(d->keys);
	arena_destroy(d->received);
	arena_destroy(d->sent);
	free(d);
}
