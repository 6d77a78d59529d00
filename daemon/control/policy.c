/* See policy.h. */
#include "daemon/control/policy.h"

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "proto/fields.h"

void control_policy(struct client *c, const Vanthu__V1__Request *request)
{
	Vanthu__V1__Reply reply = control_reply_to(request->id, VANTHU__V1__REPLY__WHAT_POLICY);
	Vanthu__V1__Policy policy = VANTHU__V1__POLICY__INIT;
	struct lookup l = control_lookup(c);
	struct key key = key_number(core_directory_version(c->control->parts.core));
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_DIRECTORY, &key, &r);

	if (e != ERR_OK && e != ERR_NOT_FOUND) {
		control_say_error(c, request->id, e, "");
		return;
	}
	if (e == ERR_OK) {
		policy.version = r.u.directory.version;
		policy.table = field_bytes(r.u.directory.competence.data,
					   r.u.directory.competence.len_bytes);
	}
	reply.policy = &policy;
	control_say(c, &reply);
}
