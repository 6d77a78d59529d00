/* See requests.h. */
#include "daemon/control/requests.h"

#include <assert.h>

#include "daemon/control/archive.h"
#include "daemon/control/aside.h"
#include "daemon/control/backup.h"
#include "daemon/control/changes.h"
#include "daemon/control/check.h"
#include "daemon/control/client.h"
#include "daemon/control/committees.h"
#include "daemon/control/content.h"
#include "daemon/control/declare.h"
#include "daemon/control/documents.h"
#include "daemon/control/due.h"
#include "daemon/control/evidence.h"
#include "daemon/control/gone.h"
#include "daemon/control/history.h"
#include "daemon/control/import.h"
#include "daemon/control/links.h"
#include "daemon/control/lists.h"
#include "daemon/control/office.h"
#include "daemon/control/operate.h"
#include "daemon/control/paper.h"
#include "daemon/control/paper_import.h"
#include "daemon/control/papers.h"
#include "daemon/control/persons.h"
#include "daemon/control/policy.h"
#include "daemon/control/quarantine.h"
#include "daemon/control/queue.h"
#include "daemon/control/registers.h"
#include "daemon/control/resend.h"
#include "daemon/control/room.h"
#include "daemon/control/show.h"
#include "daemon/control/stage.h"
#include "daemon/control/status.h"
#include "daemon/control/submit.h"
#include "daemon/control/subtree.h"
#include "daemon/control/target.h"
#include "daemon/control/thread.h"
#include "daemon/control/trace.h"
#include "daemon/control/types.h"
#include "daemon/control/upload.h"
#include "daemon/control/why.h"
#include "proto/pb.h"

enum {
	OFFICE = 1u << SOCKET_OFFICE,
	OPERATE = 1u << SOCKET_OPERATE,
	READ = 1u << SOCKET_READ,
	ALL = OFFICE | OPERATE | READ
};

struct request_row {
	Vanthu__V1__Request__WhatCase what;
	unsigned sockets; /* that may ask */
	void (*serve)(struct client *c, const Vanthu__V1__Request *request);
	room_needed *answer_bytes; /* that there must be room for before it is taken */
	/* Are the other resources that the request needs free? False: it waits until others release
	 * some. NULL: it needs none. */
	bool (*fits)(struct client *c, size_t frame_bytes);
};

/* More of a submission or of an import, under its id. */
static void serve_data(struct client *c, const Vanthu__V1__Request *request)
{
	if (!control_import_data(c, request->id, request->data) &&
	    !stage_data(c, request->id, request->data))
		upload_data(c, request->id, request->data);
}

#define WHAT(name) VANTHU__V1__REQUEST__WHAT_##name

/* What is not here is refused. docs/PROTOCOL.md "Local sockets" has the same table, and a test
 * compares them. */
static const struct request_row rows[] = {
	{ WHAT(SUBMIT), OFFICE, control_submit, room_submit, upload_submit_fits },
	{ WHAT(STAGE), OFFICE, control_stage, room_little, stage_fits },
	{ WHAT(DATA), OFFICE | OPERATE, serve_data, room_nothing, upload_data_fits },
	{ WHAT(LIST), OFFICE, control_list, room_little, NULL },
	{ WHAT(SHOW), OFFICE, control_show, room_show, NULL },
	{ WHAT(CONTENT), OFFICE, control_content, room_content, NULL },
	{ WHAT(CREDIT), OFFICE, control_content_credit, room_nothing, NULL },
	{ WHAT(VERIFY), OFFICE, control_verify, room_verify, NULL },
	{ WHAT(EVIDENCE), OFFICE, control_evidence, room_message, NULL },
	{ WHAT(PAPER_ADD), OFFICE, control_paper_add, room_little, NULL },
	{ WHAT(PAPER_IMPORT), OFFICE, control_paper_import, room_paper_import, NULL },
	{ WHAT(PAPER_CANCEL), OFFICE, control_paper_cancel, room_little, NULL },
	{ WHAT(PAPER_CHANGE), OFFICE, control_paper_change, room_little, NULL },
	{ WHAT(REGISTER_VOID), OFFICE, control_register_void, room_little, NULL },
	{ WHAT(PAPERS), OFFICE, control_papers, room_papers, NULL },
	{ WHAT(RESEND), OFFICE, control_resend, room_little, NULL },
	{ WHAT(OFFICE), OFFICE, control_office, room_office, NULL },
	{ WHAT(REGISTER), OFFICE, control_registers, room_little, NULL },
	{ WHAT(DUE), OFFICE, control_due, room_little, NULL },
	{ WHAT(PERSONS), OFFICE, control_persons, room_little, NULL },
	{ WHAT(TYPES), OFFICE, control_types, room_little, NULL },
	{ WHAT(LISTS), OFFICE, control_lists, room_little, NULL },
	{ WHAT(THREAD), OFFICE, control_thread, room_little, NULL },
	{ WHAT(DECLARE), OFFICE, control_declare, room_little, NULL },
	{ WHAT(WHY), OFFICE, control_why, room_little, NULL },
	{ WHAT(ARCHIVE), OFFICE, control_archive, room_little, NULL },
	{ WHAT(ARCHIVE_TAKE), OPERATE, control_archive_take, room_little, NULL },
	{ WHAT(PING), OPERATE, control_ping, room_little, NULL },
	{ WHAT(IMPORT), OPERATE, control_import, room_little, control_import_fits },
	{ WHAT(BACKUP), OPERATE, control_backup, room_little, NULL },
	{ WHAT(RECOUNT), OPERATE, control_recount, room_message, NULL },
	{ WHAT(RECOVER), OPERATE, control_recover, room_little, NULL },
	{ WHAT(ACCEPT_LOSS), OPERATE, control_accept_loss, room_little, NULL },
	{ WHAT(QUARANTINE), OPERATE, control_quarantine, room_message, NULL },
	{ WHAT(STATUS), ALL, control_status, room_links, NULL },
	{ WHAT(LINKS), ALL, control_links, room_links, NULL },
	{ WHAT(QUEUE), ALL, control_queue, room_links, NULL },
	{ WHAT(QUEUE_LIST), ALL, control_queue_list, room_little, NULL },
	{ WHAT(GONE_LIST), ALL, control_gone_list, room_little, NULL },
	{ WHAT(ASIDE_LIST), ALL, control_aside_list, room_little, NULL },
	{ WHAT(TRACE), ALL, control_trace, room_trace, NULL },
	{ WHAT(COMMITTEES), ALL, control_committees, room_little, NULL },
	{ WHAT(DIRECTORY), ALL, control_directory, room_little, NULL },
	{ WHAT(KEYS), ALL, control_keys, room_little, NULL },
	{ WHAT(CHANGES), ALL, control_changes, control_changes_room, NULL },
	{ WHAT(FIGURES), ALL, control_figures, room_little, NULL },
	{ WHAT(TARGET), ALL, control_target, room_target, NULL },
	{ WHAT(POLICY), ALL, control_policy, room_message, NULL },
	{ WHAT(SUBTREE), ALL, control_subtree, room_little, NULL },
	{ WHAT(DECLARATIONS), ALL, control_declarations, room_little, NULL },
	{ WHAT(LOG), OFFICE | OPERATE, control_history, control_history_room, NULL },
	{ WHAT(REPORT_NOW), OFFICE | OPERATE, control_report_now, room_little, NULL },
	{ WHAT(ASK_REPORT), OFFICE | OPERATE, control_ask_report, room_little, NULL },
};

static const struct request_row *find(Vanthu__V1__Request__WhatCase what)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].what == what)
			return &rows[i];
	}
	return NULL;
}

static bool has_room(struct client *c, const struct request_row *row,
		     const Vanthu__V1__Request *request, size_t frame_bytes)
{
	size_t bytes;

	if (row->fits != NULL && !row->fits(c, frame_bytes))
		return false;
	bytes = row->answer_bytes(c, request);
	if (bytes > CONTROL_MESSAGE_MAX_BYTES)
		bytes = CONTROL_MESSAGE_MAX_BYTES;
	return control_out_waiting(c) + bytes <= CONTROL_OUT_BYTES ||
	       shares_room(c->account, SHARE_REPLY, bytes);
}

/* ERR_PERMISSION: not at this socket; ERR_UNSUPPORTED: there is no such request. */
static enum err judge(const struct client *c, const Vanthu__V1__Request *m,
		      const struct request_row *row, char about[CONTROL_ABOUT_BYTES])
{
	about[0] = '\0';
	if (m->what_case == VANTHU__V1__REQUEST__WHAT__NOT_SET)
		return control_check(m, about); /* names what of it is not known */
	if (row == NULL)
		return ERR_UNSUPPORTED;
	return (row->sockets & 1u << c->socket) != 0 ? control_check(m, about) : ERR_PERMISSION;
}

bool requests_take(struct client *c, struct blob bytes)
{
	const struct request_row *row;
	const Vanthu__V1__Request *m;
	char about[CONTROL_ABOUT_BYTES];
	enum err e;

	arena_reset(c->control->arena);
	m = pb_unpack(c->control->arena, &vanthu__v1__request__descriptor, bytes, &e);
	if (m == NULL) {
		control_say_error(c, 0, e, "");
		return true;
	}
	c->no_secret = c->no_secret || m->no_secret;
	row = find(m->what_case);
	e = judge(c, m, row, about);
	if (e != ERR_OK) {
		control_say_error(c, m->id, e, about);
		return true;
	}
	assert(row != NULL);
	if (!has_room(c, row, m, bytes.len_bytes)) {
		control_wait(c);
		return false;
	}
	c->request = bytes;
	row->serve(c, m);
	return true;
}
