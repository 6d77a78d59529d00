/* See archive_create.h. First all is exported and verified, a page of the daemon's list at a time;
 * then the archive's list is written; only then the daemon is asked to let each go, which it judges
 * anew. Whatever ends it, the same command goes on: what is there whole is verified and not written
 * again. */
#include "tools/command/archive_create.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/certificate.h"
#include "routing/rules/rules.h"
#include "tools/archive/archive.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/backup_run.h"
#include "tools/output/output.h"

enum {
	PAGE_LINES = 100,
	ARENA_BYTES = 512 << 20,
	ROOT_MAX_BYTES = 65536,
	EXIT_PARTLY = 7,
	LEFT_SHOWN_MAX = 100
};

/* A line of a page, as far as it is wanted. */
struct item {
	struct doc_id id;
	char id_text[UUID_TEXT_SIZE];
	char path[ARCHIVE_PATH_SIZE];
	uint64_t serial, size_bytes;
	bool received;
	enum err held;
	json_t *about; /* document.json */
};

struct making {
	struct cli *cli;
	const struct archive_wanted *w;
	char name[ARCHIVE_NAME_MAX + 1];
	struct call *office, *operate;
	int lock;
	struct arena *pem_arena, *arena, *check_arena;
	struct archive_check check;
	struct item page[PAGE_LINES];
	uint32_t page_count;
	bool received; /* where the next page begins */
	uint64_t after;
	/* what became of them */
	uint64_t found, exported, whole, exported_bytes, gone, left, listed;
	json_t *left_rows;
};

static const struct column columns[] = {
	{ "archive", N_("Archive"), FORMAT_TEXT, false },
	{ "folder", N_("Folder"), FORMAT_TEXT, true },
	{ "documents", N_("Whole documents"), FORMAT_COUNT, false },
	{ "exported", N_("Exported now"), FORMAT_COUNT, false },
	{ "exported_bytes", N_("Their size"), FORMAT_BYTES, false },
	{ "whole", N_("There before"), FORMAT_COUNT, false },
	{ "gone", N_("Gone here"), FORMAT_COUNT, false },
	{ "left", N_("Left here"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column left_columns[] = {
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "error", N_("Why it is left"), FORMAT_CODE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static void leave(struct making *m, const struct item *i, enum err why)
{
	m->left++;
	if (json_array_size(m->left_rows) < LEFT_SHOWN_MAX)
		json_array_append_new(m->left_rows,
				      json_pack("{s:s, s:s, s:o}", "id", i->id_text, "path",
						i->path, "error", json_code((unsigned)why)));
}

/* ---- pages ---- */

static void free_page(struct making *m)
{
	for (uint32_t i = 0; i < m->page_count; i++)
		json_decref(m->page[i].about);
	m->page_count = 0;
}

static enum err take_line(struct making *m, const Vanthu__V1__ArchiveLine *line)
{
	struct item *i = &m->page[m->page_count];
	json_t *about = json_line(line->line);

	*i = (struct item){ .received = line->received,
			    .serial = line->line->serial,
			    .size_bytes = line->size_bytes,
			    .held = (enum err)line->held };
	json_object_set_new(about, "direction", json_string(line->received ? "received" : "sent"));
	json_object_set_new(about, "done_at", json_time(line->done_at_ms));
	json_object_set_new(about, "kept_years", json_integer((json_int_t)line->years));
	json_object_set_new(about, "kept_until", json_string(line->from));
	i->about = about;
	m->page_count++;
	if (line->line->id.len != sizeof i->id.bytes)
		return ERR_FORMAT;
	memcpy(i->id.bytes, line->line->id.data, sizeof i->id.bytes);
	uuid_print(i->id.bytes, i->id_text);
	archive_document_path(i->received, line->line->from, i->id_text, i->path);
	return ERR_OK;
}

/* The next lines of the daemon's list; none at its end. Failures have been reported. */
static enum err next_page(struct making *m)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__ArchiveQuery query = VANTHU__V1__ARCHIVE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e, taken = ERR_OK;

	free_page(m);
	query.before = (char *)(uintptr_t)m->w->before;
	query.received = m->received;
	query.after = m->after;
	query.limit = PAGE_LINES;
	request.what_case = VANTHU__V1__REQUEST__WHAT_ARCHIVE;
	request.archive = &query;
	e = call_send(m->office, &request);
	if (e != ERR_OK)
		return call_fail(m->office, e, NULL);
	while ((e = call_row(m->office, VANTHU__V1__REPLY__WHAT_ARCHIVE, &reply)) == ERR_OK) {
		if (taken == ERR_OK && m->page_count < PAGE_LINES)
			taken = take_line(m, reply->archive);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	if (taken != ERR_OK) {
		cli_fail(m->cli, taken, NULL);
		return taken;
	}
	if (m->page_count > 0) {
		m->received = m->page[m->page_count - 1].received;
		m->after = m->page[m->page_count - 1].serial;
	}
	return ERR_OK;
}

static enum err each_item(struct making *m, enum err (*take)(struct making *m, struct item *i))
{
	enum err e;

	m->received = false;
	m->after = 0;
	do {
		e = next_page(m);
		for (uint32_t i = 0; e == ERR_OK && i < m->page_count; i++)
			e = take(m, &m->page[i]);
	} while (e == ERR_OK && m->page_count > 0);
	free_page(m);
	return e;
}

/* ---- out ---- */

/* What is there and not as it was signed is written anew: it is still here. */
static void overlook(void *ctx, const struct archive_fault *f)
{
	struct archive_fault *last = ctx;

	*last = *f;
}

static enum err check_one(struct making *m, const struct item *i, struct archive_fault *last,
			  bool *whole)
{
	enum err e;

	m->check.ctx = last;
	e = archive_check_document(&m->check, i->path, whole);
	if (e != ERR_OK)
		cli_fail_file(m->cli, e, m->w->folder);
	return e;
}

static void say_progress(struct making *m)
{
	char text[160];

	snprintf(text, sizeof text, _("exported %llu, there before %llu"),
		 (unsigned long long)m->exported, (unsigned long long)m->whole);
	backup_progress(m->cli, text);
}

static bool print_about(struct arena *a, const json_t *about, struct blob *out)
{
	enum { FLAGS = JSON_INDENT(2) | JSON_SORT_KEYS };
	size_t len = json_dumpb(about, NULL, 0, FLAGS);
	char *text = arena_array(a, len + 1, 1);

	if (text == NULL || len == 0 || json_dumpb(about, text, len, FLAGS) != len)
		return false;
	text[len] = '\n';
	*out = (struct blob){ (const uint8_t *)text, len + 1 };
	return true;
}

/* A content that the daemon has not, or whose proofs do not hold, stays where it is; what ends the
 * command is the connection, or the archive's disk. */
static enum err export_one(struct making *m, struct item *i)
{
	struct archive_order o = { .client = call_client(m->office),
				   .folder = m->w->folder,
				   .path = i->path,
				   .id = i->id_text,
				   .arena = m->arena };
	struct archive_fault last = { .kind = ARCHIVE_WHOLE };
	struct client_fault fault;
	bool whole;
	int error;
	enum err e = check_one(m, i, &last, &whole);

	m->found++;
	if (e != ERR_OK)
		return e;
	if (whole) {
		m->whole++;
		say_progress(m);
		return ERR_OK;
	}
	if (i->held != ERR_OK) /* it cannot go now: no need to export it */
		return ERR_OK;
	arena_reset(m->arena);
	if (!print_about(m->arena, i->about, &o.about)) {
		cli_fail(m->cli, ERR_NO_MEMORY, NULL);
		return ERR_NO_MEMORY;
	}
	e = archive_write_document(&o, &fault, &error);
	if (e == ERR_FILE) {
		errno = error;
		cli_fail_file(m->cli, e, m->w->folder);
		return e;
	}
	if (fault.err == ERR_TIMEOUT || fault.err == ERR_UNREACHABLE || fault.call != NULL)
		return call_report(m->office, &fault);
	if (e != ERR_OK) {
		leave(m, i, e);
		return ERR_OK;
	}
	e = check_one(m, i, &last, &whole);
	if (e != ERR_OK)
		return e;
	if (!whole) {
		leave(m, i, last.why == ERR_OK ? ERR_DIGEST : last.why);
		return ERR_OK;
	}
	m->exported++;
	m->exported_bytes += i->size_bytes;
	say_progress(m);
	return ERR_OK;
}

/* ---- and gone ---- */

static enum err ask_to_go(struct making *m, const struct item *i, enum err *said)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__ArchiveTake take = VANTHU__V1__ARCHIVE_TAKE__INIT;
	struct client *client = call_client(m->operate);
	struct digest evidence = m->check.sum.evidence;
	struct client_fault fault;
	Vanthu__V1__Reply *reply = NULL;
	struct doc_id id = i->id;
	enum err e;

	take.id = (ProtobufCBinaryData){ sizeof id.bytes, id.bytes };
	take.received = i->received;
	take.serial = i->serial;
	take.archive = m->name;
	take.evidence = (ProtobufCBinaryData){ sizeof evidence.bytes, evidence.bytes };
	request.what_case = VANTHU__V1__REQUEST__WHAT_ARCHIVE_TAKE;
	request.archive_take = &take;
	e = client_send(client, &request);
	if (e == ERR_OK)
		e = client_next(client, &reply);
	*said = ERR_OK;
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_DONE)
		return ERR_OK;
	client_fault(client, e, e == ERR_OK ? reply : NULL, &fault);
	*said = fault.err;
	/* the daemon's word about this one; anything else is about all */
	return e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
			       fault.err != ERR_PERMISSION && fault.err != ERR_UNSUPPORTED
		       ? ERR_OK
		       : call_report(m->operate, &fault);
}

/* Only what lies there whole, as it is read once more. */
static enum err let_go(struct making *m, struct item *i)
{
	struct archive_fault last = { .kind = ARCHIVE_WHOLE };
	enum err said, e;
	bool whole;

	e = check_one(m, i, &last, &whole);
	if (e != ERR_OK)
		return e;
	if (!whole || i->held != ERR_OK) {
		if (i->held != ERR_OK)
			leave(m, i, i->held);
		return ERR_OK;
	}
	e = ask_to_go(m, i, &said);
	if (e != ERR_OK)
		return e;
	if (said != ERR_OK)
		leave(m, i, said);
	else
		m->gone++;
	return ERR_OK;
}

/* ---- all ---- */

static enum err read_root(struct making *m, const struct config *config)
{
	struct blob der;
	enum err e =
		fs_read(m->pem_arena, config->registry_root, ROOT_MAX_BYTES, &m->check.root_pem);

	if (e == ERR_OK)
		e = certificate_from_pem(m->arena, m->check.root_pem, &der);
	if (e != ERR_OK)
		cli_fail_file(m->cli, e, config->registry_root);
	return e;
}

static enum err name_it(struct making *m)
{
	const char *slash = strrchr(m->w->folder, '/'), *name = m->w->name != NULL ? m->w->name
								: slash == NULL	   ? ""
										   : slash + 1;

	if (policy_text(name, ARCHIVE_NAME_MAX, true) != ERR_OK) {
		cli_fail_text(m->cli, ERR_FIELD, _("this cannot be the name of an archive"),
			      _("say what it is called with --name TEXT, at most 200 bytes"));
		return ERR_FIELD;
	}
	snprintf(m->name, sizeof m->name, "%s", name);
	return ERR_OK;
}

static enum err prepare(struct making *m)
{
	struct config *config = malloc(sizeof *config);
	enum err e = config == NULL ? ERR_NO_MEMORY : cli_config(m->cli, config);

	if (e == ERR_OK)
		e = name_it(m);
	if (e == ERR_OK)
		e = read_root(m, config);
	if (e == ERR_OK)
		e = call_open(m->cli, CLIENT_OFFICE, &m->office);
	if (e == ERR_OK && !m->w->keep)
		e = call_open(m->cli, CLIENT_OPERATE, &m->operate);
	if (e == ERR_OK && !m->cli->dry_run) {
		e = archive_open(m->w->folder, config->committee, &m->lock);
		if (e != ERR_OK)
			cli_fail_file(m->cli, e, m->w->folder);
	}
	free(config);
	return e;
}

static enum err only_count(struct making *m, struct item *i)
{
	m->found++;
	if (i->held == ERR_OK)
		m->exported_bytes += i->size_bytes;
	else
		leave(m, i, i->held);
	return ERR_OK;
}

static enum err make(struct making *m)
{
	enum err e;

	if (m->cli->dry_run)
		return each_item(m, only_count);
	e = each_item(m, export_one);
	backup_progress(m->cli, NULL);
	if (e == ERR_OK) {
		e = archive_write_list(m->w->folder, &m->listed);
		if (e != ERR_OK)
			cli_fail_file(m->cli, e, m->w->folder);
	}
	return e == ERR_OK && !m->w->keep ? each_item(m, let_go) : e;
}

static int print(struct making *m)
{
	json_t *out = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:O}",
				"archive", m->name, "folder", m->w->folder, "found",
				(json_int_t)m->found, "documents", (json_int_t)m->listed,
				"exported", (json_int_t)m->exported, "exported_bytes",
				(json_int_t)m->exported_bytes, "whole", (json_int_t)m->whole,
				"gone", (json_int_t)m->gone, "left", (json_int_t)m->left, "dry_run",
				m->cli->dry_run, "left_documents", m->left_rows);

	m->cli->renderer->object(m->cli, out, m->cli->json ? NULL : columns);
	if (!m->cli->json && m->left > 0)
		m->cli->renderer->list(m->cli, m->left_rows, left_columns);
	json_decref(out);
	if (m->gone > 0)
		cli_hint(m->cli, "%s",
			 _("The archive is now the only place of these contents: copy it to "
			   "another disk. Verify it with: vanthu archive verify DIR --root PEM"));
	return m->left > 0 ? EXIT_PARTLY : 0;
}

int archive_create(struct cli *cli, const struct archive_wanted *w)
{
	struct making *m = calloc(1, sizeof *m);
	enum err e = m == NULL ? ERR_NO_MEMORY : ERR_OK;
	int code;

	if (e != ERR_OK)
		return cli_fail(cli, e, NULL);
	m->cli = cli;
	m->w = w;
	m->lock = -1;
	m->left_rows = json_array();
	m->pem_arena = arena_new(2 * (size_t)ROOT_MAX_BYTES);
	m->arena = arena_new(ARENA_BYTES);
	m->check_arena = arena_new(ARENA_BYTES);
	m->check = (struct archive_check){ .folder = w->folder,
					   .wall_ms = text_now_ms(),
					   .fault = overlook,
					   .arena = m->check_arena };
	if (m->pem_arena == NULL || m->arena == NULL || m->check_arena == NULL)
		e = ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = prepare(m);
	if (e == ERR_OK)
		e = make(m);
	code = e == ERR_OK ? print(m) : err_exit_code(e);
	free_page(m);
	if (m->lock >= 0)
		close(m->lock);
	call_close(m->office);
	call_close(m->operate);
	json_decref(m->left_rows);
	arena_destroy(m->pem_arena);
	arena_destroy(m->arena);
	arena_destroy(m->check_arena);
	free(m);
	return code;
}
