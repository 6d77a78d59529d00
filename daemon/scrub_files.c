/* See scrub_files.h. */
#include "daemon/scrub_files.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/config/config.h"
#include "proto/digest.h"
#include "routing/base/arena.h"

#define FIRST "vanthu-scrubbed 1\n"

enum { NOTE_BYTES = 512, SCRATCH_BYTES = 1 << 16 };

/* ---- the note ---- */

static void read_note(struct scrub_files *s)
{
	char path[CONFIG_PATH_MAX + 16], line[NOTE_BYTES], hex[DIGEST_HEX_SIZE];
	struct scrub_files_figures *g = &s->figures;
	FILE *f;

	s->loaded = true;
	snprintf(path, sizeof path, "%s/scrubbed", s->data);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(line, sizeof line, f) != NULL && strcmp(line, FIRST) == 0) {
		while (fgets(line, sizeof line, f) != NULL) {
			if (sscanf(line, "at %64s", hex) == 1)
				s->active = digest_from_hex(hex, &s->at) == ERR_OK;
			else if (sscanf(line, "looked %" SCNu64 " %" SCNu64 " %" SCNu64, &g->looked,
					&g->bytes, &g->wrong) != 3)
				(void)sscanf(line, "ended %" SCNd64, &g->ended_ms);
		}
	}
	fclose(f);
}

/* Lost, or of before: some is looked at twice. */
static void write_note(const struct scrub_files *s)
{
	char path[CONFIG_PATH_MAX + 16], fresh[CONFIG_PATH_MAX + 16], hex[DIGEST_HEX_SIZE],
		text[NOTE_BYTES];
	const struct scrub_files_figures *g = &s->figures;
	bool written;
	int fd, n;

	snprintf(path, sizeof path, "%s/scrubbed", s->data);
	snprintf(fresh, sizeof fresh, "%s/scrubbed.new", s->data);
	digest_to_hex(&s->at, hex);
	n = snprintf(text, sizeof text,
		     FIRST "%s%s%slooked %" PRIu64 " %" PRIu64 " %" PRIu64 "\nended %" PRId64 "\n",
		     s->active ? "at " : "", s->active ? hex : "", s->active ? "\n" : "", g->looked,
		     g->bytes, g->wrong, g->ended_ms);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	written = write(fd, text, (size_t)n) == n && fsync(fd) == 0;
	close(fd);
	if (!written || rename(fresh, path) != 0)
		unlink(fresh);
}

/* ---- a second's work ---- */

static void work(struct job *j)
{
	struct scrub_files *s = (struct scrub_files *)j;

	while (s->done < s->count && s->batch_bytes < SCRUB_FILES_BYTES && !*s->stop) {
		struct content_proof proof;

		s->results[s->done] = s->files->ops->prove(s->files, &s->batch[s->done], &proof);
		s->mended[s->done] = proof.mended;
		s->batch_bytes += proof.bytes;
		s->done++;
	}
	if (!s->suspects)
		write_note(s);
}

/* Documents that are still coming have records and no content: the core knows. */
static void tell(struct scrub_files *s, const struct digest *sha256, bool mended)
{
	struct event event = { .type = EVENT_CONTENT_LOST,
			       .u.content_lost = { .sha256 = *sha256, .mended = mended } };

	if (inbox_push(s->inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_WARNING, "inbox-full", "event=content-lost");
}

static void worked(struct job *j)
{
	struct scrub_files *s = (struct scrub_files *)j;

	s->running = false;
	for (unsigned i = 0; i < s->done; i++) {
		bool lost = s->results[i] == ERR_DAMAGED || s->results[i] == ERR_NOT_FOUND;

		if (lost || s->mended[i])
			tell(s, &s->batch[i], s->mended[i]);
		if (s->suspects)
			continue;
		s->at = s->batch[i];
		s->figures.looked++;
		s->figures.wrong += s->results[i] == ERR_DAMAGED;
	}
	if (!s->suspects)
		s->figures.bytes += s->batch_bytes;
}

/* The next contents by their digests, each once. False: the last has been looked at. */
static bool gather(struct scrub_files *s)
{
	const struct key all = { .len_bytes = 0 };
	struct lookup l = s->store->ops->lookup(s->store);
	struct arena *a = arena_new(SCRATCH_BYTES);
	/* behind all records of the last one: their keys go on with role and serial */
	struct key from = key_file(s->at, (enum role)0xff, (struct serial){ UINT64_MAX });
	struct scan scan = s->active ? scan_from(all, from) : scan_of(all);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	s->count = s->done = 0;
	s->batch_bytes = 0;
	while (e == ERR_OK && s->count < SCRUB_FILES_BATCH) {
		struct digest sha256;
		struct serial serial;
		struct record r;
		enum role role;

		e = l.next(l.ctx, a, FAMILY_FILE, &scan, &r);
		if (e != ERR_OK || !key_parse_file(&scan.at, &sha256, &role, &serial) ||
		    (s->count > 0 && digest_equal(&sha256, &s->batch[s->count - 1])))
			continue;
		s->batch[s->count++] = sha256;
	}
	arena_destroy(a);
	return s->count > 0;
}

static void begin(struct scrub_files *s)
{
	s->running = true;
	s->job = (struct job){ .work = work, .done = worked };
	s->runner.run(s->runner.ctx, &s->job);
}

static void end_pass(struct scrub_files *s, int64_t wall_ms)
{
	s->active = false;
	s->figures.ended_ms = wall_ms;
	if (s->figures.wrong > 0)
		log_event(LOG_ERROR, "contents-looked-at", "contents=%" PRIu64 " wrong=%" PRIu64,
			  s->figures.looked, s->figures.wrong);
	write_note(s);
}

void scrub_files_second(struct scrub_files *s, int64_t wall_ms)
{
	struct scrub_files_figures *g = &s->figures;

	if (s->running || s->files->ops->prove == NULL)
		return;
	if (!s->loaded)
		read_note(s);
	s->suspects = s->files->suspect_count > 0;
	if (s->suspects) {
		s->count = s->files->suspect_count;
		memcpy(s->batch, s->files->suspects, s->count * sizeof s->batch[0]);
		s->files->suspect_count = s->done = 0;
		s->batch_bytes = 0;
		begin(s);
		return;
	}
	if (!s->active && g->ended_ms != 0 &&
	    (*s->every_ms == 0 || wall_ms - g->ended_ms < *s->every_ms))
		return;
	if (!s->active)
		*g = (struct scrub_files_figures){ .ended_ms = g->ended_ms };
	if (!gather(s)) {
		end_pass(s, wall_ms);
		return;
	}
	s->active = true;
	begin(s);
}
