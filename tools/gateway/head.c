/* See head.h. libmicrohttpd before 1.0 ends lines at a bare LF, joins folded ones, ends values at a
 * NUL, and tells nobody; but it leaves what it read where it was. So the head was exact if each
 * part begins where the one before and what may stand between them end. */
#include "tools/gateway/head.h"

#include <string.h>

struct request_head head_begin(const char *method, const char *target, size_t target_len,
			       const char *version)
{
	struct request_head h = {
		.method = method, .target = target, .version = version, .target_len = target_len
	};

	h.exact = target == method + strlen(method) + 1 && version == target + target_len + 1;
	h.next = version + strlen(version) + 2;
	return h;
}

void head_field(struct request_head *h, const char *name, const char *value)
{
	const char *at = name + strlen(name) + 1;

	h->line_count++;
	h->exact = h->exact && value != NULL && name == h->next && name[0] != '\0' && value >= at;
	if (!h->exact)
		return;
	for (; at < value; at++)
		h->exact = h->exact && (*at == ' ' || *at == '\t');
	h->exact = h->exact && strpbrk(value, "\r\n") == NULL && strpbrk(name, "\r\n") == NULL;
	h->next = value + strlen(value) + 2;
}

bool head_end(const struct request_head *h, size_t size_bytes)
{
	return h->exact && h->next + 2 == h->method + size_bytes;
}

static enum MHD_Result take_one(void *of, enum MHD_ValueKind kind, const char *name,
				const char *value)
{
	struct request_head *h = of;

	(void)kind;
	head_field(h, name, value);
	return MHD_YES;
}

static bool checks_itself(void)
{
	unsigned major = 0;

	for (const char *at = MHD_get_version(); *at >= '0' && *at <= '9'; at++)
		major = major * 10 + (unsigned)(*at - '0');
	return major >= 1;
}

bool head_is_exact(struct MHD_Connection *c, struct request_head begun)
{
	const union MHD_ConnectionInfo *info;

	if (checks_itself())
		return true;
	MHD_get_connection_values(c, MHD_HEADER_KIND, take_one, &begun);
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	return info != NULL && head_end(&begun, info->header_size);
}
