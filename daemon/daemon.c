/* Builds a daemon in order, tears it down in reverse; see daemon.h. */
#include "daemon/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "proto/digest.h"
#include "proto/directory.h"
#include "routing/id.h"

enum { KEYS_ARENA_BYTES = 1 << 20, SCRATCH_BYTES = 8 << 20, KEY_FILE_MAX_BYTES = 64 * 1024, DIRECTORY_FILE_MAX_BYTES = 64 << 20, PARALLEL = 8 };

/* ---- files that are read at start ---- */

static enum err read_file(struct arena *a, const char *path, size_t max_bytes, struct blob *out)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	uint8_t *bytes;
	enum err e = ERR_FILE;

	if (f == NULL) {
		log_event(LOG_ERROR, "file-unreadable", "path=%s errno=%d", path, errno);
		return ERR_FILE;
	}
	if (fstat(fileno(f), &st) == 0 && st.st_size >= 0 && (size_t)st.st_size <= max_bytes &&
	    (bytes = arena_alloc(a, (size_t)st.st_size + 1)) != NULL) {
		*out = (struct blob){ bytes, fread(bytes, 1, (size_t)st.st_size, f) };
		e = ferror(f) == 0 ? ERR_OK : ERR_FILE;
	}
	fclose(f);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "file-unreadable", "path=%s", path);
	return e;
}

static enum err read_signing_key(struct daemon *d)
{
	struct blob pem;
	enum err e = read_file(d->keys, d->config.signing_key, KEY_FILE_MAX_BYTES, &pem);

	if (e != ERR_OK)
		return e;
	e = signer_from_pem(pem, &d->signer);
	OPENSSL_cleanse((void *)(uintptr_t)pem.data, pem.len_bytes);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "signing-key-invalid", "path=%s", d->config.signing_key);
	return e;
}

static enum err read_link_key(struct daemon *d)
{
	struct blob text;
	enum err e = read_file(d->keys, d->config.link_key, KEY_FILE_MAX_BYTES, &text);

	if (e != ERR_OK)
		return e;
	while (text.len_bytes > 0 && (text.data[text.len_bytes - 1] == '\n' || text.data[text.len_bytes - 1] == '\r'))
		text.len_bytes--;
	e = ERR_CERTIFICATE;
	if (text.len_bytes == sizeof d->link_keys.link_secret - 1) {
		memcpy(d->link_keys.link_secret, text.data, text.len_bytes);
		if (zmq_curve_public(d->link_keys.link_public, d->link_keys.link_secret) == 0 &&
		    zmq_z85_decode(d->link_public, d->link_keys.link_public) != NULL)
			e = ERR_OK;
	}
	OPENSSL_cleanse((void *)(uintptr_t)text.data, text.len_bytes);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "link-key-invalid", "path=%s", d->config.link_key);
	return e;
}

static enum err read_keys(struct daemon *d)
{
	struct blob pem;
	enum err e;

	d->keys = arena_new(KEYS_ARENA_BYTES);
	if (d->keys == NULL)
		return ERR_NO_MEMORY;
	e = read_signing_key(d);
	if (e == ERR_OK)
		e = read_link_key(d);
	if (e == ERR_OK)
		e = read_file(d->keys, d->config.registry_root, KEY_FILE_MAX_BYTES, &pem);
	if (e != ERR_OK)
		return e;
	e = certificate_from_pem(d->keys, pem, &d->registry_root_der);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "registry-root-invalid", "path=%s", d->config.registry_root);
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

	arena_reset(d->scratch);
	e = l.get(l.ctx, d->scratch, FAMILY_META, &key, &r);
	if (e == ERR_OK) {
		if (r.u.note.bytes.len_bytes == strlen(d->config.committee.text) &&
		    memcmp(r.u.note.bytes.data, d->config.committee.text, r.u.note.bytes.len_bytes) == 0)
			return ERR_OK;
		log_event(LOG_ERROR, "store-of-another-committee", "committee=%.*s", (int)r.u.note.bytes.len_bytes,
			  (const char *)r.u.note.bytes.data);
		return ERR_CONFIG;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	p = plan_new(l);
	if (p == NULL)
		return ERR_NO_MEMORY;
	memset(&r, 0, sizeof r);
	r.family = FAMILY_META;
	r.u.note.bytes = (struct blob){ (const uint8_t *)d->config.committee.text, strlen(d->config.committee.text) };
	plan_put(p, key, &r);
	e = d->store->ops->commit(d->store, p);
	plan_destroy(p);
	return e;
}

static enum err open_store(struct daemon *d)
{
	struct store_lmdb_config config = { .directory = d->config.data, .map_bytes = d->config.map_bytes,
					    .reserve_bytes = d->config.reserve_bytes, .submit_reserve_bytes = d->config.reserve_bytes / 4 };
	enum err e = store_lmdb_open(&config, &d->store);

	if (e == ERR_OK)
		e = claim_store(d);
	if (e == ERR_OK)
		e = files_open(d->config.data, &d->files);
	if (e == ERR_OK)
		e = d->store->ops->room(d->store, &d->room);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "store-not-opened", "path=%s error=VT-%d", d->config.data, (int)e);
	return e;
}

/* ---- core ---- */

static enum err open_core(struct daemon *d)
{
	struct core_config config = { .self = d->config.committee, .credit_messages = d->config.credit_messages,
				      .credit_bytes = d->config.credit_bytes, .relay_retention_ms = d->config.relay_retention_ms,
				      .expire_ms = d->config.expire_ms, .attachment_max_bytes = d->config.attachment_max_bytes,
				      .chain_step = digest_chain_step };
	struct lookup lookup = d->store->ops->lookup(d->store);
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
	core_seed(d->core, seed);
	core_set_room(d->core, d->room.submissions, d->room.documents, d->room.facts);
	d->outbox = outbox_new(d->core, lookup, daemon_outbox_ops(d));
	if (d->outbox == NULL)
		return ERR_NO_MEMORY;
	d->turn = turn_new(&(struct turn_parts){ .core = d->core, .store = d->store, .signer = d->signer, .outbox = d->outbox,
						 .inbox = d->inbox });
	return d->turn == NULL ? ERR_NO_MEMORY : turn_boot(d->turn, clock_now());
}

/* ---- the directory ---- */

static int newest_first(const void *a, const void *b)
{
	const struct key_entry *const *x = a, *const *y = b;

	return (*x)->from_ms > (*y)->from_ms ? -1 : (*x)->from_ms < (*y)->from_ms;
}

static void fill_peer(const struct rec_committee *c, bool superior, int64_t wall_ms, struct link_peer *out)
{
	const struct key_entry *good[64];
	unsigned count = 0;

	memset(out, 0, sizeof *out);
	out->committee = c->id;
	out->superior = superior;
	snprintf(out->endpoint, sizeof out->endpoint, "%s", c->endpoint);
	for (uint32_t i = 0; i < c->key_count && count < 64; i++) {
		const struct key_entry *k = &c->keys[i];

		if (k->use == KEY_USE_LINK && wall_ms + CLOCK_TOLERANCE_MS >= k->from_ms && (k->to_ms == 0 || wall_ms <= k->to_ms) &&
		    (k->revoked_from_ms == 0 || wall_ms < k->revoked_from_ms))
			good[count++] = k;
	}
	qsort(good, count, sizeof good[0], newest_first);
	for (unsigned i = 0; i < count && i < 4; i++)
		memcpy(out->keys[out->key_count++], good[i]->public_key, 32);
}

static enum err find_peers(struct daemon *d, struct arena *a, struct link_peer **out, unsigned *count)
{
	struct lookup l = d->store->ops->lookup(d->store);
	int64_t wall_ms = clock_now().wall_ms;
	uint32_t links = core_link_count(d->core);
	struct link_view v;

	*count = 0;
	*out = arena_array(a, links, sizeof **out);
	if (*out == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < links && core_link(d->core, i, &v); i++) {
		struct key key = key_committee(v.neighbour);
		struct record r;
		enum err e = v.present ? l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r) : ERR_NOT_FOUND;

		if (e == ERR_OK)
			fill_peer(&r.u.committee, v.superior, wall_ms, &(*out)[(*count)++]);
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}

/* A key that the directory does not know signs what nobody takes: said at once, not by the first refusal. */
static void check_own_key(struct daemon *d)
{
	struct digest own = signer_key_id(d->signer);
	struct key_source source = keyring_source(d->keyring);
	struct key_info info;

	if (source.find(source.ctx, &own, &info) != ERR_OK || !id_equal(info.committee, d->config.committee))
		log_event(LOG_WARNING, "signing-key-not-in-directory", "committee=%s directory_version=%llu", d->config.committee.text,
			  (unsigned long long)core_directory_version(d->core));
}

enum err daemon_follow_directory(struct daemon *d)
{
	struct arena *a = arena_new(64 << 20);
	struct link_peer *peers = NULL;
	unsigned count = 0;
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	keyring_forget(d->keyring);
	verifier_forget(d->verifier);
	if (d->sequencer != NULL)
		sequencer_directory(d->sequencer, core_directory_version(d->core));
	if (e == ERR_OK)
		e = find_peers(d, a, &peers, &count);
	if (e == ERR_OK && d->links != NULL)
		e = links_set_peers(d->links, peers, count);
	if (d->bulk != NULL)
		daemon_set_windows(d);
	check_own_key(d);
	arena_destroy(a);
	return e;
}

static void release_arena(void *owner)
{
	arena_destroy(owner);
}

/* The directory file of the configuration, when the store has none or an older one. A bad one is told and passed over: what is in force stays. */
static enum err install_directory(struct daemon *d)
{
	struct event event = { .type = EVENT_DIRECTORY };
	struct directory *directory;
	struct arena *a;
	struct blob file;
	enum err e;

	if (d->config.directory[0] == '\0')
		return ERR_OK;
	a = arena_new((size_t)DIRECTORY_FILE_MAX_BYTES * 4);
	directory = a == NULL ? NULL : arena_alloc(a, sizeof *directory);
	if (directory == NULL) {
		arena_destroy(a);
		return ERR_NO_MEMORY;
	}
	e = read_file(a, d->config.directory, DIRECTORY_FILE_MAX_BYTES, &file);
	if (e == ERR_OK)
		e = directory_file_open(a, file, d->registry_root_der, directory);
	if (e != ERR_OK || directory->head.version <= core_directory_version(d->core)) {
		if (e != ERR_OK)
			log_event(LOG_ERROR, "directory-not-installed", "path=%s error=VT-%d", d->config.directory, (int)e);
		arena_destroy(a);
		return ERR_OK;
	}
	event.u.directory = (struct ev_directory){ .head = &directory->head, .entries = directory->entries,
						   .entry_count = directory->entry_count };
	e = inbox_push(d->inbox, &event, release_arena, a);
	if (e != ERR_OK) {
		arena_destroy(a);
		return e;
	}
	return turn_run(d->turn, clock_now());
}

/* ---- sockets ---- */

static void count_figures(void *ctx, struct control_figures *out)
{
	struct daemon *d = ctx;
	struct turn_figures t = turn_figures(d->turn);

	*out = (struct control_figures){ .up_since_ms = d->up_since_ms, .turns = t.turns, .commits = t.commits,
					 .signatures = signer_count(d->signer), .documents_taken = t.documents_taken,
					 .facts_taken = t.facts_taken };
}

static int64_t wall_ms(void *ctx)
{
	(void)ctx;
	return clock_now().wall_ms;
}

static enum err open_links(struct daemon *d)
{
	struct arena *a = arena_new(64 << 20);
	struct link_peer *peers;
	unsigned count;
	enum err e = a == NULL ? ERR_NO_MEMORY : find_peers(d, a, &peers, &count);

	d->link_keys.self = d->config.committee;
	d->link_keys.listen = d->config.listen;
	if (e == ERR_OK)
		e = links_open(d->zmq, &d->link_keys, peers, count, &d->links);
	arena_destroy(a);
	return e;
}

static enum err open_transfer(struct daemon *d)
{
	struct bulk_config bulk = { .window_bytes = d->config.bulk_window_bytes, .parallel = PARALLEL,
				    .attachment_max_bytes = d->config.attachment_max_bytes };
	struct bulk_ops ops = daemon_bulk_ops(d);
	struct sequencer_parts parts = { .inbox = d->inbox, .violation = daemon_violation, .ctx = d,
					 .opener = { .verifier = d->verifier, .self = d->config.committee,
						     .directory_version = core_directory_version(d->core) } };

	d->verify_workers = workers_new(d->config.verify_workers, "verify");
	d->file_workers = workers_new(d->config.file_workers, "files");
	if (d->verify_workers == NULL || d->file_workers == NULL)
		return ERR_NO_MEMORY;
	parts.runner = workers_runner(d->verify_workers);
	d->sequencer = sequencer_new(&parts);
	d->bulk = bulk_new(&bulk, &ops, d->store->ops->lookup(d->store), d->files, workers_runner(d->file_workers));
	if (d->sequencer == NULL || d->bulk == NULL)
		return ERR_NO_MEMORY;
	daemon_set_windows(d);
	return ERR_OK;
}

static enum err open_control(struct daemon *d)
{
	struct control_parts parts = { .config = &d->config, .core = d->core, .store = d->store, .files = d->files, .bulk = d->bulk,
				       .verifier = d->verifier, .inbox = d->inbox, .runner = workers_runner(d->file_workers),
				       .registry_root_der = d->registry_root_der, .key_id = signer_key_id(d->signer),
				       .figures = count_figures, .wall_ms = wall_ms, .ctx = d };

	memcpy(parts.link_public, d->link_public, sizeof parts.link_public);
	return control_open(&parts, &d->control);
}

static enum err open_events(struct daemon *d)
{
	if (mkdir(d->config.run, 0755) != 0 && errno != EEXIST) {
		log_event(LOG_ERROR, "run-folder-failed", "path=%s errno=%d", d->config.run, errno);
		return ERR_SYSTEM;
	}
	return events_open(d->zmq, &d->config, &d->events);
}

static enum err open_signals(struct daemon *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return ERR_SYSTEM;
	d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return d->signals < 0 ? ERR_SYSTEM : ERR_OK;
}

static enum err open_zmq(struct daemon *d)
{
	d->zmq = zmq_ctx_new();
	if (d->zmq == NULL)
		return ERR_NO_MEMORY;
	return zmq_ctx_set(d->zmq, ZMQ_BLOCKY, 0) == 0 && zmq_ctx_set(d->zmq, ZMQ_IPV6, 1) == 0 &&
	       zmq_ctx_set(d->zmq, ZMQ_MAX_SOCKETS, 1023) == 0 ? ERR_OK : ERR_SYSTEM;
}

enum err daemon_open(struct daemon *d, const struct config *config)
{
	/* The directory last: what its turn does needs everything else. */
	enum err (*const steps[])(struct daemon *) = { read_keys, open_signals, open_zmq, open_store,   open_core,
						       open_transfer, open_links, open_events, open_control, install_directory };
	enum err e = ERR_OK;

	memset(d, 0, sizeof *d);
	d->signals = -1;
	d->config = *config;
	d->up_since_ms = clock_now().wall_ms;
	d->scratch = arena_new(SCRATCH_BYTES);
	if (d->scratch == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < sizeof steps / sizeof steps[0]; i++)
		e = steps[i](d);
	if (e == ERR_OK)
		check_own_key(d);
	return e;
}

void daemon_close(struct daemon *d)
{
	if (d->links != NULL)
		links_bye(d->links);
	/* Jobs first: they hold clients, uploads and transfers. */
	workers_destroy(d->verify_workers);
	workers_destroy(d->file_workers);
	control_close(d->control);
	events_close(d->events);
	bulk_destroy(d->bulk);
	links_close(d->links);
	turn_destroy(d->turn);
	outbox_destroy(d->outbox);
	inbox_destroy(d->inbox);
	sequencer_destroy(d->sequencer);
	verifier_destroy(d->verifier);
	keyring_destroy(d->keyring);
	core_destroy(d->core);
	if (d->files != NULL)
		d->files->ops->close(d->files);
	if (d->store != NULL)
		d->store->ops->close(d->store); /* before the context (TRAPS, libzmq 10) */
	if (d->zmq != NULL)
		zmq_ctx_term(d->zmq);
	if (d->signals >= 0)
		close(d->signals);
	OPENSSL_cleanse(&d->link_keys, sizeof d->link_keys);
	signer_destroy(d->signer);
	arena_destroy(d->keys);
	arena_destroy(d->scratch);
}

void daemon_reload(struct daemon *d)
{
	struct config *fresh = malloc(sizeof *fresh);
	struct config_errors *errors = malloc(sizeof *errors);
	char restart[512];
	enum log_level level;
	enum err e;

	notify_reloading();
	e = fresh == NULL || errors == NULL ? ERR_NO_MEMORY : config_load(d->config.file, fresh, errors);
	if (e == ERR_OK) {
		config_reload(&d->config, fresh, restart, sizeof restart);
		if (log_level_parse(d->config.log_level, &level))
			log_open(level);
		core_set_policy(d->core, d->config.relay_retention_ms, d->config.expire_ms, d->config.attachment_max_bytes);
		daemon_set_windows(d);
		log_event(LOG_INFO, "reloaded", "file=%s needs_restart=%s", d->config.file, restart[0] == '\0' ? "none" : restart);
		e = install_directory(d);
		if (e != ERR_OK)
			d->stopping = true;
	} else {
		log_event(LOG_ERROR, "reload-refused", "file=%s errors=%u first=\"%u:%u %s\"", d->config.file, errors == NULL ? 0 : errors->count,
			  errors == NULL ? 0 : errors->list[0].line, errors == NULL ? 0 : errors->list[0].column,
			  errors == NULL ? "" : errors->list[0].text);
	}
	free(fresh);
	free(errors);
	notify_ready();
}
