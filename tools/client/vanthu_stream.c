/* Drafts whose parts come as a stream, of vanthu.h: submission_stream on a connection of its
 * own. */
#include "tools/client/vanthu_stream.h"

#include <stdlib.h>

#include "tools/client/uuid.h"
#include "tools/client/vanthu_connection.h"
#include "tools/client/vanthu_draft.h"
#include "tools/client/vanthu_fault.h"

_Static_assert((int)VANTHU_ID_SIZE == (int)UUID_TEXT_SIZE, "vanthu_id_of_key");

struct vanthu_stream {
	struct client *client;
	struct client_types *types; /* has texts of the fields */
	struct submission fields;
	struct client_fault fault;
	struct submission_stream *stream;
	bool in_part;
};

void vanthu_id_of_key(const char *scope, const char *key, char *id)
{
	struct doc_id made;

	uuid_of_key(scope, key, &made);
	uuid_print(made.bytes, id);
}

static int connect_and_begin(vanthu *v, vanthu_stream *s)
{
	enum err e;

	s->fault.err = client_connect_beside(v->client, &s->fault.error, &s->client);
	e = s->fault.err;
	if (e == ERR_OK)
		e = submission_stream_begin(s->client, &s->fields, &s->fault, &s->stream);
	return e == ERR_OK ? VANTHU_OK : vanthu_fail(&s->fault);
}

int vanthu_stream_begin(vanthu *v, const vanthu_draft *d, unsigned flags, vanthu_stream **out)
{
	const char *wrong = vanthu_draft_missing(d);
	vanthu_stream *s;
	int code;

	*out = NULL;
	if (vanthu_draft_part_count(d) > 0)
		wrong = "part";
	if ((flags & ~(unsigned)(VANTHU_STRICT | VANTHU_DRY_RUN)) != 0)
		wrong = "flags";
	if (wrong != NULL)
		return vanthu_fail_about(ERR_USAGE, wrong);
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	if (!vanthu_lock(v)) {
		free(s);
		return VANTHU_ERR_BAD_STATE;
	}
	code = vanthu_draft_submission(v, d, flags, &s->types, &s->fields);
	if (code == VANTHU_OK)
		code = connect_and_begin(v, s);
	vanthu_unlock(v);
	if (code != VANTHU_OK) {
		vanthu_stream_free(s);
		return code;
	}
	*out = s;
	return VANTHU_OK;
}

/* The code of what submission_stream_… returned. */
static int code_of(const vanthu_stream *s, enum err e)
{
	return e == ERR_OK ? VANTHU_OK : vanthu_fail(&s->fault);
}

/* The open part is whole; fine when none is open. */
static enum err end_part(vanthu_stream *s)
{
	if (!s->in_part)
		return ERR_OK;
	s->in_part = false;
	return submission_stream_part_end(s->stream, NULL);
}

int vanthu_stream_part(vanthu_stream *s, const char *name)
{
	enum err e = end_part(s);

	if (e == ERR_OK)
		e = submission_stream_part_begin(s->stream, name);
	s->in_part = e == ERR_OK;
	return code_of(s, e);
}

int vanthu_stream_write(vanthu_stream *s, const void *bytes, size_t len)
{
	return code_of(s, submission_stream_part_write(s->stream, bytes, len));
}

int vanthu_stream_send(vanthu_stream *s, vanthu_sent **out)
{
	Vanthu__V1__Accepted *accepted;
	enum err e = end_part(s);

	if (out != NULL)
		*out = NULL;
	if (e == ERR_OK)
		e = submission_stream_finish(s->stream, &accepted);
	if (e != ERR_OK)
		return code_of(s, e);
	if (out != NULL && (*out = vanthu_draft_sent(accepted)) == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	return VANTHU_OK;
}

void vanthu_stream_free(vanthu_stream *s)
{
	if (s == NULL)
		return;
	submission_stream_free(s->stream);
	client_close(s->client);
	client_types_free(s->types);
	free(s);
}
