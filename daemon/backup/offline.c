/* What is done with backups without a daemon; see offline.h. */
#include "daemon/backup/offline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/backup/prune.h"
#include "daemon/backup/restore.h"
#include "daemon/backup/verify.h"

enum { PROGRESS_BYTES = 64 << 20 };

struct doing {
	const struct backup_order *order;
	struct backup_place place;
	uint64_t read_bytes, said_bytes;
};

/* A field of a line is one: what would end it becomes a blank. */
static void print_field(const char *text)
{
	putchar('\t');
	for (; *text != '\0'; text++)
		putchar(*text == '\t' || *text == '\n' ? ' ' : *text);
}

static void print_number(uint64_t n)
{
	printf("\t%" PRIu64, n);
}

static void end_line(void)
{
	putchar('\n');
	fflush(stdout);
}

static enum err watch_bytes(void *ctx, uint64_t bytes)
{
	struct doing *d = ctx;

	d->read_bytes += bytes;
	if (d->read_bytes - d->said_bytes < PROGRESS_BYTES)
		return ERR_OK;
	d->said_bytes = d->read_bytes;
	printf("progress");
	print_number(d->read_bytes);
	end_line();
	/* who asked has gone */
	return ferror(stdout) ? ERR_CANCELLED : ERR_OK;
}

static void say_fault(void *ctx, enum backup_fault kind, const char *what)
{
	static const char *const kinds[] = { "manifest", "store",   "record", "hidden",
					     "unlisted", "content", "absent" };

	(void)ctx;
	printf("fault");
	print_field(kinds[kind]);
	print_field(what);
	end_line();
}

static struct backup_check check_of(struct doing *d)
{
	return (struct backup_check){ .open_copy = d->order->open_copy,
				      .fault = say_fault,
				      .watch = { .copied = watch_bytes, .ctx = d },
				      .ctx = d };
}

static enum err list(struct doing *d)
{
	struct backup_names names;
	enum err e = backup_place_open(&d->place, d->order->folder, BACKUP_READ, NULL);

	if (e == ERR_OK)
		e = backup_names_read(&d->place, &names);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < names.count; i++) {
		struct backup_manifest m;

		e = backup_manifest_check(&d->place, names.list[i], &m);
		printf("backup");
		print_field(names.list[i]);
		print_field(e == ERR_OK ? "whole" : "damaged");
		print_number(e == ERR_OK ? (uint64_t)m.taken_ms : 0);
		print_number(m.store_bytes);
		print_number(m.contents);
		print_number(m.content_bytes);
		print_number(m.missing);
		print_field(m.software);
		print_field(d->place.committee.text);
		end_line();
	}
	free(names.list);
	return e == ERR_BACKUP_DAMAGED ? ERR_OK : e;
}

static enum err verify(struct doing *d)
{
	struct backup_check c = check_of(d);
	char name[BACKUP_NAME_SIZE];
	enum err e = backup_place_open(&d->place, d->order->folder, BACKUP_READ, NULL);

	if (e == ERR_OK)
		e = backup_name_find(&d->place, d->order->name, name);
	if (e != ERR_OK)
		return e;
	e = backup_verify(&d->place, name, &c);
	if (e != ERR_OK && e != ERR_BACKUP_DAMAGED)
		return e;
	printf("verified");
	print_field(name);
	print_number(c.records);
	print_number(c.manifest.contents);
	print_number(c.manifest.content_bytes);
	print_number(c.faults);
	print_number(c.manifest.missing);
	print_number((uint64_t)c.manifest.taken_ms);
	end_line();
	return e;
}

static enum err prune(struct doing *d)
{
	const char *number = d->order->number == NULL ? "" : d->order->number;
	char *end;
	unsigned long keep = strtoul(number, &end, 10);
	struct backup_pruned pruned;
	enum err e;

	if (end == number || *end != '\0' || keep == 0 || keep > BACKUPS_KEPT_MAX)
		return backup_fails(&d->place, ERR_USAGE, number);
	e = backup_place_open(&d->place, d->order->folder,
			      d->order->dry_run ? BACKUP_READ : BACKUP_CLEAR, NULL);
	if (e == ERR_OK)
		e = backup_prune(&d->place, keep, d->order->dry_run, &pruned);
	if (e != ERR_OK)
		return e;
	printf("pruned");
	print_number(pruned.backups);
	print_number(pruned.contents);
	print_number(pruned.content_bytes);
	end_line();
	return ERR_OK;
}

static enum err restore(struct doing *d)
{
	const struct backup_order *o = d->order;
	struct backup_check c = check_of(d);
	struct backup_restored restored;
	char name[BACKUP_NAME_SIZE];
	enum err e = backup_place_open(&d->place, o->folder, BACKUP_READ, NULL);

	if (e == ERR_OK)
		e = backup_name_find(&d->place, o->name, name);
	if (e == ERR_OK)
		e = backup_restore(&d->place, name, o->config, &c, o->unchecked, &restored);
	if (e != ERR_OK)
		return e;
	printf("restored");
	print_field(name);
	print_number((uint64_t)c.manifest.taken_ms);
	print_number(restored.contents);
	print_number(restored.content_bytes);
	print_number(restored.missing);
	print_field(o->config->data);
	end_line();
	return ERR_OK;
}

int backup_offline(const struct backup_order *o)
{
	static const struct {
		const char *verb;
		enum err (*run)(struct doing *d);
	} verbs[] = {
		{ "list", list }, { "verify", verify }, { "prune", prune }, { "restore", restore }
	};
	struct doing *d = calloc(1, sizeof *d);
	enum err e = d == NULL ? ERR_NO_MEMORY : ERR_USAGE;

	if (d == NULL)
		return err_exit_code(e);
	d->order = o;
	d->place.fd = d->place.lock_fd = d->place.files_fd = -1;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(o->verb, verbs[i].verb) == 0)
			e = verbs[i].run(d);
	}
	if (e != ERR_OK) {
		printf("error");
		print_number((uint64_t)e);
		print_field(d->place.about);
		end_line();
	}
	backup_place_close(&d->place);
	free(d);
	return err_exit_code(e);
}
