/* Contents of vanthu.h: saving a part, or reading it. */
#include "tools/client/vanthu_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "tools/client/vanthu_connection.h"
#include "tools/client/vanthu_document.h"
#include "tools/client/vanthu_fault.h"

int vanthu_find_part(vanthu *v, const char *name, size_t part, struct content_part *out,
		     char id[UUID_TEXT_SIZE])
{
	Vanthu__V1__Reply *reply;
	int code = vanthu_ask_view(v, name, &reply);

	if (code != VANTHU_OK)
		return code;
	if (part >= reply->view->n_parts)
		return vanthu_fail_about(ERR_NOT_FOUND, "part");
	if (reply->view->line->id.len != sizeof(struct doc_id) ||
	    content_part_of(reply->view, (uint32_t)part, out) != ERR_OK)
		return vanthu_fail_about(ERR_FORMAT, name);
	uuid_print(reply->view->line->id.data, id);
	return VANTHU_OK;
}

static int fail_file(const char *path, int error)
{
	struct client_fault fault;

	client_fault_file(&fault, ERR_FILE, path, error);
	return vanthu_fail(&fault);
}

int vanthu_save(vanthu *v, const char *name, size_t part, const char *folder, char *saved)
{
	char id[UUID_TEXT_SIZE];
	struct save_part p = { .fault = ERR_OK };
	struct save s = { .client = v->client, .document = id, .parts = &p, .count = 1 };
	int code;

	s.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.folder < 0)
		return fail_file(folder, errno);
	if (vanthu_lock(v)) {
		code = vanthu_find_part(v, name, part, &p.part, id);
		if (code == VANTHU_OK)
			save_part(&s, &p, NULL);
		vanthu_unlock(v);
	} else {
		code = VANTHU_ERR_BAD_STATE;
	}
	close(s.folder);
	if (code != VANTHU_OK)
		return code;
	if (p.fault == ERR_FILE)
		return fail_file(p.part.name, p.why);
	if (p.fault != ERR_OK)
		return vanthu_fail_about(p.fault, p.part.name);
	if (folder_sync(folder) != ERR_OK)
		return fail_file(folder, errno);
	if (saved != NULL)
		snprintf(saved, VANTHU_FILE_NAME_SIZE, "%s", p.taken);
	return VANTHU_OK;
}

struct taker {
	vanthu_take *take;
	void *ctx;
};

static enum err hand_over(void *ctx, const uint8_t *bytes, size_t len)
{
	const struct taker *t = ctx;

	return len == 0 || t->take(t->ctx, bytes, len) == 0 ? ERR_OK : ERR_CANCELLED;
}

int vanthu_read(vanthu *v, const char *name, size_t part, vanthu_take *take, void *ctx)
{
	struct taker t = { .take = take, .ctx = ctx };
	struct content_part p;
	struct client_fault fault;
	char id[UUID_TEXT_SIZE];
	int code;

	if (!vanthu_lock(v))
		return VANTHU_ERR_BAD_STATE;
	code = vanthu_find_part(v, name, part, &p, id);
	if (code == VANTHU_OK && content_read(v->client, id, &p, hand_over, &t, &fault) != ERR_OK)
		code = vanthu_fail(&fault);
	vanthu_unlock(v);
	return code;
}
