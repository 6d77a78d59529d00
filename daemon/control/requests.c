/* See requests.h. */
#include "daemon/control/requests.h"

#include <assert.h>

#include "daemon/control/aside.h"
#include "daemon/control/check.h"
#include "daemon/control/client.h"
#include "daemon/control/committees.h"
#include "daemon/control/content.h"
#include "daemon/control/documents.h"
#include "daemon/control/evidence.h"
#include "daemon/control/import.h"
#include "daemon/control/links.h"
#include "daemon/control/operate.h"
#include "daemon/control/paper.h"
#include "daemon/control/papers.h"
#include "daemon/control/queue.h"
#include "daemon/control/resend.h"
#include "daemon/control/room.h"
#include "daemon/control/show.h"
#include "daemon/control/status.h"
#include "daemon/control/submit.h"
#include "daemon/control/target.h"
#include "daemon/control/trace.h"
#include "proto/prescan.h"

enum {
	OFFICE = 1u << DOOR_OFFICE,
	OPERATE = 1u << DOOR_OPERATE,
	READ = 1u << DOOR_READ,
	ALL = OFFICE | OPERATE | READ
};

struct request_row {
	Vanthu__V1__Request__WhatCase what;
	unsigned sockets; /* that may ask */
	void (*serve)(struct client *c, const Vanthu__V1__Request *request);
};

/* More of a submission or of an import, under its id. */
static void serve_data(struct client *c, const Vanthu__V1__Request *request)
{
	if (!control_import_data(c, request->id, request->data))
		control_data(c, request->id, request->data);
}

/* What is not here is refused. docs/PROTOCOL.md "Local sockets" has the same table, and a test
 * compares them. */
static const struct request_row rows[] = {
	{ VANTHU__V1__REQUEST__WHAT_SUBMIT, OFFICE, control_submit },
	{ VANTHU__V1__REQUEST__WHAT_DATA, OFFICE | OPERATE, serve_data },
	{ VANTHU__V1__REQUEST__WHAT_LIST, OFFICE, control_list },
	{ VANTHU__V1__REQUEST__WHAT_SHOW, OFFICE, control_show },
	{ VANTHU__V1__REQUEST__WHAT_CONTENT, OFFICE, control_content },
	{ VANTHU__V1__REQUEST__WHAT_CREDIT, OFFICE, control_content_credit },
	{ VANTHU__V1__REQUEST__WHAT_VERIFY, OFFICE, control_verify },
	{ VANTHU__V1__REQUEST__WHAT_EVIDENCE, OFFICE, control_evidence },
	{ VANTHU__V1__REQUEST__WHAT_PAPER_ADD, OFFICE, control_paper_add },
	{ VANTHU__V1__REQUEST__WHAT_PAPER_CANCEL, OFFICE, control_paper_cancel },
	{ VANTHU__V1__REQUEST__WHAT_PAPERS, OFFICE, control_papers },
	{ VANTHU__V1__REQUEST__WHAT_RESEND, OFFICE, control_resend },
	{ VANTHU__V1__REQUEST__WHAT_PING, OPERATE, control_ping },
	{ VANTHU__V1__REQUEST__WHAT_IMPORT, OPERATE, control_import },
	{ VANTHU__V1__REQUEST__WHAT_RECOUNT, OPERATE, control_recount },
	{ VANTHU__V1__REQUEST__WHAT_RECOVER, OPERATE, control_recover },
	{ VANTHU__V1__REQUEST__WHAT_STATUS, ALL, control_status },
	{ VANTHU__V1__REQUEST__WHAT_LINKS, ALL, control_links },
	{ VANTHU__V1__REQUEST__WHAT_QUEUE, ALL, control_queue },
	{ VANTHU__V1__REQUEST__WHAT_QUEUE_LIST, ALL, control_queue_list },
	{ VANTHU__V1__REQUEST__WHAT_ASIDE_LIST, ALL, control_aside_list },
	{ VANTHU__V1__REQUEST__WHAT_TRACE, ALL, control_trace },
	{ VANTHU__V1__REQUEST__WHAT_COMMITTEES, ALL, control_committees },
	{ VANTHU__V1__REQUEST__WHAT_DIRECTORY, ALL, control_directory },
	{ VANTHU__V1__REQUEST__WHAT_KEYS, ALL, control_keys },
	{ VANTHU__V1__REQUEST__WHAT_FIGURES, ALL, control_figures },
	{ VANTHU__V1__REQUEST__WHAT_TARGET, ALL, control_target },
};

static const struct request_row *find(Vanthu__V1__Request__WhatCase what)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].what == what)
			return &rows[i];
	}
	return NULL;
}

static enum err allowed(enum door socket, const Vanthu__V1__Request *request)
{
	const struct request_row *row = find(request->what_case);

	if (row == NULL)
		return ERR_UNSUPPORTED;
	return (row->sockets & 1u << socket) != 0 ? ERR_OK : ERR_PERMISSION;
}

static void serve(struct client *c, const Vanthu__V1__Request *request)
{
	const struct request_row *row = find(request->what_case);

	assert(row != NULL);
	row->serve(c, request);
}

bool requests_take(struct client *c, struct blob bytes)
{
	const Vanthu__V1__Request *m;
	char about[CONTROL_ABOUT_BYTES];
	enum err e;

	arena_reset(c->control->arena);
	m = unpack(c->control->arena, &vanthu__v1__request__descriptor, bytes, &e);
	if (m == NULL) {
		control_say_error(c, 0, e, "");
	} else if (m->what_case != VANTHU__V1__REQUEST__WHAT__NOT_SET &&
		   (e = allowed(c->door, m)) != ERR_OK) {
		control_say_error(c, m->id, e, "");
	} else if ((e = control_check(m, about)) != ERR_OK) {
		control_say_error(c, m->id, e, about);
	} else if (!control_fits(c, m, bytes.len_bytes)) {
		control_wait(c);
		return false;
	} else {
		c->request = bytes;
		serve(c, m);
	}
	return true;
}
